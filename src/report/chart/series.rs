//! Values by week: one panel a measure or field, lines by arm, the pilot's start marked, gaps where there are no records.
//!
//! Input: points on Mondays, absent where nothing is known. A missing week breaks the line: it is never a zero.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::super::quantity::{Absence, Quantity, Unit};
use super::super::table::{Column, Entry, Table};
use super::Layout;
use super::axis::{Scale, grid_line, tick_text, ticks};
use super::canvas::{At, Canvas, Ink, Side};
use super::survival::Arm;

/// A value in a week.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// The Monday of the week.
    pub week: NaiveDate,
    /// Its value.
    pub value: WeekValue,
}

/// A week's value, or why it has none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WeekValue {
    /// The value, in the unit's own scale.
    Known(f64),
    /// No source has records of that week.
    NoRecords,
    /// The guard hides it.
    FewerThanFive,
}

impl WeekValue {
    const fn known(self) -> Option<f64> {
        if let Self::Known(value) = self { Some(value) } else { None }
    }

    fn entry(self, unit: Unit) -> Entry {
        match self {
            Self::Known(value) => Entry::Number(Quantity::level(value, unit)),
            Self::NoRecords => Entry::Number(Quantity::absent(unit, Absence::NoRecords)),
            Self::FewerThanFive => Entry::FewerThanFive,
        }
    }
}

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// What the line stands for.
    pub label: String,
    /// Whose it is; it decides ink and line style.
    pub arm: Arm,
    /// Its points in order of time.
    pub points: Vec<Point>,
}

/// The lines that share a panel.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Panel {
    /// What the panel shows; empty where the caption says it.
    pub title: String,
    /// Its lines.
    pub lines: Vec<Series>,
}

/// A moment to be marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// The Monday of its week.
    pub week: NaiveDate,
    /// What happened: `pilot starts`.
    pub label: String,
}

/// Values by week.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimeSeries {
    /// The unit of all values.
    pub unit: Unit,
    /// One panel, or small multiples with a common scale.
    pub panels: Vec<Panel>,
    /// Moments to be marked in every panel.
    pub marks: Vec<Mark>,
}

impl TimeSeries {
    fn weeks(&self) -> Option<(NaiveDate, NaiveDate)> {
        let weeks =
            || self.panels.iter().flat_map(|panel| &panel.lines).flat_map(|line| &line.points).map(|point| point.week);
        Some((weeks().min()?, weeks().max()?))
    }

    pub(super) fn canvas(&self, layout: Layout) -> (Canvas, f64) {
        let mut canvas = Canvas::new(layout);
        let Some(span) = self.weeks() else { return (canvas, 1.0) };
        let is_single = self.panels.len() == 1;
        let columns = if is_single || layout.is_narrow() { 1 } else { 2 };
        let plot_height = if is_single { 220.0 } else { 104.0 };
        let panel_height = plot_height + if is_single { 88.0 - self.untitled() } else { 76.0 };
        let width = canvas.width() / to_f64(columns);
        for (index, panel) in self.panels.iter().enumerate() {
            let corner = (width * to_f64(index % columns), panel_height * to_f64(index / columns));
            self.panel(&mut canvas, panel, (corner, width, plot_height), span);
        }
        let rows = self.panels.len().div_ceil(columns);
        (canvas, panel_height * to_f64(rows))
    }

    fn panel(
        &self,
        canvas: &mut Canvas,
        panel: &Panel,
        ((x0, y0), width, plot_height): (At, f64, f64),
        span: (NaiveDate, NaiveDate),
    ) {
        let times = self.unit.written_times();
        let values = || {
            self.panels
                .iter()
                .flat_map(|panel| &panel.lines)
                .flat_map(|line| &line.points)
                .filter_map(|point| point.value.known())
        };
        let is_share = self.unit == Unit::Percent;
        let highest = if is_share { 100.0 } else { values().fold(0.0, f64::max) * times };
        let steps = ticks(highest, if is_share && plot_height < 150.0 { 2 } else { 5 });
        let untitled = self.untitled();
        let (left, top) = (x0 + 42.0, y0 + if self.panels.len() == 1 { 60.0 - untitled } else { 44.0 });
        let right = x0 + width - if canvas.layout.is_narrow() { 12.0 } else { 20.0 };
        let bottom = top + plot_height;
        let across = Scale::new((0.0, days(span.0, span.1)), (left, right));
        let down = Scale::new((0.0, *steps.last().unwrap_or(&1.0)), (bottom, top));
        canvas.title((x0 + 8.0, y0 + 14.0), &panel.title, Ink::Strong, Side::Start);
        for step in &steps {
            let text = format!("{}{}", tick_text(*step, &steps), if is_share { "%" } else { "" });
            grid_line(canvas, (left, right), down.at(*step), &text, *step == 0.0);
        }
        mark_silence(canvas, panel, span, across, (top, bottom));
        self.mark_moments(canvas, span.0, across, (top, bottom));
        for line in &panel.lines {
            for run in runs(&line.points) {
                let points: Vec<At> = run
                    .iter()
                    .filter_map(|point| {
                        Some((across.at(days(span.0, point.week)), down.at(point.value.known()? * times)))
                    })
                    .collect();
                match (points.as_slice(), line.arm) {
                    ([alone], arm) => canvas.dot(*alone, 2.0, arm.ink()),
                    (_, Arm::Pilot) => canvas.line(points, Ink::Accent, 2.25),
                    (_, Arm::Comparison) => canvas.line(points, Ink::Muted, 1.4),
                }
            }
        }
        if x0 == 0.0 && y0 == 0.0 {
            name_lines(canvas, panel, (x0 + 8.0, y0 + 31.0 - untitled, right));
        }
        for (at, text) in quarter_ticks(span, across, right - left) {
            canvas.line([(at, bottom), (at, bottom + 4.0)], Ink::Faint, 1.0);
            canvas.label((at, bottom + 18.0), &text, Ink::Muted, Side::Middle);
        }
    }

