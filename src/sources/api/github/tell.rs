//! What GitHub's records mean.

use serde_json::Value;

use crate::log::{CaveatKind, Micros, ObjectType, qualifier};
use crate::sources::api::kept::{Kept, Refusal, Scene, instant};
use crate::sources::told::{Change, ChangeCommit, Deployment, Draft, Output, Review, Stay, Ticket, TicketStep};

pub(super) type Told = Result<(), Refusal>;

/// The repository's name in the log; refused where the study does not read it.
pub(super) fn repository_of(scene: &Scene<'_>) -> Result<String, Refusal> {
    let repository = scene.above("repositories").ok_or(Refusal::Bad("repository", "unknown"))?;
    let full_name = repository.need("full_name")?;
    if scene.api.reads(&full_name) { Ok(scene.repository(&full_name)) } else { Err(NOT_READ) }
}

const MINUTE: Micros = 60_000_000;

const NOT_READ: Refusal = Refusal::Nothing("a repository that `include` and `exclude` leave out");

/// The field, or the one that was carried from the record that it arrived within.
fn number_of(kept: &Kept<'_>) -> Result<u64, Refusal> {
    kept.need_number("number").or_else(|_| kept.need_number("_of.number"))
}

pub(super) fn repository(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let full_name = kept.need("full_name")?;
    if !scene.api.reads(&full_name) {
        return Err(NOT_READ);
    }
    let name = scene.repository(&full_name);
    out.object(ObjectType::Repository, &name, kept.time("created_at")?);
    for environment in kept.list("environments.nodes") {
        let Some(named) = environment.text("name") else { continue };
        if let Ok(known) = scene.environment(&named) {
            out.object(ObjectType::Environment, &known, None);
        }
    }
    Ok(())
}

pub(super) fn issue(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    if kept.flag("is_change") == Some(true) {
        return Err(Refusal::Nothing("a change among the issues; `pulls` tells it"));
    }
    let repository = repository_of(scene)?;
    let key = format!("{repository}#{}", kept.need_number("number")?);
    let is_closed = kept.text("state").is_some_and(|state| state.eq_ignore_ascii_case("closed"));
    let closed_us = kept.time("closed_at")?.filter(|_| is_closed);
    let mentions = scene.mentions(kept, &["title", "labels"], Some(&repository));
    let ticket = Ticket {
        key: key.clone(),
        created_us: kept.need_time("created_at")?,
        opened_by: kept.who("user"),
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
        by: None,
        field: "closed_at".to_owned(),
        outcome: kept.text("state_reason").as_deref().map(ending),
    };
    step.tell(scene.place, out);
    Ok(())
}

/// Whether an event of its own tells the end of an issue: of issues that were brought over from elsewhere there is none.
fn is_told(issue: &Kept<'_>, closed_us: Micros, scene: &Scene<'_>) -> bool {
    let own = scene.below("issue_events", issue.scope, &format!("{}/", issue.key));
    scene.api.reads_stream("issue_events")
        && own.map(|event| event.value).any(|event| {
            let at = event.get("created_at").and_then(instant);
            event.get("event").and_then(Value::as_str) == Some("closed")
                && at.is_some_and(|at| (at - closed_us).abs() < MINUTE)
        })
}

pub(super) fn issue_event(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let repository = repository_of(scene)?;
    let number = number_of(kept)?;
    let path = format!("{}/{number}", kept.scope);
    let issue = scene.standing("issues", &path);
    if issue.is_none() && scene.other("issues", &path).is_some() {
        return Err(Refusal::Nothing("an event of an issue that is gone"));
    }
    if issue.is_some_and(|issue| issue.get("is_change").and_then(Value::as_bool) == Some(true)) {
        return Err(Refusal::Nothing("an event of a change; `pulls` tells it"));
    }
    let by = kept.who("actor");
    let opener = issue.and_then(|issue| issue.get("user")?.get("id")?.as_str());
    let (activity, outcome) = match kept.need("event")?.as_str() {
        "closed" => ("ticket.closed", kept.text("state_reason").as_deref().map(ending)),
        "reopened" => ("ticket.reopened", None),
        "assigned" => ("ticket.assigned", None),
        "commented" if opener.is_some() && by.as_ref().map(|by| by.id.as_str()) == opener => {
            return Err(Refusal::Nothing("a comment by whoever opened the issue"));
        }
        "commented" => ("ticket.answered", None),
        _ => return Err(Refusal::Nothing("an event that moves no ticket on")),
    };
    let step = TicketStep {
        key: format!("{repository}#{number}"),
        repository: Some(repository),
        at_us: kept.need_time("created_at")?,
        activity,
        by,
        field: kept.need("id")?,
        outcome,
    };
    step.tell(scene.place, out);
    Ok(())
}

fn ending(reason: &str) -> &'static str {
    match reason.to_ascii_lowercase().as_str() {
        "completed" => "done",
        "not_planned" | "duplicate" => "declined",
        _ => "other",
    }
}

