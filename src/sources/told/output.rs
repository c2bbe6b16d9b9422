//! Rows of the log as records make them: ids, evidence and order in one place.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Class;
use super::grant::Grants;
use super::rule::is_plain;
use crate::config::Settings;
use crate::log::{
    Caveat, CaveatKind, Event, EventObject, Facts, Identity, Micros, Object, ObjectChange, ObjectId, ObjectLink,
    ObjectType, day_of,
};

/// Where a record stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sources) enum Place {
    /// A line of a file.
    Line { file: Rc<str>, line: u64 },
    /// A record of the archive: its unit and stream (`api:ID/STREAM`), its key, and its place among those of its stream.
    Record { stream: Rc<str>, key: Rc<str>, seq: i64 },
}

impl Place {
    pub(in crate::sources) fn evidence(&self) -> String {
        match self {
            Self::Line { file, line } => format!("file:{file}#{line}"),
            Self::Record { stream, key, .. } => format!("{stream}#{key}"),
        }
    }

    /// Orders what happened at one instant.
    fn seq(&self) -> i64 {
        match self {
            Self::Line { line, .. } => i64::try_from(*line).unwrap_or(i64::MAX),
            Self::Record { seq, .. } => *seq,
        }
    }
}

/// Something is about an environment that the study does not list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unlisted;

/// An event in the making.
#[derive(Clone, Debug, Default)]
pub(in crate::sources) struct Draft {
    pub(in crate::sources) at_us: Micros,
    pub(in crate::sources) activity: String,
    pub(in crate::sources) actor: Option<Identity>,
    pub(in crate::sources) began_us: Option<Micros>,
    pub(in crate::sources) began_by: Option<Identity>,
    pub(in crate::sources) environment: Option<String>,
    pub(in crate::sources) outcome: Option<String>,
    pub(in crate::sources) category: Option<String>,
    pub(in crate::sources) channel: Option<String>,
}

/// What a pull has made so far.
pub(in crate::sources) struct Output<'a> {
    pub(in crate::sources) settings: &'a Settings,
    pub(in crate::sources) facts: Facts,
    /// `file:ID` or `api:ID`.
    pub(in crate::sources) source: String,
    source_rank: i64,
    objects: BTreeMap<String, (ObjectType, String, Option<Micros>)>,
    noted: BTreeMap<(CaveatKind, String), (i64, String)>,
    /// Names of environments that the study does not list → how often, and the first example.
    unlisted: BTreeMap<String, (i64, String)>,
    /// What tickets asked for, until everything was told.
    pub(super) grants: Grants,
    /// When the records themselves are dated; for the observation and its silences.
    pub(in crate::sources) instants: Vec<Micros>,
}

impl<'a> Output<'a> {
    pub(in crate::sources) fn new(settings: &'a Settings, source: String, source_rank: i64) -> Self {
        Self {
            settings,
            facts: Facts::default(),
            source,
            source_rank,
            objects: BTreeMap::new(),
            noted: BTreeMap::new(),
            unlisted: BTreeMap::new(),
            grants: Grants::default(),
            instants: Vec::new(),
        }
    }

    /// Adds an event about some objects; `key` is what stays the same over pulls. Gives its id.
    pub(in crate::sources) fn event(&mut self, place: &Place, key: &str, draft: Draft, objects: &[(ObjectId, &str)]) {
        let event_id = format!("{}:{key}", self.source);
        for (object, qualifier) in objects {
            self.facts.event_objects.push(EventObject {
                event_id: event_id.clone(),
                object_id: object.as_str().to_owned(),
                qualifier: (*qualifier).to_owned(),
            });
        }
        self.facts.events.push(Event {
            event_id,
            at_us: draft.at_us,
            day: day_of(draft.at_us, self.settings.zone),
            activity: draft.activity,
            is_bot: draft.actor.as_ref().map(|actor| actor.is_bot),
            actor_id: draft.actor.map(|actor| actor.id),
            began_us: draft.began_us,
            began_by_id: draft.began_by.map(|actor| actor.id),
            environment: draft.environment,
            outcome: draft.outcome,
            category: draft.category,
            channel: draft.channel,
            is_bulk: false,
            source: self.source.clone(),
            source_rank: self.source_rank,
            source_seq: place.seq(),
            evidence: place.evidence(),
        });
    }

