//! `milepost journeys`: what was reconstructed, with evidence. Private.

use std::collections::BTreeMap;

use serde::Serialize;

use super::output::{Talk, print_json, print_rows, say};
use super::units::bare_name;
use super::{CommandError, Outcome, study};
use crate::cli::{Format, JourneysArgs};
use crate::journeys::{HandoffRecord, JourneyRecord, Journeys, StepRecord};
use crate::log::to_rfc3339;

/// One journey as it is printed. Times are RFC 3339 in UTC; persons are pseudonyms.
#[expect(clippy::struct_field_names, reason = "the names are those of the JSON")]
#[derive(Serialize)]
struct Journey<'a> {
    journey_id: &'a str,
    subject: &'a str,
    definition: &'a str,
    status: &'a str,
    started_at: String,
    finished_at: Option<String>,
    ended_at: Option<String>,
    left_truncated: bool,
    team: Option<&'a str>,
    handoffs: Handoffs,
    touches_unknown: i64,
    steps: Vec<Step<'a>>,
}

#[derive(Serialize)]
struct Handoffs {
    teams: usize,
    people: usize,
}

#[expect(clippy::struct_field_names, reason = "the names are those of the JSON")]
#[derive(Serialize)]
struct Step<'a> {
    step: &'a str,
    activity: &'a str,
    environment: Option<&'a str>,
    at: String,
    began_at: Option<String>,
    began_by: Option<&'a str>,
    party: Option<&'a str>,
    is_bot: Option<bool>,
    before_start: bool,
    after_finish: bool,
    gate_known: bool,
    event_id: &'a str,
    evidence: Evidence<'a>,
}

/// Where the raw record is: a commit of a repository, or a line of a file.
#[derive(Serialize)]
#[serde(untagged)]
enum Evidence<'a> {
    Commit { repository: &'a str, sha: &'a str },
    Line { file: &'a str, line: &'a str },
    Other { record: &'a str },
}

impl<'a> Evidence<'a> {
    fn of(text: &'a str) -> Self {
        let commit = text.strip_prefix("git:").and_then(|rest| rest.rsplit_once('@'));
        let line = text.strip_prefix("file:").and_then(|rest| rest.rsplit_once('#'));
        match (commit, line) {
            (Some((repository, sha)), _) => Self::Commit { repository, sha },
            (None, Some((file, line))) => Self::Line { file, line },
            (None, None) => Self::Other { record: text },
        }
    }
}

pub(super) fn run(args: &JourneysArgs) -> Result<Outcome, CommandError> {
    let study = study::open(&args.study, Talk::Aloud, study::UpTo::Journeys)?;
    let printed = printed(&study.journeys, args);
    match args.format {
        Format::Json => print_json(&printed)?,
        Format::Csv => print_rows(&STEP_HEADER, &step_rows(&printed), Format::Csv)?,
        Format::Table => {
            print_rows(
                &["definition", "subject", "status", "started", "ended", "steps", "handoffs"],
                &lines(&printed),
                Format::Table,
            )?;
            say(Talk::Aloud, &summary(&study.journeys, printed.len()));
        }
    }
    Ok(Outcome::Done)
}

