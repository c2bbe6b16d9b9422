//! Every query gives the same rows on polars and on `DuckDB`, over the tables of every spec.
//!
//! The second engine is the Python package `duckdb`, found through `MILEPOST_PYTHON` or `python3`; without it the test
//! says so and passes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use milepost::engine::{Folder, Queries};
use milepost::journeys::reconstruct;
use milepost::measures::{self, MEASURES};
use milepost::store::write_parquet;

use crate::{spec, specs};

const COMPARE: &str = include_str!("compare.py");

fn python() -> Option<String> {
    let python = std::env::var("MILEPOST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let known =
        Command::new(&python).args(["-c", "import duckdb"]).output().is_ok_and(|output| output.status.success());
    known.then_some(python)
}

#[test]
fn polars_and_duckdb_answer_alike() {
    let Some(python) = python() else {
        println!("skipped: no `duckdb` for Python (set MILEPOST_PYTHON to an interpreter that has it)");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder for the tables");
    for path in specs::files() {
        let spec = spec::read(&fs::read_to_string(&path).expect("a spec is text"));
        let into = folder.path().join(path.file_stem().expect("a file has a name"));
        write(&spec, &into);
    }
    let output = Command::new(python).args(["-c", COMPARE]).arg(folder.path()).output().expect("the interpreter runs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
}

/// The tables of a spec, the queries in their order, and what polars answered.
fn write(spec: &spec::Spec, into: &Path) {
    for folder in ["log", "answers", "queries"] {
        fs::create_dir_all(into.join(folder)).expect("a folder");
    }
    let mut catalog = specs::catalog(spec);
    reconstruct(&mut catalog).expect("the spec runs");
    measures::run(&mut catalog).expect("its measures run");
    let mut known: BTreeSet<String> = spec.tables.keys().map(|name| (*name).to_owned()).collect();
    for (name, table) in &spec.tables {
        write_parquet(&into.join("log").join(format!("{name}.parquet")), &mut table.clone()).expect("a table");
    }
    let mut place = 0;
    for folder in [Folder::Links, Folder::Journeys, Folder::Measures, Folder::Checks] {
        let ordered = catalog.queries().in_order(folder, &known).expect("the order is known");
        for file in ordered {
            let mut answer = catalog.run(file).expect("the query runs");
            let name = format!("{place:03}.{}", file.name);
            write_parquet(&into.join("answers").join(format!("{name}.parquet")), &mut answer).expect("an answer");
            fs::write(into.join("queries").join(format!("{name}.sql")), &file.sql).expect("a query");
            known.insert(file.name.clone());
            place += 1;
        }
    }
}

/// The anchor that a heading of a Markdown page gets.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

#[test]
fn methods_defines_every_query_and_measure_where_they_say_so() {
    let methods = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("METHODS.md")).expect("the page");
    let headings = methods.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#'));
    let anchors: BTreeSet<String> = headings.map(|heading| format!("METHODS.md#{}", anchor(heading))).collect();
    let queries = Queries::built_in().expect("the shipped queries keep the rules");
    let mut wrong = Vec::new();
    for file in queries.files() {
        if !anchors.contains(&file.header.see) {
            wrong.push(format!(
                "{}/{} points to {}, which is no heading",
                file.folder.as_str(),
                file.name,
                file.header.see
            ));
        }
        if file.folder != Folder::Checks && !methods.contains(&format!("`{}`", file.name)) {
            wrong.push(format!("METHODS.md never names the query `{}`", file.name));
        }
    }
    for measure in MEASURES {
        if !anchors.contains(measure.anchor) {
            wrong.push(format!("{} points to {}, which is no heading", measure.id, measure.anchor));
        }
        if !methods.contains(&format!("`{}`", measure.id)) && !methods.contains(&format!("### {}", measure.id)) {
            wrong.push(format!("METHODS.md never names the measure `{}`", measure.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
