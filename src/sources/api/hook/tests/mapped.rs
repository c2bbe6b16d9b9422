//! Flux and senders of any kind, read by a mapping.

use serde_json::{Value, json};

use super::{offer, one, stored, told, us};
use crate::sources::api::hook::{Hook, Refused};
use crate::sources::api::recorded::{Bench, activities, caveats};
use crate::sources::api::secret::Token;

const FLUX: &str = r#"
[environments]
order = ["production"]
[[receivers]]
id = "flux"
kind = "flux"
path = "/hooks/flux"
unsigned = true
mapping = { values = { component = { shop-prod = "shop-api" } } }
"#;

const ANY: &str = r#"
[environments]
order = ["production"]
[[receivers]]
id = "any"
kind = "generic"
path = "/hooks/any"
unsigned = true
[receivers.mapping]
stream = "events"
columns = { at = "when", activity = "what", component = "service.name", by = "who", category = "kind" }
only = [{ column = "kind", matches = "^(deploy|docs|help)$" }]
classify = [{ column = "title", matches = "^Help", activity = "help.asked" }]
"#;

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

fn post(bench: &mut Bench, body: &Value) -> Result<bool, Refused> {
    offer(bench, &JSON, body.to_string().as_bytes())
}

fn flux(name: &str, reason: &str, revision: &str, at: &str) -> Value {
    json!({"involvedObject": {"kind": "Kustomization", "namespace": "apps", "name": name, "uid": "u-1"},
           "severity": "info", "timestamp": at, "reason": reason, "message": "Applied by Jane Doe",
           "metadata": {"revision": revision, "environment": "production"}, "reportingController": "k"})
}

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

#[test]
fn flux_means_the_same_sent_as_exported() {
    let mut bench = Bench::new(FLUX);
    let first = flux("shop-prod", "ReconciliationSucceeded", &format!("main@sha1:{SHA}"), "2025-01-01T10:00:00Z");
    assert_eq!(post(&mut bench, &first), Ok(true));
    assert_eq!(post(&mut bench, &first), Ok(false), "it has no id: its content is its key");
    let again = flux("shop-prod", "ReconciliationSucceeded", &format!("main@sha1:{SHA}"), "2025-01-01T10:10:00Z");
    assert_eq!(post(&mut bench, &again), Ok(true));
    assert_eq!(post(&mut bench, &flux("shop-prod", "Progressing", "main@sha1:x", "2025-01-01T10:11:00Z")), Ok(true));
    let facts = told(&bench);
    let event = one(&facts, "service.deployed");
    assert_eq!((event.at_us, event.outcome.as_deref()), (us("2025-01-01T10:00:00Z"), Some("success")));
    let of = |id: &str| facts.event_objects.iter().any(|link| link.object_id == id);
    assert!(of("component:shop-api") && of(&format!("commit:{SHA}")));
    let noted = caveats(&facts);
    assert!(noted.keys().any(|what| what.contains("said again")), "{noted:?}");
    assert!(noted.keys().any(|what| what.contains("`only` leaves out by `reason`")), "{noted:?}");
    assert!(!stored(&bench, &["rows"]).contains("Jane"), "a message is not kept");
}

#[test]
fn a_mapping_that_was_mistaken_can_be_mended_after_the_fact() {
    let mut bench = Bench::new(&FLUX.replace("shop-prod", "other"));
    let body = flux("shop-prod", "InstallFailed", "1.2.3", "2025-01-01T10:00:00Z");
    assert_eq!(post(&mut bench, &body), Ok(true));
    assert!(told(&bench).objects.iter().any(|object| object.name == "shop-prod"));
    bench.settings.receivers[0].mapping = Bench::new(FLUX).settings.receivers[0].mapping.clone();
    assert!(told(&bench).objects.iter().any(|object| object.name == "shop-api"));
}

