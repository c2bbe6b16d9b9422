//! GitHub's deliveries, alone and beside what its API gave.

use serde_json::{Value, json};

use super::{offer, one, stored, told, us};
use crate::archive::Page;
use crate::log::{Facts, IdentityKey};
use crate::sources::api::hook::Refused;
use crate::sources::api::recorded::{Bench, activities, caveats};

const API: &str = r#"
[environments]
order = ["staging", "production"]
[[repositories]]
name = "service-0"
[[apis]]
id = "x"
kind = "github"
owners = ["acme"]
jobs = ["deploy*"]
[[apis.classify]]
column = "title"
matches = "^Access"
activity = "access.requested"
[[receivers]]
id = "gh"
kind = "github"
path = "/hooks/github"
api = "x"
unsigned = true
"#;

const ALONE: &str = r#"
[environments]
order = ["production"]
[[repositories]]
name = "service-0"
[[receivers]]
id = "gh"
kind = "github"
path = "/hooks/github"
unsigned = true
"#;

fn send(bench: &mut Bench, id: &str, event: &str, mut payload: Value) -> Result<bool, Refused> {
    if payload.get("repository").is_none() {
        payload["repository"] = json!({"id": 7, "full_name": "acme/service-0", "description": "by Jane Doe"});
    }
    let headers = [("content-type", "application/json"), ("x-github-event", event), ("x-github-delivery", id)];
    offer(bench, &headers, payload.to_string().as_bytes())
}

fn sent(bench: &mut Bench, id: &str, event: &str, payload: Value) {
    assert_eq!(send(bench, id, event, payload), Ok(true), "{id}");
}

fn run(attempt: u32, status: &str, conclusion: &Value, updated_at: &str) -> Value {
    json!({"action": status, "workflow_run": {
        "id": 41, "name": "CI", "event": "push", "status": status, "conclusion": conclusion, "run_attempt": attempt,
        "head_sha": "abc", "created_at": "2025-01-01T10:00:00Z", "run_started_at": "2025-01-01T10:00:00Z",
        "updated_at": updated_at, "actor": {"login": "jane-doe"}, "triggering_actor": {"login": "jane-doe"},
        "head_commit": {"message": "Jane Doe's work", "author": {"email": "jane@acme.test"}},
        "repository": {"full_name": "acme/service-0"},
    }})
}

fn events(facts: &Facts) -> Vec<String> {
    let mut all: Vec<String> = facts
        .events
        .iter()
        .map(|event| format!("{} {} {:?} {:?}", event.event_id, event.at_us, event.outcome, event.actor_id))
        .collect();
    all.sort();
    all
}

#[test]
fn a_run_that_was_sent_and_one_that_was_pulled_are_the_same_run() {
    let mut bench = Bench::new(API);
    sent(&mut bench, "d1", "workflow_run", run(1, "requested", &Value::Null, "2025-01-01T10:00:01Z"));
    assert!(bench.facts().events.is_empty(), "it has not ended");
    sent(&mut bench, "d2", "workflow_run", run(1, "completed", &json!("failure"), "2025-01-01T10:05:00Z"));
    let before = bench.facts();
    let event = one(&before, "pipelinerun.finished");
    assert_eq!((event.event_id.as_str(), event.outcome.as_deref()), ("api:x:41:pipelinerun.finished", Some("failure")));
    assert_eq!(event.evidence, "hook:gh/runs#7/d2");
    assert_eq!(bench.archive.by_evidence(&event.evidence).expect("readable").len(), 1, "evidence leads to the record");
    // The API gives the same run, as it then was.
    bench.put("repositories", "O_1", [json!({"id": 7, "full_name": "acme/service-0"})]);
    bench.put(
        "runs",
        "O_1/7",
        [run(1, "completed", &json!("failure"), "2025-01-01T10:05:00Z")["workflow_run"].clone()],
    );
    let pulled = bench.facts();
    assert_eq!(events(&pulled), events(&before));
    assert_eq!(one(&pulled, "pipelinerun.finished").evidence, "api:x/runs#O_1/7/41");
    // It runs again, and nobody has pulled since.
    sent(&mut bench, "d3", "workflow_run", run(2, "completed", &json!("success"), "2025-01-02T10:05:00Z"));
    let again = bench.facts();
    assert_eq!(one(&again, "pipelinerun.finished").outcome.as_deref(), Some("success"));
    // An old delivery that comes late changes nothing.
    sent(&mut bench, "d0", "workflow_run", run(1, "in_progress", &Value::Null, "2025-01-01T10:00:02Z"));
    assert_eq!(events(&bench.facts()), events(&again));
}

