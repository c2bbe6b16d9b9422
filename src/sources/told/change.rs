//! Changes (pull and merge requests), their reviews and their commits.

use super::{Class, Draft, Mentions, Output, Place};
use crate::log::{Identity, Micros, ObjectId, ObjectType, qualifier};

/// A change as it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::sources) struct Change {
    /// The repository by its name in the log.
    pub(in crate::sources) repository: String,
    pub(in crate::sources) number: u64,
    pub(in crate::sources) created_us: Micros,
    pub(in crate::sources) created_by: Option<Identity>,
    /// Author time of its oldest commit, where the answer holds it: the work began there.
    pub(in crate::sources) began_us: Option<Micros>,
    pub(in crate::sources) merged_us: Option<Micros>,
    pub(in crate::sources) merged_by: Option<Identity>,
    /// The commit that it landed as.
    pub(in crate::sources) merge_commit: Option<String>,
    /// When it was closed without landing.
    pub(in crate::sources) abandoned_us: Option<Micros>,
    pub(in crate::sources) abandoned_by: Option<Identity>,
    pub(in crate::sources) class: Class,
    pub(in crate::sources) mentions: Mentions,
}

/// `change:REPOSITORY!NUMBER`, the same that git's history gives it.
fn id(repository: &str, number: u64) -> String {
    format!("{repository}!{number}")
}

impl Change {
    /// Its object, relations and events.
    pub(in crate::sources) fn tell(self, place: &Place, out: &mut Output<'_>) {
        let name = id(&self.repository, self.number);
        let began = self.began_us.map_or(self.created_us, |began| began.min(self.created_us));
        let change = out.object(ObjectType::Change, &name, Some(began));
        let repository = out.object(ObjectType::Repository, &self.repository, Some(began));
        out.order(place, Some(self.created_us), self.merged_us, "merged before it was created");
        out.order(place, Some(self.created_us), self.abandoned_us, "closed before it was created");
        for (component, rule, confidence) in &self.mentions.components {
            let component = ObjectId::new(ObjectType::Component, component);
            out.link(place, (&change, qualifier::MENTIONS, &component), (began, None), (rule, *confidence));
        }
        for ticket in &self.mentions.tickets {
            let ticket = ObjectId::new(ObjectType::Ticket, ticket);
            out.link(place, (&change, qualifier::MENTIONS, &ticket), (began, None), ("key-in-text", 80));
        }
        let mut about = vec![(change, qualifier::ABOUT), (repository, qualifier::IN)];
        let base = Draft { category: self.class.category, ..Draft::default() };
        let mut tell = |activity: &str, draft: Draft, about: &[(ObjectId, &str)]| {
            out.instants.push(draft.at_us);
            out.event(place, &format!("{name}:{activity}"), Draft { activity: activity.to_owned(), ..draft }, about);
        };
        let created =
            Draft { at_us: self.created_us, actor: self.created_by.clone(), began_us: self.began_us, ..base.clone() };
        tell("change.created", created, &about);
        if let Some(at_us) = self.abandoned_us {
            tell("change.abandoned", Draft { at_us, actor: self.abandoned_by, ..base.clone() }, &about);
        }
        let Some(at_us) = self.merged_us else { return };
        about.extend(self.merge_commit.map(|sha| (ObjectId::new(ObjectType::Commit, &sha), qualifier::PART_OF)));
        let merged = Draft { at_us, actor: self.merged_by, began_us: Some(began), began_by: self.created_by, ..base };
        tell("change.merged", merged, &about);
    }
}

/// A review of a change.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sources) struct Review {
    pub(in crate::sources) repository: String,
    pub(in crate::sources) number: u64,
    /// Unique within its system.
    pub(in crate::sources) id: String,
    pub(in crate::sources) at_us: Micros,
    pub(in crate::sources) by: Option<Identity>,
    /// `approved`, `changes_requested`, `commented`, `dismissed`.
    pub(in crate::sources) outcome: Option<String>,
}

impl Review {
    /// Its event.
    pub(in crate::sources) fn tell(self, place: &Place, out: &mut Output<'_>) {
        out.instants.push(self.at_us);
        let name = id(&self.repository, self.number);
        let change = out.object(ObjectType::Change, &name, Some(self.at_us));
        let repository = out.object(ObjectType::Repository, &self.repository, Some(self.at_us));
        let draft = Draft {
            at_us: self.at_us,
            activity: "change.reviewed".to_owned(),
            actor: self.by,
            outcome: self.outcome,
            ..Draft::default()
        };
        let key = format!("{name}:change.reviewed:{}", self.id);
        out.event(place, &key, draft, &[(change, qualifier::ABOUT), (repository, qualifier::IN)]);
    }
}

/// That a commit is part of a change: after a squash nothing else tells it.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sources) struct ChangeCommit {
    pub(in crate::sources) repository: String,
    pub(in crate::sources) number: u64,
    pub(in crate::sources) sha: String,
    /// When it was written.
    pub(in crate::sources) at_us: Micros,
}

impl ChangeCommit {
    /// Its relation.
    pub(in crate::sources) fn tell(self, place: &Place, out: &mut Output<'_>) {
        let change = out.object(ObjectType::Change, &id(&self.repository, self.number), Some(self.at_us));
        let commit = ObjectId::new(ObjectType::Commit, &self.sha);
        out.link(place, (&commit, qualifier::PART_OF, &change), (self.at_us, None), ("listed", 100));
    }
}