fn printed<'a>(journeys: &'a Journeys, args: &JourneysArgs) -> Vec<Journey<'a>> {
    let mut steps: BTreeMap<&str, Vec<&StepRecord>> = BTreeMap::new();
    for step in &journeys.steps {
        steps.entry(&step.journey_id).or_default().push(step);
    }
    let mut handoffs: BTreeMap<&str, Vec<&HandoffRecord>> = BTreeMap::new();
    for handoff in &journeys.handoffs {
        handoffs.entry(&handoff.journey_id).or_default().push(handoff);
    }
    let mut unknown: BTreeMap<&str, i64> = BTreeMap::new();
    for acts in &journeys.unknown_touches {
        *unknown.entry(&acts.journey_id).or_default() += acts.acts;
    }
    let teams: BTreeMap<&str, Option<&str>> =
        journeys.teams.iter().map(|team| (team.journey_id.as_str(), team.team_id.as_deref())).collect();
    let wanted = |journey: &&JourneyRecord| {
        args.subject.as_deref().is_none_or(|subject| subject == bare_name(&journey.subject_id))
            && args.definition.as_deref().is_none_or(|definition| definition == journey.definition)
    };
    let of_kind = |id: &str, kind: &str| {
        handoffs.get(id).map_or(0, |all| all.iter().filter(|handoff| handoff.kind == kind).count())
    };
    journeys
        .journeys
        .iter()
        .filter(wanted)
        .map(|journey| {
            let id = journey.journey_id.as_str();
            Journey {
                journey_id: id,
                subject: bare_name(&journey.subject_id),
                definition: &journey.definition,
                status: &journey.status,
                started_at: to_rfc3339(journey.started_us),
                finished_at: journey.finished_us.map(to_rfc3339),
                ended_at: (journey.status != "open").then(|| to_rfc3339(journey.ended_us)),
                left_truncated: journey.left_truncated,
                team: teams.get(id).copied().flatten().map(bare_name),
                handoffs: Handoffs { teams: of_kind(id, "teams"), people: of_kind(id, "people") },
                touches_unknown: unknown.get(id).copied().unwrap_or(0),
                steps: steps.get(id).into_iter().flatten().map(|step| printed_step(step)).collect(),
            }
        })
        .collect()
}

fn printed_step(step: &StepRecord) -> Step<'_> {
    Step {
        step: &step.step,
        activity: &step.activity,
        environment: step.environment.as_deref(),
        at: to_rfc3339(step.at_us),
        began_at: step.began_us.map(to_rfc3339),
        began_by: step.began_by_id.as_deref(),
        party: step.actor_id.as_deref(),
        is_bot: step.is_bot,
        before_start: step.before_start,
        after_finish: step.after_finish,
        gate_known: step.gate_known,
        event_id: &step.event_id,
        evidence: Evidence::of(&step.evidence),
    }
}

fn lines(journeys: &[Journey<'_>]) -> Vec<Vec<String>> {
    journeys
        .iter()
        .map(|journey| {
            let mut status = journey.status.to_owned();
            if journey.left_truncated {
                status.push_str(", began before the records");
            }
            vec![
                journey.definition.to_owned(),
                journey.subject.to_owned(),
                status,
                journey.started_at.clone(),
                journey.ended_at.clone().unwrap_or_default(),
                journey.steps.len().to_string(),
                format!("{} teams, {} people", journey.handoffs.teams, journey.handoffs.people),
            ]
        })
        .collect()
}

const STEP_HEADER: [&str; 11] = [
    "journey_id",
    "subject",
    "status",
    "step",
    "activity",
    "environment",
    "at",
    "began_at",
    "party",
    "is_bot",
    "event_id",
];

fn step_rows(journeys: &[Journey<'_>]) -> Vec<Vec<String>> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    journeys
        .iter()
        .flat_map(|journey| {
            journey.steps.iter().map(move |step| {
                vec![
                    journey.journey_id.to_owned(),
                    journey.subject.to_owned(),
                    journey.status.to_owned(),
                    step.step.to_owned(),
                    step.activity.to_owned(),
                    text(step.environment),
                    step.at.clone(),
                    step.began_at.clone().unwrap_or_default(),
                    text(step.party),
                    step.is_bot.map(|is_bot| is_bot.to_string()).unwrap_or_default(),
                    step.event_id.to_owned(),
                ]
            })
        })
        .collect()
}

/// What a reader of the table must know beside it.
fn summary(journeys: &Journeys, shown: usize) -> String {
    let of = |status: &str| journeys.journeys.iter().filter(|journey| journey.status == status).count();
    let truncated = journeys.journeys.iter().filter(|journey| journey.left_truncated).count();
    let steps = journeys.unlinked.iter().filter(|row| row.is_step);
    let (events, unlinked) = steps.fold((0, 0), |sum, row| (sum.0 + row.events, sum.1 + row.unlinked));
    format!(
        "{shown} journeys shown of {}: {} finished, {} open, {} abandoned; {truncated} began before the records. \
         Of {events} events that could be a step, {unlinked} belong to no known subject.",
        journeys.journeys.len(),
        of("finished"),
        of("open"),
        of("abandoned"),
    )
}
