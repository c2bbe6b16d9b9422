//! The history of tickets: one row a change of a field.

use std::collections::HashSet;

use super::{Placed, RowsOf};
use crate::sources::file::mapping::FieldKind::{Person, Text, Time};
use crate::sources::file::mapping::{Field, Refusal, Row, field};
use crate::sources::told::{Output, TicketStep, step_of};

/// The stream.
pub(in crate::sources::file) struct TicketHistory;

impl RowsOf for TicketHistory {
    type Record = TicketStep;
    const WORD: &'static str = "ticket-history";
    const FIELDS: &'static [Field] = &[
        field("key", true, Text, "The ticket's key."),
        field("at", true, Time, "When the field changed."),
        field(
            "field",
            true,
            Text,
            "Which field; `assignee` and `status` have a meaning, by `values` where they are called otherwise.",
        ),
        field("from", false, Text, "What it was; of a status, `values` may say `open` or `closed`."),
        field("to", false, Text, "What it became; of a status, `values` may say `open` or `closed`."),
        field("by", false, Person, "Who changed it."),
    ];

    fn translate(row: &mut Row<'_, '_>) -> Result<TicketStep, Refusal> {
        let field = row.need("field")?.to_lowercase();
        let status = |text: Option<String>| text.map(|text| text.to_lowercase());
        let (from, to) = (status(row.prose("from")), status(row.prose("to")));
        Ok(TicketStep {
            key: row.need("key")?,
            at_us: row.need_time("at")?,
            activity: step_of(&field, from.as_deref(), to.as_deref()),
            by: row.person("by"),
            field,
            repository: None,
            outcome: None,
        })
    }

    fn key(step: &TicketStep) -> String {
        format!("{}\0{}\0{}\0{}", step.key, step.at_us, step.field, step.activity)
    }

    fn emit(records: Vec<Placed<TicketStep>>, _: &HashSet<String>, out: &mut Output<'_>) {
        for Placed { place, record } in records {
            record.tell(&place, out);
        }
    }
}
