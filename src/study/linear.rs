//! Least squares on a few columns, and what autocorrelated errors do to its standard errors.
//!
//! In: a design of rows and columns, and the values. Out: coefficients with standard errors. The solver is a Cholesky
//! decomposition of columns brought to unit length, which refuses columns that depend on each other. Newey-West errors and
//! Prais-Winsten are here for comparison: on short series both are too sure (`autoregressive` is what verdicts take).
//! Refused: fewer rows than columns and one, lists that differ in length, values that are no numbers. Sources: Newey and
//! West, Econometrica 1987;55:703 (R `sandwich::NeweyWest`, no prewhitening); Durbin and Watson 1950; Prais and Winsten 1954
//! (R `prais`).

use super::refusal::finite;
use super::special_functions::{student_p, student_quantile};
use super::{Interval, Refusal, real};

/// A fit by least squares.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearFit {
    /// One for each column.
    pub coefficients: Vec<f64>,
    /// Their standard errors, if errors are independent and alike.
    pub standard_errors: Vec<f64>,
    /// What is left of each value.
    pub residuals: Vec<f64>,
    /// Residual variance.
    pub variance: f64,
    /// Rows less columns.
    pub df: usize,
}

impl LinearFit {
    /// The interval of a coefficient on `df` degrees of freedom with a given standard error.
    pub fn interval(&self, column: usize, standard_error: f64, level: f64) -> Interval {
        let reach = student_quantile(f64::midpoint(1.0, level), real(self.df)) * standard_error;
        let centre = self.coefficients[column];
        Interval { lower: centre - reach, upper: centre + reach, level }
    }

    /// Two-sided p-value of a coefficient.
    pub fn p(&self, column: usize) -> f64 {
        student_p(self.coefficients[column] / self.standard_errors[column], real(self.df))
    }
}

/// A symmetric matrix of a few columns, and what can be solved with it.
pub(super) struct Normal {
    /// Lower triangle of the decomposition of the matrix with unit diagonal.
    lower: Vec<Vec<f64>>,
    scale: Vec<f64>,
}

impl Normal {
    /// Decomposes `Σ w x xᵀ`.
    pub(super) fn of(design: &[Vec<f64>], weights: Option<&[f64]>) -> Result<Self, Refusal> {
        let columns = design.first().map_or(0, Vec::len);
        let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
        let product = |one: usize, two: usize| {
            design.iter().enumerate().map(|(row, x)| weight(row) * x[one] * x[two]).sum::<f64>()
        };
        let scale: Vec<f64> = (0..columns).map(|column| product(column, column).sqrt()).collect();
        if scale.iter().any(|scale| !scale.is_finite() || *scale <= 0.0) {
            return Err(Refusal::NoFit { what: "a fit with an empty column" });
        }
        let mut lower = vec![vec![0.0; columns]; columns];
        for row in 0..columns {
            for column in 0..=row {
                let known: f64 = (0..column).map(|at| lower[row][at] * lower[column][at]).sum();
                let rest = product(row, column) / (scale[row] * scale[column]) - known;
                if row == column {
                    // A pivot this small is a column that the others make up.
                    if rest.is_nan() || rest < 1e-11 {
                        return Err(Refusal::NoFit { what: "a fit on columns that depend on each other" });
                    }
                    lower[row][row] = rest.sqrt();
                } else {
                    lower[row][column] = rest / lower[column][column];
                }
            }
        }
        Ok(Self { lower, scale })
    }

