//! Presets, and what they need: columns that a file may lack, patterns, conditions and sightings. All rows are invented.

use super::tests::{Study, caveat, shown};
use super::*;
use crate::config::written::Column;
use crate::config::{Overrides, load};
use crate::log::Event;

const SHOP: &str = "[[repositories]]\nname = \"shop\"\nsubject = \"shop-api\"\nremote = \"acme/shop\"\n";

fn preset(name: &str, more: &str, files: &[(&str, &str)]) -> Study {
    Study::with(&format!("preset = \"{name}\"\n{more}"), files)
}

fn links(facts: &Facts) -> Vec<String> {
    let links = facts.object_links.iter();
    links.map(|link| format!("{} {} {} {}", link.from_id, link.qualifier, link.to_id, link.rule)).collect()
}

fn about<'f>(facts: &'f Facts, event: &Event) -> Vec<&'f str> {
    let rows = facts.event_objects.iter().filter(|row| row.event_id == event.event_id);
    rows.map(|row| row.object_id.as_str()).collect()
}

#[test]
fn a_dump_may_lack_what_a_preset_maps_beside_what_is_needed() {
    let rows = "id,issue_key,created_date,resolution_date,status\n\
                jira:JiraIssue:1:7,OPS-7,2024-07-01 10:00:00.000,2024-07-02 10:00:00.000,DONE\n\
                github:GithubIssue:1:8,8,2024-07-01T12:00:00.000+02:00,NULL,TODO\n";
    let facts = preset("devlake-issues", "", &[("issues.csv", rows)]).facts();
    // Times without an offset are UTC there, though the study's zone is another.
    assert_eq!(
        shown(&facts.events),
        [
            "ticket.created 2024-07-01T10:00:00Z - - -",
            "ticket.closed 2024-07-02T10:00:00Z - - done",
            "ticket.created 2024-07-01T10:00:00Z - - -",
        ]
    );
    let tickets: Vec<&str> = facts.objects.iter().map(|object| object.object_id.as_str()).collect();
    assert_eq!(tickets, ["ticket:OPS-7", "ticket:github:GithubIssue:1:8"]);
    let error = preset("devlake-issues", "", &[("issues.csv", "id,issue_key\n")]).pull().unwrap_err();
    assert!(error.contains("no column `created_date` (files.f, for `created`)"), "{error}");
    assert!(error.contains("hint: dump the table `issues`"), "{error}");
}

#[test]
fn what_the_study_file_writes_goes_before_the_preset() {
    let rows = "id,issue_key,created_date,who,team\nx:Y:1:1,OPS-1,01/07/2024,Jane Doe,q1\n";
    let more = "time-format = \"%d/%m/%Y\"\nzone = \"Europe/London\"\n\
                columns = { key = \"id\", opened_by = \"who\", team = \"team\" }\nconstants = { status = \"Done\" }\n\
                values = { team = { q1 = \"core\" } }\n\
                classify = [{ column = \"issue_key\", matches = \"^OPS\", category = \"ops\" }]\n";
    let facts = preset("devlake-issues", more, &[("issues.csv", rows)]).facts();
    assert_eq!(shown(&facts.events), ["ticket.created 2024-06-30T23:00:00Z i-0 - -"]);
    assert_eq!(facts.events[0].category.as_deref(), Some("ops"));
    assert_eq!(links(&facts), ["ticket:x:Y:1:1 sent_to team:core field"]);
    // A column that the study file itself maps must be there.
    let lacking = preset("devlake-issues", "columns = { team = \"queue\" }\n", &[("issues.csv", rows)]);
    assert!(lacking.pull().unwrap_err().contains("no column `queue`"));
}

