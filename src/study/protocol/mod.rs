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
mod cells;
mod company;
mod draws;
mod judge;
mod method;
mod run;
mod services;
mod setting;
mod state;
mod table;
mod tally;
mod tickets;
mod times;
mod truth;
mod world;

pub use cells::{Cell, VERSION, short, size_and_coverage};
pub use judge::{
    COVERAGE, Mark, SIZE_AT_LEAST, SIZE_AT_MOST, Share, attainable_size, judge_coverage, judge_size, share,
};
pub use method::Method;
pub use run::{CellResult, Request, run, run_cell, seconds};
pub use setting::{Measure, Selection, Setting, Shape};
pub use state::State;
pub use table::{counted, csv, markdown};
pub use tally::Tally;
