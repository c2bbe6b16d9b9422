//! The Kaplan-Meier curve of spells that may be open and may be seen late, with Greenwood's error and quantiles.
//!
//! Source: R `survival::survfit`; risk set `entry < t <= time`. The default interval is log-log; its name stands in the
//! method id, because R's own default (`log`) gives other limits. Next door: `rmst` integrates the curve.

use super::{Interval, Refusal, real, special_functions::normal_quantile};

/// How a spell ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// It had not ended when last seen.
    Open,
    /// By the event that is measured.
    Done,
    /// By being given up.
    Abandoned,
}

/// One spell under observation, in any unit of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spell {
    /// When it came under observation, from its own start: 0 unless it is older than the data.
    pub entry: f64,
    /// When it ended or was last seen, from its own start.
    pub time: f64,
    /// How it ended.
    pub cause: Cause,
}

impl Spell {
    /// Makes a spell seen from its start.
    pub const fn new(time: f64, cause: Cause) -> Self {
        Self { entry: 0.0, time, cause }
    }
}

/// The curve at one time at which spells ended by the event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The time.
    pub time: f64,
    /// Spells at risk just before.
    pub at_risk: usize,
    /// Spells that ended by the event.
    pub events: usize,
    /// Share not yet ended.
    pub survival: f64,
    /// Greenwood's sum; infinite once nobody at risk is left.
    pub greenwood: f64,
    /// Nelson-Aalen cumulative hazard.
    pub hazard: f64,
}

/// The scale on which limits are symmetric.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transform {
    /// `ln(-ln S)`: the default here, in lifelines and in SAS.
    #[default]
    LogLog,
    /// `ln S`: R's default.
    Log,
    /// `S` itself.
    Plain,
}

/// A Kaplan-Meier curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Its steps, in order of time.
    pub steps: Vec<Step>,
    /// Number of spells.
    pub spells: usize,
    /// Number that ended by the event.
    pub events: usize,
    /// The longest time under observation.
    pub longest: f64,
}

/// What two survival values may differ by and still be one: sums of products of fractions are off by less.
const SAME: f64 = 1e-12;

/// Estimates the curve for [`Cause::Done`]; all other causes are censored.
///
/// # Errors
/// Refuses no spells at all, and times that are not finite, negative, or not after the entry.
pub fn kaplan_meier(spells: &[Spell]) -> Result<Curve, Refusal> {
    check(spells)?;
    let mut times: Vec<f64> =
        spells.iter().filter(|spell| spell.cause == Cause::Done).map(|spell| spell.time).collect();
    times.sort_by(f64::total_cmp);
    let mut ends: Vec<f64> = spells.iter().map(|spell| spell.time).collect();
    ends.sort_by(f64::total_cmp);
    let mut entries: Vec<f64> = spells.iter().map(|spell| spell.entry).collect();
    entries.sort_by(f64::total_cmp);
    let (mut survival, mut greenwood, mut hazard) = (1.0, 0.0, 0.0);
    let mut steps = Vec::new();
    for run in times.chunk_by(|left, right| left.total_cmp(right).is_eq()) {
        let (time, events) = (run[0], run.len());
        // An entry at the very instant of its own end (L = t = 0) is let in: `check` admits it, and it is at risk once.
        let entered = if time > 0.0 {
            entries.partition_point(|&entry| entry < time)
        } else {
            entries.partition_point(|&entry| entry <= time)
        };
        let at_risk = entered - ends.partition_point(|&end| end < time);
        let (d, n) = (real(events), real(at_risk));
        survival *= (n - d) / n;
        greenwood += d / (n * (n - d));
        hazard += d / n;
        steps.push(Step { time, at_risk, events, survival, greenwood, hazard });
    }
    let longest = ends.last().copied().unwrap_or(0.0);
    Ok(Curve { steps, spells: spells.len(), events: times.len(), longest })
}

