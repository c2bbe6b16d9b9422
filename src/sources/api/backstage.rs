//! Backstage: entries of the catalog, who owns them, memberships, and runs of templates with their steps.
//!
//! Versions: `/api/catalog/entities/by-query` and `/api/scaffolder/v2/tasks`, tried with `plugin-catalog-backend` 3.9 and
//! `plugin-scaffolder-backend` 4.1. Permissions: a token of `backend.auth.externalAccess`, or of a user, with
//! `catalog.entity.read` and `scaffolder.task.read`. What is not seen: anything before the first pull (the catalog keeps
//! no history), views of pages (Backstage stores none), checks of Tech Insights and of Soundcheck (facts of Tech Insights
//! are read where the study names their stream, as `plugin-tech-insights-backend` 3.1 answers them), tasks that the
//! permission framework hides from the token, and what a failed run left behind.
//!
//! An entry holds an `ownedBy` relation to a group whether that group exists or not. So the distinct owners are asked for
//! by reference, many at once, and only a group that is answered owns anything in the log.

mod ask;
mod entries;
mod insights;
#[cfg(test)]
mod insights_tests;
mod names;
#[cfg(test)]
mod names_tests;
mod runs;
mod shape;
#[cfg(test)]
mod tests;
mod words;
#[cfg(test)]
mod world;

#[cfg(test)]
pub(super) use world::FAKE;

use super::kept::Refusal;
use super::stream::{Face, Hint, Keep, Next, Order, Pace, Sign, Source, Stream};

/// The source. Backstage documents no limit by default; it is one process, so it is asked gently.
pub(super) const SOURCE: Source = Source {
    streams: STREAMS,
    sign: Sign::Bearer,
    headers: &[("accept", "application/json")],
    pace: Pace { in_flight: 4, points_per_minute: 1_200, window: 60_000_000, busy: &[] },
};

/// A user's name is the login of the directory that users come from, so it may meet other systems' handles.
const PERSON: Face = Face { name: "name", email: "email", handle: "handle", prefix: "" };

const STREAMS: &[Stream] = &[
    Stream {
        name: "entities",
        doc: "Every entry of the catalog, of any kind, as it stands; users as memberships only.",
        permission: "`catalog.entity.read`",
        ask: ask::entities,
        items: "/items",
        // The cursor holds filter and order; the server takes neither beside it.
        next: Next::OnlyToken("/pageInfo/nextCursor", "cursor", &["limit", "fields"]),
        key: &["key"],
        order: Order::Whole,
        versions: true,
        keep: &[
            Keep::As("key"),
            Keep::As("kind"),
            Keep::As("namespace"),
            Keep::As("name"),
            Keep::As("fields[].name"),
            Keep::As("fields[].value"),
            Keep::As("owners[]"),
            Keep::As("owned_by_a_person"),
            Keep::As("member_of[]"),
            Keep::As("is_orphan"),
            Keep::As("errors[]"),
            Keep::Who("who", PERSON),
            Keep::Who("login", PERSON),
        ],
        prepare: shape::entity,
        speaks: "memberships",
        tell: entries::entity,
        ..Stream::USUAL
    },
    Stream {
        name: "owners",
        doc: "One record: the groups that `ownedBy` relations name, whether they exist or not.",
        permission: "`catalog.entity.read`",
        ask: ask::owners,
        items: "/facets",
        key: &["key"],
        order: Order::Whole,
        keep: &[Keep::As("key"), Keep::As("groups[]")],
        prepare: shape::owners,
        tell: |_, _, _| Err(Refusal::Nothing("owners tell by what they own")),
        ..Stream::USUAL
    },
    Stream {
        name: "owner-groups",
        doc: "Those of the owners that the catalog holds.",
        permission: "`catalog.entity.read`",
        per: Some("owners"),
        ask: ask::owner_groups,
        items: "/items",
        key: &["key"],
        order: Order::Whole,
        keep: &[Keep::As("key"), Keep::As("name")],
        prepare: shape::owner_group,
        tell: |_, _, _| Err(Refusal::Nothing("owners tell by what they own")),
        ..Stream::USUAL
    },
    Stream {
        name: "tasks",
        doc: "Runs of templates; those that the server has deleted are not seen.",
        permission: "`scaffolder.task.read`",
        ask: ask::tasks,
        items: "/tasks",
        next: Next::Offset("offset", ask::TASKS),
        cursor: Some("createdAt"),
        order: Order::NewestFirst,
        keep: &[
            Keep::As("id"),
            Keep::As("status"),
            Keep::As("state"),
            Keep::As("createdAt"),
            Keep::As("template"),
            Keep::As("template_ref"),
            Keep::As("time_saved"),
            Keep::As("repository"),
            Keep::Who("who", PERSON),
        ],
        prepare: shape::task,
        unfinished: |kept| !runs::has_ended(kept),
        again: Some((ask::task, "")),
        tell: runs::task,
        ..Stream::USUAL
    },
    Stream {
        name: "task-events",
        doc: "When steps of an ended run began and ended, and what came of it; no messages.",
        permission: "`scaffolder.task.read`",
        per: Some("tasks"),
        ask: ask::task_events,
        cursor: Some("createdAt"),
        keep: &[
            Keep::As("id"),
            Keep::As("type"),
            Keep::As("createdAt"),
            Keep::As("step"),
            Keep::As("status"),
            Keep::As("component"),
            Keep::As("repositories[]"),
        ],
        prepare: shape::event,
        // A run that has ended gets no more events, unless it is tried again: then its state is another.
        hint: Some(Hint { total: "", newest: "state", page: 1 }),
        tell: runs::event,
        ..Stream::USUAL
    },
    Stream {
        name: "facts",
        doc: "Latest facts of Tech Insights about each component, where `streams` names this; one request each.",
        permission: "`tech-insights.fact-retriever.read`",
        per: Some("entities"),
        ask: insights::ask,
        key: &["key"],
        order: Order::Whole,
        versions: true,
        keep: &[Keep::As("key"), Keep::As("facts[].name"), Keep::As("facts[].value")],
        prepare: insights::shape,
        tell: insights::facts,
        ..Stream::USUAL
    },
];
