//! The effect with what teams were like before held: analysis of covariance over teams.
//!
//! In: each team's level before and after, on the scale that changes are averaged on, and its arm. Out: the coefficient of
//! the pilot in `after = a + b · before + effect · pilot`, with a t interval on `n − 3` degrees of freedom. Where teams were
//! chosen by their level before, what is extreme returns to the usual and a plain difference in differences takes that
//! return for an effect; with the level held it does not. Refused: fewer than six teams, fewer than two in an arm, and
//! levels before that do not differ, or that the arm alone explains. Source: Vickers and Altman, BMJ 2001;323:1123;
//! Senn, Statistics in Medicine 2006;25:4334. Neighbour: `traps::selection` asks for this reading.

use super::refusal::finite;
use super::special_functions::{student_p, student_quantile};
use super::{Interval, Refusal, real};

/// Teams that it takes to tell a slope from a difference of arms.
pub const TEAMS_FOR_ANCOVA: usize = 6;

/// The effect with the level before held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ancova {
    /// Pilot less comparison, at the same level before.
    pub effect: f64,
    /// How much of a difference before remains after: below 1, levels return to the usual.
    pub slope: f64,
    /// The two-sided p-value.
    pub p: f64,
    /// The interval.
    pub interval: Interval,
    /// Degrees of freedom.
    pub df: usize,
}

/// Fits the levels after on those before and the arm.
///
/// # Errors
/// As the head of this file says, and levels that are no numbers, lists that differ in length, a level outside (0, 1).
pub fn ancova(before: &[f64], after: &[f64], pilot: &[bool], level: f64) -> Result<Ancova, Refusal> {
    let n = before.len();
    if after.len() != n || pilot.len() != n {
        return Err(Refusal::Unequal { left: n, right: if after.len() == n { pilot.len() } else { after.len() } });
    }
    finite("a team's level before", before)?;
    finite("a team's level after", after)?;
    if !(level > 0.0 && level < 1.0) {
        return Err(Refusal::Impossible { what: "a level", value: level });
    }
    if n < TEAMS_FOR_ANCOVA {
        return Err(Refusal::TooFew { what: "teams", have: n, need: TEAMS_FOR_ANCOVA });
    }
    let of = |arm: bool| -> Vec<usize> { (0..n).filter(|at| pilot[*at] == arm).collect() };
    let arms = [of(true), of(false)];
    if let Some(few) = arms.iter().find(|arm| arm.len() < 2) {
        return Err(Refusal::TooFew { what: "teams in an arm", have: few.len(), need: 2 });
    }
    let mean = |values: &[f64], arm: &[usize]| arm.iter().map(|at| values[*at]).sum::<f64>() / real(arm.len());
    let means = arms.each_ref().map(|arm| (mean(before, arm), mean(after, arm)));
    // Within arms, so that the slope owes nothing to the difference between them.
    let within = |left: &[f64], right: &[f64], centre: fn(&(f64, f64)) -> (f64, f64)| {
        let of_arm = |(arm, means): (&Vec<usize>, &(f64, f64))| {
            let (one, other) = centre(means);
            arm.iter().map(|at| (left[*at] - one) * (right[*at] - other)).sum::<f64>()
        };
        arms.iter().zip(&means).map(of_arm).sum::<f64>()
    };
    let spread = within(before, before, |means| (means.0, means.0));
    let together = within(before, after, |means| (means.0, means.1));
    let total = within(after, after, |means| (means.1, means.1));
    let size = before.iter().map(|value| value.abs()).fold(0.0, f64::max);
    if !spread.is_finite() || spread <= real(n) * (size * 1e-9).powi(2) {
        return Err(Refusal::Impossible { what: "the spread of levels before", value: spread });
    }
    let slope = together / spread;
    let apart = means[0].0 - means[1].0;
    let effect = means[0].1 - means[1].1 - slope * apart;
    let df = n - 3;
    let residual = (total - slope * together).max(0.0) / real(df);
    let inverse = arms.iter().map(|arm| 1.0 / real(arm.len())).sum::<f64>();
    let error = (residual * (inverse + apart * apart / spread)).sqrt();
    let reach = student_quantile(f64::midpoint(1.0, level), real(df)) * error;
    let p = if error > 0.0 {
        student_p(effect / error, real(df))
    } else if effect == 0.0 {
        1.0
    } else {
        0.0
    };
    let interval = Interval { lower: effect - reach, upper: effect + reach, level };
    Ok(Ancova { effect, slope, p, interval, df })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    const BEFORE: [f64; 8] = [10.0, 12.0, 9.0, 14.0, 11.0, 13.0, 15.0, 8.5];
    const AFTER: [f64; 8] = [7.0, 9.5, 6.8, 13.0, 10.2, 12.9, 13.7, 9.1];
    const PILOT: [bool; 8] = [true, true, true, false, false, false, false, false];

    /// Computed with statsmodels 0.15.0, `OLS(after ~ 1 + before + pilot)`.
    #[test]
    fn agrees_with_least_squares() {
        let found = ancova(&BEFORE, &AFTER, &PILOT, 0.95).expect("eight teams");
        close(found.effect, -2.468_75, 1e-9);
        close(found.slope, 0.785_381_36, 1e-7);
        close(found.p, 0.001_645_1, 1e-6);
        close(found.interval.lower, -3.499_605_88, 1e-6);
        close(found.interval.upper, -1.437_894_12, 1e-6);
        assert_eq!(found.df, 5);
    }

    #[test]
    fn a_return_to_the_usual_is_no_effect() {
        // What is above 12 before comes half of the way back, in both arms; the pilot began above.
        let before = [20.0, 22.0, 18.0, 10.0, 12.0, 9.0, 13.0, 16.0];
        let after = before.map(|level| 12.0 + (level - 12.0) / 2.0);
        let noise = [0.1, -0.2, 0.1, 0.1, -0.1, 0.2, -0.1, -0.1];
        let after: Vec<f64> = after.iter().zip(noise).map(|(level, noise)| level + noise).collect();
        let found = ancova(&before, &after, &PILOT, 0.95).expect("eight teams");
        let change = |arm: bool| {
            let of_arm: Vec<f64> = (0..8).filter(|at| PILOT[*at] == arm).map(|at| after[at] - before[at]).collect();
            of_arm.iter().sum::<f64>() / real(of_arm.len())
        };
        assert!(change(true) - change(false) < -3.0, "the plain difference in differences takes it for one");
        assert!(found.effect.abs() < 0.5 && (found.slope - 0.5).abs() < 0.1, "{found:?}");
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        let refused = |before: &[f64], after: &[f64], pilot: &[bool], level| ancova(before, after, pilot, level).err();
        assert!(matches!(refused(&BEFORE[..7], &AFTER, &PILOT, 0.95), Some(Refusal::Unequal { left: 7, right: 8 })));
        assert!(matches!(refused(&BEFORE[..5], &AFTER[..5], &PILOT[..5], 0.95), Some(Refusal::TooFew { need: 6, .. })));
        assert!(matches!(refused(&BEFORE, &AFTER, &[false; 8], 0.95), Some(Refusal::TooFew { need: 2, .. })));
        assert!(matches!(refused(&[3.0; 8], &AFTER, &PILOT, 0.95), Some(Refusal::Impossible { .. })));
        assert!(matches!(refused(&BEFORE, &AFTER, &PILOT, 1.0), Some(Refusal::Impossible { .. })));
        let mut broken = AFTER;
        broken[2] = f64::NAN;
        assert!(matches!(refused(&BEFORE, &broken, &PILOT, 0.95), Some(Refusal::Impossible { .. })));
    }
}
