//! Counts over exposure on a few columns: Poisson regression, and the quasi-Poisson that real counts need.
//!
//! In: a design, counts, and what they are counted over. Out: coefficients on the log scale with standard errors, the
//! deviance, and the dispersion `Σ (y − μ)²/μ / df`. Quasi-Poisson errors are wider by its root, never narrower than
//! Poisson's, and p-values take t on the residual degrees of freedom. Fitted by iterated reweighted least squares, at most
//! 200 steps. Refused: counts below zero, exposures that are not above it, nothing counted at all, columns that depend
//! on each other, and a fit that does not settle (a column that separates zeros from the rest has no coefficient). Source:
//! Nelder and Wedderburn, JRSS A 1972;135:370; Generalized Linear Models (R `glm`).

use super::linear::{Normal, check, moments, predicted};
use super::special_functions::{normal_quantile, student_p, student_quantile};
use super::{Interval, Refusal, real};

/// Steps that a fit may take.
const STEPS: usize = 200;

/// A fit of counts.
#[derive(Clone, Debug, PartialEq)]
pub struct CountFit {
    /// Logarithms of ratios, one for each column.
    pub coefficients: Vec<f64>,
    /// Their standard errors, were counts to vary as Poisson's do.
    pub poisson_errors: Vec<f64>,
    /// What the fit expects of each row.
    pub expected: Vec<f64>,
    /// Twice the distance from a perfect fit, in logarithms of likelihood.
    pub deviance: f64,
    /// Pearson's chi-square.
    pub pearson: f64,
    /// Rows less columns.
    pub df: usize,
}

impl CountFit {
    /// How many times as much as Poisson's the counts vary, as found.
    pub fn dispersion(&self) -> f64 {
        self.pearson / real(self.df)
    }

    /// The same, but never below 1: by luck counts may vary less, and no interval should gain by luck.
    pub fn dispersion_at_least_one(&self) -> f64 {
        self.dispersion().max(1.0)
    }

    /// Quasi-Poisson standard error of a coefficient.
    pub fn standard_error(&self, column: usize) -> f64 {
        self.poisson_errors[column] * self.dispersion_at_least_one().sqrt()
    }

    /// Quasi-Poisson p-value of a coefficient, two-sided, by t.
    pub fn p(&self, column: usize) -> f64 {
        student_p(self.coefficients[column] / self.standard_error(column), real(self.df))
    }

    /// The ratio of a coefficient with its quasi-Poisson interval, by t.
    pub fn ratio(&self, column: usize, level: f64) -> (f64, Interval) {
        let reach = student_quantile(f64::midpoint(1.0, level), real(self.df)) * self.standard_error(column);
        self.around(column, reach, level)
    }

    /// The ratio with the interval that large samples would have: normal, as most publications print it.
    pub fn ratio_of_large_samples(&self, column: usize, standard_error: f64, level: f64) -> (f64, Interval) {
        self.around(column, normal_quantile(f64::midpoint(1.0, level)) * standard_error, level)
    }

    fn around(&self, column: usize, reach: f64, level: f64) -> (f64, Interval) {
        let centre = self.coefficients[column];
        (centre.exp(), Interval { lower: (centre - reach).exp(), upper: (centre + reach).exp(), level })
    }
}

pub(super) fn check_counts(design: &[Vec<f64>], counts: &[f64], exposure: &[f64]) -> Result<(), Refusal> {
    check(design, counts)?;
    if exposure.len() != counts.len() {
        return Err(Refusal::Unequal { left: counts.len(), right: exposure.len() });
    }
    if let Some(&value) = counts.iter().find(|count| **count < 0.0) {
        return Err(Refusal::Impossible { what: "a count", value });
    }
    if let Some(&value) = exposure.iter().find(|exposure| !exposure.is_finite() || **exposure <= 0.0) {
        return Err(Refusal::Impossible { what: "an exposure", value });
    }
    if counts.iter().all(|count| *count == 0.0) { Err(Refusal::AllZero) } else { Ok(()) }
}

/// Fits counts over exposures; the variance is `μ + alpha μ²`, so alpha 0 is Poisson's.
pub(super) fn fit(
    design: &[Vec<f64>],
    counts: &[f64],
    exposure: &[f64],
    alpha: f64,
) -> Result<(Vec<f64>, Vec<f64>, Normal), Refusal> {
    let offset: Vec<f64> = exposure.iter().map(|exposure| exposure.ln()).collect();
    // Starts from the counts themselves, held off zero.
    let mut linear: Vec<f64> = counts.iter().map(|count| (count + 0.1).ln()).collect();
    let mut last: Vec<f64> = Vec::new();
    for _ in 0..STEPS {
        let (expected, weights) = means(&linear, alpha);
        let working: Vec<f64> = (0..counts.len())
            .map(|row| linear[row] - offset[row] + (counts[row] - expected[row]) / expected[row])
            .collect();
        let normal = Normal::of(design, Some(&weights))?;
        let coefficients = normal.solve(&moments(design, Some(&weights), &working));
        linear = predicted(design, &coefficients).iter().zip(&offset).map(|(eta, offset)| eta + offset).collect();
        if !linear.iter().all(|eta| eta.is_finite()) {
            break;
        }
        let settled = last.len() == coefficients.len()
            && last.iter().zip(&coefficients).all(|(last, now)| (last - now).abs() <= 1e-11 * (1.0 + now.abs()));
        if settled {
            // A coefficient that runs off to where nothing is expected has no value.
            if linear.iter().any(|eta| *eta < -25.0) {
                break;
            }
            let (expected, weights) = means(&linear, alpha);
            return Ok((coefficients, expected, Normal::of(design, Some(&weights))?));
        }
        last = coefficients;
    }
    Err(Refusal::NoFit { what: "a fit of these counts" })
}

