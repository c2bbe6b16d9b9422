//! What many tests at once do to their p-values: Holm, Benjamini-Hochberg, and looks before the end.
//!
//! In: p-values of one family, in any order. Out: adjusted ones in the same order; one at or below the level is significant
//! in its family. Holm for the few measures that a plan names, Benjamini-Hochberg for tables that explore. Twelve weekly
//! looks at five percent reject a true null one time in five, so a look before the end has a bound of its own. Refused:
//! p-values outside [0, 1]. Sources: Holm, Scandinavian Journal of Statistics 1979;6:65-70; Benjamini and Hochberg, JRSS B
//! 1995;57:289-300; O'Brien and Fleming, Biometrics 1979;35:549-556, spent as by Lan and Demets, Biometrika 1983;70:659-663.

use super::refusal::inside;
use super::special_functions::{normal_quantile, normal_sf};
use super::{Refusal, real};

/// Holm's adjustment: the chance of any false alarm in the family stays below the level.
///
/// # Errors
/// Refuses p-values outside [0, 1].
pub fn holm(p: &[f64]) -> Result<Vec<f64>, Refusal> {
    let order = ascending(p)?;
    let mut adjusted = vec![0.0; p.len()];
    let mut largest: f64 = 0.0;
    for (place, at) in order.iter().enumerate() {
        largest = largest.max((real(p.len() - place) * p[*at]).min(1.0));
        adjusted[*at] = largest;
    }
    Ok(adjusted)
}

/// Benjamini and Hochberg's adjustment: of what is called significant, the share of false alarms stays below the level.
///
/// # Errors
/// Refuses p-values outside [0, 1].
pub fn benjamini_hochberg(p: &[f64]) -> Result<Vec<f64>, Refusal> {
    let order = ascending(p)?;
    let mut adjusted = vec![0.0; p.len()];
    let mut smallest: f64 = 1.0;
    for (place, at) in order.iter().enumerate().rev() {
        smallest = smallest.min(real(p.len()) / real(place + 1) * p[*at]);
        adjusted[*at] = smallest;
    }
    Ok(adjusted)
}

/// Places from the smallest p-value to the largest; equal ones in their own order.
fn ascending(p: &[f64]) -> Result<Vec<usize>, Refusal> {
    if let Some(&value) = p.iter().find(|value| !(0.0..=1.0).contains(*value)) {
        return Err(Refusal::Impossible { what: "a p-value", value });
    }
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|left, right| p[*left].total_cmp(&p[*right]));
    Ok(order)
}

/// How much of `alpha` may be spent by the time that a share of the information is in, so that early looks reject only
/// what is overwhelming: `2 (1 − Φ(z / √share))`.
///
/// # Errors
/// Refuses an alpha outside (0, 1) and a share outside (0, 1].
pub fn obrien_fleming(share: f64, alpha: f64) -> Result<f64, Refusal> {
    inside("alpha", alpha)?;
    if share.is_nan() || share <= 0.0 || share > 1.0 {
        return Err(Refusal::Impossible { what: "a share of the information", value: share });
    }
    Ok(2.0 * normal_sf(normal_quantile(1.0 - alpha / 2.0) / share.sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    /// The fifteen p-values of Benjamini and Hochberg 1995; adjusted by R's `p.adjust`.
    const P: [f64; 15] = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759,
        1.0,
    ];

    #[test]
    fn fifteen_tests_are_adjusted_as_in_r() {
        let found = holm(&P).expect("p-values");
        for (found, expected) in found.iter().zip([0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278, 0.3213])
        {
            close(*found, expected, 1e-12);
        }
        assert_eq!(found.iter().filter(|p| **p <= 0.05).count(), 3);
        let found = benjamini_hochberg(&P).expect("p-values");
        for (at, expected) in
            [(0, 0.0015), (1, 0.003), (3, 0.035_625), (4, 0.0603), (7, 0.0645), (8, 0.0765), (14, 1.0)]
        {
            close(found[at], expected, 1e-12);
        }
        assert_eq!(found.iter().filter(|p| **p <= 0.05).count(), 4);
    }

    #[test]
    fn the_order_of_the_tests_does_not_matter_and_no_adjusted_p_is_smaller() {
        let turned: Vec<f64> = P.iter().rev().copied().collect();
        for adjust in [holm, benjamini_hochberg] {
            let mut back = adjust(&turned).expect("p-values");
            back.reverse();
            assert_eq!(back, adjust(&P).expect("p-values"));
            assert!(back.iter().zip(P).all(|(adjusted, p)| *adjusted >= p && *adjusted <= 1.0));
        }
        assert_eq!(holm(&[]), Ok(Vec::new()));
        for wrong in [-0.1, 1.1, f64::NAN] {
            assert!(holm(&[0.5, wrong]).is_err() && benjamini_hochberg(&[wrong]).is_err());
        }
    }

    #[test]
    fn early_looks_spend_next_to_nothing_and_the_last_one_all() {
        close(obrien_fleming(1.0, 0.05).expect("the end"), 0.05, 1e-12);
        // Lan and Demets 1983: 0.00556 at half of the information.
        close(obrien_fleming(0.5, 0.05).expect("half way"), 0.005_575, 1e-5);
        assert!(obrien_fleming(0.25, 0.05).expect("a quarter") < 1e-4);
        assert!(
            obrien_fleming(0.0, 0.05).is_err()
                && obrien_fleming(1.1, 0.05).is_err()
                && obrien_fleming(0.5, 0.0).is_err()
        );
    }
}
