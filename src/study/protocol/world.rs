//! One simulated company given to the engine: records drawn from a setting, and what each method made of them.
//!
//! In: a setting and a stream of draws. Out: one [`Look`] a method. Nothing goes around the engine: the primary look is
//! the effect, the grade and the claim of the verdict that `time_study`, `rate_study` or `coverage_study` gives for these
//! records. Neighbours: `times`, `tickets` and `services` make the records, `tally` counts the looks.

use super::company::{Team, choose_highest, teams};
use super::draws::Draws;
use super::method::Method;
use super::power::Changes;
use super::setting::{Measure, Selection, Setting};
use super::traps::{self, Snare};
use super::{services, tickets, times, truth};
use crate::study::{
    Arm, ArmCoverage, Cause, Design, Finding, Grade, Period, RateRecord, Refusal, Scale, ServiceRecord,
};
use crate::study::{Sight, TimeRecord, Verdict, coverage_study, rate_study, real, time_study};

/// What one method made of one world; numbers on the scale of the truth: log ratios, or points of a share.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Look {
    pub(super) method: Method,
    pub(super) estimate: Option<f64>,
    pub(super) p: Option<f64>,
    pub(super) interval: Option<(f64, f64)>,
    /// The grade, of the primary method.
    pub(super) grade: Option<Grade>,
    /// Whether the engine says that the pilot did something.
    pub(super) claimed: bool,
    /// What the engine saw of the trap of the cell, by the primary method.
    pub(super) sight: Option<Sight>,
    /// What the pilot did to its own teams, where that is another number in every world.
    pub(super) own_truth: Option<f64>,
}

/// What the engine made of the rows.
pub(super) struct Outcome {
    pub(super) verdict: Verdict,
    /// Of services, both ways of counting.
    pub(super) arms: Vec<ArmCoverage>,
}

/// The rows that the engine is given.
pub(super) enum Records {
    Times(Vec<TimeRecord>, Vec<&'static str>),
    Rates(Vec<RateRecord>),
    Shares(Vec<ServiceRecord>),
}

/// What makes the rows; the same in all worlds of a setting.
enum Maker {
    Times(times::Plan),
    Rates(tickets::Plan),
    Shares,
}

/// All worlds of one setting.
pub(super) struct Worlds {
    setting: Setting,
    snare: Option<Snare>,
    maker: Maker,
    pub(super) design: Design,
    pub(super) truth: f64,
}

impl Worlds {
    pub(super) fn new(setting: &Setting, snare: Option<Snare>) -> Self {
        let maker = match setting.measure {
            Measure::Times => Maker::Times(times::Plan::new(setting)),
            Measure::Rates => Maker::Rates(tickets::Plan::new(setting)),
            Measure::Shares => Maker::Shares,
        };
        let design = Design {
            tau_days: times::horizon(setting),
            drawn_at_random: setting.selection == Selection::Random,
            plan_hashed: true,
            ..Design::default()
        };
        // Where there is a trap, no pilot changed anything, whatever else did.
        let truth = if snare.is_some() { 0.0 } else { truth::truth(setting) };
        Self { setting: *setting, snare, maker, design, truth }
    }

