//! The exact team permutation of a difference in team changes: p-value and interval from one inversion.
//!
//! Input: one change per team, and which teams are in the pilot. The estimate is the mean change of the pilot less that
//! of the comparison; the interval holds every effect `tau` that, taken off the pilot teams, is not rejected. It rests
//! on the teams having been drawn, or being as good as drawn: else it is a placebo test, and the grade says so.
//! Neighbours: `assignments` lists who could have been chosen, `welch` is shown beside it. Source: METHODS.md#comparing-teams.

use super::assignments::{Assignments, assignments, floor_p};
use super::refusal::finite;
use super::special_functions::{bisect, whole};
use super::{Interval, NoInterval, Refusal, real};

/// What is compared between assignments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// The absolute difference of the means.
    Difference,
    /// That over its Welch error: holds its size where pilot teams vary more.
    Studentised,
}

impl Statistic {
    /// The one that the plan takes: studentised from three pilot teams on, where the variance can be told.
    pub const fn for_teams(teams: usize, pilot: usize) -> Self {
        if pilot >= 3 && teams >= pilot + 2 { Self::Studentised } else { Self::Difference }
    }
}

/// The outcome of a permutation.
#[derive(Clone, Debug, PartialEq)]
pub struct Permutation {
    /// Mean change of the pilot teams less that of the comparison teams.
    pub estimate: f64,
    /// The statistic that was compared.
    pub statistic: Statistic,
    /// Assignments at least as extreme as the real one, itself included.
    pub extreme: u64,
    /// Assignments looked at.
    pub total: u64,
    /// Whether those are all.
    pub exact: bool,
    /// `extreme / total`.
    pub p: f64,
    /// The smallest p-value that the design can give.
    pub floor_p: f64,
    /// All effects not rejected at alpha, or why there is no such interval.
    pub interval: Result<Interval, NoInterval>,
}

/// Ties are counted with this relative tolerance: sums in another order differ in their last digits.
const TIE: f64 = 1e-9;

/// Runs the permutation with the statistic that suits the number of teams.
///
/// # Errors
/// Refuses changes that are not finite, and an arm without teams.
pub fn permutation(changes: &[f64], pilot: &[bool], alpha: f64, seed: u64) -> Result<Permutation, Refusal> {
    let k = pilot.iter().filter(|&&is_pilot| is_pilot).count();
    permutation_with(Statistic::for_teams(changes.len(), k), changes, pilot, alpha, seed)
}

/// Runs the permutation with a given statistic.
///
/// # Errors
/// Refuses changes that are not finite, an arm without teams, and a studentised statistic with one team in an arm.
pub fn permutation_with(
    statistic: Statistic,
    changes: &[f64],
    pilot: &[bool],
    alpha: f64,
    seed: u64,
) -> Result<Permutation, Refusal> {
    let (n, k) = check(statistic, changes, pilot)?;
    let all = assignments(pilot, seed);
    let estimate = mean_of(changes, pilot, true) - mean_of(changes, pilot, false);
    let world = World::new(statistic, changes, pilot, estimate, &all);
    let total = all.chosen.len() as u64;
    let extreme = world.extreme(-estimate);
    let floor = if all.exact { floor_p(n, k) } else { 1.0 / whole(total) };
    let interval = if floor > alpha + TIE {
        Err(NoInterval::NotByDesign { floor_p: floor })
    } else {
        let side = |sign: f64| estimate + sign * world.reach(sign, alpha);
        Ok(Interval { lower: side(-1.0), upper: side(1.0), level: 1.0 - alpha })
    };
    let p = whole(extreme) / whole(total);
    Ok(Permutation { estimate, statistic, extreme, total, exact: all.exact, p, floor_p: floor, interval })
}

