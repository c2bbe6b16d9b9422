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
}

struct Entry {
    is_bot: bool,
    keys: BTreeSet<(&'static str, String)>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(secret: &'a Secret, bots: &'a Bots) -> Self {
        Self { secret, bots, seen: HashMap::new(), keys: BTreeMap::new() }
    }

    /// The keys of every identity that was given out, in the order of their table.
    pub fn into_keys(self) -> Vec<IdentityKey> {
        let mut rows = Vec::new();
        for (identity_id, Entry { is_bot, keys }) in self.keys {
            let row = |kind: &str, key: String| IdentityKey {
                identity_id: identity_id.clone(),
                kind: kind.to_owned(),
                key,
                is_bot,
            };
            if keys.is_empty() {
                rows.push(row(NO_KEY, String::new()));
            }
            rows.extend(keys.into_iter().map(|(kind, key)| row(kind, key)));
        }
        rows
    }

    /// Adds a key that no signature holds; `value` is hashed as all are.
    pub(super) fn add_key(&mut self, identity: &Identity, kind: &'static str, value: &str) {
        let key = self.secret.hash(&["key", kind, value], 32);
        if let Some(entry) = self.keys.get_mut(&identity.id) {
            entry.keys.insert((kind, key));
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
        }
        Some(identity)
    }
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
}
