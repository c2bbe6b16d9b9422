//! Ready-made events: one row an event, in the words of the log.

use std::collections::{BTreeMap, HashSet};

use sha2::{Digest as _, Sha256};

use super::{Placed, RowsOf};
use crate::log::{Identity, Micros, ObjectId, ObjectType, qualifier};
use crate::sources::file::mapping::FieldKind::{Person, Text, Time};
use crate::sources::file::mapping::{Field, Refusal, Row, field};
use crate::sources::told::{Class, Draft, Output, Place, is_activity};

/// The stream.
pub(in crate::sources::file) struct Events;

/// A row.
#[derive(Debug, PartialEq)]
pub(in crate::sources::file) struct Record {
    id: Option<String>,
    at_us: Micros,
    activity: String,
    component: Option<String>,
    environment: Option<String>,
    class: Class,
    channel: Option<String>,
    by: Option<Identity>,
    outcome: Option<String>,
    began_us: Option<Micros>,
    began_by: Option<Identity>,
    change: Option<String>,
    ticket: Option<String>,
    template: Option<String>,
}

impl RowsOf for Events {
    type Record = Record;
    const WORD: &'static str = "events";
    const FIELDS: &'static [Field] = &[
        field("at", true, Time, "When it happened."),
        field("activity", true, Text, "What happened, as `subject.predicate`."),
        field("id", false, Text, "Unique over the file; without it, rows of the same content are one event."),
        field("component", false, Text, "The component it is about."),
        field("environment", false, Text, "The environment, in any spelling that the study file lists."),
        field("category", false, Text, "A finer class; a rule of `classify` goes first."),
        field("channel", false, Text, "How it was asked for or done."),
        field("by", false, Person, "Who did it."),
        field("outcome", false, Text, "`success`, `failure`, …"),
        field("began", false, Time, "When the work that ended in it began."),
        field("began_by", false, Person, "Who began that."),
        field("change", false, Text, "The change it is part of, as `REPOSITORY!NUMBER` or `REPOSITORY#NUMBER`."),
        field("ticket", false, Text, "The key of the ticket it is about."),
        field("template", false, Text, "The template that was run."),
    ];

    fn translate(row: &mut Row<'_, '_>) -> Result<Record, Refusal> {
        let mut class = row.class();
        class.category = class.category.or(row.text("category")?);
        let activity = match class.activity.take() {
            Some(activity) => activity,
            None => row.need("activity")?,
        };
        if !is_activity(&activity) {
            return Err(row.bad("activity", "not of the form `subject.predicate`"));
        }
        let record = Record {
            id: row.text("id")?,
            at_us: row.need_time("at")?,
            component: row.text("component")?,
            environment: row.environment(&class)?,
            class,
            channel: row.text("channel")?,
            by: row.person("by"),
            outcome: row.outcome("outcome")?,
            began_us: row.time("began")?,
            began_by: row.person("began_by"),
            change: row.text("change")?.map(|change| change.replace('#', "!")),
            ticket: row.text("ticket")?,
            template: row.text("template")?,
            activity,
        };
        if record.registers().is_some() {
            for (field, missing) in
                [("component", record.component.is_none()), ("environment", record.environment.is_none())]
            {
                if missing {
                    return Err(row.bad(field, "empty, but this activity needs it"));
                }
            }
        }
        Ok(record)
    }

    /// The line is no part of it: an export that begins earlier next time must not rename its events.
    fn key(record: &Record) -> String {
        record.id.clone().unwrap_or_else(|| {
            let hash = Sha256::digest(format!("{record:?}").as_bytes());
            hash[..8].iter().fold("content-".to_owned(), |text, byte| format!("{text}{byte:02x}"))
        })
    }

    fn emit(mut records: Vec<Placed<Record>>, _: &HashSet<String>, out: &mut Output<'_>) {
        register(&records, out);
        for Placed { place, record } in records.drain(..) {
            let key = format!("{}:{}", Self::key(&record), record.activity);
            happen(record, &key, &place, out);
        }
    }
}

impl Record {
    /// Whether it opens (true) or closes (false) a registration in an environment.
    fn registers(&self) -> Option<bool> {
        match self.activity.as_str() {
            "environment.registered" => Some(true),
            "environment.deregistered" => Some(false),
            _ => None,
        }
    }
}

/// Registrations as dated links. What leaves without having entered had always been there.
fn register(records: &[Placed<Record>], out: &mut Output<'_>) {
    let mut moves: Vec<&Placed<Record>> = records.iter().filter(|placed| placed.record.registers().is_some()).collect();
    moves.sort_by(|a, b| (a.record.at_us, &a.place).cmp(&(b.record.at_us, &b.place)));
    let mut open: BTreeMap<(&str, &str), &Placed<Record>> = BTreeMap::new();
    let mut seen: HashSet<(&str, &str)> = HashSet::new();
    let mut link = |placed: &Placed<Record>, (component, environment): (&str, &str), stretch| {
        let component = ObjectId::new(ObjectType::Component, component);
        let environment = ObjectId::new(ObjectType::Environment, environment);
        out.link(&placed.place, (&component, qualifier::REGISTERED_IN, &environment), stretch, ("field", 100));
    };
    for placed in moves {
        let record = &placed.record;
        let (Some(component), Some(environment)) = (&record.component, &record.environment) else { continue };
        let pair = (component.as_str(), environment.as_str());
        let first = seen.insert(pair);
        if record.registers() == Some(true) {
            open.entry(pair).or_insert(placed);
        } else if let Some(opened) = open.remove(&pair) {
            link(opened, pair, (opened.record.at_us, Some(record.at_us)));
        } else if first {
            link(placed, pair, (Micros::MIN, Some(record.at_us)));
        }
    }
    for (pair, opened) in open {
        link(opened, pair, (opened.record.at_us, None));
    }
}

fn happen(record: Record, key: &str, place: &Place, out: &mut Output<'_>) {
    let at = Some(record.at_us);
    out.instants.push(record.at_us);
    out.order(place, record.began_us, at, "ended before it began");
    let mut about = Vec::new();
    let component = record.component.as_ref().map(|name| out.object(ObjectType::Component, name, at));
    let template = record.template.as_ref().map(|name| out.object(ObjectType::Template, name, at));
    if let (Some(component), Some(template), "template.run") = (&component, &template, record.activity.as_str()) {
        let relation = (component, qualifier::MADE_FROM, template);
        out.link(place, relation, (record.at_us, None), ("field", 100));
    }
    about.extend(component.into_iter().chain(template).map(|id| (id, qualifier::ABOUT)));
    if let Some(ticket) = &record.ticket {
        about.push((out.object(ObjectType::Ticket, ticket, at), qualifier::ABOUT));
    }
    if let Some(change) = &record.change {
        about.push((out.object(ObjectType::Change, change, at), qualifier::PART_OF));
    }
    if let Some(environment) = &record.environment {
        out.object(ObjectType::Environment, environment, at);
    }
    let draft = Draft {
        at_us: record.at_us,
        activity: record.activity,
        actor: record.by,
        began_us: record.began_us,
        began_by: record.began_by,
        environment: record.environment,
        outcome: record.outcome,
        category: record.class.category,
        channel: record.channel,
    };
    out.event(place, key, draft, &about);
}
