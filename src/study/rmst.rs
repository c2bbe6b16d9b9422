//! The restricted mean: the mean time up to a horizon `tau`, which open spells do not bias.
//!
//! Source: `survRM2::rmst2`. The horizon is fixed in the plan and must have been observed. Next door: `jackknife` for
//! its error when teams are clusters, `pseudo` for one value per spell.

use super::{
    Curve, Interval, Refusal, real,
    special_functions::{normal_p, normal_quantile},
};

/// A restricted mean and Greenwood's error of it, which takes spells for independent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RestrictedMean {
    /// The mean of `min(T, tau)`.
    pub mean: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The horizon.
    pub tau: f64,
    /// Events up to the horizon or later.
    pub events: usize,
}

/// Events per arm below which the difference of two restricted means is not to be taken for normal (arXiv 2408.15607).
pub const EVENTS_FOR_NORMAL: usize = 50;

/// The difference of two restricted means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RestrictedMeanDifference {
    /// Second less first.
    pub difference: f64,
    /// Its standard error, spells taken for independent.
    pub standard_error: f64,
    /// The normal interval.
    pub interval: Interval,
    /// The two-sided p-value.
    pub p: f64,
    /// Whether both arms have the [`EVENTS_FOR_NORMAL`] that this interval needs.
    pub enough_events: bool,
}

/// Integrates a curve up to `tau`.
///
/// # Errors
/// Refuses a horizon that is not positive or beyond the follow-up, unless the curve has come down to 0 before it.
pub fn restricted_mean(curve: &Curve, tau: f64) -> Result<RestrictedMean, Refusal> {
    let mean = restricted_mean_level(curve, tau)?;
    if unseen(curve, tau) > 0.0 {
        return Err(Refusal::BeyondFollowUp { tau, longest: curve.longest });
    }
    Ok(mean)
}

/// Share of the mean that may lie beyond the last observation before a horizon counts as not observed.
pub const UNSEEN_SHARE: f64 = 0.25;

/// Integrates a curve up to `tau`, going on level (Gill 1980) beyond the last observation where little can hang on it.
///
/// In small pools the longest spell is often an open one just short of the horizon, though others could have been seen
/// for longer. The area in doubt is `S(longest) (tau - longest)`; up to [`UNSEEN_SHARE`] of the mean is let pass: with
/// eight teams of seven journeys, one in ten open, that leaves no answer to 0.2% of companies (at 0.1 of the mean: 4%)
/// and the interval covers 95.5%.
///
/// # Errors
/// Refuses as [`restricted_mean`] does, where more than that is in doubt.
pub fn restricted_mean_with_tail(curve: &Curve, tau: f64) -> Result<RestrictedMean, Refusal> {
    let mean = restricted_mean_level(curve, tau)?;
    if unseen(curve, tau) > UNSEEN_SHARE * mean.mean {
        return Err(Refusal::BeyondFollowUp { tau, longest: curve.longest });
    }
    Ok(mean)
}

fn unseen(curve: &Curve, tau: f64) -> f64 {
    let left = curve.steps.last().map_or(1.0, |step| step.survival);
    left * (tau - curve.longest).max(0.0)
}

fn restricted_mean_level(curve: &Curve, tau: f64) -> Result<RestrictedMean, Refusal> {
    if !tau.is_finite() || tau <= 0.0 {
        return Err(Refusal::Impossible { what: "a horizon", value: tau });
    }
    let (mut mean, mut variance, mut until) = (0.0, 0.0, tau);
    // From the right, so that `mean` is the area still to come after each step.
    let seen = curve.steps.partition_point(|step| step.time <= tau);
    for step in curve.steps[..seen].iter().rev() {
        mean += step.survival * (until - step.time);
        until = step.time;
        let (d, n) = (real(step.events), real(step.at_risk));
        if step.events < step.at_risk {
            variance += mean * mean * d / (n * (n - d));
        }
    }
    mean += until;
    Ok(RestrictedMean { mean, standard_error: variance.sqrt(), tau, events: curve.events })
}

/// Compares two restricted means, second less first.
pub fn restricted_mean_difference(
    first: &RestrictedMean,
    second: &RestrictedMean,
    level: f64,
) -> RestrictedMeanDifference {
    let difference = second.mean - first.mean;
    let standard_error = first.standard_error.hypot(second.standard_error);
    let z = normal_quantile(f64::midpoint(1.0, level));
    RestrictedMeanDifference {
        difference,
        standard_error,
        interval: Interval::around(difference, z * standard_error, level),
        p: if standard_error > 0.0 { normal_p(difference / standard_error) } else { 1.0 },
        enough_events: first.events.min(second.events) >= EVENTS_FOR_NORMAL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{
        kaplan_meier,
        testing::{aml, close, spells},
    };

    // Case `aml` of the reference.
    #[test]
    fn aml_gives_the_published_means_and_errors() {
        let (m, n) = aml();
        let of = |rows| restricted_mean(&kaplan_meier(rows).expect("spells"), 45.0).expect("observed");
        let (m, n) = (of(&m), of(&n));
        close(m.mean, 30.738_636_363_636_363, 1e-9);
        close(m.standard_error, 4.114_086_240_011_467, 1e-9);
        close(n.mean, 22.708_333_333_333_336, 1e-9);
        close(n.standard_error, 4.180_941_981_033_154, 1e-9);
        assert!(!restricted_mean_difference(&n, &m, 0.95).enough_events);
    }

    #[test]
    fn a_horizon_beyond_the_follow_up_is_refused_unless_nothing_is_left() {
        let open = kaplan_meier(&spells(&[5.0, 8.0], &[1, 0])).expect("spells");
        assert_eq!(restricted_mean(&open, 9.0), Err(Refusal::BeyondFollowUp { tau: 9.0, longest: 8.0 }));
        let ended = kaplan_meier(&spells(&[5.0, 8.0], &[1, 1])).expect("spells");
        close(restricted_mean(&ended, 90.0).expect("ended").mean, 6.5, 1e-12);
        assert!(restricted_mean(&ended, 0.0).is_err());
    }

    #[test]
    fn a_level_tail_is_let_pass_only_while_little_hangs_on_it() {
        let curve = kaplan_meier(&spells(&[5.0, 6.0, 7.0, 8.0], &[1, 1, 1, 0])).expect("spells");
        close(restricted_mean_with_tail(&curve, 10.0).expect("0.5 of 7 in doubt").mean, 7.0, 1e-12);
        assert!(restricted_mean_with_tail(&curve, 30.0).is_err());
    }
}
