//! What a run knows about people before it has seen a source.

use super::aliases::Aliases;
use super::bots::Bots;
use super::keys::ALIAS;
use super::{Desk, PeopleError, Secret};
use crate::config::Settings;
use crate::log::{Facts, Membership, Object, ObjectId, ObjectType, Register as _};

/// The private file beside the study file that says who is whom and who is in which team.
pub const ALIAS_FILE: &str = "people.toml";

/// The pseudonym key, the bot rules and the alias file of a study.
pub struct Office {
    secret: Secret,
    bots: Bots,
    aliases: Aliases,
    rules: String,
}

impl Office {
    /// Reads the key (making one where there is none), the study's bot rules and `people.toml`, if there is one.
    ///
    /// # Errors
    /// Where a private file can be opened by others, cannot be read, or holds what cannot be meant.
    pub fn open(settings: &Settings) -> Result<Self, PeopleError> {
        let file = settings.folder.join(ALIAS_FILE);
        let (secret, aliases) = match &settings.public_pseudonym_key {
            Some(text) => (Secret::public(text), Aliases::load_published(&file, settings.zone)?),
            None => (Secret::load_or_create(&settings.folder)?, Aliases::load(&file, settings.zone)?),
        };
        let mut bots = Bots::new(&settings.bots)?;
        bots.declared = aliases.bots();
        let rules = format!("{:?}\0{:?}", settings.bots, bots.declared);
        Ok(Self { secret, bots, aliases, rules })
    }

    /// A desk for one unit of a source.
    pub fn desk(&self) -> Desk<'_> {
        Desk::new(&self.secret, &self.bots)
    }

    /// What identities and their `is_bot` in a segment depend on: another key or another bot rule makes it stale. Who is
    /// an alias of whom is no part of it, see [`Office::declared`].
    pub fn fingerprint(&self) -> String {
        self.secret.hash(&["rules", &self.rules], 32)
    }

    /// What `people.toml` declares: aliases (as keys at `desk`), and memberships with their teams. Made anew by every
    /// build and merged with what was pulled.
    pub fn declared(&self, desk: &mut Desk<'_>) -> Facts {
        let mut facts = Facts::default();
        for person in &self.aliases.persons {
            let mut first = None;
            let shared = desk_key(&person.entries);
            for entry in &person.entries {
                let Some(identity) = desk.identity(entry.signature()) else { continue };
                desk.add_key(&identity, ALIAS, &shared);
                first.get_or_insert(identity);
            }
            let Some(first) = first else { continue };
            for stay in &person.teams {
                let team = ObjectId::new(ObjectType::Team, &stay.team);
                facts.memberships.push(Membership {
                    person_id: first.id.clone(),
                    team_id: team.clone().into(),
                    from_us: stay.from_us,
                    to_us: stay.to_us,
                    evidence: format!("file:{ALIAS_FILE}#{}", stay.line),
                });
                facts.objects.push(Object {
                    object_id: team.into(),
                    object_type: ObjectType::Team.as_str().to_owned(),
                    name: stay.team.clone(),
                    first_seen_us: None,
                    source: format!("file:{ALIAS_FILE}"),
                });
            }
        }
        facts.objects.sort_by(|a, b| a.object_id.cmp(&b.object_id));
        facts.objects.dedup();
        facts
    }
}

/// Entries stand in one `[[person]]` only, so the first names it.
fn desk_key(entries: &[super::aliases::Entry]) -> String {
    entries.iter().map(super::aliases::Entry::label).min().unwrap_or_default()
}
