//! The same inputs give the same bytes, whatever the order in which rows stand or the steps in which a history is pulled.

use std::fs;

use milepost::simulate::World;
use milepost::store::LogFolder;
use polars::prelude::DataFrame;

use crate::bench_dir::{Bench, contents_below, sample_folder};

#[test]
fn two_demos_render_the_same_bytes() {
    let bench = Bench::empty();
    let sample = sample_folder();
    let sample = sample.to_str().expect("a path in UTF-8");
    let report = |out: &str| {
        let _ = bench.run(&["demo", "--sample", sample, "--out", out]).done();
        contents_below(&bench.path(&format!("{out}/report")))
    };
    let (one, other) = (report("one"), report("other"));
    assert!(one.iter().any(|(name, _)| name == "report.html") && one.len() > 3, "a report was written");
    let differing: Vec<&str> = one.iter().zip(&other).filter(|(a, b)| a != b).map(|(a, _)| a.0.as_str()).collect();
    assert!(one.len() == other.len() && differing.is_empty(), "{differing:?} differ");
}

#[test]
fn journeys_are_printed_alike_from_one_data_folder_and_from_another() {
    let bench = Bench::world(&World::acme(11).quiet());
    let json = |data: &str| bench.run(&["journeys", "--format", "json", "--data", data]).done().stdout;
    let first = json("one");
    assert!(first.len() > 10_000, "many journeys were printed");
    assert!(json("one") == first, "a second look at the same data differs");
    assert!(json("two") == first, "a second pull differs");
}

/// The rows of a table in words, without the columns that say where a row stood, in an order of their own.
fn rows(table: &DataFrame) -> Vec<String> {
    let place = ["evidence", "source_seq", "example"];
    let columns: Vec<_> = table.columns().iter().filter(|column| !place.contains(&column.name().as_str())).collect();
    let mut rows: Vec<String> = (0..table.height())
        .map(|row| columns.iter().map(|column| format!("{}|", column.get(row).expect("a row"))).collect())
        .collect();
    rows.sort();
    rows
}

fn same_tables(one: &LogFolder, other: &LogFolder) {
    let names = |log: &LogFolder| {
        let entries = fs::read_dir(log.path()).expect("a log").map(|entry| entry.expect("readable").file_name());
        let mut names: Vec<String> =
            entries.map(|name| name.to_string_lossy().trim_end_matches(".parquet").to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(one), names(other));
    assert!(names(one).len() > 10, "every table is compared");
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|row| those.binary_search(row).is_err()).take(3).cloned().collect()
    };
    let differing = names(one).into_iter().filter_map(|table| {
        let [a, b] = [one, other].map(|log| rows(&log.table(&table).expect("a table")));
        let counts = format!("`{table}` ({} and {} rows)", a.len(), b.len());
        (a != b)
            .then(|| format!("{counts}: only in the first {:#?}, only in the second {:#?}", only(&a, &b), only(&b, &a)))
    });
    let differing: Vec<String> = differing.collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// The rows of a CSV file under their header, in another order.
fn shuffled(text: &str) -> String {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records: Vec<csv::StringRecord> = reader.records().map(|record| record.expect("UTF-8")).collect();
    let header = records.remove(0);
    // 7919 is a prime that no file's length is a multiple of: every row moves, none is lost.
    let many = records.len();
    assert!(many > 10 && !many.is_multiple_of(7919));
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    writer.write_record(&header).expect("written");
    for place in 0..many {
        writer.write_record(&records[place * 7919 % many]).expect("written");
    }
    String::from_utf8(writer.into_inner().expect("written")).expect("UTF-8")
}

#[test]
fn the_order_of_rows_in_a_file_changes_no_table() {
    let bench = Bench::sample();
    let build = |data: &str| {
        let _ = bench.run(&["pull", "--data", data]).done();
        let _ = bench.run(&["build", "--data", data]).done();
        bench.log(data)
    };
    let before = build("before");
    for file in ["tickets.csv", "ci-runs.csv", "memberships.csv", "survey.csv", "template-runs.csv"] {
        let text = bench.read(file);
        let other = shuffled(&text);
        assert_ne!(other, text, "`{file}` is in another order");
        bench.write(file, &other);
    }
    let after = build("after");
    same_tables(&before, &after);
}

#[test]
fn a_history_pulled_in_two_steps_gives_the_same_log_as_in_one() {
    let bench = Bench::world(&World::acme(5).quiet());
    let study = bench.read("milepost.toml");
    let mut pinned = String::new();
    let mut pins = 0;
    for line in study.lines() {
        pinned.push_str(line);
        pinned.push('\n');
        let name = line.strip_prefix("name = \"").and_then(|rest| rest.strip_suffix('"'));
        let path = name.map(|name| bench.path(&format!("git/{name}.git"))).filter(|path| path.exists());
        if let Some(path) = path {
            pinned.push_str(&format!("pin = \"{}\"\n", halfway(&path)));
            pins += 1;
        }
    }
    assert!(pins > 50, "every repository is pinned");
    let run = |command: &str, data: &str| bench.run(&[command, "--data", data]).done();
    bench.write("milepost.toml", &pinned);
    let _ = run("pull", "steps");
    let _ = run("build", "steps");
    let early = bench.log_bytes("steps");
    bench.write("milepost.toml", &study);
    for data in ["steps", "once"] {
        let _ = run("pull", data);
        let _ = run("build", data);
    }
    assert!(early != bench.log_bytes("steps"), "the second step adds something");
    same_tables(&bench.log("steps"), &bench.log("once"));
}

/// The commit halfway down the main line.
fn halfway(path: &std::path::Path) -> String {
    let git = gix::open(path).expect("a repository");
    let mut line = vec![git.head_commit().expect("a head")];
    while let Some(parent) = line.last().and_then(|commit| commit.parent_ids().next()) {
        line.push(parent.object().expect("whole").into_commit());
    }
    line[line.len() / 2].id.to_string()
}
