//! What Argo CD's applications mean, on invented ones: no rows were recorded from a real one.

use serde_json::{Value, json};

use super::tell::component;
use crate::sources::api::fake::{Fake, not_there, ok, target};
use crate::sources::api::kept::at;
use crate::sources::api::recorded::{Bench, activities, caveats};
use crate::sources::api::request::{Answer, Request};
use crate::sources::api::wire::Sending;
use crate::sources::api::{Pull, WallClock, Wire, pull};

const STUDY: &str = r#"
[environments]
order = ["staging", "pre-production", "production"]
spellings = { production = ["prod"] }
[[repositories]]
name = "deploy"
remote = "acme/deploy"
role = "platform"
[[apis]]
id = "x"
kind = "argocd"
url = "https://fake.test"
owners = ["retail", "money"]
exclude = ["scratch-*"]
"#;

/// A small installation of two projects. On day 1 one application has another sync and another a failed one. What an
/// application forgets stays stored, so that nothing is forgotten here: an increment holds more than a fresh pull then.
pub(in crate::sources::api) const FAKE: Fake = Fake { study: STUDY, answer };

const SHA: &str = "4f1c2b3a4f1c2b3a4f1c2b3a4f1c2b3a4f1c2b3a";

fn entry(id: u32, at: &str, by: &Value) -> Value {
    json!({
        "id": id, "revision": SHA, "deployStartedAt": "2025-05-01T10:00:00Z", "deployedAt": at, "initiatedBy": by,
        "source": {
            "repoURL": "https://jane-doe:s3cret@git.acme.test/acme/deploy.git", "path": "shop",
            "helm": {"parameters": [{"name": "owner", "value": "jane@acme.test"}]},
        },
    })
}

fn application(project: &str, name: &str, namespace: &str) -> Value {
    json!({
        "metadata": {
            "name": name, "namespace": "argocd", "uid": format!("uid-{name}"), "labels": {"owner": "jane-doe"},
        },
        "spec": {
            "project": project,
            "destination": {"namespace": namespace, "server": "https://kubernetes.default.svc"},
        },
        "status": {"history": [
            entry(0, "2025-05-01T10:01:00Z", &json!({"automated": true})),
            entry(1, "2025-05-02T10:01:00Z", &json!({"username": "jane@acme.test"})),
        ]},
    })
}

fn operation(phase: &str, sync: &Value) -> Value {
    json!({
        "phase": phase, "startedAt": "2025-06-01T11:00:00Z", "finishedAt": "2025-06-01T11:02:00Z",
        "message": "jane@acme.test broke it", "operation": {"initiatedBy": {"username": "jane-doe"}, "sync": sync},
        "syncResult": {"revision": SHA, "source": {"repoURL": "git@git.acme.test:acme/deploy.git"}},
    })
}

fn answer(request: &Request, day: u32) -> Answer {
    if target(request).split('?').next() != Some("/api/v1/applications") {
        return not_there();
    }
    let mut shop = application("retail", "shop-prod", "production");
    let mut bank = application("money", "bank", "staging");
    if day > 0 {
        let history = shop["status"]["history"].as_array_mut().expect("a history");
        history.push(entry(2, "2025-06-01T11:00:00Z", &json!({"automated": true})));
        bank["status"]["operationState"] = operation("Failed", &json!({"revision": SHA}));
    }
    if request.query("fields").is_some() {
        // As Argo CD: of the fields that it can cut a list down to, the history and the uid are none.
        for application in [&mut shop, &mut bank] {
            application["status"] =
                json!({"operationState": {"phase": application["status"]["operationState"]["phase"]}});
            application["metadata"] = json!({"name": application["metadata"]["name"]});
        }
    }
    let wanted = request.query("projects");
    let items: Vec<Value> = [shop, bank]
        .into_iter()
        .filter(|app| wanted.as_deref().is_none_or(|project| app["spec"]["project"] == project))
        .collect();
    ok(&json!({"metadata": {"resourceVersion": "1"}, "items": items}))
}

/// A bench as the walk fills it: the application, and its members with what they carry.
fn told(applications: Vec<Value>) -> Bench {
    let mut bench = Bench::new(STUDY);
    for raw in applications {
        bench.put("applications", "", [raw.clone()]);
        let mut shaped = raw;
        super::shape::application(&mut shaped);
        let of: serde_json::Map<String, Value> =
            super::CARRY.iter().map(|field| ((*field).to_owned(), shaped[*field].clone())).collect();
        for (stream, list) in [("syncs", "/status/history"), ("failures", "/failures")] {
            let members = shaped.pointer(list).and_then(Value::as_array).cloned().unwrap_or_default();
            bench.put(
                stream,
                "",
                members.into_iter().map(|mut member| {
                    member["_of"] = Value::Object(of.clone());
                    member
                }),
            );
        }
    }
    bench
}