pub(super) fn check(spells: &[Spell]) -> Result<(), Refusal> {
    if spells.is_empty() {
        return Err(Refusal::Empty);
    }
    for spell in spells {
        if !spell.entry.is_finite() || spell.entry < 0.0 {
            return Err(Refusal::Impossible { what: "an entry", value: spell.entry });
        }
        if !spell.time.is_finite() || spell.time < 0.0 || (spell.entry > 0.0 && spell.time <= spell.entry) {
            return Err(Refusal::Impossible { what: "a time after its entry", value: spell.time });
        }
    }
    Ok(())
}

impl Step {
    /// Greenwood's standard error of the survival.
    pub fn standard_error(&self) -> Option<f64> {
        self.greenwood.is_finite().then(|| self.survival * self.greenwood.sqrt())
    }

    /// Pointwise limits; none where the survival is 0, because there the error is not defined.
    pub fn limits(&self, level: f64, transform: Transform) -> Option<Interval> {
        self.limits_at(normal_quantile(f64::midpoint(1.0, level)), level, transform)
    }

    fn limits_at(&self, z: f64, level: f64, transform: Transform) -> Option<Interval> {
        if !self.greenwood.is_finite() || self.survival <= SAME {
            return None;
        }
        let root = self.greenwood.sqrt();
        let s = self.survival;
        let (lower, upper) = match transform {
            Transform::LogLog if s >= 1.0 => (1.0, 1.0),
            Transform::LogLog => {
                let shift = z * root / s.ln();
                (s.powf((-shift).exp()), s.powf(shift.exp()))
            }
            Transform::Log => (s * (-z * root).exp(), (s * (z * root).exp()).min(1.0)),
            Transform::Plain => ((s - z * root * s).max(0.0), (s + z * root * s).min(1.0)),
        };
        Some(Interval { lower, upper, level })
    }
}

impl Curve {
    /// The last step at or before a time; none before the first.
    pub fn step_at(&self, time: f64) -> Option<&Step> {
        self.steps[..self.steps.partition_point(|step| step.time <= time)].last()
    }

    /// Share not yet ended at a time.
    pub fn survival_at(&self, time: f64) -> f64 {
        self.step_at(time).map_or(1.0, |step| step.survival)
    }

    /// The time by which a share `p` has ended: `None` is "not reached".
    ///
    /// On a plateau exactly at `1 - p` it is the middle between both ends of the plateau, as in R.
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let steps: Vec<(f64, f64)> = self.steps.iter().map(|step| (step.time, step.survival)).collect();
        first_at_or_below(&steps, 1.0 - p)
    }

    /// Pointwise limits at every step, the normal quantile computed once.
    pub fn limits(&self, level: f64, transform: Transform) -> Vec<Option<Interval>> {
        let z = normal_quantile(f64::midpoint(1.0, level));
        self.steps.iter().map(|step| step.limits_at(z, level, transform)).collect()
    }

    /// Limits of that time, by inverting the pointwise limits of the curve; a `None` in it is "not reached".
    pub fn quantile_limits(&self, p: f64, level: f64, transform: Transform) -> (Option<f64>, Option<f64>) {
        let limits = self.limits(level, transform);
        let band = |side: fn(&Interval) -> f64| -> Vec<(f64, f64)> {
            let sides = limits.iter().map(|limits| limits.as_ref().map(side));
            self.steps.iter().zip(sides).filter_map(|(step, limit)| Some((step.time, limit?))).collect()
        };
        let reached =
            |band: &[(f64, f64)]| band.iter().find(|(_, value)| *value <= 1.0 - p + SAME).map(|&(time, _)| time);
        (reached(&band(|limits| limits.lower)), reached(&band(|limits| limits.upper)))
    }
}

