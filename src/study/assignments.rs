//! All ways to choose `k` pilot teams of `n`, or a seeded sample of them where there are too many.

use super::{real, special_functions::whole};
use rand_chacha::{
    ChaCha12Rng,
    rand_core::{Rng, SeedableRng},
};

/// Assignments up to which all are taken.
pub const EXACT_UP_TO: u64 = 200_000;

/// Assignments drawn where there are more.
pub const SAMPLED: usize = 99_999;

/// A set of assignments, the one that was really made among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assignments {
    /// Of each assignment, which units are in the pilot, sorted; one after the other.
    chosen: Vec<usize>,
    /// Units in the pilot of each.
    size: usize,
    /// Whether these are all there are.
    pub exact: bool,
}

impl Assignments {
    /// Each assignment: which units are in the pilot, sorted.
    pub(super) fn each(&self) -> impl Iterator<Item = &[usize]> {
        self.chosen.chunks_exact(self.size)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.chosen.len() / self.size
    }
}

/// Number of ways to choose `k` of `n`; as large as it can be told where it does not fit.
pub fn choose(n: usize, k: usize) -> u64 {
    let k = k.min(n.saturating_sub(k)) as u64;
    (1..=k).try_fold(1_u64, |ways, i| Some(ways.checked_mul(n as u64 - k + i)? / i)).unwrap_or(u64::MAX)
}

/// The smallest p-value that `k` pilot teams of `n` can reach; two-sided at `k = n/2`, the mirror image always ties.
pub fn floor_p(n: usize, k: usize) -> f64 {
    let ties = if 2 * k == n { 2.0 } else { 1.0 };
    (ties / whole(choose(n, k))).min(1.0)
}

/// The level that the permutation really has where no changes tie: so many assignments as lie at or below `alpha`.
pub fn attainable_alpha(n: usize, k: usize, alpha: f64) -> f64 {
    let floor = floor_p(n, k);
    ((alpha + 1e-9) / floor).floor() * floor
}

/// Lists the assignments of at least one pilot unit: exactly where there are at most [`EXACT_UP_TO`], else the real one and [`SAMPLED`] draws.
pub(super) fn assignments(pilot: &[bool], seed: u64) -> Assignments {
    let n = pilot.len();
    let real_one: Vec<usize> = (0..n).filter(|&unit| pilot[unit]).collect();
    let k = real_one.len();
    if choose(n, k) <= EXACT_UP_TO {
        return Assignments { chosen: combinations(n, k), size: k, exact: true };
    }
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    let mut chosen = Vec::with_capacity(k * (SAMPLED + 1));
    chosen.extend(real_one);
    let mut units: Vec<usize> = (0..n).collect();
    for _ in 0..SAMPLED {
        for place in 0..k {
            units.swap(place, place + below(&mut random, n - place));
        }
        let drawn = chosen.len();
        chosen.extend_from_slice(&units[..k]);
        chosen[drawn..].sort_unstable();
    }
    Assignments { chosen, size: k, exact: false }
}

/// Draws below `bound` from a seed, one at a call.
pub(super) fn random_units(seed: u64, bound: usize) -> impl FnMut() -> usize {
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    move || below(&mut random, bound)
}

/// A draw below `bound`, from the stream alone, so that a new version of a crate cannot change a report.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a unit draw times a small bound")]
fn below(random: &mut ChaCha12Rng, bound: usize) -> usize {
    let unit = whole(random.next_u64() >> 11) / whole(1 << 53);
    ((unit * real(bound)) as usize).min(bound - 1)
}

fn combinations(n: usize, k: usize) -> Vec<usize> {
    let mut all = Vec::new();
    let mut current: Vec<usize> = (0..k).collect();
    loop {
        all.extend_from_slice(&current);
        let Some(place) = (0..k).rev().find(|&place| current[place] < n - k + place) else { return all };
        current[place] += 1;
        for next in place + 1..k {
            current[next] = current[next - 1] + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    // Case `ri_min_p` of the reference: combinatorics.
    #[test]
    fn the_floor_is_one_over_the_ways_to_choose_and_twice_that_at_half() {
        let one_sided =
            [(4, 1, 0.25), (5, 2, 0.1), (6, 2, 1.0 / 15.0), (8, 2, 1.0 / 28.0), (8, 3, 1.0 / 56.0), (20, 1, 0.05)];
        for (n, k, p) in one_sided {
            close(floor_p(n, k), p, 1e-12);
        }
        close(floor_p(4, 2), 1.0 / 3.0, 1e-12);
        close(floor_p(6, 3), 0.1, 1e-12);
    }

    #[test]
    fn few_assignments_reach_less_than_they_may() {
        close(attainable_alpha(8, 3, 0.05), 2.0 / 56.0, 1e-12);
        close(attainable_alpha(8, 4, 0.05), 2.0 / 70.0, 1e-12);
        close(attainable_alpha(12, 3, 0.05), 0.05, 1e-12);
        close(attainable_alpha(20, 1, 0.05), 0.05, 1e-12);
        close(attainable_alpha(6, 2, 0.05), 0.0, 0.0);
    }

    #[test]
    fn all_assignments_are_listed_once() {
        let all = assignments(&[true, true, true, false, false, false, false, false], 1);
        assert_eq!((all.len(), all.exact), (56, true));
        assert!(all.each().is_sorted_by(|left, right| left < right));
        assert_eq!(choose(400, 200), u64::MAX);
    }

    #[test]
    fn too_many_assignments_are_sampled_alike_from_one_seed() {
        let pilot: Vec<bool> = (0..40).map(|unit| unit < 20).collect();
        let one = assignments(&pilot, 7);
        assert!(!one.exact);
        assert_eq!(one.len(), SAMPLED + 1);
        assert_eq!(one, assignments(&pilot, 7));
        assert_ne!(one, assignments(&pilot, 8));
    }
}
