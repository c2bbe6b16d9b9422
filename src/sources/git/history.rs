//! Walks the history once: every commit that the head reaches, its generation, and which landing brought it in.
//!
//! In: an opened repository. Out: a [`History`]. While it walks it hands out pairs of trees, so that the diffs of one
//! core run beside the walk of another.

use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;
use gix::prelude::FindExt as _;

use super::commit::{self, Commit, NONE, Place, Signatures};

/// The commits of a history, in the order that the walk met them (children mostly before parents).
pub(super) struct History {
    pub(super) commits: Vec<Commit>,
    pub(super) signatures: Signatures,
    /// The first-parent line, root first.
    pub(super) line: Vec<Place>,
    /// Topological order, parents first; each landing's newly brought commits stand together, itself last.
    pub(super) order: Vec<Place>,
    /// Where in `order` each landing's commits begin.
    starts: Vec<usize>,
    places: gix::hashtable::HashMap<ObjectId, Place>,
    /// Commits that the repository does not hold.
    pub(super) missing: Vec<ObjectId>,
    pub(super) is_shallow: bool,
}

/// Two trees whose difference is what a commit did to its first parent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) place: Place,
    pub(super) before: Option<ObjectId>,
    pub(super) after: ObjectId,
}

/// Walks from `head`; `on_pair` gets each commit as soon as its first parent's tree is known.
pub(super) fn walk(
    git: &gix::Repository,
    head: ObjectId,
    shallow: &BTreeSet<ObjectId>,
    mut on_pair: impl FnMut(Pair),
    on_count: &dyn Fn(u64),
) -> History {
    let mut signatures = Signatures::default();
    let mut places = gix::hashtable::HashMap::<ObjectId, Place>::default();
    let mut ids = vec![head];
    let mut commits: Vec<Commit> = Vec::new();
    // Children whose first parent is not read yet, chained per parent.
    let mut waiting: Vec<Place> = vec![NONE];
    let mut next_waiting: Vec<Place> = Vec::new();
    let mut missing = Vec::new();
    let mut is_shallow = false;
    let mut buffer = Vec::new();
    places.insert(head, 0);
    while commits.len() < ids.len() {
        let place = commits.len();
        let at = u32::try_from(place).expect("fewer than four billion commits");
        let id = ids[place];
        let data = git.objects.find(&id, &mut buffer).ok();
        let raw =
            data.as_ref().filter(|data| data.kind == gix::objs::Kind::Commit).and_then(|data| commit::parse(data.data));
        next_waiting.push(NONE);
        let Some(mut raw) = raw else {
            missing.push(id);
            commits.push(absent(id));
            continue;
        };
        let cut = shallow.contains(&id) && !raw.parents.is_empty();
        let landed = commit::landed(&raw);
        if cut {
            is_shallow = true;
            raw.parents.clear();
        }
        let mut parents = raw.parents.iter().map(|parent| {
            *places.entry(*parent).or_insert_with(|| {
                ids.push(*parent);
                waiting.push(NONE);
                u32::try_from(ids.len() - 1).expect("fewer than four billion commits")
            })
        });
        let first_parent = parents.next().unwrap_or(NONE);
        let other_parents: Box<[Place]> = parents.collect();
        let commit = Commit {
            id,
            tree: raw.tree,
            first_parent,
            other_parents,
            author: signatures.place(raw.author.0),
            committer: signatures.place(raw.committer.0),
            author_s: raw.author.1,
            committer_s: raw.committer.1,
            generation: 0,
            landing: NONE,
            landed,
            cut,
        };
        if first_parent == NONE {
            on_pair(Pair { place: at, before: None, after: raw.tree });
        } else if (first_parent as usize) < place {
            let before = Some(commits[first_parent as usize].tree);
            on_pair(Pair { place: at, before, after: raw.tree });
        } else {
            next_waiting[place] = waiting[first_parent as usize];
            waiting[first_parent as usize] = at;
        }
        commits.push(commit);
        let mut child = waiting[place];
        while child != NONE {
            let waited = &commits[child as usize];
            let pair = Pair { place: child, before: Some(raw.tree), after: waited.tree };
            on_pair(pair);
            child = next_waiting[child as usize];
        }
        if place.is_multiple_of(1024) {
            on_count(place as u64);
        }
    }
    forget_absent(&mut commits, &missing, &places);
    let mut history = History {
        commits,
        signatures,
        line: Vec::new(),
        order: Vec::new(),
        starts: Vec::new(),
        places,
        missing,
        is_shallow,
    };
    history.arrange();
    history
}

fn absent(id: ObjectId) -> Commit {
    Commit {
        id,
        tree: ObjectId::empty_tree(gix::hash::Kind::Sha1),
        first_parent: NONE,
        other_parents: Box::default(),
        author: NONE,
        committer: NONE,
        author_s: 0,
        committer_s: 0,
        generation: 0,
        landing: NONE,
        landed: None,
        cut: true,
    }
}

