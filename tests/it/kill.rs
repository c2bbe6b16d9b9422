//! Whoever is killed at any point leaves what was there before, and the next run completes as if nothing had happened.
//!
//! Twenty points by default; `MILEPOST_KILLS` asks for more.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use milepost::simulate::World;

use crate::bench_dir::Bench;

#[expect(clippy::disallowed_methods, reason = "the number of points is the caller's; nothing that is tested reads it")]
pub(crate) fn points() -> u64 {
    std::env::var("MILEPOST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

/// Parts of a duration, always the same: a linear congruential generator.
pub(crate) fn parts(many: u64) -> impl Iterator<Item = f64> {
    let mut state = 20_250_105_u32;
    (0..many).map(move |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1_u32 << 24)
    })
}

/// Runs to the end and says how long that took.
fn undisturbed(bench: &Bench, arguments: &[&str]) -> Duration {
    let start = Instant::now();
    let _ = bench.run(arguments).done();
    start.elapsed()
}

/// Kills the binary after a while; says whether it was still running.
fn killed(bench: &Bench, arguments: &[&str], after: Duration) -> bool {
    let mut command = bench.command(arguments);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary runs");
    thread::sleep(after);
    child.kill().expect("it is ours");
    child.wait().expect("it ended").code().is_none()
}

fn same_log(bench: &Bench, wanted: &[(String, Vec<u8>)], when: &str) {
    let found = bench.log_bytes("disturbed");
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&found), names(wanted), "{when}: other files");
    let other: Vec<&str> = found.iter().zip(wanted).filter(|(a, b)| a != b).map(|(a, _)| a.0.as_str()).collect();
    assert!(other.is_empty(), "{when}: {other:?} differ from those of an undisturbed run");
}

const PULL: [&str; 3] = ["pull", "--data", "disturbed"];
const BUILD: [&str; 3] = ["build", "--data", "disturbed"];

#[test]
fn a_killed_pull_or_build_leaves_no_trace_in_the_tables() {
    let bench = Bench::world(&World::acme(3).quiet());
    let pull_takes = undisturbed(&bench, &["pull", "--data", "calm"]);
    let build_takes = undisturbed(&bench, &["build", "--data", "calm"]);
    let wanted = bench.log_bytes("calm");
    let mut landed = 0;
    for (point, part) in parts(points()).enumerate() {
        let when = format!("point {point}, at {part:.3} of the run");
        match point % 4 {
            // The first pull of all.
            0 => {
                if bench.path("disturbed").exists() {
                    fs::remove_dir_all(bench.path("disturbed")).expect("removed");
                }
                landed += u32::from(killed(&bench, &PULL, pull_takes.mul_f64(part)));
            }
            // A pull over what was pulled and built.
            2 => {
                let fresh = [PULL[0], "--fresh", PULL[1], PULL[2]];
                landed += u32::from(killed(&bench, &fresh, pull_takes.mul_f64(part)));
            }
            // A build of another log beside the one that counts.
            _ => {
                let earlier = [BUILD[0], "--as-of", "2025-06-01", BUILD[1], BUILD[2]];
                landed += u32::from(killed(&bench, &earlier, build_takes.mul_f64(part)));
            }
        }
        let _ = bench.run(&PULL).done();
        let _ = bench.run(&BUILD).done();
        same_log(&bench, &wanted, &when);
        let left: Vec<_> = fs::read_dir(bench.path("disturbed/log")).expect("a log").collect();
        assert_eq!(left.len(), 2, "{when}: something half-written is left beside the log and its pointer");
    }
    println!("{landed} of {} kills came before the end", points());
    assert!(u64::from(landed) * 2 >= points(), "most kills must come before the end: {landed} of {}", points());
}
