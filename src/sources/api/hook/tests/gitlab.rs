//! GitLab's deliveries, in the shapes that its documentation gives.

use serde_json::{Value, json};

use super::{offer, one, stored, told, us};
use crate::sources::api::hook::Refused;
use crate::sources::api::recorded::{Bench, activities, caveats};

const STUDY: &str = r#"
[environments]
order = ["staging", "production"]
[[repositories]]
name = "shop-api"
[[receivers]]
id = "gl"
kind = "gitlab"
path = "/hooks/gitlab"
unsigned = true
jobs = ["ship*"]
[[receivers.classify]]
column = "labels"
matches = "^access$"
category = "access"
"#;

fn person(id: u32, username: &str) -> Value {
    json!({"id": id, "name": "Jane Doe", "username": username, "email": "[REDACTED]"})
}

fn post(bench: &mut Bench, id: &str, event: &str, mut payload: Value) -> Result<bool, Refused> {
    payload["project"] =
        json!({"id": 30, "name": "Shop", "path_with_namespace": "acme/shop-api", "namespace": "Jane Doe"});
    let mut headers = vec![("content-type", "application/json"), ("x-gitlab-event", event)];
    if !id.is_empty() {
        headers.push(("idempotency-key", id));
    }
    offer(bench, &headers, payload.to_string().as_bytes())
}

fn sent(bench: &mut Bench, id: &str, event: &str, payload: Value) {
    assert_eq!(post(bench, id, event, payload), Ok(true), "{id}");
}

fn deployment(id: u32, status: &str, at: &str) -> Value {
    json!({"object_kind": "deployment", "status": status, "status_changed_at": at, "deployment_id": id,
           "environment": "staging", "user": person(1, "root"), "short_sha": "279484c0", "commit_title": "Jane Doe's",
           "commit_url": "http://host/acme/shop-api/-/commit/279484c09fbe69ededfced8c1bb6e6d24616b468"})
}

#[test]
fn a_deployment_is_told_when_it_succeeds() {
    let mut bench = Bench::new(STUDY);
    sent(&mut bench, "1", "Deployment Hook", deployment(15, "success", "2021-04-28 21:50:00 +0200"));
    sent(&mut bench, "2", "Deployment Hook", deployment(15, "running", "2021-04-28 21:40:00 +0200"));
    sent(&mut bench, "3", "Deployment Hook", deployment(16, "canceled", "2021-04-28 21:50:00 +0200"));
    let facts = told(&bench);
    let event = one(&facts, "service.deployed");
    assert_eq!(event.event_id, "hook:gl:30/15:service.deployed");
    assert_eq!((event.at_us, event.began_us), (us("2021-04-28T19:50:00Z"), Some(us("2021-04-28T19:40:00Z"))));
    assert_eq!((event.environment.as_deref(), event.outcome.as_deref()), (Some("staging"), Some("success")));
    let about = |id: &str| facts.event_objects.iter().any(|link| link.object_id == id);
    assert!(about("commit:279484c09fbe69ededfced8c1bb6e6d24616b468") && about("repository:shop-api"));
    assert!(caveats(&facts).keys().any(|what| what.contains("neither succeeded nor failed")));
}

