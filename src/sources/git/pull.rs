//! One pull of one repository: the order in which everything is read and written.

use std::collections::{BTreeMap, BTreeSet};

use super::bookmark::{self, Bookmark, FORM};
use super::catalog;
use super::commit::Place;
use super::commits;
use super::diff::{self, Touches};
use super::error::GitError;
use super::files::Versions;
use super::history::{self, History, Pair};
use super::landing;
use super::nearest::nearest;
use super::open::{self, Opened};
use super::path_events::{self, Seen};
use super::registry;
use super::rows::{Rows, Take};
use super::tree::Trees;
use super::watch::{Names, Target, Watch};
use crate::config::{Repository, Settings};
use crate::log::{CaveatKind, Facts, ObjectLink, Observation, Register, qualifier};

/// What to pull.
pub struct Pull<'a> {
    /// The study.
    pub settings: &'a Settings,
    /// The repository, one of the study's.
    pub repository: &'a Repository,
    /// Its place among the study's sources.
    pub source_rank: i64,
    /// Where the last pull ended.
    pub known: Option<&'a Bookmark>,
    /// Is told from time to time how far the pull is.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// How far a pull is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: &'static str,
    /// How many are done.
    pub done: u64,
}

/// What a pull yielded.
#[derive(Debug)]
pub struct Pulled {
    /// The rows.
    pub facts: Facts,
    /// Where to go on from.
    pub bookmark: Bookmark,
    /// Whether the rows go on from what earlier pulls stored; else they replace it (a first pull, rewritten history,
    /// other rules).
    pub continues: bool,
    /// Whether nothing at all is new.
    pub unchanged: bool,
}

/// Pulls a repository.
///
/// # Errors
/// Where the repository, its branch or its pin is not there or cannot be read, or a rule cannot be understood.
pub fn pull(pull: &Pull<'_>, people: &mut dyn Register) -> Result<Pulled, GitError> {
    pull_with(pull, people, None)
}

/// Pulls a repository and hands over the rows of a long history in parts; what is left is in [`Pulled::facts`]. Parts
/// come only where `continues` will be false, and count for nothing if the pull then fails.
///
/// # Errors
/// As [`pull`].
pub fn pull_in_parts(
    pull: &Pull<'_>,
    people: &mut dyn Register,
    take: &mut dyn FnMut(Facts),
) -> Result<Pulled, GitError> {
    pull_with(pull, people, Some(take))
}

fn pull_with(pull: &Pull<'_>, people: &mut dyn Register, take: Option<Take<'_>>) -> Result<Pulled, GitError> {
    let opened = open::open(pull.repository)?;
    let rules = bookmark::rules_of(pull.settings, pull.repository, pull.source_rank);
    let known = pull.known.filter(|known| known.form == FORM && known.rules == rules);
    if let Some(known) = known
        && gix::ObjectId::from_hex(known.head.as_bytes()).is_ok_and(|head| head == opened.head)
        && known.refs == bookmark::refs_of(&opened, &known.squashes)
    {
        return Ok(Pulled { facts: Facts::default(), bookmark: known.clone(), continues: true, unchanged: true });
    }
    let watch = Watch::new(pull.settings, pull.repository)?;
    let git = opened.git.clone().into_sync();
    let count = |stage| move |done| (pull.progress)(Progress { stage, done });

    if let Some(known) = known {
        let history = history::walk(&opened.git, opened.head, &opened.shallow, |_| {}, &count("commits"));
        if let Some(first) = goes_on(&opened, &history, known) {
            let ((), touches) = diff::on_workers(&git, &watch, |send| send_new(&history, first, send));
            let parts = Parts { opened: &opened, watch: &watch, git: &git, rules: rules.clone(), first };
            let pulled = translate(pull, &parts, history, &touches, Some(known), people, None)?;
            if known.matched.is_superset(&pulled.bookmark.matched) {
                return Ok(pulled);
            }
            // A rule that had matched nothing has its first match: its caveat stands in what is stored, so all is read
            // again.
        }
    }
    let (history, touches) = diff::on_workers(&git, &watch, |send| {
        history::walk(&opened.git, opened.head, &opened.shallow, send, &count("commits"))
    });
    let parts = Parts { opened: &opened, watch: &watch, git: &git, rules, first: 0 };
    translate(pull, &parts, history, &touches, None, people, take)
}

