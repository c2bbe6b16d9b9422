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

mod adjust;
mod ancova;
mod assignments;
mod autoregressive;
mod cash_flow;
mod cluster_robust;
mod competing;
mod coverage_study;
mod design;
mod glm;
mod grade;
mod group_time;
mod interrupted;
mod interval;
mod inversion;
mod jackknife;
mod kaplan_meier;
mod linear;
mod log_rank;
mod mann_whitney;
mod mix;
mod negative_binomial;
mod novelty;
#[cfg(test)]
mod oracle_second_tests;
#[cfg(test)]
mod oracle_tests;
mod paired_proportion;
mod permutation;
mod pert;
mod poisson_exact;
mod power;
mod pre_trend;
#[cfg(test)]
mod properties;
mod proportion;
pub mod protocol;
mod pseudo;
mod rate_study;
mod rates;
mod refusal;
mod regression_to_mean;
mod rmst;
mod second_readings;
mod signed_rank;
#[cfg(test)]
mod simulation;
mod special_functions;
mod standardisation;
mod survey;
#[cfg(test)]
mod testing;
mod time_study;
mod traps;
mod verdict;
mod welch;
mod wording;

pub use adjust::{benjamini_hochberg, holm, obrien_fleming};
pub use ancova::{Ancova, TEAMS_FOR_ANCOVA, ancova};
pub use assignments::{EXACT_UP_TO, SAMPLED, attainable_alpha, choose, floor_p};
pub use autoregressive::{Autoregressive, STEPS_FOR_SERIES, autoregressive};
pub use cash_flow::{Payback, RateOfReturn, net_present_value, payback, rate_of_return, return_on_investment};
pub use cluster_robust::{
    ClusterRobust, EVERY_SIGN_UP_TO, TEAMS_FOR_BOOTSTRAP, WildBootstrap, cluster_robust, wild_bootstrap,
    wild_bootstrap_of_few,
};
pub use competing::{IncidenceStep, incidences};
pub use coverage_study::{ArmCoverage, CoverageVerdict, SERVICES_FOR_INTERVAL, ServiceRecord, coverage_study};
pub use design::{Arm, Design, Period, WINDOWS};
pub use glm::{CountFit, count_regression};
pub use grade::{EVENTS_FOR_MORE_THAN_DESCRIPTION, Evidence, Grade, Reason, grade};
pub use group_time::{Averages, Control, Group, GroupTime, averages, group_time_effects, two_way_fixed_effects};
pub use interrupted::{Change, Interrupted, Reading, STEPS_FOR_INTERRUPTED, interrupted};
pub use interval::{Interval, NoInterval};
pub use jackknife::{Jackknife, TEAMS_FOR_INTERVAL, jackknife, restricted_mean_over_teams};
pub use kaplan_meier::{Cause, Curve, Spell, Step, Transform, kaplan_meier};
pub use linear::{LinearFit, PraisWinsten, durbin_watson, least_squares, newey_west, prais_winsten};
pub use log_rank::{LogRank, Weight, log_rank};
pub use mann_whitney::{
    CliffsDelta, EXACT_PAIRS, MannWhitney, Shift, cliffs_delta, hodges_lehmann, hodges_lehmann_ratio, mann_whitney,
};
pub use mix::{JOURNEYS_OF_A_KIND, MixReading, mix_of_amounts, mix_of_times};
pub use negative_binomial::{NegativeBinomial, negative_binomial};
pub use novelty::{Part, WeekRecord, faded, novelty};
pub use paired_proportion::{Paired, PairedChange, mcnemar, paired_change};
pub use permutation::{Permutation, Statistic, permutation, permutation_with};
pub use pert::Pert;
pub use poisson_exact::{RateRatio, dispersion, exact_rate_ratio, exact_rate_ratio_of_teams};
pub use power::{
    events_for_hazard_ratio, n_for_shares, n_for_t, noncentral_t_sf, power_of_t, smallest_effect,
    smallest_effect_by_permutation,
};
pub use pre_trend::{
    PERIODS_FOR_TREND, PreTrend, Sensitivity, TeamBefore, breaks_down_at, pre_trend, trend_sensitivity,
};
pub use proportion::{ShareDifference, design_effect, design_effect_of, newcombe, wilson, wilson_effective};
pub use pseudo::pseudo_observations;
pub use rate_study::{RateRecord, rate_study};
pub use rates::{PairedRates, TeamCounts, paired_rates, signed_flips};
pub use refusal::Refusal;
pub use regression_to_mean::{mean_above, regression_to_mean};
pub use rmst::{
    EVENTS_FOR_NORMAL, RestrictedMean, RestrictedMeanDifference, UNSEEN_SHARE, restricted_mean,
    restricted_mean_difference, restricted_mean_with_tail,
};
pub use second_readings::second_readings;
pub use signed_rank::{EXACT_UP_TO_PAIRS, SignTest, SignedRank, hodges_lehmann_paired, sign_test, signed_rank};
pub use special_functions::{
    beta_cdf, beta_quantile, binomial_cdf, binomial_pmf, chi_square_sf, normal_p, normal_quantile, normal_sf,
    student_p, student_quantile,
};
pub use standardisation::{Standardised, Stratum, standardise, weighted_mean};
pub use survey::{PEOPLE_OF_A_CELL, PairedAnswers, paired_answers, system_usability, top_two};
pub use time_study::{AT_RISK_AT_FIRST, TimeRecord, time_study};
pub use traps::{
    Linked, Load, Sight, TEAMS_FOR_QUARTERS, Trap, TrapKind, follow_up, growth_of_rates, growth_of_shares, instrument,
    load, mix, season, selection, with_baseline_held,
};
pub use verdict::{CurvePoint, Finding, LeftOut, Median, OVER_TEAMS, Scale, TeamLine, Verdict, Window};
pub use welch::{TTest, one_sample_t, pooled_t, welch};
pub use wording::{Direction, Frame, Told, Wording, wording};

/// A count as a number to compute with.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
const fn real(count: usize) -> f64 {
    count as f64
}
