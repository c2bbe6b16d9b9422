//! One table, one Parquet file.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use polars::prelude::*;

use super::StoreError;
use super::private::create_private_file;

/// Writes a frame. A kill cannot undo what was written; a power cut can, and then the reader says so: waiting for the disk
/// after each of a thousand small tables would cost more than reading the sources again.
///
/// # Errors
/// Where the system refuses.
pub fn write_parquet(path: &Path, table: &mut DataFrame) -> Result<(), StoreError> {
    // Unbuffered, the writer asks the system hundreds of times for a table of a few rows.
    let mut file = BufWriter::new(create_private_file(path)?);
    ParquetWriter::new(&mut file)
        .with_compression(ParquetCompression::Lz4Raw)
        .finish(table)
        .map_err(StoreError::table("write", path))?;
    file.flush().map_err(StoreError::file("write", path))
}

/// Reads a whole table.
///
/// # Errors
/// Where the file is missing, cut short or not Parquet.
pub fn read_parquet(path: &Path) -> Result<DataFrame, StoreError> {
    let file = File::open(path).map_err(StoreError::file("open", path))?;
    ParquetReader::new(file).finish().map_err(StoreError::table("read", path))
}

/// A header, and for each row the wanted cells.
pub type TextRows = (Vec<String>, Vec<Vec<Option<String>>>);

/// Reads any Parquet file as text, for files that users export: all column names, and the cells of the wanted columns.
/// Integers in digits, times in RFC 3339 UTC, true and false in words; an empty text is as absent as a null.
///
/// # Errors
/// Where the file is missing, cut short or not Parquet.
pub fn read_text_rows(path: &Path, wanted: &[String]) -> Result<TextRows, StoreError> {
    let table = read_parquet(path)?;
    let header = table.get_column_names().iter().map(ToString::to_string).collect();
    let columns: Vec<Option<&Column>> = wanted.iter().map(|name| table.column(name).ok()).collect();
    let rows = (0..table.height())
        .map(|row| columns.iter().map(|column| column.and_then(|column| text_of(column, row))).collect())
        .collect();
    Ok((header, rows))
}

fn text_of(column: &Column, row: usize) -> Option<String> {
    let text = match column.get(row).ok()? {
        AnyValue::Null => return None,
        AnyValue::String(text) => text.trim().to_owned(),
        AnyValue::StringOwned(text) => text.trim().to_owned(),
        AnyValue::Datetime(at, unit, _) | AnyValue::DatetimeOwned(at, unit, _) => instant(at, unit),
        other => other.to_string(),
    };
    (!text.is_empty()).then_some(text)
}

/// A Parquet timestamp as RFC 3339: what a file with real times should not have to describe.
fn instant(at: i64, unit: TimeUnit) -> String {
    crate::log::to_rfc3339(match unit {
        TimeUnit::Nanoseconds => at.div_euclid(1_000),
        TimeUnit::Microseconds => at,
        TimeUnit::Milliseconds => at.saturating_mul(1_000),
    })
}
