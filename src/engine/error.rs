//! What can be wrong with a query, or with running it.

use std::path::PathBuf;

use super::Rule;

/// A query that cannot be used, or did not run. Each says which file, where, and what would be right.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The folder or a file of it cannot be read.
    #[error("cannot read queries from `{}`: {why}", path.display())]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// The header lacks a line, or says what the SQL does not.
    #[error("{file}:{line}: {message}")]
    Header {
        /// The query, as `folder/name.sql`.
        file: String,
        /// Line, from 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// It is not SQL.
    #[error("{file}: not SQL: {message}")]
    Syntax {
        /// The query.
        file: String,
        /// What the parser said, with line and column.
        message: String,
    },
    /// It leaves the subset that every engine answers alike.
    #[error("{file}:{line}: {rule}: {found}")]
    Subset {
        /// The query.
        file: String,
        /// Line, from 1.
        line: u64,
        /// The rule that it breaks.
        rule: Rule,
        /// What was found there.
        found: String,
    },
    /// Two queries write one table, or one writes a table of the log.
    #[error("two tables are called `{name}`; every query needs a name of its own")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// A query reads a table that nothing writes, or two wait for each other.
    #[error("{file}: reads `{table}`, which neither the log nor an earlier query holds")]
    UnknownTable {
        /// The query.
        file: String,
        /// The table.
        table: String,
    },
    /// The engine refused it.
    #[error("{file}: {why}")]
    Failed {
        /// The query, or `query` for one that was typed.
        file: String,
        /// What the engine said.
        why: polars::error::PolarsError,
    },
    /// The answer is not what the header promises.
    #[error("{file}: column `{column}` {message}")]
    Answer {
        /// The query.
        file: String,
        /// The column.
        column: String,
        /// What is wrong with it.
        message: String,
    },
    /// The log could not be read.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}
