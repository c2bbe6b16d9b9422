//! Survival curves: the share of journeys still waiting, by days since their start, before and after, one panel an arm.
//!
//! Input: curves on whole weeks, already guarded. The table under the axis says how many journeys are still in view.

use serde::Serialize;

use super::super::quantity::{Absence, Quantity, Unit};
use super::super::table::{Column, Entry, Table};
use super::Layout;
use super::axis::{Scale, day_ticks, grid_line, tick_text};
use super::canvas::{At, Canvas, Ink, Side};

/// A cohort of the study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// The pilot teams.
    Pilot,
    /// The comparison teams.
    Comparison,
}

impl Arm {
    /// The cohort in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Pilot => "Pilot teams",
            Self::Comparison => "Comparison teams",
        }
    }

    pub(super) const fn ink(self) -> Ink {
        match self {
            Self::Pilot => Ink::Accent,
            Self::Comparison => Ink::Strong,
        }
    }
}

/// A side of the pilot's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Before it.
    Before,
    /// After it.
    After,
}

impl Period {
    /// The period in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

/// A point at which a curve steps down.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CurveStep {
    /// Days since the start.
    pub at_days: f64,
    /// The share still waiting from here on, between 0 and 1.
    pub share: f64,
    /// Lower end of its band.
    pub low: Option<f64>,
    /// Upper end of its band.
    pub high: Option<f64>,
}

/// How many journeys are still in view at a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AtRisk {
    /// Days since the start.
    pub at_days: f64,
    /// How many; absent where fewer than five.
    pub journeys: Option<u64>,
}

/// One curve.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curve {
    /// Which period.
    pub period: Period,
    /// How many journeys began.
    pub journeys: u64,
    /// Its steps in order of time, from [`super::super::guard::curve_on_weeks`].
    pub steps: Vec<CurveStep>,
    /// How many are in view, at whole weeks, from [`super::super::guard::shown_at_risk`].
    pub at_risk: Vec<AtRisk>,
}

/// The curves of one arm.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SurvivalPanel {
    /// Which arm.
    pub arm: Arm,
    /// Its curves, before first.
    pub curves: Vec<Curve>,
}

/// Survival curves, one panel an arm.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Survival {
    /// What the share is of: `not yet deployed`.
    pub waiting_for: String,
    /// The horizon up to which means are compared, in days.
    pub tau_days: f64,
    /// Pilot first.
    pub panels: Vec<SurvivalPanel>,
}

const PLOT_HEIGHT: f64 = 190.0;

impl Survival {
    pub(super) fn canvas(&self, layout: Layout) -> (Canvas, f64) {
        let mut canvas = Canvas::new(layout);
        let count = f64::from(u32::try_from(self.panels.len().max(1)).unwrap_or(1));
        let panel_height = PLOT_HEIGHT + if layout.is_narrow() { 152.0 } else { 130.0 };
        let (width, stacked) =
            if layout.is_narrow() { (canvas.width(), true) } else { (canvas.width() / count, false) };
        let (mut x, mut y) = (0.0, 0.0);
        for panel in &self.panels {
            self.panel(&mut canvas, panel, (x, y), width);
            if stacked { y += panel_height } else { x += width }
        }
        (canvas, if stacked { panel_height * count } else { panel_height })
    }

