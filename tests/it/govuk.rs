//! The journeys of GOV.UK that were worked by hand with plain git: every number, to the second.
//!
//! The histories are public and large; `MILEPOST_GIT_ROOT` names the folder that holds them. Without it the test says so.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::bench_dir::{Bench, Tables};

/// Step and instant in UTC, in the order of time.
const FACT_CHECK_MANAGER: &[(&str, &str)] = &[
    ("repository requested", "2025-11-25T14:35:50Z"),
    ("first commit", "2025-11-26T15:40:54Z"),
    ("monitoring requested", "2025-12-01T15:03:53Z"),
    ("catalog entry", "2025-12-01T18:03:58Z"),
    ("deploy workflow", "2025-12-02T14:28:30Z"),
    ("first release", "2025-12-03T15:43:37Z"),
    ("registered (integration)", "2025-12-04T11:45:45Z"),
    ("first deploy (integration)", "2025-12-04T12:16:10Z"),
    ("docs added", "2026-05-13T07:57:38Z"),
    ("registered (staging)", "2026-08-13T09:27:35Z"),
    ("first deploy (staging)", "2026-08-13T10:53:24Z"),
    ("database requested", "2026-08-18T11:18:50Z"),
    ("registered (production)", "2026-08-18T14:25:45Z"),
    ("first deploy (production)", "2026-08-20T08:13:07Z"),
];

const SEARCH_V2_EVALUATOR: &[(&str, &str)] = &[
    ("first commit", "2023-11-15T12:32:18Z"),
    ("first release", "2023-11-17T16:46:28Z"),
    ("ci configured", "2023-11-20T10:12:54Z"),
    ("deploy workflow", "2023-11-20T10:18:51Z"),
    ("container image", "2023-11-20T10:25:44Z"),
    ("registered (integration)", "2023-11-20T11:23:05Z"),
    ("first deploy (integration)", "2023-11-20T12:26:59Z"),
    ("registered (production)", "2023-11-20T15:59:45Z"),
    ("registered (staging)", "2023-11-20T15:59:45Z"),
    ("first deploy (staging)", "2023-11-22T11:59:55Z"),
    ("first deploy (production)", "2023-11-22T12:03:26Z"),
    ("catalog entry", "2023-11-24T10:52:52Z"),
    ("monitoring requested", "2023-12-04T10:26:08Z"),
];

/// When the work on a step began, where the history shows it.
const BEGAN: &[(&str, &str)] = &[
    ("repository requested", "2025-11-25T14:04:30Z"),
    ("monitoring requested", "2025-12-01T14:27:10Z"),
    ("catalog entry", "2025-12-01T16:33:32Z"),
    ("registered (integration)", "2025-12-02T15:01:31Z"),
];

/// Step and the leading digits of the commit that it stands on.
const COMMITS: &[(&str, &str)] = &[
    ("repository requested", "30fedea6"),
    ("first commit", "6989cd1"),
    ("monitoring requested", "77aa2c17"),
    ("catalog entry", "6196453da"),
    ("deploy workflow", "20bc4b2"),
    ("registered (integration)", "6c73225f61"),
    ("first deploy (integration)", "aa97ce2e14"),
    ("docs added", "cd31e3e"),
    ("registered (staging)", "60628e37d7"),
    ("first deploy (staging)", "0d95e7372e"),
    ("database requested", "04d7e55a"),
    ("registered (production)", "307403c311"),
    ("first deploy (production)", "43ec90d233"),
];

#[expect(clippy::disallowed_methods, reason = "where the histories lie is the caller's to say")]
fn git_root() -> Option<String> {
    let root = std::env::var("MILEPOST_GIT_ROOT").ok();
    if root.is_none() {
        println!("skipped: no GOV.UK histories (set MILEPOST_GIT_ROOT to a folder that holds them)");
    }
    root
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no instant"))
}

fn journey<'j>(journeys: &'j Value, subject: &str) -> &'j Value {
    let of = |journey: &&Value| journey["subject"] == subject && journey["definition"] == "create-service";
    let mut found = journeys.as_array().expect("one array").iter().filter(of);
    let first = found.next().unwrap_or_else(|| panic!("no journey of `{subject}`"));
    assert!(found.next().is_none(), "`{subject}` has one journey");
    first
}

/// Every step with one of its words.
fn of_steps(journey: &Value, word: impl Fn(&Value) -> Option<String>) -> BTreeMap<String, String> {
    let steps = journey["steps"].as_array().expect("steps").iter();
    steps.filter_map(|step| Some((step["step"].as_str()?.to_owned(), word(step)?))).collect()
}

fn has_steps(journey: &Value, expected: &[(&str, &str)]) {
    let found = of_steps(journey, |step| step["at"].as_str().map(str::to_owned));
    let expected: BTreeMap<String, String> =
        expected.iter().map(|(step, at)| ((*step).to_owned(), (*at).to_owned())).collect();
    assert_eq!(found, expected, "{}", journey["subject"]);
}

