//! The protocol from outside: its short form holds, and neither a kill nor the number of threads changes a byte.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::bench_dir::Bench;
use crate::kill::parts;

const WORLDS: [&str; 2] = ["--worlds", "120"];

fn arguments(out: &str) -> Vec<&str> {
    [&["verify", "protocol", "--out", out], WORLDS.as_slice()].concat()
}

/// Everything that a run leaves, without the order in which it came.
fn left(bench: &Bench, out: &str) -> Vec<(String, Vec<u8>)> {
    let names = ["protocol.md", "protocol.csv", "protocol-power.csv", "protocol.state"];
    names.map(|name| (name.to_owned(), fs::read(bench.path(out).join(name)).expect("written"))).to_vec()
}

#[test]
fn the_short_form_holds_and_says_what_was_refused() {
    let bench = Bench::empty();
    let said = bench.run(&arguments("one")).done();
    assert!(said.stdout.contains("refused by design: 2"), "{}", said.stdout);
    assert!(said.stdout.contains("FAILS: 0"), "{}", said.stdout);
    let table = String::from_utf8(left(&bench, "one").remove(0).1).expect("text");
    for heading in ["## Size", "## Coverage", "## Traps", "## Power"] {
        assert!(table.contains(heading), "{table}");
    }
    assert!(table.starts_with("Seed 1, 120 worlds a cell"), "{table}");
}

#[test]
fn threads_change_nothing_and_another_seed_does() {
    let bench = Bench::empty();
    for threads in ["1", "3"] {
        let mut command = bench.command(&arguments(threads));
        let done = command.env("RAYON_NUM_THREADS", threads).stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(done.expect("the binary runs").success());
    }
    let one = left(&bench, "1");
    assert_eq!(one, left(&bench, "3"));
    let other = [arguments("other").as_slice(), &["--seed", "2"]].concat();
    let _ = bench.run(&other).done();
    assert_ne!(one[1], left(&bench, "other")[1]);
}

#[test]
fn a_killed_run_goes_on_and_ends_the_same() {
    let bench = Bench::empty();
    let start = Instant::now();
    let _ = bench.run(&arguments("calm")).done();
    let takes = start.elapsed();
    let wanted = left(&bench, "calm");
    let mut landed = 0;
    for part in parts(4) {
        let mut command = bench.command(&arguments("disturbed"));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary runs");
        thread::sleep(takes.mul_f64(part).max(Duration::from_millis(1)));
        child.kill().expect("it is ours");
        landed += u32::from(child.wait().expect("it ended").code().is_none());
    }
    let _ = bench.run(&arguments("disturbed")).done();
    assert_eq!(left(&bench, "disturbed"), wanted);
    assert!(landed > 0, "no kill came before the end");
}
