//! What an entry of the catalog tells: its object with its fields, its owner, and for a user, memberships.

use std::collections::BTreeMap;

use serde_json::Value;

use super::names::called;
use super::words::Ref;
use crate::log::{CaveatKind, Micros, ObjectId, ObjectType, qualifier};
use crate::sources::api::kept::{History, Kept, Refusal, Scene};
use crate::sources::told::{Draft, Entity, Output, Stay};

/// An entry, as one version of it was seen.
pub(super) fn entity(kept: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Result<(), Refusal> {
    let kind = kept.need("kind")?;
    let seen_us = kept.since_us.ok_or(Refusal::Bad("since", "missing"))?;
    let is_current = kept.history.until_us.is_none() && kept.gone_us.is_none();
    if is_current {
        note_state(kept, &kind, scene, out);
    }
    if kind.eq_ignore_ascii_case("user") {
        return user(kept, seen_us, is_current, scene, out);
    }
    let (name, namespace) = (kept.need("name")?, kept.need("namespace")?);
    let (object_type, name) = match kind.to_lowercase().as_str() {
        "component" => (ObjectType::Component, called(scene, kept.key, &name)),
        "group" => (ObjectType::Team, team(scene, kept.key, &name)),
        "template" => (ObjectType::Template, called(scene, kept.key, &name)),
        _ => (ObjectType::Catalog, format!("{kind}/{namespace}/{name}")),
    };
    let id = ObjectId::new(object_type, &name);
    let until_us = kept.gone_us.or(kept.history.until_us);
    for owner in kept.texts("owners") {
        match standing(scene, &owner) {
            Some(team) => {
                let team = out.object(ObjectType::Team, &team, Some(seen_us));
                out.link(scene.place, (&id, qualifier::OWNED_BY, &team), (seen_us, until_us), ("catalog", 100));
            }
            None if is_current => {
                let detail =
                    format!("`{kind}` entries whose owner is a group that the catalog does not hold: nobody's");
                out.note(CaveatKind::UnknownTeam, &detail, 1, || scene.place.evidence());
            }
            None => {}
        }
    }
    if is_current && kept.flag("owned_by_a_person") == Some(true) {
        let detail = format!("`{kind}` entries whose owner is a person, not a group: no team's");
        out.note(CaveatKind::UnknownTeam, &detail, 1, || scene.place.evidence());
    }
    let (now, before) = (fields(kept.value), kept.history.before.map(fields).unwrap_or_default());
    let is_back = kept.history.is_new;
    let owner_changed = !is_back && object_type == ObjectType::Component && now.get("owner") != before.get("owner");
    let taken_away =
        before.keys().filter(|field| !now.contains_key(*field)).map(|field| (field.clone(), None, seen_us));
    let told = now.iter().filter(|(field, value)| is_back || before.get(*field) != Some(value));
    let told = told.map(|(field, value)| (field.clone(), Some(value.clone()), seen_us));
    Entity {
        object_type,
        name: name.clone(),
        seen_us,
        was_there_before: !came(kept, seen_us),
        gone_us: kept.gone_us,
        fields: taken_away.chain(told).collect(),
        // An owner is told above: it ends with the version, not with the entry.
        owner: None,
    }
    .tell(scene.place, out);
    if owner_changed {
        out.instants.push(seen_us);
        let draft = Draft {
            at_us: seen_us,
            activity: "ownership.changed".to_owned(),
            channel: Some("ui".to_owned()),
            ..Draft::default()
        };
        out.event(scene.place, &format!("{name}:ownership.changed:{seen_us}"), draft, &[(id, qualifier::ABOUT)]);
    }
    Ok(())
}

/// Whether it is known that the entry came with this version: what the first whole listing held may be much older.
fn came(kept: &Kept<'_>, seen_us: Micros) -> bool {
    kept.history.is_new && kept.history.whole_us.is_some_and(|whole_us| seen_us > whole_us)
}

/// Fields by name, with what the catalog says of the entry's state.
fn fields(value: &Value) -> BTreeMap<String, String> {
    let kept = Kept { key: "", scope: "", since_us: None, gone_us: None, value, history: History::default() };
    let mut fields: BTreeMap<String, String> =
        kept.list("fields").filter_map(|field| Some((field.text("name")?, field.text("value")?))).collect();
    if kept.flag("is_orphan") == Some(true) {
        fields.insert("orphan".to_owned(), "true".to_owned());
    }
    let errors = kept.texts("errors");
    if !errors.is_empty() {
        fields.insert("processing_error".to_owned(), errors.join(", "));
    }
    fields
}

fn note_state(kept: &Kept<'_>, kind: &str, scene: &Scene<'_>, out: &mut Output<'_>) {
    if kept.text("name").is_some_and(|name| called(scene, kept.key, &name) != name) {
        let detail = format!("`{kind}` entries whose name another namespace holds too: called NAMESPACE/NAME");
        out.note(CaveatKind::UnknownName, &detail, 1, || scene.place.evidence());
    }
    if kept.flag("is_orphan") == Some(true) {
        let detail =
            format!("`{kind}` entries that the catalog still holds though nothing lists them any more (orphans)");
        out.note(CaveatKind::CatalogProblem, &detail, 1, || scene.place.evidence());
    }
    let errors = kept.texts("errors");
    if !errors.is_empty() {
        let detail = format!("`{kind}` entries that the catalog could not read again: {}", errors.join(", "));
        out.note(CaveatKind::CatalogProblem, &detail, 1, || scene.place.evidence());
    }
}

/// The team that a group is, where the catalog holds it: by what it answered to the reference, else by its listing.
fn standing(scene: &Scene<'_>, group: &str) -> Option<String> {
    let asked = scene.standing("owners", "owners").and_then(|owners| owners.get("groups")?.as_array());
    let was_asked = asked.is_some_and(|groups| groups.iter().any(|known| known.as_str() == Some(group)));
    let found = if was_asked {
        scene.standing("owner-groups", &format!("owners/{group}"))
    } else {
        scene.standing("entities", group)
    };
    Some(team(scene, group, found?.get("name")?.as_str()?))
}

/// The name of a team: what the study calls it, else what the catalog does.
fn team(scene: &Scene<'_>, group: &str, name: &str) -> String {
    let names = &scene.settings.coverage.team_names;
    let called = called(scene, group, name);
    // A short name means no group of another namespace where one of the usual holds it.
    let short = Ref::read(group, "group").map(|group| group.name).filter(|_| called == name);
    let declared = names.get(group).or_else(|| names.get(&called)).or_else(|| names.get(short.as_ref()?));
    declared.cloned().unwrap_or(called)
}

/// A user is memberships. Since when one of the first listing was there is not known, and neither is who left before it.
fn user(
    kept: &Kept<'_>,
    seen_us: Micros,
    is_current: bool,
    scene: &Scene<'_>,
    out: &mut Output<'_>,
) -> Result<(), Refusal> {
    let person = kept.who("who").ok_or(Refusal::Nothing("a user whose name says nobody"))?;
    let groups = kept.texts("member_of");
    if groups.is_empty() {
        return Err(Refusal::Nothing("users of no group"));
    }
    let from_us = (kept.history.before.is_some() || came(kept, seen_us)).then_some(seen_us);
    for group in groups {
        match standing(scene, &group) {
            Some(team) => {
                let to_us = kept.gone_us.or(kept.history.until_us);
                // The list speaks for now, also where nothing says since when.
                out.instants.push(seen_us);
                Stay { team, person: person.clone(), from_us, to_us }.tell(scene.place, out);
            }
            None if is_current => {
                let detail = "memberships of a group that the catalog does not hold: left out";
                out.note(CaveatKind::UnknownTeam, detail, 1, || scene.place.evidence());
            }
            None => {}
        }
    }
    Ok(())
}
