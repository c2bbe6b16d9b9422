//! What Jira's records mean, on invented ones.

use serde_json::{Value, json};

use crate::archive::Page;
use crate::log::{Event, Facts};
use crate::sources::api::recorded::{Bench, activities, caveats};

const STUDY: &str = r#"
[[repositories]]
name = "shop-api"
[[apis]]
id = "x"
kind = "jira-cloud"
url = "https://fake.test"
zone = "Europe/Berlin"
team = "platform"
exclude = ["HR"]
streams = ["reader", "statuses", "issues", "history", "comments", "requests", "slas"]
[[apis.classify]]
column = "fields.summary"
matches = "^Access"
activity = "access.requested"
"#;

fn person(id: &str, name: &str) -> Value {
    json!({"accountId": id, "displayName": name, "accountType": "atlassian", "emailAddress": format!("{id}@acme.test")})
}

fn jane() -> Value {
    person("j-17", "Jane Doe")
}

fn bob() -> Value {
    person("b-18", "Bob Roe")
}

fn day(day: u32) -> String {
    format!("2025-01-{day:02}T10:00:00.000+0100")
}

fn status(id: u32, by: &Value, from: &str, to: &str, at: u32) -> Value {
    json!({"id": id.to_string(), "author": by, "created": day(at), "items": [
        {"field": "status", "fieldtype": "jira", "from": from, "fromString": "Irgendwas", "to": to, "toString": "Etwas"}]})
}

fn said(id: u32, by: &Value, at: u32) -> Value {
    json!({"id": id.to_string(), "author": by, "created": day(at), "body": "Jane Doe, please look"})
}

fn issue(histories: &[Value], comments: &[Value]) -> Value {
    json!({
        "id": "7", "key": "PLAT-3", "changelog": {"total": histories.len(), "histories": histories},
        "fields": {
            "summary": "Access to `shop-api` for Jane Doe", "labels": ["shop-api", "jane-doe"],
            "components": [{"name": "shop", "lead": {"displayName": "Bob Roe"}}],
            "description": "Jane Doe writes", "assignee": bob(), "reporter": jane(), "creator": bob(),
            "issuetype": {"name": "Task"}, "project": {"key": "PLAT", "projectTypeKey": "service_desk"},
            "status": {"id": "1", "statusCategory": {"key": "new"}}, "created": day(1), "updated": day(9),
            "comment": {"total": comments.len(), "comments": comments},
        },
    })
}

fn bench() -> Bench {
    let mut bench = Bench::new(STUDY);
    let known = |id: &str, key: &str| json!({"id": id, "name": "Jane Doe prüft", "statusCategory": {"key": key}});
    bench.put("statuses", "", [known("1", "new"), known("3", "indeterminate"), known("9", "done")]);
    bench
}

fn facts_of(issue: Value) -> Facts {
    let mut bench = bench();
    bench.put("issues", "", [issue]);
    bench.facts()
}

fn only<'f>(facts: &'f Facts, activity: &str) -> &'f Event {
    let mut found = facts.events.iter().filter(|event| event.activity == activity);
    let event = found.next().unwrap_or_else(|| panic!("no {activity}"));
    assert!(found.next().is_none(), "{activity} is told once");
    event
}

#[test]
fn a_status_closes_by_its_category_whatever_it_is_called() {
    let facts = facts_of(issue(&[status(2, &bob(), "3", "9", 5), status(1, &bob(), "1", "3", 3)], &[]));
    let (answered, closed) = (only(&facts, "ticket.answered"), only(&facts, "ticket.closed"));
    assert_eq!(closed.at_us - answered.at_us, 2 * 86_400_000_000);
    assert_eq!(closed.outcome, None, "no resolution and no word that is known");
    assert_eq!(only(&facts, "ticket.created").category.as_deref(), Some("Task"));
    assert_eq!(activities(&facts)["access.granted"], 1, "closed and not declined");
    let linked = |id: &str, qualifier: &str| {
        facts.object_links.iter().any(|link| link.to_id == id && link.qualifier == qualifier)
    };
    assert!(
        linked("team:platform", "sent_to")
            && linked("component:shop", "mentions")
            && linked("component:shop-api", "mentions")
    );
    assert!(!linked("component:jane-doe", "mentions"), "a label may name a person");
    assert!(facts.event_objects.iter().any(|link| link.object_id == "ticket:PLAT-3"));
}