    /// Draws one company, with what the pilot did to its own teams where that differs by team.
    pub(super) fn records(&self, draws: &mut Draws) -> (Records, Option<f64>) {
        let setting = &self.setting;
        match &self.maker {
            Maker::Times(plan) => {
                let mut teams = teams(setting, plan.window, draws);
                let mut before = each(&teams, |team| plan.journeys(setting, team, Period::Before, draws));
                self.choose_worst(&mut teams, &before, mean_of_finished);
                for (team, rows) in teams.iter().zip(&mut before) {
                    for (row, _) in rows {
                        row.arm = team.arm;
                    }
                }
                let after = each(&teams, |team| plan.journeys(setting, team, Period::After, draws));
                let (rows, kinds) = before.into_iter().chain(after).flatten().unzip();
                (Records::Times(rows, kinds), None)
            }
            Maker::Rates(plan) => {
                let mut teams = teams(setting, real(tickets::WINDOW_DAYS), draws);
                let noise = each(&teams, |_| tickets::Plan::noise(setting, draws));
                let mut nth = noise.iter();
                let mut before = each(&teams, |team| {
                    let noise = nth.next().map_or(&[][..], |noise| &noise[0]);
                    plan.weeks(setting, team, Period::Before, noise, draws)
                });
                self.choose_worst(&mut teams, &before, rate_of);
                for (team, rows) in teams.iter().zip(&mut before) {
                    for row in rows {
                        row.arm = team.arm;
                    }
                }
                let mut nth = noise.iter();
                let after = each(&teams, |team| {
                    let noise = nth.next().map_or(&[][..], |noise| &noise[1]);
                    plan.weeks(setting, team, Period::After, noise, draws)
                });
                (Records::Rates(before.into_iter().chain(after).flatten().collect()), None)
            }
            Maker::Shares => {
                let mut teams = teams(setting, 1.0, draws);
                let before = each(&teams, |team| services::before(setting, team, draws));
                self.choose_worst(&mut teams, &before, gaps_of);
                let (mut rows, mut effects) = (Vec::new(), Vec::new());
                for (team, had) in teams.iter().zip(&before) {
                    let (of_team, effect) = services::after(setting, team, had, draws);
                    rows.extend(of_team);
                    effects.extend((team.arm == Arm::Pilot).then_some(effect));
                }
                (Records::Shares(rows), Some(effects.iter().sum::<f64>() / real(effects.len().max(1))))
            }
        }
    }

    fn choose_worst<T>(&self, teams: &mut [Team], before: &[Vec<T>], badness: fn(&[T]) -> f64) {
        if self.setting.selection == Selection::WorstBaseline {
            let values: Vec<f64> = before.iter().map(|rows| badness(rows)).collect();
            choose_highest(teams, &values, self.setting.pilot);
        }
    }

    /// Gives the records to the engine, with the looks for traps that it takes.
    pub(super) fn outcome(&self, records: &Records, seed: u64) -> Result<Outcome, Refusal> {
        let design = Design { seed, ..self.design };
        let plain = |verdict| Outcome { verdict, arms: Vec::new() };
        let mut outcome = match records {
            Records::Times(rows, _) => plain(time_study(rows, &design)?),
            Records::Rates(rows) => plain(rate_study(rows, &design)?),
            Records::Shares(rows) => {
                let found = coverage_study(rows, &design)?;
                Outcome { verdict: found.verdict, arms: found.arms }
            }
        };
        let traps = traps::look(records, &outcome, self.snare, &design);
        outcome.verdict = outcome.verdict.with_traps(traps, &design);
        Ok(outcome)
    }

    /// Draws one company and gives the changes of its teams; none where the engine gives no effect.
    pub(super) fn changes(&self, draws: &mut Draws, seed: u64) -> Option<Changes> {
        let verdict = self.outcome(&self.records(draws).0, seed).ok()?.verdict;
        let teams = verdict.teams.iter().filter_map(|team| Some((team.change?, team.arm == Arm::Pilot)));
        verdict.effect.is_ok().then(|| teams.unzip())
    }

    /// Draws one company and looks at it.
    pub(super) fn looks(&self, draws: &mut Draws, seed: u64) -> Vec<Look> {
        let (records, own_truth) = self.records(draws);
        let mut looks = match self.outcome(&records, seed) {
            Err(_) => vec![Look::nothing(Method::Permutation)],
            Ok(Outcome { verdict, .. }) => {
                let mut primary = Look::primary(&verdict);
                let of_cell = |snare: Snare| verdict.traps.iter().find(|trap| trap.kind == snare.kind);
                primary.sight = self.snare.and_then(of_cell).map(|trap| trap.sight);
                let beside = verdict.beside.iter().filter(|beside| welch_of(beside, &verdict)).map(Look::secondary);
                [primary].into_iter().chain(beside).collect()
            }
        };
        // Where there is a trap nothing is planted, in no team.
        let own_truth = own_truth.filter(|_| self.snare.is_none());
        for look in &mut looks {
            look.own_truth = own_truth;
        }
        if let Some(snare) = self.snare {
            looks.push(Look {
                estimate: traps::naive(&records, snare.naive),
                grade: None,
                ..Look::nothing(Method::Naive)
            });
        }
        looks
    }
}

fn each<T>(teams: &[Team], of: impl FnMut(&Team) -> T) -> Vec<T> {
    teams.iter().map(of).collect()
}

fn mean_of_finished(rows: &[times::Journey]) -> f64 {
    let finished: Vec<f64> = rows.iter().filter(|row| row.0.cause == Cause::Done).map(|row| row.0.time_days).collect();
    if finished.is_empty() { 0.0 } else { finished.iter().sum::<f64>() / real(finished.len()) }
}

fn rate_of(rows: &[RateRecord]) -> f64 {
    let sum = |of: fn(&RateRecord) -> f64| rows.iter().map(of).sum::<f64>();
    sum(|row| row.amount) / sum(|row| row.exposure)
}

fn gaps_of(rows: &[bool]) -> f64 {
    real(rows.iter().filter(|had| !**had).count()) / real(rows.len().max(1))
}

/// Whether a finding is Welch's on the scale of the effect.
fn welch_of(beside: &Finding, verdict: &Verdict) -> bool {
    let scale = verdict.effect.as_ref().map(|effect| effect.scale);
    scale == Ok(beside.scale) && beside.method.contains("Welch")
}

impl Look {
    fn nothing(method: Method) -> Self {
        Self {
            method,
            estimate: None,
            p: None,
            interval: None,
            grade: Some(Grade::E),
            claimed: false,
            sight: None,
            own_truth: None,
        }
    }

