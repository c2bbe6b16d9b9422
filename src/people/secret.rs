//! The key of the pseudonyms.

use std::fmt;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{PeopleError, private};

/// The name of the key's file in the study folder.
pub const KEY_FILE: &str = "pseudonym.key";

/// The key that turns what people are called into pseudonyms. Whoever has it can try names until one fits.
#[derive(Clone)]
pub struct Secret(Hmac<Sha256>);

impl Secret {
    /// The key in `folder`, made there first if there is none: 32 random bytes in a file that only its owner can open.
    ///
    /// # Errors
    /// Where others can open the file, or it cannot be read or written, or holds no key.
    pub fn load_or_create(folder: &Path) -> Result<Self, PeopleError> {
        let path = folder.join(KEY_FILE);
        let unusable = |why| PeopleError::Unusable { path: path.clone(), why };
        if let Some(text) = private::read(&path)? {
            return Self::from_hex(text.trim()).ok_or(PeopleError::NoKey { path });
        }
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).map_err(|why| unusable(io::Error::other(why.to_string())))?;
        // Written aside (the file is 0600 from its first instant) and then linked into place unless another run was
        // first: a run killed between the two leaves no half a key, and two runs at once end up with the same one.
        let mut aside = tempfile::NamedTempFile::new_in(folder).map_err(unusable)?;
        aside.write_all(hex(&bytes).as_bytes()).and_then(|()| aside.write_all(b"\n")).map_err(unusable)?;
        aside.as_file().sync_all().map_err(unusable)?;
        match aside.persist_noclobber(&path) {
            Ok(_) => Ok(Self::from_bytes(&bytes)),
            Err(lost) if lost.error.kind() == io::ErrorKind::AlreadyExists => Self::load_or_create(folder),
            Err(lost) => Err(unusable(lost.error)),
        }
    }

    /// A key that everybody may know, for published samples.
    pub fn public(text: &str) -> Self {
        Self::from_bytes(text.as_bytes())
    }

    fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let bytes: Option<Vec<u8>> =
            (0..32).map(|place| u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()).collect();
        bytes.map(|bytes| Self::from_bytes(&bytes))
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        Self(Hmac::new_from_slice(bytes).expect("HMAC takes a key of any length"))
    }

    /// The keyed hash of some parts, in hexadecimal digits; no two lists of parts give the same input.
    pub(super) fn hash(&self, parts: &[&str], digits: usize) -> String {
        let mut mac = self.0.clone();
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                mac.update(&[0]);
            }
            mac.update(part.as_bytes());
        }
        let mut text = hex(&mac.finalize().into_bytes());
        text.truncate(digits);
        text
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_then_kept() {
        let folder = tempfile::tempdir().unwrap();
        let made = Secret::load_or_create(folder.path()).unwrap();
        let found = Secret::load_or_create(folder.path()).unwrap();
        assert_eq!(made.hash(&["a"], 64), found.hash(&["a"], 64));
        let other = Secret::load_or_create(tempfile::tempdir().unwrap().path()).unwrap();
        assert_ne!(made.hash(&["a"], 64), other.hash(&["a"], 64));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside the key");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_is_its_owners_alone_and_refused_when_it_is_not() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        Secret::load_or_create(folder.path()).unwrap();
        let path = folder.path().join(KEY_FILE);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for mode in [0o640, 0o604, 0o660] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let error = Secret::load_or_create(folder.path()).unwrap_err().to_string();
            assert!(error.contains("hint: chmod 600"), "{error}");
        }
    }

    #[test]
    fn a_broken_key_is_neither_used_nor_replaced_nor_shown() {
        let folder = tempfile::tempdir().unwrap();
        Secret::load_or_create(folder.path()).unwrap();
        let path = folder.path().join(KEY_FILE);
        std::fs::write(&path, "0123456789abcdef").unwrap();
        let error = Secret::load_or_create(folder.path()).unwrap_err();
        assert!(matches!(error, PeopleError::NoKey { .. }));
        assert!(!error.to_string().contains("0123456789abcdef"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "0123456789abcdef");
        assert_eq!(format!("{:?}", Secret::public("0123")), "Secret(…)");
    }
}