#[test]
fn a_deployment_is_told_once_whoever_says_that_it_ended() {
    let deployment = |id: u32| {
        json!({"node_id": format!("D_{id}"), "id": id, "sha": "abc", "environment": "production", "task": "deploy",
               "created_at": "2025-01-01T10:00:00Z", "creator": {"login": "jane-doe"}})
    };
    let status = |id: u32, state: &str, at: &str| {
        json!({"action": "created", "deployment": deployment(id),
               "deployment_status": {"id": 1, "state": state, "created_at": at, "creator": {"login": "bob"}}})
    };
    let mut bench = Bench::new(API);
    sent(&mut bench, "d1", "deployment", json!({"action": "created", "deployment": deployment(5)}));
    sent(&mut bench, "d2", "deployment_status", status(5, "in_progress", "2025-01-01T10:01:00Z"));
    sent(&mut bench, "d3", "deployment_status", status(5, "success", "2025-01-01T10:04:00Z"));
    sent(&mut bench, "d4", "deployment_status", status(6, "failure", "2025-01-01T10:04:00Z"));
    let facts = bench.facts();
    assert_eq!(activities(&facts)["service.deployed"], 2);
    let good = facts.events.iter().find(|event| event.outcome.as_deref() == Some("success")).expect("a success");
    assert_eq!((good.event_id.as_str(), good.at_us), ("api:x:D_5:service.deployed", us("2025-01-01T10:04:00Z")));
    assert_eq!(good.began_us, Some(us("2025-01-01T10:00:00Z")));
    // GraphQL has other letters and a later status; the first success still counts.
    bench.put("repositories", "O_1", [json!({"id": 7, "full_name": "acme/service-0"})]);
    let mut pulled = deployment(5);
    pulled["statuses"] = json!({"nodes": [{"state": "SUCCESS", "created_at": "2025-01-01T10:04:00Z"},
                                          {"state": "INACTIVE", "created_at": "2025-01-03T10:04:00Z"}]});
    bench.put("deployments", "O_1/7", [pulled]);
    assert_eq!(events(&bench.facts()), events(&facts));
}

fn issue(action: &str, updated_at: &str, closed_at: &Value) -> Value {
    json!({"action": action, "sender": {"login": "bob"}, "issue": {
        "number": 3, "title": "Access to service-0", "user": {"login": "jane-doe"}, "state": "open",
        "state_reason": "completed", "created_at": "2025-01-01T00:00:00Z", "updated_at": updated_at,
        "closed_at": closed_at, "labels": [{"name": "jane-doe wants"}], "body": "Jane Doe asks",
    }})
}

fn comment(login: &str, node: &str, at: &str) -> Value {
    let mut payload = issue("created", at, &Value::Null);
    payload["comment"] =
        json!({"id": 9, "node_id": node, "user": {"login": login}, "created_at": at, "body": "Jane Doe"});
    payload
}

#[test]
fn steps_of_an_issue_are_told_until_the_api_tells_them() {
    let mut bench = Bench::new(API);
    sent(&mut bench, "d1", "issues", issue("opened", "2025-01-01T00:00:00Z", &Value::Null));
    sent(&mut bench, "d2", "issue_comment", comment("jane-doe", "IC_1", "2025-01-01T01:00:00Z"));
    sent(&mut bench, "d3", "issue_comment", comment("bob", "IC_2", "2025-01-02T00:00:00Z"));
    sent(&mut bench, "d4", "issues", issue("closed", "2025-01-03T00:00:00Z", &json!("2025-01-03T00:00:00Z")));
    // The same closing, by a hook of the whole organisation beside that of the repository.
    sent(&mut bench, "d5", "issues", issue("closed", "2025-01-03T00:00:00Z", &json!("2025-01-03T00:00:00Z")));
    let facts = bench.facts();
    let told = activities(&facts);
    assert_eq!(told["ticket.created"], 1);
    assert_eq!(told["access.requested"], 1, "the rules of the API hold");
    assert_eq!(told["ticket.answered"], 1, "a comment by whoever opened it is no answer");
    assert_eq!(one(&facts, "ticket.closed").outcome.as_deref(), Some("done"));
    assert!(facts.object_links.iter().any(|link| link.to_id == "component:service-0"), "its title names a service");
    // The API gives the issue as it was when it was commented on, and then as it was closed.
    bench.put("repositories", "O_1", [json!({"id": 7, "full_name": "acme/service-0"})]);
    bench.put("issues", "O_1/7", [issue("", "2025-01-02T00:00:00Z", &Value::Null)["issue"].clone()]);
    let event = |id: &str, kind: &str, login: &str, at: &str| {
        json!({"id": id, "__typename": kind, "actor": {"login": login}, "created_at": at, "state_reason": "COMPLETED",
               "_of": {"number": 3}})
    };
    let comments = [
        event("IC_1", "IssueComment", "jane-doe", "2025-01-01T01:00:00Z"),
        event("IC_2", "IssueComment", "bob", "2025-01-02T00:00:00Z"),
    ];
    bench.put("issue_events", "O_1/7", comments);
    assert_eq!(activities(&bench.facts()), told, "the closing is still what was sent");
    bench.put("issues", "O_1/7", [issue("", "2025-01-03T00:00:00Z", &json!("2025-01-03T00:00:00Z"))["issue"].clone()]);
    bench.put("issue_events", "O_1/7", [event("CE_1", "ClosedEvent", "bob", "2025-01-03T00:00:00Z")]);
    let pulled = bench.facts();
    assert_eq!(activities(&pulled), told);
    assert!(one(&pulled, "ticket.closed").event_id.contains("CE_1"), "the API's step counts");
    let noted = caveats(&pulled);
    assert!(noted.iter().any(|(what, count)| what.contains("the API told too") && *count == 3), "{noted:?}");
}

