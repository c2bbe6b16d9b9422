//! How far a group picked for its extreme values returns to the usual by itself.
//!
//! In: the spread of one measurement, its correlation with the next, and from how many standard deviations on a unit was
//! picked. Out: the return to be expected without any doing. Refused: a spread below zero, a correlation outside [-1, 1],
//! what is no number. Source: Barnett, van der Pols and Dobson, International Journal of Epidemiology 2005;34:215-220.
//! Neighbours: `traps::selection` looks whether it can matter, `ancova` takes it off.

use super::Refusal;
use super::special_functions::normal_sf;

/// Mean of a standard normal variable above a cutoff.
///
/// # Errors
/// Refuses a cutoff that is no number.
pub fn mean_above(cutoff: f64) -> Result<f64, Refusal> {
    if !cutoff.is_finite() {
        return Err(Refusal::Impossible { what: "a cutoff", value: cutoff });
    }
    let tail = normal_sf(cutoff);
    let density = (-cutoff * cutoff / 2.0).exp() / std::f64::consts::TAU.sqrt();
    // So far out that both vanish, the mean is the cutoff and a little (Mills' ratio).
    Ok(if tail > 1e-300 { density / tail } else { cutoff + 1.0 / cutoff })
}

/// The return of units that were picked for lying above a cutoff, given in standard deviations.
///
/// # Errors
/// As the head of this file says.
pub fn regression_to_mean(spread: f64, correlation: f64, cutoff: f64) -> Result<f64, Refusal> {
    if !spread.is_finite() || spread < 0.0 {
        return Err(Refusal::Impossible { what: "a spread", value: spread });
    }
    if !(-1.0..=1.0).contains(&correlation) {
        return Err(Refusal::Impossible { what: "a correlation", value: correlation });
    }
    Ok(spread * (1.0 - correlation) * mean_above(cutoff)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    /// Case `regression_to_mean` of the reference.
    #[test]
    fn the_return_of_the_worst_sixth_is_that_of_the_source() {
        close(mean_above(1.0).expect("a number"), 1.525_135_276_160_981, 1e-9);
        close(regression_to_mean(10.0, 0.6, 1.0).expect("numbers"), 6.100_541_104_643_924, 1e-9);
        close(regression_to_mean(10.0, 1.0, 1.0).expect("numbers"), 0.0, 0.0);
        close(mean_above(50.0).expect("a number"), 50.02, 1e-9);
        close(mean_above(-50.0).expect("a number"), 0.0, 1e-12);
        assert!(regression_to_mean(-1.0, 0.5, 1.0).is_err() && regression_to_mean(1.0, 1.5, 1.0).is_err());
        assert!(mean_above(f64::NAN).is_err());
    }
}
