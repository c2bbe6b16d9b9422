//! The rules of the house that a compiler cannot hold: the one-way flow, short files, plain SQL, no stubs.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from left to right. A room may import those to its left, and itself.
const FLOW: &[&str] = &[
    "log", "config", "people", "archive", "sources", "simulate", "store", "engine", "journeys", "measures", "study",
    "report",
];

/// Rooms that stand apart: pure functions over plain data, so that anyone can check them alone.
const ALONE: &[(&str, &[&str])] =
    &[("study", &[]), ("report", &["log"]), ("log", &[]), ("people", &["log", "config"]), ("archive", &["log"])];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("the folder is part of the checkout") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|known| known == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The rooms that a file imports.
fn rooms_named_in(text: &str) -> Vec<&'static str> {
    FLOW.iter()
        .copied()
        .chain(["commands", "cli"])
        .filter(|room| {
            text.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
                [format!("crate::{room}::"), format!("crate::{room};")].iter().any(|import| line.contains(import))
            })
        })
        .collect()
}

#[test]
fn imports_point_from_right_to_left() {
    let mut wrong = Vec::new();
    for (place, room) in FLOW.iter().enumerate() {
        let alone = ALONE.iter().find(|(name, _)| name == room).map(|(_, allowed)| *allowed);
        for file in files_below(&root().join("src").join(room), "rs") {
            let text = fs::read_to_string(&file).expect("readable");
            for imported in rooms_named_in(&text) {
                let left = FLOW[..=place].contains(&imported);
                let allowed = imported == *room || alone.map_or(left, |allowed| allowed.contains(&imported));
                if !allowed {
                    wrong.push(format!("{} imports `{imported}`", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_import_reader_sees_what_it_must() {
    assert_eq!(rooms_named_in("use crate::report::Document;\n// use crate::store::x;"), ["report"]);
}

#[test]
fn every_room_of_the_source_is_part_of_the_flow() {
    for entry in fs::read_dir(root().join("src")).expect("readable") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("named").to_string_lossy().into_owned();
        let known = !path.is_dir() || FLOW.contains(&name.as_str()) || name == "commands";
        assert!(known, "`src/{name}` has no place in the flow");
    }
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    for folder in ["src", "tests", "benches"] {
        for file in files_below(&root().join(folder), "rs") {
            let lines = fs::read_to_string(&file).expect("readable").lines().count();
            assert!(lines <= 600, "{} has {lines} lines; 600 is where a file has become two", file.display());
        }
    }
}

#[test]
fn nothing_is_left_to_do_in_the_source() {
    let macros = ["todo!", "unimplemented!", "dbg!"];
    let markers = ["FIXME", "XXX", "TODO"];
    for file in files_below(&root().join("src"), "rs") {
        for line in fs::read_to_string(&file).expect("readable").lines() {
            // `TODO` is also a value that people write into catalogs and exports.
            let comment = line.split_once("//").map_or("", |(_, comment)| comment);
            let marked =
                markers.iter().any(|marker| comment.contains(marker) && !comment.contains(&format!("`{marker}`")));
            let left = marked || macros.iter().any(|name| line.contains(name));
            assert!(!left, "{} holds `{}`", file.display(), line.trim());
        }
    }
}
