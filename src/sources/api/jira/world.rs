//! A small Jira for the contract suite, of both kinds: pages of two issues, one with more changes and one with more comments
//! than a search gives.

use chrono::TimeZone as _;
use serde_json::{Value, json};

use crate::sources::api::fake::{Fake, not_there, ok, target, with_headers};
use crate::sources::api::kept::instant;
use crate::sources::api::request::{Answer, Request};

/// As the server answers a search, whatever it is asked for.
const PAGE: usize = 2;
/// So many changes and comments stand in an answer to a search.
const WITHIN: usize = 20;

pub(in crate::sources::api) const FAKE: Fake = Fake {
    study: r#"
[[apis]]
id = "x"
kind = "jira-cloud"
url = "https://fake.test"
owners = ["PLAT", "DESK"]
team = "platform"
token-env = "T"
zone = "Asia/Tokyo"
streams = ["reader", "statuses", "issues", "history", "comments", "requests", "slas"]
"#,
    answer: cloud,
};

pub(in crate::sources::api) const FAKE_DATA_CENTER: Fake = Fake {
    study: r#"
[[apis]]
id = "x"
kind = "jira-data-center"
url = "https://fake.test/jira"
owners = ["PLAT", "DESK"]
team = "platform"
token-env = "T"
streams = ["reader", "statuses", "issues", "comments", "requests", "slas"]
"#,
    answer: data_center,
};

fn refused() -> Answer {
    with_headers(400, &json!({"errorMessages": ["Unbounded JQL queries are not allowed here."]}), &[])
}

fn cloud(request: &Request, day: u32) -> Answer {
    let place = target(request);
    if place == "/rest/api/3/search/approximate-count" {
        let body = request.body.clone().unwrap_or_default();
        let found = search(body["jql"].as_str().unwrap_or_default(), day);
        return found.map_or_else(refused, |found| ok(&json!({"count": found.len()})));
    }
    if place == "/rest/api/3/changelog/bulkfetch" {
        return histories(request, day);
    }
    if place != "/rest/api/3/search/jql" {
        return place.strip_prefix("/rest/api/3").map_or_else(|| desk(place, day), |place| common(request, place, day));
    }
    let body = request.body.clone().unwrap_or_default();
    let Some(mut found) = search(body["jql"].as_str().unwrap_or_default(), day) else { return refused() };
    found.sort_by_key(|issue| instant(&issue["fields"]["updated"]));
    let from: usize =
        body["nextPageToken"].as_str().and_then(|token| token.strip_prefix("after-")?.parse().ok()).unwrap_or(0);
    let whole = body["fields"].is_array() && body["expand"] == "changelog";
    let page: Vec<Value> = found
        .iter()
        .skip(from)
        .take(PAGE)
        .map(|issue| if whole { cut(issue) } else { json!({"id": issue["id"]}) })
        .collect();
    let is_last = from + page.len() >= found.len();
    let mut answer = json!({"issues": page, "isLast": is_last});
    if !is_last {
        answer["nextPageToken"] = json!(format!("after-{}", from + PAGE));
    }
    ok(&answer)
}

