//! What Jenkins' records mean, on invented ones and on recorded ones.

use serde_json::{Value, json};

use crate::sources::api::fake::{Fake, not_there, ok, target};
use crate::sources::api::recorded::{Bench, activities, caveats, rows, rows_with_urls};
use crate::sources::api::request::Request;

const STUDY: &str = r#"
[environments]
order = ["staging", "production"]
[[repositories]]
name = "app"
[[apis]]
id = "x"
kind = "jenkins"
url = "https://fake.test"
jobs = ["acme/app"]
[[apis.classify]]
column = "fullDisplayName"
matches = "deploy-app"
activity = "service.deployed"
category = "release"
[[apis.classify]]
column = "name"
matches = "^Deploy$"
activity = "service.deployed"
"#;

/// 2025-05-01, in milliseconds.
const BEGAN: i64 = 1_746_057_600_000;
const HOUR: i64 = 3_600_000;

/// Two folders, a multibranch project with two branches, and a job of 130 builds. On day 1 a build has ended, one has been
/// added and a job is gone.
pub(in crate::sources::api) const FAKE: Fake = Fake { study: STUDY, answer };

fn answer(request: &Request, day: u32) -> crate::sources::api::request::Answer {
    let place = target(request).split('?').next().unwrap_or_default().to_owned();
    let tree = request.query("tree").unwrap_or_default();
    match place.as_str() {
        "/api/json" if tree.starts_with("jobs[name") => ok(&json!({"_class": "hudson.model.Hudson", "jobs": [
            {"_class": "com.cloudbees.hudson.plugins.folder.Folder", "name": "acme", "jobs": [
                {"_class": "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject", "name": "app", "jobs": [
                    {"_class": PIPELINE, "name": "main"}, {"_class": PIPELINE, "name": "jane-doe%2Ffix"}]},
                {"_class": FREESTYLE, "name": "deploy-app"}]},
            {"_class": FREESTYLE, "name": "old"}]})),
        "/api/json" => {
            let mut jobs = vec![json!({"_class": "com.cloudbees.hudson.plugins.folder.Folder", "fullName": "acme"})];
            jobs.extend((day == 0).then(|| json!({"_class": FREESTYLE, "fullName": "old", "lastBuild": null})));
            ok(&json!({"jobs": jobs}))
        }
        "/job/acme/api/json" => ok(&json!({"jobs": [
            {"_class": "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject", "fullName": "acme/app"},
            {"_class": FREESTYLE, "fullName": "acme/deploy-app", "lastBuild": last(&deploys(day))}]})),
        "/job/acme/job/app/api/json" => ok(&json!({"jobs": [
            {"_class": PIPELINE, "fullName": "acme/app/main", "displayName": "main", "lastBuild": last(&branch("main", day))},
            {"_class": PIPELINE, "fullName": "acme/app/jane-doe%2Ffix", "displayName": "jane-doe/fix",
             "lastBuild": last(&branch("jane-doe%2Ffix", day))}]})),
        "/job/acme/job/deploy-app/api/json" => window(&deploys(day), &tree),
        "/job/acme/job/app/job/main/api/json" => window(&branch("main", day), &tree),
        _ => one(&place, day),
    }
}

const PIPELINE: &str = "org.jenkinsci.plugins.workflow.job.WorkflowJob";
const FREESTYLE: &str = "hudson.model.FreeStyleProject";

/// One build, or its stages.
fn one(place: &str, day: u32) -> crate::sources::api::request::Answer {
    let parts: Vec<&str> = place.split('/').collect();
    let find = |builds: Vec<Value>, number: &str| {
        builds.into_iter().find(|build| build["number"].as_i64() == number.parse().ok())
    };
    match parts.as_slice() {
        ["", "job", "acme", "job", "deploy-app", number, "api", "json"] => {
            find(deploys(day), number).map_or_else(not_there, |build| ok(&build))
        }
        ["", "job", "acme", "job", "app", "job", name, number, rest @ ..] => {
            let Some(build) = find(branch(&name.replace("%25", "%"), day), number) else { return not_there() };
            match rest {
                ["api", "json"] => ok(&build),
                ["wfapi", "describe"] => ok(&json!({"id": number, "stages": [
                    {"id": "6", "name": "Build", "status": "SUCCESS", "startTimeMillis": build["timestamp"], "durationMillis": 40,
                     "stageFlowNodes": [{"id": "7", "status": "SUCCESS"}]},
                    {"id": "9", "name": "Deploy", "status": "FAILED", "startTimeMillis": build["timestamp"], "durationMillis": 70,
                     "stageFlowNodes": [{"id": "10", "status": "FAILED"}]},
                    {"id": "12", "name": "Tell", "status": "NOT_EXECUTED", "startTimeMillis": build["timestamp"],
                     "durationMillis": 0}]})),
                _ => not_there(),
            }
        }
        _ => not_there(),
    }
}

