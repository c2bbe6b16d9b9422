//! Answers, made fit for the door: entries flat, references whole, what names a person apart from the rest.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::words::{Ref, picked, repository};
use crate::sources::api::kept::scalar;

/// What stands for a value that is there and is not kept.
pub(super) const SET: &str = "(set)";

/// Values that stand for nothing; they are kept, so that a field that holds one is not taken for filled in.
const PLACEHOLDERS: &[&str] = &["tbd", "todo", "unknown", "n/a", "none", "-"];

/// Names in the log of annotations, as catalog files have them.
const ANNOTATIONS: &[(&str, &str)] = &[
    ("github.com/project-slug", "repository"),
    ("gitlab.com/project-slug", "repository"),
    ("backstage.io/techdocs-ref", "docs"),
    ("pagerduty.com/service-id", "on_call"),
    ("pagerduty.com/integration-key", "on_call"),
    ("opsgenie.com/team", "on_call"),
    ("grafana/dashboard-selector", "dashboard"),
    ("sentry.io/project-slug", "error_tracking"),
];

/// Annotations that the catalog writes itself: nobody filled them in.
const AUTOMATIC: &[&str] = &[
    "backstage.io/managed-by-location",
    "backstage.io/managed-by-origin-location",
    "backstage.io/orphan",
    "backstage.io/view-url",
    "backstage.io/edit-url",
];

/// The text of a scalar at a pointer; an empty one is none.
fn text(raw: &Value, pointer: &str) -> Option<String> {
    let text = scalar(raw.pointer(pointer)?)?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn members<'v>(raw: &'v Value, pointer: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    raw.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn entries<'v>(raw: &'v Value, pointer: &str) -> impl Iterator<Item = (&'v String, &'v Value)> + use<'v> {
    raw.pointer(pointer).and_then(Value::as_object).into_iter().flatten()
}

/// An entry of the catalog.
pub(super) fn entity(raw: &mut Value) {
    *raw = shaped(raw).unwrap_or_default();
}

fn shaped(raw: &Value) -> Option<Value> {
    let kind = text(raw, "/kind")?;
    let namespace = text(raw, "/metadata/namespace").unwrap_or_else(|| "default".to_owned());
    let name = text(raw, "/metadata/name")?;
    let whole = Ref::read(&format!("{kind}:{namespace}/{name}"), "")?;
    let orphan = entries(raw, "/metadata/annotations").find(|(key, _)| *key == "backstage.io/orphan");
    let is_orphan = orphan.and_then(|(_, value)| scalar(value)).is_some_and(|value| value == "true");
    let errors: BTreeSet<String> = members(raw, "/status/items")
        .filter(|item| text(item, "/level").as_deref() == Some("error"))
        .filter_map(|item| text(item, "/error/name").or_else(|| text(item, "/type")))
        .collect();
    let mut shaped = json!({"kind": kind, "is_orphan": is_orphan, "errors": errors});
    if whole.kind == "user" {
        // Neither key nor fields may hold what the user is called.
        shaped["key"] = json!(text(raw, "/metadata/uid")?);
        shaped["member_of"] = json!(
            related(raw, "memberof").filter(|to| to.kind == "group").map(|to| to.to_string()).collect::<BTreeSet<_>>()
        );
        let (name, email) = (text(raw, "/spec/profile/displayName"), text(raw, "/spec/profile/email"));
        // The second account meets the first by the address; without one it would be somebody else.
        let logins = entries(raw, "/metadata/annotations").find(|(key, _)| *key == "github.com/user-login");
        if let (Some(login), Some(_)) = (logins.and_then(|(_, login)| scalar(login)), &email) {
            shaped["login"] = json!({"handle": login, "email": email});
        }
        shaped["who"] = json!({"handle": whole.handle(), "name": name, "email": email});
        return Some(shaped);
    }
    let owners: BTreeSet<Ref> = related(raw, "ownedby").collect();
    shaped["key"] = json!(whole.to_string());
    shaped["namespace"] = json!(namespace);
    shaped["name"] = json!(name);
    shaped["owners"] = owners.iter().filter(|owner| owner.kind == "group").map(ToString::to_string).collect();
    shaped["owned_by_a_person"] = json!(owners.iter().any(|owner| owner.kind == "user"));
    shaped["fields"] = fields(raw).into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    Some(shaped)
}

