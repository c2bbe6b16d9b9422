//! The streams: what a row of each must hold and what it becomes. One file each.

mod changes;
mod deployments;
mod events;
mod incidents;
mod memberships;
mod pipeline_runs;
mod reviews;
mod survey;
mod texts;
mod ticket_history;
mod tickets;

use std::collections::HashSet;

use super::mapping::{Field, Refusal, Row};
use crate::config::written::Stream;
use crate::sources::told::{Output, Place};

pub(super) use changes::Changes;
pub(super) use deployments::Deployments;
pub(super) use events::Events;
pub(super) use incidents::Incidents;
pub(super) use memberships::Memberships;
pub(super) use pipeline_runs::PipelineRuns;
pub(super) use reviews::Reviews;
pub(super) use survey::Survey;
pub(super) use ticket_history::TicketHistory;
pub(super) use tickets::Tickets;

/// A record and where it stands.
pub(super) struct Placed<R> {
    pub(super) place: Place,
    pub(super) record: R,
}

/// A stream.
pub(super) trait RowsOf {
    /// What a row says.
    type Record: PartialEq;
    /// The stream as it is written.
    const WORD: &'static str;
    /// Its fields.
    const FIELDS: &'static [Field];
    /// Fields of which at least one must be given.
    const ONE_OF: &'static [&'static str] = &[];
    /// Whether a month without a row means something.
    const SPEAKS_FOR_MONTHS: bool = false;

    /// Reads one row.
    fn translate(row: &mut Row<'_, '_>) -> Result<Self::Record, Refusal>;
    /// What makes two rows the same record.
    fn key(record: &Self::Record) -> String;
    /// Turns records into rows of the log. `persons`: words that may mean a person, in lower case.
    fn emit(records: Vec<Placed<Self::Record>>, persons: &HashSet<String>, out: &mut Output<'_>);
}

/// The fields that a stream knows, for the reference of the study file.
pub fn fields_of(stream: Stream) -> &'static [Field] {
    match stream {
        Stream::Tickets => Tickets::FIELDS,
        Stream::TicketHistory => TicketHistory::FIELDS,
        Stream::PipelineRuns => PipelineRuns::FIELDS,
        Stream::Deployments => Deployments::FIELDS,
        Stream::Memberships => Memberships::FIELDS,
        Stream::Survey => Survey::FIELDS,
        Stream::Events => Events::FIELDS,
        Stream::Changes => Changes::FIELDS,
        Stream::Reviews => Reviews::FIELDS,
        Stream::Incidents => Incidents::FIELDS,
    }
}
