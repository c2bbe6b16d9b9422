//! Tickets to the platform over time, for each arm, in tickets a developer-week.
//!
//! A week of one arm often stands for fewer than five people: then weeks are taken together, as few as will do.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::CommandError;
use super::book::{Book, bare_name, count, real};
use super::curves::arm_of;
use crate::measures::{DeveloperWeekRow, RateRow, TicketPersonRow, TicketWeekRow};
use crate::report::chart::{Chart, Mark, Panel, Point, Series, TimeSeries, WeekValue};
use crate::report::guard::{Backing, Fate, fates};
use crate::report::{Block, Figure, NotTold, Unit};
use crate::study::Arm;

/// Developer-days of a developer-week.
const DAYS_OF_A_WEEK: f64 = 5.0;

/// How many weeks may be taken together.
const GRAINS: [i64; 4] = [1, 2, 4, 13];

/// Of the stretches with records, this share must show before a grain is taken.
const ENOUGH: f64 = 0.9;

pub(super) fn block(book: &Book<'_>) -> Result<Option<Block>, CommandError> {
    let weeks = weeks(book)?;
    if weeks.is_empty() {
        return Ok(None);
    }
    let grain = GRAINS.into_iter().find(|grain| shown_share(&weeks, *grain) >= ENOUGH);
    let Some(grain) = grain else {
        return Ok(Some(
            NotTold {
                id: "tickets-by-week".to_owned(),
                what: "Tickets to the platform over time".to_owned(),
                why: "Even quarters of a year would stand for fewer than five people who asked.".to_owned(),
                what_to_do: "Read the rates before and after, or compare more teams.".to_owned(),
            }
            .into(),
        ));
    };
    let together = if grain == 1 {
        "Each point is one week.".to_owned()
    } else {
        format!("Each level is the rate of {grain} weeks taken together: in fewer, fewer than five people asked.")
    };
    let lines = [Arm::Comparison, Arm::Pilot].into_iter().filter_map(|arm| series(&weeks, arm, grain));
    Ok(Some(
        Figure {
            id: "tickets-by-week".to_owned(),
            caption: "Tickets to the platform teams per developer-week".to_owned(),
            explains: format!(
                "{together} Weeks without records are shaded and left out, never drawn as zero; stretches that fewer than five people stand for are left out too."
            ),
            chart: Chart::TimeSeries(TimeSeries {
                unit: Unit::PerDeveloperWeek,
                panels: vec![Panel { title: String::new(), lines: lines.collect() }],
                marks: marks(book),
            }),
        }
        .into(),
    ))
}

/// When pilot teams started. Only the first has words: starts often lie a week or two apart.
pub(super) fn marks(book: &Book<'_>) -> Vec<Mark> {
    let starts = book.pilot_starts();
    let first = if starts.len() == 1 { "pilot starts" } else { "pilot teams start" };
    let words = std::iter::once(first).chain(std::iter::repeat(""));
    starts.into_keys().zip(words).map(|(week, label)| Mark { week, label: label.to_owned() }).collect()
}

/// What one arm did in one week.
#[derive(Clone, Default)]
struct Week {
    tickets: u64,
    developer_days: f64,
    people: Backing,
}

type Weeks = BTreeMap<(Arm, i64), Week>;

fn weeks(book: &Book<'_>) -> Result<Weeks, CommandError> {
    let arms: BTreeMap<&str, Arm> = book
        .settings
        .teams
        .iter()
        .filter_map(|team| {
            Some((team.name.as_str(), super::book::window_of(Some(team.arm.as_str()), Some("before"))?.0))
        })
        .collect();
    // Teams of which the stream holds nothing cannot be told; their developers are no exposure.
    let told: BTreeSet<String> =
        book.rows::<RateRow>()?.into_iter().filter(|row| row.tickets.is_some()).map(|row| row.team_id).collect();
    let arm = |team: Option<&str>| {
        team.filter(|team| told.contains(*team)).and_then(|team| arms.get(bare_name(team)).copied())
    };
    let mut weeks = Weeks::new();
    for row in book.rows::<DeveloperWeekRow>()? {
        if let Some(arm) = arm(Some(&row.team_id)) {
            weeks.entry((arm, row.week)).or_default().developer_days += real(row.developer_days);
        }
    }
    for row in book.rows::<TicketWeekRow>()? {
        if let Some(arm) = arm(row.team_id.as_deref()) {
            weeks.entry((arm, row.week)).or_default().tickets += count(row.tickets);
        }
    }
    for row in book.rows::<TicketPersonRow>()? {
        if let Some(arm) = arm(row.team_id.as_deref()) {
            let asked = count(row.tickets);
            weeks.entry((arm, row.week)).or_default().people.join(&Backing::new(asked, [(row.person_id, asked)]));
        }
    }
    weeks.retain(|_, week| week.developer_days > 0.0);
    Ok(weeks)
}

