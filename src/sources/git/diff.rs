//! What each commit did to the watched files: diffs against the first parent, on worker threads.
//!
//! In: pairs of trees. Out: [`Touches`] by commit. Whether a write changed the value that a rule reads is decided here
//! too, because it means reading files.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use gix::ObjectId;
use regex::bytes::Regex;

use super::commit::Place;
use super::history::Pair;
use super::tree::Trees;
use super::watch::{Paths, Target, Watch};
use crate::config::written::PathChange;

/// One watched file that a commit touched.
#[derive(Clone, Debug)]
pub(super) struct Touch {
    /// The path, by its place in [`Paths`].
    pub(super) path: u32,
    pub(super) before: Option<ObjectId>,
    pub(super) after: Option<ObjectId>,
    /// The rules of kind `changed` for which this is a write.
    pub(super) writes: Box<[u16]>,
}

/// What the commits of a history touched.
#[derive(Default)]
pub(super) struct Touches {
    by_place: HashMap<Place, Arc<[Touch]>>,
    pub(super) paths: Paths,
    pub(super) missing: BTreeSet<ObjectId>,
}

impl Touches {
    pub(super) fn of(&self, place: Place) -> &[Touch] {
        self.by_place.get(&place).map_or(&[], |touches| touches)
    }
}

/// Pairs that one worker takes at a time: neighbours share most of their trees.
pub(super) const CHUNK: usize = 256;

/// Compares on worker threads what `feed` sends, until it returns.
pub(super) fn on_workers<T>(
    git: &gix::ThreadSafeRepository,
    watch: &Watch<'_>,
    feed: impl FnOnce(&mut dyn FnMut(Pair)) -> T,
) -> (T, Touches) {
    let paths = Mutex::new(Paths::default());
    let (sender, receiver) = mpsc::channel::<Vec<Pair>>();
    let receiver = Mutex::new(receiver);
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).min(16);
    let mut touches = Touches::default();
    let answer = std::thread::scope(|scope| {
        let running: Vec<_> = (0..workers)
            .map(|_| {
                scope.spawn(|| {
                    let mut git = git.to_thread_local();
                    git.objects.refresh_never();
                    keep_few_bases(&mut git);
                    let mut differ = Differ::new(&git, watch, &paths);
                    let mut found = Vec::new();
                    loop {
                        let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
                        let Ok(pairs) = next else { break };
                        for pair in pairs {
                            let touches = differ.compare(pair.before, pair.after);
                            if !touches.is_empty() {
                                found.push((pair.place, touches));
                            }
                        }
                    }
                    (found, differ.trees.missing)
                })
            })
            .collect();
        let mut chunk = Vec::with_capacity(CHUNK);
        let answer = feed(&mut |pair| {
            chunk.push(pair);
            if chunk.len() == CHUNK {
                // A send fails only after a worker's panic, which the join below passes on.
                let _ = sender.send(std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK)));
            }
        });
        let _ = sender.send(chunk);
        drop(sender);
        for worker in running {
            let (found, missing) = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            touches.by_place.extend(found);
            touches.missing.extend(missing);
        }
        answer
    });
    touches.paths = paths.into_inner().unwrap_or_else(PoisonError::into_inner);
    (answer, touches)
}

/// Neighbours in a pack share their bases, so a small cache does as well as the large one that git would take.
pub(super) fn keep_few_bases(git: &mut gix::Repository) {
    git.objects.set_pack_cache(|| Box::new(gix::odb::pack::cache::lru::MemoryCappedHashmap::new(BASES)));
}

const BASES: usize = 24 << 20;

/// Compares trees one pair after the other.
pub(super) struct Differ<'a> {
    pub(super) trees: Trees<'a>,
    watch: &'a Watch<'a>,
    paths: &'a Mutex<Paths>,
    values: HashMap<(ObjectId, u16), Option<Box<[u8]>>>,
    /// A merge often repeats what its branch did: the last answers, newest first.
    recent: VecDeque<(Option<ObjectId>, ObjectId, Arc<[Touch]>)>,
}

const RECENT: usize = 64;

impl<'a> Differ<'a> {
    pub(super) fn new(git: &'a gix::Repository, watch: &'a Watch<'a>, paths: &'a Mutex<Paths>) -> Self {
        Self {
            trees: Trees::new(git, watch),
            watch,
            paths,
            values: HashMap::new(),
            recent: VecDeque::with_capacity(RECENT),
        }
    }

    pub(super) fn compare(&mut self, before: Option<ObjectId>, after: ObjectId) -> Arc<[Touch]> {
        if let Some((_, _, known)) = self.recent.iter().find(|(was, is, _)| *is == after && *was == before) {
            return known.clone();
        }
        let mut touches = Vec::new();
        {
            let (watch, paths) = (self.watch, self.paths);
            self.trees.compare(before, Some(after), &mut |(path, before, after)| {
                let path = paths.lock().unwrap_or_else(PoisonError::into_inner).place(watch, path);
                touches.push(Touch { path, before, after, writes: Box::default() });
            });
        }
        self.mark_writes(&mut touches);
        let touches: Arc<[Touch]> = touches.into();
        if self.recent.len() == RECENT {
            self.recent.pop_back();
        }
        self.recent.push_front((before, after, touches.clone()));
        touches
    }

    fn mark_writes(&mut self, touches: &mut [Touch]) {
        if touches.is_empty() {
            return;
        }
        let hits: Vec<_> = {
            let paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
            touches.iter().map(|touch| paths.hits(touch.path).to_vec()).collect()
        };
        for place in 0..touches.len() {
            let Some(after) = touches[place].after else { continue };
            let mut writes = Vec::new();
            for hit in &hits[place] {
                let Target::Path { rule, value } = &self.watch.targets[hit.target] else { continue };
                if rule.when != PathChange::Changed {
                    continue;
                }
                let target = u16::try_from(hit.target).expect("a study file has fewer than 65,536 rules");
                // What a file held before; for one that is new here, what left other paths of the same subject: a
                // folder that moves writes nothing.
                let mut earlier: Vec<ObjectId> = touches[place].before.into_iter().collect();
                if earlier.is_empty() {
                    let moved =
                        touches.iter().zip(&hits).filter(|(other, hits)| other.after.is_none() && hits.contains(hit));
                    earlier.extend(moved.filter_map(|(other, _)| other.before));
                }
                let is_write = match value {
                    None => !earlier.contains(&after),
                    Some(value) => match self.value(target, value, after) {
                        None => false,
                        Some(new) => {
                            !earlier.into_iter().any(|old| self.value(target, value, old).as_ref() == Some(&new))
                        }
                    },
                };
                if is_write {
                    writes.push(target);
                }
            }
            touches[place].writes = writes.into();
        }
    }

    fn value(&mut self, target: u16, value: &Regex, blob: ObjectId) -> Option<Box<[u8]>> {
        if let Some(known) = self.values.get(&(blob, target)) {
            return known.clone();
        }
        let found = self.trees.blob(blob).and_then(|bytes| Some(value.captures(bytes)?.get(1)?.as_bytes().into()));
        self.values.insert((blob, target), found.clone());
        found
    }
}
