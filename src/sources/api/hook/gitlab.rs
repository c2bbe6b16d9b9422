//! What GitLab sends. Fields as its documentation of webhook events has them.
//!
//! What is not seen: who opened an issue or a merge request where the delivery of its opening is not there (later ones name
//! its author by a number only), commits of merge requests, and whatever was sent before the receiver was there.

mod tell;

use serde_json::{Value, json};

pub(super) use tell::tell;

use super::{Hook, JSON, Posted, Refused, counted, id_in, json, keep, key_of_content, says, text, word};
use crate::archive::Delivery;
use crate::log::Register;
use crate::sources::api::kept::{at, scalar};
use crate::sources::api::stream::{Face, Keep};

/// The streams of what is kept.
pub(super) const STREAMS: &[&str] =
    &["deployments", "pipelines", "jobs", "issues", "notes", "merge_requests", "releases"];

const SOMEONE: Face = Face { name: "name", email: "email", handle: "username", prefix: "" };

/// What is kept of any of them: a field that an event lacks is not there.
pub(super) const KEEP: &[Keep] = &[
    Keep::As("project.id"),
    Keep::As("project.path_with_namespace"),
    Keep::Who("user", SOMEONE),
    // Deployments.
    Keep::As("deployment_id"),
    Keep::As("status"),
    Keep::As("status_changed_at"),
    Keep::As("environment"),
    Keep::As("sha"),
    // Jobs.
    Keep::As("build_id"),
    Keep::As("build_name"),
    Keep::As("build_status"),
    Keep::As("build_started_at"),
    Keep::As("build_finished_at"),
    // Pipelines, issues, merge requests and notes.
    Keep::As("object_attributes.id"),
    Keep::As("object_attributes.iid"),
    Keep::As("object_attributes.action"),
    Keep::As("object_attributes.state"),
    Keep::As("object_attributes.status"),
    Keep::As("object_attributes.source"),
    Keep::As("object_attributes.name"),
    Keep::As("object_attributes.sha"),
    Keep::As("object_attributes.type"),
    Keep::As("object_attributes.created_at"),
    Keep::As("object_attributes.updated_at"),
    Keep::As("object_attributes.closed_at"),
    Keep::As("object_attributes.merged_at"),
    Keep::As("object_attributes.finished_at"),
    Keep::As("object_attributes.merge_commit_sha"),
    Keep::As("object_attributes.noteable_type"),
    Keep::As("object_attributes.system"),
    Keep::As("by_author"),
    Keep::As("target_iid"),
    Keep::As("assignees_changed"),
    Keep::Text("object_attributes.title", "title"),
    Keep::Text("labels[]", "label"),
    // Releases.
    Keep::As("id"),
    Keep::As("tag"),
    Keep::As("action"),
    Keep::As("created_at"),
    Keep::As("released_at"),
];

pub(super) fn take(hook: &Hook<'_>, posted: &Posted<'_>, people: &mut dyn Register) -> Result<Delivery, Refused> {
    if !says(posted, &["application/json"]) {
        return Err(JSON);
    }
    let event = posted.header("x-gitlab-event").ok_or(Refused::Malformed("no `X-Gitlab-Event`"))?;
    let payload = json(posted)?;
    if !payload.is_object() {
        return Err(Refused::Malformed("the body is no object"));
    }
    // `Idempotency-Key` stays the same over retries (GitLab 17.4); where it is signed it is called `webhook-id`.
    let named = ["webhook-id", "idempotency-key"].iter().find_map(|name| id_in(posted.header(name)));
    let stream = stream_of(event, &payload);
    let shaped = prepare(&payload);
    let mut door = hook.door()?;
    // Older versions send no id that retries share: what is kept of a delivery is its own.
    let key = match named {
        Some(name) => name.to_owned(),
        None => key_of_content(&format!("{event}{}", door.pass(KEEP, &shaped, people))),
    };
    let mut delivery = Delivery { key, ..Delivery::default() };
    match stream {
        Ok(stream) => {
            let project = at(&shaped, "project.id").and_then(scalar).ok_or(Refused::Malformed("no project"))?;
            keep(&mut delivery, (stream, &project), (&mut door, KEEP), &shaped, people);
        }
        Err(reason) => counted(&mut delivery, reason),
    }
    Ok(delivery)
}

fn stream_of(event: &str, payload: &Value) -> Result<&'static str, String> {
    let of = |path: &str| text(payload, path).unwrap_or_default();
    Ok(match event {
        "Deployment Hook" => "deployments",
        "Pipeline Hook" => "pipelines",
        "Job Hook" => "jobs",
        "Issue Hook" | "Confidential Issue Hook" | "Work Item Hook" => match of("object_attributes.type") {
            "" | "Issue" | "Incident" | "Task" => "issues",
            other => return Err(format!("work items of the kind `{}`, which are no tickets", word(other))),
        },
        "Merge Request Hook" => "merge_requests",
        "Release Hook" => "releases",
        "Note Hook" | "Confidential Note Hook" => match of("object_attributes.noteable_type") {
            "Issue" | "MergeRequest" => "notes",
            other => return Err(format!("notes on a `{}`, which are not read", word(other))),
        },
        other => return Err(format!("events of the kind `{}`, which are not read", word(other))),
    })
}

/// Puts what the allow-list names where it names it.
fn prepare(payload: &Value) -> Value {
    let mut shaped = payload.clone();
    let titles = at(payload, "labels").or_else(|| at(payload, "object_attributes.labels")).and_then(Value::as_array);
    let titles: Vec<Value> = titles.into_iter().flatten().filter_map(|label| label.get("title").cloned()).collect();
    shaped["labels"] = Value::from(titles);
    let sha = text(payload, "commit_url").and_then(|address| address.rsplit_once("/commit/")).map(|(_, sha)| sha);
    if let Some(sha) = sha.filter(|sha| sha.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        shaped["sha"] = json!(sha);
    }
    let target = at(payload, "issue").or_else(|| at(payload, "merge_request"));
    if let Some(target) = target {
        let author = at(payload, "object_attributes.author_id");
        shaped["target_iid"] = target.get("iid").cloned().unwrap_or_default();
        shaped["by_author"] = json!(author.is_some() && author == target.get("author_id"));
    }
    let (user, author) = (at(payload, "user.id"), at(payload, "object_attributes.author_id"));
    if target.is_none() && user.is_some() && author.is_some() {
        shaped["by_author"] = json!(user == author);
    }
    let added = at(payload, "changes.assignees.current").and_then(Value::as_array).is_some_and(|now| !now.is_empty());
    shaped["assignees_changed"] = json!(added);
    // An object here is no environment's name.
    if shaped.get("environment").is_some_and(Value::is_object) {
        shaped["environment"] = at(payload, "environment.name").cloned().unwrap_or_default();
    }
    shaped
}
