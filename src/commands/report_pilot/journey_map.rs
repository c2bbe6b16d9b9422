//! The composite journey of the pilot teams: when each step happens, what was waited for, and who never shows it.

use std::collections::BTreeMap;

use super::CommandError;
use super::book::{Book, days, whole, window_of};
use super::curves::period_of;
use super::words::step_title;
use crate::config::{Journey, StepRole};
use crate::measures::StepRow;
use crate::report::chart::{Chart, JourneyMap, Lane, MapStep, StepTime};
use crate::report::guard::{Backing, Fate, fates};
use crate::report::{Block, Figure, NotTold};
use crate::study::{Arm, Period};

const PERIODS: [Period; 2] = [Period::Before, Period::After];

/// The journey that the report is about: the first that a service goes through once and that ends with a deploy.
pub(super) fn definition<'a>(book: &Book<'a>) -> Option<&'a Journey> {
    let ends_with_deploy = |journey: &&Journey| {
        journey.steps.iter().any(|step| step.role == StepRole::Finish && step.activity == "service.deployed")
    };
    let deployed = || book.settings.journeys.iter().filter(ends_with_deploy);
    deployed().find(|journey| !journey.repeats).or_else(|| deployed().next())
}

pub(super) fn block(book: &Book<'_>, definition: Option<&Journey>) -> Result<Vec<Block>, CommandError> {
    let Some(definition) = definition else { return Ok(Vec::new()) };
    let rows: Vec<StepRow> = book.rows()?;
    let rows: Vec<&StepRow> =
        rows.iter().filter(|row| row.definition == definition.id && row.arm.as_deref() == Some("pilot")).collect();
    let waits = waits(book);
    let journeys = |period: Period| {
        let in_lane = rows.iter().filter(move |row| in_period(row, period));
        in_lane.map(|row| row.journey_id.as_str()).collect::<std::collections::BTreeSet<&str>>()
    };
    let lanes: Vec<Period> = PERIODS.into_iter().filter(|period| !journeys(*period).is_empty()).collect();
    let backings: Vec<Backing> = lanes.iter().map(|period| book.journeys(journeys(*period))).collect();
    if lanes.is_empty() || fates(std::slice::from_ref(&backings)) != [Fate::Shown] {
        return Ok(vec![
            NotTold {
                id: "journey-map".to_owned(),
                what: "The pilot teams' journey, step by step".to_owned(),
                why: "Each period would stand for fewer than five people or journeys.".to_owned(),
                what_to_do: "Wait for more journeys, or widen the windows.".to_owned(),
            }
            .into(),
        ]);
    }
    let steps = definition.steps.iter().filter_map(|step| {
        let of_step: Vec<&StepRow> = rows.iter().copied().filter(|row| row.step == step.name).collect();
        let happened =
            |period| of_step.iter().copied().filter(move |row| in_period(row, period) && row.state == "done");
        // A step that no journey ever shows says nothing about the pilot: no rule may look for it.
        let is_seen = lanes.iter().any(|period| happened(*period).next().is_some());
        is_seen.then(|| MapStep {
            name: step_title(&step.name),
            times: lanes.iter().map(|period| Some(step_time(book, &of_step, *period, &waits))).collect(),
        })
    });
    let chart = JourneyMap {
        steps: steps.collect(),
        lanes: lanes
            .iter()
            .zip(&backings)
            .map(|(period, backing)| Lane { period: period_of(*period), journeys: backing.journeys() })
            .collect(),
    };
    Ok(vec![Figure {
        id: "journey-map".to_owned(),
        caption: "The pilot teams' journey, step by step, before and after the start".to_owned(),
        explains: "A dot is the day by which half of the journeys that have the step had it, a bar their middle half, a thin line the time that was waited for somebody else just before it. “Missing in” is the share of ended journeys that never show the step; a step that is not needed is missing too. Steps done before the first commit stand at day 0 or before. Times of steps that fewer than five journeys or people stand for are not known here.".to_owned(),
        chart: Chart::JourneyMap(chart),
    }
    .into()])
}

fn in_period(row: &StepRow, period: Period) -> bool {
    window_of(row.arm.as_deref(), row.period.as_deref()) == Some((Arm::Pilot, period))
}

/// How long was waited for an answer that came at the instant of a step, by journey and instant.
fn waits(book: &Book<'_>) -> BTreeMap<(String, i64), f64> {
    let starts: BTreeMap<&str, i64> =
        book.study.journeys.journeys.iter().map(|journey| (journey.journey_id.as_str(), journey.started_us)).collect();
    let mut waits = BTreeMap::new();
    for request in &book.study.journeys.requests {
        let (Some(journey), Some(response_us)) = (&request.journey_id, request.response_us) else { continue };
        let Some(start_us) = starts.get(journey.as_str()) else { continue };
        let waited = days(response_us - request.request_us);
        if waited <= 0.0 {
            continue;
        }
        let longest: &mut f64 = waits.entry((journey.clone(), response_us - start_us)).or_insert(0.0);
        *longest = longest.max(waited);
    }
    waits
}

fn step_time(book: &Book<'_>, rows: &[&StepRow], period: Period, waits: &BTreeMap<(String, i64), f64>) -> StepTime {
    let of = |state: &'static str| rows.iter().copied().filter(move |row| in_period(row, period) && row.state == state);
    let ended = of("done").chain(of("done later")).chain(of("missing")).count() as u64;
    let lacking = of("missing").chain(of("done later")).count() as u64;
    let missing = (ended > 0).then(|| whole(lacking) / whole(ended));
    let stands = |ids: &[&str]| book.journeys(ids.iter().copied()).stands();
    let done: Vec<&StepRow> = of("done").collect();
    if !stands(&done.iter().map(|row| row.journey_id.as_str()).collect::<Vec<_>>()) {
        return StepTime { median_day: None, early_day: None, late_day: None, waited_days: None, missing };
    }
    let offsets: Vec<f64> = done.iter().filter_map(|row| row.offset_us).map(days).collect();
    let waited: Vec<(&str, f64)> = done
        .iter()
        .filter_map(|row| Some((row, waits.get(&(row.journey_id.clone(), row.offset_us?))?)))
        .map(|(row, waited)| (row.journey_id.as_str(), *waited))
        .collect();
    let waited_by: Vec<&str> = waited.iter().map(|(journey, _)| *journey).collect();
    let waited_days =
        if stands(&waited_by) { quantile(waited.iter().map(|(_, days)| *days).collect(), 0.5) } else { None };
    StepTime {
        median_day: quantile(offsets.clone(), 0.5),
        early_day: quantile(offsets.clone(), 0.25),
        late_day: quantile(offsets, 0.75),
        waited_days,
        missing,
    }
}

/// The value below which this share lies, between neighbours in proportion.
fn quantile(mut values: Vec<f64>, share: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let place = share * whole(values.len().checked_sub(1)? as u64);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list")]
    let below = place.floor() as usize;
    let above = (below + 1).min(values.len() - 1);
    Some(values[below] + (values[above] - values[below]) * (place - place.floor()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_between_the_middle_two() {
        assert_eq!(quantile(vec![4.0, 1.0, 3.0, 2.0], 0.5), Some(2.5));
        assert_eq!(quantile(vec![7.0], 0.75), Some(7.0));
        assert_eq!(quantile(Vec::new(), 0.5), None);
    }
}
