//! milepost measures what a developer platform changed.
//!
//! ```text
//! sources ──► segments ──► log ──► links ──► journeys ──► measures ──► study ──► report
//! git, files   store      build   └────── SQL in queries/ ──────┘   statistics  HTML, Markdown, CSV
//! APIs ──► archive
//! [sources]   [store]  [commands]        [engine] [journeys] [measures]  [study]   [report]
//! ```
//!
//! Tables are all that one stage hands to the next. Data flows left to right, imports point right to left; `commands` is
//! the only room that knows two stages. `METHODS.md` defines every word and formula, `DECISIONS.md` says why.

pub mod archive;
pub mod cli;
pub mod commands;
pub mod config;
pub mod engine;
pub mod journeys;
pub mod log;
pub mod measures;
pub mod people;
pub mod report;
pub mod simulate;
pub mod sources;
pub mod store;
pub mod study;
