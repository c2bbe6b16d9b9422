//! The file source: exported tickets, runs, deployments, memberships, surveys and ready-made events.
//!
//! In: one `[[files]]` entry of the study file ([`crate::config::written::WrittenFile`]) and the files that it matches.
//! Out: [`Facts`]. A bad row is left out and counted with file, line, column and reason; too many stop the pull, and then
//! nothing is returned. Cells of people and of free text stand in no error and no caveat.
//!
//! Stages: `find` (which files) → `table` (rows of cells, per format) → `mapping` (cells become fields) → `streams` (one
//! file each: its fields and a `translate` per row) → [`super::told`] (rows of the log). Parquet is read by the caller's
//! [`ReadParquet`], since only the `store` room knows polars. `delivered` reads rows that come one by one by the same rules.

mod delivered;
mod error;
mod find;
mod mapping;
mod pull;
mod silence;
mod streams;
mod table;
mod times;

pub(in crate::sources) use delivered::{LetIn, check, let_in, tell};
pub use error::FileError;
pub use mapping::{Field, FieldKind};
pub use pull::{Pull, Pulled, fingerprint, pull};
pub use streams::fields_of;
pub use table::{Broken, RawRow, ReadParquet, RowFault, Table};

pub use crate::log::Facts;
