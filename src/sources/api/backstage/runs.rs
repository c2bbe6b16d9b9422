//! What a task of the scaffolder tells: a run of a template, with its steps.

use std::collections::BTreeMap;

use serde_json::Value;

use super::names::called;
use super::words::{Ref, minutes};
use crate::log::{CaveatKind, Micros};
use crate::sources::api::kept::{Kept, Refusal, Scene, at, instant, scalar};
use crate::sources::told::{Output, TemplateRun, TemplateStep, ended};

/// Whether a run has ended; a status that is not known is not taken for an end.
pub(super) fn has_ended(task: &Kept<'_>) -> bool {
    task.text("status").is_some_and(|status| ["completed", "failed", "cancelled", "skipped"].contains(&status.as_str()))
}

/// How something ended, in the words of the log.
fn outcome(status: &str) -> String {
    if status == "completed" { "success".to_owned() } else { ended(status) }
}

/// A run, told once it has ended.
pub(super) fn task(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Result<(), Refusal> {
    let (status, started_us) = (kept.need("status")?, kept.need_time("createdAt")?);
    let template = kept.need("template")?;
    let template = kept.text("template_ref").map_or(template.clone(), |whole| called(scene, &whole, &template));
    if !has_ended(kept) {
        return Err(Refusal::Nothing("runs that have not ended"));
    }
    let events = events(scene, &kept.path());
    // A run that was tried again has an end for each try; the last counts. Without any, when it ended is not known.
    let end = |kind: &str| events.iter().rev().find(|event| event.kind == kind);
    let end =
        end("completion").or_else(|| end("cancelled")).ok_or(Refusal::Nothing("runs whose end is not recorded"))?;
    let (steps, failed_step) = steps(&events);
    let asserted_minutes = kept.text("time_saved").and_then(|text| {
        let minutes = minutes(&text);
        if minutes.is_none() {
            let detail = "`tasks`: `backstage.io/time-saved` is no duration such as `PT4H`: no claim is taken from it";
            out.note(CaveatKind::BadRow, detail, 1, || scene.place.evidence());
        }
        minutes
    });
    TemplateRun {
        id: kept.key.to_owned(),
        template,
        component: component(end.value, scene),
        repository: repository(end.value, kept, scene),
        started_us,
        finished_us: end.at_us,
        by: kept.who("who"),
        outcome: outcome(&status),
        failed_step: failed_step.filter(|_| status == "failed"),
        asserted_minutes,
        steps,
    }
    .tell(scene.place, out);
    Ok(())
}

/// An event tells with its run; one that is broken is counted.
pub(super) fn event(kept: &Kept<'_>, _: &Scene<'_>, _: &mut Output<'_>) -> Result<(), Refusal> {
    match kept.need("type")?.as_str() {
        "message" => Err(Refusal::Nothing("messages of runs")),
        _ => kept.need_time("createdAt").map(|_| ()),
    }
}

/// An event of a run.
struct Happened<'a> {
    at_us: Micros,
    number: i64,
    kind: &'a str,
    value: &'a Value,
}

/// The events of a run in their order: ids count up over all runs, and times are whole seconds on some databases.
fn events<'a>(scene: &Scene<'a>, task: &str) -> Vec<Happened<'a>> {
    let mut events: Vec<Happened<'a>> = scene
        .below("task-events", task, "")
        .filter_map(|event| {
            let value = event.value;
            let at_us = at(value, "createdAt").and_then(instant)?;
            let number = at(value, "id").and_then(scalar)?.parse().unwrap_or(0);
            Some(Happened { at_us, number, kind: at(value, "type")?.as_str()?, value })
        })
        .collect();
    events.sort_by_key(|event| (event.at_us, event.number));
    events
}

/// The steps that ran, each by its last try, and the last that failed. Steps that were skipped took no time.
fn steps(events: &[Happened<'_>]) -> (Vec<TemplateStep>, Option<String>) {
    let mut began: BTreeMap<String, Micros> = BTreeMap::new();
    let mut steps: Vec<TemplateStep> = Vec::new();
    let mut failed = None;
    for event in events {
        let Some((name, status)) =
            at(event.value, "step").and_then(scalar).zip(at(event.value, "status").and_then(scalar))
        else {
            continue;
        };
        match status.as_str() {
            "processing" => {
                steps.retain(|step| step.name != name);
                began.insert(name, event.at_us);
            }
            "completed" | "failed" | "cancelled" => {
                failed = if status == "failed" { Some(name.clone()) } else { failed.filter(|known| *known != name) };
                if let Some(started_us) = began.remove(&name) {
                    steps.push(TemplateStep { name, started_us, finished_us: event.at_us, outcome: outcome(&status) });
                }
            }
            _ => {}
        }
    }
    (steps, failed)
}

/// The component that came of a run, as the catalog writes it; a reference is in lower case.
fn component(end: &Value, scene: &Scene<'_>) -> Option<String> {
    let whole = at(end, "component").and_then(scalar)?;
    let listed = scene.standing("entities", &whole).and_then(|entry| entry.get("name")?.as_str());
    let name = listed.map(str::to_owned).or_else(|| Some(Ref::read(&whole, "component")?.name))?;
    Some(called(scene, &whole, &name))
}

/// The repository that came of a run: of several, the first that the study knows, else the first; else what was picked.
fn repository(end: &Value, task: &Kept<'_>, scene: &Scene<'_>) -> Option<String> {
    let given = at(end, "repositories").and_then(Value::as_array).into_iter().flatten().filter_map(scalar);
    let all: Vec<String> = given.chain(task.text("repository")).collect();
    let is_known = |name: &&String| {
        let called = scene.repository(name);
        scene.settings.repositories.iter().any(|known| known.name == called)
    };
    all.iter().find(is_known).or_else(|| all.first()).map(|name| scene.repository(name))
}
