//! What every part of the report reads from: the study, its answers, and the people behind each journey.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike as _, Days, NaiveDate, TimeZone as _, Utc};

use super::CommandError;
use crate::commands::analysis::{Analysis, Answer, analyse};
use crate::commands::study::Study;
pub(super) use crate::commands::units::{bare_name, count, days, real, window_of};
use crate::config::written::Arm as ArmWritten;
use crate::config::{Comparison, Settings};
use crate::log::{Micros, Parameters, Row};
use crate::measures::{self, JourneyPersonRow};
use crate::report::guard::Backing;

/// The study as the report sees it.
pub(super) struct Book<'a> {
    pub(super) study: &'a Study,
    pub(super) settings: &'a Settings,
    pub(super) comparison: &'a Comparison,
    pub(super) analysis: Analysis,
    pub(super) as_of_us: Micros,
    /// Whether any source says who is in which team.
    pub(super) has_teams: bool,
    journey_people: BTreeMap<String, Vec<(String, u64)>>,
}

impl<'a> Book<'a> {
    pub(super) fn open(study: &'a Study, comparison: &'a Comparison) -> Result<Self, CommandError> {
        let parameters: Vec<Parameters> = measures::read(&study.catalog)?;
        let (as_of_us, has_teams) = parameters.first().map_or((0, false), |row| (row.as_of_us, row.has_teams));
        let mut journey_people: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
        for row in measures::read::<JourneyPersonRow>(&study.catalog)? {
            journey_people.entry(row.journey_id).or_default().push((row.person_id, count(row.touches)));
        }
        let analysis = analyse(study)?;
        Ok(Self { study, settings: &study.settings, comparison, analysis, as_of_us, has_teams, journey_people })
    }

    /// The rows of a table.
    pub(super) fn rows<R: Row>(&self) -> Result<Vec<R>, CommandError> {
        Ok(measures::read(&self.study.catalog)?)
    }

    /// The answers of a measure, in the order of the analysis.
    pub(super) fn answers(&self, measure: &str) -> impl Iterator<Item = &Answer> {
        self.analysis.answers.iter().filter(move |answer| answer.measure.id == measure)
    }

    /// One journey and whoever touched it.
    pub(super) fn journey(&self, journey_id: &str) -> Backing {
        Backing::new(1, self.journey_people.get(journey_id).cloned().unwrap_or_default())
    }

    /// Several journeys and whoever touched them; a journey that is named twice counts once.
    pub(super) fn journeys<'j>(&self, ids: impl IntoIterator<Item = &'j str>) -> Backing {
        let mut all = Backing::default();
        for id in ids.into_iter().collect::<BTreeSet<_>>() {
            all.join(&self.journey(id));
        }
        all
    }

    /// Names of the teams of an arm, in alphabetical order.
    pub(super) fn teams_of(&self, arm: ArmWritten) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.settings.teams.iter().filter(|team| team.arm == arm).map(|team| team.name.as_str()).collect();
        names.sort_unstable();
        names
    }

    /// The weeks in which pilot teams started, with how many did.
    pub(super) fn pilot_starts(&self) -> BTreeMap<NaiveDate, usize> {
        let mut weeks = BTreeMap::new();
        for team in self.settings.teams.iter().filter(|team| team.arm == ArmWritten::Pilot) {
            *weeks.entry(self.monday(team.start_us.unwrap_or(self.comparison.start_us))).or_default() += 1;
        }
        weeks
    }

    /// The Monday of the week that an instant lies in, in the study's zone.
    pub(super) fn monday(&self, at_us: Micros) -> NaiveDate {
        let utc = DateTime::<Utc>::from_timestamp_micros(at_us).unwrap_or_default();
        let date = self.settings.zone.from_utc_datetime(&utc.naive_utc()).date_naive();
        date - Days::new(u64::from(date.weekday().num_days_from_monday()))
    }

    /// The week that an instant lies in, in words.
    pub(super) fn week_of(&self, at_us: Micros) -> String {
        super::words::week(self.monday(at_us))
    }
}

/// A count as a number to divide with.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(super) const fn whole(value: u64) -> f64 {
    value as f64
}