#[test]
fn pipelines_are_told_when_they_end_and_jobs_where_they_are_named() {
    let pipeline = |status: &str, finished: Value| {
        json!({"object_kind": "pipeline", "user": person(1, "root"), "object_attributes": {
            "id": 31, "iid": 3, "name": "Pipeline", "sha": "bcbb5ec", "source": "schedule", "status": status,
            "created_at": "2016-08-12 15:23:28 UTC", "finished_at": finished,
            "variables": [{"key": "PASSWORD", "value": "hunter2"}]}})
    };
    let job = |id: u32, name: &str| {
        json!({"object_kind": "build", "build_id": id, "build_name": name, "build_status": "failed", "sha": "bcbb5ec",
               "build_started_at": "2021-02-23T02:41:37.886Z", "build_finished_at": "2021-02-23T02:42:37.886Z",
               "pipeline_id": 31, "user": person(3, "user"), "environment": {"name": "staging", "action": "start"}})
    };
    let mut bench = Bench::new(STUDY);
    sent(&mut bench, "1", "Pipeline Hook", pipeline("running", Value::Null));
    assert!(told(&bench).events.is_empty());
    sent(&mut bench, "2", "Pipeline Hook", pipeline("success", json!("2016-08-12 15:26:29 UTC")));
    sent(&mut bench, "3", "Job Hook", job(1977, "ship-it"));
    sent(&mut bench, "4", "Job Hook", job(1978, "test"));
    let facts = told(&bench);
    let ids: Vec<&str> = facts.events.iter().map(|event| event.event_id.as_str()).collect();
    assert_eq!(ids, ["hook:gl:30/31:pipelinerun.finished", "hook:gl:job-30/1977:pipelinerun.finished"]);
    assert_eq!(facts.events[0].at_us, us("2016-08-12T15:26:29Z"));
    assert_eq!(facts.events[0].channel.as_deref(), Some("schedule"));
    assert_eq!(facts.events[1].outcome.as_deref(), Some("failure"));
    assert!(!stored(&bench, &["pipelines"]).contains("hunter2"));
}

fn issue(action: &str, user: &Value, updated: &str, more: &Value) -> Value {
    json!({"object_kind": "issue", "user": user, "labels": [{"title": "access"}], "changes": more, "object_attributes": {
        "id": 301, "iid": 23, "title": "shop-api for Jane Doe", "author_id": 51, "description": "Jane Doe asks",
        "created_at": "2013-12-03T17:15:43Z", "updated_at": updated, "state": "opened", "action": action, "type": "Issue"}})
}

fn note(id: u32, author: u32, on: &str, target: &str) -> Value {
    json!({"object_kind": "note", "user": person(author, &format!("u{author}")), "object_attributes": {
        "id": id, "note": "Jane Doe says", "noteable_type": on, "author_id": author, "system": false, "action": "create",
        "created_at": "2013-12-04 17:06:40 UTC", "updated_at": "2013-12-04 17:06:40 UTC"},
        target: {"id": 92, "iid": 23, "author_id": 51, "title": "Jane Doe's", "labels": [{"title": "access"}]}})
}

#[test]
fn an_issue_is_a_ticket_with_its_steps() {
    let mut bench = Bench::new(STUDY);
    let none = json!({});
    sent(&mut bench, "1", "Issue Hook", issue("open", &person(51, "jane"), "2013-12-03T17:15:43Z", &none));
    let assigned = json!({"assignees": {"previous": [], "current": [{"name": "Bob", "username": "bob"}]}});
    sent(&mut bench, "2", "Issue Hook", issue("update", &person(7, "bob"), "2013-12-03T18:00:00Z", &assigned));
    sent(&mut bench, "3", "Issue Hook", issue("update", &person(7, "bob"), "2013-12-03T18:30:00Z", &none));
    sent(&mut bench, "4", "Note Hook", note(1, 51, "Issue", "issue"));
    sent(&mut bench, "5", "Note Hook", note(2, 7, "Issue", "issue"));
    sent(&mut bench, "6", "Issue Hook", issue("close", &person(7, "bob"), "2013-12-05T17:15:43Z", &none));
    let facts = told(&bench);
    let told = activities(&facts);
    let wanted = [("ticket.answered", 1), ("ticket.assigned", 1), ("ticket.closed", 1), ("ticket.created", 1)];
    assert_eq!(told.into_iter().collect::<Vec<_>>(), wanted);
    let created = one(&facts, "ticket.created");
    assert_eq!(
        (created.event_id.as_str(), created.category.as_deref()),
        ("hook:gl:shop-api#23:ticket.created", Some("access"))
    );
    assert!(created.actor_id.is_some() && created.actor_id != one(&facts, "ticket.closed").actor_id);
    assert_eq!(one(&facts, "ticket.closed").outcome, None, "GitLab does not say how");
    assert!(facts.object_links.iter().any(|link| link.to_id == "component:shop-api"));
    let all = stored(&bench, &["issues", "notes"]);
    assert!(!all.contains("Jane") && !all.contains("bob") && !all.contains("asks"), "{all}");
}

