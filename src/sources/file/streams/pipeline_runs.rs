//! Pipeline runs: one row a run.

use std::collections::HashSet;

use super::{Placed, RowsOf};
use crate::sources::file::mapping::FieldKind::{Person, Text, Time};
use crate::sources::file::mapping::{Field, Refusal, Row, field};
use crate::sources::told::{Output, Run};

/// The stream.
pub(in crate::sources::file) struct PipelineRuns;

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
        let (component, repository) = (row.text("component")?, row.repository()?);
        if component.is_none() && repository.is_none() {
            let asked = if row.is_given("component") { "component" } else { "repository" };
            return Err(row.bad(asked, "neither a component nor a repository"));
        }
        Ok(Run {
            id: row.need("id")?,
            component,
            repository,
            finished_us: row.need_time("finished")?,
            started_us: row.time("started")?,
            outcome: row.outcome("outcome")?,
            commit: row.text("commit")?,
            environment: row.environment(&class)?,
            class,
            channel: row.text("channel")?,
            by: row.person("by"),
        })
    }

    fn key(run: &Run) -> String {
        run.id.clone()
    }

    fn emit(records: Vec<Placed<Run>>, _: &HashSet<String>, out: &mut Output<'_>) {
        for Placed { place, record } in records {
            record.tell(&place, out);
        }
    }
}