/// What an entry is related to in this way.
fn related<'v>(raw: &'v Value, relation: &'static str) -> impl Iterator<Item = Ref> + use<'v> {
    members(raw, "/relations")
        .filter(move |one| text(one, "/type").is_some_and(|known| known.eq_ignore_ascii_case(relation)))
        .filter_map(|one| Ref::read(&text(one, "/targetRef")?, "group"))
}

/// Fields by the names that coverage knows them by. Classes and repositories keep their text; of everything else it only
/// matters that it is filled in.
fn fields(raw: &Value) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    for (name, pointer) in
        [("type", "/spec/type"), ("lifecycle", "/spec/lifecycle"), ("owner", "/spec/owner"), ("system", "/spec/system")]
    {
        if let Some(value) = text(raw, pointer) {
            fields.insert(name.to_owned(), if may_be_a_person(&value) { SET.to_owned() } else { value });
        }
    }
    for (name, pointer) in [("title", "/metadata/title"), ("description", "/metadata/description")] {
        fields.extend(text(raw, pointer).map(|value| (name.to_owned(), presence(&value))));
    }
    for (name, pointer) in [("metadata.tags", "/metadata/tags"), ("metadata.links", "/metadata/links")] {
        fields.extend(members(raw, pointer).next().map(|_| (name.to_owned(), SET.to_owned())));
    }
    for (key, value) in entries(raw, "/metadata/labels") {
        fields.extend(filled(value).map(|value| (format!("metadata.labels.{key}"), presence(&value))));
    }
    for (key, value) in entries(raw, "/metadata/annotations").filter(|(key, _)| !AUTOMATIC.contains(&key.as_str())) {
        let Some(value) = filled(value) else { continue };
        let known = ANNOTATIONS.iter().find(|(annotation, _)| annotation == key).map(|(_, name)| (*name).to_owned());
        let name = known.unwrap_or_else(|| format!("metadata.annotations.{key}"));
        let is_repository = name == "repository" && !may_be_a_person(&value);
        fields.entry(name).or_insert_with(|| if is_repository { value } else { presence(&value) });
    }
    fields
}

