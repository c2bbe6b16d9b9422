//! What GitHub is asked.

use serde_json::{Value, json};

use crate::config::Api;
use crate::log::{Micros, to_rfc3339};
use crate::sources::api::kept::Kept;
use crate::sources::api::request::{Request, escape};
use crate::sources::api::stream::Ask;

/// Records a page: the most that GitHub gives.
pub(super) const PAGE: u64 = 100;

const ACTOR: &str = "{ __typename login ... on User { name } }";

/// A query below the API's address. GitHub Enterprise has REST at `/api/v3` and GraphQL at `/api/graphql`.
fn graphql(api: &Api, query: &str, variables: &Value) -> Request {
    let base = api.url.strip_suffix("/v3").unwrap_or(&api.url);
    let body = json!({"query": query.replace("ACTOR", ACTOR), "variables": variables});
    Request { method: crate::sources::api::Method::Post, url: format!("{base}/graphql"), body: Some(body) }
}

/// The owners, and those of repositories that are included by their whole name.
fn logins(api: &Api) -> Vec<&str> {
    let named = api.include.written().iter().filter(|name| !name.contains(['*', '?', '[', '{']));
    let mut owners: Vec<&str> = api.owners.iter().map(String::as_str).collect();
    if owners.is_empty() {
        owners.extend(named.filter_map(|name| Some(name.split_once('/')?.0)));
    }
    owners.sort_unstable();
    owners.dedup();
    owners
}

pub(super) fn owners(ask: &Ask<'_>) -> Vec<Request> {
    let query = "query($owner: String!) {\n  owner: repositoryOwner(login: $owner) { id login type: __typename }\n}";
    logins(ask.api).into_iter().map(|owner| graphql(ask.api, query, &json!({"owner": owner}))).collect()
}

/// What a repository says of a stream beforehand, where that is wanted: a field that the token may not read is refused with
/// everything that stands beside it.
const HINTS: &[(&str, &str)] = &[
    ("issues", "issues(first: 1, orderBy: {field: UPDATED_AT, direction: DESC}) { totalCount nodes { updatedAt } }"),
    (
        "pulls",
        "pulls: pullRequests(first: 1, orderBy: {field: UPDATED_AT, direction: DESC}) { totalCount nodes { updatedAt } }",
    ),
    (
        "deployments",
        "deployments(first: 1, orderBy: {field: CREATED_AT, direction: DESC}) { totalCount nodes { createdAt } }",
    ),
    ("deployments", "environments(first: 100) { nodes { name } }"),
    (
        "releases",
        "releases(first: 1, orderBy: {field: CREATED_AT, direction: DESC}) { totalCount nodes { createdAt } }",
    ),
];

pub(super) fn repositories(ask: &Ask<'_>) -> Vec<Request> {
    let wanted = HINTS.iter().filter(|(stream, _)| ask.api.reads_stream(stream));
    let hints: String = wanted.flat_map(|(_, field)| ["\n        ", field]).collect();
    let query = format!(
        "query($owner: String!, $first: Int!, $after: String) {{
  owner: repositoryOwner(login: $owner) {{
    repositories(first: $first, after: $after, ownerAffiliations: OWNER, orderBy: {{field: NAME, direction: ASC}}) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{
        id: databaseId
        full_name: nameWithOwner
        archived: isArchived
        created_at: createdAt
        pushed_at: pushedAt{hints}
      }}
    }}
  }}
}}"
    );
    let owner = ask.parent.and_then(|owner| owner.text("login"));
    owner
        .map(|owner| graphql(ask.api, &query, &json!({"owner": owner, "first": PAGE, "after": null})))
        .into_iter()
        .collect()
}

/// The variables that name the repository that something is asked of; none where it is not read.
fn of_repository(ask: &Ask<'_>) -> Option<(String, Value)> {
    let full_name = ask.parent?.text("full_name")?;
    let (owner, name) = full_name.split_once('/')?;
    let variables = json!({"owner": owner, "name": name, "first": PAGE, "after": null});
    ask.api.reads(&full_name).then_some((full_name, variables))
}

fn listed(ask: &Ask<'_>, query: &str) -> Vec<Request> {
    of_repository(ask).map(|(_, variables)| graphql(ask.api, query, &variables)).into_iter().collect()
}

const TIMELINE: &str = "{
  pageInfo { hasNextPage endCursor }
  nodes {
    __typename
    ... on IssueComment { id created_at: createdAt actor: author ACTOR }
    ... on ClosedEvent { id created_at: createdAt state_reason: stateReason actor ACTOR }
    ... on ReopenedEvent { id created_at: createdAt actor ACTOR }
    ... on AssignedEvent { id created_at: createdAt actor ACTOR }
  }
}";
const TIMELINE_TYPES: &str = "[ISSUE_COMMENT, CLOSED_EVENT, REOPENED_EVENT, ASSIGNED_EVENT]";

