//! What GitLab is asked, and what its records mean, on invented ones.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::ask;
use super::world::{STUDY, listed, person};
use crate::archive::Page;
use crate::config::{Overrides, load};
use crate::log::{Facts, to_rfc3339};
use crate::sources::api::fake::with_headers;
use crate::sources::api::kept::{History, Kept};
use crate::sources::api::link;
use crate::sources::api::recorded::{Bench, activities, caveats};
use crate::sources::api::request::{Answer, Method, Request};
use crate::sources::api::stream::Ask;

const SCOPE: &str = "group/10/20";

fn bench() -> Bench {
    let mut bench = Bench::new(STUDY);
    bench.put(
        "projects",
        "group/10",
        [json!({"id": 20, "path_with_namespace": "acme/service-0", "created_at": "2020-01-01T00:00:00Z"})],
    );
    bench
}

fn day(day: u32) -> String {
    format!("2025-01-{day:02}T00:00:00.000Z")
}

fn issue(iid: u64, more: &Value) -> Value {
    let mut issue = json!({
        "id": 1_000 + iid, "iid": iid, "title": "Access to service-0", "author": person(0), "state": "opened",
        "created_at": day(1), "updated_at": day(9), "labels": ["access"],
    });
    issue.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    issue
}

/// Activity, day and outcome of everything that was told.
fn told(facts: &Facts) -> Vec<(String, String, String)> {
    let shown = |event: &crate::log::Event| {
        (event.activity.clone(), to_rfc3339(event.at_us)[..10].to_owned(), event.outcome.clone().unwrap_or_default())
    };
    let mut told: Vec<_> = facts.events.iter().map(shown).collect();
    told.sort();
    told
}

fn one(activity: &str, day: u32, outcome: &str) -> (String, String, String) {
    (activity.to_owned(), format!("2025-01-{day:02}"), outcome.to_owned())
}

#[test]
fn an_issue_is_a_ticket_that_its_events_and_notes_move_on() {
    let mut bench = bench();
    bench.put("issues", SCOPE, [issue(3, &json!({"state": "closed", "closed_at": day(7), "closed_by": person(2)}))]);
    let below = format!("{SCOPE}/3");
    let event = |id: u32, state: &str, at: u32, more: Value| json!({"id": id, "state": state, "user": person(2), "created_at": day(at), "source_commit": more});
    bench.put(
        "issue_states",
        &below,
        [event(1, "closed", 4, Value::Null), event(2, "reopened", 5, Value::Null), event(3, "closed", 7, json!("abc"))],
    );
    let label = |id: u32, at: u32| json!({"id": id, "action": "add", "user": person(2), "created_at": day(at), "label": {"name": "x"}});
    bench.put("issue_labels", &below, [label(1, 1), label(2, 3)]);
    bench.put("issue_milestones", &below, [label(2, 3)]);
    let note = |id: u32, who: u64, system: bool, body: &str| json!({"id": id, "author": person(who), "system": system, "body": body, "created_at": day(2)});
    bench.put(
        "issue_notes",
        &below,
        [
            note(1, 0, false, "It is urgent"),
            note(2, 1, false, "You may"),
            note(3, 1, true, "assigned to @person-1 and unassigned @jane-doe"),
            note(4, 1, true, "changed title from **a** to **assigned to @x**"),
            note(5, 1, false, "assigned to @person-1"),
        ],
    );
    let facts = bench.facts();
    assert_eq!(
        told(&facts),
        [
            one("access.granted", 4, ""),
            one("access.requested", 1, ""),
            one("ticket.answered", 2, ""),
            one("ticket.answered", 2, ""),
            one("ticket.assigned", 2, ""),
            one("ticket.closed", 4, ""),
            one("ticket.closed", 7, "done"),
            one("ticket.created", 1, ""),
            one("ticket.reopened", 5, ""),
            one("ticket.updated", 3, ""),
            one("ticket.updated", 3, ""),
        ]
    );
    assert!(facts.event_objects.iter().any(|link| link.object_id == "ticket:service-0#3"));
    assert!(facts.object_links.iter().any(|link| link.to_id == "component:service-0"));
}

