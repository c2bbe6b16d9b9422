//! Azure DevOps: work items with their history, pull requests, builds, deployments of environments and of releases.
//!
//! Versions: REST 7.1 of the cloud service. Scopes of a personal access token stand beside each stream: they only read, but
//! for that of environments, for which there is no such scope, so that they are read only where `streams` names them. Work
//! items are read by their revisions (the list that Microsoft offers for warehouses): it brings the history of all of
//! them in few requests, where queries bring numbers alone. What is not seen: that a work item was deleted, comments on
//! a change after it was closed, builds that are still going on, TFVC.
//!
//! Classic releases are answered by another host (`vsrm.dev.azure.com`), and a token goes to its entry's host alone:
//! they need an entry of their own with that `url`, with `streams = ["releases"]` and with the projects as `owners`.

mod ask;
mod changes;
mod items;
mod runs;
mod shape;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;

#[cfg(test)]
pub(super) use world::FAKE;

use super::kept::Refusal;
use super::stream::{Face, Hint, Keep, Next, Order, Pace, Sign, Source, Stream};

/// The source. The service counts work units that nobody can know beforehand and names its waits in `retry-after`.
pub(super) const SOURCE: Source = Source {
    streams: STREAMS,
    sign: Sign::Basic,
    headers: &[("accept", "application/json")],
    pace: Pace { in_flight: 4, points_per_minute: 600, window: 300_000_000, busy: &[] },
};

/// As [`shape::person`] leaves them.
const PERSON: Face = Face { name: "displayName", email: "email", handle: "handle", prefix: "" };

