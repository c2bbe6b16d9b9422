//! What Azure DevOps is asked.

use chrono::{DateTime, SecondsFormat};
use serde_json::Value;
use url::Url;

use crate::config::Api;
use crate::log::Micros;
use crate::sources::api::kept::Kept;
use crate::sources::api::request::{Answer, Request, escape};
use crate::sources::api::stream::Ask;

/// Records of one page, where the service lets us say so.
pub(super) const PAGE: usize = 100;
const VERSION: (&str, &str) = ("api-version", "7.1");
const FIELDS: &str = "System.WorkItemType,System.State,System.Reason,System.Title,System.Tags,System.CreatedDate,\
                      System.CreatedBy,System.ChangedDate,System.ChangedBy,System.AssignedTo,System.CommentCount";

/// The token of the next page stands in a header.
pub(super) fn by_header(request: &Request, answer: &Answer, _: &[Value]) -> Option<Request> {
    let token = answer.header("x-ms-continuationtoken").filter(|token| !token.trim().is_empty())?;
    Some(request.with("continuationToken", token))
}

/// Every batch has a token, the last one too; and a token goes without the time that the first batch began at.
pub(super) fn later_revisions(request: &Request, answer: &Answer, _: &[Value]) -> Option<Request> {
    let json = answer.json()?;
    if json.get("isLastBatch").and_then(Value::as_bool) != Some(false) {
        return None;
    }
    let token = json.get("continuationToken")?.as_str()?;
    without(request, "startDateTime").map(|request| request.with("continuationToken", token))
}

fn without(request: &Request, name: &str) -> Option<Request> {
    let mut url = Url::parse(&request.url).ok()?;
    let others: Vec<(String, String)> =
        url.query_pairs().filter(|(known, _)| known != name).map(|(a, b)| (a.into_owned(), b.into_owned())).collect();
    url.query_pairs_mut().clear().extend_pairs(&others);
    Some(Request { url: url.into(), ..request.clone() })
}

