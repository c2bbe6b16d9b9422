//! The scan: the last gate before a shareable output is written. It refuses text that holds something that looks like a
//! sha, an e-mail address, a time to the second, a person's pseudonym or a ticket key.
//!
//! Input: the document, and the finished files. Output: nothing, or where the first such thing stands; never the thing.
//! It guards against a mistake elsewhere: what it refuses should not have been put into the document.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::document::Document;

/// What kind of thing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telltale {
    /// Seven to forty hexadecimal digits, with a letter and a digit among them.
    Sha,
    /// An e-mail address.
    Email,
    /// A time to the second.
    Second,
    /// The pseudonym of a person or an identity.
    Pseudonym,
    /// A ticket key.
    TicketKey,
}

impl Telltale {
    /// The thing in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Sha => "a commit id",
            Self::Email => "an e-mail address",
            Self::Second => "a time to the second",
            Self::Pseudonym => "the pseudonym of a person",
            Self::TicketKey => "a ticket key",
        }
    }
}

/// Where something was found that must not be shared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place} holds what looks like {}: a shareable report must not; nothing was written", .what.words())]
pub struct Refusal {
    /// The part of the document, e.g. sections\[2\] `tickets`, or the file.
    pub place: String,
    /// What it looks like.
    pub what: Telltale,
}

static PATTERNS: LazyLock<Vec<(Telltale, Regex)>> = LazyLock::new(|| {
    [
        (Telltale::Email, r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"),
        (Telltale::Second, r"\d\d:\d\d:\d\d"),
        (Telltale::TicketKey, r"(?:\b|_)[A-Z][A-Z0-9]+-\d+"),
        (Telltale::Pseudonym, r"(?:\b|_)[pi]-[0-9a-z]{4,}"),
        (Telltale::Sha, r"[0-9A-Za-z]{7,}"),
    ]
    .map(|(what, pattern)| (what, Regex::new(pattern).expect("the pattern is a constant")))
    .into()
});

/// What the text gives away, if anything.
pub fn telltale(text: &str) -> Option<Telltale> {
    PATTERNS
        .iter()
        .find_map(|(what, pattern)| pattern.find_iter(text).any(|found| is_one(*what, found.as_str())).then_some(*what))
}

/// Words and plain numbers have the form of a sha or a pseudonym too: `defaced`, `20260302`, `p-values`.
fn is_one(what: Telltale, found: &str) -> bool {
    match what {
        Telltale::Sha => {
            found.len() <= 40
                && found.bytes().all(|byte| byte.is_ascii_hexdigit())
                && found.bytes().any(|byte| byte.is_ascii_digit())
                && found.bytes().any(|byte| byte.is_ascii_alphabetic())
        }
        Telltale::Pseudonym => found.bytes().any(|byte| byte.is_ascii_digit()),
        _ => true,
    }
}

/// Refuses a document of which any text gives something away.
///
/// # Errors
/// Names the part of the document and the kind of thing.
///
/// # Panics
/// Never: a document serialises, its maps having string keys only.
pub fn document(document: &Document) -> Result<(), Refusal> {
    let value = serde_json::to_value(document).expect("a document has string keys only and no infinite numbers");
    let Value::Object(parts) = value else { return Ok(()) };
    for (part, value) in parts {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let id = item.get("id").and_then(Value::as_str).filter(|id| telltale(id).is_none());
                    let place = id.map_or_else(|| format!("{part}[{index}]"), |id| format!("{part}[{index}] `{id}`"));
                    refuse(&place, item)?;
                }
            }
            other => refuse(&part, &other)?,
        }
    }
    Ok(())
}

fn refuse(place: &str, value: &Value) -> Result<(), Refusal> {
    match value {
        Value::String(text) => telltale(text).map_or(Ok(()), |what| Err(Refusal { place: place.to_owned(), what })),
        Value::Array(items) => items.iter().try_for_each(|item| refuse(place, item)),
        Value::Object(fields) => fields.values().try_for_each(|field| refuse(place, field)),
        _ => Ok(()),
    }
}

/// Refuses a finished file that gives something away.
///
/// # Errors
/// Names the file and the kind of thing.
pub fn file(path: &str, text: &str) -> Result<(), Refusal> {
    telltale(text).map_or(Ok(()), |what| Err(Refusal { place: path.to_owned(), what }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_points_at_a_person_or_an_instant_is_found() {
        for (text, what) in [
            ("merged as 4f2a9c1 last week", Telltale::Sha),
            ("0123456789abcdef0123456789abcdef01234567", Telltale::Sha),
            ("mail ada@example.org.", Telltale::Email),
            ("at 2026-03-02T10:11:12Z", Telltale::Second),
            ("by p-8c1f00d9aa", Telltale::Pseudonym),
            ("i-00ff12", Telltale::Pseudonym),
            ("see PLAT-431", Telltale::TicketKey),
            ("fix_PLAT-431_again", Telltale::TicketKey),
            ("build_4f2a9c1_3", Telltale::Sha),
        ] {
            assert_eq!(telltale(text), Some(what), "{text}");
        }
    }

    #[test]
    fn what_a_report_says_is_let_through() {
        for text in [
            "week of 2 March 2026",
            "2026-03-02",
            "1,234,567 deploys",
            "a defaced page",
            "the p-value",
            "12 of 40 (38%)",
            "1234567",
        ] {
            assert_eq!(telltale(text), None, "{text}");
        }
    }

    #[test]
    fn the_refusal_names_the_place_and_not_the_text() {
        let mut sample = super::super::sample::document();
        sample.sections[1].blocks.push(super::super::Block::paragraph("as Ada asked in PLAT-431"));
        let refusal = document(&sample).expect_err("a ticket key is refused");
        assert_eq!(refusal.place, "sections[1] `tickets`");
        assert!(!refusal.to_string().contains("PLAT-431"));
    }
}
