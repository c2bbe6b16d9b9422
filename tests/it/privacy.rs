//! Nobody who stands in the inputs can be found in what a run leaves or says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use milepost::store::read_parquet;
use regex::bytes::{Regex, RegexBuilder};
use serde_json::Value;

use crate::bench_dir::{Bench, everything_below};
use crate::small_study::{PERSON, small_study};

/// What only a person is called. Bots and the code host are nobody.
#[derive(Default)]
struct Named(BTreeSet<String>);

impl Named {
    /// `Name <mail>`, a mail or a handle.
    fn add(&mut self, text: &str) {
        let text = text.trim();
        let (name, mail) = text.strip_suffix('>').and_then(|text| text.split_once(" <")).unwrap_or((text, ""));
        let nobody = ["[bot]", "-bot@", "noreply@github.com", "acme-deploy", "somebody"];
        if text.is_empty() || nobody.iter().any(|word| text.contains(word)) {
            return;
        }
        self.0.insert(name.to_lowercase());
        if let Some((local, _)) = mail.split_once('@') {
            self.0.insert(mail.to_lowercase());
            // The code host writes NUMBER+HANDLE.
            self.0.insert(local.rsplit('+').next().unwrap_or(local).to_lowercase());
        }
        if let Some((local, _)) = name.split_once('@') {
            self.0.insert(local.to_lowercase());
        }
    }

    fn column(&mut self, bench: &Bench, file: &str, column: &str) {
        let text = bench.read(file);
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let headers = reader.headers().expect("a header").clone();
        let place = headers.iter().position(|name| name == column).unwrap_or_else(|| panic!("{file}: {column}"));
        for record in reader.records() {
            self.add(record.expect("UTF-8").get(place).unwrap_or_default());
        }
    }

    fn of(bench: &Bench) -> Self {
        let mut named = Self::default();
        for (file, columns) in [
            ("memberships.csv", vec!["Person"]),
            ("tickets.csv", vec!["Reporter", "Answered by", "Closed by"]),
            ("ci-runs.csv", vec!["Actor"]),
            ("survey.csv", vec!["Person"]),
            ("template-runs.csv", vec!["User"]),
        ] {
            columns.into_iter().for_each(|column| named.column(bench, file, column));
        }
        for line in bench.read("ticket-history.jsonl").lines().chain(bench.read("deployments.jsonl").lines()) {
            let row: Value = serde_json::from_str(line).expect("a row");
            row["by"].as_str().into_iter().for_each(|by| named.add(by));
        }
        let script = bench.read("repositories.script.jsonl");
        let first: Value = serde_json::from_str(script.lines().next().expect("a line")).expect("who signs");
        for signature in first["who"]["signatures"].as_array().expect("signatures") {
            named.add(signature.as_str().expect("text"));
        }
        let people: toml::Table = bench.read("people.toml").parse().expect("TOML");
        for person in people["person"].as_array().expect("people") {
            for key in ["emails", "handles", "names"] {
                let items = person.get(key).and_then(toml::Value::as_array).into_iter().flatten();
                items.for_each(|item| named.add(item.as_str().expect("text")));
            }
        }
        // Bots that are named without a mark, and words too short or too plain to be anybody.
        named.0.retain(|name| {
            name.len() > 5 && !["github", "release-bot", "deploy-bot", "noreply"].contains(&name.as_str())
        });
        named
    }

    fn pattern(&self) -> Regex {
        let words: Vec<String> = self.0.iter().map(|name| regex::escape(name)).collect();
        RegexBuilder::new(&words.join("|")).case_insensitive(true).size_limit(1 << 28).build().expect("a pattern")
    }
}

/// Who is found, shown for the one who mends it.
fn find(pattern: &Regex, place: &str, bytes: &[u8], found: &mut BTreeSet<String>) {
    let names = pattern.find_iter(bytes).map(|one| String::from_utf8_lossy(one.as_bytes()).into_owned());
    found.extend(names.take(3).map(|name| format!("{place}: {name}")));
}

/// Every byte of every file below a folder, their names, and the text of every table.
fn find_below(pattern: &Regex, folder: &Path, found: &mut BTreeSet<String>) -> usize {
    let mut tables = 0;
    for path in everything_below(folder) {
        let shown = path.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
        find(pattern, "the name of a file", shown.as_bytes(), found);
        if path.is_dir() {
            continue;
        }
        find(pattern, &shown, &fs::read(&path).expect("readable"), found);
        if path.extension().is_none_or(|ending| ending != "parquet") {
            continue;
        }
        tables += 1;
        for column in read_parquet(&path).expect("a table").columns() {
            let Ok(cells) = column.str() else { continue };
            let text: String = cells.iter().flatten().flat_map(|cell| [cell, "\n"]).collect();
            find(pattern, &format!("{shown}, column {}", column.name()), text.as_bytes(), found);
        }
    }
    tables
}

