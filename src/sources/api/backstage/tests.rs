use std::path::Path;

use serde_json::{Value, json};

use super::world::{FAKE, STUDY, clock, component, group, location, run, task, user};
use crate::archive::{Page, Put};
use crate::log::{Facts, Micros};
use crate::sources::api::recorded::{Bench, activities, caveats};

/// What the bench says is the time that it puts versions.
pub(super) const PUT_US: Micros = 1_700_000_000_000_000;
pub(super) const DAY: Micros = 86_400_000_000;

pub(super) fn small_catalog(bench: &mut Bench, entities: Vec<Value>) {
    bench.put("entities", "", entities);
}

/// Owners and their answers, in the forms that the server gives them.
fn owners(bench: &mut Bench, named: &[&str], found: &[&str]) {
    let facet: Vec<Value> = named.iter().map(|value| json!({"value": value, "count": 1})).collect();
    bench.put("owners", "", [json!({"relations.ownedBy": facet})]);
    let answers = found.iter().map(|name| json!({"kind": "Group", "metadata": {"namespace": "default", "name": name}}));
    bench.put("owner-groups", "owners", answers.chain([Value::Null]));
}

pub(super) fn links(facts: &Facts) -> Vec<(&str, &str, &str)> {
    let mut links: Vec<_> = facts
        .object_links
        .iter()
        .map(|link| (link.from_id.as_str(), link.qualifier.as_str(), link.to_id.as_str()))
        .collect();
    links.sort_unstable();
    links
}

pub(super) fn field<'f>(facts: &'f Facts, object: &str, field: &str) -> Vec<(Micros, Option<&'f str>)> {
    let found = facts.object_changes.iter().filter(|change| change.object_id == object && change.field == field);
    found.map(|change| (change.at_us, change.value.as_deref())).collect()
}

/// Stores one version of an entity by hand, as a pull at this time would.
pub(super) fn version(bench: &mut Bench, raw: Value, at_us: Micros, listed: &[&str], whole_us: Option<Micros>) {
    let mut scratch = Bench::new(STUDY);
    small_catalog(&mut scratch, vec![raw]);
    let records = scratch.archive.records("api:x", "entities").expect("readable");
    let puts = records.into_iter().map(|record| Put {
        stream: "entities",
        scope: String::new(),
        key: record.key,
        body: record.body,
        since_us: Some(at_us),
    });
    let mark = json!({"since_us": null, "whole": true, "whole_us": whole_us}).to_string();
    let listed = Some((listed.iter().map(|key| (*key).to_owned()).collect(), at_us));
    let page = Page { puts: puts.collect(), bookmark: Some(mark), listed, ..Page::default() };
    bench.archive.store("api:x", "entities", "", &page).expect("stored");
}