#[test]
fn an_end_without_an_event_is_told_by_the_issue_and_not_twice() {
    let mut bench = bench();
    let closed = |iid: u64, more: Value| {
        let mut raw = issue(iid, &json!({"state": "closed", "closed_at": day(7), "closed_by": person(2)}));
        raw.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        raw
    };
    bench.put(
        "issues",
        SCOPE,
        [
            closed(1, json!({})),
            closed(2, json!({"_links": {"closed_as_duplicate_of": "https://fake.test/1"}})),
            closed(3, json!({"moved_to_id": 999})),
            // Open again, whatever stands in the field.
            issue(4, &json!({"closed_at": day(7)})),
            closed(5, json!({"title": "Plain"})),
        ],
    );
    bench.put(
        "issue_states",
        &format!("{SCOPE}/5"),
        [json!({"id": 1, "state": "closed", "user": person(3), "created_at": "2025-01-07T00:00:00.400Z"})],
    );
    let facts = bench.facts();
    let ends: Vec<_> = facts
        .events
        .iter()
        .filter(|event| event.activity == "ticket.closed")
        .map(|event| event.outcome.as_deref())
        .collect();
    assert_eq!(ends, [None, Some("declined"), Some("other"), None]);
}

#[test]
fn a_moved_issue_is_told_once_where_it_is_now() {
    let mut bench = bench();
    bench.put(
        "issues",
        SCOPE,
        [issue(1, &json!({"state": "closed", "closed_at": day(7), "moved_to_id": 1_002})), issue(2, &json!({}))],
    );
    bench.put("issue_states", &format!("{SCOPE}/1"), [json!({"id": 1, "state": "closed", "created_at": day(7)})]);
    let facts = bench.facts();
    assert_eq!(activities(&facts)["ticket.created"], 1);
    assert!(!activities(&facts).contains_key("ticket.closed"));
    let moved = caveats(&facts).into_iter().filter(|(text, _)| text.contains("it is told where it went"));
    assert_eq!(moved.map(|(_, count)| count).sum::<i64>(), 2);
}

#[test]
fn a_deleted_issue_takes_its_events_and_notes_with_it() {
    let mut bench = bench();
    bench.put("issues", SCOPE, [issue(1, &json!({}))]);
    let below = format!("{SCOPE}/1");
    bench.put("issue_states", &below, [json!({"id": 1, "state": "closed", "created_at": day(7)})]);
    bench.put("issue_notes", &below, [json!({"id": 1, "author": person(3), "system": false, "created_at": day(2)})]);
    assert_eq!(activities(&bench.facts()).len(), 5);
    let nothing = Page { listed: Some((Vec::new(), 1_750_000_000_000_000)), ..Page::default() };
    bench.archive.store("api:x", "issues", SCOPE, &nothing).expect("stored");
    assert!(bench.facts().events.is_empty());
    assert_eq!(caveats(&bench.facts()).values().sum::<i64>(), 3, "{:?}", caveats(&bench.facts()));
}

#[test]
fn an_incident_is_detected_and_resolved_and_a_test_case_is_nothing() {
    let mut bench = bench();
    let ended = json!({"issue_type": "incident", "severity": "HIGH", "state": "closed", "closed_at": day(2), "closed_by": person(2)});
    bench.put("issues", SCOPE, [issue(1, &ended), issue(2, &json!({"issue_type": "test_case"}))]);
    bench.put("issue_states", &format!("{SCOPE}/1"), [json!({"id": 1, "state": "closed", "created_at": day(2)})]);
    let facts = bench.facts();
    assert_eq!(told(&facts), [one("incident.detected", 1, ""), one("incident.resolved", 2, "")]);
    assert_eq!(facts.events[0].category.as_deref(), Some("high"));
    assert_eq!(caveats(&facts).values().sum::<i64>(), 2);
}

