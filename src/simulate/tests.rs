//! What holds of every world, and what must be in the committed one.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::config::{self, Overrides};

/// The seed of `sample-data/acme`.
const SEED: u64 = 105;

fn truth(world: &World) -> toml::Table {
    let files: BTreeMap<String, String> = world.files().expect("a world").into_iter().collect();
    files["truth.toml"].parse().expect("TOML")
}

fn count(truth: &toml::Table, key: &str) -> usize {
    let value = &truth["planted"][key];
    value
        .as_array()
        .map_or_else(|| usize::try_from(value.as_integer().expect("a count")).expect("not negative"), Vec::len)
}

#[test]
fn the_same_world_gives_the_same_bytes_and_another_seed_gives_others() {
    let files = |seed| World::acme(seed).files().expect("a world");
    let (one, again, other) = (files(1), files(1), files(2));
    assert_eq!(one, again);
    for ((name, text), (_, different)) in one.iter().zip(&other) {
        assert!(text != different, "{name} is the same for two seeds");
    }
}

#[test]
fn every_odd_thing_is_planted_whatever_the_seed() {
    for seed in 0..20 {
        let truth = truth(&World::acme(seed).quiet());
        assert_eq!(count(&truth, "journeys"), 136);
        assert_eq!(
            count(&truth, "journeys"),
            ["finished", "open", "abandoned"].iter().map(|key| count(&truth, key)).sum::<usize>()
        );
        for key in [
            "left_truncated",
            "golden_path",
            "functions",
            "deployed_too_early",
            "taken_over",
            "squashes_with_head",
            "squashes_without_head",
            "tickets_unlinked",
            "tickets_lost_in_silent_month",
            "people_known_by_alias_file_only",
            "people_known_by_mailmap_only",
            "people_with_handle_as_name",
            "production_deploys_ungated",
            "abandoned",
        ] {
            assert!(count(&truth, key) > 0, "seed {seed}: no {key}");
        }
        assert!(count(&truth, "back_filled") > 10, "seed {seed}: the back-fill is no bulk change");
        assert!(count(&truth, "bulk_staging_old") > 10, "seed {seed}: the bulk registration is none");
        for key in ["renamed", "other_tag", "re_registered"] {
            assert!(truth["planted"].get(key).is_some(), "seed {seed}: no {key}");
        }
    }
}

#[test]
fn bad_rows_stay_below_the_limit_of_the_study_file() {
    for seed in 0..20 {
        let files: BTreeMap<String, String> = World::acme(seed).quiet().files().expect("a world").into_iter().collect();
        for (file, bad) in exports::BAD_ROWS {
            let rows = files[file].lines().count();
            assert!(bad * 100 < rows, "seed {seed}: {bad} of {rows} rows of {file}");
        }
    }
}

