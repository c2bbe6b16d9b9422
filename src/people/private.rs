//! Files that only their owner may open.

use std::fs;
use std::io;
use std::path::Path;

use super::PeopleError;

/// The text of a private file; `None` where there is no such file.
///
/// Permissions are looked at before the content, so that an exposed file is never used by accident.
pub(super) fn read(path: &Path) -> Result<Option<String>, PeopleError> {
    let unusable = |why| PeopleError::Unusable { path: path.to_owned(), why };
    let about = match fs::metadata(path) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(unusable)?,
    };
    refuse_if_exposed(path, &about)?;
    fs::read_to_string(path).map(Some).map_err(unusable)
}

#[cfg(unix)]
fn refuse_if_exposed(path: &Path, about: &fs::Metadata) -> Result<(), PeopleError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = about.permissions().mode() & 0o777;
    let others = mode & 0o077;
    if others == 0 { Ok(()) } else { Err(PeopleError::Exposed { path: path.to_owned(), mode }) }
}

// Elsewhere the folder's own access list decides; there are no permission bits to read.
#[cfg(not(unix))]
fn refuse_if_exposed(_: &Path, _: &fs::Metadata) -> Result<(), PeopleError> {
    Ok(())
}