#[test]
fn a_resolution_says_how_a_ticket_ended() {
    let mut closing = status(2, &bob(), "1", "9", 5);
    closing["items"]
        .as_array_mut()
        .unwrap()
        .push(json!({"field": "resolution", "fieldtype": "jira", "from": null, "to": "10001", "toString": "Won't Do"}));
    let facts = facts_of(issue(&[closing], &[]));
    assert_eq!(only(&facts, "ticket.closed").outcome.as_deref(), Some("declined"));
    assert!(!activities(&facts).contains_key("access.granted"));
}

#[test]
fn a_ticket_is_answered_by_somebody_else_who_is_no_bot_and_in_the_open() {
    let mut app = said(2, &person("app-1", "Automation for Jira"), 2);
    app["author"]["accountType"] = json!("app");
    let mut note = said(3, &bob(), 3);
    note["jsdPublic"] = json!(false);
    let mut restricted = said(4, &bob(), 4);
    restricted["visibility"] = json!({"type": "role", "value": "Team"});
    let facts =
        facts_of(issue(&[], &[said(1, &jane(), 2), app, note, restricted, said(5, &bob(), 6), said(6, &bob(), 7)]));
    let answered = only(&facts, "ticket.answered");
    assert_eq!(answered.at_us - only(&facts, "ticket.created").at_us, 5 * 86_400_000_000);
}

#[test]
fn a_ticket_that_was_reopened_waits_and_is_closed_again() {
    let histories = [
        status(1, &jane(), "1", "9", 2),
        status(2, &jane(), "9", "1", 3),
        status(3, &bob(), "1", "3", 4),
        status(4, &bob(), "3", "9", 5),
    ];
    let facts = facts_of(issue(&histories, &[]));
    let told = activities(&facts);
    assert_eq!((told["ticket.closed"], told["ticket.reopened"], told["ticket.answered"]), (2, 1, 1));
    let ids: Vec<&str> = facts.events.iter().map(|event| event.event_id.as_str()).collect();
    assert!(ids.contains(&"api:x:PLAT-3:ticket.closed"), "the first closing keeps its id when there is a second");
    assert!(caveats(&facts).keys().all(|caveat| !caveat.starts_with("clock-skew")));
}

#[test]
fn an_assignment_is_told_and_nobody_that_it_names_is_kept() {
    let given = json!({"id": "1", "author": bob(), "created": day(2), "items": [
        {"field": "assignee", "fieldtype": "jira", "from": "j-17", "fromString": "Jane Doe", "to": "z-1", "toString": "Zoë Zett"},
        {"field": "description", "fieldtype": "jira", "from": null, "fromString": "Jane", "to": null, "toString": "Zoë"}]});
    let taken = json!({"id": "2", "author": bob(), "created": day(3), "items": [
        {"field": "assignee", "fieldtype": "jira", "from": "z-1", "fromString": "Zoë Zett", "to": null, "toString": null}]});
    let mut bench = bench();
    bench.put("issues", "", [issue(&[taken, given], &[said(9, &bob(), 4)])]);
    bench.put("history", "7", [status(3, &bob(), "1", "3", 5)]);
    bench.put("comments", "7", [said(10, &jane(), 5)]);
    bench.put("reader", "", [json!({"accountId": "j-17", "displayName": "Jane Doe", "timeZone": "Europe/Berlin"})]);
    let facts = bench.facts();
    only(&facts, "ticket.assigned");
    let bodies = ["reader", "statuses", "issues", "history", "comments"].map(|stream| bench.bodies(stream));
    let stored = format!("{facts:?}{bodies:?}").to_lowercase();
    for word in ["jane", "doe", "zoë", "zett", "bob", "roe", "j-17", "b-18", "z-1", "acme.test", "please", "writes"] {
        assert!(!stored.contains(word), "{word}");
    }
}

#[test]
fn changes_and_comments_that_arrive_twice_are_told_once() {
    let mut bench = bench();
    bench.put("issues", "", [issue(&[status(2, &bob(), "3", "9", 5)], &[said(8, &jane(), 2)])]);
    bench.put("history", "7", [status(1, &bob(), "1", "3", 3), status(2, &bob(), "3", "9", 5)]);
    bench.put("comments", "7", [said(8, &jane(), 2), said(9, &bob(), 4)]);
    let facts = bench.facts();
    only(&facts, "ticket.closed");
    only(&facts, "ticket.updated");
    only(&facts, "ticket.answered");
    assert_eq!(caveats(&facts).values().sum::<i64>(), 3, "the statuses, and nothing else");
}

