//! Tickets and the steps of their lives.

use super::grant::Asked;
use super::{Class, Draft, Mentions, Output, Place};
use crate::log::{Identity, Micros, ObjectId, ObjectType, qualifier};

/// A ticket as it stands. A system that tells its history too leaves `answered`, `closed` and `closed_by` to that; what it
/// asked for is granted by the first end that does not decline it, whichever of the two tells that.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::sources) struct Ticket {
    /// Its key, unique over its system (`ABC-12`, `REPOSITORY#12`).
    pub(in crate::sources) key: String,
    /// The repository that it was opened in; a service's own links it to that service.
    pub(in crate::sources) repository: Option<String>,
    pub(in crate::sources) created_us: Micros,
    pub(in crate::sources) answered_us: Option<Micros>,
    pub(in crate::sources) closed_us: Option<Micros>,
    pub(in crate::sources) opened_by: Option<Identity>,
    pub(in crate::sources) answered_by: Option<Identity>,
    pub(in crate::sources) closed_by: Option<Identity>,
    /// The team that it was sent to.
    pub(in crate::sources) team: Option<String>,
    /// What its own fields name as components.
    pub(in crate::sources) components: Vec<String>,
    /// How it stands, in lower case.
    pub(in crate::sources) status: Option<String>,
    pub(in crate::sources) class: Class,
    /// How it was asked for.
    pub(in crate::sources) channel: String,
    /// What its title and labels refer to.
    pub(in crate::sources) mentions: Mentions,
}

impl Ticket {
    /// Its object, relations and events.
    pub(in crate::sources) fn tell(&self, place: &Place, out: &mut Output<'_>) {
        self.relate(place, out);
        self.happen(place, out);
    }

    fn relate(&self, place: &Place, out: &mut Output<'_>) {
        let created = self.created_us;
        let id = out.object(ObjectType::Ticket, &self.key, Some(created));
        if let Some(team) = &self.team {
            let team = out.object(ObjectType::Team, team, Some(created));
            out.link(place, (&id, qualifier::SENT_TO, &team), (created, None), ("field", 100));
        }
        for name in &self.components {
            let component = out.object(ObjectType::Component, name, Some(created));
            out.link(place, (&id, qualifier::MENTIONS, &component), (created, None), ("field", 100));
        }
        for (name, rule, confidence) in
            self.mentions.components.iter().filter(|(name, ..)| !self.components.contains(name))
        {
            // Candidates only: what no source knows as a component must not become one.
            let component = ObjectId::new(ObjectType::Component, name);
            out.link(place, (&id, qualifier::MENTIONS, &component), (created, None), (rule, *confidence));
        }
        for change in &self.mentions.changes {
            let change = ObjectId::new(ObjectType::Change, change);
            out.link(place, (&id, qualifier::MENTIONS, &change), (created, None), ("change-ref", 90));
        }
    }

    fn happen(&self, place: &Place, out: &mut Output<'_>) {
        let mut about = about(&self.key, self.repository.as_deref());
        about.extend(self.components.iter().map(|name| (ObjectId::new(ObjectType::Component, name), qualifier::ABOUT)));
        out.order(place, Some(self.created_us), self.answered_us, "answered before it was created");
        out.order(place, Some(self.created_us), self.closed_us, "closed before it was created");
        out.order(place, self.answered_us, self.closed_us, "closed before it was answered");
        let outcome = self.status.as_deref().map(|status| ending(status).as_str());
        let draft = |activity: &str, at_us: Micros, actor: &Option<Identity>| Draft {
            at_us,
            activity: activity.to_owned(),
            actor: actor.clone(),
            category: self.class.category.clone(),
            channel: Some(self.channel.clone()),
            ..Draft::default()
        };
        let mut tell = |draft: Draft| {
            out.instants.push(draft.at_us);
            let key = format!("{}:{}", self.key, draft.activity);
            out.event(place, &key, draft, &about);
        };
        tell(draft("ticket.created", self.created_us, &self.opened_by));
        let asked = self.class.activity.as_deref().filter(|activity| !activity.starts_with("ticket."));
        if let Some(activity) = asked {
            tell(draft(activity, self.created_us, &self.opened_by));
        }
        if let Some(at_us) = self.answered_us {
            tell(draft("ticket.answered", at_us, &self.answered_by));
        }
        if let Some(at_us) = self.closed_us {
            tell(Draft { outcome: outcome.map(str::to_owned), ..draft("ticket.closed", at_us, &self.closed_by) });
            out.grants.ends(place, &self.key, (at_us, self.closed_by.as_ref()), outcome);
        }
        if let Some(asked) = asked.and_then(Asked::by) {
            let (category, channel) = (self.class.category.clone(), self.channel.clone());
            out.grants.asks(&self.key, Asked { category, channel, about, ..asked });
        }
    }
}

