//! What can go wrong with measures.

use crate::engine::EngineError;
use crate::store::StoreError;

/// A measure that could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum MeasuresError {
    /// A query could not be used, or did not run.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A table is not shaped as its rows need it.
    #[error(transparent)]
    Table(#[from] StoreError),
    /// Somebody asked for a table before the measures ran.
    #[error("the table `{table}` is not there; the measures have not run")]
    NotRun {
        /// The table.
        table: &'static str,
    },
}