/// Changes of the issues asked for, ten a page, whichever issue they are of; times are numbers here.
fn histories(request: &Request, day: u32) -> Answer {
    let body = request.body.clone().unwrap_or_default();
    let asked: Vec<&str> = body["issueIdsOrKeys"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if asked.is_empty() || asked.len() > 1_000 || body["fieldIds"].as_array().is_none_or(|fields| fields.len() > 10) {
        return refused();
    }
    let mut all: Vec<(Value, Value)> = Vec::new();
    for issue in issues(day).into_iter().filter(|issue| asked.iter().any(|id| issue["id"] == *id)) {
        for mut history in issue["changelog"]["histories"].as_array().cloned().unwrap_or_default() {
            history["created"] = json!(instant(&history["created"]).map(|us| us / 1_000));
            all.push((issue["id"].clone(), history));
        }
    }
    let from: usize =
        body["nextPageToken"].as_str().and_then(|token| token.strip_prefix("more-")?.parse().ok()).unwrap_or(0);
    let mut groups: Vec<Value> = Vec::new();
    for (issue, history) in all.iter().skip(from).take(10) {
        match groups.iter_mut().find(|group| group["issueId"] == *issue) {
            Some(group) => {
                if let Some(members) = group["changeHistories"].as_array_mut() {
                    members.push(history.clone());
                }
            }
            None => groups.push(json!({"issueId": issue, "changeHistories": [history]})),
        }
    }
    let mut answer = json!({"issueChangeLogs": groups, "nextPageToken": null});
    if from + 10 < all.len() {
        answer["nextPageToken"] = json!(format!("more-{}", from + 10));
    }
    ok(&answer)
}

fn data_center(request: &Request, day: u32) -> Answer {
    let Some(place) = target(request).strip_prefix("/jira") else { return not_there() };
    if place.split('?').next() != Some("/rest/api/2/search") {
        return place.strip_prefix("/rest/api/2").map_or_else(|| desk(place, day), |place| common(request, place, day));
    }
    let Some(found) = search(&request.query("jql").unwrap_or_default(), day) else { return refused() };
    let from: usize = request.query("startAt").and_then(|text| text.parse().ok()).unwrap_or(0);
    let most = request.query("maxResults").and_then(|text| text.parse().ok()).unwrap_or(PAGE).min(PAGE);
    let page: Vec<&Value> = found.iter().skip(from).take(most).collect();
    ok(&json!({"startAt": from, "maxResults": PAGE, "total": found.len(), "issues": page}))
}

fn common(request: &Request, place: &str, day: u32) -> Answer {
    let path = place.split('?').next().unwrap_or_default();
    let from: usize = request.query("startAt").and_then(|text| text.parse().ok()).unwrap_or(0);
    let page = |all: &Value, name: &str| {
        let all = all.as_array().cloned().unwrap_or_default();
        let page: Vec<&Value> = all.iter().skip(from).take(10).collect();
        let is_last = from + page.len() >= all.len();
        ok(&json!({"startAt": from, "maxResults": 10, "total": all.len(), "isLast": is_last, name: page}))
    };
    if path == "/myself" {
        return ok(
            &json!({"accountId": "r1", "name": "reader-of-jira", "displayName": "Reader Robot", "timeZone": "Europe/Berlin"}),
        );
    }
    if path == "/status" {
        let status = |id: &str, name: &str, key: &str| json!({"id": id, "name": name, "statusCategory": {"key": key}});
        let mut all =
            vec![status("1", "Offen", "new"), status("3", "Arbeit", "indeterminate"), status("9", "Erledigt", "done")];
        all.extend((day > 0).then(|| status("12", "Wartet", "new")));
        return ok(&json!(all));
    }
    let mut parts = path.trim_start_matches("/issue/").split('/');
    let (id, list) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match (issues(day).into_iter().find(|issue| issue["id"] == id), list) {
        (Some(issue), "comment") => page(&issue["fields"]["comment"]["comments"], "comments"),
        _ => not_there(),
    }
}

fn desk(place: &str, day: u32) -> Answer {
    match place.split('?').next().unwrap_or_default() {
        "/rest/servicedeskapi/request/200" => ok(&json!({"issueId": "200", "issueKey": "DESK-1", "requestTypeId": "4",
            "requestType": {"id": "4", "name": if day == 0 { "Ask a question" } else { "Get access" }},
            "reporter": {"accountId": "c1", "displayName": "Carol Client"}})),
        "/rest/servicedeskapi/request/200/sla" => {
            ok(&json!({"size": 1, "start": 0, "limit": 50, "isLastPage": true, "values": [
            {"id": "1", "name": "Time to first response", "completedCycles": [{"stopTime": {"epochMillis": 1_746_180_000_000_i64}}]},
            {"id": "2", "name": "Time to resolution", "completedCycles": []}]}))
        }
        _ => not_there(),
    }
}

/// What meets a search; none where it is bound by nothing. Its times are local ones.
fn search(jql: &str, day: u32) -> Option<Vec<Value>> {
    let conditions = jql.split(" ORDER BY ").next().unwrap_or_default();
    if !conditions.contains("project in (") && !conditions.contains("updated >=") {
        return None;
    }
    let since = conditions.split_once("updated >= \"").and_then(|(_, rest)| rest.split('"').next()).map(|text| {
        let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a minute");
        chrono_tz::Europe::Berlin.from_local_datetime(&local).latest().expect("an instant").timestamp_micros()
    });
    let matches = |issue: &Value| {
        let project = issue["fields"]["project"]["key"].as_str().unwrap_or_default();
        let is_asked = !conditions.contains("project in (") || conditions.contains(&format!("\"{project}\""));
        is_asked && since.is_none_or(|since| instant(&issue["fields"]["updated"]).is_some_and(|at| at >= since))
    };
    Some(issues(day).into_iter().filter(matches).collect())
}

/// The newest changes and the oldest comments, as many as fit.
fn cut(issue: &Value) -> Value {
    let mut issue = issue.clone();
    let histories = issue["changelog"]["histories"].as_array().cloned().unwrap_or_default();
    let newest: Vec<Value> = histories.into_iter().rev().take(WITHIN).collect();
    issue["changelog"] = json!({"startAt": 0, "maxResults": newest.len(), "total": newest.len(), "histories": newest});
    if let Some(comments) = issue["fields"]["comment"]["comments"].as_array_mut() {
        comments.truncate(WITHIN);
    }
    issue
}

/// Everything that there is, by key.
fn issues(day: u32) -> Vec<Value> {
    let mut all: Vec<Value> =
        (1..=5).filter(|number| day == 0 || *number != 3).map(|number| issue("PLAT", number, day)).collect();
    all.extend((day > 0).then(|| issue("PLAT", 6, day)));
    all.insert(0, issue("DESK", 1, day));
    all
}

fn issue(project: &str, number: u32, day: u32) -> Value {
    let id = if project == "DESK" { 199 + number } else { 100 + number };
    let at = |hour: u32| format!("2025-05-{:02}T{hour:02}:00:00.000+0200", number + 1);
    let jane = json!({"accountId": "j1", "displayName": "Jane Doe", "emailAddress": "jane@acme.test", "accountType": "atlassian"});
    let bob = json!({"accountId": "b1", "displayName": "Bob Roe", "accountType": "atlassian"});
    let history = |id: usize, created: String, from: &str, to: &str| {
        json!({"id": id.to_string(), "author": bob, "created": created,
        "items": [{"field": "status", "fieldtype": "jira", "from": from, "fromString": "x", "to": to, "toString": "y"}]})
    };
    let mut histories = Vec::new();
    let mut comments = Vec::new();
    if project == "PLAT" && (number == 1 || number == 5) {
        for turn in 0..23 {
            let (from, to) = if turn % 2 == 0 { ("1", "3") } else { ("3", "1") };
            histories.push(history(
                1_000 * number as usize + turn,
                format!("2025-05-02T10:{turn:02}:00.000+0200"),
                from,
                to,
            ));
        }
    }
    if project == "PLAT" && number == 4 {
        for turn in 0..25 {
            let who = if turn < 22 { &jane } else { &bob };
            comments.push(json!({"id": format!("{}", 500 + turn), "author": who, "body": "says Jane Doe",
                "created": format!("2025-05-05T10:{turn:02}:00.000+0200")}));
        }
    }
    let is_done = day > 0 && number == 2;
    if is_done {
        histories.push(history(2_000, "2025-05-30T09:00:00.000+0200".to_owned(), "1", "9"));
    }
    let (status, category) = if is_done { ("9", "done") } else { ("1", "new") };
    let updated =
        if is_done || (day > 0 && project == "DESK") { "2025-05-30T09:00:00.000+0200".to_owned() } else { at(12) };
    let kind = if project == "DESK" { "service_desk" } else { "software" };
    json!({
        "id": id.to_string(),
        "key": format!("{project}-{number}"),
        "changelog": {"startAt": 0, "maxResults": histories.len(), "total": histories.len(), "histories": histories},
        "fields": {
            "summary": "Something for Jane Doe", "labels": ["shop-api"], "components": [{"name": "shop"}],
            "issuetype": {"name": "Task"}, "project": {"key": project, "projectTypeKey": kind},
            "status": {"id": status, "statusCategory": {"key": category}}, "resolution": null, "resolutiondate": null,
            "created": at(9), "updated": updated, "reporter": jane, "creator": jane,
            "comment": {"total": comments.len(), "comments": comments},
        },
    })
}
