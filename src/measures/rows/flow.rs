//! Rows of the journey map, of handoffs between teams, and of people for the rule of five.

use crate::log::table;

table! {
    /// One row per activity, team of the actor and period.
    LinkedRow in "linked_share" ordered by ["activity", "team_id", "period"] {
        /// The activity.
        activity: String,
        /// The team; absent where no source can tell.
        team_id: Option<String>,
        /// Its arm; absent where the study does not name it.
        arm: Option<String>,
        /// `before`, `washout` or `after`; absent outside the windows.
        period: Option<String>,
        /// Events.
        events: i64,
        /// Those that could be linked to a subject.
        linked: i64,
    }
}

table! {
    /// One row per journey and step of its definition.
    StepRow in "step_offsets" ordered by ["journey_id", "step"] {
        /// The journey.
        journey_id: String,
        /// Its definition.
        definition: String,
        /// The step.
        step: String,
        /// Its place in the order expected.
        position: i64,
        /// `start`, `step` or `finish`.
        role: String,
        /// The team; absent where no source can tell.
        team_id: Option<String>,
        /// Its arm; absent where the study does not name it.
        arm: Option<String>,
        /// `before`, `washout` or `after`; absent outside the windows.
        period: Option<String>,
        /// `compared`, or why it is not.
        standing: String,
        /// `done`, `done later`, `missing` or `not yet`.
        state: String,
        /// When it happened, from the start; absent where it did not.
        offset_us: Option<i64>,
        /// When work on it began, from the start.
        began_offset_us: Option<i64>,
    }
}

table! {
    /// One row per definition, step, arm and period.
    MapRow in "journey_map" ordered by ["definition", "position", "step", "arm", "period"] {
        /// Its definition.
        definition: String,
        /// The step.
        step: String,
        /// Its place in the order expected.
        position: i64,
        /// `start`, `step` or `finish`.
        role: String,
        /// Its arm; absent where the study does not name it.
        arm: Option<String>,
        /// `before`, `washout` or `after`; absent outside the windows.
        period: Option<String>,
        /// Journeys.
        journeys: i64,
        /// Those that had the step.
        done: i64,
        /// Those that had it after their end.
        done_later: i64,
        /// Those that ended without it.
        missing: i64,
        /// Open ones that have not had it.
        not_yet: i64,
    }
}

table! {
    /// One row per handoff of a journey, at the later touch.
    FlowRow in "handoff_flow" ordered by ["journey_id", "touch_no"] {
        /// The journey.
        journey_id: String,
        /// The place of the later touch.
        touch_no: i64,
        /// Its definition.
        definition: String,
        /// Its arm; absent where the study does not name it.
        arm: Option<String>,
        /// `before`, `washout` or `after`; absent outside the windows.
        period: Option<String>,
        /// `teams` or `people`.
        kind: String,
        /// The team before; absent where none is known.
        from_team_id: Option<String>,
        /// The team after; absent where none is known.
        to_team_id: Option<String>,
        /// Who handed over.
        from_person: String,
        /// Who took over.
        to_person: String,
        /// Time between the two touches.
        gap_us: i64,
        /// 0 open, 1 done, 2 abandoned.
        cause: i64,
    }
}

table! {
    /// One row per journey and person.
    JourneyPersonRow in "journey_people" ordered by ["journey_id", "person_id"] {
        /// The journey.
        journey_id: String,
        /// Its definition.
        definition: String,
        /// Its arm; absent where the study does not name it.
        arm: Option<String>,
        /// `before`, `washout` or `after`; absent outside the windows.
        period: Option<String>,
        /// The person.
        person_id: String,
        /// Touches by known people.
        touches: i64,
    }
}
