//! Running the SQL of `queries/` over the tables of a study.
//!
//! In: the log's tables and the query files, built in or from a folder. Out: one more table in the [`Catalog`] for each
//! query, under the file's name. Before anything runs, every file is held to the subset of SQL that polars, `DuckDB` and
//! Spark answer alike ([`Rule`]), and its header to its text. This room knows no query by name: `journeys` and
//! `measures` say which folder runs when.

mod catalog;
mod error;
mod header;
mod queries;
mod shipped;
mod subset;

pub use catalog::Catalog;
pub use error::EngineError;
pub use header::{Header, OutputColumn};
pub use queries::{Folder, Queries, QueryFile};
pub use subset::Rule;
