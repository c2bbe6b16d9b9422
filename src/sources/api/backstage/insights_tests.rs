//! Facts of Tech Insights.

use serde_json::{Value, json};

use super::insights;
use super::tests::{DAY, PUT_US, field, small_catalog};
use super::world::{STUDY, component, found, group};
use crate::archive::{Page, Put};
use crate::log::Micros;
use crate::sources::api::kept::{History, Kept};
use crate::sources::api::recorded::{Bench, caveats};
use crate::sources::api::stream::Ask;

/// Stores what was found out about `orders` by hand, as a pull at this time would; nothing: that it is there no more.
fn look(bench: &mut Bench, raw: Option<Value>, at_us: Micros) {
    let scope = "component:default/orders";
    let mut scratch = Bench::new(STUDY);
    scratch.put("facts", scope, raw);
    let bodies = scratch.bodies("facts").into_iter();
    let puts: Vec<Put> = bodies
        .map(|body| Put {
            stream: "facts",
            scope: scope.to_owned(),
            key: "latest".to_owned(),
            body: body.to_string(),
            since_us: Some(at_us),
        })
        .collect();
    let listed = Some((puts.iter().map(|put| put.key.clone()).collect(), at_us));
    bench.archive.store("api:x", "facts", scope, &Page { puts, listed, ..Page::default() }).expect("stored");
}

fn days(facts: &crate::log::Facts, name: &str) -> Vec<(i64, Option<String>)> {
    let told = field(facts, "component:orders", name).into_iter();
    told.map(|(at_us, value)| ((at_us - PUT_US) / DAY, value.map(str::to_owned))).collect()
}

#[test]
fn a_fact_is_a_field_for_as_long_as_it_holds() {
    let mut bench = Bench::new(STUDY);
    small_catalog(&mut bench, vec![component("orders", "payments", "group:default/payments")]);
    look(&mut bench, Some(found("orders", true, 0)), PUT_US);
    look(&mut bench, Some(found("orders", true, 1)), PUT_US + DAY);
    look(&mut bench, Some(found("orders", false, 2)), PUT_US + 2 * DAY);
    look(&mut bench, None, PUT_US + 3 * DAY);
    assert_eq!(bench.bodies("facts").len(), 2, "looks that find the same are one version");
    let facts = bench.facts();
    let of = |name: &str| days(&facts, &format!("facts.entityMetadataFactRetriever.{name}"));
    let yes = || Some("true".to_owned());
    assert_eq!(of("hasDescription"), [(0, yes()), (2, None)]);
    assert_eq!(of("hasTags"), [(0, yes()), (3, None)]);
    assert_eq!(of("hasTitle"), [], "coverage counts whatever is there, so what does not hold is not there");
}

#[test]
fn numbers_stay_and_texts_are_only_there() {
    let mut raw = json!({"acme": {"id": "acme", "facts": {
        "score": 85, "share": 0.5, "none": 0, "lead": "Jane Doe", "note": " ", "todo": "TBD", "tags": ["a"], "empty": [],
        "map": {"a": 1}, "bare": {}, "unknown": null, "when": "2025-06-01T03:17:00Z",
    }}, "broken": 7, "bare": {"facts": [1]}});
    insights::shape(&mut raw);
    let mut facts: Vec<(String, String)> = Vec::new();
    for fact in raw["facts"].as_array().expect("a list") {
        let text = |name: &str| fact[name].as_str().expect("a text").replace("facts.acme.", "");
        facts.push((text("name"), text("value")));
    }
    let facts: Vec<(&str, &str)> = facts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        facts,
        [
            ("lead", "(set)"),
            ("map", "(set)"),
            ("none", "0"),
            ("score", "85"),
            ("share", "0.5"),
            ("tags", "(set)"),
            ("todo", "TBD"),
            ("when", "(set)"),
        ]
    );
    for mut bad in [json!(null), json!([]), json!("x")] {
        insights::shape(&mut bad);
        assert_eq!(bad, Value::Null);
    }
}

#[test]
fn facts_are_asked_of_components_where_the_study_names_them() {
    let asked = |more: &str, entry: &Value| {
        let study = format!("[[apis]]\nid = \"x\"\nkind = \"backstage\"\nurl = \"https://fake.test\"\n{more}");
        let mut bench = Bench::new(&study);
        small_catalog(&mut bench, vec![entry.clone()]);
        let stored = bench.archive.records("api:x", "entities").expect("readable");
        let value = json!({});
        let history = History::default();
        let entry = Kept { key: &stored[0].key, scope: "", since_us: None, gone_us: None, value: &value, history };
        let ask = Ask { api: &bench.settings.apis[0], parent: Some(&entry), since: None, window: None };
        insights::ask(&ask).into_iter().map(|request| request.url).collect::<Vec<_>>()
    };
    let orders = component("orders", "payments", "group:default/payments");
    assert!(asked("", &orders).is_empty());
    assert!(asked("streams = [\"entities\"]", &orders).is_empty());
    assert!(asked("streams = [\"facts\"]", &group("payments")).is_empty());
    let head = "https://fake.test/api/tech-insights/facts/latest?entity=component%3Adefault%2Forders";
    assert_eq!(
        asked("streams = [\"facts\"]", &orders),
        [format!(
            "{head}&ids%5B%5D=entityMetadataFactRetriever&ids%5B%5D=entityOwnershipFactRetriever&ids%5B%5D=techdocsFactRetriever"
        )]
    );
    let own = asked("streams = [\"facts\"]\nquery = \"acme one, acme-two,\"", &orders);
    assert_eq!(own, [format!("{head}&ids%5B%5D=acme%20one&ids%5B%5D=acme-two")]);
}

#[test]
fn more_retrievers_than_one_request_holds_are_counted() {
    let many: Vec<String> = (0..21).map(|place| format!("r{place}")).collect();
    let mut bench = Bench::new(&STUDY.replace("streams =", &format!("query = \"{}\"\nstreams =", many.join(","))));
    small_catalog(&mut bench, vec![component("orders", "payments", "group:default/payments")]);
    look(&mut bench, Some(found("orders", true, 0)), PUT_US);
    let counted = caveats(&bench.facts());
    assert!(
        counted.keys().any(|what| what.starts_with("left-out: `facts`: `query` names more than 20")),
        "{counted:?}"
    );
}