#[test]
fn a_merge_request_lands_as_its_merge_its_squash_or_as_it_was() {
    let mut bench = bench();
    let request = |iid: u64, more: Value| {
        let mut request = json!({
            "iid": iid, "state": "merged", "title": "Add a till", "author": person(1), "merge_user": person(2), "created_at": day(2),
            "merged_at": day(4), "sha": "head", "merge_commit_sha": null, "squash_commit_sha": null, "description": "Closes #9, acme/other#4",
        });
        request.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        request
    };
    bench.put(
        "merge_requests",
        SCOPE,
        [
            request(1, json!({"merge_commit_sha": "merge", "squash_commit_sha": "squash"})),
            request(2, json!({"squash_commit_sha": "squash"})),
            request(3, json!({})),
            request(4, json!({"state": "locked", "merged_at": null, "merge_user": null})),
            request(5, json!({"state": "closed", "merged_at": null, "closed_at": day(5), "closed_by": person(1)})),
            request(6, json!({"merged_at": null})),
        ],
    );
    let commit = |sha: &str, at: u32| json!({"id": sha, "authored_date": day(at), "author_name": "Jane Doe"});
    bench.put("merge_request_commits", &format!("{SCOPE}/1"), [commit("b", 2), commit("a", 1)]);
    let facts = bench.facts();
    let landed = |iid: u64| {
        let id = format!("api:x:service-0!{iid}:change.merged");
        let about = facts.event_objects.iter().filter(|about| about.event_id == id);
        about.map(|about| about.object_id.clone()).filter(|id| id.starts_with("commit:")).collect::<Vec<_>>()
    };
    assert_eq!(
        (landed(1), landed(2), landed(3)),
        (vec!["commit:merge".to_owned()], vec!["commit:squash".to_owned()], vec!["commit:head".to_owned()])
    );
    let counted = activities(&facts);
    assert_eq!((counted["change.created"], counted["change.merged"], counted["change.abandoned"]), (5, 3, 1));
    let merged = facts.events.iter().find(|event| event.activity == "change.merged").expect("merged");
    assert_eq!(to_rfc3339(merged.began_us.expect("began")), "2025-01-01T00:00:00Z");
    let links: Vec<&str> = facts.object_links.iter().map(|link| link.to_id.as_str()).collect();
    assert!(links.contains(&"ticket:service-0#9") && links.contains(&"ticket:acme/other#4"), "{links:?}");
    assert_eq!(caveats(&facts)["bad-row: `merge_requests`: `merged_at`: missing"], 1);
}

#[test]
fn notes_by_others_and_approvals_are_reviews() {
    let mut bench = bench();
    bench.put(
        "merge_requests",
        SCOPE,
        [json!({"iid": 1, "state": "opened", "author": person(1), "created_at": day(1)})],
    );
    let note = |id: u32, who: u64, system: bool, body: &str| json!({"id": id, "author": person(who), "system": system, "body": body, "created_at": day(2)});
    bench.put(
        "merge_request_notes",
        &format!("{SCOPE}/1"),
        [
            note(1, 2, false, "approved this merge request"),
            note(2, 2, true, "approved this merge request"),
            note(3, 2, true, "unapproved this merge request"),
            note(4, 3, true, "requested changes"),
            note(5, 1, false, "Done"),
            note(6, 1, true, "approved this merge request"),
            note(7, 2, true, "added 3 commits"),
        ],
    );
    let facts = bench.facts();
    let outcomes: Vec<_> = facts
        .events
        .iter()
        .filter(|event| event.activity == "change.reviewed")
        .filter_map(|event| event.outcome.as_deref())
        .collect();
    assert_eq!(outcomes, ["commented", "approved", "changes_requested"]);
    assert_eq!(caveats(&facts).values().sum::<i64>(), 4, "{:?}", caveats(&facts));
}

#[test]
fn what_ended_is_told_with_how_it_was_begun() {
    let mut bench = bench();
    let statuses = [
        "success",
        "failed",
        "canceled",
        "skipped",
        "manual",
        "created",
        "waiting_for_resource",
        "preparing",
        "waiting_for_callback",
        "pending",
        "running",
        "canceling",
        "scheduled",
    ];
    let pipelines = statuses.iter().zip(1..).map(|(status, id)| {
        let source = ["web", "schedule", "trigger"][id % 3];
        json!({"id": id, "status": status, "source": source, "sha": "abc", "created_at": day(1), "updated_at": day(2), "user": person(12)})
    });
    bench.put("pipelines", SCOPE, pipelines.collect::<Vec<_>>());
    let facts = bench.facts();
    let told: Vec<_> = facts
        .events
        .iter()
        .map(|event| (event.outcome.as_deref().unwrap_or(""), event.channel.as_deref().unwrap_or("")))
        .collect();
    assert_eq!(told, [("success", "code"), ("failure", "api"), ("cancelled", "ui")]);
    assert!(facts.events.iter().all(|event| event.is_bot == Some(true)));
    assert_eq!(caveats(&facts).values().sum::<i64>(), 10);
}

