//! The people behind each number: what the rule of five counts before anything is shown to others.

use std::collections::{BTreeMap, BTreeSet};

use super::{CommandError, Study, cell, count};
use crate::measures::{self, JourneyPersonRow, SubjectPersonRow, TicketPersonRow};
use crate::report::guard::Backing;
use crate::study::{Arm, Period};

/// The people behind each window of an answer; a window without an entry has nobody behind it.
pub(crate) type Backings = BTreeMap<(Arm, Period), Backing>;

/// Who touched what, and in which window.
pub(crate) struct People {
    journeys: BTreeMap<String, Vec<(String, u64)>>,
    /// By service and window: whoever worked on it at another time stands behind no number of this one.
    services: BTreeMap<(String, Arm, Period), Vec<(String, u64)>>,
    tickets: Vec<TicketPersonRow>,
}

impl People {
    pub(super) fn read(study: &Study) -> Result<Self, CommandError> {
        let mut journeys: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
        for row in measures::read::<JourneyPersonRow>(&study.catalog)? {
            journeys.entry(row.journey_id).or_default().push((row.person_id, count(row.touches)));
        }
        let mut services: BTreeMap<(String, Arm, Period), Vec<(String, u64)>> = BTreeMap::new();
        for row in measures::read::<SubjectPersonRow>(&study.catalog)? {
            let Some((arm, period)) = cell(row.arm.as_deref(), row.period.as_deref()) else { continue };
            services.entry((row.subject_id, arm, period)).or_default().push((row.person_id, count(row.acts)));
        }
        let tickets = measures::read(&study.catalog)?;
        Ok(Self { journeys, services, tickets })
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

    /// The people who worked on these services in these windows; a service counts once however often it is named.
    pub(super) fn of_services(&self, services: &[(String, Arm, Period)]) -> Backings {
        let distinct: BTreeSet<&(String, Arm, Period)> = services.iter().collect();
        let mut backings = Backings::new();
        for service in distinct {
            let people = self.services.get(service).cloned().unwrap_or_default();
            backings.entry((service.1, service.2)).or_default().join(&Backing::new(1, people));
        }
        backings
    }

    /// The people who asked the platform teams for something; a request stands for a journey.
    pub(super) fn of_tickets(&self) -> Backings {
        let mut backings = Backings::new();
        for row in &self.tickets {
            let Some(window) = cell(row.arm.as_deref(), row.period.as_deref()) else { continue };
            let asked = count(row.tickets);
            backings.entry(window).or_default().join(&Backing::new(asked, [(row.person_id.clone(), asked)]));
        }
        backings
    }
}
