//! Paired values by rank: the signed-rank test with Pratt's zeros, its shift, and the sign test.
//!
//! In: differences of pairs. Out: p-values, and the median of all pairwise means with the limits that the test does not
//! reject. Pratt: zeros take part in the ranking and leave before the sum, so that pairs that did not change still weigh on
//! those that did. The distribution is counted out whatever ties there are, up to [`EXACT_UP_TO_PAIRS`] pairs. Refused: no
//! pairs, values that are no numbers, nothing but zeros. Sources: Wilcoxon 1945; Pratt, JASA 1959;54:655; Hollander and
//! Wolfe, ch. 3.

use super::mann_whitney::{cut, middle};
use super::refusal::{finite, inside};
use super::special_functions::{binomial_cdf, normal_p};
use super::{Interval, Refusal, Shift, real};

/// Pairs up to which every pattern of signs is counted.
pub const EXACT_UP_TO_PAIRS: usize = 400;

/// The signed-rank test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignedRank {
    /// Sum of the ranks of differences above zero.
    pub positive: f64,
    /// Sum of the ranks of differences below zero.
    pub negative: f64,
    /// The two-sided p-value.
    pub p: f64,
    /// Pairs that did not change.
    pub zeros: usize,
    /// Whether the p-value is exact.
    pub exact: bool,
}

/// The sign test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignTest {
    /// Differences above zero.
    pub positive: u64,
    /// Differences below zero.
    pub negative: u64,
    /// Pairs that did not change; they do not count.
    pub zeros: u64,
    /// The two-sided p-value.
    pub p: f64,
}

/// Tests whether differences lie around zero.
///
/// # Errors
/// As the head of this file says.
pub fn signed_rank(differences: &[f64]) -> Result<SignedRank, Refusal> {
    let ranks = doubled_ranks(differences)?;
    let sum = |sign: fn(f64) -> bool| {
        ranks.iter().filter(|(difference, _)| sign(*difference)).map(|(_, rank)| *rank).sum::<usize>()
    };
    let (positive, negative) = (sum(|value| value > 0.0), sum(|value| value < 0.0));
    let zeros = differences.len() - ranks.len();
    let exact = ranks.len() <= EXACT_UP_TO_PAIRS;
    let only: Vec<usize> = ranks.iter().map(|(_, rank)| *rank).collect();
    let p = if exact {
        let counts = distribution(&only);
        let smaller = positive.min(negative);
        let all: f64 = counts.iter().sum();
        (2.0 * counts[..=smaller].iter().sum::<f64>() / all).min(1.0)
    } else {
        let error = only.iter().map(|rank| real(*rank).powi(2)).sum::<f64>().sqrt() / 2.0;
        normal_p((real(positive) - real(positive + negative) / 2.0) / error)
    };
    Ok(SignedRank { positive: real(positive) / 2.0, negative: real(negative) / 2.0, p, zeros, exact })
}

/// Each difference that is not zero with twice its rank among all, zeros included; ties share the mean, so twice is whole.
fn doubled_ranks(differences: &[f64]) -> Result<Vec<(f64, usize)>, Refusal> {
    if differences.is_empty() {
        return Err(Refusal::Empty);
    }
    finite("a difference", differences)?;
    let mut sorted: Vec<f64> = differences.to_vec();
    sorted.sort_by(|left, right| left.abs().total_cmp(&right.abs()).then(left.total_cmp(right)));
    let mut ranks = Vec::with_capacity(sorted.len());
    let mut place = 0;
    for tied in sorted.chunk_by(|left, right| left.abs().total_cmp(&right.abs()).is_eq()) {
        // First and last rank of the tie, from 1.
        let twice = (place + 1) + (place + tied.len());
        ranks.extend(tied.iter().filter(|value| **value != 0.0).map(|value| (*value, twice)));
        place += tied.len();
    }
    if ranks.is_empty() { Err(Refusal::NoVariation) } else { Ok(ranks) }
}

/// In how many patterns of signs the doubled sum takes each value; large counts are scaled, for only shares are wanted.
fn distribution(doubled: &[usize]) -> Vec<f64> {
    let mut counts = vec![1.0];
    for rank in doubled {
        let mut next = vec![0.0; counts.len() + rank];
        for (sum, many) in counts.iter().enumerate() {
            next[sum] += many / 2.0;
            next[sum + rank] += many / 2.0;
        }
        counts = next;
    }
    counts
}

