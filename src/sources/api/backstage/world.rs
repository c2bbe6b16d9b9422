//! For tests: a small catalog and its scaffolder, answered by the page as the real ones do.

use serde_json::{Value, json};

use super::ask::TASKS;
use crate::sources::api::fake::{Fake, not_there, ok, target, with_headers};
use crate::sources::api::request::{Answer, Request};

pub(super) const STUDY: &str = r#"
[[repositories]]
name = "orders"
remote = "acme/orders"
[coverage.team-names]
"group:default/payments" = "Payments"
[[apis]]
id = "x"
kind = "backstage"
url = "https://fake.test"
streams = ["entities", "owners", "owner-groups", "tasks", "task-events", "facts"]
"#;

/// Entries come by three, as if the server gave no more; tasks by as many as are asked for. On day 1 a component is new,
/// one has another owner and no description, which Tech Insights noticed, one is gone; somebody has joined a group; a run has
/// ended, another began.
pub(in crate::sources::api) const FAKE: Fake = Fake { study: STUDY, answer };

/// What a page of the catalog holds at most.
const PAGE: usize = 3;

fn answer(request: &Request, day: u32) -> Answer {
    let place = target(request).split('?').next().unwrap_or_default();
    match place.split('/').skip(1).collect::<Vec<_>>().as_slice() {
        ["api", "catalog", "entities", "by-query"] => by_query(request, day),
        ["api", "catalog", "entities", "by-refs"] => by_refs(request, day),
        ["api", "catalog", "entity-facets"] if request.query("facet").as_deref() == Some("relations.ownedBy") => {
            facets(day)
        }
        ["api", "tech-insights", "facts", "latest"] => facts(request, day),
        ["api", "scaffolder", "v2", "tasks"] => tasks_page(request, day),
        ["api", "scaffolder", "v2", "tasks", id] => {
            tasks(day).into_iter().find(|task| task["id"] == *id).map_or_else(not_there, |task| ok(&task))
        }
        ["api", "scaffolder", "v2", "tasks", id, "events"] => events(id, day),
        _ => not_there(),
    }
}

/// A cursor holds filter and order, and stands beside none of them.
fn by_query(request: &Request, day: u32) -> Answer {
    if request.query("cursor").is_some() && (request.query("filter").is_some() || request.query("orderField").is_some())
    {
        return with_headers(400, &json!({"error": {"name": "InputError"}}), &[]);
    }
    let all = entities(day);
    let from = request.query("cursor").and_then(|cursor| cursor.strip_prefix("from-")?.parse().ok()).unwrap_or(0);
    let items: Vec<&Value> = all.iter().skip(from).take(PAGE).collect();
    let info = if from + PAGE < all.len() { json!({"nextCursor": format!("from-{}", from + PAGE)}) } else { json!({}) };
    ok(&json!({"items": items, "totalItems": all.len(), "pageInfo": info}))
}

fn ref_of(entity: &Value) -> String {
    let part = |pointer: &str| entity.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_lowercase();
    format!("{}:{}/{}", part("/kind"), part("/metadata/namespace"), part("/metadata/name"))
}

fn by_refs(request: &Request, day: u32) -> Answer {
    let wanted = request.body.as_ref().and_then(|body| body["entityRefs"].as_array().cloned()).unwrap_or_default();
    let all = entities(day);
    let find = |wanted: &Value| all.iter().find(|entity| json!(ref_of(entity)) == *wanted).cloned();
    ok(&json!({"items": wanted.iter().map(find).collect::<Vec<_>>()}))
}

fn facets(day: u32) -> Answer {
    let all = entities(day);
    let relations = all.iter().flat_map(|entity| entity["relations"].as_array().cloned().unwrap_or_default());
    let mut owners: Vec<Value> = relations
        .filter(|relation| relation["type"] == "ownedBy")
        .map(|relation| relation["targetRef"].clone())
        .collect();
    owners.sort_by_key(ToString::to_string);
    owners.dedup();
    let facet = owners.iter().map(|owner| json!({"value": owner, "count": 1})).collect::<Vec<_>>();
    ok(&json!({"facets": {"relations.ownedBy": facet}}))
}

