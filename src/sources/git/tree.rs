//! Reads trees and compares them, entering only folders that a rule can match in.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use gix::ObjectId;
use gix::objs::Exists as _;
use gix::prelude::FindExt as _;

use super::watch::{Stand, Watch};

/// When the kept trees are larger than this, they are dropped and read again.
const MOST_KEPT: usize = 12 << 20;

/// The trees of a repository, read through a cache of its own: each is met as the new and soon as the old one.
pub(super) struct Trees<'a> {
    pub(super) git: &'a gix::Repository,
    watch: &'a Watch<'a>,
    kept: HashMap<ObjectId, Option<Rc<[u8]>>>,
    kept_bytes: usize,
    buffer: Vec<u8>,
    /// Objects that the repository does not hold.
    pub(super) missing: BTreeSet<ObjectId>,
}

/// A file that is not the same on both sides.
pub(super) type Difference<'p> = (&'p [u8], Option<ObjectId>, Option<ObjectId>);

#[derive(Clone, Copy)]
struct Entry<'t> {
    name: &'t [u8],
    is_folder: bool,
    /// Neither a folder nor a file: a repository inside the repository.
    is_other: bool,
    id: &'t [u8],
}

impl<'a> Trees<'a> {
    pub(super) fn new(git: &'a gix::Repository, watch: &'a Watch<'a>) -> Self {
        Self { git, watch, kept: HashMap::new(), kept_bytes: 0, buffer: Vec::new(), missing: BTreeSet::new() }
    }

    fn read(&mut self, id: ObjectId) -> Option<Rc<[u8]>> {
        if let Some(kept) = self.kept.get(&id) {
            return kept.clone();
        }
        let found = self.git.objects.find(&id, &mut self.buffer).ok();
        let tree: Option<Rc<[u8]>> =
            found.filter(|data| data.kind == gix::objs::Kind::Tree).map(|data| data.data.into());
        if tree.is_none() && id != ObjectId::empty_tree(id.kind()) {
            self.missing.insert(id);
        }
        self.kept_bytes += tree.as_ref().map_or(0, |tree| tree.len()) + 100;
        if self.kept_bytes > MOST_KEPT {
            self.kept.clear();
            self.kept_bytes = 0;
        }
        self.kept.insert(id, tree.clone());
        tree
    }

    /// Reads a file; `None` where the repository does not hold it.
    pub(super) fn blob(&mut self, id: ObjectId) -> Option<&[u8]> {
        // Asked twice, because what was found borrows the buffer that a failure must not keep.
        if self.git.objects.find(&id, &mut self.buffer).is_err() {
            self.missing.insert(id);
            return None;
        }
        Some(&self.buffer)
    }

    /// Calls `on_file` for each file in a folder of some rule that differs between the trees.
    pub(super) fn compare(
        &mut self,
        before: Option<ObjectId>,
        after: Option<ObjectId>,
        on_file: &mut dyn FnMut(Difference<'_>),
    ) {
        let top = self.watch.top();
        self.compare_folder(before, after, &top, &mut Vec::new(), on_file);
    }

    fn compare_folder(
        &mut self,
        before: Option<ObjectId>,
        after: Option<ObjectId>,
        stands: &[Stand],
        path: &mut Vec<u8>,
        on_file: &mut dyn FnMut(Difference<'_>),
    ) {
        if before == after || stands.is_empty() {
            return;
        }
        let old = before.map(|id| self.read(id));
        let new = after.map(|id| self.read(id));
        // Where one side is not there to be read, nothing can be said of its changes.
        if matches!(old, Some(None)) || matches!(new, Some(None)) {
            return;
        }
        let (old, new) = (old.flatten(), new.flatten());
        let (mut old, mut new) = (old.as_deref().unwrap_or_default(), new.as_deref().unwrap_or_default());
        let (old_trees, new_trees) = (old, new);
        let same = same_entries(old_trees, new_trees);
        old = &old[same..];
        new = &new[same..];
        let mut left = take_entry(&mut old);
        let mut right = take_entry(&mut new);
        loop {
            let order = match (&left, &right) {
                (None, None) => break,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(left), Some(right)) => compare_names(left, right),
            };
            let was = if order.is_le() { left.take() } else { None };
            let is = if order.is_ge() { right.take() } else { None };
            if order.is_le() {
                left = take_entry(&mut old);
            }
            if order.is_ge() {
                right = take_entry(&mut new);
            }
            if let (Some(was), Some(is)) = (&was, &is)
                && was.id == is.id
            {
                continue;
            }
            let Some(entry) = was.or(is) else { continue };
            let id = |entry: Option<Entry<'_>>| {
                entry.filter(|entry| !entry.is_other).map(|entry| ObjectId::from_bytes_or_panic(entry.id))
            };
            let (was, is) = (id(was), id(is));
            let length = path.len();
            path.extend_from_slice(entry.name);
            if entry.is_folder {
                let inside = self.watch.enter(stands, entry.name);
                if !inside.is_empty() {
                    path.push(b'/');
                    self.compare_folder(was, is, &inside, path, on_file);
                }
            } else if (was.is_some() || is.is_some()) && self.watch.admits_file(stands, entry.name) {
                on_file((path, was, is));
            }
            path.truncate(length);
        }
    }

