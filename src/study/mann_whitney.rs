//! Two groups by rank: the Mann-Whitney test, the Hodges-Lehmann shift with its limits, and Cliff's delta.
//!
//! In: uncensored values of two groups. Never times of which only the finished ones are known: those are compared by
//! restricted means. Out: `U` with its p-value, the median of all pairwise differences with the limits that the same test
//! does not reject and the level that these achieve, and how much more often the first group is the larger. Exact up to
//! [`EXACT_PAIRS`] pairs without ties; else the normal approximation with ties and continuity corrected, and said so.
//! Refused: an empty group, values that are no numbers, a level outside (0, 1), and all values equal where a variance is
//! needed. Sources: Mann and Whitney 1947; Hollander and Wolfe, Nonparametric Statistical Methods, ch. 4 (R `wilcox.test`);
//! Cliff, Psychological Bulletin 1993;114:494; Feng and Cliff, JMASM 2004;3:322 (R `effsize::cliff.delta`).

use super::refusal::{finite, inside};
use super::special_functions::{normal_p, normal_quantile, normal_sf};
use super::{Interval, Refusal, real};

/// Pairs up to which the distribution of `U` is counted out.
pub const EXACT_PAIRS: usize = 10_000;

/// The rank test of two groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MannWhitney {
    /// Pairs in which the first is larger, ties as halves.
    pub u: f64,
    /// P-value against the first being larger.
    pub p_greater: f64,
    /// Two-sided p-value.
    pub p: f64,
    /// Probability that a value of the first group is larger than one of the second, ties as halves.
    pub superiority: f64,
    /// Whether the p-values are exact.
    pub exact: bool,
}

/// The shift between two groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// Median of all differences, first less second.
    pub estimate: f64,
    /// All shifts that the test does not reject.
    pub interval: Interval,
    /// The level that the interval achieves: not below the one asked for where it is exact.
    pub achieved: f64,
}

/// Cliff's delta with its asymmetric interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CliffsDelta {
    /// How much more often the first is larger than smaller.
    pub delta: f64,
    /// Its unbiased variance.
    pub variance: f64,
    /// Feng and Cliff's interval, inside [-1, 1].
    pub interval: Interval,
}

fn check(first: &[f64], second: &[f64]) -> Result<(), Refusal> {
    if first.is_empty() || second.is_empty() {
        return Err(Refusal::Empty);
    }
    finite("a value", first)?;
    finite("a value", second)
}

/// Tests whether one group tends to be larger.
///
/// # Errors
/// As the head of this file says.
pub fn mann_whitney(first: &[f64], second: &[f64]) -> Result<MannWhitney, Refusal> {
    check(first, second)?;
    let pairs = || first.iter().flat_map(|one| second.iter().map(move |two| (*one, *two)));
    let ties = pairs().filter(|(one, two)| one.total_cmp(two).is_eq()).count();
    let larger = pairs().filter(|(one, two)| one > two).count();
    let all = real(first.len() * second.len());
    let u = real(larger) + real(ties) / 2.0;
    let tied = tie_sum(first, second);
    let exact = tied == 0.0 && first.len() * second.len() <= EXACT_PAIRS;
    let (p_greater, p) = if exact {
        let counts = distribution(first.len(), second.len());
        let (upper, lower) = (share(&counts[larger..]) / share(&counts), share(&counts[..=larger]) / share(&counts));
        (upper, (2.0 * upper.min(lower)).min(1.0))
    } else {
        let error = normal_error(first.len(), second.len(), tied)?;
        let gap = u - all / 2.0;
        let corrected = (gap.abs() - 0.5).max(0.0);
        (normal_sf((gap - 0.5) / error), normal_p(corrected / error).min(1.0))
    };
    Ok(MannWhitney { u, p_greater, p, superiority: u / all, exact })
}

/// `Σ (t³ − t)` over groups of equal values.
fn tie_sum(first: &[f64], second: &[f64]) -> f64 {
    let mut all: Vec<f64> = first.iter().chain(second).map(|value| value + 0.0).collect();
    all.sort_by(f64::total_cmp);
    all.chunk_by(|left, right| left.total_cmp(right).is_eq())
        .map(|tied| real(tied.len()).powi(3) - real(tied.len()))
        .sum()
}

fn normal_error(n: usize, m: usize, tied: f64) -> Result<f64, Refusal> {
    let all = real(n + m);
    let variance = real(n) * real(m) / 12.0 * (all + 1.0 - tied / (all * (all - 1.0)));
    if variance > 0.0 { Ok(variance.sqrt()) } else { Err(Refusal::NoVariation) }
}

