//! The charts: plain data in, SVG out, with a title, a description and a data table for whoever cannot see them.
//!
//! Each chart is drawn twice, for a page and for a phone, because text that is scaled down cannot be read. One accent
//! colour means the pilot; shape and line style carry every distinction a second time. Neighbours: [`canvas`] paints
//! through plotters; `html` and `markdown` place the result.

mod axis;
mod canvas;
mod flow;
mod journey_map;
mod series;
mod slopes;
mod survival;

use serde::Serialize;

pub use flow::{Flow, FlowTeam, Ribbon, TeamRole};
pub use journey_map::{JourneyMap, Lane, MapStep, StepTime};
pub use series::{Mark, Panel, Point, Series, TimeSeries, WeekValue};
pub use slopes::{Slopes, TeamSlope};
pub use survival::{Arm, AtRisk, Curve, CurveStep, Period, Survival, SurvivalPanel};

pub(super) use canvas::THEME;

use super::table::Table;

/// A chart: its kind and its data.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "chart", rename_all = "snake_case")]
pub enum Chart {
    /// The share still waiting, by days since the start.
    Survival(Survival),
    /// Who hands over to whom.
    Flow(Flow),
    /// Values by week.
    TimeSeries(TimeSeries),
    /// The steps of the typical journey.
    JourneyMap(JourneyMap),
    /// Before and after, team by team.
    Slopes(Slopes),
}

/// For which width a chart is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// A page or a desktop window.
    Wide,
    /// A phone.
    Narrow,
}

impl Layout {
    const fn width(self) -> f64 {
        match self {
            Self::Wide => 720.0,
            Self::Narrow => 340.0,
        }
    }

    const fn is_narrow(self) -> bool {
        matches!(self, Self::Narrow)
    }
}

/// What identifies a drawing on its page and to a screen reader.
pub(super) struct Naming<'a> {
    /// Unique on the page.
    pub(super) id: &'a str,
    /// What the figure shows.
    pub(super) title: &'a str,
    /// How to read it.
    pub(super) description: &'a str,
}

impl Chart {
    /// The chart as SVG.
    pub(super) fn draw(&self, layout: Layout, naming: &Naming<'_>) -> Result<String, String> {
        let (canvas, height) = match self {
            Self::Survival(chart) => chart.canvas(layout),
            Self::Flow(chart) => chart.canvas(layout),
            Self::TimeSeries(chart) => chart.canvas(layout),
            Self::JourneyMap(chart) => chart.canvas(layout),
            Self::Slopes(chart) => chart.canvas(layout),
        };
        canvas.paint(height, naming)
    }

    /// The chart's data.
    pub(super) fn table(&self, id: &str, title: &str) -> Table {
        match self {
            Self::Survival(chart) => chart.table(id, title),
            Self::Flow(chart) => chart.table(id, title),
            Self::TimeSeries(chart) => chart.table(id, title),
            Self::JourneyMap(chart) => chart.table(id, title),
            Self::Slopes(chart) => chart.table(id, title),
        }
    }
}
