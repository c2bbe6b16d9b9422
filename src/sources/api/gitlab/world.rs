//! For tests: a small GitLab as a pure function of a request and a day. It pages as GitLab documents it: by `Link` alone,
//! never more rows of one list than a limit, no totals; filters by time let nothing through that is as old as they are.
//!
//! On day 1 a project is new, one was moved to another group and one is gone; an issue was closed, one deleted and one
//! moved to another project; a merge request was merged; what went on has ended; a member left and one came.

use serde_json::{Value, json};

use crate::log::{Micros, to_rfc3339};
use crate::sources::api::fake::{Fake, not_there, target, with_headers};
use crate::sources::api::kept::instant;
use crate::sources::api::request::{Answer, Method, Request};

pub(super) const STUDY: &str = r#"
[environments]
order = ["staging", "production"]
[[repositories]]
name = "service-0"
[[apis]]
id = "x"
kind = "gitlab"
url = "https://fake.test/api/v4"
owners = ["acme", "acme/platform", "other/lone"]
jobs = ["acme/*"]
[[apis.classify]]
column = "title"
matches = "^Access"
activity = "access.requested"
"#;

pub(in crate::sources::api) const FAKE: Fake = Fake { study: STUDY, answer };

/// Noon of 2025-06-01, when day 0 ends.
const NOW: Micros = 1_748_779_200_000_000;
const HOUR: Micros = 3_600_000_000;
const DAY: Micros = 24 * HOUR;
/// Rows a page, whatever is asked for, and the last row that pages are counted up to.
const PAGE: usize = 3;
const LAST_ROW: usize = 12;

const OPEN: &[u64] = &[20, 21, 24, 30];

fn at(number: u64) -> String {
    to_rfc3339(NOW - 60 * DAY + DAY * i64::try_from(number).unwrap_or(0) + 345_000)
}

/// On day 1.
fn later(hours: i64) -> String {
    to_rfc3339(NOW + hours * HOUR + 345_000)
}

pub(super) fn answer(request: &Request, day: u32) -> Answer {
    let date = if day == 0 { "Sun, 01 Jun 2025 12:00:00 GMT" } else { "Mon, 02 Jun 2025 12:00:00 GMT" };
    let mut answer = if request.method == Method::Post { graphql(request) } else { rest(request, day) };
    answer.headers.insert("date".to_owned(), date.to_owned());
    answer
}

fn graphql(request: &Request) -> Answer {
    let owner = request.body.as_ref().and_then(|body| body.pointer("/variables/owner")).and_then(Value::as_str);
    let project = (owner == Some("other/lone")).then(|| json!({"id": "gid://gitlab/Project/30", "fullPath": owner}));
    with_headers(200, &json!({"data": {"group": null, "project": project}}), &[])
}

fn rest(request: &Request, day: u32) -> Answer {
    let path = target(request).strip_prefix("/api/v4/").unwrap_or_default().split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let number = |text: &str| text.parse::<u64>().unwrap_or(0);
    match parts.as_slice() {
        ["groups", "acme" | "10"] => with_headers(200, &group(10), &[]),
        ["groups", "10", "projects"] => listed(request, projects(day)),
        ["groups", "10", "descendant_groups"] => listed(request, (11..15).map(group).collect()),
        ["groups", id, "members"] => listed(request, members(number(id), day)),
        ["projects", "30"] => with_headers(200, &project(30, "other/lone"), &[]),
        ["projects", id, rest @ ..] if OPEN.contains(&number(id)) => match (rest, number(id)) {
            (["pipelines" | "deployments" | "environments" | "releases", ..], 21) => {
                with_headers(403, &json!({"message": "403 Forbidden"}), &[])
            }
            (rest, id) => of_project(request, id, rest, day),
        },
        ["projects", "22" | "23", ..] => with_headers(403, &json!({"message": "403 Forbidden"}), &[]),
        _ => not_there(),
    }
}

fn of_project(request: &Request, id: u64, rest: &[&str], day: u32) -> Answer {
    let number = |text: &str| text.parse::<u64>().unwrap_or(0);
    match rest {
        ["issues"] => listed(request, issues(id, day)),
        ["issues", iid, list] => listed(request, of_issue(id, number(iid), list, day)),
        ["merge_requests"] => listed(request, requests(id, day)),
        ["merge_requests", iid, "notes"] => listed(request, notes(id, number(iid))),
        ["merge_requests", iid, "commits"] => listed(request, commits(id, number(iid))),
        ["pipelines"] => listed(request, pipelines(id, day)),
        ["pipelines", pipeline, "jobs"] => listed(request, jobs(number(pipeline))),
        ["environments"] => listed(request, environments(id, day)),
        ["deployments"] if request.query("updated_after").is_none() => with_headers(400, &json!({}), &[]),
        ["deployments"] => listed(request, deployments(id, day)),
        ["releases"] => listed(request, releases(day)),
        _ => not_there(),
    }
}

