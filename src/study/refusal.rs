//! What the statistics refuse to compute, and why.
//!
//! A refusal is an answer, not an accident: reports print it in place of the number.

use std::fmt;

/// The reason that a method gives no number.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// There is nothing to compute from.
    Empty,
    /// Two lists that belong together differ in length.
    Unequal {
        /// Length of the first.
        left: usize,
        /// Length of the second.
        right: usize,
    },
    /// A value is not a number, infinite, or below zero where that cannot be.
    Impossible {
        /// What the value stands for.
        what: &'static str,
        /// The value.
        value: f64,
    },
    /// A count is larger than the total that it is part of.
    MoreThanAll {
        /// The count.
        count: u64,
        /// The total.
        total: u64,
    },
    /// Everything counted was zero, so that no ratio exists.
    AllZero,
    /// The curve is not observed up to the horizon.
    BeyondFollowUp {
        /// The horizon asked for.
        tau: f64,
        /// The longest time under observation.
        longest: f64,
    },
    /// So few are at risk at first, under delayed entry, that the curve could fall to zero by one event.
    TooFewAtRisk {
        /// When.
        time: f64,
        /// How many.
        at_risk: usize,
    },
    /// No pilot team, or none that can be compared.
    NoPilotTeams,
    /// No comparison team, or none that can be compared.
    NoComparisonTeams,
    /// Fewer teams, groups or observations than the method needs.
    TooFew {
        /// What there are too few of.
        what: &'static str,
        /// How many there are.
        have: usize,
        /// How many the method needs.
        need: usize,
    },
    /// No p-value below the level can come out of so few teams.
    NotByDesign {
        /// The smallest p-value of the design.
        floor_p: f64,
    },
    /// A fit that has no answer: columns that depend on each other, or steps that do not settle.
    NoFit {
        /// What there is no answer to.
        what: &'static str,
    },
    /// The observations do not vary, so that no error can be estimated.
    NoVariation,
    /// Counts vary between teams by more than Poisson noise, so that an exact test on totals would claim too much.
    Overdispersed {
        /// Pearson's chi-square over its degrees of freedom.
        dispersion: f64,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(out, "there are no observations"),
            Self::Unequal { left, right } => write!(out, "lists of {left} and {right} values do not belong together"),
            Self::Impossible { what, value } => write!(out, "{what} cannot be {value}"),
            Self::MoreThanAll { count, total } => write!(out, "{count} of {total} is more than all"),
            Self::AllZero => write!(out, "every count is zero"),
            Self::BeyondFollowUp { tau, longest } => {
                write!(out, "nothing was observed for as long as {tau}: the longest follow-up is {longest}")
            }
            Self::TooFewAtRisk { time, at_risk } => write!(out, "only {at_risk} were under observation at {time}"),
            Self::NoPilotTeams => write!(out, "no pilot team can be compared"),
            Self::NoComparisonTeams => write!(out, "no comparison team can be compared"),
            Self::TooFew { what, have, need } => write!(out, "{have} {what} where the method needs {need}"),
            Self::NotByDesign { floor_p } => {
                write!(out, "so few teams cannot be significant by design: the smallest possible p is {floor_p:.3}")
            }
            Self::NoFit { what } => write!(out, "{what} has no single answer"),
            Self::NoVariation => write!(out, "the observations do not vary"),
            Self::Overdispersed { dispersion } => {
                write!(out, "counts vary {dispersion:.1} times as much as Poisson noise would")
            }
        }
    }
}

impl std::error::Error for Refusal {}

/// Checks that every value is finite.
pub(super) fn finite(what: &'static str, values: &[f64]) -> Result<(), Refusal> {
    match values.iter().find(|value| !value.is_finite()) {
        Some(&value) => Err(Refusal::Impossible { what, value }),
        None => Ok(()),
    }
}

/// Checks that a level, an alpha or a power lies strictly between 0 and 1.
pub(super) fn inside(what: &'static str, value: f64) -> Result<(), Refusal> {
    if value > 0.0 && value < 1.0 { Ok(()) } else { Err(Refusal::Impossible { what, value }) }
}
