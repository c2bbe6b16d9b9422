//! Rows of cells, whatever the format.

mod delimited;
mod json_lines;

use std::path::Path;

pub(super) use delimited::read as read_csv;
pub(super) use json_lines::{cells_of, read as read_json_lines};

/// A table as it is read, row by row.
pub struct Table {
    /// The names of all columns that exist, in their order.
    pub columns: Vec<String>,
    /// The rows; each holds the cells of the *wanted* columns, in the order they were asked for.
    pub rows: Box<dyn Iterator<Item = Result<RawRow, Broken>>>,
}

/// One row.
#[derive(Debug)]
pub struct RawRow {
    /// The line it begins on, from 1; in Parquet the row number, from 1.
    pub line: u64,
    /// Its cells, or why they cannot be told. An absent cell and an empty one are the same here.
    pub cells: Result<Vec<Option<String>>, RowFault>,
}

/// Why a whole row is bad.
#[derive(Debug, PartialEq, Eq)]
pub struct RowFault {
    /// The column at fault, where one is.
    pub column: Option<String>,
    /// What is wrong, without the cell.
    pub reason: String,
}

/// From here on the file cannot be read at all.
#[derive(Debug, PartialEq, Eq)]
pub struct Broken {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong, without a cell.
    pub reason: String,
}

/// Opens a Parquet file: its columns, and rows with the cells of the wanted columns (second argument) as text: integers in
/// digits, times in RFC 3339 UTC, true and false in words. A wanted column that does not exist gives `None` cells.
pub type ReadParquet = dyn Fn(&Path, &[String]) -> Result<Table, String>;

/// A cell as the mapping wants it: without white space around it; empty is absent.
fn cell(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
