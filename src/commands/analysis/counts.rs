//! Measures that are amounts over an exposure: handoffs and waits a journey, tickets a developer-week, deploys a
//! service-week.

use super::{
    Answer, CommandError, Kinds, LeftOut, Level, People, Study, Units, cell, count, found, hours, outside, real,
    team_name,
};
use crate::log::{Parameters, Row as _};
use crate::measures::{self, DeployWeekRow, HandoffRow, RateRow, TicketWeekRow, WaitRow};
use crate::store::rows;
use crate::study::{Arm, Design, Period, RateRecord, rate_study};

/// Developer-days of a developer-week.
const DAYS_OF_A_WEEK: f64 = 5.0;

/// The definition that handoffs and waits are told of: the first in use. Journeys of one subject share their touches, so
/// over several definitions the same handoff would count more than once.
pub(crate) fn main_definition(study: &Study) -> &str {
    study.settings.journeys.first().map_or("", |journey| journey.id.as_str())
}

/// Handoffs between teams a finished journey.
pub(super) fn handoffs(study: &Study, design: &Design, people: &People, kinds: &Kinds) -> Result<Answer, CommandError> {
    let mut builder = Builder::new("handoffs", Level::PerJourney);
    let journeys = measures::read::<HandoffRow>(&study.catalog)?;
    // Without memberships no handoff can be told to be between teams; zero would be an answer that nobody gave.
    let teams_known = teams_known(study)?;
    for row in &journeys {
        if row.definition != main_definition(study) {
            continue;
        }
        let Some(at) = builder.cell(row.arm.as_deref(), row.period.as_deref(), &row.standing) else { continue };
        if row.cause != 1 {
            builder.left_out.add("not finished: its handoffs are not all in yet");
            continue;
        }
        if !teams_known {
            builder.left_out.add("nobody's team is known, so no handoff can be told to be between teams");
            continue;
        }
        builder.add_journey(row.team_id.as_deref(), at, real(row.team_handoffs), kinds.of(&row.journey_id));
        builder.journeys.push((&row.journey_id, at.0, at.1));
    }
    let journeys = std::mem::take(&mut builder.journeys);
    Ok(builder.answer(design, people.of_journeys(&journeys)))
}

/// Working hours in which a finished journey waited for an answer.
pub(super) fn request_wait(
    study: &Study,
    design: &Design,
    people: &People,
    kinds: &Kinds,
) -> Result<Answer, CommandError> {
    let mut builder = Builder::new("request_wait", Level::HoursPerJourney);
    let rows = measures::read::<WaitRow>(&study.catalog)?;
    for row in &rows {
        if row.definition != main_definition(study) {
            continue;
        }
        let Some(at) = builder.cell(row.arm.as_deref(), row.period.as_deref(), &row.standing) else { continue };
        let Some(waited_us) = row.working_wait_us else {
            builder
                .left_out
                .add("no journey ever asked for anything on a ticket: waits at changes alone are not all waits");
            continue;
        };
        if row.cause != 1 {
            builder.left_out.add("not finished: its waits are not all in yet");
            continue;
        }
        builder.add_journey(row.team_id.as_deref(), at, hours(waited_us), kinds.of(&row.journey_id));
        builder.journeys.push((&row.journey_id, at.0, at.1));
    }
    let journeys = std::mem::take(&mut builder.journeys);
    Ok(builder.answer(design, people.of_journeys(&journeys)))
}

