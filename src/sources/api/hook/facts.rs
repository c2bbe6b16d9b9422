//! From the archive to the log, for what no API tells.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Value;

use super::{cdevents, door_of, gitlab, mapped, unit};
use crate::archive::{Archive, ArchiveError, Record};
use crate::config::written::ReceiverKind;
use crate::config::{Receiver, Settings};
use crate::log::{CaveatKind, Event, Facts, Micros, Observation};
use crate::sources::api::error::ApiError;
use crate::sources::api::facts::{Known, STALE, told};
use crate::sources::api::kept::{History, Kept, instant};
use crate::sources::api::pull::setting;
use crate::sources::file;
use crate::sources::told::{Output, Place};

/// The facts that the archive holds of a receiver that tells itself.
///
/// # Errors
/// Where the archive cannot be read, or the mapping cannot be meant.
pub fn facts(
    settings: &Settings,
    receiver: &Receiver,
    source_rank: i64,
    archive: &Archive,
    known: &Known<'_>,
) -> Result<Facts, ApiError> {
    let _view = archive.view()?;
    let mut out = Output::new(settings, unit(receiver), source_rank);
    match receiver.kind {
        ReceiverKind::GitHub => {
            if let Some(api) = &receiver.api {
                told(api, archive, None, &[receiver], known, &mut out)?;
            }
            return Ok(out.finish());
        }
        ReceiverKind::Flux | ReceiverKind::Generic => rows(receiver, archive, &mut out)?,
        ReceiverKind::GitLab => {
            let all = Told::of(archive, receiver, gitlab::STREAMS)?;
            gitlab::tell(&all, known, &mut out);
        }
        ReceiverKind::CdEvents => {
            let all = Told::of(archive, receiver, &[cdevents::STREAM])?;
            cdevents::tell(&all, known, &mut out);
        }
    }
    once(&mut out);
    note(archive, receiver, known, &mut out)?;
    Ok(out.finish())
}

fn rows(receiver: &Receiver, archive: &Archive, out: &mut Output<'_>) -> Result<(), ApiError> {
    let Some(mapping) = &receiver.mapping else { return Ok(()) };
    let head: Rc<str> = Rc::from(format!("{}/{}", unit(receiver), mapped::STREAM));
    let mut kept = Vec::new();
    for (record, seq) in archive.records(&unit(receiver), mapped::STREAM)?.into_iter().zip(0..) {
        let place = Place::Record { stream: Rc::clone(&head), key: Rc::from(record.key.as_str()), seq };
        match serde_json::from_str(&record.body) {
            Ok(row) => kept.push((place, row)),
            Err(_) => return Err(broken(&place)),
        }
    }
    let settings = out.settings;
    file::tell(settings, mapping, kept, out).map_err(|why| setting("receivers.mapping", why.to_string()))
}

fn broken(place: &Place) -> ApiError {
    let message = format!("`{}` is not what was stored; `milepost archive verify`", place.evidence());
    setting("archive", message)
}

/// Leaves of events with one id the earliest: hooks of a project and of its group say the same under keys of their own.
fn once(out: &mut Output<'_>) {
    let events = std::mem::take(&mut out.facts.events);
    let mut first: BTreeMap<String, Event> = BTreeMap::new();
    let mut repeated = Vec::new();
    for event in events {
        match first.entry(event.event_id.clone()) {
            Entry::Vacant(free) => {
                free.insert(event);
            }
            Entry::Occupied(mut known) => {
                let order = |event: &Event| (event.at_us, event.evidence.clone());
                let later = if order(&event) < order(known.get()) { known.insert(event) } else { event };
                repeated.push(later.evidence);
            }
        }
    }
    out.facts.events = first.into_values().collect();
    let mut seen = BTreeSet::new();
    out.facts
        .event_objects
        .retain(|one| seen.insert((one.event_id.clone(), one.object_id.clone(), one.qualifier.clone())));
    if let Some(example) = repeated.iter().min() {
        let count = i64::try_from(repeated.len()).unwrap_or(i64::MAX);
        out.note(CaveatKind::DuplicateRecord, "sent more than once under different keys", count, || example.clone());
    }
}

