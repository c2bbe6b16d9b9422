//! What one pull of one unit of a source yields.

use super::tables::{
    Caveat, Event, EventObject, Membership, Object, ObjectChange, ObjectLink, Observation, SurveyAnswer,
};

/// Rows for the log, people still as identity ids. Sources append to it; order does not matter.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "each field is the table of its row type")]
pub struct Facts {
    pub events: Vec<Event>,
    pub objects: Vec<Object>,
    pub event_objects: Vec<EventObject>,
    pub object_links: Vec<ObjectLink>,
    pub object_changes: Vec<ObjectChange>,
    pub memberships: Vec<Membership>,
    pub survey_answers: Vec<SurveyAnswer>,
    pub observations: Vec<Observation>,
    pub caveats: Vec<Caveat>,
}