fn filled(value: &Value) -> Option<String> {
    scalar(value).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

pub(super) fn presence(value: &str) -> String {
    if PLACEHOLDERS.contains(&value.to_lowercase().as_str()) { value.to_owned() } else { SET.to_owned() }
}

/// Whether a value plainly names a user or an address.
fn may_be_a_person(value: &str) -> bool {
    let is_user = |word: &str| word.to_lowercase().starts_with("user:");
    value.len() > 200
        || value.contains('@')
        || value.split(|letter: char| letter.is_whitespace() || letter == ',').any(is_user)
}

/// The distinct owners; which users own something is nobody's business.
pub(super) fn owners(raw: &mut Value) {
    let facets = raw.get("relations.ownedBy").and_then(Value::as_array).into_iter().flatten();
    let groups: BTreeSet<String> = facets
        .filter_map(|facet| Ref::read(&text(facet, "/value")?, "group"))
        .filter(|owner| owner.kind == "group")
        .map(|owner| owner.to_string())
        .collect();
    *raw = json!({"key": "owners", "groups": groups});
}

/// An owner that was asked for by reference; null stands for each that is not there.
pub(super) fn owner_group(raw: &mut Value) {
    if raw.is_null() {
        *raw = json!({"key": "absent"});
        return;
    }
    let namespace = text(raw, "/metadata/namespace").unwrap_or_else(|| "default".to_owned());
    let found = text(raw, "/kind").zip(text(raw, "/metadata/name")).and_then(|(kind, name)| {
        let whole = Ref::read(&format!("{kind}:{namespace}/{name}"), "")?;
        Some(json!({"key": whole.to_string(), "name": name}))
    });
    *raw = found.unwrap_or_default();
}

/// A run of a template. Its parameters are what somebody typed, so of these only the repository that was picked is taken.
pub(super) fn task(raw: &mut Value) {
    let mut shaped = Map::new();
    for field in ["id", "status", "createdAt"] {
        shaped.insert(field.to_owned(), raw.get(field).cloned().unwrap_or_default());
    }
    let heartbeat = text(raw, "/lastHeartbeatAt").unwrap_or_default();
    shaped.insert("state".to_owned(), json!(format!("{} {heartbeat}", text(raw, "/status").unwrap_or_default())));
    // A reference is in lower case; the entry has the name as it is written.
    let named = text(raw, "/spec/templateInfo/entity/metadata/name");
    let template = named.or_else(|| Some(Ref::read(&text(raw, "/spec/templateInfo/entityRef")?, "template")?.name));
    shaped.insert("template".to_owned(), json!(template));
    let whole = text(raw, "/spec/templateInfo/entityRef").and_then(|text| Ref::read(&text, "template"));
    shaped.insert("template_ref".to_owned(), json!(whole.map(|whole| whole.to_string())));
    let saved = entries(raw, "/spec/templateInfo/entity/metadata/annotations")
        .find(|(key, _)| *key == "backstage.io/time-saved");
    // What is no duration is somebody's prose.
    let saved = saved.and_then(|(_, value)| filled(value)).map(|value| {
        let is_duration = value.len() <= 40 && value.starts_with('P') && !value.contains(char::is_whitespace);
        if is_duration { value } else { SET.to_owned() }
    });
    shaped.insert("time_saved".to_owned(), json!(saved));
    shaped
        .insert("repository".to_owned(), json!(text(raw, "/spec/parameters/repoUrl").and_then(|value| picked(&value))));
    let by = text(raw, "/createdBy").and_then(|by| Ref::read(&by, "user")).filter(|by| by.kind == "user");
    // Whoever is not signed in is `user:development/guest`: that is nobody.
    if let Some(by) = by.filter(|by| (by.namespace.as_str(), by.name.as_str()) != ("development", "guest")) {
        shaped.insert("who".to_owned(), json!({"handle": by.handle()}));
    }
    *raw = Value::Object(shaped);
}

/// An event of a run: which step came to what and when, and where it led. Messages stay out, and count as one record.
pub(super) fn event(raw: &mut Value) {
    let kind = text(raw, "/type").unwrap_or_default();
    let (step, status) = (text(raw, "/body/stepId"), text(raw, "/body/status"));
    if kind == "log" && (step.is_none() || status.is_none()) {
        *raw = json!({"id": "messages", "type": "message"});
        return;
    }
    let mut addresses = vec![text(raw, "/body/output/remoteUrl").and_then(|url| repository(&url, true))];
    let mut entities = vec![text(raw, "/body/output/entityRef")];
    for link in members(raw, "/body/output/links") {
        addresses.push(text(link, "/url").and_then(|url| repository(&url, false)));
        entities.push(text(link, "/entityRef"));
    }
    let component = entities.into_iter().flatten().filter_map(|text| Ref::read(&text, "component"));
    let component = component.into_iter().find(|entity| entity.kind == "component").map(|entity| entity.to_string());
    *raw = json!({
        "id": raw.get("id"),
        "type": kind,
        "createdAt": raw.get("createdAt"),
        "step": step,
        "status": status,
        "component": component,
        "repositories": addresses.into_iter().flatten().collect::<Vec<_>>(),
    });
}
