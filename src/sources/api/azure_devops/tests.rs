//! What Azure DevOps' records mean, on invented ones and on recorded ones.

use serde_json::json;

use super::world::{SHA, STUDY, bob, build, change, item, jane, job, release, vote};
use crate::sources::api::kept::{History, Kept};
use crate::sources::api::recorded::{Bench, activities, caveats, rows};
use crate::sources::api::stream::Ask;

fn bench() -> Bench {
    let mut bench = Bench::new(STUDY);
    bench.put("projects", "", [json!({"id": "p1", "name": "Shop"}), json!({"id": "p2", "name": "Other"})]);
    bench.put("repositories", "p1", [json!({"id": "r1", "name": "web", "project": {"id": "p1", "name": "Shop"}})]);
    bench
}

const NOTED: &str = "tells-nothing: `projects`: projects tell by their work items, changes and builds";

#[test]
fn a_work_item_is_assigned_answered_and_closed_once() {
    let mut bench = bench();
    let closed = json!({"System.State": "Closed", "System.Reason": "Fixed", "System.AssignedTo": bob()});
    bench.put(
        "work-items",
        "p1",
        [
            item(1, 1, "2025-04-01T09:00:00Z", &jane(), &json!({})),
            item(1, 2, "2025-04-01T10:00:00Z", &jane(), &json!({"System.CommentCount": 1})),
            item(
                1,
                3,
                "2025-04-02T09:00:00Z",
                &bob(),
                &json!({"System.AssignedTo": bob(), "System.State": "Resolved"}),
            ),
            item(1, 4, "2025-04-03T09:00:00Z", &bob(), &closed),
            item(1, 5, "2025-04-04T09:00:00Z", &jane(), &json!({"System.State": "Active", "System.AssignedTo": bob()})),
        ],
    );
    let facts = bench.facts();
    let told = activities(&facts);
    assert_eq!(told["ticket.created"], 1);
    assert_eq!(told["access.requested"], 1);
    assert_eq!(
        (told["ticket.assigned"], told["ticket.answered"], told["ticket.closed"], told["ticket.reopened"]),
        (1, 1, 1, 1)
    );
    assert_eq!(told["ticket.updated"], 2);
    assert!(facts.events.iter().any(|event| event.event_id == "api:x:AB#1:ticket.created"));
    let closing = facts.events.iter().find(|event| event.activity == "ticket.closed").expect("closed");
    assert_eq!(closing.outcome.as_deref(), Some("done"));
    let named = |link: &crate::log::ObjectLink| link.from_id == "ticket:AB#1" && link.to_id == "component:web";
    assert!(facts.object_links.iter().any(named), "{:?}", facts.object_links);
}

#[test]
fn what_is_removed_or_a_duplicate_was_not_done() {
    let mut bench = bench();
    bench.put(
        "work-items",
        "p1",
        [
            item(1, 1, "2025-04-01T09:00:00Z", &jane(), &json!({})),
            item(1, 2, "2025-04-02T09:00:00Z", &jane(), &json!({"System.State": "Removed"})),
            item(2, 1, "2025-04-01T09:00:00Z", &jane(), &json!({})),
            item(
                2,
                2,
                "2025-04-02T09:00:00Z",
                &jane(),
                &json!({"System.State": "Closed", "System.Reason": "Duplicate"}),
            ),
            item(3, 1, "2025-04-01T09:00:00Z", &jane(), &json!({"System.State": "Done"})),
        ],
    );
    let facts = bench.facts();
    let mut outcomes: Vec<_> = facts.events.iter().filter_map(|event| event.outcome.as_deref()).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["declined", "declined", "done"]);
    assert!(!activities(&facts).contains_key("ticket.answered"));
}

