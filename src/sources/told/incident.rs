//! Incidents.

use super::{Class, Draft, Mentions, Output, Place};
use crate::log::{Identity, Micros, ObjectId, ObjectType, qualifier};

/// An incident.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::sources) struct Incident {
    /// Unique within its system.
    pub(in crate::sources) key: String,
    /// The service that it is about, as its system names it.
    pub(in crate::sources) component: Option<String>,
    /// The team that answers for it.
    pub(in crate::sources) team: Option<String>,
    pub(in crate::sources) detected_us: Micros,
    pub(in crate::sources) resolved_us: Option<Micros>,
    pub(in crate::sources) resolved_by: Option<Identity>,
    /// How grave, as its system says (`high`, `sev1`).
    pub(in crate::sources) severity: Option<String>,
    pub(in crate::sources) class: Class,
    pub(in crate::sources) mentions: Mentions,
}

impl Incident {
    /// Its object, relations and events. An incident is a ticket to the log, of another activity.
    pub(in crate::sources) fn tell(self, place: &Place, out: &mut Output<'_>) {
        let at = self.detected_us;
        let ticket = out.object(ObjectType::Ticket, &self.key, Some(at));
        out.order(place, Some(at), self.resolved_us, "resolved before it was detected");
        if let Some(team) = &self.team {
            let team = out.object(ObjectType::Team, team, Some(at));
            out.link(place, (&ticket, qualifier::SENT_TO, &team), (at, None), ("field", 100));
        }
        for (name, rule, confidence) in &self.mentions.components {
            let component = ObjectId::new(ObjectType::Component, name);
            out.link(place, (&ticket, qualifier::MENTIONS, &component), (at, None), (rule, *confidence));
        }
        let mut about = vec![(ticket, qualifier::ABOUT)];
        if let Some(name) = &self.component {
            about.push((out.object(ObjectType::Component, name, Some(at)), qualifier::ABOUT));
        }
        let category = self.class.category.or(self.severity);
        let mut tell = |activity: &str, at_us: Micros, actor: Option<Identity>| {
            out.instants.push(at_us);
            let draft =
                Draft { at_us, activity: activity.to_owned(), actor, category: category.clone(), ..Draft::default() };
            out.event(place, &format!("{}:{activity}", self.key), draft, &about);
        };
        tell("incident.detected", at, None);
        if let Some(at_us) = self.resolved_us {
            tell("incident.resolved", at_us, self.resolved_by);
        }
    }
}