/// The first landing that is new; `None` where the old head is not on the line any more, or what was told of it would be
/// told otherwise today.
fn goes_on(opened: &Opened, history: &History, known: &Bookmark) -> Option<usize> {
    let old = history.place_of(gix::ObjectId::from_hex(known.head.as_bytes()).ok()?)?;
    let landing = history.get(old).landing as usize;
    let on_line = history.line.get(landing) == Some(&old);
    let tags_stand = known
        .tags
        .iter()
        .all(|(name, target)| opened.tags.get(name).is_some_and(|now| now.to_string().as_str() == target));
    let sides_stand = known.sides == bookmark::sides_of(opened, &known.squashes);
    (on_line && tags_stand && sides_stand).then_some(landing + 1)
}

fn send_new(history: &History, first: usize, send: &mut dyn FnMut(Pair)) {
    for number in first..history.line.len() {
        for place in history.brought_by(number) {
            let commit = history.get(*place);
            let before = (commit.first_parent != super::commit::NONE).then(|| history.get(commit.first_parent).tree);
            send(Pair { place: *place, before, after: commit.tree });
        }
    }
}

struct Parts<'a> {
    opened: &'a Opened,
    watch: &'a Watch<'a>,
    git: &'a gix::ThreadSafeRepository,
    rules: String,
    /// The first landing that is new.
    first: usize,
}

fn translate(
    pull: &Pull<'_>,
    parts: &Parts<'_>,
    mut history: History,
    touches: &Touches,
    known: Option<&Bookmark>,
    people: &mut dyn Register,
    take: Option<Take<'_>>,
) -> Result<Pulled, GitError> {
    let (opened, watch) = (parts.opened, parts.watch);
    let mut rows = Rows::new(pull.repository, pull.settings.zone, pull.source_rank, take);
    commits::read_mailmap(opened, people);
    let landings = landing::read(opened, &mut history, parts.first);
    landing::meet(&mut rows, &history.signatures, people);
    let empty = BTreeMap::new();
    let tags = commits::write_tags(&mut rows, opened, &mut history, known.map_or(&empty, |known| &known.tags), people)?;
    let places: Vec<Place> =
        (parts.first..history.line.len()).flat_map(|number| history.brought_by(number)).copied().collect();
    (pull.progress)(Progress { stage: "events", done: 0 });
    if known.is_none() {
        declare(&mut rows);
        commits::write_created(&mut rows, &history);
    }
    commits::write_authored(&mut rows, &history, &places);
    landing::write(&mut rows, &history, &landings, &pull.settings.names_in_texts());

    let versions = Versions::read(parts.git, watch, touches, &landings);
    let mut trees = Trees::new(&opened.git, watch);
    let seen = Seen {
        watch,
        history: &history,
        touches,
        landings: &landings,
        bulk_subjects: pull.settings.limits.bulk_subjects,
    };
    let mut matched = path_events::write(&mut rows, &seen, &mut trees, &places);
    let mut registries = known.map(|known| known.registries.clone()).unwrap_or_default();
    let mut catalogs = known.map(|known| known.catalogs.clone()).unwrap_or_default();
    for (target, what) in watch.targets.iter().enumerate() {
        let any = match what {
            Target::Path { .. } => continue,
            Target::Registry { rule, .. } => {
                let state = registries.entry(rule.id.clone()).or_default();
                registry::write(&mut rows, &seen, &versions, (target, rule), state)
            }
            Target::Catalog(rule) => {
                let state = catalogs.entry(rule.id.clone()).or_default();
                let teams = &pull.settings.coverage.team_names;
                catalog::write(&mut rows, &seen, &versions, (target, rule), teams, state)
            }
        };
        if any {
            matched.insert(what.id().to_owned());
        }
    }
    matched.extend(known.iter().flat_map(|known| known.matched.iter().cloned()));
    let to_us = observe(&mut rows, &history, &places, known);
    if known.is_none() {
        tell_unmatched(&mut rows, &seen, &mut trees, &matched, &registries);
        if let Some(head) = history.line.last() {
            trees.note_absent(history.get(*head).tree);
        }
    }
    let mut missing: BTreeSet<gix::ObjectId> = touches.missing.union(&trees.missing).copied().collect();
    missing.extend(versions.missing());
    missing.extend(&history.missing);
    tell_gaps(&mut rows, &seen, &missing);

    let squashes: BTreeSet<u64> = history
        .line
        .iter()
        .map(|place| history.get(*place))
        .filter(|commit| !commit.is_merge())
        .filter_map(|commit| commit.landed.as_ref()?.number)
        .collect();
    let bookmark = Bookmark {
        form: FORM,
        head: opened.head.to_string(),
        rules: parts.rules.clone(),
        refs: bookmark::refs_of(opened, &squashes),
        sides: bookmark::sides_of(opened, &squashes),
        squashes,
        tags,
        to_us,
        matched,
        registries,
        catalogs,
    };
    Ok(Pulled { facts: rows.finish(), bookmark, continues: known.is_some(), unchanged: false })
}

