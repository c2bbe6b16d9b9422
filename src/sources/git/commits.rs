//! What every commit says without any rule: who wrote when, where the repository begins, which tags are releases.

use std::collections::BTreeMap;

use gix::ObjectId;
use gix::prelude::FindExt as _;

use super::GitError;
use super::commit::{NONE, Place};
use super::history::History;
use super::open::Opened;
use super::rows::{Happened, Rows};
use crate::log::{Register, Signature};

/// An event of a commit itself.
pub(super) fn of_commit<'e>(history: &History, place: Place, activity: &'e str) -> Happened<'e> {
    let commit = history.get(place);
    Happened {
        key: activity,
        sha: commit.id,
        at_us: commit.commit_us(),
        activity,
        actor: Some(commit.author),
        began_us: Some(commit.author_us()),
        began_by: Some(commit.author),
        environment: None,
        category: None,
        channel: None,
        is_bulk: false,
        generation: commit.generation,
        about: &[],
        change: None,
        part_of: None,
    }
}

/// Writes `commit.authored` of each commit that is no merge.
pub(super) fn write_authored(rows: &mut Rows<'_>, history: &History, places: &[Place]) {
    for place in places {
        let commit = history.get(*place);
        if !commit.is_merge() {
            rows.event(&of_commit(history, *place, "commit.authored"));
        }
    }
}

/// Writes `repository.created` of a service: the root of the first-parent line, at author time. Other roots came by a
/// merge from elsewhere. Where the history is cut off, nobody can tell where it began.
pub(super) fn write_created(rows: &mut Rows<'_>, history: &History) {
    let (Some(subject), Some(root)) = (rows.subject_id.clone(), history.line.first()) else { return };
    let commit = history.get(*root);
    if commit.cut || commit.first_parent != NONE {
        return;
    }
    let about = [subject];
    let event = of_commit(history, *root, "repository.created");
    rows.event(&Happened { at_us: commit.author_us(), about: &about, ..event });
}

/// Writes `release.tagged` of each tag that is not among `known`; returns all that are reachable now.
pub(super) fn write_tags(
    rows: &mut Rows<'_>,
    opened: &Opened,
    history: &mut History,
    known: &BTreeMap<String, String>,
    people: &mut dyn Register,
) -> Result<BTreeMap<String, String>, GitError> {
    let glob = rows.repository.tags.as_deref().map(|tags| {
        globset::Glob::new(tags)
            .map(|glob| glob.compile_matcher())
            .map_err(|why| GitError::Rule { rule: "tags".to_owned(), why: why.to_string() })
    });
    let glob = glob.transpose()?;
    let mut written = BTreeMap::new();
    for (name, target) in &opened.tags {
        if glob.as_ref().is_some_and(|glob| !glob.is_match(name)) {
            continue;
        }
        let Some((commit, tagger)) = peel(&opened.git, *target) else { continue };
        let Some(place) = history.place_of(commit) else { continue };
        written.insert(name.clone(), target.to_string());
        if known.contains_key(name) {
            continue;
        }
        let key = format!("tag:{name}");
        let mut event = of_commit(history, place, "release.tagged");
        event.key = &key;
        (event.began_us, event.began_by) = (None, None);
        // A lightweight tag does not say who set it; the author of the commit did something else.
        event.actor = None;
        if let Some((signature, at_s)) = tagger {
            event.at_us = at_s.saturating_mul(1_000_000);
            event.actor = Some(history.signatures.place(&signature));
            super::landing::meet(rows, &history.signatures, people);
        }
        let about: Vec<String> = rows.subject_id.iter().cloned().collect();
        rows.event(&Happened { about: &about, ..event });
    }
    Ok(written)
}

type Tagger = Option<(Vec<u8>, i64)>;

/// The commit behind a tag, and the outermost tagger.
fn peel(git: &gix::Repository, target: ObjectId) -> Option<(ObjectId, Tagger)> {
    let mut buffer = Vec::new();
    let mut tagger = None;
    let mut id = target;
    // A tag of a tag of a tag exists; a hundred do not.
    for _ in 0..10 {
        let data = git.objects.find(&id, &mut buffer).ok()?;
        if data.kind != gix::objs::Kind::Tag {
            return (data.kind == gix::objs::Kind::Commit).then_some((id, tagger));
        }
        let mut lines = data.data.split(|byte| *byte == b'\n');
        id = ObjectId::from_hex(lines.next()?.strip_prefix(b"object ")?).ok()?;
        let line = lines.take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix(b"tagger "));
        if let (None, Some(line)) = (&tagger, line) {
            let (signature, at_s) = super::commit::signed(line);
            tagger = Some((signature.to_vec(), at_s));
        }
    }
    None
}

/// Passes `.mailmap` at the head on to the register.
pub(super) fn read_mailmap(opened: &Opened, people: &mut dyn Register) {
    let Ok(tree) = opened.git.find_commit(opened.head).and_then(|commit| commit.tree()) else { return };
    let Ok(Some(entry)) = tree.lookup_entry_by_path(".mailmap") else { return };
    let Ok(blob) = entry.object() else { return };
    for entry in gix::mailmap::parse_ignore_errors(&blob.data) {
        let text = |part: Option<&bstr::BStr>| part.map(|part| String::from_utf8_lossy(part).into_owned());
        let (proper_name, proper_email) = (text(entry.new_name()), text(entry.new_email()));
        let (old_name, old_email) = (text(entry.old_name()), String::from_utf8_lossy(entry.old_email()).into_owned());
        people.same_person(
            // An entry that gives only a name keeps the address, and the other way round.
            Signature {
                name: proper_name.as_deref().or(old_name.as_deref()),
                email: proper_email.as_deref().or(Some(&old_email)),
                handle: None,
            },
            Signature { name: old_name.as_deref(), email: Some(&old_email), handle: None },
        );
    }
}
