//! What a simulated company is like: every factor of the protocol, with the setting that the others are varied around.
//!
//! In: nothing. Out: a [`Setting`], plain numbers. Neighbours: `cells` lists the settings that are run, `company`,
//! `times`, `tickets` and `services` draw from one, `truth` says what a method should find in it. Source of the factors:
//! METHODS.md#protocol.

/// Which study of the engine a world is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Journeys with their times, for `time_study`.
    Times,
    /// Tickets over developer-weeks, for `rate_study`.
    Rates,
    /// Services with and without a field, for `coverage_study`.
    Shares,
}

impl Measure {
    /// The word for tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Times => "times",
            Self::Rates => "rates",
            Self::Shares => "shares",
        }
    }
}

/// How the pilot teams came to be the pilot teams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Drawn.
    Random,
    /// Those whose numbers of the before window were the worst.
    WorstBaseline,
    /// Those who wanted it most: eager teams are faster to begin with, and do not change any differently.
    MostEager,
}

/// The distribution of times within a team, given its median.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Log-normal with a spread of 0.7 on the log.
    LogNormal,
    /// Weibull with a shape of 0.7: a long tail.
    Weibull,
    /// Exponential.
    Exponential,
}

/// One company's factors. Pairs are (pilot, comparison).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// The study.
    pub measure: Measure,
    /// Teams.
    pub teams: usize,
    /// Teams of the pilot.
    pub pilot: usize,
    /// What the pilot leaves of each time, of the rate of tickets, or of the gaps: 0.9 is an effect of -10%.
    pub kept: f64,
    /// Standard deviation of teams' paces on the log, of their shares on the logit.
    pub frailty: f64,
    /// Standard deviation of a team's shock in a period, on the same scales.
    pub shock: f64,
    /// How many times larger the shocks of pilot teams are.
    pub pilot_noise: f64,
    /// The shape of times.
    pub shape: Shape,
    /// Share of journeys still open when the data ends.
    pub open: f64,
    /// Share of the journeys before that began before the data did.
    pub truncated: f64,
    /// Hazard of being given up, a day.
    pub abandoned_a_day: f64,
    /// How many times as much happens as in the middle setting.
    pub volume: f64,
    /// How much of the quick journeys become slow ones in the after window.
    pub mix_shift: (f64, f64),
    /// Correlation of a team's weekly noise in tickets with that of the week before.
    pub carried: f64,
    /// Whether work follows weekends, quarter ends and December.
    pub season: bool,
    /// By how many developers a team may shrink or grow between the windows.
    pub resized: u8,
    /// Share of days of which a team's records were lost.
    pub missing: f64,
    /// How the pilot was chosen.
    pub selection: Selection,
    /// Services born after the start, for each that lived before.
    pub growth: (f64, f64),
    /// Whether one extract of the data ends both windows, so that later journeys were followed for less long.
    pub one_extract: bool,
}

impl Setting {
    /// The middle of all factors, without an effect.
    pub const fn base(measure: Measure, teams: usize, pilot: usize) -> Self {
        Self {
            measure,
            teams,
            pilot,
            kept: 1.0,
            frailty: 0.4,
            shock: 0.1,
            pilot_noise: 1.0,
            shape: Shape::LogNormal,
            open: 0.2,
            truncated: 0.1,
            abandoned_a_day: 0.003,
            volume: 1.0,
            mix_shift: (0.0, 0.0),
            carried: 0.3,
            season: true,
            resized: 1,
            missing: 0.0,
            selection: Selection::Random,
            growth: (0.1, 0.1),
            one_extract: false,
        }
    }

    /// The effect in percent, as -30.
    pub fn percent(&self) -> f64 {
        ((self.kept - 1.0) * 100.0).round() + 0.0
    }
}
