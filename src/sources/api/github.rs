//! GitHub and GitHub Enterprise: GraphQL where one query brings what REST needs many for, REST for workflow runs (GraphQL
//! has no list of them) and teams (whose answers are marked, so that asking again is free).
//!
//! Versions: REST 2022-11-28, GraphQL as of the same server. Read-only permissions stand beside each stream. What is not
//! seen: who reviewed by word of mouth, runs older than the server keeps them, members who left a team before the first
//! pull, branches.
//!
//! GraphQL fields are asked for under the names that REST has, so that one `tell` reads what a query, a list and a
//! webhook say.

mod hub;
mod queries;
mod runs;
mod shape;
mod tell;

pub(super) use hub::connect;

use super::kept::Refusal;
use super::stream::{Face, Hint, Keep, More, Next, Order, Pace, Part, Sign, Source, Stream, Windows};

/// The source. 900 points a minute for REST, at most 100 requests at once (documented); ten at once is what GitHub asks of
/// well-behaved clients.
pub(super) const SOURCE: Source = Source {
    streams: STREAMS,
    sign: Sign::Bearer,
    headers: &[("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")],
    pace: Pace {
        in_flight: 10,
        points_per_minute: 900,
        window: 3_600_000_000,
        busy: &[("", 81_000_000), ("graphql", 54_000_000)],
    },
};

const SOMEONE: Face = Face { name: "name", email: "", handle: "login", prefix: "" };
const AUTHOR: Face = Face { name: "name", email: "email", handle: "login", prefix: "" };

/// What is kept of a run, and of an earlier attempt of it.
const RUN: &[Keep] = &[
    Keep::As("id"),
    Keep::As("name"),
    Keep::As("event"),
    Keep::As("status"),
    Keep::As("conclusion"),
    Keep::As("run_attempt"),
    Keep::As("head_sha"),
    Keep::As("repository.full_name"),
    Keep::As("created_at"),
    Keep::As("run_started_at"),
    Keep::As("updated_at"),
    Keep::Who("actor", SOMEONE),
    Keep::Who("triggering_actor", SOMEONE),
];

