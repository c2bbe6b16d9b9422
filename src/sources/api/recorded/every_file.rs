//! Every file of recorded rows is read by the test of a source, or it is said why not and what reads such rows instead.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Met, activities, caveats, rows};
use crate::config::{Overrides, load};
use crate::sources::file::{Pull, Table, pull};

/// What the name of a file begins with, and the test that reads such files and names each.
const READ: &[(&str, &str)] = &[
    ("azuredevops_go___raw_azuredevops_go_api_", "azure_devops/tests.rs"),
    ("github___raw_github_api_", "github/tests.rs"),
    ("github_graphql___raw_github_graphql_", "github/tests.rs"),
    ("gitlab___raw_gitlab_api_", "gitlab/recorded_tests.rs"),
    ("jenkins___raw_jenkins_api_", "jenkins/tests.rs"),
    ("jira___raw_jira_api_", "jira/recorded_tests.rs"),
    ("jira___raw_jira_external_", "jira/recorded_tests.rs"),
    ("pagerduty___raw_pagerduty_", "pagerduty/tests.rs"),
];

/// What nobody asks: how such rows come in all the same.
enum Way {
    /// A table of the domain layer of `DevLake`, which this preset of `[[files]]` reads, and what a recorded row is there.
    Preset(&'static str, fn(&Value) -> Value),
    /// No record of its own: what tells the same.
    Told(&'static str),
}

use Way::{Preset, Told};

/// Bitbucket, Bamboo and `CircleCI` have no source of their own: `docs/sources/devlake.md`, or files.
const NO_SOURCE: &[(&str, usize, Way)] = &[
    ("bamboo___raw_bamboo_api_deploy_builds", 14, Preset("devlake-cicd-deployment-commits", bamboo_deployment)),
    ("bamboo___raw_bamboo_api_deploys", 4, Told("projects of deployments; each deployment names its own")),
    ("bamboo___raw_bamboo_api_job_builds", 7, Told("jobs of builds; their plan's builds are told")),
    ("bamboo___raw_bamboo_api_jobs", 4, Told("what a plan is made of; nothing that happened")),
    ("bamboo___raw_bamboo_api_plan_builds", 18, Preset("devlake-cicd-pipelines", bamboo_build)),
    ("bitbucket___raw_bitbucket_api_deployments", 27, Preset("devlake-cicd-deployment-commits", bitbucket_deployment)),
    ("bitbucket___raw_bitbucket_api_issue_comments", 28, Told("comments; DevLake's table of them has no preset")),
    ("bitbucket___raw_bitbucket_api_issues", 30, Preset("devlake-issues", bitbucket_issue)),
    ("bitbucket___raw_bitbucket_api_pipeline_steps", 35, Told("steps of pipelines; the pipelines are told")),
    ("bitbucket___raw_bitbucket_api_pipelines", 22, Preset("devlake-cicd-pipelines", bitbucket_pipeline)),
    ("bitbucket___raw_bitbucket_api_pull_request_commits", 8, Told("commits; git tells them")),
    ("bitbucket___raw_bitbucket_api_pull_requests", 57, Preset("devlake-pull-requests", bitbucket_pull)),
    (
        "bitbucket___raw_bitbucket_api_pullrequest_comments",
        18,
        Told("comments without a verdict, which are no reviews"),
    ),
    ("bitbucket___raw_bitbucket_api_repositories", 1, Told("a repository, which the study file declares")),
    ("circleci___raw_circleci_api_jobs", 9, Told("jobs of workflows; the workflows are told")),
    ("circleci___raw_circleci_api_jobs_incremental", 6, Told("jobs of workflows; the workflows are told")),
    ("circleci___raw_circleci_api_pipelines", 10, Told("what began workflows, without an end; the workflows are told")),
    ("circleci___raw_circleci_api_projects", 1, Told("a project, which the study file declares")),
    ("circleci___raw_circleci_api_users", 1, Told("people enter by what they do")),
    ("circleci___raw_circleci_api_workflows", 10, Preset("devlake-cicd-pipelines", circleci_workflow)),
    ("circleci___raw_circleci_api_workflows_incremental", 6, Preset("devlake-cicd-pipelines", circleci_workflow)),
];

fn result(word: &Value) -> &'static str {
    match word.as_str().unwrap_or_default().to_lowercase().as_str() {
        "successful" | "success" => "SUCCESS",
        "failed" => "FAILURE",
        _ => "",
    }
}

/// Over is what has an end, and no word of going on.
fn status(end: &Value, word: &Value) -> &'static str {
    let goes_on = matches!(
        word.as_str().unwrap_or_default().to_uppercase().as_str(),
        "IN_PROGRESS" | "PENDING" | "QUEUED" | "PAUSED" | "RUNNING" | "HALTED" | "NOT_BUILT"
    );
    if end.is_null() || goes_on { "IN_PROGRESS" } else { "DONE" }
}

