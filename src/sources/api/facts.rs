//! From the archive to the log: every stored record tells what it means. No network, no clock; the same archive gives the
//! same rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use serde_json::Value;

use super::error::ApiError;
use super::kept::{History, Kept, Refusal, Scene};
use super::pull::{door_of, unit};
use super::stream::Stream;
use super::walk::whole_us;
use super::{hook, source};
use crate::archive::{Archive, Record};
use crate::config::{Api, Receiver, Settings};
use crate::log::{CaveatKind, Facts, Micros, Observation};
use crate::sources::told::{Output, Place};

/// Why a record that a whole listing no longer held tells nothing.
const GONE: &str = "gone: deleted, moved, archived or out of sight of the token";

/// What records of one API may refer to.
pub struct Known<'a> {
    /// Keyed hash → component, for words that texts held.
    pub words: &'a HashMap<String, String>,
    /// Names of components and repositories that texts may use.
    pub names: &'a BTreeSet<String>,
    /// What identities depend on.
    pub people_rules: &'a str,
}

/// The facts that the archive holds of an API, with what its receivers were sent.
///
/// # Errors
/// Where the archive cannot be read.
pub fn facts(
    settings: &Settings,
    api: &Api,
    source_rank: i64,
    archive: &Archive,
    known: &Known<'_>,
) -> Result<Facts, ApiError> {
    let unit = unit(api);
    let of_api = archive.door(&unit)?.is_some_and(|door| door != door_of(api, known.names, known.people_rules));
    let receivers: Vec<&Receiver> = settings.receivers.iter().filter(|one| one.is_told_by(api)).collect();
    let stored = load(api, archive, &unit)?;
    let records = stored.values().map(Vec::len).sum::<usize>();
    let mut out = Output::new(settings, unit.clone(), source_rank);
    told(api, archive, stored, &receivers, known, &mut out)?;
    if of_api {
        out.note(CaveatKind::StaleDoor, STALE, i64::try_from(records).unwrap_or(i64::MAX), || unit.clone());
    }
    for (stream, skip) in archive.skips(&unit)? {
        let detail = format!("`{stream}`: {}", skip.reason);
        out.note(CaveatKind::LeftOut, &detail, skip.count, || format!("{unit}/{stream}#{}", skip.example));
    }
    Ok(out.finish())
}

/// What is said of records that were let in by other rules.
pub(super) const STALE: &str = "fields, people and classes are as the rules stood when the records were first read";

/// Records of an API, each with its JSON, by stream.
pub(super) type Stored = BTreeMap<&'static str, Vec<(Record, Value)>>;

fn load(api: &Api, archive: &Archive, unit: &str) -> Result<Stored, ApiError> {
    let mut stored = Stored::new();
    for stream in source(api.kind).streams {
        let mut records = Vec::new();
        for record in archive.records(unit, stream.name)? {
            let value =
                serde_json::from_str::<Value>(&record.body).map_err(|_| archive_broken(unit, stream, &record))?;
            records.push((record, value));
        }
        stored.insert(stream.name, records);
    }
    Ok(stored)
}

