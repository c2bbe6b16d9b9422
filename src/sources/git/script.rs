//! Writes git repositories from a script: commits with chosen times and people, branches, merges, tags.
//!
//! In: who changed which file when. Out: a bare repository on disk that any git reads. The simulator and the tests
//! use it; nothing that reads histories does. Everything is kept in memory until [`Script::finish`] writes one pack,
//! because thousands of loose files cost more than the history that they hold.

mod pack;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::objs::Kind;

use pack::Objects;

/// What can go wrong when a repository is written.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// The disk refused.
    #[error("cannot write the repository `{}`: {why}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// A branch is used before it has a commit.
    #[error("the branch `{0}` has no commit yet")]
    UnknownBranch(String),
    /// An object that the script goes on from cannot be read.
    #[error("the object {id} cannot be read: {why}")]
    Object {
        /// Its id.
        id: ObjectId,
        /// What was found instead.
        why: String,
    },
}

/// Who, and when: seconds since the epoch, UTC, and the offset that is written beside them.
#[derive(Clone, Copy, Debug)]
pub struct Sign<'a> {
    /// The name as written.
    pub name: &'a str,
    /// The e-mail as written.
    pub email: &'a str,
    /// Seconds since the epoch, UTC.
    pub at_s: i64,
    /// Minutes east of UTC: changes how the time is printed, never when it is.
    pub offset_minutes: i32,
}

/// A path and its new content; `None` takes the file away.
pub type FileChange<'a> = (&'a str, Option<&'a [u8]>);

/// One commit to write.
#[derive(Clone, Copy, Debug)]
pub struct Commit<'a> {
    /// Who wrote it.
    pub author: Sign<'a>,
    /// Who committed it.
    pub committer: Sign<'a>,
    /// Subject and body.
    pub message: &'a str,
    /// What it changes relative to its first parent (in a merge: beside what the other branch brings).
    pub files: &'a [FileChange<'a>],
}

#[derive(Debug, Default)]
struct Branch {
    tip: Option<ObjectId>,
    /// What was changed since the branch was made or last merged: path → blob.
    brought: BTreeMap<String, Option<ObjectId>>,
}

/// A repository being written.
#[derive(Debug)]
pub struct Script {
    path: PathBuf,
    objects: Objects,
    branches: BTreeMap<String, Branch>,
    /// Full name → target and, for an annotated tag, what it peels to.
    refs: BTreeMap<String, (ObjectId, Option<ObjectId>)>,
    head: String,
    shallow: BTreeSet<ObjectId>,
}

impl Script {
    /// Starts an empty bare repository at `path`, whose `HEAD` is `main`.
    ///
    /// # Errors
    /// Where folders or files cannot be made.
    pub fn create(path: &Path) -> Result<Self, ScriptError> {
        for folder in ["objects/pack", "objects/info", "refs/heads", "refs/tags"] {
            let folder = path.join(folder);
            fs::create_dir_all(&folder).map_err(|why| ScriptError::Io { path: folder, why })?;
        }
        write(&path.join("config"), b"[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n")?;
        write(&path.join("HEAD"), b"ref: refs/heads/main\n")?;
        Ok(Self {
            path: path.to_owned(),
            objects: Objects::default(),
            branches: BTreeMap::new(),
            refs: BTreeMap::new(),
            head: "main".to_owned(),
            shallow: BTreeSet::new(),
        })
    }

    /// Points `HEAD` at a branch.
    pub fn head(&mut self, branch: &str) {
        branch.clone_into(&mut self.head);
    }

    /// Makes (or moves) a branch at the tip of another.
    ///
    /// # Errors
    /// Where `from` has no commit.
    pub fn branch(&mut self, name: &str, from: &str) -> Result<(), ScriptError> {
        let tip = self.tip(from)?;
        self.branch_at(name, tip);
        Ok(())
    }

    /// Makes (or moves) a branch at a commit of this script.
    pub fn branch_at(&mut self, name: &str, commit: ObjectId) {
        self.branches.insert(name.to_owned(), Branch { tip: Some(commit), brought: BTreeMap::new() });
    }

    /// The last commit of a branch.
    ///
    /// # Errors
    /// Where it has none.
    pub fn tip(&self, branch: &str) -> Result<ObjectId, ScriptError> {
        let tip = self.branches.get(branch).and_then(|branch| branch.tip);
        tip.ok_or_else(|| ScriptError::UnknownBranch(branch.to_owned()))
    }

    /// Drops a branch; its commits stay where another ref or a merge reaches them.
    pub fn forget(&mut self, branch: &str) {
        self.branches.remove(branch);
    }

    /// Adds a commit to a branch; the first one on an unknown branch is a root.
    ///
    /// # Errors
    /// Where the branch's tip is not of this script.
    pub fn commit(&mut self, branch: &str, commit: &Commit<'_>) -> Result<ObjectId, ScriptError> {
        let parent = self.branches.get(branch).and_then(|branch| branch.tip);
        let changes = self.store_files(commit.files);
        let id = self.write_commit(&parent.into_iter().collect::<Vec<_>>(), &changes, commit)?;
        let branch = self.branches.entry(branch.to_owned()).or_default();
        branch.tip = Some(id);
        branch.brought.extend(changes);
        Ok(id)
    }

