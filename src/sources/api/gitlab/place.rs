//! What GitLab's projects, environments, releases and members mean.

use crate::log::{CaveatKind, ObjectType, qualifier};
use crate::sources::api::kept::{Kept, Refusal, Scene};
use crate::sources::told::{Draft, Output, Stay};

pub(super) type Told = Result<(), Refusal>;

const NOT_READ: Refusal = Refusal::Nothing("a project that `include` and `exclude` leave out");

/// The project's name in the log; refused where the study does not read it.
pub(super) fn repository_of(scene: &Scene<'_>) -> Result<String, Refusal> {
    let project = scene.above("projects").ok_or(Refusal::Bad("project", "unknown"))?;
    let path = project.need("path_with_namespace")?;
    if scene.api.reads(&path) { Ok(scene.repository(&path)) } else { Err(NOT_READ) }
}

pub(super) fn project(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let path = kept.need("path_with_namespace")?;
    if !scene.api.reads(&path) {
        return Err(NOT_READ);
    }
    out.object(ObjectType::Repository, &scene.repository(&path), kept.time("created_at")?);
    Ok(())
}

/// The canonical name of an environment: by its name, else by the tier that its owners put it in.
pub(super) fn environment_of(scene: &Scene<'_>, name: &str, tier: Option<&str>) -> Result<String, Refusal> {
    scene.environment(name).or_else(|refused| tier.and_then(|tier| scene.environment(tier).ok()).ok_or(refused))
}

pub(super) fn environment(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    repository_of(scene)?;
    let tier = kept.text("tier");
    let Ok(known) = environment_of(scene, &kept.need("name")?, tier.as_deref()) else {
        return Err(Refusal::Nothing("an environment that the study does not list; its deployments are counted"));
    };
    out.object(ObjectType::Environment, &known, None);
    Ok(())
}

pub(super) fn release(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let repository = repository_of(scene)?;
    if scene.settings.repositories.iter().any(|known| known.name == repository) {
        return Err(Refusal::Nothing("a release of a repository whose tags git tells"));
    }
    let at_us = kept.time("released_at")?.map_or_else(|| kept.need_time("created_at"), Ok)?;
    out.instants.push(at_us);
    let activity = "release.tagged".to_owned();
    let draft = Draft { at_us, activity, actor: kept.who("author"), ..Draft::default() };
    let id = out.object(ObjectType::Repository, &repository, Some(at_us));
    let key = format!("{repository}:release:{}", kept.need("tag_name")?);
    out.event(scene.place, &key, draft, &[(id, qualifier::IN)]);
    Ok(())
}

/// A team is called by the last part of its path, and by the whole of it where another group's ends the same.
fn team_of(scene: &Scene<'_>) -> Result<String, Refusal> {
    let group = scene.above("groups").ok_or(Refusal::Bad("group", "unknown"))?;
    let (path, full_path) = (group.need("path")?, group.need("full_path")?);
    let is_twice = scene.fields("groups", "path", "full_path").get(&path).is_some_and(|all| all.len() > 1);
    Ok(if is_twice { full_path } else { path })
}

pub(super) fn member(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Told {
    let team = team_of(scene)?;
    let Some(person) = kept.who("user") else { return Err(Refusal::Bad("user", "names nobody")) };
    if person.is_bot {
        return Err(Refusal::Nothing("a bot among the members"));
    }
    let from_us = kept.time("created_at")?;
    if from_us.is_none() {
        let detail = "memberships without a date: they count for all time before the first pull that saw them";
        out.note(CaveatKind::UnknownTeam, detail, 1, || scene.place.evidence());
    }
    Stay { team, person, from_us, to_us: kept.gone_us.or(kept.history.until_us) }.tell(scene.place, out);
    Ok(())
}