fn first_at_or_below(steps: &[(f64, f64)], share: f64) -> Option<f64> {
    let at = steps.iter().position(|&(_, survival)| survival <= share + SAME)?;
    let (time, survival) = steps[at];
    let on_plateau = (survival - share).abs() <= SAME;
    match steps.get(at + 1) {
        Some(&(next, _)) if on_plateau => Some(f64::midpoint(time, next)),
        _ => Some(time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::{aml, close, spells};

    // Case `km_hand` of the reference: R survival, validate.Rnw, by hand.
    #[test]
    fn the_hand_example_gives_its_fractions() {
        let curve = kaplan_meier(&spells(&[1., 1., 6., 6., 8., 9.], &[1, 0, 1, 1, 0, 1])).expect("spells");
        let found: Vec<(f64, usize)> = curve.steps.iter().map(|step| (step.time, step.at_risk)).collect();
        assert_eq!(found, [(1.0, 6), (6.0, 4), (9.0, 1)]);
        for (step, survival) in curve.steps.iter().zip([5.0 / 6.0, 5.0 / 12.0, 0.0]) {
            close(step.survival, survival, 1e-12);
        }
        assert_eq!(curve.steps[2].limits(0.95, Transform::LogLog), None);
        close(curve.steps[2].hazard, 5.0 / 3.0, 1e-12);
    }

    // Case `aml` of the reference: R 4.5.2 survival 3.8.11, lifelines 0.30.3.
    #[test]
    fn the_limits_of_a_median_depend_on_the_transform_and_may_not_be_reached() {
        let (m, n) = aml();
        let (m, n) = (kaplan_meier(&m).expect("spells"), kaplan_meier(&n).expect("spells"));
        assert_eq!((m.quantile(0.5), n.quantile(0.5)), (Some(31.0), Some(23.0)));
        assert_eq!(m.quantile_limits(0.5, 0.95, Transform::Log), (Some(18.0), None));
        assert_eq!(m.quantile_limits(0.5, 0.95, Transform::LogLog), (Some(13.0), None));
        assert_eq!(n.quantile_limits(0.5, 0.95, Transform::Log), (Some(8.0), None));
        assert_eq!(n.quantile_limits(0.5, 0.95, Transform::LogLog), (Some(5.0), Some(33.0)));
    }

    // Case `left_truncation` of the reference, with both of its traps.
    #[test]
    fn spells_seen_late_are_at_risk_from_their_entry_and_a_plateau_has_its_middle() {
        let mut rows = spells(&[5., 8., 7., 10., 6., 12., 15., 14.], &[1, 1, 1, 1, 0, 1, 0, 1]);
        for (row, entry) in rows.iter_mut().zip([0., 0., 2., 4., 4., 6., 0., 9.]) {
            row.entry = entry;
        }
        let curve = kaplan_meier(&rows).expect("spells");
        let at_risk: Vec<usize> = curve.steps.iter().map(|step| step.at_risk).collect();
        assert_eq!(at_risk, [6, 5, 4, 4, 3, 2]);
        close(curve.quantile(0.5).expect("reached"), 9.0, 0.0);
    }

    #[test]
    fn who_comes_into_sight_at_the_instant_of_an_end_is_not_at_risk_of_it() {
        let mut rows = spells(&[5.0, 8.0, 9.0], &[1, 1, 1]);
        (rows[1].entry, rows[2].entry) = (5.0, 4.5);
        let curve = kaplan_meier(&rows).expect("spells");
        assert_eq!(curve.steps.iter().map(|step| step.at_risk).collect::<Vec<_>>(), [2, 2, 1]);
    }

    #[test]
    fn spells_all_open_have_a_level_curve_and_no_median() {
        let curve = kaplan_meier(&spells(&[3.0, 4.0], &[0, 0])).expect("spells");
        assert_eq!((curve.steps.len(), curve.quantile(0.5)), (0, None));
        close(curve.survival_at(9.0), 1.0, 0.0);
    }

    #[test]
    fn spells_that_tie_in_time_all_end_in_one_step_and_at_once_is_a_time() {
        let curve = kaplan_meier(&spells(&[0.0, 0.0, 0.0], &[1, 1, 1])).expect("spells");
        assert_eq!((curve.steps.len(), curve.steps[0].at_risk), (1, 3));
        assert_eq!(curve.quantile(0.5), Some(0.0));
    }

    #[test]
    fn impossible_times_are_refused() {
        assert_eq!(kaplan_meier(&[]), Err(Refusal::Empty));
        assert!(kaplan_meier(&spells(&[-1.0], &[1])).is_err());
        assert!(kaplan_meier(&spells(&[f64::NAN], &[1])).is_err());
        assert!(kaplan_meier(&[Spell { entry: 3.0, time: 3.0, cause: Cause::Done }]).is_err());
    }
}