    /// Solves for a right side.
    pub(super) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let n = self.scale.len();
        let mut found: Vec<f64> = right.iter().zip(&self.scale).map(|(value, scale)| value / scale).collect();
        for row in 0..n {
            let known: f64 = (0..row).map(|at| self.lower[row][at] * found[at]).sum();
            found[row] = (found[row] - known) / self.lower[row][row];
        }
        for row in (0..n).rev() {
            let known: f64 = (row + 1..n).map(|at| self.lower[at][row] * found[at]).sum();
            found[row] = (found[row] - known) / self.lower[row][row];
        }
        found.iter().zip(&self.scale).map(|(value, scale)| value / scale).collect()
    }

    /// The inverse, column by column.
    pub(super) fn inverse(&self) -> Vec<Vec<f64>> {
        let n = self.scale.len();
        (0..n).map(|at| self.solve(&(0..n).map(|row| f64::from(u8::from(row == at))).collect::<Vec<f64>>())).collect()
    }

    /// Logarithm of the determinant.
    pub(super) fn ln_determinant(&self) -> f64 {
        (0..self.scale.len()).map(|at| 2.0 * (self.lower[at][at].ln() + self.scale[at].ln())).sum()
    }
}

/// `Σ w x y`.
pub(super) fn moments(design: &[Vec<f64>], weights: Option<&[f64]>, values: &[f64]) -> Vec<f64> {
    let columns = design.first().map_or(0, Vec::len);
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    (0..columns)
        .map(|column| design.iter().zip(values).enumerate().map(|(row, (x, y))| weight(row) * x[column] * y).sum())
        .collect()
}

pub(super) fn predicted(design: &[Vec<f64>], coefficients: &[f64]) -> Vec<f64> {
    design.iter().map(|x| x.iter().zip(coefficients).map(|(x, b)| x * b).sum()).collect()
}

pub(super) fn check(design: &[Vec<f64>], values: &[f64]) -> Result<usize, Refusal> {
    if design.len() != values.len() {
        return Err(Refusal::Unequal { left: design.len(), right: values.len() });
    }
    let Some(first) = design.first() else { return Err(Refusal::Empty) };
    if let Some(other) = design.iter().find(|row| row.len() != first.len()) {
        return Err(Refusal::Unequal { left: first.len(), right: other.len() });
    }
    if design.len() <= first.len() {
        return Err(Refusal::TooFew { what: "rows", have: design.len(), need: first.len() + 1 });
    }
    for row in design {
        finite("a value of the design", row)?;
    }
    finite("a value", values)?;
    Ok(first.len())
}

/// Fits values on the columns of a design.
///
/// # Errors
/// As the head of this file says.
pub fn least_squares(design: &[Vec<f64>], values: &[f64]) -> Result<LinearFit, Refusal> {
    let columns = check(design, values)?;
    let normal = Normal::of(design, None)?;
    let coefficients = normal.solve(&moments(design, None, values));
    let residuals: Vec<f64> =
        values.iter().zip(predicted(design, &coefficients)).map(|(value, fitted)| value - fitted).collect();
    let df = design.len() - columns;
    let variance = residuals.iter().map(|residual| residual * residual).sum::<f64>() / real(df);
    let inverse = normal.inverse();
    let standard_errors = (0..columns).map(|at| (variance * inverse[at][at]).sqrt()).collect();
    Ok(LinearFit { coefficients, standard_errors, residuals, variance, df })
}

/// Standard errors by Newey and West with Bartlett weights up to a lag; with the factor for small samples, `n / (n − k)`.
///
/// # Errors
/// As [`least_squares`]; and refuses a lag that the series is too short for.
pub fn newey_west(design: &[Vec<f64>], fit: &LinearFit, lag: usize, small_sample: bool) -> Result<Vec<f64>, Refusal> {
    let columns = check(design, &fit.residuals)?;
    let n = design.len();
    if lag >= n {
        return Err(Refusal::TooFew { what: "rows for the lag", have: n, need: lag + 1 });
    }
    let scores: Vec<Vec<f64>> =
        design.iter().zip(&fit.residuals).map(|(x, residual)| x.iter().map(|x| x * residual).collect()).collect();
    let mut middle = vec![vec![0.0; columns]; columns];
    for apart in 0..=lag {
        let weight = 1.0 - real(apart) / (real(lag) + 1.0);
        for late in apart..n {
            for (one, row) in middle.iter_mut().enumerate() {
                for (two, cell) in row.iter_mut().enumerate() {
                    let cross = scores[late][one] * scores[late - apart][two];
                    let mirror = if apart == 0 { 0.0 } else { scores[late - apart][one] * scores[late][two] };
                    *cell += weight * (cross + mirror);
                }
            }
        }
    }
    let inverse = Normal::of(design, None)?.inverse();
    let factor = if small_sample { real(n) / real(n - columns) } else { 1.0 };
    let variance = |at: usize| {
        let bread = &inverse[at];
        let sum: f64 = (0..columns)
            .map(|one| (0..columns).map(|two| bread[one] * middle[one][two] * bread[two]).sum::<f64>())
            .sum();
        (factor * sum).max(0.0).sqrt()
    };
    Ok((0..columns).map(variance).collect())
}

