//! Changes: one row a pull or merge request, as it stood when it was exported.

use std::collections::HashSet;

use super::texts::{Texts, known_names, names};
use super::{Placed, RowsOf};
use crate::sources::file::mapping::FieldKind::{Int, Person, Text, Time};
use crate::sources::file::mapping::{Field, Refusal, Row, field};
use crate::sources::told::{Change, Output};

/// The stream.
pub(in crate::sources::file) struct Changes;

/// A row: the change, the components that its own fields name, and the texts that it may name others in.
#[derive(PartialEq)]
pub(in crate::sources::file) struct Written {
    change: Change,
    components: Vec<String>,
    texts: Texts,
}

impl RowsOf for Changes {
    type Record = Written;
    const WORD: &'static str = "changes";
    const SPEAKS_FOR_MONTHS: bool = true;
    const FIELDS: &'static [Field] = &[
        field("repository", true, Text, "The repository, by its name in the study file or its full name on its host."),
        field("number", true, Int, "The change's number, unique in its repository."),
        field("created", true, Time, "When it was opened."),
        field("began", false, Time, "When the work on it began."),
        field("merged", false, Time, "When it landed; empty while it has not."),
        field("closed", false, Time, "When it was closed; without `merged` it was abandoned then."),
        field("created_by", false, Person, "Who opened it."),
        field("merged_by", false, Person, "Who landed it."),
        field("closed_by", false, Person, "Who closed it without landing it."),
        field("merge_commit", false, Text, "The commit that it landed as, in full."),
        field("component", false, Text, "The components that it is about, with commas between them."),
        field("category", false, Text, "A finer class; a rule of `classify` goes first."),
        field("title", false, Text, "Read once for references to components and tickets, never kept."),
        field("labels", false, Text, "Like the title."),
    ];

    fn translate(row: &mut Row<'_, '_>) -> Result<Written, Refusal> {
        let mut class = row.class();
        class.category = class.category.or(row.text("category")?);
        let (repository, number) = row.change()?;
        let merged_us = row.time("merged")?;
        let change = Change {
            repository,
            number,
            created_us: row.need_time("created")?,
            created_by: row.person("created_by"),
            began_us: row.time("began")?,
            merged_us,
            merged_by: row.person("merged_by"),
            merge_commit: row.text("merge_commit")?,
            // Most systems close what lands.
            abandoned_us: row.time("closed")?.filter(|_| merged_us.is_none()),
            abandoned_by: row.person("closed_by"),
            class,
            ..Change::default()
        };
        Ok(Written { change, components: row.names("component")?, texts: Texts::of(row) })
    }

    fn key(written: &Written) -> String {
        format!("{}!{}", written.change.repository, written.change.number)
    }

    fn emit(records: Vec<Placed<Written>>, persons: &HashSet<String>, out: &mut Output<'_>) {
        let known = known_names(records.iter().flat_map(|placed| &placed.record.components), out);
        for Placed { place, record: Written { mut change, components, texts } } in records {
            let mut found = std::mem::take(&mut change.mentions);
            texts.refer(Some((&change.repository, change.number)), &names(&known, persons), &mut found);
            found.components.retain(|(name, ..)| !components.contains(name));
            found.components.extend(components.into_iter().map(|name| (name, "field".to_owned(), 100)));
            change.mentions = found;
            change.tell(&place, out);
        }
    }
}
