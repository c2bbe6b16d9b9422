//! What is written about the program is true of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::bench_dir::everything_below;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|why| panic!("`{name}`: {why}"))
}

/// Text files of some folders and of the top.
fn texts() -> Vec<(PathBuf, String)> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(root()).expect("readable").map(|entry| entry.expect("readable").path()).collect();
    for folder in ["src", "queries", "tests", "benches", "docs", "sample-data", "reports", ".ci"] {
        if root().join(folder).is_dir() {
            paths.extend(everything_below(&root().join(folder)));
        }
    }
    // `.git` is a file where the checkout is one of several.
    let files = paths.into_iter().filter(|path| path.is_file() && !path.ends_with(".git"));
    files.filter_map(|path| Some((path.clone(), fs::read_to_string(&path).ok()?))).collect()
}

/// As GitHub makes it of a heading: lower case, punctuation gone, spaces to hyphens.
fn anchor(heading: &str) -> String {
    let kept = heading
        .trim()
        .to_lowercase()
        .chars()
        .filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter))
        .collect::<String>();
    kept.replace(' ', "-")
}

fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter_map(|line| line.strip_prefix('#')).map(|line| line.trim_start_matches('#'));
    let named = Regex::new(r#"<a (?:id|name)="([^"]+)""#).expect("a pattern");
    headings.map(anchor).chain(named.captures_iter(text).map(|found| found[1].to_owned())).collect()
}

#[test]
fn every_definition_that_is_pointed_at_is_written() {
    let known = anchors(&read("METHODS.md"));
    let pointer = Regex::new(r"METHODS\.md#([A-Za-z0-9_-]+)").expect("a pattern");
    let mut pointed = 0;
    let mut lost = BTreeSet::new();
    for (path, text) in texts() {
        let inside = path.strip_prefix(root()).expect("below");
        if inside.starts_with("tests/it/docs.rs") {
            continue;
        }
        for found in pointer.captures_iter(&text) {
            pointed += 1;
            // The tests of the engine write `#x`.
            if &found[1] != "x" && !known.contains(&found[1]) {
                lost.insert(format!("`#{}` in {}", &found[1], inside.display()));
            }
        }
    }
    assert!(pointed > 50, "every query points at its definition");
    assert!(lost.is_empty(), "METHODS.md has no heading for {lost:#?}");
}

#[test]
fn an_anchor_is_made_as_the_code_host_makes_it() {
    assert_eq!(anchor(" Time to first deploy (`time_to_first_deploy`)"), "time-to-first-deploy-time_to_first_deploy");
}

#[test]
fn every_key_of_the_study_file_is_described() {
    let field = Regex::new(r"(?m)^    pub(?:\(crate\))? ([a-z_]+):").expect("a pattern");
    let reference = read("docs/study-file.md");
    let mut keys = 0;
    let mut missing = BTreeSet::new();
    for path in everything_below(&root().join("src/config/written")).into_iter().filter(|path| path.is_file()) {
        for found in field.captures_iter(&fs::read_to_string(&path).expect("readable")) {
            keys += 1;
            let key = found[1].replace('_', "-");
            let known = [format!("`{key}`"), format!("`[{key}]`"), format!("`[[{key}]]`")];
            if !known.iter().any(|key| reference.contains(key)) {
                missing.insert(format!("{key} ({})", path.file_name().expect("named").to_string_lossy()));
            }
        }
    }
    assert!(keys > 80, "{keys} keys were found");
    assert!(missing.is_empty(), "docs/study-file.md says nothing of {missing:#?}");
}

#[test]
fn the_readme_begins_with_two_commands_that_are_there() {
    let readme = read("README.md");
    let fenced: Vec<&str> =
        readme.split("```").skip(1).step_by(2).map(|block| block.trim_start_matches("sh").trim()).collect();
    assert_eq!(fenced[..2], ["cargo run -- demo", "cargo test"]);
}

#[test]
fn nothing_points_at_the_machine_that_it_was_written_on() {
    // Put together here, so that this file does not hold them.
    let parts = [
        ["/ro", "ot/"],
        ["/wo", "rk/"],
        ["/ho", "me/"],
        ["/tm", "p/bash"],
        ["lab", "/gitroot"],
        [".mir", "ror/"],
        ["index.crates", ".io"],
        ["Clau", "de"],
        ["Anthr", "opic"],
        ["sub", "agent"],
        ["lang", "uage model"],
        ["CONT", "RACT.md"],
    ];
    let words = parts.map(|parts| parts.concat());
    let mut found = Vec::new();
    for (path, text) in texts() {
        for (line, number) in text.lines().zip(1..) {
            if let Some(word) = words.iter().find(|word| line.contains(word.as_str())) {
                found.push(format!("{}:{number}: `{word}`", path.strip_prefix(root()).expect("below").display()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.iter().take(20).cloned().collect::<Vec<_>>().join("\n"));
}
