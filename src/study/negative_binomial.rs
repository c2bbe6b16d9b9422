//! Counts that vary more the more there are: negative binomial regression, as a second reading of the quasi-Poisson one.
//!
//! In: a design, counts, exposures. Out: the fit of most likelihood with variance `μ + alpha μ²`. The spread `alpha` is
//! found by a golden section of the profile likelihood on its logarithm; where the likelihood only falls from nothing on,
//! counts vary as Poisson's do, and the fit says that it fell back. Standard errors are of the observed information, the
//! spread's own doubt included. Refused: what `glm` refuses. Source: Lawless, Canadian Journal of Statistics 1987;15:209 (R `MASS::glm.nb`; statsmodels' `NB2`).

use super::glm::{check_counts, fit};
use super::linear::{Normal, moments};
use super::{Refusal, real};
use statrs::function::gamma::ln_gamma;

/// A negative binomial fit.
#[derive(Clone, Debug, PartialEq)]
pub struct NegativeBinomial {
    /// Logarithms of ratios, one for each column.
    pub coefficients: Vec<f64>,
    /// Their standard errors.
    pub standard_errors: Vec<f64>,
    /// The spread beyond Poisson's; 0 where it fell back.
    pub alpha: f64,
    /// Whether no spread beyond Poisson's was found, and the fit is Poisson's.
    pub fell_back: bool,
    /// Logarithm of the likelihood.
    pub log_likelihood: f64,
    /// Rows less columns.
    pub df: usize,
}

/// Spreads that are looked through, as logarithms.
const LEAST: f64 = -14.0;
const MOST: f64 = 7.0;

/// Fits counts over exposures.
///
/// # Errors
/// As the head of this file says.
pub fn negative_binomial(design: &[Vec<f64>], counts: &[f64], exposure: &[f64]) -> Result<NegativeBinomial, Refusal> {
    check_counts(design, counts, exposure)?;
    let at = |ln_alpha: f64| -> Result<f64, Refusal> {
        let alpha = ln_alpha.exp();
        Ok(log_likelihood(counts, &fit(design, counts, exposure, alpha)?.1, alpha))
    };
    // A coarse look first: the profile may be flat on one side.
    let steps = 42;
    let grid: Vec<f64> = (0..=steps).map(|step| LEAST + (MOST - LEAST) * real(step) / real(steps)).collect();
    let mut best = (0, f64::NEG_INFINITY);
    for (place, ln_alpha) in grid.iter().enumerate() {
        let likelihood = at(*ln_alpha)?;
        if likelihood > best.1 {
            best = (place, likelihood);
        }
    }
    if best.0 == 0 {
        return poisson(design, counts, exposure);
    }
    let (mut low, mut high) = (grid[best.0 - 1], grid[(best.0 + 1).min(steps)]);
    let golden = f64::midpoint(5.0_f64.sqrt(), -1.0);
    let (mut left, mut right) = (high - golden * (high - low), low + golden * (high - low));
    let (mut of_left, mut of_right) = (at(left)?, at(right)?);
    for _ in 0..60 {
        if of_left >= of_right {
            (high, right, of_right) = (right, left, of_left);
            left = high - golden * (high - low);
            of_left = at(left)?;
        } else {
            (low, left, of_left) = (left, right, of_right);
            right = low + golden * (high - low);
            of_right = at(right)?;
        }
    }
    let alpha = f64::midpoint(low, high).exp();
    let (coefficients, expected, _) = fit(design, counts, exposure, alpha)?;
    Ok(NegativeBinomial {
        standard_errors: observed_errors(design, counts, &expected, 1.0 / alpha)?,
        log_likelihood: log_likelihood(counts, &expected, alpha),
        df: counts.len() - coefficients.len(),
        coefficients,
        alpha,
        fell_back: false,
    })
}

fn errors(normal: &Normal, columns: usize) -> Vec<f64> {
    let inverse = normal.inverse();
    (0..columns).map(|at| inverse[at][at].sqrt()).collect()
}

/// Errors of the coefficients by the second derivatives of the likelihood in them and in the size `1 / alpha`.
fn observed_errors(design: &[Vec<f64>], counts: &[f64], expected: &[f64], size: f64) -> Result<Vec<f64>, Refusal> {
    let rows = || counts.iter().zip(expected);
    let weights: Vec<f64> = rows().map(|(y, mu)| mu * size * (size + y) / (size + mu).powi(2)).collect();
    let cross: Vec<f64> = rows().map(|(y, mu)| mu * (mu - y) / (size + mu).powi(2)).collect();
    let own = |(y, mu): (&f64, &f64)| {
        trigamma(size) - trigamma(size + y) - 1.0 / size + 1.0 / (size + mu) + (mu - y) / (size + mu).powi(2)
    };
    let of_size: f64 = rows().map(own).sum();
    let normal = Normal::of(design, Some(&weights))?;
    let between = moments(design, None, &cross);
    let carried = normal.solve(&between);
    let left = of_size - between.iter().zip(&carried).map(|(one, two)| one * two).sum::<f64>();
    let inverse = normal.inverse();
    // Where the likelihood is flat in the size, its doubt says nothing about the coefficients.
    let extra = |at: usize| if left > 0.0 { carried[at] * carried[at] / left } else { 0.0 };
    Ok((0..inverse.len()).map(|at| (inverse[at][at] + extra(at)).sqrt()).collect())
}

