//! What GitHub's records mean, on invented ones and on recorded ones.

use serde_json::{Value, json};

use super::world::World;
use crate::sources::api::fake::Fake;
use crate::sources::api::kept::{History, Kept};
use crate::sources::api::recorded::{Bench, activities, caveats, rows, rows_with_urls};
use crate::sources::api::stream::Ask;

pub(super) const STUDY: &str = r#"
[environments]
order = ["staging", "production"]
[[repositories]]
name = "service-0"
[[apis]]
id = "x"
kind = "github"
url = "https://fake.test"
owners = ["acme"]
jobs = ["deploy"]
[[apis.classify]]
column = "title"
matches = "^Access"
activity = "access.requested"
"#;

/// A small organisation: lists of several pages, runs cut off at six.
pub(in crate::sources::api) const FAKE: Fake = Fake { study: STUDY, answer: |request, day| SMALL.answer(request, day) };

pub(super) const SMALL: World = World { repositories: 2, issues: 3, page: 3, cut: 6, long: 10, changing: 2 };

fn repository() -> Value {
    json!({"id": 7, "full_name": "acme/service-0", "created_at": "2020-01-01T00:00:00Z"})
}

fn bench() -> Bench {
    let mut bench = Bench::new(STUDY);
    bench.put("repositories", "O_1", [repository()]);
    bench
}

const SCOPE: &str = "O_1/7";

#[test]
fn an_issue_is_a_ticket_that_its_events_answer_and_close_once() {
    let mut bench = bench();
    let jane = json!({"login": "jane-doe", "name": "Jane Doe"});
    bench.put("issues", SCOPE, [json!({
        "number": 3, "title": "Access to service-0", "user": jane, "state": "CLOSED",
        "created_at": "2025-01-01T00:00:00Z", "closed_at": "2025-01-03T00:00:00Z", "labels": {"nodes": [{"name": "access"}]},
    })]);
    let event = |id: u32, kind: &str, login: &str, day: u32| {
        json!({
            "id": format!("E{id}"), "__typename": kind, "actor": {"login": login}, "state_reason": "NOT_PLANNED",
            "created_at": format!("2025-01-0{day}T00:00:00Z"), "_of": {"number": 3},
        })
    };
    bench.put(
        "issue_events",
        SCOPE,
        [
            event(1, "IssueComment", "jane-doe", 1),
            event(2, "IssueComment", "bob", 2),
            event(3, "ClosedEvent", "bob", 3),
        ],
    );
    let facts = bench.facts();
    let told = activities(&facts);
    assert_eq!(told["ticket.created"], 1);
    assert_eq!(told["access.requested"], 1);
    assert_eq!(told["ticket.answered"], 1, "a comment by whoever opened it is no answer");
    assert_eq!(told["ticket.closed"], 1);
    let closed = facts.events.iter().find(|event| event.activity == "ticket.closed").expect("closed");
    assert_eq!(closed.outcome.as_deref(), Some("declined"));
    assert!(facts.event_objects.iter().any(|link| link.object_id == "ticket:service-0#3"));
    assert!(facts.event_objects.iter().any(|link| link.object_id == "repository:service-0" && link.qualifier == "in"));
    let mention = facts.object_links.iter().find(|link| link.qualifier == "mentions").expect("a mention");
    assert_eq!(mention.to_id, "component:service-0");
}

#[test]
fn an_issue_that_no_event_closes_ends_when_it_says_so() {
    let issue = |number: u32, state: &str| {
        json!({
            "number": number, "title": "Broken", "state": state, "state_reason": "NOT_PLANNED",
            "created_at": "2025-01-01T00:00:00Z", "closed_at": "2025-01-05T00:00:00Z",
        })
    };
    let closing = |number: u32, day: u32| {
        json!({
            "id": format!("E{number}"), "__typename": "ClosedEvent", "state_reason": "COMPLETED", "_of": {"number": number},
            "created_at": format!("2025-01-0{day}T00:00:00Z"),
        })
    };
    let mut bench = bench();
    bench.put("issues", SCOPE, [issue(1, "CLOSED"), issue(10, "closed"), issue(3, "OPEN"), issue(4, "CLOSED")]);
    // The first end of the fourth is told by an event; the one that it says itself is a later one.
    bench.put("issue_events", SCOPE, [closing(10, 5), closing(4, 2)]);
    let facts = bench.facts();
    let mut told: Vec<_> = facts
        .events
        .iter()
        .filter(|event| event.activity == "ticket.closed")
        .map(|event| {
            let of = facts
                .event_objects
                .iter()
                .find(|link| link.event_id == event.event_id && link.object_id.starts_with("ticket"));
            let of =
                of.map(|link| link.object_id.trim_start_matches("ticket:service-0#").to_owned()).unwrap_or_default();
            (of, crate::log::to_rfc3339(event.at_us)[8..10].to_owned(), event.outcome.clone().unwrap_or_default())
        })
        .collect();
    told.sort();
    let expected = [("1", "05", "declined"), ("10", "05", "done"), ("4", "02", "done"), ("4", "05", "declined")];
    assert_eq!(told, expected.map(|(of, day, how)| (of.to_owned(), day.to_owned(), how.to_owned())));
}

