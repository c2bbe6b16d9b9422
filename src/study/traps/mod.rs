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
pub use selection::{TEAMS_FOR_QUARTERS, selection};

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

    /// Judges a bias by how far it could move the effect: beyond half the interval's half-width it lowers the grade,
    /// beyond a tenth of it the reader should know. On a ratio the bias is one of logs. Judged by precision and not by
    /// the estimate, so that no grade hangs on how welcome a result is.
    pub fn of_bias(bias: f64, effect: &Finding) -> Sight {
        match half_width(effect) {
            _ if !bias.is_finite() => Sight::CannotBeTold,
            Some(half) if bias.abs() > half / 2.0 => Sight::Lowers,
            Some(half) if bias.abs() <= half / 10.0 => Sight::NotSeen,
            // Without an interval nothing says what is much: five percent of a ratio is told, and any bias of a difference.
            None if effect.scale == Scale::Ratio && bias.abs() < 0.05 => Sight::NotSeen,
            None if bias == 0.0 => Sight::NotSeen,
            _ => Sight::Seen,
        }
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

    fn effect(scale: Scale, lower: f64, upper: f64) -> Finding {
        let interval = Ok(Interval { lower, upper, level: 0.95 });
        Finding { scale, estimate: lower, interval, p: None, floor_p: None, placebo: None, method: String::new() }
    }

    #[test]
    fn a_bias_is_judged_by_what_it_could_move() {
        let days = effect(Scale::Days, -8.0, 2.0);
        assert_eq!(Trap::of_bias(2.6, &days), Sight::Lowers);
        assert_eq!(Trap::of_bias(-2.6, &days), Sight::Lowers);
        assert_eq!(Trap::of_bias(2.4, &days), Sight::Seen);
        assert_eq!(Trap::of_bias(0.4, &days), Sight::NotSeen);
        assert_eq!(Trap::of_bias(f64::NAN, &days), Sight::CannotBeTold);
        let ratio = effect(Scale::Ratio, 0.5, 0.5 * 1.0_f64.exp());
        assert_eq!(Trap::of_bias(0.26, &ratio), Sight::Lowers);
        assert_eq!(Trap::of_bias(0.24, &ratio), Sight::Seen);
    }

    #[test]
    fn without_an_interval_a_bias_is_told_and_lowers_nothing() {
        let mut none = effect(Scale::Ratio, 0.5, 1.0);
        none.interval = Err(NoInterval::NotByDesign { floor_p: 0.1 });
        assert_eq!(Trap::of_bias(0.5, &none), Sight::Seen);
        assert_eq!(Trap::of_bias(0.01, &none), Sight::NotSeen);
        let flat = effect(Scale::Share, 0.1, 0.1);
        assert_eq!(Trap::of_bias(0.0, &flat), Sight::NotSeen);
    }
}