/// A page of a list, filtered and sorted as the request says.
pub(super) fn listed(request: &Request, mut rows: Vec<Value>) -> Answer {
    let time = |row: &Value, field: &str| row.get(field).and_then(instant);
    if let Some(after) = request.query("updated_after").and_then(|text| instant(&Value::from(text))) {
        rows.retain(|row| time(row, "updated_at").is_some_and(|at| at > after));
    }
    let field = request.query("order_by").filter(|field| field != "id").unwrap_or_default();
    rows.sort_by_key(|row| time(row, &field));
    if request.query("sort").as_deref() == Some("desc") {
        rows.reverse();
    }
    let page = request.query("page").and_then(|text| text.parse::<usize>().ok()).unwrap_or(1);
    if page * PAGE > LAST_ROW {
        return with_headers(405, &json!({"error": "Offset pagination has a maximum allowed offset"}), &[]);
    }
    let (from, to) = (((page - 1) * PAGE).min(rows.len()), (page * PAGE).min(rows.len()));
    let body = Value::from(&rows[from..to]);
    let etag =
        format!("W/\"{}\"", body.to_string().bytes().fold(7_u64, |hash, byte| hash.wrapping_mul(31) + u64::from(byte)));
    let link = |page: usize, rel: &str| format!("<{}>; rel=\"{rel}\"", request.with("page", &page.to_string()).url);
    let mut links = vec![link(1, "first")];
    links.extend((to < rows.len()).then(|| link(page + 1, "next")));
    with_headers(
        200,
        &body,
        &[("etag", &etag), ("link", &links.join(", ")), ("ratelimit-remaining", "1999"), ("ratelimit-reset", "60")],
    )
}

fn group(id: u64) -> Value {
    let path = ["acme", "platform", "core", "shop", "platform"][usize::try_from(id - 10).unwrap_or(0)];
    let full_path = if id == 10 {
        "acme".to_owned()
    } else if id == 14 {
        "acme/core/platform".to_owned()
    } else {
        format!("acme/{path}")
    };
    json!({"id": id, "path": path, "full_path": full_path, "name": "A group"})
}

fn members(group: u64, day: u32) -> Vec<Value> {
    let here = if group == 11 && day > 0 { vec![1, 2, 4, 5] } else { vec![1, 2, 3, 4] };
    let member = |number: u64| {
        let mut member = person((group + number) % 12);
        member["created_at"] = json!(at(number));
        member["access_level"] = json!(30);
        member
    };
    here.into_iter().map(member).collect()
}

fn project(id: u64, path: &str) -> Value {
    let open = OPEN.contains(&id);
    let level = |on: bool| if on { "enabled" } else { "disabled" };
    json!({
        "id": id, "path_with_namespace": path, "created_at": "2020-01-01T00:00:00.000Z", "archived": false,
        "issues_access_level": level(open), "merge_requests_access_level": level(open),
        "builds_access_level": level(open && id != 21), "environments_access_level": level(open && id != 21),
        "releases_access_level": level(open && id != 21), "last_activity_at": at(1),
    })
}

fn projects(day: u32) -> Vec<Value> {
    let moved = if day == 0 { "acme/platform/service-1" } else { "acme/core/service-1" };
    let mut projects = vec![project(20, "acme/service-0"), project(21, moved), project(22, "acme/quiet")];
    projects.push(if day == 0 { project(23, "acme/old") } else { project(24, "acme/new") });
    projects
}

/// Four that were changed in one go, one that nobody touched and that is deleted on day 1, one that was closed before
/// GitLab kept events, an incident; in the lone project many more that nobody touched.
fn issues(project: u64, day: u32) -> Vec<Value> {
    let many = if project == 30 { 20 } else { 7 };
    let mut issues: Vec<Value> =
        (1..=many).filter(|iid| day == 0 || *iid != 5).map(|iid| issue(project, iid, day)).collect();
    if day > 0 {
        issues.push(json!({
            "id": project * 1_000 + 90, "iid": 90, "state": "opened", "issue_type": "issue", "title": "Access to service-0",
            "created_at": later(1), "updated_at": later(1), "author": person(4), "labels": [],
        }));
    }
    if day > 0 && project == 30 {
        // Issue 3 of project 20 goes on here.
        issues.push(json!({
            "id": 30_091, "iid": 91, "state": "opened", "issue_type": "issue", "title": "Moved", "created_at": at(3),
            "updated_at": later(2), "author": person(3), "labels": [],
        }));
    }
    issues
}