/// In how many orders `U` takes each value, by adding one value of the first group at a time.
fn distribution(n: usize, m: usize) -> Vec<f64> {
    // counts[j][u]: orders of i values of the first group and j of the second with that U.
    let mut counts: Vec<Vec<f64>> = vec![vec![1.0]; m + 1];
    for i in 1..=n {
        let mut next: Vec<Vec<f64>> = vec![vec![1.0]];
        for j in 1..=m {
            let mut of = vec![0.0; i * j + 1];
            // The largest value is of the first group, and beats j; or of the second.
            for (u, many) in counts[j].iter().enumerate() {
                of[u + j] += many;
            }
            for (u, many) in next[j - 1].iter().enumerate() {
                of[u] += many;
            }
            // Only shares are wanted, so that large numbers need not be exact but must stay finite.
            next.push(of);
        }
        counts = next;
        let largest = counts[m].iter().fold(0.0, |one: f64, two| one.max(*two));
        if largest > 1e200 {
            counts.iter_mut().flatten().for_each(|many| *many /= largest);
        }
    }
    counts.swap_remove(m)
}

fn share(counts: &[f64]) -> f64 {
    counts.iter().sum()
}

/// Hodges and Lehmann's shift, first less second.
///
/// # Errors
/// As the head of this file says.
pub fn hodges_lehmann(first: &[f64], second: &[f64], level: f64) -> Result<Shift, Refusal> {
    check(first, second)?;
    inside("a level", level)?;
    let mut differences: Vec<f64> = first.iter().flat_map(|one| second.iter().map(move |two| one - two)).collect();
    differences.sort_by(f64::total_cmp);
    let all = differences.len();
    let estimate = middle(&differences);
    let exact = tie_sum(first, second) == 0.0 && all <= EXACT_PAIRS;
    let (cut, achieved) = if exact {
        cut(&distribution(first.len(), second.len()), level)
    } else {
        let error = normal_error(first.len(), second.len(), tie_sum(first, second))?;
        let place = real(all) / 2.0 - normal_quantile(f64::midpoint(1.0, level)) * error;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list of pairs")]
        let place = (place.round().max(1.0) as usize).min(all.div_ceil(2));
        (place, level)
    };
    let interval = Interval { lower: differences[cut - 1], upper: differences[all - cut], level };
    Ok(Shift { estimate, interval, achieved })
}

/// The same as a ratio, first over second, of values above zero.
///
/// # Errors
/// As [`hodges_lehmann`]; and refuses values that are not above zero.
pub fn hodges_lehmann_ratio(first: &[f64], second: &[f64], level: f64) -> Result<Shift, Refusal> {
    if let Some(&value) = first.iter().chain(second).find(|value| value.is_nan() || **value <= 0.0) {
        return Err(Refusal::Impossible { what: "a value of a ratio", value });
    }
    let logs = |values: &[f64]| values.iter().map(|value| value.ln()).collect::<Vec<f64>>();
    let shift = hodges_lehmann(&logs(first), &logs(second), level)?;
    Ok(Shift { estimate: shift.estimate.exp(), interval: shift.interval.map(f64::exp), ..shift })
}

/// How many of the outermost values an interval leaves out on each side, plus one, and the level that it achieves.
pub(super) fn cut(counts: &[f64], level: f64) -> (usize, f64) {
    let all = share(counts);
    let tail = f64::midpoint(1.0, -level);
    let mut below = 0.0;
    let mut cut = 0;
    while cut < counts.len() / 2 && (below + counts[cut]) / all <= tail + 1e-12 {
        below += counts[cut];
        cut += 1;
    }
    // Even the outermost values leave more out than asked for: they are the limits, at the level that this achieves.
    if cut == 0 {
        return (1, 1.0 - 2.0 * counts[0] / all);
    }
    (cut, 1.0 - 2.0 * below / all)
}

pub(super) fn middle(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[half] } else { f64::midpoint(sorted[half - 1], sorted[half]) }
}

