//! What GitLab's merge requests mean, with their notes and commits.

use serde_json::Value;

use super::place::{Told, repository_of};
use crate::log::Micros;
use crate::sources::api::kept::{Kept, Refusal, Scene, instant};
use crate::sources::told::{Change, ChangeCommit, Output, Review};

/// When the oldest of its commits was written.
fn began(request: &Kept<'_>, scene: &Scene<'_>) -> Option<Micros> {
    let own = scene.below("merge_request_commits", &request.path(), "");
    own.filter_map(|commit| commit.get("authored_date").and_then(instant)).min()
}

pub(super) fn merge_request(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let repository = repository_of(scene)?;
    let mut mentions = scene.mentions(kept, &["title", "labels"], Some(&repository));
    for issue in kept.list("closes") {
        let home = issue.text("project").map_or_else(|| repository.clone(), |path| scene.repository(&path));
        mentions.tickets.extend(issue.int("number").map(|number| format!("{home}#{number}")));
    }
    mentions.tickets.sort();
    mentions.tickets.dedup();
    // `locked` is a merge under way.
    let state = kept.need("state")?;
    let merged_us = (state == "merged").then(|| kept.need_time("merged_at")).transpose()?;
    let abandoned_us = (state == "closed").then(|| kept.need_time("closed_at")).transpose()?;
    // Landed by a merge commit, by what it was squashed to, or fast-forward as it was.
    let landed = ["merge_commit_sha", "squash_commit_sha", "sha"].iter().find_map(|field| kept.text(field));
    let change = Change {
        repository,
        number: kept.need_number("iid")?,
        created_us: kept.need_time("created_at")?,
        created_by: kept.who("author"),
        began_us: began(kept, scene),
        merge_commit: landed.filter(|_| merged_us.is_some()),
        merged_by: kept.who("merged_by").filter(|_| merged_us.is_some()),
        merged_us,
        abandoned_by: kept.who("closed_by").filter(|_| abandoned_us.is_some()),
        abandoned_us,
        class: kept.class(),
        mentions,
    };
    change.tell(scene.place, out);
    Ok(())
}

/// The number of the merge request that a record hangs below, and who made it.
fn request_of(scene: &Scene<'_>) -> Result<(u64, Option<String>), Refusal> {
    let request = scene.above("merge_requests").ok_or(Refusal::Bad("merge_request", "unknown"))?;
    let author = request.get("author").and_then(|author| author.get("id")).and_then(Value::as_str);
    Ok((request.need_number("iid")?, author.map(str::to_owned)))
}

pub(super) fn note(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let repository = repository_of(scene)?;
    let (number, author) = request_of(scene)?;
    let outcome = match (kept.flag("system"), kept.text("says").as_deref()) {
        (Some(true), Some("approved")) => "approved",
        (Some(true), Some("changes_requested")) => "changes_requested",
        (Some(true), Some("unapproved")) => return Err(Refusal::Nothing("an approval that was taken back")),
        (Some(true), _) => return Err(Refusal::Nothing("a note that GitLab wrote of something else")),
        _ => "commented",
    };
    let by = kept.who("author");
    if author.is_some() && by.as_ref().map(|by| &by.id) == author.as_ref() {
        return Err(Refusal::Nothing("a note by whoever made the merge request"));
    }
    let at_us = kept.need_time("created_at")?;
    Review { repository, number, id: kept.need("id")?, at_us, by, outcome: Some(outcome.to_owned()) }
        .tell(scene.place, out);
    Ok(())
}

pub(super) fn commit(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let repository = repository_of(scene)?;
    let (number, _) = request_of(scene)?;
    let at_us = kept.need_time("authored_date")?;
    ChangeCommit { repository, number, sha: kept.need("id")?, at_us }.tell(scene.place, out);
    Ok(())
}
