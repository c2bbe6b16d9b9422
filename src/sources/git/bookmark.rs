//! What a pull leaves behind so that the next one can go on from it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::catalog::CatalogState;
use super::open::Opened;
use super::registry::RegistryState;
use crate::config::{Repository, Settings};

/// Where a pull ended, and the state of registries and catalogs there. Opaque; store it as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    /// The form of this bookmark; another form is not gone on from.
    pub(super) form: u32,
    pub(super) head: String,
    /// A hash of everything in the study file that this source obeys.
    pub(super) rules: String,
    /// A hash of all tags, and of the side refs of `squashes`.
    pub(super) refs: String,
    /// Numbers of the squashes that were landed.
    pub(super) squashes: BTreeSet<u64>,
    /// A hash of the side refs of `squashes` alone.
    pub(super) sides: String,
    /// Tags already told, and what they pointed to.
    pub(super) tags: BTreeMap<String, String>,
    pub(super) to_us: i64,
    /// Rules that have matched something.
    pub(super) matched: BTreeSet<String>,
    pub(super) registries: BTreeMap<String, RegistryState>,
    pub(super) catalogs: BTreeMap<String, CatalogState>,
}

/// The form that this version writes.
pub(super) const FORM: u32 = 1;

/// What a file held at a landing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "T: Serialize + DeserializeOwned")]
pub(super) struct Held<T> {
    pub(super) environment: Option<String>,
    #[serde(with = "shared")]
    pub(super) content: Arc<T>,
}

mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<T: Serialize, S: Serializer>(shared: &Arc<T>, serializer: S) -> Result<S::Ok, S::Error> {
        shared.as_ref().serialize(serializer)
    }

    pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Arc<T>, D::Error> {
        T::deserialize(deserializer).map(Arc::new)
    }
}

/// A hash of everything in the study file that changes what this source yields.
pub(super) fn rules_of(settings: &Settings, repository: &Repository, rank: i64) -> String {
    hash(&(
        (&settings.path_rules, &settings.registries, &settings.catalogs, &settings.environments),
        (&settings.limits.bulk_subjects, &settings.coverage.team_names, &settings.bots, &settings.zone),
        (&repository.name, repository.role, &repository.subject, &repository.tags, rank),
    ))
}

/// A hash of the tags and of the side refs of these squashes.
pub(super) fn refs_of(opened: &Opened, squashes: &BTreeSet<u64>) -> String {
    hash(&(&opened.tags, sides_of(opened, squashes)))
}

/// A hash of the side refs of these squashes.
pub(super) fn sides_of(opened: &Opened, squashes: &BTreeSet<u64>) -> String {
    let sides: Vec<_> = squashes.iter().map(|number| (number, opened.side_heads.get(number))).collect();
    hash(&sides)
}

fn hash(value: &dyn Debug) -> String {
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
    hasher.update(format!("{value:?}").as_bytes());
    hasher.try_finalize().map_or_else(|_| String::new(), |id| id.to_string())
}
