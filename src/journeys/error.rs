//! What can go wrong between the log and the journeys.

use polars::prelude::DataFrame;

use crate::engine::{EngineError, QueryFile};

/// Journeys that could not be reconstructed.
#[derive(Debug, thiserror::Error)]
pub enum JourneysError {
    /// A query.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A table of the answer is not what the program reads.
    #[error(transparent)]
    Shape(#[from] crate::store::StoreError),
    /// The folder of queries lacks one that the program needs.
    #[error("no query writes the table `{table}`; a folder given with `--queries` needs all files of the shipped one")]
    NoTable {
        /// The table.
        table: &'static str,
    },
    /// A check found rows.
    #[error("the check `{check}` failed ({title}): {rows} rows, the first: {first}")]
    Check {
        /// The check, as `checks/name.sql`.
        check: String,
        /// What must hold.
        title: String,
        /// How many rows it found.
        rows: usize,
        /// The first of them.
        first: String,
    },
}

impl JourneysError {
    /// The error of a check that found rows. Ids of people are left out.
    pub(super) fn check(check: &QueryFile, violations: &DataFrame) -> Self {
        const SHOWN: usize = 3;
        let first: Vec<String> = (0..violations.height().min(SHOWN))
            .map(|row| {
                let cells: Vec<String> = violations
                    .columns()
                    .iter()
                    .filter(|column| !column.name().contains("person"))
                    .map(|column| format!("{} {}", column.name(), column.get(row).unwrap_or_default()))
                    .collect();
                cells.join(", ")
            })
            .collect();
        Self::Check {
            check: check.file(),
            title: check.header.title.trim_end_matches('.').to_owned(),
            rows: violations.height(),
            first: first.join("; "),
        }
    }
}