#[test]
fn a_work_item_that_moved_is_opened_once_and_one_with_a_lost_past_answers_nobody() {
    let mut bench = bench();
    bench.put("work-items", "p1", [item(1, 1, "2025-04-01T09:00:00Z", &jane(), &json!({}))]);
    bench.put(
        "work-items",
        "p2",
        [
            item(1, 2, "2025-04-02T09:00:00Z", &bob(), &json!({})),
            item(7, 4, "2025-04-02T09:00:00Z", &bob(), &json!({})),
        ],
    );
    let facts = bench.facts();
    let told = activities(&facts);
    assert_eq!((told["ticket.created"], told["ticket.answered"]), (2, 1));
    let mut ids: Vec<&str> = facts.events.iter().map(|event| event.event_id.as_str()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

#[test]
fn a_change_lands_with_its_votes_comments_and_commits() {
    let mut bench = bench();
    bench.put(
        "pull-requests",
        "p1/r1",
        [
            change(1, "active", None),
            change(2, "completed", Some("2025-04-06T10:00:00Z")),
            change(3, "abandoned", Some("2025-04-06T10:00:00Z")),
        ],
    );
    bench.put("threads", "p1/r1/2", [
        vote(1, "10"), vote(2, "-5"), vote(3, "0"),
        json!({"id": 4, "comments": [
            {"id": 1, "commentType": "text", "author": bob(), "publishedDate": "2025-04-05T13:00:00Z", "content": "Jane, see"},
            {"id": 2, "commentType": "text", "author": jane(), "publishedDate": "2025-04-05T14:00:00Z"},
            {"id": 3, "isDeleted": true, "author": bob()}]}),
        json!({"id": 5, "comments": [{"id": 1, "commentType": "text", "author": jane(), "publishedDate": "2025-04-05T14:00:00Z"}]}),
        json!({"id": 6, "comments": [], "properties": {"CodeReviewThreadType": {"$value": "RefUpdate"}}}),
    ]);
    bench.put(
        "commits",
        "p1/r1/2",
        [json!({"commitId": SHA, "author": {"date": "2025-04-05T09:00:00Z", "email": "jane-doe@acme.test"}})],
    );
    let facts = bench.facts();
    let told = activities(&facts);
    assert_eq!(
        (told["change.created"], told["change.merged"], told["change.abandoned"], told["change.reviewed"]),
        (3, 1, 1, 4)
    );
    let mut outcomes: Vec<_> = facts.events.iter().filter_map(|event| event.outcome.as_deref()).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["approved", "changes_requested", "commented", "dismissed"]);
    assert!(
        facts
            .events
            .iter()
            .filter(|event| event.activity == "change.reviewed")
            .all(|event| event.is_bot == Some(false))
    );
    assert!(facts.object_links.iter().any(|link| link.rule == "listed" && link.from_id == format!("commit:{SHA}")));
    assert!(facts.object_links.iter().any(|link| link.from_id == "change:web!2" && link.to_id == "ticket:AB#1"));
    let caveats = caveats(&facts);
    assert_eq!(caveats["tells-nothing: `threads`: a thread in which nobody but the author says anything"], 1);
    assert_eq!(caveats["tells-nothing: `threads`: a note of the service's own"], 1);
}

#[test]
fn builds_jobs_and_deployments_are_told_where_they_ended() {
    let mut bench = bench();
    bench.put("builds", "p1", [build(1, &json!({})), build(2, &json!({"status": "inProgress", "result": null}))]);
    let record = |id: &str, kind: &str, name: &str, result: Option<&str>| {
        json!({
        "id": id, "type": kind, "name": name, "state": if result.is_some() { "completed" } else { "pending" }, "result": result,
        "startTime": "2025-05-01T10:01:00Z", "finishTime": "2025-05-01T10:04:00Z"})
    };
    bench.put(
        "timeline",
        "p1/1",
        [
            record("a", "Stage", "Ship to production", Some("succeeded")),
            record("b", "Job", "ship", Some("failed")),
            record("c", "Task", "echo", Some("succeeded")),
            record("d", "Job", "later", None),
            record("e", "Job", "no", Some("skipped")),
        ],
    );
    bench.put("environments", "p1", [json!({"id": 1, "name": "production"}), json!({"id": 2, "name": "playground"})]);
    bench.put(
        "environment-deployments",
        "p1/1",
        [job(1, 1, "production", Some("succeeded")), job(2, 1, "canary", None)],
    );
    bench.put("environment-deployments", "p1/2", [job(1, 1, "production", Some("succeeded"))]);
    bench.put("releases", "", [release(1, 0), release(2, 0)]);
    let facts = bench.facts();
    let told = activities(&facts);
    assert_eq!((told["pipelinerun.finished"], told["service.deployed"]), (2, 3));
    let placed = facts.events.iter().filter(|event| event.environment.as_deref() == Some("production"));
    let channels: Vec<_> = placed.map(|event| event.channel.as_deref()).collect();
    assert!(channels.contains(&Some("code")) && channels.contains(&Some("ui")) && channels.len() == 2, "{channels:?}");
    let about = |event: &str, object: &str| {
        let is = |one: &&crate::log::Event| one.evidence.starts_with(&format!("api:x/{event}"));
        let id = &facts.events.iter().find(is).expect("told").event_id;
        facts.event_objects.iter().any(|about| &about.event_id == id && about.object_id.starts_with(object))
    };
    for stream in ["environment-deployments", "releases", "builds", "timeline"] {
        assert!(about(stream, "repository:web") && about(stream, "commit:"), "{stream}");
    }
    let counted = caveats(&facts);
    let total: i64 = counted.values().sum();
    let told: std::collections::BTreeSet<&str> = facts.events.iter().map(|event| event.evidence.as_str()).collect();
    // The repository is told by its object alone.
    assert_eq!(usize::try_from(total).expect("a count") + told.len() + 1, bench.put, "{counted:?}");
}

#[test]
fn what_a_stage_puts_into_an_environment_is_one_deployment_by_its_worst_job_and_last_end() {
    let mut bench = bench();
    bench.put("environments", "p1", [json!({"id": 1, "name": "production"}), json!({"id": 2, "name": "staging"})]);
    let mut again = job(3, 1, "ship", Some("succeeded"));
    again["stageAttempt"] = json!(2);
    let mut mended = [job(4, 2, "ship", Some("failed")), job(5, 2, "ship", Some("succeeded"))];
    for (attempt, one) in (1..).zip(&mut mended) {
        one["jobName"] = json!("web");
        one["jobAttempt"] = json!(attempt);
    }
    let mut alone = job(9, 3, "ship", Some("succeededWithIssues"));
    alone["owner"] = json!(null);
    let records = [
        job(1, 1, "ship", Some("succeeded")),
        job(2, 1, "ship", Some("failed")),
        again,
        job(6, 4, "ship", Some("skipped")),
        job(7, 4, "ship", Some("succeeded")),
        job(8, 5, "ship", Some("skipped")),
        alone,
    ];
    bench.put("environment-deployments", "p1/1", records.into_iter().chain(mended));
    bench.put("environment-deployments", "p1/2", [job(1, 1, "ship", Some("canceled")), job(2, 1, "ship", None)]);
    let facts = bench.facts();
    let mut told: Vec<_> = facts
        .events
        .iter()
        .filter(|event| event.activity == "service.deployed")
        .map(|event| {
            let minutes = (event.at_us - event.began_us.expect("a start")) / 60_000_000;
            (event.event_id.as_str(), event.outcome.as_deref().expect("an outcome"), minutes)
        })
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("api:x:p1/1/-.9:service.deployed", "partially_succeeded", 60),
            ("api:x:p1/1/1.ship.1:service.deployed", "failure", 61),
            ("api:x:p1/1/1.ship.2:service.deployed", "success", 60),
            ("api:x:p1/1/2.ship.1:service.deployed", "success", 60),
            ("api:x:p1/1/4.ship.1:service.deployed", "success", 60),
        ]
    );
    let counted = caveats(&facts);
    let of = |why: &str| counted[&format!("tells-nothing: `environment-deployments`: {why}")];
    assert_eq!(of("another job, resource or try of a deployment that is told once"), 4);
    assert_eq!((of("a deployment that was skipped"), of("a deployment that has not ended")), (1, 1));
}