#[test]
fn a_list_is_asked_for_where_a_search_may_have_cut_it_off() {
    let many: Vec<Value> = (0..20).map(|id| status(id, &bob(), "1", "3", 2)).collect();
    let mut few = issue(&[status(1, &bob(), "1", "3", 2)], &[]);
    few["changelog"]["total"] = json!(2);
    few["fields"]["comment"]["total"] = json!(1);
    let mut bench = bench();
    bench.put(
        "issues",
        "",
        [issue(&many, &[]), issue(&many[..19], &[]), few].into_iter().zip(1..).map(|(mut issue, id)| {
            issue["id"] = json!(id.to_string());
            issue
        }),
    );
    let more: Vec<(Value, Value)> = bench
        .bodies("issues")
        .iter()
        .map(|body| (body["more_history"].clone(), body["more_comments"].clone()))
        .collect();
    let (yes, no) = (json!(true), json!(false));
    assert_eq!(more, [(yes.clone(), no.clone()), (no.clone(), no), (yes.clone(), yes)]);
}

#[test]
fn an_issue_that_no_change_ends_ends_by_its_fields() {
    let mut done = issue(&[], &[]);
    done["fields"]["status"] = json!({"id": "9", "statusCategory": {"key": "done"}});
    done["fields"]["resolution"] = json!({"name": "Duplicate"});
    let untimed = facts_of(done.clone());
    assert!(!activities(&untimed).contains_key("ticket.closed"), "no time is made up");
    done["fields"]["resolutiondate"] = json!(day(4));
    let facts = facts_of(done);
    let closed = only(&facts, "ticket.closed");
    assert_eq!((closed.outcome.as_deref(), closed.actor_id.as_deref()), (Some("declined"), None));
}

#[test]
fn a_status_that_jira_no_longer_knows_closes_by_its_word() {
    let mut closing = status(1, &bob(), "1", "55", 5);
    closing["items"][0]["toString"] = json!("Resolved");
    assert_eq!(only(&facts_of(issue(&[closing], &[])), "ticket.closed").outcome.as_deref(), Some("done"));
}

#[test]
fn a_service_desk_tells_the_type_of_a_request_and_that_it_was_answered() {
    let stop = |at: i64| {
        json!([
        {"id": "1", "name": "Time to first response", "completedCycles": [{"stopTime": {"epochMillis": at}}]},
        {"id": "2", "name": "Time to resolution", "completedCycles": [{"stopTime": {"epochMillis": 1}}]}])
    };
    let told = |histories: &[Value], at: i64| {
        let mut bench = bench();
        bench.put("issues", "", [issue(histories, &[])]);
        bench.put(
            "requests",
            "7",
            [json!({"issueId": "7", "requestType": {"name": "Get access"}, "reporter": jane()})],
        );
        bench.put("slas", "7", stop(at).as_array().cloned().unwrap());
        bench.facts()
    };
    // 2025-01-02, 10:00 in Berlin.
    let at = 1_735_808_400_000;
    let facts = told(&[], at);
    let answered = only(&facts, "ticket.answered");
    assert_eq!((answered.at_us, answered.actor_id.as_deref()), (at * 1_000, None));
    assert_eq!(answered.category.as_deref(), Some("Get access"));
    let ended = told(&[status(1, &jane(), "1", "9", 2)], at);
    assert!(!activities(&ended).contains_key("ticket.answered"), "the clock stopped because the request ended");
    let closed = told(&[status(1, &bob(), "1", "9", 2)], at);
    assert!(!activities(&closed).contains_key("ticket.answered"), "the closing says it");
    let moved = told(&[status(1, &jane(), "1", "3", 2)], at);
    assert!(!activities(&moved).contains_key("ticket.answered"), "it stopped by what whoever asked did");
}

#[test]
fn a_project_that_is_left_out_tells_nothing() {
    let mut left_out = issue(&[], &[]);
    left_out["fields"]["project"]["key"] = json!("HR");
    let facts = facts_of(left_out);
    assert!(facts.events.is_empty());
    assert_eq!(
        caveats(&facts)["tells-nothing: `issues`: an issue of a project that `include` and `exclude` leave out"],
        1
    );
}

