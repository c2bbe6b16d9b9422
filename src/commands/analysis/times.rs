//! Measures that are times until something happens: journeys and requests, open ones among them.

use std::collections::BTreeMap;

use super::{Answer, CommandError, Kinds, LeftOut, Level, People, Study, Units, cell, days, found, outside, team_name};
use crate::measures::{self, DeployTimeRow, JourneyTimeRow, RequestTimeRow};
use crate::study::{Cause, Design, TimeRecord, time_study};

/// One answer for each environment.
pub(super) fn time_to_first_deploy(
    study: &Study,
    design: &Design,
    people: &People,
    kinds: &Kinds,
) -> Result<Vec<Answer>, CommandError> {
    let mut by_environment: BTreeMap<String, Vec<DeployTimeRow>> = BTreeMap::new();
    for row in measures::read::<DeployTimeRow>(&study.catalog)? {
        by_environment.entry(row.environment.clone()).or_default().push(row);
    }
    let environments = &study.settings.environments.order;
    let place = |name: &str| environments.iter().position(|known| known == name);
    let mut answers: Vec<Answer> = by_environment
        .into_iter()
        .map(|(environment, rows)| {
            let times = rows.iter().map(|row| Time {
                journey: &row.journey_id,
                team_id: row.team_id.as_deref(),
                arm: row.arm.as_deref(),
                period: row.period.as_deref(),
                standing: &row.standing,
                entry_us: row.entry_us,
                elapsed_us: row.time_us,
                cause: row.cause,
                kind: kinds.of(&row.journey_id),
            });
            answer("time_to_first_deploy", Some(environment), times, design, people)
        })
        .collect();
    answers.sort_by_key(|answer| answer.of.as_deref().and_then(place));
    Ok(answers)
}

/// One answer for each definition.
pub(super) fn journey_time(
    study: &Study,
    design: &Design,
    people: &People,
    kinds: &Kinds,
) -> Result<Vec<Answer>, CommandError> {
    let mut by_definition: BTreeMap<String, Vec<JourneyTimeRow>> = BTreeMap::new();
    for row in measures::read::<JourneyTimeRow>(&study.catalog)? {
        by_definition.entry(row.definition.clone()).or_default().push(row);
    }
    let answers = by_definition.into_iter().map(|(definition, rows)| {
        let times = rows.iter().map(|row| Time {
            journey: &row.journey_id,
            team_id: row.team_id.as_deref(),
            arm: row.arm.as_deref(),
            period: row.period.as_deref(),
            standing: &row.standing,
            entry_us: row.entry_us,
            elapsed_us: row.time_us,
            cause: row.cause,
            kind: kinds.of(&row.journey_id),
        });
        answer("journey_time", Some(definition), times, design, people)
    });
    Ok(answers.collect())
}

/// Requests to the platform until another party answers.
pub(super) fn request_answer_time(study: &Study, design: &Design, people: &People) -> Result<Answer, CommandError> {
    let rows = measures::read::<RequestTimeRow>(&study.catalog)?;
    let times = rows.iter().map(|row| Time {
        journey: "",
        team_id: row.team_id.as_deref(),
        arm: row.arm.as_deref(),
        period: row.period.as_deref(),
        standing: if row.team_id.is_none() { "the team of the asker is unknown" } else { "outside the windows" },
        entry_us: 0,
        elapsed_us: row.time_us,
        cause: row.cause,
        kind: row.category.as_deref(),
    });
    let mut answer = answer("request_answer_time", None, times, design, people);
    answer.people = people.of_tickets();
    Ok(answer)
}

/// One request as a time, where it is compared.
pub(super) fn request_record(row: &RequestTimeRow) -> Option<TimeRecord> {
    let (arm, period) = cell(row.arm.as_deref(), row.period.as_deref())?;
    Some(TimeRecord {
        team: team_name(row.team_id.as_deref()),
        arm,
        period,
        entry_days: 0.0,
        time_days: days(row.time_us),
        cause: cause(row.cause),
    })
}

const fn cause(code: i64) -> Cause {
    match code {
        1 => Cause::Done,
        2 => Cause::Abandoned,
        _ => Cause::Open,
    }
}

/// What the tables of times have in common.
struct Time<'a> {
    journey: &'a str,
    team_id: Option<&'a str>,
    arm: Option<&'a str>,
    period: Option<&'a str>,
    standing: &'a str,
    entry_us: i64,
    elapsed_us: i64,
    cause: i64,
    kind: Option<&'a str>,
}

fn answer<'a>(
    id: &'static str,
    of: Option<String>,
    times: impl Iterator<Item = Time<'a>>,
    design: &Design,
    people: &People,
) -> Answer {
    let mut left_out = LeftOut::default();
    let mut records = Vec::new();
    let mut kinds = Vec::new();
    let mut compared = Vec::new();
    for time in times {
        let Some((arm, period)) = cell(time.arm, time.period) else {
            left_out.add(outside(time.standing, time.period));
            continue;
        };
        if time.entry_us >= time.elapsed_us && time.entry_us > 0 {
            left_out.add("nothing of the journey could be seen before it ended");
            continue;
        }
        compared.push((time.journey, arm, period));
        kinds.push(time.kind.map(str::to_owned));
        records.push(TimeRecord {
            team: team_name(time.team_id),
            arm,
            period,
            entry_days: days(time.entry_us),
            time_days: days(time.elapsed_us),
            cause: cause(time.cause),
        });
    }
    Answer {
        id: of.as_ref().map_or_else(|| id.to_owned(), |of| format!("{id}/{of}")),
        measure: found(id),
        of,
        level: Level::Days,
        verdict: time_study(&records, design),
        units: Units::Times { records, kinds },
        arms: Vec::new(),
        left_out: left_out.list(),
        linked: None,
        people: people.of_journeys(&compared),
    }
}
