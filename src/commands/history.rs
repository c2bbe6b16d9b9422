//! The study's own history in a form that can be cut at any instant and put into any windows.
//!
//! In: the tables of a study. Out: [`History`], and for a [`Launch`] (whose pilot, when, how long the windows are, and where
//! the data is cut) the verdict of a measure as the real analysis would give it: what is not over at the cut is open there,
//! journeys of the window before are watched until the start. A test holds it to `analysis` for the real launch.
//! Neighbours: `verify placebo` and `plan` launch what never was.

use std::collections::{BTreeMap, BTreeSet};

use super::CommandError;
use super::analysis::main_definition;
use super::study::Study;
use super::units::{bare_name, count, days, hours, real};
use crate::journeys::JourneyRecord;
use crate::log::Micros;
use crate::measures::{self, DeployTimeRow, HandoffRow, JourneyTimeRow, RequestTimeRow, TeamDayRow, WaitRow};
use crate::study::{Arm, Cause, Design, Period, RateRecord, Refusal, TimeRecord, Verdict, rate_study, time_study};

/// A launch of a pilot, real or not.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Launch {
    /// When each team starts, or is compared at.
    pub(crate) starts: BTreeMap<String, Micros>,
    /// Which of them are the pilot.
    pub(crate) pilot: BTreeSet<String>,
    /// Length of the window before.
    pub(crate) before_us: Micros,
    /// What is left out after the start.
    pub(crate) washout_us: Micros,
    /// Length of the window after.
    pub(crate) after_us: Micros,
    /// The last instant that is looked at.
    pub(crate) cut_us: Micros,
}

impl Launch {
    /// The window that an instant of a team lies in, with the team's arm and when it stops being watched.
    fn window(&self, team: &str, at_us: Micros) -> Option<(Arm, Period, Micros)> {
        let start = *self.starts.get(team)?;
        let arm = if self.pilot.contains(team) { Arm::Pilot } else { Arm::Comparison };
        let after = start + self.washout_us;
        if at_us > self.cut_us {
            None
        } else if (start - self.before_us..start).contains(&at_us) {
            Some((arm, Period::Before, start.min(self.cut_us)))
        } else if (after..after + self.after_us).contains(&at_us) {
            Some((arm, Period::After, self.cut_us))
        } else {
            None
        }
    }
}

/// Something that began and may have ended.
#[derive(Clone, Debug)]
struct Spell {
    team: String,
    from_us: Micros,
    entry_us: Micros,
    time_us: Micros,
    cause: Cause,
}

/// What a finished journey had.
#[derive(Clone, Debug)]
struct Amount {
    team: String,
    from_us: Micros,
    time_us: Micros,
    is_done: bool,
    value: f64,
}

/// Everything that can be launched again.
pub(crate) struct History {
    /// By the id of the answer.
    times: BTreeMap<String, Vec<Spell>>,
    amounts: BTreeMap<String, Vec<Amount>>,
    requests: Vec<(String, Micros)>,
    /// Team, when its day begins, people.
    days: Vec<(String, Micros, i64)>,
    /// The first instant that anything is known of.
    pub(crate) first_us: Micros,
}

/// The answer of tickets.
pub(crate) const TICKETS: &str = "platform_tickets";

impl History {
    pub(crate) fn read(study: &Study) -> Result<Self, CommandError> {
        let began: BTreeMap<String, Micros> = measures::read::<JourneyRecord>(&study.catalog)?
            .into_iter()
            .map(|row| (row.journey_id, row.started_us))
            .collect();
        let mut times: BTreeMap<String, Vec<Spell>> = BTreeMap::new();
        for row in measures::read::<DeployTimeRow>(&study.catalog)? {
            let id = format!("time_to_first_deploy/{}", row.environment);
            let spell = spell(row.team_id.as_deref(), began.get(&row.journey_id), row.entry_us, row.time_us, row.cause);
            times.entry(id).or_default().extend(spell);
        }
        let mut ends: BTreeMap<String, (Micros, i64)> = BTreeMap::new();
        for row in measures::read::<JourneyTimeRow>(&study.catalog)? {
            let id = format!("journey_time/{}", row.definition);
            let spell = spell(row.team_id.as_deref(), began.get(&row.journey_id), row.entry_us, row.time_us, row.cause);
            times.entry(id).or_default().extend(spell);
            ends.insert(row.journey_id, (row.time_us, row.cause));
        }
        let requests: Vec<RequestTimeRow> = measures::read(&study.catalog)?;
        let answered = requests
            .iter()
            .filter_map(|row| spell(row.team_id.as_deref(), Some(&row.at_us), 0, row.time_us, row.cause))
            .collect();
        times.insert("request_answer_time".to_owned(), answered);
        let amount = |team_id: Option<&str>, journey: &str, amount: f64| {
            let (time_us, cause) = *ends.get(journey)?;
            let (team, from_us) = (bare_name(team_id?).to_owned(), *began.get(journey)?);
            Some(Amount { team, from_us, time_us, is_done: cause == 1, value: amount })
        };
        let main = main_definition(study);
        let handoffs = measures::read::<HandoffRow>(&study.catalog)?
            .iter()
            .filter(|row| row.definition == main)
            .filter_map(|row| amount(row.team_id.as_deref(), &row.journey_id, real(row.team_handoffs)))
            .collect();
        let waits = measures::read::<WaitRow>(&study.catalog)?
            .iter()
            .filter(|row| row.definition == main)
            .filter_map(|row| amount(row.team_id.as_deref(), &row.journey_id, hours(row.working_wait_us?)))
            .collect();
        let days: Vec<(String, Micros, i64)> = measures::read::<TeamDayRow>(&study.catalog)?
            .into_iter()
            .map(|row| (bare_name(&row.team_id).to_owned(), row.opens_us, row.people))
            .collect();
        let asked: Vec<(String, Micros)> = requests
            .iter()
            .filter_map(|row| Some((bare_name(row.team_id.as_deref()?).to_owned(), row.at_us)))
            .collect();
        let first = began.values().copied().chain(asked.iter().map(|(_, at)| *at)).min();
        Ok(Self {
            times,
            amounts: [("handoffs".to_owned(), handoffs), ("request_wait".to_owned(), waits)].into(),
            requests: asked,
            days,
            first_us: first.unwrap_or(0),
        })
    }

