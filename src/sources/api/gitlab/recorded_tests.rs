//! What GitLab's records mean, on rows that were recorded from real servers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::world::STUDY;
use crate::sources::api::recorded::{Bench, activities, caveats, rows, rows_with_urls};

const SCOPE: &str = "group/10/20";

fn recorded(name: &str) -> Option<Vec<Value>> {
    rows(&format!("gitlab___raw_gitlab_api_{name}"))
}

fn bench() -> Bench {
    let mut bench = Bench::new(STUDY);
    bench.put("projects", "group/10", [json!({"id": 20, "path_with_namespace": "acme/service-0"})]);
    bench
}

/// Puts rows of lists below other records each below its own.
fn below(bench: &mut Bench, stream: &str, rows: Vec<(String, Value)>) {
    let mut by_number: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (number, row) in rows {
        by_number.entry(number).or_default().push(row);
    }
    for (number, rows) in by_number {
        bench.put(stream, &format!("{SCOPE}/{number}"), rows);
    }
}

fn counted(bench: &Bench) -> (BTreeMap<String, usize>, BTreeMap<String, i64>) {
    let facts = bench.facts();
    let told = activities(&facts).into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    (told, caveats(&facts))
}

fn nothing(stream: &str, why: &str) -> String {
    format!("tells-nothing: `{stream}`: {why}")
}

#[test]
fn every_recorded_issue_is_told() {
    let Some(issues) = recorded("issues") else { return };
    assert_eq!(issues.len(), 16);
    let mut bench = bench();
    bench.put("issues", SCOPE, issues);
    let (told, left_out) = counted(&bench);
    assert_eq!(told, BTreeMap::from([("ticket.closed".to_owned(), 12), ("ticket.created".to_owned(), 16)]));
    assert!(left_out.is_empty(), "{left_out:?}");
    let moved = bench.facts().events.into_iter().filter(|event| event.outcome.as_deref() == Some("other")).count();
    assert_eq!(moved, 1, "one went to a project that is not read");
}

/// The 18 merge requests, then those of two other files: of 39 rows 24 are merge requests, since some stand in two files or
/// in all three.
fn with_requests() -> Option<Bench> {
    let mut bench = bench();
    for (name, many) in
        [("merge_requests_for_mr_notes_test", 16), ("merge_requests_for_mr_commit_test", 5), ("merge_requests", 18)]
    {
        let requests = recorded(name)?;
        assert_eq!(requests.len(), many, "{name}");
        bench.put("merge_requests", SCOPE, requests);
    }
    Some(bench)
}

#[test]
fn every_recorded_merge_request_with_notes_and_commits_is_told_or_counted() {
    let Some(mut bench) = with_requests() else { return };
    assert_eq!(
        (bench.put - 1, bench.bodies("merge_requests").len()),
        (39, 24),
        "fifteen rows stand in more than one file"
    );
    let notes = recorded("merge_request_notes").expect("the folder is whole");
    assert_eq!(notes.len(), 26);
    let numbered = notes.into_iter().map(|note| (note["noteable_iid"].to_string(), note)).collect();
    below(&mut bench, "merge_request_notes", numbered);
    let commits = rows_with_urls("gitlab___raw_gitlab_api_merge_request_commits").expect("the folder is whole");
    assert_eq!(commits.len(), 37);
    let number = |address: &str| {
        address.split("/merge_requests/").nth(1).and_then(|rest| rest.split('/').next()).map(str::to_owned)
    };
    let numbered = commits.into_iter().map(|(address, commit)| (number(&address).expect("a number"), commit)).collect();
    below(&mut bench, "merge_request_commits", numbered);
    let (told, left_out) = counted(&bench);
    let expected = [("change.abandoned", 4), ("change.created", 24), ("change.merged", 12), ("change.reviewed", 7)];
    assert_eq!(told, expected.map(|(name, count)| (name.to_owned(), count)).into());
    let expected = [
        (nothing("merge_request_notes", "a note by whoever made the merge request"), 2),
        (nothing("merge_request_notes", "a note that GitLab wrote of something else"), 16),
        (nothing("merge_request_notes", "an approval that was taken back"), 1),
    ];
    assert_eq!(left_out, expected.into());
    let links = bench.facts().object_links;
    let commits = links.iter().filter(|link| link.qualifier == "part_of").count();
    assert_eq!((bench.bodies("merge_request_commits").len(), commits), (37, 37));
    let closes = links.iter().filter(|link| link.to_id.starts_with("ticket:")).count();
    assert!(closes >= 8, "{closes} merge requests say which issue they close");
}

