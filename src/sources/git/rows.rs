//! Turns what a history says into rows of the log; people leave only through identities.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use gix::ObjectId as Sha;

use crate::config::Repository;
use crate::log::{
    Caveat, CaveatKind, Event, EventObject, Facts, Identity, Object, ObjectId, ObjectLink, ObjectType, day_of,
    qualifier,
};

/// Takes rows as soon as there are many, so that a long history is never all in memory.
pub(super) type Take<'a> = &'a mut dyn FnMut(Facts);

/// So many events are handed over at a time.
const PART: usize = 50_000;

/// Collects the rows of one pull.
pub(super) struct Rows<'a> {
    pub(super) facts: Facts,
    take: Option<Take<'a>>,
    pub(super) repository: Repository,
    zone: Tz,
    rank: i64,
    /// `git:NAME`.
    pub(super) source: String,
    pub(super) repository_id: String,
    /// The component of a service repository.
    pub(super) subject_id: Option<String>,
    people: Vec<Option<Identity>>,
    first_seen: BTreeMap<String, (ObjectType, Option<i64>)>,
    caveats: BTreeMap<(CaveatKind, String), (i64, String, String)>,
}

/// Something that happened, as the rules of this room say it.
#[derive(Clone, Copy)]
pub(super) struct Happened<'e> {
    /// What stands after `git:REPO@SHA:` in the event's id.
    pub(super) key: &'e str,
    pub(super) sha: Sha,
    pub(super) at_us: i64,
    pub(super) activity: &'e str,
    /// Signatures by place; see [`super::commit::Signatures`].
    pub(super) actor: Option<u32>,
    pub(super) began_us: Option<i64>,
    pub(super) began_by: Option<u32>,
    pub(super) environment: Option<&'e str>,
    pub(super) category: Option<&'e str>,
    pub(super) channel: Option<&'e str>,
    pub(super) is_bulk: bool,
    pub(super) generation: u32,
    /// Objects that it is about.
    pub(super) about: &'e [String],
    /// The change that it is.
    pub(super) change: Option<&'e str>,
    /// The number of the change that it landed with.
    pub(super) part_of: Option<u64>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(repository: &Repository, zone: Tz, rank: i64, take: Option<Take<'a>>) -> Self {
        Self {
            facts: Facts::default(),
            take,
            zone,
            rank,
            source: format!("git:{}", repository.name),
            repository_id: ObjectId::new(ObjectType::Repository, &repository.name).into(),
            subject_id: repository.subject.as_ref().map(|subject| ObjectId::new(ObjectType::Component, subject).into()),
            repository: repository.clone(),
            people: Vec::new(),
            first_seen: BTreeMap::new(),
            caveats: BTreeMap::new(),
        }
    }

    /// Takes the identity of each signature from `place` on.
    pub(super) fn meet(&mut self, identities: impl Iterator<Item = Option<Identity>>) {
        self.people.extend(identities);
    }

    pub(super) fn known_people(&self) -> usize {
        self.people.len()
    }

    pub(super) fn identity(&self, signature: Option<u32>) -> Option<&Identity> {
        self.people.get(signature? as usize)?.as_ref()
    }

    pub(super) fn is_bot(&self, signature: u32) -> bool {
        self.identity(Some(signature)).is_some_and(|identity| identity.is_bot)
    }

    /// `git:REPO@SHA`.
    pub(super) fn evidence(&self, sha: Sha) -> String {
        let mut text = String::with_capacity(self.source.len() + 41);
        text.push_str(&self.source);
        text.push('@');
        text.push_str(sha.to_hex_with_len(40).to_string().as_str());
        text
    }

    pub(super) fn event(&mut self, happened: &Happened<'_>) {
        let evidence = self.evidence(happened.sha);
        let mut event_id = String::with_capacity(evidence.len() + 1 + happened.key.len());
        event_id.push_str(&evidence);
        event_id.push(':');
        event_id.push_str(happened.key);
        // A platform repository is context that nothing is followed through, and `source` names it: a row for each of
        // its events would only make every log twice as long.
        if self.subject_id.is_some() {
            self.link_event(&event_id, &self.repository_id.clone(), qualifier::IN);
        }
        if let Some(number) = happened.part_of {
            let change = format!("change:{}!{number}", self.repository.name);
            self.link_event(&event_id, &change, qualifier::PART_OF);
        }
        for about in happened.about {
            self.link_event(&event_id, about, qualifier::ABOUT);
            self.see(about, happened.began_us.map_or(happened.at_us, |began| began.min(happened.at_us)));
        }
        if let Some(change) = happened.change {
            self.link_event(&event_id, change, qualifier::ABOUT);
        }
        let actor = self.identity(happened.actor);
        let event = Event {
            at_us: happened.at_us,
            day: day_of(happened.at_us, self.zone),
            activity: happened.activity.to_owned(),
            actor_id: actor.map(|actor| actor.id.clone()),
            is_bot: actor.map(|actor| actor.is_bot),
            began_us: happened.began_us,
            began_by_id: self.identity(happened.began_by).map(|who| who.id.clone()),
            environment: happened.environment.map(str::to_owned),
            outcome: None,
            category: happened.category.map(str::to_owned),
            channel: happened.channel.map(str::to_owned),
            is_bulk: happened.is_bulk,
            source: self.source.clone(),
            source_rank: self.rank,
            source_seq: i64::from(happened.generation),
            event_id,
            evidence,
        };
        self.facts.events.push(event);
        if let (Some(take), true) = (&mut self.take, self.facts.events.len() >= PART) {
            take(std::mem::take(&mut self.facts));
        }
    }

    fn link_event(&mut self, event_id: &str, object_id: &str, qualifier: &str) {
        self.facts.event_objects.push(EventObject {
            event_id: event_id.to_owned(),
            object_id: object_id.to_owned(),
            qualifier: qualifier.to_owned(),
        });
    }

    /// Notes that an object was mentioned at an instant.
    pub(super) fn see(&mut self, object_id: &str, at_us: i64) {
        match self.first_seen.get_mut(object_id) {
            Some((_, Some(first))) => *first = (*first).min(at_us),
            Some(_) => {}
            None => {
                self.first_seen.insert(object_id.to_owned(), (type_of(object_id), Some(at_us)));
            }
        }
    }

    /// Notes an object that the study file declares.
    pub(super) fn declare(&mut self, object_id: &str) {
        self.first_seen.insert(object_id.to_owned(), (type_of(object_id), None));
    }

    pub(super) fn link(&mut self, link: ObjectLink) {
        self.facts.object_links.push(link);
    }

    /// Counts a caveat; the detail and example of its first case are kept.
    pub(super) fn caveat(&mut self, kind: CaveatKind, place: &str, count: u64, detail: &str, example: &str) {
        if count == 0 {
            return;
        }
        let counted =
            self.caveats.entry((kind, place.to_owned())).or_insert_with(|| (0, detail.to_owned(), example.to_owned()));
        counted.0 += i64::try_from(count).unwrap_or(i64::MAX);
    }

    /// The rows, complete.
    pub(super) fn finish(mut self) -> Facts {
        for (object_id, (object_type, first_seen_us)) in self.first_seen {
            let name = object_id.split_once(':').map_or("", |(_, name)| name).to_owned();
            self.facts.objects.push(Object {
                object_type: object_type.as_str().to_owned(),
                name,
                first_seen_us,
                source: self.source.clone(),
                object_id,
            });
        }
        for ((kind, place), (count, detail, example)) in self.caveats {
            self.facts.caveats.push(Caveat { kind: kind.as_str().to_owned(), place, count, detail, example });
        }
        self.facts
    }
}

fn type_of(object_id: &str) -> ObjectType {
    match object_id.split(':').next().unwrap_or_default() {
        "repository" => ObjectType::Repository,
        "change" => ObjectType::Change,
        "team" => ObjectType::Team,
        "template" => ObjectType::Template,
        "environment" => ObjectType::Environment,
        "ticket" => ObjectType::Ticket,
        "catalog" => ObjectType::Catalog,
        _ => ObjectType::Component,
    }
}

/// `component:NAME`.
pub(super) fn component(name: &str) -> String {
    ObjectId::new(ObjectType::Component, name).into()
}
