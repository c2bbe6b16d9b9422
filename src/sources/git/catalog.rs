//! `[[catalogs]]`: what a catalog says of each entry, from when to when. Moves between files make nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::bookmark::Held;
use super::commit::NONE;
use super::entries::{Entries, Fields};
use super::files::{Content, Versions};
use super::landing::Landing;
use super::path_events::Seen;
use super::registry::{note, of_landing};
use super::rows::{Happened, Rows};
use crate::config::written::WrittenCatalog;
use crate::log::{CaveatKind, ObjectChange, ObjectId, ObjectLink, ObjectType, qualifier};

/// What must be known of a catalog to go on from a landing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CatalogState {
    files: BTreeMap<String, Held<Entries>>,
    /// Object → its owner's team, since when, and the evidence.
    owners: BTreeMap<String, (String, i64, String)>,
}

/// The entry itself, as a field.
const PRESENT: &str = "@present";
/// Whether the entry is no longer alive.
const RETIRED: &str = "@retired";

/// One entry before and after a landing.
struct Change {
    object: String,
    before: Option<Fields>,
    after: Option<Fields>,
}

/// Writes the changes, events and links of one catalog; returns whether any file matched.
pub(super) fn write(
    rows: &mut Rows<'_>,
    seen: &Seen<'_>,
    versions: &Versions,
    (target, catalog): (usize, &WrittenCatalog),
    team_names: &BTreeMap<String, String>,
    state: &mut CatalogState,
) -> bool {
    let mut matched = false;
    let mut opened_now = BTreeSet::new();
    for landing in seen.landings {
        let Some(changes) = apply(rows, seen, versions, (target, catalog), landing, &mut state.files) else { continue };
        matched = true;
        write_fields(rows, seen, landing, &changes);
        write_events(rows, seen, catalog, landing, &changes);
        write_owners(rows, seen, catalog, team_names, landing, &changes, &mut state.owners, &mut opened_now);
    }
    for object in opened_now {
        let (team, since_us, evidence) = state.owners[&object].clone();
        own(rows, catalog, &object, &team, since_us, None, evidence);
    }
    matched
}

/// Brings the files to their state after a landing; returns the entries that are not what they were.
fn apply(
    rows: &mut Rows<'_>,
    seen: &Seen<'_>,
    versions: &Versions,
    (target, catalog): (usize, &WrittenCatalog),
    landing: &Landing,
    files: &mut BTreeMap<String, Held<Entries>>,
) -> Option<Vec<Change>> {
    let touched: BTreeMap<&str, _> = seen
        .touches
        .of(landing.place)
        .iter()
        .filter(|touch| seen.touches.paths.hits(touch.path).iter().any(|hit| hit.target == target))
        .map(|touch| (seen.touches.paths.text(touch.path), touch.after))
        .collect();
    if touched.is_empty() {
        return None;
    }
    // Only entries of touched files can change, and only where the two versions differ.
    let mut concerned: BTreeSet<String> = BTreeSet::new();
    let mut next = Vec::new();
    for (path, after) in touched {
        let old = files.get(path).map(|held| held.content.clone());
        let new = match after {
            None => None,
            Some(after) => {
                let (content, duplicates) = versions.get(target, after);
                note(rows, seen, target, landing, (content, duplicates));
                match content {
                    Content::Entries(entries) => Some(entries.clone()),
                    _ => old.clone(),
                }
            }
        };
        let empty = Entries::new();
        let (was, is) = (old.as_deref().unwrap_or(&empty), new.as_deref().unwrap_or(&empty));
        let differ = |object: &&String| was.get(*object) != is.get(*object);
        concerned.extend(was.keys().chain(is.keys()).filter(differ).cloned());
        next.push((path.to_owned(), new));
    }
    let before: Vec<Option<Fields>> = concerned.iter().map(|object| merged(catalog, files, object)).collect();
    for (path, new) in next {
        match new {
            Some(content) => files.insert(path, Held { environment: None, content }),
            None => files.remove(&path),
        };
    }
    let changes = concerned.into_iter().zip(before).map(|(object, before)| {
        let after = merged(catalog, files, &object);
        Change { object, before, after }
    });
    Some(changes.filter(|change| change.before != change.after).collect())
}

/// What all files together say of an object; where two say something of a field, the first path counts.
fn merged(catalog: &WrittenCatalog, files: &BTreeMap<String, Held<Entries>>, object: &str) -> Option<Fields> {
    let mut all: Option<Fields> = None;
    for fields in files.values().filter_map(|held| held.content.get(object)) {
        let known = all.get_or_insert_default();
        for (field, value) in fields {
            known.entry(field.clone()).or_insert_with(|| value.clone());
        }
    }
    let mut fields = all?;
    fields.insert(PRESENT.to_owned(), "true".to_owned());
    if let Some(retired) = &catalog.retired {
        let is_retired = fields.get(&retired.field).is_some_and(|value| *value == retired.equals);
        fields.insert(RETIRED.to_owned(), is_retired.to_string());
    }
    Some(fields)
}