fn issue(project: u64, iid: u64, day: u32) -> Value {
    let closes = day > 0 && iid == 2;
    let moves = day > 0 && iid == 3 && project == 20;
    let touched = if iid < 5 {
        at(40)
    } else if iid == 6 || iid == 7 {
        at(41)
    } else {
        at(iid)
    };
    let closed_at = match iid {
        6 | 7 => Some(at(41)),
        _ if closes || moves => Some(later(2)),
        _ => None,
    };
    json!({
        "id": project * 1_000 + iid, "iid": iid, "state": if closed_at.is_some() { "closed" } else { "opened" },
        "issue_type": if iid == 7 { "incident" } else { "issue" }, "severity": "HIGH", "confidential": iid == 4,
        "title": "Access to service-0 for Jane Doe", "description": "Jane Doe needs it", "labels": ["access", "for jane-doe"],
        "created_at": at(iid), "updated_at": if closes || moves { later(2) } else { touched }, "closed_at": closed_at,
        "closed_by": closed_at.is_some().then(|| person(iid + 1)), "author": person(iid),
        "moved_to_id": moves.then_some(30_091), "user_notes_count": 2,
        "_links": {"closed_as_duplicate_of": null},
    })
}

fn of_issue(project: u64, iid: u64, list: &str, day: u32) -> Vec<Value> {
    let base = project * 1_000_000 + iid * 1_000;
    let happened = |number: u64, more: Value| {
        let mut event = json!({
            "id": base + number, "user": person(iid + number), "created_at": at(iid + number), "resource_type": "Issue",
        });
        event.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        event
    };
    match list {
        // Issue 6 was closed when nobody wrote down who did it.
        "resource_state_events" if iid == 6 => Vec::new(),
        "resource_state_events" => {
            let mut events: Vec<Value> = (1..5)
                .map(|number| happened(number, json!({"state": if number % 2 == 1 { "closed" } else { "reopened" }})))
                .collect();
            if day > 0 && iid == 2 {
                events.push(happened(
                    9,
                    json!({"state": "closed", "created_at": later(2), "source_merge_request_id": 5}),
                ));
            }
            events
        }
        "resource_label_events" => {
            (0..4).map(|number| happened(number, json!({"action": "add", "label": {"name": "jane-doe"}}))).collect()
        }
        "resource_milestone_events" => (1..5)
            .map(|number| happened(number, json!({"action": "add", "milestone": {"title": "Jane Doe"}})))
            .collect(),
        "notes" => {
            let mut notes: Vec<Value> = (0..4).map(|number| note(base + number, iid + number % 3, number)).collect();
            // Whoever opened it took back a remark of their own.
            if day > 0 && iid == 2 {
                notes.remove(3);
                notes.push(note(base + 9, iid + 9, 1));
            }
            notes
        }
        _ => Vec::new(),
    }
}

fn note(id: u64, who: u64, kind: u64) -> Value {
    let bodies = ["assigned to @jane-doe", "Jane Doe may have it", "changed the description", "And so may others"];
    let bodies = bodies.map(str::to_owned);
    let body = bodies.get(usize::try_from(kind).unwrap_or(0)).cloned().unwrap_or_default();
    json!({"id": id, "body": body, "author": person(who), "created_at": at(who), "system": kind.is_multiple_of(2)})
}

fn requests(project: u64, day: u32) -> Vec<Value> {
    let many = if day == 0 { 5 } else { 6 };
    let request = |iid: u64| {
        // The fifth is open until day 1; the sixth is new.
        let (state, updated) = match iid {
            2 => ("closed", at(iid + 2)),
            3 => ("locked", at(iid + 2)),
            5 if day == 0 => ("opened", at(iid + 2)),
            5 => ("merged", later(3)),
            6 => ("opened", later(4)),
            _ => ("merged", at(iid + 2)),
        };
        json!({
            "id": project * 1_000 + iid, "iid": iid, "state": state, "title": "Rework the till", "draft": false,
            "description": "Closes #1 and other/lone#2, thanks to @jane-doe", "labels": ["shop"],
            "created_at": if iid == 6 { later(4) } else { at(iid) }, "updated_at": updated,
            "merged_at": (state == "merged").then_some(&updated), "closed_at": (state == "closed").then_some(&updated),
            "sha": sha(project, iid), "squash_commit_sha": (iid == 4).then(|| sha(project, 100 + iid)),
            "merge_commit_sha": (iid == 1).then(|| sha(project, 200 + iid)), "source_branch": "jane-doe/fix",
            "author": person(iid), "merge_user": (state == "merged").then(|| person(iid + 1)),
            "closed_by": (state == "closed").then(|| person(iid + 1)),
        })
    };
    (1..=many).map(request).collect()
}

fn notes(project: u64, iid: u64) -> Vec<Value> {
    let base = project * 10_000_000 + iid * 1_000;
    let said = |number: u64, body: &str, system: bool| json!({"id": base + number, "body": body, "system": system, "author": person(iid + number), "created_at": at(iid + 1)});
    vec![
        said(0, "I thought so, says Jane Doe", false),
        said(1, "Looks good to Jane Doe", false),
        said(2, "approved this merge request", true),
        said(3, "mentioned in commit 12", true),
    ]
}

