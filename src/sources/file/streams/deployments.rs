//! Deployments: one row a deployment.

use std::collections::HashSet;

use super::{Placed, RowsOf};
use crate::log::{Identity, Micros, ObjectId, ObjectType, qualifier};
use crate::sources::file::mapping::FieldKind::{Person, Text, Time};
use crate::sources::file::mapping::{Class, Field, Refusal, Row, field};
use crate::sources::file::output::{Draft, Output};

/// The stream.
pub(in crate::sources::file) struct Deployments;

/// A row.
#[derive(PartialEq)]
pub(in crate::sources::file) struct Deployment {
    id: String,
    component: String,
    environment: String,
    at_us: Micros,
    outcome: Option<String>,
    version: Option<String>,
    commit: Option<String>,
    class: Class,
    channel: Option<String>,
    by: Option<Identity>,
}

impl RowsOf for Deployments {
    type Record = Deployment;
    const WORD: &'static str = "deployments";
    const SPEAKS_FOR_MONTHS: bool = true;
    const FIELDS: &'static [Field] = &[
        field("id", true, Text, "The deployment's id, unique over the file."),
        field("component", true, Text, "What was deployed."),
        field("environment", true, Text, "Where to, in any spelling that the study file lists."),
        field("at", true, Time, "When it was there."),
        field("outcome", false, Text, "`success`, `failure`, `cancelled`, `rolledback`; common spellings are known."),
        field("version", false, Text, "The version that was deployed."),
        field("commit", false, Text, "The commit that was deployed."),
        field("category", false, Text, "A finer class; a rule of `classify` goes first."),
        field("channel", false, Text, "How it was done: `code`, `ui`, `person`, …"),
        field("by", false, Person, "Who did it."),
    ];

    fn translate(row: &mut Row<'_, '_>) -> Result<Deployment, Refusal> {
        let mut class = row.class();
        class.category = class.category.or(row.text("category")?);
        Ok(Deployment {
            id: row.need("id")?,
            component: row.need("component")?,
            environment: row.environment()?.ok_or_else(|| row.bad("environment", "empty, but required"))?,
            at_us: row.need_time("at")?,
            outcome: row.outcome("outcome")?,
            version: row.text("version")?,
            commit: row.text("commit")?,
            class,
            channel: row.text("channel")?,
            by: row.person("by"),
        })
    }

    fn key(deployment: &Deployment) -> String {
        deployment.id.clone()
    }

    fn emit(records: Vec<Placed<Deployment>>, _: &HashSet<String>, out: &mut Output<'_>) {
        for Placed { place, record } in records {
            let at = record.at_us;
            out.instants.push(at);
            let deployment = out.object(ObjectType::Deployment, &record.id, Some(at));
            let component = out.object(ObjectType::Component, &record.component, Some(at));
            out.object(ObjectType::Environment, &record.environment, Some(at));
            if record.version.is_some() {
                out.change(&place, &deployment, "version", at, record.version);
            }
            let mut about = vec![(component, qualifier::ABOUT), (deployment, qualifier::ABOUT)];
            if let Some(sha) = &record.commit {
                about.push((ObjectId::new(ObjectType::Commit, sha), qualifier::PART_OF));
            }
            let back = record.outcome.as_deref() == Some("rolledback");
            let usual = if back { "service.rolledback" } else { "service.deployed" };
            let draft = Draft {
                at_us: at,
                activity: record.class.activity.unwrap_or_else(|| usual.to_owned()),
                actor: record.by,
                environment: Some(record.environment),
                outcome: if back { None } else { record.outcome },
                category: record.class.category,
                channel: record.channel,
                ..Draft::default()
            };
            out.event(&place, &format!("{}:{}", record.id, draft.activity), draft, &about);
        }
    }
}
