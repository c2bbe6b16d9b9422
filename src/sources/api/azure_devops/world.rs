//! For tests: an organisation of two projects, answered by the page as the service does.

use serde_json::{Value, json};

use crate::sources::api::fake::{Fake, not_there, ok, target, with_headers};
use crate::sources::api::request::{Answer, Request};

pub(super) const STUDY: &str = r#"
[environments]
order = ["staging", "production"]
[[repositories]]
name = "web"
remote = "Shop/web"
[[apis]]
id = "x"
kind = "azure-devops"
url = "https://fake.test"
owners = ["Shop"]
jobs = ["ship-*"]
streams = ["projects", "work-items", "repositories", "pull-requests", "threads", "commits", "builds", "timeline",
    "environments", "environment-deployments", "releases"]
[[apis.classify]]
column = "title"
matches = "^Access"
activity = "access.requested"
[[apis.classify]]
column = "name"
matches = "^Ship to production$"
activity = "service.deployed"
"#;

/// Lists come by two or three. On day 1 a work item is closed, a change has landed and another is opened, a build, a
/// deployment and a release have ended, and a repository is gone.
pub(in crate::sources::api) const FAKE: Fake = Fake { study: STUDY, answer };

pub(super) const SHA: &str = "00000000000000000000000000000000000000aa";

pub(super) fn jane() -> Value {
    json!({"displayName": "Jane Doe", "uniqueName": "jane-doe@acme.test", "id": "1"})
}

pub(super) fn bob() -> Value {
    json!({"displayName": "Bob Roe", "uniqueName": "ACME\\bob-roe", "id": "2"})
}

fn answer(request: &Request, day: u32) -> Answer {
    let place = target(request).split('?').next().unwrap_or_default();
    if request.query("api-version").is_none() {
        return with_headers(400, &json!({"message": "no api-version"}), &[]);
    }
    match place.split('/').skip(1).collect::<Vec<_>>().as_slice() {
        ["_apis", "projects"] => paged(
            request,
            &[
                json!({"id": "p1", "name": "Shop"}),
                json!({"id": "p2", "name": "Other"}),
                json!({"id": "p3", "name": "Last"}),
            ],
        ),
        ["p1", "_apis", "wit", "reporting", "workitemrevisions"] => batches(request, day),
        ["p1", "_apis", "git", "repositories"] => {
            let mut all = vec![repository("r1", "web", false), repository("r2", "locked", true)];
            all.extend((day == 0).then(|| repository("r3", "old", false)));
            ok(&json!({"count": all.len(), "value": all}))
        }
        ["p1", "_apis", "git", "repositories", "r1", "pullrequests"] => changes(request, day),
        ["p1", "_apis", "git", "repositories", "r3", "pullrequests"] => ok(&json!({"value": []})),
        ["p1", "_apis", "git", "repositories", "r1", "pullRequests", number, list] => {
            of_change(request, number, list, day)
        }
        ["p1", "_apis", "build", "builds"] => {
            let since = request.query("minTime").unwrap_or_default();
            let ended = builds(day)
                .into_iter()
                .filter(|build| build["finishTime"].as_str().is_some_and(|at| at >= since.as_str()));
            paged(request, &ended.collect::<Vec<_>>())
        }
        ["p1", "_apis", "build", "builds", number, "timeline"] => ok(&json!({"records": [
            {"id": format!("s{number}"), "type": "Stage", "name": "Ship to production", "state": "completed", "result": "succeeded",
             "startTime": "2025-05-01T10:00:00Z", "finishTime": "2025-05-01T10:05:00Z"},
            {"id": format!("j{number}"), "parentId": format!("s{number}"), "type": "Job", "name": "ship", "state": "completed",
             "result": "succeeded", "startTime": "2025-05-01T10:01:00Z", "finishTime": "2025-05-01T10:04:00Z"}]})),
        ["p1", "_apis", "distributedtask", "environments"] => paged(
            request,
            &[
                json!({"id": 1, "name": "production"}),
                json!({"id": 2, "name": "staging"}),
                json!({"id": 3, "name": "playground"}),
            ],
        ),
        ["p1", "_apis", "distributedtask", "environments", number, "environmentdeploymentrecords"] => {
            // Two jobs of one stage, and a stage of another run on day 1.
            let records = (1..=2 + day).map(|id| job(id, id.max(2) - 1, "production", Some("succeeded")));
            let records: Vec<Value> = if *number == "1" { records.collect() } else { Vec::new() };
            paged(request, &records)
        }
        ["Shop", "_apis", "release", "deployments"] => {
            let since = request.query("minModifiedTime").unwrap_or_default();
            let all = (0..3)
                .map(|id| release(id, day))
                .filter(|one| one["lastModifiedOn"].as_str().is_some_and(|at| at >= since.as_str()));
            paged(request, &all.collect::<Vec<_>>())
        }
        _ => not_there(),
    }
}

