//! Tickets: one row a ticket, as it stood when it was exported.

use std::collections::{BTreeSet, HashSet};

use super::{Placed, RowsOf};
use crate::log::{Identity, Micros, ObjectId, ObjectType, qualifier};
use crate::sources::file::mapping::FieldKind::{Person, Text, Time};
use crate::sources::file::mapping::{Class, Field, Refusal, Row, field};
use crate::sources::file::output::{Draft, Output, Place};
use crate::sources::file::references::{Names, references};

/// The stream.
pub(in crate::sources::file) struct Tickets;

/// A row.
#[derive(PartialEq)]
pub(in crate::sources::file) struct Ticket {
    key: String,
    created_us: Micros,
    answered_us: Option<Micros>,
    closed_us: Option<Micros>,
    opened_by: Option<Identity>,
    answered_by: Option<Identity>,
    closed_by: Option<Identity>,
    team: Option<String>,
    components: Vec<String>,
    status: Option<String>,
    class: Class,
    channel: String,
    title: Option<String>,
    labels: Option<String>,
}

impl RowsOf for Tickets {
    type Record = Ticket;
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

    fn translate(row: &mut Row<'_, '_>) -> Result<Ticket, Refusal> {
        let mut class = row.class();
        class.category = class.category.or(row.text("category")?);
        let assignee = row.person("assignee");
        Ok(Ticket {
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
            title: row.prose("title"),
            labels: row.prose("labels"),
        })
    }

    fn key(ticket: &Ticket) -> String {
        ticket.key.clone()
    }

    fn emit(records: Vec<Placed<Ticket>>, persons: &HashSet<String>, out: &mut Output<'_>) {
        let known = known_names(&records, out);
        let names = Names { known: &known, persons };
        for Placed { place, record } in records {
            relate(&record, &place, &names, out);
            happen(&record, &place, out);
        }
    }
}

/// Declared names, and those that the file itself uses as components.
fn known_names(records: &[Placed<Ticket>], out: &Output<'_>) -> BTreeSet<String> {
    let declared = out.settings.repositories.iter().flat_map(|one| [Some(&one.name), one.subject.as_ref()]).flatten();
    let aliases = out.settings.aliases.iter().flat_map(|(alias, component)| [alias, component]);
    let own = records.iter().flat_map(|placed| &placed.record.components);
    declared.chain(aliases).chain(own).cloned().collect()
}

fn relate(ticket: &Ticket, place: &Place, names: &Names<'_>, out: &mut Output<'_>) {
    let created = ticket.created_us;
    let id = out.object(ObjectType::Ticket, &ticket.key, Some(created));
    if let Some(team) = &ticket.team {
        let team = out.object(ObjectType::Team, team, Some(created));
        out.link(place, (&id, qualifier::SENT_TO, &team), (created, None), ("field", 100));
    }
    for name in &ticket.components {
        let component = out.object(ObjectType::Component, name, Some(created));
        out.link(place, (&id, qualifier::MENTIONS, &component), (created, None), ("field", 100));
    }
    for (text, rule) in [(&ticket.title, "title"), (&ticket.labels, "label")] {
        let Some(text) = text else { continue };
        let found = references(text, rule, names);
        // Candidates only: what no source knows as a component must not become one.
        for (name, (confidence, rule)) in found.components.iter().filter(|(name, _)| !ticket.components.contains(name))
        {
            let component = ObjectId::new(ObjectType::Component, name);
            out.link(place, (&id, qualifier::MENTIONS, &component), (created, None), (rule, *confidence));
        }
        for change in &found.changes {
            let change = ObjectId::new(ObjectType::Change, change);
            out.link(place, (&id, qualifier::MENTIONS, &change), (created, None), ("change-ref", 90));
        }
    }
}

fn happen(ticket: &Ticket, place: &Place, out: &mut Output<'_>) {
    let mut about = vec![(ObjectId::new(ObjectType::Ticket, &ticket.key), qualifier::ABOUT)];
    about.extend(ticket.components.iter().map(|name| (ObjectId::new(ObjectType::Component, name), qualifier::ABOUT)));
    out.order(place, Some(ticket.created_us), ticket.answered_us, "answered before it was created");
    out.order(place, Some(ticket.created_us), ticket.closed_us, "closed before it was created");
    out.order(place, ticket.answered_us, ticket.closed_us, "closed before it was answered");
    let outcome = ticket.status.as_deref().map(|status| ending(status).as_str());
    let draft = |activity: &str, at_us: Micros, actor: &Option<Identity>| Draft {
        at_us,
        activity: activity.to_owned(),
        actor: actor.clone(),
        category: ticket.class.category.clone(),
        channel: Some(ticket.channel.clone()),
        ..Draft::default()
    };
    let mut tell = |draft: Draft| {
        out.instants.push(draft.at_us);
        let key = format!("{}:{}", ticket.key, draft.activity);
        out.event(place, &key, draft, &about);
    };
    tell(draft("ticket.created", ticket.created_us, &ticket.opened_by));
    let asked = ticket.class.activity.as_deref().filter(|activity| !activity.starts_with("ticket."));
    if let Some(activity) = asked {
        tell(draft(activity, ticket.created_us, &ticket.opened_by));
    }
    if let Some(at_us) = ticket.answered_us {
        tell(draft("ticket.answered", at_us, &ticket.answered_by));
    }
    let Some(at_us) = ticket.closed_us else { return };
    tell(Draft { outcome: outcome.map(str::to_owned), ..draft("ticket.closed", at_us, &ticket.closed_by) });
    let granted = match asked {
        Some("access.requested") => "access.granted",
        Some("secret.requested") => "secret.granted",
        _ => return,
    };
    // An export without a status tells only that it was closed, which is how most requests are granted.
    if outcome.is_none_or(|outcome| outcome == "done") {
        tell(draft(granted, at_us, &ticket.closed_by));
    }
}

/// How a status ends a ticket. The word itself is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// What was asked for was done.
    Done,
    /// It was not.
    Declined,
    /// The status ends nothing.
    Other,
}

impl Ending {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Declined => "declined",
            Self::Other => "other",
        }
    }
}

/// Whether a status closes a ticket. Work goes on after an approval, though an export that ends with it is done.
pub(super) fn closes(status: &str) -> bool {
    status != "approved" && ending(status) != Ending::Other
}

/// The words that status fields use, in lower case: one list for what closes a ticket and for how it was closed.
fn ending(status: &str) -> Ending {
    match status {
        "done" | "closed" | "resolved" | "complete" | "completed" | "fixed" | "granted" | "approved" | "success" => {
            Ending::Done
        }
        "declined" | "rejected" | "cancelled" | "canceled" | "wontfix" | "won't do" | "won't fix" | "wont do"
        | "duplicate" | "invalid" | "withdrawn" => Ending::Declined,
        _ => Ending::Other,
    }
}
