//! Entries of one name in several namespaces.

use serde_json::{Value, json};

use super::tests::{DAY, PUT_US, links, small_catalog, version};
use super::world::{STUDY, component, group, run, task, user};
use crate::sources::api::recorded::{Bench, caveats};

fn within(namespace: &str, mut entry: Value) -> Value {
    entry["metadata"]["namespace"] = json!(namespace);
    entry
}

fn objects(bench: &Bench, kind: &str) -> Vec<String> {
    bench.facts().objects.into_iter().filter(|one| one.object_type == kind).map(|one| one.name).collect()
}

#[test]
fn a_name_that_two_namespaces_hold_is_two_components() {
    let mut bench = Bench::new(STUDY);
    let entries = vec![
        component("orders", "payments", "group:default/payments"),
        within("legacy", component("Orders", "payments", "group:legacy/payments")),
        within("legacy", component("carts", "payments", "group:legacy/payments")),
        within("a-b", component("search", "payments", "group:a-b/shipping")),
        within("a.b", component("search", "payments", "group:default/payments")),
        group("payments"),
        within("legacy", group("payments")),
        within("a-b", group("shipping")),
        user("u-1", "jane-doe", &["group:legacy/payments"]),
    ];
    small_catalog(&mut bench, entries);
    assert_eq!(objects(&bench, "component"), ["a-b/search", "a.b/search", "carts", "legacy/Orders", "orders"]);
    let facts = bench.facts();
    assert_eq!(
        links(&facts),
        [
            ("component:a-b/search", "owned_by", "team:shipping"),
            ("component:a.b/search", "owned_by", "team:Payments"),
            ("component:carts", "owned_by", "team:legacy/payments"),
            ("component:legacy/Orders", "owned_by", "team:legacy/payments"),
            ("component:orders", "owned_by", "team:Payments"),
        ]
    );
    let teams: Vec<&str> = facts.memberships.iter().map(|stay| stay.team_id.as_str()).collect();
    assert_eq!(teams, ["team:legacy/payments"]);
    let counted = caveats(&facts);
    let of = |kind: &str| {
        counted
            [&format!("unknown-name: `{kind}` entries whose name another namespace holds too: called NAMESPACE/NAME")]
    };
    assert_eq!((of("Component"), of("Group")), (3, 1));
}

#[test]
fn one_that_goes_away_deregisters_no_other_of_its_name() {
    let mut bench = Bench::new(STUDY);
    let (one, other) = ("component:default/orders", "component:legacy/orders");
    let owner = "group:default/payments";
    let first = Some(PUT_US);
    version(&mut bench, component("orders", "payments", owner), PUT_US, &[one], first);
    let legacy = within("legacy", component("orders", "payments", owner));
    version(&mut bench, legacy, PUT_US + DAY, &[one, other], first);
    version(&mut bench, component("orders", "payments", owner), PUT_US + 2 * DAY, &[one], first);
    let facts = bench.facts();
    let told: Vec<(&str, &str, i64)> = facts
        .events
        .iter()
        .map(|event| {
            let about = facts.event_objects.iter().find(|one| one.event_id == event.event_id).expect("about something");
            (about.object_id.as_str(), event.activity.as_str(), (event.at_us - PUT_US) / DAY)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("component:legacy/orders", "metadata.registered", 1),
            ("component:legacy/orders", "metadata.deregistered", 2)
        ]
    );
}

#[test]
fn a_run_is_of_the_template_and_makes_the_component_that_its_references_say() {
    let mut bench = Bench::new(STUDY);
    let template = |namespace: &str| {
        within(namespace, json!({"kind": "Template", "metadata": {"name": "New-Service"}, "spec": {"type": "service"}}))
    };
    let owner = "group:default/payments";
    let orders = component("orders", "payments", owner);
    small_catalog(&mut bench, vec![template("default"), template("legacy"), orders.clone(), within("legacy", orders)]);
    let mut of_legacy = task("b", "completed", 60);
    of_legacy["spec"]["templateInfo"]["entityRef"] = json!("template:legacy/new-service");
    bench.put("tasks", "", [task("a", "completed", 0), of_legacy]);
    bench.put("task-events", "a", run(1, 0, false));
    let mut events = run(2, 60, false);
    events[5]["body"]["output"]["entityRef"] = json!("component:legacy/orders");
    bench.put("task-events", "b", events);
    let facts = bench.facts();
    let made: Vec<_> = links(&facts).into_iter().filter(|(_, how, _)| *how == "made_from").collect();
    assert_eq!(
        made,
        [
            ("component:legacy/orders", "made_from", "template:legacy/New-Service"),
            ("component:orders", "made_from", "template:New-Service"),
        ]
    );
}