/// Hodges and Lehmann's shift of one sample: the median of all pairwise means, with exact limits.
///
/// # Errors
/// As the head of this file says; and refuses a level outside (0, 1), and more than [`EXACT_UP_TO_PAIRS`] differences.
pub fn hodges_lehmann_paired(differences: &[f64], level: f64) -> Result<Shift, Refusal> {
    if differences.is_empty() {
        return Err(Refusal::Empty);
    }
    finite("a difference", differences)?;
    inside("a level", level)?;
    let n = differences.len();
    if n > EXACT_UP_TO_PAIRS {
        return Err(Refusal::MoreThanAll { count: n as u64, total: EXACT_UP_TO_PAIRS as u64 });
    }
    let mut means: Vec<f64> =
        (0..n).flat_map(|one| (one..n).map(move |two| f64::midpoint(differences[one], differences[two]))).collect();
    means.sort_by(f64::total_cmp);
    let ranks: Vec<usize> = (1..=n).collect();
    let (cut, achieved) = cut(&distribution(&ranks), level);
    let interval = Interval { lower: means[cut - 1], upper: means[means.len() - cut], level };
    Ok(Shift { estimate: middle(&means), interval, achieved })
}

/// Tests whether more differences lie above zero than below.
///
/// # Errors
/// Refuses no differences, values that are no numbers, and nothing but zeros.
pub fn sign_test(differences: &[f64]) -> Result<SignTest, Refusal> {
    if differences.is_empty() {
        return Err(Refusal::Empty);
    }
    finite("a difference", differences)?;
    let many = |sign: fn(&&f64) -> bool| differences.iter().filter(sign).count() as u64;
    let (positive, negative) = (many(|value| **value > 0.0), many(|value| **value < 0.0));
    let moved = positive + negative;
    if moved == 0 {
        return Err(Refusal::NoVariation);
    }
    let p = (2.0 * binomial_cdf(positive.min(negative), moved, 0.5)).min(1.0);
    Ok(SignTest { positive, negative, zeros: differences.len() as u64 - moved, p })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    /// Computed with scipy 1.17.1, `stats.wilcoxon(mode="exact")`.
    #[test]
    fn without_ties_it_is_wilcoxons() {
        let test = signed_rank(&[1.5, 2.5, -0.5, 3.0, 4.2, -1.1, 5.0, 6.1]).expect("differences");
        close(test.negative, 3.0, 0.0);
        close(test.p, 0.039_062_5, 1e-12);
    }

    #[test]
    fn zeros_are_ranked_and_left_out() {
        let test = signed_rank(&[0.0, 0.0, 1.0, 2.0, -1.0, 3.0, 4.0, -2.0, 5.0, 1.0]).expect("differences");
        // scipy 1.17.1, `zero_method="pratt"`: statistic 10.5.
        close(test.negative, 10.5, 0.0);
        assert_eq!(test.zeros, 2);
        close(test.positive, 41.5, 0.0);
        // Counted over the 2⁸ patterns of signs.
        let ranks = [4.0, 4.0, 4.0, 6.5, 6.5, 8.0, 9.0, 10.0];
        let patterns = (0..256_usize).filter(|pattern| {
            let sum: f64 = (0..8_usize).filter(|at| pattern >> at & 1 == 1).map(|at| ranks[at]).sum();
            sum <= 10.5
        });
        close(test.p, 2.0 * real(patterns.count()) / 256.0, 1e-12);
    }

    #[test]
    fn the_shift_of_one_sample_has_exact_limits() {
        // R: wilcox.test(x, conf.int = TRUE), depression scores of Hollander and Wolfe: -0.46, 95.. achieved 96.09%.
        let scores = [-0.952, 0.147, -1.022, -0.430, -0.620, -0.590, -0.490, 0.080, -0.010];
        let shift = hodges_lehmann_paired(&scores, 0.95).expect("differences");
        close(shift.estimate, -0.46, 1e-9);
        close(shift.interval.lower, -0.786, 1e-9);
        close(shift.interval.upper, -0.010, 1e-9);
        close(shift.achieved, 0.960_937_5, 1e-9);
        assert!(hodges_lehmann_paired(&scores, 0.0).is_err() && hodges_lehmann_paired(&[], 0.95).is_err());
    }

    #[test]
    fn signs_alone() {
        let test = sign_test(&[1.0, 2.0, 3.0, -1.0, 0.0, 5.0, 6.0, 7.0]).expect("differences");
        assert_eq!((test.positive, test.negative, test.zeros), (6, 1, 1));
        close(test.p, 0.125, 1e-12);
        assert_eq!(sign_test(&[0.0, 0.0]), Err(Refusal::NoVariation));
        assert_eq!(signed_rank(&[0.0, 0.0]), Err(Refusal::NoVariation));
        assert!(sign_test(&[]).is_err() && signed_rank(&[f64::INFINITY]).is_err());
    }
}
