//! What ServiceNow's rows mean, on invented ones: no rows were recorded from a real instance.

use serde_json::{Value, json};

use super::queries;
use crate::sources::api::fake::{Fake, not_there, target, with_headers};
use crate::sources::api::recorded::{Bench, activities, caveats};
use crate::sources::api::request::{Answer, Request};
use crate::sources::api::stream::Ask;

#[path = "instance.rs"]
mod instance;

const STUDY: &str = r#"
[[repositories]]
name = "shop"
[[apis]]
id = "x"
kind = "servicenow"
url = "https://fake.test"
user = "reader"
query = "active=true^NQactive=false^ORDERBYnumber"
[[apis.classify]]
column = "category"
matches = "^outage$"
activity = "incident.detected"
[[apis.classify]]
column = "cat_item.name"
matches = "^Access"
activity = "access.requested"
"#;

/// A small instance: lists of several pages, one row that access rules hide.
pub(in crate::sources::api) const FAKE: Fake = Fake { study: STUDY, answer: instance::answer };

fn incident(id: &str, state: &str, more: &Value) -> Value {
    let mut row = json!({
        "sys_id": id, "number": format!("INC{id}"), "opened_at": "2025-05-01 10:00:00", "sys_created_by": "jane-doe",
        "sys_created_on": "2025-05-01 10:00:01", "sys_updated_on": "2025-05-02 10:00:00", "state": state,
        "active": "true", "short_description": "shop is slow for Jane Doe", "closed_at": "", "resolved_at": "",
        "assignment_group.name": "sea-otters", "opened_by.user_name": "jane-doe", "opened_by.email": "jane@acme.test",
        "opened_by.name": "Jane Doe", "business_service.name": "shop", "cmdb_ci.name": "jane-doe-laptop",
        "cmdb_ci.sys_class_name": "cmdb_ci_computer", "category": "software",
    });
    for (name, value) in more.as_object().expect("fields") {
        row[name] = value.clone();
    }
    row
}

fn step(id: &str, own: &str, at: &str, by: &str, (name, from, to): (&str, &str, &str)) -> Value {
    json!({
        "sys_id": own, "documentkey": id, "fieldname": name, "oldvalue": from, "newvalue": to, "user": by,
        "sys_created_on": at,
    })
}

const CLOSED: &str = r#"{"resolved_at": "2025-05-03 10:00:00", "resolved_by.user_name": "bob-roe", "active": "false"}"#;

fn closed() -> Value {
    serde_json::from_str(CLOSED).expect("JSON")
}

fn counted(bench: &Bench) -> Vec<(String, usize)> {
    activities(&bench.facts()).into_iter().map(|(name, count)| (name.to_owned(), count)).collect()
}

