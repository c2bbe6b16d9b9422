//! Survival curves: the share of journeys that have not reached an environment yet, by days since their start.

use super::CommandError;
use super::book::{Book, days, window_of};
use super::guarded::{Shown, Told, shown};
use super::words::window;
use crate::measures::DeployTimeRow;
use crate::report::chart::{self, AtRisk, Chart, Curve, CurveStep, Survival, SurvivalPanel};
use crate::report::guard::{curve_on_weeks, shown_at_risk};
use crate::report::{Block, Figure};
use crate::study::{Arm, Period, Window};

/// One figure for each environment, production first.
pub(super) fn blocks(book: &Book<'_>) -> Result<Vec<Block>, CommandError> {
    let rows: Vec<DeployTimeRow> = book.rows()?;
    let mut answers: Vec<_> = book.answers("time_to_first_deploy").collect();
    answers.sort_by_key(|answer| answer.of.as_deref() != Some(book.settings.environments.production.as_str()));
    let block = |answer| match shown(answer) {
        Shown::Told(told) => Some(block(book, &told, &rows)),
        _ => None,
    };
    Ok(answers.into_iter().filter_map(block).collect())
}

/// Weeks that every curve must reach to be worth looking at.
const WEEKS: usize = 4;

fn block(book: &Book<'_>, told: &Told<'_>, rows: &[DeployTimeRow]) -> Block {
    let figure = figure(book, told, rows);
    let Chart::Survival(survival) = &figure.chart else { return figure.into() };
    let shortest = survival.panels.iter().flat_map(|panel| &panel.curves).map(|curve| curve.steps.len()).min();
    if shortest.is_some_and(|weeks| weeks > WEEKS) {
        return figure.into();
    }
    Block::paragraph(format!(
        "Curves of the share not yet deployed to {} are not drawn: within {WEEKS} weeks fewer than five journeys are left in view.",
        told.answer.of.as_deref().unwrap_or_default()
    ))
}

fn figure(book: &Book<'_>, told: &Told<'_>, rows: &[DeployTimeRow]) -> Figure {
    let environment = told.answer.of.as_deref().unwrap_or_default();
    let tau_days = book.analysis.design.tau_days;
    let panels = told.arms.iter().map(|arm| {
        let curves = [Period::Before, Period::After].into_iter().filter_map(|period| {
            let window = window(told.verdict, *arm, period)?;
            let spans = rows.iter().filter(|row| {
                row.environment == environment
                    && window_of(row.arm.as_deref(), row.period.as_deref()) == Some((*arm, period))
                    && (row.entry_us == 0 || row.entry_us < row.time_us)
            });
            Some(curve(window, &spans.collect::<Vec<_>>(), tau_days))
        });
        SurvivalPanel { arm: arm_of(*arm), curves: curves.collect() }
    });
    Figure {
        id: format!("survival-{environment}"),
        caption: format!("Share of new services not yet deployed to {environment}, by days since the first commit"),
        explains: "The lower the curve, the sooner services are deployed. Curves are read at whole weeks and end where fewer than five journeys are in view. Bands are pointwise limits that take journeys for independent; the verdict above takes teams.".to_owned(),
        chart: Chart::Survival(Survival {
            waiting_for: "not yet deployed".to_owned(),
            tau_days,
            panels: panels.collect(),
        }),
    }
}

fn curve(window: &Window, rows: &[&DeployTimeRow], tau_days: f64) -> Curve {
    let steps: Vec<CurveStep> = window
        .curve
        .iter()
        .map(|point| CurveStep {
            at_days: point.days,
            share: point.open_share,
            low: point.limits.map(|limits| limits.lower),
            high: point.limits.map(|limits| limits.upper),
        })
        .collect();
    let mut at_risk: Vec<AtRisk> = Vec::new();
    let mut day = 0.0;
    while day <= tau_days {
        let in_view = rows.iter().filter(|row| days(row.entry_us) <= day && days(row.time_us) >= day).count() as u64;
        at_risk.push(shown_at_risk(day, in_view));
        day += 7.0;
    }
    Curve {
        period: period_of(window.period),
        journeys: window.units,
        steps: curve_on_weeks(&steps, &at_risk, tau_days),
        at_risk,
    }
}

/// The arm as charts know it.
pub(super) const fn arm_of(arm: Arm) -> chart::Arm {
    match arm {
        Arm::Pilot => chart::Arm::Pilot,
        Arm::Comparison => chart::Arm::Comparison,
    }
}

/// The period as charts know it.
pub(super) const fn period_of(period: Period) -> chart::Period {
    match period {
        Period::Before => chart::Period::Before,
        Period::After => chart::Period::After,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::CurvePoint;

    fn row(days: i64) -> DeployTimeRow {
        let us = days * 86_400_000_000;
        DeployTimeRow {
            journey_id: format!("j{days}"),
            definition: "create-service".to_owned(),
            environment: "production".to_owned(),
            team_id: None,
            arm: None,
            period: None,
            standing: String::new(),
            entry_us: 0,
            time_us: us,
            working_entry_us: 0,
            working_us: us,
            cause: 1,
            left_truncated: false,
            censored_at_pilot: false,
        }
    }

    #[test]
    fn a_curve_ends_where_four_journeys_are_left_in_view() {
        let rows: Vec<DeployTimeRow> = [3, 5, 9, 12, 16, 20, 30].into_iter().map(row).collect();
        let point = |(index, row): (usize, &DeployTimeRow)| CurvePoint {
            days: days(row.time_us),
            open_share: 1.0 - f64::from(u32::try_from(index + 1).unwrap_or(0)) / 7.0,
            limits: None,
            at_risk: 7 - index as u64,
        };
        let window = Window {
            arm: Arm::Pilot,
            period: Period::After,
            units: 7,
            teams: 3,
            events: 7,
            open: 0,
            abandoned: 0,
            excluded: 0,
            level: Err(crate::study::Refusal::Empty),
            median: None,
            curve: rows.iter().enumerate().map(point).collect(),
        };
        let drawn = curve(&window, &rows.iter().collect::<Vec<_>>(), 60.0);
        assert_eq!(drawn.steps.iter().map(|step| step.at_days).collect::<Vec<_>>(), [0.0, 7.0]);
        assert_eq!(drawn.at_risk[1].journeys, Some(5));
        assert_eq!(drawn.at_risk[2].journeys, None, "three in view on day 14");
    }
}
