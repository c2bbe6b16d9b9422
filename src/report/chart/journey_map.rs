//! The composite journey map: the steps of the typical journey in order, when each happens, what was waited for, and how
//! many journeys never show it.
//!
//! Input: medians and quartiles over at least five journeys by five people. One row a step; before and after share it, so
//! that the eye compares straight down. Steps that some journeys lack say so in words.

use serde::Serialize;

use super::super::quantity::{Absence, Quantity, Unit, fixed};
use super::super::table::{Column, Entry, Table};
use super::Layout;
use super::axis::{Scale, day_ticks, tick_text};
use super::canvas::{Canvas, Ink, Side};
use super::survival::Period;

/// When a step happened in the journeys of one period.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StepTime {
    /// Median day since the start; absent where no journey has the step, or too few for a median.
    pub median_day: Option<f64>,
    /// Day by which a quarter had it.
    pub early_day: Option<f64>,
    /// Day by which three quarters had it.
    pub late_day: Option<f64>,
    /// Median days of waiting for somebody else that ended with this step, where requests and answers were seen.
    pub waited_days: Option<f64>,
    /// The share of journeys that lack the step, between 0 and 1.
    pub missing: Option<f64>,
}

/// A step of the journey.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MapStep {
    /// Its name.
    pub name: String,
    /// One per lane, in the order of the lanes; absent where the guard hides it.
    pub times: Vec<Option<StepTime>>,
}

/// The journeys of one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Lane {
    /// Which period.
    pub period: Period,
    /// How many journeys it holds.
    pub journeys: u64,
}

/// The composite journey map.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JourneyMap {
    /// Before and after, or one of them.
    pub lanes: Vec<Lane>,
    /// The steps in the order of the definition.
    pub steps: Vec<MapStep>,
}

/// How much wider bold text may run than the guess for plain text.
const BOLD: f64 = 1.14;

impl JourneyMap {
    fn last_day(&self) -> f64 {
        let days =
            self.steps.iter().flat_map(|step| &step.times).flatten().flat_map(|time| [time.median_day, time.late_day]);
        days.flatten().fold(1.0, f64::max)
    }

    pub(super) fn canvas(&self, layout: Layout) -> (Canvas, f64) {
        let mut canvas = Canvas::new(layout);
        let narrow = layout.is_narrow();
        let lane_height = if narrow { 30.0 } else { 19.0 };
        let name_height = if narrow { 20.0 } else { 0.0 };
        let row_height = name_height + lane_height * f64::from(u32::try_from(self.lanes.len()).unwrap_or(1)) + 14.0;
        let (left, right) = if narrow { (10.0, canvas.width() - 12.0) } else { (190.0, canvas.width() - 228.0) };
        let top = 58.0;
        let bottom = top + row_height * f64::from(u32::try_from(self.steps.len()).unwrap_or(1));
        let days = day_ticks(self.last_day(), if narrow { 5 } else { 7 });
        let across = Scale::new((0.0, *days.last().unwrap_or(&1.0)), (left, right));
        self.key(&mut canvas);
        for day in &days {
            let x = across.at(*day);
            canvas.line([(x, top), (x, bottom)], Ink::Grid, 1.0);
            canvas.label((x, top - 8.0), &tick_text(*day, &days), Ink::Muted, Side::Middle);
        }
        if !narrow {
            canvas.label((left - 14.0, top - 8.0), "day", Ink::Muted, Side::End);
            for (column, heading) in COLUMNS {
                canvas.label((canvas.width() - column, top - 8.0), heading, Ink::Muted, Side::End);
            }
        }
        for (index, step) in self.steps.iter().enumerate() {
            let y = top + row_height * f64::from(u32::try_from(index).unwrap_or(0));
            if index > 0 {
                canvas.line([(0.0, y), (canvas.width(), y)], Ink::Grid, 1.0);
            }
            let lines = canvas.wrapped(
                &step.name,
                (if narrow { canvas.width() } else { left - 10.0 }) / BOLD,
                if narrow { 1 } else { 2 },
            );
            let two = lines.len() > 1;
            let first = if narrow { y + 16.0 } else { y + row_height / 2.0 + if two { -4.0 } else { 4.5 } };
            for (line, text) in lines.iter().enumerate() {
                canvas.title((2.0, first + if line > 0 { 16.0 } else { 0.0 }), text, Ink::Strong, Side::Start);
            }
            for (index, (lane, time)) in self.lanes.iter().zip(&step.times).enumerate() {
                let offset =
                    lane_height * (f64::from(u32::try_from(index).unwrap_or(0)) + if narrow { 0.32 } else { 0.5 });
                draw_time(&mut canvas, *lane, time.as_ref(), across, y + 7.0 + name_height + offset);
            }
        }
        (canvas, bottom + 8.0)
    }