#[test]
fn a_deployment_ends_when_its_job_does_and_in_an_environment_of_its_name_or_tier() {
    let mut bench = bench();
    let environment = |id: u32, name: &str, tier: &str| json!({"id": id, "name": name, "tier": tier});
    bench.put(
        "environments",
        SCOPE,
        [
            environment(1, "Production", "production"),
            environment(2, "eu", "production"),
            environment(3, "review/jane-doe", "development"),
        ],
    );
    let deployment = |id: u32, status: &str, at: (u32, &str), deployable: Value| json!({"id": id, "status": status, "environment": {"id": at.0, "name": at.1}, "sha": "abc", "ref": "v7", "created_at": day(1), "updated_at": day(8), "deployable": deployable});
    let job = |started: Option<u32>, finished: Option<u32>| json!({"started_at": started.map(day), "finished_at": finished.map(day), "tag": true});
    bench.put(
        "deployments",
        SCOPE,
        [
            deployment(1, "success", (1, "Production"), job(Some(2), Some(3))),
            deployment(2, "failed", (2, "eu"), Value::Null),
            deployment(3, "success", (3, "review/jane-doe"), job(Some(2), Some(3))),
            deployment(4, "canceled", (1, "Production"), job(Some(2), Some(4))),
            deployment(5, "canceled", (1, "Production"), job(None, Some(4))),
            deployment(6, "created", (1, "Production"), job(None, None)),
            deployment(7, "running", (1, "Production"), job(Some(1), None)),
            deployment(8, "blocked", (1, "Production"), job(None, None)),
        ],
    );
    let facts = bench.facts();
    assert_eq!(
        told(&facts),
        [
            one("service.deployed", 3, "success"),
            one("service.deployed", 4, "cancelled"),
            one("service.deployed", 8, "failure")
        ]
    );
    assert!(facts.events.iter().all(|event| event.environment.as_deref() == Some("production")));
    assert!(
        facts.object_changes.iter().any(|change| change.field == "version" && change.value.as_deref() == Some("v7"))
    );
    let stored = format!("{:?}{:?}", bench.bodies("deployments"), bench.bodies("environments"));
    assert!(!stored.contains("jane"), "a branch's name may be a person's");
    assert_eq!(caveats(&facts).values().sum::<i64>(), 6, "{:?}", caveats(&facts));
}

#[test]
fn a_group_is_a_team_called_as_shortly_as_it_may_be() {
    let mut bench = bench();
    let group = |id: u32, path: &str, full_path: &str| json!({"id": id, "path": path, "full_path": full_path});
    bench.put(
        "groups",
        "group/10",
        [group(10, "acme", "acme"), group(11, "ops", "acme/a/ops"), group(12, "ops", "acme/b/ops")],
    );
    for id in [10, 11, 12] {
        let mut member = person(1);
        member["created_at"] = json!(day(3));
        let mut bot = person(12);
        bot["created_at"] = json!(day(3));
        bench.put("group_members", &format!("group/10/{id}"), [member, bot]);
    }
    let facts = bench.facts();
    let mut teams: Vec<&str> = facts.memberships.iter().map(|row| row.team_id.as_str()).collect();
    teams.sort_unstable();
    assert_eq!(teams, ["team:acme", "team:acme/a/ops", "team:acme/b/ops"]);
    assert!(facts.memberships.iter().all(|row| to_rfc3339(row.from_us).starts_with("2025-01-03")));
}