    /// What is saved at the top where the only panel leaves its title to the caption.
    fn untitled(&self) -> f64 {
        if matches!(self.panels.as_slice(), [only] if only.title.is_empty()) { 17.0 } else { 0.0 }
    }

    fn mark_moments(&self, canvas: &mut Canvas, first: NaiveDate, across: Scale, (top, bottom): (f64, f64)) {
        for mark in &self.marks {
            let x = across.at(days(first, mark.week));
            canvas.dashes(
                &[(x, top - if self.panels.len() == 1 { 16.0 } else { 4.0 }), (x, bottom)],
                Ink::Strong,
                1.1,
                3.0,
            );
            if self.panels.len() == 1 {
                let fits = x + canvas.text_width(&mark.label) < canvas.width() - 8.0;
                let side = if fits { Side::Start } else { Side::End };
                canvas.label((x + if fits { 5.0 } else { -5.0 }, top - 7.0), &mark.label, Ink::Strong, side);
            }
        }
    }

    pub(super) fn table(&self, id: &str, title: &str) -> Table {
        let lines = || self.panels.iter().flat_map(|panel| panel.lines.iter().map(move |line| (panel, line)));
        let mut columns = vec![Column::text("Week of")];
        columns.extend(lines().map(|(panel, line)| {
            let label =
                if panel.title.is_empty() { line.label.clone() } else { format!("{}, {}", panel.title, line.label) };
            Column::number(label, self.unit)
        }));
        let mut table = Table::new(id, title, columns);
        let weeks: BTreeSet<NaiveDate> = lines().flat_map(|(_, line)| &line.points).map(|point| point.week).collect();
        for week in weeks {
            let values = lines().map(|(_, line)| {
                let point = line.points.iter().find(|point| point.week == week);
                point.map_or(WeekValue::NoRecords, |point| point.value).entry(self.unit)
            });
            table = table.row(std::iter::once(Entry::text(week.to_string())).chain(values));
        }
        table
    }
}

fn to_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn days(from: NaiveDate, to: NaiveDate) -> f64 {
    f64::from(i32::try_from((to - from).num_days()).unwrap_or(i32::MAX))
}

/// The stretches without a missing value.
fn runs(points: &[Point]) -> impl Iterator<Item = &[Point]> {
    points.split(|point| point.value.known().is_none()).filter(|run| !run.is_empty())
}

/// Shades the weeks of which no line of the panel has records, and says so where there is room.
fn mark_silence(
    canvas: &mut Canvas,
    panel: &Panel,
    span: (NaiveDate, NaiveDate),
    across: Scale,
    (top, bottom): (f64, f64),
) {
    let mut week = span.0;
    let mut silent: Option<NaiveDate> = None;
    while week <= span.1 + chrono::Days::new(7) {
        let is_known = week > span.1
            || panel
                .lines
                .iter()
                .flat_map(|line| &line.points)
                .any(|point| point.week == week && point.value != WeekValue::NoRecords);
        match (is_known, silent) {
            (false, None) => silent = Some(week),
            (true, Some(start)) => {
                let (x, end) = (across.at(days(span.0, start) - 3.5), across.at(days(span.0, week) - 3.5));
                canvas.bar((x, top), (end - x, bottom - top), Ink::Grid, 0.6);
                if bottom - top > 150.0 {
                    canvas.label((f64::midpoint(x, end), bottom - 8.0), "no records", Ink::Muted, Side::Middle);
                }
                silent = None;
            }
            _ => {}
        }
        week = week + chrono::Days::new(7);
    }
}

/// Names the lines in one row above the plot, each with a stroke of its own kind.
fn name_lines(canvas: &mut Canvas, panel: &Panel, (mut x, y, right): (f64, f64, f64)) {
    for line in &panel.lines {
        let text = super::super::text::shortened(&line.label, 28);
        let width = 24.0 + canvas.text_width(&text) + 14.0;
        if x + width > right + 20.0 {
            return;
        }
        let (ink, weight) = if line.arm == Arm::Pilot { (Ink::Accent, 2.5) } else { (Ink::Muted, 1.4) };
        canvas.line([(x, y - 4.0), (x + 18.0, y - 4.0)], ink, weight);
        canvas.label((x + 24.0, y), &text, ink, Side::Start);
        x += width;
    }
}

/// The first Mondays of quarters (of years, where quarters are too close), with their names.
fn quarter_ticks(span: (NaiveDate, NaiveDate), across: Scale, room: f64) -> Vec<(f64, String)> {
    use chrono::Datelike as _;
    let quarters = days(span.0, span.1) / 91.0;
    let months = if room / quarters.max(1.0) > 62.0 {
        3
    } else if room / quarters.max(1.0) > 31.0 {
        6
    } else {
        12
    };
    let mut ticks = Vec::new();
    let mut month = NaiveDate::from_ymd_opt(span.0.year(), 1, 1);
    while let Some(first) = month.filter(|first| *first <= span.1) {
        if first >= span.0 {
            ticks.push((across.at(days(span.0, first)), first.format("%b %Y").to_string()));
        }
        month = first.checked_add_months(chrono::Months::new(months));
    }
    ticks
}