pub(super) fn component(name: &str, owner: &str, target: &str) -> Value {
    json!({
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": {
            "namespace": "default", "name": name, "uid": format!("u-{name}"), "etag": "e", "description": "Ask Jane Doe",
            "tags": ["rust"], "labels": {"tier": "1"},
            "annotations": {
                "github.com/project-slug": format!("acme/{name}"),
                "backstage.io/managed-by-location": "url:https://github.com/acme/orders/blob/main/catalog-info.yaml",
                "backstage.io/techdocs-ref": "dir:.",
                "acme.test/contact": "jane-doe"
            }
        },
        "spec": {"type": "service", "lifecycle": "production", "owner": owner, "system": "shop"},
        "relations": [
            {"type": "ownedBy", "targetRef": target},
            {"type": "dependsOn", "targetRef": "component:default/orders"}
        ]
    })
}

pub(super) fn group(name: &str) -> Value {
    json!({
        "kind": "Group",
        "metadata": {"namespace": "default", "name": name, "uid": format!("g-{name}")},
        "spec": {"type": "team", "profile": {"displayName": "Jane's team", "email": "jane-doe@acme.test"}},
        "relations": [{"type": "hasMember", "targetRef": "user:default/jane-doe"}]
    })
}

pub(super) fn user(uid: &str, name: &str, groups: &[&str]) -> Value {
    let relations: Vec<Value> = groups.iter().map(|to| json!({"type": "memberOf", "targetRef": to})).collect();
    json!({
        "kind": "User",
        "metadata": {"namespace": "default", "name": name, "uid": uid, "annotations": {"github.com/user-login": "jdoe-gh"}},
        "spec": {"profile": {"displayName": "Jane Doe", "email": format!("{name}@acme.test")}},
        "relations": relations
    })
}

pub(super) fn location(errors: &[&str]) -> Value {
    let items = errors.iter().map(|name| {
        json!({"type": "backstage.io/catalog-processing", "level": "error", "message": "file /srv/jane-doe/x.yaml does not exist",
            "error": {"name": name, "message": "file /srv/jane-doe/x.yaml does not exist"}})
    });
    json!({
        "kind": "Location",
        "metadata": {"namespace": "default", "name": "root", "uid": "l-root"},
        "spec": {"type": "file"},
        "status": {"items": items.collect::<Vec<_>>()}
    })
}

fn entities(day: u32) -> Vec<Value> {
    let known = "group:default/payments";
    let mut orders = component("orders", "payments", known);
    let mut carts = component("carts", "ghosts", "group:default/ghosts");
    carts["metadata"]["annotations"]["backstage.io/orphan"] = json!("true");
    let mut all = vec![group("payments"), group("shipping"), location(&["NotFoundError"])];
    if day > 0 {
        orders["spec"]["owner"] = json!("group:default/shipping");
        orders["relations"][0]["targetRef"] = json!("group:default/shipping");
        orders["metadata"]["description"] = Value::Null;
        all.push(component("search", "Payments", known));
    } else {
        all.push(component("old", "payments", known));
    }
    all.extend([orders, carts, component("mine", "user:default/jane-doe", "user:default/jane-doe")]);
    let joined: &[&str] = if day > 0 { &[known, "group:default/shipping"] } else { &[known] };
    all.extend([user("u-1", "jane-doe", joined), user("u-2", "bob-roe", &["group:default/ghosts"])]);
    all.push(json!({
        "kind": "Template",
        "metadata": {"namespace": "default", "name": "New-Service", "uid": "t-1"},
        "spec": {"type": "service", "owner": "payments"},
        "relations": [{"type": "ownedBy", "targetRef": known}]
    }));
    all
}

/// What the retriever of a component's texts found, as the plugin stores it.
pub(super) fn found(name: &str, has_description: bool, day: u32) -> Value {
    json!({"entityMetadataFactRetriever": {
        "id": "entityMetadataFactRetriever", "version": "0.0.1", "timestamp": format!("2025-06-{:02}T03:17:00.000Z", day + 1),
        "entity": {"namespace": "default", "kind": "component", "name": name},
        "facts": {"hasTitle": false, "hasDescription": has_description, "hasTags": true}
    }})
}

