//! What GitLab is asked.

use serde_json::{Value, json};

use crate::config::Api;
use crate::log::{Micros, to_rfc3339};
use crate::sources::api::Method;
use crate::sources::api::kept::{Kept, instant};
use crate::sources::api::link;
use crate::sources::api::request::{Answer, Request, escape};
use crate::sources::api::stream::Ask;

/// Records a page: the most that GitLab gives.
pub(super) const PAGE: u64 = 100;
const PER_PAGE: (&str, &str) = ("per_page", "100");
const SECOND: Micros = 1_000_000;

/// Both of what a path with a slash may be, in one request; a request for each would always lead nowhere once.
const EITHER: &str =
    "query($owner: ID!) {\n  group(fullPath: $owner) { id fullPath }\n  project(fullPath: $owner) { id fullPath }\n}";

/// Whether a path is another's, or lies below it.
fn lies_in(path: &str, other: &str) -> bool {
    let (path, other) = (path.to_lowercase(), other.to_lowercase());
    path == other || path.strip_prefix(&other).is_some_and(|rest| rest.starts_with('/'))
}

/// A path without a slash is a group. Whatever lies in another owner is read with that.
pub(super) fn owners(ask: &Ask<'_>) -> Vec<Request> {
    let api = ask.api;
    let mut owners: Vec<&str> = api.owners.iter().map(|owner| owner.trim_matches('/')).collect();
    owners.sort_by_key(|owner| owner.to_lowercase());
    owners.dedup_by_key(|owner| owner.to_lowercase());
    if owners.is_empty() {
        let named = api.include.written().iter().filter(|name| !name.contains(['*', '?', '[', '{']));
        let mut named: Vec<&String> = named.collect();
        named.sort_unstable();
        named.dedup();
        return named.into_iter().map(|name| Request::get(api, &format!("/projects/{}", escape(name)), &[])).collect();
    }
    let inner = |one: &str| owners.iter().any(|other| *other != one && lies_in(one, other));
    let outermost = owners.iter().filter(|one| !inner(one));
    outermost.map(|owner| if owner.contains('/') { either(api, owner) } else { group(&api.url, owner) }).collect()
}

fn either(api: &Api, owner: &str) -> Request {
    let base = api.url.strip_suffix("/v4").unwrap_or(&api.url);
    let body = json!({"query": EITHER, "variables": {"owner": owner}});
    Request { method: Method::Post, url: format!("{base}/graphql"), body: Some(body) }
}

/// A group without its projects, which are listed apart.
fn group(url: &str, path: &str) -> Request {
    let url = format!("{url}/groups/{}?with_projects=false", escape(path));
    Request { method: Method::Get, url, body: None }
}

/// What is neither a group nor a project is asked for as a group, so that the answer says that it is not there.
pub(super) fn or_else(request: &Request, _: &Answer, items: &[Value]) -> Option<Request> {
    let owner = request.body.as_ref()?.pointer("/variables/owner")?.as_str()?;
    let found = items
        .iter()
        .filter_map(|item| item.get("data"))
        .any(|data| ["group", "project"].iter().any(|kind| data.get(*kind).is_some_and(Value::is_object)));
    let base = request.url.strip_suffix("/graphql")?;
    (!found).then(|| group(&format!("{base}/v4"), owner))
}

pub(super) fn projects(ask: &Ask<'_>) -> Vec<Request> {
    let Some(owner) = ask.parent else { return Vec::new() };
    let id = owner.text("id").unwrap_or_default();
    if owner.text("kind").as_deref() == Some("project") {
        return vec![Request::get(ask.api, &format!("/projects/{id}"), &[])];
    }
    let query =
        [("include_subgroups", "true"), ("with_shared", "false"), ("order_by", "id"), ("sort", "asc"), PER_PAGE];
    vec![Request::get(ask.api, &format!("/groups/{id}/projects"), &query)]
}

/// Whether a project has what a list is of: asking where it is switched off is forbidden.
fn has(project: &Kept<'_>, level: &str, enabled: &str) -> bool {
    match project.text(level).as_deref() {
        Some(level) => level != "disabled",
        None => project.flag(enabled) != Some(false),
    }
}

/// A list of a project; none where the project is not read, or the list is switched off there.
fn of_project(ask: &Ask<'_>, list: &str, (level, enabled): (&str, &str), query: &[(&str, &str)]) -> Vec<Request> {
    let read = ask.parent.filter(|project| {
        let path = project.text("path_with_namespace");
        path.is_some_and(|path| ask.api.reads(&path)) && has(project, level, enabled)
    });
    read.map(|project| Request::get(ask.api, &format!("/projects/{}/{list}", project.key), query)).into_iter().collect()
}

/// The same, oldest change first, from where it was read to.
fn by_change(ask: &Ask<'_>, list: &str, feature: (&str, &str), query: &[(&str, &str)]) -> Vec<Request> {
    let mut all = vec![("order_by", "updated_at"), ("sort", "asc"), PER_PAGE];
    all.extend(query);
    let requests = of_project(ask, list, feature, &all);
    let since = |request: &Request| ask.since.map(|since| request.with("updated_after", &to_rfc3339(since)));
    requests.into_iter().map(|request| since(&request).unwrap_or(request)).collect()
}

