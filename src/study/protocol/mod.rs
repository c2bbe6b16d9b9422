//! The protocol: simulated companies of known truth, given to the engine by the thousand.
//!
//! In: a seed and a number of worlds. Out: for each cell, how often a method raised a false alarm, held the truth, claimed
//! something. Pure: no files and no clock; who calls appends each finished cell to a state and hands it back to go on.
//!
//! ```text
//! cells ─► setting ─► company ─► times, tickets, services ─► the engine's study ─► look ─► tally ─► judge ─► table
//!                        └──────────► truth ────────────────────────────────────────────────┘
//! ```
//!
//! Source: METHODS.md#protocol. Neighbours: `commands/verify` runs it and keeps the files.

mod calendar;
mod cell;
mod cells;
mod company;
mod draws;
mod judge;
mod method;
mod power;
#[cfg(test)]
mod refusals;
mod run;
mod services;
mod setting;
mod state;
mod table;
mod tally;
mod tickets;
mod times;
mod traps;
mod truth;
mod world;

pub use cell::{Cell, Task, VERSION};
pub use cells::{all, beyond, of_power, of_traps, short, size_and_coverage};
pub use judge::{ALPHA, COVERAGE, MOVED, Mark, POWER_WITHIN, SAFE, SIZE_AT_LEAST, SIZE_AT_MOST, Share};
pub use judge::{judge_coverage, judge_power, judge_size, judge_trap, marks, share};
pub use method::Method;
pub use power::{POWER, PowerCount, TIMES};
pub use run::{CellResult, Request, run, run_cell, seconds};
pub use setting::{Measure, Selection, Setting, Shape};
pub use state::State;
pub use table::{counted, csv, csv_of_power, markdown};
pub use tally::Tally;
pub use traps::{Naive, Snare};
