//! What pull requests, their threads and commits mean.

use super::items::HOME;
use crate::log::ObjectType;
use crate::sources::api::kept::{Kept, Refusal, Scene};
use crate::sources::told::{Change, ChangeCommit, Output, Review};

type Told = Result<(), Refusal>;

/// The repository's name in the log; refused where the study does not read it.
fn name_of(repository: &Kept<'_>, scene: &Scene<'_>) -> Result<String, Refusal> {
    let full_name = repository.need("full_name")?;
    if scene.api.reads(&full_name) {
        return Ok(scene.repository(&full_name));
    }
    Err(Refusal::Nothing("a repository that `include` and `exclude` leave out"))
}

fn above(scene: &Scene<'_>) -> Result<String, Refusal> {
    name_of(scene.above("repositories").ok_or(Refusal::Bad("repository", "unknown"))?, scene)
}

/// The pull request that a thread or a commit is of.
fn change_above<'s, 'a>(scene: &'s Scene<'a>) -> Result<(&'s Kept<'a>, u64), Refusal> {
    let change = scene.above("pull-requests").ok_or(Refusal::Bad("pullRequestId", "unknown"))?;
    Ok((change, change.need_number("pullRequestId")?))
}

pub(super) fn repository(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let name = name_of(kept, scene)?;
    out.object(ObjectType::Repository, &name, None);
    Ok(())
}

pub(super) fn change(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let repository = above(scene)?;
    let number = kept.need_number("pullRequestId")?;
    let created_us = kept.need_time("creationDate")?;
    let mut change = Change {
        repository,
        number,
        created_us,
        created_by: kept.who("createdBy"),
        class: kept.class(),
        mentions: scene.mentions(kept, &["title", "labels"], Some(HOME)),
        ..Change::default()
    };
    match kept.need("status")?.as_str() {
        "completed" => {
            change.merged_us = Some(kept.need_time("closedDate")?);
            change.merged_by = kept.who("closedBy");
            change.merge_commit = kept.text("merged_as");
        }
        "abandoned" => {
            change.abandoned_us = Some(kept.need_time("closedDate")?);
            change.abandoned_by = kept.who("closedBy");
        }
        "active" => {}
        _ => return Err(Refusal::Bad("status", "neither active, completed nor abandoned")),
    }
    change.tell(scene.place, out);
    Ok(())
}

/// A vote is a review, and so is what is said, by anybody but the author. What the service notes itself is none.
pub(super) fn thread(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let repository = above(scene)?;
    let (change, number) = change_above(scene)?;
    let id = kept.need("id")?;
    let review = |id, at_us, by, outcome: &str| Review {
        repository: repository.clone(),
        number,
        id,
        at_us,
        by,
        outcome: Some(outcome.to_owned()),
    };
    let author = change.who("createdBy").map(|who| who.id);
    if kept.text("kind").as_deref() == Some("VoteUpdate") {
        let voter = kept.who("voter").map(|who| who.id);
        if voter.is_some() && voter == author {
            return Err(Refusal::Nothing("a vote of the author's own"));
        }
        let outcome = match kept.int("vote").ok_or(Refusal::Bad("vote", "not a number"))? {
            vote if vote > 0 => "approved",
            0 => "dismissed",
            _ => "changes_requested",
        };
        review(id, kept.need_time("publishedDate")?, kept.who("voter"), outcome).tell(scene.place, out);
        return Ok(());
    }
    if kept.text("kind").is_some() {
        return Err(Refusal::Nothing("a note of the service's own"));
    }
    let said = kept.list("comments").filter(|comment| comment.who("author").map(|who| who.id) != author);
    let mut reviews = Vec::new();
    for comment in said {
        let (own, at_us) = (comment.need("id")?, comment.need_time("publishedDate")?);
        reviews.push(review(format!("{id}.{own}"), at_us, comment.who("author"), "commented"));
    }
    if reviews.is_empty() {
        return Err(Refusal::Nothing("a thread in which nobody but the author says anything"));
    }
    for review in reviews {
        review.tell(scene.place, out);
    }
    Ok(())
}

pub(super) fn commit(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let repository = above(scene)?;
    let (_, number) = change_above(scene)?;
    let commit =
        ChangeCommit { repository, number, sha: kept.need("commitId")?, at_us: kept.need_time("author.date")? };
    commit.tell(scene.place, out);
    Ok(())
}
