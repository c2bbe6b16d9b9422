//! Pipeline runs: one row a run.

use std::collections::HashSet;

use super::{Placed, RowsOf};
use crate::log::{Identity, Micros, ObjectId, ObjectType, qualifier};
use crate::sources::file::mapping::FieldKind::{Person, Text, Time};
use crate::sources::file::mapping::{Class, Field, Refusal, Row, field};
use crate::sources::file::output::{Draft, Output};

/// The stream.
pub(in crate::sources::file) struct PipelineRuns;

/// A row.
#[derive(PartialEq)]
pub(in crate::sources::file) struct Run {
    id: String,
    component: Option<String>,
    repository: Option<String>,
    finished_us: Micros,
    started_us: Option<Micros>,
    outcome: Option<String>,
    commit: Option<String>,
    class: Class,
    environment: Option<String>,
    channel: Option<String>,
    by: Option<Identity>,
}

impl RowsOf for PipelineRuns {
    type Record = Run;
    const WORD: &'static str = "pipeline-runs";
    const ONE_OF: &'static [&'static str] = &["component", "repository"];
    const SPEAKS_FOR_MONTHS: bool = true;
    const FIELDS: &'static [Field] = &[
        field("id", true, Text, "The run's id, unique over the file."),
        field("component", false, Text, "What was built; this or `repository` in every row."),
        field("repository", false, Text, "Where it ran."),
        field("finished", true, Time, "When it ended."),
        field("started", false, Time, "When it began."),
        field("outcome", false, Text, "`success`, `failure`, `cancelled`; common spellings are known."),
        field("commit", false, Text, "The commit it ran on."),
        field("name", false, Text, "The pipeline's or job's name; its category where no rule of `classify` gives one."),
        field("environment", false, Text, "The environment it ran against."),
        field("channel", false, Text, "How it was begun."),
        field("by", false, Person, "Who began it."),
    ];

    fn translate(row: &mut Row<'_, '_>) -> Result<Run, Refusal> {
        let mut class = row.class();
        class.category = class.category.or(row.text("name")?);
        let (component, repository) = (row.text("component")?, row.text("repository")?);
        if component.is_none() && repository.is_none() {
            return Err(row.bad("component", "neither a component nor a repository"));
        }
        Ok(Run {
            id: row.need("id")?,
            component,
            repository,
            finished_us: row.need_time("finished")?,
            started_us: row.time("started")?,
            outcome: row.outcome("outcome")?,
            commit: row.text("commit")?,
            class,
            environment: row.environment()?,
            channel: row.text("channel")?,
            by: row.person("by"),
        })
    }

    fn key(run: &Run) -> String {
        run.id.clone()
    }

    fn emit(records: Vec<Placed<Run>>, _: &HashSet<String>, out: &mut Output<'_>) {
        for Placed { place, record } in records {
            let at = record.finished_us;
            out.instants.push(at);
            out.order(&place, record.started_us, Some(at), "finished before it was started");
            let mut about = vec![(out.object(ObjectType::PipelineRun, &record.id, Some(at)), qualifier::ABOUT)];
            if let Some(name) = &record.component {
                about.push((out.object(ObjectType::Component, name, Some(at)), qualifier::ABOUT));
            }
            if let Some(name) = &record.repository {
                about.push((out.object(ObjectType::Repository, name, Some(at)), qualifier::IN));
            }
            if let Some(sha) = &record.commit {
                about.push((ObjectId::new(ObjectType::Commit, sha), qualifier::PART_OF));
            }
            let activity = record.class.activity.unwrap_or_else(|| "pipelinerun.finished".to_owned());
            let draft = Draft {
                at_us: at,
                actor: record.by,
                began_us: record.started_us,
                environment: record.environment,
                outcome: record.outcome,
                category: record.class.category,
                channel: record.channel,
                activity,
                ..Draft::default()
            };
            out.event(&place, &format!("{}:{}", record.id, draft.activity), draft, &about);
        }
    }
}