#[test]
fn an_account_is_the_same_person_with_and_without_a_name_beside_it() {
    let mut bench = Bench::new(API);
    bench.put("repositories", "O_1", [json!({"id": 7, "full_name": "acme/service-0"})]);
    // The API names whoever opened it; a delivery knows the account alone.
    bench.people.0 = ["jane doe and her account", "jane-doe"].map(str::to_owned).to_vec();
    let mut opened = issue("", "2025-01-01T00:00:00Z", &Value::Null)["issue"].clone();
    opened["user"] = json!({"login": "Jane Doe and her account"});
    bench.put("issues", "O_1/7", [opened]);
    let own = json!({"id": "IC_0", "__typename": "IssueComment", "actor": {"login": "Jane Doe and her account"},
                     "created_at": "2025-01-01T00:00:00Z", "_of": {"number": 3}});
    bench.put("issue_events", "O_1/7", [own]);
    sent(&mut bench, "d1", "issue_comment", comment("jane-doe", "IC_1", "2025-01-02T00:00:00Z"));
    assert_eq!(activities(&bench.facts())["ticket.answered"], 1, "nothing says yet that they are one");
    let key = |id: &str| IdentityKey {
        identity_id: id.to_owned(),
        kind: "handle".to_owned(),
        key: "hash of jane-doe".to_owned(),
        is_bot: false,
    };
    let page = Page { keys: vec![key("i-0")], ..Page::default() };
    bench.archive.store("api:x", "issues", "O_1/7", &page).expect("stored");
    let page = Page { keys: vec![key("i-1")], ..Page::default() };
    bench.archive.store("hook:gh", "issues", "7", &page).expect("stored");
    assert_eq!(activities(&bench.facts()).get("ticket.answered"), None, "comments by whoever opened it are no answers");
}

#[test]
fn a_change_keeps_what_only_one_form_of_it_holds() {
    let pull = |action: &str, updated_at: &str, merged: bool, closed: bool| {
        let ended = json!("2025-01-05T00:00:00Z");
        json!({"action": action, "sender": {"login": "carol"}, "pull_request": {
            "number": 12, "title": "Till", "user": {"login": "jane-doe"}, "created_at": "2025-01-02T00:00:00Z",
            "updated_at": updated_at, "closed_at": if closed { ended.clone() } else { Value::Null },
            "merged_at": if merged { ended.clone() } else { Value::Null }, "merge_commit_sha": "abc",
            "merged_by": if merged { json!({"login": "bob"}) } else { Value::Null }, "labels": [],
        }})
    };
    let mut bench = Bench::new(API);
    bench.put("repositories", "O_1", [json!({"id": 7, "full_name": "acme/service-0"})]);
    let mut pulled = pull("", "2025-01-02T00:00:00Z", false, false)["pull_request"].clone();
    pulled["commits"] = json!({"nodes": [{"commit": {"authored_at": "2025-01-01T09:00:00Z"}}]});
    bench.put("pulls", "O_1/7", [pulled]);
    sent(&mut bench, "d1", "pull_request", pull("closed", "2025-01-05T00:00:00Z", true, true));
    // A review after the fact carries the change without who merged it.
    let mut review = pull("submitted", "2025-01-06T00:00:00Z", true, true);
    review["pull_request"]["merged_by"] = Value::Null;
    review["review"] =
        json!({"id": 77, "state": "approved", "submitted_at": "2025-01-06T00:00:00Z", "user": {"login": "bob"}});
    sent(&mut bench, "d2", "pull_request_review", review.clone());
    let facts = bench.facts();
    let merged = one(&facts, "change.merged");
    assert_eq!(merged.event_id, "api:x:service-0!12:change.merged");
    assert_eq!(merged.began_us, Some(us("2025-01-01T09:00:00Z")), "the first commit, which no delivery holds");
    assert!(merged.actor_id.is_some() && merged.actor_id != merged.began_by_id);
    assert_eq!(one(&facts, "change.reviewed").outcome.as_deref(), Some("approved"));
    review["action"] = json!("dismissed");
    review["review"]["state"] = json!("dismissed");
    sent(&mut bench, "d3", "pull_request_review", review);
    assert_eq!(one(&bench.facts(), "change.reviewed").outcome.as_deref(), Some("dismissed"));

    let mut bench = Bench::new(API);
    sent(&mut bench, "d1", "pull_request", pull("closed", "2025-01-05T00:00:00Z", false, true));
    let facts = bench.facts();
    let carol = bench.people.0.iter().position(|name| name == "carol").map(|place| format!("i-{place}"));
    assert_eq!(one(&facts, "change.abandoned").actor_id, carol, "whoever sent it closed it");
}

