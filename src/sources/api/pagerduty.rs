//! PagerDuty: incidents, and who acknowledged them.
//!
//! REST API v2 with a read-only key (`Authorization: Token token=…`), or an OAuth token as a bearer where `user` is `oauth2`. Incidents are listed by when they were created,
//! oldest first, in stretches below the six months that one request may span; those that were not resolved are asked
//! for again. What is not seen: alerts that opened no incident, what was said in notes, which environment failed, and
//! who was woken without touching anything.

mod queries;
mod tell;

use super::stream::{Face, Hint, Keep, Next, Order, Pace, Sign, Source, Stream};

/// The source. 960 requests a minute are documented for one key.
pub(super) const SOURCE: Source = Source {
    streams: STREAMS,
    sign: Sign::Header("authorization", "Token token="),
    headers: &[("accept", "application/vnd.pagerduty+json;version=2")],
    pace: Pace { in_flight: 5, points_per_minute: 900, window: 60_000_000, busy: &[] },
};

/// A reference to a user says a name and an id; only a name of two or more words meets other systems.
const AGENT: Face = Face { name: "summary", email: "email", handle: "id", prefix: "pagerduty:" };

const STREAMS: &[Stream] = &[
    Stream {
        name: "incidents",
        doc: "Incidents with their service, first team, urgency or priority, and end.",
        permission: "a read-only API key, or an OAuth token with `incidents.read` and `user = \"oauth2\"`",
        ask: queries::incidents,
        items: "/incidents",
        next: Next::With(queries::more_incidents),
        cursor: Some("created_at"),
        order: Order::OldestFirst,
        keep: &[
            Keep::As("id"),
            Keep::As("created_at"),
            Keep::As("status"),
            Keep::As("resolved_at"),
            Keep::As("last_status_change_at"),
            Keep::As("resolve_reason.type"),
            Keep::As("urgency"),
            Keep::As("priority.summary"),
            Keep::As("service.id"),
            Keep::As("service.summary"),
            Keep::As("teams[].summary"),
            Keep::Who("last_status_change_by", AGENT),
            Keep::Text("title", "title"),
        ],
        prepare: tell::only_people,
        unfinished: |incident| incident.text("status").as_deref() != Some("resolved"),
        again: Some((queries::again, "/incident")),
        tell: tell::incident,
        ..Stream::USUAL
    },
    Stream {
        name: "log_entries",
        doc: "Acknowledgements of incidents: a resolved incident no longer says who took it.",
        permission: "a read-only API key, or an OAuth token with `incidents.read` and `user = \"oauth2\"`",
        per: Some("incidents"),
        ask: queries::log_entries,
        items: "/log_entries",
        next: Next::With(queries::more_entries),
        cursor: Some("created_at"),
        hint: Some(Hint { total: "", newest: "last_status_change_at", page: queries::PAGE }),
        keep: &[Keep::As("id"), Keep::As("type"), Keep::As("created_at"), Keep::Who("agent", AGENT)],
        prepare: tell::only_people,
        tell: tell::log_entry,
        ..Stream::USUAL
    },
];

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) use tests::FAKE;
