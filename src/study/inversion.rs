//! A permutation test as a function of the effect that is taken off: how many assignments are as extreme, and how far
//! from the estimate effects are still not rejected.
//!
//! In: changes, which units are in the pilot, the assignments. Out: counts and the two ends of the interval. The count
//! need not fall steadily with the effect, so the outermost effect not rejected is looked for on a grid and then closed in
//! upon; bounds on each assignment over a stretch of the grid leave out those that cannot change there, which changes
//! no answer and makes most of them cheap. Neighbour: `permutation`, which says what is tested. Source:
//! METHODS.md#comparing-teams.

use super::assignments::Assignments;
use super::permutation::{Statistic, TIE};
use super::real;
use super::special_functions::{bisect, whole};

/// Every assignment as a function of `u`, the effect taken off less the estimate: with changes so shifted the real
/// difference is `-u`, and an assignment's difference and variance are polynomials in `u`.
pub(super) struct World {
    lines: Vec<Line>,
    real_variance: f64,
    spread: f64,
}

/// Difference `a - b u` with variance `v0 + v1 u + v2 u²`.
#[derive(Clone, Copy)]
struct Line {
    a: f64,
    b: f64,
    variance: [f64; 3],
}

/// What an assignment is over a whole stretch of effects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Over {
    Always,
    Never,
    Unknown,
}

impl World {
    pub(super) fn new(statistic: Statistic, changes: &[f64], pilot: &[bool], estimate: f64, all: &Assignments) -> Self {
        let n = changes.len();
        let shifted: Vec<f64> =
            changes.iter().zip(pilot).map(|(change, is)| if *is { change - estimate } else { *change }).collect();
        let centre = shifted.iter().sum::<f64>() / real(n);
        let largest = changes.iter().fold(0.0_f64, |largest, change| largest.max(change.abs()));
        // What rounding left of equal changes is nothing, and must tie as nothing.
        let clean = |value: f64| if value.abs() <= 1e-13 * largest { 0.0 } else { value };
        let units: Vec<Unit> =
            shifted.iter().zip(pilot).map(|(y, is)| Unit::new(clean(y - centre), f64::from(u8::from(*is)))).collect();
        let mut masks = vec![u64::MAX; n];
        let mut line = |chosen: &[usize]| Line::new(statistic, &units, chosen, &mut masks);
        let real_one: Vec<usize> = (0..n).filter(|&unit| pilot[unit]).collect();
        let spread = units.iter().map(|unit| unit.0[0].abs()).fold(0.0, f64::max);
        let real_variance = line(&real_one).variance[0];
        Self { lines: all.each().map(line).collect(), real_variance, spread }
    }

    /// Counts the assignments at least as extreme as the real one once the effect has been taken off.
    pub(super) fn extreme(&self, u: f64) -> u64 {
        self.lines.iter().filter(|line| line.as_extreme(u, self.real_variance)).count() as u64
    }

    /// How far from the estimate, to one side, effects are still not rejected.
    pub(super) fn reach(&self, side: f64, alpha: f64) -> f64 {
        const GRID: u32 = 512;
        if self.spread <= 0.0 {
            return 0.0;
        }
        let lines: Vec<Line> = self.lines.iter().map(|line| line.mirrored(side)).collect();
        let limit = (alpha + TIE) * real(lines.len());
        let all = Stretch { sure: 0, open: lines };
        let mut outer = self.spread;
        let mut quiet = 0;
        let mut last_kept = 0.0;
        while quiet < 4 && outer < self.spread * 1e9 {
            if self.kept(&all, outer, limit) {
                last_kept = outer;
                quiet = 0;
            } else {
                quiet += 1;
            }
            outer *= 2.0;
        }
        // Where any was kept, so is the middle of the grid: the last one lies beyond it.
        let (outer, first) = if last_kept > 0.0 { (last_kept * 2.0, GRID / 2) } else { (self.spread, 0) };
        let step = outer / f64::from(GRID);
        let beyond = self.narrowed(&all, (f64::from(first) * step, outer));
        let beyond = beyond.as_ref().unwrap_or(&all);
        let inner = self.last_kept(beyond, (first, GRID - 1), step, limit).map_or(0.0, |i| f64::from(i) * step);
        let near = self.narrowed(beyond, (inner, inner + step));
        bisect(inner, inner + step, |u| self.kept(near.as_ref().unwrap_or(beyond), u, limit))
    }