    /// Adds an object, or moves its first mention back.
    pub(in crate::sources) fn object(
        &mut self,
        object_type: ObjectType,
        name: &str,
        seen_us: Option<Micros>,
    ) -> ObjectId {
        let id = ObjectId::new(object_type, name);
        let entry =
            self.objects.entry(id.as_str().to_owned()).or_insert_with(|| (object_type, name.to_owned(), seen_us));
        entry.2 = match (entry.2, seen_us) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        id
    }

    /// Adds a relation that holds from an instant on.
    pub(in crate::sources) fn link(
        &mut self,
        place: &Place,
        (from, qualifier, to): (&ObjectId, &str, &ObjectId),
        (valid_from_us, valid_to_us): (Micros, Option<Micros>),
        (rule, confidence): (&str, i64),
    ) {
        self.facts.object_links.push(ObjectLink {
            from_id: from.as_str().to_owned(),
            to_id: to.as_str().to_owned(),
            qualifier: qualifier.to_owned(),
            valid_from_us,
            valid_to_us,
            rule: rule.to_owned(),
            confidence,
            evidence: place.evidence(),
        });
    }

    /// Adds a value of a field of an object.
    pub(in crate::sources) fn change(
        &mut self,
        place: &Place,
        object: &ObjectId,
        field: &str,
        at_us: Micros,
        value: Option<String>,
    ) {
        self.facts.object_changes.push(ObjectChange {
            object_id: object.as_str().to_owned(),
            field: field.to_owned(),
            at_us,
            value,
            is_bulk: false,
            evidence: place.evidence(),
        });
    }

    /// Counts a caveat; the first example is kept.
    pub(in crate::sources) fn note(
        &mut self,
        kind: CaveatKind,
        detail: &str,
        count: i64,
        example: impl FnOnce() -> String,
    ) {
        let noted = self.noted.entry((kind, detail.to_owned())).or_insert_with(|| (0, example()));
        noted.0 += count;
    }

    /// Counts what is left out since it is about an environment that the study does not list.
    pub(in crate::sources) fn unlisted(&mut self, name: &str, count: i64, example: impl FnOnce() -> String) {
        self.unlisted.entry(name.to_owned()).or_insert_with(|| (0, example())).0 += count;
    }

    /// The environment of what names `own` or none, by its canonical name; an error, which is counted, where the one that a
    /// rule of `classify` found is not listed.
    pub(super) fn environment(
        &mut self,
        place: &Place,
        own: Option<String>,
        class: &Class,
    ) -> Result<Option<String>, Unlisted> {
        let (None, Some(found)) = (&own, &class.environment) else { return Ok(own) };
        let known = self.settings.environments.canonical(found).map(str::to_owned);
        if known.is_none() {
            self.unlisted(found, 1, || place.evidence());
        }
        known.map(Some).ok_or(Unlisted)
    }

    /// Notes a record whose later time comes before its earlier one.
    pub(in crate::sources) fn order(
        &mut self,
        place: &Place,
        earlier: Option<Micros>,
        later: Option<Micros>,
        detail: &str,
    ) {
        if matches!((earlier, later), (Some(earlier), Some(later)) if later < earlier) {
            self.note(CaveatKind::ClockSkew, detail, 1, || place.evidence());
        }
    }

    /// Everything, in an order that hangs on the records alone.
    pub(in crate::sources) fn finish(mut self) -> Facts {
        std::mem::take(&mut self.grants).tell(&mut self);
        self.note_unlisted();
        for (object_id, (object_type, name, first_seen_us)) in self.objects {
            self.facts.objects.push(Object {
                object_id,
                object_type: object_type.as_str().to_owned(),
                name,
                first_seen_us,
                source: self.source.clone(),
            });
        }
        for ((kind, detail), (count, example)) in self.noted {
            let place = self.source.clone();
            self.facts.caveats.push(Caveat { kind: kind.as_str().to_owned(), place, count, detail, example });
        }
        self.facts
    }

    fn note_unlisted(&mut self) {
        let unlisted = std::mem::take(&mut self.unlisted);
        let total = unlisted.values().map(|(count, _)| count).sum::<i64>();
        let Some((_, example)) = unlisted.values().next() else { return };
        // A name may be that of a branch, and a branch's that of a person: only words that environments are called by are shown.
        let mut names: Vec<String> =
            unlisted.keys().filter(|name| is_plain(name)).take(12).map(|name| format!("`{name}`")).collect();
        let others = unlisted.len() - names.len();
        names.extend((others > 0).then(|| format!("and {others} others")));
        let names = names.join(", ");
        let detail = format!("records in environments that the study does not list were left out: {names}");
        self.note(CaveatKind::UnknownEnvironment, &detail, total, || example.clone());
    }
}
