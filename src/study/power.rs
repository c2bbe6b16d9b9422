//! What a design can find at all: power, the smallest effect, and how many it takes.
//!
//! In: numbers of teams, an effect in standard deviations of team changes, a level. Out: power, or the effect or number that
//! reaches it. The noncentral t tail is the normal tail averaged over the distribution of the standard error, by Simpson's
//! rule on a fixed grid: it ends whatever the shift is. Few teams: an effect that no assignment could call significant is
//! none, and is refused. Sources: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2, ch. 31; R's
//! `power.t.test`, `power.prop.test`; Schoenfeld, Biometrics 1983;39:499-503.

use super::refusal::inside;
use super::special_functions::{bisect, normal_quantile, normal_sf, student_quantile};
use super::{Refusal, attainable_alpha, floor_p, real};
use statrs::function::gamma::ln_gamma;

/// Steps of the grid; its error is below 1e-9 from one degree of freedom to a million.
const STEPS: u32 = 2_000;
/// Standard errors on both sides of 1 that the grid spans, in units of `1/√df`.
const SPAN: f64 = 9.0;
/// No effect in standard deviations is looked for beyond this one.
const LARGEST: f64 = 1e6;

/// Probability that a t variable with `df` degrees of freedom and a shift exceeds `t`.
///
/// # Errors
/// Refuses fewer than one degree of freedom, and what is no number.
pub fn noncentral_t_sf(t: f64, df: f64, shift: f64) -> Result<f64, Refusal> {
    if !df.is_finite() || df < 1.0 {
        return Err(Refusal::Impossible { what: "degrees of freedom", value: df });
    }
    if let Some(value) = [t, shift].into_iter().find(|value| !value.is_finite()) {
        return Err(Refusal::Impossible { what: "a t value", value });
    }
    let (low, high) = ((1.0 - SPAN / df.sqrt()).max(0.0), 1.0 + SPAN / df.sqrt());
    let width = (high - low) / f64::from(STEPS);
    // Density of the root of a chi-square variable over its degrees of freedom; at 0 its limit.
    let constant = std::f64::consts::LN_2 + df / 2.0 * (df / 2.0).ln() - ln_gamma(df / 2.0);
    let density = |s: f64| {
        if s > 0.0 {
            (constant + (df - 1.0) * s.ln() - df * s * s / 2.0).exp()
        } else if df > 1.0 {
            0.0
        } else {
            constant.exp()
        }
    };
    let (mut tail, mut all) = (0.0, 0.0);
    for step in 0..=STEPS {
        let s = f64::from(step).mul_add(width, low);
        let weight = density(s)
            * match step {
                0 | STEPS => 1.0,
                odd if odd % 2 == 1 => 4.0,
                _ => 2.0,
            };
        tail += weight * normal_sf(t * s - shift);
        all += weight;
    }
    Ok((tail / all).clamp(0.0, 1.0))
}

/// Power of a two-sided two-sample t test; `effect` in standard deviations, numbers of observations need not be whole.
///
/// # Errors
/// Refuses fewer than three observations together, an arm without any, an alpha outside (0, 1), an effect that is no number.
pub fn power_of_t(first: f64, second: f64, effect: f64, alpha: f64) -> Result<f64, Refusal> {
    inside("alpha", alpha)?;
    if let Some(value) = [first, second].into_iter().find(|n| !n.is_finite() || *n <= 0.0) {
        return Err(Refusal::Impossible { what: "a number of observations", value });
    }
    let df = first + second - 2.0;
    if !effect.is_finite() {
        return Err(Refusal::Impossible { what: "an effect", value: effect });
    }
    let shift = effect.abs() * (first * second / (first + second)).sqrt();
    let critical = student_quantile(1.0 - alpha / 2.0, df);
    Ok(noncentral_t_sf(critical, df, shift)? + noncentral_t_sf(critical, df, -shift)?)
}

/// Observations in each of two equal groups that a two-sided t test needs; not rounded.
///
/// # Errors
/// Refuses an effect of nothing, and a level or a power outside (0, 1).
pub fn n_for_t(effect: f64, alpha: f64, power: f64) -> Result<f64, Refusal> {
    inside("alpha", alpha)?;
    inside("a power", power)?;
    if !effect.is_finite() || effect.abs() < 1e-4 {
        return Err(Refusal::Impossible { what: "an effect", value: effect });
    }
    let mut upper = 2.0;
    while power_of_t(upper, upper, effect, alpha)? < power {
        upper *= 2.0;
    }
    Ok(bisect(1.5, upper, |n| power_of_t(n, n, effect, alpha).is_ok_and(|reached| reached < power)))
}

/// Observations in each of two equal groups that it takes to tell two shares apart; not rounded.
///
/// # Errors
/// Refuses shares outside (0, 1), equal ones, and a level or a power outside (0, 1).
pub fn n_for_shares(first: f64, second: f64, alpha: f64, power: f64) -> Result<f64, Refusal> {
    inside("a share", first)?;
    inside("a share", second)?;
    inside("alpha", alpha)?;
    inside("a power", power)?;
    let apart = (first - second).abs();
    if apart < 1e-9 {
        return Err(Refusal::Impossible { what: "a difference of shares", value: apart });
    }
    let mean = f64::midpoint(first, second);
    let (level, reach) = (normal_quantile(1.0 - alpha / 2.0), normal_quantile(power));
    let spread = (first * (1.0 - first) + second * (1.0 - second)).sqrt();
    Ok(((level * (2.0 * mean * (1.0 - mean)).sqrt() + reach * spread) / apart).powi(2))
}