#[test]
fn a_project_that_waits_for_its_deletion_is_the_one_that_it_was() {
    let mut bench = Bench::new(STUDY);
    bench.put(
        "projects",
        "group/10",
        [json!({"id": 20, "path_with_namespace": "acme/service-0-deletion_scheduled-20"})],
    );
    let facts = bench.facts();
    assert!(facts.objects.iter().any(|object| object.object_id == "repository:service-0"), "{:?}", facts.objects);
}

#[test]
fn a_list_goes_on_by_time_and_by_page_only_within_a_second() {
    let request =
        Request { method: Method::Get, url: "https://fake.test/api/v4/x?per_page=100".to_owned(), body: None };
    let answer = |to: &str| with_headers(200, &json!([]), &[("link", &format!("<{to}>; rel=\"next\""))]);
    let (here, away) = ("https://fake.test/api/v4/x?per_page=100&page=2", "https://evil.test/x");
    let row = |at: &str| json!({"updated_at": at});
    let next =
        |request: &Request, to: &str, rows: &[Value]| ask::onward(request, &answer(to), rows).map(|next| next.url);
    let on = next(&request, here, &[row("2025-01-01T00:00:00.000Z"), row("2025-01-02T00:00:00.500Z")]).expect("a page");
    let on = Request { url: on, ..request.clone() };
    assert_eq!(on.query("updated_after").as_deref(), Some("2025-01-01T23:59:59.500Z"));
    assert_eq!(on.query("page").as_deref(), Some("1"));
    assert_eq!(next(&on, here, &[row("2025-01-02T00:00:00.500Z")]).as_deref(), Some(here), "it does not move on");
    assert_eq!(
        next(&request, here, &[row("2025-01-02T00:00:00Z"), json!({"updated_at": null})]).as_deref(),
        Some(here)
    );
    assert_eq!(next(&request, away, &[row("2025-01-02T00:00:00Z")]).as_deref(), Some(away), "the session refuses it");
    assert_eq!(
        ask::onward(&request, &with_headers(200, &json!([]), &[("x-next-page", "2")]), &[row("2025-01-02T00:00:00Z")]),
        None
    );
}

#[test]
fn a_record_that_changes_while_its_list_is_read_pushes_no_other_out_of_sight() {
    let at = |minute: u32| json!(format!("2025-01-01T00:{minute:02}:00.000Z"));
    let mut rows: Vec<Value> = (1..=7).map(|iid| json!({"iid": iid, "updated_at": at(iid)})).collect();
    let url = "https://fake.test/api/v4/projects/1/issues?order_by=updated_at&sort=asc&per_page=100".to_owned();
    let first = Request { method: Method::Get, url, body: None };
    let read = |mut rows: Vec<Value>, next: fn(&Request, &Answer, &[Value]) -> Option<Request>| {
        let mut request = Some(first.clone());
        let mut seen = BTreeSet::new();
        while let Some(now) = request.take() {
            let answer = listed(&now, rows.clone());
            let page = answer.json().and_then(|page| page.as_array().cloned()).expect("a page");
            seen.extend(page.iter().filter_map(|row| row["iid"].as_u64()));
            // Somebody touches the first of the list.
            rows[0]["updated_at"] = at(59);
            request = next(&now, &answer, &page);
        }
        seen.into_iter().collect::<Vec<_>>()
    };
    let by_page = |now: &Request, answer: &Answer, _: &[Value]| {
        link::next(answer.header("link")?).map(|to| Request { url: to.to_owned(), ..now.clone() })
    };
    assert_eq!(read(rows.clone(), by_page), [1, 2, 3, 5, 6, 7], "so it would be by number of page");
    assert_eq!(read(rows.clone(), ask::onward), [1, 2, 3, 4, 5, 6, 7]);
    // More of one second than a page holds.
    for row in &mut rows {
        row["updated_at"] = at(1);
    }
    assert_eq!(read(rows[..5].to_vec(), ask::onward).len(), 5);
}

