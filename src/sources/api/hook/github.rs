//! What GitHub sends: the same objects that its REST API gives, so that the allow-list and the `tell` of the API's streams
//! read them.

use serde_json::{Value, json};

use super::{Hook, JSON, Posted, Refused, counted, id_in, json, says, text, word};
use crate::archive::{Delivery, Put};
use crate::config::written::ApiKind;
use crate::log::Register;
use crate::sources::api::door::{Door, plain};
use crate::sources::api::kept::{at, scalar};
use crate::sources::api::source;
use crate::sources::api::stream::Stream;

/// A record in a delivery: the stream that it is of, and what GitHub says of it.
struct Piece {
    stream: &'static str,
    raw: Value,
}

/// What is kept of a delivery.
pub(super) fn take(hook: &Hook<'_>, posted: &Posted<'_>, people: &mut dyn Register) -> Result<Delivery, Refused> {
    if !says(posted, &["application/json"]) {
        return Err(JSON);
    }
    let event = posted.header("x-github-event").ok_or(Refused::Malformed("no `X-GitHub-Event`"))?;
    let key = id_in(posted.header("x-github-delivery")).ok_or(Refused::Malformed("no `X-GitHub-Delivery`"))?;
    let payload = json(posted)?;
    if !payload.is_object() {
        return Err(Refused::Malformed("the body is no object"));
    }
    let mut delivery = Delivery { key: key.to_owned(), ..Delivery::default() };
    let action = text(&payload, "action").unwrap_or_default();
    let pieces = match pieces(event, action, &payload) {
        Ok(pieces) => pieces,
        Err(reason) => {
            counted(&mut delivery, reason);
            return Ok(delivery);
        }
    };
    let (Some(id), Some(full_name)) =
        (at(&payload, "repository.id").and_then(scalar), text(&payload, "repository.full_name"))
    else {
        return Err(Refused::Malformed("no repository"));
    };
    let name = plain(&Value::from(full_name)).ok_or(Refused::Malformed("no repository"))?;
    let mut door = hook.door()?;
    for Piece { stream, raw } in pieces {
        let whole = stream_of(stream).and_then(|stream| kept(stream, raw, &mut door, people));
        let Some((updated_at, record)) = whole else {
            return Err(Refused::Malformed("a record without its id"));
        };
        let body = json!({
            "repository": {"id": id, "full_name": name}, "action": word(action), "updated_at": updated_at,
            "record": record,
        });
        let (scope, key) = (id.clone(), key.to_owned());
        delivery.puts.push(Put { stream, scope, key, body: body.to_string(), since_us: None });
    }
    Ok(delivery)
}

/// A stream of GitHub's API.
pub(super) fn stream_of(name: &str) -> Option<&'static Stream> {
    source(ApiKind::GitHub).streams.iter().find(|stream| stream.name == name)
}

/// What may be kept of a record, and when it was as it is; `None` where it has no key.
fn kept(stream: &Stream, mut raw: Value, door: &mut Door<'_>, people: &mut dyn Register) -> Option<(Value, Value)> {
    if !raw.is_object() {
        return None;
    }
    let times =
        ["_updated_at", "updated_at", "completed_at", "submitted_at", "published_at", "started_at", "created_at"];
    let updated_at = times.iter().find_map(|name| at(&raw, name)).and_then(plain).unwrap_or_default();
    (stream.prepare)(&mut raw);
    let kept = door.pass(stream.keep, &raw, people);
    let has_key = stream.key.iter().all(|path| at(&kept, path).is_some());
    has_key.then_some((updated_at, kept))
}

/// The records of an event; else why it has none.
fn pieces(event: &str, action: &str, payload: &Value) -> Result<Vec<Piece>, String> {
    let of = |name: &str| payload.get(name).cloned().unwrap_or_default();
    let one = |stream, raw| Ok(vec![Piece { stream, raw }]);
    match (event, action) {
        ("workflow_run", _) => one("runs", of("workflow_run")),
        ("workflow_job", _) => one("jobs", of("workflow_job")),
        ("deployment", _) => one("deployments", of("deployment")),
        ("deployment_status", _) => {
            let mut deployment = of("deployment");
            if deployment.is_object() {
                deployment["statuses"] = json!([of("deployment_status")]);
            }
            one("deployments", deployment)
        }
        ("release", _) => one("releases", of("release")),
        ("issues", _) => {
            let issue = of("issue");
            let step = step(action, &issue, &of("sender"));
            let issue = Piece { stream: "issues", raw: issue };
            Ok([Some(issue), step].into_iter().flatten().collect())
        }
        ("issue_comment", "created") => {
            let (issue, mut comment) = (of("issue"), of("comment"));
            if comment.is_object() {
                let id = comment.get("node_id").cloned().unwrap_or_default();
                comment["id"] = id;
                comment["event"] = json!("commented");
                comment["number"] = issue.get("number").cloned().unwrap_or_default();
                comment["_updated_at"] = issue.get("updated_at").cloned().unwrap_or_default();
            }
            let comment = Piece { stream: "issue_events", raw: comment };
            Ok(vec![Piece { stream: "issues", raw: issue }, comment])
        }
        ("pull_request", _) => {
            let mut pull = of("pull_request");
            if action == "closed" && pull.get("merged_at").is_some_and(Value::is_null) {
                pull["closed_by"] = of("sender");
            }
            one("pulls", pull)
        }
        ("pull_request_review", _) => {
            let (pull, mut review) = (of("pull_request"), of("review"));
            if review.is_object() {
                review["number"] = pull.get("number").cloned().unwrap_or_default();
            }
            Ok(vec![Piece { stream: "pulls", raw: pull }, Piece { stream: "pull_reviews", raw: review }])
        }
        ("ping", _) => Err("a ping: GitHub asks whether anybody is there".to_owned()),
        ("issue_comment", action) => Err(format!("a comment that was `{}`", word(action))),
        (event, _) => Err(format!("events of the kind `{}`, which are not read", word(event))),
    }
}

/// What an action did to an issue. GitHub sends no id of it: what, and when, is one.
fn step(action: &str, issue: &Value, sender: &Value) -> Option<Piece> {
    let when = match action {
        "closed" => "closed_at",
        "reopened" | "assigned" => "updated_at",
        _ => return None,
    };
    let created_at = at(issue, when)?.as_str()?;
    let raw = json!({
        "id": format!("{action}-{created_at}"), "event": action, "number": issue.get("number")?,
        "created_at": created_at, "state_reason": issue.get("state_reason"), "actor": sender,
        "_updated_at": issue.get("updated_at"),
    });
    Some(Piece { stream: "issue_events", raw })
}
