//! Speed as a ratio beside something people would use instead: the log of a large history against `git log` on it, and
//! the demo against the three seconds that somebody who tries a tool will wait.
//!
//! `cargo bench --profile dev --bench build_against_git` needs `git` and a folder with a clone of govuk-helm-charts, named by
//! `MILEPOST_GIT_ROOT`; without the folder only the demo is timed. Runs that were kept lie in `benches/runs/`.

#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const HISTORY: &str = "govuk-helm-charts";
const ROUNDS: usize = 3;

fn main() {
    // `cargo test --benches` runs this too; only a bench is asked for by name.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("skipped: this is a benchmark; run it with `cargo bench`");
        return;
    }
    demo();
    #[expect(clippy::disallowed_methods, reason = "a benchmark is told by its environment where its input is")]
    let root = std::env::var("MILEPOST_GIT_ROOT").map(PathBuf::from);
    match root.ok().and_then(|root| found(&root).map(|history| (root, history))) {
        Some((root, history)) => log_against_git(&root, &history),
        None => println!("skipped: no `{HISTORY}` below MILEPOST_GIT_ROOT, so the log is not timed against git"),
    }
}

fn found(root: &Path) -> Option<PathBuf> {
    [HISTORY.to_owned(), format!("{HISTORY}.git")].iter().map(|name| root.join(name)).find(|path| path.is_dir())
}

fn milepost() -> Command {
    Command::new(env!("CARGO_BIN_EXE_milepost"))
}

fn timed(command: &mut Command) -> Duration {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("the program starts");
    assert!(status.success(), "{command:?} failed");
    start.elapsed()
}

fn demo() {
    let out = tempfile::tempdir().expect("a folder");
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/acme");
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|round| {
            let out = out.path().join(round.to_string());
            timed(milepost().arg("demo").arg("--sample").arg(&sample).arg("--out").arg(out))
        })
        .collect();
    times.sort_unstable();
    println!("demo: median {:.2} s of {ROUNDS} rounds", times[ROUNDS / 2].as_secs_f64());
}

/// Both in each round, so that a machine that is slow for a while is slow for both.
fn log_against_git(root: &Path, history: &Path) {
    let folder = tempfile::tempdir().expect("a folder");
    let study = folder.path().join("milepost.toml");
    std::fs::write(&study, study_of_one()).expect("written");
    let mut ratios = Vec::new();
    for round in 0..ROUNDS {
        let git = timed(Command::new("git").arg("-C").arg(history).args([
            "log",
            "--raw",
            "--no-renames",
            "--diff-merges=first-parent",
            "HEAD",
        ]));
        let data = folder.path().join(format!("data-{round}"));
        let with_study = |command: &str| {
            let mut milepost = milepost();
            milepost.arg(command).arg("--study").arg(&study).arg("--git-root").arg(root).arg("--data").arg(&data);
            milepost
        };
        let pull = timed(&mut with_study("pull"));
        let build = timed(&mut with_study("build"));
        let ratio = (pull + build).as_secs_f64() / git.as_secs_f64();
        println!(
            "round {round}: git log {:.2} s; pull {:.2} s, build {:.2} s; ratio {ratio:.2}",
            git.as_secs_f64(),
            pull.as_secs_f64(),
            build.as_secs_f64(),
        );
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    println!("log of {HISTORY} against `git log --raw`: median ratio {:.2}, at most 1.5 wanted", ratios[ROUNDS / 2]);
}

/// The study that ships, with this repository and the rules on it alone.
fn study_of_one() -> String {
    let whole = include_str!("../sample-data/govuk/milepost.toml");
    let mut study = String::new();
    for part in whole.split_inclusive("\n\n") {
        let starts = part.trim_start_matches(['#', ' ', '\n']);
        let elsewhere = part.contains("[[repositories]]") && !part.contains(HISTORY)
            || part.contains("[[registries]]") && !part.contains(HISTORY)
            || part.contains("[[catalogs]]");
        if !(elsewhere || starts.is_empty()) {
            study.push_str(part);
        }
    }
    study
}
