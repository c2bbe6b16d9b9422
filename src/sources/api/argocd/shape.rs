//! Makes applications and their syncs fit for the allow-list: what is needed of labels, addresses and operations, and
//! nothing else of them.

use serde_json::{Map, Value, json};

use crate::sources::api::kept::at;

fn text(value: &Value, path: &str) -> Option<String> {
    at(value, path).and_then(Value::as_str).map(|text| text.trim().to_owned())
}

/// Labels by their whole names: these hold dots.
fn label(application: &Value, names: &[&str]) -> Option<String> {
    let labels = at(application, "metadata.labels")?;
    names
        .iter()
        .find_map(|name| labels.get(*name)?.as_str().map(str::trim).filter(|text| !text.is_empty()))
        .map(str::to_owned)
}

/// A name of a thing; what holds an `@` may be somebody's.
fn name(text: Option<String>) -> Value {
    text.filter(|text| text.len() <= 253 && !text.contains('@')).map_or(Value::Null, Value::from)
}

/// Lifts what the members of an application need, which they carry along.
pub(super) fn application(application: &mut Value) {
    if !application.is_object() {
        return;
    }
    // One that was removed and made again counts its syncs from zero: its uid tells it from the one before.
    let usual = || {
        let name = text(application, "metadata.name")?;
        Some(format!("{}:{name}", text(application, "metadata.namespace").unwrap_or_default()))
    };
    let key = text(application, "metadata.uid").or_else(usual);
    // The name of a server within its cluster is all that is wanted of its address.
    let server = text(application, "spec.destination.server").and_then(|server| {
        let url = url::Url::parse(&server).ok()?;
        url.host_str()
            .filter(|host| !host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
            .and_then(|host| host.split('.').next().map(str::to_owned))
    });
    let component = label(application, &["app.kubernetes.io/part-of", "app.kubernetes.io/name"]);
    let lifted = [
        ("key", name(key)),
        ("name", name(text(application, "metadata.name"))),
        ("component", name(component)),
        ("environment", name(label(application, &["environment", "env"]))),
        ("namespace", name(text(application, "spec.destination.namespace"))),
        ("cluster", name(text(application, "spec.destination.name"))),
        ("server", name(server)),
        ("project", name(text(application, "spec.project"))),
    ];
    let failures: Vec<Value> = at(application, "status.operationState")
        .filter(|state| matches!(text(state, "phase").as_deref(), Some("Failed" | "Error")))
        .filter(|state| at(state, "operation.sync").is_some())
        .cloned()
        .into_iter()
        .collect();
    for (field, value) in lifted {
        application[field] = value;
    }
    application["failures"] = Value::from(failures);
}

/// A successful sync of the history.
pub(super) fn sync(sync: &mut Value) {
    if !sync.is_object() {
        return;
    }
    let began = at(sync, "initiatedBy").cloned().unwrap_or_default();
    let from = deployed(sync);
    lift(sync, &began, &from);
}

/// An operation that failed.
pub(super) fn failure(state: &mut Value) {
    if !state.is_object() {
        return;
    }
    let began = at(state, "operation.initiatedBy").cloned().unwrap_or_default();
    let mut from = at(state, "syncResult").map(deployed).unwrap_or_default();
    if from.is_empty() {
        from = at(state, "operation.sync").map(deployed).unwrap_or_default();
    }
    state["dry_run"] = json!(at(state, "operation.sync.dryRun") == Some(&Value::Bool(true)));
    let resources = at(state, "operation.sync.resources").and_then(Value::as_array);
    state["partial"] = json!(resources.is_some_and(|resources| !resources.is_empty()));
    lift(state, &began, &from);
}

fn lift(record: &mut Value, began: &Value, from: &Map<String, Value>) {
    record["automated"] = json!(began.get("automated") == Some(&Value::Bool(true)));
    let user = text(began, "username");
    record["by_hand"] = json!(user.is_some());
    // `admin` is an account that many share.
    record["by"] = match user.filter(|user| user != "admin") {
        Some(user) if user.contains('@') => json!({"email": user}),
        Some(user) => json!({"handle": user}),
        None => Value::Null,
    };
    for field in ["commit", "version", "repository"] {
        record[field] = from.get(field).cloned().unwrap_or_default();
    }
}

/// What was deployed: the first source whose revision is a commit, else the version of the first chart.
fn deployed(record: &Value) -> Map<String, Value> {
    let list = |field: &str| record.get(field).and_then(Value::as_array).filter(|list| !list.is_empty()).cloned();
    let one = |field: &str| vec![record.get(field).cloned().unwrap_or_default()];
    let revisions = list("revisions").unwrap_or_else(|| one("revision"));
    let sources = list("sources").unwrap_or_else(|| one("source"));
    let mut found = Map::new();
    for (place, revision) in revisions.iter().enumerate() {
        let Some(revision) = revision.as_str().map(str::trim).filter(|text| !text.is_empty()) else { continue };
        let source = sources.get(place).unwrap_or(&Value::Null);
        if is_sha(revision) && text(source, "chart").is_none() {
            found.insert("commit".to_owned(), json!(revision.to_lowercase()));
            let repository = text(source, "repoURL").and_then(|url| full_name(&url));
            found.insert("repository".to_owned(), repository.map_or(Value::Null, Value::from));
            break;
        }
        if !found.contains_key("version") {
            found.insert("version".to_owned(), name(Some(revision.to_owned())));
        }
    }
    found
}

fn is_sha(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `acme/shop` of `https://user:secret@host/acme/shop.git` and of `git@host:acme/shop.git`; the host, and whoever
/// stands before it, are not kept.
fn full_name(address: &str) -> Option<String> {
    let path = match url::Url::parse(address) {
        Ok(url) => url.path().to_owned(),
        Err(_) => address.split_once(':')?.1.to_owned(),
    };
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    (!path.is_empty() && !path.contains('@')).then(|| path.to_owned())
}