#[test]
fn a_reader_in_another_zone_is_told() {
    let zone_of = |zone: Value| {
        let mut bench = bench();
        bench.put("reader", "", [json!({"timeZone": zone})]);
        caveats(&bench.facts()).into_keys().find(|caveat| caveat.contains("zone")).expect("a word on it")
    };
    assert!(zone_of(json!("Europe/Paris")).starts_with("tells-nothing"), "the same clock under another name");
    let other = zone_of(json!("Asia/Shanghai"));
    assert!(other.contains("and not by another"), "{other}");
    for bad in [json!(null), json!(7), json!("Middle/Earth")] {
        assert!(zone_of(bad).starts_with("bad-row"));
    }
}

#[test]
fn hostile_issues_are_counted_and_break_nothing() {
    let mut bench = bench();
    let mut odd =
        issue(&[json!(null), json!({"id": 5, "items": [{"field": "status"}, null, 7]})], &[json!("text"), json!({})]);
    odd["id"] = json!("11");
    odd["fields"]["reporter"] = json!("\u{202e}jane@acme.test");
    odd["fields"]["labels"] = json!([null, 7, {"a": 1}]);
    odd["fields"]["components"] = json!([null, {"name": "jane@acme.test"}, {"name": 99_999_999_999_i64}]);
    let empty = json!({"id": "12"});
    let no_key = json!({"id": "13", "key": "Jane Doe-1", "fields": {"created": day(1)}});
    let no_time = json!({"id": "14", "key": "PLAT-14", "fields": {"created": "yesterday"}});
    let huge =
        json!({"id": u64::MAX, "key": "PLAT-99999999999999999999", "fields": {"created": i64::MAX, "comment": 7}});
    bench.put("issues", "", [odd, empty, no_key, no_time, huge]);
    bench.put("history", "404", [json!({"id": "1"})]);
    let facts = bench.facts();
    let counted = caveats(&facts);
    assert_eq!(counted["bad-row: `issues`: `key`: not the key of an issue"], 2);
    assert_eq!(counted["bad-row: `issues`: `fields.created`: not a time"], 2);
    assert_eq!(counted["bad-row: `issues`: changes or comments without a time"], 3);
    assert_eq!(counted["bad-row: `history`: `issue`: unknown"], 1);
    assert_eq!(activities(&facts)["ticket.created"], 1);
    let stored = format!("{:?}{facts:?}", bench.bodies("issues")).to_lowercase();
    assert!(!stored.contains("jane@") && !stored.contains("acme.test"));
}

#[test]
fn those_who_deleted_their_accounts_are_not_one_person() {
    let former = |id: &str| json!({"accountId": id, "displayName": "Former user"});
    let mut issue = issue(&[], &[said(1, &former("unknown"), 2)]);
    issue["fields"]["reporter"] = former("unknown");
    issue["fields"]["creator"] = former("f-1");
    let facts = facts_of(issue);
    assert!(only(&facts, "ticket.created").actor_id.is_some(), "whoever made it is known by the id");
    assert!(!activities(&facts).contains_key("ticket.answered"), "nobody that is known spoke");
}

#[test]
fn nobody_is_made_of_what_deleted_accounts_share() {
    let mut issue =
        issue(&[], &[said(1, &json!({"accountId": "unknown"}), 2), said(2, &json!({}), 2), said(3, &bob(), 2)]);
    issue["fields"]["reporter"] = json!({"displayName": "Former user"});
    let mut bench = bench();
    bench.put("issues", "", [issue]);
    let body = &bench.bodies("issues")[0];
    assert_eq!(body["reporter"], json!(null));
    let by: Vec<bool> = (0..3).map(|place| body["comments"][place]["by"].is_null()).collect();
    assert_eq!(by, [true, true, false]);
}

#[test]
fn an_issue_that_is_gone_tells_nothing_and_neither_does_what_came_beside_it() {
    let mut bench = bench();
    bench.put("issues", "", [issue(&[status(2, &bob(), "3", "9", 5)], &[])]);
    bench.put("history", "7", [status(1, &bob(), "1", "3", 3)]);
    let page = Page { listed: Some((Vec::new(), 1_750_000_000_000_000)), ..Page::default() };
    bench.archive.store("api:x", "issues", "", &page).expect("stored");
    let facts = bench.facts();
    assert!(facts.events.is_empty());
    assert_eq!(caveats(&facts).values().sum::<i64>(), 5, "three statuses, the issue and its change");
}
