//! One cell: a setting with its name and what is counted in it.
//!
//! In: nothing. Out: its words, its key, how many worlds it takes. A cell whose definition changes gets a new key, so that a
//! state never serves an old answer. Neighbours: `cells` lists them, `run` runs them, `table` shows them.

use super::setting::{Measure, Setting};
use super::traps::Snare;
use crate::study::choose;
use std::fmt::Write;

/// Raised whenever the drawing of worlds or the counting of looks changes: no result of another version is taken over.
pub const VERSION: u32 = 3;

/// What is counted in a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Task {
    /// Size or coverage, within the bounds of the protocol.
    Protocol,
    /// The same where the engine's assumptions do not hold: shown, and held to no bound.
    Beyond,
    /// A trap: the naive number must move, the engine's must hold or be flagged.
    Trap(Snare),
    /// Simulated power against that of the formula.
    Power,
}

impl Task {
    /// The word for tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Protocol => "protocol",
            Self::Beyond => "beyond",
            Self::Trap(_) => "trap",
            Self::Power => "power",
        }
    }
}

/// One setting with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// What is different from the middle setting.
    pub name: String,
    /// The setting.
    pub setting: Setting,
    /// What is counted.
    pub task: Task,
}

/// Assignments from which on a cell is run in a quarter of the worlds, because each takes so long.
const MANY_ASSIGNMENTS: u64 = 100_000;

impl Cell {
    pub(super) fn new(name: &str, setting: Setting) -> Self {
        Self { name: name.to_owned(), setting, task: Task::Protocol }
    }

    /// The words that tell a cell from all others.
    pub fn id(&self) -> String {
        let Setting { measure, teams, pilot, .. } = self.setting;
        let task = match self.task {
            Task::Protocol | Task::Beyond => "",
            Task::Trap(_) => "trap, ",
            Task::Power => "power, ",
        };
        format!("{} {pilot} of {teams}, {task}{}, {:+.0}%", measure.word(), self.name, self.setting.percent())
    }

    /// The key of its definition (FNV-1a of 64 bits), which its streams of draws hang on as well.
    pub fn key(&self) -> u64 {
        let mut definition = String::new();
        // Writing to a string cannot fail.
        let _ = write!(definition, "{VERSION} {} {:?} {:?}", self.name, self.setting, self.task);
        definition
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }

    /// The trap of the cell.
    pub(super) fn snare(&self) -> Option<Snare> {
        if let Task::Trap(snare) = self.task { Some(snare) } else { None }
    }

    /// Whether nothing is planted.
    pub(super) fn no_effect(&self) -> bool {
        self.setting.kept >= 1.0
    }

    /// Worlds that it is run in when so many were asked for.
    pub fn worlds(&self, asked: u64) -> u64 {
        if choose(self.setting.teams, self.setting.pilot) > MANY_ASSIGNMENTS { asked.div_ceil(4) } else { asked }
    }

    /// What one world costs, in milliseconds of one core as measured once with full optimisation; only for saying how long
    /// a run will take before it has told itself.
    pub fn cost(&self) -> f64 {
        let Setting { measure, teams, pilot, volume, .. } = self.setting;
        #[expect(clippy::cast_precision_loss, reason = "a rough forecast")]
        let (assignments, teams) = (choose(teams, pilot) as f64, teams as f64);
        match measure {
            Measure::Times => 0.2 + assignments * 3e-4 + teams * teams * volume * 4e-3,
            Measure::Rates | Measure::Shares => 0.05 + assignments * 1.5e-4 + teams * 0.01,
        }
    }
}
