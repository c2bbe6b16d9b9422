//! What PagerDuty's records mean, on invented ones and on recorded ones, and how they are asked for.

use serde_json::{Value, json};

use super::queries;
use crate::sources::api::fake::{Fake, not_there, ok, target, with_headers};
use crate::sources::api::kept::{at, instant};
use crate::sources::api::recorded::{Bench, activities, caveats, rows};
use crate::sources::api::request::{Answer, Request};
use crate::sources::api::stream::Ask;

const STUDY: &str = r#"
[[repositories]]
name = "shop"
[[apis]]
id = "x"
kind = "pagerduty"
url = "https://fake.test"
exclude = ["sandbox"]
"#;

/// A small account: five incidents over two years, two to a page, one of which is resolved on day 1.
pub(in crate::sources::api) const FAKE: Fake = Fake { study: STUDY, answer };

fn user(id: &str, name: &str) -> Value {
    json!({"id": id, "type": "user_reference", "summary": name})
}

fn made(id: &str, created: &str, resolved: Option<&str>) -> Value {
    json!({
        "id": id, "type": "incident", "title": "shop is down, says Jane Doe", "created_at": created, "urgency": "high",
        "status": if resolved.is_some() { "resolved" } else { "triggered" },
        "last_status_change_at": resolved.unwrap_or(created), "resolved_at": resolved,
        "last_status_change_by": user("PUJANE1", "Jane Doe"),
        "service": {"id": "PSHOP01", "type": "service_reference", "summary": "shop"},
        "teams": [{"id": "PTEAM01", "type": "team_reference", "summary": "sea-otters"}],
    })
}

fn incidents(day: u32) -> Vec<Value> {
    let ended = (day > 0).then_some("2025-06-01T11:30:00Z");
    let mut all = vec![
        made("PI1", "2023-05-01T10:00:00Z", Some("2023-05-01T11:00:00Z")),
        made("PI2", "2023-05-02T10:00:00Z", Some("2023-05-02T10:30:00Z")),
        made("PI3", "2023-05-03T10:00:00Z", Some("2023-05-03T10:30:00Z")),
        made("PI4", "2025-02-01T10:00:00Z", ended),
    ];
    if day > 0 {
        all.push(made("PI5", "2025-06-01T11:00:00Z", None));
    }
    all
}

fn entries(incident: &Value) -> Vec<Value> {
    let created = &incident["created_at"];
    let service = json!({"id": "PSHOP01", "type": "service_reference", "summary": "shop"});
    let bob = user("PUBOB22", "Bob Roe");
    let mut all = vec![
        json!({"id": "RT", "type": "trigger_log_entry", "created_at": created, "agent": service}),
        json!({"id": "RA", "type": "acknowledge_log_entry", "created_at": created, "agent": bob}),
    ];
    if incident["status"] == "resolved" {
        let at = &incident["resolved_at"];
        all.push(
            json!({"id": "RR", "type": "resolve_log_entry", "created_at": at, "agent": user("PUJANE1", "Jane Doe")}),
        );
    }
    all
}

fn page(request: &Request, name: &str, all: &[Value]) -> Answer {
    let number = |field: &str| request.query(field).and_then(|text| text.parse::<usize>().ok());
    let (limit, offset) = (number("limit").unwrap_or(25).min(2), number("offset").unwrap_or(0));
    let shown: Vec<&Value> = all.iter().skip(offset).take(limit).collect();
    ok(&json!({name: shown, "limit": limit, "offset": offset, "more": offset + shown.len() < all.len(), "total": null}))
}

fn answer(request: &Request, day: u32) -> Answer {
    let path = target(request).split('?').next().unwrap_or_default();
    let all = incidents(day);
    if path == "/incidents" {
        assert_eq!(request.query("sort_by").as_deref(), Some("created_at:asc"), "else the newest come first");
        if request.query("date_range").as_deref() == Some("all") {
            return page(request, "incidents", &all);
        }
        let time = |field: &str| request.query(field).and_then(|text| instant(&Value::from(text)));
        let (Some(since), Some(until)) = (time("since"), time("until")) else {
            return with_headers(400, &json!({"error": {"message": "Invalid Input Provided"}}), &[]);
        };
        if until - since > 181 * 86_400_000_000 {
            return with_headers(
                400,
                &json!({"error": {"message": "The time range can't be more than 180 days"}}),
                &[],
            );
        }
        let within = |incident: &&Value| {
            at(incident, "created_at").and_then(instant).is_some_and(|at| since <= at && at < until)
        };
        return page(request, "incidents", &all.iter().filter(within).cloned().collect::<Vec<_>>());
    }
    let mut parts = path.trim_start_matches("/incidents/").split('/');
    let Some(incident) = all.iter().find(|incident| incident["id"].as_str() == path.split('/').nth(2)) else {
        return not_there();
    };
    match parts.nth(1) {
        Some("log_entries") => page(request, "log_entries", &entries(incident)),
        _ => ok(&json!({"incident": incident})),
    }
}

