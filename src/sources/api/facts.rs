//! From the archive to the log: every stored record tells what it means. No network, no clock; the same archive gives the
//! same rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use serde_json::Value;

use super::around::{Around, Found};
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
    let _view = archive.view()?;
    let is_stale = archive.door(&unit)?.is_some_and(|door| door != door_of(api, known.names, known.people_rules));
    let receivers: Vec<&Receiver> = settings.receivers.iter().filter(|one| one.is_told_by(api)).collect();
    let mut out = Output::new(settings, unit.clone(), source_rank);
    told(api, archive, Some(&unit), &receivers, known, &mut out)?;
    if is_stale {
        let streams = source(api.kind).streams.iter();
        let records = streams.map(|stream| archive.count(&unit, stream.name)).sum::<Result<i64, _>>()?;
        out.note(CaveatKind::StaleDoor, STALE, records, || unit.clone());
    }
    for (stream, skip) in archive.skips(&unit)? {
        let detail = format!("`{stream}`: {}", skip.reason);
        out.note(CaveatKind::LeftOut, &detail, skip.count, || format!("{unit}/{stream}#{}", skip.example));
    }
    Ok(out.finish())
}

/// What is said of records that were let in by other rules.
pub(super) const STALE: &str = "fields, people and classes are as the rules stood when the records were first read";

/// Tells the records of an API, set among them what its receivers were sent. `of_api`: the unit of its records; none: only
/// what was sent is told.
pub(super) fn told(
    api: &Api,
    archive: &Archive,
    of_api: Option<&str>,
    receivers: &[&Receiver],
    known: &Known<'_>,
    out: &mut Output<'_>,
) -> Result<(), ApiError> {
    let settings = out.settings;
    let unit = out.source.clone();
    let streams = source(api.kind).streams;
    let units: Vec<String> = receivers.iter().map(|one| hook::unit(one)).collect();
    let delivered = hook::merge(archive, api, of_api, &units)?;
    let per = above(streams);
    let mut around = Around::new(archive, of_api, &delivered);
    let mut tally = Tally::default();
    for stream in streams.iter().filter(|stream| api.reads_stream(stream.name)) {
        let head: Rc<str> = Rc::from(format!("{unit}/{}", stream.name));
        let sent = delivered.evidence.get(stream.name);
        let before = out.instants.len();
        let mut read = 0;
        let mut read_whole: (Option<String>, Option<Micros>) = (None, None);
        for versions in around.records(stream.name) {
            let versions = versions?;
            let Some((first, _)) = versions.first() else { continue };
            if read_whole.0.as_ref() != Some(&first.scope) {
                read_whole = (Some(first.scope.clone()), whole_us(archive, &unit, stream.name, &first.scope)?);
            }
            for (number, (record, value)) in versions.iter().enumerate() {
                let kept = Kept {
                    key: &record.key,
                    scope: &record.scope,
                    since_us: record.since_us,
                    gone_us: record.gone_us,
                    value,
                    history: history(&versions, number, read_whole.1),
                };
                let path = kept.path();
                let (head, key) = match sent.and_then(|sent| sent.get(&path)) {
                    Some((head, key)) => (Rc::clone(head), Rc::clone(key)),
                    None => (Rc::clone(&head), Rc::from(path)),
                };
                let place = Place::Record { stream: head, key, seq: read };
                let above = climb(&per, &around, stream, kept.scope);
                let scene = Scene { api, settings, place: &place, above, words: known.words, around: &around };
                read += 1;
                let told = match kept.gone_us.filter(|_| stream.undone) {
                    Some(_) => Err(Refusal::Nothing(GONE)),
                    None => (stream.tell)(&kept, &scene, out),
                };
                if let Err(refusal) = told {
                    tally.add(stream.name, refusal, &place);
                }
            }
            around.tidy()?;
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

/// What stands before and after a version, of all of its record, oldest first.
fn history(versions: &[(Record, Value)], place: usize, whole_us: Option<Micros>) -> History<'_> {
    let before = place.checked_sub(1).and_then(|before| versions.get(before));
    History {
        before: before.map(|(_, value)| value),
        is_new: before.is_none_or(|(record, _)| record.gone_us.is_some()),
        until_us: versions.get(place + 1).and_then(|(record, _)| record.since_us),
        whole_us,
    }
}

/// Which stream each hangs below.
fn above(streams: &'static [Stream]) -> BTreeMap<&'static str, &'static str> {
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
    per
}

/// The records that one hangs below, nearest first.
fn climb<'a>(
    per: &BTreeMap<&'static str, &'static str>,
    around: &'a Around<'a>,
    stream: &Stream,
    scope: &str,
) -> Vec<(&'static str, Kept<'a>)> {
    let mut above = Vec::new();
    let mut next: Option<(&'static str, &str)> = per.get(stream.name).map(|name| (*name, scope));
    while let Some((name, path)) = next {
        let found = around.find(name, path).map(Found::kept);
        // A job may be sent whose run never was: what that hangs on is found all the same.
        let scope = found.as_ref().map(|found| found.scope).or_else(|| path.rsplit_once('/').map(|(scope, _)| scope));
        above.extend(found.clone().map(|found| (name, found)));
        next = per.get(name).copied().zip(scope);
    }
    above
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
