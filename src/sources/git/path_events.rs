//! `[[paths]]`: what changes of paths mean. A bot's write is its own commit; everything else counts where it landed.

use std::collections::{BTreeMap, BTreeSet};

use super::commit::{NONE, Place};
use super::diff::{Touch, Touches};
use super::history::History;
use super::landing::{Kind, Landing};
use super::rows::{Happened, Rows, component};
use super::tree::Trees;
use super::watch::{Hit, Target, Watch, Where};
use crate::config::written::{DoneBy, PathChange, WrittenPathRule};
use crate::log::CaveatKind;

/// What the rules of one pull look at.
pub(super) struct Seen<'a> {
    pub(super) watch: &'a Watch<'a>,
    pub(super) history: &'a History,
    pub(super) touches: &'a Touches,
    pub(super) landings: &'a [Landing],
    pub(super) bulk_subjects: usize,
}

impl Seen<'_> {
    /// The landing of this pull that a commit is, if it is one.
    fn landing_of(&self, place: Place) -> Option<&Landing> {
        let first = self.landings.first()?.number;
        let landing = self.history.get(place).landing.checked_sub(first)?;
        self.landings.get(landing as usize).filter(|landing| landing.place == place)
    }
}

/// One commit's touches of one rule in one environment: component → the touches.
type Group<'t> = BTreeMap<Option<String>, Vec<(&'t Touch, &'t Hit)>>;

/// Writes the events of path rules; returns the rules that matched anything.
pub(super) fn write(rows: &mut Rows<'_>, seen: &Seen<'_>, trees: &mut Trees<'_>, places: &[Place]) -> BTreeSet<String> {
    let mut matched = BTreeSet::new();
    for place in places {
        let touches = seen.touches.of(*place);
        if touches.is_empty() {
            continue;
        }
        let mut groups: BTreeMap<(usize, &Where), Group<'_>> = BTreeMap::new();
        for touch in touches {
            for hit in seen.touches.paths.hits(touch.path) {
                if matches!(seen.watch.targets[hit.target], Target::Path { .. }) {
                    let group = groups.entry((hit.target, &hit.environment)).or_default();
                    group.entry(hit.component.clone()).or_default().push((touch, hit));
                }
            }
        }
        for ((target, environment), group) in groups {
            let Target::Path { rule, .. } = &seen.watch.targets[target] else { continue };
            matched.insert(rule.id.clone());
            if matches!(environment, Where::Unknown(_)) {
                continue;
            }
            write_group(rows, seen, trees, *place, (target, rule), environment, &group);
        }
    }
    matched
}

fn write_group(
    rows: &mut Rows<'_>,
    seen: &Seen<'_>,
    trees: &mut Trees<'_>,
    place: Place,
    (target, rule): (usize, &WrittenPathRule),
    environment: &Where,
    group: &Group<'_>,
) {
    let commit = seen.history.get(place);
    let by_bot = !commit.is_merge() && rows.is_bot(commit.author);
    let landing = seen.landing_of(place);
    // Whether the event is the commit itself, or where it landed.
    let own = match rule.by {
        DoneBy::Bot if by_bot => true,
        DoneBy::Human if landing.is_some() && !rows.is_bot(commit.author) => false,
        DoneBy::Any if by_bot && rule.when == PathChange::Changed => true,
        DoneBy::Any if landing.is_some() => false,
        _ => return,
    };
    let mut components: Vec<(&Option<String>, Vec<&str>)> = Vec::new();
    for (component, touches) in group {
        let counted = counted(rows, seen, trees, place, (target, rule, own), environment, component.as_ref(), touches);
        if !counted.is_empty() {
            components.push((component, counted));
        }
    }
    if components.is_empty() {
        return;
    }
    let about: Vec<String> = components
        .iter()
        .filter_map(|(name, _)| name.as_deref().map(component).or_else(|| rows.subject_id.clone()))
        .collect();
    let is_start = commit.first_parent == NONE;
    let is_bulk = is_start || about.len() > seen.bulk_subjects;
    if is_bulk && !is_start {
        let place = format!("{}:{}", rows.source, rule.id);
        let detail = format!("commits that touched more than {} services at once", seen.bulk_subjects);
        rows.caveat(CaveatKind::BulkChange, &place, 1, &detail, &rows.evidence(commit.id));
    }
    let key = match environment.name() {
        Some(environment) => format!("{}:{environment}", rule.id),
        None => rule.id.clone(),
    };
    let mut happened = Happened {
        environment: environment.name(),
        category: rule.category.as_deref(),
        channel: rule.channel.as_deref(),
        is_bulk,
        about: &about,
        key: &key,
        ..super::commits::of_commit(seen.history, place, &rule.activity)
    };
    if let (false, Some(landing)) = (own, landing) {
        happened.actor = landing.actor;
        happened.part_of = seen.history.get(landing.place).landed.as_ref().and_then(|landed| landed.number);
        if let Some((began_us, began_by)) = first_in(seen, trees, landing, target, rule, environment, &components) {
            (happened.began_us, happened.began_by) = (Some(began_us), Some(began_by));
        }
    }
    rows.event(&happened);
}

