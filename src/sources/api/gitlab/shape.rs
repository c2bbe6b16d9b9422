//! Makes GitLab's records fit for the allow-list.

use serde_json::{Value, json};

use super::people::{account, accounts};
use crate::sources::api::kept::{at, scalar};

/// What GraphQL and the two REST answers say of an owner, in one form.
pub(super) fn owner(owner: &mut Value) {
    let of = |kind: &str, found: &Value, path: &str| {
        let id = found.get("id").and_then(scalar)?;
        let id = id.rsplit('/').next()?.parse::<u64>().ok()?;
        Some(json!({"kind": kind, "id": id, "full_path": found.get(path)?}))
    };
    let found = match owner.get("data") {
        Some(data) => ["group", "project"].iter().find_map(|kind| of(kind, data.get(*kind)?, "fullPath")),
        None => of("group", owner, "full_path").or_else(|| of("project", owner, "path_with_namespace")),
    };
    *owner = found.unwrap_or_else(|| json!({"_left_out": "neither a group nor a project"}));
}

/// A project that waits for its deletion has a path that says so, and is meant by the one that it had.
pub(super) fn project(project: &mut Value) {
    let end = project.get("id").and_then(scalar).map(|id| format!("-deletion_scheduled-{id}"));
    let path = project.get("path_with_namespace").and_then(Value::as_str).zip(end);
    let before = path.and_then(|(path, end)| path.strip_suffix(&end).map(str::to_owned));
    if let Some(before) = before {
        project["path_with_namespace"] = Value::from(before);
    }
}

pub(super) fn issue(issue: &mut Value) {
    if !issue.is_object() {
        return;
    }
    accounts(issue, &["author", "closed_by"]);
    let duplicate = at(issue, "_links.closed_as_duplicate_of").is_some();
    issue["is_duplicate"] = Value::from(duplicate);
}

/// Somebody did something at a time.
pub(super) fn event(event: &mut Value) {
    accounts(event, &["user"]);
}

/// What GitLab says in a note of its own, of the few things that it says there alone and always in these words. Nobody's
/// text is read.
pub(super) fn note(note: &mut Value) {
    accounts(note, &["author"]);
    if note.get("system").and_then(Value::as_bool) != Some(true) {
        return;
    }
    let body = note.get("body").and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let says = match body.trim() {
        "approved this merge request" => "approved",
        "unapproved this merge request" => "unapproved",
        "requested changes" => "changes_requested",
        body if body.starts_with("assigned to @") => "assigned",
        _ => return,
    };
    note["says"] = Value::from(says);
}

pub(super) fn merge_request(request: &mut Value) {
    if !request.is_object() {
        return;
    }
    // The older name of the same, gone in some version to come.
    if at(request, "merge_user").is_some() {
        request["merged_by"] = request["merge_user"].take();
    }
    accounts(request, &["author", "merged_by", "closed_by"]);
    let closes = request.get("description").and_then(Value::as_str).map(closes).unwrap_or_default();
    request["closes"] = Value::from(closes);
}

/// Words that close an issue, as GitLab has them by default.
const CLOSING: &[&str] = &[
    "close",
    "closes",
    "closed",
    "closing",
    "fix",
    "fixes",
    "fixed",
    "fixing",
    "resolve",
    "resolves",
    "resolved",
    "resolving",
    "implement",
    "implements",
    "implemented",
    "implementing",
];

/// The issues that a description closes: «Closes #4, #6 and acme/shop#7».
fn closes(description: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut closing = false;
    for word in description.split_whitespace() {
        let bare = word.trim_end_matches([',', '.', ';', ':', ')']);
        let lower = bare.trim_start_matches('(').to_lowercase();
        if CLOSING.contains(&lower.as_str()) {
            closing = true;
        } else if closing && !matches!(lower.as_str(), "and" | "issue" | "issues") {
            match reference(bare) {
                Some(issue) => found.push(issue),
                None => closing = false,
            }
        }
    }
    found.dedup();
    found.truncate(20);
    found
}

/// `#4`, `acme/shop#4` or the address of an issue.
fn reference(word: &str) -> Option<Value> {
    let (project, number) = match word.split_once("://") {
        Some((_, address)) => {
            let (_, path) = address.split_once('/')?;
            let cut = ["/-/issues/", "/-/work_items/"].iter().find_map(|cut| path.split_once(cut))?;
            (cut.0, cut.1.split(['#', '?', '/']).next()?)
        }
        None => word.rsplit_once('#')?,
    };
    let number = number.parse::<u64>().ok().filter(|number| *number > 0)?;
    let is_path = |path: &str| {
        path.contains('/') && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte))
    };
    match project {
        "" => Some(json!({"number": number, "project": null})),
        project => is_path(project).then(|| json!({"number": number, "project": project})),
    }
}

/// The project's path stands in the pipeline's address only.
pub(super) fn pipeline(pipeline: &mut Value) {
    accounts(pipeline, &["user"]);
    let address = pipeline.get("web_url").and_then(Value::as_str).unwrap_or_default();
    let path = address.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
    let project = path.and_then(|(_, path)| path.split_once("/-/")).map(|(project, _)| project.to_owned());
    if let Some(project) = project {
        pipeline["project"] = Value::from(project);
    }
}

/// An environment of a branch is called by the branch, which may be a person's: all of them are `review`.
fn name_of_environment(environment: &mut Value) {
    if environment.get("name").and_then(Value::as_str).is_some_and(|name| name.starts_with("review/")) {
        environment["name"] = Value::from("review");
    }
}

pub(super) fn environment(environment: &mut Value) {
    name_of_environment(environment);
}

/// What was deployed has a name where it is a tag; a branch's may be a person's.
pub(super) fn deployment(deployment: &mut Value) {
    accounts(deployment, &["user"]);
    if let Some(environment) = deployment.get_mut("environment") {
        name_of_environment(environment);
    }
    let is_tag = at(deployment, "deployable.tag").and_then(Value::as_bool) == Some(true);
    if let Some(tag) = deployment.get("ref").cloned().filter(|_| is_tag) {
        deployment["version"] = tag;
    }
}

pub(super) fn release(release: &mut Value) {
    accounts(release, &["author"]);
}

/// A member is a person with the day that they came: no other part of the answer may stand outside the allow-list's `Who`.
pub(super) fn member(member: &mut Value) {
    let since = member.get("created_at").cloned().unwrap_or_default();
    let mut user = member.take();
    account(&mut user);
    *member = json!({"created_at": since, "user": user});
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(text: &str) -> Vec<String> {
        let shown = |issue: &Value| format!("{}#{}", issue["project"].as_str().unwrap_or_default(), issue["number"]);
        closes(text).iter().map(shown).collect()
    }

    #[test]
    fn a_description_closes_what_stands_behind_a_closing_word() {
        assert_eq!(closed("Closes #4"), ["#4"]);
        assert_eq!(closed("This fixes issues #4, #6 and acme/web/shop#7. See #9"), ["#4", "#6", "acme/web/shop#7"]);
        assert_eq!(closed("(Resolves: https://git.acme.test/acme/shop/-/issues/12#note_3)"), ["acme/shop#12"]);
        for text in ["#4", "Fixes the till for @jane", "closes jane@acme.test#3", "fixed #0", "Closes", "closes #x"] {
            assert!(closed(text).is_empty(), "{text}");
        }
    }
}
