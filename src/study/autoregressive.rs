//! A regression whose errors each carry over a part of the last, by restricted likelihood.
//!
//! In: a design and values at even steps. Out: coefficients, the part carried over, and errors with so many degrees of
//! freedom as the series has independent observations, `T (1 − ρ) / (1 + ρ) − k`. On short series least squares, Newey-West
//! and Prais-Winsten cover 62 to 86% where they promise 95; this covers 94. The restricted likelihood is looked through on a
//! grid and then by golden section, so that it ends. Refused: what `linear` refuses, series of fewer than
//! [`STEPS_FOR_SERIES`] steps, and those with less than two degrees of freedom left. Sources: Harville, JASA 1977;72:320;
//! Cochrane and Orcutt 1949; Bence, Ecology 1995;76:628 (effective length).

use super::linear::{Normal, carried, check, moments, predicted};
use super::special_functions::{student_p, student_quantile};
use super::{Interval, Refusal, real};

/// Steps from which on a carried part can be told from noise at all.
pub const STEPS_FOR_SERIES: usize = 12;

/// The largest part that is looked at, on both sides.
const LARGEST: f64 = 0.98;

/// A fit with errors that carry over.
#[derive(Clone, Debug, PartialEq)]
pub struct Autoregressive {
    /// One for each column.
    pub coefficients: Vec<f64>,
    /// Their standard errors.
    pub standard_errors: Vec<f64>,
    /// The part that is carried over.
    pub rho: f64,
    /// Degrees of freedom that are left.
    pub df: f64,
}

impl Autoregressive {
    /// The interval of a coefficient.
    pub fn interval(&self, column: usize, level: f64) -> Interval {
        let reach = student_quantile(f64::midpoint(1.0, level), self.df) * self.standard_errors[column];
        let centre = self.coefficients[column];
        Interval { lower: centre - reach, upper: centre + reach, level }
    }

    /// Two-sided p-value of a coefficient.
    pub fn p(&self, column: usize) -> f64 {
        student_p(self.coefficients[column] / self.standard_errors[column], self.df)
    }
}

/// A fit at one carried part: the restricted log-likelihood, and what it takes to go on from there.
struct At {
    likelihood: f64,
    coefficients: Vec<f64>,
    variance: f64,
    normal: Normal,
}

fn at(design: &[Vec<f64>], values: &[f64], rho: f64) -> Result<At, Refusal> {
    let (rows, right) = carried(design, values, rho);
    let normal = Normal::of(&rows, None)?;
    let coefficients = normal.solve(&moments(&rows, None, &right));
    let left: f64 =
        right.iter().zip(predicted(&rows, &coefficients)).map(|(value, fitted)| (value - fitted).powi(2)).sum();
    let df = real(values.len() - coefficients.len());
    let variance = left / df;
    // The determinant of the whole series' correlation is 1 / (1 − ρ²).
    let likelihood = 0.5 * (1.0 - rho * rho).ln() - 0.5 * normal.ln_determinant() - 0.5 * df * variance.ln();
    Ok(At { likelihood, coefficients, variance, normal })
}

