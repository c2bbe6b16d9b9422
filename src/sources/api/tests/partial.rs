//! GraphQL answers that hold data and errors at once: what a token may not read of a record is no refusal of everything.

use serde_json::{Value, json};

use super::ground::{Bench, Fault};
use crate::sources::api::fake::Fake;
use crate::sources::api::request::{Answer, Request};
use crate::sources::api::{ApiError, github};

/// The small organisation, where deployments are refused: in the listing of repositories, and where they are asked for.
fn without_deployments(request: &Request, day: u32, whole_record: bool) -> Answer {
    let mut answer = (github::FAKE.answer)(request, day);
    let query = request.body.as_ref().and_then(|body| body["query"].as_str()).unwrap_or_default();
    let mut said = answer.json().unwrap_or_default();
    let refused =
        |path: Value| json!({"type": "FORBIDDEN", "path": path, "message": "Resource not accessible by integration"});
    if query.contains("repositories(") && query.contains("deployments(") {
        let nodes = said.pointer_mut("/data/owner/repositories/nodes").and_then(Value::as_array_mut);
        let mut errors = Vec::new();
        for (place, node) in nodes.into_iter().flatten().enumerate() {
            errors.push(refused(json!(["owner", "repositories", "nodes", place, "deployments"])));
            if whole_record { *node = Value::Null } else { node["deployments"] = Value::Null }
        }
        said["errors"] = Value::from(errors);
    } else if query.contains("deployments(") {
        said = json!({"data": {"repository": null}, "errors": [refused(json!(["repository", "deployments"]))]});
    }
    answer.body = said.to_string().into_bytes();
    answer
}

fn fake(whole_record: bool, streams: &str) -> &'static Fake {
    let study = github::FAKE.study.replace("owners =", &format!("{streams}\nowners ="));
    let answer: fn(&Request, u32) -> Answer = if whole_record {
        |request, day| without_deployments(request, day, true)
    } else {
        |request, day| without_deployments(request, day, false)
    };
    Box::leak(Box::new(Fake { study: study.leak(), answer }))
}

#[test]
fn a_field_that_is_refused_names_its_own_permission() {
    for whole_record in [false, true] {
        let why = Bench::new(fake(whole_record, "")).pull(0, Fault::None).expect_err("deployments are wanted");
        let ApiError::Forbidden { stream, permission, .. } = &why else { panic!("{why}") };
        assert_eq!(stream, "deployments");
        assert!(permission.contains("`Deployments: read`"), "{why}");
    }
}

#[test]
fn what_is_not_wanted_needs_no_permission() {
    let mut bench = Bench::new(fake(true, "streams = [\"repositories\", \"issues\", \"issue_events\", \"runs\"]"));
    bench.pull(0, Fault::None).unwrap_or_else(|why| panic!("{why}"));
    assert!(bench.facts().events.iter().any(|event| event.activity == "ticket.created"));
}
