//! Shares: Wilson's interval, Newcombe's for two independent ones, and what clustering in teams costs.
//!
//! Sources: Newcombe, Statistics in Medicine 1998;17:857-872 (Wilson) and 873-890 (method 10). Services before and
//! after are the same services: `paired_proportion`.

use super::special_functions::{normal_quantile, whole};
use super::{Interval, Refusal, real};

/// A difference of two shares with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShareDifference {
    /// First share less second.
    pub difference: f64,
    /// Its interval.
    pub interval: Interval,
}

/// Gives Wilson's interval of a share.
///
/// # Errors
/// Refuses nothing observed, and more than all.
pub fn wilson(count: u64, total: u64, level: f64) -> Result<Interval, Refusal> {
    wilson_effective(count, total, 1.0, level)
}

/// Gives Wilson's interval of a share observed in teams, whose `total` is worth `total / design_effect`.
///
/// # Errors
/// Refuses nothing observed, more than all, and a design effect that is not positive.
pub fn wilson_effective(count: u64, total: u64, design_effect: f64, level: f64) -> Result<Interval, Refusal> {
    if total == 0 {
        return Err(Refusal::Empty);
    }
    if count > total {
        return Err(Refusal::MoreThanAll { count, total });
    }
    if !design_effect.is_finite() || design_effect <= 0.0 {
        return Err(Refusal::Impossible { what: "a design effect", value: design_effect });
    }
    let n = whole(total) / design_effect;
    let p = whole(count) / whole(total);
    let z = normal_quantile(f64::midpoint(1.0, level));
    let centre = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let over = 1.0 + z * z / n;
    // At 0 and at all the outer limit is exact; rounding must not move it inside.
    let lower = if count == 0 { 0.0 } else { (centre - half) / over };
    let upper = if count == total { 1.0 } else { (centre + half) / over };
    Ok(Interval { lower, upper, level })
}

/// Compares the shares of two independent groups, first less second (method 10).
///
/// # Errors
/// Refuses an empty group, and more than all.
pub fn newcombe(first: (u64, u64), second: (u64, u64), level: f64) -> Result<ShareDifference, Refusal> {
    let (one, two) = (wilson(first.0, first.1, level)?, wilson(second.0, second.1, level)?);
    let (p1, p2) = (whole(first.0) / whole(first.1), whole(second.0) / whole(second.1));
    let difference = p1 - p2;
    let interval = Interval {
        lower: difference - (p1 - one.lower).hypot(two.upper - p2),
        upper: difference + (one.upper - p1).hypot(p2 - two.lower),
        level,
    };
    Ok(ShareDifference { difference, interval })
}

/// Estimates by how much teams that resemble themselves inflate the variance of a share: never below 1.
///
/// Each team is (count, total). The variance is that of the ratio estimator over teams.
///
/// # Errors
/// Refuses fewer than two teams with anything observed.
pub fn design_effect(teams: &[(u64, u64)]) -> Result<f64, Refusal> {
    let teams: Vec<(f64, f64)> =
        teams.iter().filter(|team| team.1 > 0).map(|team| (whole(team.0), whole(team.1))).collect();
    if teams.len() < 2 {
        return Err(Refusal::TooFew { what: "teams", have: teams.len(), need: 2 });
    }
    let total: f64 = teams.iter().map(|team| team.1).sum();
    let p = teams.iter().map(|team| team.0).sum::<f64>() / total;
    if p <= 0.0 || p >= 1.0 {
        return Ok(1.0);
    }
    let j = real(teams.len());
    let spread: f64 = teams.iter().map(|(count, n)| (count - p * n).powi(2)).sum();
    let clustered = j / (j - 1.0) * spread / (total * total);
    Ok((clustered / (p * (1.0 - p) / total)).max(1.0))
}

/// Tells the design effect that a size of team and an intra-team correlation make.
pub fn design_effect_of(team_size: f64, correlation: f64) -> f64 {
    1.0 + (team_size - 1.0) * correlation
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    // Cases `wilson_*` and `newcombe_*` of the reference: Newcombe 1998, Tables I and examples (a) to (h).
    #[test]
    fn wilson_equals_newcombes_table() {
        for (count, total, lower, upper) in [
            (81, 263, 0.255_288_519_878_274_2, 0.366_209_576_982_800_04),
            (15, 148, 0.062_386_399_530_736_3, 0.160_487_241_723_308_03),
            (0, 20, 0.0, 0.161_125_158_052_819_38),
        ] {
            let found = wilson(count, total, 0.95).expect("observed");
            close(found.lower, lower, 1e-9);
            close(found.upper, upper, 1e-9);
        }
    }

    #[test]
    fn newcombe_equals_his_examples() {
        for (first, second, lower, upper) in [
            ((56, 70), (48, 80), 0.052_431_472_402_365_065, 0.333_872_654_036_906),
            ((9, 10), (3, 10), 0.170_522_723_934_503_02, 0.809_017_973_535_488_1),
            ((5, 56), (0, 29), -0.038_137_147_903_536_88, 0.192_560_013_855_111_62),
            ((0, 10), (0, 20), -0.161_125_158_052_819_38, 0.277_532_799_862_889_2),
            ((10, 10), (0, 20), 0.679_086_037_141_914_7, 1.0),
        ] {
            let found = newcombe(first, second, 0.95).expect("observed");
            close(found.interval.lower, lower, 1e-9);
            close(found.interval.upper, upper, 1e-9);
        }
    }

    #[test]
    fn clustering_costs_what_the_formula_says_and_never_less_than_nothing() {
        close(500.0 / design_effect_of(25.0, 0.05), 227.272_727_272_727_25, 1e-9);
        // All or nothing by team: each team is worth one observation, up to J/(J-1).
        close(design_effect(&[(10, 10), (0, 10), (10, 10), (0, 10)]).expect("teams"), 40.0 / 4.0 * 4.0 / 3.0, 1e-9);
        close(design_effect(&[(5, 10), (5, 10)]).expect("teams"), 1.0, 0.0);
        close(design_effect(&[(0, 10), (0, 10)]).expect("teams"), 1.0, 0.0);
    }

    #[test]
    fn nothing_observed_and_more_than_all_are_refused() {
        assert_eq!(wilson(0, 0, 0.95), Err(Refusal::Empty));
        assert_eq!(wilson(3, 2, 0.95), Err(Refusal::MoreThanAll { count: 3, total: 2 }));
        assert!(design_effect(&[(1, 2), (0, 0)]).is_err());
    }
}