/// Cliff's delta, first against second.
///
/// # Errors
/// As the head of this file says; and refuses groups of fewer than two.
pub fn cliffs_delta(first: &[f64], second: &[f64], level: f64) -> Result<CliffsDelta, Refusal> {
    check(first, second)?;
    inside("a level", level)?;
    let (n, m) = (real(first.len()), real(second.len()));
    if let Some(few) = [first, second].into_iter().find(|group| group.len() < 2) {
        return Err(Refusal::TooFew { what: "values in a group", have: few.len(), need: 2 });
    }
    let dominance = |one: f64, two: f64| f64::from(i8::from(one > two) - i8::from(one < two));
    let row = |one: f64| second.iter().map(|two| dominance(one, *two)).sum::<f64>() / m;
    let column = |two: f64| first.iter().map(|one| dominance(*one, two)).sum::<f64>() / n;
    let delta = first.iter().map(|one| row(*one)).sum::<f64>() / n;
    let rows: f64 = first.iter().map(|one| (row(*one) - delta).powi(2)).sum();
    let columns: f64 = second.iter().map(|two| (column(*two) - delta).powi(2)).sum();
    let cells: f64 =
        first.iter().flat_map(|one| second.iter().map(move |two| (dominance(*one, *two) - delta).powi(2))).sum();
    let unbiased = (m * m * rows + n * n * columns - cells) / (n * m * (n - 1.0) * (m - 1.0));
    // Unbiased it can come out below what is possible: Cliff's lower bound.
    let variance = unbiased.max((1.0 - delta * delta) / (n * m - 1.0));
    let z = normal_quantile(f64::midpoint(1.0, level));
    let square = delta * delta;
    let reach = z * variance.sqrt() * ((1.0 - square).powi(2) + z * z * variance).sqrt();
    let over = 1.0 - square + z * z * variance;
    let limit = |sign: f64| if over > 0.0 { (delta - delta * square + sign * reach) / over } else { delta };
    let interval = Interval { lower: limit(-1.0).max(-1.0), upper: limit(1.0).min(1.0), level };
    Ok(CliffsDelta { delta, variance, interval })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    /// R's help page of `wilcox.test` (Hollander and Wolfe): permeability of the placenta.
    const X: [f64; 10] = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    const Y: [f64; 5] = [1.15, 0.88, 0.9, 0.74, 1.21];

    #[test]
    fn the_placenta_is_as_in_r() {
        let test = mann_whitney(&X, &Y).expect("values");
        close(test.u, 35.0, 0.0);
        close(test.p_greater, 0.127_206_127_206_127_2, 1e-12);
        close(test.p, 0.254_412_254_412_254_4, 1e-12);
        close(test.superiority, 0.7, 1e-12);
        let shift = hodges_lehmann(&X, &Y, 0.95).expect("values");
        close(shift.estimate, 0.305, 1e-12);
        close(shift.interval.lower, -0.15, 1e-12);
        close(shift.interval.upper, 0.76, 1e-12);
        close(shift.achieved, 0.960_039_960_039_960_1, 1e-12);
        let delta = cliffs_delta(&X, &Y, 0.95).expect("values");
        close(delta.delta, 0.4, 1e-12);
        close(delta.variance, 0.075_555_555_555_555_56, 1e-12);
        close(delta.interval.lower, -0.178_387_901_511_347_98, 1e-9);
        close(delta.interval.upper, 0.772_950_017_636_005_6, 1e-9);
    }

    #[test]
    fn groups_change_places_and_scales_change_units() {
        let (one, two) = (mann_whitney(&X, &Y).expect("values"), mann_whitney(&Y, &X).expect("values"));
        close(one.p, two.p, 1e-12);
        close(one.u + two.u, 50.0, 0.0);
        let shift = hodges_lehmann_ratio(&X, &Y, 0.95).expect("above zero");
        let back = hodges_lehmann_ratio(&Y, &X, 0.95).expect("above zero");
        close(shift.estimate, 1.0 / back.estimate, 1e-12);
        close(shift.interval.lower, 1.0 / back.interval.upper, 1e-12);
        assert!(hodges_lehmann_ratio(&[0.0, 1.0], &Y, 0.95).is_err());
    }

    #[test]
    fn ties_go_the_normal_way_and_all_ties_are_refused() {
        // scipy 1.17.1: mannwhitneyu(method="asymptotic").
        let test = mann_whitney(&[1.0, 2.0, 2.0, 3.0, 5.0, 5.0], &[2.0, 4.0, 6.0, 6.0, 7.0, 8.0]).expect("values");
        assert!(!test.exact);
        close(test.u, 6.0, 0.0);
        close(test.p, 0.062_730_159_926_758_04, 1e-9);
        assert_eq!(mann_whitney(&[1.0; 4], &[1.0; 4]), Err(Refusal::NoVariation));
        assert_eq!(mann_whitney(&[], &Y), Err(Refusal::Empty));
        assert!(mann_whitney(&[f64::NAN], &Y).is_err());
        assert!(hodges_lehmann(&X, &Y, 1.0).is_err() && cliffs_delta(&X[..1], &Y, 0.95).is_err());
    }

    #[test]
    fn the_distribution_counts_every_order_once() {
        assert_eq!(distribution(2, 2), [1.0, 1.0, 2.0, 1.0, 1.0]);
        close(share(&distribution(10, 5)), 3003.0, 1e-9);
        let large = distribution(100, 100);
        assert!(large.iter().all(|many| many.is_finite()));
        close(share(&large[..5_001]) / share(&large), 0.5, 1e-2);
    }

    #[test]
    fn one_group_above_the_other_has_delta_one_and_a_narrow_interval() {
        let delta = cliffs_delta(&[5.0, 6.0, 7.0], &[1.0, 2.0, 3.0], 0.95).expect("values");
        close(delta.delta, 1.0, 0.0);
        assert!(delta.interval.upper <= 1.0 && delta.interval.lower <= delta.interval.upper);
        // Three values a group leave out more than asked for: the outermost differences at what they achieve.
        let shift = hodges_lehmann(&[5.0, 6.5, 7.0], &[1.0, 2.0, 3.0], 0.95).expect("values");
        close(shift.achieved, 0.9, 1e-12);
        close(mann_whitney(&[5.0, 6.0, 7.0], &[1.0, 2.0, 3.0]).expect("values").u, 9.0, 0.0);
    }
}