#[test]
fn jobs_are_those_of_named_workflows_even_where_the_run_never_came() {
    let job = |id: u32, workflow: &str| {
        json!({"action": "completed", "workflow_job": {
            "id": id, "run_id": 41, "name": "ship", "workflow_name": workflow, "status": "completed",
            "conclusion": "success", "head_sha": "abc", "started_at": "2025-01-01T10:00:00Z",
            "completed_at": "2025-01-01T10:02:00Z", "steps": [{"name": "Jane Doe's step"}]}})
    };
    let mut bench = Bench::new(API);
    sent(&mut bench, "d1", "workflow_job", job(1, "deploy-all"));
    sent(&mut bench, "d2", "workflow_job", job(2, "CI"));
    let facts = bench.facts();
    assert_eq!(one(&facts, "pipelinerun.finished").event_id, "api:x:job-1:pipelinerun.finished");
    assert!(caveats(&facts).iter().any(|(what, count)| what.contains("`jobs` does not name") && *count == 1));
}

#[test]
fn the_order_of_deliveries_shows_nowhere() {
    let all = [
        ("d1", "workflow_run", run(1, "completed", &json!("failure"), "2025-01-01T10:05:00Z")),
        ("d2", "workflow_run", run(2, "completed", &json!("success"), "2025-01-02T10:05:00Z")),
        ("d3", "issues", issue("closed", "2025-01-03T00:00:00Z", &json!("2025-01-03T00:00:00Z"))),
        ("d4", "issue_comment", comment("bob", "IC_2", "2025-01-02T00:00:00Z")),
        ("d5", "ping", json!({"zen": "by Jane Doe"})),
    ];
    let of = |order: &[usize]| {
        let mut bench = Bench::new(API);
        // Identities are numbered as they are met.
        bench.people.0 = ["bob", "jane-doe"].map(str::to_owned).to_vec();
        for place in order {
            let (id, event, payload) = &all[*place];
            let _ = send(&mut bench, id, event, payload.clone()).expect("taken in");
        }
        (events(&bench.facts()), bench.archive.digest("hook:gh").expect("readable"))
    };
    let calm = of(&[0, 1, 2, 3, 4]);
    assert_eq!(calm.0.len(), 6, "{:?}", calm.0);
    assert_eq!(of(&[4, 3, 2, 1, 0]), calm);
    assert_eq!(of(&[1, 1, 0, 4, 2, 4, 3, 0]), calm, "what comes again changes nothing");
}

#[test]
fn a_receiver_without_an_api_tells_itself() {
    let mut bench = Bench::new(ALONE);
    sent(&mut bench, "d1", "workflow_run", run(1, "completed", &json!("success"), "2025-01-01T10:05:00Z"));
    let release = json!({"action": "published", "release": {
        "id": 3, "tag_name": "v1", "draft": false, "created_at": "2025-01-01T10:00:00Z",
        "published_at": "2025-01-01T10:00:00Z", "author": {"login": "bob"}}});
    sent(&mut bench, "d2", "release", release);
    let facts = told(&bench);
    assert_eq!(one(&facts, "pipelinerun.finished").event_id, "hook:gh:41:pipelinerun.finished");
    assert!(caveats(&facts).keys().any(|what| what.contains("whose tags git tells")));
}

