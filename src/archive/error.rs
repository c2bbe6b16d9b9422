//! What can be wrong with the archive.

use std::path::PathBuf;

/// An archive that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The disk refused.
    #[error("cannot make the archive `{}`: {why}", path.display())]
    File {
        /// The archive.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// The database refused, or the file is none.
    #[error("cannot use the archive `{}`: {why}\nhint: `milepost archive verify` says what is whole; where the file itself is damaged, move it away and `milepost pull` reads everything again", path.display())]
    Database {
        /// The archive.
        path: PathBuf,
        /// What SQLite said.
        why: rusqlite::Error,
    },
    /// A record cannot be read back.
    #[error("the archive `{}` holds a broken record, `{record}`\nhint: `milepost archive mend` takes it out, and the next `milepost pull` reads its list again", path.display())]
    Broken {
        /// The archive.
        path: PathBuf,
        /// Unit, stream and key of the record.
        record: String,
    },
}
