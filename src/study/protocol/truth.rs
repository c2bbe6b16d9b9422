//! What a method should find: closed forms, averaged over teams as the engine's estimands are.
//!
//! In: a setting. Out: for times the mean over teams of the log ratio of their restricted means, for rates the log of
//! the rate ratio, for shares the difference in points; each pilot less comparison. A team's level is normal on the log
//! (logit), so that the mean over teams is an integral over one normal variable. Neighbours: `times`
//! and `services` draw from what is integrated here; the tests compare with large draws.

use super::setting::{Measure, Setting, Shape};
use super::{services, times};
use crate::study::{Arm, chi_square_sf, normal_sf};
use statrs::function::gamma::gamma;

/// Spread of log-normal times on the log.
pub(super) const SPREAD: f64 = 0.7;
/// Shape of Weibull times.
pub(super) const WEIBULL: f64 = 0.7;

/// The effect of a setting on the scale that it is estimated on: a log ratio, or points of a share.
///
/// With an effect it holds for pilots that are drawn: of teams chosen by what they were like, other effects are the mean.
pub(super) fn truth(setting: &Setting) -> f64 {
    match setting.measure {
        Measure::Times => log_time(setting, Arm::Pilot) - log_time(setting, Arm::Comparison),
        Measure::Rates => setting.kept.ln(),
        Measure::Shares => share_after(setting, Arm::Pilot) - share_after(setting, Arm::Comparison),
    }
}

/// Standard deviation of the shocks of an arm.
fn shock(setting: &Setting, arm: Arm) -> f64 {
    if arm == Arm::Pilot { setting.shock * setting.pilot_noise } else { setting.shock }
}

/// The mean over teams of the log of the restricted mean, after less before.
fn log_time(setting: &Setting, arm: Arm) -> f64 {
    let tau = times::horizon(setting);
    let spread = setting.frailty.hypot(shock(setting, arm));
    let mean = |shift: f64, kept: f64| {
        over_normal(spread, |pace| times::mean_up_to(setting.shape, shift, kept * pace.exp(), tau).ln())
    };
    let (shift, kept) =
        if arm == Arm::Pilot { (setting.mix_shift.0, setting.kept) } else { (setting.mix_shift.1, 1.0) };
    mean(shift, kept) - mean(0.0, 1.0)
}

/// The mean over teams of the share after in the fixed cohort.
fn share_after(setting: &Setting, arm: Arm) -> f64 {
    let had = over_normal(setting.frailty, |level| logistic(services::HAD + level));
    let gained = over_normal(shock(setting, arm), |shock| logistic(services::GAINED + shock));
    let gaps = (1.0 - had) * (1.0 - gained) + had * services::LOST;
    1.0 - if arm == Arm::Pilot { setting.kept * gaps } else { gaps }
}

pub(super) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The mean of `min(T, tau)`.
pub(super) fn restricted_mean(shape: Shape, median: f64, tau: f64) -> f64 {
    match shape {
        Shape::LogNormal => {
            let z = (tau / median).ln() / SPREAD;
            median * (SPREAD * SPREAD / 2.0).exp() * normal_sf(SPREAD - z) + tau * normal_sf(z)
        }
        Shape::Exponential => {
            let mean = median / std::f64::consts::LN_2;
            -mean * (-tau / mean).exp_m1()
        }
        // With x = (tau/b)^c: b Γ(1 + 1/c) P(1 + 1/c, x) + tau exp(-x), P the regularised lower gamma function.
        Shape::Weibull => {
            let scale = weibull_scale(median);
            let (a, x) = (1.0 + 1.0 / WEIBULL, (tau / scale).powf(WEIBULL));
            scale * gamma(a) * (1.0 - chi_square_sf(2.0 * x, 2.0 * a)) + tau * (-x).exp()
        }
    }
}

/// The scale that gives a Weibull variable its median.
pub(super) fn weibull_scale(median: f64) -> f64 {
    median / std::f64::consts::LN_2.powf(1.0 / WEIBULL)
}

/// The mean of a function of a normal variable of mean 0: the trapezoid rule, which is exact to 1e-10 for smooth ones.
pub(super) fn over_normal(spread: f64, of: impl Fn(f64) -> f64) -> f64 {
    const HALF: i32 = 28;
    let (mut sum, mut weights) = (0.0, 0.0);
    for at in -HALF..=HALF {
        let z = f64::from(at) / 4.0;
        let weight = (-z * z / 2.0).exp();
        sum += weight * of(spread * z);
        weights += weight;
    }
    sum / weights
}

#[cfg(test)]
mod tests {
    use super::super::draws::Draws;
    use super::*;
    use crate::study::testing::close;

    // scipy 1.17.1, integrate.quad of the survival functions with a median of 12 from 0 to 60.
    #[test]
    fn restricted_means_equal_their_integrals_and_their_draws() {
        let cases = [
            (Shape::LogNormal, 15.134_749_059_605_284),
            (Shape::Weibull, 20.131_725_318_359_695),
            (Shape::Exponential, 16.771_329_850_334_205),
        ];
        for (shape, expected) in cases {
            close(restricted_mean(shape, 12.0, 60.0), expected, 1e-9);
            close(restricted_mean(shape, 12.0, 1e-3), 1e-3, 1e-5);
            let mut draws = Draws::of(4, 4, 4);
            let sum: f64 = (0..100_000).map(|_| times::time(shape, 12.0, &mut draws).min(60.0)).sum();
            close(sum / 100_000.0, expected, 0.2);
        }
    }

    #[test]
    fn a_mean_over_a_normal_is_its_closed_form() {
        close(over_normal(0.4, f64::exp), (0.4_f64 * 0.4 / 2.0).exp(), 1e-10);
        close(over_normal(0.0, |x| x + 3.0), 3.0, 1e-12);
        close(over_normal(0.8, |x| x * x), 0.64, 1e-10);
    }

    #[test]
    fn without_an_effect_the_truth_is_none_and_with_one_it_is_less_than_it_seems() {
        for measure in [Measure::Times, Measure::Rates, Measure::Shares] {
            let base = Setting::base(measure, 12, 3);
            close(truth(&base), 0.0, 1e-12);
            let found = truth(&Setting { kept: 0.7, ..base });
            match measure {
                Measure::Times => assert!(found > 0.7_f64.ln() && found < 0.75_f64.ln(), "{found}"),
                Measure::Rates => close(found, 0.7_f64.ln(), 1e-12),
                Measure::Shares => assert!(found > 0.1 && found < 0.2, "{found}"),
            }
        }
    }
}