#[test]
fn an_unknown_preset_is_refused_with_line_names_and_the_nearest() {
    let refused = |entry: &str| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("milepost.toml");
        let text = format!("[study]\nname = \"t\"\n\n[[files]]\nid = \"f\"\npaths = [\"x\"]\n{entry}");
        std::fs::write(&file, text).unwrap();
        load(&file, &Overrides::default()).map(|_| ()).unwrap_err().to_string()
    };
    let unknown = refused("preset = \"devlake-isues\"\n");
    assert!(unknown.contains("files.f: `devlake-isues` is no preset; `devlake-issues` is near"), "{unknown}");
    assert!(unknown.contains("milepost.toml:4:") && unknown.contains("kubernetes-events"), "{unknown}");
    assert!(refused("").contains("`stream` or `preset` must be given"));
    let both = refused("preset = \"devlake-issues\"\nstream = \"survey\"\n");
    assert!(both.contains("`stream` is told by the preset"), "{both}");
    let column = refused("stream = \"tickets\"\ncolumns = { key = 7 }\n");
    assert!(column.contains("a column or a list of columns"), "{column}");
    assert!(refused("stream = \"tickets\"\ncolumns = { key = [] }\n").contains("a list of columns is empty"));
    assert!(refused("stream = \"tickets\"\ncolumms = { key = \"k\" }\n").contains("unknown field `columms`"));
}

#[test]
fn a_history_without_the_keys_of_its_tickets_is_refused() {
    let plain = "id,issue_id,author_name,field_name,from_value,to_value,created_date\n";
    let error = preset("devlake-issue-changelogs", "", &[("c.csv", plain)]).pull().unwrap_err();
    assert!(error.contains("no column `issue_key`") && error.contains("joined with `issues`"), "{error}");
    let rows = "id,issue_id,issue_key,author_name,field_name,from_value,to_value,created_date,original_to_value\n\
                1,j:I:1:7,OPS-7,Jane Doe,status,TODO,DONE,2024-07-01 10:00:00,Closed\n\
                2,j:I:1:7,OPS-7,Jane Doe,assignee,Jane Doe,Zora Quill,2024-07-01 11:00:00,\n\
                3,t:T:1:9,9,Jane Doe,Rank,,,2024-07-01 12:00:00,\n\
                4,t:T:1:9,,Jane Doe,Rank,,,2024-07-01 12:00:00,\n\
                5,j:I:1:7,OPS-7,Jane Doe,status,DONE,,2024-07-01 13:00:00,A status that is no more\n\
                6,j:I:1:7,OPS-7,Jane Doe,status,DONE,TODO,2024-07-01 14:00:00,Open\n";
    let facts = preset("devlake-issue-changelogs", "", &[("c.csv", rows)]).facts();
    assert_eq!(
        shown(&facts.events),
        [
            "ticket.closed 2024-07-01T10:00:00Z i-0 - -",
            "ticket.assigned 2024-07-01T11:00:00Z i-0 - -",
            "ticket.updated 2024-07-01T12:00:00Z i-0 - -",
            // Closed, and then in a status that DevLake has no word for: that reopens nothing.
            "ticket.updated 2024-07-01T13:00:00Z i-0 - -",
            "ticket.reopened 2024-07-01T14:00:00Z i-0 - -",
        ]
    );
    assert_eq!(about(&facts, &facts.events[2]), ["ticket:t:T:1:9"]);
    let left_out = "`in/c.csv`: rows that `only` leaves out by column `issue_key`";
    assert_eq!(caveat(&facts, CaveatKind::TellsNothing), [(1, left_out, "file:in/c.csv#5")]);
    assert!(!format!("{facts:?}").contains("Zora"));
}

