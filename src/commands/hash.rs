//! One hash for everything that must be told apart: SHA-256 over parts, each with its length.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// The hash in lower-case hex.
pub(super) fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The hash of texts.
pub(super) fn of_texts(parts: &[&str]) -> String {
    of(parts.iter().map(|part| part.as_bytes()))
}
