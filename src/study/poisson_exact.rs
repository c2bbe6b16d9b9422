//! The exact comparison of two rates from two totals, behind a check that the counts vary no more than Poisson.
//!
//! With mild team noise the exact test rejects a true null 27% of the time (METHODS.md#counts): `rates` is the default.
//! Source: R `poisson.test` for the limits; the p-value is the central one, which agrees with them.

use super::special_functions::{beta_quantile, binomial_cdf, binomial_pmf, bisect, chi_square_sf, whole};
use super::{Interval, Refusal, TeamCounts, real};

/// The ratio of two rates, first over second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateRatio {
    /// The ratio.
    pub ratio: f64,
    /// Twice the smaller tail: the one that agrees with the interval.
    pub p_central: f64,
    /// Sum of what is no more likely: R's, which may contradict the interval. For comparison only.
    pub p_minimum_likelihood: f64,
    /// The exact interval (Clopper-Pearson given the sum). The upper limit may be infinite.
    pub interval: Interval,
    /// The mid-p interval: secondary.
    pub mid_p_interval: Interval,
}

/// Compares two totals over their exposures.
///
/// # Errors
/// Refuses exposures that are not positive, and two zero counts.
pub fn exact_rate_ratio(first: (u64, f64), second: (u64, f64), level: f64) -> Result<RateRatio, Refusal> {
    for exposure in [first.1, second.1] {
        if !exposure.is_finite() || exposure <= 0.0 {
            return Err(Refusal::Impossible { what: "an exposure", value: exposure });
        }
    }
    let (x, n) = (first.0, first.0 + second.0);
    if n == 0 {
        return Err(Refusal::AllZero);
    }
    let share = first.1 / (first.1 + second.1);
    let below = binomial_cdf(x, n, share);
    let above = if x == 0 { 1.0 } else { binomial_cdf(n - x, n, 1.0 - share) };
    let here = binomial_pmf(x, n, share);
    let no_likelier =
        (0..=n).map(|k| binomial_pmf(k, n, share)).filter(|likelihood| *likelihood <= here * (1.0 + 1e-7));
    let tail = (1.0 - level) / 2.0;
    let ratio_of = |q: f64| if q >= 1.0 { f64::INFINITY } else { q / (1.0 - q) * second.1 / first.1 };
    let lower = if x == 0 { 0.0 } else { beta_quantile(tail, whole(x), whole(n - x) + 1.0) };
    let upper = if x == n { 1.0 } else { beta_quantile(1.0 - tail, whole(x) + 1.0, whole(n - x)) };
    let half = |q: f64| 0.5 * binomial_pmf(x, n, q);
    let mid_lower = bisect(0.0, 1.0, |q| binomial_cdf(n - x, n, 1.0 - q) - half(q) < tail);
    let mid_upper = bisect(0.0, 1.0, |q| binomial_cdf(x, n, q) - half(q) > tail);
    Ok(RateRatio {
        ratio: whole(first.0) / first.1 / (whole(second.0) / second.1),
        p_central: (2.0 * below.min(above)).min(1.0),
        p_minimum_likelihood: no_likelier.sum::<f64>().min(1.0),
        interval: Interval { lower: ratio_of(lower), upper: ratio_of(upper), level },
        mid_p_interval: Interval {
            lower: if x == 0 { 0.0 } else { ratio_of(mid_lower) },
            upper: if x == n { f64::INFINITY } else { ratio_of(mid_upper) },
            level,
        },
    })
}

