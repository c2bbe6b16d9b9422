//! Rates of teams before and after: one log ratio per team, and a test over teams.
//!
//! `ln((b + ½)/(a + ½) · Ta/Tb)`: the halves keep a team without tickets in. Paired by team, t or exact signed flips,
//! holds its size where the exact Poisson test does not (METHODS.md#counts). Next door: `poisson_exact`.

use super::special_functions::whole;
use super::{Interval, NoInterval, Refusal, TTest, one_sample_t, real, refusal::finite};
use rand_chacha::{
    ChaCha12Rng,
    rand_core::{Rng, SeedableRng},
};

/// Counts and exposures of one team.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TeamCounts {
    /// Count and exposure before.
    pub before: (u64, f64),
    /// Count and exposure after.
    pub after: (u64, f64),
}

impl TeamCounts {
    /// The log of the rate after over the rate before, with half a count added to each.
    ///
    /// # Errors
    /// Refuses exposures that are not positive.
    pub fn log_rate_ratio(&self) -> Result<f64, Refusal> {
        let real = |(count, exposure): (u64, f64)| (whole(count), exposure);
        log_rate_ratio(real(self.before), real(self.after))
    }
}

/// The log of the rate after over the rate before, each an amount and its exposure, half a unit added to each amount.
pub(super) fn log_rate_ratio(before: (f64, f64), after: (f64, f64)) -> Result<f64, Refusal> {
    for exposure in [before.1, after.1] {
        if !exposure.is_finite() || exposure <= 0.0 {
            return Err(Refusal::Impossible { what: "an exposure", value: exposure });
        }
    }
    Ok(((after.0 + 0.5) / (before.0 + 0.5) * before.1 / after.1).ln())
}

/// The common change of teams without any to compare with.
#[derive(Clone, Debug, PartialEq)]
pub struct PairedRates {
    /// Mean log ratio over teams, as a ratio.
    pub ratio: f64,
    /// Its t interval over teams, as a ratio.
    pub interval: Result<Interval, NoInterval>,
    /// The t test behind that.
    pub t_test: Result<TTest, Refusal>,
    /// The two-sided p-value by flipping signs.
    pub p_flips: f64,
}

/// Estimates the common rate ratio of teams.
///
/// # Errors
/// Refuses no teams, and exposures that are not positive.
pub fn paired_rates(teams: &[TeamCounts], level: f64, seed: u64) -> Result<PairedRates, Refusal> {
    let logs = teams.iter().map(TeamCounts::log_rate_ratio).collect::<Result<Vec<f64>, Refusal>>()?;
    let p_flips = signed_flips(&logs, seed)?;
    let mean = logs.iter().sum::<f64>() / real(logs.len());
    let t_test = one_sample_t(&logs, level);
    let interval = t_test.clone().map(|test| test.interval.map(f64::exp)).map_err(NoInterval::from);
    Ok(PairedRates { ratio: mean.exp(), interval, t_test, p_flips })
}

/// Flips drawn where there are too many to list.
const DRAWN: u32 = 99_999;

/// The exact two-sided p-value that changes are symmetric about zero: all sign patterns up to 17 teams, then drawn.
///
/// # Errors
/// Refuses no changes, and changes that are not finite.
pub fn signed_flips(changes: &[f64], seed: u64) -> Result<f64, Refusal> {
    finite("a team's change", changes)?;
    if changes.is_empty() {
        return Err(Refusal::Empty);
    }
    let size: f64 = changes.iter().map(|change| change.abs()).sum();
    let least = changes.iter().sum::<f64>().abs() - 1e-12 * size;
    let flipped = |sign: &dyn Fn(usize) -> bool| {
        let sum: f64 =
            changes.iter().enumerate().map(|(team, change)| if sign(team) { -change } else { *change }).sum();
        sum.abs() >= least
    };
    if changes.len() <= 17 {
        let all = 1_u32 << changes.len();
        let extreme = (0..all).filter(|pattern| flipped(&|team| pattern >> team & 1 == 1)).count();
        return Ok(real(extreme) / f64::from(all));
    }
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    let mut extreme = 1.0;
    for _ in 0..DRAWN {
        let bits: Vec<u64> = (0..changes.len().div_ceil(64)).map(|_| random.next_u64()).collect();
        if flipped(&|team| bits[team / 64] >> (team % 64) & 1 == 1) {
            extreme += 1.0;
        }
    }
    Ok(extreme / (f64::from(DRAWN) + 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    #[test]
    fn the_log_ratio_is_what_a_hand_computes_and_a_team_without_tickets_stays_in() {
        let team = TeamCounts { before: (9, 10.0), after: (4, 20.0) };
        close(team.log_rate_ratio().expect("exposure"), (4.5_f64 / 9.5 / 2.0).ln(), 1e-14);
        let silent = TeamCounts { before: (0, 10.0), after: (0, 10.0) };
        close(silent.log_rate_ratio().expect("exposure"), 0.0, 0.0);
        assert!(TeamCounts { before: (1, 0.0), after: (1, 1.0) }.log_rate_ratio().is_err());
    }

    #[test]
    fn flips_of_changes_that_all_agree_reach_the_floor() {
        close(signed_flips(&[1.0, 2.0, 3.0, 4.0, 5.0], 1).expect("changes"), 2.0 / 32.0, 1e-15);
        close(signed_flips(&[1.0, -1.0], 1).expect("changes"), 1.0, 0.0);
        close(signed_flips(&[0.0, 0.0, 0.0], 1).expect("changes"), 1.0, 0.0);
        assert_eq!(signed_flips(&[], 1), Err(Refusal::Empty));
        let many = vec![1.0; 70];
        close(signed_flips(&many, 1).expect("changes"), 1e-5, 1e-12);
    }

    #[test]
    fn equal_ratios_have_an_estimate_and_no_interval() {
        let team = TeamCounts { before: (9, 10.0), after: (4, 10.0) };
        let found = paired_rates(&[team; 3], 0.95, 1).expect("teams");
        close(found.ratio, 4.5 / 9.5, 1e-12);
        assert_eq!(found.interval, Err(NoInterval::Refused(Refusal::NoVariation)));
        assert_eq!(paired_rates(&[], 0.95, 1), Err(Refusal::Empty));
    }
}