#[test]
fn pull_requests_land_are_abandoned_or_stay_open() {
    let sha = "0123456789abcdef0123456789abcdef01234567";
    let rows = format!(
        "id,url,pull_request_key,created_date,merged_date,closed_date,author_name,merge_commit_sha,type,title\n\
         1,https://github.com/acme/shop/pull/4,4,2024-01-01,2024-01-02,2024-01-02,jane-doe,{sha},feature,OPS-7 and #4 #5 in ledger-api\n\
         2,https://git.acme.test/a/b/tool/-/merge_requests/9,9,2024-01-01,,2024-01-03,Jane Doe,{sha},,x for jane-doe\n\
         3,https://git.acme.test/projects/TP/repos/first/pull-requests/2,2,2024-01-01,NULL,\\N,,,,x\n\
         4,https://acme.test/_apis/git/repositories/0d50/pullRequests/1,1,2024-01-01,,,,,,x\n"
    );
    let study = preset("devlake-pull-requests", &format!("bad-rows-percent = 30\n{SHOP}"), &[("p.csv", &rows)]);
    let facts = study.facts();
    assert_eq!(
        shown(&facts.events),
        [
            "change.created 2024-01-01T00:00:00Z i-0 - -",
            "change.merged 2024-01-02T00:00:00Z - - -",
            "change.created 2024-01-01T00:00:00Z i-1 - -",
            "change.abandoned 2024-01-03T00:00:00Z - - -",
            "change.created 2024-01-01T00:00:00Z - - -",
        ]
    );
    assert_eq!(about(&facts, &facts.events[1]), ["change:shop!4", "repository:shop", &format!("commit:{sha}")]);
    assert_eq!(facts.events[1].began_by_id, facts.events[0].actor_id);
    assert_eq!(facts.events[0].category.as_deref(), Some("feature"));
    assert_eq!(
        links(&facts),
        [
            "change:shop!4 mentions component:ledger-api title",
            "change:shop!4 mentions ticket:OPS-7 key-in-text",
            "change:shop!4 mentions ticket:shop#5 key-in-text",
        ]
    );
    assert_eq!(about(&facts, &facts.events[2])[0], "change:a/b/tool!9");
    assert_eq!(caveat(&facts, CaveatKind::BadRow)[0].1, "`in/p.csv`: column `repo_name`: empty, but required");
    let shown = format!("{facts:?}").to_lowercase();
    assert!(!shown.contains("jane") && !shown.contains("http"), "{shown}");
    let strict = preset("devlake-pull-requests", "", &[("p.csv", &rows)]).pull().unwrap_err();
    assert!(strict.contains("hint: where the address does not name the repository"), "{strict}");
}

#[test]
fn only_a_comment_with_a_verdict_is_a_review() {
    let rows = "id,type,status,account_id,user_name,created_date,pull_request_key,pull_request_url,body\n\
                r1,REVIEW,CHANGES_REQUESTED,a1,jane-doe,2024-01-01,4,https://github.com/acme/shop/pull/4,no Jane\n\
                r2,NORMAL,APPROVED,a1,jane-doe,2024-01-02,4,https://github.com/acme/shop/pull/4,approved this merge request\n\
                r3,DIFF,,a1,jane-doe,2024-01-03,4,https://github.com/acme/shop/pull/4,why\n\
                r4,REVIEW,PENDING,a1,jane-doe,0001-01-01 00:00:00,4,https://github.com/acme/shop/pull/4,\n";
    let facts = preset("devlake-pull-request-comments", SHOP, &[("c.csv", rows)]).facts();
    assert_eq!(
        shown(&facts.events),
        [
            "change.reviewed 2024-01-01T00:00:00Z i-0 - changes_requested",
            "change.reviewed 2024-01-02T00:00:00Z i-0 - approved",
        ]
    );
    assert_eq!(about(&facts, &facts.events[0]), ["change:shop!4", "repository:shop"]);
    assert_eq!(caveat(&facts, CaveatKind::TellsNothing)[0].0, 2);
    let plain = "id,pull_request_id,body,account_id,created_date,commit_sha,type,review_id,status\n";
    let error = preset("devlake-pull-request-comments", "", &[("c.csv", plain)]).pull().unwrap_err();
    assert!(error.contains("no column `repo_name` or `pull_request_url`") && error.contains("joined"), "{error}");
}

