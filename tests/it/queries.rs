//! Every query gives the same rows on polars and on `DuckDB`, over the tables of every spec.
//!
//! The second engine is the Python package `duckdb`, found through `MILEPOST_PYTHON` or `python3`; without it the test
//! says so and passes.

use std::fs;
use std::path::Path;
use std::process::Command;

use milepost::engine::Folder;
use milepost::journeys::reconstruct;
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
    let mut known: std::collections::BTreeSet<String> = spec.tables.keys().map(|name| (*name).to_owned()).collect();
    for (name, table) in &spec.tables {
        write_parquet(&into.join("log").join(format!("{name}.parquet")), &mut table.clone()).expect("a table");
    }
    let mut place = 0;
    for folder in [Folder::Links, Folder::Journeys, Folder::Checks] {
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