/// The paths of one component that make the commit an event of the rule.
#[expect(clippy::too_many_arguments, reason = "each says another part of where the question is asked")]
fn counted<'s>(
    rows: &Rows<'_>,
    seen: &'s Seen<'_>,
    trees: &mut Trees<'_>,
    place: Place,
    (target, rule, own): (usize, &WrittenPathRule, bool),
    environment: &Where,
    component: Option<&String>,
    touches: &[(&Touch, &Hit)],
) -> Vec<&'s str> {
    let commit = seen.history.get(place);
    let text = |touch: &Touch| seen.touches.paths.text(touch.path);
    let any_in = |trees: &mut Trees<'_>, tree| any_match(seen.watch, trees, tree, target, environment, component);
    match rule.when {
        PathChange::Changed => {
            let is_write = |touch: &Touch| touch.writes.iter().any(|written| usize::from(*written) == target);
            let mut writes: Vec<&str> =
                touches.iter().filter(|(touch, _)| is_write(touch)).map(|(touch, _)| text(touch)).collect();
            if rule.by == DoneBy::Any && !own && commit.is_merge() {
                let by_bots = written_by_bots(rows, seen, place, target);
                writes.retain(|path| !by_bots.contains(path));
            }
            writes
        }
        PathChange::Added => {
            let added: Vec<&str> =
                touches.iter().filter(|(touch, _)| touch.before.is_none()).map(|(touch, _)| text(touch)).collect();
            let mut was_there =
                || commit.first_parent != NONE && any_in(trees, seen.history.get(commit.first_parent).tree);
            if added.is_empty() || was_there() { Vec::new() } else { added }
        }
        PathChange::Removed => {
            let removed: Vec<&str> =
                touches.iter().filter(|(touch, _)| touch.after.is_none()).map(|(touch, _)| text(touch)).collect();
            if removed.is_empty() || any_in(trees, commit.tree) { Vec::new() } else { removed }
        }
    }
}

/// Paths that bots wrote on the branch that a merge brought in: each is an event already.
fn written_by_bots<'s>(rows: &Rows<'_>, seen: &'s Seen<'_>, merge: Place, target: usize) -> BTreeSet<&'s str> {
    let brought = seen.history.brought_by(seen.history.get(merge).landing as usize);
    let by_bot = brought.iter().filter(|place| {
        let commit = seen.history.get(**place);
        !commit.is_merge() && rows.is_bot(commit.author)
    });
    by_bot
        .flat_map(|place| seen.touches.of(*place))
        .filter(|touch| touch.writes.iter().any(|written| usize::from(*written) == target))
        .map(|touch| seen.touches.paths.text(touch.path))
        .collect()
}

fn any_match(
    watch: &Watch<'_>,
    trees: &mut Trees<'_>,
    tree: gix::ObjectId,
    target: usize,
    environment: &Where,
    component: Option<&String>,
) -> bool {
    let mut found = false;
    trees.list(tree, target, &mut |path, _| {
        found = watch.hits(path).iter().any(|hit| is_same(hit, target, environment, component));
        !found
    });
    found
}

fn is_same(hit: &Hit, target: usize, environment: &Where, component: Option<&String>) -> bool {
    hit.target == target && hit.environment == *environment && hit.component.as_ref() == component
}

/// Author time and author of the first commit, by author time, that did on its branch what the landing brought in.
fn first_in(
    seen: &Seen<'_>,
    trees: &mut Trees<'_>,
    landing: &Landing,
    target: usize,
    rule: &WrittenPathRule,
    environment: &Where,
    components: &[(&Option<String>, Vec<&str>)],
) -> Option<(i64, u32)> {
    let fits = |hit: &Hit, before: bool, after: bool| {
        let right = match rule.when {
            PathChange::Added => !before && after,
            PathChange::Changed => after,
            PathChange::Removed => !after,
        };
        right && components.iter().any(|(component, _)| is_same(hit, target, environment, component.as_ref()))
    };
    match landing.kind {
        Kind::Direct => None,
        Kind::Merge => {
            let brought = seen.history.brought_by(landing.number as usize);
            let first = seen.history.oldest(brought.iter().filter(|place| {
                !seen.history.get(**place).is_merge()
                    && seen.touches.of(**place).iter().any(|touch| {
                        let hits = seen.touches.paths.hits(touch.path);
                        hits.iter().any(|hit| fits(hit, touch.before.is_some(), touch.after.is_some()))
                    })
            }))?;
            let first = seen.history.get(first);
            Some((first.author_us(), first.author))
        }
        Kind::Squash => landing.side.iter().filter(|commit| !commit.is_merge).find_map(|commit| {
            let before = commit.first_parent.and_then(|parent| tree_of(trees, parent));
            let mut found = false;
            trees.compare(before, Some(commit.tree), &mut |(path, before, after)| {
                found |= seen.watch.hits(path).iter().any(|hit| fits(hit, before.is_some(), after.is_some()));
            });
            found.then(|| (commit.author_s.saturating_mul(1_000_000), commit.author))
        }),
    }
}

fn tree_of(trees: &Trees<'_>, commit: gix::ObjectId) -> Option<gix::ObjectId> {
    Some(trees.git.find_commit(commit).ok()?.tree_id().ok()?.detach())
}
