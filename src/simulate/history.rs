//! The compact script of git histories: what is written to `repositories.script.jsonl`, and how repositories are built of it.
//!
//! One JSON value a line. `who` lists everybody who signs; each `repository` is followed by what happened in it in the
//! order of time. `add` appends text to a file and `cut` takes text out of one, so that a list that grows by a line does
//! not have to be written again each time.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::Offset as _;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::SimulateError;
use super::clock::{Clock, Second};
use crate::sources::git::script::{Commit, FileChange, Script, Sign};

/// One line of the script.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Line {
    /// Everybody who signs, and the zone that times are printed in.
    Who { zone: String, signatures: Vec<String> },
    /// The repository that the next lines are about.
    Repository(String),
    /// A commit on the main line.
    Commit(Entry),
    /// A commit on the branch of a pull request.
    Work(Entry),
    /// A pull request is merged with a merge commit.
    Merge(Entry),
    /// A pull request is squashed into one commit; its branch stays under `refs/pull`.
    Squash(Entry),
    /// A lightweight tag on the tip of the main line.
    Tag(String),
}

/// What was done, by whom and when.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) at: Second,
    /// The author, by place in `who`.
    pub(super) by: usize,
    /// The committer, if another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) via: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pull: Option<usize>,
    pub(super) say: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) files: Vec<Edit>,
}

/// One edit of one file: path and text.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Edit {
    /// The whole file.
    Put(String, String),
    /// Text at its end.
    Add(String, String),
    /// Text that goes away, where it first stands.
    Cut(String, String),
    /// The file goes away.
    Drop(String),
}

/// Builds every repository of a script as `NAME.git` below a folder.
///
/// # Errors
/// Where the script cannot be read or a repository cannot be written.
pub fn build_repositories(script: &Path, below: &Path) -> Result<Vec<PathBuf>, SimulateError> {
    let text = fs::read_to_string(script).map_err(|why| SimulateError::Io { path: script.to_owned(), why })?;
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = serde_json::from_str(line).map_err(|why| SimulateError::Script {
            path: script.to_owned(),
            line: number + 1,
            why: why.to_string(),
        })?;
        lines.push(line);
    }
    let broken = |why: &str| SimulateError::Script { path: script.to_owned(), line: 1, why: why.to_owned() };
    let Some((Line::Who { zone, signatures }, lines)) = lines.split_first() else {
        return Err(broken("the first line must be `who`"));
    };
    let zone = zone.parse().map_err(|_| broken("the zone is not known"))?;
    let people: Vec<(&str, &str)> = signatures
        .iter()
        .map(|one| one.strip_suffix('>').and_then(|one| one.split_once(" <")).unwrap_or((one, "")))
        .collect();
    let starts: Vec<usize> = (0..lines.len()).filter(|place| matches!(lines[*place], Line::Repository(_))).collect();
    let ends = starts.iter().skip(1).copied().chain([lines.len()]);
    let stretches: Vec<&[Line]> = starts.iter().zip(ends).map(|(start, end)| &lines[*start..end]).collect();
    stretches
        .par_iter()
        .map(|stretch| {
            let Line::Repository(name) = &stretch[0] else { return Err(broken("it names no repository")) };
            let path = below.join(format!("{name}.git"));
            let mut build = Build {
                script: Script::create(&path)?,
                people: &people,
                clock: Clock { zone },
                files: BTreeMap::new(),
                pulls: BTreeMap::new(),
            };
            for line in &stretch[1..] {
                build.line(line)?;
            }
            build.script.finish()?;
            Ok(path)
        })
        .collect()
}

/// A repository being built.
struct Build<'a> {
    script: Script,
    people: &'a [(&'a str, &'a str)],
    clock: Clock,
    /// The main line's files that `add` and `cut` go on from.
    files: BTreeMap<String, String>,
    /// Open pull requests: what each has edited so far.
    pulls: BTreeMap<usize, Vec<Edit>>,
}

const MAIN: &str = "main";

