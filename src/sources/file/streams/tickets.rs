//! Tickets: one row a ticket, as it stood when it was exported.

use std::collections::HashSet;

use super::texts::{Texts, known_names, names};
use super::{Placed, RowsOf};
use crate::sources::file::mapping::FieldKind::{Person, Text, Time};
use crate::sources::file::mapping::{Field, Refusal, Row, field};
use crate::sources::told::{Output, Ticket};

/// The stream.
pub(in crate::sources::file) struct Tickets;

/// A row: the ticket, and the texts that it may name others in.
#[derive(PartialEq)]
pub(in crate::sources::file) struct Written {
    ticket: Ticket,
    texts: Texts,
}

impl RowsOf for Tickets {
    type Record = Written;
    const WORD: &'static str = "tickets";
    const SPEAKS_FOR_MONTHS: bool = true;
    const FIELDS: &'static [Field] = &[
        field("key", true, Text, "The ticket's key, unique over all files of tickets."),
        field("created", true, Time, "When it was opened."),
        field("answered", false, Time, "When it was first answered."),
        field("closed", false, Time, "When it was closed; empty while it is open."),
        field("opened_by", false, Person, "Who opened it."),
        field("answered_by", false, Person, "Who answered first."),
        field("closed_by", false, Person, "Who closed it."),
        field("assignee", false, Person, "Who was to do it; stands in for `closed_by` where that is empty."),
        field("team", false, Text, "The team that it was sent to."),
        field("component", false, Text, "The components that it is about, with commas between them."),
        field("status", false, Text, "How it stands; says whether what was asked for was granted."),
        field("category", false, Text, "What kind of request it is; a rule of `classify` goes first."),
        field("channel", false, Text, "How it was asked for. Default: `ticket`."),
        field("title", false, Text, "Read once for references to components and changes, never kept."),
        field("labels", false, Text, "Like the title."),
    ];

    fn translate(row: &mut Row<'_, '_>) -> Result<Written, Refusal> {
        let mut class = row.class();
        class.category = class.category.or(row.text("category")?);
        let assignee = row.person("assignee");
        let ticket = Ticket {
            key: row.need("key")?,
            created_us: row.need_time("created")?,
            answered_us: row.time("answered")?,
            closed_us: row.time("closed")?,
            opened_by: row.person("opened_by"),
            answered_by: row.person("answered_by"),
            closed_by: row.person("closed_by").or(assignee),
            team: row.text("team")?,
            components: row.names("component")?,
            status: row.text("status")?.map(|status| status.to_lowercase()),
            class,
            channel: row.text("channel")?.unwrap_or_else(|| "ticket".to_owned()),
            ..Ticket::default()
        };
        Ok(Written { ticket, texts: Texts::of(row) })
    }

    fn key(written: &Written) -> String {
        written.ticket.key.clone()
    }

    fn emit(records: Vec<Placed<Written>>, persons: &HashSet<String>, out: &mut Output<'_>) {
        let known = known_names(records.iter().flat_map(|placed| &placed.record.ticket.components), out);
        for Placed { place, record: Written { mut ticket, texts } } in records {
            texts.refer(None, &names(&known, persons), &mut ticket.mentions);
            ticket.tell(&place, out);
        }
    }
}
