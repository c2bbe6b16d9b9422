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
mod company;
mod draws;
mod method;
mod services;
mod setting;
mod tally;
mod tickets;
mod times;
mod truth;
mod world;

pub use method::Method;
pub use setting::{Measure, Selection, Setting, Shape};
pub use tally::Tally;