/// The stretches of an arm in order, each with the weeks in it that have records.
fn stretches(weeks: &Weeks, arm: Arm, grain: i64) -> Vec<(Week, Vec<i64>)> {
    let first = weeks.keys().map(|(_, week)| *week).min().unwrap_or(0);
    let mut stretches: BTreeMap<i64, (Week, Vec<i64>)> = BTreeMap::new();
    for ((_, monday), week) in weeks.iter().filter(|((of, _), _)| *of == arm) {
        let (sum, mondays) = stretches.entry((monday - first).div_euclid(7 * grain)).or_default();
        sum.tickets += week.tickets;
        sum.developer_days += week.developer_days;
        sum.people.join(&week.people);
        mondays.push(*monday);
    }
    stretches.into_values().collect()
}

fn fates_of(stretches: &[(Week, Vec<i64>)]) -> Vec<Fate> {
    let unknown = |week: &Week| week.people.is_empty() && week.tickets > 0;
    // Tickets of nobody known stand for nobody: such a stretch must not pass as one without tickets.
    let row =
        |(week, _): &(Week, Vec<i64>)| vec![if unknown(week) { Backing::new(1, []) } else { week.people.clone() }];
    fates(&stretches.iter().map(row).collect::<Vec<_>>())
}

fn shown_share(weeks: &Weeks, grain: i64) -> f64 {
    let fates: Vec<Fate> =
        [Arm::Pilot, Arm::Comparison].into_iter().flat_map(|arm| fates_of(&stretches(weeks, arm, grain))).collect();
    let shown = fates.iter().filter(|fate| **fate == Fate::Shown).count() as u64;
    super::book::whole(shown) / super::book::whole(fates.len().max(1) as u64)
}

fn series(weeks: &Weeks, arm: Arm, grain: i64) -> Option<Series> {
    let stretches = stretches(weeks, arm, grain);
    let fates = fates_of(&stretches);
    let mut values: BTreeMap<i64, WeekValue> = BTreeMap::new();
    for ((week, mondays), fate) in stretches.iter().zip(fates) {
        let rate = super::book::whole(week.tickets) / (week.developer_days / DAYS_OF_A_WEEK);
        let value = if fate == Fate::Shown { WeekValue::Known(rate) } else { WeekValue::FewerThanFive };
        values.extend(mondays.iter().map(|monday| (*monday, value)));
    }
    let (first, last) = (*values.keys().next()?, *values.keys().next_back()?);
    let points = (first..=last).step_by(7).filter_map(|monday| {
        let week = NaiveDate::default().checked_add_days(Days::new(u64::try_from(monday).ok()?))?;
        Some(Point { week, value: values.get(&monday).copied().unwrap_or(WeekValue::NoRecords) })
    });
    let label = super::words::capital(super::words::arm_words(arm));
    Some(Series { label, arm: arm_of(arm), points: points.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twelve weeks in which `people` people ask once a week, the fourth silent.
    fn world(people: u64) -> Weeks {
        (0..12_i64)
            .filter(|week| *week != 3)
            .map(|week| {
                let asked = (0..people).map(|person| (format!("{person}"), 1));
                let week_of = Week { tickets: people, developer_days: 25.0, people: Backing::new(people, asked) };
                ((Arm::Pilot, 19_723 + 7 * week), week_of)
            })
            .collect()
    }

    #[test]
    fn a_silent_week_is_a_gap_and_not_a_zero() {
        let line = series(&world(6), Arm::Pilot, 1).expect("a line");
        assert_eq!(line.points.len(), 12);
        assert_eq!(line.points[3].value, WeekValue::NoRecords);
        assert_eq!(line.points[0].value, WeekValue::Known(1.2));
    }

    #[test]
    fn a_team_of_three_people_never_shows_however_many_weeks_are_taken_together() {
        let weeks = world(3);
        assert!(GRAINS.into_iter().all(|grain| shown_share(&weeks, grain) < ENOUGH));
        let line = series(&weeks, Arm::Pilot, 4).expect("a line");
        assert!(line.points.iter().all(|point| !matches!(point.value, WeekValue::Known(_))));
    }
}
