//! Many companies with a known effect, and many with none, through the whole pipeline: how often does the interval hold the
//! truth, and how often is an effect claimed that is not there?
//!
//! `MILEPOST_SEEDS=200` runs the number that the project promises; the default keeps `cargo test` short.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use milepost::simulate::World;
use serde_json::Value;

use crate::bench_dir::Bench;

const THREADS: usize = 2;

/// What was reported of one company.
#[derive(Clone, Copy, Debug, Default)]
struct Reported {
    /// The interval of the ratio holds the planted factor.
    holds_ratio: bool,
    /// The interval in days holds the planted difference in differences.
    holds_days: bool,
    /// An effect is claimed.
    claims: bool,
}

#[expect(clippy::disallowed_methods, reason = "the number of seeds is the caller's; nothing that is tested reads it")]
fn seeds() -> u64 {
    std::env::var("MILEPOST_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(12)
}

/// Whether the interval of a finding holds a value; a finding without one does not.
fn holds(finding: &Value, value: f64) -> bool {
    let limit = |side: &str| finding["interval"][side].as_f64();
    matches!((limit("lower"), limit("upper")), (Some(lower), Some(upper)) if lower <= value && value <= upper)
}

fn reported(world: &World) -> Reported {
    let bench = Bench::world(world);
    let truth: toml::Table = bench.read("truth.toml").parse().expect("the truth is TOML");
    let planted = |key: &str| truth["effect"][key].as_float().unwrap_or_else(|| panic!("`{key}` is planted"));
    let told = bench.run(&["measure", "time_to_first_deploy", "--format", "json"]).done().json();
    let measures = told["measures"].as_array().expect("measures");
    let answer = measures.iter().find(|one| one["of"] == "production").expect("the primary measure");
    // The first finding of a scale is the primary method: the exact permutation of teams.
    let in_days = answer["beside"].as_array().and_then(|all| all.iter().find(|one| one["scale"] == "days"));
    assert_eq!(answer["effect"]["scale"], "ratio", "the primary effect is a ratio: {answer}");
    Reported {
        holds_ratio: holds(&answer["effect"], planted("time_ratio")),
        holds_days: in_days.is_some_and(|finding| holds(finding, planted("rmst_did_days"))),
        claims: answer["significant"] == true,
    }
}

/// Every company of the seeds from 1 on, in no order: only counts leave this function.
fn run(many: u64, world: impl Fn(u64) -> World + Sync) -> Vec<Reported> {
    let next = AtomicU64::new(1);
    let all = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > many {
                        break;
                    }
                    let one = reported(&world(seed));
                    all.lock().expect("no thread panicked").push(one);
                }
            });
        }
    });
    all.into_inner().expect("no thread panicked")
}

fn count(all: &[Reported], is: impl Fn(&Reported) -> bool) -> u64 {
    all.iter().filter(|one| is(one)).count() as u64
}

/// 8% of the seeds; a few more where there are too few seeds for a share to mean much.
fn allowed(many: u64) -> u64 {
    let share = (many * 8).div_ceil(100);
    if many < 100 { share + 2 } else { many * 8 / 100 }
}

#[test]
fn the_interval_holds_what_was_planted() {
    let many = seeds();
    let all = run(many, |seed| World::acme(seed).quiet());
    let (ratio, days) = (count(&all, |one| one.holds_ratio), count(&all, |one| one.holds_days));
    let claims = count(&all, |one| one.claims);
    println!("of {many}: {ratio} intervals hold the ratio, {days} the days; the effect is claimed in {claims}");
    assert!(many - ratio <= allowed(many), "{ratio} of {many} intervals hold the planted ratio");
    assert!(many - days <= allowed(many), "{days} of {many} intervals hold the planted days");
}

#[test]
fn no_effect_is_claimed_where_none_was_planted() {
    let many = seeds();
    let all = run(many, |seed| World::acme(seed).quiet().without_effect());
    let (claims, ratio) = (count(&all, |one| one.claims), count(&all, |one| one.holds_ratio));
    println!("of {many} without an effect: {claims} claim one; {ratio} intervals hold no change");
    assert!(claims <= allowed(many), "{claims} of {many} claim an effect that is not there");
}

#[test]
fn a_missing_interval_holds_nothing() {
    let finding = |interval: Value| serde_json::json!({ "interval": interval });
    assert!(!holds(&finding(serde_json::json!({ "none": "too few teams" })), 0.7));
    assert!(holds(&finding(serde_json::json!({ "lower": 0.5, "upper": 0.9 })), 0.7));
    assert!(!holds(&finding(serde_json::json!({ "lower": 0.75, "upper": 0.9 })), 0.7));
    assert_eq!((allowed(12), allowed(200)), (3, 16));
}
