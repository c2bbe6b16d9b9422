//! Tables on disk: Parquet files, immutable segments with a SQLite manifest, and the log that a build leaves.
//!
//! In: rows of [`crate::log`]. Out: data frames for the engine. A pull adds a segment and its bookmark in one
//! transaction; a build writes a whole new log beside the old one and then turns one pointer. Whoever is killed at
//! any point leaves what was there before. Every file is readable by its owner alone.

mod error;
mod frame;
mod log_folder;
mod manifest;
mod parquet;
mod private;
mod segments;
mod shape;

pub use error::StoreError;
pub use frame::{frame, rows};
pub use log_folder::LogFolder;
pub use manifest::{Manifest, UnitState};
pub use parquet::{TextRows, read_parquet, read_text_rows, write_parquet};
pub use private::{create_private_dir, write_private};
pub use segments::{OpenSegment, Segments, segment_table};
pub use shape::{in_order, last_of_each, present_in, replace_text, up_to, without_repeats};