#[test]
fn environments_are_asked_for_where_they_are_named() {
    let asked = |streams: &str| {
        let study = format!("[[apis]]\nid = \"x\"\nkind = \"azure-devops\"\nurl = \"https://fake.test\"\n{streams}");
        let bench = Bench::new(&study);
        let value = json!({"id": "p1", "name": "Shop"});
        let project =
            Kept { key: "p1", scope: "", since_us: None, gone_us: None, value: &value, history: History::default() };
        let ask = Ask { api: &bench.settings.apis[0], parent: Some(&project), since: None, window: None };
        (super::ask::environments(&ask).len(), super::ask::environment_deployments(&ask).len())
    };
    assert_eq!(asked(""), (0, 0));
    assert_eq!(asked("streams = [\"projects\", \"builds\"]"), (0, 0));
    assert_eq!(asked("streams = [\"environments\"]"), (1, 0));
    assert_eq!(asked("streams = [\"environment-deployments\"]"), (1, 1));
}

#[test]
fn the_authors_own_vote_is_no_review() {
    let mut bench = bench();
    bench.put("pull-requests", "p1/r1", [change(2, "active", None)]);
    let mut own = vote(1, "10");
    own["identities"] = json!({"1": jane()});
    bench.put("threads", "p1/r1/2", [own, vote(2, "10")]);
    let facts = bench.facts();
    assert_eq!(activities(&facts)["change.reviewed"], 1);
    assert_eq!(caveats(&facts)["tells-nothing: `threads`: a vote of the author's own"], 1);
}

