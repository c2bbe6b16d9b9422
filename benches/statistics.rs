//! The statistics at the sizes of a large company: a whole analysis, an exact permutation, and curves beside lifelines.
//!
//! `cargo bench --bench statistics`; with `MILEPOST_LIFELINES` naming a Python that has lifelines 0.30.3 and numpy, its time for
//! the same rows stands beside ours. Without it the ratio is left out, and that is said.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use milepost::study::{
    Arm, Cause, Design, Period, RateRecord, Spell, TimeRecord, Weight, kaplan_meier, log_rank, permutation, rate_study,
    time_study,
};

const TEAMS: u64 = 100;
const PILOT: u64 = 30;
const JOURNEYS: u64 = 50_000;
const WEEKS: u64 = 260;
const ROWS: u64 = 1_000_000;

/// A stream of numbers in (0, 1), the same on every machine (splitmix64).
struct Stream(u64);

impl Stream {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        #[expect(clippy::cast_precision_loss, reason = "53 bits")]
        let unit = ((bits ^ (bits >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0;
        unit.max(1e-12)
    }
}

fn arm(team: u64) -> Arm {
    if team < PILOT { Arm::Pilot } else { Arm::Comparison }
}

fn period(after: bool) -> Period {
    if after { Period::After } else { Period::Before }
}

fn journeys() -> Vec<TimeRecord> {
    let mut stream = Stream(1);
    let journey = |at: u64| {
        let team = at % TEAMS;
        let days = -stream.next().ln() * 20.0;
        let seen = stream.next() * 120.0;
        TimeRecord {
            team: format!("team {team}"),
            arm: arm(team),
            period: period(at / TEAMS % 2 == 1),
            entry_days: 0.0,
            time_days: days.min(seen),
            cause: if days <= seen { Cause::Done } else { Cause::Open },
        }
    };
    (0..JOURNEYS).map(journey).collect()
}

fn tickets() -> Vec<RateRecord> {
    let mut stream = Stream(2);
    let week = |at: u64| {
        let amount = (-stream.next().ln() * 4.0).floor();
        let team = at % TEAMS;
        RateRecord {
            team: format!("team {team}"),
            arm: arm(team),
            period: period(at / TEAMS >= WEEKS / 2),
            amount,
            exposure: 7.0,
            units: 4,
        }
    };
    (0..TEAMS * WEEKS).map(week).collect()
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = work();
    let took = start.elapsed();
    say(&format!("{what}: {:.2} s", took.as_secs_f64()));
    (done, took)
}

fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").expect("standard output is open");
}

fn main() {
    // `cargo test --benches` runs this too; only a bench is asked for by name.
    if !std::env::args().any(|argument| argument == "--bench") {
        say("skipped: this is a benchmark; run it with `cargo bench`");
        return;
    }
    let design = Design { tau_days: 60.0, ..Design::default() };
    let (records, weeks) = (journeys(), tickets());
    let ((), _) = timed("50,000 journeys of 100 teams and their tickets in 260 weeks, analysed", || {
        let times = time_study(&records, &design).expect("journeys");
        let rates = rate_study(&weeks, &design).expect("tickets");
        assert!(times.effect.is_ok() && rates.effect.is_ok(), "both have an effect");
    });

    // 10 of 20 teams: 184,756 assignments, the most that are counted out.
    let mut stream = Stream(3);
    let changes: Vec<f64> = (0..20).map(|_| stream.next() - 0.5).collect();
    let pilot: Vec<bool> = (0..20).map(|team| team < 10).collect();
    let (found, _) = timed("184,756 assignments with the inverted interval", || {
        permutation(&changes, &pilot, 0.05, 1).expect("two arms")
    });
    assert!(found.exact && found.total == 184_756, "all of them");

    let spells: Vec<Spell> = (0..ROWS)
        .map(|_| {
            let (days, seen) = (-stream.next().ln() * 20.0, stream.next() * 60.0);
            Spell { entry: 0.0, time: days.min(seen), cause: if days <= seen { Cause::Done } else { Cause::Open } }
        })
        .collect();
    let (first, second) = spells.split_at(spells.len() / 2);
    let (_, ours) = timed("1,000,000 rows: a curve of all and a log-rank test of two halves", || {
        let curve = kaplan_meier(&spells).expect("spells");
        let test = log_rank(first, second, Weight::LogRank).expect("two groups");
        (curve.quantile(0.5), test.p)
    });
    beside_lifelines(&spells, ours);
}

const LIFELINES: &str = "
import sys, time
import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test
rows = np.loadtxt(sys.stdin, delimiter=',')
times, done = rows[:, 0], rows[:, 1]
half = len(times) // 2
start = time.perf_counter()
KaplanMeierFitter().fit(times, done).median_survival_time_
logrank_test(times[:half], times[half:], done[:half], done[half:]).p_value
print(time.perf_counter() - start)
";

#[expect(clippy::disallowed_methods, reason = "which Python has lifelines is the caller's to say")]
fn beside_lifelines(spells: &[Spell], ours: Duration) {
    let Ok(python) = std::env::var("MILEPOST_LIFELINES") else {
        say("lifelines: left out (set MILEPOST_LIFELINES to a Python that has lifelines and numpy)");
        return;
    };
    let mut child = Command::new(python)
        .args(["-c", LIFELINES])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("MILEPOST_LIFELINES runs");
    let mut rows: Vec<u8> = Vec::new();
    for spell in spells {
        writeln!(rows, "{},{}", spell.time, u8::from(spell.cause == Cause::Done)).expect("memory takes bytes");
    }
    child.stdin.take().expect("piped").write_all(&rows).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8_lossy(&output.stdout);
    let theirs: f64 = text.trim().parse().expect("it prints seconds");
    say(&format!(
        "lifelines, the same rows in memory: {theirs:.2} s, {:.1} times as long",
        theirs / ours.as_secs_f64()
    ));
}