fn told(raws: Vec<Value>) -> Bench {
    let mut bench = Bench::new(STUDY);
    bench.put("incidents", "", raws);
    bench
}

#[test]
fn an_incident_is_detected_and_resolved_at_its_service_by_whoever_ended_it() {
    let mut bench = told(vec![made("PI1", "2025-05-01T10:00:00Z", Some("2025-05-01T11:00:00Z"))]);
    bench.put("log_entries", "PI1", entries(&made("PI1", "2025-05-01T10:00:00Z", Some("2025-05-01T11:00:00Z"))));
    let facts = bench.facts();
    let counted: Vec<_> = activities(&facts).into_iter().collect();
    assert_eq!(counted, [("incident.detected", 1), ("incident.resolved", 1), ("ticket.answered", 1)]);
    let end = facts.events.iter().find(|event| event.activity == "incident.resolved").expect("an end");
    assert_eq!((end.category.as_deref(), end.actor_id.is_some()), (Some("high"), true));
    let about: Vec<&str> = facts.event_objects.iter().map(|one| one.object_id.as_str()).collect();
    assert!(about.contains(&"component:shop") && about.contains(&"ticket:PI1"), "{about:?}");
    assert!(facts.object_links.iter().any(|link| link.to_id == "team:sea-otters"));
    assert_eq!(caveats(&facts).values().sum::<i64>(), 2, "trigger and end are the incident's own");
}

#[test]
fn an_end_without_its_own_time_is_the_last_change_of_status_and_an_open_one_has_none() {
    let mut old = made("PI1", "2025-05-01T10:00:00Z", Some("2025-05-01T11:00:00Z"));
    old["resolved_at"] = Value::Null;
    let bench = told(vec![old, made("PI2", "2025-05-01T10:00:00Z", None)]);
    assert_eq!(activities(&bench.facts())["incident.resolved"], 1);
    assert_eq!(activities(&bench.facts())["incident.detected"], 2);
}

#[test]
fn what_is_merged_left_out_or_broken_is_counted_with_its_reason() {
    let mut merged = made("PI1", "2025-05-01T10:00:00Z", Some("2025-05-01T11:00:00Z"));
    merged["resolve_reason"] = json!({"type": "merge_resolve_reason", "incident": {"id": "PI9"}});
    let mut sandbox = made("PI2", "2025-05-01T10:00:00Z", None);
    sandbox["service"]["summary"] = json!("sandbox");
    let hostile = json!({
        "id": "PI3", "created_at": "\u{202E}yesterday", "status": [], "service": "jane@acme.test", "teams": 7,
        "title": {"a": 1}, "last_status_change_by": "Jane Doe", "urgency": "jane@acme.test",
    });
    let huge = json!({"id": "PI4", "created_at": u64::MAX, "status": "resolved"});
    let mut endless = made("PI5", "2025-05-01T10:00:00Z", Some("2025-05-01T11:00:00Z"));
    endless["resolved_at"] = Value::Null;
    endless["last_status_change_at"] = Value::Null;
    let bench = told(vec![merged, sandbox, hostile, huge, endless]);
    let facts = bench.facts();
    assert!(facts.events.is_empty(), "{:?}", facts.events);
    assert_eq!(caveats(&facts).values().sum::<i64>(), 5, "{:?}", caveats(&facts));
    assert_eq!(facts.caveats.iter().filter(|caveat| caveat.kind == "bad-row").count(), 2);
}

