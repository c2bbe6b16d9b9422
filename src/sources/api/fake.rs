//! For tests: a tiny system for each source, which the contract suite asks in every way that goes wrong.

use std::collections::BTreeMap;

use serde_json::Value;

use super::request::{Answer, Request};

/// A system as a function: same request, same day, same answer.
pub(super) struct Fake {
    /// TOML behind `[study]`: one entry of `[[apis]]` with id `x`, url `https://fake.test` (and a path where the real one
    /// has one), and whatever of the study its records need.
    pub(super) study: &'static str,
    /// What it answers. On day 1 something has been added to and something changed in each stream that can change since
    /// day 0, and something is gone where the source can see that. Lists are at least two pages long where pages follow
    /// each other. A request that the real system would refuse is answered as the real system would.
    pub(super) answer: fn(&Request, u32) -> Answer,
}

/// An answer of status 200 at noon of 2025-06-01.
pub(super) fn ok(body: &Value) -> Answer {
    with_headers(200, body, &[])
}

/// An answer with headers of its own.
pub(super) fn with_headers(status: u16, body: &Value, more: &[(&str, &str)]) -> Answer {
    let date = ("date".to_owned(), "Sun, 01 Jun 2025 12:00:00 GMT".to_owned());
    let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let headers: BTreeMap<String, String> = std::iter::once(date).chain(more).collect();
    Answer { status, headers, body: body.to_string().into_bytes() }
}

/// An answer of status 404.
pub(super) fn not_there() -> Answer {
    with_headers(404, &serde_json::json!({"message": "Not Found"}), &[])
}

/// Everything of a request that a fake decides by: the path and query below `https://fake.test`.
pub(super) fn target(request: &Request) -> &str {
    request.url.strip_prefix("https://fake.test").unwrap_or(&request.url)
}