#[test]
fn an_entry_is_told_with_the_names_that_catalog_files_have() {
    let mut bench = Bench::new(STUDY);
    owners(&mut bench, &["group:default/payments"], &["payments"]);
    small_catalog(&mut bench, vec![component("orders", "payments", "group:default/payments"), group("payments")]);
    let facts = bench.facts();
    let told: Vec<(&str, &str)> = facts
        .object_changes
        .iter()
        .filter(|change| change.object_id == "component:orders")
        .map(|change| (change.field.as_str(), change.value.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(
        told,
        [
            ("@present", "true"),
            ("description", "(set)"),
            ("docs", "(set)"),
            ("lifecycle", "production"),
            ("metadata.annotations.acme.test/contact", "(set)"),
            ("metadata.labels.tier", "(set)"),
            ("metadata.tags", "(set)"),
            ("owner", "payments"),
            ("repository", "acme/orders"),
            ("system", "shop"),
            ("type", "service"),
        ]
    );
    // The study calls the group otherwise.
    assert_eq!(links(&facts), [("component:orders", "owned_by", "team:Payments")]);
    assert!(facts.objects.iter().any(|object| object.object_id == "team:Payments"));
    // What the first pull found may be much older: nobody registered it then.
    assert!(facts.events.is_empty());
}

#[test]
fn an_owner_that_is_not_there_owns_nothing_and_is_counted() {
    let mut bench = Bench::new(STUDY);
    owners(&mut bench, &["group:default/payments", "group:default/ghosts", "user:default/jane-doe"], &["payments"]);
    let entries = vec![
        component("orders", "Payments", "group:default/payments"),
        component("carts", "ghosts", "group:default/ghosts"),
        component("search", "ghosts", "group:default/ghosts"),
        component("mine", "user:default/jane-doe", "user:default/jane-doe"),
    ];
    small_catalog(&mut bench, entries);
    let facts = bench.facts();
    assert_eq!(links(&facts), [("component:orders", "owned_by", "team:Payments")]);
    assert_eq!(field(&facts, "component:carts", "owner"), [(PUT_US, Some("ghosts"))]);
    assert_eq!(field(&facts, "component:mine", "owner"), [(PUT_US, Some("(set)"))]);
    let counted = caveats(&facts);
    let unknown: Vec<_> = counted.iter().filter(|(what, _)| what.starts_with("unknown-team")).collect();
    assert_eq!(unknown.iter().map(|(_, count)| **count).collect::<Vec<_>>(), [2, 1], "{unknown:?}");
    // The owners, the group that was answered, and the null that stands for the others.
    assert_eq!(counted["tells-nothing: `owners`: owners tell by what they own"], 1);
    assert_eq!(counted["tells-nothing: `owner-groups`: owners tell by what they own"], 2);
}

#[test]
fn without_the_check_the_listing_says_which_groups_there_are() {
    let mut bench = Bench::new(STUDY);
    let entries = vec![
        component("orders", "shipping", "group:default/shipping"),
        component("carts", "ghosts", "group:default/ghosts"),
        group("Shipping"),
    ];
    small_catalog(&mut bench, entries);
    assert_eq!(links(&bench.facts()), [("component:orders", "owned_by", "team:Shipping")]);
}

#[test]
fn a_user_is_memberships_of_groups_that_are_there() {
    let mut bench = Bench::new(STUDY);
    let entries = vec![
        group("payments"),
        user("u-1", "jane-doe", &["group:default/payments", "group:default/ghosts"]),
        user("u-2", "bob-roe", &[]),
    ];
    small_catalog(&mut bench, entries);
    let facts = bench.facts();
    let stays: Vec<_> =
        facts.memberships.iter().map(|stay| (stay.team_id.as_str(), stay.from_us, stay.to_us)).collect();
    assert_eq!(stays, [("team:Payments", Micros::MIN, None)]);
    let counted = caveats(&facts);
    assert_eq!(counted["unknown-team: memberships of a group that the catalog does not hold: left out"], 1);
    assert_eq!(counted["tells-nothing: `entities`: users of no group"], 1);
    let observed = facts.observations.iter().find(|seen| seen.stream == "memberships").expect("it speaks");
    assert_eq!((observed.from_us, observed.to_us), (PUT_US, PUT_US));
    assert!(facts.objects.iter().all(|object| object.object_type != "catalog"));
}

#[test]
fn an_entry_changes_hands_and_goes_and_comes_back() {
    let mut bench = Bench::new(STUDY);
    let key = "component:default/orders";
    let (one, other) = ("group:default/payments", "group:default/shipping");
    let first = Some(PUT_US);
    owners(&mut bench, &[one, other], &["payments", "shipping"]);
    version(&mut bench, component("orders", "payments", one), PUT_US, &[key], first);
    let mut changed = component("orders", "shipping", other);
    changed["metadata"]["description"] = Value::Null;
    version(&mut bench, changed.clone(), PUT_US + DAY, &[key], first);
    version(&mut bench, component("carts", "payments", one), PUT_US + 2 * DAY, &["component:default/carts"], first);
    version(&mut bench, changed, PUT_US + 3 * DAY, &[key, "component:default/carts"], first);
    let facts = bench.facts();
    let told: Vec<(&str, Micros)> =
        facts.events.iter().map(|event| (event.activity.as_str(), (event.at_us - PUT_US) / DAY)).collect();
    assert_eq!(
        told,
        [
            ("metadata.registered", 2),
            ("metadata.deregistered", 2),
            ("ownership.changed", 1),
            ("metadata.registered", 3),
        ]
    );
    assert!(facts.events[0].event_id.ends_with(&format!("carts:metadata.registered:{}", PUT_US + 2 * DAY)));
    let owned: Vec<_> = facts
        .object_links
        .iter()
        .filter(|link| link.from_id == "component:orders")
        .map(|link| {
            (link.to_id.as_str(), (link.valid_from_us - PUT_US) / DAY, link.valid_to_us.map(|to| (to - PUT_US) / DAY))
        })
        .collect();
    assert_eq!(owned, [("team:Payments", 0, Some(1)), ("team:shipping", 1, Some(2)), ("team:shipping", 3, None)]);
    let described: Vec<_> = field(&facts, "component:orders", "description")
        .into_iter()
        .map(|(at, value)| ((at - PUT_US) / DAY, value))
        .collect();
    assert_eq!(described, [(0, Some("(set)")), (1, None)]);
    let present: Vec<_> = field(&facts, "component:orders", "@present")
        .into_iter()
        .map(|(at, value)| ((at - PUT_US) / DAY, value))
        .collect();
    assert_eq!(present, [(0, Some("true")), (1, Some("true")), (2, None), (3, Some("true"))]);
}

#[test]
fn what_a_first_pull_in_two_tries_found_was_there_before() {
    let mut bench = Bench::new(STUDY);
    let later = PUT_US + DAY;
    version(
        &mut bench,
        component("orders", "payments", "group:default/payments"),
        PUT_US,
        &["component:default/orders"],
        None,
    );
    let both = ["component:default/orders", "component:default/carts"];
    version(&mut bench, component("carts", "payments", "group:default/payments"), later, &both, Some(later));
    assert!(bench.facts().events.is_empty());
}

#[test]
fn orphans_and_errors_are_counted_and_are_fields() {
    let mut bench = Bench::new(STUDY);
    let mut orphan = component("carts", "payments", "group:default/payments");
    orphan["metadata"]["annotations"]["backstage.io/orphan"] = json!("true");
    let mut warned = component("search", "payments", "group:default/payments");
    warned["status"] = json!({"items": [{"level": "warning", "type": "x", "error": {"name": "Slow"}}]});
    small_catalog(
        &mut bench,
        vec![orphan, warned, group("payments"), location(&["NotFoundError", "NotFoundError", "InputError"])],
    );
    let facts = bench.facts();
    let counted = caveats(&facts);
    let broken: Vec<_> = counted.iter().filter(|(what, _)| what.starts_with("catalog-problem")).collect();
    assert_eq!(broken.len(), 2, "{counted:?}");
    assert!(broken.iter().all(|(_, count)| **count == 1));
    assert!(broken.iter().any(|(what, _)| what.ends_with("InputError, NotFoundError")));
    assert_eq!(field(&facts, "component:carts", "orphan"), [(PUT_US, Some("true"))]);
    assert_eq!(
        field(&facts, "catalog:Location/default/root", "processing_error"),
        [(PUT_US, Some("InputError, NotFoundError"))]
    );
    assert!(field(&facts, "component:search", "processing_error").is_empty());
}

#[test]
fn a_placeholder_stays_one() {
    let mut bench = Bench::new(STUDY);
    let mut entry = component("orders", "TBD", "group:default/tbd");
    entry["metadata"]["description"] = json!(" TBD ");
    small_catalog(&mut bench, vec![entry]);
    let facts = bench.facts();
    assert_eq!(field(&facts, "component:orders", "description"), [(PUT_US, Some("TBD"))]);
    assert_eq!(field(&facts, "component:orders", "owner"), [(PUT_US, Some("TBD"))]);
}

#[test]
fn a_run_is_told_with_its_steps_and_what_came_of_it() {
    let mut bench = Bench::new(STUDY);
    bench.put(
        "tasks",
        "",
        [
            task("a", "completed", 0),
            task("b", "failed", 100),
            task("c", "processing", 200),
            task("d", "completed", 300),
        ],
    );
    bench.put("task-events", "a", run(1, 0, false));
    bench.put("task-events", "b", run(2, 100, true));
    let facts = bench.facts();
    assert_eq!(
        activities(&facts),
        [("pipelinerun.finished", 2), ("template.run", 2)].into_iter().collect::<std::collections::BTreeMap<_, _>>()
    );
    let at = |seconds: usize| crate::sources::api::kept::instant(&json!(clock(seconds))).expect("a time");
    let runs: Vec<_> = facts.events.iter().filter(|event| event.activity == "template.run").collect();
    let seen: Vec<_> = runs
        .iter()
        .map(|event| (event.began_us, event.at_us, event.outcome.as_deref(), event.category.as_deref()))
        .collect();
    assert_eq!(
        seen,
        [
            (Some(at(0)), at(9), Some("success"), None),
            (Some(at(100)), at(109), Some("failure"), Some("failed-at:fetch"))
        ]
    );
    assert!(runs.iter().all(|event| event.actor_id.is_some() && event.channel.as_deref() == Some("ui")));
    let steps: Vec<_> = facts
        .events
        .iter()
        .filter(|event| event.activity == "pipelinerun.finished")
        .map(|event| {
            (event.category.as_deref(), event.at_us - event.began_us.unwrap_or_default(), event.outcome.as_deref())
        })
        .collect();
    assert_eq!(
        steps,
        [(Some("step:fetch"), 4_000_000, Some("success")), (Some("step:fetch"), 4_000_000, Some("failure"))]
    );
    assert_eq!(links(&facts), [("component:orders", "made_from", "template:New-Service")]);
    let about = |event: &str| -> Vec<&str> {
        let found = facts.event_objects.iter().filter(|one| one.event_id == format!("api:x:{event}:template.run"));
        found.map(|one| one.object_id.as_str()).collect()
    };
    assert_eq!(about("a"), ["template:New-Service", "pipelinerun:a", "component:orders", "repository:orders"]);
    assert_eq!(about("b"), ["template:New-Service", "pipelinerun:b"]);
    assert_eq!(field(&facts, "pipelinerun:a", "asserted_minutes_saved"), [(at(9), Some("240"))]);
    let counted = caveats(&facts);
    assert_eq!(counted["tells-nothing: `tasks`: runs that have not ended"], 1);
    assert_eq!(counted["tells-nothing: `tasks`: runs whose end is not recorded"], 1);
    assert_eq!(counted["tells-nothing: `task-events`: messages of runs"], 2);
    assert_eq!(bench.bodies("task-events").len(), 10, "messages of a run are one record");
}

#[test]
fn a_run_that_was_tried_again_counts_by_its_last_try() {
    let mut bench = Bench::new(STUDY);
    bench.put("tasks", "", [task("a", "completed", 0)]);
    bench.put("task-events", "a", run(1, 0, true).into_iter().chain(run(2, 50, false)));
    let facts = bench.facts();
    let told: Vec<_> = facts
        .events
        .iter()
        .map(|event| (event.activity.as_str(), event.outcome.as_deref(), event.category.as_deref()))
        .collect();
    assert_eq!(
        told,
        [("pipelinerun.finished", Some("success"), Some("step:fetch")), ("template.run", Some("success"), None)]
    );
}

#[test]
fn the_repository_that_was_picked_counts_where_no_output_names_one() {
    let mut bench = Bench::new(STUDY);
    bench.put("tasks", "", [task("a", "completed", 0)]);
    let mut events = run(1, 0, false);
    events[5]["body"] = json!({"message": "done", "output": {"links": [{"url": "https://ci.acme.test/job/orders"}]}});
    bench.put("task-events", "a", events);
    let facts = bench.facts();
    assert!(facts.event_objects.iter().any(|one| one.object_id == "repository:acme/picked"));
    assert!(links(&facts).is_empty());
}

#[test]
fn a_claim_that_is_no_duration_is_counted_and_not_kept() {
    let mut bench = Bench::new(STUDY);
    let mut claimed = task("a", "completed", 0);
    claimed["spec"]["templateInfo"]["entity"]["metadata"]["annotations"]["backstage.io/time-saved"] =
        json!("2 hours, ask jane-doe");
    let mut guest = task("b", "completed", 60);
    guest["createdBy"] = json!("user:development/guest");
    bench.put("tasks", "", [claimed, guest]);
    bench.put("task-events", "a", run(1, 0, false));
    bench.put("task-events", "b", run(2, 60, false));
    let facts = bench.facts();
    assert!(field(&facts, "pipelinerun:a", "asserted_minutes_saved").is_empty());
    assert!(caveats(&facts).keys().any(|what| what.starts_with("bad-row: `tasks`: `backstage.io/time-saved`")));
    let guest = facts.events.iter().find(|event| event.event_id.ends_with(":b:template.run")).expect("told");
    assert_eq!(guest.actor_id, None);
}

#[test]
fn hostile_records_are_told_or_counted() {
    let mut bench = Bench::new(STUDY);
    let long = "x".repeat(70_000);
    let entries = vec![
        json!({"kind": "Component", "metadata": {"name": "a"}}),
        json!({"kind": "Component", "metadata": {"name": "b", "annotations": [1], "labels": "x", "tags": {}, "links": null}, "spec": null, "relations": {}, "status": []}),
        json!({"kind": "Component", "metadata": {"name": "c\u{202E}", "description": long, "annotations": {"github.com/project-slug": "jane-doe@acme.test"}}, "spec": {"owner": {"a": 1}, "type": 7, "lifecycle": "jane.doe@acme.test", "system": ["x"]}, "relations": [null, {"type": "ownedBy"}, {"type": "ownedBy", "targetRef": 5}, {"type": "ownedBy", "targetRef": "::/"}]}),
        json!({"kind": "User", "metadata": {"name": "jane-doe", "uid": 18_446_744_073_709_551_615_u64}, "spec": {"profile": []}, "relations": [{"type": "memberOf", "targetRef": "user:default/jane-doe"}]}),
        json!({"kind": "Group", "metadata": {"name": "g", "namespace": null}}),
    ];
    small_catalog(&mut bench, entries);
    let facts = bench.facts();
    let present = facts.object_changes.iter().filter(|change| change.field == "@present").count();
    assert_eq!(present, 4);
    assert_eq!(caveats(&facts)["tells-nothing: `entities`: users of no group"], 1);
    assert_eq!(field(&facts, "component:c\u{202E}", "lifecycle"), [(PUT_US, Some("(set)"))]);

    let mut bench = Bench::new(STUDY);
    let mut tasks: Vec<Value> = (0..5).map(|number| task(&format!("t{number}"), "completed", 0)).collect();
    tasks[0]["createdAt"] = json!("yesterday");
    tasks[1]["status"] = json!(null);
    tasks[2]["spec"] = json!("none");
    tasks[3]["createdBy"] = json!({"ref": 1});
    tasks[4]["spec"]["parameters"] = json!([{"repoUrl": 1}]);
    bench.put("tasks", "", tasks);
    for task in ["t3", "t4"] {
        let mut events = run(1, 0, false);
        events[1]["createdAt"] = Value::Null;
        events[4]["body"] = json!([]);
        events[5]["body"]["output"] =
            json!({"links": [null, {"url": 1}], "entityRef": "user:default/jane-doe", "remoteUrl": "https://"});
        bench.put("task-events", task, events);
    }
    let facts = bench.facts();
    let counted = caveats(&facts);
    assert_eq!(activities(&facts)["template.run"], 2);
    assert!(!activities(&facts).contains_key("pipelinerun.finished"), "a step without its begin has no time");
    for what in ["`createdAt`: not a time", "`status`: missing", "`template`: missing"] {
        assert_eq!(counted[&format!("bad-row: `tasks`: {what}")], 1);
    }
    assert_eq!(counted["bad-row: `task-events`: `createdAt`: missing"], 2);
}

#[test]
fn entries_without_a_name_have_no_key() {
    for mut raw in [
        json!(null),
        json!([]),
        json!({"kind": "Component"}),
        json!({"kind": 1, "metadata": {"name": {}}}),
        json!({"kind": "User", "metadata": {"name": "jane-doe"}}),
    ] {
        super::shape::entity(&mut raw);
        assert_eq!(raw, Value::Null);
    }
}

#[test]
fn nobody_of_the_fixture_stands_in_a_stored_record() {
    let mut bench = Bench::new(STUDY);
    let entries = vec![
        component("orders", "user:default/jane-doe", "user:default/jane-doe"),
        component("carts", "jane-doe@acme.test", "group:default/payments"),
        group("payments"),
        user("u-1", "jane-doe", &["group:default/payments"]),
        user("u-2", "bob-roe", &["group:default/payments"]),
        location(&["NotFoundError"]),
    ];
    small_catalog(&mut bench, entries);
    owners(&mut bench, &["user:default/jane-doe", "group:default/payments"], &["payments"]);
    bench.put("tasks", "", [task("a", "completed", 0), task("b", "failed", 100)]);
    bench.put("task-events", "a", run(1, 0, false));
    bench.put("task-events", "b", run(2, 100, true));
    let facts = bench.facts();
    let mut all = format!("{facts:?}");
    for stream in ["entities", "owners", "owner-groups", "tasks", "task-events"] {
        for record in bench.archive.records("api:x", stream).expect("readable") {
            all.extend([record.key, record.body]);
        }
    }
    let all = all.to_lowercase();
    for word in ["jane", "doe", "bob", "roe", "jdoe", "@acme.test"] {
        assert!(!all.contains(word), "`{word}` in {all}");
    }
    assert_eq!(FAKE.study, STUDY);
}

/// What a real server answered, where the folder that holds it is there.
fn sample(name: &str) -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../shared/backstage-peer/samples/{name}.json"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: the answer `{name}` of a real server, which is absent");
        return None;
    };
    Some(serde_json::from_str(&text).expect("JSON"))
}