/// Durbin and Watson's statistic: 2 where neighbours are unrelated, towards 0 where they are alike.
///
/// # Errors
/// Refuses fewer than two residuals, and residuals that are all zero.
pub fn durbin_watson(residuals: &[f64]) -> Result<f64, Refusal> {
    finite("a residual", residuals)?;
    if residuals.len() < 2 {
        return Err(Refusal::TooFew { what: "residuals", have: residuals.len(), need: 2 });
    }
    let all: f64 = residuals.iter().map(|residual| residual * residual).sum();
    let steps: f64 = residuals.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum();
    if all > 0.0 { Ok(steps / all) } else { Err(Refusal::NoVariation) }
}

/// A fit with errors that each carry over a part of the last.
#[derive(Clone, Debug, PartialEq)]
pub struct PraisWinsten {
    /// The part that is carried over.
    pub rho: f64,
    /// The fit of the differenced series.
    pub fit: LinearFit,
}

/// Steps that Prais and Winsten's iteration may take.
const STEPS: usize = 500;

/// Fits with the part that errors carry over, found by iteration.
///
/// # Errors
/// As [`least_squares`]; and where the iteration does not settle.
pub fn prais_winsten(design: &[Vec<f64>], values: &[f64]) -> Result<PraisWinsten, Refusal> {
    let mut rho = 0.0;
    for _ in 0..STEPS {
        let (rows, right) = carried(design, values, rho);
        let fit = least_squares(&rows, &right)?;
        let residuals: Vec<f64> =
            values.iter().zip(predicted(design, &fit.coefficients)).map(|(value, fitted)| value - fitted).collect();
        let before: f64 = residuals[..residuals.len() - 1].iter().map(|residual| residual * residual).sum();
        let next = if before > 0.0 {
            residuals.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / before
        } else {
            return Err(Refusal::NoVariation);
        };
        if !(-1.0..1.0).contains(&next) {
            return Err(Refusal::NoFit { what: "a series whose errors carry over in full" });
        }
        if (next - rho).abs() < 1e-10 {
            return Ok(PraisWinsten { rho: next, fit });
        }
        rho = next;
    }
    Err(Refusal::NoFit { what: "the part that errors carry over" })
}