#[test]
fn what_is_not_read_is_counted_once_by_its_name() {
    let mut bench = Bench::new(API);
    for (id, event) in [("p", "ping"), ("p", "ping"), ("s1", "star"), ("s2", "star"), ("x", "<b>Jane</b>")] {
        let _ = send(&mut bench, id, event, json!({"zen": "Jane Doe"})).expect("taken in");
    }
    let mut edited = comment("bob", "IC_1", "2025-01-02T00:00:00Z");
    edited["action"] = json!("edited");
    sent(&mut bench, "e", "issue_comment", edited);
    let noted = caveats(&bench.facts());
    let of = |word: &str| noted.iter().filter(|(what, _)| what.contains(word)).map(|(_, count)| *count).sum::<i64>();
    assert_eq!((of("a ping"), of("`star`"), of("`…`"), of("`edited`")), (1, 2, 1, 1), "{noted:?}");
    assert_eq!(stored(&bench, &["issues", "issue_events"]), "");
}

#[test]
fn no_name_and_no_text_is_stored() {
    let mut bench = Bench::new(API);
    sent(&mut bench, "d1", "workflow_run", run(1, "completed", &json!("success"), "2025-01-01T10:05:00Z"));
    sent(&mut bench, "d2", "issues", issue("opened", "2025-01-01T00:00:00Z", &Value::Null));
    sent(&mut bench, "d3", "issue_comment", comment("jane-doe", "IC_1", "2025-01-02T00:00:00Z"));
    let mut hostile = run(1, "completed", &json!("success"), "2025-01-01T10:05:00Z");
    hostile["repository"] = json!({"id": 8, "full_name": "'; drop table record; -- \u{202E}\u{0}"});
    hostile["workflow_run"]["name"] = json!("jane@acme.test");
    sent(&mut bench, "d4", "workflow_run", hostile);
    let all = stored(&bench, &["runs", "issues", "issue_events"]);
    for word in ["Jane", "Doe", "jane-doe", "jane@", "asks", "wants", "head_commit", "Access"] {
        assert!(!all.contains(word), "`{word}` is in {all}");
    }
    assert_eq!(activities(&bench.facts())["pipelinerun.finished"], 2, "hostile strings survive");
}

#[test]
fn what_is_not_what_it_says_is_refused() {
    let mut bench = Bench::new(API);
    let json = ("content-type", "application/json; charset=utf-8");
    let (event, id) = (("x-github-event", "workflow_run"), ("x-github-delivery", "d1"));
    let mut refused = |headers: &[(&str, &str)], body: &[u8]| offer(&mut bench, headers, body).expect_err("refused");
    let form = ("content-type", "application/x-www-form-urlencoded");
    assert!(matches!(refused(&[form, event, id], b"payload=%7B%7D"), Refused::MediaType(_)));
    assert!(matches!(refused(&[event, id], b"{}"), Refused::MediaType(_)));
    assert_eq!(refused(&[json, id], b"{}"), Refused::Malformed("no `X-GitHub-Event`"));
    assert_eq!(refused(&[json, event], b"{}"), Refused::Malformed("no `X-GitHub-Delivery`"));
    let long = "x".repeat(201);
    for bad in ["a b", "a#b", long.as_str()] {
        assert_eq!(
            refused(&[json, event, ("x-github-delivery", bad)], b"{}"),
            Refused::Malformed("no `X-GitHub-Delivery`")
        );
    }
    for body in [&b""[..], b"{", b"\xff\xfe", b"{\"a\":1}{", &b"[".repeat(100_000)] {
        assert_eq!(refused(&[json, event, id], body), Refused::Malformed("the body is not JSON"));
    }
    for body in [&b"[]"[..], b"null", b"3", b"\"x\""] {
        assert_eq!(refused(&[json, event, id], body), Refused::Malformed("the body is no object"));
    }
    assert_eq!(refused(&[json, event, id], b"{}"), Refused::Malformed("no repository"));
    let bare = b"{\"repository\":{\"id\":1,\"full_name\":\"a/b\"},\"workflow_run\":{\"name\":\"x\"}}";
    assert_eq!(refused(&[json, event, id], bare), Refused::Malformed("a record without its id"));
    let none = b"{\"repository\":{\"id\":1,\"full_name\":\"a/b\"},\"workflow_run\":[1]}";
    assert_eq!(refused(&[json, event, id], none), Refused::Malformed("a record without its id"));
}
