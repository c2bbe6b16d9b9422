//! The log-rank test and its weighted relatives, for two groups of spells: support to the restricted mean, no more.
//!
//! Source: R `survival::survdiff`; weights of Fleming-Harrington, Gehan and Tarone-Ware. Curves may cross.

use super::{Cause, Refusal, Spell, kaplan_meier, real, special_functions::chi_square_sf};

/// How much each event time counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// All alike.
    #[default]
    LogRank,
    /// By the pooled survival just before: Fleming-Harrington with rho 1.
    FlemingHarrington,
    /// By the number at risk.
    Gehan,
    /// By the root of the number at risk.
    TaroneWare,
}

/// The outcome of a two-group test with one degree of freedom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogRank {
    /// The statistic.
    pub chi_square: f64,
    /// Its p-value.
    pub p: f64,
    /// Events seen in the first and in the second group, unweighted.
    pub observed: [f64; 2],
    /// Events expected there if the groups did not differ, unweighted.
    pub expected: [f64; 2],
}

/// Compares two groups of spells.
///
/// # Errors
/// Refuses an empty group, impossible times, and groups whose events cannot differ.
pub fn log_rank(first: &[Spell], second: &[Spell], weight: Weight) -> Result<LogRank, Refusal> {
    if first.is_empty() || second.is_empty() {
        return Err(Refusal::Empty);
    }
    let pooled = kaplan_meier(&[first, second].concat())?;
    let group = Group::new(first);
    let (mut score, mut variance) = (0.0, 0.0);
    let (mut observed, mut expected) = ([0.0; 2], [0.0; 2]);
    let mut before = 1.0;
    for step in &pooled.steps {
        let (n, d) = (real(step.at_risk), real(step.events));
        let (n1, d1) = (real(group.at_risk(step.time)), real(group.events(step.time)));
        let w = match weight {
            Weight::LogRank => 1.0,
            Weight::FlemingHarrington => before,
            Weight::Gehan => n,
            Weight::TaroneWare => n.sqrt(),
        };
        before = step.survival;
        observed = [observed[0] + d1, observed[1] + d - d1];
        expected = [expected[0] + n1 * d / n, expected[1] + (n - n1) * d / n];
        score += w * (d1 - n1 * d / n);
        if step.at_risk > 1 {
            variance += w * w * n1 * (n - n1) * d * (n - d) / (n * n * (n - 1.0));
        }
    }
    if variance <= 0.0 {
        return Err(Refusal::NoVariation);
    }
    let chi_square = score * score / variance;
    Ok(LogRank { chi_square, p: chi_square_sf(chi_square, 1.0), observed, expected })
}

/// One group's sorted entries, ends and event times.
struct Group {
    entries: Vec<f64>,
    ends: Vec<f64>,
    times: Vec<f64>,
}

impl Group {
    fn new(spells: &[Spell]) -> Self {
        let sorted = |mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            values
        };
        Self {
            entries: sorted(spells.iter().map(|spell| spell.entry).collect()),
            ends: sorted(spells.iter().map(|spell| spell.time).collect()),
            times: sorted(spells.iter().filter(|spell| spell.cause == Cause::Done).map(|spell| spell.time).collect()),
        }
    }

    fn at_risk(&self, time: f64) -> usize {
        let entered = self.entries.partition_point(|&entry| entry < time || entry <= 0.0);
        entered - self.ends.partition_point(|&end| end < time)
    }

    fn events(&self, time: f64) -> usize {
        self.times.partition_point(|&at| at <= time) - self.times.partition_point(|&at| at < time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::{aml, close};

    // Case `aml` of the reference: R 4.5.2 survival 3.8.11.
    #[test]
    fn aml_gives_the_published_log_rank() {
        let (maintained, not) = aml();
        let test = log_rank(&maintained, &not, Weight::LogRank).expect("two groups");
        close(test.chi_square, 3.396_388_698_977_602, 1e-9);
        close(test.p, 0.065_339_322_040_504_9, 1e-9);
        let test = log_rank(&maintained, &not, Weight::FlemingHarrington).expect("two groups");
        close(test.chi_square, 2.779_279_544_751_773, 1e-9);
        close(test.p, 0.095_491_115_406_493_09, 1e-9);
    }

    #[test]
    fn groups_without_an_event_and_groups_that_never_meet_are_refused() {
        let open = [Spell::new(3.0, Cause::Open)];
        assert_eq!(log_rank(&open, &open, Weight::Gehan), Err(Refusal::NoVariation));
        assert_eq!(log_rank(&open, &[], Weight::Gehan), Err(Refusal::Empty));
    }
}
