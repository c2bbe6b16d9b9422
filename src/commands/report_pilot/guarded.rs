//! What of an answer may be shown. An arm shows both its periods or none, and an effect only where every arm in it shows:
//! otherwise the hidden one could be reckoned from the rest.

use crate::commands::analysis::{Answer, Level};
use crate::report::guard::{Backing, Fate, fates};
use crate::report::{Absence, Quantity};
use crate::study::{Arm, Period, Refusal, Verdict};

use super::book::whole;
use super::words::{level, window};

/// What may be shown of an answer.
pub(super) enum Shown<'a> {
    /// The verdict, as far as its arms stand.
    Told(Told<'a>),
    /// The statistics gave no number.
    Refused(&'a Refusal),
    /// Every arm would stand for fewer than five people.
    TooFewPeople,
}

/// A verdict and the arms of it that may be shown.
pub(super) struct Told<'a> {
    pub(super) answer: &'a Answer,
    pub(super) verdict: &'a Verdict,
    pub(super) arms: Vec<Arm>,
    /// Whether the effect may be shown too.
    pub(super) effect: bool,
}

/// Asks the guard.
pub(super) fn shown(answer: &Answer) -> Shown<'_> {
    let verdict = match &answer.verdict {
        Err(refusal) => return Shown::Refused(refusal),
        Ok(verdict) => verdict,
    };
    let present: Vec<Arm> = [Arm::Pilot, Arm::Comparison]
        .into_iter()
        .filter(|arm| verdict.windows.iter().any(|window| window.arm == *arm))
        .collect();
    let arms: Vec<Arm> = present.iter().copied().filter(|arm| stands(answer, verdict, *arm)).collect();
    if arms.is_empty() {
        return if present.is_empty() { Shown::Refused(&Refusal::Empty) } else { Shown::TooFewPeople };
    }
    Shown::Told(Told { answer, verdict, effect: arms.len() == present.len(), arms })
}

fn stands(answer: &Answer, verdict: &Verdict, arm: Arm) -> bool {
    let periods = [Period::Before, Period::After];
    let row: Vec<Backing> = periods.iter().map(|period| behind(answer, arm, *period)).collect();
    // Things done by people whom nobody knows stand for nobody that could be counted.
    let is_unbacked = |(period, backing): (&Period, &Backing)| {
        backing.is_empty() && window(verdict, arm, *period).is_some_and(|window| window.units > 0)
    };
    !periods.iter().zip(&row).any(is_unbacked) && fates(&[row]) == [Fate::Shown]
}

/// The people behind one window.
pub(super) fn behind(answer: &Answer, arm: Arm, period: Period) -> Backing {
    answer.people.get(&(arm, period)).cloned().unwrap_or_default()
}

/// The level of an arm as the effect means it: of shares that of the services that lived on both days, since new services
/// are no change of old ones.
pub(super) fn arm_level(told: &Told<'_>, arm: Arm, period: Period) -> Quantity {
    let of_window = level(told.answer.level, window(told.verdict, arm, period));
    let Some(coverage) = told.answer.arms.iter().find(|coverage| coverage.arm == arm) else { return of_window };
    let cohort = coverage.cohort;
    if cohort.total() == 0 {
        return Quantity::absent(of_window.unit, Absence::NoRecords);
    }
    let has = cohort.kept + if period == Period::Before { cohort.lost } else { cohort.gained };
    Quantity::level(whole(has) / whole(cohort.total()), of_window.unit)
}

impl Told<'_> {
    /// How many things a window holds, in the words of [`Told::n_of`].
    pub(super) fn n(&self, arm: Arm, period: Period) -> u64 {
        match self.answer.level {
            Level::PerJourney | Level::HoursPerJourney => behind(self.answer, arm, period).journeys(),
            Level::Share => {
                let coverage = self.answer.arms.iter().find(|coverage| coverage.arm == arm);
                coverage.map_or(0, |coverage| coverage.cohort.total())
            }
            _ => window(self.verdict, arm, period).map_or(0, |window| window.units),
        }
    }

    /// The periods that add up: a service is the same before and after, a journey is not.
    pub(super) const fn periods(&self) -> &'static [Period] {
        match self.answer.level {
            Level::Share => &[Period::Before],
            _ => &[Period::Before, Period::After],
        }
    }

    /// What is counted, in the plural.
    pub(super) fn n_of(&self) -> &'static str {
        match self.answer.measure.id {
            "request_answer_time" => "requests",
            "handoffs" | "request_wait" => "finished journeys",
            "platform_tickets" => "tickets",
            "metadata_coverage" | "ownership_validity" => "services",
            "deployment_frequency" | "change_fail_rate" => "production deploys",
            "failed_deployment_recovery_time" => "failed deploys",
            "incidents" => "incidents",
            _ => "journeys",
        }
    }

    /// A sum over the shown windows.
    pub(super) fn sum(&self, of: impl Fn(&crate::study::Window) -> u64) -> u64 {
        let windows = self.arms.iter().flat_map(|arm| self.periods().iter().map(move |period| (*arm, *period)));
        windows.filter_map(|(arm, period)| window(self.verdict, arm, period)).map(of).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, crowd, verdict};
    use super::*;
    use crate::study::Grade;

    #[test]
    fn an_arm_of_four_people_takes_the_effect_with_it() {
        let mut few = answer(verdict(Grade::B, true));
        for period in [Period::Before, Period::After] {
            few.people.insert((Arm::Comparison, period), crowd("c", 4));
        }
        let Shown::Told(told) = shown(&few) else { panic!("the pilot stands") };
        assert_eq!((told.arms.as_slice(), told.effect), ([Arm::Pilot].as_slice(), false));
    }

    #[test]
    fn an_arm_that_is_small_in_one_period_is_hidden_in_both() {
        let mut few = answer(verdict(Grade::B, true));
        few.people.insert((Arm::Pilot, Period::After), crowd("p", 3));
        few.people.insert((Arm::Comparison, Period::After), crowd("c", 3));
        assert!(matches!(shown(&few), Shown::TooFewPeople));
    }

    #[test]
    fn acts_of_unknown_people_are_nobody_to_stand_for() {
        let mut unknown = answer(verdict(Grade::B, true));
        unknown.people.clear();
        assert!(matches!(shown(&unknown), Shown::TooFewPeople));
    }
}
