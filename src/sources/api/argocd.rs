//! Argo CD: the syncs of applications, which are deployments.
//!
//! API v1 (`/api/v1/applications`), read by a token of a role with `applications, get`. The list has no pages. An
//! application remembers only its last successful syncs (ten, unless `revisionHistoryLimit` says otherwise) and of
//! failed ones only the last operation; what was seen once stays in the archive, so the more often is pulled, the less
//! is missed. What is not seen: failures between two pulls that something later wrote over, syncs of single resources
//! (Argo CD keeps none of them), whether what was synced became healthy, and that a sync went back to an older
//! revision.

mod shape;
mod tell;

use super::kept::Refusal;
use super::request::Request;
use super::stream::{Ask, Face, Keep, Order, Pace, Part, Sign, Source, Stream};

/// The source. No limit is documented; the whole list is one request.
pub(super) const SOURCE: Source = Source {
    streams: STREAMS,
    sign: Sign::Bearer,
    headers: &[("accept", "application/json")],
    pace: Pace { in_flight: 2, points_per_minute: 300, window: 60_000_000, busy: &[] },
};

/// Whoever began a sync is known by what they sign in with: an e-mail or a handle, told apart before the door.
const USER: Face = Face { name: "", email: "email", handle: "handle", prefix: "" };

/// What members of an application need of it.
const CARRY: &[&str] = &["key", "name", "component", "environment", "namespace", "cluster", "server", "project"];

const PERMISSION: &str = "`applications, get, */*, allow`";

const STREAMS: &[Stream] = &[
    Stream {
        name: "applications",
        doc: "Every application that the token may see, with what it remembers of its syncs.",
        permission: PERMISSION,
        ask: applications,
        items: "/items",
        key: &["key"],
        order: Order::Whole,
        keep: &[
            Keep::As("key"),
            Keep::As("name"),
            Keep::As("component"),
            Keep::As("environment"),
            Keep::As("namespace"),
            Keep::As("cluster"),
            Keep::As("server"),
            Keep::As("project"),
        ],
        prepare: shape::application,
        parts: &[
            Part { at: "/status/history", stream: "syncs", carry: CARRY, more: None },
            Part { at: "/failures", stream: "failures", carry: CARRY, more: None },
        ],
        tell: |_, _, _| Err(Refusal::Nothing("an application tells by its syncs")),
        ..Stream::USUAL
    },
    Stream {
        name: "syncs",
        doc: "Successful syncs; they arrive with their application and stay when it forgets them.",
        permission: PERMISSION,
        keep: &[
            Keep::As("id"),
            Keep::As("deployStartedAt"),
            Keep::As("deployedAt"),
            Keep::As("commit"),
            Keep::As("version"),
            Keep::As("repository"),
            Keep::As("automated"),
            Keep::As("by_hand"),
            Keep::Who("by", USER),
        ],
        prepare: shape::sync,
        speaks: "deployments",
        tell: tell::sync,
        ..Stream::USUAL
    },
    Stream {
        name: "failures",
        doc: "Syncs that failed, as far as they were the last operation of their application when it was pulled.",
        permission: PERMISSION,
        key: &["startedAt"],
        keep: &[
            Keep::As("startedAt"),
            Keep::As("finishedAt"),
            Keep::As("dry_run"),
            Keep::As("partial"),
            Keep::As("commit"),
            Keep::As("version"),
            Keep::As("repository"),
            Keep::As("automated"),
            Keep::As("by_hand"),
            Keep::Who("by", USER),
        ],
        prepare: shape::failure,
        speaks: "deployments",
        tell: tell::failure,
        ..Stream::USUAL
    },
];

/// The applications of each project that `owners` names, else all. They are asked for whole: of the fields that Argo CD lets
/// a list be cut down to (a fixed few) neither the history nor the uid is one, and what is no such field is left out
/// without a word. Sources may hold values of charts; those stop at the door.
fn applications(ask: &Ask<'_>) -> Vec<Request> {
    let all = Request::get(ask.api, "/api/v1/applications", &[]);
    if ask.api.owners.is_empty() {
        return vec![all];
    }
    ask.api.owners.iter().map(|project| all.with("projects", project)).collect()
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) use tests::FAKE;
