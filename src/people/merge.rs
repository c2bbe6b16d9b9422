//! Identities become people: whoever shares a key is one, chains included.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::keys::{ALIAS, EMAIL, FULL_NAME, HANDLE, MAILMAP, ONE_WORD_NAME};
use super::secret::hex;
use crate::log::{IdentityKey, Person};

/// The people of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// Identity id → person id.
    pub person_of: BTreeMap<String, String>,
    /// Every person, by id.
    pub persons: Vec<Person>,
    /// Kind of key → how many mergers it made that no surer kind had made before; for explaining, in the order of trust.
    pub mergers: Vec<(&'static str, i64)>,
}

/// From the surest to the least sure, so that a merger is credited to the surest key that makes it.
const KINDS: [&str; 6] = [ALIAS, MAILMAP, EMAIL, HANDLE, ONE_WORD_NAME, FULL_NAME];

/// Merges identities into people, the same whatever the order of the rows.
///
/// A person's id comes from the smallest of the identity ids. It stays while no new data adds a smaller one to the person:
/// a pull that shows two people to be one may therefore change an id. Humans and bots never merge.
pub fn merge(keys: &[IdentityKey]) -> People {
    let mut is_bot: BTreeMap<&str, bool> = BTreeMap::new();
    for row in keys {
        *is_bot.entry(&row.identity_id).or_default() |= row.is_bot;
    }
    let ids: Vec<&str> = is_bot.keys().copied().collect();
    let places: BTreeMap<&str, usize> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    let mut sets = Sets { parent: (0..ids.len()).collect() };

    // Kind, key and nature → who has it. A one-word name stands beside the handles it is hashed like.
    let mut holders: BTreeMap<(&str, &str, bool), Vec<usize>> = BTreeMap::new();
    for row in keys.iter().filter(|row| KINDS.contains(&row.kind.as_str())) {
        let group = (row.kind.as_str(), row.key.as_str(), is_bot[row.identity_id.as_str()]);
        holders.entry(group).or_default().push(places[row.identity_id.as_str()]);
    }
    let mut mergers = Vec::new();
    for kind in KINDS {
        let mut merged = 0;
        for ((_, key, bot), group) in holders.range((kind, "", false)..).take_while(|((other, ..), _)| *other == kind) {
            let first = if kind == ONE_WORD_NAME {
                holders.get(&(HANDLE, *key, *bot)).and_then(|handles| handles.first().copied())
            } else {
                group.first().copied()
            };
            let Some(first) = first else { continue };
            merged += group.iter().filter(|other| sets.join(first, **other)).count();
        }
        mergers.push((kind, i64::try_from(merged).unwrap_or(i64::MAX)));
    }

    let mut people = People { mergers, ..People::default() };
    let mut identities: BTreeMap<usize, i64> = BTreeMap::new();
    for (place, id) in ids.iter().enumerate() {
        let root = sets.root(place);
        *identities.entry(root).or_default() += 1;
        people.person_of.insert((*id).to_owned(), person_id(ids[root], is_bot[ids[root]]));
    }
    people.persons = identities
        .into_iter()
        .map(|(root, identities)| Person {
            person_id: person_id(ids[root], is_bot[ids[root]]),
            kind: if is_bot[ids[root]] { "bot" } else { "human" }.to_owned(),
            identities,
        })
        .collect();
    people.persons.sort_by(|a, b| a.person_id.cmp(&b.person_id));
    people
}

fn person_id(smallest: &str, is_bot: bool) -> String {
    let hash = hex(&Sha256::digest(smallest.as_bytes()));
    format!("{}-{}", if is_bot { 'b' } else { 'p' }, &hash[..12])
}

/// Sets of places; the root of a set is its smallest place.
struct Sets {
    parent: Vec<usize>,
}

impl Sets {
    fn root(&mut self, mut place: usize) -> usize {
        while self.parent[place] != place {
            self.parent[place] = self.parent[self.parent[place]];
            place = self.parent[place];
        }
        place
    }

    /// Whether the two were apart until now.
    fn join(&mut self, one: usize, other: usize) -> bool {
        let (one, other) = (self.root(one), self.root(other));
        self.parent[one.max(other)] = one.min(other);
        one != other
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