fn commits(project: u64, iid: u64) -> Vec<Value> {
    let commit = |number: u64| {
        json!({
            "id": sha(project * 10 + number, iid), "title": "By Jane Doe", "author_name": "Jane Doe", "author_email": "jane@acme.test",
            "authored_date": to_rfc3339(NOW - 60 * DAY - HOUR * i64::try_from(number).unwrap_or(0)),
        })
    };
    (0..4).map(commit).collect()
}

fn pipelines(project: u64, day: u32) -> Vec<Value> {
    let many = if day == 0 { 8 } else { 9 };
    let pipeline = |number: u64| {
        let (status, updated) = match number {
            7 if day == 0 => ("running", at(number)),
            7 => ("success", later(1)),
            8 => ("failed", later(2)),
            3 => ("skipped", at(number)),
            4 => ("manual", at(number)),
            5 => ("canceled", at(number)),
            _ => ("success", at(number)),
        };
        json!({
            "id": project * 100 + number, "project_id": project, "status": status, "sha": sha(project, number), "ref": "jane-doe/fix",
            "source": if number == 2 { "schedule" } else { "push" }, "created_at": if number == 8 { later(1) } else { at(number) },
            "updated_at": updated, "name": null, "web_url": format!("https://fake.test/{}/-/pipelines/{number}", if project == 30 { "other/lone" } else { "acme/service" }),
        })
    };
    (0..many).map(pipeline).collect()
}

fn jobs(pipeline: u64) -> Vec<Value> {
    let job = |number: u64| {
        json!({
            "id": pipeline * 10 + number, "name": if number == 3 { "deploy" } else { "test" }, "status": if number == 2 { "manual" } else { "success" },
            "created_at": at(1), "started_at": at(1), "finished_at": at(2), "user": person(number), "commit": {"id": sha(1, number), "author_name": "Jane Doe"},
        })
    };
    (0..4).map(job).collect()
}

fn environments(project: u64, day: u32) -> Vec<Value> {
    let named = [
        ("production", "production"),
        ("staging", "staging"),
        ("review/jane-doe", "development"),
        ("eu", "production"),
        ("old", "other"),
    ];
    let here = named.iter().zip(1..).filter(|((name, _), _)| day == 0 || *name != "old");
    here.map(|((name, tier), id)| json!({"id": project * 10 + id, "name": name, "tier": tier, "state": "available"}))
        .collect()
}

fn deployments(project: u64, day: u32) -> Vec<Value> {
    let many = if day == 0 { 6 } else { 7 };
    let deployment = |number: u64| {
        let (status, updated) = match number {
            4 if day == 0 => ("running", at(number)),
            4 => ("success", later(1)),
            1 => ("failed", at(number)),
            2 => ("blocked", at(number)),
            6 => ("success", later(2)),
            _ => ("success", at(number)),
        };
        let (environment, name) =
            [(1, "production"), (3, "review/jane-doe"), (4, "eu")][usize::try_from(number % 3).unwrap_or(0)];
        let done = matches!(status, "success" | "failed");
        json!({
            "id": project * 100 + number, "iid": number, "status": status, "sha": sha(project, number), "ref": "v1.2.3",
            "created_at": if number == 6 { later(1) } else { at(number) }, "updated_at": updated, "user": person(number),
            "environment": {"id": project * 10 + environment, "name": name},
            "deployable": (number != 3).then(|| json!({"id": number, "tag": true, "started_at": at(number), "finished_at": done.then_some(&updated), "user": person(2)})),
        })
    };
    (0..many).map(deployment).collect()
}

fn releases(day: u32) -> Vec<Value> {
    let many = if day == 0 { 4 } else { 5 };
    let release = |number: u64| {
        let made = if number == 4 { later(1) } else { at(number) };
        json!({"tag_name": format!("v{number}"), "description": "By Jane Doe", "created_at": made, "released_at": made, "author": person(number)})
    };
    (0..many).map(release).collect()
}

fn sha(project: u64, number: u64) -> String {
    format!("{project:020x}{number:020x}")
}

/// A dozen people, a token, and one who was deleted.
pub(super) fn person(number: u64) -> Value {
    match number % 14 {
        0 => json!({"id": 70, "username": "jane-doe", "name": "Jane Doe", "web_url": "https://fake.test/jane-doe"}),
        12 => json!({"id": 82, "username": "project_20_bot_ab12", "name": "deploys"}),
        13 => json!({"id": 83, "username": "ghost", "name": "Ghost User"}),
        other => {
            json!({"id": 70 + other, "username": format!("person-{other}"), "name": format!("Person Nr{other}"), "state": "active"})
        }
    }
}