/// Compares the totals of teams, after over before, where the teams' own ratios differ by no more than Poisson noise.
///
/// # Errors
/// Refuses overdispersed counts, fewer than two teams to check that on, and what [`exact_rate_ratio`] refuses.
pub fn exact_rate_ratio_of_teams(teams: &[TeamCounts], level: f64) -> Result<RateRatio, Refusal> {
    let dispersion = dispersion(teams)?;
    let df = real(teams.len()) - 1.0;
    // Both: with few teams the test is blind, with many it sees what does not matter.
    if dispersion > 1.5 || chi_square_sf(dispersion * df, df) < 0.1 {
        return Err(Refusal::Overdispersed { dispersion });
    }
    let sum = |count: fn(&TeamCounts) -> (u64, f64)| {
        teams.iter().map(count).fold((0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    };
    exact_rate_ratio(sum(|team| team.after), sum(|team| team.before), level)
}

/// Pearson's chi-square over its degrees of freedom, for teams that share one rate ratio.
///
/// # Errors
/// Refuses fewer than two teams, impossible exposures, and counts that are all zero.
pub fn dispersion(teams: &[TeamCounts]) -> Result<f64, Refusal> {
    if teams.len() < 2 {
        return Err(Refusal::TooFew { what: "teams", have: teams.len(), need: 2 });
    }
    for team in teams {
        team.log_rate_ratio()?;
    }
    let share = |team: &TeamCounts, log_ratio: f64| {
        let after = team.after.1 * log_ratio.exp();
        after / (after + team.before.1)
    };
    let all = |team: &TeamCounts| whole(team.before.0 + team.after.0);
    if teams.iter().all(|team| all(team) <= 0.0) {
        return Err(Refusal::AllZero);
    }
    let seen: f64 = teams.iter().map(|team| whole(team.after.0)).sum();
    let common =
        bisect(-50.0, 50.0, |ratio| teams.iter().map(|team| all(team) * share(team, ratio)).sum::<f64>() < seen);
    let squares = teams.iter().map(|team| {
        let (n, q) = (all(team), share(team, common));
        let variance = n * q * (1.0 - q);
        if variance > 0.0 { (whole(team.after.0) - n * q).powi(2) / variance } else { 0.0 }
    });
    Ok(squares.sum::<f64>() / (real(teams.len()) - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    // Cases `poisson_ratio_exact` (R help example) and `poisson_ratio_p_ci_clash` (CRAN rateratio.test).
    #[test]
    fn the_published_ratios_limits_and_p_values_are_met() {
        let found = exact_rate_ratio((11, 800.0), (21, 3011.0), 0.95).expect("counts");
        close(found.ratio, 1.971_488_095_238_095_3, 1e-9);
        close(found.p_minimum_likelihood, 0.079_668_633_033_329_5, 1e-9);
        close(found.p_central, 0.112_017_319_575_399_36, 1e-9);
        close(found.interval.lower, 0.858_426_403_391_639_9, 1e-9);
        close(found.interval.upper, 4.277_265_943_654_075, 1e-9);
        close(found.mid_p_interval.lower, 0.916_602_075_860_372_9, 1e-9);
        close(found.mid_p_interval.upper, 4.058_404_252_508_513, 1e-9);
        let clash = exact_rate_ratio((2, 17877.0), (9, 16660.0), 0.95).expect("counts");
        close(clash.p_minimum_likelihood, 0.033_094_203_205_914_774, 1e-9);
        close(clash.p_central, 0.050_106_495_614_108_904, 1e-9);
        assert!(clash.interval.contains(1.0) && clash.p_central > 0.05);
    }

    #[test]
    fn zero_counts_have_one_sided_limits_and_two_zeros_are_refused() {
        let found = exact_rate_ratio((0, 10.0), (5, 10.0), 0.95).expect("counts");
        close(found.interval.lower, 0.0, 0.0);
        let found = exact_rate_ratio((5, 10.0), (0, 10.0), 0.95).expect("counts");
        assert!(found.interval.upper.is_infinite() && found.ratio.is_infinite());
        assert_eq!(exact_rate_ratio((0, 1.0), (0, 1.0), 0.95), Err(Refusal::AllZero));
        assert!(exact_rate_ratio((1, 0.0), (1, 1.0), 0.95).is_err());
    }

    #[test]
    fn teams_that_go_different_ways_are_kept_from_the_exact_test() {
        let team = |before, after| TeamCounts { before: (before, 10.0), after: (after, 10.0) };
        let apart = [team(40, 80), team(80, 40), team(50, 20)];
        assert!(matches!(exact_rate_ratio_of_teams(&apart, 0.95), Err(Refusal::Overdispersed { .. })));
        let alike = [team(40, 30), team(60, 46), team(50, 36)];
        assert!(exact_rate_ratio_of_teams(&alike, 0.95).is_ok());
    }
}