#[test]
fn nobodys_name_is_stored_and_a_service_that_acts_is_nobody() {
    let mut by_service = made("PI1", "2025-05-01T10:00:00Z", Some("2025-05-01T11:00:00Z"));
    by_service["last_status_change_by"] = json!({"id": "PSHOP01", "type": "service_reference", "summary": "shop"});
    let mut bench = told(vec![by_service, made("PI2", "2025-05-01T10:00:00Z", None)]);
    bench.put("log_entries", "PI2", entries(&made("PI2", "2025-05-01T10:00:00Z", None)));
    let stored = format!("{:?}{:?}", bench.bodies("incidents"), bench.bodies("log_entries")).to_lowercase();
    for person in ["jane", "doe", "bob", "roe", "pujane1", "pubob22"] {
        assert!(!stored.contains(person), "`{person}` in {stored}");
    }
    let facts = bench.facts();
    let end = facts.events.iter().find(|event| event.activity == "incident.resolved").expect("an end");
    assert_eq!(end.actor_id, None);
}

fn api() -> crate::config::Api {
    Bench::new(STUDY).settings.apis[0].clone()
}

#[test]
fn stretches_begin_at_the_first_incident_and_end_with_the_present() {
    let api = api();
    let mut request = Some(queries::incidents(&Ask { api: &api, parent: None, since: None, window: None }).remove(0));
    let (mut seen, mut asked) = (Vec::new(), 0);
    while let Some(now) = request.take() {
        let answer = answer(&now, 1);
        assert_eq!(answer.status, 200, "{}", now.url);
        let items = answer.json().expect("JSON")["incidents"].as_array().expect("a list").clone();
        seen.extend(items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()));
        asked += 1;
        request = queries::more_incidents(&now, &answer, &items);
    }
    seen.dedup();
    assert_eq!(seen, ["PI1", "PI2", "PI3", "PI4", "PI5"]);
    // The first, two pages of 2023, and the stretches up to June 2025.
    assert_eq!(asked, 1 + 2 + 4);
}

#[test]
fn what_lies_deeper_than_a_list_goes_begins_a_new_stretch() {
    let now = Request::get(
        &api(),
        "/incidents",
        &[("since", "2025-01-01T00:00:00Z"), ("until", "2025-06-01T00:00:00Z"), ("limit", "100"), ("offset", "9900")],
    );
    let last = [json!({"created_at": "2025-03-01T00:00:00Z"})];
    let next = queries::more_incidents(&now, &ok(&json!({"more": true})), &last).expect("a next page");
    assert_eq!(next.query("offset").as_deref(), Some("0"));
    assert_eq!(next.query("since").as_deref(), Some("2025-03-01T00:00:00Z"));
}

#[test]
fn an_account_without_incidents_is_asked_once() {
    let api = api();
    let first = queries::incidents(&Ask { api: &api, parent: None, since: Some(0), window: None }).remove(0);
    assert_eq!(queries::more_incidents(&first, &ok(&json!({"incidents": [], "more": false})), &[]), None);
}

#[test]
fn recorded_incidents_are_told_or_counted_to_the_last() {
    let Some(rows) = rows("pagerduty___raw_pagerduty_incidents") else { return };
    assert_eq!(rows.len(), 3);
    let mut bench = Bench::new(STUDY);
    bench.put("incidents", "", rows.clone());
    for row in &rows {
        let id = row["id"].as_str().expect("an id");
        bench.put("log_entries", id, row["log_entries"].as_array().expect("entries").clone());
    }
    // 3 incidents and their 44 log entries.
    assert_eq!(bench.put, 47);
    let facts = bench.facts();
    let counted: Vec<_> = activities(&facts).into_iter().collect();
    assert_eq!(counted, [("incident.detected", 3), ("incident.resolved", 1), ("ticket.answered", 5)]);
    let caveats = caveats(&facts);
    assert_eq!(caveats.values().sum::<i64>() + 3 + 5, 47, "{caveats:?}");
    let end = facts.events.iter().find(|event| event.activity == "incident.resolved").expect("an end");
    // 2022-11-03T06:51:44Z, by a person, of low urgency.
    assert_eq!((end.at_us, end.category.as_deref()), (1_667_458_304_000_000, Some("low")));
    assert!(end.actor_id.is_some());
    let components: Vec<&str> =
        facts.objects.iter().filter(|object| object.object_type == "component").map(|one| one.name.as_str()).collect();
    assert_eq!(components.len(), 1);
    let stored = format!("{:?}{:?}", bench.bodies("incidents"), bench.bodies("log_entries")).to_lowercase();
    for row in &rows {
        for assignment in row["assignments"].as_array().into_iter().flatten() {
            let name = assignment["assignee"]["summary"].as_str().expect("a name").to_lowercase();
            assert!(!stored.contains(&name));
        }
    }
}
