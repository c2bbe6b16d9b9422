//! What GitLab's pipelines, jobs and deployments mean.

use super::place::{Told, environment_of, repository_of};
use crate::log::Micros;
use crate::sources::api::kept::{Kept, Refusal, Scene, instant};
use crate::sources::told::{Deployment, Output, Run, ended};

/// Whether a pipeline or job is over. `manual` waits for a hand, `scheduled` for its time, and what is `skipped` never ran.
pub(super) fn has_ended(status: &str) -> bool {
    matches!(status, "success" | "failed" | "canceled")
}

/// How a pipeline was begun: by code or a clock, another program or somebody at a page.
fn channel(source: &str) -> &'static str {
    match source {
        "web" | "webide" => "ui",
        "api" | "trigger" => "api",
        "chat" => "chat",
        // A push, a merge request, a schedule, another pipeline, or a system that reports what it built of the code.
        _ => "code",
    }
}

/// Refuses what has not ended, or never began.
fn over(kept: &Kept<'_>) -> Result<String, Refusal> {
    match kept.need("status")?.as_str() {
        "skipped" => Err(Refusal::Nothing("a pipeline or job that was skipped")),
        "manual" => Err(Refusal::Nothing("a pipeline or job that waits for a hand")),
        status if has_ended(status) => Ok(ended(status)),
        _ => Err(Refusal::Nothing("a pipeline or job that has not ended")),
    }
}

pub(super) fn pipeline(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let repository = repository_of(scene)?;
    let outcome = over(kept)?;
    let mut class = kept.class();
    class.category = class.category.or(kept.text("name"));
    let run = Run {
        id: format!("{}-pipeline-{}", scene.api.id, kept.need("id")?),
        repository: Some(repository),
        finished_us: match kept.time("finished_at")?.or_else(|| last_job_us(kept, scene)) {
            Some(at_us) => at_us,
            None => kept.need_time("updated_at")?,
        },
        started_us: kept.time("started_at")?.or(kept.time("created_at")?),
        outcome: Some(outcome),
        commit: kept.text("sha"),
        class,
        channel: kept.text("source").as_deref().map(channel).map(str::to_owned),
        by: kept.who("user"),
        ..Run::default()
    };
    run.tell(scene.place, out);
    Ok(())
}

/// When the last job of a pipeline ended, where its jobs are read: its list says only when anything of it was changed.
fn last_job_us(pipeline: &Kept<'_>, scene: &Scene<'_>) -> Option<Micros> {
    if !scene.api.reads_stream("jobs") {
        return None;
    }
    let own = scene.below("jobs", &pipeline.path(), "");
    own.filter_map(|job| job.get("finished_at").and_then(instant)).max()
}

pub(super) fn job(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let repository = repository_of(scene)?;
    let outcome = over(kept)?;
    let mut class = kept.class();
    class.category = class.category.or(kept.text("name"));
    let source = scene.above("pipelines").and_then(|pipeline| pipeline.text("source"));
    let run = Run {
        id: format!("{}-job-{}", scene.api.id, kept.need("id")?),
        repository: Some(repository),
        finished_us: kept.need_time("finished_at")?,
        started_us: kept.time("started_at")?,
        outcome: Some(outcome),
        commit: kept.text("commit.id"),
        class,
        channel: source.as_deref().map(channel).map(str::to_owned),
        by: kept.who("user"),
        ..Run::default()
    };
    run.tell(scene.place, out);
    Ok(())
}

pub(super) fn deployment(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let repository = repository_of(scene)?;
    let began_us = kept.time("deployable.started_at")?;
    let status = kept.need("status")?;
    match status.as_str() {
        "success" | "failed" => {}
        "canceled" if began_us.is_some() => {}
        "canceled" | "skipped" => return Err(Refusal::Nothing("a deployment that was stopped before it began")),
        "blocked" => return Err(Refusal::Nothing("a deployment that waits for an approval")),
        "created" | "running" => return Err(Refusal::Nothing("a deployment that has not ended")),
        _ => return Err(Refusal::Nothing("a deployment in a status that is not known")),
    }
    let at = format!("{}/{}", kept.scope, kept.text("environment.id").unwrap_or_default());
    let tier = scene.other("environments", &at).and_then(|known| known.get("tier")?.as_str());
    let environment = environment_of(scene, &kept.need("environment.name")?, tier)?;
    // A deployment of a job ends when the job does, and says no time of its own; one that was reported from outside has
    // no job, and moves last when it ends.
    let of_job = kept.time("deployable.finished_at")?;
    let by_job = kept.get("deployable").is_some_and(serde_json::Value::is_object);
    let deployment = Deployment {
        id: format!("{}-{}", scene.api.id, kept.need("id")?),
        repository: Some(repository),
        environment,
        at_us: of_job.map_or_else(|| kept.need_time("updated_at"), Ok)?,
        began_us: began_us.or(kept.time("created_at")?),
        outcome: Some(ended(&status)),
        version: kept.text("version"),
        commit: kept.text("sha"),
        class: kept.class(),
        channel: Some(if by_job { "code" } else { "api" }.to_owned()),
        by: kept.who("user"),
        ..Deployment::default()
    };
    deployment.tell(scene.place, out);
    Ok(())
}