    fn primary(verdict: &Verdict) -> Self {
        let Ok(effect) = &verdict.effect else {
            return Self { grade: Some(verdict.grade), ..Self::nothing(Method::Permutation) };
        };
        Self {
            method: Method::Permutation,
            grade: Some(verdict.grade),
            claimed: verdict.significant,
            ..Self::secondary(effect)
        }
    }

    fn secondary(finding: &Finding) -> Self {
        let own = |value: f64| if finding.scale == Scale::Ratio { value.ln() } else { value };
        let interval = finding.interval.as_ref().ok();
        Self {
            method: Method::Welch,
            estimate: Some(own(finding.estimate)),
            p: finding.p,
            interval: interval.map(|interval| (own(interval.lower), own(interval.upper))),
            grade: None,
            claimed: false,
            sight: None,
            own_truth: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Arm;

    fn all() -> impl Iterator<Item = Setting> {
        let selections = [Selection::Random, Selection::WorstBaseline, Selection::MostEager];
        [Measure::Times, Measure::Rates, Measure::Shares]
            .into_iter()
            .flat_map(move |measure| selections.map(|selection| Setting { selection, ..Setting::base(measure, 8, 3) }))
    }

    #[test]
    fn every_measure_and_choice_gives_the_engine_a_pilot_of_its_size() {
        for setting in all() {
            let worlds = Worlds::new(&setting, None);
            let (records, _) = worlds.records(&mut Draws::of(1, 1, 1));
            let verdict = worlds.outcome(&records, 1).expect("records").verdict;
            assert_eq!(verdict.teams_compared(), (3, 5), "{setting:?}");
            let looks = worlds.looks(&mut Draws::of(1, 1, 1), 1);
            match setting.selection {
                Selection::Random => assert_eq!(looks[0].grade, Some(Grade::A)),
                Selection::WorstBaseline => assert_eq!(looks[0].grade, Some(Grade::C), "it began outside the middle"),
                Selection::MostEager => assert!(looks[0].grade > Some(Grade::A)),
            }
            assert_eq!(looks[1].method, Method::Welch);
            assert_eq!(looks, worlds.looks(&mut Draws::of(1, 1, 1), 1));
        }
    }

    #[test]
    fn a_pilot_of_the_worst_baseline_was_worse() {
        for measure in [Measure::Times, Measure::Rates, Measure::Shares] {
            let worlds =
                Worlds::new(&Setting { selection: Selection::WorstBaseline, ..Setting::base(measure, 12, 3) }, None);
            let verdict = worlds.outcome(&worlds.records(&mut Draws::of(1, 1, 1)).0, 1).expect("records").verdict;
            let mean = |arm| {
                let levels: Vec<f64> =
                    verdict.teams.iter().filter(|team| team.arm == arm).filter_map(|team| team.before).collect();
                levels.iter().sum::<f64>() / real(levels.len())
            };
            let worse = if measure == Measure::Shares {
                mean(Arm::Pilot) < mean(Arm::Comparison)
            } else {
                mean(Arm::Pilot) > mean(Arm::Comparison)
            };
            assert!(worse, "{measure:?}");
        }
    }
}
