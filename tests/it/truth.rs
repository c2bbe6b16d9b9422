//! The sample: what `truth.toml` says was planted is found, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};

use milepost::simulate::World;
use serde_json::Value;

use crate::bench_dir::Bench;

/// One thing that is true or was found, by what it is of.
type Facts = BTreeMap<(String, String, String), BTreeMap<String, String>>;

/// Of these only the count is planted: whoever adds a dashboard finishes one.
const COUNTED: &str = "make-observable";

fn truth(bench: &Bench) -> toml::Table {
    bench.read("truth.toml").parse().expect("the truth is TOML")
}

/// As the program prints it: text bare, everything else as it is written.
fn bare(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn planted(truth: &toml::Table) -> Facts {
    let mut facts = Facts::new();
    for journey in truth["journey"].as_array().expect("journeys") {
        let text = |key: &str| journey.get(key).map(bare);
        let key = |name: &str| text(name).unwrap_or_else(|| panic!("a planted journey has `{name}`"));
        let mut told = BTreeMap::from([("status".to_owned(), key("status")), ("team".to_owned(), key("team"))]);
        told.insert("finished_at".to_owned(), text("finished_at").unwrap_or_default());
        if let Some(steps) = journey.get("steps").and_then(toml::Value::as_array) {
            told.insert("left_truncated".to_owned(), key("left_truncated"));
            told.insert("handoffs".to_owned(), key("handoffs"));
            for step in steps {
                told.insert(format!("step {}", bare(&step[0])), bare(&step[1]));
            }
        }
        facts.insert((key("definition"), key("subject"), key("started_at")), told);
    }
    facts
}

fn found(journeys: &Value) -> Facts {
    let mut facts = Facts::new();
    for journey in journeys.as_array().expect("one array") {
        let text = |key: &str| journey[key].as_str().unwrap_or_default().to_owned();
        let mut told = BTreeMap::new();
        for key in ["status", "team", "finished_at"] {
            told.insert(key.to_owned(), text(key));
        }
        told.insert("left_truncated".to_owned(), journey["left_truncated"].to_string());
        told.insert("handoffs".to_owned(), journey["handoffs"]["teams"].to_string());
        for step in journey["steps"].as_array().expect("steps") {
            let word = |key: &str| step[key].as_str().expect("text").to_owned();
            told.insert(format!("step {}", word("step")), word("at"));
        }
        let key = (text("definition"), text("subject"), text("started_at"));
        assert!(facts.insert(key, told).is_none(), "a journey is printed twice");
    }
    facts
}

/// What of the planted facts was found with another value, and which steps were found that nobody planted.
fn differences(planted: &Facts, found: &Facts) -> Vec<String> {
    let mut differences = Vec::new();
    for (key, wanted) in planted {
        let Some(told) = found.get(key) else { continue };
        let has_steps = wanted.contains_key("handoffs");
        let mut words: BTreeSet<&String> = wanted.keys().collect();
        words.extend(told.keys().filter(|word| has_steps && word.starts_with("step ")));
        for word in words {
            if wanted.get(word) != told.get(word) {
                let (wanted, told) = (wanted.get(word), told.get(word));
                differences.push(format!("{} {}: {word}: planted {wanted:?}, found {told:?}", key.0, key.1));
            }
        }
    }
    differences
}

fn shown(lines: &[String]) -> String {
    format!("{} in all:\n{}", lines.len(), lines.iter().take(30).cloned().collect::<Vec<_>>().join("\n"))
}

fn everything_planted_is_found_in(bench: &Bench) {
    let truth = truth(bench);
    let found = found(&bench.run(&["journeys", "--format", "json"]).done().json());
    let planted = planted(&truth);
    let (counted, found): (Facts, Facts) = found.into_iter().partition(|(key, _)| key.0 == COUNTED);
    let hits = planted.keys().filter(|key| found.contains_key(key)).count();
    println!("recall {hits}/{}, precision {hits}/{}", planted.len(), found.len());
    let missed = planted.keys().filter(|key| !found.contains_key(key)).map(|key| format!("missed {key:?}"));
    let invented = found.keys().filter(|key| !planted.contains_key(key)).map(|key| format!("invented {key:?}"));
    let wrong: Vec<String> = missed.chain(invented).chain(differences(&planted, &found)).collect();
    assert!(wrong.is_empty(), "{}", shown(&wrong));
    let observable = counted.values().filter(|told| told["status"] == "finished").count();
    assert_eq!(Some(observable), number(&truth, "made_observable"), "journeys of `{COUNTED}` that finished");
}

fn number(truth: &toml::Table, key: &str) -> Option<usize> {
    truth["planted"].get(key).and_then(toml::Value::as_integer).and_then(|count| usize::try_from(count).ok())
}

#[test]
fn every_planted_journey_is_found_as_it_was_and_none_is_invented() {
    everything_planted_is_found_in(&Bench::sample());
}

#[test]
fn another_company_is_found_as_well() {
    everything_planted_is_found_in(&Bench::world(&World::acme(7).quiet()));
}

#[test]
fn the_comparison_sees_a_step_that_is_off_by_a_second_and_one_that_nobody_planted() {
    let key = ("d".to_owned(), "s".to_owned(), "t".to_owned());
    let told = |pairs: &[(&str, &str)]| {
        Facts::from([(key.clone(), pairs.iter().map(|(word, at)| ((*word).to_owned(), (*at).to_owned())).collect())])
    };
    let planted = told(&[("handoffs", "1"), ("step a", "10:00:00Z")]);
    assert_eq!(differences(&planted, &planted), Vec::<String>::new());
    let found = told(&[("handoffs", "1"), ("step a", "10:00:01Z"), ("step b", "11:00:00Z")]);
    assert_eq!(differences(&planted, &found).len(), 2);
}
