//! The statistics: pure functions from plain numbers to verdicts.

mod assignments;
mod interval;
mod jackknife;
mod kaplan_meier;
mod permutation;
mod pseudo;
mod competing;
mod log_rank;
mod paired_proportion;
mod poisson_exact;
mod proportion;
mod rates;
mod coverage_study;
mod design;
mod grade;
mod rate_study;
mod time_study;
mod verdict;
mod wording;
mod refusal;
mod rmst;
mod special_functions;
#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod testing;
mod welch;

pub use assignments::*;
pub use interval::{Interval, NoInterval};
pub use jackknife::*;
pub use kaplan_meier::*;
pub use permutation::*;
pub use pseudo::pseudo_observations;
pub use competing::*;
pub use log_rank::*;
pub use paired_proportion::*;
pub use poisson_exact::*;
pub use proportion::*;
pub use rates::*;
pub use coverage_study::*;
pub use design::*;
pub use grade::*;
pub use rate_study::*;
pub use time_study::*;
pub use verdict::*;
pub use wording::*;
pub use refusal::Refusal;
pub use rmst::*;
pub use special_functions::*;
pub use welch::*;

/// A count as a number to compute with.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(crate) const fn real(count: usize) -> f64 {
    count as f64
}