#[test]
fn a_sync_is_a_deployment_with_its_commit_environment_and_component() {
    let bench = told(vec![application("retail", "shop-prod", "production")]);
    let facts = bench.facts();
    assert_eq!(activities(&facts)["service.deployed"], 2);
    let by: Vec<_> = facts.events.iter().map(|event| (event.channel.as_deref(), event.actor_id.is_some())).collect();
    assert_eq!(by, [(Some("code"), false), (Some("person"), true)]);
    for event in &facts.events {
        assert_eq!((event.environment.as_deref(), event.outcome.as_deref()), (Some("production"), Some("success")));
        assert_eq!(event.began_us, Some(1_746_093_600_000_000));
    }
    let about: Vec<&str> = facts.event_objects.iter().map(|one| one.object_id.as_str()).collect();
    for object in ["component:shop", "repository:deploy", &format!("commit:{SHA}")] {
        assert!(about.contains(&object), "{object} in {about:?}");
    }
}

#[test]
fn a_failed_sync_is_a_failed_deployment_and_dry_or_partial_ones_are_none() {
    let app = |name: &str, phase: &str, sync: Value| {
        let mut app = application("retail", name, "production");
        app["status"] = json!({"operationState": operation(phase, &sync)});
        app
    };
    let bench = told(vec![
        app("a", "Failed", json!({})),
        app("b", "Error", json!({"revision": SHA})),
        app("c", "Failed", json!({"revision": SHA, "dryRun": true})),
        app("d", "Failed", json!({"revision": SHA, "resources": [{"kind": "Job"}]})),
        app("e", "Running", json!({"revision": SHA})),
        app("f", "Succeeded", json!({"revision": SHA})),
    ]);
    let facts = bench.facts();
    let ends: Vec<_> = facts.events.iter().map(|event| (event.outcome.as_deref(), event.at_us)).collect();
    assert_eq!(ends, [(Some("failure"), 1_748_775_720_000_000); 2]);
    let counted = caveats(&facts);
    assert_eq!(counted.iter().filter(|(why, _)| why.contains("dry run") || why.contains("some resources")).count(), 2);
}

#[test]
fn the_environment_is_the_label_else_the_destination_else_the_project() {
    let mut labelled = application("production", "a", "production");
    labelled["metadata"]["labels"] = json!({"env": "staging"});
    let mut cluster = application("retail", "b", "shop");
    cluster["spec"]["destination"] = json!({"namespace": "shop", "name": "prod"});
    let mut server = application("retail", "c", "shop");
    server["spec"]["destination"]["server"] = json!("https://staging.k8s.acme.test:6443");
    let project = application("pre-production", "d", "shop");
    let unknown = application("retail", "e", "shop");
    let mut nowhere = application("retail", "f", "shop");
    nowhere["metadata"]["labels"] = json!({"environment": "moon"});
    let facts = told(vec![labelled, cluster, server, project, unknown, nowhere]).facts();
    let environments: Vec<_> =
        facts.events.iter().step_by(2).filter_map(|event| event.environment.as_deref()).collect();
    assert_eq!(environments, ["staging", "production", "staging", "pre-production"]);
    let unlisted = facts.caveats.iter().find(|caveat| caveat.kind == "unknown-environment").expect("counted");
    assert_eq!(unlisted.count, 4);
}

#[test]
fn only_an_environment_of_the_study_is_taken_off_a_name() {
    let environments = Bench::new(STUDY).settings.environments;
    for (name, expected) in [
        ("shop-prod", "shop"),
        ("staging-shop", "shop"),
        ("shop-api-pre-production", "shop-api"),
        ("pre-production-shop", "shop"),
        ("shop-blue", "shop-blue"),
        ("production", "production"),
        ("-prod", "-prod"),
        ("prod-", "prod-"),
    ] {
        assert_eq!(component(name, &environments), expected, "{name}");
    }
}

#[test]
fn labels_name_the_component_before_the_application_does() {
    let mut app = application("retail", "shop-prod", "production");
    app["metadata"]["labels"] = json!({"app.kubernetes.io/name": "basket", "app.kubernetes.io/part-of": "storefront"});
    let facts = told(vec![app]).facts();
    assert!(facts.objects.iter().any(|object| object.object_id == "component:storefront"));
}

