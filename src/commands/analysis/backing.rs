//! The people behind each number: what the rule of five counts before anything is shown to others.

use std::collections::{BTreeMap, BTreeSet};

use super::{CommandError, Study, count};
use crate::measures::{self, JourneyPersonRow, SubjectPersonRow, TicketPersonRow};
use crate::report::guard::Backing;
use crate::study::{Arm, Period};

/// The people behind each window of an answer; a window without an entry has nobody behind it.
pub(crate) type Backings = BTreeMap<(Arm, Period), Backing>;

/// Who touched what, over the whole study.
pub(crate) struct People {
    journeys: BTreeMap<String, Vec<(String, u64)>>,
    services: BTreeMap<String, Vec<(String, u64)>>,
    tickets: Vec<TicketPersonRow>,
    weeks: BTreeMap<(String, i64), (Arm, Period)>,
}

impl People {
    pub(super) fn read(study: &Study) -> Result<Self, CommandError> {
        let mut journeys: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
        for row in measures::read::<JourneyPersonRow>(&study.catalog)? {
            journeys.entry(row.journey_id).or_default().push((row.person_id, count(row.touches)));
        }
        let mut services: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
        for row in measures::read::<SubjectPersonRow>(&study.catalog)? {
            services.entry(row.subject_id).or_default().push((row.person_id, count(row.acts)));
        }
        let tickets = measures::read(&study.catalog)?;
        Ok(Self { journeys, services, tickets, weeks: weeks(study)? })
    }

    /// The people who touched these journeys.
    pub(super) fn of_journeys(&self, journeys: &[(&str, Arm, Period)]) -> Backings {
        let mut backings = Backings::new();
        for (journey, arm, period) in journeys {
            let people = self.journeys.get(*journey).cloned().unwrap_or_default();
            backings.entry((*arm, *period)).or_default().join(&Backing::new(1, people));
        }
        backings
    }

    /// The people who worked on these services; a service counts once however often it is named.
    pub(super) fn of_services(&self, services: &[(String, Arm, Period)]) -> Backings {
        let distinct: BTreeSet<&(String, Arm, Period)> = services.iter().collect();
        let mut backings = Backings::new();
        for (service, arm, period) in distinct {
            let people = self.services.get(service).cloned().unwrap_or_default();
            backings.entry((*arm, *period)).or_default().join(&Backing::new(1, people));
        }
        backings
    }

    /// The people who asked the platform teams for something; a request stands for a journey.
    pub(super) fn of_tickets(&self) -> Backings {
        let mut backings = Backings::new();
        for row in &self.tickets {
            let team = row.team_id.clone().unwrap_or_default();
            let Some(cell) = self.weeks.get(&(team, row.week)) else { continue };
            let asked = count(row.tickets);
            backings.entry(*cell).or_default().join(&Backing::new(asked, [(row.person_id.clone(), asked)]));
        }
        backings
    }
}

/// The window that each team's weeks belong to, by their Monday.
fn weeks(study: &Study) -> Result<BTreeMap<(String, i64), (Arm, Period)>, CommandError> {
    use crate::log::{CalendarDay, Period as PeriodRow, Row as _};
    use crate::store::rows;
    let table = |name: &str| study.catalog.table(name).expect("every log has its calendar and periods");
    let days = rows::<CalendarDay>(table(CalendarDay::TABLE))?;
    let mut weeks = BTreeMap::new();
    for period in rows::<PeriodRow>(table(PeriodRow::TABLE))? {
        let Some(cell) = super::cell(Some(&period.arm), Some(&period.period)) else { continue };
        for day in days.iter().filter(|day| day.day == day.week) {
            if (period.from_us..period.to_us).contains(&day.starts_us) {
                weeks.insert((period.team_id.clone(), day.week), cell);
            }
        }
    }
    Ok(weeks)
}
