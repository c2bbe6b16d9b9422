//! Runs of pipelines, and their jobs where they matter.

use super::{Class, Draft, Output, Place};
use crate::log::{Identity, Micros, ObjectId, ObjectType, qualifier};

/// A run that has ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::sources) struct Run {
    /// Unique within its system.
    pub(in crate::sources) id: String,
    /// What was built.
    pub(in crate::sources) component: Option<String>,
    /// Where it ran.
    pub(in crate::sources) repository: Option<String>,
    pub(in crate::sources) finished_us: Micros,
    pub(in crate::sources) started_us: Option<Micros>,
    /// In the words of [`super::ended`].
    pub(in crate::sources) outcome: Option<String>,
    /// The commit that it ran on.
    pub(in crate::sources) commit: Option<String>,
    pub(in crate::sources) class: Class,
    pub(in crate::sources) environment: Option<String>,
    /// How it was begun.
    pub(in crate::sources) channel: Option<String>,
    pub(in crate::sources) by: Option<Identity>,
}

impl Run {
    /// Its object and event.
    pub(in crate::sources) fn tell(self, place: &Place, out: &mut Output<'_>) {
        let Ok(environment) = out.environment(place, self.environment, &self.class) else { return };
        let at = self.finished_us;
        out.instants.push(at);
        out.order(place, self.started_us, Some(at), "finished before it was started");
        let mut about = vec![(out.object(ObjectType::PipelineRun, &self.id, Some(at)), qualifier::ABOUT)];
        if let Some(name) = &self.component {
            about.push((out.object(ObjectType::Component, name, Some(at)), qualifier::ABOUT));
        }
        if let Some(name) = &self.repository {
            about.push((out.object(ObjectType::Repository, name, Some(at)), qualifier::IN));
        }
        if let Some(sha) = &self.commit {
            about.push((ObjectId::new(ObjectType::Commit, sha), qualifier::PART_OF));
        }
        let activity = self.class.activity.unwrap_or_else(|| "pipelinerun.finished".to_owned());
        let draft = Draft {
            at_us: at,
            actor: self.by,
            began_us: self.started_us,
            environment,
            outcome: self.outcome,
            category: self.class.category,
            channel: self.channel,
            activity,
            ..Draft::default()
        };
        out.event(place, &format!("{}:{}", self.id, draft.activity), draft, &about);
    }
}
