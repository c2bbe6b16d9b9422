//! What GitLab's deliveries mean. Those of one object are told together, as it stood last; ids name project and object.

use super::super::facts::{Told, observe};
use crate::log::{Identity, Micros, ObjectType, qualifier};
use crate::sources::api::facts::{Known, Tally};
use crate::sources::api::kept::{Kept, Refusal, environment, instant, mentions};
use crate::sources::told::{Change, Deployment, Draft, Output, Place, Review, Run, Ticket, TicketStep, ended};

type Done = Result<(), Refusal>;
/// The deliveries of one object, oldest first; never none.
type Versions<'a> = [(&'a Place, Kept<'a>)];

/// What each stream makes of the deliveries of one object.
type Teller = fn(&Versions<'_>, &Told<'_>, &Known<'_>, &mut Output<'_>) -> Done;

/// Stream, what makes an object of it, what orders its deliveries, what tells it, and the word of the measures.
const TELLERS: &[(&str, &[&str], &str, Teller, &str)] = &[
    ("deployments", &["project.id", "deployment_id"], "status_changed_at", deployment, "deployments"),
    ("pipelines", &["project.id", "object_attributes.id"], "object_attributes.finished_at", pipeline, "pipeline-runs"),
    ("jobs", &["project.id", "build_id"], "build_finished_at", job, ""),
    ("issues", &["project.id", "object_attributes.iid"], "object_attributes.updated_at", issue, "tickets"),
    ("notes", &["project.id", "object_attributes.id"], "object_attributes.created_at", note, ""),
    ("merge_requests", &["project.id", "object_attributes.iid"], "object_attributes.updated_at", change, ""),
    ("releases", &["project.id", "id"], "released_at", release, ""),
];

/// Rows of the log from everything that came.
pub(in crate::sources::api::hook) fn tell(all: &Told<'_>, known: &Known<'_>, out: &mut Output<'_>) {
    let mut tally = Tally::default();
    for (stream, id, when, teller, word) in TELLERS.iter().copied() {
        let before = out.instants.len();
        let mut records = 0;
        for versions in all.by_object(stream, id, when) {
            records += versions.len();
            if let Err(refusal) = teller(&versions, all, known, out) {
                tally.add(stream, refusal, versions[versions.len() - 1].0);
            }
        }
        if !word.is_empty() {
            observe(out, word, before, records, tally.refused_of(stream));
        }
    }
    tally.note(out);
}

fn last<'v, 'a>(versions: &'v Versions<'a>) -> &'v (&'a Place, Kept<'a>) {
    &versions[versions.len() - 1]
}

fn repository_of(kept: &Kept<'_>, out: &Output<'_>) -> Result<String, Refusal> {
    Ok(out.settings.repository_called(&kept.need("project.path_with_namespace")?))
}

/// An id that is the same in every delivery, and in what the API gives.
fn id_of(kept: &Kept<'_>, field: &'static str) -> Result<String, Refusal> {
    Ok(format!("{}/{}", kept.need("project.id")?, kept.need(field)?))
}

fn deployment(versions: &Versions<'_>, _: &Told<'_>, _: &Known<'_>, out: &mut Output<'_>) -> Done {
    let (place, newest) = last(versions);
    let at = |wanted: &[&str]| -> Option<Micros> {
        let of = |kept: &Kept<'_>| kept.text("status").is_some_and(|status| wanted.contains(&status.as_str()));
        let times = versions.iter().filter(|(_, kept)| of(kept)).filter_map(|(_, kept)| kept.get("status_changed_at"));
        times.filter_map(instant).min()
    };
    newest.need_time("status_changed_at")?;
    let environment = environment(out.settings, &newest.need("environment")?)?;
    let (at_us, outcome) = match (at(&["success"]), at(&["failed"])) {
        (Some(at_us), _) => (at_us, "success"),
        (None, Some(at_us)) => (at_us, "failure"),
        (None, None) => return Err(Refusal::Nothing("a deployment that neither succeeded nor failed (yet)")),
    };
    let deployment = Deployment {
        id: id_of(newest, "deployment_id")?,
        repository: Some(repository_of(newest, out)?),
        environment,
        at_us,
        began_us: at(&["created", "running"]).filter(|began| *began <= at_us),
        outcome: Some(outcome.to_owned()),
        commit: newest.text("sha"),
        class: newest.class(),
        channel: Some("code".to_owned()),
        by: newest.who("user"),
        ..Deployment::default()
    };
    deployment.tell(place, out);
    Ok(())
}

/// How a pipeline was begun.
fn channel(source: &str) -> &'static str {
    match source {
        "web" | "webide" => "ui",
        "api" | "trigger" => "api",
        "schedule" => "schedule",
        "chat" => "chat",
        _ => "code",
    }
}