fn bamboo_build(raw: &Value) -> Value {
    json!({
        "id": format!("bamboo:BambooPlanBuild:1:{}", raw["buildResultKey"]), "name": raw["plan"]["name"], "cicd_scope_name": raw["plan"]["key"],
        "result": result(&raw["buildState"]), "status": status(&raw["buildCompletedTime"], &raw["lifeCycleState"]),
        "started_date": raw["buildStartedTime"], "finished_date": raw["buildCompletedTime"], "commit_sha": raw["vcsRevisionKey"],
    })
}

fn bamboo_deployment(raw: &Value) -> Value {
    let at = |field: &str| raw[field].as_i64().map(|at| crate::log::to_rfc3339(at * 1_000));
    json!({
        "id": format!("bamboo:BambooDeployBuild:1:{}", raw["id"]), "repo_name": "acme/app", "environment": "production",
        "result": result(&raw["deploymentState"]), "status": status(&raw["finishedDate"], &raw["lifeCycleState"]),
        "started_date": at("startedDate"), "finished_date": at("finishedDate"),
    })
}

fn bitbucket_deployment(raw: &Value) -> Value {
    let state = &raw["state"];
    json!({
        "id": format!("bitbucket:BitbucketDeployment:1:{}", raw["uuid"]), "repo_name": "acme/app", "environment": raw["environment"]["name"],
        "result": if state["name"] == "COMPLETED" { "SUCCESS" } else { result(&state["name"]) },
        "status": status(&state["completed_on"], &state["name"]), "commit_sha": raw["release"]["commit"]["hash"],
        "started_date": state["started_on"], "finished_date": state["completed_on"],
    })
}

fn bitbucket_issue(raw: &Value) -> Value {
    json!({
        "id": format!("bitbucket:BitbucketIssue:1:{}", raw["id"]), "issue_key": raw["id"].to_string(), "title": raw["title"],
        "created_date": raw["created_on"], "status": "TODO", "creator_name": raw["reporter"]["display_name"],
    })
}

fn bitbucket_pipeline(raw: &Value) -> Value {
    let state = &raw["state"];
    json!({
        "id": format!("bitbucket:BitbucketPipeline:1:{}", raw["uuid"]), "cicd_scope_name": "acme/app",
        "result": result(&state["result"]["name"]), "original_result": state["result"]["name"],
        "status": status(&raw["completed_on"], &state["name"]), "commit_sha": raw["target"]["commit"]["hash"],
        "started_date": raw["created_on"], "finished_date": raw["completed_on"],
    })
}

fn bitbucket_pull(raw: &Value) -> Value {
    let is = |state: &str| raw["state"] == state;
    json!({
        "id": format!("bitbucket:BitbucketPullRequest:1:{}", raw["id"]), "pull_request_key": raw["id"], "url": raw["links"]["html"]["href"],
        "title": raw["title"], "created_date": raw["created_on"], "author_name": raw["author"]["display_name"],
        "merged_date": is("MERGED").then(|| &raw["updated_on"]), "closed_date": is("DECLINED").then(|| &raw["updated_on"]),
        "merge_commit_sha": raw["merge_commit"]["hash"],
    })
}

fn circleci_workflow(raw: &Value) -> Value {
    json!({
        "id": format!("circleci:CircleciWorkflow:1:{}", raw["id"]), "name": raw["name"], "cicd_scope_name": raw["project_slug"],
        "result": result(&raw["status"]), "status": status(&raw["stopped_at"], &raw["status"]),
        "started_date": raw["created_at"], "finished_date": raw["stopped_at"],
    })
}

fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/recorded/devlake")
}

