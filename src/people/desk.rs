//! The desk that sources show signatures to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Secret;
use super::bots::Bots;
use super::keys::{HANDLE, Known, MAILMAP, NO_KEY, ONE_WORD_NAME};
use crate::log::{Identity, IdentityKey, Register, Signature};

/// Gives out identities and writes down, as keyed hashes only, what each is known by. One desk for each unit pulled.
pub struct Desk<'a> {
    secret: &'a Secret,
    bots: &'a Bots,
    /// Signatures as written → identity. Looked up only, and gone with the desk.
    seen: HashMap<String, Option<Identity>>,
    keys: BTreeMap<String, Entry>,
    /// Identities whose keys were not asked for yet.
    fresh: BTreeSet<String>,
}

struct Entry {
    is_bot: bool,
    keys: BTreeSet<(&'static str, String)>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(secret: &'a Secret, bots: &'a Bots) -> Self {
        Self { secret, bots, seen: HashMap::new(), keys: BTreeMap::new(), fresh: BTreeSet::new() }
    }

    /// The keys of every identity that was given out, in the order of their table.
    pub fn into_keys(self) -> Vec<IdentityKey> {
        self.keys.iter().flat_map(|(identity_id, entry)| rows(identity_id, entry)).collect()
    }

    /// Adds a key that no signature holds; `value` is hashed as all are.
    pub(super) fn add_key(&mut self, identity: &Identity, kind: &'static str, value: &str) {
        let key = self.secret.hash(&["key", kind, value], 32);
        if let Some(entry) = self.keys.get_mut(&identity.id)
            && entry.keys.insert((kind, key))
        {
            self.fresh.insert(identity.id.clone());
        }
    }

    fn give(&mut self, who: Signature<'_>) -> Option<Identity> {
        let known = Known::of(who)?;
        let part = |text: &Option<String>| text.clone().unwrap_or_default();
        let parts = [part(&known.name), part(&known.email), part(&known.handle)];
        let hash = self.secret.hash(&["identity", &parts[0], &parts[1], &parts[2]], 16);
        let identity = Identity { id: format!("i-{hash}"), is_bot: self.bots.include(&known) };
        if !self.keys.contains_key(&identity.id) {
            let keys = known.keys().into_iter().map(|(kind, value)| {
                // So that a one-word name can be found among the handles.
                let class = if kind == ONE_WORD_NAME { HANDLE } else { kind };
                (kind, self.secret.hash(&["key", class, &value], 32))
            });
            self.keys.insert(identity.id.clone(), Entry { is_bot: identity.is_bot, keys: keys.collect() });
            self.fresh.insert(identity.id.clone());
        }
        Some(identity)
    }
}

fn rows(identity_id: &str, entry: &Entry) -> Vec<IdentityKey> {
    let row = |kind: &str, key: String| IdentityKey {
        identity_id: identity_id.to_owned(),
        kind: kind.to_owned(),
        key,
        is_bot: entry.is_bot,
    };
    if entry.keys.is_empty() {
        return vec![row(NO_KEY, String::new())];
    }
    entry.keys.iter().map(|(kind, key)| row(kind, key.clone())).collect()
}

impl Register for Desk<'_> {
    fn identity(&mut self, who: Signature<'_>) -> Option<Identity> {
        let mut written = String::with_capacity(64);
        for part in [who.name, who.email, who.handle] {
            written.push_str(part.unwrap_or_default());
            written.push('\0');
        }
        if let Some(found) = self.seen.get(&written) {
            return found.clone();
        }
        let identity = self.give(who);
        self.seen.insert(written, identity.clone());
        identity
    }

    fn same_person(&mut self, proper: Signature<'_>, written: Signature<'_>) {
        let (Some(proper), Some(written)) = (self.identity(proper), self.identity(written)) else { return };
        let shared = proper.id.clone();
        self.add_key(&proper, MAILMAP, &shared);
        self.add_key(&written, MAILMAP, &shared);
    }

    fn word(&self, word: &str) -> String {
        self.secret.hash(&["word", word], 16)
    }

    fn new_keys(&mut self) -> Vec<IdentityKey> {
        let fresh = std::mem::take(&mut self.fresh);
        fresh.iter().filter_map(|id| Some(rows(id, self.keys.get(id)?))).flatten().collect()
    }
}
