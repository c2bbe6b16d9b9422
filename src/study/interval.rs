//! An interval, or the reason that there is none.

use super::Refusal;
use std::fmt;

/// Two limits and the level that they hold at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower limit.
    pub lower: f64,
    /// The upper limit.
    pub upper: f64,
    /// The level, as 0.95.
    pub level: f64,
}

impl Interval {
    /// Tells whether a value lies inside, limits included.
    pub fn contains(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }

    /// Puts both limits through an increasing function, as `exp` from the log scale to a ratio.
    #[must_use]
    pub fn map(self, increasing: impl Fn(f64) -> f64) -> Self {
        Self { lower: increasing(self.lower), upper: increasing(self.upper), level: self.level }
    }

    /// Makes the interval `estimate ± half`.
    pub fn around(estimate: f64, half: f64, level: f64) -> Self {
        Self { lower: estimate - half, upper: estimate + half, level }
    }
}

/// Why a number stands without an interval.
#[derive(Clone, Debug, PartialEq)]
pub enum NoInterval {
    /// No assignment of so few teams can reach the level, whatever the data: every effect would be "not rejected".
    NotByDesign {
        /// The smallest p-value that the design can give.
        floor_p: f64,
    },
    /// Fewer teams than an interval over teams needs.
    TooFewTeams {
        /// How many there are.
        have: usize,
        /// How many it takes.
        need: usize,
    },
    /// The method refused.
    Refused(Refusal),
}

impl fmt::Display for NoInterval {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotByDesign { floor_p } => {
                write!(out, "cannot be significant by design: the smallest possible p is {floor_p:.3}")
            }
            Self::TooFewTeams { have, need } => write!(out, "{have} teams, and an interval over teams takes {need}"),
            Self::Refused(refusal) => refusal.fmt(out),
        }
    }
}

impl From<Refusal> for NoInterval {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
