//! What a log depends on, as one hash.

use std::fs;

use super::super::hash;
use crate::config::Settings;
use crate::store::{Segments, StoreError};

/// The hash of version, study file, private people file, overrides and segments. Half of it is plenty to tell two builds
/// apart, and shorter as a folder name.
pub(super) fn of(settings: &Settings, segments: &Segments) -> Result<String, StoreError> {
    let mut parts = vec![
        env!("CARGO_PKG_VERSION").as_bytes().to_vec(),
        // A missing file hashes as an empty one: it says as much.
        fs::read(&settings.file).unwrap_or_default(),
        fs::read(settings.folder.join("people.toml")).unwrap_or_default(),
        format!("{:?}", settings.as_of_us).into_bytes(),
    ];
    for (unit, state) in segments.manifest().units()? {
        parts.extend([unit, state.rules, state.bookmark].map(String::into_bytes));
    }
    for (_, folder) in segments.manifest().folders()? {
        parts.push(folder.into_bytes());
    }
    let mut hash = hash::of(parts.iter().map(Vec::as_slice));
    hash.truncate(32);
    Ok(hash)
}