    /// Whether an effect of a stretch is not rejected.
    fn kept(&self, stretch: &Stretch, u: f64, limit: f64) -> bool {
        let mut count = stretch.sure;
        // In parts, so that a count is not taken further than it decides.
        for part in stretch.open.chunks(1 << 10) {
            if whole(count) > limit {
                return true;
            }
            count += part.iter().filter(|line| line.as_extreme(u, self.real_variance)).count() as u64;
        }
        whole(count) > limit
    }

    /// The last place of a grid, within `places`, whose effect is not rejected.
    fn last_kept(&self, stretch: &Stretch, places: (u32, u32), step: f64, limit: f64) -> Option<u32> {
        let (first, last) = places;
        let at = |place: u32| f64::from(place) * step;
        if first == last {
            return self.kept(stretch, at(first), limit).then_some(first);
        }
        let middle = first + (last - first) / 2;
        [(middle + 1, last), (first, middle)].into_iter().find_map(|half| {
            let narrow = self.narrowed(stretch, (at(half.0), at(half.1)));
            let narrow = narrow.as_ref().unwrap_or(stretch);
            match () {
                () if whole(narrow.sure) > limit => Some(half.1),
                () if whole(narrow.sure + narrow.open.len() as u64) <= limit => None,
                () => self.last_kept(narrow, half, step, limit),
            }
        })
    }

    /// The assignments of a stretch over a part of it; none where that begins at 0, of which nothing is known beforehand.
    fn narrowed(&self, stretch: &Stretch, (from, to): (f64, f64)) -> Option<Stretch> {
        if from <= 0.0 {
            return None;
        }
        let range = Range { from, to, over_from: 1.0 / from, over_to: 1.0 / to };
        let mut narrow = Stretch { sure: stretch.sure, open: Vec::new() };
        for line in &stretch.open {
            match line.over(&range, self.real_variance) {
                Over::Always => narrow.sure += 1,
                Over::Never => {}
                Over::Unknown => narrow.open.push(*line),
            }
        }
        Some(narrow)
    }
}

/// The assignments over a stretch of effects: how many are extreme on all of it, and those that may or may not be.
struct Stretch {
    sure: u64,
    open: Vec<Line>,
}

impl Line {
    fn new(statistic: Statistic, units: &[Unit], chosen: &[usize], masks: &mut [u64]) -> Self {
        let mut one = Sums { n: real(chosen.len()), ..Sums::default() };
        for &unit in chosen {
            masks[unit] = 0;
            one.add(units[unit].0);
        }
        let mut other = Sums { n: real(units.len() - chosen.len()), ..Sums::default() };
        // What is chosen adds a 0 that its mask makes of it: a branch here would be guessed wrongly for every other line.
        for (unit, mask) in units.iter().zip(masks.iter()) {
            other.add(unit.0.map(|value| f64::from_bits(value.to_bits() & mask)));
        }
        for &unit in chosen {
            masks[unit] = u64::MAX;
        }
        let variance = match statistic {
            Statistic::Difference => [1.0, 0.0, 0.0],
            Statistic::Studentised => {
                let (one, other) = (one.variance(), other.variance());
                [one[0] + other[0], one[1] + other[1], one[2] + other[2]]
            }
        };
        Self {
            a: one.sums[0] / one.n - other.sums[0] / other.n,
            b: one.sums[1] / one.n - other.sums[1] / other.n,
            variance,
        }
    }

    /// The line in `-u`, where the side is -1.
    fn mirrored(&self, side: f64) -> Self {
        let [v0, v1, v2] = self.variance;
        Self { a: self.a, b: self.b * side, variance: [v0, v1 * side, v2] }
    }

    fn as_extreme(&self, u: f64, real_variance: f64) -> bool {
        let difference = self.a - self.b * u;
        let [v0, v1, v2] = self.variance;
        let variance = (v0 + v1 * u + v2 * u * u).max(0.0);
        difference * difference * real_variance >= u * u * variance * (1.0 - TIE)
    }