fn last(builds: &[Value]) -> Value {
    builds.first().map_or(Value::Null, |build| json!({"number": build["number"], "timestamp": build["timestamp"]}))
}

/// What `{M,N}` at the end of a tree leaves of a list.
fn window(builds: &[Value], tree: &str) -> crate::sources::api::request::Answer {
    let range = tree.rsplit_once('{').and_then(|(_, range)| range.trim_end_matches('}').split_once(','));
    let bounds = range.and_then(|(from, to)| Some((from.parse::<usize>().ok()?, to.parse::<usize>().ok()?)));
    let (from, to) = bounds.unwrap_or((0, builds.len()));
    let list = &builds[from.min(builds.len())..to.min(builds.len())];
    ok(&json!({"_class": FREESTYLE, "allBuilds": list}))
}

/// Builds of the job that deploys, newest first; on day 0 the newest still goes on.
fn deploys(day: u32) -> Vec<Value> {
    let count = 130 + i64::from(day);
    let build = |number: i64| {
        let is_building = day == 0 && number == count;
        json!({
            "_class": "hudson.model.FreeStyleBuild", "number": number, "timestamp": BEGAN + number * HOUR,
            "url": format!("https://elsewhere.test/job/acme/job/deploy-app/{number}/"),
            "fullDisplayName": format!("acme » deploy-app #{number}"),
            "building": is_building, "result": if is_building { Value::Null } else { json!("SUCCESS") },
            "duration": if is_building { 0 } else { 60_000 },
            "actions": [{"causes": [user("jane-doe", "Jane Doe")]}, {}, {
                "lastBuiltRevision": {"SHA1": sha(number)}, "remoteUrls": ["https://jane-doe@git.acme.test/acme/app.git"]}],
        })
    };
    (1..=count).rev().map(build).collect()
}

fn branch(name: &str, day: u32) -> Vec<Value> {
    let count = if name == "main" { 2 + i64::from(day) } else { 1 };
    let build = |number: i64| {
        json!({
            "_class": "org.jenkinsci.plugins.workflow.job.WorkflowRun", "number": number, "timestamp": BEGAN + number * HOUR,
            "url": format!("https://elsewhere.test/job/acme/job/app/job/{}/{number}/", name.replace('%', "%25")),
            "fullDisplayName": format!("acme » app » {name} #{number}"), "building": false, "result": "FAILURE",
            "duration": 120_000, "actions": [{"causes": [{"_class": "jenkins.branch.BranchEventCause"}]}],
        })
    };
    (1..=count).rev().map(build).collect()
}

fn user(id: &str, name: &str) -> Value {
    json!({"_class": "hudson.model.Cause$UserIdCause", "userId": id, "userName": name})
}

fn sha(number: i64) -> String {
    format!("{number:040x}")
}

/// Where the stages of a build are.
fn stages_of(number: i64) -> String {
    format!("root/acme/app/{number}/{BEGAN}")
}

/// A bench with one plain job.
fn bench() -> Bench {
    let mut bench = Bench::new(STUDY);
    bench.put("jobs", "root", [json!({"fullName": "acme/app", "lastBuild": {"number": 1, "timestamp": BEGAN}})]);
    bench
}

fn build(number: i64, more: &Value) -> Value {
    let mut build =
        json!({"number": number, "timestamp": BEGAN, "duration": 1_500, "result": "SUCCESS", "building": false});
    build.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    build
}

#[test]
fn a_build_is_a_run_of_its_repository_begun_by_somebody() {
    let mut bench = bench();
    bench.put(
        "builds",
        "root/acme/app",
        [build(
            1,
            &json!({"actions": [
                {"causes": [user("jane-doe", "Jane Doe")]},
                {"lastBuiltRevision": {"SHA1": sha(1)}, "remoteUrls": ["git@git.acme.test:acme/app.git"]},
            ]}),
        )],
    );
    let facts = bench.facts();
    let [event] = facts.events.as_slice() else { panic!("{:?}", facts.events) };
    assert_eq!(event.activity, "pipelinerun.finished");
    assert_eq!((event.began_us, event.at_us), (Some(BEGAN * 1_000), BEGAN * 1_000 + 1_500_000));
    assert_eq!((event.outcome.as_deref(), event.channel.as_deref()), (Some("success"), Some("ui")));
    assert_eq!(event.category.as_deref(), Some("acme/app"));
    assert!(event.actor_id.is_some() && event.environment.is_none());
    let about: Vec<&str> = facts.event_objects.iter().map(|about| about.object_id.as_str()).collect();
    assert!(about.contains(&"repository:app"), "{about:?}");
    assert!(about.iter().any(|id| id.ends_with(&sha(1))), "{about:?}");
    assert!(!about.iter().any(|id| id.starts_with("component:")), "{about:?}");
}

