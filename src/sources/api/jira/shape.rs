//! Jira's records, made fit for the door: flat, with what names a person in one place, and without what a field was changed
//! from and to.

use serde_json::{Map, Value, json};

use crate::sources::api::kept::{at, scalar};

/// A search of Cloud gives no more changes than this (documented; 40 and 100 are reported too), and what it calls `total` may be
/// the number of these. From here on the whole list is asked for.
const FEW: usize = 20;

/// Only the zone of whoever the token belongs to.
pub(super) fn reader(raw: &mut Value) {
    *raw = json!({"id": "reader", "zone": raw.get("timeZone")});
}

pub(super) fn issue(raw: &mut Value) {
    let histories = members(raw, "/changelog/histories");
    let comments = members(raw, "/fields/comment/comments");
    let total = |pointer: &str| raw.pointer(pointer).and_then(Value::as_u64).unwrap_or(0);
    let more_history = histories.len() >= FEW || total("/changelog/total") > histories.len() as u64;
    let more_comments = total("/fields/comment/total") > comments.len() as u64;
    let person_at = |pointer: &str| raw.pointer(pointer).map_or(Value::Null, person);
    let added = json!({
        "reporter": person_at("/fields/reporter"),
        "creator": person_at("/fields/creator"),
        "ended": at(raw, "fields.resolution.name").and_then(Value::as_str).map(resolved),
        "more_history": more_history,
        "more_comments": more_comments,
        "steps": histories.iter().filter_map(step).collect::<Vec<_>>(),
        "comments": comments.iter().map(remark).collect::<Vec<_>>(),
    });
    if let (Value::Object(fields), Value::Object(added)) = (raw, added) {
        fields.extend(added);
    }
}

fn members(raw: &Value, pointer: &str) -> Vec<Value> {
    raw.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// A change of a list of its own. One that moves nothing on keeps its id, so that it is known to be there.
pub(super) fn change(raw: &mut Value) {
    *raw = step(raw).unwrap_or_else(|| json!({"id": raw.get("id")}));
}

pub(super) fn comment(raw: &mut Value) {
    *raw = remark(raw);
}

/// When the first answer of a request is counted, of the clock that counts first answers. Its name is the desk's own.
pub(super) fn sla(raw: &mut Value) {
    let name = at(raw, "name").and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let first = raw.pointer("/completedCycles/0/stopTime/epochMillis").filter(|_| name.contains("first response"));
    *raw = json!({"id": raw.get("id"), "answered_at": first});
}

/// Who commented when. What only agents or a role may see is internal: it is no answer.
fn remark(comment: &Value) -> Value {
    let internal =
        comment.get("jsdPublic") == Some(&json!(false)) || comment.get("visibility").is_some_and(Value::is_object);
    json!({
        "id": comment.get("id"),
        "at": comment.get("created"),
        "by": comment.get("author").map_or(Value::Null, person),
        "internal": internal,
    })
}

/// What of a change moves a ticket on: its status, that it was given to somebody (not whom), how it ended.
fn step(history: &Value) -> Option<Value> {
    let mut step = Map::new();
    for item in history.get("items").and_then(Value::as_array).into_iter().flatten() {
        if item.get("fieldtype") == Some(&json!("custom")) {
            continue;
        }
        let id = |name: &str| at(item, name).and_then(scalar).filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
        let named = |name: &str| at(item, name).and_then(Value::as_str);
        match item.get("field").and_then(Value::as_str).map(str::to_ascii_lowercase).as_deref() {
            Some("status") => {
                step.insert("moved".to_owned(), json!(true));
                step.insert("from".to_owned(), json!(id("from")));
                step.insert("from_word".to_owned(), json!(named("fromString").and_then(ending)));
                step.insert("to".to_owned(), json!(id("to")));
                step.insert("to_word".to_owned(), json!(named("toString").and_then(ending)));
            }
            Some("assignee") => {
                step.insert("assigned".to_owned(), json!(at(item, "to").is_some()));
            }
            Some("resolution") => {
                let ended = at(item, "to").map(|_| named("toString").map_or("other", resolved));
                step.insert("ended".to_owned(), json!(ended));
            }
            _ => {}
        }
    }
    if step.is_empty() {
        return None;
    }
    step.insert("id".to_owned(), json!(history.get("id")));
    step.insert("at".to_owned(), json!(history.get("created")));
    step.insert("by".to_owned(), history.get("author").map_or(Value::Null, person));
    Some(Value::Object(step))
}

/// A person as the face of this source reads one. Whoever deleted their account is nobody that could be told from others who
/// did.
fn person(raw: &Value) -> Value {
    let Value::Object(_) = raw else { return if raw.is_string() { raw.clone() } else { Value::Null } };
    let text = |name: &str| at(raw, name).and_then(scalar);
    let name = text("displayName").filter(|name| !["former user", "unknown"].contains(&name.to_lowercase().as_str()));
    let account = text("accountId").filter(|id| id != "unknown").map(|id| format!("jira:{id}"));
    let mut person = Map::new();
    let is_app = text("accountType").as_deref() == Some("app");
    for (field, value) in [
        ("name", name),
        ("email", text("emailAddress")),
        ("handle", account.or_else(|| text("name"))),
        ("type", is_app.then(|| "Bot".to_owned())),
    ] {
        if let Some(value) = value {
            person.insert(field.to_owned(), Value::String(value));
        }
    }
    if person.is_empty() { Value::Null } else { Value::Object(person) }
}

/// How a status ends an issue by what it is called; for statuses that Jira no longer knows.
fn ending(status: &str) -> Option<&'static str> {
    let word = status.trim().to_lowercase();
    match word.as_str() {
        "done" | "closed" | "resolved" | "complete" | "completed" | "fixed" | "granted" | "released" | "delivered" => {
            Some("done")
        }
        "declined" | "rejected" | "cancelled" | "canceled" | "duplicate" | "invalid" | "withdrawn" | "abandoned"
        | "obsolete" | "won't do" | "won't fix" | "wont do" | "wont fix" | "wontfix" => Some("declined"),
        _ => None,
    }
}

/// How a resolution ends an issue; one that is not known is neither done nor declined.
fn resolved(resolution: &str) -> &'static str {
    match resolution.trim().to_lowercase().as_str() {
        "cannot reproduce" | "can't reproduce" | "not a bug" | "incomplete" => "declined",
        word => ending(word).unwrap_or("other"),
    }
}
