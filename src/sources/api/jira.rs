//! Jira Cloud (REST v3) and Jira Data Center (REST v2): issues with what happened to them, and of requests to a service
//! desk their type and when they were answered.
//!
//! Read-only permissions stand beside each stream. What is not seen: issues that the token's owner may not browse, what was
//! said outside Jira, changes of fields that move no ticket on (they are dropped at the door), and what a comment says.
//!
//! An issue tells everything that happened to it. What arrives beside it, because a search gives only the first of a long
//! list, is told with the issue too: who opened it, which statuses end it and whether it is still there stand only there.

mod ask;
mod shape;
mod story;
mod tell;

use super::stream::{Batch, Count, Face, Hint, Keep, Next, Order, Pace, Sign, Source, Stream, Total};

/// Jira Cloud. What a minute may hold is not documented for API tokens; a burst is answered with 429 and the time to wait. The
/// numbers here are our own, chosen to be modest.
pub(super) const CLOUD: Source = Source {
    streams: &[READER, STATUSES, ISSUES_OF_CLOUD, HISTORY, COMMENTS, REQUESTS, SLAS],
    sign: Sign::Basic,
    headers: &[("accept", "application/json")],
    pace: Pace { in_flight: 5, points_per_minute: 600, window: 60_000_000, busy: &[] },
};

/// Jira Data Center. Limits are the administrator's, and a search with histories is heavy; the numbers are our own here too.
pub(super) const DATA_CENTER: Source = Source {
    streams: &[READER, STATUSES, ISSUES_OF_DATA_CENTER, COMMENTS, REQUESTS, SLAS],
    sign: Sign::Bearer,
    headers: &[("accept", "application/json")],
    pace: Pace { in_flight: 3, points_per_minute: 300, window: 60_000_000, busy: &[] },
};

/// As `shape` writes a person: the login of Data Center as it is, the account id of Cloud behind `jira:`.
const SOMEONE: Face = Face { name: "name", email: "email", handle: "handle", prefix: "" };

/// A list of an issue is asked for again where the issue has changed.
const WITH_ISSUE: Option<Hint> = Some(Hint { total: "", newest: "fields.updated", page: 100 });

const READER: Stream = Stream {
    name: "reader",
    doc: "In which zone the token's owner is: searches mean local times of that zone, so it is read first. Nothing else of them \
          is kept.",
    permission: "nothing beyond a token (`read:jira-user`)",
    ask: ask::reader,
    order: Order::Whole,
    keep: &[Keep::As("id"), Keep::As("zone")],
    prepare: shape::reader,
    settles: Some(ask::settle),
    tell: tell::reader,
    ..Stream::USUAL
};

const STATUSES: Stream = Stream {
    name: "statuses",
    doc: "Which statuses end an issue, whatever they are called. Deleted ones are missing.",
    permission: "nothing beyond a token (`read:jira-work`)",
    ask: ask::statuses,
    order: Order::Whole,
    keep: &[Keep::As("id"), Keep::As("statusCategory.key")],
    tell: tell::status,
    ..Stream::USUAL
};

const ISSUES: Stream = Stream {
    name: "issues",
    doc: "Issues with their histories and comments, as far as a search gives them.",
    permission: "`Browse projects` of each project (`read:jira-work`)",
    items: "/issues",
    cursor: Some("fields.updated"),
    keep: &[
        Keep::As("id"),
        Keep::As("key"),
        Keep::As("fields.created"),
        Keep::As("fields.updated"),
        Keep::As("fields.resolutiondate"),
        Keep::As("fields.statuscategorychangedate"),
        Keep::As("fields.status.id"),
        Keep::As("fields.status.statusCategory.key"),
        Keep::As("fields.issuetype.name"),
        Keep::As("fields.project.key"),
        Keep::As("fields.project.projectTypeKey"),
        Keep::As("fields.components[].name"),
        Keep::Who("reporter", SOMEONE),
        Keep::Who("creator", SOMEONE),
        Keep::Text("fields.summary", "title"),
        Keep::Text("fields.labels[]", "label"),
        Keep::As("ended"),
        Keep::As("more_history"),
        Keep::As("more_comments"),
        Keep::As("steps[].id"),
        Keep::As("steps[].at"),
        Keep::Who("steps[].by", SOMEONE),
        Keep::As("steps[].moved"),
        Keep::As("steps[].from"),
        Keep::As("steps[].from_word"),
        Keep::As("steps[].to"),
        Keep::As("steps[].to_word"),
        Keep::As("steps[].assigned"),
        Keep::As("steps[].ended"),
        Keep::As("comments[].id"),
        Keep::As("comments[].at"),
        Keep::Who("comments[].by", SOMEONE),
        Keep::As("comments[].internal"),
    ],
    prepare: shape::issue,
    speaks: "tickets",
    tell: tell::issue,
    ..Stream::USUAL
};