const STREAMS: &[Stream] = &[
    Stream {
        name: "projects",
        doc: "The projects of the organisation.",
        permission: "`Project and Team: Read`",
        ask: ask::projects,
        items: "/value",
        next: Next::With(ask::by_header),
        order: Order::Whole,
        keep: &[Keep::As("id"), Keep::As("name")],
        tell: |_, _, _| Err(Refusal::Nothing("projects tell by their work items, changes and builds")),
        ..Stream::USUAL
    },
    Stream {
        name: "work-items",
        doc: "Work items, by all their revisions.",
        permission: "`Work Items: Read`",
        per: Some("projects"),
        ask: ask::revisions,
        items: "/values",
        next: Next::With(ask::later_revisions),
        resumes: true,
        key: &["id", "rev"],
        cursor: Some("changed"),
        keep: &[
            Keep::As("id"),
            Keep::As("rev"),
            Keep::As("type"),
            Keep::As("state"),
            Keep::As("reason"),
            Keep::As("created"),
            Keep::As("changed"),
            Keep::As("comments"),
            Keep::Who("created_by", PERSON),
            Keep::Who("changed_by", PERSON),
            Keep::Who("assigned_to", PERSON),
            Keep::Text("title", "title"),
            Keep::Text("tags[]", "label"),
        ],
        prepare: shape::revision,
        speaks: "tickets",
        tell: items::revision,
        ..Stream::USUAL
    },
    Stream {
        name: "repositories",
        doc: "Git repositories of the projects.",
        permission: "`Code: Read`",
        per: Some("projects"),
        ask: ask::repositories,
        items: "/value",
        order: Order::Whole,
        keep: &[Keep::As("id"), Keep::As("full_name"), Keep::As("isDisabled")],
        prepare: shape::repository,
        tell: changes::repository,
        ..Stream::USUAL
    },
    Stream {
        name: "pull-requests",
        doc: "Pull requests: all that are open, and what was closed since the last pull.",
        permission: "`Code: Read`",
        per: Some("repositories"),
        ask: ask::pull_requests,
        items: "/value",
        next: Next::Offset("$skip", ask::PAGE),
        key: &["pullRequestId"],
        cursor: Some("moved"),
        keep: &[
            Keep::As("pullRequestId"),
            Keep::As("status"),
            Keep::As("creationDate"),
            Keep::As("closedDate"),
            Keep::As("head"),
            Keep::As("merged_as"),
            Keep::Who("createdBy", PERSON),
            Keep::Who("closedBy", PERSON),
            Keep::Text("title", "title"),
            Keep::Text("labels[]", "label"),
        ],
        prepare: shape::pull_request,
        tell: changes::change,
        ..Stream::USUAL
    },
    Stream {
        name: "threads",
        doc: "Votes and comments on pull requests; of a closed one they are read once.",
        permission: "`Code: Read`",
        per: Some("pull-requests"),
        ask: |ask| ask::of_change(ask, "threads"),
        items: "/value",
        keep: &[
            Keep::As("id"),
            Keep::As("publishedDate"),
            Keep::As("kind"),
            Keep::As("vote"),
            Keep::As("comments[].id"),
            Keep::As("comments[].publishedDate"),
            Keep::Who("voter", PERSON),
            Keep::Who("comments[].author", PERSON),
        ],
        prepare: shape::thread,
        hint: Some(Hint { total: "", newest: "closedDate", page: 100 }),
        tell: changes::thread,
        ..Stream::USUAL
    },
    Stream {
        name: "commits",
        doc: "Commits of pull requests, read again where a newer one was pushed.",
        permission: "`Code: Read`",
        per: Some("pull-requests"),
        ask: |ask| ask::of_change(ask, "commits"),
        items: "/value",
        next: Next::With(ask::by_header),
        key: &["commitId"],
        keep: &[Keep::As("commitId"), Keep::As("author.date")],
        hint: Some(Hint { total: "", newest: "head", page: 100 }),
        tell: changes::commit,
        ..Stream::USUAL
    },
    Stream {
        name: "builds",
        doc: "Runs of pipelines that have ended.",
        permission: "`Build: Read`",
        per: Some("projects"),
        ask: ask::builds,
        items: "/value",
        next: Next::With(ask::by_header),
        cursor: Some("finishTime"),
        order: Order::OldestFirst,
        keep: &[
            Keep::As("id"),
            Keep::As("status"),
            Keep::As("result"),
            Keep::As("startTime"),
            Keep::As("finishTime"),
            Keep::As("channel"),
            Keep::As("sha"),
            Keep::As("repository_name"),
            Keep::As("definition.name"),
            Keep::Who("requestedFor", PERSON),
        ],
        prepare: shape::build,
        speaks: "pipeline-runs",
        tell: runs::build,
        ..Stream::USUAL
    },
    Stream {
        name: "timeline",
        doc: "Jobs of the builds of pipelines that `jobs` names.",
        permission: "`Build: Read`",
        per: Some("builds"),
        wanted: |api| !api.jobs.is_empty(),
        ask: ask::timeline,
        items: "/records",
        keep: &[
            Keep::As("id"),
            Keep::As("type"),
            Keep::As("name"),
            Keep::As("state"),
            Keep::As("result"),
            Keep::As("startTime"),
            Keep::As("finishTime"),
        ],
        prepare: shape::record,
        hint: Some(Hint { total: "", newest: "finishTime", page: 100 }),
        tell: runs::record,
        ..Stream::USUAL
    },
    Stream {
        name: "environments",
        doc: "Environments of YAML pipelines, where `streams` names them or their deployments.",
        permission: "`Environment: Read & manage` (`vso.environment_manage`; there is no scope that only reads)",
        per: Some("projects"),
        ask: ask::environments,
        items: "/value",
        next: Next::With(ask::by_header),
        order: Order::Whole,
        keep: &[Keep::As("id"), Keep::As("name")],
        tell: |_, _, _| Err(Refusal::Nothing("environments tell by their deployments")),
        ..Stream::USUAL
    },
    Stream {
        name: "environment-deployments",
        doc: "Jobs of deployments to environments, where `streams` names them; every pull reads all, for nothing tells what is new.",
        permission: "`Environment: Read & manage` (`vso.environment_manage`; there is no scope that only reads)",
        per: Some("environments"),
        ask: ask::environment_deployments,
        items: "/value",
        next: Next::With(ask::by_header),
        key: &["rollout", "id"],
        keep: &[
            Keep::As("rollout"),
            Keep::As("id"),
            Keep::As("stageName"),
            Keep::As("jobName"),
            Keep::As("jobAttempt"),
            Keep::As("definition.name"),
            Keep::As("owner.id"),
            Keep::As("result"),
            Keep::As("startTime"),
            Keep::As("finishTime"),
        ],
        prepare: shape::deployment,
        speaks: "deployments",
        tell: runs::environment_deployment,
        ..Stream::USUAL
    },
    Stream {
        name: "releases",
        doc: "Deployments of classic releases, where the entry's `url` is that of their host or `streams` names them.",
        permission: "`Release: Read`",
        ask: ask::releases,
        items: "/value",
        next: Next::With(ask::by_header),
        cursor: Some("lastModifiedOn"),
        keep: &[
            Keep::As("id"),
            Keep::As("project"),
            Keep::As("environment"),
            Keep::As("definition"),
            Keep::As("deploymentStatus"),
            Keep::As("startedOn"),
            Keep::As("completedOn"),
            Keep::As("lastModifiedOn"),
            Keep::As("channel"),
            Keep::As("sha"),
            Keep::As("repository_name"),
            Keep::As("version"),
            Keep::Who("requestedFor", PERSON),
        ],
        prepare: shape::release,
        speaks: "deployments",
        tell: runs::release,
        ..Stream::USUAL
    },
];