fn check(statistic: Statistic, changes: &[f64], pilot: &[bool]) -> Result<(usize, usize), Refusal> {
    if changes.len() != pilot.len() {
        return Err(Refusal::Unequal { left: changes.len(), right: pilot.len() });
    }
    finite("a team's change", changes)?;
    let n = changes.len();
    let k = pilot.iter().filter(|&&is_pilot| is_pilot).count();
    let need = if statistic == Statistic::Studentised { 2 } else { 1 };
    match (k, n - k) {
        (0, _) => Err(Refusal::NoPilotTeams),
        (_, 0) => Err(Refusal::NoComparisonTeams),
        (pilot, rest) if pilot.min(rest) < need => {
            Err(Refusal::TooFew { what: "teams in an arm", have: pilot.min(rest), need })
        }
        _ => Ok((n, k)),
    }
}

fn mean_of(changes: &[f64], pilot: &[bool], arm: bool) -> f64 {
    let of_arm: Vec<f64> = changes.iter().zip(pilot).filter(|(_, is)| **is == arm).map(|(change, _)| *change).collect();
    of_arm.iter().sum::<f64>() / real(of_arm.len())
}

/// Every assignment as a function of `u`, the effect taken off less the estimate: with changes so shifted the real
/// difference is `-u`, and an assignment's difference and variance are polynomials in `u`.
struct World {
    lines: Vec<Line>,
    real_variance: f64,
    spread: f64,
}

/// Difference `a - b u` with variance `v0 + v1 u + v2 u²`.
struct Line {
    a: f64,
    b: f64,
    variance: [f64; 3],
}

impl World {
    fn new(statistic: Statistic, changes: &[f64], pilot: &[bool], estimate: f64, all: &Assignments) -> Self {
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
        Self {
            lines: all.chosen.iter().map(|chosen| line(chosen)).collect(),
            real_variance: line(&real_one).variance[0],
            spread,
        }
    }

    /// Counts the assignments at least as extreme as the real one once the effect has been taken off.
    fn extreme(&self, u: f64) -> u64 {
        let as_extreme = |line: &&Line| {
            let difference = line.a - line.b * u;
            let [v0, v1, v2] = line.variance;
            let variance = (v0 + v1 * u + v2 * u * u).max(0.0);
            difference * difference * self.real_variance >= u * u * variance * (1.0 - TIE)
        };
        self.lines.iter().filter(as_extreme).count() as u64
    }

    /// How far from the estimate, to one side, effects are still not rejected.
    ///
    /// The studentised count need not fall steadily, so the outermost effect not rejected is looked for on a grid and
    /// then closed in upon.
    fn reach(&self, side: f64, alpha: f64) -> f64 {
        const GRID: u32 = 512;
        let kept = |u: f64| whole(self.extreme(side * u)) > (alpha + TIE) * real(self.lines.len());
        if self.spread <= 0.0 {
            return 0.0;
        }
        let mut outer = self.spread;
        let mut quiet = 0;
        let mut last_kept = 0.0;
        while quiet < 4 && outer < self.spread * 1e9 {
            if kept(outer) {
                last_kept = outer;
                quiet = 0;
            } else {
                quiet += 1;
            }
            outer *= 2.0;
        }
        let outer = if last_kept > 0.0 { last_kept * 2.0 } else { self.spread };
        let step = outer / f64::from(GRID);
        let inner = (0..GRID).rev().map(|i| f64::from(i) * step).find(|&u| kept(u)).unwrap_or(0.0);
        bisect(inner, inner + step, kept)
    }
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
    use super::*;
    use crate::study::testing::{TEN_TEAMS, close};

    fn pilot(teams: usize, k: usize) -> Vec<bool> {
        (0..teams).map(|team| team < k).collect()
    }

    // Case `did_10_teams` of the reference: own exact enumeration there.
    #[test]
    fn ten_teams_give_the_published_counts_and_interval() {
        let plain = permutation_with(Statistic::Difference, &TEN_TEAMS, &pilot(10, 3), 0.05, 1).expect("two arms");
        assert_eq!((plain.extreme, plain.total), (3, 120));
        close(plain.estimate, -3.323_809_523_809_524, 1e-9);
        // The reference walks a grid of 0.01; the exact ends lie within one step outside of it.
        let interval = plain.interval.expect("the floor is below alpha");
        assert!(interval.lower <= -5.4 && interval.lower > -5.41, "{interval:?}");
        assert!(interval.upper >= -0.99 && interval.upper < -0.98, "{interval:?}");
        let studentised = permutation(&TEN_TEAMS, &pilot(10, 3), 0.05, 1).expect("two arms");
        assert_eq!((studentised.statistic, studentised.extreme), (Statistic::Studentised, 6));
        let interval = studentised.interval.expect("the floor is below alpha");
        assert!(interval.lower <= -6.47 && interval.lower > -6.48, "{interval:?}");
        assert!(interval.upper >= -0.26 && interval.upper < -0.25, "{interval:?}");
    }