#[test]
fn a_rule_makes_a_build_and_a_stage_a_deployment_and_guesses_no_environment() {
    let mut bench = bench();
    bench.put("builds", "root/acme/app", [build(1, &json!({"fullDisplayName": "acme » deploy-app #1"}))]);
    let stage =
        json!({"id": "9", "name": "Deploy", "status": "FAILED", "startTimeMillis": BEGAN, "durationMillis": 70});
    bench.put("stages", &stages_of(1), [stage]);
    let facts = bench.facts();
    assert_eq!(activities(&facts)["service.deployed"], 2);
    assert!(facts.events.iter().all(|event| event.environment.is_none()));
    let categories: Vec<_> = facts.events.iter().map(|event| event.category.as_deref()).collect();
    assert!(categories.contains(&Some("release")) && categories.contains(&Some("Deploy")), "{categories:?}");
}

/// Which stages of a build are told; each is a name, its status, when it began, how long it took and how many steps ran.
fn told(stages: &[(&str, &str, i64, i64, Option<usize>)]) -> Vec<String> {
    let mut bench = bench();
    bench.put("builds", "root/acme/app", [build(1, &json!({"result": "FAILURE"}))]);
    for (place, (name, status, after, took, steps)) in stages.iter().enumerate() {
        let mut stage = json!({"id": place.to_string(), "name": name, "status": status, "startTimeMillis": BEGAN + after,
            "durationMillis": took});
        if let Some(steps) = steps {
            stage["stageFlowNodes"] = json!(vec![json!({"status": "SUCCESS"}); *steps]);
        }
        bench.put("stages", &stages_of(1), [stage]);
    }
    let facts = bench.facts();
    let skipped = caveats(&facts).get("tells-nothing: `stages`: a stage in which nothing ran").copied().unwrap_or(0);
    let mut told: Vec<_> = facts.events.into_iter().filter_map(|event| event.category).collect();
    told.retain(|name| name != "acme/app");
    assert_eq!(told.len() + usize::try_from(skipped).expect("a count"), stages.len());
    told.sort();
    told
}

#[test]
fn a_stage_in_which_no_step_ran_was_skipped_whatever_its_status_says() {
    let with_steps = told(&[
        ("a build", "SUCCESS", 0, 9_000, Some(3)),
        ("left out by when", "SUCCESS", 9_000, 700, Some(0)),
        ("b tests", "FAILED", 10_000, 9_000, Some(1)),
        ("skipped after it", "FAILED", 20_000, 700, Some(0)),
        ("c told of it", "FAILED", 21_000, 20, Some(1)),
    ]);
    assert_eq!(with_steps, ["a build", "b tests", "c told of it"]);
    let before_its_first_step =
        told(&[("a build", "SUCCESS", 0, 9_000, Some(3)), ("deploy", "FAILED", 9_000, 20, Some(0))]);
    assert_eq!(before_its_first_step, ["a build", "deploy"], "it failed, though no step of it began");
}

#[test]
fn without_steps_a_short_stage_behind_a_failed_one_was_skipped() {
    let stages = [
        ("a build", "SUCCESS", 0, 20, None),
        ("b tests", "UNSTABLE", 1_000, 20, None),
        ("skipped", "UNSTABLE", 2_000, 38, None),
        ("c caught", "SUCCESS", 3_000, 38, None),
        ("d long", "FAILED", 4_000, 500, None),
    ];
    assert_eq!(told(&stages), ["a build", "b tests", "c caught", "d long"]);
}

#[test]
fn a_build_that_was_given_up_before_it_was_built_deploys_nothing() {
    let mut bench = bench();
    let deploy = json!({"fullDisplayName": "acme » deploy-app #1", "result": "NOT_BUILT"});
    bench.put("builds", "root/acme/app", [build(1, &deploy)]);
    let facts = bench.facts();
    assert!(facts.events.is_empty());
    assert_eq!(caveats(&facts)["tells-nothing: `builds`: a build that Jenkins gave up before it was built"], 1);
}

