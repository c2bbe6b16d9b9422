//! What stops a command and what does not: messages that name file, line and field, exit codes, earlier results whole.

use std::process::Stdio;

use crate::bench_dir::{Bench, contents_below};
use crate::small_study::{commit, good_rows, repository, small_study, tickets};

/// After a good run, `spoil` and see that the words are said and everything of the earlier run is as it was.
fn stops_and_changes_nothing(spoil: impl FnOnce(&Bench), words: &[&str]) {
    let bench = small_study();
    let _ = bench.run(&["journeys"]).done();
    let (log, segments) =
        (contents_below(&bench.path(".milepost/log")), contents_below(&bench.path(".milepost/segments")));
    assert!(log.iter().any(|(name, _)| name == "CURRENT") && log.len() > 10, "a log was built");
    spoil(&bench);
    let _ = bench.run(&["pull"]).refused(words);
    let _ = bench.run(&["journeys", "--format", "json"]).refused(words);
    assert!(contents_below(&bench.path(".milepost/log")) == log, "the log changed");
    assert!(contents_below(&bench.path(".milepost/segments")) == segments, "the segments changed");
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_column() {
    let bench = small_study();
    bench.edit("milepost.toml", "git-root = \"git\"", "git-root = \"git\"\n  as-off = 2025-01-01");
    for command in ["pull", "build", "journeys", "measure", "query"] {
        let _ = bench.run(&[command]).refused(&["milepost.toml:4:3:", "`as-off`", "`as-of`", "hint: "]);
    }
}

#[test]
fn a_study_file_that_is_not_there_or_not_toml_is_named() {
    let bench = Bench::empty();
    let _ = bench.run(&["journeys", "--study", "other.toml"]).refused(&["`other.toml`"]);
    bench.write("milepost.toml", "[study]\nname = \"half\n");
    let _ = bench.run(&["journeys"]).refused(&["milepost.toml:2:"]);
}

#[test]
fn a_missing_repository_names_where_it_was_looked_for() {
    let gone = |bench: &Bench| std::fs::remove_dir_all(bench.path("git/shop-api.git")).expect("removed");
    stops_and_changes_nothing(gone, &["`shop-api`", "git/shop-api`", "git/shop-api.git`", "--git-root"]);
}

#[test]
fn a_missing_pin_is_named_with_what_is_there() {
    let pin = "0123456789012345678901234567890123456789";
    let pinned = |bench: &Bench| {
        bench.edit("milepost.toml", "name = \"shop-api\"", &format!("name = \"shop-api\"\npin = \"{pin}\""));
    };
    stops_and_changes_nothing(pinned, &["`shop-api`", pin, "`pin`", "`main` is at "]);
}

#[test]
fn a_folder_that_is_no_repository_is_named() {
    let spoilt = |bench: &Bench| {
        std::fs::remove_dir_all(bench.path("git/shop-api.git")).expect("removed");
        bench.write("git/shop-api.git/README", "not git");
    };
    stops_and_changes_nothing(spoilt, &["`shop-api`", "no git repository", "git/shop-api.git`"]);
}

#[test]
fn a_file_that_is_cut_off_inside_quotes_names_its_line() {
    let cut =
        |bench: &Bench| bench.write("tickets.csv", &tickets(&["HELP-1,2025-01-02T09:00:00Z,,\"Access for", "two"]));
    stops_and_changes_nothing(cut, &["tickets.csv:2:", "cut off", "`tickets`"]);
}

#[test]
fn too_many_bad_rows_name_file_line_and_column() {
    let spoil = |bench: &Bench| {
        let mut rows = good_rows(4);
        rows.push("HELP-99,yesterday,,Access,shop-api".to_owned());
        bench.write("tickets.csv", &tickets(&rows.iter().map(String::as_str).collect::<Vec<_>>()));
    };
    stops_and_changes_nothing(spoil, &["tickets.csv:6:", "`Created`", "1 of 5 rows", "`bad-rows-percent`"]);
}

#[test]
fn one_bad_row_of_many_is_a_caveat_that_shows_no_cell() {
    let bench = small_study();
    let mut rows = good_rows(200);
    rows.push("HELP-999,yesterday,,Access,shop-api".to_owned());
    bench.write("tickets.csv", &tickets(&rows.iter().map(String::as_str).collect::<Vec<_>>()));
    let _ = bench.run(&["pull"]).done();
    let said = bench.run(&["build"]).done().says(&["caveat: 1 bad-row", "`tickets.csv`", "`Created`"]);
    assert!(!said.stderr.contains("yesterday") && !said.stderr.contains("HELP-999"), "{}", said.stderr);
}

#[test]
fn a_missing_column_comes_with_the_nearest_spelling() {
    let renamed = |bench: &Bench| bench.edit("tickets.csv", "Created", "Createt");
    stops_and_changes_nothing(renamed, &["tickets.csv", "`Created`", "files.tickets", "nearest are `Createt`"]);
}

#[test]
fn a_glob_that_matches_nothing_comes_with_the_nearest_files() {
    let misspelt = |bench: &Bench| bench.edit("milepost.toml", "paths = [\"tickets.csv\"]", "paths = [\"ticket.csv\"]");
    stops_and_changes_nothing(misspelt, &["files.tickets", "`ticket.csv`", "nearest are `tickets.csv`"]);
}

#[test]
fn an_empty_file_is_named() {
    stops_and_changes_nothing(|bench| bench.write("tickets.csv", ""), &["`tickets.csv` is empty", "header"]);
}

#[test]
fn nothing_to_read_is_said() {
    let bench = Bench::empty();
    bench.write("milepost.toml", "[study]\nname = \"nothing\"\n");
    let _ = bench.run(&["pull"]).done();
    for command in ["build", "journeys", "measure", "query"] {
        let _ = bench.run(&[command]).refused(&["no log to build", "milepost.toml", "hint: "]);
    }
}

#[test]
fn what_was_typed_wrong_is_refused_before_anything_is_read() {
    let bench = small_study();
    let _ = bench.run(&["journeys", "--as-of", "last week"]).says(&["--as-of", "RFC 3339", "last week"]);
    assert_eq!(bench.run(&["journeys", "--as-of", "2025-02-30"]).code, Some(2));
    let _ =
        bench.run(&["measure", "time_to_frist_deploy"]).refused(&["`time_to_frist_deploy`", "time_to_first_deploy"]);
    let _ = bench.run(&["report", "pilot"]).refused(&["[comparison]", "[[teams]]"]);
    assert!(!bench.path(".milepost").exists() && !bench.path("report").exists(), "something was read or written");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let bench = Bench::sample();
    let mut command = bench.command(&["journeys", "--format", "json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(!stderr.contains("error") && !stderr.contains("panicked"), "{stderr}");
}

#[test]
fn init_writes_what_is_there_and_never_over_a_file() {
    let bench = small_study();
    let before = bench.read("milepost.toml");
    let _ = bench.run(&["init"]).refused(&["`milepost.toml` is there already"]);
    assert_eq!(bench.read("milepost.toml"), before);
    let _ = bench.run(&["init", "--study", "new/study.toml", "--git-root", "git"]).done();
    let written = bench.read("new/study.toml");
    assert!(written.contains("\"shop-api\"") && written.contains("\"deploys\""), "{written}");
    let _ = bench.run(&["journeys", "--study", "new/study.toml"]).done();
}

#[test]
fn a_shallow_clone_is_a_caveat() {
    let bench = small_study();
    repository(&bench, "shop-api", |script| {
        let _ = commit(script, 0, &[("src/main", Some(b"1"))]);
        let cut = commit(script, 5, &[("docs/index.md", Some(b"1"))]);
        let _ = commit(script, 8, &[("src/more", Some(b"1"))]);
        script.cut_at(cut.parse().expect("an id"));
    });
    let _ = bench.run(&["pull"]).done();
    let _ = bench.run(&["build"]).done().says(&["caveat: 1 shallow-clone", "git:shop-api"]);
    let _ = bench.run(&["journeys"]).done();
}

#[test]
fn an_object_that_is_missing_is_a_caveat_and_no_crash() {
    let bench = small_study();
    repository(&bench, "deploys", |script| {
        for (day, version) in [(0, "0"), (9, "1"), (20, "2")] {
            let _ = commit(script, day, &[("tags/production/shop-api", Some(version.as_bytes()))]);
        }
        // Of the head, so that it is missed whether or not a rule reads it.
        let lost = script.blob_id(b"2");
        script.omit(lost);
    });
    let _ = bench.run(&["pull"]).done();
    let _ = bench.run(&["build"]).done().says(&["caveat: 1 missing-object", "git:deploys"]);
    let _ = bench.run(&["journeys"]).done();
}

#[test]
fn a_rule_that_matches_nothing_comes_with_the_nearest_paths() {
    let bench = small_study();
    bench.edit("milepost.toml", "paths = [\"tags/{environment}", "paths = [\"tag/{environment}");
    let _ = bench.run(&["pull"]).done();
    let words = [
        "rule-matched-nothing",
        "git:deploys:deployed",
        "`tag/{environment}/{component}`",
        "`tags/production/shop-api`",
    ];
    let _ = bench.run(&["build"]).done().says(&words);
}
