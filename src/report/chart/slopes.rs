//! Before and after, team by team: an open dot before, a full dot after, a line between them.
//!
//! Input: rows that the guard let through. Teams stand by arm and alphabetically within it, never by value.

use serde::Serialize;

use super::super::quantity::{Quantity, Unit};
use super::super::table::{Column, Entry, Table};
use super::Layout;
use super::axis::{Scale, day_ticks, tick_text, ticks};
use super::canvas::{Canvas, Ink, Side};
use super::survival::Arm;

/// A team, or teams merged into one row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TeamSlope {
    /// Its label.
    pub label: String,
    /// Its arm.
    pub arm: Arm,
    /// Before, or why there is none.
    pub before: Quantity,
    /// After, or why there is none.
    pub after: Quantity,
}

/// Before and after, team by team.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Slopes {
    /// The measure, for the axis.
    pub measure: String,
    /// Its unit.
    pub unit: Unit,
    /// The rows.
    pub teams: Vec<TeamSlope>,
    /// What the placebo ranks say, or empty: `1st of 56 ways to choose 3 teams of 8`.
    pub placebo: String,
}

impl Slopes {
    fn rows(&self) -> Vec<&TeamSlope> {
        let mut rows: Vec<&TeamSlope> = self.teams.iter().collect();
        rows.sort_by_key(|team| (team.arm != Arm::Pilot, team.label.starts_with("other teams"), team.label.clone()));
        rows
    }

    pub(super) fn canvas(&self, layout: Layout) -> (Canvas, f64) {
        const ROW: f64 = 27.0;
        let mut canvas = Canvas::new(layout);
        let times = self.unit.written_times();
        let highest =
            self.teams.iter().flat_map(|team| [team.before.value, team.after.value]).flatten().fold(0.0, f64::max)
                * times;
        let most = if layout.is_narrow() { 4 } else { 7 };
        let steps = if self.unit == Unit::Days { day_ticks(highest, most) } else { ticks(highest, most) };
        let (left, right) = if layout.is_narrow() { (112.0, 324.0) } else { (190.0, 690.0) };
        let across = Scale::new((0.0, *steps.last().unwrap_or(&1.0)), (left, right));
        let mut y = 26.0;
        let top = y + 8.0;
        let mut arm = None;
        let rows = self.rows();
        let arms = if rows.iter().any(|row| row.arm != Arm::Pilot) && rows.iter().any(|row| row.arm == Arm::Pilot) {
            2.0
        } else {
            1.0
        };
        let bottom = top + ROW * f64::from(u32::try_from(rows.len()).unwrap_or(0)) + 30.0 * arms;
        canvas.ring((8.0, 10.0), 5.0, Ink::Muted);
        canvas.label((18.0, 14.5), "before", Ink::Muted, Side::Start);
        canvas.dot((78.0, 10.0), 5.0, Ink::Strong);
        canvas.label((88.0, 14.5), "after", Ink::Strong, Side::Start);
        for step in &steps {
            canvas.line([(across.at(*step), top), (across.at(*step), bottom)], Ink::Grid, 1.0);
            canvas.label((across.at(*step), bottom + 17.0), &tick_text(*step, &steps), Ink::Muted, Side::Middle);
        }
        for team in rows {
            if arm != Some(team.arm) {
                y += 30.0;
                canvas.title((2.0, y), team.arm.words(), team.arm.ink(), Side::Start);
                arm = Some(team.arm);
            }
            y += ROW;
            team.draw(&mut canvas, across, y - 4.5, left, times);
        }
        let axis = format!("{} ({})", self.measure, self.unit.name());
        let (middle, room) =
            if layout.is_narrow() { (170.0, 336.0) } else { (f64::midpoint(left, right), right - left) };
        let mut y = canvas.lines((middle, bottom + 36.0), &axis, room, (Ink::Muted, Side::Middle));
        if !self.placebo.is_empty() {
            let room = canvas.width() - 4.0;
            y = canvas.lines((2.0, y + 10.0), &self.placebo, room, (Ink::Strong, Side::Start));
        }
        (canvas, y - 4.0)
    }

    pub(super) fn table(&self, id: &str, title: &str) -> Table {
        let columns = vec![
            Column::text("Team"),
            Column::text("Arm"),
            Column::number("Before", self.unit),
            Column::number("After", self.unit),
        ];
        let mut table = Table::new(id, title, columns).note(self.placebo.clone());
        for team in self.rows() {
            table = table.row([
                Entry::text(&team.label),
                Entry::text(team.arm.words()),
                Entry::Number(team.before.clone()),
                Entry::Number(team.after.clone()),
            ]);
        }
        table
    }
}

impl TeamSlope {
    fn draw(&self, canvas: &mut Canvas, across: Scale, y: f64, left: f64, times: f64) {
        let name = canvas.fitted(&self.label, left - 22.0);
        canvas.label((12.0, y + 4.5), &name, Ink::Strong, Side::Start);
        canvas.line([(left, y), (across.at(f64::MAX), y)], Ink::Grid, 1.0);
        let at = |value: f64| across.at(value * times);
        let (before, after) = (self.before.value, self.after.value);
        if let (Some(before), Some(after)) = (before, after) {
            canvas.line([(at(before), y), (at(after), y)], self.arm.ink(), 2.0);
        }
        if let Some(before) = before {
            canvas.ring((at(before), y), 5.0, Ink::Muted);
        }
        if let Some(after) = after {
            canvas.dot((at(after), y), 5.0, self.arm.ink());
        }
        let missing = match (before, after) {
            (None, None) => format!("before {}, after {}", self.before.text(), self.after.text()),
            (None, Some(_)) => format!("before {}", self.before.text()),
            (Some(_), None) => format!("after {}", self.after.text()),
            _ => return,
        };
        let beside = before.or(after).map_or(left, at);
        let fits = beside + 12.0 + canvas.text_width(&missing) < canvas.width();
        let (x, side) = if fits { (beside + 10.0, Side::Start) } else { (beside - 10.0, Side::End) };
        canvas.halo((x, y + 4.5), &missing, Ink::Muted, side);
    }
}