impl Build<'_> {
    fn line(&mut self, line: &Line) -> Result<(), SimulateError> {
        match line {
            Line::Who { .. } | Line::Repository(_) => {}
            Line::Commit(entry) => {
                let changed = edited(&mut self.files, &entry.files);
                self.commit(MAIN, entry, &changed)?;
            }
            Line::Work(entry) => {
                let pull = entry.pull.unwrap_or_default();
                let branch = branch_of(pull);
                if !self.pulls.contains_key(&pull) {
                    self.script.branch(&branch, MAIN)?;
                }
                let edits = self.pulls.entry(pull).or_default();
                edits.extend(entry.files.iter().cloned());
                let mut own = self.files.clone();
                let all = edited(&mut own, edits);
                let touched = entry.files.iter().map(Edit::path);
                let changed: Vec<_> =
                    touched.filter_map(|path| all.iter().find(|(known, _)| known == path).cloned()).collect();
                self.commit(&branch, entry, &changed)?;
            }
            Line::Merge(entry) => {
                let pull = entry.pull.unwrap_or_default();
                let mut edits = self.pulls.remove(&pull).unwrap_or_default();
                edits.extend(entry.files.iter().cloned());
                let changed = edited(&mut self.files, &edits);
                let files = borrowed(&changed);
                let commit = self.signed(entry, &files);
                self.script.merge(MAIN, &branch_of(pull), &commit)?;
                self.script.forget(&branch_of(pull));
            }
            Line::Squash(entry) => {
                let pull = entry.pull.unwrap_or_default();
                let edits = self.pulls.remove(&pull).unwrap_or_default();
                let changed = edited(&mut self.files, &edits);
                self.commit(MAIN, entry, &changed)?;
                let head = self.script.tip(&branch_of(pull))?;
                self.script.set_ref(&format!("refs/pull/{pull}/head"), head);
                self.script.forget(&branch_of(pull));
            }
            Line::Tag(name) => {
                let tip = self.script.tip(MAIN)?;
                self.script.tag(name, tip, None);
            }
        }
        Ok(())
    }

    fn commit(
        &mut self,
        branch: &str,
        entry: &Entry,
        changed: &[(String, Option<String>)],
    ) -> Result<(), SimulateError> {
        let files = borrowed(changed);
        let commit = self.signed(entry, &files);
        self.script.commit(branch, &commit)?;
        Ok(())
    }

    fn signed<'b>(&self, entry: &'b Entry, files: &'b [FileChange<'b>]) -> Commit<'b>
    where
        Self: 'b,
    {
        let offset_minutes = self.clock.local(entry.at).offset().fix().local_minus_utc() / 60;
        let sign = |who: usize| {
            let (name, email) = self.people.get(who).copied().unwrap_or(("nobody", "nobody@acme.example"));
            Sign { name, email, at_s: entry.at, offset_minutes }
        };
        Commit { author: sign(entry.by), committer: sign(entry.via.unwrap_or(entry.by)), message: &entry.say, files }
    }
}

fn branch_of(pull: usize) -> String {
    format!("pull-{pull}")
}

fn borrowed(changed: &[(String, Option<String>)]) -> Vec<FileChange<'_>> {
    changed.iter().map(|(path, text)| (path.as_str(), text.as_ref().map(String::as_bytes))).collect()
}

impl Edit {
    fn path(&self) -> &str {
        match self {
            Self::Put(path, _) | Self::Add(path, _) | Self::Cut(path, _) | Self::Drop(path) => path,
        }
    }
}

/// Applies edits, and says what the files that they touch hold afterwards.
fn edited(files: &mut BTreeMap<String, String>, edits: &[Edit]) -> Vec<(String, Option<String>)> {
    for edit in edits {
        match edit {
            Edit::Put(path, text) => {
                files.insert(path.clone(), text.clone());
            }
            Edit::Add(path, text) => files.entry(path.clone()).or_default().push_str(text),
            Edit::Cut(path, text) => {
                if let Some(file) = files.get_mut(path) {
                    *file = file.replacen(text.as_str(), "", 1);
                }
            }
            Edit::Drop(path) => {
                files.remove(path);
            }
        }
    }
    let paths: std::collections::BTreeSet<&str> = edits.iter().map(Edit::path).collect();
    paths.into_iter().map(|path| (path.to_owned(), files.get(path).cloned())).collect()
}