/// Two records a page, and the token of the next one in a header.
fn paged(request: &Request, all: &[Value]) -> Answer {
    let from =
        request.query("continuationToken").and_then(|token| token.parse::<usize>().ok()).unwrap_or(0).min(all.len());
    let to = (from + 2).min(all.len());
    let body = json!({"count": to - from, "value": &all[from..to]});
    let token = to.to_string();
    let header = [("x-ms-continuationtoken", token.as_str())];
    with_headers(200, &body, if to < all.len() { &header } else { &[] })
}

/// Three revisions a batch. Every batch has a token; with one, no time may stand beside it.
fn batches(request: &Request, day: u32) -> Answer {
    let token = request.query("continuationToken");
    let since = request.query("startDateTime");
    if token.is_some() && since.is_some() {
        return with_headers(400, &json!({"message": "a token and a time"}), &[]);
    }
    let all = revisions(day);
    let first = all
        .iter()
        .position(|one| one["fields"]["System.ChangedDate"].as_str() >= since.as_deref())
        .unwrap_or(all.len());
    let from = token.and_then(|token| token.parse::<usize>().ok()).unwrap_or(first).min(all.len());
    let to = (from + 3).min(all.len());
    ok(&json!({"values": &all[from..to], "isLastBatch": to == all.len(), "continuationToken": to.to_string()}))
}

/// One revision as the list of revisions gives it.
pub(super) fn item(id: u64, rev: u64, at: &str, by: &Value, more: &Value) -> Value {
    let mut fields = json!({
        "System.WorkItemType": "Bug", "System.State": "New", "System.Title": "Access to web, please", "System.CreatedBy": jane(),
        "System.CreatedDate": "2025-04-01T09:00:00Z", "System.ChangedBy": by, "System.ChangedDate": at,
        "System.CommentCount": 0, "System.Tags": "web; urgent",
    });
    fields.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    json!({"id": id, "rev": rev, "fields": fields})
}

fn revisions(day: u32) -> Vec<Value> {
    let closed = json!({"System.State": "Closed", "System.Reason": "Fixed", "System.AssignedTo": bob()});
    let mut all = vec![
        item(1, 1, "2025-04-01T09:00:00Z", &jane(), &json!({})),
        item(2, 1, "2025-04-01T09:30:00Z", &jane(), &json!({"System.CreatedDate": "2025-04-01T09:30:00Z"})),
        item(1, 2, "2025-04-02T09:00:00Z", &bob(), &json!({"System.AssignedTo": bob()})),
        item(1, 3, "2025-04-03T09:00:00Z", &bob(), &closed),
    ];
    if day > 0 {
        let created = json!({"System.CreatedDate": "2025-04-01T09:30:00Z"});
        let mut done = item(2, 2, "2025-05-03T09:00:00Z", &bob(), &created);
        done["fields"]["System.State"] = json!("Removed");
        all.push(done);
    }
    all
}

fn repository(id: &str, name: &str, is_disabled: bool) -> Value {
    json!({"id": id, "name": name, "isDisabled": is_disabled, "project": {"id": "p1", "name": "Shop"}})
}

/// One pull request.
pub(super) fn change(number: u64, status: &str, closed: Option<&str>) -> Value {
    json!({
        "pullRequestId": number, "status": status, "createdBy": jane(), "creationDate": "2025-04-05T10:00:00Z", "closedDate": closed,
        "closedBy": closed.map(|_| bob()), "title": "Mend web-api #1", "description": "by Jane Doe", "labels": [{"name": "fast"}],
        "sourceRefName": "refs/heads/jane-doe/fix", "lastMergeSourceCommit": {"commitId": format!("{number:040x}")},
        "lastMergeCommit": {"commitId": SHA},
    })
}

/// A hundred closed changes and one that lands on day 1, newest first, as far as `$skip` and the filters leave them.
fn changes(request: &Request, day: u32) -> Answer {
    let landing = |number| {
        if day == 0 {
            change(number, "active", None)
        } else {
            change(number, "completed", Some("2025-05-04T10:00:00Z"))
        }
    };
    let mut all = vec![landing(101)];
    if day > 0 {
        all.insert(0, change(102, "active", None));
    }
    all.extend((1..=100).rev().map(|number| change(number, "abandoned", Some("2025-04-06T10:00:00Z"))));
    let status = request.query("searchCriteria.status").unwrap_or_else(|| "active".to_owned());
    let since = request.query("searchCriteria.minTime").unwrap_or_default();
    let is_closed = request.query("searchCriteria.queryTimeRangeType").as_deref() == Some("closed");
    all.retain(|one| status == "all" || one["status"] == status.as_str());
    all.retain(|one| !is_closed || one["closedDate"].as_str().is_some_and(|at| at >= since.as_str()));
    let skip = request.query("$skip").and_then(|skip| skip.parse::<usize>().ok()).unwrap_or(0);
    let page: Vec<&Value> = all.iter().skip(skip).take(100).collect();
    ok(&json!({"count": page.len(), "value": page}))
}

