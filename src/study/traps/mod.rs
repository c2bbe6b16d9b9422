//! The traps that comparisons before and after fall into, as looked for on one verdict.
//!
//! In: what a check found. Out: a [`Trap`], which a [`Verdict`](super::Verdict) carries and reports print, whether it was
//! seen or not: a check that nobody hears of convinces nobody. A trap that the comparison cannot carry lowers the grade.
//! Source: METHODS.md#traps. One trap, one file; `commands::analysis` says which measures can fall into which.

mod follow_up;
mod growth;
mod instrument;
mod load;
mod mixture;
mod season;
mod selection;

pub use follow_up::follow_up;
pub use growth::{growth_of_rates, growth_of_shares};
pub use instrument::{Linked, instrument};
pub use load::{Load, load};
pub use mixture::mix;
pub use season::season;
pub use selection::{TEAMS_FOR_QUARTERS, selection, with_baseline_held};

use super::{Finding, Scale};
use std::fmt;

/// What can mislead a comparison that is computed without a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrapKind {
    /// The pilot teams were chosen for what they were like, and return to what they usually are.
    Selection,
    /// The windows lie in different parts of the year.
    Calendar,
    /// What began later was watched for less long.
    FollowUp,
    /// Other kinds of journeys or requests than before.
    Mix,
    /// More services or more people, so that counts move without anybody's doing.
    Growth,
    /// More, or less, of what happens is seen than before.
    Instrument,
    /// The platform's queue was relieved or filled, or work moved between the arms.
    Load,
    /// The effect fades as the new wears off.
    Novelty,
    /// The arms moved apart before the start already.
    PreTrend,
}

impl fmt::Display for TrapKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Selection => "how the pilot teams were chosen",
            Self::Calendar => "time of the year",
            Self::FollowUp => "length of follow-up",
            Self::Mix => "mix of kinds",
            Self::Growth => "growth",
            Self::Instrument => "what could be seen",
            Self::Load => "load of the platform",
            Self::Novelty => "novelty",
            Self::PreTrend => "trend before the start",
        })
    }
}

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// Seen, and as large as all that the comparison can tell: grade E.
    Describes,
    /// Seen, and more than the comparison can carry: no grade above C.
    Lowers,
    /// Seen; the comparison carries it, and the reader should know.
    Seen,
    /// Looked for and not seen.
    NotSeen,
    /// The records do not tell.
    CannotBeTold,
}

/// One check and what it came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// What was looked for.
    pub kind: TrapKind,
    /// What it came to.
    pub sight: Sight,
    /// In words, as a clause; names no team and no person.
    pub told: String,
}

impl Trap {
    /// A check with its words.
    pub fn new(kind: TrapKind, sight: Sight, told: impl Into<String>) -> Self {
        Self { kind, sight, told: told.into() }
    }

    /// Judges an effect by another reading of it, in which the trap is avoided.
    ///
    /// How far apart they are is measured by the interval: up to a tenth of its half-width they agree. Further apart it is
    /// told. Beyond half of it, an effect that the other reading does not confirm is lowered; so a grade can be lost here,
    /// and never won.
    pub fn of_reading(effect: &Finding, other: &Finding) -> Sight {
        let scaled =
            |finding: &Finding| if finding.scale == Scale::Ratio { finding.estimate.ln() } else { finding.estimate };
        let apart = (scaled(effect) - scaled(other)).abs();
        let half = half_width(effect);
        if !apart.is_finite() {
            Sight::CannotBeTold
        } else if apart <= half.map_or(NEAR, |half| half / 10.0) {
            Sight::NotSeen
        } else if half.is_some_and(|half| apart > half / 2.0) && claims(effect) != 0 && claims(other) != claims(effect)
        {
            Sight::Lowers
        } else {
            Sight::Seen
        }
    }
}

/// Without an interval nothing says what is much: two percent of a ratio, or two points, are told.
const NEAR: f64 = 0.02;

/// Which way an interval lies from no effect at all: -1 below, 1 above, 0 where it holds it or there is none.
fn claims(finding: &Finding) -> i8 {
    let nothing = if finding.scale == Scale::Ratio { 1.0 } else { 0.0 };
    match &finding.interval {
        Ok(interval) if interval.upper < nothing => -1,
        Ok(interval) if interval.lower > nothing => 1,
        _ => 0,
    }
}

/// Half the width of the interval, on the scale that changes are averaged on.
fn half_width(effect: &Finding) -> Option<f64> {
    let interval = effect.interval.as_ref().ok()?;
    let width = match effect.scale {
        Scale::Ratio => (interval.upper / interval.lower).ln(),
        _ => interval.upper - interval.lower,
    };
    (width.is_finite() && width > 0.0).then_some(width / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Interval, NoInterval};

    fn finding(scale: Scale, estimate: f64, lower: f64, upper: f64) -> Finding {
        let interval = Ok(Interval { lower, upper, level: 0.95 });
        Finding { scale, estimate, interval, p: None, floor_p: None, placebo: None, method: String::new() }
    }

    #[test]
    fn what_another_reading_does_not_confirm_is_lowered() {
        let days = finding(Scale::Days, -6.0, -10.0, -2.0);
        let sight = |estimate, lower, upper| Trap::of_reading(&days, &finding(Scale::Days, estimate, lower, upper));
        assert_eq!(sight(-5.8, -9.0, -2.6), Sight::NotSeen);
        assert_eq!(sight(-4.5, -9.0, 0.5), Sight::Seen, "not so far apart");
        assert_eq!(sight(-3.5, -5.0, -2.0), Sight::Seen, "far apart, and confirmed");
        assert_eq!(sight(-3.5, -9.0, 2.0), Sight::Lowers);
        assert_eq!(sight(3.5, 1.0, 6.0), Sight::Lowers, "the other way round");
        assert_eq!(sight(f64::NAN, 1.0, 6.0), Sight::CannotBeTold);
    }

    #[test]
    fn nothing_claimed_is_nothing_to_lower() {
        let none = finding(Scale::Ratio, 0.9, 0.7, 1.2);
        assert_eq!(Trap::of_reading(&none, &finding(Scale::Ratio, 0.6, 0.4, 0.9)), Sight::Seen);
        let mut without = finding(Scale::Ratio, 0.5, 0.3, 0.8);
        without.interval = Err(NoInterval::NotByDesign { floor_p: 0.1 });
        assert_eq!(Trap::of_reading(&without, &none), Sight::Seen);
        assert_eq!(Trap::of_reading(&without, &finding(Scale::Ratio, 0.505, 0.3, 0.8)), Sight::NotSeen);
    }

    #[test]
    fn ratios_are_measured_by_their_logarithms() {
        let ratio = finding(Scale::Ratio, 0.5, 0.25, 0.95);
        assert_eq!(Trap::of_reading(&ratio, &finding(Scale::Ratio, 0.72, 0.4, 1.3)), Sight::Lowers);
        assert_eq!(Trap::of_reading(&ratio, &finding(Scale::Ratio, 0.68, 0.4, 1.3)), Sight::Seen);
    }
}
