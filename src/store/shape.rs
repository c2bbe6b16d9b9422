//! What a build does to tables that are too large to hold as rows.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::log::Row;

/// The rows in the total order of their table.
///
/// # Errors
/// Where the frame lacks a column of the order.
pub fn in_order<R: Row>(table: &DataFrame) -> PolarsResult<DataFrame> {
    let options = SortMultipleOptions::default().with_maintain_order(true);
    table.sort(R::ORDER.iter().copied(), options)
}

/// One row for each key: the one that stands last.
///
/// # Errors
/// Where the frame lacks a key column.
pub fn last_of_each(table: &DataFrame, keys: &[&str]) -> PolarsResult<DataFrame> {
    let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    table.unique_stable(Some(&keys), UniqueKeepStrategy::Last, None)
}

/// One row for each run of rows that agree in all of these text columns: for a table in order, each row once.
///
/// # Errors
/// Where a column is missing or not text.
pub fn without_repeats(table: &DataFrame, columns: &[&str]) -> PolarsResult<DataFrame> {
    let mut differs = vec![false; table.height()];
    for column in columns {
        let mut before = None;
        for (row, cell) in table.column(column)?.str()?.iter().enumerate() {
            differs[row] |= row == 0 || before != cell;
            before = cell;
        }
    }
    table.filter(&differs.into_iter().map(Some).collect())
}

/// Puts the mapped text in place of each text of a column; a text without one is kept.
///
/// # Errors
/// Where the column is missing or not text.
pub fn replace_text(table: &mut DataFrame, column: &str, new: &BTreeMap<String, String>) -> PolarsResult<()> {
    let replaced: StringChunked = table
        .column(column)?
        .str()?
        .iter()
        .map(|cell| cell.map(|text| new.get(text).map_or(text, String::as_str)))
        .collect();
    table.with_column(replaced.with_name(column.into()).into_column())?;
    Ok(())
}

/// The rows whose integer in `column` is at most `bound`.
///
/// # Errors
/// Where the column is missing or not an integer.
pub fn up_to(table: &DataFrame, column: &str, bound: i64) -> PolarsResult<DataFrame> {
    let mask: BooleanChunked = table.column(column)?.i64()?.iter().map(|cell| cell.map(|at| at <= bound)).collect();
    table.filter(&mask)
}

/// The rows whose text in `column` also stands in `other`'s `column`.
///
/// # Errors
/// Where a column is missing or not text.
pub fn present_in(table: &DataFrame, column: &str, other: &DataFrame) -> PolarsResult<DataFrame> {
    let known: PlHashSet<&str> = other.column(column)?.str()?.iter().flatten().collect();
    let mask: BooleanChunked =
        table.column(column)?.str()?.iter().map(|cell| Some(cell.is_some_and(|text| known.contains(text)))).collect();
    table.filter(&mask)
}