/// Reads a list by `updated_at` on from a second before the last that was seen: GitLab shows less of a time than it
/// compares with. Only where a whole page lies within a second the next page is asked for by its number.
pub(super) fn onward(request: &Request, answer: &Answer, items: &[Value]) -> Option<Request> {
    let target = link::resolve(answer.header("link").and_then(link::next)?, &request.url)?;
    let next = Request { url: target, ..request.clone() };
    // An address that leads elsewhere is left as it is: nothing is sent there, and the pull says so.
    if !link::same_origin(&next.url, &request.url) {
        return Some(next);
    }
    let before = request.query("updated_after").and_then(|text| instant(&Value::from(text)));
    let last = items.last().and_then(|item| item.get("updated_at")).and_then(instant).map(|at| at - SECOND);
    match last.filter(|last| before.is_none_or(|before| before < *last)) {
        Some(last) => Some(request.with("updated_after", &to_rfc3339(last)).with("page", "1")),
        None => Some(next),
    }
}

const ISSUES: (&str, &str) = ("issues_access_level", "issues_enabled");
const MERGE_REQUESTS: (&str, &str) = ("merge_requests_access_level", "merge_requests_enabled");
const BUILDS: (&str, &str) = ("builds_access_level", "jobs_enabled");

pub(super) fn issues(ask: &Ask<'_>) -> Vec<Request> {
    by_change(ask, "issues", ISSUES, &[("scope", "all")])
}

pub(super) fn merge_requests(ask: &Ask<'_>) -> Vec<Request> {
    by_change(ask, "merge_requests", MERGE_REQUESTS, &[("scope", "all")])
}

pub(super) fn pipelines(ask: &Ask<'_>) -> Vec<Request> {
    by_change(ask, "pipelines", BUILDS, &[])
}

/// GitLab wants the filter wherever deployments come in this order.
pub(super) fn deployments(ask: &Ask<'_>) -> Vec<Request> {
    let since = ask.since.unwrap_or(0);
    if !ask.parent.is_some_and(|project| has(project, "environments_access_level", "jobs_enabled")) {
        return Vec::new();
    }
    by_change(&Ask { since: Some(since), ..*ask }, "deployments", BUILDS, &[])
}

pub(super) fn environments(ask: &Ask<'_>) -> Vec<Request> {
    of_project(ask, "environments", ("environments_access_level", "jobs_enabled"), &[PER_PAGE])
}

pub(super) fn releases(ask: &Ask<'_>) -> Vec<Request> {
    let query = [("order_by", "created_at"), ("sort", "desc"), PER_PAGE];
    of_project(ask, "releases", ("releases_access_level", ""), &query)
}

/// A list of an issue or a merge request, which hangs below its project.
fn of_numbered(ask: &Ask<'_>, kind: &str, list: &str, query: &[(&str, &str)]) -> Vec<Request> {
    let Some(parent) = ask.parent else { return Vec::new() };
    let project = parent.scope.rsplit('/').next().unwrap_or_default();
    vec![Request::get(ask.api, &format!("/projects/{project}/{kind}/{}/{list}", parent.key), query)]
}

/// A list of an issue to which something happened since it was opened.
fn of_issue(ask: &Ask<'_>, list: &str, query: &[(&str, &str)]) -> Vec<Request> {
    let untouched = ask.parent.is_some_and(|issue| {
        let at = |field| issue.get(field).and_then(instant);
        at("created_at").is_some() && at("created_at") == at("updated_at")
    });
    if untouched { Vec::new() } else { of_numbered(ask, "issues", list, query) }
}

pub(super) fn issue_states(ask: &Ask<'_>) -> Vec<Request> {
    of_issue(ask, "resource_state_events", &[PER_PAGE])
}

pub(super) fn issue_labels(ask: &Ask<'_>) -> Vec<Request> {
    of_issue(ask, "resource_label_events", &[PER_PAGE])
}

pub(super) fn issue_milestones(ask: &Ask<'_>) -> Vec<Request> {
    of_issue(ask, "resource_milestone_events", &[PER_PAGE])
}

const BY_CREATION: [(&str, &str); 3] = [("order_by", "created_at"), ("sort", "asc"), PER_PAGE];

pub(super) fn issue_notes(ask: &Ask<'_>) -> Vec<Request> {
    of_issue(ask, "notes", &BY_CREATION)
}

pub(super) fn merge_request_notes(ask: &Ask<'_>) -> Vec<Request> {
    of_numbered(ask, "merge_requests", "notes", &BY_CREATION)
}

pub(super) fn merge_request_commits(ask: &Ask<'_>) -> Vec<Request> {
    of_numbered(ask, "merge_requests", "commits", &[PER_PAGE])
}

/// Jobs of pipelines that have ended, each attempt of one.
pub(super) fn jobs(ask: &Ask<'_>) -> Vec<Request> {
    let wanted = ask.parent.is_some_and(|pipeline| {
        let names = [pipeline.text("name"), pipeline.text("project")];
        let ended = pipeline.text("status").is_some_and(|status| super::runs::has_ended(&status));
        ended && names.iter().flatten().any(|name| ask.api.jobs.include(name))
    });
    let query = [("include_retried", "true"), PER_PAGE];
    if wanted { of_numbered(ask, "pipelines", "jobs", &query) } else { Vec::new() }
}

/// The group itself, and what lies below it.
pub(super) fn groups(ask: &Ask<'_>) -> Vec<Request> {
    let Some(owner) = ask.parent.filter(|owner| owner.text("kind").as_deref() == Some("group")) else {
        return Vec::new();
    };
    let id = owner.text("id").unwrap_or_default();
    let below = [("order_by", "id"), ("sort", "asc"), PER_PAGE];
    vec![group(&ask.api.url, &id), Request::get(ask.api, &format!("/groups/{id}/descendant_groups"), &below)]
}

pub(super) fn members(ask: &Ask<'_>) -> Vec<Request> {
    let group = ask.parent.filter(|group| group.text("full_path").is_some_and(|path| !ask.api.exclude.include(&path)));
    group
        .map(|group| Request::get(ask.api, &format!("/groups/{}/members", group.key), &[PER_PAGE]))
        .into_iter()
        .collect()
}