#[test]
fn a_member_of_a_team_below_is_one_there_alone() {
    let mut bench = bench();
    let team =
        |id: u32, slug: &str| json!({"id": id, "slug": slug, "html_url": format!("https://x/orgs/acme/teams/{slug}")});
    bench.put("teams", "O_1", [team(1, "all"), team(2, "till")]);
    let member = |login: &str, inherited: Value| json!({"login": login, "type": "User", "inherited": inherited});
    bench.put(
        "team_members",
        "O_1/1",
        [member("jane-doe", json!(true)), member("bob", json!(false)), member("eve", Value::Null)],
    );
    bench.put("team_members", "O_1/2", [member("jane-doe", json!(false))]);
    let facts = bench.facts();
    let mut told: Vec<_> = facts.memberships.iter().map(|stay| stay.team_id.as_str()).collect();
    told.sort_unstable();
    assert_eq!(told, ["team:all", "team:all", "team:till"]);
    let counted = caveats(&facts);
    let below = counted.iter().find(|(text, _)| text.contains("a team below")).map(|(_, count)| *count);
    assert_eq!(below, Some(1), "{counted:?}");
}

#[test]
fn statuses_are_asked_for_from_their_end_where_the_first_success_is() {
    let bench = bench();
    let api = &bench.settings.apis[0];
    let value = json!({"full_name": "acme/service-0"});
    let parent =
        Kept { key: "7", scope: "O_1", since_us: None, gone_us: None, value: &value, history: History::default() };
    let asked = super::queries::deployments(&Ask { api, parent: Some(&parent), since: None, window: None });
    let query = asked[0].body.as_ref().and_then(|body| body["query"].as_str()).expect("a query");
    assert!(
        query.contains("statuses(last: 100)"),
        "newest first, and an end that is cut off is the newest one: {query}"
    );
}

#[test]
fn a_change_begins_with_its_first_commit_and_lands_by_whoever_merged_it() {
    let mut bench = bench();
    bench.put("pulls", SCOPE, [json!({
        "number": 12, "title": "Add a till", "user": {"login": "jane-doe"}, "merged_by": {"login": "bob"},
        "created_at": "2025-01-02T00:00:00Z", "merged_at": "2025-01-03T00:00:00Z", "closed_at": "2025-01-03T00:00:00Z",
        "merge_commit": {"oid": "abc"}, "closes": {"nodes": [{"number": 3, "repository": {"full_name": "acme/service-0"}}]},
        "commits": {"nodes": [
            {"commit": {"authored_at": "2025-01-01T10:00:00Z"}}, {"commit": {"authored_at": "2025-01-01T09:00:00Z"}},
        ]},
    })]);
    let facts = bench.facts();
    let merged = facts.events.iter().find(|event| event.activity == "change.merged").expect("merged");
    assert_eq!(crate::log::to_rfc3339(merged.began_us.expect("began")), "2025-01-01T09:00:00Z");
    assert_ne!(merged.actor_id, merged.began_by_id);
    assert!(facts.object_links.iter().any(|link| link.to_id == "ticket:service-0#3"));
    assert!(!activities(&facts).contains_key("change.abandoned"));
}

