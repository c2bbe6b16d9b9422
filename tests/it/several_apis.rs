//! Several APIs of one study: what fails keeps no other, and costs nothing of what is there.

use crate::bench_dir::{Bench, Said};
use crate::tracker::{Tracker, http};

fn pull(bench: &Bench, more: &[&str], tokens: &[&str]) -> Said {
    let mut command = bench.command(&[&["pull"], more].concat());
    let output = command.envs(tokens.iter().map(|name| (*name, "t0p-s3cret"))).output().expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("it speaks UTF-8");
    Said { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

fn held(bench: &Bench) -> String {
    bench.run(&["archive", "show", "--format", "json"]).done().stdout
}

/// A study of these systems, each with a token of its own.
fn study(systems: &[(&str, &Tracker)]) -> String {
    let entry = |(id, tracker): &(&str, &Tracker)| {
        let entries = tracker.study().split_once("[[apis]]").map(|(_, entry)| entry.to_owned()).unwrap_or_default();
        let entry = entries.replace("\"desk\"", &format!("\"{id}\""));
        format!("[[apis]]{}", entry.replace("DESK_TOKEN", &format!("{}_TOKEN", id.to_uppercase())))
    };
    format!("[study]\nname = \"t\"\n{}", systems.iter().map(entry).collect::<Vec<_>>().join("\n"))
}

#[test]
fn an_api_that_refuses_keeps_no_other_and_every_failure_is_told_at_the_end() {
    let wrong = Tracker::new(5, |_, _| http("401 Unauthorized", "", "{}"));
    let right = Tracker::new(50, |_, answer| answer);
    let bench = Bench::empty();
    bench.write("milepost.toml", &study(&[("first", &wrong), ("second", &right), ("third", &wrong)]));
    let tokens = ["FIRST_TOKEN", "SECOND_TOKEN"];
    let said =
        pull(&bench, &[], &tokens).refused(&["2 APIs could not be pulled", "refuses the token (401)", "`second`:"]);
    let end = said.stderr.split("error: ").last().unwrap_or_default();
    assert!(end.contains("`first`") && end.contains("THIRD_TOKEN"), "{end}");
    assert!(held(&bench).contains("api:second"), "{}", held(&bench));
    let one = bench.path("milepost.toml");
    std::fs::write(one, study(&[("second", &right), ("first", &wrong)])).expect("written");
    let _ = pull(&bench, &[], &tokens).refused(&["refuses the token (401)", "hint:"]);
}

#[test]
fn a_fresh_pull_without_a_token_costs_nothing_of_what_is_there() {
    let tracker = Tracker::new(50, |_, answer| answer);
    let bench = Bench::empty();
    bench.write("milepost.toml", &study(&[("desk", &tracker)]));
    let _ = pull(&bench, &[], &["DESK_TOKEN"]).done();
    let before = (held(&bench), tracker.requests());
    let _ = pull(&bench, &["--fresh"], &[]).refused(&["DESK_TOKEN"]);
    assert_eq!((held(&bench), tracker.requests()), before);
    let _ = pull(&bench, &["--fresh"], &["DESK_TOKEN"]).done();
    assert_eq!(held(&bench), before.0, "the same again");
    assert!(tracker.requests() >= 2 * before.1, "everything is asked for");
}

#[test]
fn what_rots_on_the_disk_is_named_taken_out_and_read_again() {
    let tracker = Tracker::new(50, |_, answer| answer);
    let bench = Bench::empty();
    bench.write("milepost.toml", &study(&[("desk", &tracker)]));
    let _ = pull(&bench, &[], &["DESK_TOKEN"]).done();
    let data = bench.run(&["archive", "show"]).done();
    assert!(data.stdout.contains("issues"), "{}", data.stdout);
    let before = held(&bench);
    let file = find(bench.root()).expect("the archive");
    let database = rusqlite::Connection::open(file).expect("open");
    let sql = "update record set body = x'01ff' where stream = 'issues' and key = '7'";
    assert_eq!(database.execute(sql, []).expect("damaged"), 1);
    drop(database);
    let said = bench.run(&["archive", "verify"]);
    assert_eq!(said.code, Some(1), "{}", said.stderr);
    assert!(said.stdout.contains("api:desk/issues#7") && said.stderr.contains("archive mend"), "{}", said.stdout);
    let _ = pull(&bench, &[], &["DESK_TOKEN"]).refused(&["api:desk/issues#7", "archive mend"]);
    let said = bench.run(&["archive", "mend"]).done();
    assert!(said.stdout.contains("api:desk/issues#7"), "{}", said.stdout);
    let _ = pull(&bench, &[], &["DESK_TOKEN"]).done();
    let _ = bench.run(&["archive", "verify"]).done();
    assert_eq!(held(&bench), before);
}

/// The archive, wherever the data folder is.
fn find(folder: &std::path::Path) -> Option<std::path::PathBuf> {
    std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).find_map(|path| {
        if path.is_dir() { find(&path) } else { Some(path).filter(|path| path.ends_with("archive.sqlite")) }
    })
}
