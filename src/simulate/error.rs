//! What can go wrong when a world is written.

use std::path::PathBuf;

use crate::sources::git::script::ScriptError;

/// A world that cannot be written, or a script that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The disk refused.
    #[error("cannot use `{}`: {why}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// A line of a script is not one.
    #[error("{}:{line}: no line of a script of repositories: {why}", path.display())]
    Script {
        /// The script.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// A repository cannot be written.
    #[error(transparent)]
    Repository(#[from] ScriptError),
    /// A row cannot be written as CSV or JSON.
    #[error("cannot write a row of `{file}`: {why}")]
    Row {
        /// The file.
        file: &'static str,
        /// What the writer said.
        why: String,
    },
}
