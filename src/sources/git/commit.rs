//! Reads one commit: what the history keeps of it, and what its message refers to.

use std::collections::BTreeMap;

use gix::ObjectId;

use super::text::{self, Landed};

/// A place in the table of commits; [`NONE`] for a parent that is not there.
pub(super) type Place = u32;

/// No commit.
pub(super) const NONE: Place = Place::MAX;

/// What the history keeps of a commit.
#[derive(Clone, Debug)]
pub(super) struct Commit {
    pub(super) id: ObjectId,
    pub(super) tree: ObjectId,
    pub(super) first_parent: Place,
    pub(super) other_parents: Box<[Place]>,
    /// Signatures by their place in [`Signatures`].
    pub(super) author: u32,
    pub(super) committer: u32,
    pub(super) author_s: i64,
    pub(super) committer_s: i64,
    /// Longest path from a root.
    pub(super) generation: u32,
    /// Place on the first-parent line of the landing that brought it in.
    pub(super) landing: u32,
    /// What the message says of a landing; only merges and squashes have it.
    pub(super) landed: Option<Box<Landed>>,
    /// Its parents exist and are not here: nothing is known of the state before it.
    pub(super) cut: bool,
}

impl Commit {
    pub(super) fn is_merge(&self) -> bool {
        !self.other_parents.is_empty()
    }

    pub(super) fn parents(&self) -> impl Iterator<Item = Place> + '_ {
        std::iter::once(self.first_parent).chain(self.other_parents.iter().copied()).filter(|place| *place != NONE)
    }

    pub(super) fn commit_us(&self) -> i64 {
        self.committer_s.saturating_mul(1_000_000)
    }

    pub(super) fn author_us(&self) -> i64 {
        self.author_s.saturating_mul(1_000_000)
    }
}

/// Every distinct name and e-mail, each kept once; they never leave this room but through `Register`.
#[derive(Default)]
pub(super) struct Signatures {
    places: BTreeMap<Vec<u8>, u32>,
    all: Vec<(String, String)>,
}

impl Signatures {
    /// The place of a `NAME <EMAIL>`, given as it stands in the commit.
    pub(super) fn place(&mut self, written: &[u8]) -> u32 {
        if let Some(place) = self.places.get(written) {
            return *place;
        }
        let place = u32::try_from(self.all.len()).expect("fewer than four billion signatures");
        let (name, email) = split_signature(written);
        self.places.insert(written.to_vec(), place);
        self.all.push((name, email));
        place
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all.iter().map(|(name, email)| (name.as_str(), email.as_str()))
    }

    pub(super) fn email(&self, place: u32) -> &str {
        &self.all[place as usize].1
    }
}

fn split_signature(written: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(written);
    match text.split_once('<') {
        Some((name, email)) => (name.trim().to_owned(), email.trim_end_matches('>').trim().to_owned()),
        None => (text.trim().to_owned(), String::new()),
    }
}

/// A commit's header and message as they stand in the object.
pub(super) struct Raw<'a> {
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<ObjectId>,
    pub(super) author: (&'a [u8], i64),
    pub(super) committer: (&'a [u8], i64),
    pub(super) message: &'a [u8],
}

/// Reads the object; `None` where it is no commit. Tolerant of everything that git itself lets pass.
pub(super) fn parse(bytes: &[u8]) -> Option<Raw<'_>> {
    let mut rest = bytes;
    let mut raw = Raw {
        tree: ObjectId::from_hex(take_line(&mut rest)?.strip_prefix(b"tree ")?).ok()?,
        parents: Vec::new(),
        author: (b"", 0),
        committer: (b"", 0),
        message: b"",
    };
    loop {
        let line = take_line(&mut rest)?;
        if let Some(hex) = line.strip_prefix(b"parent ") {
            raw.parents.push(ObjectId::from_hex(hex).ok()?);
        } else if let Some(author) = line.strip_prefix(b"author ") {
            raw.author = signed(author);
        } else if let Some(committer) = line.strip_prefix(b"committer ") {
            raw.committer = signed(committer);
            break;
        } else if line.is_empty() {
            raw.message = rest;
            return Some(raw);
        }
    }
    // The lines of a signature begin with a blank, so that the first empty line ends the header.
    while let Some(line) = take_line(&mut rest) {
        if line.is_empty() {
            raw.message = rest;
            break;
        }
    }
    Some(raw)
}

fn take_line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    if rest.is_empty() {
        return None;
    }
    let end = bstr::ByteSlice::find_byte(*rest, b'\n').unwrap_or(rest.len());
    let line = &rest[..end];
    *rest = &rest[(end + 1).min(rest.len())..];
    Some(line)
}

/// `NAME <EMAIL> SECONDS OFFSET`: the offset only says how the time was printed.
pub(super) fn signed(line: &[u8]) -> (&[u8], i64) {
    let Some(end) = bstr::ByteSlice::rfind_byte(line, b'>') else {
        return (line, 0);
    };
    let time = line[end + 1..].trim_ascii();
    let seconds =
        time.split(|byte| *byte == b' ').next().and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    (&line[..=end], seconds.unwrap_or(0))
}

/// What the message says of a landing, where this commit can be one.
pub(super) fn landed(raw: &Raw<'_>) -> Option<Box<Landed>> {
    text::landed(raw.message, raw.parents.len()).map(Box::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_commit_ends_its_header_at_the_first_empty_line() {
        let bytes =
            b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A B <a@b.c> 12 +0100\ncommitter C <c> 13 -0200\n\
gpgsig -----BEGIN-----\n \n abc\n -----END-----\n\nSubject\n\nBody\n";
        let raw = parse(bytes).expect("a commit");
        assert_eq!((raw.author, raw.committer.1), ((b"A B <a@b.c>".as_slice(), 12), 13));
        assert_eq!(raw.message, b"Subject\n\nBody\n");
    }

    #[test]
    fn a_signature_without_an_end_is_still_somebody() {
        assert_eq!(signed(b"nobody"), (b"nobody".as_slice(), 0));
        assert_eq!(split_signature(b"Ann Lee <ann@x.org>"), ("Ann Lee".to_owned(), "ann@x.org".to_owned()));
    }
}