/// The server parses the reference, wants ids, and knows nothing of the component that nobody has looked at.
fn facts(request: &Request, day: u32) -> Answer {
    if request.query("ids[]").is_none() {
        return with_headers(422, &json!({"error": "Failed to parse ids from request"}), &[]);
    }
    let entity = request.query("entity").unwrap_or_default();
    let Some(name) = entity.strip_prefix("component:default/") else { return not_there() };
    if name == "carts" { ok(&json!({})) } else { ok(&found(name, day == 0 || name != "orders", day)) }
}

/// The instant so many seconds after eight in the morning of 2025-05-01.
pub(super) fn clock(seconds: usize) -> String {
    format!("2025-05-01T{:02}:{:02}:{:02}.000Z", 8 + seconds / 3600, seconds / 60 % 60, seconds % 60)
}

pub(super) fn task(id: &str, status: &str, seconds: usize) -> Value {
    json!({
        "id": id, "status": status, "createdAt": clock(seconds), "lastHeartbeatAt": clock(seconds + 9),
        "createdBy": "user:default/jane-doe",
        "spec": {
            "parameters": {"name": "orders", "contact": "jane-doe", "repoUrl": "github.com?owner=acme&repo=picked"},
            "user": {"ref": "user:default/jane-doe", "entity": {"spec": {"profile": {"displayName": "Jane Doe"}}}},
            "templateInfo": {
                "entityRef": "template:default/new-service",
                "entity": {"metadata": {"name": "New-Service", "annotations": {"backstage.io/time-saved": "PT4H"}}}
            }
        }
    })
}

/// More than a page of old runs, and before them, as the newest come first, one under way and on day 1 another.
fn tasks(day: u32) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    if day > 0 {
        all.push(task("began", "open", 9_000));
    }
    all.push(task("under-way", if day > 0 { "failed" } else { "processing" }, 8_000));
    all.extend((0..TASKS).rev().map(|place| task(&format!("old-{place}"), "completed", place * 60)));
    all
}

fn tasks_page(request: &Request, day: u32) -> Answer {
    let number = |name: &str| request.query(name).and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
    let all = tasks(day);
    let page: Vec<&Value> = all.iter().skip(number("offset")).take(number("limit")).collect();
    ok(&json!({"tasks": page, "totalTasks": all.len()}))
}

fn line(number: usize, seconds: usize, body: &Value, kind: &str) -> Value {
    json!({"id": number, "type": kind, "createdAt": clock(seconds), "body": body})
}

/// The events of a run that began at these seconds; ids count up from 100 for each run.
pub(super) fn run(number: usize, seconds: usize, has_failed: bool) -> Vec<Value> {
    let first = 100 * number;
    let step = |status: &str| json!({"message": "jane-doe runs Fetch", "stepId": "fetch", "status": status});
    let end = if has_failed {
        json!({"message": "Run completed with status: failed", "error": {"name": "Error", "message": "no /srv/jane-doe"}})
    } else {
        json!({"message": "Run completed", "output": {
            "remoteUrl": "https://github.com/acme/orders", "entityRef": "component:default/orders",
            "links": [{"title": "Ask jane-doe", "url": "https://ci.acme.test/job/orders"}]
        }})
    };
    vec![
        line(first, seconds, &json!({"message": "Starting up task"}), "log"),
        line(first + 1, seconds + 1, &step("processing"), "log"),
        line(first + 2, seconds + 2, &json!({"message": "Fetched for jane-doe", "stepId": "fetch"}), "log"),
        line(first + 3, seconds + 5, &step(if has_failed { "failed" } else { "completed" }), "log"),
        line(first + 4, seconds + 6, &json!({"stepId": "later", "status": "skipped"}), "log"),
        line(first + 5, seconds + 9, &end, "completion"),
    ]
}

fn events(id: &str, day: u32) -> Answer {
    let old = id.strip_prefix("old-").and_then(|place| place.parse::<usize>().ok());
    match (id, old) {
        (_, Some(place)) => ok(&json!(run(place, place * 60, false))),
        ("under-way", _) if day > 0 => ok(&json!(run(80, 8_000, true))),
        ("under-way", _) => ok(&json!(run(80, 8_000, true)[..2])),
        ("began", _) if day > 0 => ok(&json!([])),
        _ => not_there(),
    }
}