#[test]
fn owners_are_groups_or_projects_and_the_outermost_count() {
    let asked = |entry: &str| {
        let study = STUDY.replace("owners = [\"acme\", \"acme/platform\", \"other/lone\"]", entry);
        let bench = Bench::new(&study);
        let ask = Ask { api: &bench.settings.apis[0], parent: None, since: None, window: None };
        ask::owners(&ask)
    };
    let names = |entry: &str| asked(entry).iter().map(Request::name).collect::<Vec<_>>();
    let plain = names("owners = [\"acme/platform/x\", \"Acme\", \"acme\", \"acmeister\"]");
    let groups =
        ["Acme", "acmeister"].map(|path| format!("GET https://fake.test/api/v4/groups/{path}?with_projects=false"));
    assert_eq!(plain, groups);
    let [either] = &asked("owners = [\"other/lone\"]")[..] else { panic!("one request") };
    assert_eq!(either.url, "https://fake.test/api/graphql");
    let answer = with_headers(200, &json!({}), &[]);
    let found = json!({"data": {"group": null, "project": {"id": "gid://gitlab/Project/3", "fullPath": "other/lone"}}});
    assert_eq!(ask::or_else(either, &answer, &[found]), None);
    let nothing = json!({"data": {"group": null, "project": null}});
    let loud = ask::or_else(either, &answer, &[nothing]).expect("asked for as a group, which is not there");
    assert_eq!(loud.url, "https://fake.test/api/v4/groups/other%2Flone?with_projects=false");
    let named = names("include = [\"acme/a/shop\", \"acme/*\"]");
    assert_eq!(named, ["GET https://fake.test/api/v4/projects/acme%2Fa%2Fshop"]);
}