fn has_ended(status: Option<String>) -> bool {
    status.is_some_and(|status| matches!(status.as_str(), "success" | "failed" | "canceled" | "skipped"))
}

fn pipeline(versions: &Versions<'_>, _: &Told<'_>, _: &Known<'_>, out: &mut Output<'_>) -> Done {
    let ends = versions.iter().rev();
    let mut ends = ends.filter(|(_, kept)| has_ended(kept.text("object_attributes.status")));
    let Some((place, end)) = ends.find(|(_, kept)| kept.get("object_attributes.finished_at").is_some()) else {
        return Err(Refusal::Nothing("a run that has not ended"));
    };
    let mut class = end.class();
    class.category = class.category.or(end.text("object_attributes.name"));
    let run = Run {
        id: id_of(end, "object_attributes.id")?,
        repository: Some(repository_of(end, out)?),
        finished_us: end.need_time("object_attributes.finished_at")?,
        started_us: end.time("object_attributes.created_at")?,
        outcome: end.text("object_attributes.status").as_deref().map(ended),
        commit: end.text("object_attributes.sha"),
        class,
        channel: end.text("object_attributes.source").as_deref().map(channel).map(str::to_owned),
        by: end.who("user"),
        ..Run::default()
    };
    run.tell(place, out);
    Ok(())
}

fn job(versions: &Versions<'_>, all: &Told<'_>, _: &Known<'_>, out: &mut Output<'_>) -> Done {
    let (place, newest) = last(versions);
    let name = newest.need("build_name")?;
    if !all.receiver.jobs.include(&name) {
        return Err(Refusal::Nothing("a job that `jobs` does not name"));
    }
    let finished_us = newest.time("build_finished_at")?.filter(|_| has_ended(newest.text("build_status")));
    let Some(finished_us) = finished_us else { return Err(Refusal::Nothing("a job that has not ended")) };
    let mut class = newest.class();
    class.category = class.category.or(Some(name));
    let run = Run {
        id: format!("job-{}", id_of(newest, "build_id")?),
        repository: Some(repository_of(newest, out)?),
        finished_us,
        started_us: newest.time("build_started_at")?,
        outcome: newest.text("build_status").as_deref().map(ended),
        commit: newest.text("sha"),
        class,
        by: newest.who("user"),
        ..Run::default()
    };
    run.tell(place, out);
    Ok(())
}

/// Whoever is known to be the author: who opened it, or who did something and has the author's number.
fn author(versions: &Versions<'_>) -> Option<Identity> {
    let is_author = |kept: &Kept<'_>| {
        kept.flag("by_author") == Some(true) || kept.text("object_attributes.action").as_deref() == Some("open")
    };
    versions.iter().find(|(_, kept)| is_author(kept)).and_then(|(_, kept)| kept.who("user"))
}

fn issue(versions: &Versions<'_>, _: &Told<'_>, known: &Known<'_>, out: &mut Output<'_>) -> Done {
    let (place, newest) = last(versions);
    let repository = repository_of(newest, out)?;
    let key = format!("{repository}#{}", newest.need_number("object_attributes.iid")?);
    let ticket = Ticket {
        key: key.clone(),
        created_us: newest.need_time("object_attributes.created_at")?,
        opened_by: author(versions),
        class: newest.class(),
        channel: "ticket".to_owned(),
        mentions: mentions(known.words, newest, &["object_attributes.title", "labels"], Some(&repository)),
        repository: Some(repository.clone()),
        ..Ticket::default()
    };
    ticket.tell(place, out);
    for (place, kept) in versions {
        let (activity, field) = match kept.text("object_attributes.action").as_deref() {
            Some("close") => ("ticket.closed", "closed"),
            Some("reopen") => ("ticket.reopened", "reopened"),
            Some("update") if kept.flag("assignees_changed") == Some(true) => ("ticket.assigned", "assigned"),
            _ => continue,
        };
        let closed_us = kept.time("object_attributes.closed_at")?.filter(|_| activity == "ticket.closed");
        let step = TicketStep {
            key: key.clone(),
            repository: Some(repository.clone()),
            at_us: match closed_us {
                Some(at_us) => at_us,
                None => kept.need_time("object_attributes.updated_at")?,
            },
            activity,
            by: kept.who("user"),
            field: field.to_owned(),
            // GitLab does not say how.
            outcome: None,
        };
        step.tell(place, out);
    }
    Ok(())
}

