//! `[[registries]]`: names that enter and leave a set of files. Splits, moves and new orders of the files make nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::bookmark::Held;
use super::commit::NONE;
use super::files::{Content, NameSet, Versions};
use super::landing::Landing;
use super::path_events::Seen;
use super::rows::{Happened, Rows, component};
use super::watch::Where;
use crate::config::written::WrittenRegistry;
use crate::log::{CaveatKind, ObjectId, ObjectLink, ObjectType, qualifier};

/// What must be known of a registry to go on from a landing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RegistryState {
    /// Path → environment and names.
    files: BTreeMap<String, Held<NameSet>>,
    /// Registrations that hold: (environment, name) → since when, and the evidence.
    open: Vec<((String, String), (i64, String))>,
    /// Other names already told: (name, alias).
    told: BTreeSet<(String, String)>,
    /// Whether any name was ever found.
    ever: bool,
}

impl RegistryState {
    /// Whether no version of any file held a name.
    pub(super) fn never_had_a_name(&self) -> bool {
        !self.ever
    }
}

/// Who entered and who left in one environment at one landing.
#[derive(Default)]
struct Moves {
    entered: Vec<String>,
    left: Vec<String>,
}

/// Writes the events and links of one registry; returns whether any file matched.
pub(super) fn write(
    rows: &mut Rows<'_>,
    seen: &Seen<'_>,
    versions: &Versions,
    (target, rule): (usize, &WrittenRegistry),
    state: &mut RegistryState,
) -> bool {
    let mut matched = false;
    let mut open: BTreeMap<(String, String), (i64, String)> = state.open.drain(..).collect();
    let mut opened_now: BTreeSet<(String, String)> = BTreeSet::new();
    for landing in seen.landings {
        let Some(before) = apply(rows, seen, versions, target, landing, &mut state.files) else { continue };
        matched = true;
        let commit = seen.history.get(landing.place);
        let evidence = rows.evidence(commit.id);
        for (environment, old) in before {
            let new = union(&state.files, environment.as_ref());
            let moves = Moves {
                entered: new.keys().filter(|name| !old.contains_key(*name)).cloned().collect(),
                left: old.keys().filter(|name| !new.contains_key(*name)).cloned().collect(),
            };
            state.ever |= !new.is_empty();
            write_moves(rows, seen, rule, landing, environment.as_deref(), &moves);
            tell_aliases(rows, rule, &mut state.told, &new, landing.at_us, &evidence);
            let (true, Some(environment)) = (rule.registers, environment) else { continue };
            for name in moves.left {
                let key = (environment.clone(), name);
                if let Some((since_us, since)) = open.remove(&key) {
                    opened_now.remove(&key);
                    register(rows, rule, &key, since_us, Some(landing.at_us), since);
                }
            }
            for name in moves.entered {
                let key = (environment.clone(), name);
                opened_now.insert(key.clone());
                open.insert(key, (landing.at_us, evidence.clone()));
            }
        }
    }
    for key in opened_now {
        let (since_us, evidence) = open[&key].clone();
        register(rows, rule, &key, since_us, None, evidence);
    }
    state.open = open.into_iter().collect();
    matched
}

/// Brings the files to their state after a landing; returns the sets before it of each environment that it touched.
fn apply(
    rows: &mut Rows<'_>,
    seen: &Seen<'_>,
    versions: &Versions,
    target: usize,
    landing: &Landing,
    files: &mut BTreeMap<String, Held<NameSet>>,
) -> Option<BTreeMap<Option<String>, NameSet>> {
    let mut before = BTreeMap::new();
    let mut changes = Vec::new();
    for touch in seen.touches.of(landing.place) {
        let hit = seen.touches.paths.hits(touch.path).iter().find(|hit| hit.target == target);
        let Some(hit) = hit.filter(|hit| !matches!(hit.environment, Where::Unknown(_))) else { continue };
        let environment = hit.environment.name().map(str::to_owned);
        before.entry(environment.clone()).or_insert_with(|| union(files, environment.as_ref()));
        changes.push((seen.touches.paths.text(touch.path), environment, touch.after));
    }
    if before.is_empty() {
        return None;
    }
    for (path, environment, after) in changes {
        let Some(after) = after else {
            files.remove(path);
            continue;
        };
        let (content, duplicates) = versions.get(target, after);
        note(rows, seen, target, landing, (content, duplicates));
        if let Content::Names(names) = content {
            files.insert(path.to_owned(), Held { environment, content: names.clone() });
        }
    }
    Some(before)
}

