//! A deployment that a build, a run, a stage or a job tells has its environment by a rule, whatever the system.

use serde_json::{Value, json};

use crate::sources::api::recorded::{Bench, caveats};

fn study(kind: &str, column: &str) -> String {
    format!(
        "[environments]\norder = [\"staging\", \"production\"]\nspellings = {{ production = [\"prod\"] }}\n\
         [[repositories]]\nname = \"service-0\"\n[[apis]]\nid = \"x\"\nkind = \"{kind}\"\nurl = \"{}\"\n\
         owners = [\"acme\"]\njobs = [\"*\", \"*/*\"]\n[[apis.classify]]\ncolumn = \"{column}\"\n\
         matches = '^Deploy( to (?<environment>.+))?$'\nactivity = \"service.deployed\"\nenvironment = \"staging\"\n",
        if kind == "gitlab" { "https://fake.test/api/v4" } else { "https://fake.test" },
    )
}

const NAMES: [&str; 5] = ["Deploy to PROD", "Deploy", "Deploy to preview-7", "Deploy to jane-doe", "Build"];

/// Puts one record by each name of [`NAMES`] into a stream, and looks at what they became.
fn deployed(kind: &str, column: &str, fill: impl Fn(&mut Bench, &str, usize)) {
    let mut bench = Bench::new(&study(kind, column));
    for (place, name) in NAMES.iter().enumerate() {
        fill(&mut bench, name, place + 1);
    }
    let facts = bench.facts();
    let told: Vec<_> =
        facts.events.iter().map(|event| (event.activity.as_str(), event.environment.as_deref())).collect();
    let wanted = [
        ("service.deployed", Some("production")),
        ("service.deployed", Some("staging")),
        ("pipelinerun.finished", None),
    ];
    assert_eq!(told, wanted, "{kind} by `{column}`");
    let unlisted = "unknown-environment: records in environments that the study does not list were left out: `preview-7`, \
                    and 1 others";
    assert_eq!(caveats(&facts).get(unlisted), Some(&2), "{kind} by `{column}`: {:?}", caveats(&facts));
}

const TIMES: [&str; 2] = ["2025-05-01T10:00:00Z", "2025-05-01T10:05:00Z"];

#[test]
fn on_jenkins() {
    deployed("jenkins", "fullDisplayName", |bench, name, number| {
        let build = json!({"number": number, "timestamp": 1_746_057_600_000_i64, "duration": 9_000, "result": "SUCCESS",
            "fullDisplayName": name});
        bench.put("builds", "root/acme/app", [build]);
    });
    deployed("jenkins", "name", |bench, name, number| {
        let stage = json!({"id": number.to_string(), "name": name, "status": "SUCCESS", "startTimeMillis": 1_746_057_600_000_i64,
            "durationMillis": 9_000, "stageFlowNodes": [{"id": "3", "status": "SUCCESS"}]});
        bench.put("stages", "root/acme/app/1/2", [stage]);
    });
}

#[test]
fn on_github() {
    let run = |name: &str, number: usize| -> Value {
        json!({"id": number, "name": name, "status": "completed", "conclusion": "success", "created_at": TIMES[0],
            "run_started_at": TIMES[0], "updated_at": TIMES[1], "started_at": TIMES[0], "completed_at": TIMES[1]})
    };
    let repository = |bench: &mut Bench| {
        bench.put("repositories", "O_1", [json!({"id": 7, "full_name": "acme/service-0"})]);
    };
    deployed("github", "name", |bench, name, number| {
        repository(bench);
        bench.put("runs", "O_1/7", [run(name, number)]);
    });
    deployed("github", "name", |bench, name, number| {
        repository(bench);
        bench.put("jobs", "O_1/7/1", [run(name, number)]);
    });
}