fn about(key: &str, repository: Option<&str>) -> Vec<(ObjectId, &'static str)> {
    let mut about = vec![(ObjectId::new(ObjectType::Ticket, key), qualifier::ABOUT)];
    about.extend(repository.map(|name| (ObjectId::new(ObjectType::Repository, name), qualifier::IN)));
    about
}

/// A change of one field of a ticket, an answer, or its end. What the field was changed from and to is not kept: it may
/// be a person or a title.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sources) struct TicketStep {
    /// The ticket's key.
    pub(in crate::sources) key: String,
    /// The repository that it stands in.
    pub(in crate::sources) repository: Option<String>,
    pub(in crate::sources) at_us: Micros,
    /// `ticket.assigned`, `ticket.answered`, `ticket.closed`, `ticket.reopened` or `ticket.updated`.
    pub(in crate::sources) activity: &'static str,
    pub(in crate::sources) by: Option<Identity>,
    /// Tells apart two steps of one ticket at the same instant: a field's name or the step's own id.
    pub(in crate::sources) field: String,
    /// `done`, `declined`, where the step ends the ticket and says how.
    pub(in crate::sources) outcome: Option<&'static str>,
}

impl TicketStep {
    /// Its event.
    pub(in crate::sources) fn tell(self, place: &Place, out: &mut Output<'_>) {
        out.instants.push(self.at_us);
        out.object(ObjectType::Ticket, &self.key, Some(self.at_us));
        if self.activity == "ticket.closed" {
            out.grants.ends(place, &self.key, (self.at_us, self.by.as_ref()), self.outcome);
        }
        let key = format!("{}:{}:{}:{}", self.key, self.activity, self.field, self.at_us);
        let objects = about(&self.key, self.repository.as_deref());
        let draft = Draft {
            at_us: self.at_us,
            activity: self.activity.to_owned(),
            actor: self.by,
            outcome: self.outcome.map(str::to_owned),
            channel: Some("ticket".to_owned()),
            ..Draft::default()
        };
        out.event(place, &key, draft, &objects);
    }
}

/// What the change of a field means: `field` is `assignee`, `status` or another; `from` and `to` are in lower case.
pub(in crate::sources) fn step_of(field: &str, from: Option<&str>, to: Option<&str>) -> &'static str {
    let closed = |status: Option<&str>| status.is_some_and(closes);
    match field {
        "assignee" => "ticket.assigned",
        "status" if to == Some("reopened") || (closed(from) && to.is_some() && !closed(to)) => "ticket.reopened",
        "status" if closed(to) && !closed(from) => "ticket.closed",
        _ => "ticket.updated",
    }
}

/// How a status ends a ticket. The word itself is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// What was asked for was done.
    Done,
    /// It was not.
    Declined,
    /// The status ends nothing.
    Other,
}

impl Ending {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Declined => "declined",
            Self::Other => "other",
        }
    }
}

/// Whether a status closes a ticket. Work goes on after an approval, though an export that ends with it is done.
fn closes(status: &str) -> bool {
    status != "approved" && ending(status) != Ending::Other
}

/// The words that status fields use, in lower case: one list for what closes a ticket and for how it was closed.
fn ending(status: &str) -> Ending {
    match status {
        "done" | "closed" | "resolved" | "complete" | "completed" | "fixed" | "granted" | "approved" | "success" => {
            Ending::Done
        }
        "declined" | "rejected" | "cancelled" | "canceled" | "wontfix" | "won't do" | "won't fix" | "wont do"
        | "duplicate" | "invalid" | "withdrawn" | "not_planned" => Ending::Declined,
        _ => Ending::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_ticket_in_an_export_closes_it_in_its_history() {
        for word in ["done", "duplicate", "withdrawn", "granted", "won't do"] {
            assert_eq!(step_of("status", Some("in progress"), Some(word)), "ticket.closed", "{word}");
            assert_eq!(step_of("status", Some(word), Some("in progress")), "ticket.reopened", "{word}");
        }
        assert_eq!(step_of("status", Some("closed"), Some("done")), "ticket.updated");
        assert_eq!(step_of("status", Some("open"), Some("approved")), "ticket.updated");
        assert_eq!(step_of("status", Some("approved"), Some("done")), "ticket.closed");
    }
}