    /// Every file that one rule matches in a tree, until `on_file` says that it has seen enough.
    pub(super) fn list(&mut self, tree: ObjectId, target: usize, on_file: &mut dyn FnMut(&[u8], ObjectId) -> bool) {
        let top = self.watch.top_of(target);
        self.list_folder(tree, &top, &mut Vec::new(), on_file);
    }

    fn list_folder(
        &mut self,
        tree: ObjectId,
        stands: &[Stand],
        path: &mut Vec<u8>,
        on_file: &mut dyn FnMut(&[u8], ObjectId) -> bool,
    ) -> bool {
        let Some(tree) = self.read(tree) else { return true };
        let mut rest: &[u8] = &tree;
        while let Some(entry) = take_entry(&mut rest) {
            let length = path.len();
            path.extend_from_slice(entry.name);
            let id = ObjectId::from_bytes_or_panic(entry.id);
            let go_on = if entry.is_folder {
                let inside = self.watch.enter(stands, entry.name);
                path.push(b'/');
                inside.is_empty() || self.list_folder(id, &inside, path, on_file)
            } else {
                entry.is_other || !self.watch.admits_file(stands, entry.name) || on_file(path, id)
            };
            path.truncate(length);
            if !go_on {
                return false;
            }
        }
        true
    }

    /// Every path of a tree, up to `most`: what a rule that matched nothing may have meant.
    pub(super) fn all_paths(&mut self, tree: ObjectId, most: usize) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![(tree, Vec::new())];
        while let Some((id, prefix)) = folders.pop() {
            let Some(tree) = self.read(id) else { continue };
            let mut rest: &[u8] = &tree;
            while let Some(entry) = take_entry(&mut rest) {
                let mut path = prefix.clone();
                path.extend_from_slice(entry.name);
                if entry.is_folder {
                    path.push(b'/');
                    folders.push((ObjectId::from_bytes_or_panic(entry.id), path));
                } else if found.len() < most {
                    found.push(String::from_utf8_lossy(&path).into_owned());
                }
            }
            if found.len() >= most {
                break;
            }
        }
        found
    }
}

impl Trees<'_> {
    /// Notes which files of a tree the repository does not hold, whether a rule reads them or not.
    pub(super) fn note_absent(&mut self, tree: ObjectId) {
        let mut folders = vec![tree];
        while let Some(id) = folders.pop() {
            let Some(tree) = self.read(id) else { continue };
            let mut rest: &[u8] = &tree;
            while let Some(entry) = take_entry(&mut rest) {
                let id = ObjectId::from_bytes_or_panic(entry.id);
                if entry.is_folder {
                    folders.push(id);
                } else if !entry.is_other && !self.git.objects.exists(&id) {
                    self.missing.insert(id);
                }
            }
        }
    }
}

/// How many bytes of whole entries two trees have in common at their start.
fn same_entries(old: &[u8], new: &[u8]) -> usize {
    let common = old.chunks(64).zip(new.chunks(64)).take_while(|(old, new)| old == new).count() * 64;
    let common = common.min(old.len()).min(new.len());
    let mut at = 0;
    let mut rest = old;
    while let Some(entry) = take_entry(&mut rest) {
        let end = old.len() - rest.len();
        let _ = entry;
        if end > common {
            break;
        }
        at = end;
    }
    at
}

fn take_entry<'t>(rest: &mut &'t [u8]) -> Option<Entry<'t>> {
    let end = bstr::ByteSlice::find_byte(*rest, 0)?;
    let head = &rest[..end];
    let id = rest.get(end + 1..end + 21)?;
    *rest = &rest[end + 21..];
    let space = bstr::ByteSlice::find_byte(head, b' ')?;
    let mode = head[0];
    let is_folder = mode == b'4' || head.starts_with(b"04");
    Some(Entry { name: &head[space + 1..], is_folder, is_other: head.starts_with(b"160000"), id })
}

/// Git sorts a folder as if its name ended in a slash; so a file and a folder of one name are two entries.
fn compare_names(left: &Entry<'_>, right: &Entry<'_>) -> std::cmp::Ordering {
    let shorter = left.name.len().min(right.name.len());
    let end = |entry: &Entry<'_>| entry.name.get(shorter).copied().unwrap_or(if entry.is_folder { b'/' } else { 0 });
    left.name[..shorter].cmp(&right.name[..shorter]).then_with(|| end(left).cmp(&end(right)))
}