#[test]
fn pipelines_that_go_on_are_no_runs_yet() {
    let rows = "id,name,url,result,original_result,status,environment,started_date,finished_date,cicd_scope_name\n\
                1,Lint,https://api.github.com/repos/acme/shop/actions/runs/1,SUCCESS,success,DONE,PRODUCTION,2024-01-01 10:00:00,2024-01-01 10:05:00,\n\
                2,Lint,https://api.github.com/repos/acme/shop/actions/runs/2,,,IN_PROGRESS,,2024-01-01 10:00:00,2024-01-01 10:05:00,\n\
                3,gitlab:GitlabPipeline:1:3,https://git.acme.test/a/tool/-/pipelines/3,,canceled,DONE,,,2024-01-02,\n\
                4,ci/shop#12,,FAILURE,,DONE,,,2024-01-03,ci/shop\n5,x,,SUCCESS,,DONE,,,NULL,\n";
    let facts = preset("devlake-cicd-pipelines", SHOP, &[("p.csv", rows)]).facts();
    assert_eq!(
        shown(&facts.events),
        [
            "pipelinerun.finished 2024-01-01T10:05:00Z - - success",
            "pipelinerun.finished 2024-01-02T00:00:00Z - - cancelled",
            "pipelinerun.finished 2024-01-03T00:00:00Z - - failure",
        ]
    );
    let categories: Vec<_> = facts.events.iter().map(|event| event.category.as_deref()).collect();
    assert_eq!(categories, [Some("Lint"), None, Some("ci/shop")]);
    assert_eq!(about(&facts, &facts.events[0])[1], "repository:shop");
    assert_eq!(about(&facts, &facts.events[1])[1], "repository:a/tool");
    // The full name of `shop` is declared, and this is another.
    assert_eq!(about(&facts, &facts.events[2])[1], "repository:ci/shop");
    let counts: Vec<_> = caveat(&facts, CaveatKind::TellsNothing).iter().map(|one| one.0).collect();
    assert_eq!(counts, [1, 1]);
}

#[test]
fn deployments_of_a_repository_are_read_where_their_end_is_known() {
    let rows = "id,commit_sha,result,status,environment,original_environment,started_date,finished_date,repo_url\n\
                1,abc,SUCCESS,DONE,PRODUCTION,prod-eu,2024-01-01 10:00:00,2024-01-01 11:00:00,https://github.com/acme/shop.git\n\
                2,abd,FAILURE,DONE,,TEST,,2024-01-02,git@github.com:acme/shop.git\n\
                3,abe,,DONE,PRODUCTION,,,2024-01-03,https://github.com/acme/shop\n\
                4,abf,SUCCESS,IN_PROGRESS,PRODUCTION,,,,https://github.com/acme/shop\n\
                5,abg,SUCCESS,DONE,,,,2024-01-03,https://github.com/acme/shop\n\
                6,abh,SUCCESS,DONE,QA,,,2024-01-03,https://github.com/acme/shop\n";
    let facts = preset("devlake-cicd-deployment-commits", SHOP, &[("d.csv", rows)]).facts();
    assert_eq!(
        shown(&facts.events),
        [
            "service.deployed 2024-01-01T11:00:00Z - production success",
            "service.deployed 2024-01-02T00:00:00Z - test failure",
        ]
    );
    assert_eq!(about(&facts, &facts.events[0]), ["deployment:1", "repository:shop", "commit:abc"]);
    assert_eq!(facts.events[0].began_us, Some(facts.events[0].at_us - 3_600_000_000));
    let left_out: i64 = caveat(&facts, CaveatKind::TellsNothing).iter().map(|one| one.0).sum();
    assert_eq!((left_out, caveat(&facts, CaveatKind::UnknownEnvironment)[0].0), (3, 1));
}

#[test]
fn an_incident_is_detected_and_resolved() {
    let rows = "id,incident_key,title,created_date,resolution_date,assignee_name,component,severity,urgency,priority\n\
                pagerduty:Incident:1:4,4,ledger-api is slow,2024-01-01,2024-01-02,Jane Doe,shop-api,,high,P1\n\
                jira:JiraIssue:1:5,OPS-5,x,2024-01-03,,,,,,\n";
    let facts = preset("devlake-incidents", "", &[("i.csv", rows)]).facts();
    assert_eq!(
        shown(&facts.events),
        [
            "incident.detected 2024-01-01T00:00:00Z - - -",
            "incident.resolved 2024-01-02T00:00:00Z i-0 - -",
            "incident.detected 2024-01-03T00:00:00Z - - -",
        ]
    );
    assert_eq!(facts.events[0].category.as_deref(), Some("high"));
    assert_eq!(about(&facts, &facts.events[1]), ["ticket:pagerduty:Incident:1:4", "component:shop-api"]);
    assert_eq!(links(&facts), ["ticket:pagerduty:Incident:1:4 mentions component:ledger-api title"]);
    assert!(caveat(&facts, CaveatKind::SilentStream).is_empty(), "a month without an incident is a good month");
}

