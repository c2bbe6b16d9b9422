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
        let units: Vec<(f64, f64)> =
            shifted.iter().zip(pilot).map(|(y, is)| (clean(y - centre), f64::from(u8::from(*is)))).collect();
        let line = |chosen: &[usize]| Line::new(statistic, &units, chosen);
        let real_one: Vec<usize> = (0..n).filter(|&unit| pilot[unit]).collect();
        let spread = units.iter().map(|(y, _)| y.abs()).fold(0.0, f64::max);
        Self { lines: all.each().map(line).collect(), real_variance: line(&real_one).variance[0], spread }
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
        let outer = if last_kept > 0.0 { last_kept * 2.0 } else { self.spread };
        let step = outer / f64::from(GRID);
        let inner = self.last_kept(&all, (0, GRID - 1), step, limit).map_or(0.0, |i| f64::from(i) * step);
        let near = self.narrowed(&all, (inner, inner + step));
        bisect(inner, inner + step, |u| self.kept(&near, u, limit))
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
        let narrow = self.narrowed(stretch, (at(first), at(last)));
        if whole(narrow.sure) > limit {
            return Some(last);
        }
        if whole(narrow.sure + narrow.open.len() as u64) <= limit {
            return None;
        }
        let middle = first + (last - first) / 2;
        self.last_kept(&narrow, (middle + 1, last), step, limit)
            .or_else(|| self.last_kept(&narrow, (first, middle), step, limit))
    }

    /// The assignments of a stretch over a part of it.
    fn narrowed(&self, stretch: &Stretch, ends: (f64, f64)) -> Stretch {
        let mut narrow = Stretch { sure: stretch.sure, open: Vec::with_capacity(stretch.open.len() / 4) };
        for line in &stretch.open {
            match line.over(ends, self.real_variance) {
                Over::Always => narrow.sure += 1,
                Over::Never => {}
                Over::Unknown => narrow.open.push(*line),
            }
        }
        narrow
    }
}

/// The assignments over a stretch of effects: how many are extreme on all of it, and those that may or may not be.
struct Stretch {
    sure: u64,
    open: Vec<Line>,
}

impl Line {
    fn new(statistic: Statistic, units: &[(f64, f64)], chosen: &[usize]) -> Self {
        let mut inside = Sums::default();
        for &unit in chosen {
            inside.add(units[unit]);
        }
        let mut outside = Sums::default();
        let mut next = 0;
        for (unit, values) in units.iter().enumerate() {
            if chosen.get(next) == Some(&unit) {
                next += 1;
            } else {
                outside.add(*values);
            }
        }
        let variance = match statistic {
            Statistic::Difference => [1.0, 0.0, 0.0],
            Statistic::Studentised => {
                let (one, two) = (inside.variance(), outside.variance());
                [one[0] + two[0], one[1] + two[1], one[2] + two[2]]
            }
        };
        Self {
            a: inside.y / inside.n - outside.y / outside.n,
            b: inside.z / inside.n - outside.z / outside.n,
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

    /// What it is for every `u` from one end to the other, both above 0; [`Over::Unknown`] wherever rounding could tell
    /// otherwise.
    fn over(&self, (from, to): (f64, f64), real_variance: f64) -> Over {
        /// More than what a few operations on doubles are off by.
        const ROUNDING: f64 = 1e-13;
        if from <= 0.0 {
            return Over::Unknown;
        }
        // Both sides over u²: the difference is then straight in 1/u, so that its ends bound it.
        let ends = [self.a / from - self.b, self.a / to - self.b];
        let slack = ROUNDING * (self.a.abs() / from + self.b.abs());
        let largest = ends[0].abs().max(ends[1].abs()) + slack;
        let smallest = if ends[0] * ends[1] > 0.0 { ends[0].abs().min(ends[1].abs()) - slack } else { 0.0 };
        let [v0, v1, v2] = self.variance;
        let variance = |u: f64| v0 + v1 * u + v2 * u * u;
        let slack = ROUNDING * (v0.abs() + v1.abs() * to + v2.abs() * to * to);
        let vertex = if v2 > 0.0 { (-v1 / (2.0 * v2)).clamp(from, to) } else { from };
        let least = variance(from).min(variance(to)).min(variance(vertex)) - slack;
        let most = variance(from).max(variance(to)) + slack;
        if largest * largest * real_variance * (1.0 + ROUNDING) < least * (1.0 - TIE) {
            return Over::Never;
        }
        let above = smallest > 0.0 && smallest * smallest * real_variance * (1.0 - ROUNDING) > most * (1.0 - TIE);
        if above { Over::Always } else { Over::Unknown }
    }
}

/// Sums over a group of units with change `y` and pilot mark `z`.
#[derive(Default)]
struct Sums {
    n: f64,
    y: f64,
    z: f64,
    yy: f64,
    yz: f64,
}

impl Sums {
    fn add(&mut self, (y, z): (f64, f64)) {
        self.n += 1.0;
        self.y += y;
        self.z += z;
        self.yy += y * y;
        self.yz += y * z;
    }

    /// The variance of the mean of `y - u z`, as a polynomial in `u`.
    fn variance(&self) -> [f64; 3] {
        let over = 1.0 / (self.n * (self.n - 1.0));
        let keep = |value: f64, size: f64| if value.abs() <= 1e-14 * size { 0.0 } else { value * over };
        [
            keep(self.yy - self.y * self.y / self.n, self.yy),
            -2.0 * keep(self.yz - self.y * self.z / self.n, self.yz.abs()),
            keep(self.z - self.z * self.z / self.n, self.z),
        ]
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
