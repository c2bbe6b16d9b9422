//! What builds, their jobs, and deployments mean.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::sources::api::kept::{Kept, Refusal, Scene};
use crate::sources::told::{Deployment, Output, Run, ended};

type Told = Result<(), Refusal>;

/// What a record says of how it ended: `partiallySucceeded` is kept apart from both.
fn outcome(word: &str) -> String {
    match word {
        "partiallySucceeded" | "succeededWithIssues" => "partially_succeeded".to_owned(),
        word => ended(word),
    }
}

/// What a build tells of itself, its jobs and its deployments: what it ran on, and how it was begun.
fn run(id: String, build: &Kept<'_>, scene: &Scene<'_>) -> Run {
    Run {
        id,
        repository: build.text("repository_name").map(|name| scene.repository(&name)),
        commit: build.text("sha"),
        channel: build.text("channel"),
        by: build.who("requestedFor"),
        ..Run::default()
    }
}

pub(super) fn build(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    if kept.need("status")? != "completed" {
        return Err(Refusal::Nothing("a build that has not ended"));
    }
    let mut run = run(kept.path(), kept, scene);
    run.finished_us = kept.need_time("finishTime")?;
    run.started_us = kept.time("startTime")?;
    run.outcome = Some(outcome(&kept.need("result")?));
    run.class = kept.class();
    run.class.category = run.class.category.or_else(|| kept.text("definition.name"));
    run.tell(scene.place, out);
    Ok(())
}

/// A job is a run. Stages, phases and steps hold jobs or lie in them: one is told where a rule says what it does.
pub(super) fn record(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let class = kept.class();
    if kept.need("type")? != "Job" && class.activity.is_none() {
        return Err(Refusal::Nothing("a stage, phase or step; its jobs tell it"));
    }
    if kept.need("state")? != "completed" {
        return Err(Refusal::Nothing("a job that has not ended"));
    }
    let result = kept.need("result")?;
    if matches!(result.as_str(), "skipped" | "abandoned") {
        return Err(Refusal::Nothing("a job that was skipped"));
    }
    let path = kept.path();
    let mut run = scene
        .above("builds")
        .map_or_else(|| Run { id: path.clone(), ..Run::default() }, |of| run(path.clone(), of, scene));
    run.finished_us = kept.need_time("finishTime")?;
    run.started_us = kept.time("startTime")?;
    run.outcome = Some(outcome(&result));
    run.class = class;
    run.class.category = run.class.category.or_else(|| kept.text("name"));
    run.tell(scene.place, out);
    Ok(())
}

/// A deployment of a YAML pipeline, told by the first of its records; the build that made it tells of what, where that is
/// stored.
pub(super) fn environment_deployment(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let above = scene.above("environments").ok_or(Refusal::Bad("environment", "unknown"))?;
    let environment = scene.environment(&above.need("name")?)?;
    let rollout = kept.need("rollout")?;
    let id = format!("{}/{rollout}", kept.scope);
    let records: Vec<Kept<'_>> = scene.below("environment-deployments", kept.scope, &format!("{rollout}/")).collect();
    if records.first().is_some_and(|first| first.key != kept.key) {
        return Err(Refusal::Nothing("another job, resource or try of a deployment that is told once"));
    }
    let records = last_tries(records);
    if records.iter().any(|record| record.text("result").is_none()) {
        return Err(Refusal::Nothing("a deployment that has not ended"));
    }
    let ran: Vec<(Kept<'_>, String)> = records
        .into_iter()
        .filter_map(|record| record.text("result").map(|result| (record, result)))
        .filter(|(_, result)| !matches!(result.as_str(), "skipped" | "abandoned"))
        .collect();
    let Some(worst) = ran.iter().max_by_key(|(_, result)| gravity(result)).map(|(_, result)| outcome(result)) else {
        return Err(Refusal::Nothing("a deployment that was skipped"));
    };
    let mut ends = Vec::new();
    let mut starts = Vec::new();
    for (record, _) in &ran {
        ends.push(record.need_time("finishTime")?);
        starts.extend(record.time("startTime")?);
    }
    let project = kept.scope.split('/').next().unwrap_or_default();
    let build: Option<&Value> = kept.text("owner.id").and_then(|id| scene.other("builds", &format!("{project}/{id}")));
    let build = build.map(|value| Kept { value, ..kept.clone() });
    let run = build.map(|build| run(String::new(), &build, scene)).unwrap_or_default();
    let mut class = kept.class();
    class.category = class.category.or_else(|| kept.text("definition.name"));
    let deployment = Deployment {
        id,
        repository: run.repository,
        environment,
        at_us: ends.into_iter().max().ok_or(Refusal::Bad("finishTime", "missing"))?,
        began_us: starts.into_iter().min(),
        outcome: Some(worst),
        commit: run.commit,
        class,
        channel: run.channel,
        by: run.by,
        ..Deployment::default()
    };
    deployment.tell(scene.place, out);
    Ok(())
}

/// Without tries that were followed by another of the same job.
fn last_tries(records: Vec<Kept<'_>>) -> Vec<Kept<'_>> {
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    let tried = |record: &Kept<'_>| Some((record.text("jobName")?, record.int("jobAttempt")?));
    for (job, attempt) in records.iter().filter_map(tried) {
        let known = last.entry(job).or_insert(attempt);
        *known = attempt.max(*known);
    }
    let is_last = |record: &Kept<'_>| tried(record).is_none_or(|(job, attempt)| last.get(&job) == Some(&attempt));
    records.into_iter().filter(is_last).collect()
}

/// How bad a result is for the whole that it is a part of.
fn gravity(result: &str) -> u8 {
    match result {
        "succeeded" => 0,
        "succeededWithIssues" => 1,
        "canceled" => 3,
        "failed" => 4,
        _ => 2,
    }
}

/// A deployment of a classic release.
pub(super) fn release(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let environment = scene.environment(&kept.need("environment")?)?;
    let status = kept.need("deploymentStatus")?;
    match status.as_str() {
        "inProgress" | "undefined" => return Err(Refusal::Nothing("a deployment that has not ended")),
        "notDeployed" => return Err(Refusal::Nothing("a deployment that was stopped before it began")),
        _ => {}
    }
    let mut class = kept.class();
    class.category = class.category.or_else(|| kept.text("definition"));
    let deployment = Deployment {
        // Numbers are unique in an organisation; the project's id tells organisations apart.
        id: format!("{}/releases/{}", kept.need("project")?, kept.need("id")?),
        repository: kept.text("repository_name").map(|name| scene.repository(&name)),
        environment,
        at_us: kept.need_time("completedOn")?,
        began_us: kept.time("startedOn")?,
        outcome: Some(outcome(&status)),
        version: kept.text("version"),
        commit: kept.text("sha"),
        class,
        channel: kept.text("channel"),
        by: kept.who("requestedFor"),
        ..Deployment::default()
    };
    deployment.tell(scene.place, out);
    Ok(())
}
