//! The same services before and after: Newcombe's paired interval and `McNemar`'s exact test.
//!
//! Source: Newcombe, Statistics in Medicine 1998;17:2635-2650, method 10. Gained and lost are reported each, not only
//! their net.

use super::proportion::wilson;
use super::special_functions::{binomial_cdf, binomial_pmf, whole};
use super::{Interval, Refusal};

/// Services by what they had before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paired {
    /// Had it both times: `a`.
    pub kept: u64,
    /// Had it after only: `b`.
    pub gained: u64,
    /// Had it before only: `c`.
    pub lost: u64,
    /// Had it neither time: `d`.
    pub never: u64,
}

/// The change of a share in a fixed cohort.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedChange {
    /// Share after less share before.
    pub difference: f64,
    /// Its interval.
    pub interval: Interval,
    /// `McNemar`'s exact two-sided p-value.
    pub p: f64,
    /// The same as mid-p, less cautious: secondary.
    pub mid_p: f64,
}

impl Paired {
    /// Adds one service.
    pub const fn add(&mut self, before: bool, after: bool) {
        match (before, after) {
            (true, true) => self.kept += 1,
            (false, true) => self.gained += 1,
            (true, false) => self.lost += 1,
            (false, false) => self.never += 1,
        }
    }

    /// Services in all.
    pub const fn total(&self) -> u64 {
        self.kept + self.gained + self.lost + self.never
    }
}

/// Estimates the change in a fixed cohort.
///
/// # Errors
/// Refuses an empty cohort.
pub fn paired_change(cohort: Paired, level: f64) -> Result<PairedChange, Refusal> {
    let Paired { kept, gained, lost, .. } = cohort;
    let total = cohort.total();
    let after = wilson(kept + gained, total, level)?;
    let before = wilson(kept + lost, total, level)?;
    let (p1, p2) = (whole(kept + gained) / whole(total), whole(kept + lost) / whole(total));
    let phi = correlation(cohort);
    let joined = |x: f64, y: f64| (x * x - 2.0 * phi * x * y + y * y).max(0.0).sqrt();
    let difference = (whole(gained) - whole(lost)) / whole(total);
    let interval = Interval {
        lower: difference - joined(p1 - after.lower, before.upper - p2),
        upper: difference + joined(after.upper - p1, p2 - before.lower),
        level,
    };
    let (p, mid_p) = mcnemar(gained, lost);
    Ok(PairedChange { difference, interval, p, mid_p })
}

/// `McNemar`'s exact p-value and mid-p, from what was gained and what was lost.
pub fn mcnemar(gained: u64, lost: u64) -> (f64, f64) {
    let (fewer, changed) = (gained.min(lost), gained + lost);
    if changed == 0 {
        return (1.0, 1.0);
    }
    let tail = 2.0 * binomial_cdf(fewer, changed, 0.5);
    (tail.min(1.0), (tail - binomial_pmf(fewer, changed, 0.5)).min(1.0))
}

/// The correlation of both times, corrected for continuity where positive.
fn correlation(cohort: Paired) -> f64 {
    let [a, b, c, d] = [cohort.kept, cohort.gained, cohort.lost, cohort.never].map(whole);
    let margins = (a + b) * (c + d) * (a + c) * (b + d);
    if margins <= 0.0 {
        return 0.0;
    }
    let cross = a * d - b * c;
    let corrected = if cross > 0.0 { (cross - (a + b + c + d) / 2.0).max(0.0) } else { cross };
    corrected / margins.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    // Case `newcombe_paired_1` of the reference: Newcombe 1998, 36, 12, 2, 0.
    #[test]
    fn newcombes_paired_example_is_met() {
        let found = paired_change(Paired { kept: 36, gained: 12, lost: 2, never: 0 }, 0.95).expect("a cohort");
        close(found.difference, 0.2, 1e-12);
        close(found.interval.lower, 0.056_929_584_003_238_75, 1e-9);
        close(found.interval.upper, 0.340_427_602_974_940_7, 1e-9);
        close(found.p, 0.012_939_453_125, 1e-12);
    }

    #[test]
    fn nothing_gained_and_nothing_lost_is_no_evidence_of_change() {
        let found = paired_change(Paired { kept: 5, never: 5, ..Paired::default() }, 0.95).expect("a cohort");
        close(found.p, 1.0, 0.0);
        assert!(found.interval.contains(0.0));
        assert_eq!(paired_change(Paired::default(), 0.95), Err(Refusal::Empty));
    }

    #[test]
    fn mid_p_is_one_where_as_much_was_gained_as_lost() {
        let (p, mid_p) = mcnemar(4, 4);
        close(p, 1.0, 0.0);
        close(mid_p, 1.0, 1e-12);
    }
}