#[test]
fn releases_are_asked_of_their_own_host_or_where_they_are_named() {
    let asked = |url: &str, more: &str| {
        let bench = Bench::new(&format!("[[apis]]\nid = \"x\"\nkind = \"azure-devops\"\nurl = \"{url}\"\n{more}"));
        let ask = Ask { api: &bench.settings.apis[0], parent: None, since: None, window: None };
        super::ask::releases(&ask).into_iter().map(|request| request.url).collect::<Vec<_>>()
    };
    assert!(asked("https://dev.azure.com/acme", "owners = [\"Shop\"]").is_empty());
    assert_eq!(asked("https://vsrm.dev.azure.com/acme", "owners = [\"Shop\", \"My Team\"]").len(), 2);
    assert_eq!(asked("https://azure.acme.test/all", "streams = [\"releases\"]").len(), 1);
    let urls = asked("https://vsrm.dev.azure.com/acme", "owners = [\"My Team\"]");
    assert!(urls[0].starts_with("https://vsrm.dev.azure.com/acme/My%20Team/_apis/release/deployments?"), "{urls:?}");
}

#[test]
fn hostile_records_are_counted_and_stop_nothing() {
    let mut bench = bench();
    let before = bench.put;
    bench.put(
        "work-items",
        "p1",
        [
            json!({"id": 1, "rev": 1}),
            json!({"id": "x", "rev": 1, "fields": {"System.CreatedDate": "2025-01-01T00:00:00Z"}}),
            json!({"id": 3, "rev": 1, "fields": {"System.CreatedDate": 7.5, "System.ChangedDate": "then"}}),
            json!({"id": 4, "rev": 18_446_744_073_709_551_615_u64, "fields": []}),
        ],
    );
    bench.put("pull-requests", "p1/r1", [
        json!({"pullRequestId": 1}), json!({"pullRequestId": 2, "creationDate": "2025-04-05T10:00:00Z", "status": "\u{202E}evitca"}),
        json!({"pullRequestId": 3, "creationDate": "2025-04-05T10:00:00Z", "status": "completed", "closedDate": "0001-01-01T00:00:00"}),
    ]);
    bench.put("threads", "p1/r1/99", [vote(1, "10")]);
    bench.put("threads", "p1/r1/1", [vote(2, "much"), json!({"id": 3, "comments": [null, 4, {"id": null}]})]);
    bench.put("commits", "p1/r1/1", [json!({"commitId": SHA})]);
    bench.put(
        "builds",
        "p1",
        [json!({"id": 1}), build(2, &json!({"finishTime": null})), build(3, &json!({"repository": [], "reason": 4}))],
    );
    bench.put(
        "timeline",
        "p1/3",
        [json!({"id": "a"}), json!({"id": "b", "type": "Job", "state": "completed", "result": "succeeded"})],
    );
    bench.put(
        "releases",
        "",
        [json!({"id": 1}), json!({"id": 2, "releaseEnvironment": {"name": "jane-doe@acme.test"}})],
    );
    let facts = bench.facts();
    let counted: i64 = caveats(&facts).values().sum();
    let refused = usize::try_from(counted).expect("a count") - 2;
    assert_eq!((facts.events.len(), refused + 1), (1, bench.put - before), "{:?}", caveats(&facts));
}