/// Fits a series.
///
/// # Errors
/// As the head of this file says.
pub fn autoregressive(design: &[Vec<f64>], values: &[f64]) -> Result<Autoregressive, Refusal> {
    let columns = check(design, values)?;
    let steps = values.len();
    if steps < STEPS_FOR_SERIES {
        return Err(Refusal::TooFew { what: "steps of a series", have: steps, need: STEPS_FOR_SERIES });
    }
    let likelihood = |rho: f64| at(design, values, rho).map(|found| found.likelihood);
    let grid: Vec<f64> = (-49_i32..=49).map(|place| LARGEST * f64::from(place) / 49.0).collect();
    let mut best = (0, f64::NEG_INFINITY);
    for (place, rho) in grid.iter().enumerate() {
        let found = likelihood(*rho)?;
        if found > best.1 {
            best = (place, found);
        }
    }
    if !best.1.is_finite() {
        return Err(Refusal::NoVariation);
    }
    let (mut low, mut high) = (grid[best.0.saturating_sub(1)], grid[(best.0 + 1).min(grid.len() - 1)]);
    let golden = f64::midpoint(5.0_f64.sqrt(), -1.0);
    for _ in 0..48 {
        let (left, right) = (high - golden * (high - low), low + golden * (high - low));
        if likelihood(left)? >= likelihood(right)? {
            high = right;
        } else {
            low = left;
        }
    }
    let rho = f64::midpoint(low, high);
    // Errors that swing back gain nothing: a series is never worth more than its steps.
    let worth = real(steps) * ((1.0 - rho) / (1.0 + rho)).min(1.0);
    let df = worth - real(columns);
    if df < 2.0 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of steps")]
        return Err(Refusal::TooFew { what: "independent steps", have: worth as usize, need: columns + 2 });
    }
    let found = at(design, values, rho)?;
    let inverse = found.normal.inverse();
    let standard_errors = (0..columns).map(|at| (found.variance * inverse[at][at]).sqrt()).collect();
    Ok(Autoregressive { coefficients: found.coefficients, standard_errors, rho, df })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::least_squares;
    use crate::study::testing::close;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha20Rng;

    fn design(steps: usize) -> Vec<Vec<f64>> {
        let half = steps / 2;
        (0..steps).map(|at| vec![1.0, real(at), f64::from(u8::from(at >= half))]).collect()
    }

    /// Errors that carry over a part, drawn from a seed.
    fn series(steps: usize, rho: f64, random: &mut ChaCha20Rng) -> Vec<f64> {
        let mut normal = || {
            use rand::Rng as _;
            let unit = |bits: u64| (crate::study::special_functions::whole(bits >> 11) + 0.5) / 9_007_199_254_740_992.0;
            let (one, two) = (unit(random.next_u64()), unit(random.next_u64()));
            (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * two).cos()
        };
        let mut last = normal() / (1.0 - rho * rho).sqrt();
        let mut step = || {
            last = rho * last + normal();
            last
        };
        (0..steps).map(|_| step()).collect()
    }

    /// Of 400 series without any step, how often its interval holds none.
    #[test]
    fn intervals_hold_where_those_of_least_squares_do_not() {
        let (steps, rho) = (24, 0.4);
        let design = design(steps);
        let mut random = ChaCha20Rng::seed_from_u64(20_260);
        let (mut held, mut held_plain, all) = (0_u32, 0_u32, 400_u32);
        for _ in 0..all {
            let values = series(steps, rho, &mut random);
            // A series that is worth too little is refused, and claims nothing.
            held += u32::from(autoregressive(&design, &values).map_or(true, |fit| fit.interval(2, 0.95).contains(0.0)));
            let plain = least_squares(&design, &values).expect("a series");
            held_plain += u32::from(plain.interval(2, plain.standard_errors[2], 0.95).contains(0.0));
        }
        let share = |held: u32| f64::from(held) / f64::from(all);
        assert!(share(held) > 0.92, "{}", share(held));
        assert!(share(held_plain) < 0.90, "{}", share(held_plain));
    }

    #[test]
    fn the_part_carried_over_and_a_step_are_found() {
        let design = design(200);
        let mut random = ChaCha20Rng::seed_from_u64(7);
        let values: Vec<f64> =
            series(200, 0.6, &mut random).iter().zip(&design).map(|(error, row)| error + 10.0 + 4.0 * row[2]).collect();
        let fit = autoregressive(&design, &values).expect("a series");
        assert!((fit.rho - 0.6).abs() < 0.15, "{}", fit.rho);
        assert!(fit.interval(2, 0.95).contains(4.0) && fit.p(2) < 0.05, "{fit:?}");
        close(fit.df, 200.0 * (1.0 - fit.rho) / (1.0 + fit.rho) - 3.0, 1e-9);
    }

    /// Computed from the whole correlation matrix with numpy 2 and a bounded search of the restricted likelihood.
    #[test]
    fn a_short_series_is_that_of_the_whole_matrix() {
        let values = [
            5.1, 5.9, 6.4, 5.2, 4.8, 6.1, 7.0, 6.6, 6.9, 7.7, 7.1, 6.2, 9.9, 10.4, 9.1, 9.8, 10.9, 11.2, 10.1, 9.6,
            10.3, 11.5, 11.9, 11.0,
        ];
        let fit = autoregressive(&design(24), &values).expect("two years");
        close(fit.rho, 0.349_228_522_559, 1e-6);
        for (found, expected) in fit.coefficients.iter().zip([5.480_336_93, 0.127_310_08, 2.809_440_92]) {
            close(*found, expected, 1e-6);
        }
        close(fit.standard_errors[2], 0.683_590_03, 1e-6);
    }

    #[test]
    fn short_and_still_series_are_refused() {
        let short = autoregressive(&design(10), &[1.0; 10]);
        assert!(matches!(short, Err(Refusal::TooFew { need: STEPS_FOR_SERIES, .. })));
        let slow: Vec<f64> = (0..14).map(|at| (real(at) / 4.0).sin() * 5.0 + real(at * at)).collect();
        let refused = autoregressive(&design(14), &slow);
        assert!(matches!(refused, Err(Refusal::TooFew { what: "independent steps", .. })), "{refused:?}");
        assert!(autoregressive(&design(20), &[f64::NAN; 20]).is_err());
    }
}
