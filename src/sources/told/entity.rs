//! Entries of a portal's catalog.

use super::{Draft, Output, Place};
use crate::log::{Micros, ObjectId, ObjectType, qualifier};

/// An entry as a catalog that has no history shows it, with what was seen of it over the pulls.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sources) struct Entity {
    /// What it describes: a component, a team or, for the other kinds, a catalog entry.
    pub(in crate::sources) object_type: ObjectType,
    pub(in crate::sources) name: String,
    /// Since when the catalog is known to hold it: the first pull that saw it.
    pub(in crate::sources) seen_us: Micros,
    /// Whether that first pull was the first of all, so that it may be much older.
    pub(in crate::sources) was_there_before: bool,
    /// When a pull no longer found it.
    pub(in crate::sources) gone_us: Option<Micros>,
    /// Field by the name that coverage knows it by, its value, and since when it is known to hold that.
    pub(in crate::sources) fields: Vec<(String, Option<String>, Micros)>,
    /// The team that owns it, where that team is there.
    pub(in crate::sources) owner: Option<String>,
}

impl Entity {
    /// Its object, fields, owner and events.
    pub(in crate::sources) fn tell(self, place: &Place, out: &mut Output<'_>) {
        let id = out.object(self.object_type, &self.name, Some(self.seen_us));
        out.change(place, &id, "@present", self.seen_us, Some("true".to_owned()));
        for (field, value, at_us) in self.fields {
            out.change(place, &id, &field, at_us, value);
        }
        if let Some(at_us) = self.gone_us {
            out.change(place, &id, "@present", at_us, None);
        }
        if let Some(owner) = self.owner {
            let owner = ObjectId::new(ObjectType::Team, &owner);
            out.link(place, (&id, qualifier::OWNED_BY, &owner), (self.seen_us, self.gone_us), ("catalog", 100));
        }
        if self.object_type != ObjectType::Component {
            return;
        }
        let about = [(id, qualifier::ABOUT)];
        let mut tell = |activity: &str, at_us: Micros| {
            out.instants.push(at_us);
            let draft =
                Draft { at_us, activity: activity.to_owned(), channel: Some("ui".to_owned()), ..Draft::default() };
            out.event(place, &format!("{}:{activity}:{at_us}", self.name), draft, &about);
        };
        // When it came is not known where it was there before anyone looked: no event, and no step of anybody.
        if !self.was_there_before {
            tell("metadata.registered", self.seen_us);
        }
        if let Some(at_us) = self.gone_us {
            tell("metadata.deregistered", at_us);
        }
    }
}
