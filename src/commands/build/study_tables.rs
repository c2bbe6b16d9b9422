//! The tables of the log that come from the study file alone.

use std::collections::BTreeSet;

use chrono::{Datelike as _, Duration, NaiveDate, NaiveTime};

use crate::config::written::{Arm, DoneBy};
use crate::config::{Comparison, DAY_US, Settings, local_start};
use crate::log::{
    CalendarDay, CoverageField, CoveragePlaceholder, DefaultOwner, JourneyDefined, Micros, ObjectId, ObjectType,
    Parameters, Period, Repository, StepDefined, StudyTeam, day_of,
};

/// The calendar's first day is this long before the first record, so that steps before a start find their day.
const MARGIN_DAYS: i64 = 400;

/// Every day from well before the first instant to well after the last.
pub(super) fn calendar(settings: &Settings, first_us: Micros, last_us: Micros) -> Vec<CalendarDay> {
    let epoch = NaiveDate::default();
    let first = day_of(first_us, settings.zone) - MARGIN_DAYS;
    let last = day_of(last_us, settings.zone) + MARGIN_DAYS;
    let mut working_us_before = 0;
    (first..=last)
        .map(|day| {
            let date = epoch + Duration::days(day);
            let at = |time| local_start(date, time, settings.zone).unwrap_or(day * DAY_US);
            let works = settings.calendar.works_on(date);
            let opens_us = at(settings.calendar.opens);
            let closes_us = if works { at(settings.calendar.closes) } else { opens_us };
            let working_us = closes_us - opens_us;
            let month = i64::from(date.year() - 1970) * 12 + i64::from(date.month0());
            let row = CalendarDay {
                day,
                week: day - i64::from(date.weekday().num_days_from_monday()),
                month,
                quarter: month.div_euclid(3),
                starts_us: at(NaiveTime::MIN),
                opens_us,
                closes_us,
                working_us,
                working_us_before,
            };
            working_us_before += working_us;
            row
        })
        .collect()
}

/// The one row of settings that queries read.
pub(super) fn parameters(settings: &Settings, as_of_us: Micros, has_teams: bool) -> Parameters {
    Parameters {
        as_of_us,
        abandoned_after_us: i64::from(settings.limits.abandoned_after_days) * DAY_US,
        before_start_us: i64::from(settings.limits.before_start_days) * DAY_US,
        least_confidence: i64::from(settings.limits.least_confidence),
        production: settings.environments.production.clone(),
        lowest_shared: settings.environments.lowest_shared.clone(),
        has_teams,
    }
}

/// Journey definitions and their steps.
pub(super) fn definitions(settings: &Settings) -> (Vec<JourneyDefined>, Vec<StepDefined>) {
    let journeys = settings
        .journeys
        .iter()
        .map(|journey| JourneyDefined {
            definition: journey.id.clone(),
            subject_type: journey.subject.clone(),
            repeats: journey.repeats,
            abandoned_by: journey.abandoned_by.clone(),
        })
        .collect();
    let steps = settings
        .journeys
        .iter()
        .flat_map(|journey| {
            journey.steps.iter().zip(1..).map(|(step, position)| StepDefined {
                definition: journey.id.clone(),
                step: step.name.clone(),
                position,
                role: step.role.as_str().to_owned(),
                activity: step.activity.clone(),
                category: step.category.clone(),
                environment: step.environment.clone(),
                channel: step.channel.clone(),
                gate: step.gate.clone(),
                done_by: match step.by {
                    DoneBy::Any => None,
                    DoneBy::Bot => Some("bot".to_owned()),
                    DoneBy::Human => Some("human".to_owned()),
                },
            })
        })
        .collect();
    (journeys, steps)
}

/// What a complete catalog entry holds, what stands for nothing in it, and which groups own nothing.
pub(super) fn coverage(settings: &Settings) -> (Vec<CoverageField>, Vec<CoveragePlaceholder>, Vec<DefaultOwner>) {
    let owners: Vec<&str> =
        settings.catalogs.iter().map(|catalog| catalog.owner.as_deref().unwrap_or("owner")).collect();
    let fields = settings.coverage.required.iter().zip(1..).map(|(field, position)| CoverageField {
        field: field.clone(),
        position,
        is_owner: owners.contains(&field.as_str()),
    });
    let lower = |value: &String| value.to_lowercase();
    // Sets: a value that stands twice would count an entry twice.
    let placeholders: BTreeSet<String> =
        PLACEHOLDERS.map(str::to_owned).into_iter().chain(settings.coverage.placeholders.iter().map(lower)).collect();
    let default_owners: BTreeSet<String> = settings.coverage.default_owners.iter().map(lower).collect();
    (
        fields.collect(),
        placeholders.into_iter().map(|value| CoveragePlaceholder { value }).collect(),
        default_owners.into_iter().map(|value| DefaultOwner { value }).collect(),
    )
}

/// Values that stand for nothing in any catalog.
const PLACEHOLDERS: [&str; 6] = ["-", "n/a", "none", "tbd", "todo", "unknown"];

/// The teams that the study file names.
pub(super) fn study_teams(settings: &Settings) -> Vec<StudyTeam> {
    settings
        .teams
        .iter()
        .map(|team| StudyTeam {
            team_id: ObjectId::new(ObjectType::Team, &team.name).into(),
            arm: team.arm.as_str().to_owned(),
            pilot_us: team.start_us,
        })
        .collect()
}

/// Before, wash-out and after for each team that is compared.
pub(super) fn periods(settings: &Settings) -> Vec<Period> {
    let Some(comparison) = &settings.comparison else { return Vec::new() };
    settings
        .teams
        .iter()
        .filter(|team| matches!(team.arm, Arm::Pilot | Arm::Comparison))
        .flat_map(|team| {
            let start_us = team.start_us.unwrap_or(comparison.start_us);
            windows(comparison, start_us).map(|(period, from_us, to_us)| Period {
                team_id: ObjectId::new(ObjectType::Team, &team.name).into(),
                arm: team.arm.as_str().to_owned(),
                period: period.to_owned(),
                from_us,
                to_us,
            })
        })
        .collect()
}

fn windows(comparison: &Comparison, start_us: Micros) -> [(&'static str, Micros, Micros); 3] {
    let washed_us = start_us + comparison.washout_us;
    [
        ("before", start_us - comparison.before_us, start_us),
        ("washout", start_us, washed_us),
        ("after", washed_us, washed_us + comparison.after_us),
    ]
}

/// The repositories that the study file lists.
pub(super) fn repositories(settings: &Settings) -> Vec<Repository> {
    settings
        .repositories
        .iter()
        .map(|repository| Repository {
            repository_id: ObjectId::new(ObjectType::Repository, &repository.name).into(),
            role: if repository.subject.is_some() { "service" } else { "platform" }.to_owned(),
            subject_id: repository
                .subject
                .as_deref()
                .map(|subject| ObjectId::new(ObjectType::Component, subject).into()),
        })
        .collect()
}
