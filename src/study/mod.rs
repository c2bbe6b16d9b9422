//! The statistics: pure functions from plain numbers to verdicts.
//!
//! In: counts, times and shares by team, arm and window, and the [`Design`] that the plan fixed. Out: a [`Verdict`], the
//! one value that reports read, made by [`time_study`], [`rate_study`] or [`coverage_study`]. No files, no SQL, no
//! clock: all randomness is seeded, all input is sorted first, so the same rows in any order give the same bytes.
//!
//! ```text
//! records ─► one change per team ─► permutation ─► effect, interval, p ─┐
//!    │        (pseudo, rates,        (welch beside it)                  ├─► grade ─► wording ─► Verdict
//!    └──────► windows: kaplan_meier, rmst, jackknife, proportion ───────┘
//! ```
//!
//! The team is the unit of inference throughout. One method, one file; each cites its source and says what it refuses.
//! Neighbours: `measures` makes the rows, `commands` calls this room, `report` writes the verdict down.

mod assignments;
mod competing;
mod coverage_study;
mod design;
mod grade;
mod interval;
mod inversion;
mod jackknife;
mod kaplan_meier;
mod log_rank;
mod mix;
#[cfg(test)]
mod oracle_tests;
mod paired_proportion;
mod permutation;
mod poisson_exact;
#[cfg(test)]
mod properties;
mod proportion;
pub mod protocol;
mod pseudo;
mod rate_study;
mod rates;
mod refusal;
mod rmst;
#[cfg(test)]
mod simulation;
mod special_functions;
#[cfg(test)]
mod testing;
mod time_study;
mod traps;
mod verdict;
mod welch;
mod wording;

pub use assignments::{EXACT_UP_TO, SAMPLED, choose, floor_p};
pub use competing::{IncidenceStep, incidences};
pub use coverage_study::{ArmCoverage, CoverageVerdict, SERVICES_FOR_INTERVAL, ServiceRecord, coverage_study};
pub use design::{Arm, Design, Period, WINDOWS};
pub use grade::{EVENTS_FOR_MORE_THAN_DESCRIPTION, Evidence, Grade, Reason, grade};
pub use interval::{Interval, NoInterval};
pub use jackknife::{Jackknife, TEAMS_FOR_INTERVAL, jackknife, restricted_mean_over_teams};
pub use kaplan_meier::{Cause, Curve, Spell, Step, Transform, kaplan_meier};
pub use log_rank::{LogRank, Weight, log_rank};
pub use mix::{JOURNEYS_OF_A_KIND, MixReading, mix_of_amounts, mix_of_times};
pub use paired_proportion::{Paired, PairedChange, mcnemar, paired_change};
pub use permutation::{Permutation, Statistic, permutation, permutation_with};
pub use poisson_exact::{RateRatio, dispersion, exact_rate_ratio, exact_rate_ratio_of_teams};
pub use proportion::{ShareDifference, design_effect, design_effect_of, newcombe, wilson, wilson_effective};
pub use pseudo::pseudo_observations;
pub use rate_study::{RateRecord, rate_study};
pub use rates::{PairedRates, TeamCounts, paired_rates, signed_flips};
pub use refusal::Refusal;
pub use rmst::{
    EVENTS_FOR_NORMAL, RestrictedMean, RestrictedMeanDifference, UNSEEN_SHARE, restricted_mean,
    restricted_mean_difference, restricted_mean_with_tail,
};
pub use special_functions::{
    beta_cdf, beta_quantile, binomial_cdf, binomial_pmf, chi_square_sf, normal_p, normal_quantile, normal_sf,
    student_p, student_quantile,
};
pub use time_study::{AT_RISK_AT_FIRST, TimeRecord, time_study};
pub use traps::{
    Linked, Load, Sight, TEAMS_FOR_QUARTERS, Trap, TrapKind, follow_up, growth_of_rates, growth_of_shares, instrument,
    load, mix, season, selection,
};
pub use verdict::{CurvePoint, Finding, LeftOut, Median, OVER_TEAMS, Scale, TeamLine, Verdict, Window};
pub use welch::{TTest, one_sample_t, pooled_t, welch};
pub use wording::{Direction, Frame, Told, Wording, wording};

/// A count as a number to compute with.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
const fn real(count: usize) -> f64 {
    count as f64
}
