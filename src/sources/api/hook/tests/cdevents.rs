//! CDEvents in every form that CloudEvents has over HTTP.

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
id = "cd"
kind = "cdevents"
path = "/hooks/cdevents"
unsigned = true
jobs = ["ship"]
"#;

fn event(id: &str, kind: &str, subject: &str, content: &Value) -> Value {
    json!({
        "context": {"specversion": "0.5.0", "id": id, "source": "/event/source/123", "chainId": "c",
                    "type": format!("dev.cdevents.{kind}.0.2.0"), "timestamp": "2023-03-20T14:27:05.315384Z"},
        "subject": {"id": subject, "source": "/event/source/123", "content": content},
        "customData": {"by": "Jane Doe"},
    })
}

fn structured(event: &Value) -> Vec<u8> {
    let id = &event["context"]["id"];
    json!({"specversion": "1.0", "id": id, "source": "/s", "type": "t", "data": event}).to_string().into_bytes()
}

fn send(bench: &mut Bench, event: &Value) -> Result<bool, Refused> {
    offer(bench, &[("content-type", "application/cloudevents+json")], &structured(event))
}

fn all_of_them() -> Vec<Value> {
    let deployed = json!({"environment": {"id": "production"}, "artifactId": "pkg:oci/shop@sha256%3A0b31?tag=v1"});
    let home = json!({"repository": {"id": "acme/shop-api"}, "description": "Jane Doe's work"});
    let ticket = json!({"summary": "shop-api for Jane Doe", "ticketType": "task", "creator": "Alice", "group": "security",
                        "assignees": ["Bob"], "labels": ["bug"]});
    let closed = json!({"resolution": "completed", "updatedBy": "Bob"});
    let incident = json!({"description": "shop-api is slow, says Jane Doe", "service": {"id": "/cluster/shop-api"}});
    vec![
        event("1", "service.deployed", "/namespace/shop-api", &deployed),
        event("2", "service.upgraded", "shop-api", &deployed),
        event("3", "service.rolledback", "shop-api", &deployed),
        event(
            "4",
            "pipelinerun.finished",
            "run-1",
            &json!({"pipelineName": "ci", "outcome": "failure", "errors": "Jane"}),
        ),
        event("5", "taskrun.finished", "task-1", &json!({"taskName": "ship", "outcome": "success"})),
        event("6", "taskrun.finished", "task-2", &json!({"taskName": "test", "outcome": "success"})),
        event("7", "change.created", "acme/shop-api/12", &home),
        event("8", "change.reviewed", "12", &home),
        event("9", "change.merged", "12", &home),
        event("10", "change.merged", "feature", &home),
        event("11", "ticket.created", "SEC-1", &ticket),
        event("12", "ticket.updated", "SEC-1", &closed),
        event("13", "ticket.closed", "SEC-1", &closed),
        event("14", "incident.detected", "INC-1", &incident),
        event("15", "incident.resolved", "INC-1", &incident),
        event("16", "environment.created", "env-7", &json!({"name": "staging"})),
        event("17", "artifact.published", "pkg:golang/acme/shop-api@234fd47", &json!({})),
        event("18", "repository.created", "acme/new-one", &json!({"name": "new-one", "owner": "acme"})),
        event("19", "testsuiterun.finished", "t", &json!({"outcome": "success"})),
        event("20", "service.deployed", "shop-api", &json!({"environment": {"id": "moon"}})),
    ]
}