pub(super) fn issues(ask: &Ask<'_>) -> Vec<Request> {
    let Some((_, mut variables)) = of_repository(ask) else { return Vec::new() };
    // Left out, not null: some of GitHub's filters take null for a value of its own.
    if let Some(since) = ask.since {
        variables["since"] = Value::from(to_rfc3339(since));
    }
    let query = format!(
        "query($owner: String!, $name: String!, $first: Int!, $after: String, $since: DateTime) {{
  repository(owner: $owner, name: $name) {{
    issues(first: $first, after: $after, filterBy: {{since: $since}}, orderBy: {{field: UPDATED_AT, direction: ASC}}) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{
        node_id: id
        number
        title
        state
        state_reason: stateReason
        created_at: createdAt
        updated_at: updatedAt
        closed_at: closedAt
        user: author ACTOR
        labels(first: 20) {{ nodes {{ name }} }}
        timeline: timelineItems(first: 50, itemTypes: {TIMELINE_TYPES}) {TIMELINE}
      }}
    }}
  }}
}}"
    );
    vec![graphql(ask.api, &query, &variables)]
}

pub(super) fn more_of_issue(ask: &Ask<'_>, issue: &Value, cursor: &str) -> Request {
    let query = format!(
        "query($id: ID!, $after: String) {{
  node(id: $id) {{
    ... on Issue {{ timeline: timelineItems(first: 100, after: $after, itemTypes: {TIMELINE_TYPES}) {TIMELINE} }}
  }}
}}"
    );
    graphql(ask.api, &query, &json!({"id": issue["node_id"], "after": cursor}))
}

/// Reviews are numbered past 32 bits, which `databaseId` cannot hold.
const REVIEWS: &str = "{
  pageInfo { hasNextPage endCursor }
  nodes { id: fullDatabaseId state submitted_at: submittedAt user: author ACTOR }
}";
const COMMITS: &str = "{
  pageInfo { hasNextPage endCursor }
  nodes { commit { sha: oid authored_at: authoredDate author { name email user { login } } } }
}";

pub(super) fn pulls(ask: &Ask<'_>) -> Vec<Request> {
    let query = format!(
        "query($owner: String!, $name: String!, $first: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    pullRequests(first: $first, after: $after, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{
        node_id: id
        number
        title
        created_at: createdAt
        updated_at: updatedAt
        closed_at: closedAt
        merged_at: mergedAt
        merge_commit: mergeCommit {{ oid }}
        user: author ACTOR
        merged_by: mergedBy ACTOR
        labels(first: 20) {{ nodes {{ name }} }}
        closes: closingIssuesReferences(first: 10) {{ nodes {{ number repository {{ full_name: nameWithOwner }} }} }}
        closed: timelineItems(last: 1, itemTypes: [CLOSED_EVENT]) {{ nodes {{ ... on ClosedEvent {{ actor ACTOR }} }} }}
        reviews(first: 30) {REVIEWS}
        commits(first: 50) {COMMITS}
      }}
    }}
  }}
}}"
    );
    listed(ask, &query)
}

pub(super) fn more_reviews(ask: &Ask<'_>, pull: &Value, cursor: &str) -> Request {
    more_of_pull(ask, pull, cursor, "reviews", REVIEWS)
}

pub(super) fn more_commits(ask: &Ask<'_>, pull: &Value, cursor: &str) -> Request {
    more_of_pull(ask, pull, cursor, "commits", COMMITS)
}

fn more_of_pull(ask: &Ask<'_>, pull: &Value, cursor: &str, list: &str, fields: &str) -> Request {
    let query = format!(
        "query($id: ID!, $after: String) {{
  node(id: $id) {{ ... on PullRequest {{ {list}(first: 100, after: $after) {fields} }} }}
}}"
    );
    graphql(ask.api, &query, &json!({"id": pull["node_id"], "after": cursor}))
}

/// Deployments are numbered past 32 bits too, and have no number that could hold it: they are known by their node. Statuses
/// come newest first, and the first of them tell when something was there.
const DEPLOYMENT: &str = "node_id: id
        sha: commitOid
        environment
        task
        created_at: createdAt
        creator ACTOR
        statuses(last: 100) { nodes { state created_at: createdAt } }";

pub(super) fn deployments(ask: &Ask<'_>) -> Vec<Request> {
    let query = format!(
        "query($owner: String!, $name: String!, $first: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    deployments(first: $first, after: $after, orderBy: {{field: CREATED_AT, direction: DESC}}) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{
        {DEPLOYMENT}
      }}
    }}
  }}
}}"
    );
    listed(ask, &query)
}

pub(super) fn deployment_again(ask: &Ask<'_>, deployment: &Kept<'_>) -> Request {
    let query = format!("query($id: ID!) {{\n  node(id: $id) {{ ... on Deployment {{ {DEPLOYMENT} }} }}\n}}");
    graphql(ask.api, &query, &json!({"id": deployment.text("node_id")}))
}

const RELEASE: &str = "id: databaseId
        node_id: id
        tag_name: tagName
        draft: isDraft
        prerelease: isPrerelease
        created_at: createdAt
        published_at: publishedAt
        author ACTOR";

