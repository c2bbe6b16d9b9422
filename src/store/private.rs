//! Files and folders that only their owner can read.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use super::StoreError;

/// Makes a folder, and those above it that are missing, for the owner alone.
///
/// # Errors
/// Where the system refuses.
pub fn create_private_dir(path: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(StoreError::file("make the folder", path))
}

/// Makes an empty file that the owner alone can read, in place of whatever was there.
pub(super) fn create_private_file(path: &Path) -> Result<File, StoreError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(StoreError::file("write", path))
}

/// Writes a file whole or not at all: into a neighbour first, which then takes its place.
///
/// # Errors
/// Where the system refuses.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let neighbour = path.with_extension("new");
    let mut file = create_private_file(&neighbour)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(StoreError::file("write", &neighbour))?;
    fs::rename(&neighbour, path).map_err(StoreError::file("replace", path))
}
