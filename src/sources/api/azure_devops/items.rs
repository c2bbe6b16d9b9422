//! What revisions of work items mean. A work item's key is `AB#12`, as its own mentions are written.

use serde_json::Value;

use crate::sources::api::kept::{Kept, Refusal, Scene, at};
use crate::sources::told::{Output, Ticket, TicketStep, step_of};

/// Work item numbers are unique in the organisation, and this is what stands before them outside of it.
pub(super) const HOME: &str = "AB";

/// Reasons of an end that say that nothing was done.
const DECLINED: &[&str] = &[
    "abandoned",
    "as designed",
    "cannot reproduce",
    "cut",
    "deferred",
    "duplicate",
    "not fixed",
    "obsolete",
    "rejected",
    "removed from the backlog",
    "won't fix",
];

pub(super) fn revision(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Result<(), Refusal> {
    let (id, rev) = (kept.need_number("id")?, kept.need_number("rev")?);
    let (created_us, changed_us) = (kept.need_time("created")?, kept.need_time("changed")?);
    let all = revisions(kept, scene, id);
    if all.last().is_none_or(|(last, _)| *last == rev) {
        let ticket = Ticket {
            key: format!("{HOME}#{id}"),
            created_us,
            opened_by: kept.who("created_by"),
            team: scene.api.team.clone(),
            class: kept.class(),
            channel: "ticket".to_owned(),
            mentions: scene.mentions(kept, &["title", "tags"], Some(HOME)),
            ..Ticket::default()
        };
        ticket.tell(scene.place, out);
    }
    let before = all.iter().rev().find(|(known, _)| *known < rev).map(|(_, value)| *value);
    if before.is_none() && rev > 1 {
        // What it changed is not known without the one before.
        return Ok(());
    }
    for (activity, field, outcome) in steps(kept, before, &all, rev) {
        let step = TicketStep {
            key: format!("{HOME}#{id}"),
            repository: None,
            at_us: changed_us,
            activity,
            by: kept.who("changed_by"),
            field: format!("{field}-{rev}"),
            outcome,
        };
        step.tell(scene.place, out);
    }
    Ok(())
}

/// Every stored revision of a work item, in order. It may have been moved: then its revisions lie in several projects.
fn revisions<'a>(kept: &Kept<'a>, scene: &Scene<'a>, id: u64) -> Vec<(u64, &'a Value)> {
    let head = format!("{id}/");
    let mut scopes = scene.around.scopes("work-items", &id.to_string());
    scopes.insert(kept.scope.to_owned());
    let mut found = Vec::new();
    for scope in scopes {
        let below = scene.below("work-items", &scope, &head);
        found.extend(below.filter_map(|of| Some((of.key.strip_prefix(&head)?.parse().ok()?, of.value))));
    }
    found.sort_by_key(|(rev, _)| *rev);
    found.dedup_by_key(|(rev, _)| *rev);
    found
}

type Step = (&'static str, &'static str, Option<&'static str>);

/// What a revision changed: an end, an assignment, an answer; an update where it is none of them.
fn steps(kept: &Kept<'_>, before: Option<&Value>, all: &[(u64, &Value)], rev: u64) -> Vec<Step> {
    let mut steps = Vec::new();
    let (from, to) = (before.and_then(state), state(kept.value));
    if from != to {
        match step_of("status", from.as_deref(), to.as_deref()) {
            "ticket.closed" => steps.push(("ticket.closed", "state", Some(outcome(kept, to.as_deref())))),
            "ticket.reopened" => steps.push(("ticket.reopened", "state", None)),
            // That it was opened in a state is no change of it.
            step if before.is_some() => steps.push((step, "state", None)),
            _ => {}
        }
    }
    let assigned = who(kept.value, "assigned_to");
    if assigned.is_some() && assigned != before.and_then(|before| who(before, "assigned_to")) {
        steps.push(("ticket.assigned", "assignee", None));
    }
    if is_answer(kept, all, rev) {
        steps.push(("ticket.answered", "answer", None));
    }
    if steps.is_empty() && before.is_some() {
        steps.push(("ticket.updated", "revision", None));
    }
    steps
}

/// A state in the words that end tickets elsewhere; what Azure removes was not done.
fn state(value: &Value) -> Option<String> {
    let state = at(value, "state")?.as_str()?.trim().to_lowercase();
    Some(match state.as_str() {
        "removed" | "cut" => "withdrawn".to_owned(),
        _ => state,
    })
}

fn outcome(kept: &Kept<'_>, state: Option<&str>) -> &'static str {
    let reason = kept.text("reason").unwrap_or_default().to_lowercase();
    let is_declined = |word: &str| DECLINED.contains(&word);
    let by_state =
        matches!(state, Some("withdrawn" | "rejected" | "declined" | "cancelled" | "canceled" | "duplicate"));
    if by_state || is_declined(&reason) { "declined" } else { "done" }
}

fn who<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    at(value, field)?.get("id")?.as_str()
}

/// Whether this revision is the first by somebody other than who opened the work item: told only where every one before
/// it is stored. What a bot does answers nobody.
fn is_answer(kept: &Kept<'_>, all: &[(u64, &Value)], rev: u64) -> bool {
    let Some(opener) = who(kept.value, "created_by") else { return false };
    let other = |value: &Value| {
        let is_bot = at(value, "changed_by.bot").and_then(Value::as_bool) == Some(true);
        who(value, "changed_by").is_some_and(|by| by != opener) && !is_bot
    };
    let earlier = || all.iter().take_while(|(known, _)| *known < rev);
    let is_whole = (1..).zip(earlier()).all(|(wanted, (known, _))| *known == wanted)
        && u64::try_from(earlier().count()).is_ok_and(|count| count + 1 == rev);
    other(kept.value) && is_whole && !earlier().any(|(_, value)| other(value))
}
