//! The tickets that a text names.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::references::named;

/// One reference in a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sources) enum Mention {
    /// A ticket's key.
    Key(String),
    /// A number of an issue in the same repository.
    Number(u64),
    /// An issue of a repository by its path, `OWNER/NAME`, and its number. The path may be a person's.
    Elsewhere(String, String),
}

impl Mention {
    /// The ticket as the log calls it. `home`: the repository that `#12` is of; `known`: see [`named`]. None where it is of
    /// a repository that the study does not know.
    pub(in crate::sources) fn ticket(self, home: &str, known: &BTreeSet<String>) -> Option<String> {
        match self {
            Self::Key(key) => Some(key),
            Self::Number(number) => Some(format!("{home}#{number}")),
            Self::Elsewhere(path, number) => Some(format!("{}#{number}", named(&path, known)?)),
        }
    }
}

/// A message that names more than this quotes somebody else's release notes.
const MOST_MENTIONS: usize = 20;

static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"https?://[^\s/]+/([^\s/]+/[A-Za-z0-9_.-]+)(?:/-)?/(?:issues|work_items)/([0-9]+)",
        r"|https?://trello\.com/c/([A-Za-z0-9]+)",
        r"|\b([A-Z][A-Z0-9]{1,9}-[1-9][0-9]{0,6})\b",
        r"|(?:^|[\s(\[,;:])#([1-9][0-9]{0,8})\b",
    ))
    .expect("a test runs the pattern")
});

/// Prefixes that stand before a number in every second text and are no project.
const NO_PROJECT: &[&str] = &[
    "AES", "CVE", "CWE", "ECMA", "ES", "GHSA", "GPL", "GPT", "HTTP", "IEEE", "ISO", "MD", "PEP", "PKCS", "RFC", "RSA",
    "SHA", "SSL", "TLS", "UTC", "UTF", "WCAG", "X86",
];

/// The tickets that a text names, without the number that is its own.
pub(in crate::sources) fn mentions(message: &[u8], own_number: Option<u64>) -> Vec<Mention> {
    let mut found = Vec::new();
    for captures in REFERENCE.captures_iter(message) {
        let text = |group| captures.get(group).map(|found| String::from_utf8_lossy(found.as_bytes()).into_owned());
        let mention = if let (Some(repository), Some(number)) = (text(1), text(2)) {
            Mention::Elsewhere(repository, number)
        } else if let Some(card) = text(3) {
            Mention::Key(card)
        } else if let Some(key) = text(4) {
            let prefix = key.split('-').next().unwrap_or_default();
            if NO_PROJECT.contains(&prefix) {
                continue;
            }
            Mention::Key(key)
        } else if let Some(number) = text(5).and_then(|digits| digits.parse().ok()) {
            if Some(number) == own_number {
                continue;
            }
            Mention::Number(number)
        } else {
            continue;
        };
        found.push(mention);
    }
    found.sort_unstable();
    found.dedup();
    if found.len() > MOST_MENTIONS { Vec::new() } else { found }
}