    fn key(&self, canvas: &mut Canvas) {
        let mut x = 2.0;
        for lane in &self.lanes {
            let ink = ink(lane.period);
            canvas.bar((x, 6.0), (22.0, 9.0), ink, 0.28);
            mark(canvas, lane.period, (x + 11.0, 10.5));
            let text = format!("{} ({} journeys)", lane.period.words(), lane.journeys);
            canvas.label((x + 28.0, 15.0), &text, ink, Side::Start);
            x += 28.0 + canvas.text_width(&text) + 14.0;
        }
        let right = canvas.width();
        if !canvas.layout.is_narrow() {
            canvas.label((right, 15.0), "dot: median, bar: middle half, line: waiting", Ink::Muted, Side::End);
        }
    }

    pub(super) fn table(&self, id: &str, title: &str) -> Table {
        let days = |label: &str| Column::number(label, Unit::Days);
        let columns = vec![
            Column::text("Step"),
            Column::text("Period"),
            days("Median day"),
            days("A quarter by day"),
            days("Three quarters by day"),
            days("Of that waiting for others"),
            Column::number("Missing in", Unit::Percent),
        ];
        let mut table = Table::new(id, title, columns);
        for step in &self.steps {
            for (lane, time) in self.lanes.iter().zip(&step.times) {
                let Some(time) = time else {
                    let hidden = std::iter::repeat_n(Entry::FewerThanFive, 5);
                    table = table
                        .row([Entry::text(&step.name), Entry::text(lane.period.words())].into_iter().chain(hidden));
                    continue;
                };
                let day = |day: Option<f64>| Entry::Number(Quantity::known(day, Unit::Days, Absence::NotKnown));
                table = table.row([
                    Entry::text(&step.name),
                    Entry::text(lane.period.words()),
                    day(time.median_day),
                    day(time.early_day),
                    day(time.late_day),
                    day(time.waited_days),
                    Entry::Number(Quantity::known(time.missing, Unit::Percent, Absence::NotKnown)),
                ]);
            }
        }
        table
    }
}

const fn ink(period: Period) -> Ink {
    match period {
        Period::Before => Ink::Muted,
        Period::After => Ink::Accent,
    }
}

fn mark(canvas: &mut Canvas, period: Period, at: (f64, f64)) {
    match period {
        Period::Before => canvas.ring(at, 5.0, Ink::Muted),
        Period::After => canvas.dot(at, 5.0, Ink::Accent),
    }
}

fn draw_time(canvas: &mut Canvas, lane: Lane, time: Option<&StepTime>, across: Scale, y: f64) {
    let ink = ink(lane.period);
    let Some(time) = time else {
        let (x, side, below) =
            if canvas.layout.is_narrow() { (10.0, Side::Start, 17.0) } else { (canvas.width() - 2.0, Side::End, 4.5) };
        canvas.label((x, y + below), "fewer than five people", ink, side);
        return;
    };
    if let (Some(early), Some(late)) = (time.early_day, time.late_day) {
        let (x, end) = (across.at(early), across.at(late));
        canvas.bar((x, y - 4.5), ((end - x).max(2.0), 9.0), ink, 0.28);
    }
    if let Some(median) = time.median_day {
        if let Some(waited) = time.waited_days.filter(|waited| *waited > 0.0) {
            canvas.line([(across.at((median - waited).max(0.0)), y), (across.at(median), y)], ink, 2.0);
        }
        mark(canvas, lane.period, (across.at(median), y));
    }
    if canvas.layout.is_narrow() {
        canvas.label((10.0, y + 17.0), &in_words(time), ink, Side::Start);
        return;
    }
    let cells = [
        time.median_day.map_or_else(|| "not known".to_owned(), |day| format!("day {}", short_days(day))),
        time.waited_days.map_or_else(|| "–".to_owned(), short_days),
        time.missing.map_or_else(|| "–".to_owned(), |missing| format!("{}%", fixed(missing * 100.0, 0))),
    ];
    for ((column, _), text) in COLUMNS.into_iter().zip(cells) {
        canvas.label((canvas.width() - column, y + 4.5), &text, ink, Side::End);
    }
}

/// The columns beside the map: distance of their right edge from the page's, and heading.
const COLUMNS: [(f64, &str); 3] = [(152.0, "median"), (88.0, "waiting"), (2.0, "missing in")];

fn short_days(days: f64) -> String {
    let text = fixed(days, usize::from(days < 100.0));
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

fn in_words(time: &StepTime) -> String {
    let mut parts =
        vec![time.median_day.map_or_else(|| "not known".to_owned(), |day| format!("day {}", short_days(day)))];
    if let Some(waited) = time.waited_days.filter(|waited| *waited > 0.0) {
        parts.push(format!("{} waiting", short_days(waited)));
    }
    if let Some(missing) = time.missing.filter(|missing| *missing > 0.0) {
        parts.push(format!("missing in {}%", fixed(missing * 100.0, 0)));
    }
    parts.join(" · ")
}