/// A vote as a thread.
pub(super) fn vote(id: u64, vote: &str) -> Value {
    json!({
        "id": id, "publishedDate": "2025-04-05T12:00:00Z", "identities": {"1": bob()},
        "comments": [{"id": 1, "commentType": "system", "content": "Bob Roe voted", "publishedDate": "2025-04-05T12:00:00Z",
            "author": {"displayName": "Microsoft.VisualStudio.Services.TFS", "uniqueName": ""}}],
        "properties": {"CodeReviewThreadType": {"$type": "System.String", "$value": "VoteUpdate"},
            "CodeReviewVoteResult": {"$type": "System.String", "$value": vote},
            "CodeReviewVotedByIdentity": {"$type": "System.String", "$value": "1"}},
    })
}

fn of_change(request: &Request, number: &str, list: &str, day: u32) -> Answer {
    match (list, number) {
        ("threads", "101") => {
            let mut threads = vec![vote(1, "10")];
            threads.extend((day > 0).then(|| {
                json!({"id": 2, "publishedDate": "2025-05-04T10:00:00Z", "comments": [],
                    "properties": {"CodeReviewThreadType": {"$value": "StatusUpdate"}}})
            }));
            ok(&json!({"value": threads}))
        }
        ("commits", "101") => paged(
            request,
            &["a1", "a2", "a3"].map(|id| {
                json!({"commitId": format!("{id:0>40}"), "author": {"name": "Jane Doe", "email": "jane-doe@acme.test",
                "date": "2025-04-05T09:00:00Z"}, "comment": "by jane-doe"})
            }),
        ),
        ("threads" | "commits", _) => ok(&json!({"value": []})),
        _ => not_there(),
    }
}

/// One build.
pub(super) fn build(id: u32, more: &Value) -> Value {
    let mut build = json!({
        "id": id, "status": "completed", "result": "succeeded", "startTime": format!("2025-05-01T1{id}:00:00.1234567Z"),
        "finishTime": format!("2025-05-01T1{id}:10:00.7654321Z"), "reason": "individualCI", "sourceVersion": SHA,
        "sourceBranch": "refs/heads/jane-doe/fix", "requestedFor": jane(), "definition": {"id": 5, "name": "ship-web"},
        "project": {"id": "p1", "name": "Shop"}, "repository": {"id": "r1", "type": "TfsGit", "name": "web"},
    });
    build.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    build
}

fn builds(day: u32) -> Vec<Value> {
    (1..=3 + day).map(|id| build(id, &json!({}))).collect()
}

/// One job of a deployment to an environment.
pub(super) fn job(id: u32, run: u32, stage: &str, result: Option<&str>) -> Value {
    json!({
        "id": id, "environmentId": 1, "definition": {"id": 5, "name": "ship-web"}, "owner": {"id": run, "name": "20250502.1"},
        "stageName": stage, "stageAttempt": 1, "jobName": format!("job-{id}"), "jobAttempt": 1, "result": result,
        "startTime": format!("2025-05-02T10:0{id}:00Z"), "finishTime": result.map(|_| format!("2025-05-02T11:0{id}:00Z")),
    })
}

/// One deployment of a release; the newest goes on on day 0.
pub(super) fn release(id: u32, day: u32) -> Value {
    let goes_on = day == 0 && id == 2;
    json!({
        "id": id, "reason": "manual", "deploymentStatus": if goes_on { "inProgress" } else { "succeeded" }, "requestedFor": bob(),
        "projectReference": {"id": "p1", "name": "Shop"}, "releaseEnvironment": {"id": 3, "name": "production"},
        "releaseDefinition": {"id": 4, "name": "web classic"}, "startedOn": format!("2025-05-02T1{id}:00:00Z"),
        "completedOn": if goes_on { "0001-01-01T00:00:00".to_owned() } else { format!("2025-05-02T1{id}:30:00Z") },
        "lastModifiedOn": format!("2025-05-{:02}T1{id}:30:00Z", if id == 2 { 2 + day } else { 2 }),
        "release": {"id": 9, "name": "Release-9", "artifacts": [{"isPrimary": true, "type": "Build", "definitionReference": {
            "version": {"id": "1", "name": "20250501.1"}, "sourceVersion": {"id": SHA}, "repository": {"id": "r1", "name": "web"},
            "project": {"id": "p1", "name": "Shop"}, "requestedFor": {"name": "Jane Doe"}}}]},
    })
}