#[test]
fn every_recorded_pipeline_and_job_is_told_or_counted() {
    let Some(pipelines) = recorded("pipeline") else { return };
    let details = recorded("pipeline_details").expect("the folder is whole");
    assert_eq!((pipelines.len(), details.len()), (29, 16));
    let mut bench = bench();
    bench.put("pipelines", SCOPE, pipelines.into_iter().chain(details));
    let jobs = recorded("job").expect("the folder is whole");
    let triggers = recorded("trigger_job").expect("the folder is whole");
    assert_eq!((jobs.len(), triggers.len()), (75, 1));
    // The pipelines of these jobs were not recorded: others stand in.
    let of: BTreeSet<u64> = jobs.iter().chain(&triggers).filter_map(|job| job["pipeline"]["id"].as_u64()).collect();
    assert_eq!(of.len(), 58);
    bench.put("pipelines", SCOPE, of.into_iter().map(|id| json!({"id": id, "status": "created"})));
    let numbered = jobs.into_iter().chain(triggers).map(|job| (job["pipeline"]["id"].to_string(), job)).collect();
    below(&mut bench, "jobs", numbered);
    let (told, left_out) = counted(&bench);
    // 19 + 16 pipelines and 67 + 1 jobs.
    assert_eq!(told, BTreeMap::from([("pipelinerun.finished".to_owned(), 103)]));
    let expected = [
        (nothing("jobs", "a pipeline or job that has not ended"), 6),
        (nothing("jobs", "a pipeline or job that waits for a hand"), 1),
        (nothing("jobs", "a pipeline or job that was skipped"), 1),
        (nothing("pipelines", "a pipeline or job that has not ended"), 8 + 58),
        (nothing("pipelines", "a pipeline or job that waits for a hand"), 1),
        (nothing("pipelines", "a pipeline or job that was skipped"), 1),
    ];
    assert_eq!(left_out, expected.into());
    assert_eq!(103 + 18, 29 + 16 + 75 + 1, "each recorded row once");
}

#[test]
fn every_recorded_deployment_is_told_or_counted() {
    let Some(deployments) = recorded("deployments") else { return };
    assert_eq!(deployments.len(), 8);
    let mut bench = bench();
    bench.put("deployments", SCOPE, deployments);
    let (told, left_out) = counted(&bench);
    assert_eq!(told, BTreeMap::from([("service.deployed".to_owned(), 3)]));
    let expected = [
        // Two words of the recording that GitLab does not have.
        (nothing("deployments", "a deployment in a status that is not known"), 2),
        (nothing("deployments", "a deployment that has not ended"), 2),
        (nothing("deployments", "a deployment that waits for an approval"), 1),
    ];
    assert_eq!(left_out, expected.into());
}

#[test]
fn recorded_members_are_members_and_a_list_of_users_is_not_asked_for() {
    let Some(members) = recorded("users") else { return };
    assert_eq!(members.len(), 6);
    let mut bench = bench();
    bench.put("groups", "group/10", [json!({"id": 10, "path": "acme", "full_path": "acme"})]);
    bench.put("group_members", "group/10/10", members);
    let facts = bench.facts();
    assert_eq!(facts.memberships.len(), 6);
    assert!(facts.memberships.iter().all(|row| row.from_us > 1_500_000_000_000_000 && row.to_us.is_none()));
    let users = recorded("users_direct_api").expect("the folder is whole");
    assert_eq!(users.len(), 6, "who has an account says nothing of anybody's work; people enter by what they do");
}
