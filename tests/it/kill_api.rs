//! Whoever is killed while an API is pulled ends, after the next pull, with the archive and the log of an undisturbed one.
//!
//! Twenty points by default; `MILEPOST_KILLS` asks for more.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::bench_dir::{Bench, Said, contents_below};
use crate::kill::{parts, points};
use crate::tracker::Tracker;

fn pull(bench: &Bench, data: &str) -> Said {
    let mut command = bench.command(&["pull", "--data", data]);
    let output = command.env("DESK_TOKEN", "t0p-s3cret").output().expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("it speaks UTF-8");
    Said { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

/// What the archive holds, and the tables that are built of it.
fn state(bench: &Bench, data: &str) -> (String, Vec<(String, Vec<u8>)>) {
    let held = bench.run(&["archive", "show", "--format", "json", "--data", data]).done().stdout;
    let _ = bench.run(&["archive", "verify", "--data", data]).done();
    let _ = bench.run(&["build", "--as-of", "2025-06-01", "--data", data]).done();
    (held, bench.log_bytes(data))
}

/// A data folder like another, or none.
fn copy(bench: &Bench, from: Option<&str>, to: &str) {
    if bench.path(to).exists() {
        fs::remove_dir_all(bench.path(to)).expect("removed");
    }
    let Some(from) = from else { return };
    for (name, bytes) in contents_below(&bench.path(from)) {
        let path = bench.path(to).join(name);
        fs::create_dir_all(path.parent().expect("below a folder")).expect("a folder");
        fs::write(path, bytes).expect("written");
    }
}

/// A part of a small number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a part of a small number is a small number"
)]
fn share(many: usize, part: f64) -> usize {
    (many as f64 * part) as usize
}

#[test]
fn a_killed_pull_of_an_api_ends_where_an_undisturbed_one_does() {
    let tracker = Tracker::new(200, |_, answer| answer);
    let bench = Bench::empty();
    bench.write("milepost.toml", &tracker.study());
    // One archive of the first 120 issues, from which others grow, and one of everything.
    tracker.grow(120);
    let _ = pull(&bench, "small").done();
    tracker.grow(200);
    let before = tracker.requests();
    let _ = pull(&bench, "calm").done();
    let whole = tracker.requests() - before;
    copy(&bench, Some("small"), "grown");
    let before = tracker.requests();
    let _ = pull(&bench, "grown").done();
    let increment = tracker.requests() - before;
    let (calm, grown) = (state(&bench, "calm"), state(&bench, "grown"));
    assert!(calm.0.contains("\"records\""), "{}", calm.0);
    let mut landed = 0;
    for (point, part) in parts(points()).enumerate() {
        let (many, wanted) = if point % 2 == 0 { (whole, &calm) } else { (increment, &grown) };
        copy(&bench, (point % 2 == 1).then_some("small"), "disturbed");
        let after = 1 + share(many - 1, part);
        tracker.tell_after(after);
        let mut command = bench.command(&["pull", "--data", "disturbed"]);
        command.env("DESK_TOKEN", "t0p-s3cret").stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the binary runs");
        tracker.wait();
        // From here it reads, stores and asks for the next page: up to three milliseconds into that.
        thread::sleep(Duration::from_micros(share(1_000_003, part) as u64 % 3_000));
        child.kill().expect("it is ours");
        landed += u64::from(child.wait().expect("it ended").code().is_none());
        let _ = pull(&bench, "disturbed").done();
        let found = state(&bench, "disturbed");
        let when = format!("point {point}, after {after} of {many} requests");
        assert_eq!(found.0, wanted.0, "{when}: the archive");
        assert!(found.1 == wanted.1, "{when}: the log");
    }
    println!("{landed} of {} kills came before the end", points());
    assert!(landed * 2 >= points(), "most kills must come before the end: {landed} of {}", points());
}