#[test]
fn a_table_of_two_ids_makes_no_members() {
    let error = preset("devlake-team-users", "", &[("t.csv", "team_id,user_id\n1,2\n")]).pull().unwrap_err();
    assert!(error.contains("no column `team_name`") && error.contains("joined with `teams`"), "{error}");
    let rows = "team_name,user_name,user_email,account_name\ncore,Jane Doe,jane@acme.test,jane-doe\n";
    assert_eq!(preset("devlake-team-users", "", &[("t.csv", rows)]).facts().memberships[0].team_id, "team:core");
}

/// An event of Flux; `at` is the minute.
fn flux(kind: &str, reason: &str, at: u32, revision: &str) -> String {
    format!(
        "{{\"involvedObject\":{{\"kind\":\"{kind}\",\"namespace\":\"apps\",\"name\":\"shop-api\",\"uid\":\"{kind}-1\"}},\
         \"severity\":\"info\",\"timestamp\":\"2024-01-01T10:{at:02}:00Z\",\"message\":\"by jane@acme.test\",\
         \"reason\":\"{reason}\",\"metadata\":{{{revision}}},\"reportingController\":\"kustomize-controller\"}}\n"
    )
}

#[test]
fn a_reconciler_that_says_the_same_again_deploys_once() {
    let (one, two) = ("1".repeat(40), "2".repeat(40));
    let at = |sha: &str| format!("\"revision\":\"main@sha1:{sha}\",\"env\":\"prod\"");
    let chart = |token: &str| format!("\"revision\":\"1.2.0\",\"token\":\"{token}\",\"env\":\"prod\"");
    let prefixed = format!("\"kustomize.toolkit.fluxcd.io/revision\":\"main/{one}\",\"env\":\"prod\"");
    let lines = [
        // Out of order, as a receiver may write them.
        flux("Kustomization", "ReconciliationSucceeded", 20, &at(&one)),
        flux("Kustomization", "ReconciliationSucceeded", 10, &at(&one)),
        flux("HelmRelease", "UpgradeSucceeded", 15, &chart("a")),
        flux("HelmRelease", "UpgradeSucceeded", 25, &chart("b")),
        flux("Kustomization", "HealthCheckFailed", 30, &at(&two)),
        flux("Kustomization", "HealthCheckFailed", 31, &at(&two)),
        flux("Kustomization", "ReconciliationSucceeded", 40, &prefixed),
        flux("HelmRelease", "RollbackSucceeded", 45, &chart("a")),
        flux("GitRepository", "NewArtifact", 1, &at(&one)),
        flux("Kustomization", "Progressing", 2, &at(&one)),
    ];
    let facts = preset("flux-events", "", &[("events.jsonl", &lines.concat())]).facts();
    assert_eq!(
        shown(&facts.events),
        [
            "service.deployed 2024-01-01T10:10:00Z - production success",
            "service.deployed 2024-01-01T10:15:00Z - production success",
            "service.deployed 2024-01-01T10:25:00Z - production success",
            "service.deployed 2024-01-01T10:30:00Z - production failure",
            "service.deployed 2024-01-01T10:40:00Z - production success",
            "service.rolledback 2024-01-01T10:45:00Z - production -",
        ]
    );
    let first = &facts.events[0];
    assert_eq!(about(&facts, first)[0], "component:shop-api");
    assert!(about(&facts, first).contains(&format!("commit:{one}").as_str()));
    assert!(about(&facts, &facts.events[4]).contains(&format!("commit:{one}").as_str()));
    assert_eq!((first.channel.as_deref(), first.category.as_deref()), (Some("code"), Some("Kustomization")));
    assert_eq!(caveat(&facts, CaveatKind::DuplicateRecord)[0].0, 2);
    let left_out: i64 = caveat(&facts, CaveatKind::TellsNothing).iter().map(|one| one.0).sum();
    assert_eq!(left_out, 2);
    assert!(!format!("{facts:?}").contains("jane"));
}