fn list(value: &Value, pointer: &str) -> Vec<Value> {
    value.pointer(pointer).and_then(Value::as_array).cloned().expect("a list")
}

#[test]
fn answers_of_a_real_catalog_are_told() {
    let names = ["by-query_p1", "by-query_p2", "entity-facets", "by-refs", "orphan"];
    let Some(answers) = names.map(sample).into_iter().collect::<Option<Vec<Value>>>() else { return };
    let mut bench = Bench::new(STUDY);
    let mut entities: Vec<Value> = answers[..2].iter().flat_map(|page| list(page, "/items")).collect();
    assert_eq!(entities.len(), 40);
    bench.put("owners", "", [answers[2]["facets"].clone()]);
    bench.put("owner-groups", "owners", list(&answers[3], "/items"));
    // The orphan stands in another answer; it takes the place of its earlier version.
    let orphans = answers[4].as_array().expect("a list").clone();
    entities.retain(|entity| orphans.iter().all(|orphan| orphan["metadata"]["name"] != entity["metadata"]["name"]));
    let count = entities.len() + orphans.len();
    small_catalog(&mut bench, entities.into_iter().chain(orphans).collect());
    let facts = bench.facts();
    let present = facts.object_changes.iter().filter(|change| change.field == "@present").count();
    assert_eq!(present, count);
    let counted = caveats(&facts);
    let ghosts = counted.iter().find(|(what, _)| what.starts_with("unknown-team: `Component`")).expect("counted");
    assert_eq!(*ghosts.1, 14, "{counted:?}");
    assert_eq!(facts.object_links.len(), 26);
    assert!(facts.object_links.iter().all(|link| link.to_id == "team:Payments"));
    assert_eq!(counted.iter().filter(|(what, _)| what.contains("orphans")).map(|(_, count)| *count).sum::<i64>(), 1);
}