/// Finished journeys that a comparison of two hazards needs, by Schoenfeld; `share` is that of the first group.
///
/// # Errors
/// Refuses a hazard ratio that is 1 or not above zero, and a share, a level or a power outside (0, 1).
pub fn events_for_hazard_ratio(hazard_ratio: f64, share: f64, alpha: f64, power: f64) -> Result<f64, Refusal> {
    inside("a share", share)?;
    inside("alpha", alpha)?;
    inside("a power", power)?;
    let log = hazard_ratio.ln();
    if !log.is_finite() || log.abs() < 1e-9 {
        return Err(Refusal::Impossible { what: "a hazard ratio", value: hazard_ratio });
    }
    let z = normal_quantile(1.0 - alpha / 2.0) + normal_quantile(power);
    Ok(z * z / (share * (1.0 - share) * log * log))
}

/// The smallest effect that so many pilot and comparison teams find with this power, in standard deviations of team
/// changes, by the t test; the permutation test comes close to it from five or so teams an arm on.
///
/// # Errors
/// Refuses fewer than two teams an arm, and a level or a power outside (0, 1).
pub fn smallest_effect(pilot: usize, comparison: usize, alpha: f64, power: f64) -> Result<f64, Refusal> {
    inside("alpha", alpha)?;
    inside("a power", power)?;
    if pilot == 0 || comparison == 0 || pilot + comparison < 3 {
        let have = pilot.min(comparison);
        return Err(Refusal::TooFew { what: "teams in an arm", have, need: have + 1 });
    }
    let (k, m) = (real(pilot), real(comparison));
    Ok(bisect(0.0, LARGEST, |effect| power_of_t(k, m, effect, alpha).is_ok_and(|reached| reached < power)))
}

/// The same where the test is the exact permutation: at the level that so few assignments can reach, and none where no
/// assignment could be significant.
///
/// At the nominal level it would be too small by 15 to 18% for three of eight teams; as it is, simulated companies need
/// at most a tenth more (`verify protocol`).
///
/// # Errors
/// As [`smallest_effect`]; and refuses a design whose smallest p-value is above alpha.
pub fn smallest_effect_by_permutation(pilot: usize, comparison: usize, alpha: f64, power: f64) -> Result<f64, Refusal> {
    smallest_effect(pilot, comparison, alpha, power)?;
    let floor = floor_p(pilot + comparison, pilot);
    if floor > alpha + 1e-9 {
        return Err(Refusal::NotByDesign { floor_p: floor });
    }
    smallest_effect(pilot, comparison, attainable_alpha(pilot + comparison, pilot, alpha), power)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    /// Case `power` of the reference: R's help pages, statsmodels 0.15.0.
    #[test]
    fn power_and_numbers_are_those_of_the_help_pages() {
        close(power_of_t(20.0, 20.0, 1.0, 0.05).expect("power"), 0.868_953_027_723_989_7, 1e-8);
        close(n_for_t(1.0, 0.05, 0.9).expect("a number"), 22.021_088_441_446_192, 1e-6);
        close(n_for_shares(0.5, 0.75, 0.05, 0.9).expect("a number"), 76.706_928_451_777_74, 1e-8);
        close(events_for_hazard_ratio(0.67, 0.5, 0.05, 0.8).expect("events"), 195.754_285_782_735_54, 1e-6);
    }

    #[test]
    fn few_teams_find_only_giant_effects() {
        for (pilot, comparison, expected) in [
            (2, 2, 5.653_489_341_914_222),
            (2, 8, 2.530_547_786_264_913),
            (3, 7, 2.208_842_463_178_370_5),
            (5, 15, 1.529_917_485_612_407),
            (10, 10, 1.324_947_368_330_822),
        ] {
            // The reference stops its search within 1e-5 of the root.
            close(smallest_effect(pilot, comparison, 0.05, 0.8).expect("teams"), expected, 1e-5);
        }
        let floor_p = 1.0 / 3.0;
        assert_eq!(smallest_effect_by_permutation(2, 2, 0.05, 0.8), Err(Refusal::NotByDesign { floor_p }));
        let plain = smallest_effect(3, 5, 0.05, 0.8).expect("teams");
        let of_permutation = smallest_effect_by_permutation(3, 5, 0.05, 0.8).expect("reachable");
        assert!(of_permutation > 1.05 * plain, "2 of 56 assignments are less than one in twenty");
        let of_permutation = smallest_effect_by_permutation(3, 9, 0.05, 0.8).expect("reachable");
        close(of_permutation, smallest_effect(3, 9, 0.05, 0.8).expect("teams"), 1e-9);
        assert!(smallest_effect(1, 1, 0.05, 0.8).is_err());
    }

    #[test]
    fn a_shift_of_nothing_is_students_and_any_shift_ends() {
        // Computed with scipy 1.17.1, `stats.nct.sf`.
        close(noncentral_t_sf(2.0, 5.0, 0.0).expect("a tail"), 0.050_969_739_414_929_1, 1e-9);
        close(noncentral_t_sf(2.0, 5.0, 1.5).expect("a tail"), 0.368_550_752_744_328_25, 1e-8);
        close(noncentral_t_sf(3.0, 1.0, 2.0).expect("a tail"), 0.475_142_838_266_312_1, 1e-7);
        for shift in [1e3, 1e12, 1e300] {
            close(noncentral_t_sf(2.0, 5.0, shift).expect("a tail"), 1.0, 1e-12);
            close(noncentral_t_sf(2.0, 5.0, -shift).expect("a tail"), 0.0, 1e-12);
        }
        assert!(noncentral_t_sf(f64::NAN, 5.0, 0.0).is_err() && noncentral_t_sf(2.0, 0.0, 0.0).is_err());
        assert!(power_of_t(1.0, 1.0, 1.0, 0.05).is_err() && n_for_t(0.0, 0.05, 0.8).is_err());
    }
}
