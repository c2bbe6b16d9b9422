//! What a portal's templates did.

use super::{Draft, Output, Place};
use crate::log::{Identity, Micros, ObjectType, qualifier};

/// A run of a template that has ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::sources) struct TemplateRun {
    /// Unique within its system.
    pub(in crate::sources) id: String,
    /// The template's name.
    pub(in crate::sources) template: String,
    /// The component that came of it.
    pub(in crate::sources) component: Option<String>,
    /// The repository that came of it.
    pub(in crate::sources) repository: Option<String>,
    pub(in crate::sources) started_us: Micros,
    pub(in crate::sources) finished_us: Micros,
    pub(in crate::sources) by: Option<Identity>,
    /// In the words of [`super::ended`].
    pub(in crate::sources) outcome: String,
    /// The step that it failed at.
    pub(in crate::sources) failed_step: Option<String>,
    /// Minutes that the template's author claims it saves: a claim, kept apart from everything measured.
    pub(in crate::sources) asserted_minutes: Option<i64>,
    pub(in crate::sources) steps: Vec<TemplateStep>,
}

/// A step of a run.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sources) struct TemplateStep {
    pub(in crate::sources) name: String,
    pub(in crate::sources) started_us: Micros,
    pub(in crate::sources) finished_us: Micros,
    /// In the words of [`super::ended`].
    pub(in crate::sources) outcome: String,
}

impl TemplateRun {
    /// Its objects, relation and event; each step is an event of category `step:NAME`, the claim a field of the run.
    pub(in crate::sources) fn tell(self, place: &Place, out: &mut Output<'_>) {
        let at = self.finished_us;
        out.instants.push(at);
        out.order(place, Some(self.started_us), Some(at), "ended before it began");
        let template = out.object(ObjectType::Template, &self.template, Some(self.started_us));
        let run = out.object(ObjectType::PipelineRun, &self.id, Some(self.started_us));
        let done = self.outcome == "success";
        let mut about = vec![(template.clone(), qualifier::ABOUT), (run.clone(), qualifier::ABOUT)];
        if let Some(name) = self.component.filter(|_| done) {
            let component = out.object(ObjectType::Component, &name, Some(at));
            out.link(place, (&component, qualifier::MADE_FROM, &template), (at, None), ("field", 100));
            about.push((component, qualifier::ABOUT));
        }
        about.extend(
            self.repository
                .filter(|_| done)
                .map(|name| (out.object(ObjectType::Repository, &name, Some(at)), qualifier::IN)),
        );
        if let Some(minutes) = self.asserted_minutes {
            out.change(place, &run, "asserted_minutes_saved", at, Some(minutes.to_string()));
        }
        for step in self.steps {
            let draft = Draft {
                at_us: step.finished_us,
                activity: "pipelinerun.finished".to_owned(),
                began_us: Some(step.started_us),
                outcome: Some(step.outcome),
                category: Some(format!("step:{}", step.name)),
                channel: Some("ui".to_owned()),
                ..Draft::default()
            };
            out.event(place, &format!("{}:step:{}", self.id, step.name), draft, &[(run.clone(), qualifier::PART_OF)]);
        }
        let draft = Draft {
            at_us: at,
            activity: "template.run".to_owned(),
            actor: self.by,
            began_us: Some(self.started_us),
            outcome: Some(self.outcome),
            category: self.failed_step.map(|step| format!("failed-at:{step}")),
            channel: Some("ui".to_owned()),
            ..Draft::default()
        };
        out.event(place, &format!("{}:template.run", self.id), draft, &about);
    }
}