#[test]
fn a_job_made_anew_keeps_the_builds_that_it_had_before() {
    let mut bench = bench();
    let stage = |name: &str| json!({"id": "6", "name": name, "status": "SUCCESS", "startTimeMillis": BEGAN, "durationMillis": 9_000});
    for (timestamp, result, name) in [(BEGAN, "SUCCESS", "Old"), (BEGAN + HOUR, "FAILURE", "New")] {
        let anew = json!({"timestamp": timestamp, "result": result});
        bench.put("builds", "root/acme/app", [build(1, &anew)]);
        bench.put("stages", &format!("root/acme/app/1/{timestamp}"), [stage(name)]);
    }
    let facts = bench.facts();
    let outcomes: Vec<_> =
        facts.events.iter().map(|event| (event.category.as_deref(), event.outcome.as_deref())).collect();
    for told in [("acme/app", "success"), ("acme/app", "failure"), ("Old", "success"), ("New", "success")] {
        assert!(outcomes.contains(&(Some(told.0), Some(told.1))), "{outcomes:?}");
    }
    let ids: std::collections::BTreeSet<&str> = facts.events.iter().map(|event| event.event_id.as_str()).collect();
    assert_eq!((facts.events.len(), ids.len()), (4, 4));
}

#[test]
fn a_library_that_a_pipeline_uses_is_not_what_it_builds() {
    let checkout = |name: &str, number| {
        json!({
        "lastBuiltRevision": {"SHA1": sha(number)}, "remoteUrls": [format!("https://git.acme.test/acme/{name}.git")]})
    };
    let repositories = |names: &[&str]| {
        let mut bench = bench();
        let actions: Vec<Value> = names.iter().zip(1..).map(|(name, number)| checkout(name, number)).collect();
        bench.put("builds", "root/acme/app", [build(1, &json!({"actions": actions}))]);
        let facts = bench.facts();
        let named = facts.event_objects.into_iter().map(|about| about.object_id);
        named.filter(|id| id.starts_with("repository:")).collect::<Vec<_>>()
    };
    assert_eq!(repositories(&["library", "app"]), ["repository:app"]);
    assert_eq!(repositories(&["app", "app"]), ["repository:app"]);
    assert!(repositories(&["library", "other"]).is_empty());
    assert_eq!(repositories(&["other"]), ["repository:acme/other"]);
}

#[test]
fn hostile_records_are_counted_and_stop_nothing() {
    let mut bench = bench();
    bench.put(
        "builds",
        "root/acme/app",
        [
            build(1, &json!({"building": true, "result": null})),
            build(2, &json!({"timestamp": "yesterday"})),
            build(3, &json!({"duration": -1})),
            build(4, &json!({"result": null})),
            build(5, &json!({"timestamp": i64::MAX})),
            build(6, &json!({"duration": i64::MAX})),
            build(
                7,
                &json!({"result": "\u{202E}SSECCUS", "actions": [null, 3, {"causes": "x", "remoteUrls": [null]}]}),
            ),
            build(8, &json!({"actions": [{"causes": [user("jane-doe@acme.test", "jane-doe@acme.test")]}]})),
        ],
    );
    bench.put(
        "stages",
        &stages_of(8),
        [
            json!({"id": "1", "name": "Build", "status": null}),
            json!({"id": "2", "name": null, "status": "SUCCESS", "startTimeMillis": BEGAN, "durationMillis": 1}),
            json!({"id": "3", "name": "Ask", "status": "PAUSED_PENDING_INPUT"}),
        ],
    );
    let facts = bench.facts();
    let counted: i64 = caveats(&facts).values().sum();
    assert_eq!(facts.events.len(), 2);
    assert_eq!(usize::try_from(counted).expect("a count") + facts.events.len(), bench.put);
}

#[test]
fn nobody_is_named_where_rows_are_made() {
    let mut bench = Bench::new(STUDY);
    bench.put(
        "jobs",
        "root",
        [json!({"fullName": "acme/app/main", "displayName": "main", "lastBuild": {"number": 1}})],
    );
    bench.put("jobs", "root", [json!({"fullName": "acme/deploy-app", "lastBuild": {"number": 1}})]);
    bench.put("builds", "root/acme/app/main", branch("main", 0));
    bench.put("builds", "root/acme/deploy-app", deploys(0));
    for body in bench.bodies("builds") {
        let text = body.to_string().to_lowercase();
        assert!(!text.contains("jane") && !text.contains("doe"), "{text}");
    }
    let facts = format!("{:?}", bench.facts());
    assert!(!facts.to_lowercase().contains("jane"), "{facts}");
}

