//! What can go wrong between tables and the disk.

use std::path::PathBuf;

/// A table that could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused.
    #[error("cannot {doing} `{}`: {why}", path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// A Parquet file is broken or of another shape.
    #[error("cannot {doing} the table `{}`: {why}", path.display())]
    Table {
        /// What was tried.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// What the reader said.
        why: polars::error::PolarsError,
    },
    /// A frame and a schema differ.
    #[error(
        "the table `{table}` has no column `{column}` of the kind that the log needs; it was written by another version: run `milepost pull --fresh`"
    )]
    Shape {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// The manifest could not be read or written.
    #[error("the manifest `{}` cannot be used: {why}", path.display())]
    Manifest {
        /// Where.
        path: PathBuf,
        /// What SQLite said.
        why: rusqlite::Error,
    },
    /// Another run holds the data folder.
    #[error("another milepost is at work in `{}`; wait for it, or stop it", path.display())]
    Busy {
        /// The data folder.
        path: PathBuf,
    },
}

impl StoreError {
    pub(super) fn file(doing: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        move |why| Self::File { doing, path: path.to_owned(), why }
    }

    pub(super) fn table(
        doing: &'static str,
        path: &std::path::Path,
    ) -> impl FnOnce(polars::error::PolarsError) -> Self {
        move |why| Self::Table { doing, path: path.to_owned(), why }
    }
}