const STREAMS: &[Stream] = &[
    Stream {
        name: "owners",
        doc: "The organisations and users that `owners` names, or that `include` names repositories of.",
        permission: "nothing beyond a token",
        ask: queries::owners,
        items: "/data/owner",
        order: Order::Whole,
        keep: &[Keep::As("id"), Keep::As("login"), Keep::As("type")],
        tell: |_, _, _| Err(Refusal::Nothing("an owner tells by its repositories and teams")),
        ..Stream::USUAL
    },
    Stream {
        name: "repositories",
        doc: "Every repository of the owners, with what it counts; renamed ones keep their id.",
        permission: "`Metadata: read`, and `Actions: read` for environments (App) or `repo` (token)",
        per: Some("owners"),
        ask: queries::repositories,
        items: "/data/owner/repositories/nodes",
        next: Next::GraphQl("/data/owner/repositories/pageInfo"),
        order: Order::Whole,
        keep: &[
            Keep::As("id"),
            Keep::As("full_name"),
            Keep::As("archived"),
            Keep::As("created_at"),
            Keep::As("pushed_at"),
            Keep::As("issues.totalCount"),
            Keep::As("issues.nodes[].updatedAt"),
            Keep::As("pulls.totalCount"),
            Keep::As("pulls.nodes[].updatedAt"),
            Keep::As("deployments.totalCount"),
            Keep::As("deployments.nodes[].createdAt"),
            Keep::As("releases.totalCount"),
            Keep::As("releases.stand"),
            Keep::As("environments.nodes[].name"),
        ],
        prepare: shape::repository,
        tell: tell::repository,
        ..Stream::USUAL
    },
    Stream {
        name: "issues",
        doc: "Issues that are no changes, with comments, assignments, closings and re-openings.",
        permission: "`Issues: read` (App) or `repo` (token)",
        per: Some("repositories"),
        ask: queries::issues,
        items: "/data/repository/issues/nodes",
        next: Next::GraphQl("/data/repository/issues/pageInfo"),
        key: &["number"],
        cursor: Some("updated_at"),
        order: Order::OldestFirst,
        keep: &[
            Keep::As("number"),
            Keep::As("created_at"),
            Keep::As("updated_at"),
            Keep::As("closed_at"),
            Keep::As("state"),
            Keep::As("state_reason"),
            Keep::As("is_change"),
            Keep::Who("user", SOMEONE),
            Keep::Text("title", "title"),
            Keep::Text("labels[]", "label"),
        ],
        prepare: shape::issue,
        parts: &[Part {
            at: "/timeline/nodes",
            stream: "issue_events",
            carry: &["number"],
            more: Some(More {
                info: "/timeline/pageInfo",
                ask: queries::more_of_issue,
                items: "/data/node/timeline/nodes",
                info_then: "/data/node/timeline/pageInfo",
            }),
        }],
        hint: Some(Hint { total: "issues.totalCount", newest: "issues.nodes.0.updatedAt", page: queries::PAGE }),
        speaks: "tickets",
        undone: true,
        tell: tell::issue,
        ..Stream::USUAL
    },
    Stream {
        name: "issue_events",
        doc: "What happened to an issue; arrives with it.",
        permission: "`Issues: read` (App) or `repo` (token)",
        key: &["id"],
        keep: &[
            Keep::As("id"),
            Keep::As("event"),
            Keep::As("number"),
            Keep::As("created_at"),
            Keep::As("state_reason"),
            Keep::Who("actor", SOMEONE),
        ],
        prepare: shape::issue_event,
        tell: tell::issue_event,
        ..Stream::USUAL
    },
    Stream {
        name: "pulls",
        doc: "Pull requests with reviews and commits.",
        permission: "`Pull requests: read` (App) or `repo` (token)",
        per: Some("repositories"),
        ask: queries::pulls,
        items: "/data/repository/pullRequests/nodes",
        next: Next::GraphQl("/data/repository/pullRequests/pageInfo"),
        key: &["number"],
        cursor: Some("updated_at"),
        order: Order::NewestFirst,
        keep: &[
            Keep::As("number"),
            Keep::As("created_at"),
            Keep::As("updated_at"),
            Keep::As("closed_at"),
            Keep::As("merged_at"),
            Keep::As("merge_commit_sha"),
            Keep::As("first_commit_at"),
            Keep::As("closes[].number"),
            Keep::As("closes[].repository.full_name"),
            Keep::Who("user", SOMEONE),
            Keep::Who("merged_by", SOMEONE),
            Keep::Who("closed_by", SOMEONE),
            Keep::Text("title", "title"),
            Keep::Text("labels[]", "label"),
        ],
        prepare: shape::pull,
        parts: &[
            Part {
                at: "/reviews/nodes",
                stream: "pull_reviews",
                carry: &["number"],
                more: Some(More {
                    info: "/reviews/pageInfo",
                    ask: queries::more_reviews,
                    items: "/data/node/reviews/nodes",
                    info_then: "/data/node/reviews/pageInfo",
                }),
            },
            Part {
                at: "/commits/nodes",
                stream: "pull_commits",
                carry: &["number"],
                more: Some(More {
                    info: "/commits/pageInfo",
                    ask: queries::more_commits,
                    items: "/data/node/commits/nodes",
                    info_then: "/data/node/commits/pageInfo",
                }),
            },
        ],
        hint: Some(Hint { total: "pulls.totalCount", newest: "pulls.nodes.0.updatedAt", page: queries::PAGE }),
        tell: tell::pull,
        ..Stream::USUAL
    },
    Stream {
        name: "pull_reviews",
        doc: "Reviews of pull requests; arrive with them.",
        permission: "`Pull requests: read` (App) or `repo` (token)",
        keep: &[
            Keep::As("id"),
            Keep::As("number"),
            Keep::As("state"),
            Keep::As("submitted_at"),
            Keep::Who("user", SOMEONE),
        ],
        prepare: shape::numbered,
        tell: tell::review,
        ..Stream::USUAL
    },
    Stream {
        name: "pull_commits",
        doc: "Commits of pull requests; arrive with them. After a squash nothing else tells which they were.",
        permission: "`Pull requests: read` (App) or `repo` (token)",
        key: &["sha"],
        keep: &[
            Keep::As("sha"),
            Keep::As("number"),
            Keep::As("commit.author.date"),
            Keep::Who("commit.author", AUTHOR),
        ],
        prepare: shape::pull_commit,
        tell: tell::pull_commit,
        ..Stream::USUAL
    },
    Stream {
        name: "runs",
        doc: "Workflow runs by their last attempt; GitHub gives at most 1,000 for one filter, so windows are halved.",
        permission: "`Actions: read` (App) or `repo` (token)",
        per: Some("repositories"),
        ask: queries::runs,
        items: "/workflow_runs",
        next: Next::Link,
        cursor: Some("created_at"),
        keep: RUN,
        unfinished: runs::has_not_ended,
        again: Some((queries::run_again, "")),
        windows: Some(Windows { total: "/total_count", most: 1_000 }),
        speaks: "pipeline-runs",
        tell: runs::run,
        ..Stream::USUAL
    },
    Stream {
        name: "run_attempts",
        doc: "Earlier attempts of the runs that `jobs` or `classify` names; GitHub lists the last alone.",
        permission: "`Actions: read` (App) or `repo` (token)",
        per: Some("runs"),
        wanted: |api| !api.jobs.is_empty() || !api.classify.rules().is_empty(),
        ask: queries::attempts,
        key: &["run_attempt"],
        keep: RUN,
        hint: Some(Hint { total: "", newest: "run_attempt", page: 1 }),
        speaks: "pipeline-runs",
        tell: runs::run,
        ..Stream::USUAL
    },
    Stream {
        name: "jobs",
        doc: "Jobs of the runs whose name `jobs` of the study file names.",
        permission: "`Actions: read` (App) or `repo` (token)",
        per: Some("runs"),
        wanted: |api| !api.jobs.is_empty(),
        ask: queries::jobs,
        items: "/jobs",
        next: Next::Link,
        keep: &[
            Keep::As("id"),
            Keep::As("run_id"),
            Keep::As("run_attempt"),
            Keep::As("name"),
            Keep::As("workflow_name"),
            Keep::As("status"),
            Keep::As("conclusion"),
            Keep::As("head_sha"),
            Keep::As("started_at"),
            Keep::As("completed_at"),
        ],
        hint: Some(Hint { total: "", newest: "updated_at", page: 100 }),
        tell: runs::job,
        ..Stream::USUAL
    },
    Stream {
        name: "deployments",
        doc: "Deployments with their statuses; asked for again until one is final.",
        permission: "`Deployments: read` (App) or `repo_deployment` (token)",
        per: Some("repositories"),
        ask: queries::deployments,
        items: "/data/repository/deployments/nodes",
        next: Next::GraphQl("/data/repository/deployments/pageInfo"),
        key: &["node_id"],
        cursor: Some("created_at"),
        order: Order::NewestFirst,
        keep: &[
            Keep::As("node_id"),
            Keep::As("sha"),
            Keep::As("environment"),
            Keep::As("task"),
            Keep::As("created_at"),
            Keep::As("statuses[].state"),
            Keep::As("statuses[].created_at"),
            Keep::Who("creator", SOMEONE),
        ],
        prepare: shape::deployment,
        unfinished: tell::is_under_way,
        again: Some((queries::deployment_again, "/data/node")),
        hint: Some(Hint {
            total: "deployments.totalCount",
            newest: "deployments.nodes.0.createdAt",
            page: queries::PAGE,
        }),
        speaks: "deployments",
        tell: tell::deployment,
        ..Stream::USUAL
    },
    Stream {
        name: "releases",
        doc: "Releases, told once they are published. Where the repository's history is read too, its tags tell them and these do not.",
        permission: "`Contents: read` (App) or `repo` (token)",
        per: Some("repositories"),
        ask: queries::releases,
        items: "/data/repository/releases/nodes",
        next: Next::GraphQl("/data/repository/releases/pageInfo"),
        cursor: Some("created_at"),
        order: Order::NewestFirst,
        keep: &[
            Keep::As("id"),
            Keep::As("node_id"),
            Keep::As("tag_name"),
            Keep::As("draft"),
            Keep::As("prerelease"),
            Keep::As("created_at"),
            Keep::As("published_at"),
            Keep::Who("author", SOMEONE),
        ],
        unfinished: tell::is_draft,
        again: Some((queries::release_again, "/data/node")),
        hint: Some(Hint { total: "releases.totalCount", newest: "releases.stand", page: queries::PAGE }),
        tell: tell::release,
        ..Stream::USUAL
    },
    Stream {
        name: "teams",
        doc: "Teams of the organisations among the owners.",
        permission: "`Members: read` (App) or `read:org` (token)",
        per: Some("owners"),
        ask: queries::teams,
        next: Next::Link,
        order: Order::Whole,
        keep: &[Keep::As("id"), Keep::As("slug"), Keep::As("organisation")],
        prepare: shape::team,
        tell: |_, _, _| Err(Refusal::Nothing("a team tells by its members")),
        ..Stream::USUAL
    },
    Stream {
        name: "team_members",
        doc: "Who is in a team, from the first pull that saw it to the first that did not; GitHub keeps no dates.",
        permission: "`Members: read` (App) or `read:org` (token)",
        per: Some("teams"),
        ask: queries::members,
        next: Next::Link,
        key: &["user.id"],
        order: Order::Whole,
        versions: true,
        keep: &[Keep::As("inherited"), Keep::Who("user", SOMEONE)],
        prepare: shape::member,
        speaks: "memberships",
        tell: tell::member,
        ..Stream::USUAL
    },
];

#[cfg(test)]
mod asked_tests;
#[cfg(test)]
mod hourly;
#[cfg(test)]
mod organisation_tests;
#[cfg(test)]
mod plan_tests;
#[cfg(test)]
mod runs_tests;
#[cfg(test)]
mod served;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;
#[cfg(test)]
pub(super) use tests::FAKE;
