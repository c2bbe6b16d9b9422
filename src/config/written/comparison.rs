//! `[[teams]]` and `[comparison]`: who is compared with whom, and when.

use serde::Deserialize;

/// The arm that a team is in.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub enum Arm {
    /// Uses the portal from its start date on.
    Pilot,
    /// Does not, in the windows of the study.
    Comparison,
    /// Runs the platform: its tickets are the load, its journeys are left out.
    Platform,
    /// Known, and in no arm.
    #[default]
    None,
}

impl Arm {
    /// The word in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pilot => "pilot",
            Self::Comparison => "comparison",
            Self::Platform => "platform",
            Self::None => "none",
        }
    }
}

/// One of `[[teams]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenTeam {
    /// The team's name.
    pub name: String,
    /// Its arm. Default: `none`.
    #[serde(default)]
    pub arm: Arm,
    /// When it entered the pilot. A comparison team without one is compared at `comparison.start`.
    pub start: Option<toml::value::Datetime>,
}

/// How the pilot teams were found.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// Drawn at random, or their order of starting was.
    Random,
    /// They came forward.
    Volunteers,
    /// Somebody chose them.
    #[default]
    Chosen,
}

/// `[comparison]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenComparison {
    /// The date that comparison teams without one of their own are compared at, and pilot teams without one started.
    pub start: toml::value::Datetime,
    /// Days before the start that are compared. Default: 182.
    #[serde(default = "half_a_year")]
    pub before_days: u32,
    /// Days after the start that are left out. Default: 28.
    #[serde(default = "four_weeks")]
    pub washout_days: u32,
    /// Days after the wash-out that are compared. Default: 182.
    #[serde(default = "half_a_year")]
    pub after_days: u32,
    /// The horizon of times in days, the same on both sides. Default: 60.
    #[serde(default = "sixty_days")]
    pub tau_days: u32,
    /// The measure that decides.
    pub primary: Option<String>,
    /// How the pilot teams were found. Default: `chosen`.
    #[serde(default)]
    pub pilot_teams_are: Choice,
    /// Whether anything shows that the pilot moved load onto or off the comparison teams. Default: no.
    #[serde(default)]
    pub load_moved: bool,
    /// The level below which a p-value is called significant. Default: 0.05.
    #[serde(default = "five_percent")]
    pub alpha: f64,
    /// The seed of everything random. Default: 1.
    #[serde(default = "one")]
    pub seed: u64,
}

const fn half_a_year() -> u32 {
    182
}
const fn four_weeks() -> u32 {
    28
}
const fn sixty_days() -> u32 {
    60
}
const fn five_percent() -> f64 {
    0.05
}
const fn one() -> u64 {
    1
}
