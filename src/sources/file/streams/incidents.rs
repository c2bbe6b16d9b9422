//! Incidents: one row an incident, as it stood when it was exported.

use std::collections::HashSet;

use super::texts::{Texts, known_names, names};
use super::{Placed, RowsOf};
use crate::sources::file::mapping::FieldKind::{Person, Text, Time};
use crate::sources::file::mapping::{Field, Refusal, Row, field};
use crate::sources::told::{Incident, Output};

/// The stream.
pub(in crate::sources::file) struct Incidents;

/// A row: the incident, and the texts that it may name components in.
#[derive(PartialEq)]
pub(in crate::sources::file) struct Written {
    incident: Incident,
    texts: Texts,
}

impl RowsOf for Incidents {
    type Record = Written;
    const WORD: &'static str = "incidents";
    const FIELDS: &'static [Field] = &[
        field("key", true, Text, "The incident's key, unique over all files of incidents and tickets."),
        field("detected", true, Time, "When it was detected."),
        field("resolved", false, Time, "When it was resolved; empty while it is open."),
        field("resolved_by", false, Person, "Who resolved it."),
        field("assignee", false, Person, "Who was to do it; stands in for `resolved_by` where that is empty."),
        field("component", false, Text, "The service that it is about."),
        field("team", false, Text, "The team that answers for it."),
        field("severity", false, Text, "How grave it is, as its system says; its category where no rule gives one."),
        field("category", false, Text, "A finer class; a rule of `classify` goes first."),
        field("title", false, Text, "Read once for references to components, never kept."),
        field("labels", false, Text, "Like the title."),
    ];

    fn translate(row: &mut Row<'_, '_>) -> Result<Written, Refusal> {
        let mut class = row.class();
        class.category = class.category.or(row.text("category")?);
        let assignee = row.person("assignee");
        let incident = Incident {
            key: row.need("key")?,
            component: row.text("component")?,
            team: row.text("team")?,
            detected_us: row.need_time("detected")?,
            resolved_us: row.time("resolved")?,
            resolved_by: row.person("resolved_by").or(assignee),
            severity: row.text("severity")?,
            class,
            ..Incident::default()
        };
        Ok(Written { incident, texts: Texts::of(row) })
    }

    fn key(written: &Written) -> String {
        written.incident.key.clone()
    }

    fn emit(records: Vec<Placed<Written>>, persons: &HashSet<String>, out: &mut Output<'_>) {
        let known = known_names(records.iter().filter_map(|placed| placed.record.incident.component.as_ref()), out);
        for Placed { place, record: Written { mut incident, texts } } in records {
            texts.refer(None, &names(&known, persons), &mut incident.mentions);
            let own = incident.component.as_deref();
            incident.mentions.components.retain(|(name, ..)| Some(name.as_str()) != own);
            incident.tell(&place, out);
        }
    }
}