#[test]
fn what_the_log_has_a_word_for_is_told_and_the_rest_counted() {
    let mut bench = Bench::new(STUDY);
    for event in all_of_them() {
        assert_eq!(send(&mut bench, &event), Ok(true), "{event}");
    }
    let facts = told(&bench);
    let told = activities(&facts);
    assert_eq!(told["service.deployed"], 2);
    assert_eq!(told["pipelinerun.finished"], 2, "the run, and the task that is named");
    for activity in [
        "service.rolledback",
        "change.created",
        "change.reviewed",
        "change.merged",
        "ticket.created",
        "ticket.updated",
        "ticket.closed",
        "incident.detected",
        "incident.resolved",
        "environment.created",
        "artifact.published",
        "repository.created",
    ] {
        assert_eq!(told.get(activity), Some(&1), "{activity}: {told:?}");
    }
    let noted = caveats(&facts);
    for words in ["`testsuiterun.finished`", "does not end in its number", "`jobs` does not name", "and 1 others"] {
        assert!(noted.iter().any(|(what, count)| what.contains(words) && *count == 1), "{words}: {noted:?}");
    }
    let first = facts.events.iter().find(|event| event.event_id.contains(":1.")).expect("the first");
    assert_eq!(first.at_us, us("2023-03-20T14:27:05.315384Z"));
    let version = facts.object_changes.iter().find(|change| change.field == "version").expect("a version");
    assert_eq!(version.value.as_deref(), Some("sha256:0b31"));
    let closed = one(&facts, "ticket.closed");
    assert!(closed.actor_id.is_some() && closed.outcome.as_deref() == Some("done"));
    assert_eq!(one(&facts, "change.merged").event_id, "hook:cd:shop-api!12:change.merged");
    let of = |id: &str| facts.event_objects.iter().any(|link| link.object_id == id);
    assert!(of("component:shop-api") && of("ticket:SEC-1") && of("ticket:INC-1") && !of("component:shop"));
    let all = stored(&bench, &["cdevents"]);
    for word in ["Jane", "Alice", "Bob", "errors", "customData", "slow"] {
        assert!(!all.contains(word), "`{word}` is in {all}");
    }
}

#[test]
fn binary_structured_and_batched_events_are_the_same_event() {
    let event = &all_of_them()[0];
    let mut bench = Bench::new(STUDY);
    assert_eq!(send(&mut bench, event), Ok(true));
    let binary = [
        ("content-type", "application/json; charset=utf-8"),
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-type", "dev.cdevents.service.deployed.0.2.0"),
        ("ce-source", "/event/source/123"),
    ];
    assert_eq!(offer(&mut bench, &binary, event.to_string().as_bytes()), Ok(false));
    let batch: Vec<Value> =
        all_of_them()[..2].iter().map(|event| json!({"specversion": "1.0", "data": event})).collect();
    let batch = Value::from(batch).to_string();
    let headers = [("content-type", "application/cloudevents-batch+json")];
    assert_eq!(offer(&mut bench, &headers, batch.as_bytes()), Ok(true), "the second of it is new");
    assert_eq!(offer(&mut bench, &headers, batch.as_bytes()), Ok(false));
    assert_eq!(activities(&told(&bench))["service.deployed"], 2);
    // Ids are unique within a source.
    let mut elsewhere = event.clone();
    elsewhere["context"]["source"] = json!("/elsewhere");
    assert_eq!(send(&mut bench, &elsewhere), Ok(true));
    assert_eq!(activities(&told(&bench))["service.deployed"], 3);
}

#[test]
fn what_is_no_event_is_refused() {
    let mut bench = Bench::new(STUDY);
    let whole = [("content-type", "application/cloudevents+json")];
    let mut refused = |headers: &[(&str, &str)], body: &[u8]| offer(&mut bench, headers, body).expect_err("refused");
    assert!(matches!(refused(&[("content-type", "text/plain")], b"{}"), Refused::MediaType(_)));
    assert_eq!(refused(&[("content-type", "application/json")], b"{}"), Refused::Malformed("no `ce-type` and `ce-id`"));
    assert_eq!(refused(&whole, b"{"), Refused::Malformed("the body is not JSON"));
    for body in [&b"{}"[..], b"[]", b"{\"data\":\"text\"}", b"{\"data_base64\":\"e30=\"}"] {
        assert!(matches!(refused(&whole, body), Refused::Malformed(_)));
    }
    let mut bad = all_of_them()[0].clone();
    bad["context"]["id"] = json!("a b");
    assert_eq!(refused(&whole, &structured(&bad)), Refused::Malformed("an event without `context.id`"));
    let batch = [("content-type", "application/cloudevents-batch+json")];
    assert_eq!(refused(&batch, b"[]"), Refused::Malformed("a batch of nothing"));
    assert_eq!(refused(&batch, b"{}"), Refused::Malformed("a batch that is no list"));
}
