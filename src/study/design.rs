//! What the plan fixes before anything is computed: arms, periods, level, horizon, and how teams were found.

/// The arm of a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Arm {
    /// It uses the portal in the after window.
    Pilot,
    /// It does not.
    Comparison,
}

/// The window of an observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// Before the team's start.
    Before,
    /// After the start and the wash-out.
    After,
}

/// The arms and windows, in the order in which reports show them.
pub const WINDOWS: [(Arm, Period); 4] = [
    (Arm::Pilot, Period::Before),
    (Arm::Pilot, Period::After),
    (Arm::Comparison, Period::Before),
    (Arm::Comparison, Period::After),
];

/// Settings of a study that decide what its numbers may be called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Design {
    /// The level below which a p-value is called significant; intervals hold at one less this.
    pub alpha: f64,
    /// The horizon of times, in days.
    pub tau_days: f64,
    /// Journeys that a team needs in each window to be compared on times: 1 keeps all that can be.
    pub minimum_journeys: usize,
    /// Whether the pilot teams, or their order of starting, were drawn at random.
    pub drawn_at_random: bool,
    /// Whether the plan was written and hashed before the start.
    pub plan_hashed: bool,
    /// Whether anything shows that the pilot moved load onto or off the comparison teams.
    pub load_moved: bool,
    /// The seed of everything random.
    pub seed: u64,
}

impl Default for Design {
    /// Five percent, sixty days, teams chosen by somebody, no plan.
    fn default() -> Self {
        Self {
            alpha: 0.05,
            tau_days: 60.0,
            minimum_journeys: 1,
            drawn_at_random: false,
            plan_hashed: false,
            load_moved: false,
            seed: 1,
        }
    }
}

impl Design {
    /// The level of intervals.
    pub fn level(&self) -> f64 {
        1.0 - self.alpha
    }
}
