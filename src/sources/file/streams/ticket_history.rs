//! The history of tickets: one row a change of a field.

use std::collections::HashSet;

use super::tickets::closes;
use super::{Placed, RowsOf};
use crate::log::{Identity, Micros, ObjectType, qualifier};
use crate::sources::file::mapping::FieldKind::{Person, Text, Time};
use crate::sources::file::mapping::{Field, Refusal, Row, field};
use crate::sources::file::output::{Draft, Output};

/// The stream.
pub(in crate::sources::file) struct TicketHistory;

/// A row. What the field was changed from and to is read and not kept: it may be a person or a title.
#[derive(PartialEq)]
pub(in crate::sources::file) struct Step {
    key: String,
    at_us: Micros,
    activity: &'static str,
    by: Option<Identity>,
    /// Tells apart two changes of one ticket at the same instant.
    field: String,
}

impl RowsOf for TicketHistory {
    type Record = Step;
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

    fn translate(row: &mut Row<'_, '_>) -> Result<Step, Refusal> {
        let field = row.need("field")?.to_lowercase();
        let status = |text: Option<String>| text.map(|text| text.to_lowercase());
        let (from, to) = (status(row.prose("from")), status(row.prose("to")));
        Ok(Step {
            key: row.need("key")?,
            at_us: row.need_time("at")?,
            activity: activity(&field, from.as_deref(), to.as_deref()),
            by: row.person("by"),
            field,
        })
    }

    fn key(step: &Step) -> String {
        format!("{}\0{}\0{}\0{}", step.key, step.at_us, step.field, step.activity)
    }

    fn emit(records: Vec<Placed<Step>>, _: &HashSet<String>, out: &mut Output<'_>) {
        for Placed { place, record } in records {
            out.instants.push(record.at_us);
            let ticket = out.object(ObjectType::Ticket, &record.key, Some(record.at_us));
            let key = format!("{}:{}:{}:{}", record.key, record.activity, record.field, record.at_us);
            let draft = Draft {
                at_us: record.at_us,
                activity: record.activity.to_owned(),
                actor: record.by,
                channel: Some("ticket".to_owned()),
                ..Draft::default()
            };
            out.event(&place, &key, draft, &[(ticket, qualifier::ABOUT)]);
        }
    }
}

fn activity(field: &str, from: Option<&str>, to: Option<&str>) -> &'static str {
    let closed = |status: Option<&str>| status.is_some_and(closes);
    match field {
        "assignee" => "ticket.assigned",
        "status" if to == Some("reopened") || (closed(from) && to.is_some() && !closed(to)) => "ticket.reopened",
        "status" if closed(to) && !closed(from) => "ticket.closed",
        _ => "ticket.updated",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_ticket_in_an_export_closes_it_in_its_history() {
        for word in ["done", "duplicate", "withdrawn", "granted", "won't do"] {
            assert_eq!(activity("status", Some("in progress"), Some(word)), "ticket.closed", "{word}");
            assert_eq!(activity("status", Some(word), Some("in progress")), "ticket.reopened", "{word}");
        }
        assert_eq!(activity("status", Some("closed"), Some("done")), "ticket.updated");
        assert_eq!(activity("status", Some("open"), Some("approved")), "ticket.updated");
        assert_eq!(activity("status", Some("approved"), Some("done")), "ticket.closed");
    }
}
