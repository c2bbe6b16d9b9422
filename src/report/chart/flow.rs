//! The handoff flow: who hands over (left) to whom (right), ribbons as wide as handoffs are many.
//!
//! Input: ribbons that the guard let through. Teams stand in the order given (the platform first, then alphabetically):
//! the chart ranks nobody.

use serde::Serialize;

use super::super::quantity::Unit;
use super::super::table::{Column, Entry, Table};
use super::Layout;
use super::canvas::{At, Canvas, Ink, Side};

/// What a team is in the study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TeamRole {
    /// The platform.
    Platform,
    /// Any other team, or teams merged into one.
    Product,
}

/// A team in the flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlowTeam {
    /// Its name, or `other teams`.
    pub name: String,
    /// What it is.
    pub role: TeamRole,
}

/// Handoffs from one team to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Ribbon {
    /// Index of the team that handed over.
    pub from: usize,
    /// Index of the team that took over.
    pub to: usize,
    /// How many handoffs.
    pub count: u64,
}

/// The handoff flow; made by [`super::super::guard::flow`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flow {
    /// The teams, platform first, then alphabetically.
    pub teams: Vec<FlowTeam>,
    /// The ribbons that may be shown.
    pub ribbons: Vec<Ribbon>,
    /// Handoffs between pairs of teams too small to be shown, as one number.
    pub merged: u64,
}

const GAP: f64 = 14.0;
const NODE: f64 = 9.0;

#[derive(Clone, Copy)]
enum End {
    From,
    To,
}

impl Flow {
    fn sum(&self, team: usize, end: End) -> f64 {
        let at = |ribbon: &&Ribbon| match end {
            End::From => ribbon.from == team,
            End::To => ribbon.to == team,
        };
        self.ribbons.iter().filter(at).map(|ribbon| width_of(ribbon.count)).sum()
    }

    /// Top edges of the team's bars on one side, by index; absent where the team has none there.
    fn tops(&self, end: End, unit: f64, top: f64) -> (Vec<Option<f64>>, f64) {
        let mut y = top;
        let tops = (0..self.teams.len())
            .map(|team| {
                let sum = self.sum(team, end);
                (sum > 0.0).then(|| {
                    let here = y;
                    y += (sum * unit).max(15.0) + GAP;
                    here
                })
            })
            .collect();
        (tops, y - GAP)
    }

    fn ink(&self, ribbon: &Ribbon) -> (Ink, f64) {
        let is_platform = |team: usize| self.teams.get(team).is_some_and(|team| team.role == TeamRole::Platform);
        if is_platform(ribbon.from) || is_platform(ribbon.to) { (Ink::Accent, 0.36) } else { (Ink::Faint, 0.6) }
    }

    pub(super) fn canvas(&self, layout: Layout) -> (Canvas, f64) {
        let mut canvas = Canvas::new(layout);
        let label = if layout.is_narrow() { 122.0 } else { 190.0 };
        let (left, right) = (label, canvas.width() - label);
        let all: f64 = self.ribbons.iter().map(|ribbon| width_of(ribbon.count)).sum();
        let unit = if layout.is_narrow() { 210.0 } else { 250.0 } / all.max(1.0);
        let (starts, left_end) = self.tops(End::From, unit, 36.0);
        let (ends, right_end) = self.tops(End::To, unit, 36.0);
        canvas.title((left + NODE, 16.0), "hands over", Ink::Muted, Side::End);
        canvas.title((right - NODE, 16.0), "takes over", Ink::Muted, Side::Start);
        let (mut out, mut into) = (starts.clone(), ends.clone());
        let mut ribbons: Vec<&Ribbon> = self.ribbons.iter().collect();
        ribbons.sort_by_key(|ribbon| (ribbon.from, ribbon.to));
        for ribbon in ribbons {
            let width = width_of(ribbon.count) * unit;
            if let (Some(Some(y0)), Some(Some(y1))) = (out.get_mut(ribbon.from), into.get_mut(ribbon.to)) {
                let (ink, opacity) = self.ink(ribbon);
                canvas.fill(ribbon_outline((left + NODE, *y0), (right - NODE, *y1), width), ink, opacity);
                *y0 += width;
                *y1 += width;
            }
        }
        self.bars(&mut canvas, &starts, End::From, left, unit);
        self.bars(&mut canvas, &ends, End::To, right - NODE, unit);
        let mut height = left_end.max(right_end) + 14.0;
        if self.merged > 0 {
            let text = format!("+ {} between pairs of teams too small to be shown", self.merged);
            canvas.label((canvas.width() / 2.0, height + 10.0), &text, Ink::Muted, Side::Middle);
            height += 22.0;
        }
        (canvas, height)
    }

    fn bars(&self, canvas: &mut Canvas, tops: &[Option<f64>], end: End, x: f64, unit: f64) {
        let room = if canvas.layout.is_narrow() { 84.0 } else { 150.0 };
        for (index, team) in self.teams.iter().enumerate() {
            let Some(Some(top)) = tops.get(index).copied() else { continue };
            let sum = self.sum(index, end);
            let ink = if team.role == TeamRole::Platform { Ink::Accent } else { Ink::Muted };
            canvas.bar((x, top), (NODE, sum * unit), ink, 1.0);
            let middle = top + (sum * unit).max(8.0) / 2.0 + 4.0;
            let name = canvas.fitted(&team.name, room);
            let ink = if team.role == TeamRole::Platform { Ink::Accent } else { Ink::Strong };
            match end {
                End::From => canvas.label((x - 8.0, middle), &format!("{name}  {sum:.0}"), ink, Side::End),
                End::To => canvas.label((x + NODE + 8.0, middle), &format!("{sum:.0}  {name}"), ink, Side::Start),
            }
        }
    }

    pub(super) fn table(&self, id: &str, title: &str) -> Table {
        let columns =
            vec![Column::text("Hands over"), Column::text("Takes over"), Column::number("Handoffs", Unit::Count)];
        let mut table = Table::new(id, title, columns);
        let name = |team: usize| self.teams.get(team).map_or("not known", |team| team.name.as_str());
        let mut ribbons: Vec<&Ribbon> = self.ribbons.iter().collect();
        ribbons.sort_by_key(|ribbon| (ribbon.from, ribbon.to));
        for ribbon in ribbons {
            table =
                table.row([Entry::text(name(ribbon.from)), Entry::text(name(ribbon.to)), Entry::count(ribbon.count)]);
        }
        if self.merged > 0 {
            table = table.row([Entry::text("other pairs"), Entry::text("merged"), Entry::count(self.merged)]);
        }
        table
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
const fn width_of(count: u64) -> f64 {
    count as f64
}

/// The outline of a ribbon between two upper corners: a smooth step, sampled.
fn ribbon_outline((x0, y0): At, (x1, y1): At, width: f64) -> Vec<At> {
    const SAMPLES: u32 = 28;
    let upper = (0..=SAMPLES).map(|index| {
        let t = f64::from(index) / f64::from(SAMPLES);
        let eased = t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
        (x0 + (x1 - x0) * t, y0 + (y1 - y0) * eased)
    });
    let upper: Vec<At> = upper.collect();
    let lower = upper.iter().rev().map(|(x, y)| (*x, y + width));
    upper.iter().copied().chain(lower).collect()
}
