//! Rows that were recorded from real services; the counts were taken from the rows by another program.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::log::Facts;
use crate::sources::api::recorded::{Bench, activities, caveats, rows, rows_with_urls};

fn study(kind: &str) -> String {
    format!("[[apis]]\nid = \"x\"\nkind = \"{kind}\"\nurl = \"https://fake.test\"\nzone = \"Asia/Shanghai\"\n")
}

/// A bench that knows the recorded statuses; none where the rows are absent.
fn bench() -> Option<Bench> {
    let statuses = rows("jira___raw_jira_api_status")?;
    assert_eq!(statuses.len(), 53);
    let mut bench = Bench::new(&study("jira-cloud"));
    bench.put("statuses", "", statuses);
    Some(bench)
}

fn told(facts: &Facts) -> BTreeMap<&str, usize> {
    let mut ids: Vec<&str> = facts.events.iter().map(|event| event.event_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), facts.events.len(), "an event is told once");
    activities(facts)
}

#[test]
fn recorded_issues_of_cloud_are_told_with_their_histories_and_comments() {
    let (Some(mut bench), Some(issues)) = (bench(), rows("jira___raw_jira_api_issues")) else { return };
    let histories: usize =
        issues.iter().filter_map(|issue| issue.pointer("/changelog/histories")?.as_array()).map(Vec::len).sum();
    assert_eq!((issues.len(), histories), (33, 522));
    bench.put("issues", "", issues.clone());
    let facts = bench.facts();
    let expected = [
        ("ticket.answered", 2),
        ("ticket.assigned", 39),
        ("ticket.closed", 45),
        ("ticket.created", 33),
        ("ticket.reopened", 15),
        ("ticket.updated", 105),
    ];
    assert_eq!(told(&facts), BTreeMap::from(expected));
    let counted: i64 = caveats(&facts).values().sum();
    assert_eq!(counted, 53, "the statuses, and nothing else");
    let observed = facts.observations.iter().find(|known| known.stream == "tickets").expect("tickets");
    assert_eq!((observed.records, observed.refused), (33, 0));
    assert_eq!(bench.bodies("issues").iter().filter(|body| body["more_history"] == true).count(), 7);
    let stored = format!("{:?}{facts:?}", bench.bodies("issues")).to_lowercase();
    for person in people(&Value::Array(issues)) {
        assert!(!stored.contains(&person), "somebody of the rows is stored");
    }
}

/// Names, addresses and account ids of whoever the rows name, in lower case.
fn people(value: &Value) -> Vec<String> {
    match value {
        Value::Array(members) => members.iter().flat_map(people).collect(),
        Value::Object(fields) => {
            let own =
                ["displayName", "emailAddress", "accountId"].into_iter().filter_map(|name| fields.get(name)?.as_str());
            let own: Vec<String> = own.filter(|text| text.len() > 3).map(str::to_lowercase).collect();
            own.into_iter().chain(fields.values().flat_map(people)).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn a_recorded_list_of_changes_is_told_with_its_issue() {
    let (Some(mut bench), Some(changes)) = (bench(), rows_with_urls("jira___raw_jira_api_issue_changelogs")) else {
        return;
    };
    assert_eq!(changes.len(), 279);
    let mut by_issue: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (url, change) in changes {
        let id = url.split("/issue/").nth(1).and_then(|rest| rest.split('/').next()).expect("an issue").to_owned();
        by_issue.entry(id).or_default().push(change);
    }
    assert_eq!(by_issue.values().map(Vec::len).collect::<Vec<_>>(), [100, 79, 100]);
    for (place, (id, changes)) in by_issue.into_iter().enumerate() {
        bench.put(
            "issues",
            "",
            [json!({
                "id": id, "key": format!("ACME-{place}"), "changelog": {"total": changes.len()},
                "fields": {"created": "2019-01-01T00:00:00.000+0000", "reporter": {"accountId": "invented"}},
            })],
        );
        bench.put("history", &id, changes);
    }
    let facts = bench.facts();
    let expected = [("ticket.answered", 2), ("ticket.closed", 3), ("ticket.created", 3), ("ticket.updated", 7)];
    assert_eq!(told(&facts), BTreeMap::from(expected));
    assert_eq!(caveats(&facts).values().sum::<i64>(), 53, "the statuses, and nothing else");
    let moving = bench.bodies("history").iter().filter(|body| body.get("at").is_some()).count();
    assert_eq!(moving, 10, "of the others nothing but their id is kept");
}

#[test]
fn recorded_issues_of_data_center_are_told() {
    let Some(issues) = rows("jira___raw_jira_api_issue_relationships") else { return };
    assert_eq!(issues.len(), 22);
    let mut bench = Bench::new(&study("jira-data-center"));
    bench.put("issues", "", issues);
    let facts = bench.facts();
    assert_eq!(
        told(&facts),
        BTreeMap::from([("ticket.created", 22)]),
        "all 22 comments are by whoever opened the issue"
    );
    assert!(caveats(&facts).is_empty());
    assert!(facts.events.iter().all(|event| event.category.as_deref() == Some("Bug") && event.actor_id.is_some()));
}

#[test]
fn recorded_epics_and_issues_with_a_due_date_are_issues() {
    let (Some(mut epics), Some(mut due)) = (bench(), bench()) else { return };
    let (Some(one), Some(other)) =
        (rows("jira___raw_jira_external_epics"), rows("jira___raw_jira_api_issues_for_due_date"))
    else {
        return;
    };
    assert_eq!((one.len(), other.len()), (3, 1));
    epics.put("issues", "", one);
    assert_eq!(told(&epics.facts()), BTreeMap::from([("ticket.created", 3)]));
    due.put("issues", "", other);
    let facts = due.facts();
    let expected = [("ticket.assigned", 1), ("ticket.closed", 1), ("ticket.created", 1), ("ticket.updated", 4)];
    assert_eq!(told(&facts), BTreeMap::from(expected));
    let closed = facts.events.iter().find(|event| event.activity == "ticket.closed").expect("closed");
    assert_eq!(
        closed.outcome.as_deref(),
        Some("other"),
        "a resolution in another language is neither done nor declined"
    );
}

#[test]
fn recorded_rows_that_no_measure_uses_are_known() {
    for (name, count, _why) in [
        ("development_panels", 91, "branches and commits that a host shows; the hosts and git tell them"),
        ("issue_types", 7, "an issue holds the name of its type"),
        ("projects", 12, "an issue holds the key of its project"),
        ("remotelinks", 151, "links to commits and pages; git tells which commits name an issue"),
        ("sprints", 30, "plans, not acts"),
        ("users", 30, "people enter by what they do, and by the private file"),
        ("worklogs", 30, "hours that people wrote down; nothing here measures effort of people"),
    ] {
        let Some(rows) = rows(&format!("jira___raw_jira_api_{name}")) else { return };
        assert_eq!(rows.len(), count, "{name}");
    }
}