#[test]
fn a_cluster_that_does_not_say_its_environment_is_told_what_to_write() {
    let line = flux("Kustomization", "ReconciliationSucceeded", 1, "\"revision\":\"v1\"");
    let error = preset("flux-events", "", &[("e.jsonl", &line)]).pull().unwrap_err();
    assert!(error.contains("for `environment`") && error.contains("hint: give `constants ="), "{error}");
    let error = preset("kubernetes-events", "", &[("e.jsonl", &line)]).pull().unwrap_err();
    assert!(error.contains("`environment` must be given") && error.contains("hint: give `constants ="), "{error}");
    let given = preset("flux-events", "constants = { environment = \"test\" }\n", &[("e.jsonl", &line)]).facts();
    assert_eq!(shown(&given.events), ["service.deployed 2024-01-01T10:01:00Z - test success"]);
}

#[test]
fn a_dump_of_kubernetes_events_holds_a_few_deployments() {
    let event = |reason: &str, minute: &str, revision: &str| {
        format!(
            "{{\"kind\":\"Event\",\"involvedObject\":{{\"kind\":\"Kustomization\",\"name\":\"shop-api\",\"uid\":\"u\"}},\
             \"reason\":\"{reason}\",\"type\":\"Normal\",\"count\":3,\"firstTimestamp\":\"2024-01-01T09:00:00Z\",\
             \"lastTimestamp\":\"2024-01-01T10:{minute}:00Z\",\"source\":{{\"component\":\"kustomize-controller\"}},\
             \"metadata\":{{\"annotations\":{{\"kustomize.toolkit.fluxcd.io/revision\":\"{revision}\"}}}}}}\n"
        )
    };
    let sha = "a".repeat(40);
    let pod = "{\"kind\":\"Event\",\"involvedObject\":{\"kind\":\"Pod\",\"name\":\"x\"},\"reason\":\"Pulled\",\"lastTimestamp\":null}\n";
    let lines = [
        event("ReconciliationSucceeded", "10", &format!("main@sha1:{sha}")),
        event("ReconciliationSucceeded", "20", &format!("main@sha1:{sha}")),
        event("ReconciliationFailed", "30", "v2"),
        pod.to_owned(),
    ];
    let more = "constants = { environment = \"production\" }\n";
    let facts = preset("kubernetes-events", more, &[("e.jsonl", &lines.concat())]).facts();
    assert_eq!(
        shown(&facts.events),
        [
            "service.deployed 2024-01-01T10:10:00Z - production success",
            "service.deployed 2024-01-01T10:30:00Z - production failure",
        ]
    );
    assert!(about(&facts, &facts.events[0]).contains(&format!("commit:{sha}").as_str()));
    assert_eq!(facts.object_changes[0].value.as_deref(), Some(format!("main@sha1:{sha}").as_str()));
    assert_eq!(caveat(&facts, CaveatKind::TellsNothing)[0].0, 1);
}