    /// Merges `other` into `branch` with a merge commit: what `other` changed since it was made or last merged, and
    /// `commit.files` on top.
    ///
    /// # Errors
    /// Where either has no commit.
    pub fn merge(&mut self, branch: &str, other: &str, commit: &Commit<'_>) -> Result<ObjectId, ScriptError> {
        let parents = [self.tip(branch)?, self.tip(other)?];
        let mut changes =
            self.branches.get_mut(other).map(|other| std::mem::take(&mut other.brought)).unwrap_or_default();
        changes.extend(self.store_files(commit.files));
        let id = self.write_commit(&parents, &changes, commit)?;
        let branch = self.branches.entry(branch.to_owned()).or_default();
        branch.tip = Some(id);
        branch.brought.extend(changes);
        Ok(id)
    }

    /// Writes a tag: annotated where `annotation` says by whom and with which text, else lightweight.
    pub fn tag(&mut self, name: &str, target: ObjectId, annotation: Option<(Sign<'_>, &str)>) -> ObjectId {
        let full = format!("refs/tags/{name}");
        let Some((tagger, text)) = annotation else {
            self.refs.insert(full, (target, None));
            return target;
        };
        let tagger = line_of(tagger);
        let object = format!("object {target}\ntype commit\ntag {name}\ntagger {tagger}\n\n{text}\n");
        let id = self.objects.put(Kind::Tag, object.into_bytes());
        self.refs.insert(full, (id, Some(target)));
        id
    }

    /// Points any ref (`refs/pull/7/head`) at an object.
    pub fn set_ref(&mut self, full_name: &str, target: ObjectId) {
        self.refs.insert(full_name.to_owned(), (target, None));
    }

    /// The id that a file with this content has.
    pub fn blob_id(&mut self, content: &[u8]) -> ObjectId {
        self.objects.put(Kind::Blob, content.to_vec())
    }

    /// Leaves an object out of what is written, as a partial clone does.
    pub fn omit(&mut self, object: ObjectId) {
        self.objects.omit(object);
    }

    /// Cuts the history off at a commit, as a shallow clone does: its parents count as absent.
    pub fn cut_at(&mut self, commit: ObjectId) {
        self.shallow.insert(commit);
    }

    /// Writes everything since the start or the last call; the script can go on afterwards.
    ///
    /// # Errors
    /// Where files cannot be written.
    pub fn finish(&mut self) -> Result<(), ScriptError> {
        self.objects.write_pack(&self.path.join("objects/pack"))?;
        let mut refs = self.refs.clone();
        for (name, branch) in &self.branches {
            if let Some(tip) = branch.tip {
                refs.insert(format!("refs/heads/{name}"), (tip, None));
            }
        }
        let mut packed = "# pack-refs with: peeled fully-peeled sorted \n".to_owned();
        for (name, (target, peeled)) in &refs {
            line(&mut packed, format_args!("{target} {name}\n"));
            if let Some(peeled) = peeled {
                line(&mut packed, format_args!("^{peeled}\n"));
            }
        }
        write(&self.path.join("packed-refs"), packed.as_bytes())?;
        write(&self.path.join("HEAD"), format!("ref: refs/heads/{}\n", self.head).as_bytes())?;
        if !self.shallow.is_empty() {
            let mut lines = String::new();
            for id in &self.shallow {
                line(&mut lines, format_args!("{id}\n"));
            }
            write(&self.path.join("shallow"), lines.as_bytes())?;
        }
        Ok(())
    }

    fn store_files(&mut self, files: &[FileChange<'_>]) -> BTreeMap<String, Option<ObjectId>> {
        files
            .iter()
            .map(|(path, content)| {
                ((*path).to_owned(), content.map(|content| self.objects.put(Kind::Blob, content.to_vec())))
            })
            .collect()
    }

    fn write_commit(
        &mut self,
        parents: &[ObjectId],
        changes: &BTreeMap<String, Option<ObjectId>>,
        commit: &Commit<'_>,
    ) -> Result<ObjectId, ScriptError> {
        let before = parents.first().map(|parent| self.objects.tree_of(*parent)).transpose()?;
        let tree = tree::edit(&mut self.objects, before, changes)?;
        let mut text = format!("tree {tree}\n");
        for parent in parents {
            line(&mut text, format_args!("parent {parent}\n"));
        }
        let (author, committer) = (line_of(commit.author), line_of(commit.committer));
        line(&mut text, format_args!("author {author}\ncommitter {committer}\n\n{}\n", commit.message));
        Ok(self.objects.put(Kind::Commit, text.into_bytes()))
    }
}

fn line(text: &mut String, words: std::fmt::Arguments<'_>) {
    text.write_fmt(words).expect("a string takes every text");
}

fn line_of(sign: Sign<'_>) -> String {
    let (mark, minutes) =
        if sign.offset_minutes < 0 { ('-', -sign.offset_minutes) } else { ('+', sign.offset_minutes) };
    format!("{} <{}> {} {mark}{:02}{:02}", sign.name, sign.email, sign.at_s, minutes / 60, minutes % 60)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), ScriptError> {
    fs::write(path, bytes).map_err(|why| ScriptError::Io { path: path.to_owned(), why })
}
