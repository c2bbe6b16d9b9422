//! What GitHub's workflow runs, their attempts and their jobs mean.
//!
//! GitHub lists a run by its last attempt alone; what a re-run keeps of it is its id and its creation.

use serde_json::Value;

use super::tell::{Told, repository_of};
use crate::config::Api;
use crate::log::{CaveatKind, Micros};
use crate::sources::api::kept::{Kept, Refusal, Scene, instant};
use crate::sources::told::{Output, Run, ended};

const DAY: Micros = 24 * 3_600_000_000;
/// No run goes on for longer, by GitHub's limits.
const LONGEST: Micros = 35 * DAY;

/// How a run was begun: by an event of the code or a clock that the code sets, by a program, or somebody at a button.
fn channel(event: &str) -> &'static str {
    match event {
        "workflow_dispatch" => "ui",
        "repository_dispatch" => "api",
        _ => "code",
    }
}

/// Whether a run or job is still going on. Other words than `completed` have been seen on what had ended.
pub(super) fn has_not_ended(kept: &Kept<'_>) -> bool {
    let status = kept.text("status").unwrap_or_default().to_ascii_lowercase();
    matches!(status.as_str(), "in_progress" | "pending" | "queued" | "requested" | "waiting")
}

/// How it ended; refused where it has not, or where nothing ran.
fn over(kept: &Kept<'_>) -> Result<Option<String>, Refusal> {
    if has_not_ended(kept) {
        return Err(Refusal::Nothing("a run or job that has not ended"));
    }
    let conclusion = kept.text("conclusion").map(|word| word.to_ascii_lowercase());
    match conclusion.as_deref() {
        Some("skipped") => Err(Refusal::Nothing("a run or job that was skipped")),
        Some("action_required") => Err(Refusal::Nothing("a run or job that waits for an approval")),
        Some("stale") => Err(Refusal::Nothing("a run or job that never ended, and that GitHub gave up")),
        conclusion => Ok(conclusion.map(ended)),
    }
}

/// Whether earlier attempts of a run are asked for, each with a request of its own: where its jobs are, or where `classify`
/// makes something of it, such as a deployment.
pub(super) fn matters(run: &Kept<'_>, api: &Api) -> bool {
    run.text("name").is_some_and(|name| api.jobs.include(&name)) || run.class().activity.is_some()
}

/// The attempt that a record is of.
pub(super) fn attempt(run: &Kept<'_>) -> i64 {
    run.int("run_attempt").unwrap_or(1).max(1)
}

/// A run by its last attempt, or an earlier attempt.
pub(super) fn run(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let repository = repository_of(scene)?;
    let attempt = attempt(kept);
    let of = scene.above("runs");
    let is_last = of.is_none();
    if is_last && attempt > 1 && !(matters(kept, scene.api) && scene.api.reads_stream("run_attempts")) {
        let detail = "`runs`: earlier attempts of runs that neither `jobs` nor `classify` names; the last one counts";
        out.note(CaveatKind::TellsNothing, detail, attempt - 1, || scene.place.evidence());
    }
    let outcome = over(kept)?;
    let changed_us = kept.need_time("updated_at")?;
    let started_us = kept.time("run_started_at")?.or(kept.time("created_at")?);
    let by_jobs = last_job_us(&of.map_or_else(|| kept.path(), Kept::path), attempt, scene);
    if by_jobs.is_none() && started_us.is_some_and(|started| changed_us - started > LONGEST) {
        let detail = "`runs`: last changed more than 35 days after their start, which is taken for their end though no run \
                      lasts so long; of runs that `jobs` names, the last job tells it";
        out.note(CaveatKind::ClockSkew, detail, 1, || scene.place.evidence());
    }
    let mut class = kept.class();
    class.category = class.category.or(kept.text("name"));
    let id = kept.need("id")?;
    let run = Run {
        id: if attempt > 1 { format!("{id}-{attempt}") } else { id },
        repository: Some(repository),
        finished_us: by_jobs.unwrap_or(changed_us),
        started_us,
        outcome,
        commit: kept.text("head_sha"),
        class,
        channel: kept.text("event").as_deref().map(channel).map(str::to_owned),
        by: kept.who("triggering_actor").or_else(|| kept.who("actor")),
        ..Run::default()
    };
    run.tell(scene.place, out);
    Ok(())
}

/// When the last job of an attempt ended, where its jobs are read: GitHub says of a run only when anything of it was changed.
fn last_job_us(run: &str, attempt: i64, scene: &Scene<'_>) -> Option<Micros> {
    if !scene.api.reads_stream("jobs") {
        return None;
    }
    let own = scene.below("jobs", run, "").map(|job| job.value);
    own.filter(|job| job.get("run_attempt").and_then(Value::as_i64).is_none_or(|of| of == attempt))
        .filter_map(|job| job.get("completed_at").and_then(instant))
        .max()
}

pub(super) fn job(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let repository = repository_of(scene)?;
    let outcome = over(kept)?;
    let Some(finished_us) = kept.time("completed_at")? else {
        return Err(Refusal::Nothing("a run or job that has not ended"));
    };
    let mut class = kept.class();
    class.category = class.category.or(kept.text("name"));
    let by = scene.above("runs").and_then(|run| run.who("triggering_actor").or_else(|| run.who("actor")));
    let event = scene.above("runs").and_then(|run| run.text("event"));
    let run = Run {
        id: format!("job-{}", kept.need("id")?),
        repository: Some(repository),
        finished_us,
        started_us: kept.time("started_at")?,
        outcome,
        commit: kept.text("head_sha"),
        class,
        channel: event.as_deref().map(channel).map(str::to_owned),
        by,
        ..Run::default()
    };
    run.tell(scene.place, out);
    Ok(())
}