#[test]
fn rows_of_any_sender_keep_fields_and_nothing_else() {
    let mut bench = Bench::new(ANY);
    let row = |kind: &str, title: &str| {
        json!({"when": "2025-01-01T10:00:00Z", "what": "docs.added", "service": {"name": "shop-api"},
               "who": "Jane Doe <jane@acme.test>", "kind": kind, "title": title, "body": "by Jane Doe"})
    };
    let rows = json!([row("docs", "x"), row("help", "Help Jane"), row("noise", "x")]);
    assert_eq!(post(&mut bench, &rows), Ok(true));
    assert_eq!(post(&mut bench, &rows), Ok(false));
    let facts = told(&bench);
    assert_eq!(activities(&facts).into_iter().collect::<Vec<_>>(), [("docs.added", 1), ("help.asked", 1)]);
    let docs = one(&facts, "docs.added");
    assert_eq!((docs.actor_id.as_deref(), docs.category.as_deref()), (Some("i-0"), Some("docs")));
    assert_eq!(docs.actor_id, one(&facts, "help.asked").actor_id);
    assert!(caveats(&facts).keys().any(|what| what.contains("by `kind`")));
    let all = stored(&bench, &["rows"]);
    assert!(!all.contains("Jane") && !all.contains("jane@") && !all.contains("Help"), "{all}");
}

#[test]
fn bad_rows_are_counted_and_hostile_ones_survive() {
    let mut bench = Bench::new(ANY);
    for (when, what) in
        [("yesterday", "docs.added"), ("2025-01-01T10:00:00Z", "no activity"), ("2025-01-01T10:00:00Z", "docs.added")]
    {
        let body =
            json!({"when": when, "what": what, "service": {"name": "\u{202E}'; drop table x; --"}, "kind": "docs"});
        assert_eq!(post(&mut bench, &body), Ok(true));
    }
    let nobody = json!({"when": "2025-01-01T10:00:00Z", "what": "docs.added", "who": "who\0i-1", "kind": "docs"});
    assert_eq!(post(&mut bench, &nobody), Ok(true));
    let facts = told(&bench);
    assert_eq!(activities(&facts)["docs.added"], 2);
    assert_eq!(
        facts.caveats.iter().filter(|caveat| caveat.kind == "bad-row").map(|caveat| caveat.count).sum::<i64>(),
        2
    );
    for body in [json!([]), json!([3]), json!("x"), json!(null)] {
        let empty = body.as_array().is_some_and(Vec::is_empty);
        assert_eq!(post(&mut bench, &body).is_ok(), empty, "{body}");
    }
    assert!(matches!(offer(&mut bench, &[("content-type", "text/csv")], b"a,b"), Err(Refused::MediaType(_))));
}

#[test]
fn a_mapping_that_cannot_be_meant_is_found_before_anybody_sends() {
    let bench = Bench::new(&ANY.replace("activity = \"what\"", "activty = \"what\""));
    let receiver = &bench.settings.receivers[0];
    let hook = Hook { receiver, secret: Token::None, settings: &bench.settings, known: &bench.names };
    assert!(matches!(hook.check(), Err(Refused::Setting(why)) if why.contains("activty")));
}

#[test]
fn a_rule_of_a_mapping_says_which_environment_a_run_deployed_to() {
    let study = |environments: &str| {
        format!(
            "[environments]\norder = [{environments}]\n[[receivers]]\nid = \"any\"\nkind = \"generic\"\npath = \"/hooks/any\"\n\
             unsigned = true\n[receivers.mapping]\nstream = \"pipeline-runs\"\n\
             columns = {{ id = \"id\", repository = \"of\", finished = \"when\" }}\n\
             classify = [{{ column = \"job\", matches = '^ship-(?<environment>.+)$', activity = \"service.deployed\" }}]\n"
        )
    };
    let mut bench = Bench::new(&study("\"euw-blue\", \"production\""));
    for (id, job) in ["ship-euw-blue", "ship-jane-doe", "build"].iter().enumerate() {
        let body = json!({"id": id.to_string(), "of": "shop-api", "when": "2025-01-01T10:00:00Z", "job": job});
        assert_eq!(post(&mut bench, &body), Ok(true));
    }
    assert!(!stored(&bench, &["rows"]).contains("jane"), "a name that nobody listed is not kept");
    let facts = told(&bench);
    assert_eq!(one(&facts, "service.deployed").environment.as_deref(), Some("euw-blue"));
    assert_eq!(activities(&facts)["pipelinerun.finished"], 1);
    assert!(caveats(&facts).keys().any(|what| what.contains("does not list were left out")), "{:?}", caveats(&facts));
    let door = |study: &str| {
        let bench = Bench::new(study);
        crate::sources::api::hook::door_of(&bench.settings.receivers[0], &bench.names, "")
    };
    assert_ne!(door(&study("\"euw-blue\", \"production\"")), door(&study("\"production\"")), "other names are kept");
}
