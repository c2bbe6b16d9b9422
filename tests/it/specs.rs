//! Runs `tests/specs/journeys/*.md` and `tests/specs/measures/*.md`: each gives a log and definitions, and says what
//! must be found.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use milepost::engine::{Catalog, Queries};
use milepost::journeys::reconstruct;
use milepost::measures;

use crate::spec;

/// The specs, by folder and name.
pub(crate) fn files() -> Vec<PathBuf> {
    ["journeys", "measures"].into_iter().flat_map(files_in).collect()
}

fn files_in(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder of specs")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    files.sort();
    assert!(files.len() > 5, "every rule has a spec");
    files
}

/// A catalog of the tables of a spec.
pub(crate) fn catalog(spec: &spec::Spec) -> Catalog {
    let mut catalog = Catalog::new(Queries::built_in().expect("the shipped queries keep the rules"));
    for (name, table) in &spec.tables {
        catalog.insert(name, table.clone());
    }
    catalog
}

#[test]
fn every_spec_finds_what_it_expects() {
    let mut failures = String::new();
    for path in files() {
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let spec = spec::read(&fs::read_to_string(&path).expect("a spec is text"));
        let mut catalog = catalog(&spec);
        let run = reconstruct(&mut catalog).map_err(|error| error.to_string());
        if let Err(error) = run.and_then(|_| measures::run(&mut catalog).map_err(|error| error.to_string())) {
            writeln!(failures, "{name}: {error}").expect("a string takes text");
            continue;
        }
        for (table, columns, expected) in &spec.expected {
            let mut expected = expected.clone();
            expected.sort();
            let mut found = spec::shown(catalog.table(table).expect("a query writes it"), columns);
            found.sort();
            if found != expected {
                writeln!(failures, "{name}: {table} ({})\n  expected", columns.join(" | "))
                    .expect("a string takes text");
                expected.iter().for_each(|row| failures.push_str(&format!("    {}\n", row.join(" | "))));
                failures.push_str("  found\n");
                found.iter().for_each(|row| failures.push_str(&format!("    {}\n", row.join(" | "))));
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}