#[test]
fn a_deployment_is_there_when_its_first_success_says_so() {
    let mut bench = bench();
    let deployment = |id: u32, environment: &str, states: &[(&str, u32)]| {
        let statuses: Vec<Value> = states
            .iter()
            .map(|(state, hour)| json!({"state": state, "created_at": format!("2025-01-01T0{hour}:00:00Z")}))
            .collect();
        json!({"node_id": format!("D_{id}"), "environment": environment, "created_at": "2025-01-01T00:00:00Z", "sha": "abc", "statuses": {"nodes": statuses}})
    };
    bench.put(
        "deployments",
        SCOPE,
        [
            deployment(1, "Production", &[("INACTIVE", 5), ("SUCCESS", 3), ("SUCCESS", 2), ("IN_PROGRESS", 1)]),
            deployment(2, "production", &[("FAILURE", 4), ("QUEUED", 1)]),
            deployment(3, "production", &[("QUEUED", 1)]),
            deployment(4, "review/jane-doe", &[("SUCCESS", 1)]),
        ],
    );
    let facts = bench.facts();
    let told: Vec<_> = facts
        .events
        .iter()
        .map(|event| (crate::log::to_rfc3339(event.at_us), event.outcome.clone().unwrap_or_default()))
        .collect();
    assert_eq!(
        told,
        [
            ("2025-01-01T02:00:00Z".to_owned(), "success".to_owned()),
            ("2025-01-01T04:00:00Z".to_owned(), "failure".to_owned())
        ]
    );
    let counted = caveats(&facts);
    assert_eq!(
        counted.iter().find(|(text, _)| text.contains("neither succeeded nor failed")).map(|(_, count)| *count),
        Some(1)
    );
    let unknown = counted.keys().find(|text| text.starts_with("unknown-environment")).expect("counted");
    assert!(!unknown.contains("jane"), "a branch's name may be a person's: {unknown}");
}

#[test]
fn records_of_wrong_shape_are_counted_and_break_nothing() {
    let mut bench = bench();
    bench.put("issues", SCOPE, [
        json!({"number": 1}),
        json!({"number": "2", "created_at": "yesterday", "user": 7, "labels": "x", "title": {"a": 1}}),
        json!({"number": 3, "created_at": i64::MAX, "user": {"login": "\u{202E}enaj"}}),
        json!({"number": 4, "created_at": "2025-01-01T00:00:00Z", "user": null, "labels": [null, 3, {"name": null}]}),
    ]);
    bench.put("pulls", SCOPE, [json!({"number": 5, "created_at": [], "commits": {"nodes": [null, 4]}, "closes": 3})]);
    bench.put("runs", SCOPE, [json!({"id": 9, "status": "completed", "updated_at": null})]);
    bench.put("deployments", SCOPE, [json!({"node_id": "D_1", "environment": 4, "statuses": "none"})]);
    let facts = bench.facts();
    assert_eq!(activities(&facts).get("ticket.created"), Some(&1));
    let bad: i64 = caveats(&facts).iter().filter(|(text, _)| text.starts_with("bad-row")).map(|(_, count)| count).sum();
    assert_eq!(bad, 5, "{:?}", caveats(&facts));
}

#[test]
fn nothing_of_a_person_is_stored() {
    let mut bench = bench();
    let jane = json!({"login": "jane-doe", "name": "Jane Doe", "email": "jane@acme.test", "id": 77_001, "avatar_url": "https://x/jane-doe"});
    bench.put("issues", SCOPE, [json!({
        "number": 1, "title": "Access for Jane Doe <jane@acme.test> @jane-doe jane-doe", "body": "Jane Doe", "user": jane,
        "created_at": "2025-01-01T00:00:00Z", "labels": [{"name": "for jane-doe"}], "assignee": jane, "html_url": "https://x/jane-doe/1",
    })]);
    bench.put(
        "pull_commits",
        SCOPE,
        [json!({
            "commit": {"sha": "abc", "authored_at": "2025-01-01T00:00:00Z", "message": "Jane Doe",
                       "author": {"name": "Jane Doe", "email": "jane@acme.test", "user": {"login": "jane-doe"}}},
        })],
    );
    bench.put(
        "runs",
        SCOPE,
        [json!({"id": 1, "name": "ci", "head_branch": "jane-doe/fix", "actor": jane, "display_title": "Jane Doe"})],
    );
    bench.put("team_members", "O_1/5", [jane]);
    for stream in ["issues", "pull_commits", "runs", "team_members"] {
        for body in bench.bodies(stream) {
            let text = body.to_string().to_lowercase();
            for name in ["jane", "doe", "acme.test", "77001"] {
                assert!(!text.contains(name), "`{stream}` holds `{name}`: {text}");
            }
        }
    }
    assert_eq!(
        bench.people.0.iter().filter(|known| known.contains("jane")).count(),
        1,
        "one person: {:?}",
        bench.people.0
    );
}

fn numbered(rows: Vec<(String, Value)>) -> Vec<Value> {
    let number = |address: &str| address.split("/pulls/").nth(1)?.split('/').next()?.parse::<u64>().ok();
    rows.into_iter()
        .map(|(address, mut row)| {
            row["_of"] = json!({"number": number(&address)});
            row["sha"] = json!(format!("{}", row["sha"].as_str().unwrap_or_default()));
            row
        })
        .collect()
}

