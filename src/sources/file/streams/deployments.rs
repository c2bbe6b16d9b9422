//! Deployments: one row a deployment, or one row each time that somebody looked.

use std::collections::{BTreeMap, HashSet};

use sha2::{Digest as _, Sha256};

use super::{Placed, RowsOf};
use crate::log::CaveatKind;
use crate::sources::file::mapping::FieldKind::{Person, Text, Time};
use crate::sources::file::mapping::{Field, Refusal, Row, field};
use crate::sources::told::{Deployment, Output};

/// The stream.
pub(in crate::sources::file) struct Deployments;

/// A row: the deployment, and what tells apart those that have no id.
#[derive(Debug, PartialEq)]
pub(in crate::sources::file) struct Written {
    deployment: Deployment,
    target: Option<String>,
    digest: Option<String>,
}

impl RowsOf for Deployments {
    type Record = Written;
    const WORD: &'static str = "deployments";
    const ONE_OF: &'static [&'static str] = &["component", "repository"];
    const SPEAKS_FOR_MONTHS: bool = true;
    const FIELDS: &'static [Field] = &[
        field("id", false, Text, "The deployment's id, unique over the file; without it, rows are sightings."),
        field("component", false, Text, "What was deployed; this or `repository` in every row."),
        field("repository", false, Text, "The repository that it was deployed from, as for changes."),
        field("environment", true, Text, "Where to, in any spelling that the study file lists."),
        field("at", true, Time, "When it was there."),
        field("began", false, Time, "When it was begun."),
        field("outcome", false, Text, "`success`, `failure`, `cancelled`, `rolledback`; common spellings are known."),
        field("version", false, Text, "The version that was deployed."),
        field("commit", false, Text, "The commit that was deployed."),
        field("category", false, Text, "A finer class; a rule of `classify` goes first."),
        field("channel", false, Text, "How it was done: `code`, `ui`, `person`, …"),
        field("by", false, Person, "Who did it."),
        field("target", false, Text, "What a sighting is of, where the component does not tell it; not kept."),
        field("digest", false, Text, "What else tells one version from the next in a sighting; not kept."),
    ];

    fn translate(row: &mut Row<'_, '_>) -> Result<Written, Refusal> {
        let mut class = row.class();
        class.category = class.category.or(row.text("category")?);
        let (component, repository) = (row.text("component")?, row.repository()?);
        if component.is_none() && repository.is_none() {
            let asked = if row.is_given("component") { "component" } else { "repository" };
            return Err(row.bad(asked, "neither a component nor a repository"));
        }
        // An id that is mapped is in every row, or half of the rows would be sightings.
        let id = if row.is_given("id") { row.need("id")? } else { String::new() };
        let deployment = Deployment {
            id,
            component,
            repository,
            environment: row.environment(&class)?.ok_or_else(|| row.bad("environment", "empty, but required"))?,
            at_us: row.need_time("at")?,
            began_us: row.time("began")?,
            outcome: row.outcome("outcome")?,
            version: row.text("version")?,
            commit: row.text("commit")?,
            class,
            channel: row.text("channel")?,
            by: row.person("by"),
        };
        Ok(Written { deployment, target: row.text("target")?, digest: row.text("digest")? })
    }

    fn key(written: &Written) -> String {
        let id = &written.deployment.id;
        if id.is_empty() { format!("{written:?}") } else { id.clone() }
    }

    fn emit(records: Vec<Placed<Written>>, _: &HashSet<String>, out: &mut Output<'_>) {
        let (told, sightings): (Vec<_>, Vec<_>) =
            records.into_iter().partition(|placed| !placed.record.deployment.id.is_empty());
        for Placed { place, record } in told.into_iter().chain(first_sightings(sightings, out)) {
            record.deployment.tell(&place, out);
        }
    }
}

/// What reconcilers say is what is there, again and again. A deployment is where it differs from what they said before of
/// the same target: so a return to an earlier version is one too.
fn first_sightings(mut sightings: Vec<Placed<Written>>, out: &mut Output<'_>) -> Vec<Placed<Written>> {
    sightings.sort_by(|a, b| (a.record.deployment.at_us, &a.place).cmp(&(b.record.deployment.at_us, &b.place)));
    let mut there: BTreeMap<String, String> = BTreeMap::new();
    let mut first = Vec::new();
    for mut placed in sightings {
        let one = &placed.record.deployment;
        let class = (&one.class.category, &one.class.activity);
        let what = format!("{:?}", (&one.component, &one.repository, &one.environment, class, &placed.record.target));
        let state = format!("{:?}", (&one.version, &one.commit, &one.outcome, &placed.record.digest));
        let id = id_of(&[&what, &state, &one.at_us.to_string()]);
        if there.insert(what, state.clone()).is_some_and(|before| before == state) {
            let detail = "said again of what had been deployed before; the first time counts";
            out.note(CaveatKind::DuplicateRecord, detail, 1, || placed.place.evidence());
            continue;
        }
        placed.record.deployment.id = id;
        first.push(placed);
    }
    first
}

/// The same for the same sighting, whatever rows stand around it.
fn id_of(parts: &[&str]) -> String {
    let hash = Sha256::digest(parts.join("\0").as_bytes());
    hash[..8].iter().fold("seen-".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}