/// Tells the records of an API, set among them what its receivers were sent.
pub(super) fn told(
    api: &Api,
    archive: &Archive,
    mut stored: Stored,
    receivers: &[&Receiver],
    known: &Known<'_>,
    out: &mut Output<'_>,
) -> Result<(), ApiError> {
    let settings = out.settings;
    let unit = out.source.clone();
    let streams = source(api.kind).streams;
    let units: Vec<String> = receivers.iter().map(|one| hook::unit(one)).collect();
    let delivered = hook::merge(archive, api, &unit, &units, &mut stored)?;
    let mut others: BTreeMap<&'static str, BTreeMap<String, Value>> = BTreeMap::new();
    let mut gone: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    for (stream, records) in &stored {
        for (record, value) in records {
            let path = kept(record, value).path();
            let gone = gone.entry(stream).or_default();
            if record.gone_us.is_some() {
                gone.insert(path.clone());
            } else {
                gone.remove(&path);
            }
            others.entry(stream).or_default().insert(path, value.clone());
        }
    }
    let index = Index::new(streams, &stored);
    let mut tally = Tally::default();
    let none = Vec::new();
    for stream in streams.iter().filter(|stream| api.reads_stream(stream.name)) {
        let head: Rc<str> = Rc::from(format!("{unit}/{}", stream.name));
        let sent = delivered.evidence.get(stream.name);
        let before = out.instants.len();
        let mut read = 0;
        let all = stored.get(stream.name).unwrap_or(&none);
        let mut read_whole: (Option<&str>, Option<_>) = (None, None);
        for (at, (record, value)) in all.iter().enumerate() {
            if read_whole.0 != Some(&record.scope) {
                read_whole = (Some(&record.scope), whole_us(archive, &unit, stream.name, &record.scope)?);
            }
            let history = history(all, at, read_whole.1);
            let seq = i64::try_from(at).unwrap_or(i64::MAX);
            let kept = Kept { history, ..kept(record, value) };
            let path = kept.path();
            let (head, key) = match sent.and_then(|sent| sent.get(&path)) {
                Some((head, key)) => (Rc::clone(head), Rc::clone(key)),
                None => (Rc::clone(&head), Rc::from(path)),
            };
            let place = Place::Record { stream: head, key, seq };
            let above = index.above(stream, &kept);
            let scene = Scene { api, settings, place: &place, above, words: known.words, others: &others, gone: &gone };
            read += 1;
            let told = match kept.gone_us.filter(|_| stream.undone) {
                Some(_) => Err(Refusal::Nothing(GONE)),
                None => (stream.tell)(&kept, &scene, out),
            };
            if let Err(refusal) = told {
                tally.add(stream.name, refusal, &place);
            }
        }
        observe(stream, out, before, read, tally.refused_of(stream.name));
    }
    tally.note(out);
    if let Some((count, example)) = delivered.left_to_api {
        let detail = "steps of issues that were sent, and that the API told too";
        out.note(CaveatKind::DuplicateRecord, detail, count, || example);
    }
    if let Some((count, example)) = delivered.other_jobs {
        let detail = "jobs that were sent of workflows that `jobs` does not name";
        out.note(CaveatKind::TellsNothing, detail, count, || example);
    }
    for receiver in receivers {
        hook::note(archive, receiver, known, out)?;
    }
    Ok(())
}

fn archive_broken(unit: &str, stream: &Stream, record: &Record) -> ApiError {
    let place = format!("{unit}/{}#{}", stream.name, record.key);
    ApiError::Setting {
        field: "archive".to_owned(),
        message: format!("`{place}` is no JSON; `milepost archive verify`"),
    }
}

fn kept<'a>(record: &'a Record, value: &'a Value) -> Kept<'a> {
    Kept {
        key: &record.key,
        scope: &record.scope,
        since_us: record.since_us,
        gone_us: record.gone_us,
        value,
        history: History::default(),
    }
}

/// What stands before and after a version; all of one record stand together, oldest first.
fn history(all: &[(Record, Value)], at: usize, whole_us: Option<Micros>) -> History<'_> {
    let same = |place: usize| {
        all.get(place).filter(|(other, _)| (&other.scope, &other.key) == (&all[at].0.scope, &all[at].0.key))
    };
    let before = at.checked_sub(1).and_then(same);
    History {
        before: before.map(|(_, value)| value),
        is_new: before.is_none_or(|(record, _)| record.gone_us.is_some()),
        until_us: same(at + 1).and_then(|(record, _)| record.since_us),
        whole_us,
    }
}

/// Finds the records that others hang below.
struct Index<'a> {
    per: BTreeMap<&'static str, &'static str>,
    by_path: BTreeMap<&'static str, BTreeMap<String, Kept<'a>>>,
}