fn note(versions: &Versions<'_>, _: &Told<'_>, _: &Known<'_>, out: &mut Output<'_>) -> Done {
    let (place, first) = &versions[0];
    if first.flag("object_attributes.system") == Some(true) {
        return Err(Refusal::Nothing("a note that GitLab wrote itself"));
    }
    if first.text("object_attributes.action").is_some_and(|action| action != "create") {
        return Err(Refusal::Nothing("a note that was changed"));
    }
    if first.flag("by_author") == Some(true) {
        return Err(Refusal::Nothing("a note by whoever opened what it stands at"));
    }
    let repository = repository_of(first, out)?;
    let number = first.need_number("target_iid")?;
    let (id, at_us) = (first.need("object_attributes.id")?, first.need_time("object_attributes.created_at")?);
    let by = first.who("user");
    if first.text("object_attributes.noteable_type").as_deref() == Some("MergeRequest") {
        let (id, outcome) = (format!("note-{id}"), Some("commented".to_owned()));
        Review { repository, number, id, at_us, by, outcome }.tell(place, out);
        return Ok(());
    }
    let key = format!("{repository}#{number}");
    let step = TicketStep {
        key,
        repository: Some(repository),
        at_us,
        activity: "ticket.answered",
        by,
        field: format!("note-{id}"),
        outcome: None,
    };
    step.tell(place, out);
    Ok(())
}

fn change(versions: &Versions<'_>, _: &Told<'_>, known: &Known<'_>, out: &mut Output<'_>) -> Done {
    let (place, newest) = last(versions);
    let repository = repository_of(newest, out)?;
    let number = newest.need_number("object_attributes.iid")?;
    let did = |action: &str| {
        versions.iter().rev().find(|(_, kept)| kept.text("object_attributes.action").as_deref() == Some(action))
    };
    let is = |state: &str| newest.text("object_attributes.state").as_deref() == Some(state);
    // Without its own delivery an end is dated by the first that shows it.
    let since = |state: &str, field: &str| -> Option<Micros> {
        let of = versions.iter().filter(|(_, kept)| kept.text("object_attributes.state").as_deref() == Some(state));
        let times = of.filter_map(|(_, kept)| kept.get(field).or_else(|| kept.get("object_attributes.updated_at")));
        times.filter_map(instant).min()
    };
    let at_end = |action: &str, field: &str| -> Option<Micros> {
        let (_, kept) = did(action)?;
        kept.get(field).or_else(|| kept.get("object_attributes.updated_at")).and_then(instant)
    };
    let merged_us = if is("merged") {
        let field = "object_attributes.merged_at";
        at_end("merge", field).or_else(|| since("merged", field))
    } else {
        None
    };
    let abandoned_us = if is("closed") {
        let field = "object_attributes.closed_at";
        at_end("close", field).or_else(|| since("closed", field))
    } else {
        None
    };
    let by = |action: &str| did(action).and_then(|(_, kept)| kept.who("user"));
    let opener = author(versions);
    let change = Change {
        repository: repository.clone(),
        number,
        created_us: newest.need_time("object_attributes.created_at")?,
        created_by: opener.clone(),
        merged_us,
        merged_by: by("merge").filter(|_| merged_us.is_some()),
        merge_commit: newest.text("object_attributes.merge_commit_sha").filter(|_| merged_us.is_some()),
        abandoned_us,
        abandoned_by: by("close").filter(|_| abandoned_us.is_some()),
        class: newest.class(),
        mentions: mentions(known.words, newest, &["object_attributes.title", "labels"], Some(&repository)),
        ..Change::default()
    };
    change.tell(place, out);
    for (place, kept) in versions {
        let action = kept.text("object_attributes.action");
        if !matches!(action.as_deref(), Some("approved" | "approval")) {
            continue;
        }
        let (at_us, by) = (kept.need_time("object_attributes.updated_at")?, kept.who("user"));
        // The last approval that is needed is sent under both words.
        let id = format!("approval-{at_us}-{}", by.as_ref().map_or("", |by| by.id.as_str()));
        let review =
            Review { repository: repository.clone(), number, id, at_us, by, outcome: Some("approved".to_owned()) };
        if review.by.is_none() || review.by != opener {
            review.tell(place, out);
        }
    }
    Ok(())
}

fn release(versions: &Versions<'_>, _: &Told<'_>, _: &Known<'_>, out: &mut Output<'_>) -> Done {
    let (place, newest) = last(versions);
    let repository = repository_of(newest, out)?;
    if out.settings.repositories.iter().any(|known| known.name == repository) {
        return Err(Refusal::Nothing("a release of a repository whose tags git tells"));
    }
    let at_us =
        newest.time("released_at")?.or(newest.time("created_at")?).ok_or(Refusal::Bad("released_at", "missing"))?;
    out.instants.push(at_us);
    let draft = Draft { at_us, activity: "release.tagged".to_owned(), actor: newest.who("user"), ..Draft::default() };
    let id = out.object(ObjectType::Repository, &repository, Some(at_us));
    out.event(place, &format!("{repository}:release:{}", newest.need("id")?), draft, &[(id, qualifier::IN)]);
    Ok(())
}