#[test]
fn every_recorded_file_is_read_or_said_why_not() {
    let Ok(entries) = fs::read_dir(recorded()) else {
        println!("skipped: the folder of recorded rows, which is absent");
        return;
    };
    let names = entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned());
    let stems: BTreeSet<String> = names.filter_map(|name| Some(name.strip_suffix(".jsonl")?.to_owned())).collect();
    assert!(stems.len() >= 70, "{} files", stems.len());
    let mut unread = Vec::new();
    for stem in &stems {
        if let Some((_, many, way)) = NO_SOURCE.iter().find(|(name, ..)| name == stem) {
            assert_eq!(rows(stem).expect("it is there").len(), *many, "{stem}");
            assert!(!matches!(way, Told(why) if why.is_empty()), "{stem}");
            continue;
        }
        let read = READ.iter().any(|(prefix, test)| {
            let Some(list) = stem.strip_prefix(prefix) else { return false };
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sources/api").join(test);
            let text = fs::read_to_string(path).expect("a test of a source");
            text.contains(&format!("\"{stem}\"")) || text.contains(&format!("\"{list}\""))
        });
        if !read {
            unread.push(stem);
        }
    }
    assert!(unread.is_empty(), "no test reads {unread:?}, and nothing says why");
    let lost: Vec<_> = NO_SOURCE.iter().filter(|(name, ..)| !stems.contains(*name)).map(|(name, ..)| name).collect();
    assert!(lost.is_empty(), "said of files that are not there: {lost:?}");
}

/// Reads rows by a preset: how many records were told or left out with a count, and of which activities.
fn read(preset: &str, rows: &[Value]) -> (i64, Vec<(String, usize)>) {
    let folder = tempfile::tempdir().expect("a folder");
    let study = format!(
        "[study]\nname = \"t\"\n[environments]\norder = [\"test\", \"staging\", \"production\"]\n\
         [[files]]\nid = \"f\"\npreset = \"{preset}\"\npaths = [\"rows.jsonl\"]\n"
    );
    fs::write(folder.path().join("milepost.toml"), study).expect("written");
    let lines: Vec<String> = rows.iter().map(Value::to_string).collect();
    fs::write(folder.path().join("rows.jsonl"), lines.join("\n")).expect("written");
    let settings =
        load(&folder.path().join("milepost.toml"), &Overrides::default()).unwrap_or_else(|why| panic!("{why}"));
    let parquet = |_: &Path, _: &[String]| Ok(Table { columns: Vec::new(), rows: Box::new(std::iter::empty()) });
    let what = Pull { settings: &settings, file: &settings.files[0], source_rank: 0, parquet: &parquet };
    let facts = pull(&what, &mut Met::default()).unwrap_or_else(|why| panic!("{preset}: {why}")).facts;
    let told = activities(&facts);
    let records: usize = told.iter().filter(|(name, _)| !matches!(**name, "change.merged")).map(|(_, many)| many).sum();
    // Other caveats are of rows that are told, or of none.
    let left_out = ["tells-nothing", "bad-row", "duplicate-record"];
    let of_rows = caveats(&facts).into_iter().filter(|(text, _)| left_out.iter().any(|kind| text.starts_with(kind)));
    let counted: i64 = of_rows.map(|(_, count)| count).sum();
    let records = i64::try_from(records).expect("a count");
    (records + counted, told.into_iter().map(|(name, many)| (name.to_owned(), many)).collect())
}

#[test]
fn what_has_no_source_comes_in_by_the_presets_of_files() {
    let expected: &[(&str, &[(&str, usize)])] = &[
        ("bamboo___raw_bamboo_api_deploy_builds", &[("service.deployed", 7)]),
        ("bamboo___raw_bamboo_api_plan_builds", &[("pipelinerun.finished", 13)]),
        ("bitbucket___raw_bitbucket_api_deployments", &[("service.deployed", 17)]),
        ("bitbucket___raw_bitbucket_api_issues", &[("ticket.created", 30)]),
        ("bitbucket___raw_bitbucket_api_pipelines", &[("pipelinerun.finished", 14)]),
        ("bitbucket___raw_bitbucket_api_pull_requests", &[("change.created", 57), ("change.merged", 27)]),
        ("circleci___raw_circleci_api_workflows", &[("pipelinerun.finished", 9)]),
        ("circleci___raw_circleci_api_workflows_incremental", &[("pipelinerun.finished", 6)]),
    ];
    for (name, many, way) in NO_SOURCE {
        let Preset(preset, make) = way else { continue };
        let Some(rows) = rows(name) else { return };
        let dump: Vec<Value> = rows.iter().map(make).collect();
        let (records, told) = read(preset, &dump);
        let (_, events) = expected.iter().find(|(known, _)| known == name).expect("expected of each");
        let events: Vec<_> = events.iter().map(|(name, many)| ((*name).to_owned(), *many)).collect();
        assert_eq!(told, events, "{name}");
        assert_eq!(records, i64::try_from(*many).expect("a count"), "{name}: each row is told or counted");
    }
}