pub(super) fn pull(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let repository = repository_of(scene)?;
    let mut mentions = scene.mentions(kept, &["title", "labels"], Some(&repository));
    for issue in kept.list("closes") {
        if let (Some(number), Some(full_name)) = (issue.int("number"), issue.text("repository.full_name")) {
            mentions.tickets.push(format!("{}#{number}", scene.repository(&full_name)));
        }
    }
    mentions.tickets.sort();
    mentions.tickets.dedup();
    let merged_us = kept.time("merged_at")?;
    let abandoned_us = if merged_us.is_none() { kept.time("closed_at")? } else { None };
    let change = Change {
        repository,
        number: kept.need_number("number")?,
        created_us: kept.need_time("created_at")?,
        created_by: kept.who("user"),
        began_us: kept.time("first_commit_at")?,
        merge_commit: kept.text("merge_commit_sha").filter(|_| merged_us.is_some()),
        merged_by: kept.who("merged_by"),
        merged_us,
        abandoned_by: kept.who("closed_by").filter(|_| abandoned_us.is_some()),
        abandoned_us,
        class: kept.class(),
        mentions,
    };
    change.tell(scene.place, out);
    Ok(())
}

pub(super) fn review(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let repository = repository_of(scene)?;
    let Some(at_us) = kept.time("submitted_at")? else {
        return Err(Refusal::Nothing("a review that is not handed in yet"));
    };
    let number = number_of(kept)?;
    let by = kept.who("user");
    let author = scene
        .other("pulls", &format!("{}/{number}", kept.scope))
        .and_then(|pull| pull.get("user")?.get("id")?.as_str());
    if author.is_some() && by.as_ref().map(|by| by.id.as_str()) == author {
        return Err(Refusal::Nothing("a comment by the author of the change"));
    }
    let outcome = kept.text("state").map(|state| state.to_ascii_lowercase());
    Review { repository, number, id: kept.need("id")?, at_us, by, outcome }.tell(scene.place, out);
    Ok(())
}

pub(super) fn pull_commit(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let commit = ChangeCommit {
        repository: repository_of(scene)?,
        number: number_of(kept)?,
        sha: kept.need("sha")?,
        at_us: kept.need_time("commit.author.date")?,
    };
    commit.tell(scene.place, out);
    Ok(())
}

/// The first final status of a deployment: when it was there, or when it failed.
fn verdict(kept: &Kept<'_>) -> Option<(Micros, &'static str)> {
    let of = |states: &[&str]| {
        let times = kept.list("statuses").filter_map(|status| {
            let state = status.text("state")?.to_ascii_lowercase();
            states.contains(&state.as_str()).then(|| status.get("created_at").and_then(instant)).flatten()
        });
        times.min()
    };
    of(&["success"]).map(|at| (at, "success")).or_else(|| of(&["failure", "error"]).map(|at| (at, "failure")))
}

/// A release that is not published yet; its creation stays when it is.
pub(super) fn is_draft(kept: &Kept<'_>) -> bool {
    kept.flag("draft") == Some(true)
}

/// Whether nothing final was said of a deployment yet. One that was overtaken without a success says `inactive`.
pub(super) fn is_under_way(kept: &Kept<'_>) -> bool {
    let overtaken = kept
        .list("statuses")
        .any(|status| status.text("state").is_some_and(|state| state.eq_ignore_ascii_case("inactive")));
    verdict(kept).is_none() && !overtaken
}

pub(super) fn deployment(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let repository = repository_of(scene)?;
    let environment = scene.environment(&kept.need("environment")?)?;
    let began_us = kept.need_time("created_at")?;
    let Some((at_us, outcome)) = verdict(kept) else {
        return Err(Refusal::Nothing("a deployment that neither succeeded nor failed (yet)"));
    };
    let by = kept.who("creator");
    let deployment = Deployment {
        id: kept.need("node_id")?,
        repository: Some(repository),
        environment,
        at_us,
        began_us: Some(began_us),
        outcome: Some(outcome.to_owned()),
        commit: kept.text("sha"),
        class: kept.class(),
        channel: Some("code".to_owned()),
        by,
        ..Deployment::default()
    };
    deployment.tell(scene.place, out);
    Ok(())
}

pub(super) fn release(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let repository = repository_of(scene)?;
    if scene.settings.repositories.iter().any(|known| known.name == repository) {
        return Err(Refusal::Nothing("a release of a repository whose tags git tells"));
    }
    let Some(at_us) = kept.time("published_at")? else {
        return Err(Refusal::Nothing("a release that is a draft"));
    };
    out.instants.push(at_us);
    let draft = Draft {
        at_us,
        activity: "release.tagged".to_owned(),
        actor: kept.who("author"),
        category: (kept.flag("prerelease") == Some(true)).then(|| "prerelease".to_owned()),
        ..Draft::default()
    };
    let id = out.object(ObjectType::Repository, &repository, Some(at_us));
    out.event(scene.place, &format!("{repository}:release:{}", kept.need("id")?), draft, &[(id, qualifier::IN)]);
    Ok(())
}

pub(super) fn member(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    if kept.flag("inherited") == Some(true) {
        return Err(Refusal::Nothing("a member of a team below, who is told there"));
    }
    let team = scene.above("teams").ok_or(Refusal::Bad("team", "unknown"))?.need("slug")?;
    let Some(person) = kept.who("user") else { return Err(Refusal::Bad("user", "names nobody")) };
    // GitHub gives no dates: whoever is there when it is first asked may have been for long.
    let detail = "memberships without a date: they count for all time before the first pull that saw them";
    let from_us = kept.since_us.filter(|since| kept.history.whole_us.is_some_and(|whole| *since > whole));
    if from_us.is_none() {
        out.note(CaveatKind::UnknownTeam, detail, 1, || scene.place.evidence());
    }
    // Who joins a team below instead is no member of this one any more.
    Stay { team, person, from_us, to_us: kept.gone_us.or(kept.history.until_us) }.tell(scene.place, out);
    Ok(())
}
