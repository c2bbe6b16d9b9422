//! What can be wrong with a study file.

use std::path::{Path, PathBuf};

/// A study file that cannot be used. Each says what was seen, where, and what to try.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It is not there, or not readable.
    #[error("cannot read the study file `{}`: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// It is not TOML, or has a key or value that the study file does not know.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong, with the field.
        message: String,
    },
    /// A field has a value that cannot be meant.
    #[error("{}:{line}: `{field}`: {message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line that the field's value stands on, where it can be told; else 1.
        line: usize,
        /// The field, dotted.
        field: String,
        /// What is wrong and what would be right.
        message: String,
    },
}

impl ConfigError {
    /// The file, line and column that the error is about, from 1.
    pub fn place(&self) -> Option<(&Path, usize, usize)> {
        match self {
            Self::Unreadable { .. } => None,
            Self::Malformed { path, line, column, .. } => Some((path, *line, *column)),
            Self::Invalid { path, line, .. } => Some((path, *line, 1)),
        }
    }
}