pub(super) fn releases(ask: &Ask<'_>) -> Vec<Request> {
    let query = format!(
        "query($owner: String!, $name: String!, $first: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    releases(first: $first, after: $after, orderBy: {{field: CREATED_AT, direction: DESC}}) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{
        {RELEASE}
      }}
    }}
  }}
}}"
    );
    listed(ask, &query)
}

pub(super) fn release_again(ask: &Ask<'_>, release: &Kept<'_>) -> Request {
    let query = format!("query($id: ID!) {{\n  node(id: $id) {{ ... on Release {{ {RELEASE} }} }}\n}}");
    graphql(ask.api, &query, &json!({"id": release.text("node_id")}))
}

/// The path of a repository; its parts are escaped one by one.
fn path(full_name: &str) -> String {
    let parts: Vec<String> = full_name.split('/').map(escape).collect();
    format!("/repos/{}", parts.join("/"))
}

/// GitHub lets a run be run again for so long after it was made. It keeps its id and its creation then, and no list of
/// GitHub's comes by what changed.
const RUN_AGAIN: Micros = 30 * 24 * 3_600_000_000;

/// Runs of a stretch of time. A window that is open on both sides is no filter; one that goes on from what is known begins
/// where the oldest run stands that may have been run again since.
pub(super) fn runs(ask: &Ask<'_>) -> Vec<Request> {
    let Some((full_name, _)) = of_repository(ask) else { return Vec::new() };
    let request = Request::get(
        ask.api,
        &format!("{}/actions/runs", path(&full_name)),
        &[("per_page", "100"), ("exclude_pull_requests", "true")],
    );
    let created = match ask.window {
        Some((from, Micros::MAX)) if ask.since.is_some() => {
            let goes_on = ask.since == Some(from);
            let from = if goes_on { ask.api.since_us.into_iter().fold(from - RUN_AGAIN, Micros::max) } else { from };
            Some(format!(">={}", to_rfc3339(second(from))))
        }
        None | Some((_, Micros::MAX)) => None,
        Some((from, to)) => Some(format!("{}..{}", to_rfc3339(second(from)), to_rfc3339(second(to)))),
    };
    vec![created.map_or_else(|| request.clone(), |created| request.with("created", &created))]
}

/// GitHub's filter knows whole seconds.
const fn second(at_us: Micros) -> Micros {
    at_us - at_us.rem_euclid(1_000_000)
}

pub(super) fn run_again(ask: &Ask<'_>, run: &Kept<'_>) -> Request {
    let full_name = ask.parent.and_then(|parent| parent.text("full_name")).unwrap_or_default();
    let at = format!("{}/actions/runs/{}", path(&full_name), escape(run.key));
    Request::get(ask.api, &at, &[("exclude_pull_requests", "true")])
}

/// The attempts of a run before its last, where they matter.
pub(super) fn attempts(ask: &Ask<'_>) -> Vec<Request> {
    let Some(run) = ask.parent.filter(|run| super::runs::matters(run, ask.api)) else { return Vec::new() };
    let full_name = run.text("repository.full_name");
    let each = |full_name: String| {
        let at = format!("{}/actions/runs/{}/attempts", path(&full_name), escape(run.key));
        let earlier = 1..super::runs::attempt(run);
        earlier
            .map(move |attempt| Request::get(ask.api, &format!("{at}/{attempt}"), &[("exclude_pull_requests", "true")]))
    };
    full_name.into_iter().flat_map(each).collect()
}

pub(super) fn jobs(ask: &Ask<'_>) -> Vec<Request> {
    let Some(run) = ask.parent else { return Vec::new() };
    let wanted = run.text("name").is_some_and(|name| ask.api.jobs.include(&name));
    let full_name = run.text("repository.full_name").filter(|_| wanted);
    if run.text("status").as_deref() != Some("completed") {
        return Vec::new();
    }
    full_name
        .map(|full_name| {
            let at = format!("{}/actions/runs/{}/jobs", path(&full_name), escape(run.key));
            Request::get(ask.api, &at, &[("per_page", "100"), ("filter", "all")])
        })
        .into_iter()
        .collect()
}

/// Only organisations have teams.
pub(super) fn teams(ask: &Ask<'_>) -> Vec<Request> {
    let organisation = ask.parent.filter(|owner| owner.text("type").as_deref() == Some("Organization"));
    let login = organisation.and_then(|owner| owner.text("login"));
    login
        .map(|login| Request::get(ask.api, &format!("/orgs/{}/teams", escape(&login)), &[("per_page", "100")]))
        .into_iter()
        .collect()
}

pub(super) fn members(ask: &Ask<'_>) -> Vec<Request> {
    let team = ask.parent.and_then(|team| Some((team.text("organisation")?, team.text("slug")?)));
    team.map(|(organisation, slug)| {
        let at = format!("/orgs/{}/teams/{}/members", escape(&organisation), escape(&slug));
        Request::get(ask.api, &at, &[("per_page", "100")])
    })
    .into_iter()
    .collect()
}