#[test]
fn a_portal_is_viewed_in_each_of_the_shapes_that_receivers_write() {
    let lines = "\
        {\"action\":\"navigate\",\"subject\":\"/catalog/jane-doe\",\"context\":{\"pluginId\":\"catalog\",\"entityRef\":\"component:default/shop-api\"},\"timestamp\":\"2024-01-01T10:00:00.123Z\",\"user\":\"user:default/jane-doe\"}\n\
        {\"event\":{\"action\":\"search\",\"subject\":\"where is Zora\",\"value\":3,\"context\":{\"pluginId\":\"search\"}},\"timestamp\":\"2024-01-01T10:01:00Z\",\"user\":\"user:default/jane-doe\",\"sessionId\":\"s\"}\n\
        {\"action\":\"create\",\"subject\":\"new shop\",\"value\":120,\"context\":{\"pluginId\":\"scaffolder\",\"entityRef\":\"template:default/go-api\",\"timestamp\":\"2024-01-01T10:02:00Z\",\"userName\":\"user:default/jane-doe\",\"userId\":\"9f86\"}}\n\
        {\"action\":\"navigate\",\"context\":{\"pluginId\":\"catalog\",\"entityRef\":\"user:default/zora\"},\"timestamp\":\"2024-01-01T10:03:00Z\"}\n\
        {\"action\":\"click\",\"subject\":\"Zora\",\"context\":{\"pluginId\":\"root\"},\"timestamp\":\"2024-01-01T10:04:00Z\"}\n";
    let facts = preset("backstage-analytics", "", &[("a.jsonl", lines)]).facts();
    assert_eq!(
        shown(&facts.events),
        [
            "portal.viewed 2024-01-01T10:00:00.123Z i-0 - -",
            "portal.viewed 2024-01-01T10:01:00Z i-0 - -",
            "portal.viewed 2024-01-01T10:02:00Z i-0 - -",
            "portal.viewed 2024-01-01T10:03:00Z - - -",
        ]
    );
    let categories: Vec<_> = facts.events.iter().filter_map(|event| event.category.as_deref()).collect();
    assert_eq!(categories, ["catalog", "search", "scaffolder", "catalog"]);
    assert_eq!(about(&facts, &facts.events[0]), ["component:shop-api"]);
    assert_eq!(about(&facts, &facts.events[2]), ["template:go-api"]);
    assert!(about(&facts, &facts.events[3]).is_empty());
    assert_eq!(caveat(&facts, CaveatKind::TellsNothing)[0].0, 1);
    let shown = format!("{facts:?}").to_lowercase();
    assert!(!shown.contains("zora") && !shown.contains("jane"), "{shown}");
}

#[test]
fn no_row_goes_without_a_count_whatever_it_holds() {
    let cells = ["", "NULL", "\u{202E}x", "=1+1", "jane@acme.test", "99999999999999999999", "-1", "2024-13-45", "n\0l"];
    let long = "x".repeat(5_000);
    for name in crate::config::written::presets() {
        let more = "bad-rows-percent = 100\nformat = \"csv\"\n";
        // Which columns there are to fill: the preset itself says so, in what it lacks of an empty file.
        let text = |rows: &str| preset(name, more, &[("t.csv", rows)]);
        let settings = load(&text("").0.path().join("milepost.toml"), &Overrides::default()).unwrap();
        let entry = &settings.files[0];
        let mut columns: Vec<&String> = entry.columns.values().flat_map(Column::names).collect();
        columns.extend(entry.only.iter().flat_map(|only| only.column.names()));
        columns.sort();
        columns.dedup();
        let header = columns.iter().map(|column| column.as_str()).collect::<Vec<_>>().join(",");
        let mut rows = header + "\n";
        for cell in cells.iter().chain([&long.as_str()]) {
            rows.push_str(&(vec![*cell; columns.len()].join(",") + "\n"));
        }
        let constants = if name == "kubernetes-events" { "constants = { environment = \"test\" }\n" } else { "" };
        for with_only in ["", "only = []\n"] {
            let study = preset(name, &format!("{more}{with_only}{constants}"), &[("t.csv", &rows)]);
            let pulled = study.pull().unwrap_or_else(|error| panic!("{name}: {error}"));
            let counted = [CaveatKind::BadRow, CaveatKind::TellsNothing, CaveatKind::UnknownEnvironment]
                .iter()
                .flat_map(|kind| caveat(&pulled.facts, *kind))
                .map(|one| one.0)
                .sum::<i64>();
            // A membership without a date is told and makes no observation; the same one twice is told once.
            let undated = i64::try_from(pulled.facts.memberships.len()).unwrap();
            let again = caveat(&pulled.facts, CaveatKind::DuplicateRecord).iter().map(|one| one.0).sum::<i64>();
            let told = pulled.facts.observations.first().map_or(undated + again, |seen| seen.records);
            assert_eq!(counted + told, 10, "{name}: {:?}", pulled.facts.caveats);
            assert!(!format!("{pulled:?}").contains("jane"), "{name}");
        }
    }
}

