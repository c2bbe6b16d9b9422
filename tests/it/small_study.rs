//! A study that is read in a blink: one service, one repository of deploy versions, one file of tickets.

use milepost::sources::git::script::{Commit, FileChange, Script, Sign};

use crate::bench_dir::Bench;

/// The service's only person.
pub(crate) const PERSON: &str = "Odile Marchbank";

/// Seconds since the epoch at which the histories begin: 1 January 2025.
const START_S: i64 = 1_735_689_600;
const DAY_S: i64 = 86_400;

const STUDY: &str = r#"[study]
name = "small"
git-root = "git"
as-of = 2025-03-01T00:00:00Z

[environments]
order = ["production"]

[[repositories]]
name = "shop-api"

[[repositories]]
name = "deploys"
role = "platform"

[[paths]]
id = "deployed"
repository = "deploys"
paths = ["tags/{environment}/{component}"]
when = "changed"
activity = "service.deployed"

[[paths]]
id = "docs"
paths = ["docs/**"]
activity = "docs.added"

[[files]]
id = "tickets"
stream = "tickets"
paths = ["tickets.csv"]
columns = { key = "Key", created = "Created", closed = "Closed", title = "Summary", component = "Component" }
"#;

/// The rows of the tickets, under their header.
pub(crate) fn tickets(rows: &[&str]) -> String {
    format!("Key,Created,Closed,Summary,Component\n{}\n", rows.join("\n"))
}

/// Enough rows for one bad one to stay below any usual limit.
pub(crate) fn good_rows(many: usize) -> Vec<String> {
    let row = |number| format!("HELP-{number},2025-01-0{}T09:00:00Z,,Access for {number},shop-api", number % 9 + 1);
    (1..=many).map(row).collect()
}

/// The study with its histories and files.
pub(crate) fn small_study() -> Bench {
    let bench = Bench::empty();
    bench.write("milepost.toml", STUDY);
    let rows = good_rows(20);
    bench.write("tickets.csv", &tickets(&rows.iter().map(String::as_str).collect::<Vec<_>>()));
    repository(&bench, "shop-api", |script| {
        for (day, file) in [(0, "src/main"), (5, "docs/index.md"), (8, "src/more")] {
            commit(script, day, &[(file, Some(b"1"))]);
        }
    });
    repository(&bench, "deploys", |script| {
        for (day, version) in [(0, "0"), (9, "1"), (20, "2")] {
            commit(script, day, &[("tags/production/shop-api", Some(version.as_bytes()))]);
        }
    });
    bench
}

/// Writes `git/NAME.git`; an earlier one goes.
pub(crate) fn repository(bench: &Bench, name: &str, fill: impl FnOnce(&mut Script)) {
    let path = bench.path(&format!("git/{name}.git"));
    if path.exists() {
        std::fs::remove_dir_all(&path).expect("removed");
    }
    let mut script = Script::create(&path).expect("a repository");
    fill(&mut script);
    script.finish().expect("written");
}

/// A commit on `main`, some days after the start; gives its id.
pub(crate) fn commit(script: &mut Script, day: i64, files: &[FileChange<'_>]) -> String {
    let at_s = START_S + day * DAY_S;
    let sign = Sign { name: PERSON, email: "odile@small.example", at_s, offset_minutes: 0 };
    let commit = Commit { author: sign, committer: sign, message: "a change", files };
    script.commit("main", &commit).expect("a commit").to_string()
}