/// Tickets to the platform teams a developer-week.
pub(super) fn platform_tickets(study: &Study, design: &Design, people: &People) -> Result<Answer, CommandError> {
    let mut builder = Builder::new("platform_tickets", Level::PerDeveloperWeek);
    for row in measures::read::<RateRow>(&study.catalog)? {
        let Some(at) = cell(Some(&row.arm), Some(&row.period)) else { continue };
        let Some(tickets) = row.tickets else {
            builder.left_out.add("windows of teams of which the ticket stream holds nothing");
            continue;
        };
        builder.left_out.add_many("tickets that do not say to whom they went, where others do", count(row.unaddressed));
        builder.add_count(Some(&row.team_id), at, count(tickets), real(row.developer_days) / DAYS_OF_A_WEEK);
    }
    for row in measures::read::<TicketWeekRow>(&study.catalog)?.iter().filter(|row| row.team_id.is_none()) {
        builder.left_out.add_many("tickets of askers whose team is unknown", count(row.tickets));
    }
    Ok(builder.answer(design, people.of_tickets()))
}

/// Production deploys a service-week.
pub(super) fn deployment_frequency(study: &Study, design: &Design, people: &People) -> Result<Answer, CommandError> {
    let mut builder = Builder::new("deployment_frequency", Level::PerServiceWeek);
    let mut services = Vec::new();
    for row in measures::read::<DeployWeekRow>(&study.catalog)? {
        let standing = if row.team_id.is_none() {
            "service-weeks of services that nobody owns"
        } else {
            "service-weeks outside the windows"
        };
        let Some(at) = builder.cell(row.arm.as_deref(), row.period.as_deref(), standing) else { continue };
        builder.add_count(row.team_id.as_deref(), at, count(row.deploys), 1.0);
        services.push((row.subject_id, at.0, at.1));
    }
    Ok(builder.answer(design, people.of_services(&services)))
}

/// Whether any membership is known.
fn teams_known(study: &Study) -> Result<bool, CommandError> {
    let table = study.catalog.table(Parameters::TABLE).expect("every log has its parameters");
    Ok(rows::<Parameters>(table)?.iter().any(|parameters| parameters.has_teams))
}

/// Collects amounts and exposures by team and window.
pub(super) struct Builder<'a> {
    id: &'static str,
    level: Level,
    records: Vec<RateRecord>,
    /// Of each record where these are of journeys, else none at all.
    kinds: Vec<Option<String>>,
    pub(super) left_out: LeftOut,
    journeys: Vec<(&'a str, Arm, Period)>,
}

impl Builder<'_> {
    pub(super) fn new(id: &'static str, level: Level) -> Self {
        Self { id, level, records: Vec::new(), kinds: Vec::new(), left_out: LeftOut::default(), journeys: Vec::new() }
    }

    pub(super) fn cell(&mut self, arm: Option<&str>, period: Option<&str>, standing: &str) -> Option<(Arm, Period)> {
        let cell = cell(arm, period);
        if cell.is_none() {
            self.left_out.add(outside(standing, period));
        }
        cell
    }

    /// One finished journey and what it had.
    fn add_journey(&mut self, team_id: Option<&str>, (arm, period): (Arm, Period), amount: f64, kind: Option<&str>) {
        self.kinds.push(kind.map(str::to_owned));
        self.records.push(RateRecord { team: team_name(team_id), arm, period, amount, exposure: 1.0, units: 1 });
    }

    /// One unit of observation and its amount.
    pub(super) fn add_unit(&mut self, team_id: Option<&str>, (arm, period): (Arm, Period), amount: f64) {
        self.records.push(RateRecord { team: team_name(team_id), arm, period, amount, exposure: 1.0, units: 1 });
    }

    /// So many events over an exposure.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub(super) fn add_count(&mut self, team_id: Option<&str>, (arm, period): (Arm, Period), count: u64, exposure: f64) {
        let team = team_name(team_id);
        self.records.push(RateRecord { team, arm, period, amount: count as f64, exposure, units: count });
    }

    pub(super) fn answer(self, design: &Design, people: super::Backings) -> Answer {
        Answer {
            id: self.id.to_owned(),
            measure: found(self.id),
            of: None,
            level: self.level,
            verdict: rate_study(&self.records, design),
            units: Units::Amounts { records: self.records, kinds: self.kinds },
            arms: Vec::new(),
            left_out: self.left_out.list(),
            linked: None,
            people,
        }
    }
}