#[test]
fn a_chart_has_a_version_and_of_several_sources_the_first_commit_counts() {
    let mut app = application("retail", "shop-prod", "production");
    let chart = json!({"chart": "shop", "repoURL": "https://charts.acme.test"});
    app["status"]["history"] = json!([
        {"id": 1, "deployedAt": "2025-05-01T10:00:00Z", "revision": "1.2.3", "source": chart},
        {"id": 2, "deployedAt": "2025-05-02T10:00:00Z", "revisions": ["1.2.4", SHA], "sources": [
            chart, {"repoURL": "https://git.acme.test/acme/deploy"},
        ]},
    ]);
    let facts = told(vec![app]).facts();
    let versions: Vec<_> = facts.object_changes.iter().filter_map(|change| change.value.as_deref()).collect();
    assert_eq!(versions, ["1.2.3", "1.2.4"]);
    let commits = facts.event_objects.iter().filter(|one| one.object_id == format!("commit:{SHA}")).count();
    assert_eq!(commits, 1);
}

#[test]
fn what_is_broken_or_left_out_is_counted() {
    let mut app = application("retail", "shop-prod", "production");
    app["status"]["history"] = json!([
        {"id": 1}, {"id": 2, "deployedAt": "\u{202E}soon"}, {"id": 3, "deployedAt": [1]},
        {"id": 4, "deployedAt": "2025-05-01T10:00:00Z", "revision": 7, "source": "x", "initiatedBy": "jane@acme.test"},
        {"id": u64::MAX, "deployedAt": "2025-05-01T10:00:00Z", "revisions": [null, "jane@acme.test"], "sources": [{}]},
    ]);
    let scratch = application("retail", "scratch-1", "production");
    let bench = told(vec![app, scratch, json!({"metadata": {"name": "bare"}})]);
    let facts = bench.facts();
    assert_eq!(activities(&facts)["service.deployed"], 2);
    assert_eq!(
        facts.caveats.iter().filter(|caveat| caveat.kind == "bad-row").map(|caveat| caveat.count).sum::<i64>(),
        3
    );
    let counted = usize::try_from(caveats(&facts).values().sum::<i64>()).expect("a count");
    assert_eq!(facts.events.len() + counted, bench.put);
}

#[test]
fn nobodys_name_and_no_secret_of_an_address_is_stored() {
    let mut app = application("retail", "shop-prod", "production");
    app["status"]["operationState"] = operation("Failed", &json!({"revision": SHA}));
    let bench = told(vec![app]);
    let stored = format!("{:?}", ["applications", "syncs", "failures"].map(|name| bench.bodies(name)));
    for word in ["jane", "doe", "s3cret", "git.acme.test", "broke"] {
        assert!(!stored.contains(word), "`{word}` in {stored}");
    }
    assert_eq!(at(&bench.bodies("syncs")[0], "repository"), Some(&json!("acme/deploy")));
}

/// One application over three days: a failure and a second sync, then only a third sync, then nothing at all.
struct Forgetful(u32);

impl Wire for Forgetful {
    fn send<'a>(&'a self, request: &'a Request, _: Option<&'a str>) -> Sending<'a> {
        let mut app = application("retail", "shop-prod", "production");
        app["status"]["operationState"] = operation("Failed", &json!({"revision": SHA}));
        if self.0 > 0 {
            app["status"]["history"] = json!([entry(2, "2025-05-03T10:01:00Z", &json!({"automated": true}))]);
            app["status"]["operationState"] = operation("Succeeded", &json!({"revision": SHA}));
        }
        let is_there = self.0 < 2 && request.query("projects").as_deref() == Some("retail");
        let items = if is_there { vec![app] } else { Vec::new() };
        Box::pin(std::future::ready(Ok(ok(&json!({"items": items})))))
    }
}

fn pull_of(bench: &mut Bench, wire: &Forgetful) {
    let api = bench.settings.apis[0].clone();
    let names = std::collections::BTreeSet::new();
    let clock = std::rc::Rc::new(WallClock::new(1_748_779_200_000_000));
    let what = Pull {
        api: &api,
        wire,
        clock,
        known: &names,
        people_rules: "",
        reconcile: false,
        fresh: false,
        accept_gone: false,
    };
    let mut silent = |_| {};
    let mut pulled = std::pin::pin!(pull(&what, &mut bench.archive, &mut bench.people, &mut silent));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let done = (0..1_000).find_map(|_| match pulled.as_mut().poll(&mut context) {
        std::task::Poll::Ready(done) => Some(done),
        std::task::Poll::Pending => None,
    });
    done.expect("the answers are ready").expect("a pull");
}

#[test]
fn what_an_application_forgets_stays_a_deployment() {
    let mut bench = Bench::new(STUDY);
    let mut deployed = Vec::new();
    for day in 0..3 {
        pull_of(&mut bench, &Forgetful(day));
        let facts = bench.facts();
        let failed = facts.events.iter().filter(|event| event.outcome.as_deref() == Some("failure")).count();
        deployed.push((facts.events.len(), failed));
    }
    assert_eq!(deployed, [(3, 1), (4, 1), (4, 1)]);
}