#[test]
fn a_field_is_the_first_column_and_the_first_group_that_says_something() {
    let entry = "stream = \"tickets\"\nnulls = [\"none given\"]\ncolumns = { key = [\"a\", \"b\"], created = \"c\" }\n\
                 extract = { key = 'no ([0-9]+)|key (\\S+)' }\nonly = [{ column = [\"b\", \"a\"], matches = '.' }]\n";
    let rows = "a,b,c\nno 7,x,2024-01-01\nx,key K-1,2024-01-01\nnone given,none given,2024-01-01\n";
    let facts = Study::with(entry, &[("t.csv", rows)]).facts();
    let keys: Vec<_> = facts.objects.iter().map(|object| object.object_id.as_str()).collect();
    assert_eq!(keys, ["ticket:7", "ticket:K-1"]);
    let left_out = "`in/t.csv`: rows that `only` leaves out by column `b`";
    assert_eq!(caveat(&facts, CaveatKind::TellsNothing), [(1, left_out, "file:in/t.csv#4")]);
    let refused = |more: &str| {
        let entry = format!("stream = \"tickets\"\ncolumns = {{ key = \"a\", created = \"c\" }}\n{more}");
        Study::with(&entry, &[("t.csv", rows)]).pull().unwrap_err()
    };
    assert!(refused("extract = { key = '(' }\n").starts_with("files.f.extract: `(` is not a regular"));
    assert!(refused("extract = { kex = 'x' }\n").contains("`kex` is no field of this stream; `key` is near"));
    assert!(refused("only = [{ column = \"a\", matches = '(' }]\n").starts_with("files.f.only: "));
    assert!(refused("only = [{ column = \"z\", matches = '.' }]\n").contains("no column `z` (files.f, for `only`)"));
}

#[test]
fn rows_that_are_left_out_do_not_hide_a_share_of_bad_ones() {
    let entry = "stream = \"tickets\"\ncolumns = { key = \"k\", created = \"c\" }\nonly = [{ column = \"k\", matches = \"^A\" }]\n";
    let rows = format!("k,c\n{}A,yesterday\n", "B,2024-01-01\n".repeat(500));
    let error = Study::with(entry, &[("t.csv", &rows)]).pull().unwrap_err();
    assert!(error.contains("1 of 1 rows cannot be read"), "{error}");
}

#[test]
fn a_number_that_no_change_has_is_a_bad_row() {
    let entry = "stream = \"changes\"\nbad-rows-percent = 100\n\
                 columns = { repository = \"r\", number = \"n\", created = \"c\", closed = \"d\" }\n";
    let rows = "r,n,c,d\na,0,2024-01-01,\na,-3,2024-01-01,\na,7.0,2024-01-01,\na,1e9,2024-01-01,\n\
                a,99999999999999999999,2024-01-01,\n,1,2024-01-01,\na,2,2024-01-02,2024-01-01\n";
    let facts = Study::with(entry, &[("t.csv", rows)]).facts();
    assert_eq!((facts.observations[0].records, facts.observations[0].refused), (1, 6));
    assert_eq!(caveat(&facts, CaveatKind::ClockSkew)[0].1, "closed before it was created");
}

#[test]
fn the_reference_lists_every_field_and_every_preset() {
    let reference = include_str!("../../../../docs/study-file.md");
    let streams = [
        Stream::Tickets,
        Stream::TicketHistory,
        Stream::PipelineRuns,
        Stream::Deployments,
        Stream::Memberships,
        Stream::Survey,
        Stream::Events,
        Stream::Changes,
        Stream::Reviews,
        Stream::Incidents,
    ];
    for stream in streams {
        for field in streams::fields_of(stream) {
            let needed = if field.required { "yes" } else { "no" };
            let row = format!("| `{}` | {needed} | ", field.name);
            let listed =
                reference.lines().any(|line| line.starts_with(&row) && line.ends_with(&format!("{} |", field.doc)));
            assert!(listed, "docs/study-file.md lacks: {row}… | {} |", field.doc);
        }
    }
    for name in crate::config::written::presets() {
        assert!(reference.contains(&format!("| `{name}` |")), "docs/study-file.md lacks `{name}`");
    }
}
