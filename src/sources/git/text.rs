//! Reads a commit's message once: the change that it lands, and the tickets that it names. The text itself is dropped.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::sources::text::{Mention, mentions};

/// What the message of a landing says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Landed {
    /// The number of the pull or merge request.
    pub(super) number: Option<u64>,
    /// The tickets that subject and body name, as they will stand in the log (`ABC-123`, or `#12` of the repository).
    pub(super) mentions: Vec<Mention>,
}

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a test runs every pattern")
}

static MERGE: LazyLock<Regex> = LazyLock::new(|| compiled(r"^Merge pull request #([0-9]+)"));
static SQUASH: LazyLock<Regex> = LazyLock::new(|| compiled(r"\([#!]([0-9]+)\)\s*$"));
static GITLAB: LazyLock<Regex> = LazyLock::new(|| compiled(r"(?m)^See merge request \S*!([0-9]+)\s*$"));
/// What a message says of a landing; `None` where a commit with so many parents is none by its text.
pub(super) fn landed(message: &[u8], parents: usize) -> Option<Landed> {
    let message = message.trim_ascii_start();
    let subject = message.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let gitlab = || number(&GITLAB, message);
    let number = if parents > 1 {
        number(&MERGE, subject).or_else(gitlab).or_else(|| number(&SQUASH, subject))
    } else {
        let squash = if subject.trim_ascii_end().ends_with(b")") { number(&SQUASH, subject) } else { None };
        Some(squash.or_else(|| if message.len() > subject.len() { gitlab() } else { None })?)
    };
    Some(Landed { number, mentions: mentions(message, number) })
}

fn number(pattern: &Regex, text: &[u8]) -> Option<u64> {
    std::str::from_utf8(pattern.captures(text)?.get(1)?.as_bytes()).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merges_and_squashes_of_both_hosts_give_their_number() {
        let numbers = [
            (b"Merge pull request #12 from a/b\n\nTitle".as_slice(), 2, Some(Some(12))),
            (b"Merge branch 'x' into 'main'\n\nTitle\n\nSee merge request group/sub/proj!7\n", 2, Some(Some(7))),
            (b"Add a thing (#345)\n\nBody", 1, Some(Some(345))),
            (b"Add a thing (!6)", 1, Some(Some(6))),
            (b"Add a thing\n\nSee merge request a/b!8", 1, Some(Some(8))),
            (b"Merge branch 'main' into x", 2, Some(None)),
            (b"Add (#3) a thing", 1, None),
            (b"Add a thing", 1, None),
        ];
        for (message, parents, expected) in numbers {
            assert_eq!(landed(message, parents).map(|landed| landed.number), expected, "{message:?}");
        }
    }

    #[test]
    fn tickets_are_found_and_standards_are_not() {
        let text = b"Merge pull request #5 from x/ABC-12-y\n\nFixes #7 and #5, UTF-8, CVE-2024-1, see https://trello.com/c/aB3/1-x \
and https://github.com/o/other-repo/issues/9";
        let found = landed(text, 2).expect("a merge").mentions;
        assert_eq!(
            found,
            [
                Mention::Key("ABC-12".to_owned()),
                Mention::Key("aB3".to_owned()),
                Mention::Number(7),
                Mention::Elsewhere("o/other-repo".to_owned(), "9".to_owned()),
            ]
        );
    }

    #[test]
    fn quoted_release_notes_are_not_mentions() {
        let text = (100..140).map(|number| format!("- fix #{number}")).collect::<Vec<_>>().join("\n");
        assert!(landed(format!("Bump x (#1)\n\n{text}").as_bytes(), 1).expect("a squash").mentions.is_empty());
    }
}