    /// What it is for every `u` of a range above 0; [`Over::Unknown`] wherever rounding could tell otherwise.
    fn over(&self, range: &Range, real_variance: f64) -> Over {
        /// More than what a few operations on doubles are off by.
        const ROUNDING: f64 = 1e-13;
        let Range { from, to, over_from, over_to } = *range;
        // Both sides over u²: the difference is then straight in 1/u, so that its ends bound it.
        let ends = [self.a * over_from - self.b, self.a * over_to - self.b];
        let slack = ROUNDING * (self.a.abs() * over_from + self.b.abs());
        let largest = ends[0].abs().max(ends[1].abs()) + slack;
        let smallest = if ends[0] * ends[1] > 0.0 { ends[0].abs().min(ends[1].abs()) - slack } else { 0.0 };
        let [v0, v1, v2] = self.variance;
        let variance = |u: f64| v0 + v1 * u + v2 * u * u;
        let turns = v1 + 2.0 * v2 * from < 0.0 && v1 + 2.0 * v2 * to > 0.0;
        let vertex = if turns { v0 - v1 * v1 / (4.0 * v2) } else { f64::INFINITY };
        let slack = ROUNDING * (v0.abs() + v1.abs() * to + v2.abs() * to * to);
        let least = variance(from).min(variance(to)).min(vertex) - slack;
        let most = variance(from).max(variance(to)) + slack;
        if largest * largest * real_variance * (1.0 + ROUNDING) < least * (1.0 - TIE) {
            return Over::Never;
        }
        let above = smallest > 0.0 && smallest * smallest * real_variance * (1.0 - ROUNDING) > most * (1.0 - TIE);
        if above { Over::Always } else { Over::Unknown }
    }
}

/// Effects from one to another, both above 0, with what one over them is.
struct Range {
    from: f64,
    to: f64,
    over_from: f64,
    over_to: f64,
}

/// A unit's change `y`, its pilot mark `z`, `yy` and `yz`.
struct Unit([f64; 4]);

impl Unit {
    fn new(y: f64, z: f64) -> Self {
        Self([y, z, y * y, y * z])
    }
}

/// Sums over a group of units.
#[derive(Default)]
struct Sums {
    n: f64,
    sums: [f64; 4],
}

impl Sums {
    fn add(&mut self, unit: [f64; 4]) {
        for (sum, value) in self.sums.iter_mut().zip(unit) {
            *sum += value;
        }
    }

    /// The variance of the mean of `y - u z`, as a polynomial in `u`.
    fn variance(&self) -> [f64; 3] {
        let (n, [y, z, yy, yz]) = (self.n, self.sums);
        let over = 1.0 / (n * (n - 1.0));
        let keep = |value: f64, size: f64| if value.abs() <= 1e-14 * size { 0.0 } else { value * over };
        [keep(yy - y * y / n, yy), -2.0 * keep(yz - y * z / n, yz.abs()), keep(z - z * z / n, z)]
    }
}

#[cfg(test)]
mod tests {
    use super::super::assignments::assignments;
    use super::*;

    /// The same search without any bound: every place of the grid is counted.
    fn plainly(world: &World, side: f64, alpha: f64) -> f64 {
        let kept = |u: f64| whole(world.extreme(side * u)) > (alpha + TIE) * real(world.lines.len());
        let (mut outer, mut quiet, mut last_kept) = (world.spread, 0, 0.0);
        while quiet < 4 && outer < world.spread * 1e9 {
            quiet = if kept(outer) { 0 } else { quiet + 1 };
            last_kept = if quiet == 0 { outer } else { last_kept };
            outer *= 2.0;
        }
        let outer = if last_kept > 0.0 { last_kept * 2.0 } else { world.spread };
        let step = outer / 512.0;
        let inner = (0..512).rev().map(|i| f64::from(i) * step).find(|&u| kept(u)).unwrap_or(0.0);
        bisect(inner, inner + step, kept)
    }

    #[test]
    fn bounds_change_no_bit_of_any_answer() {
        let mut state = 1_u32;
        let mut draw = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1_u32 << 24)
        };
        for (teams, k) in [(6, 3), (8, 3), (8, 2), (10, 5), (12, 3), (12, 6), (20, 1)] {
            for kind in 0..12 {
                let changes: Vec<f64> = (0..teams)
                    .map(|team| match kind {
                        // Ties, nothing but ties, a giant, very small and very large numbers.
                        0 => (draw() * 3.0).floor(),
                        1 => f64::from(u8::from(team < k)),
                        2 => draw() + if team == 0 { 1e9 } else { 0.0 },
                        3 => draw() * 1e-60,
                        4 => draw() * 1e60,
                        _ => draw() + draw() - if team < k { 1.5 } else { 0.0 },
                    })
                    .collect();
                let pilot: Vec<bool> = (0..teams).map(|team| team < k).collect();
                let all = assignments(&pilot, 1);
                let estimate = draw();
                for statistic in [Statistic::Difference, Statistic::for_teams(teams, k)] {
                    let world = World::new(statistic, &changes, &pilot, estimate, &all);
                    for side in [-1.0, 1.0] {
                        let (quick, plain) = (world.reach(side, 0.05), plainly(&world, side, 0.05));
                        assert_eq!(quick.to_bits(), plain.to_bits(), "{k} of {teams}, {kind}, {changes:?}");
                    }
                }
            }
        }
    }
}