/// What is expected of each row, and its weight.
fn means(linear: &[f64], alpha: f64) -> (Vec<f64>, Vec<f64>) {
    let expected: Vec<f64> = linear.iter().map(|eta| eta.clamp(-700.0, 700.0).exp()).collect();
    let weights = expected.iter().map(|mu| mu / (1.0 + alpha * mu)).collect();
    (expected, weights)
}

fn deviance(counts: &[f64], expected: &[f64]) -> f64 {
    let of = |(count, mu): (&f64, &f64)| {
        let own = if *count > 0.0 { count * (count / mu).ln() } else { 0.0 };
        2.0 * (own - (count - mu))
    };
    counts.iter().zip(expected).map(of).sum()
}

/// Fits counts over exposures by Poisson's law; errors and p-values that allow for more spread come with the fit.
///
/// # Errors
/// As the head of this file says.
pub fn count_regression(design: &[Vec<f64>], counts: &[f64], exposure: &[f64]) -> Result<CountFit, Refusal> {
    check_counts(design, counts, exposure)?;
    let (coefficients, expected, normal) = fit(design, counts, exposure, 0.0)?;
    let inverse = normal.inverse();
    let pearson = counts.iter().zip(&expected).map(|(count, mu)| (count - mu).powi(2) / mu).sum();
    Ok(CountFit {
        poisson_errors: (0..coefficients.len()).map(|at| inverse[at][at].sqrt()).collect(),
        deviance: deviance(counts, &expected),
        df: counts.len() - coefficients.len(),
        coefficients,
        expected,
        pearson,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::{WARPBREAKS, close, warpbreaks_design};

    /// Case `glm_warpbreaks` of the reference: R's `glm(breaks ~ wool + tension)`.
    #[test]
    fn breaks_of_yarn() {
        let fit = count_regression(&warpbreaks_design(), &WARPBREAKS, &[1.0; 54]).expect("54 looms");
        let coefficients =
            [3.691_963_144_940_798, -0.205_988_442_638_619_18, -0.321_320_431_600_613_7, -0.518_488_496_511_563_6];
        let errors =
            [0.045_410_792_503_955_33, 0.051_571_241_308_784_58, 0.060_265_914_901_451_376, 0.063_959_517_811_296_11];
        for at in 0..4 {
            close(fit.coefficients[at], coefficients[at], 1e-9);
            close(fit.poisson_errors[at], errors[at], 1e-7);
        }
        close(fit.deviance, 210.391_888_762_453_82, 1e-8);
        close(fit.pearson, 213.076_094_198_221_09, 1e-5);
        close(fit.dispersion(), 4.261_521_883_964_422, 1e-7);
        close(fit.standard_error(1), 0.106_460_857_231_588_21, 1e-8);
        close(fit.p(3), 0.000_263_988_888, 1e-9);
    }

    #[test]
    fn exposure_is_a_rate_and_its_unit_does_not_matter() {
        let design = warpbreaks_design();
        let exposure: Vec<f64> = (0..54).map(|at| 1.0 + real(at % 5)).collect();
        let days: Vec<f64> = exposure.iter().map(|weeks| weeks * 7.0).collect();
        let (one, other) = (
            count_regression(&design, &WARPBREAKS, &exposure).expect("looms"),
            count_regression(&design, &WARPBREAKS, &days).expect("looms"),
        );
        close(one.coefficients[1], other.coefficients[1], 1e-9);
        close(one.coefficients[0] - 7.0_f64.ln(), other.coefficients[0], 1e-9);
        let (ratio, interval) = one.ratio(1, 0.95);
        assert!(interval.contains(ratio));
        let (_, normal) = one.ratio_of_large_samples(1, one.poisson_errors[1], 0.95);
        assert!(normal.upper - normal.lower < interval.upper - interval.lower);
    }

    #[test]
    fn counts_that_vary_less_than_chance_gain_nothing() {
        let design: Vec<Vec<f64>> = (0..10).map(|at| vec![1.0, real(at % 2)]).collect();
        let fit = count_regression(&design, &[20.0; 10], &[1.0; 10]).expect("counts");
        assert!(fit.dispersion() < 1e-9);
        close(fit.standard_error(1), fit.poisson_errors[1], 1e-12);
    }

    #[test]
    fn what_cannot_be_fitted_is_refused() {
        let design: Vec<Vec<f64>> = (0..8).map(|at| vec![1.0, if at < 4 { 0.0 } else { 1.0 }]).collect();
        let separated = [3.0, 4.0, 2.0, 5.0, 0.0, 0.0, 0.0, 0.0];
        assert!(matches!(count_regression(&design, &separated, &[1.0; 8]), Err(Refusal::NoFit { .. })));
        assert_eq!(count_regression(&design, &[0.0; 8], &[1.0; 8]), Err(Refusal::AllZero));
        assert!(matches!(count_regression(&design, &[1.0; 8], &[0.0; 8]), Err(Refusal::Impossible { .. })));
        assert!(matches!(count_regression(&design, &[-1.0; 8], &[1.0; 8]), Err(Refusal::Impossible { .. })));
        assert!(matches!(count_regression(&design, &[1.0; 8], &[1.0; 7]), Err(Refusal::Unequal { .. })));
        for hostile in [1e300, f64::MIN_POSITIVE, f64::NAN] {
            let _ = count_regression(&design, &[hostile; 8], &[1.0; 8]);
            let _ = count_regression(&design, &[1.0; 8], &[hostile; 8]);
        }
    }
}
