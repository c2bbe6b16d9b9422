//! Bodies of records: JSON text, compressed where that is shorter.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use sha2::{Digest as _, Sha256};

const PLAIN: u8 = 0;
const DEFLATED: u8 = 1;

/// The hash that tells whether a record is still the same.
pub(super) fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes())[..16].to_vec()
}

/// As it is stored: a byte that says how, then the text.
pub(super) fn pack(text: &str) -> Vec<u8> {
    let mut packed = DeflateEncoder::new(vec![DEFLATED], Compression::fast());
    let whole = packed.write_all(text.as_bytes()).and_then(|()| packed.finish()).unwrap_or_default();
    if whole.is_empty() || whole.len() > text.len() {
        let mut plain = Vec::with_capacity(text.len() + 1);
        plain.push(PLAIN);
        plain.extend_from_slice(text.as_bytes());
        return plain;
    }
    whole
}

/// The text again; `None` where the bytes hold none.
pub(super) fn unpack(stored: &[u8]) -> Option<String> {
    let (how, bytes) = stored.split_first()?;
    match *how {
        PLAIN => String::from_utf8(bytes.to_vec()).ok(),
        DEFLATED => {
            let mut text = String::new();
            DeflateDecoder::new(bytes).read_to_string(&mut text).ok()?;
            Some(text)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_and_long_texts_get_shorter() {
        for text in ["", "{}", "{\"a\":\"\u{202E}é\\u0000\"}", &"{\"key\":\"value\"},".repeat(200)] {
            assert_eq!(unpack(&pack(text)).as_deref(), Some(text));
        }
        let long = "{\"created_at\":\"2025-01-01T00:00:00Z\"}".repeat(20);
        assert!(pack(&long).len() * 3 < long.len());
    }

    #[test]
    fn broken_bytes_are_no_text() {
        assert_eq!(unpack(&[]), None);
        assert_eq!(unpack(&[7, 1, 2]), None);
        assert_eq!(unpack(&[DEFLATED, 0xff, 0xff]), None);
        assert_eq!(unpack(&[PLAIN, 0xff]), None);
    }
}
