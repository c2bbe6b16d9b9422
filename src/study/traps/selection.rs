//! Whether the pilot teams were unlike the others before anything began, so that a return to the usual passes for an effect.
//!
//! In: the levels of teams, and the effect. Out: a [`Trap`], and the effect with the level before held. Pilot teams that
//! somebody chose, or that came forward, are often those with the worst numbers, or the best; what is extreme in one period
//! is less so in the next. Three of ten teams picked as the slowest gain days by that alone, and against the other seven
//! even more. So an effect of a pilot that was not drawn and began outside the middle half of the comparison teams is
//! graded C at most. That the level before, held, leaves an effect does not lift it: such intervals hold the truth in 60 to
//! 90% of companies whose pilot was picked by its numbers (`verify protocol`). Source: Galton 1886; METHODS.md#selection.
//! Neighbours: `ancova` holds the level, `regression_to_mean` says how much such a return can be.

use super::{Sight, Trap, TrapKind, claims};
use crate::study::{Arm, Design, Finding, Refusal, Scale, TeamLine, ancova, real};

/// Comparison teams that it takes to speak of their middle half.
pub const TEAMS_FOR_QUARTERS: usize = 4;

/// The effect with what teams were like before held.
///
/// # Errors
/// Where `ancova` refuses, and where a ratio is asked for of levels that are not above zero.
pub fn with_baseline_held(teams: &[TeamLine], scale: Scale, design: &Design) -> Result<Finding, Refusal> {
    let is_ratio = scale == Scale::Ratio;
    let on_scale = |level: f64| if is_ratio { level.ln() } else { level };
    let entering = teams.iter().filter(|team| team.left_out.is_none());
    let rows: Vec<(f64, f64, bool)> = entering
        .filter_map(|team| Some((on_scale(team.before?), on_scale(team.after?), team.arm == Arm::Pilot)))
        .collect();
    let column = |of: fn(&(f64, f64, bool)) -> f64| rows.iter().map(of).collect::<Vec<f64>>();
    let pilot: Vec<bool> = rows.iter().map(|row| row.2).collect();
    let found = ancova(&column(|row| row.0), &column(|row| row.1), &pilot, design.level())?;
    let back = |value: f64| if is_ratio { value.exp() } else { value };
    Ok(Finding {
        scale,
        estimate: back(found.effect),
        interval: Ok(found.interval.map(back)),
        p: Some(found.p),
        floor_p: None,
        placebo: None,
        method: format!("levels after on levels before and arm, over teams; analysis of covariance, t({})", found.df),
    })
}

/// Where the mean of the pilot teams lay before, against the middle half of the comparison teams; `held` is the effect with
/// the level before held.
pub fn selection(teams: &[TeamLine], effect: &Finding, held: Result<&Finding, &Refusal>, design: &Design) -> Trap {
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
        return trap(Sight::Seen, &format!("{began} by the luck of the draw"));
    }
    let with_held = match held {
        Err(_) => "what a return to the usual makes up of it cannot be told",
        Ok(held) if claims(effect) != 0 && claims(held) == claims(effect) => {
            "with the level before held there is still an effect, of a size that the choice of teams may have changed"
        }
        Ok(_) => "with the level before held the effect could be a return to the usual",
    };
    trap(Sight::Lowers, &format!("{began} and were not drawn: {with_held}"))
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
    use crate::study::{Interval, LeftOut, testing::close};

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

    fn finding(lower: f64, upper: f64) -> Finding {
        let interval = Ok(Interval { lower, upper, level: 0.95 });
        let (scale, estimate) = (Scale::Ratio, f64::midpoint(lower, upper));
        Finding { scale, estimate, interval, p: None, floor_p: None, placebo: None, method: String::new() }
    }

    const OTHERS: [f64; 5] = [10.0, 12.0, 14.0, 16.0, 18.0];

    fn sight(pilot: &[f64], held: &Finding, drawn_at_random: bool) -> Sight {
        let design = Design { drawn_at_random, ..Design::default() };
        selection(&teams(pilot, &OTHERS), &finding(0.5, 0.8), Ok(held), &design).sight
    }

    #[test]
    fn a_chosen_pilot_outside_the_middle_half_lowers_the_grade_and_a_drawn_one_is_told() {
        let (gone, there) = (finding(0.7, 1.3), finding(0.6, 0.9));
        assert_eq!(sight(&[17.0, 16.0], &gone, false), Sight::Lowers);
        assert_eq!(sight(&[11.0, 12.0], &there, false), Sight::Lowers);
        assert_eq!(sight(&[17.0, 16.0], &gone, true), Sight::Seen);
        assert_eq!(sight(&[12.0, 20.0], &gone, false), Sight::NotSeen);
        assert_eq!(sight(&[12.0], &gone, false), Sight::NotSeen, "the edge is inside");
        let all = teams(&[30.0], &OTHERS);
        let told = |held| selection(&all, &finding(0.5, 0.8), held, &Design::default()).told;
        assert!(told(Err(&Refusal::Empty)).starts_with("the pilot teams began above three quarters"));
        assert!(told(Ok(&there)).contains("still an effect") && told(Ok(&gone)).contains("could be a return"));
    }

    #[test]
    fn too_few_comparison_teams_and_teams_left_out_tell_nothing() {
        let of = |all: &[TeamLine]| selection(all, &finding(0.5, 0.8), Err(&Refusal::Empty), &Design::default()).sight;
        assert_eq!(of(&teams(&[30.0], &OTHERS[..3])), Sight::CannotBeTold);
        assert_eq!(of(&teams(&[], &OTHERS)), Sight::CannotBeTold);
        let mut all = teams(&[30.0], &OTHERS[..4]);
        all[4].left_out = Some(LeftOut::Refused(Refusal::Empty));
        assert_eq!(of(&all), Sight::CannotBeTold);
    }

    #[test]
    fn a_ratio_is_held_on_logarithms_and_a_share_as_it_is() {
        let mut all = teams(&[10.0, 13.0, 11.0], &OTHERS);
        for (at, team) in all.iter_mut().enumerate() {
            let noise = 1.0 + 0.01 * real(at * 3 % 4);
            team.after = team.before.map(|level| level * noise * if team.arm == Arm::Pilot { 0.5 } else { 1.0 });
        }
        let held = with_baseline_held(&all, Scale::Ratio, &Design::default()).expect("eight teams");
        close(held.estimate, 0.5, 0.02);
        let held = with_baseline_held(&all, Scale::Share, &Design::default()).expect("eight teams");
        assert!(held.estimate < -4.0, "{held:?}");
        all[0].before = Some(0.0);
        assert!(with_baseline_held(&all, Scale::Ratio, &Design::default()).is_err());
    }

    #[test]
    fn quantiles_are_those_of_r() {
        close(quantile(&[1.0, 2.0, 4.0, 8.0], 0.25), 1.75, 1e-12);
        close(quantile(&[1.0, 2.0, 4.0, 8.0], 0.75), 5.0, 1e-12);
        close(quantile(&[3.0], 0.75), 3.0, 1e-12);
    }
}
