//! CDEvents in CloudEvents over HTTP: in binary, structured and batched form. Words and fields as of CDEvents 0.3 to 0.5.
//!
//! An event says one thing, so each is told alone: nothing is made up of what another one would have said. What the log has
//! no activity for is counted.

mod tell;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

pub(super) use tell::tell;

use super::{Hook, Posted, Refused, counted, hex, id_in, json, key_of_content, says, text, word};
use crate::archive::{Delivery, Put};
use crate::log::Register;
use crate::sources::api::stream::{Face, Keep};

/// The stream of what is kept.
pub(super) const STREAM: &str = "cdevents";

const SOMEONE: Face = Face { name: "name", email: "email", handle: "username", prefix: "" };

/// What is kept of any of them. A description is no more than a title here: it is read for names and dropped.
pub(super) const KEEP: &[Keep] = &[
    Keep::As("context.id"),
    Keep::As("context.type"),
    Keep::As("context.timestamp"),
    Keep::As("subject.id"),
    Keep::As("subject.content.environment.id"),
    Keep::As("subject.content.artifactId"),
    Keep::As("subject.content.outcome"),
    Keep::As("subject.content.pipelineName"),
    Keep::As("subject.content.taskName"),
    Keep::As("subject.content.repository.id"),
    Keep::As("subject.content.service.id"),
    Keep::As("subject.content.resolution"),
    Keep::As("subject.content.ticketType"),
    Keep::As("subject.content.group"),
    Keep::As("subject.content.name"),
    Keep::Who("subject.content.creator", SOMEONE),
    Keep::Who("subject.content.updatedBy", SOMEONE),
    Keep::Text("subject.content.summary", "title"),
    Keep::Text("subject.content.description", "title"),
    Keep::Text("subject.content.labels[]", "label"),
];

/// Subjects and predicates that the log has an activity for, or that end what it has one for.
const READ: &[(&str, &[&str])] = &[
    ("service", &["deployed", "upgraded", "rolledback"]),
    ("pipelinerun", &["finished"]),
    ("taskrun", &["finished"]),
    ("change", &["created", "reviewed", "merged", "abandoned"]),
    ("ticket", &["created", "updated", "closed"]),
    ("incident", &["detected", "resolved"]),
    ("environment", &["created"]),
    ("artifact", &["published"]),
    ("repository", &["created"]),
];

pub(super) fn take(hook: &Hook<'_>, posted: &Posted<'_>, people: &mut dyn Register) -> Result<Delivery, Refused> {
    let is_batch = says(posted, &["application/cloudevents-batch+json"]);
    let is_whole = is_batch || says(posted, &["application/cloudevents+json"]);
    if !is_whole && !says(posted, &["application/json"]) {
        let kinds = "the content type must be `application/cloudevents+json`, or `application/json` with `ce-` headers";
        return Err(Refused::MediaType(kinds));
    }
    let events: Vec<Value> = match json(posted)? {
        Value::Array(members) if is_batch => members.iter().map(data_of).collect::<Result<_, _>>()?,
        _ if is_batch => return Err(Refused::Malformed("a batch that is no list")),
        one if is_whole => vec![data_of(&one)?],
        _ if posted.header("ce-type").is_none() || posted.header("ce-id").is_none() => {
            return Err(Refused::Malformed("no `ce-type` and `ce-id`"));
        }
        one => vec![one],
    };
    let mut door = hook.door()?;
    let mut delivery = Delivery::default();
    let mut keys = Vec::new();
    for event in &events {
        let id = id_in(text(event, "context.id")).ok_or(Refused::Malformed("an event without `context.id`"))?;
        let kind = text(event, "context.type").ok_or(Refused::Malformed("an event without `context.type`"))?;
        if text(event, "context.timestamp").is_none() || text(event, "subject.id").is_none() {
            return Err(Refused::Malformed("an event without `context.timestamp` or `subject.id`"));
        }
        // Ids are unique within their source only.
        let source = text(event, "context.source").unwrap_or_default();
        let key = format!("{id}.{}", &hex(&Sha256::digest(source.as_bytes()))[..8]);
        delivery.key.clone_from(&key);
        match words(kind) {
            Some((subject, predicate)) if reads(subject, predicate) => {
                let body = door.pass(KEEP, event, people).to_string();
                delivery.puts.push(Put {
                    stream: STREAM,
                    scope: String::new(),
                    key: key.clone(),
                    body,
                    since_us: None,
                });
            }
            Some((subject, predicate)) => {
                let name = format!("{subject}.{predicate}");
                counted(&mut delivery, format!("events of the type `{}`, which the log has no word for", word(&name)));
            }
            None => counted(&mut delivery, "events that are no CDEvents".to_owned()),
        }
        keys.push(key);
    }
    match keys.len() {
        0 => Err(Refused::Malformed("a batch of nothing")),
        1 => Ok(delivery),
        // Each record has its own key; the batch is the same when it holds the same.
        _ => Ok(Delivery { key: key_of_content(&keys.join(" ")), ..delivery }),
    }
}

/// The CDEvent within a CloudEvent.
fn data_of(event: &Value) -> Result<Value, Refused> {
    match event.get("data") {
        Some(data @ Value::Object(_)) => Ok(data.clone()),
        _ => Err(Refused::Malformed("a CloudEvent without `data` in JSON")),
    }
}

/// Subject and predicate of a type such as `dev.cdevents.service.deployed.0.2.0`.
fn words(kind: &str) -> Option<(&str, &str)> {
    let mut parts = kind.strip_prefix("dev.cdevents.")?.split('.');
    Some((parts.next()?, parts.next()?))
}

fn reads(subject: &str, predicate: &str) -> bool {
    READ.iter().any(|(known, predicates)| *known == subject && predicates.contains(&predicate))
}
