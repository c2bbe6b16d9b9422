//! What the counts of a cell amount to: whether a method keeps its size and its coverage, and what the engine did if not.
//!
//! In: a cell and its tallies. Out: marks. The bounds are those of METHODS.md#protocol: the 95% Monte Carlo interval
//! (Wilson) of the size at or below 0.06, the coverage within 0.935 and 0.965. A test over few teams cannot have any
//! size, so that less than 0.04 is marked, not failed. Neighbours: `tally`, `table`.

use super::cell::{Cell, Task};
use super::method::Method;
use super::power::PowerCount;
use super::run::CellResult;
use super::setting::Setting;
use super::tally::Tally;
use super::traps::Snare;
use crate::study::special_functions::whole;
use crate::study::{Interval, choose, floor_p, wilson};
use std::fmt;

/// The level that everything is run at.
pub const ALPHA: f64 = 0.05;
/// The largest size that passes.
pub const SIZE_AT_MOST: f64 = 0.06;
/// The size below which a test is called conservative.
pub const SIZE_AT_LEAST: f64 = 0.04;
/// The coverage that passes.
pub const COVERAGE: (f64, f64) = (0.935, 0.965);

/// What a cell amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Within the bounds.
    Holds,
    /// Fewer false alarms, or more coverage, than asked for.
    Conservative,
    /// Too few teams for any claim or interval: the engine gives neither.
    Refused,
    /// Beyond the bounds, and the engine does not claim more often than it may.
    Downgraded,
    /// The Monte Carlo interval reaches to both sides of the bound.
    Open,
    /// Beyond the bounds.
    Fails,
}

impl fmt::Display for Mark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Holds => "holds",
            Self::Conservative => "conservative",
            Self::Refused => "refused by design",
            Self::Downgraded => "downgraded",
            Self::Open => "cannot be told at so few worlds",
            Self::Fails => "FAILS",
        })
    }
}

/// A share of worlds with its Monte Carlo interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The share.
    pub share: f64,
    /// Wilson's interval of it, at 95%.
    pub limits: Interval,
}

/// The share of `count` in `total`; none of nothing.
pub fn share(count: u64, total: u64) -> Option<Share> {
    let limits = wilson(count, total, 0.95).ok()?;
    Some(Share { share: whole(count) / whole(total), limits })
}

/// Whether the engine gives these numbers of teams neither a claim nor an interval.
fn refused_by_design(setting: &Setting, alpha: f64) -> bool {
    choose(setting.teams, setting.pilot) > 0 && floor_p(setting.teams, setting.pilot) > alpha + 1e-9
}

/// Judges how often a test rejects where there is nothing to find.
pub fn judge_size(tally: &Tally, setting: &Setting, alpha: f64) -> Mark {
    if refused_by_design(setting, alpha) && tally.graded() {
        let silent = tally.claimed == 0 && tally.intervals == 0 && tally.grades[0] + tally.grades[1] == 0;
        return if silent { Mark::Refused } else { Mark::Fails };
    }
    let Some(size) = share(tally.rejected, tally.tested) else { return Mark::Refused };
    if size.limits.upper <= SIZE_AT_MOST {
        return if size.limits.lower >= SIZE_AT_LEAST { Mark::Holds } else { Mark::Conservative };
    }
    let claims = share(tally.claimed, tally.worlds);
    if tally.graded() && claims.is_some_and(|claims| claims.limits.upper <= SIZE_AT_MOST) {
        return Mark::Downgraded;
    }
    if size.limits.lower <= SIZE_AT_MOST { Mark::Open } else { Mark::Fails }
}

/// Judges how often an interval holds the truth.
pub fn judge_coverage(tally: &Tally, setting: &Setting, alpha: f64) -> Mark {
    if refused_by_design(setting, alpha) && tally.graded() {
        return if tally.intervals == 0 { Mark::Refused } else { Mark::Fails };
    }
    // Grade C and below tell no effect, and say so: what few intervals are left are not what the cell is about.
    if tally.graded() && 10 * (tally.grades[0] + tally.grades[1]) <= tally.worlds {
        return Mark::Downgraded;
    }
    let Some(held) = share(tally.covered, tally.intervals) else { return Mark::Refused };
    if held.share >= COVERAGE.0 {
        return if held.share <= COVERAGE.1 { Mark::Holds } else { Mark::Conservative };
    }
    if held.limits.upper >= COVERAGE.0 { Mark::Open } else { Mark::Fails }
}

/// The share of worlds in which a trap must be seen; and in which the truth must be held, the trap seen, or no effect told.
pub const SAFE: f64 = 0.9;

/// The bias from which on a naive number counts as moved: three percent, or three points.
pub const MOVED: f64 = 0.03;

/// Judges a trap by what it did to the naive number and by what the engine made of it.
pub fn judge_trap(primary: &Tally, naive: &Tally, snare: Snare) -> Mark {
    let moved = naive.bias().zip(naive.bias_error());
    if !moved.is_some_and(|(bias, error)| bias.abs() >= MOVED && bias.abs() > 4.0 * error) {
        return Mark::Fails;
    }
    let enough = |count: u64| match share(count, primary.worlds) {
        Some(found) if found.share >= SAFE => Mark::Holds,
        Some(found) if found.limits.upper >= SAFE => Mark::Open,
        _ => Mark::Fails,
    };
    let seen = if snare.must_be_seen { enough(primary.seen) } else { Mark::Holds };
    enough(primary.safe).max(seen)
}