fn instant(at_us: Micros) -> Option<String> {
    DateTime::from_timestamp_micros(at_us).map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// The same from an instant on.
fn from(request: &Request, field: &str, since: Option<Micros>) -> Request {
    since.and_then(instant).map_or_else(|| request.clone(), |at| request.with(field, &at))
}

pub(super) fn projects(ask: &Ask<'_>) -> Vec<Request> {
    let page = PAGE.to_string();
    vec![Request::get(ask.api, "/_apis/projects", &[VERSION, ("$top", &page), ("stateFilter", "wellFormed")])]
}

/// Whether `owners` means a project: by its name or id; where there are none, every project is meant.
fn is_owner(api: &Api, project: &Kept<'_>) -> bool {
    let is = |owner: &String| {
        [project.text("name"), project.text("id")].iter().flatten().any(|known| known.eq_ignore_ascii_case(owner))
    };
    api.owners.is_empty() || api.owners.iter().any(is)
}

/// One list of a project that is read.
fn of_project(ask: &Ask<'_>, list: &str, query: &[(&str, &str)]) -> Option<Request> {
    let project = ask.parent.filter(|project| is_owner(ask.api, project))?;
    Some(Request::get(ask.api, &format!("/{}/_apis/{list}", escape(project.key)), &[&[VERSION], query].concat()))
}

pub(super) fn revisions(ask: &Ask<'_>) -> Vec<Request> {
    let query = [("fields", FIELDS), ("includeIdentityRef", "true")];
    let first = of_project(ask, "wit/reporting/workitemrevisions", &query);
    first.map(|request| from(&request, "startDateTime", ask.since)).into_iter().collect()
}

pub(super) fn repositories(ask: &Ask<'_>) -> Vec<Request> {
    of_project(ask, "git/repositories", &[]).into_iter().collect()
}

/// There is no list by last change. What is open is listed whole, beside what was closed since; at first all of it.
pub(super) fn pull_requests(ask: &Ask<'_>) -> Vec<Request> {
    let Some(repository) = ask.parent else { return Vec::new() };
    let is_read = repository.text("full_name").is_some_and(|name| ask.api.reads(&name));
    if !is_read || repository.flag("isDisabled") == Some(true) {
        return Vec::new();
    }
    let path = format!("/{}/_apis/git/repositories/{}/pullrequests", escape(repository.scope), escape(repository.key));
    let page = PAGE.to_string();
    let list = |status| Request::get(ask.api, &path, &[VERSION, ("searchCriteria.status", status), ("$top", &page)]);
    match ask.since {
        None => vec![list("all")],
        Some(since) => {
            let closed = list("all").with("searchCriteria.queryTimeRangeType", "closed");
            vec![list("active"), from(&closed, "searchCriteria.minTime", Some(since))]
        }
    }
}

/// A list of a pull request: its scope is the project's id and the repository's.
pub(super) fn of_change(ask: &Ask<'_>, list: &str) -> Vec<Request> {
    let Some(change) = ask.parent else { return Vec::new() };
    let Some((project, repository)) = change.scope.split_once('/') else { return Vec::new() };
    let key = escape(change.key);
    let path = format!("/{}/_apis/git/repositories/{}/pullRequests/{key}/{list}", escape(project), escape(repository));
    vec![Request::get(ask.api, &path, &[VERSION])]
}

/// Only ended builds have a time that the list can be ordered by; what goes on is met when it has ended.
pub(super) fn builds(ask: &Ask<'_>) -> Vec<Request> {
    let page = PAGE.to_string();
    let query = [("statusFilter", "completed"), ("queryOrder", "finishTimeAscending"), ("$top", page.as_str())];
    let first = of_project(ask, "build/builds", &query);
    first.map(|request| from(&request, "minTime", ask.since)).into_iter().collect()
}

/// What never began has no timeline.
pub(super) fn timeline(ask: &Ask<'_>) -> Vec<Request> {
    let Some(build) = ask.parent else { return Vec::new() };
    let is_meant = build.text("definition.name").is_some_and(|name| ask.api.jobs.include(&name));
    if !is_meant || build.get("startTime").is_none() || build.get("finishTime").is_none() {
        return Vec::new();
    }
    let path = format!("/{}/_apis/build/builds/{}/timeline", escape(build.scope), escape(build.key));
    vec![Request::get(ask.api, &path, &[VERSION])]
}

/// Asked where they are named: the one scope that lets them be read lets them be changed too.
pub(super) fn environments(ask: &Ask<'_>) -> Vec<Request> {
    if !ask.names(&["environments", "environment-deployments"]) {
        return Vec::new();
    }
    let page = PAGE.to_string();
    of_project(ask, "distributedtask/environments", &[("$top", &page)]).into_iter().collect()
}

pub(super) fn environment_deployments(ask: &Ask<'_>) -> Vec<Request> {
    let Some(environment) = ask.parent.filter(|_| ask.names(&["environment-deployments"])) else { return Vec::new() };
    let (project, key, page) = (escape(environment.scope), escape(environment.key), PAGE.to_string());
    let path = format!("/{project}/_apis/distributedtask/environments/{key}/environmentdeploymentrecords");
    vec![Request::get(ask.api, &path, &[VERSION, ("top", &page)])]
}

/// Asked where they are answered: on their own host, or where `streams` names them (one's own server has one host).
pub(super) fn releases(ask: &Ask<'_>) -> Vec<Request> {
    if !ask.names(&["releases"]) && !ask.api.url.contains("://vsrm.") {
        return Vec::new();
    }
    let page = PAGE.to_string();
    let list = |place: String| {
        let path = format!("{place}/_apis/release/deployments");
        from(&Request::get(ask.api, &path, &[VERSION, ("$top", &page)]), "minModifiedTime", ask.since)
    };
    match ask.api.owners.as_slice() {
        // Where the service wants a project it says so: better than to read nothing in silence.
        [] => vec![list(String::new())],
        owners => owners.iter().map(|owner| list(format!("/{}", escape(owner)))).collect(),
    }
}
