//! What Jira's records mean.

use chrono::{DateTime, Offset as _, TimeZone as _};
use chrono_tz::Tz;

use super::story::{Story, issue_key, opener};
use crate::log::CaveatKind;
use crate::sources::api::kept::{Kept, Refusal, Scene};
use crate::sources::told::{Output, Ticket};

type Told = Result<(), Refusal>;

pub(super) fn reader(kept: &Kept<'_>, scene: &Scene<'_>, _: &mut Output<'_>) -> Told {
    let zone: Tz = kept.need("zone")?.parse().map_err(|_| Refusal::Bad("zone", "is no IANA zone"))?;
    Err(Refusal::Nothing(match scene.api.zone {
        None => "the zone of the token's owner, by which searches go",
        Some(own) if same_clock(zone, own) => "the zone of the token's owner, which is the one of the study file",
        Some(_) => {
            "the zone of the token's owner, by which searches go, and not by another that `zone` of the study file says"
        }
    }))
}

/// Whether two zones show the same time, whatever they are called: at midwinter and at midsummer of a recent year.
fn same_clock(one: Tz, other: Tz) -> bool {
    [1_736_899_200, 1_752_537_600].into_iter().filter_map(|at| DateTime::from_timestamp(at, 0)).all(|at| {
        let offset = |zone: Tz| zone.offset_from_utc_datetime(&at.naive_utc()).fix();
        offset(one) == offset(other)
    })
}

pub(super) fn status(_: &Kept<'_>, _: &Scene<'_>, _: &mut Output<'_>) -> Told {
    Err(Refusal::Nothing("a status tells by the issues that pass through it"))
}

pub(super) fn issue(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    is_told(kept, scene)?;
    let key = issue_key(kept).ok_or(Refusal::Bad("key", "not the key of an issue"))?;
    let created_us = kept.need_time("fields.created")?;
    let story = Story::read(kept, scene);
    if story.undated > 0 {
        let detail = "`issues`: changes or comments without a time";
        out.note(CaveatKind::BadRow, detail, story.undated, || scene.place.evidence());
    }
    let mut class = kept.class();
    class.category =
        class.category.or_else(|| request_type(kept, scene)).or_else(|| kept.text("fields.issuetype.name"));
    let mut components: Vec<String> =
        kept.list("fields.components").filter_map(|component| component.text("name")).collect();
    components.sort();
    components.dedup();
    let ticket = Ticket {
        key: key.clone(),
        created_us,
        opened_by: opener(kept),
        answered_us: story.answered.at_us,
        answered_by: story.answered.by,
        closed_us: story.closed.at_us,
        closed_by: story.closed.by,
        team: scene.api.team.clone(),
        components,
        status: story.closed.outcome.map(str::to_owned),
        class,
        channel: "ticket".to_owned(),
        mentions: scene.mentions(kept, &["fields.summary", "fields.labels"], None),
        ..Ticket::default()
    };
    ticket.tell(scene.place, out);
    for mut step in story.steps {
        step.key.clone_from(&key);
        step.tell(scene.place, out);
    }
    Ok(())
}

/// Whether an issue is still there and in a project that is read.
fn is_told(issue: &Kept<'_>, scene: &Scene<'_>) -> Told {
    if issue.gone_us.is_some() {
        return Err(Refusal::Nothing("an issue that is gone: deleted, archived, out of sight or no longer asked for"));
    }
    match issue.text("fields.project.key") {
        Some(project) if !scene.api.reads(&project) => {
            Err(Refusal::Nothing("an issue of a project that `include` and `exclude` leave out"))
        }
        _ => Ok(()),
    }
}

fn request_type(issue: &Kept<'_>, scene: &Scene<'_>) -> Option<String> {
    let path = issue.path();
    let request = scene.other("requests", &format!("{path}/{}", issue.key))?;
    request.pointer("/requestType/name")?.as_str().map(str::to_owned)
}

/// What arrives beside an issue is told with it.
pub(super) fn beside_issue(_: &Kept<'_>, scene: &Scene<'_>, _: &mut Output<'_>) -> Told {
    let issue = scene.above("issues").ok_or(Refusal::Bad("issue", "unknown"))?;
    is_told(issue, scene)
}