/// The full name of the job that an address of a recorded row is of: `/job/a/job/b/api/json`, `/job/a/1/wfapi/describe`.
fn job_of(url: &str) -> String {
    let path = url.split_once("/job/").map_or("", |(_, path)| path).split(['?']).next().unwrap_or_default();
    let job = path.split("/api/json").next().unwrap_or_default();
    let job = job.split("/wfapi").next().unwrap_or_default();
    job.replace("/job/", "/")
}

#[test]
fn recorded_builds_are_runs() {
    let Some(rows) = rows_with_urls("jenkins___raw_jenkins_api_builds") else { return };
    let mut bench = Bench::new(STUDY);
    for (url, row) in rows {
        bench.put("builds", &format!("root/{}", job_of(&url)), [row]);
    }
    let facts = bench.facts();
    assert_eq!(bench.put, 14);
    assert_eq!(activities(&facts)["pipelinerun.finished"], 11);
    assert_eq!(caveats(&facts)["tells-nothing: `builds`: a build that still goes on"], 3);
    let outcome = |word: &str| facts.events.iter().filter(|event| event.outcome.as_deref() == Some(word)).count();
    assert_eq!((outcome("success"), outcome("cancelled"), outcome("unstable"), outcome("not_build")), (8, 1, 1, 1));
    assert!(facts.events.iter().all(|event| event.actor_id.is_some() && event.channel.as_deref() == Some("ui")));
    assert_eq!(facts.event_objects.iter().filter(|about| about.object_id.starts_with("repository:")).count(), 3);
}

#[test]
fn recorded_branches_build_what_was_pushed() {
    let (Some(jobs), Some(builds), Some(stages)) = (
        rows("jenkins___raw_jenkins_api_jobs_multibranch"),
        rows_with_urls("jenkins___raw_jenkins_api_builds_multibranch"),
        rows_with_urls("jenkins___raw_jenkins_api_stages_multibranch"),
    ) else {
        return;
    };
    let mut bench = Bench::new(STUDY);
    let mut keys = std::collections::BTreeMap::new();
    for job in jobs {
        // Recorded without the display name, which our own request asks of branches: so they are read whatever they are called.
        let name = job["fullName"].as_str().expect("a name").to_owned();
        keys.insert(name.clone(), name);
        bench.put("jobs", "root", [job]);
    }
    assert_eq!(keys.len(), 4);
    let mut began = std::collections::BTreeMap::new();
    for (url, row) in builds {
        let job = &keys[&job_of(&url)];
        began.insert(format!("{job}/{}", row["number"]), row["timestamp"].clone());
        bench.put("builds", &format!("root/{job}"), [row]);
    }
    for (url, row) in stages {
        let path = job_of(&url);
        bench.put("stages", &format!("root/{path}/{}", began[&path]), [row]);
    }
    let facts = bench.facts();
    assert_eq!(bench.put, 4 + 15 + 65);
    let told = activities(&facts);
    // Six stages follow one that was aborted, with its status, and took 11 to 38 ms.
    assert_eq!((told["pipelinerun.finished"], told.len()), (15 + 65 - 6, 1));
    assert_eq!(caveats(&facts)["tells-nothing: `stages`: a stage in which nothing ran"], 6);
    assert_eq!(caveats(&facts)["tells-nothing: `jobs`: jobs tell by their builds"], 4);
    assert!(facts.events.iter().all(|event| event.channel.as_deref() == Some("code") && event.actor_id.is_none()));
    let stages = |name: &str| facts.events.iter().filter(|event| event.category.as_deref() == Some(name)).count();
    assert_eq!((stages("deploy"), stages("Declarative: Checkout SCM")), (11, 13));
    let outcome = |word: &str| facts.events.iter().filter(|event| event.outcome.as_deref() == Some(word)).count();
    assert_eq!((outcome("success"), outcome("cancelled"), outcome("failure")), (11 + 57, 2 + 2, 2));
    let ids: std::collections::BTreeSet<&str> = facts.events.iter().map(|event| event.event_id.as_str()).collect();
    assert_eq!(ids.len(), 74);
}

#[test]
fn recorded_stages_without_a_status_are_counted() {
    let Some(rows) = rows_with_urls("jenkins___raw_jenkins_api_stages") else { return };
    let mut bench = Bench::new(STUDY);
    for (url, row) in rows {
        bench.put("stages", &format!("root/{}", job_of(&url)), [row]);
    }
    let facts = bench.facts();
    // Of the 24 rows some were recorded twice: 16 are left by address and id.
    assert_eq!((bench.put, bench.bodies("stages").len()), (24, 16));
    assert_eq!(caveats(&facts)["bad-row: `stages`: `status`: missing"], 1);
    assert_eq!(activities(&facts)["pipelinerun.finished"], 15);
}
