//! What GitLab's issues mean, and what happened to them.

use serde_json::Value;

use super::place::{Told, repository_of};
use crate::log::Micros;
use crate::sources::api::kept::{Kept, Refusal, Scene, instant};
use crate::sources::told::{Incident, Output, Ticket, TicketStep};

const MINUTE: Micros = 60_000_000;

const MOVED: Refusal = Refusal::Nothing("an issue that was moved; it is told where it went");

/// Whether an issue goes on as another one that is read too.
fn went_on(issue: &Value, scene: &Scene<'_>) -> bool {
    let Some(to) = issue.get("moved_to_id").and_then(Value::as_i64) else { return false };
    scene.fields("issues", "id", "id").contains_key(&to.to_string())
}

fn kind(issue: &Value) -> &str {
    issue.get("issue_type").and_then(Value::as_str).unwrap_or("issue")
}

pub(super) fn issue(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let repository = repository_of(scene)?;
    let key = format!("{repository}#{}", kept.need_number("iid")?);
    if went_on(kept.value, scene) {
        return Err(MOVED);
    }
    let created_us = kept.need_time("created_at")?;
    let closed_us = kept.time("closed_at")?.filter(|_| kept.text("state").as_deref() == Some("closed"));
    let mentions = scene.mentions(kept, &["title", "labels"], Some(&repository));
    match kind(kept.value) {
        "test_case" => return Err(Refusal::Nothing("a test case, which asks nobody for anything")),
        "incident" => {
            let incident = Incident {
                key,
                team: scene.api.team.clone(),
                detected_us: created_us,
                resolved_us: closed_us,
                resolved_by: kept.who("closed_by").filter(|_| closed_us.is_some()),
                severity: kept.text("severity").map(|word| word.to_lowercase()).filter(|word| word != "unknown"),
                class: kept.class(),
                mentions,
                ..Incident::default()
            };
            incident.tell(scene.place, out);
            return Ok(());
        }
        _ => {}
    }
    let ticket = Ticket {
        key: key.clone(),
        created_us,
        opened_by: kept.who("author"),
        team: scene.api.team.clone(),
        class: kept.class(),
        channel: "ticket".to_owned(),
        mentions,
        repository: Some(repository.clone()),
        ..Ticket::default()
    };
    ticket.tell(scene.place, out);
    let Some(at_us) = closed_us.filter(|at_us| !is_told(kept, *at_us, scene)) else { return Ok(()) };
    let step = TicketStep {
        key,
        repository: Some(repository),
        at_us,
        activity: "ticket.closed",
        by: kept.who("closed_by"),
        field: "closed_at".to_owned(),
        outcome: ending(kept.value),
    };
    step.tell(scene.place, out);
    Ok(())
}

/// Whether an event of its own tells the end of an issue: GitLab has none of before 13.2, nor of issues that were imported.
fn is_told(issue: &Kept<'_>, closed_us: Micros, scene: &Scene<'_>) -> bool {
    let own = scene.below("issue_states", &issue.path(), "");
    scene.api.reads_stream("issue_states")
        && own.map(|event| event.value).any(|event| {
            let at = event.get("created_at").and_then(instant);
            event.get("state").and_then(Value::as_str) == Some("closed")
                && at.is_some_and(|at| (at - closed_us).abs() < MINUTE)
        })
}

/// How an issue ended, as far as it says so.
fn ending(issue: &Value) -> Option<&'static str> {
    let is = |field: &str| issue.get(field).is_some_and(|value| value.is_number() || value == &Value::Bool(true));
    match (is("is_duplicate"), is("moved_to_id")) {
        (true, _) => Some("declined"),
        (_, true) => Some("other"),
        _ => None,
    }
}

/// The issue that a record hangs below, by the log's name of it; refused where the issue itself tells nothing of this kind.
fn issue_of<'a>(scene: &Scene<'a>) -> Result<(String, String, Kept<'a>), Refusal> {
    let repository = repository_of(scene)?;
    let issue = scene.above("issues").ok_or(Refusal::Bad("issue", "unknown"))?.clone();
    if issue.gone_us.is_some() {
        return Err(Refusal::Nothing("an event of an issue that is gone"));
    }
    if went_on(issue.value, scene) {
        return Err(MOVED);
    }
    if issue.gone_us.is_some() {
        return Err(Refusal::Nothing("an event of an issue that is gone"));
    }
    if matches!(kind(issue.value), "incident" | "test_case") {
        return Err(Refusal::Nothing("an event of an incident or a test case; `issues` tells what there is to tell"));
    }
    let key = format!("{repository}#{}", issue.need_number("iid")?);
    Ok((repository, key, issue))
}

pub(super) fn state(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let (repository, key, issue) = issue_of(scene)?;
    let at_us = kept.need_time("created_at")?;
    let (activity, outcome) = match kept.need("state")?.as_str() {
        "closed" => {
            // What the issue says of its end is true of its last one.
            let last = issue.time("closed_at")?.is_some_and(|closed| (closed - at_us).abs() < MINUTE);
            let by_change = kept.get("source_commit").or_else(|| kept.get("source_merge_request_id")).is_some();
            let of_issue = if last { ending(issue.value) } else { None };
            ("ticket.closed", of_issue.or(by_change.then_some("done")))
        }
        "reopened" => ("ticket.reopened", None),
        _ => return Err(Refusal::Nothing("a state that moves no ticket on")),
    };
    let field = format!("state-{}", kept.need("id")?);
    let step = TicketStep { key, repository: Some(repository), at_us, activity, by: kept.who("user"), field, outcome };
    step.tell(scene.place, out);
    Ok(())
}

pub(super) fn label(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    update("label", kept, scene, out)
}

pub(super) fn milestone(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    update("milestone", kept, scene, out)
}

/// `list` tells apart ids that GitLab counts apart.
fn update(list: &str, kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let (repository, key, issue) = issue_of(scene)?;
    let at_us = kept.need_time("created_at")?;
    if issue.time("created_at")?.is_some_and(|created| at_us - created < 2_000_000) {
        return Err(Refusal::Nothing("what an issue was opened with"));
    }
    let step = TicketStep {
        key,
        repository: Some(repository),
        at_us,
        activity: "ticket.updated",
        by: kept.who("user"),
        field: format!("{list}-{}", kept.need("id")?),
        outcome: None,
    };
    step.tell(scene.place, out);
    Ok(())
}

pub(super) fn note(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let (repository, key, issue) = issue_of(scene)?;
    let by = kept.who("author");
    let opener = issue.who("author");
    let activity = match (kept.flag("system"), kept.text("says").as_deref()) {
        (Some(true), Some("assigned")) => "ticket.assigned",
        (Some(true), _) => return Err(Refusal::Nothing("a note that GitLab wrote of something else")),
        _ if opener.is_some() && by.as_ref().map(|by| &by.id) == opener.as_ref().map(|by| &by.id) => {
            return Err(Refusal::Nothing("a comment by whoever opened the issue"));
        }
        _ => "ticket.answered",
    };
    let field = format!("note-{}", kept.need("id")?);
    let at_us = kept.need_time("created_at")?;
    TicketStep { key, repository: Some(repository), at_us, activity, by, field, outcome: None }.tell(scene.place, out);
    Ok(())
}