    /// The ids of the answers that can be launched again.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.times.keys().chain(self.amounts.keys()).cloned().chain([TICKETS.to_owned()]).collect()
    }

    /// The verdict on one answer of a launch.
    pub(crate) fn verdict(&self, id: &str, launch: &Launch, design: &Design) -> Result<Verdict, Refusal> {
        if let Some(spells) = self.times.get(id) {
            return time_study(
                &spells.iter().filter_map(|spell| time_record(spell, launch)).collect::<Vec<_>>(),
                design,
            );
        }
        if let Some(amounts) = self.amounts.get(id) {
            let records: Vec<RateRecord> = amounts.iter().filter_map(|amount| rate_record(amount, launch)).collect();
            return rate_study(&records, design);
        }
        rate_study(&self.tickets(launch), design)
    }

    fn tickets(&self, launch: &Launch) -> Vec<RateRecord> {
        let mut cells: BTreeMap<(&str, Arm, Period), (u64, i64)> = BTreeMap::new();
        for (team, opens_us, people) in &self.days {
            if let Some((arm, period, _)) = launch.window(team, *opens_us) {
                cells.entry((team, arm, period)).or_default().1 += people;
            }
        }
        let heard: BTreeSet<&str> = self.requests.iter().map(|(team, _)| team.as_str()).collect();
        cells.retain(|(team, _, _), _| heard.contains(team));
        for (team, at_us) in &self.requests {
            if let Some((arm, period, _)) = launch.window(team, *at_us)
                && let Some(cell) = cells.get_mut(&(team.as_str(), arm, period))
            {
                cell.0 += 1;
            }
        }
        let record = |((team, arm, period), (tickets, days)): ((&str, Arm, Period), (u64, i64))| RateRecord {
            team: team.to_owned(),
            arm,
            period,
            amount: real(i64::try_from(tickets).unwrap_or(i64::MAX)),
            exposure: real(days) / 5.0,
            units: tickets,
        };
        cells.into_iter().map(record).collect()
    }

    /// How much of each kind a team had in the window before a start: journeys and requests begun, developer-days.
    pub(crate) fn size(&self, launch: &Launch, team: &str) -> (u64, u64) {
        let is_before = |at_us: Micros| matches!(launch.window(team, at_us), Some((_, Period::Before, _)));
        let begun = self.times.iter().filter(|(id, _)| id.starts_with("journey_time")).flat_map(|(_, spells)| spells);
        let begun = begun.filter(|spell| spell.team == team && is_before(spell.from_us)).count() as u64;
        let people = self.days.iter().filter(|(of, opens_us, _)| of == team && is_before(*opens_us));
        (begun, people.map(|(_, _, people)| count(*people)).sum())
    }
}

fn spell(
    team_id: Option<&str>,
    from_us: Option<&Micros>,
    entry_us: Micros,
    time_us: Micros,
    cause: i64,
) -> Option<Spell> {
    let cause = match cause {
        1 => Cause::Done,
        2 => Cause::Abandoned,
        _ => Cause::Open,
    };
    Some(Spell { team: bare_name(team_id?).to_owned(), from_us: *from_us?, entry_us, time_us, cause })
}

fn time_record(spell: &Spell, launch: &Launch) -> Option<TimeRecord> {
    let (arm, period, until_us) = launch.window(&spell.team, spell.from_us)?;
    let watched = until_us - spell.from_us;
    let (time_us, cause) = if spell.time_us > watched { (watched, Cause::Open) } else { (spell.time_us, spell.cause) };
    if spell.entry_us >= time_us && spell.entry_us > 0 {
        return None;
    }
    let team = spell.team.clone();
    Some(TimeRecord { team, arm, period, entry_days: days(spell.entry_us), time_days: days(time_us), cause })
}

fn rate_record(amount: &Amount, launch: &Launch) -> Option<RateRecord> {
    let (arm, period, until_us) = launch.window(&amount.team, amount.from_us)?;
    let over = amount.is_done && amount.time_us <= until_us - amount.from_us;
    over.then(|| RateRecord { team: amount.team.clone(), arm, period, amount: amount.value, exposure: 1.0, units: 1 })
}