#[test]
fn answers_of_a_real_scaffolder_are_told() {
    let names = ["tasks", "tasks_createdby", "task_failed", "task_events", "task_failed_events", "task"];
    let Some(answers) = names.map(sample).into_iter().collect::<Option<Vec<Value>>>() else { return };
    let mut bench = Bench::new(STUDY);
    bench.put("tasks", "", answers[..3].iter().flat_map(|page| list(page, "/tasks")).chain([answers[5].clone()]));
    for events in &answers[3..5] {
        let events = list(events, "");
        let task = events[0]["taskId"].as_str().expect("an id").to_owned();
        bench.put("task-events", &task, events);
    }
    let facts = bench.facts();
    let told: Vec<_> = facts
        .events
        .iter()
        .map(|event| {
            (event.category.as_deref(), event.outcome.as_deref(), event.at_us - event.began_us.unwrap_or_default())
        })
        .collect();
    assert_eq!(
        told,
        [
            (Some("step:log"), Some("success"), 0),
            (Some("step:fetch"), Some("success"), 0),
            (Some("step:wait"), Some("success"), 2_000_000),
            (None, Some("success"), 2_000_000),
            (Some("step:boom"), Some("failure"), 0),
            (Some("failed-at:boom"), Some("failure"), 0),
        ]
    );
    let counted = caveats(&facts);
    assert_eq!(counted["tells-nothing: `tasks`: runs whose end is not recorded"], 2);
    assert_eq!(counted["tells-nothing: `task-events`: messages of runs"], 2);
    assert_eq!(bench.people.0, ["alice"]);
}
