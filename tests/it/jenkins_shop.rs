//! A shop whose deployments nobody but Jenkins knows: what a rule of the study file calls one counts in every measure.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::thread;

use serde_json::{Value, json};

use crate::bench_dir::{Bench, Said};
use crate::small_study::{commit, repository};
use crate::tracker::http;

const STUDY: &str = r#"[study]
name = "jenkins shop"
git-root = "git"
as-of = 2025-03-01T00:00:00Z

[environments]
order = ["staging", "production"]
spellings = { production = ["prod"] }

[[repositories]]
name = "shop-api"

[[apis]]
id = "ci"
kind = "jenkins"
url = "http://127.0.0.1:PORT"
user = "reader"
token-env = "JENKINS_TOKEN"

[[apis.classify]]
column = "fullDisplayName"
matches = '» deploy-shop-api-(?<environment>\w+) #'
activity = "service.deployed"
"#;

/// Milliseconds since the epoch on 1 January 2025.
const START_MS: i64 = 1_735_689_600_000;
const DAY_MS: i64 = 86_400_000;

/// The jobs, each with the days on which it ran and how that ended.
const JOBS: [(&str, &[(i64, &str)]); 3] = [
    ("deploy-shop-api-staging", &[(5, "SUCCESS"), (9, "SUCCESS")]),
    ("deploy-shop-api-prod", &[(8, "FAILURE"), (10, "SUCCESS"), (12, "SUCCESS"), (33, "SUCCESS"), (35, "NOT_BUILT")]),
    ("build-shop-api", &[(4, "SUCCESS")]),
];

fn builds(name: &str) -> Vec<Value> {
    let (_, runs) = JOBS.iter().find(|(job, _)| *job == name).expect("a job");
    let build = |((day, result), number): (&(i64, &str), i64)| {
        json!({
            "_class": "hudson.model.FreeStyleBuild", "number": number, "timestamp": START_MS + day * DAY_MS, "duration": 60_000,
            "result": result, "building": false, "fullDisplayName": format!("acme » {name} #{number}"),
            "url": format!("http://elsewhere.test/job/acme/job/{name}/{number}/"),
            "actions": [{"lastBuiltRevision": {"SHA1": format!("{number:040x}")},
                         "remoteUrls": ["https://git.acme.test/acme/shop-api.git"]}],
        })
    };
    let mut all: Vec<Value> = runs.iter().zip(1..).map(build).collect();
    all.reverse();
    all
}

/// What Jenkins says at an address.
fn answer(target: &str) -> Value {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let folder = "com.cloudbees.hudson.plugins.folder.Folder";
    match path {
        "/api/json" if query.contains("jobs%5Bname") || query.contains("jobs[name") => {
            let jobs: Vec<Value> =
                JOBS.iter().map(|(name, _)| json!({"_class": "hudson.model.FreeStyleProject", "name": name})).collect();
            json!({"jobs": [{"_class": folder, "name": "acme", "jobs": jobs}]})
        }
        "/api/json" => json!({"jobs": [{"_class": folder, "fullName": "acme"}]}),
        "/job/acme/api/json" => {
            let job = |name: &str| {
                let last = &builds(name)[0];
                json!({"fullName": format!("acme/{name}"), "lastBuild": {"number": last["number"], "timestamp": last["timestamp"]}})
            };
            json!({"jobs": JOBS.iter().map(|(name, _)| job(name)).collect::<Vec<_>>()})
        }
        _ => {
            let name = path.trim_start_matches("/job/acme/job/").split('/').next().unwrap_or_default();
            json!({"allBuilds": builds(name)})
        }
    }
}

/// Jenkins on this machine, until the test ends; its port.
fn serve() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(stream.try_clone().expect("a socket")).lines().map_while(Result::ok);
            let first = lines.next().unwrap_or_default();
            // A `GET` ends with its headers.
            lines.by_ref().find(String::is_empty);
            let target = first.split(' ').nth(1).unwrap_or_default();
            let _ = stream.write_all(&http("200 OK", "", &answer(target).to_string()));
        }
    });
    port
}

fn run(bench: &Bench, arguments: &[&str]) -> Said {
    let mut command = bench.command(arguments);
    let output = command.env("JENKINS_TOKEN", "t0p-s3cret").output().expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("it speaks UTF-8");
    Said { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

fn shop(study: &str) -> Bench {
    let bench = Bench::empty();
    bench.write("milepost.toml", &study.replace("PORT", &serve().to_string()));
    repository(&bench, "shop-api", |script| {
        for (day, file) in [(0, "src/main"), (7, "src/more")] {
            commit(script, day, &[(file, Some(b"1"))]);
        }
    });
    bench
}

fn rows(bench: &Bench, statement: &str) -> Vec<Value> {
    let said = run(bench, &["query", statement, "--format", "json"]).done();
    serde_json::from_str(&said.stdout).unwrap_or_else(|why| panic!("{why}: {}", said.stdout))
}

#[test]
fn what_jenkins_deploys_counts_and_ends_journeys() {
    let bench = shop(STUDY);
    let _ = run(&bench, &["pull"]).done();
    let deploys = rows(
        &bench,
        "select environment, outcome, count(event_id) as many from events where activity = 'service.deployed' \
         group by environment, outcome order by environment, outcome",
    );
    let wanted = [
        json!({"environment": "production", "outcome": "failure", "many": 1}),
        json!({"environment": "production", "outcome": "success", "many": 3}),
        json!({"environment": "staging", "outcome": "success", "many": 2}),
    ];
    assert_eq!(deploys, wanted, "five words of Jenkins, and one build that was never built");
    let weekly =
        rows(&bench, "select subject_id, week, deploys from deployment_frequency where deploys > 0 order by week");
    let weekly: Vec<_> = weekly.iter().map(|row| (row["subject_id"].as_str(), row["deploys"].as_i64())).collect();
    let shop = Some("component:shop-api");
    assert_eq!(weekly, [(shop, Some(1)), (shop, Some(1)), (shop, Some(1))], "11 and 13 January, 3 February");
    let first = rows(&bench, "select environment, cause, time_us from time_to_first_deploy order by environment");
    let after = |days: i64| days * DAY_MS * 1_000 + 60_000_000;
    let wanted = [
        json!({"environment": "production", "cause": 1, "time_us": after(10)}),
        json!({"environment": "staging", "cause": 1, "time_us": after(5)}),
    ];
    assert_eq!(first, wanted);
    let ended = rows(&bench, "select status from journeys where definition = 'create-service'");
    assert_eq!(ended, [json!({"status": "finished"})]);
    assert!(rows(&bench, "select kind from caveats where kind = 'missing-environment'").is_empty());
}

#[test]
fn deployments_that_name_no_environment_are_said_to_count_nowhere() {
    let bench = shop(&STUDY.replace("-(?<environment>\\w+) #", "-"));
    let pulled = run(&bench, &["pull"]).done();
    let _ = run(&bench, &["build"]).done().says(&["6 missing-environment", "api:ci"]);
    assert!(rows(&bench, "select week from deployment_frequency where deploys > 0").is_empty());
    drop(pulled);
}
