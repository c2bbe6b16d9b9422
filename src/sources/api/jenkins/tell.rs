//! What Jenkins' records mean.

use serde_json::Value;

use super::ask::DEEPEST;
use crate::log::Micros;
use crate::sources::api::kept::{Kept, Refusal, Scene, at};
use crate::sources::told::{Output, Run, ended};

/// What never ran takes about no time: recorded ones 11 to 38 ms.
const NO_TIME_MS: i64 = 500;

type Told = Result<(), Refusal>;

pub(super) fn job(kept: &Kept<'_>, _: &Scene<'_>, _: &mut Output<'_>) -> Told {
    let depth = kept.need("fullName")?.split('/').count();
    if kept.flag("is_job") == Some(false) && depth > DEEPEST {
        return Err(Refusal::Nothing("a folder below the eighth level, which is not looked into"));
    }
    Err(Refusal::Nothing("jobs tell by their builds"))
}

pub(super) fn build(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let project = project(scene)?;
    if kept.flag("building") == Some(true) {
        return Err(Refusal::Nothing("a build that still goes on"));
    }
    if kept.text("result").as_deref() == Some("NOT_BUILT") {
        return Err(Refusal::Nothing("a build that Jenkins gave up before it was built"));
    }
    let started = kept.need_time("timestamp")?;
    let mut run = run(kept, scene, kept);
    run.finished_us = after(kept, started, "duration")?;
    run.started_us = Some(started);
    run.outcome = Some(ended(&kept.need("result")?));
    run.class = kept.class();
    run.class.category = run.class.category.or(project);
    run.tell(scene.place, out);
    Ok(())
}

pub(super) fn stage(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    project(scene)?;
    let outcome = match kept.need("status")?.as_str() {
        "IN_PROGRESS" | "PAUSED_PENDING_INPUT" => return Err(Refusal::Nothing("a stage that still goes on")),
        status if never_ran(kept, status, scene) => return Err(Refusal::Nothing("a stage in which nothing ran")),
        status => ended(status),
    };
    let started = kept.need_time("startTimeMillis")?;
    let mut run =
        scene.above("builds").map_or_else(|| Run { id: name(kept), ..Run::default() }, |of| run(kept, scene, of));
    run.finished_us = after(kept, started, "durationMillis")?;
    run.started_us = Some(started);
    run.outcome = Some(outcome);
    run.class = kept.class();
    run.class.category = run.class.category.or(Some(kept.need("name")?));
    run.tell(scene.place, out);
    Ok(())
}

/// Whether nothing ran in a stage, whatever its status says. Declarative pipelines call one that its `when` left out a
/// success, and give those that follow a failed, aborted or unstable one the status of that one.
fn never_ran(stage: &Kept<'_>, status: &str, scene: &Scene<'_>) -> bool {
    if status == "NOT_EXECUTED" {
        return true;
    }
    let is_success = ended(status) == "success";
    match stage.int("steps") {
        Some(0) => is_success || follows_a_failure(stage, scene),
        Some(_) => false,
        // Older Jenkins tell no steps.
        None => {
            let takes_time = stage.int("durationMillis").is_none_or(|took| took >= NO_TIME_MS);
            !is_success && !takes_time && follows_a_failure(stage, scene)
        }
    }
}

/// Whether an earlier stage of the same build ended in anything but a success: one that fails before its first step is the
/// first of those.
fn follows_a_failure(stage: &Kept<'_>, scene: &Scene<'_>) -> bool {
    let begun = |value: &Value| at(value, "startTimeMillis").and_then(Value::as_i64);
    let Some(own) = begun(stage.value) else { return false };
    scene.below("stages", stage.scope, "").any(|other| {
        let status = other.text("status").map(|status| ended(&status));
        let failed = status.is_some_and(|status| matches!(status.as_str(), "failure" | "cancelled" | "unstable"));
        failed && begun(other.value).is_some_and(|begun| begun < own)
    })
}

/// The name of the job, without its branch; refused where the study does not read it.
fn project(scene: &Scene<'_>) -> Result<Option<String>, Refusal> {
    let Some(job) = scene.above("jobs") else { return Ok(None) };
    if !scene.api.reads(&job.need("fullName")?) {
        return Err(Refusal::Nothing("a job that `include` and `exclude` leave out"));
    }
    Ok(job.text("project"))
}

/// What a build tells of itself and of its stages: what it ran on, and how it was begun.
fn run(kept: &Kept<'_>, scene: &Scene<'_>, build: &Kept<'_>) -> Run {
    let (repository, commit) = source(build, scene).map_or((None, None), |(name, sha)| (Some(name), sha));
    let (channel, by) = (build.text("channel"), build.who("who"));
    Run { id: name(kept), repository, commit, channel, by, ..Run::default() }
}

/// Scope and key without the root that all share: `FOLDER/JOB/12/TIMESTAMP`, and `/STAGE` behind it for a stage.
fn name(kept: &Kept<'_>) -> String {
    let path = kept.path();
    path.strip_prefix("root/").map_or_else(|| path.clone(), str::to_owned)
}

/// What was built. A pipeline also checks out the libraries that it uses, and Jenkins does not say which is which: of
/// several repositories only one that the study declares can be meant, and where two are, none is taken.
fn source(build: &Kept<'_>, scene: &Scene<'_>) -> Option<(String, Option<String>)> {
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    for source in build.list("sources") {
        let Some(name) = source.text("repository").map(|name| scene.repository(&name)) else { continue };
        match found.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sha)) => *sha = sha.take().or_else(|| source.text("sha")),
            None => found.push((name, source.text("sha"))),
        }
    }
    if found.len() > 1 {
        found.retain(|(name, _)| scene.settings.repositories.iter().any(|known| known.name == *name));
    }
    if found.len() == 1 { found.pop() } else { None }
}

/// The end of something that began at an instant and took so many milliseconds.
fn after(kept: &Kept<'_>, started: Micros, field: &'static str) -> Result<Micros, Refusal> {
    let took = kept.int(field).filter(|took| *took >= 0).ok_or(Refusal::Bad(field, "not a length of time"))?;
    took.checked_mul(1_000).and_then(|took| started.checked_add(took)).ok_or(Refusal::Bad(field, "out of range"))
}
