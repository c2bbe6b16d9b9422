//! For tests: records that go through door and archive and then tell, without a network; and rows that were recorded from
//! real services, where the folder that holds them is there.

mod every_file;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use serde_json::Value;

use super::door::Door;
use super::kept::{at, scalar};
use super::{Known, facts, source};
use crate::archive::{Archive, Page, Put};
use crate::config::{Overrides, Settings, load};
use crate::log::{Facts, Identity, IdentityKey, Register, Signature};

/// Numbers people in the order they are met; hashes words by turning them round.
#[derive(Default)]
pub(super) struct Met(pub(super) Vec<String>);

impl Register for Met {
    fn identity(&mut self, who: Signature<'_>) -> Option<Identity> {
        let shown = who.handle.or(who.email).or(who.name)?.to_lowercase();
        let place = self.0.iter().position(|known| *known == shown).unwrap_or_else(|| {
            self.0.push(shown.clone());
            self.0.len() - 1
        });
        Some(Identity { id: format!("i-{place}"), is_bot: shown.contains("[bot]") })
    }

    fn same_person(&mut self, _: Signature<'_>, _: Signature<'_>) {}

    fn word(&self, word: &str) -> String {
        word.chars().rev().collect()
    }

    fn new_keys(&mut self) -> Vec<IdentityKey> {
        Vec::new()
    }
}

/// An archive of one API that is filled by hand.
pub(super) struct Bench {
    _folder: tempfile::TempDir,
    pub(super) settings: Settings,
    pub(super) archive: Archive,
    pub(super) people: Met,
    pub(super) names: BTreeSet<String>,
    pub(super) put: usize,
}

impl Bench {
    /// `study`: TOML behind `[study]`, with one entry of `[[apis]]` whose id is `x`.
    pub(super) fn new(study: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("milepost.toml");
        std::fs::write(&file, format!("[study]\nname = \"t\"\n{study}")).expect("written");
        let settings = load(&file, &Overrides::default()).unwrap_or_else(|why| panic!("{why}"));
        let archive = Archive::open(folder.path()).expect("open");
        let names = settings.repositories.iter().map(|one| one.name.clone()).collect();
        Self { _folder: folder, settings, archive, people: Met::default(), names, put: 0 }
    }

    /// Puts records of a stream, as their system gives them, into a scope.
    pub(super) fn put(&mut self, stream: &str, scope: &str, raws: impl IntoIterator<Item = Value>) {
        let api = self.settings.apis[0].clone();
        let stream = source(api.kind).streams.iter().find(|known| known.name == stream).expect("a stream");
        let mut door = Door::new(&api, &self.names).expect("rules");
        let mut page = Page::default();
        for mut raw in raws {
            (stream.prepare)(&mut raw);
            let kept = door.pass(stream.keep, &raw, &mut self.people);
            let key: Option<Vec<String>> = stream.key.iter().map(|path| at(&kept, path).and_then(scalar)).collect();
            let key = key.unwrap_or_else(|| panic!("`{}`: no key in {raw}", stream.name)).join("/");
            // A member of a list within a record has that record's key before its own.
            let of = raw.get("_of").and_then(Value::as_object).and_then(|of| of.values().find_map(scalar));
            let key = of.map_or_else(|| key.clone(), |of| format!("{of}/{key}"));
            let body = kept.to_string();
            let since_us = stream.versions.then_some(1_700_000_000_000_000);
            page.puts.push(Put { stream: stream.name, scope: scope.to_owned(), key, body, since_us });
            self.put += 1;
        }
        self.archive.store("api:x", stream.name, scope, &page).expect("stored");
    }

    /// Every body that the archive holds of a stream.
    pub(super) fn bodies(&self, stream: &str) -> Vec<Value> {
        let records = self.archive.records("api:x", stream).expect("readable");
        records.iter().map(|record| serde_json::from_str(&record.body).expect("JSON")).collect()
    }

    /// What it tells.
    pub(super) fn facts(&self) -> Facts {
        let words: HashMap<String, String> =
            self.names.iter().map(|name| (self.people.word(name), name.clone())).collect();
        let known = Known { words: &words, names: &self.names, people_rules: "" };
        facts(&self.settings, &self.settings.apis[0], 0, &self.archive, &known).expect("facts")
    }
}

/// How often each activity was told.
pub(super) fn activities(facts: &Facts) -> BTreeMap<&str, usize> {
    facts.events.iter().fold(BTreeMap::new(), |mut counted, event| {
        *counted.entry(event.activity.as_str()).or_default() += 1;
        counted
    })
}

/// How often each kind of caveat was counted, with its detail.
pub(super) fn caveats(facts: &Facts) -> BTreeMap<String, i64> {
    facts.caveats.iter().map(|caveat| (format!("{}: {}", caveat.kind, caveat.detail), caveat.count)).collect()
}

/// The `data` of every recorded row of a file (`github___raw_github_api_issues`); `None`, said in a line, where the folder
/// of recorded rows is absent.
pub(super) fn rows(name: &str) -> Option<Vec<Value>> {
    Some(rows_with_urls(name)?.into_iter().map(|(_, data)| data).collect())
}

/// The same, each with the address that it was read from.
pub(super) fn rows_with_urls(name: &str) -> Option<Vec<(String, Value)>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../shared/recorded/devlake/{name}.jsonl"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: recorded rows of `{name}`, which are absent");
        return None;
    };
    let row = |line: &str| {
        let mut row = serde_json::from_str::<Value>(line).expect("a row is JSON");
        (row["url"].as_str().unwrap_or_default().to_owned(), row["data"].take())
    };
    Some(text.lines().filter(|line| !line.trim().is_empty()).map(row).collect())
}