#[test]
fn on_gitlab() {
    let run = |name: &str, number: usize| -> Value {
        json!({"id": number, "name": name, "status": "success", "created_at": TIMES[0], "updated_at": TIMES[1],
            "started_at": TIMES[0], "finished_at": TIMES[1]})
    };
    let project = |bench: &mut Bench| {
        bench.put("projects", "group/10", [json!({"id": 7, "path_with_namespace": "acme/service-0"})]);
    };
    deployed("gitlab", "name", |bench, name, number| {
        project(bench);
        bench.put("pipelines", "group/10/7", [run(name, number)]);
    });
    deployed("gitlab", "name", |bench, name, number| {
        project(bench);
        bench.put("pipelines", "group/10/7", [json!({"id": 1, "status": "running"})]);
        bench.put("jobs", "group/10/7/1", [run(name, number)]);
    });
}

#[test]
fn on_azure_devops() {
    deployed("azure-devops", "definition.name", |bench, name, number| {
        bench.put("projects", "", [json!({"id": "p1", "name": "acme"})]);
        let build = json!({"id": number, "status": "completed", "result": "succeeded", "startTime": TIMES[0],
            "finishTime": TIMES[1], "definition": {"name": name}});
        bench.put("builds", "p1", [build]);
    });
    deployed("azure-devops", "name", |bench, name, number| {
        bench.put("projects", "", [json!({"id": "p1", "name": "acme"})]);
        let record = json!({"id": number.to_string(), "type": "Job", "name": name, "state": "completed",
            "result": "succeeded", "startTime": TIMES[0], "finishTime": TIMES[1]});
        bench.put("timeline", "p1/1", [record]);
    });
}

#[test]
fn nothing_is_kept_of_a_name_that_may_be_a_persons() {
    let mut bench = Bench::new(&study("jenkins", "fullDisplayName"));
    let build = json!({"number": 1, "timestamp": 2, "fullDisplayName": "Deploy to jane-doe"});
    bench.put("builds", "root/acme/app", [build]);
    let stored = bench.bodies("builds")[0].to_string();
    assert!(!stored.contains("jane") && stored.contains("service.deployed"), "{stored}");
}

#[test]
fn a_ticket_asks_for_its_environment_and_stays_where_that_is_not_listed() {
    let mut bench = Bench::new(&study("github", "title").replace("service.deployed", "access.requested"));
    bench.put("repositories", "O_1", [json!({"id": 7, "full_name": "acme/service-0"})]);
    for (number, title) in ["Deploy to prod", "Deploy to mars"].iter().enumerate() {
        let issue = json!({"number": number + 1, "title": title, "state": "OPEN", "created_at": TIMES[0]});
        bench.put("issues", "O_1/7", [issue]);
        let closed = json!({"id": format!("E{number}"), "__typename": "ClosedEvent", "state_reason": "COMPLETED",
            "created_at": TIMES[1], "_of": {"number": number + 1}});
        bench.put("issue_events", "O_1/7", [closed]);
    }
    let facts = bench.facts();
    let of = |activity: &str| -> Vec<_> {
        let found = facts.events.iter().filter(|event| event.activity == activity);
        found.map(|event| event.environment.as_deref()).collect()
    };
    assert_eq!(of("ticket.created"), [None, None]);
    assert_eq!(of("access.requested"), [Some("production")]);
    assert_eq!(of("access.granted"), [Some("production")]);
}

#[test]
fn another_environment_of_a_rule_makes_another_door() {
    let door = |study: &str| {
        let bench = Bench::new(study);
        crate::sources::api::pull::door_of(&bench.settings.apis[0], &bench.names, "")
    };
    let study = study("jenkins", "fullDisplayName");
    let one = door(&study);
    assert_eq!(one, door(&study));
    for (old, new) in [
        ("environment = \"staging\"", "environment = \"production\""),
        ("order = [\"staging\", ", "order = [\"staging\", \"preview-7\", "),
        ("(?<environment>.+)", "(?<environment>[a-z]+)"),
    ] {
        assert_ne!(one, door(&study.replace(old, new)), "{new}");
    }
}
