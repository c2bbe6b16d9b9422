//! What Argo CD's records mean.

use crate::config::Environments;
use crate::sources::api::kept::{Kept, Refusal, Scene};
use crate::sources::told::{Deployment, Output};

/// A successful sync.
pub(super) fn sync(sync: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Result<(), Refusal> {
    let at_us = sync.need_time("deployedAt")?;
    let began_us = sync.time("deployStartedAt")?;
    let told = Deployment { at_us, began_us, outcome: Some("success".to_owned()), ..deployment(sync, scene)? };
    told.tell(scene.place, out);
    Ok(())
}

/// A sync that failed.
pub(super) fn failure(state: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Result<(), Refusal> {
    let at_us = state.need_time("finishedAt")?;
    let began_us = Some(state.need_time("startedAt")?);
    if state.flag("dry_run") == Some(true) {
        return Err(Refusal::Nothing("a dry run"));
    }
    // The history holds no successful ones of these, so failed ones would stand alone.
    if state.flag("partial") == Some(true) {
        return Err(Refusal::Nothing("a sync of some resources only"));
    }
    let told = Deployment { at_us, began_us, outcome: Some("failure".to_owned()), ..deployment(state, scene)? };
    told.tell(scene.place, out);
    Ok(())
}

fn deployment(sync: &Kept<'_>, scene: &Scene<'_>) -> Result<Deployment, Refusal> {
    let name = sync.text("_of.name").ok_or(Refusal::Bad("metadata.name", "missing"))?;
    if !scene.api.reads(&name) {
        return Err(Refusal::Nothing("a sync of an application that `include` and `exclude` leave out"));
    }
    let environments = &scene.settings.environments;
    let component = sync.text("_of.component").unwrap_or_else(|| component(&name, environments));
    let channel = match (sync.flag("automated"), sync.flag("by_hand")) {
        (Some(true), _) => Some("code"),
        (_, Some(true)) => Some("person"),
        _ => None,
    };
    Ok(Deployment {
        id: sync.key.to_owned(),
        component: Some(component),
        repository: sync.text("repository").map(|name| scene.repository(&name)),
        environment: environment(sync, scene)?,
        version: sync.text("version"),
        commit: sync.text("commit"),
        class: sync.class(),
        channel: channel.map(str::to_owned),
        by: sync.who("by"),
        ..Deployment::default()
    })
}

/// A label says it; else the destination's namespace, cluster or server, where that is an environment of the study;
/// else the project.
fn environment(sync: &Kept<'_>, scene: &Scene<'_>) -> Result<String, Refusal> {
    if let Some(label) = sync.text("_of.environment") {
        return scene.environment(&label);
    }
    let places = ["_of.namespace", "_of.cluster", "_of.server"];
    if let Some(known) = places.iter().find_map(|place| scene.environment(&sync.text(place)?).ok()) {
        return Ok(known);
    }
    let project = sync.text("_of.project").ok_or(Refusal::Nothing("a sync to no environment that can be told"))?;
    scene.environment(&project)
}

/// An application's name without the environment that it ends or begins with.
pub(super) fn component(name: &str, environments: &Environments) -> String {
    let is_environment = |word: &str| environments.canonical(word).is_some();
    let cuts = || name.match_indices('-').map(|(place, _)| (&name[..place], &name[place + 1..]));
    // The longest word first: `shop-pre-production` ends with `pre-production`, where the study lists it.
    let ends = cuts().find(|(rest, word)| !rest.is_empty() && is_environment(word)).map(|(rest, _)| rest);
    let begins = || cuts().rfind(|(word, rest)| !rest.is_empty() && is_environment(word)).map(|(_, rest)| rest);
    ends.or_else(begins).unwrap_or(name).to_owned()
}
