//! What stops the pull of a file. No message holds a cell.

use std::fmt::Write as _;

use crate::config::written::WrittenFile;

/// A file that cannot be used. Each says what was seen, where, and what to try.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the fields are the words of the messages")]
pub enum FileError {
    /// A glob matches nothing.
    #[error("files.{id}: `{pattern}` matches no file below `{folder}`{}", nearest_ones(nearest))]
    NoMatch { id: String, pattern: String, folder: String, nearest: Vec<String> },
    /// The study file's entry cannot be meant.
    #[error("files.{id}.{field}: {message}")]
    Setting { id: String, field: String, message: String },
    /// The system does not give the file.
    #[error("cannot read `{path}`: {why}")]
    Unreadable { path: String, why: String },
    /// There is not even a header.
    #[error("`{path}` is empty: it has no header line to find columns in")]
    NoHeader { path: String },
    /// What follows cannot be told apart any more.
    #[error("{path}:{line}: {reason}")]
    Broken { path: String, line: u64, reason: String },
    /// A column that the study file maps is not there.
    #[error("{path}: there is no column `{column}` ({needed_by}); the columns are {columns}")]
    MissingColumn { path: String, column: String, needed_by: String, columns: String },
    /// The name of a column that is needed stands twice in the header.
    #[error("{path}:1: the column `{column}` stands twice in the header, so that its cells are ambiguous")]
    TwiceInHeader { path: String, column: String },
    /// More rows are bad than the limit allows; nothing was loaded.
    #[error(
        "{path}: {bad} of {rows} rows cannot be read, more than {limit}% (`bad-rows-percent`); nothing was loaded\n{}",
        first.join("\n")
    )]
    TooManyBadRows { path: String, bad: u64, rows: u64, limit: f64, first: Vec<String> },
}

impl FileError {
    /// A refusal of an entry for one of its fields, with what its preset says would help.
    pub(super) fn setting(file: &WrittenFile, field: &str, message: String) -> Self {
        let message = if field == "columns" { message + &remedy(file) } else { message };
        Self::Setting { id: file.id.clone(), field: field.to_owned(), message }
    }
}

/// What the preset of an entry says would help, as a hint.
pub(super) fn remedy(file: &WrittenFile) -> String {
    file.remedy().map_or_else(String::new, |remedy| format!("\nhint: {remedy}"))
}

pub(super) fn in_backticks(names: &[String]) -> String {
    const SHOWN: usize = 40;
    let mut text = String::new();
    for (place, name) in names.iter().take(SHOWN).enumerate() {
        let comma = if place > 0 { ", " } else { "" };
        // A file without a header has people where the columns should be.
        let name = if name.contains('@') { "…" } else { name };
        let _ = write!(text, "{comma}`{name}`");
    }
    if names.len() > SHOWN {
        let _ = write!(text, " and {} more", names.len() - SHOWN);
    }
    text
}

pub(super) fn nearest_ones(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!("\nhint: nearest are {}", in_backticks(names)) }
}
