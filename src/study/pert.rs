//! Prices and volumes of which only a least, a most likely and a largest value are known.
//!
//! In: the three. Out: the PERT distribution (a beta stretched over the range, its mean weighing the mode fourfold), and the
//! triangular one beside it, which takes the ends for likelier. Refused: values out of order or no numbers, a range of
//! nothing, a probability outside [0, 1]. Sources: Malcolm et al., Operations Research 1959;7:646; Vose, Risk Analysis (R
//! `mc2d::qpert`).

use super::Refusal;
use super::special_functions::beta_quantile;

/// A distribution over a range with a most likely value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pert {
    least: f64,
    mode: f64,
    most: f64,
}

impl Pert {
    /// The distribution of three values.
    ///
    /// # Errors
    /// As the head of this file says.
    pub fn new(least: f64, mode: f64, most: f64) -> Result<Self, Refusal> {
        super::refusal::finite("a value of a range", &[least, mode, most])?;
        if !(most - least).is_finite() || most <= least {
            return Err(Refusal::Impossible { what: "a range", value: most - least });
        }
        if mode < least || mode > most {
            return Err(Refusal::Impossible { what: "a most likely value outside of its range", value: mode });
        }
        Ok(Self { least, mode, most })
    }

    fn range(&self) -> f64 {
        self.most - self.least
    }

    /// The two shapes of the beta distribution.
    pub fn shapes(&self) -> (f64, f64) {
        (1.0 + 4.0 * (self.mode - self.least) / self.range(), 1.0 + 4.0 * (self.most - self.mode) / self.range())
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        (self.least + 4.0 * self.mode + self.most) / 6.0
    }

    /// The variance.
    pub fn variance(&self) -> f64 {
        (self.mean() - self.least) * (self.most - self.mean()) / 7.0
    }

    /// The value that is not exceeded with this probability.
    ///
    /// # Errors
    /// Refuses a probability outside [0, 1].
    pub fn quantile(&self, p: f64) -> Result<f64, Refusal> {
        check(p)?;
        // The tail runs out of digits before it runs out.
        if p >= 1.0 {
            return Ok(self.most);
        }
        let (alpha, beta) = self.shapes();
        Ok(self.least + self.range() * beta_quantile(p, alpha, beta))
    }

    /// Mean of the triangular distribution of the same three values.
    pub fn triangular_mean(&self) -> f64 {
        (self.least + self.mode + self.most) / 3.0
    }

    /// Variance of the triangular distribution.
    pub fn triangular_variance(&self) -> f64 {
        let (a, c, b) = (self.least, self.mode, self.most);
        ((b - a).powi(2) - (c - a) * (b - c)) / 18.0
    }

    /// Quantile of the triangular distribution.
    ///
    /// # Errors
    /// Refuses a probability outside [0, 1].
    pub fn triangular_quantile(&self, p: f64) -> Result<f64, Refusal> {
        check(p)?;
        let (rise, fall) = (self.mode - self.least, self.most - self.mode);
        Ok(if p <= rise / self.range() {
            self.least + (p * self.range() * rise).sqrt()
        } else {
            self.most - ((1.0 - p) * self.range() * fall).sqrt()
        })
    }
}

fn check(p: f64) -> Result<(), Refusal> {
    if (0.0..=1.0).contains(&p) { Ok(()) } else { Err(Refusal::Impossible { what: "a probability", value: p }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    /// Case `pert` of the reference: mc2d, scipy 1.17.1.
    #[test]
    fn four_six_fourteen() {
        let pert = Pert::new(4.0, 6.0, 14.0).expect("in order");
        close(pert.shapes().0, 1.8, 1e-12);
        close(pert.shapes().1, 4.2, 1e-12);
        close(pert.mean(), 7.0, 1e-12);
        close(pert.variance(), 3.0, 1e-12);
        for (p, expected, triangular) in [
            (0.05, 4.589_773_876_118_173, 5.0),
            (0.5, 6.766_722_593_925_189, 7.675_444_679_663_241),
            (0.95, 10.212_767_240_161_902, 12.0),
        ] {
            close(pert.quantile(p).expect("a probability"), expected, 1e-9);
            close(pert.triangular_quantile(p).expect("a probability"), triangular, 1e-9);
        }
        close(pert.triangular_mean(), 8.0, 1e-12);
        close(pert.triangular_variance(), 4.666_666_666_666_667, 1e-12);
    }

    #[test]
    fn the_ends_are_reached_and_nonsense_is_refused() {
        let pert = Pert::new(0.0, 0.0, 2.0).expect("the mode may lie at an end");
        close(pert.quantile(0.0).expect("least"), 0.0, 1e-9);
        close(pert.quantile(1.0).expect("most"), 2.0, 1e-9);
        close(pert.triangular_quantile(1.0).expect("most"), 2.0, 1e-12);
        assert!(Pert::new(2.0, 1.0, 3.0).is_err() && Pert::new(1.0, 1.0, 1.0).is_err());
        assert!(Pert::new(f64::NAN, 1.0, 3.0).is_err() && Pert::new(-1e308, 0.0, 1e308).is_err());
        assert!(pert.quantile(1.5).is_err() && pert.triangular_quantile(f64::NAN).is_err());
    }
}