#[test]
fn a_list_that_is_switched_off_and_an_issue_that_nobody_touched_are_not_asked_for() {
    let bench = bench();
    let asked = |list: fn(&Ask<'_>) -> Vec<Request>, value: &Value| {
        let history = History::default();
        let parent = Kept { key: "20", scope: "group/10/7", since_us: None, gone_us: None, value, history };
        list(&Ask { api: &bench.settings.apis[0], parent: Some(&parent), since: None, window: None }).len()
    };
    let project = |more: Value| {
        let mut project = json!({"path_with_namespace": "acme/x"});
        project.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        project
    };
    let lists: [fn(&Ask<'_>) -> Vec<Request>; 4] = [ask::issues, ask::merge_requests, ask::pipelines, ask::deployments];
    let off =
        json!({"issues_access_level": "disabled", "merge_requests_enabled": false, "builds_access_level": "disabled"});
    assert_eq!(lists.map(|list| asked(list, &project(json!({"issues_access_level": "private"})))), [1, 1, 1, 1]);
    assert_eq!(lists.map(|list| asked(list, &project(off.clone()))), [0, 0, 0, 0]);
    let no_environments = json!({"environments_access_level": "disabled"});
    assert_eq!(lists.map(|list| asked(list, &project(no_environments.clone()))), [1, 1, 1, 0]);
    let issue = |updated: &str| json!({"created_at": "2025-01-01T00:00:00.000Z", "updated_at": updated});
    assert_eq!(asked(ask::issue_notes, &issue("2025-01-01T00:00:00.000Z")), 0);
    assert_eq!(asked(ask::issue_notes, &issue("2025-01-01T00:00:00.001Z")), 1);
    let pipeline = |status: &str, project: &str| json!({"status": status, "project": project});
    let jobs = [("success", "acme/x"), ("running", "acme/x"), ("success", "other/x")];
    assert_eq!(jobs.map(|(status, project)| asked(ask::jobs, &pipeline(status, project))), [1, 0, 0]);
}

#[test]
fn an_address_that_is_no_api_is_refused_before_anything_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("milepost.toml");
    let study = STUDY.replace("https://fake.test/api/v4", "https://fake.test");
    std::fs::write(&file, format!("[study]\nname = \"t\"\n{study}")).expect("written");
    let why = load(&file, &Overrides::default()).map(|_| ()).expect_err("refused").to_string();
    assert!(why.contains("https://HOST/api/v4"), "{why}");
}

#[test]
fn nothing_of_a_person_is_stored() {
    let mut bench = bench();
    let jane = json!({"id": 77_001, "username": "jane-doe", "name": "Jane Doe", "web_url": "https://x/jane-doe", "public_email": "jane@acme.test"});
    bench.put("issues", SCOPE, [issue(1, &json!({
        "title": "Access for Jane Doe <jane@acme.test> @jane-doe", "description": "Jane Doe", "author": jane, "assignee": jane,
        "web_url": "https://x/jane-doe/1", "labels": ["for jane-doe"],
    }))]);
    bench.put(
        "issue_notes",
        &format!("{SCOPE}/1"),
        [json!({"id": 1, "body": "assigned to @jane-doe", "system": true, "author": jane})],
    );
    bench.put(
        "merge_requests",
        SCOPE,
        [json!({"iid": 1, "source_branch": "jane-doe/fix", "author": jane, "description": "Closes jane-doe#4"})],
    );
    bench.put(
        "merge_request_commits",
        &format!("{SCOPE}/1"),
        [json!({"id": "abc", "author_name": "Jane Doe", "author_email": "jane@acme.test"})],
    );
    bench.put("pipelines", SCOPE, [json!({"id": 1, "ref": "jane-doe/fix", "user": jane})]);
    bench.put("deployments", SCOPE, [json!({"id": 1, "ref": "jane-doe/fix", "user": jane, "environment": {"id": 1, "name": "review/jane-doe"}, "deployable": {"tag": false}})]);
    bench.put("group_members", "group/10/10", [jane]);
    for stream in [
        "issues",
        "issue_notes",
        "merge_requests",
        "merge_request_commits",
        "pipelines",
        "deployments",
        "group_members",
    ] {
        for body in bench.bodies(stream) {
            let text = body.to_string().to_lowercase();
            for name in ["jane", "doe", "acme.test", "77001"] {
                assert!(!text.contains(name), "`{stream}` holds `{name}`: {text}");
            }
        }
    }
    assert_eq!(bench.people.0, ["jane-doe"]);
}

#[test]
fn records_of_wrong_shape_are_counted_and_break_nothing() {
    let mut bench = bench();
    bench.put("issues", SCOPE, [
        json!({"iid": 1}),
        json!({"iid": "2", "created_at": "yesterday", "author": 7, "labels": "x", "title": {"a": 1}, "issue_type": 4}),
        json!({"iid": 3, "created_at": "2025-01-01T00:00:00Z", "author": null, "labels": [null, 3]}),
    ]);
    bench.put("merge_requests", SCOPE, [json!({"iid": 5, "created_at": [], "state": "opened", "description": 9})]);
    bench.put("pipelines", SCOPE, [json!({"id": 9, "status": "success", "updated_at": null, "web_url": 4})]);
    bench.put("deployments", SCOPE, [json!({"id": 1, "environment": 4, "status": "success", "deployable": "none"})]);
    bench.put("jobs", &format!("{SCOPE}/9"), [json!({"id": 1, "status": "success", "commit": []})]);
    let facts = bench.facts();
    assert_eq!(activities(&facts).get("ticket.created"), Some(&1));
    let bad: i64 = caveats(&facts).iter().filter(|(text, _)| text.starts_with("bad-row")).map(|(_, count)| count).sum();
    assert_eq!(bad, 6, "{:?}", caveats(&facts));
}

#[test]
fn a_pipeline_ends_with_its_last_job_where_jobs_are_read() {
    let mut bench = bench();
    let pipeline = |id: u32| {
        json!({
            "id": id, "name": "deploy", "status": "success", "source": "push", "created_at": day(1), "updated_at": day(20),
        })
    };
    bench.put("pipelines", SCOPE, [pipeline(1), pipeline(2)]);
    let job = |id: u32, ended: u32| json!({"id": id, "name": "deploy", "status": "success", "started_at": day(1), "finished_at": day(ended)});
    bench.put("jobs", &format!("{SCOPE}/1"), [job(1, 2), job(2, 3)]);
    let facts = bench.facts();
    let ended = |id: &str| {
        let event = facts.events.iter().find(|event| event.event_id.contains(id)).expect("told");
        to_rfc3339(event.at_us)
    };
    assert_eq!(ended("x-pipeline-1:"), "2025-01-03T00:00:00Z");
    assert_eq!(ended("x-pipeline-2:"), "2025-01-20T00:00:00Z", "no later than this");
}