fn nobody(found: &BTreeSet<String>) {
    let shown: Vec<&str> = found.iter().map(String::as_str).take(20).collect();
    assert!(found.is_empty(), "{} places name somebody:\n{}", found.len(), shown.join("\n"));
}

#[test]
fn nobody_is_named_in_any_table_or_line() {
    let bench = Bench::sample();
    let named = Named::of(&bench);
    assert!(named.0.len() > 200, "{} names, addresses and handles", named.0.len());
    let pattern = named.pattern();
    let mut found = BTreeSet::new();
    for arguments in [
        vec!["pull"],
        vec!["build"],
        vec!["journeys"],
        vec!["journeys", "--format", "json"],
        vec!["journeys", "--format", "csv"],
        vec!["measure"],
        vec!["measure", "--format", "json"],
        vec!["query"],
        vec!["query", "select * from caveats", "--format", "csv"],
    ] {
        let said = bench.run(&arguments).done();
        find(&pattern, &format!("stdout of {arguments:?}"), said.stdout.as_bytes(), &mut found);
        find(&pattern, &format!("stderr of {arguments:?}"), said.stderr.as_bytes(), &mut found);
    }
    assert!(find_below(&pattern, &bench.path(".milepost"), &mut found) > 100, "tables were read");
    nobody(&found);
}

#[test]
fn nobody_and_no_record_is_pointed_at_in_a_report() {
    let bench = Bench::sample();
    let said = bench.run(&["report", "pilot", "--out", "report"]).done();
    let mut found = BTreeSet::new();
    let pattern = Named::of(&bench).pattern();
    find(&pattern, "what was said", format!("{}{}", said.stdout, said.stderr).as_bytes(), &mut found);
    find_below(&pattern, &bench.path("report"), &mut found);
    nobody(&found);
    let sha = Regex::new("[0-9a-f]{7,40}").expect("a pattern");
    let word = Regex::new("[0-9A-Za-z]+").expect("a pattern");
    let telling =
        Regex::new(r"\bPLAT-\d+|\d\d:\d\d:\d\d|\brun-\d+|\bfn-\d+|\b[pi]-[0-9a-z]*\d[0-9a-z]*").expect("a pattern");
    let mut files = 0;
    for path in everything_below(&bench.path("report")).into_iter().filter(|path| path.is_file()) {
        files += 1;
        let shown = path.file_name().expect("named").to_string_lossy().into_owned();
        let mut text = fs::read_to_string(&path).expect("text");
        if shown.ends_with(".json") {
            // A number such as 1.2345678e-9 holds no commit.
            let mut words = String::new();
            words_of(&serde_json::from_str(&text).expect("JSON"), &mut words);
            text = words;
        }
        find(&telling, &shown, text.as_bytes(), &mut found);
        let is_sha = |one: &[u8]| {
            sha.find(one).is_some_and(|all| all.len() == one.len())
                && one.iter().any(u8::is_ascii_digit)
                && one.iter().any(u8::is_ascii_alphabetic)
        };
        let shas = word.find_iter(text.as_bytes()).map(|one| one.as_bytes()).filter(|one| is_sha(one));
        found.extend(shas.take(3).map(|one| format!("{shown}: {}", String::from_utf8_lossy(one))));
    }
    assert!(files > 3, "{files} files of a report");
    nobody(&found);
}

fn words_of(value: &Value, words: &mut String) {
    match value {
        Value::String(text) => words.extend([text.as_str(), "\n"]),
        Value::Array(items) => items.iter().for_each(|item| words_of(item, words)),
        Value::Object(fields) => fields.iter().for_each(|(key, item)| {
            words.extend([key.as_str(), "\n"]);
            words_of(item, words);
        }),
        _ => {}
    }
}

#[test]
fn the_search_finds_a_name_that_is_there() {
    let mut named = Named::default();
    named.add("Odile Marchbank <123+odile-mar@users.noreply.github.com>");
    let mut found = BTreeSet::new();
    for text in ["by ODILE MARCHBANK.", "odile-mar", "Odile Archbank"] {
        find(&named.pattern(), text, text.as_bytes(), &mut found);
    }
    assert_eq!(found.len(), 2);
}

#[cfg(unix)]
#[test]
fn what_is_private_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = small_study();
    let _ = bench.run(&["pull"]).done();
    let _ = bench.run(&["journeys"]).done();
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&bench.path("pseudonym.key")), 0o600);
    assert_eq!(mode(&bench.path(".milepost")), 0o700);
    let all = everything_below(&bench.path(".milepost"));
    assert!(all.len() > 20, "a run leaves files");
    let open: Vec<_> = all.iter().filter(|path| mode(path) & 0o077 != 0).collect();
    assert!(open.is_empty(), "others can open {open:?}");
    let pattern = RegexBuilder::new(PERSON).case_insensitive(true).build().expect("a pattern");
    let mut found = BTreeSet::new();
    find_below(&pattern, &bench.path(".milepost"), &mut found);
    nobody(&found);
}
