//! Measures: one row per unit of observation, ready for the statistics.
//!
//! In: a [`Catalog`] that holds the log and what `journeys` made of it. Out: the tables of `queries/measures/`, typed
//! rows of those that statistics read, and [`MEASURES`], which says what each number counts and leaves out. The
//! numbers are made in SQL; nothing is computed here. Left of it stands `journeys`, right of it the study.

mod error;
mod list;
mod rows;

pub use error::MeasuresError;
pub use list::{MEASURES, Measure, measure};
pub use rows::*;

use crate::engine::{Catalog, Folder};
use crate::log::Row;
use crate::store;

/// Runs every query of `queries/measures/`; the catalog then holds one more table for each.
///
/// # Errors
/// Where the catalog lacks a table of the log or of the journeys, or a query does not run.
pub fn run(catalog: &mut Catalog) -> Result<(), MeasuresError> {
    catalog.run_folder(Folder::Measures)?;
    Ok(())
}

/// The rows of a measure's table, in the order of its columns.
///
/// # Errors
/// Where the measures have not run, or the table is not shaped like `R`.
pub fn read<R: Row>(catalog: &Catalog) -> Result<Vec<R>, MeasuresError> {
    let table = catalog.table(R::TABLE).ok_or(MeasuresError::NotRun { table: R::TABLE })?;
    Ok(store::rows(table)?)
}