/// Seconds from the first commit to a step.
fn seconds_to(journey: &Value, step: &str) -> i64 {
    let at = of_steps(journey, |step| step["at"].as_str().map(str::to_owned));
    (instant(&at[step]) - instant(journey["started_at"].as_str().expect("a start"))).num_seconds()
}

fn deploy_writes(tables: &Tables, subject: &str, environment: &str) -> i64 {
    tables.number(&format!(
        "select sum(writes) as n from deploy_writes \
         where subject_id = 'component:{subject}' and environment = '{environment}'"
    ))
}

/// Live entries and how many of them say something in a field, at the start of a month or at the end of the records.
fn coverage(tables: &Tables, instant: &str, field: &str) -> (i64, i64) {
    let of = |what: &str| {
        tables.number(&format!(
            "select {what} as n from coverage_instants as i \
             inner join coverage_entries as e on e.instant_us = i.instant_us \
             inner join metadata_coverage as m on m.instant_us = e.instant_us and m.component_id = e.component_id \
             where not e.is_retired and m.field = '{field}' and {instant}"
        ))
    };
    (of("count(m.component_id)"), of("sum(cast(m.is_present as bigint))"))
}

fn at(date: &str) -> String {
    format!("i.purpose = 'month' and i.instant_us = {}", instant(&format!("{date}T00:00:00Z")).timestamp_micros())
}

#[test]
fn every_number_worked_by_hand_is_met() {
    let Some(root) = git_root() else { return };
    let bench = Bench::empty();
    let study = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/govuk/milepost.toml");
    fs::copy(study, bench.path("milepost.toml")).expect("copied");
    let arguments = ["journeys", "--git-root", &root, "--format", "json"];
    let journeys = bench.run(&arguments).done().json();

    let manager = journey(&journeys, "fact-check-manager");
    has_steps(manager, FACT_CHECK_MANAGER);
    assert_eq!(seconds_to(manager, "first deploy (integration)"), 678_916);
    assert_eq!(seconds_to(manager, "registered (production)"), 22_891_491);
    assert_eq!(seconds_to(manager, "first deploy (production)"), 23_041_933);
    let began = of_steps(manager, |step| step["began_at"].as_str().map(str::to_owned));
    for (step, at) in BEGAN {
        assert_eq!(began.get(*step).map(String::as_str), Some(*at), "when `{step}` began");
    }
    let commits = of_steps(manager, |step| step["evidence"]["sha"].as_str().map(str::to_owned));
    for (step, sha) in COMMITS {
        assert!(commits[*step].starts_with(sha) && commits[*step].len() == 40, "`{step}` stands on {}", commits[*step]);
    }

    let evaluator = journey(&journeys, "search-v2-evaluator");
    has_steps(evaluator, SEARCH_V2_EVALUATOR);
    assert_eq!(seconds_to(evaluator, "first deploy (integration)"), 431_681);
    assert_eq!(seconds_to(evaluator, "first deploy (production)"), 603_068);
    for (journey, people) in [(manager, 4), (evaluator, 0)] {
        assert_eq!(journey["status"], "finished");
        assert_eq!(journey["left_truncated"], false);
        assert_eq!(journey["handoffs"]["people"], people, "{}", journey["subject"]);
        assert_eq!(journey["handoffs"]["teams"], 0, "no teams are given");
    }

    let tables = bench.tables(&["--git-root", &root]);
    for (subject, environment, writes) in [
        ("fact-check-manager", "integration", 270),
        ("fact-check-manager", "staging", 165),
        ("fact-check-manager", "production", 5),
        ("search-v2-evaluator", "integration", 32),
    ] {
        assert_eq!(deploy_writes(&tables, subject, environment), writes, "{subject}, {environment}");
    }
    let gated = "select sum(deploys) as n from deploy_writes \
                 where subject_id = 'component:fact-check-manager' and environment = 'production'";
    assert_eq!(tables.number(gated), 4);
    let fleet = "select count(event_id) as n from events \
                 where activity = 'service.deployed' and environment = 'production'";
    assert_eq!(tables.number(fleet), 32_107);
    let end = "i.purpose = 'as of'".to_owned();
    for (instant, field, expected) in [
        (at("2024-01-01"), "owner", (162, 162)),
        (at("2024-01-01"), "alerts_team", (162, 0)),
        (at("2025-01-01"), "owner", (136, 136)),
        (at("2025-01-01"), "alerts_team", (136, 59)),
        (end.clone(), "owner", (136, 136)),
        (end, "alerts_team", (136, 98)),
    ] {
        assert_eq!(coverage(&tables, &instant, field), expected, "{field}, {instant}");
    }
}