fn pairs(expected: &[(&str, usize)]) -> Vec<(String, usize)> {
    expected.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

#[test]
fn an_incident_is_a_ticket_that_its_own_row_closes_where_the_audit_does_not() {
    let mut bench = Bench::new(STUDY);
    bench.put("incident", "", [incident("1", "6", &closed()), incident("2", "2", &json!({}))]);
    assert_eq!(counted(&bench), pairs(&[("ticket.closed", 1), ("ticket.created", 2)]));
    let facts = bench.facts();
    let end = facts.events.iter().find(|event| event.activity == "ticket.closed").expect("an end");
    assert_eq!((end.at_us, end.outcome.as_deref()), (1_746_266_400_000_000, Some("done")));
    assert!(end.actor_id.is_some());
    assert!(facts.object_links.iter().any(|link| link.to_id == "team:sea-otters"));
    let components: Vec<&str> =
        facts.objects.iter().filter(|one| one.object_type == "component").map(|one| one.name.as_str()).collect();
    assert_eq!(components, ["shop"], "a laptop is no component");
}

#[test]
fn a_closed_incident_is_closed_once_by_the_audit_where_it_holds_the_end() {
    let mut bench = Bench::new(STUDY);
    bench.put("incident", "", [incident("1", "7", &closed())]);
    bench.put(
        "incident_audit",
        "",
        [
            step("1", "a1", "2025-05-01 10:00:01", "jane-doe", ("assignment_group", "", "g1")),
            step("1", "a2", "2025-05-01 11:00:00", "bob-roe", ("assigned_to", "", "u2")),
            step("1", "a3", "2025-05-01 11:00:00", "bob-roe", ("state", "1", "2")),
            step("1", "a4", "2025-05-03 10:00:00", "bob-roe", ("state", "2", "6")),
            step("1", "a5", "2025-05-06 10:00:00", "system", ("state", "6", "7")),
        ],
    );
    let expected = [
        ("ticket.answered", 1),
        ("ticket.assigned", 2),
        ("ticket.closed", 1),
        ("ticket.created", 1),
        ("ticket.updated", 2),
    ];
    assert_eq!(counted(&bench), pairs(&expected));
    let facts = bench.facts();
    let end = facts.events.iter().find(|event| event.activity == "ticket.closed").expect("an end");
    assert_eq!((end.at_us, end.outcome.as_deref()), (1_746_266_400_000_000, Some("done")));
    let answer = facts.events.iter().find(|event| event.activity == "ticket.answered").expect("an answer");
    assert_eq!(answer.at_us, 1_746_097_200_000_000, "the first act of somebody else");
    let by_system = facts.events.iter().filter(|event| event.actor_id.is_none()).count();
    assert_eq!(by_system, 1, "the system is nobody");
}

/// Ids of groups, as the audit holds them.
const OTTERS: &str = "0123456789abcdef0123456789abcdef";
const HERONS: &str = "abcdef0123456789abcdef0123456789";

/// To whom a ticket was sent, from when and to when, in hours after eight in the morning of 2025-05-01.
fn sent(bench: &Bench) -> Vec<(String, i64, Option<i64>)> {
    let hours = |at_us: i64| (at_us - 1_746_086_400_000_000) / 3_600_000_000;
    let links = bench.facts().object_links.into_iter().filter(|link| link.qualifier == "sent_to");
    let mut sent: Vec<_> =
        links.map(|link| (link.to_id, hours(link.valid_from_us), link.valid_to_us.map(hours))).collect();
    sent.sort_by_key(|(_, from, _)| *from);
    sent
}

fn lay_with(team: &str, from: i64, to: Option<i64>) -> (String, i64, Option<i64>) {
    (format!("team:{team}"), from, to)
}

#[test]
fn a_ticket_lies_with_each_group_for_as_long_as_the_audit_says() {
    let mut bench = Bench::new(STUDY);
    let now = json!({"assignment_group.sys_id": OTTERS, "assignment_group.name": "sea-otters"});
    bench.put("incident", "", [incident("1", "2", &now)]);
    let names = [(OTTERS, "sea-otters"), (HERONS, "herons")];
    bench.put("sys_user_group", "", names.map(|(id, name)| json!({"sys_id": id, "name": name})));
    bench.put(
        "incident_audit",
        "",
        [
            step("1", "a1", "2025-05-01 12:00:00", "bob-roe", ("assignment_group", HERONS, "")),
            step("1", "a2", "2025-05-01 13:00:00", "bob-roe", ("assignment_group", "", OTTERS)),
            step("1", "a3", "2025-05-01 14:00:00", "bob-roe", ("assignment_group", OTTERS, HERONS)),
            step("1", "a4", "2025-05-01 16:00:00", "bob-roe", ("assignment_group", HERONS, OTTERS)),
        ],
    );
    let expected = [
        lay_with("herons", 2, Some(4)),
        lay_with("sea-otters", 5, Some(6)),
        lay_with("herons", 6, Some(8)),
        lay_with("sea-otters", 8, None),
    ];
    assert_eq!(sent(&bench), expected);
}

#[test]
fn a_group_whose_name_is_not_known_is_counted_and_the_row_tells_what_the_audit_does_not() {
    let mut bench = Bench::new(STUDY);
    let now = json!({"assignment_group.sys_id": OTTERS, "assignment_group.name": "sea-otters"});
    let by_row = json!({"assignment_group.sys_id": null, "assignment_group.name": "sea-otters"});
    let alone = json!({"assignment_group.name": ""});
    bench.put("incident", "", [incident("1", "2", &now), incident("2", "2", &by_row), incident("3", "2", &alone)]);
    bench.put(
        "incident_audit",
        "",
        [
            step("1", "a1", "2025-05-01 12:00:00", "bob-roe", ("assignment_group", "Jane's friends", HERONS)),
            step("2", "a2", "2025-05-01 12:00:00", "bob-roe", ("assignment_group", "", OTTERS)),
        ],
    );
    // The first row was changed on the next day at ten, and lay with the otters then.
    assert_eq!(sent(&bench), [lay_with("sea-otters", 4, None), lay_with("sea-otters", 26, None)]);
    let unknown = caveats(&bench.facts()).into_iter().find(|(what, _)| what.starts_with("unknown-team"));
    assert_eq!(unknown.expect("counted").1, 2);
    assert!(!format!("{:?}", bench.bodies("incident_audit")).contains("Jane"), "what is no id is not kept");
}

#[test]
fn groups_are_asked_for_whatever_their_age_where_an_audit_is_read() {
    let api = |more: &str| Bench::new(&STUDY.replace("user =", &format!("{more}\nuser ="))).settings.apis[0].clone();
    let since = api("since = 2024-01-01");
    let ask = |since_us| queries::groups(&Ask { api: &since, parent: None, since: since_us, window: None });
    let query = |requests: Vec<Request>| requests[0].query("sysparm_query").expect("a query");
    assert!(!query(ask(since.since_us)).contains("sys_updated_on>="));
    assert!(query(ask(Some(1_746_093_600_000_000))).contains("sys_updated_on>=2025-05-01 10:00:00"));
    let rows = api("streams = [\"incident\"]");
    assert!(queries::groups(&Ask { api: &rows, parent: None, since: None, window: None }).is_empty());
}

#[test]
fn an_audit_that_lost_the_end_leaves_it_to_the_row() {
    let mut bench = Bench::new(STUDY);
    bench.put("incident", "", [incident("1", "7", &closed())]);
    bench.put("incident_audit", "", [step("1", "a5", "2025-05-06 10:00:00", "bob-roe", ("state", "6", "7"))]);
    assert_eq!(activities(&bench.facts())["ticket.closed"], 1);
}

#[test]
fn a_comment_by_another_answers_and_others_are_counted() {
    let mut bench = Bench::new(STUDY);
    bench.put("incident", "", [incident("1", "2", &json!({}))]);
    bench.put(
        "incident_audit",
        "",
        [
            step("1", "a1", "2025-05-01 10:30:00", "jane-doe", ("comments", "", "please")),
            step("1", "a2", "2025-05-01 11:00:00", "bob-roe", ("comments", "", "Jane, look")),
            step("1", "a3", "2025-05-01 12:00:00", "bob-roe", ("comments", "", "again")),
            step("1", "a4", "2025-05-01 12:00:00", "bob-roe", ("assigned_to", "u2", "")),
        ],
    );
    assert_eq!(counted(&bench), pairs(&[("ticket.answered", 1), ("ticket.created", 1), ("ticket.updated", 1)]));
    assert_eq!(caveats(&bench.facts()).values().sum::<i64>(), 2);
}

#[test]
fn an_incident_is_an_outage_only_where_a_rule_says_so() {
    let mut bench = Bench::new(STUDY);
    let mut outage = closed();
    outage["category"] = json!("outage");
    outage["priority"] = json!("1");
    bench.put("incident", "", [incident("1", "6", &outage)]);
    bench.put("incident_audit", "", [step("1", "a4", "2025-05-03 10:00:00", "bob-roe", ("state", "2", "6"))]);
    assert_eq!(counted(&bench), pairs(&[("incident.detected", 1), ("incident.resolved", 1)]));
    let facts = bench.facts();
    assert_eq!(facts.events[0].category.as_deref(), Some("p1"));
    assert_eq!(caveats(&facts).values().sum::<i64>(), 1);
}

#[test]
fn a_request_is_told_by_its_items_and_alone_where_they_are_not_read() {
    let request = json!({
        "sys_id": "r1", "number": "REQ1", "opened_at": "2025-05-01 10:00:00", "request_state": "closed_rejected",
        "closed_at": "2025-05-02 10:00:00", "active": "false", "sys_created_by": "jane-doe",
    });
    let item = json!({
        "sys_id": "i1", "number": "RITM1", "opened_at": "2025-05-01 10:00:00", "state": "3", "active": "false",
        "closed_at": "2025-05-02 10:00:00", "cat_item.name": "Access to a database", "sys_created_by": "jane-doe",
    });
    let mut bench = Bench::new(STUDY);
    bench.put("sc_request", "", [request.clone()]);
    bench.put("sc_req_item", "", [item]);
    let both = [("access.granted", 1), ("access.requested", 1), ("ticket.closed", 1), ("ticket.created", 1)];
    assert_eq!(counted(&bench), pairs(&both));
    let mut alone = Bench::new(&STUDY.replace("user =", "streams = [\"sc_request\"]\nuser ="));
    alone.put("sc_request", "", [request]);
    let facts = alone.facts();
    let end = facts.events.iter().find(|event| event.activity == "ticket.closed").expect("an end");
    assert_eq!(end.outcome.as_deref(), Some("declined"));
}

#[test]
fn a_change_request_means_its_own_states() {
    let mut bench = Bench::new(STUDY);
    let mut row = incident("1", "4", &json!({"number": "CHG1", "active": "false", "closed_at": "2025-05-02 10:00:00"}));
    row["cmdb_ci.name"] = json!("basket");
    row["cmdb_ci.sys_class_name"] = json!("cmdb_ci_service_discovered");
    bench.put("change_request", "", [row]);
    bench.put(
        "change_request_audit",
        "",
        [
            step("1", "a1", "2025-05-01 12:00:00", "bob-roe", ("state", "-5", "-4")),
            step("1", "a2", "2025-05-02 10:00:00", "bob-roe", ("state", "-4", "4")),
        ],
    );
    let facts = bench.facts();
    let end = facts.events.iter().find(|event| event.activity == "ticket.closed").expect("an end");
    assert_eq!(
        (facts.events.iter().filter(|one| one.activity == "ticket.closed").count(), end.outcome.as_deref()),
        (1, Some("declined"))
    );
    assert!(facts.objects.iter().any(|object| object.object_id == "component:basket"));
}

#[test]
fn a_state_of_the_companys_own_ends_by_the_time_of_the_row() {
    let mut bench = Bench::new(STUDY);
    let row = incident("1", "42", &json!({"active": "false", "closed_at": "2025-05-02 10:00:00"}));
    let reopened = incident("2", "2", &json!({"resolved_at": "2025-05-02 10:00:00"}));
    bench.put("incident", "", [row, reopened]);
    let facts = bench.facts();
    assert_eq!(activities(&facts)["ticket.closed"], 1, "one that was opened again is open");
}

#[test]
fn what_is_broken_is_counted() {
    let mut bench = Bench::new(STUDY);
    bench.put(
        "incident",
        "",
        [
            incident("1", "2", &json!({"number": Value::Null})),
            incident("2", "2", &json!({"opened_at": "\u{202E}soon"})),
            incident("3", "2", &json!({"opened_at": [], "sys_created_on": ""})),
            incident("4", "999999999999999999999", &json!({"assignment_group.name": "jane@acme.test", "opened_by": 7})),
        ],
    );
    bench.put(
        "incident_audit",
        "",
        [
            step("4", "a1", "2025-05-01 10:00:00", "jane@acme.test", ("state", "\u{202E}", "x")),
            step("9", "a2", "2025-05-01 10:00:00", "bob-roe", ("state", "1", "2")),
            step("4", "a3", "when it was", "bob-roe", ("state", "1", "2")),
        ],
    );
    let facts = bench.facts();
    assert_eq!(activities(&facts)["ticket.created"], 1);
    assert_eq!(caveats(&facts).values().sum::<i64>(), 5, "{:?}", caveats(&facts));
    assert!(!facts.objects.iter().any(|object| object.object_type == "team"), "an address is no team");
}

#[test]
fn nobodys_name_is_stored_nor_what_a_field_was_changed_from_and_to() {
    let mut bench = Bench::new(STUDY);
    bench.put("incident", "", [incident("1", "6", &closed())]);
    bench.put(
        "incident_audit",
        "",
        [
            step("1", "a1", "2025-05-01 11:00:00", "bob-roe", ("assigned_to", "", "Bob Roe")),
            step("1", "a2", "2025-05-01 11:00:00", "bob-roe", ("comments", "", "ask Jane Doe")),
        ],
    );
    let stored = format!("{:?}{:?}", bench.bodies("incident"), bench.bodies("incident_audit")).to_lowercase();
    for person in ["jane", "doe", "bob", "roe", "acme.test", "laptop"] {
        assert!(!stored.contains(person), "`{person}` in {stored}");
    }
}

fn first() -> Request {
    let api = Bench::new(STUDY).settings.apis[0].clone();
    queries::incident(&Ask { api: &api, parent: None, since: Some(1_746_093_600_000_000), window: None }).remove(0)
}

fn counts(total: usize) -> Answer {
    with_headers(200, &json!({"result": []}), &[("x-total-count", &total.to_string())])
}

#[test]
fn the_studys_condition_holds_on_every_page_and_its_order_on_none() {
    let asked = first().query("sysparm_query").expect("a query");
    assert_eq!(
        asked,
        "active=true^sys_idISNOTEMPTY^sys_updated_on>=2025-05-01 10:00:00^NQactive=false^sys_idISNOTEMPTY\
         ^sys_updated_on>=2025-05-01 10:00:00^ORDERBYsys_updated_on^ORDERBYsys_id"
    );
    let row = json!({"sys_id": "ab", "sys_updated_on": "2025-05-02 10:00:00"});
    let next = queries::more_by_update(&first(), &counts(7), std::slice::from_ref(&row)).expect("a next page");
    let after = "sys_updated_on>=2025-05-02 10:00:00^sys_updated_on>2025-05-02 10:00:00^ORsys_id>ab";
    assert_eq!(
        next.query("sysparm_query").expect("a query"),
        format!(
            "active=true^sys_idISNOTEMPTY^{after}^NQactive=false^sys_idISNOTEMPTY^{after}\
             ^ORDERBYsys_updated_on^ORDERBYsys_id"
        )
    );
    let third = queries::more_by_update(&next, &counts(7), &[row]).expect("a third page");
    assert_eq!(third.query("sysparm_query"), next.query("sysparm_query"), "what came before is taken out");
}

#[test]
fn a_short_page_is_not_the_last_and_a_hidden_page_is_passed() {
    let row = json!({"sys_id": "ab", "sys_updated_on": "2025-05-02 10:00:00"});
    assert!(queries::more_by_update(&first(), &counts(2), std::slice::from_ref(&row)).is_some());
    assert_eq!(queries::more_by_update(&first(), &counts(1), std::slice::from_ref(&row)), None);
    let hidden = queries::more_by_update(&first(), &counts(1_500), &[]).expect("there is more behind");
    assert_eq!(hidden.query("sysparm_offset").as_deref(), Some("1000"));
    assert_eq!(queries::more_by_update(&hidden, &counts(1_500), &[]), None);
    let uncounted = with_headers(200, &json!({"result": []}), &[]);
    assert!(queries::more_by_update(&first(), &uncounted, &[row]).is_some());
    assert_eq!(queries::more_by_update(&first(), &uncounted, &[]), None);
}

#[test]
fn a_list_that_the_instance_breaks_off_goes_on_in_smaller_pages() {
    let row = json!({"sys_id": "ab", "sys_updated_on": "2025-05-02 10:00:00"});
    let broken = with_headers(200, &json!({"result": [row], "error": {"message": "Transaction cancelled"}}), &[]);
    let next = queries::more_by_update(&first(), &broken, &[row]).expect("the rest");
    assert_eq!(next.query("sysparm_limit").as_deref(), Some("500"));
    assert!(next.query("sysparm_query").expect("a query").contains("sys_id>ab"));
    let least = first().with("sysparm_limit", "10");
    assert_eq!(
        queries::more_by_update(&least, &broken, &[]).map(|next| next.name()),
        Some(least.name()),
        "stops loudly"
    );
}

#[test]
fn every_row_that_is_not_hidden_is_seen_once_over_all_pages() {
    let api = Bench::new(STUDY).settings.apis[0].clone();
    let mut request = Some(queries::incident(&Ask { api: &api, parent: None, since: None, window: None }).remove(0));
    let mut seen = Vec::new();
    while let Some(now) = request.take() {
        let answer = instance::answer(&now, 0);
        let rows = answer.json().expect("JSON")["result"].as_array().expect("rows").clone();
        seen.extend(rows.iter().map(|row| row["sys_id"].as_str().expect("an id").to_owned()));
        request = queries::more_by_update(&now, &answer, &rows);
    }
    assert_eq!(seen, ["i1", "i2", "i4", "i5", "i6"], "`i3` is hidden; two were changed in one second");
}

#[test]
fn an_instance_answers_only_for_its_tables() {
    assert_eq!(instance::answer(&first().with("sysparm_query", "x~1"), 0).status, 400);
    let elsewhere = Request { url: "https://fake.test/api/now/table/cmn_location".to_owned(), ..first() };
    assert_eq!(
        (target(&elsewhere).starts_with('/'), instance::answer(&elsewhere, 0).status),
        (true, not_there().status)
    );
}