    #[test]
    fn two_of_six_teams_have_a_p_value_and_no_interval() {
        let outcome = permutation(&[-9.0, -8.0, 0.1, 0.2, 0.3, 0.4], &pilot(6, 2), 0.05, 1).expect("two arms");
        assert_eq!(outcome.statistic, Statistic::Difference);
        close(outcome.p, 1.0 / 15.0, 1e-12);
        assert_eq!(outcome.interval, Err(NoInterval::NotByDesign { floor_p: outcome.floor_p }));
    }

    #[test]
    fn at_half_the_teams_the_mirror_image_ties() {
        for statistic in [Statistic::Difference, Statistic::Studentised] {
            let changes = [-5.0, -6.0, -7.0, 1.0, 2.0, 4.0];
            let outcome = permutation_with(statistic, &changes, &pilot(6, 3), 0.05, 1).expect("two arms");
            assert_eq!((outcome.extreme, outcome.total), (2, 20));
        }
    }

    #[test]
    fn equal_changes_all_tie_however_they_were_summed() {
        for statistic in [Statistic::Difference, Statistic::Studentised] {
            let outcome = permutation_with(statistic, &[0.1 + 0.2; 8], &pilot(8, 3), 0.05, 1).expect("two arms");
            close(outcome.p, 1.0, 0.0);
            let interval = outcome.interval.expect("the floor is below alpha");
            assert!(interval.contains(0.0));
        }
    }

    #[test]
    fn a_separation_without_noise_reaches_the_floor_and_is_sure_of_its_size() {
        let changes = [-3.0, -3.0, -3.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let outcome = permutation(&changes, &pilot(8, 3), 0.05, 1).expect("two arms");
        close(outcome.p, 1.0 / 56.0, 1e-12);
        let interval = outcome.interval.expect("the floor is below alpha");
        close(interval.lower, -3.0, 1e-9);
        close(interval.upper, -3.0, 1e-9);
    }

    #[test]
    fn sampled_assignments_come_near_the_exact_answer_and_count_the_real_one() {
        let changes: Vec<f64> =
            (0_u32..26).map(|team| f64::from(team * 7 % 11) - if team < 10 { 2.0 } else { 0.0 }).collect();
        let outcome = permutation_with(Statistic::Difference, &changes, &pilot(26, 10), 0.05, 3).expect("two arms");
        assert!(!outcome.exact);
        assert_eq!(outcome.total, 100_000);
        let (one, two) = changes.split_at(10);
        let t = crate::study::welch(one, two, 0.95).expect("varies");
        assert!((outcome.p - t.p).abs() < 0.03, "{} {}", outcome.p, t.p);
    }

    #[test]
    fn an_arm_without_teams_is_refused() {
        assert_eq!(permutation(&[], &[], 0.05, 1), Err(Refusal::NoPilotTeams));
        assert_eq!(permutation(&[1.0], &[true], 0.05, 1), Err(Refusal::NoComparisonTeams));
        assert_eq!(permutation(&[1.0], &[false], 0.05, 1), Err(Refusal::NoPilotTeams));
        let one = permutation_with(Statistic::Studentised, &[1.0, 2.0, 3.0], &pilot(3, 1), 0.05, 1);
        assert_eq!(one, Err(Refusal::TooFew { what: "teams in an arm", have: 1, need: 2 }));
        assert!(permutation(&[f64::NAN, 1.0], &pilot(2, 1), 0.05, 1).is_err());
    }
}
