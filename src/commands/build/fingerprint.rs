//! What a log depends on, as one hash.

use std::fs;

use sha2::{Digest as _, Sha256};

use crate::config::Settings;
use crate::store::{Segments, StoreError};

/// The hash of version, study file, private people file, overrides and segments. Half of SHA-256 is plenty to tell two
/// builds apart, and shorter as a folder name.
pub(super) fn of(settings: &Settings, segments: &Segments) -> Result<String, StoreError> {
    let mut hash = Sha256::new();
    let mut add = |part: &[u8]| {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    };
    add(env!("CARGO_PKG_VERSION").as_bytes());
    // A missing file hashes as an empty one: it says as much.
    add(&fs::read(&settings.file).unwrap_or_default());
    add(&fs::read(settings.folder.join("people.toml")).unwrap_or_default());
    add(format!("{:?}", settings.as_of_us).as_bytes());
    for (unit, state) in segments.manifest().units()? {
        add(unit.as_bytes());
        add(state.rules.as_bytes());
        add(state.bookmark.as_bytes());
    }
    for folder in segments.manifest().folders()? {
        add(folder.as_bytes());
    }
    Ok(hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}
