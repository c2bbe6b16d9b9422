//! Power: how large an effect must be to be found in four of five worlds, simulated and by the formula of the t test.
//!
//! In: the team changes of worlds without an effect. Out: for effects of several sizes, put onto the pilot teams, in how
//! many worlds the engine's permutation rejects. The formula takes changes for normal and equally spread. Neighbours:
//! `study::power` has the formula, `run` calls this, `judge` judges it. Source: METHODS.md#protocol.

use crate::study::special_functions::whole;
use crate::study::{permutation, real, smallest_effect_by_permutation};
use rayon::prelude::*;

/// The power that is asked for.
pub const POWER: f64 = 0.8;
/// How many times the formula's smallest effect is tried.
pub const TIMES: [f64; 7] = [0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5];

/// What was counted in one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerCount {
    /// Worlds.
    pub worlds: u64,
    /// The formula's smallest effect, on the scale of the changes.
    pub formula: f64,
    /// Worlds in which an effect of each of [`TIMES`] the formula's was found.
    pub found: [u64; TIMES.len()],
}

impl PowerCount {
    /// The power at each of [`TIMES`].
    pub fn powers(&self) -> [f64; TIMES.len()] {
        self.found.map(|found| whole(found) / whole(self.worlds.max(1)))
    }

    /// How many times the formula's is the smallest effect that is found in four of five worlds; none beyond [`TIMES`].
    pub fn ratio(&self) -> Option<f64> {
        let powers = self.powers();
        let at = (1..TIMES.len()).find(|&at| powers[at - 1] < POWER && powers[at] >= POWER)?;
        let part = (POWER - powers[at - 1]) / (powers[at] - powers[at - 1]);
        Some(TIMES[at - 1] + part * (TIMES[at] - TIMES[at - 1]))
    }
}

/// One world: each entering team's change, and whether it is of the pilot.
pub(super) type Changes = (Vec<f64>, Vec<bool>);

/// Counts the effects found.
pub(super) fn count(worlds: &[Changes], teams: usize, pilot: usize, alpha: f64) -> PowerCount {
    let in_spreads = smallest_effect_by_permutation(pilot, teams - pilot, alpha, POWER);
    let formula = in_spreads.map_or(f64::INFINITY, |effect| effect * spread(worlds));
    let found = |(changes, is_pilot): &Changes| {
        TIMES.map(|times| {
            let moved: Vec<f64> = changes
                .iter()
                .zip(is_pilot)
                .map(|(change, is)| if *is { change - times * formula } else { *change })
                .collect();
            // No interval is needed: at a level below the smallest p none is made.
            let outcome = permutation(&moved, is_pilot, 0.0, 1);
            u64::from(outcome.is_ok_and(|outcome| outcome.p <= alpha + 1e-9))
        })
    };
    let all: Vec<[u64; TIMES.len()]> = worlds.par_iter().map(found).collect();
    let mut sum = [0; TIMES.len()];
    for world in &all {
        for (sum, found) in sum.iter_mut().zip(world) {
            *sum += found;
        }
    }
    PowerCount { worlds: worlds.len() as u64, formula, found: sum }
}

/// The standard deviation of changes within an arm, over all worlds.
fn spread(worlds: &[Changes]) -> f64 {
    let (mut squares, mut free) = (0.0, 0.0);
    for (changes, is_pilot) in worlds {
        for arm in [true, false] {
            let of: Vec<f64> = changes.iter().zip(is_pilot).filter(|(_, is)| **is == arm).map(|(c, _)| *c).collect();
            let mean = of.iter().sum::<f64>() / real(of.len().max(1));
            squares += of.iter().map(|change| (change - mean).powi(2)).sum::<f64>();
            free += real(of.len().saturating_sub(1));
        }
    }
    if free > 0.0 { (squares / free).sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::draws::Draws;
    use super::*;
    use crate::study::testing::close;

    #[test]
    fn normal_changes_of_many_teams_are_found_as_often_as_the_formula_says() {
        let mut draws = Draws::of(1, 1, 1);
        let worlds: Vec<Changes> = (0..600)
            .map(|_| ((0..12).map(|_| draws.normal()).collect(), (0..12).map(|team| team < 6).collect()))
            .collect();
        let count = count(&worlds, 12, 6, 0.05);
        close(count.ratio().expect("within the grid"), 1.0, 0.06);
        assert!(count.found.is_sorted());
        assert_eq!(PowerCount { found: [0; TIMES.len()], ..count }.ratio(), None);
    }
}
