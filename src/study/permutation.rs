//! The exact team permutation of a difference in team changes: p-value and interval from one inversion.
//!
//! Input: one change per team, and which teams are in the pilot. The estimate is the mean change of the pilot less that
//! of the comparison; the interval holds every effect `tau` that, taken off the pilot teams, is not rejected. It rests
//! on the teams having been drawn, or being as good as drawn: else it is a placebo test, and the grade says so.
//! Neighbours: `assignments` lists who could have been chosen, `inversion` inverts the test, `welch` is shown beside it. Source: METHODS.md#comparing-teams.

use super::assignments::{assignments, floor_p};
use super::inversion::World;
use super::refusal::finite;
use super::special_functions::whole;
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
pub(super) const TIE: f64 = 1e-9;

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
    let total = all.len() as u64;
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