fn write_fields(rows: &mut Rows<'_>, seen: &Seen<'_>, landing: &Landing, changes: &[Change]) {
    let empty = Fields::new();
    let mut by_field: BTreeMap<&str, Vec<(&str, Option<&String>)>> = BTreeMap::new();
    for change in changes {
        let (before, after) = (change.before.as_ref().unwrap_or(&empty), change.after.as_ref().unwrap_or(&empty));
        let fields: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for field in fields {
            if before.get(field) != after.get(field) {
                by_field.entry(field).or_default().push((&change.object, after.get(field)));
            }
        }
    }
    let evidence = rows.evidence(seen.history.get(landing.place).id);
    for (field, objects) in by_field {
        let is_bulk = objects.len() > seen.bulk_subjects;
        for (object, value) in objects {
            rows.see(object, landing.began_us.min(landing.at_us));
            rows.facts.object_changes.push(ObjectChange {
                object_id: object.to_owned(),
                field: field.to_owned(),
                at_us: landing.at_us,
                value: value.cloned(),
                is_bulk,
                evidence: evidence.clone(),
            });
        }
    }
}

fn write_events(rows: &mut Rows<'_>, seen: &Seen<'_>, catalog: &WrittenCatalog, landing: &Landing, changes: &[Change]) {
    let commit = seen.history.get(landing.place);
    let owner = catalog.owner.as_deref().unwrap_or("owner");
    let field = |fields: &Option<Fields>, name: &str| fields.as_ref().and_then(|fields| fields.get(name).cloned());
    let about = |wanted: &dyn Fn(&Change) -> bool| -> Vec<String> {
        let components = changes.iter().filter(|change| change.object.starts_with("component:") && wanted(change));
        components.map(|change| change.object.clone()).collect()
    };
    let kinds: [(&str, &str, Vec<String>); 4] = [
        ("metadata.registered", "", about(&|change| change.before.is_none())),
        ("metadata.deregistered", ":left", about(&|change| change.after.is_none())),
        (
            "ownership.changed",
            ":owner",
            about(&|change| {
                let both = change.before.is_some() && change.after.is_some();
                both && field(&change.before, owner) != field(&change.after, owner)
            }),
        ),
        (
            "component.retired",
            ":retired",
            about(&|change| {
                change.before.is_some()
                    && field(&change.before, RETIRED).as_deref() == Some("false")
                    && field(&change.after, RETIRED).as_deref() == Some("true")
            }),
        ),
    ];
    for (activity, ending, about) in kinds {
        if about.is_empty() {
            continue;
        }
        let is_start = commit.first_parent == NONE;
        let is_bulk = is_start || about.len() > seen.bulk_subjects;
        if is_bulk && !is_start {
            let place = format!("{}:{}", rows.source, catalog.id);
            let detail = format!("commits that changed more than {} entries at once", seen.bulk_subjects);
            rows.caveat(CaveatKind::BulkChange, &place, 1, &detail, &rows.evidence(commit.id));
        }
        rows.event(&Happened {
            key: &format!("{}{ending}", catalog.id),
            channel: Some("code"),
            is_bulk,
            about: &about,
            ..of_landing(seen, landing, activity)
        });
    }
}

#[expect(clippy::too_many_arguments, reason = "the links that are open belong to the catalog, not to the landing")]
fn write_owners(
    rows: &mut Rows<'_>,
    seen: &Seen<'_>,
    catalog: &WrittenCatalog,
    team_names: &BTreeMap<String, String>,
    landing: &Landing,
    changes: &[Change],
    owners: &mut BTreeMap<String, (String, i64, String)>,
    opened_now: &mut BTreeSet<String>,
) {
    let owner = catalog.owner.as_deref().unwrap_or("owner");
    let evidence = rows.evidence(seen.history.get(landing.place).id);
    for change in changes.iter().filter(|change| change.object.starts_with("component:")) {
        let team = change.after.as_ref().and_then(|fields| fields.get(owner)).map(|name| team(name, team_names));
        if owners.get(&change.object).map(|(known, ..)| known) == team.as_ref() {
            continue;
        }
        if let Some((old, since_us, since)) = owners.remove(&change.object) {
            opened_now.remove(&change.object);
            own(rows, catalog, &change.object, &old, since_us, Some(landing.at_us), since);
        }
        if let Some(team) = team {
            opened_now.insert(change.object.clone());
            owners.insert(change.object.clone(), (team, landing.at_us, evidence.clone()));
        }
    }
}

/// The team that an owner means: the name that the study gives it, or the last part of an entity reference.
fn team(owner: &str, names: &BTreeMap<String, String>) -> String {
    let short = owner.rsplit('/').next().unwrap_or(owner);
    let short = short.strip_prefix("group:").unwrap_or(short);
    let name = names.get(owner).or_else(|| names.get(short)).map_or(short, String::as_str);
    ObjectId::new(ObjectType::Team, name).into()
}

fn own(
    rows: &mut Rows<'_>,
    catalog: &WrittenCatalog,
    object: &str,
    team: &str,
    valid_from_us: i64,
    valid_to_us: Option<i64>,
    evidence: String,
) {
    rows.see(team, valid_from_us);
    rows.link(ObjectLink {
        from_id: object.to_owned(),
        to_id: team.to_owned(),
        qualifier: qualifier::OWNED_BY.to_owned(),
        valid_from_us,
        valid_to_us,
        rule: catalog.id.clone(),
        confidence: 100,
        evidence,
    });
}