    fn panel(&self, canvas: &mut Canvas, panel: &SurvivalPanel, (x0, y0): At, width: f64) {
        let (left, right) = (x0 + 44.0, x0 + width - 16.0);
        let (top, bottom) = (y0 + 34.0, y0 + 34.0 + PLOT_HEIGHT);
        let last =
            panel.curves.iter().flat_map(|curve| &curve.steps).fold(self.tau_days, |last, step| last.max(step.at_days));
        let days = day_ticks(last, 6);
        let across = Scale::new((0.0, *days.last().unwrap_or(&1.0)), (left, right));
        let down = Scale::new((0.0, 1.0), (bottom, top));
        canvas.title((x0 + 8.0, y0 + 14.0), panel.arm.words(), panel.arm.ink(), Side::Start);
        for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
            grid_line(canvas, (left, right), down.at(share), &format!("{:.0}%", share * 100.0), share == 0.0);
        }
        let tau = across.at(self.tau_days);
        canvas.dashes(&[(tau, top), (tau, bottom)], Ink::Muted, 1.0, 3.0);
        canvas.label(
            (tau - 4.0, bottom - 6.0),
            &format!("compared up to day {:.0}", self.tau_days),
            Ink::Muted,
            Side::End,
        );
        for curve in &panel.curves {
            curve.draw(canvas, panel.arm, across, down);
        }
        name_curves(canvas, panel, across, down);
        for day in &days {
            canvas.label((across.at(*day), bottom + 17.0), &tick_text(*day, &days), Ink::Muted, Side::Middle);
        }
        canvas.label((f64::midpoint(left, right), bottom + 33.0), "days since the start", Ink::Muted, Side::Middle);
        let mut row = bottom + 55.0;
        canvas.label((x0 + 8.0, row), "journeys still in view", Ink::Muted, Side::Start);
        for curve in &panel.curves {
            row += 16.0;
            canvas.label((x0 + 8.0, row), curve.period.words(), curve.ink(panel.arm), Side::Start);
            for day in days.iter().skip(1) {
                let in_view = curve.at_risk.iter().find(|risk| (risk.at_days - day).abs() < 0.5);
                let text =
                    in_view.map(|risk| risk.journeys.map_or_else(|| "<5".to_owned(), |journeys| journeys.to_string()));
                canvas.label((across.at(*day), row), &text.unwrap_or_default(), curve.ink(panel.arm), Side::Middle);
            }
        }
    }

    pub(super) fn table(&self, id: &str, title: &str) -> Table {
        let share = |label: &str| Column::number(label, Unit::Percent);
        let mut table = Table::new(
            id,
            title,
            vec![
                Column::text("Teams"),
                Column::text("Period"),
                Column::number("Since the start", Unit::Days),
                share(&format!("Share {}", self.waiting_for)),
                Column::number("Journeys in view", Unit::Count),
            ],
        );
        for panel in &self.panels {
            for curve in &panel.curves {
                for step in &curve.steps {
                    let in_view = curve.at_risk.iter().find(|risk| (risk.at_days - step.at_days).abs() < 0.5);
                    let in_view = in_view
                        .map_or(Entry::Number(Quantity::absent(Unit::Count, Absence::NotKnown)), |risk| {
                            risk.journeys.map_or(Entry::FewerThanFive, Entry::count)
                        });
                    let waiting = Quantity::level(step.share, Unit::Percent);
                    let waiting = if step.low.is_some() { waiting.between(step.low, step.high) } else { waiting };
                    table = table.row([
                        Entry::text(panel.arm.words()),
                        Entry::text(curve.period.words()),
                        Entry::Number(Quantity::level(step.at_days, Unit::Days)),
                        Entry::Number(waiting),
                        in_view,
                    ]);
                }
            }
        }
        table
    }
}

/// Writes each curve's name where the two are furthest apart, above the upper and below the lower one.
fn name_curves(canvas: &mut Canvas, panel: &SurvivalPanel, across: Scale, down: Scale) {
    let last = panel
        .curves
        .iter()
        .filter_map(|curve| curve.steps.last())
        .fold(f64::INFINITY, |end, step| end.min(step.at_days));
    let mut apart: Vec<(f64, f64)> = Vec::new();
    if let [before, after] = panel.curves.as_slice() {
        let days = before.steps.iter().map(|step| step.at_days).filter(|day| *day > 0.0 && *day <= last * 0.6);
        apart = days.map(|day| ((before.share_at(day) - after.share_at(day)).abs(), day)).collect();
    }
    let widest = apart.into_iter().fold((0.0, last * 0.4), |best, each| if each.0 > best.0 { each } else { best }).1;
    let middle = widest + 3.5;
    for curve in &panel.curves {
        let is_upper = panel.curves.iter().all(|other| curve.share_at(widest) >= other.share_at(widest));
        let text = format!("{} ({})", curve.period.words(), curve.journeys);
        let y = down.at(curve.share_at(widest));
        let (at, side) = if is_upper {
            ((across.at(middle) + 4.0, y - 12.0), Side::Start)
        } else {
            (((across.at(middle) - 8.0).max(across.at(0.0) + canvas.text_width(&text) * 1.25), y + 20.0), Side::End)
        };
        canvas.title(at, &text, curve.ink(panel.arm), side);
    }
}

impl Curve {
    const fn ink(&self, arm: Arm) -> Ink {
        match self.period {
            Period::Before => Ink::Muted,
            Period::After => arm.ink(),
        }
    }

    fn share_at(&self, day: f64) -> f64 {
        self.steps.iter().rev().find(|step| step.at_days <= day).map_or(1.0, |step| step.share)
    }

    fn draw(&self, canvas: &mut Canvas, arm: Arm, across: Scale, down: Scale) {
        let ink = self.ink(arm);
        let stairs = |value: &dyn Fn(&CurveStep) -> f64| {
            let mut points: Vec<At> = Vec::new();
            for step in &self.steps {
                let (x, y) = (across.at(step.at_days), down.at(value(step)));
                if let Some(&(_, above)) = points.last() {
                    points.push((x, above));
                }
                points.push((x, y));
            }
            points
        };
        let mut band = stairs(&|step| step.high.unwrap_or(step.share));
        band.extend(stairs(&|step| step.low.unwrap_or(step.share)).into_iter().rev());
        canvas.fill(band, ink, 0.13);
        let line = stairs(&|step| step.share);
        match self.period {
            Period::Before => canvas.dashes(&line, ink, 1.75, 5.0),
            Period::After => canvas.line(line, ink, 2.5),
        }
    }
}