#[test]
fn nobody_of_the_fixtures_stands_in_the_archive() {
    let mut bench = bench();
    bench.put("work-items", "p1", [item(1, 1, "2025-04-01T09:00:00Z", &jane(), &json!({"System.AssignedTo": bob()}))]);
    bench.put("pull-requests", "p1/r1", [change(2, "completed", Some("2025-04-06T10:00:00Z"))]);
    bench.put(
        "threads",
        "p1/r1/2",
        [vote(1, "10"), json!({"id": 4, "comments": [{"id": 1, "author": bob(), "content": "Jane Doe"}]})],
    );
    bench.put(
        "commits",
        "p1/r1/2",
        [json!({"commitId": SHA, "author": {"name": "Jane Doe", "date": "2025-04-05T09:00:00Z"}})],
    );
    bench.put("builds", "p1", [build(1, &json!({}))]);
    bench.put("releases", "", [release(1, 0)]);
    for stream in ["work-items", "pull-requests", "threads", "commits", "builds", "releases"] {
        for body in bench.bodies(stream) {
            let text = body.to_string().to_lowercase();
            for name in ["jane", "bob", "roe", "acme.test"] {
                assert!(!text.contains(name), "{stream}: {text}");
            }
        }
    }
}

#[test]
fn recorded_builds_and_jobs_are_runs() {
    let (Some(builds), Some(records)) = (
        rows("azuredevops_go___raw_azuredevops_go_api_builds"),
        rows("azuredevops_go___raw_azuredevops_go_api_timeline_records"),
    ) else {
        return;
    };
    let mut bench = Bench::new(STUDY);
    bench.put("projects", "", [json!({"id": "p1", "name": "Shop"})]);
    bench.put("builds", "p1", builds);
    bench.put("timeline", "p1/12", records);
    assert_eq!(bench.put, 1 + 7 + 5);
    let facts = bench.facts();
    // Seven builds: one goes on, one has not begun; five records: one job that ended, three pending and a step.
    assert_eq!(activities(&facts)["pipelinerun.finished"], 5 + 1);
    let outcome = |word: &str| facts.events.iter().filter(|event| event.outcome.as_deref() == Some(word)).count();
    assert_eq!((outcome("success"), outcome("cancelled")), (4 + 1, 1));
    assert!(facts.events.iter().all(|event| event.channel.as_deref() == Some("ui") && event.actor_id.is_some()));
    assert_eq!(facts.event_objects.iter().filter(|about| about.object_id.starts_with("repository:")).count(), 6);
    assert_eq!(facts.event_objects.iter().filter(|about| about.object_id.starts_with("commit:")).count(), 6);
    let caveats = caveats(&facts);
    assert_eq!(caveats["tells-nothing: `builds`: a build that has not ended"], 2);
    assert_eq!(caveats["tells-nothing: `timeline`: a stage, phase or step; its jobs tell it"], 4);
    assert_eq!(caveats[NOTED], 1);
}

#[test]
fn a_recorded_pull_request_is_an_open_change_with_a_commit() {
    let (Some(changes), Some(commits)) = (
        rows("azuredevops_go___raw_azuredevops_go_api_pull_requests"),
        rows("azuredevops_go___raw_azuredevops_go_api_pull_request_commits"),
    ) else {
        return;
    };
    let mut bench = bench();
    let before = bench.put;
    bench.put("pull-requests", "p1/r1", changes);
    bench.put("commits", "p1/r1/1", commits);
    assert_eq!(bench.put - before, 2);
    let facts = bench.facts();
    let told = activities(&facts);
    assert_eq!((told["change.created"], told.len()), (1, 1));
    assert_eq!(facts.object_links.iter().filter(|link| link.rule == "listed").count(), 1);
    assert_eq!(caveats(&facts).values().sum::<i64>(), 2);
}
