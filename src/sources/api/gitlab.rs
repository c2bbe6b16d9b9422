//! GitLab, gitlab.com and self-managed (REST v4): tickets, merge requests, pipelines and deployments of the projects of
//! groups, and who is in which group.
//!
//! Read-only permissions stand beside each stream. What is not seen: who began a pipeline (only its details say that, one
//! request each), child pipelines and what bridges start, epics, issues and merge requests that were deleted before the
//! first pull, and members who left before it.
//!
//! Lists that come by `updated_at` are read on from the last that was seen, not by number of page: a record that changes
//! while a list is read moves to its end, and would push another one over the edge of a page unseen; and no list ends at
//! the 50,000 rows that GitLab counts pages up to. Totals are never used: above 10,000 rows there are none.

mod ask;
mod changes;
mod issues;
mod people;
mod place;
mod runs;
mod shape;

use super::kept::Refusal;
use super::stream::{Face, Hint, Keep, Next, Order, Pace, Sign, Source, Stream};

/// The source. 2,000 requests a minute and user is what gitlab.com documents; a self-managed server tells its own limit in
/// its answers, or has none.
pub(super) const SOURCE: Source = Source {
    streams: STREAMS,
    sign: Sign::Header("private-token", ""),
    headers: &[("accept", "application/json")],
    pace: Pace { in_flight: 8, points_per_minute: 2_000, window: 60_000_000, busy: &[] },
};

const SOMEONE: Face = Face { name: "name", email: "", handle: "username", prefix: "" };

/// A list of an issue, merge request or pipeline is asked for where that has changed, and else costs nothing.
const WITH_PARENT: Option<Hint> = Some(Hint { total: "", newest: "updated_at", page: ask::PAGE });

const REPORTER: &str = "`read_api`, as a Reporter of the group or project";
const GUEST: &str = "`read_api`, as a Guest of the group or project";

/// What every list of an issue holds.
const ISSUE_EVENT: Stream = Stream {
    permission: GUEST,
    per: Some("issues"),
    next: Next::Link,
    keep: &[
        Keep::As("id"),
        Keep::As("action"),
        Keep::As("state"),
        Keep::As("created_at"),
        Keep::As("source_commit"),
        Keep::As("source_merge_request_id"),
        Keep::Who("user", SOMEONE),
    ],
    prepare: shape::event,
    hint: WITH_PARENT,
    ..Stream::USUAL
};

const NOTES: Stream = Stream {
    permission: GUEST,
    next: Next::Link,
    keep: &[Keep::As("id"), Keep::As("system"), Keep::As("says"), Keep::As("created_at"), Keep::Who("author", SOMEONE)],
    prepare: shape::note,
    hint: WITH_PARENT,
    ..Stream::USUAL
};