#[test]
fn without_the_effect_nothing_else_of_a_world_changes() {
    let journeys = |world: World| -> Vec<(String, String)> {
        let truth = truth(&world);
        let journeys = truth["journey"].as_array().expect("journeys");
        let new = journeys.iter().filter(|one| one["definition"].as_str() == Some("create-service"));
        new.map(|one| (one["subject"].to_string(), one["started_at"].to_string())).collect()
    };
    assert_eq!(journeys(World::acme(3)), journeys(World::acme(3).without_effect()));
    let none = truth(&World::acme(3).without_effect());
    assert_eq!(none["effect"]["rmst_did_days"].as_float(), Some(0.0));
    assert_eq!(none["effect"]["all_tickets_ratio"].as_float(), Some(1.0));
    // Comparison teams live the same life in both.
    let of_team = |world: World| {
        let truth = truth(&world);
        let journeys = truth["journey"].as_array().expect("journeys").clone();
        journeys
            .into_iter()
            .filter(|one| one["team"].as_str() == Some("delivery"))
            .map(|one| one.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(of_team(World::acme(3)), of_team(World::acme(3).without_effect()));
}

/// The mean over many worlds is what the closed form says.
#[test]
fn the_planted_effect_is_the_one_that_truth_tells() {
    let mut world = World::acme(5);
    world.times.given_up = 0.0;
    let (mut logs, mut count) = ([0.0, 0.0], [0.0, 0.0]);
    for seed in 0..60 {
        world.seed = seed;
        let cast = cast::Cast::of(&world);
        let clock = clock::Clock { zone: world.zone };
        for service in plan::services(&world, &cast) {
            let team = &world.teams[service.team];
            let Some(finished) = service.finished else { continue };
            // Those begun near the end are seen only if they were quick.
            let late = service.begun > clock.midnight(world.as_of) - 150 * clock::DAY;
            if team.arm == crate::config::written::Arm::Pilot && !service.left_truncated && !late {
                let after = usize::from(service.begun >= clock.midnight(team.start));
                #[expect(clippy::cast_precision_loss, reason = "days of a journey, in seconds")]
                let span = (finished - service.begun) as f64;
                logs[after] += span.ln();
                count[after] += 1.0;
            }
        }
    }
    let ratio = (logs[1] / count[1] - logs[0] / count[0]).exp();
    assert!((ratio - 0.7_f64).abs() < 0.02, "geometric mean ratio {ratio}");
}

#[test]
fn every_journey_of_a_team_that_may_be_shown_has_five_before_and_five_after() {
    let truth = truth(&World::acme(SEED));
    let world = World::acme(SEED);
    for team in world.teams.iter().filter(|team| team.services >= 18) {
        let begun = |one: &&toml::Value| {
            one["team"].as_str() == Some(team.name) && one["definition"].as_str() == Some("create-service")
        };
        let journeys = truth["journey"].as_array().expect("journeys");
        let before =
            journeys.iter().filter(begun).filter(|one| one["started_at"].to_string() < team.start.to_string()).count();
        let washed = (team.start + chrono::Days::new(28)).to_string();
        let after = journeys.iter().filter(begun).filter(|one| one["started_at"].to_string() >= washed).count();
        assert!(before >= 5 && after >= 5, "{}: {before} before, {after} after", team.name);
    }
}

#[test]
fn a_written_world_can_be_read_as_a_study_and_built() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = World::acme(4).quiet();
    let paths = world.write(folder.path()).expect("written");
    assert!(paths.iter().all(|path| path.is_file()));
    let settings = config::load(&folder.path().join("milepost.toml"), &Overrides::default()).expect("a study");
    let below = folder.path().join("git");
    let built = build_repositories(&folder.path().join(SCRIPT), &below).expect("built");
    let built: BTreeSet<_> = built.iter().filter_map(|path| path.file_name()?.to_str()).map(str::to_owned).collect();
    for repository in &settings.repositories {
        assert!(built.contains(&format!("{}.git", repository.name)), "{} was not built", repository.name);
        assert!(repository.candidates.iter().any(|path| path.is_dir()), "{} is not found", repository.name);
    }
    assert_eq!(built.len(), settings.repositories.len());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.path().join("people.toml")).expect("there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "others can read people.toml");
    }
}

#[test]
fn repositories_are_the_same_every_time_they_are_built() {
    let folder = tempfile::tempdir().expect("a folder");
    World::acme(4).quiet().write(folder.path()).expect("written");
    let refs = |name: &str| {
        let below = folder.path().join(name);
        build_repositories(&folder.path().join(SCRIPT), &below).expect("built");
        std::fs::read_to_string(below.join("deploy-config.git/packed-refs")).expect("refs")
    };
    assert_eq!(refs("one"), refs("two"));
}

#[test]
fn a_line_that_is_none_is_named_by_its_number() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join(SCRIPT);
    std::fs::write(&script, "{\"who\":{\"zone\":\"UTC\",\"signatures\":[]}}\n{\"comit\":{}}\n").expect("written");
    let error = build_repositories(&script, folder.path()).expect_err("a broken line").to_string();
    assert!(error.contains(":2: ") && error.contains("comit"), "{error}");
}

/// The committed sample is what this code makes of its seed.
#[test]
fn the_committed_sample_is_the_one_of_its_seed() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/sample-data/acme"));
    let mut size = 0;
    for (name, text) in World::acme(SEED).files().expect("a world") {
        let there = std::fs::read_to_string(folder.join(&name)).unwrap_or_default();
        assert!(
            there == text,
            "sample-data/acme/{name} is not what seed {SEED} gives; `milepost simulate --seed {SEED} --out sample-data/acme` writes it anew"
        );
        size += text.len();
    }
    assert!(size < 2_000_000, "the sample has {size} bytes");
}