/// Each row less its part of the one before; the first is kept, at the spread of the others.
pub(super) fn carried(design: &[Vec<f64>], values: &[f64], rho: f64) -> (Vec<Vec<f64>>, Vec<f64>) {
    let first = (1.0 - rho * rho).sqrt();
    let row = |at: usize| -> Vec<f64> {
        if at == 0 {
            design[0].iter().map(|x| first * x).collect()
        } else {
            design[at].iter().zip(&design[at - 1]).map(|(x, last)| x - rho * last).collect()
        }
    };
    let value = |at: usize| if at == 0 { first * values[0] } else { values[at] - rho * values[at - 1] };
    ((0..design.len()).map(row).collect(), (0..values.len()).map(value).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::{SICILY_ACES, SICILY_STDPOP, close};

    fn sicily(harmonics: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
        let row = |at: usize| {
            let time = real(at + 1);
            let step = if at >= 36 { 1.0 } else { 0.0 };
            let mut row = vec![1.0, time, step, step * (time - 36.0)];
            for pair in 1..=harmonics {
                let angle = std::f64::consts::TAU * real(pair) * real(at % 12 + 1) / 12.0;
                row.extend([angle.sin(), angle.cos()]);
            }
            row
        };
        let rate = |at: usize| SICILY_ACES[at] / SICILY_STDPOP[at] * 1e5;
        ((0..59).map(row).collect(), (0..59).map(rate).collect())
    }

    /// Case `its_sicily_ols` of the reference.
    #[test]
    fn sicily_by_least_squares() {
        let (design, rates) = sicily(0);
        let fit = least_squares(&design, &rates).expect("59 months");
        let expected =
            [194.108_740_496_350_18, 1.035_848_635_312_696_6, -24.844_363_586_436_955, 0.127_220_442_891_283_98];
        for (found, expected) in fit.coefficients.iter().zip(expected) {
            close(*found, expected, 1e-8);
        }
        let errors = newey_west(&design, &fit, 3, false).expect("a lag of three");
        let expected =
            [4.072_427_509_156_069_5, 0.178_378_940_743_453_46, 7.346_425_189_093_442, 0.425_610_617_688_633_7];
        for (found, expected) in errors.iter().zip(expected) {
            close(*found, expected, 1e-8);
        }
        close(newey_west(&design, &fit, 3, true).expect("a lag")[2], 7.608_879_765_209_558, 1e-8);
        close(durbin_watson(&fit.residuals).expect("residuals"), 1.593_963_636_743_820_8, 1e-8);
        let found = prais_winsten(&design, &rates).expect("it settles");
        close(found.rho, 0.202_837_058_057_424_3, 1e-6);
        close(found.fit.coefficients[2], -24.323_705_1, 1e-5);
        close(found.fit.standard_errors[2], 9.029_405_85, 1e-5);
    }

    #[test]
    fn longer_lags_halve_an_error_that_should_not_shrink() {
        let (design, rates) = sicily(2);
        let fit = least_squares(&design, &rates).expect("59 months");
        close(fit.coefficients[2], -28.649_146_405_194_514, 1e-8);
        close(fit.standard_errors[2], 6.495_051_606_081_122, 1e-8);
        for (lag, expected) in [(0, 5.305_917_828_144_038), (3, 3.814_405_103_658_887_5), (12, 2.855_675_660_183_534_7)]
        {
            close(newey_west(&design, &fit, lag, false).expect("a lag")[2], expected, 1e-8);
        }
    }

    #[test]
    fn what_has_no_single_answer_is_refused() {
        let twice: Vec<Vec<f64>> = (0..6).map(|at| vec![1.0, real(at), 2.0 * real(at)]).collect();
        assert!(matches!(least_squares(&twice, &[1.0; 6]), Err(Refusal::NoFit { .. })));
        assert!(matches!(least_squares(&twice[..3], &[1.0; 3]), Err(Refusal::TooFew { .. })));
        assert!(matches!(least_squares(&twice, &[1.0; 5]), Err(Refusal::Unequal { .. })));
        assert_eq!(least_squares(&[], &[]), Err(Refusal::Empty));
        let zero = vec![vec![1.0, 0.0]; 5];
        assert!(matches!(least_squares(&zero, &[1.0; 5]), Err(Refusal::NoFit { .. })));
        let mut broken = vec![1.0; 6];
        broken[3] = f64::NAN;
        assert!(matches!(least_squares(&twice, &broken), Err(Refusal::Impossible { .. })));
        assert!(durbin_watson(&[0.0; 4]).is_err() && durbin_watson(&[1.0]).is_err());
        let line: Vec<Vec<f64>> = (0..6).map(|at| vec![1.0, real(at)]).collect();
        let fit = least_squares(&line, &[1.0, 2.1, 2.9, 4.2, 5.0, 5.8]).expect("a line");
        assert!(newey_west(&line, &fit, 6, false).is_err());
        assert!(fit.interval(1, fit.standard_errors[1], 0.95).contains(fit.coefficients[1]) && fit.p(1) < 0.001);
    }
}