impl<'a> Index<'a> {
    fn new(streams: &'static [Stream], stored: &'a BTreeMap<&'static str, Vec<(Record, Value)>>) -> Self {
        let mut per: BTreeMap<&'static str, &'static str> =
            streams.iter().filter_map(|stream| Some((stream.name, stream.per?))).collect();
        // A list within a record hangs where that record does.
        for stream in streams {
            for part in stream.parts {
                if let Some(of) = stream.per {
                    per.entry(part.stream).or_insert(of);
                }
            }
        }
        let parents: BTreeSet<&'static str> = per.values().copied().collect();
        let by_path = parents
            .into_iter()
            .map(|name| {
                let all = stored.get(name).map(Vec::as_slice).unwrap_or_default();
                (name, all.iter().map(|(record, value)| (kept(record, value).path(), kept(record, value))).collect())
            })
            .collect();
        Self { per, by_path }
    }

    fn above(&self, stream: &Stream, kept: &Kept<'a>) -> Vec<(&'static str, Kept<'a>)> {
        let mut above = Vec::new();
        let mut next: Option<(&'static str, &str)> = self.per.get(stream.name).map(|name| (*name, kept.scope));
        while let Some((name, path)) = next {
            let found = self.by_path.get(name).and_then(|all| all.get(path));
            // A job may be sent whose run never was: what that hangs on is found all the same.
            let scope = found.map(|found| found.scope).or_else(|| path.rsplit_once('/').map(|(scope, _)| scope));
            next = self.per.get(name).copied().zip(scope);
            above.extend(found.map(|found| (name, found.clone())));
        }
        above
    }
}

/// What made no row.
#[derive(Default)]
pub(super) struct Tally {
    counted: BTreeMap<(CaveatKind, String), (i64, String)>,
    refused: BTreeMap<&'static str, i64>,
    environments: BTreeMap<String, (i64, String)>,
}

impl Tally {
    pub(super) fn add(&mut self, stream: &'static str, refusal: Refusal, place: &Place) {
        let (kind, detail) = match refusal {
            Refusal::Environment(name) => {
                self.environments.entry(name).or_insert_with(|| (0, place.evidence())).0 += 1;
                return;
            }
            Refusal::Bad(field, why) => {
                *self.refused.entry(stream).or_default() += 1;
                (CaveatKind::BadRow, format!("`{stream}`: `{field}`: {why}"))
            }
            Refusal::Nothing(why) => (CaveatKind::TellsNothing, format!("`{stream}`: {why}")),
        };
        self.counted.entry((kind, detail)).or_insert_with(|| (0, place.evidence())).0 += 1;
    }

    pub(super) fn refused_of(&self, stream: &str) -> i64 {
        self.refused.get(stream).copied().unwrap_or(0)
    }

    pub(super) fn note(self, out: &mut Output<'_>) {
        for ((kind, detail), (count, example)) in self.counted {
            out.note(kind, &detail, count, || example);
        }
        for (name, (count, example)) in self.environments {
            out.unlisted(&name, count, || example);
        }
    }
}

/// For which stretch a stream speaks, in the words that the measures know.
fn observe(stream: &Stream, out: &mut Output<'_>, before: usize, records: i64, refused: i64) {
    let Some(word) = stream.speaks_as() else { return };
    let told = &out.instants[before..];
    let (Some(from_us), Some(to_us)) = (told.iter().min().copied(), told.iter().max().copied()) else { return };
    let source = out.source.clone();
    let stream = word.to_owned();
    match out.facts.observations.iter_mut().find(|known| known.stream == stream) {
        Some(known) => {
            known.from_us = known.from_us.min(from_us);
            known.to_us = known.to_us.max(to_us);
            known.records += records;
            known.refused += refused;
        }
        None => out.facts.observations.push(Observation { source, stream, from_us, to_us, records, refused }),
    }
}
