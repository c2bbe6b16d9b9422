//! The traps of the protocol: for each, the number that it moves, and the engine's own look for it.
//!
//! In: records, and what the engine's study made of them. Out: the naive number, on the scale of the truth, and the
//! engine's [`Trap`]s. The naive numbers are those that people compute: means of what is finished, all services that live,
//! the pilot against itself. Neighbours: `cells` says which trap stands where, `world` calls this, `judge` judges it.

use super::calendar::{AFTER, BEFORE, dates};
use super::tickets::WINDOW_DAYS;
use super::world::{Outcome, Records};
use crate::study::{Arm, Cause, Design, Period, RateRecord, ServiceRecord, TimeRecord, Trap, TrapKind, real};
use crate::study::{follow_up, growth_of_shares, mix, mix_of_times, season, selection, with_baseline_held};

/// A number that a trap moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naive {
    /// The pilot teams after, less before.
    OfThePilot,
    /// After the start, the pilot less the comparison teams.
    Afterwards,
    /// The difference of both in what is finished, or in all services that live.
    Differences,
}

impl Naive {
    /// The words for tables.
    pub const fn words(self) -> &'static str {
        match self {
            Self::OfThePilot => "pilot after, less before",
            Self::Afterwards => "pilot less others, after",
            Self::Differences => "pilot's change less others', of what is finished or alive",
        }
    }
}

/// What a cell of a trap is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snare {
    /// The engine's own trap that must see it.
    pub kind: TrapKind,
    /// The number that it moves.
    pub naive: Naive,
    /// Whether the engine must see it, because more than chance is wrong; else it may also be carried unseen.
    pub must_be_seen: bool,
}

/// The traps that the engine looks for in a world.
///
/// Outside of the cells of traps only the choice of teams is looked at, of which nothing else has to be computed.
pub(super) fn look(records: &Records, outcome: &Outcome, snare: Option<Snare>, design: &Design) -> Vec<Trap> {
    let mut traps = Vec::new();
    if let Ok(effect) = &outcome.verdict.effect {
        let held = with_baseline_held(&outcome.verdict.teams, effect.scale, design);
        traps.push(selection(&outcome.verdict.teams, effect, held.as_ref(), design));
    }
    if snare.is_none() {
        return traps;
    }
    match records {
        Records::Times(rows, kinds) => {
            traps.push(follow_up(rows, design));
            let kinds: Vec<Option<String>> = kinds.iter().map(|kind| Some((*kind).to_owned())).collect();
            if let Ok(effect) = &outcome.verdict.effect {
                traps.push(mix(effect, &mix_of_times(rows, &kinds, effect, design)));
            }
        }
        Records::Rates(_) => {
            let windows = [BEFORE, AFTER].map(|first| dates(first, WINDOW_DAYS));
            traps.push(season(&windows[0], &windows[1], true));
        }
        Records::Shares(_) => traps.push(growth_of_shares(&outcome.arms)),
    }
    traps
}

/// The naive number of a world; none where a window is empty.
pub(super) fn naive(records: &Records, naive: Naive) -> Option<f64> {
    let level = |arm, period| match records {
        Records::Times(rows, _) => mean_of_finished(rows, arm, period),
        Records::Rates(rows) => rate(rows, arm, period),
        Records::Shares(rows) => share(rows, arm, period),
    };
    let change = |arm| Some(level(arm, Period::After)? - level(arm, Period::Before)?);
    match naive {
        Naive::OfThePilot => change(Arm::Pilot),
        Naive::Afterwards => Some(level(Arm::Pilot, Period::After)? - level(Arm::Comparison, Period::After)?),
        Naive::Differences => Some(change(Arm::Pilot)? - change(Arm::Comparison)?),
    }
}

fn mean_of_finished(rows: &[TimeRecord], arm: Arm, period: Period) -> Option<f64> {
    let of = rows.iter().filter(|row| (row.arm, row.period, row.cause) == (arm, period, Cause::Done));
    let days: Vec<f64> = of.map(|row| row.time_days).collect();
    (!days.is_empty()).then(|| (days.iter().sum::<f64>() / real(days.len())).ln())
}

fn rate(rows: &[RateRecord], arm: Arm, period: Period) -> Option<f64> {
    let of = rows.iter().filter(|row| (row.arm, row.period) == (arm, period));
    let (amount, exposure) = of.fold((0.0, 0.0), |sum, row| (sum.0 + row.amount, sum.1 + row.exposure));
    (amount > 0.0 && exposure > 0.0).then(|| (amount / exposure).ln())
}

fn share(rows: &[ServiceRecord], arm: Arm, period: Period) -> Option<f64> {
    let of = rows.iter().filter(|row| row.arm == arm);
    let lived: Vec<bool> = of.filter_map(|row| if period == Period::Before { row.before } else { row.after }).collect();
    (!lived.is_empty()).then(|| real(lived.iter().filter(|has| **has).count()) / real(lived.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    fn row(arm: Arm, period: Period, amount: f64) -> RateRecord {
        RateRecord { team: "team".to_owned(), arm, period, amount, exposure: 2.0, units: 1 }
    }

    #[test]
    fn naive_numbers_are_what_people_compute() {
        let cells = [(Arm::Pilot, 8.0, 4.0), (Arm::Comparison, 4.0, 3.0)];
        let rows = cells
            .iter()
            .flat_map(|&(arm, before, after)| [row(arm, Period::Before, before), row(arm, Period::After, after)]);
        let records = Records::Rates(rows.collect());
        close(naive(&records, Naive::OfThePilot).expect("both"), 0.5_f64.ln(), 1e-12);
        close(naive(&records, Naive::Afterwards).expect("both"), (4.0_f64 / 3.0).ln(), 1e-12);
        close(naive(&records, Naive::Differences).expect("both"), (0.5_f64 / 0.75).ln(), 1e-12);
        assert_eq!(naive(&Records::Rates(Vec::new()), Naive::OfThePilot), None);
    }

    #[test]
    fn services_are_counted_as_they_live() {
        let service = |before, after| ServiceRecord { team: "team".to_owned(), arm: Arm::Pilot, before, after };
        let rows = vec![service(Some(false), Some(false)), service(Some(true), None), service(None, Some(true))];
        close(naive(&Records::Shares(rows), Naive::OfThePilot).expect("both"), 0.0, 1e-12);
    }
}
