//! Shares of groups brought to one mix of strata, and what of a difference is mix.
//!
//! In: for each stratum the count and total of two groups. Out: each group's share had it the pooled mix, and the plain
//! difference parted into what differs within strata and what differs between mixes. Refused: no strata, a stratum that one
//! group does not have (what it would have had is not known), more than all. Sources: Charig et al., BMJ 1986;292:879 (the
//! kidney stones); Kitagawa, JASA 1955;50:1168. Neighbour: `mix` does the same for times and amounts over teams.

use super::Refusal;
use super::special_functions::whole;

/// Counts and totals of one stratum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stratum {
    /// Of the first group: count, total.
    pub first: (u64, u64),
    /// Of the second group: count, total.
    pub second: (u64, u64),
}

/// Two groups, plain and with one mix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standardised {
    /// The plain shares, first and second.
    pub crude: (f64, f64),
    /// The shares at the pooled mix.
    pub standardised: (f64, f64),
    /// Of second less first, what lies within strata.
    pub within: f64,
    /// Of second less first, what the mixes make up.
    pub between: f64,
}

/// Brings two groups to the mix of both together.
///
/// # Errors
/// As the head of this file says.
pub fn standardise(strata: &[Stratum]) -> Result<Standardised, Refusal> {
    if strata.is_empty() {
        return Err(Refusal::Empty);
    }
    for stratum in strata {
        for (count, total) in [stratum.first, stratum.second] {
            if total == 0 {
                return Err(Refusal::TooFew { what: "units of a stratum in a group", have: 0, need: 1 });
            }
            if count > total {
                return Err(Refusal::MoreThanAll { count, total });
            }
        }
    }
    let share = |(count, total): (u64, u64)| whole(count) / whole(total);
    let sum = |of: fn(&Stratum) -> u64| strata.iter().map(|stratum| whole(of(stratum))).sum::<f64>();
    let (first, second) = (sum(|s| s.first.1), sum(|s| s.second.1));
    let weight = |s: &Stratum| (whole(s.first.1) + whole(s.second.1)) / (first + second);
    let over = |of: &dyn Fn(&Stratum) -> f64| strata.iter().map(of).sum::<f64>();
    let mix = |s: &Stratum| (whole(s.first.1) / first, whole(s.second.1) / second);
    Ok(Standardised {
        crude: (sum(|s| s.first.0) / first, sum(|s| s.second.0) / second),
        standardised: (over(&|s| weight(s) * share(s.first)), over(&|s| weight(s) * share(s.second))),
        within: over(&|s| f64::midpoint(mix(s).0, mix(s).1) * (share(s.second) - share(s.first))),
        between: over(&|s| f64::midpoint(share(s.first), share(s.second)) * (mix(s).1 - mix(s).0)),
    })
}

/// Means of strata brought to given weights; weights need not add up to one.
///
/// # Errors
/// Refuses lists that differ in length, no strata, means and weights that are no numbers, and weights that are all zero.
pub fn weighted_mean(means: &[f64], weights: &[f64]) -> Result<f64, Refusal> {
    if means.len() != weights.len() {
        return Err(Refusal::Unequal { left: means.len(), right: weights.len() });
    }
    super::refusal::finite("a mean of a stratum", means)?;
    if let Some(&value) = weights.iter().find(|weight| !weight.is_finite() || **weight < 0.0) {
        return Err(Refusal::Impossible { what: "a weight", value });
    }
    let all: f64 = weights.iter().sum();
    if all <= 0.0 || !all.is_finite() {
        return if means.is_empty() {
            Err(Refusal::Empty)
        } else {
            Err(Refusal::Impossible { what: "the sum of weights", value: all })
        };
    }
    Ok(means.iter().zip(weights).map(|(mean, weight)| mean * (weight / all)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    const STONES: [Stratum; 2] =
        [Stratum { first: (81, 87), second: (234, 270) }, Stratum { first: (192, 263), second: (55, 80) }];

    /// Case `simpson_kidney` of the reference: the better treatment looks worse.
    #[test]
    fn kidney_stones_turn_round() {
        let found = standardise(&STONES).expect("strata");
        close(found.crude.0, 0.78, 1e-12);
        close(found.crude.1, 0.825_714_285_714_285_7, 1e-12);
        close(found.standardised.0, 0.832_546_217_385_603_7, 1e-12);
        close(found.standardised.1, 0.778_875, 1e-12);
        close(found.within + found.between, found.crude.1 - found.crude.0, 1e-12);
        assert!(found.within < 0.0 && found.between > 0.0);
    }

    #[test]
    fn a_stratum_of_one_group_alone_is_refused() {
        assert_eq!(standardise(&[]), Err(Refusal::Empty));
        let alone = Stratum { first: (1, 2), second: (0, 0) };
        assert!(matches!(standardise(&[STONES[0], alone]), Err(Refusal::TooFew { .. })));
        let more = Stratum { first: (3, 2), second: (0, 1) };
        assert_eq!(standardise(&[more]), Err(Refusal::MoreThanAll { count: 3, total: 2 }));
    }

    #[test]
    fn means_are_weighed() {
        close(weighted_mean(&[1.0, 4.0], &[2.0, 1.0]).expect("weights"), 2.0, 1e-12);
        assert_eq!(weighted_mean(&[], &[]), Err(Refusal::Empty));
        assert!(weighted_mean(&[1.0], &[0.0]).is_err() && weighted_mean(&[1.0], &[-1.0]).is_err());
        assert!(weighted_mean(&[1.0], &[1.0, 2.0]).is_err() && weighted_mean(&[f64::NAN], &[1.0]).is_err());
    }
}
