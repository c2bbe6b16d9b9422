//! Rows of the log as data frames, and back.

use polars::prelude::*;

use super::StoreError;
use crate::log::{Cell, Kind, Row};

/// The rows as a frame with the columns of their table.
///
/// # Panics
/// Never: every column has one cell for each row.
pub fn frame<R: Row>(rows: &[R]) -> DataFrame {
    let columns = R::COLUMNS
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let name = PlSmallStr::from_static(column.name);
            match column.kind {
                Kind::Text => text_cells(rows, index).with_name(name).into_column(),
                Kind::Int => int_cells(rows, index).with_name(name).into_column(),
                Kind::Bool => bool_cells(rows, index).with_name(name).into_column(),
            }
        })
        .collect();
    DataFrame::new(rows.len(), columns).expect("every column has one cell for each row")
}

fn text_cells<R: Row>(rows: &[R], index: usize) -> StringChunked {
    rows.iter()
        .map(|row| match row.cell(index) {
            Cell::Text(text) => Some(text),
            _ => None,
        })
        .collect()
}

fn int_cells<R: Row>(rows: &[R], index: usize) -> Int64Chunked {
    rows.iter()
        .map(|row| match row.cell(index) {
            Cell::Int(value) => Some(value),
            _ => None,
        })
        .collect()
}

fn bool_cells<R: Row>(rows: &[R], index: usize) -> BooleanChunked {
    rows.iter()
        .map(|row| match row.cell(index) {
            Cell::Bool(value) => Some(value),
            _ => None,
        })
        .collect()
}

enum Cells<'a> {
    Text(&'a StringChunked),
    Int(&'a Int64Chunked),
    Bool(&'a BooleanChunked),
}

impl<'a> Cells<'a> {
    fn at(&self, row: usize) -> Cell<'a> {
        match self {
            Self::Text(cells) => cells.get(row).map_or(Cell::Null, Cell::Text),
            Self::Int(cells) => cells.get(row).map_or(Cell::Null, Cell::Int),
            Self::Bool(cells) => cells.get(row).map_or(Cell::Null, Cell::Bool),
        }
    }
}

/// The rows that a frame holds.
///
/// # Errors
/// Where a column is missing, of another kind, or empty where the table does not allow it.
pub fn rows<R: Row>(frame: &DataFrame) -> Result<Vec<R>, StoreError> {
    let mut frame = frame.clone();
    // One chunk a column, so that a cell is found without a search.
    frame.rechunk_mut();
    let columns = R::COLUMNS
        .iter()
        .map(|column| {
            let wrong = || StoreError::Shape { table: R::TABLE, column: column.name };
            let series = frame.column(column.name).map_err(|_| wrong())?.as_materialized_series();
            match column.kind {
                Kind::Text => series.str().map(Cells::Text),
                Kind::Int => series.i64().map(Cells::Int),
                Kind::Bool => series.bool().map(Cells::Bool),
            }
            .map_err(|_| wrong())
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut cells = Vec::with_capacity(columns.len());
    (0..frame.height())
        .map(|row| {
            cells.clear();
            cells.extend(columns.iter().map(|column| column.at(row)));
            R::from_cells(&cells).ok_or_else(|| {
                let empty = R::COLUMNS
                    .iter()
                    .zip(&cells)
                    .find(|(column, cell)| !column.nullable && **cell == Cell::Null)
                    .map_or(R::COLUMNS[0].name, |(column, _)| column.name);
                StoreError::Shape { table: R::TABLE, column: empty }
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Membership;

    fn membership(person: &str, to_us: Option<i64>) -> Membership {
        Membership {
            person_id: person.to_owned(),
            team_id: "team:a".to_owned(),
            from_us: 5,
            to_us,
            evidence: "file:m.csv#2".to_owned(),
        }
    }

    #[test]
    fn rows_come_back_from_a_frame_as_they_went_in() {
        let written = vec![membership("p-1", None), membership("p-2", Some(9))];
        assert_eq!(rows::<Membership>(&frame(&written)).expect("same shape"), written);
    }

    #[test]
    fn a_frame_with_a_hole_where_none_may_be_is_refused() {
        let mut holed = frame(&[membership("p-1", None)]);
        let nothing = StringChunked::full_null(PlSmallStr::from_static("team_id"), 1);
        holed.with_column(nothing.into_column()).expect("same height");
        let error = rows::<Membership>(&holed).expect_err("a membership needs a team");
        assert!(error.to_string().contains("team_id"), "{error}");
    }
}
