//! What Tech Insights found out about a component: facts of its retrievers, as fields of the component.
//!
//! In: the latest facts of one component, by retriever. Out: a field `facts.RETRIEVER.FACT` for each that holds. Coverage
//! counts a field that is there, whatever it says; so a fact that is `false`, empty or unknown is no field.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::names::called;
use super::shape::{SET, presence};
use crate::log::{CaveatKind, ObjectType};
use crate::sources::api::kept::{History, Kept, Refusal, Scene};
use crate::sources::api::request::{Request, escape};
use crate::sources::api::stream::Ask;
use crate::sources::told::Output;

/// The retrievers that come with the plugin; those of a company's own are named in `query`.
const USUAL: &[&str] = &["entityMetadataFactRetriever", "entityOwnershipFactRetriever", "techdocsFactRetriever"];

/// The server reads no longer list from an address.
const MOST: usize = 20;

/// The retrievers that the study names, else the usual ones.
fn retrievers(query: Option<&str>) -> Vec<&str> {
    let named: Vec<&str> = query.unwrap_or_default().split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
    if named.is_empty() { USUAL.to_vec() } else { named }
}

/// The latest facts of a component, which nothing lists for many at once: asked where the study names the stream.
pub(super) fn ask(ask: &Ask<'_>) -> Vec<Request> {
    let entry = ask.parent.filter(|_| ask.names(&["facts"]));
    let Some(component) = entry.filter(|entry| entry.key.starts_with("component:")) else { return Vec::new() };
    let mut request = Request::get(ask.api, "/api/tech-insights/facts/latest", &[("entity", component.key)]);
    for id in retrievers(ask.api.query.as_deref()).into_iter().take(MOST) {
        request.url.push_str("&ids%5B%5D=");
        request.url.push_str(&escape(id));
    }
    vec![request]
}

/// The facts of all retrievers as one record, without the time of the last look: looks that find the same are one version.
pub(super) fn shape(raw: &mut Value) {
    let Value::Object(by_retriever) = raw else {
        *raw = Value::Null;
        return;
    };
    if by_retriever.is_empty() {
        *raw = json!({"_left_out": "components of which no fact retriever that is asked for tells anything"});
        return;
    }
    let mut facts: BTreeMap<String, String> = BTreeMap::new();
    for (retriever, told) in &*by_retriever {
        for (name, value) in told.get("facts").and_then(Value::as_object).into_iter().flat_map(Map::iter) {
            facts.extend(holds(value).map(|value| (format!("facts.{retriever}.{name}"), value)));
        }
    }
    let facts: Vec<Value> = facts.into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    *raw = json!({"key": "latest", "facts": facts});
}

/// The value of a fact that holds: of texts, which may be anything, only that they are there.
fn holds(value: &Value) -> Option<String> {
    match value {
        Value::Bool(true) => Some("true".to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.trim().is_empty() => Some(presence(text.trim())),
        Value::Array(members) if !members.is_empty() => Some(SET.to_owned()),
        Value::Object(fields) if !fields.is_empty() => Some(SET.to_owned()),
        _ => None,
    }
}

/// The facts of a component, as one version of them was seen.
pub(super) fn facts(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Result<(), Refusal> {
    let seen_us = kept.since_us.ok_or(Refusal::Bad("since", "missing"))?;
    let entry = scene.above("entities").ok_or(Refusal::Nothing("facts of an entry that is not read"))?;
    let name = called(scene, entry.key, &entry.need("name")?);
    if retrievers(scene.api.query.as_deref()).len() > MOST {
        let detail = "`facts`: `query` names more than 20 fact retrievers; those beyond are not asked for";
        out.note(CaveatKind::LeftOut, detail, 1, || scene.place.evidence());
    }
    let id = out.object(ObjectType::Component, &name, Some(seen_us));
    let (now, before) = (fields(kept.value), kept.history.before.map(fields).unwrap_or_default());
    for field in before.keys().filter(|field| !now.contains_key(*field)) {
        out.change(scene.place, &id, field, seen_us, None);
    }
    for (field, value) in now {
        if kept.history.is_new || before.get(&field) != Some(&value) {
            out.change(scene.place, &id, &field, seen_us, Some(value));
        }
        if let Some(gone_us) = kept.gone_us {
            out.change(scene.place, &id, &field, gone_us, None);
        }
    }
    Ok(())
}

fn fields(value: &Value) -> BTreeMap<String, String> {
    let kept = Kept { key: "", scope: "", since_us: None, gone_us: None, value, history: History::default() };
    kept.list("facts").filter_map(|fact| Some((fact.text("name")?, fact.text("value")?))).collect()
}