/// Counts what a version of a file could not tell.
pub(super) fn note(rows: &mut Rows<'_>, seen: &Seen<'_>, target: usize, landing: &Landing, version: (&Content, u64)) {
    let place = format!("{}:{}", rows.source, seen.watch.targets[target].id());
    let evidence = rows.evidence(seen.history.get(landing.place).id);
    if matches!(version.0, Content::Broken) {
        rows.caveat(
            CaveatKind::BrokenFile,
            &place,
            1,
            "cannot be parsed; what the version before it held was kept",
            &evidence,
        );
    }
    rows.caveat(CaveatKind::DuplicateKey, &place, version.1, "counted once per version of the file", &evidence);
}

fn union(files: &BTreeMap<String, Held<NameSet>>, environment: Option<&String>) -> NameSet {
    let mut names = NameSet::new();
    for held in files.values().filter(|held| held.environment.as_ref() == environment) {
        for (name, alias) in held.content.iter() {
            let known = names.entry(name.clone()).or_default();
            *known = known.take().or_else(|| alias.clone());
        }
    }
    names
}

fn write_moves(
    rows: &mut Rows<'_>,
    seen: &Seen<'_>,
    rule: &WrittenRegistry,
    landing: &Landing,
    environment: Option<&str>,
    moves: &Moves,
) {
    let commit = seen.history.get(landing.place);
    let ended = [(Some(&rule.entered), &moves.entered, ""), (rule.left.as_ref(), &moves.left, ":left")];
    for (activity, names, ending) in ended {
        let (Some(activity), false) = (activity, names.is_empty()) else { continue };
        let about: Vec<String> = names.iter().map(|name| component(name)).collect();
        let is_start = commit.first_parent == NONE;
        let is_bulk = is_start || about.len() > seen.bulk_subjects;
        if is_bulk && !is_start {
            let place = format!("{}:{}", rows.source, rule.id);
            let detail = format!("commits that moved more than {} names at once", seen.bulk_subjects);
            rows.caveat(CaveatKind::BulkChange, &place, 1, &detail, &rows.evidence(commit.id));
        }
        let environment_key = environment.map(|environment| format!(":{environment}")).unwrap_or_default();
        rows.event(&Happened {
            key: &format!("{}{environment_key}{ending}", rule.id),
            environment,
            category: rule.category.as_deref(),
            channel: rule.channel.as_deref(),
            is_bulk,
            about: &about,
            ..of_landing(seen, landing, activity)
        });
    }
}

/// An event of a landing: who landed it, and who began it.
pub(super) fn of_landing<'e>(seen: &Seen<'_>, landing: &Landing, activity: &'e str) -> Happened<'e> {
    Happened {
        actor: landing.actor,
        began_us: Some(landing.began_us),
        began_by: Some(landing.began_by),
        part_of: seen.history.get(landing.place).landed.as_ref().and_then(|landed| landed.number),
        ..super::commits::of_commit(seen.history, landing.place, activity)
    }
}

fn tell_aliases(
    rows: &mut Rows<'_>,
    rule: &WrittenRegistry,
    told: &mut BTreeSet<(String, String)>,
    names: &NameSet,
    at_us: i64,
    evidence: &str,
) {
    for (name, alias) in names {
        let Some(alias) = alias else { continue };
        if told.insert((name.clone(), alias.clone())) {
            rows.see(&component(alias), at_us);
            rows.link(ObjectLink {
                from_id: component(name),
                to_id: component(alias),
                qualifier: qualifier::ALIAS_OF.to_owned(),
                valid_from_us: at_us,
                valid_to_us: None,
                rule: format!("harvested:{}", rule.id),
                confidence: 90,
                evidence: evidence.to_owned(),
            });
        }
    }
}

fn register(
    rows: &mut Rows<'_>,
    rule: &WrittenRegistry,
    (environment, name): &(String, String),
    valid_from_us: i64,
    valid_to_us: Option<i64>,
    evidence: String,
) {
    let environment: String = ObjectId::new(ObjectType::Environment, environment).into();
    rows.see(&environment, valid_from_us);
    rows.link(ObjectLink {
        from_id: component(name),
        to_id: environment,
        qualifier: qualifier::REGISTERED_IN.to_owned(),
        valid_from_us,
        valid_to_us,
        rule: rule.id.clone(),
        confidence: 100,
        evidence,
    });
}
