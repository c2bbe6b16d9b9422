//! Whether the pilot teams were unlike the others before anything began, so that a return to the usual passes for an effect.
//!
//! In: the levels of teams before. Out: a [`Trap`]. Pilot teams that somebody chose, or that came forward, are often those
//! with the worst numbers, or the best; what is extreme in one period is less so in the next. Three of ten teams picked as
//! the slowest gain days by that alone, and against the other seven even more. So a pilot that was not drawn and began
//! outside the middle half of the comparison teams is graded C at most; of a drawn one it is told and carried. Source:
//! Galton 1886; METHODS.md#selection. Neighbour: `regression_to_mean` says how much such a return can be.

use super::{Sight, Trap, TrapKind};
use crate::study::{Arm, Design, TeamLine, real};

/// Comparison teams that it takes to speak of their middle half.
pub const TEAMS_FOR_QUARTERS: usize = 4;

/// Where the mean of the pilot teams lay before, against the middle half of the comparison teams.
pub fn selection(teams: &[TeamLine], design: &Design) -> Trap {
    let before = |arm| {
        let of_arm = teams.iter().filter(move |team| team.arm == arm && team.left_out.is_none());
        let mut levels: Vec<f64> = of_arm.filter_map(|team| team.before).filter(|level| level.is_finite()).collect();
        levels.sort_by(f64::total_cmp);
        levels
    };
    let (pilot, comparison) = (before(Arm::Pilot), before(Arm::Comparison));
    let trap = |sight, told: &str| Trap::new(TrapKind::Selection, sight, told);
    if pilot.is_empty() || comparison.len() < TEAMS_FOR_QUARTERS {
        return trap(
            Sight::CannotBeTold,
            "whether the pilot teams were unlike the others before cannot be told of fewer than four comparison teams",
        );
    }
    let mean = pilot.iter().sum::<f64>() / real(pilot.len());
    let (low, high) = (quantile(&comparison, 0.25), quantile(&comparison, 0.75));
    // Sums of equal numbers differ in their last digits.
    let slack = 1e-9 * mean.abs().max(high.abs());
    let place = if mean < low - slack {
        "below three quarters"
    } else if mean > high + slack {
        "above three quarters"
    } else {
        return trap(Sight::NotSeen, "the pilot teams began within the middle half of the comparison teams");
    };
    let began = format!("the pilot teams began {place} of the comparison teams");
    if design.drawn_at_random {
        trap(Sight::Seen, &format!("{began} by the luck of the draw"))
    } else {
        trap(Sight::Lowers, &format!("{began} and were not drawn, so a return to the usual would look like an effect"))
    }
}

/// The quantile of sorted values, between the two nearest (type 7 of Hyndman and Fan 1996).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * real(sorted.len() - 1);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list of teams")]
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    (place - place.floor()).mul_add(sorted[above] - sorted[below], sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{LeftOut, Refusal, testing::close};

    fn teams(pilot: &[f64], comparison: &[f64]) -> Vec<TeamLine> {
        let line = |arm, before: f64| TeamLine {
            team: format!("{arm:?} {before}"),
            arm,
            units: (5, 5),
            before: Some(before),
            after: Some(before),
            change: Some(0.0),
            left_out: None,
        };
        let pilot = pilot.iter().map(|level| line(Arm::Pilot, *level));
        pilot.chain(comparison.iter().map(|level| line(Arm::Comparison, *level))).collect()
    }

    fn sight(pilot: &[f64], comparison: &[f64], drawn_at_random: bool) -> Sight {
        selection(&teams(pilot, comparison), &Design { drawn_at_random, ..Design::default() }).sight
    }

    #[test]
    fn a_chosen_pilot_outside_the_middle_half_lowers_the_grade_and_a_drawn_one_is_told() {
        let others = [10.0, 12.0, 14.0, 16.0, 18.0];
        assert_eq!(sight(&[17.0, 16.0], &others, false), Sight::Lowers);
        assert_eq!(sight(&[11.0, 12.0], &others, false), Sight::Lowers);
        assert_eq!(sight(&[17.0, 16.0], &others, true), Sight::Seen);
        assert_eq!(sight(&[12.0, 20.0], &others, false), Sight::NotSeen);
        assert_eq!(sight(&[12.0], &others, false), Sight::NotSeen, "the edge is inside");
        let trap = selection(&teams(&[30.0], &others), &Design::default());
        assert!(trap.told.starts_with("the pilot teams began above three quarters"), "{trap:?}");
    }

    #[test]
    fn too_few_comparison_teams_and_teams_left_out_tell_nothing() {
        assert_eq!(sight(&[30.0], &[1.0, 2.0, 3.0], false), Sight::CannotBeTold);
        assert_eq!(sight(&[], &[1.0, 2.0, 3.0, 4.0], false), Sight::CannotBeTold);
        let mut all = teams(&[30.0], &[1.0, 2.0, 3.0, 4.0]);
        all[4].left_out = Some(LeftOut::Refused(Refusal::Empty));
        assert_eq!(selection(&all, &Design::default()).sight, Sight::CannotBeTold);
    }

    #[test]
    fn quantiles_are_those_of_r() {
        close(quantile(&[1.0, 2.0, 4.0, 8.0], 0.25), 1.75, 1e-12);
        close(quantile(&[1.0, 2.0, 4.0, 8.0], 0.75), 5.0, 1e-12);
        close(quantile(&[3.0], 0.75), 3.0, 1e-12);
    }
}