#[test]
fn a_merge_request_is_opened_reviewed_and_landed() {
    let change = |action: &str, state: &str, user: Value, updated: &str| {
        json!({"object_kind": "merge_request", "user": user, "labels": [], "object_attributes": {
            "id": 99, "iid": 1, "title": "Till", "author_id": 51, "created_at": "2013-12-03T17:23:34Z",
            "updated_at": updated, "state": state, "action": action, "merge_commit_sha": "da1560886d4f"}})
    };
    let mut bench = Bench::new(STUDY);
    let event = "Merge Request Hook";
    sent(&mut bench, "3", event, change("merge", "merged", person(7, "bob"), "2013-12-06T17:23:34Z"));
    sent(&mut bench, "1", event, change("open", "opened", person(51, "jane"), "2013-12-03T17:23:34Z"));
    sent(&mut bench, "2", event, change("approved", "opened", person(7, "bob"), "2013-12-05T17:23:34Z"));
    sent(&mut bench, "2b", event, change("approval", "opened", person(7, "bob"), "2013-12-05T17:23:34Z"));
    sent(&mut bench, "4", event, change("update", "merged", person(9, "carol"), "2013-12-07T17:23:34Z"));
    let facts = told(&bench);
    let merged = one(&facts, "change.merged");
    assert_eq!(merged.event_id, "hook:gl:shop-api!1:change.merged");
    assert_eq!(merged.at_us, us("2013-12-06T17:23:34Z"), "a label set later moves nothing");
    assert_eq!(merged.began_by_id, one(&facts, "change.created").actor_id);
    assert_eq!(activities(&facts)["change.reviewed"], 1, "both words for an approval are one event");
    assert!(caveats(&facts).keys().any(|what| what.contains("under different keys")));
}

#[test]
fn deliveries_without_an_id_are_known_by_their_content() {
    let mut bench = Bench::new(STUDY);
    let first = deployment(15, "success", "2021-04-28 21:50:00 +0200");
    assert_eq!(post(&mut bench, "", "Deployment Hook", first.clone()), Ok(true));
    assert_eq!(post(&mut bench, "", "Deployment Hook", first), Ok(false));
    assert_eq!(
        post(&mut bench, "", "Deployment Hook", deployment(16, "failed", "2021-04-28 21:50:00 +0200")),
        Ok(true)
    );
    assert_eq!(activities(&told(&bench))["service.deployed"], 2);
}

#[test]
fn what_is_not_read_is_counted_and_what_is_no_delivery_refused() {
    let mut bench = Bench::new(STUDY);
    sent(&mut bench, "1", "Push Hook", json!({"object_kind": "push", "user_name": "Jane Doe"}));
    sent(&mut bench, "2", "Note Hook", note(1, 7, "Snippet", "snippet"));
    let mut epic = issue("open", &person(51, "jane"), "2013-12-03T17:15:43Z", &json!({}));
    epic["object_attributes"]["type"] = json!("Epic");
    sent(&mut bench, "3", "Issue Hook", epic);
    let noted = caveats(&told(&bench));
    for word in ["`Push Hook`", "notes on a `Snippet`", "`Epic`"] {
        assert!(noted.keys().any(|what| what.contains(word)), "{word}: {noted:?}");
    }
    let json = ("content-type", "application/json");
    let refused = offer(&mut bench, &[json], b"{}").expect_err("no event");
    assert_eq!(refused, Refused::Malformed("no `X-Gitlab-Event`"));
    let refused = offer(&mut bench, &[json, ("x-gitlab-event", "Job Hook")], b"{}").expect_err("no project");
    assert_eq!(refused, Refused::Malformed("no project"));
}