/// A child of a commit that is not there is where the history begins for us.
fn forget_absent(commits: &mut [Commit], missing: &[ObjectId], places: &gix::hashtable::HashMap<ObjectId, Place>) {
    if missing.is_empty() {
        return;
    }
    let gone: BTreeSet<Place> = missing.iter().filter_map(|id| places.get(id).copied()).collect();
    for commit in commits.iter_mut() {
        if gone.contains(&commit.first_parent) {
            commit.first_parent = NONE;
            commit.cut = true;
        }
        if commit.other_parents.iter().any(|parent| gone.contains(parent)) {
            for parent in &mut commit.other_parents {
                if gone.contains(parent) {
                    *parent = NONE;
                }
            }
        }
    }
}

impl History {
    /// Whether the commit is there at all.
    pub(super) fn is_present(&self, place: Place) -> bool {
        self.commits[place as usize].author != NONE
    }

    pub(super) fn get(&self, place: Place) -> &Commit {
        &self.commits[place as usize]
    }

    pub(super) fn place_of(&self, id: ObjectId) -> Option<Place> {
        self.places.get(&id).copied().filter(|place| self.is_present(*place))
    }

    /// What a landing newly brings in, parents first, itself last.
    pub(super) fn brought_by(&self, landing: usize) -> &[Place] {
        let end = self.starts.get(landing + 1).copied().unwrap_or(self.order.len());
        &self.order[self.starts[landing]..end]
    }

    /// The oldest by author time, ties by generation, of commits that are not `landing` itself.
    pub(super) fn oldest<'a>(&self, among: impl Iterator<Item = &'a Place>) -> Option<Place> {
        among.copied().min_by_key(|place| {
            let commit = self.get(*place);
            (commit.author_s, commit.generation, commit.id)
        })
    }

    fn arrange(&mut self) {
        let mut at = 0;
        while at != NONE && self.is_present(at) {
            self.line.push(at);
            at = self.commits[at as usize].first_parent;
        }
        self.line.reverse();
        let mut stack: Vec<(Place, usize)> = Vec::new();
        for landing in 0..self.line.len() {
            self.starts.push(self.order.len());
            let number = u32::try_from(landing).expect("fewer than four billion commits");
            self.commits[self.line[landing] as usize].landing = number;
            stack.push((self.line[landing], 0));
            while let Some((place, next)) = stack.pop() {
                let commit = &self.commits[place as usize];
                let parent =
                    if next == 0 { Some(commit.first_parent) } else { commit.other_parents.get(next - 1).copied() };
                let Some(parent) = parent else {
                    let above = commit.parents().map(|parent| self.commits[parent as usize].generation + 1).max();
                    self.commits[place as usize].generation = above.unwrap_or(0);
                    self.order.push(place);
                    continue;
                };
                stack.push((place, next + 1));
                if parent != NONE && self.commits[parent as usize].landing == NONE && self.is_present(parent) {
                    self.commits[parent as usize].landing = number;
                    stack.push((parent, 0));
                }
            }
        }
    }
}

/// What a squash leaves out of the history: the commits of its branch, read when asked for.
#[derive(Default)]
pub(super) struct Side {
    commits: BTreeMap<ObjectId, Option<SideRaw>>,
}

/// Tree, parents, author and author time.
type SideRaw = (ObjectId, Vec<ObjectId>, u32, i64);

/// A commit of a squashed branch.
#[derive(Clone, Copy, Debug)]
pub(super) struct SideCommit {
    pub(super) id: ObjectId,
    pub(super) tree: ObjectId,
    pub(super) first_parent: Option<ObjectId>,
    pub(super) is_merge: bool,
    pub(super) author: u32,
    pub(super) author_s: i64,
}

impl Side {
    /// The commits of `head` that the landing's first parent does not reach; empty where one is missing.
    pub(super) fn branch(
        &mut self,
        git: &gix::Repository,
        history: &mut History,
        head: ObjectId,
        landing: u32,
    ) -> Vec<SideCommit> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::from([head]);
        let mut stack = vec![head];
        let mut buffer = Vec::new();
        while let Some(id) = stack.pop() {
            if history.place_of(id).is_some_and(|place| history.get(place).landing < landing) {
                continue;
            }
            let signatures = &mut history.signatures;
            let known = self.commits.entry(id).or_insert_with(|| {
                let data = git.objects.find(&id, &mut buffer).ok()?;
                let raw = commit::parse(data.data).filter(|_| data.kind == gix::objs::Kind::Commit)?;
                Some((raw.tree, raw.parents.clone(), signatures.place(raw.author.0), raw.author.1))
            });
            let Some((tree, parents, author, author_s)) = known else {
                return Vec::new();
            };
            let first_parent = parents.first().copied();
            found.push(SideCommit {
                id,
                tree: *tree,
                first_parent,
                is_merge: parents.len() > 1,
                author: *author,
                author_s: *author_s,
            });
            stack.extend(parents.iter().filter(|parent| seen.insert(**parent)));
        }
        found.sort_by_key(|commit| (commit.author_s, commit.id));
        found
    }
}