fn declare(rows: &mut Rows<'_>) {
    let repository = rows.repository_id.clone();
    rows.declare(&repository);
    if let Some(subject) = rows.subject_id.clone() {
        rows.declare(&subject);
        let evidence = rows.source.clone();
        rows.link(ObjectLink {
            from_id: repository,
            to_id: subject,
            qualifier: qualifier::HOLDS.to_owned(),
            valid_from_us: i64::MIN,
            valid_to_us: None,
            rule: "declared".to_owned(),
            confidence: 100,
            evidence,
        });
    }
}

/// Says for which stretch this pull speaks; returns its end.
fn observe(rows: &mut Rows<'_>, history: &History, places: &[Place], known: Option<&Bookmark>) -> i64 {
    let times = || places.iter().map(|place| history.get(*place).commit_us());
    let (Some(first), Some(last)) = (times().min(), times().max()) else {
        return known.map_or(0, |known| known.to_us);
    };
    // What follows an earlier pull goes on where that one ended, so that there is no gap between them.
    let from_us = known.map_or(first, |known| known.to_us.min(first));
    let to_us = known.map_or(last, |known| known.to_us.max(last));
    rows.facts.observations.push(Observation {
        source: rows.source.clone(),
        stream: "git".to_owned(),
        from_us,
        to_us,
        records: i64::try_from(places.len()).unwrap_or(i64::MAX),
        refused: i64::try_from(history.missing.len()).unwrap_or(i64::MAX),
    });
    to_us
}

fn tell_unmatched(
    rows: &mut Rows<'_>,
    seen: &Seen<'_>,
    trees: &mut Trees<'_>,
    matched: &BTreeSet<String>,
    registries: &BTreeMap<String, registry::RegistryState>,
) {
    for (rule, template) in &seen.watch.without_subject {
        let place = format!("{}:{rule}", rows.source);
        let detail = format!("`{template}` has no `{{component}}`, and this repository belongs to no one service");
        rows.caveat(CaveatKind::RuleMatchedNothing, &place, 1, &detail, "");
    }
    let Some(head) = seen.history.line.last().map(|place| seen.history.get(*place)) else { return };
    let mut paths = None;
    for target in &seen.watch.targets {
        let nameless = registries.get(target.id()).is_some_and(registry::RegistryState::never_had_a_name);
        let place = format!("{}:{}", rows.source, target.id());
        let evidence = rows.evidence(head.id);
        if matched.contains(target.id()) {
            if let (Target::Registry { names, .. }, true) = (target, nameless) {
                let how = if matches!(names, Names::Pattern(_)) { "pattern" } else { "names-at" };
                let detail = format!("its files were read, and `{how}` found no name in any version of them");
                rows.caveat(CaveatKind::RuleMatchedNothing, &place, 1, &detail, &evidence);
            }
            continue;
        }
        let paths = paths.get_or_insert_with(|| trees.all_paths(head.tree, 50_000));
        let mut near: Vec<&str> = target.templates().iter().flat_map(|template| nearest(template, paths, 2)).collect();
        let mut told = std::collections::BTreeSet::new();
        near.retain(|path| told.insert(*path));
        near.truncate(4);
        let wanted = target.templates().join("`, `");
        let detail = if near.is_empty() {
            format!("no path ever matched `{wanted}`; the head holds no file")
        } else {
            format!("no path ever matched `{wanted}`; nearest at the head: `{}`", near.join("`, `"))
        };
        rows.caveat(CaveatKind::RuleMatchedNothing, &place, 1, &detail, &evidence);
    }
}

fn tell_gaps(rows: &mut Rows<'_>, seen: &Seen<'_>, missing: &BTreeSet<gix::ObjectId>) {
    let source = rows.source.clone();
    if let Some(example) = missing.first() {
        let example = rows.evidence(*example);
        let count = missing.len() as u64;
        let detail = "this clone does not hold them; where a rule reads one, what the version before it held was kept";
        rows.caveat(CaveatKind::MissingObject, &source, count, detail, &example);
    }
    if seen.history.is_shallow {
        let detail = "the history before the cut is not here: no beginning is told, and what stood at the cut is state, not a step";
        rows.caveat(CaveatKind::ShallowClone, &source, 1, detail, "");
    }
    for (target, names) in seen.touches.paths.unknown_environments() {
        let place = format!("{source}:{}", seen.watch.targets[target].id());
        let listed: Vec<&str> = names.keys().copied().take(12).collect();
        let detail = format!("paths in environments that are not in `environments`: `{}`", listed.join("`, `"));
        rows.caveat(CaveatKind::UnknownEnvironment, &place, names.values().sum(), &detail, "");
    }
}
