//! What Flux and everybody else sends, read by a mapping of the study file: the same that reads their exports.

use serde_json::Value;

use super::{Hook, JSON, Posted, Refused, counted, id_in, json, key_of_content, says, word};
use crate::archive::{Delivery, Put};
use crate::log::Register;
use crate::sources::file::{self, LetIn};

/// The stream of what is kept, whatever the mapping makes of it.
pub(super) const STREAM: &str = "rows";
/// More rows in one delivery are an export.
const MOST_ROWS: usize = 10_000;

pub(super) fn take(hook: &Hook<'_>, posted: &Posted<'_>, people: &mut dyn Register) -> Result<Delivery, Refused> {
    if !says(posted, &["application/json"]) {
        return Err(JSON);
    }
    let mapping = hook.receiver.mapping.as_ref().ok_or_else(|| Refused::Setting("no mapping".to_owned()))?;
    let objects = match json(posted)? {
        Value::Array(members) => members,
        one => vec![one],
    };
    if objects.len() > MOST_ROWS {
        return Err(Refused::Malformed("more than 10,000 rows at once; a file holds more"));
    }
    let mut bodies = Vec::new();
    let mut left_out = Vec::new();
    for object in &objects {
        let Value::Object(object) = object else { return Err(Refused::Malformed("the body is no object")) };
        let let_in = file::let_in(hook.settings, mapping, object, people);
        match let_in.map_err(|why| Refused::Setting(why.to_string()))? {
            LetIn::Row(row) => bodies.push(serde_json::to_string(&row).expect("a row is plain data")),
            LetIn::LeftOut(column) => left_out.push(format!("rows that `only` leaves out by `{column}`")),
        }
    }
    // What a signature covers goes first: a header beside it can be changed by whoever sends it again.
    let own = ["webhook-id", "idempotency-key"].iter().find_map(|name| id_in(posted.header(name)));
    let key =
        own.map_or_else(|| key_of_content(&format!("{bodies:?}{left_out:?}{}", of(&objects, &bodies))), str::to_owned);
    let mut delivery = Delivery { key: key.clone(), ..Delivery::default() };
    // No id holds a `#`, so no delivery has the key of another's row.
    for (body, place) in bodies.into_iter().zip(1..) {
        let key = if place == 1 { key.clone() } else { format!("{key}#{place}") };
        delivery.puts.push(Put { stream: STREAM, scope: String::new(), key, body, since_us: None });
    }
    for reason in left_out {
        counted(&mut delivery, word_of(reason));
    }
    Ok(delivery)
}

/// What tells apart deliveries that nothing is kept of: everything in them.
fn of(objects: &[Value], bodies: &[String]) -> String {
    if bodies.is_empty() { format!("{objects:?}") } else { String::new() }
}

/// A column's name is the study file's; still, it must be plain.
fn word_of(reason: String) -> String {
    let name = reason.split('`').nth(3).unwrap_or_default();
    if word(name) == name { reason } else { "rows that `only` leaves out".to_owned() }
}