/// What a receiver only counted, and whether its records came through another door.
pub(in crate::sources::api) fn note(
    archive: &Archive,
    receiver: &Receiver,
    known: &Known<'_>,
    out: &mut Output<'_>,
) -> Result<(), ArchiveError> {
    let unit = unit(receiver);
    for (stream, skip) in archive.skips(&unit)? {
        let detail = format!("`{unit}`: {}", skip.reason);
        out.note(CaveatKind::TellsNothing, &detail, skip.count, || format!("{unit}/{stream}#{}", skip.example));
    }
    if archive.door(&unit)?.is_some_and(|door| door != door_of(receiver, known.names, known.people_rules)) {
        let (deliveries, _) = archive.deliveries(&unit)?;
        out.note(CaveatKind::StaleDoor, STALE, deliveries, || unit.clone());
    }
    Ok(())
}

/// Every record of a receiver, with its JSON, by stream.
pub(super) struct Told<'a> {
    pub(super) receiver: &'a Receiver,
    streams: BTreeMap<&'static str, Vec<(Place, Record, Value)>>,
}

impl<'a> Told<'a> {
    fn of(archive: &Archive, receiver: &'a Receiver, streams: &[&'static str]) -> Result<Self, ApiError> {
        let mut all = BTreeMap::new();
        for stream in streams.iter().copied() {
            let head: Rc<str> = Rc::from(format!("{}/{stream}", unit(receiver)));
            let mut records = Vec::new();
            for (record, seq) in archive.records(&unit(receiver), stream)?.into_iter().zip(0..) {
                let key = if record.scope.is_empty() {
                    record.key.clone()
                } else {
                    format!("{}/{}", record.scope, record.key)
                };
                let place = Place::Record { stream: Rc::clone(&head), key: Rc::from(key), seq };
                let value = serde_json::from_str(&record.body).map_err(|_| broken(&place))?;
                records.push((place, record, value));
            }
            all.insert(stream, records);
        }
        Ok(Self { receiver, streams: all })
    }

    /// The records of a stream.
    pub(super) fn stream(&self, stream: &str) -> impl Iterator<Item = (&Place, Kept<'_>)> {
        self.streams.get(stream).into_iter().flatten().map(|(place, record, value)| {
            let (key, scope) = (&record.key, &record.scope);
            (place, Kept { key, scope, since_us: None, gone_us: None, value, history: History::default() })
        })
    }

    /// The records of a stream that are of one object, oldest first by a field of theirs.
    pub(super) fn by_object(&self, stream: &str, id: &[&str], when: &str) -> Vec<Vec<(&Place, Kept<'_>)>> {
        let mut all: BTreeMap<Vec<Option<String>>, Vec<(&Place, Kept<'_>)>> = BTreeMap::new();
        for (place, kept) in self.stream(stream) {
            all.entry(id.iter().map(|path| kept.text(path)).collect()).or_default().push((place, kept));
        }
        let at = |kept: &Kept<'_>| kept.get(when).and_then(instant);
        let mut all: Vec<_> = all.into_values().collect();
        for one in &mut all {
            one.sort_by_cached_key(|(place, kept)| (at(kept), (*place).clone()));
        }
        all
    }
}

/// For which stretch records speak, in a word that the measures know.
pub(super) fn observe(out: &mut Output<'_>, word: &str, before: usize, records: usize, refused: i64) {
    let told: &[Micros] = &out.instants[before..];
    let (Some(from_us), Some(to_us)) = (told.iter().min().copied(), told.iter().max().copied()) else { return };
    let (source, stream) = (out.source.clone(), word.to_owned());
    let records = i64::try_from(records).unwrap_or(i64::MAX);
    out.facts.observations.push(Observation { source, stream, from_us, to_us, records, refused });
}