/// Cloud goes on from a token, by the time of the last change.
const ISSUES_OF_CLOUD: Stream = Stream {
    ask: ask::issues_of_cloud,
    count: Some(Count { of: ask::count_of_cloud, total: Total::Json("/count"), page: 100 }),
    next: Next::Token("/nextPageToken", "nextPageToken"),
    order: Order::OldestFirst,
    ..ISSUES
};

/// Data Center counts. By time of change, an issue that changes between two pages would leave its place and let another slip
/// past unread; by key nothing moves forward but where an issue is deleted, so a page begins a little before the last ended.
const ISSUES_OF_DATA_CENTER: Stream = Stream {
    count: Some(Count { of: ask::count_of_data_center, total: Total::Json("/total"), page: 100 }),
    ask: ask::issues_of_data_center,
    next: Next::With(ask::after_issues),
    order: Order::Any,
    resumes: true,
    ..ISSUES
};

const HISTORY: Stream = Stream {
    name: "history",
    doc: "Changes of status, assignee and resolution of issues that have too many changes for a search (Cloud); one request \
          for up to a thousand of those that have changed.",
    permission: "`Browse projects` of each project (`read:jira-work`)",
    per: Some("issues"),
    batch: Some(Batch {
        most: 1_000,
        wants: ask::wants_history,
        ask: ask::histories,
        groups: "/issueChangeLogs",
        of: "issueId",
        items: "/changeHistories",
    }),
    next: Next::Token("/nextPageToken", "nextPageToken"),
    keep: &[
        Keep::As("id"),
        Keep::As("at"),
        Keep::Who("by", SOMEONE),
        Keep::As("moved"),
        Keep::As("from"),
        Keep::As("from_word"),
        Keep::As("to"),
        Keep::As("to_word"),
        Keep::As("assigned"),
        Keep::As("ended"),
    ],
    prepare: shape::change,
    hint: WITH_ISSUE,
    tell: tell::beside_issue,
    ..Stream::USUAL
};

const COMMENTS: Stream = Stream {
    name: "comments",
    doc: "Who commented when, of an issue that has too many comments for a search. What they say is not kept.",
    permission: "`Browse projects` of each project (`read:jira-work`)",
    per: Some("issues"),
    ask: ask::comments,
    items: "/comments",
    next: Next::With(ask::after_list),
    keep: &[Keep::As("id"), Keep::As("at"), Keep::Who("by", SOMEONE), Keep::As("internal")],
    prepare: shape::comment,
    hint: WITH_ISSUE,
    tell: tell::beside_issue,
    ..Stream::USUAL
};

const REQUESTS: Stream = Stream {
    name: "requests",
    doc: "The type of a request to a service desk; only where `streams` names it, for it is one request for each issue.",
    permission: "agent of the service desk (`read:servicedesk-request`)",
    per: Some("issues"),
    ask: ask::request,
    key: &["issueId"],
    keep: &[Keep::As("issueId"), Keep::As("requestType.name")],
    hint: WITH_ISSUE,
    tell: tell::beside_issue,
    ..Stream::USUAL
};

const SLAS: Stream = Stream {
    name: "slas",
    doc: "When a service desk counts a request as answered; only where `streams` names it, for it is one request for each \
          issue.",
    permission: "agent of the service desk (`read:servicedesk-request`)",
    per: Some("issues"),
    ask: ask::slas,
    items: "/values",
    next: Next::With(ask::after_slas),
    keep: &[Keep::As("id"), Keep::As("answered_at")],
    prepare: shape::sla,
    hint: WITH_ISSUE,
    tell: tell::beside_issue,
    ..Stream::USUAL
};

#[cfg(test)]
mod recorded_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;

#[cfg(test)]
pub(super) use world::{FAKE, FAKE_DATA_CENTER};