/// Second derivative of `ln Γ` above zero: by recurrence to where its series is exact.
fn trigamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < 12.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series =
        1.0 / 6.0 - square * (1.0 / 30.0 - square * (1.0 / 42.0 - square * (1.0 / 30.0 - square * 5.0 / 66.0)));
    sum + 1.0 / x + square / 2.0 + square / x * series
}

fn poisson(design: &[Vec<f64>], counts: &[f64], exposure: &[f64]) -> Result<NegativeBinomial, Refusal> {
    let (coefficients, expected, normal) = fit(design, counts, exposure, 0.0)?;
    let likelihood = |(count, mu): (&f64, &f64)| count * mu.ln() - mu - ln_gamma(count + 1.0);
    Ok(NegativeBinomial {
        standard_errors: errors(&normal, coefficients.len()),
        log_likelihood: counts.iter().zip(&expected).map(likelihood).sum(),
        df: counts.len() - coefficients.len(),
        coefficients,
        alpha: 0.0,
        fell_back: true,
    })
}

fn log_likelihood(counts: &[f64], expected: &[f64], alpha: f64) -> f64 {
    let size = 1.0 / alpha;
    let of = |(count, mu): (&f64, &f64)| {
        ln_gamma_ratio(size, *count) - ln_gamma(count + 1.0) + count * (alpha * mu).ln()
            - (count + size) * (alpha * mu).ln_1p()
    };
    counts.iter().zip(expected).map(of).sum()
}

/// `ln Γ(size + count) − ln Γ(size)`; for large sizes by a sum that does not cancel.
fn ln_gamma_ratio(size: f64, count: f64) -> f64 {
    if size < 1e6 || count.fract() != 0.0 || count > 1e5 {
        return ln_gamma(size + count) - ln_gamma(size);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole count of at most 1e5")]
    let steps = count as usize;
    (0..steps).map(|step| (size + real(step)).ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::{WARPBREAKS, close, warpbreaks_design};

    /// Case `glm_warpbreaks` of the reference: coefficients as `MASS::glm.nb(breaks ~ wool + tension)`, errors as statsmodels.
    #[test]
    fn breaks_of_yarn() {
        let fit = negative_binomial(&warpbreaks_design(), &WARPBREAKS, &[1.0; 54]).expect("54 looms");
        let coefficients =
            [3.673_354_566_579_144, -0.186_211_052_351_015, -0.299_227_238_628_679_6, -0.511_395_515_191_388_8];
        let errors =
            [0.095_373_156_891_156_11, 0.101_470_369_865_471_8, 0.122_350_237_384_501_47, 0.123_698_480_946_716_15];
        for at in 0..4 {
            close(fit.coefficients[at], coefficients[at], 1e-6);
            close(fit.standard_errors[at], errors[at], 1e-7);
        }
        close(fit.alpha, 0.100_559_255_918_407_31, 1e-6);
        close(fit.log_likelihood, -199.381_903_889_003_33, 1e-7);
        assert!(!fit.fell_back);
    }

    #[test]
    fn second_derivatives_are_those_of_the_tables() {
        close(trigamma(1.0), std::f64::consts::PI.powi(2) / 6.0, 1e-13);
        close(trigamma(0.5), std::f64::consts::PI.powi(2) / 2.0, 1e-12);
        close(trigamma(1e6), 1.000_000_500_000_166_7e-6, 1e-18);
    }

    #[test]
    fn counts_that_vary_no_more_than_chance_fall_back() {
        let design: Vec<Vec<f64>> = (0..12).map(|at| vec![1.0, real(at % 2)]).collect();
        let counts = [20.0, 31.0, 21.0, 30.0, 19.0, 29.0, 20.0, 30.0, 21.0, 31.0, 19.0, 29.0];
        let fit = negative_binomial(&design, &counts, &[1.0; 12]).expect("counts");
        assert!(fit.fell_back && fit.alpha == 0.0, "{fit:?}");
        close(fit.coefficients[1], (180.0_f64 / 120.0).ln(), 1e-9);
        assert_eq!(negative_binomial(&design, &[0.0; 12], &[1.0; 12]), Err(Refusal::AllZero));
    }
}
