//! The tables that segments hold, with people in place of identities and each row once.

use std::collections::BTreeMap;
use std::path::PathBuf;

use polars::prelude::{DataFrame, PolarsError};

use crate::config::Settings;
use crate::log::{
    Caveat, Event, EventObject, Facts, Membership, Micros, Object, ObjectChange, Observation, Row, SurveyAnswer,
};
use crate::store::{
    StoreError, frame, in_order, last_of_each, present_in, replace_text, rows, segment_table, up_to, without_repeats,
};

/// Tables of the log, each in its total order, and the caveats that sources left.
pub(super) struct Resolved {
    pub(super) events: DataFrame,
    pub(super) event_objects: DataFrame,
    pub(super) objects: DataFrame,
    pub(super) object_changes: DataFrame,
    pub(super) memberships: DataFrame,
    pub(super) survey_answers: DataFrame,
    pub(super) observations: DataFrame,
    pub(super) caveats: Vec<Caveat>,
}

/// The latest instant of any event; `None` where there is none.
pub(super) fn latest(events: &DataFrame) -> Option<Micros> {
    times(events).and_then(|times| times.iter().flatten().max())
}

/// The first instant of any event.
pub(super) fn first(events: &DataFrame) -> Option<Micros> {
    times(events).and_then(|times| times.iter().flatten().min())
}

fn times(events: &DataFrame) -> Option<polars::prelude::Int64Chunked> {
    events.column("at_us").ok()?.i64().ok().cloned()
}

/// Reads every segment table and resolves it.
pub(super) fn all(
    settings: &Settings,
    folders: &[PathBuf],
    events: &DataFrame,
    declared: Facts,
    person_of: &BTreeMap<String, String>,
    as_of_us: Micros,
) -> Result<Resolved, StoreError> {
    let broken = |why: PolarsError| StoreError::Table { doing: "resolve", path: settings.data.clone(), why };

    let pulled = events.height();
    let mut events = up_to(events, "at_us", as_of_us).map_err(broken)?;
    let whole = events.height() == pulled;
    // Within a segment keys are unique: only where a unit has several can a record stand twice.
    let repeated = folders.windows(2).any(|pair| pair[0].parent() == pair[1].parent());
    if repeated {
        events = last_of_each(&events, &["event_id"]).map_err(broken)?;
    }
    for column in ["actor_id", "began_by_id"] {
        replace_text(&mut events, column, person_of).map_err(broken)?;
    }
    let events = in_order::<Event>(&events).map_err(broken)?;

    let mut event_objects = segment_table::<EventObject>(folders)?;
    if !whole {
        event_objects = present_in(&event_objects, "event_id", &events).map_err(broken)?;
    }
    let event_objects = in_order::<EventObject>(&event_objects).map_err(broken)?;
    let event_objects = without_repeats(&event_objects, EventObject::ORDER).map_err(broken)?;

    let changes = up_to(&segment_table::<ObjectChange>(folders)?, "at_us", as_of_us).map_err(broken)?;
    let changes = last_of_each(&changes, ObjectChange::ORDER).map_err(broken)?;
    let object_changes = in_order::<ObjectChange>(&changes).map_err(broken)?;

    let mut memberships = segment_table::<Membership>(folders)?;
    memberships.vstack_mut_owned(frame(&declared.memberships)).map_err(broken)?;
    replace_text(&mut memberships, "person_id", person_of).map_err(broken)?;
    let memberships = last_of_each(&memberships, &["person_id", "team_id", "from_us"]).map_err(broken)?;
    let memberships = in_order::<Membership>(&memberships).map_err(broken)?;

    let mut answers = up_to(&segment_table::<SurveyAnswer>(folders)?, "at_us", as_of_us).map_err(broken)?;
    replace_text(&mut answers, "person_id", person_of).map_err(broken)?;
    let answers = last_of_each(&answers, SurveyAnswer::ORDER).map_err(broken)?;
    let survey_answers = in_order::<SurveyAnswer>(&answers).map_err(broken)?;

    Ok(Resolved {
        events,
        event_objects,
        objects: objects(folders, declared.objects)?,
        object_changes,
        memberships,
        survey_answers,
        observations: observations(folders)?,
        caveats: rows::<Caveat>(&segment_table::<Caveat>(folders)?)?,
    })
}

/// One row an object: the earliest sighting names the source.
fn objects(folders: &[PathBuf], declared: Vec<Object>) -> Result<DataFrame, StoreError> {
    let mut objects = rows::<Object>(&segment_table::<Object>(folders)?)?;
    objects.extend(declared);
    objects.sort_by(|a, b| {
        let key = |object: &Object| (object.object_id.clone(), object.first_seen_us.is_none(), object.first_seen_us);
        key(a).cmp(&key(b)).then_with(|| a.source.cmp(&b.source))
    });
    objects.dedup_by(|later, earlier| later.object_id == earlier.object_id);
    Ok(frame(&objects))
}

/// One row a unit and stream, over all of its segments.
fn observations(folders: &[PathBuf]) -> Result<DataFrame, StoreError> {
    let mut whole: BTreeMap<(String, String), Observation> = BTreeMap::new();
    for seen in rows::<Observation>(&segment_table::<Observation>(folders)?)? {
        whole
            .entry((seen.source.clone(), seen.stream.clone()))
            .and_modify(|known| {
                known.from_us = known.from_us.min(seen.from_us);
                known.to_us = known.to_us.max(seen.to_us);
                known.records += seen.records;
                known.refused += seen.refused;
            })
            .or_insert(seen);
    }
    Ok(frame(&whole.into_values().collect::<Vec<_>>()))
}
