//! Deployments.

use super::{Class, Draft, Output, Place};
use crate::log::{Identity, Micros, ObjectId, ObjectType, qualifier};

/// A deployment that reached its environment, or failed to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::sources) struct Deployment {
    /// Unique within its system.
    pub(in crate::sources) id: String,
    /// What was deployed, where the system names it.
    pub(in crate::sources) component: Option<String>,
    /// The repository that it was deployed from; a service's own links it to that service.
    pub(in crate::sources) repository: Option<String>,
    /// The environment, by its canonical name.
    pub(in crate::sources) environment: String,
    /// When it was there.
    pub(in crate::sources) at_us: Micros,
    /// When it was begun.
    pub(in crate::sources) began_us: Option<Micros>,
    /// In the words of [`super::ended`].
    pub(in crate::sources) outcome: Option<String>,
    pub(in crate::sources) version: Option<String>,
    pub(in crate::sources) commit: Option<String>,
    pub(in crate::sources) class: Class,
    /// How it was done: `code`, `ui`, `person`, ….
    pub(in crate::sources) channel: Option<String>,
    pub(in crate::sources) by: Option<Identity>,
}

impl Deployment {
    /// Its objects and event.
    pub(in crate::sources) fn tell(self, place: &Place, out: &mut Output<'_>) {
        let at = self.at_us;
        out.instants.push(at);
        out.order(place, self.began_us, Some(at), "ended before it began");
        let deployment = out.object(ObjectType::Deployment, &self.id, Some(at));
        out.object(ObjectType::Environment, &self.environment, Some(at));
        if self.version.is_some() {
            out.change(place, &deployment, "version", at, self.version);
        }
        let component = self.component.map(|name| out.object(ObjectType::Component, &name, Some(at)));
        let mut about: Vec<_> = component.into_iter().chain([deployment]).map(|id| (id, qualifier::ABOUT)).collect();
        about.extend(self.repository.map(|name| (out.object(ObjectType::Repository, &name, Some(at)), qualifier::IN)));
        about.extend(self.commit.map(|sha| (ObjectId::new(ObjectType::Commit, &sha), qualifier::PART_OF)));
        let back = self.outcome.as_deref() == Some("rolledback");
        let usual = if back { "service.rolledback" } else { "service.deployed" };
        let draft = Draft {
            at_us: at,
            activity: self.class.activity.unwrap_or_else(|| usual.to_owned()),
            actor: self.by,
            began_us: self.began_us,
            environment: Some(self.environment),
            outcome: if back { None } else { self.outcome },
            category: self.class.category,
            channel: self.channel,
            ..Draft::default()
        };
        out.event(place, &format!("{}:{}", self.id, draft.activity), draft, &about);
    }
}
