//! Journeys, reconstructed: runs `queries/links`, then `queries/journeys`, and reads what came out.
//!
//! In: a [`Catalog`] with the tables of the log. Out: the same catalog with one more table for each query, and typed rows
//! of those that commands show. Every definition is in the SQL; this room only knows the order of the folders and the
//! names of the tables it hands on.

mod error;
mod records;

pub use error::JourneysError;
pub use records::{
    HandoffRecord, JourneyRecord, JourneyTeamRecord, RequestRecord, StepRecord, TouchRecord, UnknownTouchesRecord,
    UnlinkedRecord,
};

use crate::engine::{Catalog, Folder};
use crate::log::Row;
use crate::store::rows;

/// What the queries found, each in the order of its table.
#[derive(Clone, Debug, Default)]
pub struct Journeys {
    /// Journeys, by id.
    pub journeys: Vec<JourneyRecord>,
    /// Steps that happened, by journey and time.
    pub steps: Vec<StepRecord>,
    /// Handoffs, by journey and time.
    pub handoffs: Vec<HandoffRecord>,
    /// Human touches, by journey and time.
    pub touches: Vec<TouchRecord>,
    /// Acts of persons that no source can tell.
    pub unknown_touches: Vec<UnknownTouchesRecord>,
    /// Requests and responses.
    pub requests: Vec<RequestRecord>,
    /// The team of each journey.
    pub teams: Vec<JourneyTeamRecord>,
    /// What could not be linked.
    pub unlinked: Vec<UnlinkedRecord>,
}

/// Links events to subjects, reconstructs the journeys, and checks them.
///
/// # Errors
/// Where a query does not run, or a check finds rows: then the log holds what the queries did not foresee, and no number
/// made from it can be trusted.
pub fn reconstruct(catalog: &mut Catalog) -> Result<Journeys, JourneysError> {
    catalog.run_folder(Folder::Links)?;
    catalog.run_folder(Folder::Journeys)?;
    for check in catalog.queries().files().iter().filter(|file| file.folder == Folder::Checks) {
        // A check of measures waits for them.
        if check.header.reads.iter().any(|table| catalog.table(table).is_none()) {
            continue;
        }
        let violations = catalog.run(check)?;
        if violations.height() > 0 {
            return Err(JourneysError::check(check, &violations));
        }
    }
    let mut journeys = Journeys {
        journeys: records(catalog)?,
        steps: records(catalog)?,
        handoffs: records(catalog)?,
        touches: records(catalog)?,
        unknown_touches: records(catalog)?,
        requests: records(catalog)?,
        teams: records(catalog)?,
        unlinked: records(catalog)?,
    };
    journeys.steps.sort_by(|a, b| {
        let key = |step: &StepRecord| (step.at_us, step.source_rank, step.source_seq);
        (&a.journey_id, key(a), &a.event_id, a.position).cmp(&(&b.journey_id, key(b), &b.event_id, b.position))
    });
    Ok(journeys)
}

fn records<R: Row>(catalog: &Catalog) -> Result<Vec<R>, JourneysError> {
    let table = catalog.table(R::TABLE).ok_or(JourneysError::NoTable { table: R::TABLE })?;
    Ok(rows(table)?)
}