/// How far the simulated smallest effect may be from the formula's.
pub const POWER_WITHIN: f64 = 0.1;

/// Judges the simulated smallest effect against the formula's.
pub fn judge_power(count: &PowerCount) -> Mark {
    match count.ratio() {
        Some(ratio) if (ratio - 1.0).abs() <= POWER_WITHIN => Mark::Holds,
        _ => Mark::Fails,
    }
}

/// The mark of each thing that a cell is held to: size and coverage, a trap, or power; none for cells beyond.
pub fn marks(cell: &Cell, result: &CellResult) -> Vec<Mark> {
    let primary = || result.of(Method::Permutation);
    match cell.task {
        Task::Beyond => Vec::new(),
        Task::Power => result.power.iter().map(judge_power).collect(),
        Task::Trap(snare) => {
            let both = primary().zip(result.of(Method::Naive));
            both.map(|(primary, naive)| judge_trap(primary, naive, snare)).into_iter().collect()
        }
        Task::Protocol => {
            let setting = &cell.setting;
            let size = primary().filter(|_| cell.no_effect()).map(|tally| judge_size(tally, setting, ALPHA));
            size.into_iter().chain(primary().map(|tally| judge_coverage(tally, setting, ALPHA))).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::setting::Measure;
    use super::super::traps::Naive;
    use super::*;
    use crate::study::TrapKind;

    fn tally(rejected: u64, covered: u64, claimed: u64, grades: [u64; 5]) -> Tally {
        Tally {
            worlds: 10_000,
            tested: 10_000,
            rejected,
            intervals: 10_000,
            covered,
            claimed,
            grades,
            ..Tally::of(Method::Permutation, &[], 0.0, 0.05)
        }
    }

    #[test]
    fn sizes_are_judged_by_their_monte_carlo_interval() {
        let middle = Setting::base(Measure::Times, 12, 3);
        let judged =
            |rejected, claimed| judge_size(&tally(rejected, 9_500, claimed, [10_000, 0, 0, 0, 0]), &middle, 0.05);
        assert_eq!(judged(500, 500), Mark::Holds);
        assert_eq!(judged(300, 300), Mark::Conservative);
        assert_eq!(judged(590, 590), Mark::Open);
        assert_eq!(judged(700, 700), Mark::Fails);
        assert_eq!(judged(700, 400), Mark::Downgraded);
    }

    #[test]
    fn coverage_is_judged_by_itself_and_by_what_the_engine_made_of_it() {
        let middle = Setting::base(Measure::Times, 12, 3);
        let judged = |covered, grades| judge_coverage(&tally(0, covered, 0, grades), &middle, 0.05);
        let good = [10_000, 0, 0, 0, 0];
        assert_eq!(judged(9_500, good), Mark::Holds);
        assert_eq!(judged(9_800, good), Mark::Conservative);
        assert_eq!(judged(9_340, good), Mark::Open);
        assert_eq!(judged(9_000, good), Mark::Fails);
        assert_eq!(judged(9_000, [0, 500, 9_500, 0, 0]), Mark::Downgraded);
    }

    #[test]
    fn a_trap_must_move_the_naive_number_and_be_seen_or_held() {
        let naive = |bias: f64| Tally {
            estimated: 10_000,
            error: bias * 10_000.0,
            squares: (bias * bias + 0.01) * 10_000.0,
            ..Tally::of(Method::Naive, &[], 0.0, 0.05)
        };
        let engine = |seen, safe| Tally { seen, safe, ..tally(0, 0, 0, [0, 10_000, 0, 0, 0]) };
        let snare = |must_be_seen| Snare { kind: TrapKind::Mix, naive: Naive::OfThePilot, must_be_seen };
        assert_eq!(judge_trap(&engine(9_100, 9_900), &naive(-0.2), snare(true)), Mark::Holds);
        assert_eq!(judge_trap(&engine(8_990, 9_900), &naive(-0.2), snare(true)), Mark::Open);
        assert_eq!(judge_trap(&engine(8_000, 9_900), &naive(-0.2), snare(true)), Mark::Fails);
        assert_eq!(judge_trap(&engine(8_000, 9_900), &naive(-0.2), snare(false)), Mark::Holds);
        assert_eq!(judge_trap(&engine(8_000, 8_500), &naive(-0.2), snare(false)), Mark::Fails);
        assert_eq!(
            judge_trap(&engine(9_900, 9_900), &naive(0.01), snare(true)),
            Mark::Fails,
            "a trap that moves nothing"
        );
    }

    #[test]
    fn power_may_be_a_tenth_away_from_the_formula() {
        let count = |found| PowerCount { worlds: 100, formula: 1.0, found };
        assert_eq!(judge_power(&count([60, 70, 79, 86, 90, 95, 99])), Mark::Holds);
        assert_eq!(judge_power(&count([50, 60, 70, 76, 84, 90, 95])), Mark::Fails);
        assert_eq!(judge_power(&count([0; 7])), Mark::Fails);
    }

    #[test]
    fn few_teams_must_be_refused() {
        let few = Setting::base(Measure::Times, 6, 2);
        let silent = Tally { intervals: 0, ..tally(0, 0, 0, [0, 0, 10_000, 0, 0]) };
        assert_eq!(
            (judge_size(&silent, &few, 0.05), judge_coverage(&silent, &few, 0.05)),
            (Mark::Refused, Mark::Refused)
        );
        assert_eq!(judge_size(&tally(0, 0, 1, [1, 0, 0, 0, 0]), &few, 0.05), Mark::Fails);
    }
}