const STREAMS: &[Stream] = &[
    Stream {
        name: "owners",
        doc: "The groups and single projects that `owners` names, or the projects that `include` names in full.",
        permission: GUEST,
        ask: ask::owners,
        next: Next::With(ask::or_else),
        key: &["kind", "id"],
        order: Order::Whole,
        keep: &[Keep::As("kind"), Keep::As("id"), Keep::As("full_path")],
        prepare: shape::owner,
        tell: |_, _, _| Err(Refusal::Nothing("an owner tells by its projects and members")),
        ..Stream::USUAL
    },
    Stream {
        name: "projects",
        doc: "Every project of the groups and their subgroups; one that was renamed or moved keeps its id.",
        permission: GUEST,
        per: Some("owners"),
        ask: ask::projects,
        next: Next::Link,
        order: Order::Whole,
        keep: &[
            Keep::As("id"),
            Keep::As("path_with_namespace"),
            Keep::As("created_at"),
            Keep::As("issues_access_level"),
            Keep::As("merge_requests_access_level"),
            Keep::As("builds_access_level"),
            Keep::As("environments_access_level"),
            Keep::As("releases_access_level"),
            Keep::As("issues_enabled"),
            Keep::As("merge_requests_enabled"),
            Keep::As("jobs_enabled"),
        ],
        prepare: shape::project,
        tell: place::project,
        ..Stream::USUAL
    },
    Stream {
        name: "issues",
        doc: "Issues, tasks and incidents; confidential ones where the token may see them.",
        permission: GUEST,
        per: Some("projects"),
        ask: ask::issues,
        next: Next::With(ask::onward),
        key: &["iid"],
        cursor: Some("updated_at"),
        order: Order::OldestFirst,
        keep: &[
            Keep::As("id"),
            Keep::As("iid"),
            Keep::As("state"),
            Keep::As("issue_type"),
            Keep::As("severity"),
            Keep::As("created_at"),
            Keep::As("updated_at"),
            Keep::As("closed_at"),
            Keep::As("moved_to_id"),
            Keep::As("is_duplicate"),
            Keep::Who("author", SOMEONE),
            Keep::Who("closed_by", SOMEONE),
            Keep::Text("title", "title"),
            Keep::Text("labels[]", "label"),
        ],
        prepare: shape::issue,
        undone: true,
        speaks: "tickets",
        tell: issues::issue,
        ..Stream::USUAL
    },
    Stream {
        name: "issue_states",
        doc: "When an issue was closed and opened again, and by whom. GitLab keeps them since 13.2; before, its end alone.",
        ask: ask::issue_states,
        tell: issues::state,
        ..ISSUE_EVENT
    },
    Stream {
        name: "issue_labels",
        doc: "When labels were put on an issue and taken off; which ones is not kept.",
        ask: ask::issue_labels,
        tell: issues::label,
        ..ISSUE_EVENT
    },
    Stream {
        name: "issue_milestones",
        doc: "When an issue was put into a milestone and taken out.",
        ask: ask::issue_milestones,
        tell: issues::milestone,
        ..ISSUE_EVENT
    },
    Stream {
        name: "issue_notes",
        doc: "Comments on an issue, and its assignments, which GitLab tells in notes of its own alone.",
        per: Some("issues"),
        ask: ask::issue_notes,
        tell: issues::note,
        ..NOTES
    },
    Stream {
        name: "merge_requests",
        doc: "Merge requests.",
        permission: REPORTER,
        per: Some("projects"),
        ask: ask::merge_requests,
        next: Next::With(ask::onward),
        key: &["iid"],
        cursor: Some("updated_at"),
        order: Order::OldestFirst,
        keep: &[
            Keep::As("iid"),
            Keep::As("state"),
            Keep::As("created_at"),
            Keep::As("updated_at"),
            Keep::As("merged_at"),
            Keep::As("closed_at"),
            Keep::As("sha"),
            Keep::As("merge_commit_sha"),
            Keep::As("squash_commit_sha"),
            Keep::As("closes[].number"),
            Keep::As("closes[].project"),
            Keep::Who("author", SOMEONE),
            Keep::Who("merged_by", SOMEONE),
            Keep::Who("closed_by", SOMEONE),
            Keep::Text("title", "title"),
            Keep::Text("labels[]", "label"),
        ],
        prepare: shape::merge_request,
        tell: changes::merge_request,
        ..Stream::USUAL
    },
    Stream {
        name: "merge_request_notes",
        doc: "Comments on a merge request, and its approvals, which GitLab writes down as notes of its own.",
        per: Some("merge_requests"),
        ask: ask::merge_request_notes,
        tell: changes::note,
        ..NOTES
    },
    Stream {
        name: "merge_request_commits",
        doc: "Commits of a merge request. After a squash nothing else tells which they were.",
        permission: REPORTER,
        per: Some("merge_requests"),
        ask: ask::merge_request_commits,
        next: Next::Link,
        keep: &[Keep::As("id"), Keep::As("authored_date")],
        hint: WITH_PARENT,
        tell: changes::commit,
        ..Stream::USUAL
    },
    Stream {
        name: "pipelines",
        doc: "Pipelines, without those that others have as their children.",
        permission: REPORTER,
        per: Some("projects"),
        ask: ask::pipelines,
        next: Next::With(ask::onward),
        cursor: Some("updated_at"),
        order: Order::OldestFirst,
        keep: &[
            Keep::As("id"),
            Keep::As("name"),
            Keep::As("project"),
            Keep::As("status"),
            Keep::As("source"),
            Keep::As("sha"),
            Keep::As("created_at"),
            Keep::As("updated_at"),
            Keep::As("started_at"),
            Keep::As("finished_at"),
            Keep::Who("user", SOMEONE),
        ],
        prepare: shape::pipeline,
        speaks: "pipeline-runs",
        tell: runs::pipeline,
        ..Stream::USUAL
    },
    Stream {
        name: "jobs",
        doc: "Jobs of the pipelines whose name, or whose project's, `jobs` of the study file names.",
        permission: REPORTER,
        per: Some("pipelines"),
        wanted: |api| !api.jobs.is_empty(),
        ask: ask::jobs,
        next: Next::Link,
        keep: &[
            Keep::As("id"),
            Keep::As("name"),
            Keep::As("status"),
            Keep::As("created_at"),
            Keep::As("started_at"),
            Keep::As("finished_at"),
            Keep::As("commit.id"),
            Keep::Who("user", SOMEONE),
        ],
        prepare: shape::event,
        hint: WITH_PARENT,
        tell: runs::job,
        ..Stream::USUAL
    },
    Stream {
        name: "environments",
        doc: "Environments with their tiers, as they are now.",
        permission: REPORTER,
        per: Some("projects"),
        ask: ask::environments,
        next: Next::Link,
        order: Order::Whole,
        keep: &[Keep::As("id"), Keep::As("name"), Keep::As("tier")],
        prepare: shape::environment,
        tell: place::environment,
        ..Stream::USUAL
    },
    Stream {
        name: "deployments",
        doc: "Deployments; one that goes on comes again when it has moved.",
        permission: REPORTER,
        per: Some("projects"),
        ask: ask::deployments,
        next: Next::With(ask::onward),
        cursor: Some("updated_at"),
        order: Order::OldestFirst,
        keep: &[
            Keep::As("id"),
            Keep::As("status"),
            Keep::As("sha"),
            Keep::As("version"),
            Keep::As("created_at"),
            Keep::As("updated_at"),
            Keep::As("environment.id"),
            Keep::As("environment.name"),
            Keep::As("deployable.started_at"),
            Keep::As("deployable.finished_at"),
            Keep::Who("user", SOMEONE),
        ],
        prepare: shape::deployment,
        speaks: "deployments",
        tell: runs::deployment,
        ..Stream::USUAL
    },
    Stream {
        name: "releases",
        doc: "Releases. Where the repository's history is read too, its tags tell them and these do not.",
        permission: REPORTER,
        per: Some("projects"),
        ask: ask::releases,
        next: Next::Link,
        key: &["tag_name"],
        cursor: Some("created_at"),
        order: Order::NewestFirst,
        keep: &[Keep::As("tag_name"), Keep::As("created_at"), Keep::As("released_at"), Keep::Who("author", SOMEONE)],
        prepare: shape::release,
        tell: place::release,
        ..Stream::USUAL
    },
    Stream {
        name: "groups",
        doc: "The groups among the owners, and their subgroups: each is a team.",
        permission: GUEST,
        per: Some("owners"),
        ask: ask::groups,
        next: Next::Link,
        order: Order::Whole,
        keep: &[Keep::As("id"), Keep::As("path"), Keep::As("full_path")],
        tell: |_, _, _| Err(Refusal::Nothing("a group tells by its members")),
        ..Stream::USUAL
    },
    Stream {
        name: "group_members",
        doc: "Who is in a group by their own right, since when, and until the first pull that saw them no longer.",
        permission: GUEST,
        per: Some("groups"),
        ask: ask::members,
        next: Next::Link,
        key: &["user.id"],
        order: Order::Whole,
        versions: true,
        keep: &[Keep::As("created_at"), Keep::Who("user", SOMEONE)],
        prepare: shape::member,
        speaks: "memberships",
        tell: place::member,
        ..Stream::USUAL
    },
];

#[cfg(test)]
mod recorded_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;
#[cfg(test)]
pub(super) use world::FAKE;
