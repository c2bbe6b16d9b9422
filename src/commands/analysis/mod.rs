//! From the rows of measures to verdicts: one answer for each measure, and for each environment, definition or field of it.
//!
//! In: the tables of a study. Out: [`Analysis`], which `measure` prints whole (private) and the report shows as far as it
//! may be shown. Nothing is computed here but who enters which study; numbers are made in SQL and in `study`.

mod backing;
mod counts;
mod coverage;
mod guardrails;
mod look;
mod times;
mod weeks;

use std::collections::BTreeMap;

use super::CommandError;
use super::plan::Standing;
use super::study::Study;
use super::units::{count, days, hours, real, window_of as cell};
use crate::config::Settings;
use crate::config::written::Choice;
use crate::measures::{self, KindRow, LinkedRow, Measure};
use crate::study::{ArmCoverage, Design, RateRecord, Refusal, TimeRecord, Verdict};

pub(crate) use backing::{Backings, People};
pub(crate) use counts::main_definition;
pub(crate) use coverage::ALL_FIELDS;

/// What the level of a measure is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// Days until something happens.
    Days,
    /// Working hours of waiting a journey.
    HoursPerJourney,
    /// Handoffs a journey.
    PerJourney,
    /// Tickets a developer-week.
    PerDeveloperWeek,
    /// Deploys, or incidents, a service-week.
    PerServiceWeek,
    /// Failures a deploy.
    PerDeploy,
    /// A share.
    Share,
}

/// One measure, of one environment, definition or field, with its verdict.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// Unique: the measure's id, and what it is of.
    pub(crate) id: String,
    /// The measure.
    pub(crate) measure: &'static Measure,
    /// What of the measure: an environment, a definition, a field; absent where there is only one.
    pub(crate) of: Option<String>,
    /// What the level is in.
    pub(crate) level: Level,
    /// The verdict, or why there is none.
    pub(crate) verdict: Result<Verdict, Refusal>,
    /// What was compared.
    pub(crate) units: Units,
    /// For coverage: each arm's services, gained and lost.
    pub(crate) arms: Vec<ArmCoverage>,
    /// Who is left out before any statistics, and how many: `journeys of platform teams` → 12.
    pub(crate) left_out: Vec<(String, u64)>,
    /// Events that could belong here and could be linked, of all of them; absent where nothing is linked.
    pub(crate) linked: Option<(u64, u64)>,
    /// The people behind each window.
    pub(crate) people: Backings,
}

/// The records that a verdict was made from; kinds stand beside them in the same order, or are none at all.
#[derive(Clone, Debug)]
pub(crate) enum Units {
    /// Journeys or requests with their times.
    Times { records: Vec<TimeRecord>, kinds: Vec<Option<String>> },
    /// Amounts over exposures; with kinds where each is of one journey.
    Amounts { records: Vec<RateRecord>, kinds: Vec<Option<String>> },
    /// Services with and without something; what is told of them stands in `arms`.
    Services,
}

/// What kind of thing each journey is about.
struct Kinds(BTreeMap<String, String>);

impl Kinds {
    fn read(study: &Study) -> Result<Self, CommandError> {
        let rows = measures::read::<KindRow>(&study.catalog)?;
        Ok(Self(rows.into_iter().filter_map(|row| Some((row.journey_id, row.kind?))).collect()))
    }

    fn of(&self, journey_id: &str) -> Option<&str> {
        self.0.get(journey_id).map(String::as_str)
    }
}

/// All answers of a study.
#[derive(Clone, Debug)]
pub(crate) struct Analysis {
    /// In the order of [`measures::MEASURES`].
    pub(crate) answers: Vec<Answer>,
    /// What the study fixed.
    pub(crate) design: Design,
}

/// Answers every measure, and looks at each for what may mislead.
pub(crate) fn analyse(study: &Study) -> Result<Analysis, CommandError> {
    let linked: Vec<LinkedRow> = measures::read(&study.catalog)?;
    let plan = match &study.settings.comparison {
        Some(comparison) => Standing::of(&study.settings, comparison)?.holds(),
        None => false,
    };
    let design = design(&study.settings, plan);
    let people = People::read(study)?;
    let kinds = Kinds::read(study)?;
    let mut answers = times::time_to_first_deploy(study, &design, &people, &kinds)?;
    answers.extend(times::journey_time(study, &design, &people, &kinds)?);
    answers.push(counts::handoffs(study, &design, &people, &kinds)?);
    answers.push(counts::request_wait(study, &design, &people, &kinds)?);
    answers.push(times::request_answer_time(study, &design, &people)?);
    answers.push(counts::platform_tickets(study, &design, &people)?);
    answers.extend(coverage::metadata_coverage(study, &design, &people)?);
    answers.push(coverage::ownership_validity(study, &design, &people)?);
    answers.push(counts::deployment_frequency(study, &design, &people)?);
    answers.extend(guardrails::answers(study, &design, &people)?);
    let lookout = look::Lookout::read(study, &design, &linked)?;
    for answer in &mut answers {
        lookout.look(answer);
        answer.linked = linked_of(answer.measure.id, &linked);
    }
    Ok(Analysis { answers, design })
}

/// What the study file fixes; `plan_hashed` says whether a plan from before the start stands.
pub(crate) fn design(settings: &Settings, plan_hashed: bool) -> Design {
    let Some(comparison) = &settings.comparison else { return Design::default() };
    Design {
        alpha: comparison.alpha,
        tau_days: days(comparison.tau_us),
        drawn_at_random: comparison.pilot_teams_are == Choice::Random,
        plan_hashed,
        load_moved: comparison.load_moved,
        seed: comparison.seed,
        ..Design::default()
    }
}

/// Whether events of an activity are what a measure is made of.
fn is_about(measure: &str, activity: &str) -> bool {
    match measure {
        "platform_tickets" | "request_answer_time" => activity.starts_with("ticket.") || activity.starts_with("help."),
        "metadata_coverage" | "ownership_validity" => activity.starts_with("metadata."),
        "deployment_frequency" => activity == "service.deployed",
        _ => !activity.starts_with("ticket.created"),
    }
}

/// Linked events and all events of the activities that a measure is made of.
fn linked_of(measure: &str, rows: &[LinkedRow]) -> Option<(u64, u64)> {
    let sum = rows
        .iter()
        .filter(|row| is_about(measure, &row.activity))
        .fold((0, 0), |sum, row| (sum.0 + count(row.linked), sum.1 + count(row.events)));
    (sum.1 > 0).then_some(sum)
}

/// Why a row that is in no window is left out.
fn outside<'a>(standing: &'a str, period: Option<&str>) -> &'a str {
    if period == Some("washout") { "in the wash-out" } else { standing }
}

/// Why rows enter no study, by reason, with their number.
#[derive(Default)]
struct LeftOut(BTreeMap<String, u64>);

impl LeftOut {
    fn add(&mut self, reason: &str) {
        self.add_many(reason, 1);
    }

    fn add_many(&mut self, reason: &str, many: u64) {
        if many > 0 {
            *self.0.entry(reason.to_owned()).or_default() += many;
        }
    }

    fn list(self) -> Vec<(String, u64)> {
        self.0.into_iter().collect()
    }
}

fn found(id: &str) -> &'static Measure {
    measures::measure(id).expect("analysis and measures name the same measures; a test holds it")
}

/// The name in `team:NAME`.
fn team_name(team_id: Option<&str>) -> String {
    team_id.and_then(|id| id.split_once(':')).map_or_else(|| "unknown".to_owned(), |(_, name)| name.to_owned())
}