#[test]
fn every_recorded_row_is_told_or_counted() {
    let Some(issues) = rows("github___raw_github_api_issues") else { return };
    let all = |name: &str| rows(&format!("github___raw_github_api_{name}")).expect("the folder is whole");
    let with_urls =
        |name: &str| rows_with_urls(&format!("github___raw_github_api_{name}")).expect("the folder is whole");
    let mut bench = bench();
    bench.put("repositories", "O_1", [json!({"id": 7, "full_name": "acme/service-0"})]);
    assert_eq!(issues.len(), 42);
    bench.put("issues", SCOPE, issues);
    bench.put("issue_events", SCOPE, all("comments").into_iter().chain(all("events")));
    bench.put("pulls", SCOPE, all("pull_requests"));
    bench.put("pull_reviews", SCOPE, all("pull_request_reviews"));
    bench.put("pull_commits", SCOPE, numbered(with_urls("pull_request_commits")));
    bench.put("runs", SCOPE, all("runs"));
    for job in all("jobs") {
        let run = job["run_id"].as_u64().expect("a run");
        bench.put("runs", SCOPE, [json!({"id": run, "status": "queued", "name": "stands in"})]);
        bench.put("jobs", &format!("{SCOPE}/{run}"), [job]);
    }
    let facts = bench.facts();
    let told = activities(&facts);
    let counted = caveats(&facts);
    // One issue, one change, one comment and one event stand twice in what was recorded; ten runs stand in for those of jobs.
    let expected = [
        ("change.abandoned", 19),
        ("change.created", 49),
        ("change.merged", 26),
        ("change.reviewed", 14),
        ("pipelinerun.finished", 50),
        ("ticket.answered", 33),
        ("ticket.assigned", 10),
        ("ticket.closed", 37),
        ("ticket.created", 26),
    ];
    assert_eq!(told.into_iter().collect::<Vec<_>>(), expected);
    assert!(counted.keys().all(|text| text.starts_with("tells-nothing")), "{counted:#?}");
    let of =
        |start: &str| counted.iter().filter(|(text, _)| text.contains(start)).map(|(_, count)| *count).sum::<i64>();
    let stored = |stream: &str| i64::try_from(bench.bodies(stream).len()).expect("a count");
    assert_eq!(stored("issues"), 26 + of("`issues`"));
    assert_eq!(stored("issue_events"), 33 + 10 + 11 + of("`issue_events`"));
    assert_eq!(stored("pulls"), 49);
    assert_eq!(stored("pull_reviews"), 14 + of("`pull_reviews`"));
    assert_eq!(stored("runs") + stored("jobs"), 50 + of("`runs`: a run or job") + of("`jobs`: a run or job"));
    let commits = facts.object_links.iter().filter(|link| link.qualifier == "part_of").count();
    assert_eq!((stored("pull_commits"), commits), (90, 90), "one of the 91 rows stands twice");
}

#[test]
fn recorded_deployments_are_told_or_counted() {
    let Some(recorded) = rows("github_graphql___raw_github_graphql_deployment") else { return };
    let mut bench = bench();
    // Written down by a program that spells GraphQL's fields its own way.
    let renamed = recorded.into_iter().map(|row| {
        json!({
            "id": row["DatabaseId"], "node_id": row["Id"], "sha": row["CommitOid"], "environment": row["Environment"],
            "task": row["Task"], "created_at": row["CreatedAt"], "creator": null,
            "statuses": row["Statuses"]["nodes"].as_array().map(|statuses| {
                statuses.iter().map(|one| json!({"state": one["state"], "created_at": one["updatedAt"]})).collect::<Vec<_>>()
            }),
        })
    });
    bench.put("deployments", SCOPE, renamed);
    let facts = bench.facts();
    let counted: i64 = caveats(&facts).values().sum();
    assert_eq!(facts.events.len() + usize::try_from(counted).expect("a count"), 7, "{:?}", caveats(&facts));
}

#[test]
fn what_no_measure_uses_is_not_asked_for() {
    for (name, many) in
        [("account_orgs", 13), ("accounts", 15), ("milestones", 1), ("pull_request_review_comments", 16)]
    {
        let Some(rows) = rows(&format!("github___raw_github_api_{name}")) else { return };
        assert_eq!(rows.len(), many, "{name}: people, plans, and remarks that stand in reviews already");
    }
}
