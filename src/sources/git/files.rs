//! Reads the versions of watched files in parallel: the names of a registry, the entries of a catalog.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use gix::ObjectId;
use gix::prelude::FindExt as _;
use rayon::prelude::*;

use super::diff::Touches;
use super::entries::{self, Entries};
use super::landing::Landing;
use super::watch::{Names, Target, Watch};
use super::yaml;

/// The names in a version of a registry's file, each with the other name that the file says it has.
pub(super) type NameSet = BTreeMap<String, Option<String>>;

/// What a version of a file holds.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Names(Arc<NameSet>),
    Entries(Arc<Entries>),
    /// It cannot be parsed.
    Broken,
    /// The repository does not hold it.
    Missing,
}

/// Every version of the files of registries and catalogs that landed, read once.
#[derive(Default)]
pub(super) struct Versions {
    all: HashMap<(usize, ObjectId), (Content, u64)>,
}

impl Versions {
    /// Reads what the landings brought.
    pub(super) fn read(
        git: &gix::ThreadSafeRepository,
        watch: &Watch<'_>,
        touches: &Touches,
        landings: &[Landing],
    ) -> Self {
        let mut wanted: BTreeMap<(usize, ObjectId), &str> = BTreeMap::new();
        for landing in landings {
            for touch in touches.of(landing.place) {
                let Some(after) = touch.after else { continue };
                for hit in touches.paths.hits(touch.path) {
                    if !matches!(watch.targets[hit.target], Target::Path { .. }) {
                        wanted.entry((hit.target, after)).or_insert_with(|| touches.paths.text(touch.path));
                    }
                }
            }
        }
        let wanted: Vec<_> = wanted.into_iter().collect();
        let read = wanted.into_par_iter().map_init(
            || {
                let mut git = git.to_thread_local();
                git.objects.refresh_never();
                (git, Vec::new())
            },
            |(git, buffer), ((target, blob), path)| {
                let content = match git.objects.find(&blob, buffer) {
                    Ok(data) => content(&watch.targets[target], path, data.data),
                    Err(_) => (Content::Missing, 0),
                };
                ((target, blob), content)
            },
        );
        Self { all: read.collect() }
    }

    /// What a version holds, and how many keys stand twice in it.
    pub(super) fn get(&self, target: usize, blob: ObjectId) -> (&Content, u64) {
        self.all.get(&(target, blob)).map_or((&Content::Missing, 0), |(content, duplicates)| (content, *duplicates))
    }

    /// The versions that the repository does not hold.
    pub(super) fn missing(&self) -> BTreeSet<ObjectId> {
        let missing = self.all.iter().filter(|(_, (content, _))| matches!(content, Content::Missing));
        missing.map(|((_, blob), _)| *blob).collect()
    }
}

fn content(target: &Target<'_>, path: &str, bytes: &[u8]) -> (Content, u64) {
    match target {
        Target::Path { .. } => (Content::Broken, 0),
        Target::Registry { names: Names::Pattern(pattern), .. } => {
            let mut names = NameSet::new();
            for captures in pattern.captures_iter(bytes) {
                let text =
                    |group| captures.name(group).map(|found| String::from_utf8_lossy(found.as_bytes()).into_owned());
                if let Some(name) = text("name") {
                    let alias = text("alias").filter(|alias| *alias != name);
                    let known = names.entry(name).or_default();
                    *known = alias.or(known.take());
                }
            }
            (Content::Names(Arc::new(names)), 0)
        }
        Target::Registry { names: Names::At(at), .. } => match yaml::read(path, bytes) {
            None => (Content::Broken, 0),
            Some(parsed) => {
                let names = at.names(&parsed.documents).into_iter().map(|name| (name, None)).collect();
                (Content::Names(Arc::new(names)), parsed.duplicates)
            }
        },
        Target::Catalog(catalog) => match yaml::read(path, bytes) {
            None => (Content::Broken, 0),
            Some(parsed) => {
                let (entries, twice) = entries::read(catalog, &parsed.documents);
                (Content::Entries(Arc::new(entries)), parsed.duplicates + twice)
            }
        },
    }
}
