//! One table, one Parquet file.

use std::fs::File;
use std::path::Path;

use polars::prelude::*;

use super::StoreError;
use super::private::create_private_file;

/// Writes a frame and waits until the disk has it.
///
/// # Errors
/// Where the system refuses.
pub fn write_parquet(path: &Path, table: &mut DataFrame) -> Result<(), StoreError> {
    let file = create_private_file(path)?;
    ParquetWriter::new(&file)
        .with_compression(ParquetCompression::Lz4Raw)
        .finish(table)
        .map_err(StoreError::table("write", path))?;
    file.sync_all().map_err(StoreError::file("write", path))
}

/// Reads a whole table.
///
/// # Errors
/// Where the file is missing, cut short or not Parquet.
pub fn read_parquet(path: &Path) -> Result<DataFrame, StoreError> {
    let file = File::open(path).map_err(StoreError::file("open", path))?;
    ParquetReader::new(file).finish().map_err(StoreError::table("read", path))
}

/// Reads any Parquet file as text: a header, and rows of cells. For files that users export.
///
/// # Errors
/// Where the file is missing, cut short or not Parquet.
pub fn read_text_rows(path: &Path) -> Result<(Vec<String>, Vec<Vec<Option<String>>>), StoreError> {
    let table = read_parquet(path)?;
    let header = table.get_column_names().iter().map(|name| name.to_string()).collect();
    let columns: Vec<&Column> = table.columns().iter().collect();
    let rows = (0..table.height())
        .map(|row| {
            columns
                .iter()
                .map(|column| match column.get(row) {
                    Err(_) | Ok(AnyValue::Null) => None,
                    Ok(AnyValue::String(text)) => Some(text.to_owned()),
                    Ok(AnyValue::StringOwned(text)) => Some(text.to_string()),
                    Ok(AnyValue::Datetime(at, unit, _)) => Some(instant(at, unit)),
                    Ok(AnyValue::DatetimeOwned(at, unit, _)) => Some(instant(at, unit)),
                    Ok(other) => Some(other.to_string()),
                })
                .collect()
        })
        .collect();
    Ok((header, rows))
}

/// A Parquet timestamp as RFC 3339: what a file with real times should not have to describe.
fn instant(at: i64, unit: TimeUnit) -> String {
    crate::log::to_rfc3339(match unit {
        TimeUnit::Nanoseconds => at.div_euclid(1_000),
        TimeUnit::Microseconds => at,
        TimeUnit::Milliseconds => at.saturating_mul(1_000),
    })
}
