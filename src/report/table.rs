//! Tables: columns that know their unit, and cells that are text, a number, or hidden for a reason.

use serde::Serialize;

use super::quantity::{Quantity, Unit};

/// To which side a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its heading.
    pub label: String,
    /// The unit of its numbers, printed once in the heading.
    pub unit: Option<Unit>,
    /// To which side it is set.
    pub align: Align,
}

impl Column {
    /// A column of text.
    pub fn text(label: impl Into<String>) -> Self {
        Self { label: label.into(), unit: None, align: Align::Left }
    }

    /// A column of numbers.
    pub fn number(label: impl Into<String>, unit: Unit) -> Self {
        Self { label: label.into(), unit: Some(unit), align: Align::Right }
    }

    /// The heading with its unit.
    pub(super) fn heading(&self) -> String {
        match self.unit.map(Unit::name) {
            Some(unit) if !unit.is_empty() => format!("{} ({unit})", self.label),
            _ => self.label.clone(),
        }
    }
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// Words.
    Text(String),
    /// A number, or its absence with the reason.
    Number(Quantity),
    /// Not shown, because it would stand for fewer than five people.
    FewerThanFive,
    /// Not shown, because a hidden neighbour could be reckoned from it.
    HiddenWithNeighbour,
}

impl Entry {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A plain count.
    pub fn count(count: u64) -> Self {
        Self::Number(Quantity::count(count))
    }
}

/// A table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// The anchor; also the name of its CSV file.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, in an order that ranks nobody (alphabetical, or by time).
    pub rows: Vec<Vec<Entry>>,
    /// What a reader must know, or empty.
    pub note: String,
}

impl Table {
    /// A table without rows.
    pub fn new(id: impl Into<String>, title: impl Into<String>, columns: Vec<Column>) -> Self {
        Self { id: id.into(), title: title.into(), columns, rows: Vec::new(), note: String::new() }
    }

    /// The table with one more row; a short one is filled up with `not known`, a long one is cut.
    #[must_use]
    pub fn row(mut self, cells: impl IntoIterator<Item = Entry>) -> Self {
        let mut cells: Vec<Entry> = cells.into_iter().take(self.columns.len()).collect();
        cells.resize(self.columns.len(), Entry::text("not known"));
        self.rows.push(cells);
        self
    }

    /// The table with a note below it.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}
