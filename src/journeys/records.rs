//! Rows of the tables that commands show. A test holds them to the headers of their queries.

use crate::log::table;

table! {
    /// One row per journey.
    JourneyRecord in "journeys" ordered by ["journey_id"] {
        /// The journey: `DEFINITION/SUBJECT/ORDINAL`.
        journey_id: String,
        /// The definition.
        definition: String,
        /// The subject.
        subject_id: String,
        /// Which of the subject's journeys of this definition it is, from 1.
        ordinal: i64,
        /// When it started.
        started_us: i64,
        /// The event that started it.
        start_event_id: String,
        /// When it finished.
        finished_us: Option<i64>,
        /// The event that finished it.
        finish_event_id: Option<String>,
        /// `finished`, `open` or `abandoned`.
        status: String,
        /// When it finished or was abandoned; the end of the records while it is open.
        ended_us: i64,
        /// Whether it started before the records that its finish needs.
        left_truncated: bool,
        /// From when its steps are looked for.
        window_from_us: i64,
        /// Until when its steps are looked for.
        window_to_us: i64,
    }
}

table! {
    /// One row per journey and step.
    StepRecord in "journey_steps" ordered by ["journey_id", "step"] {
        /// The journey: `DEFINITION/SUBJECT/ORDINAL`.
        journey_id: String,
        /// The step's name.
        step: String,
        /// Its place in the definition.
        position: i64,
        /// `start`, `step` or `finish`.
        role: String,
        /// What happened.
        activity: String,
        /// The environment.
        environment: Option<String>,
        /// The event.
        event_id: String,
        /// When it happened or landed.
        at_us: i64,
        /// Order among sources at one instant.
        source_rank: i64,
        /// Order within a source at one instant.
        source_seq: i64,
        /// When the work for it began.
        began_us: Option<i64>,
        /// Who began it.
        began_by_id: Option<String>,
        /// Who did or landed it.
        actor_id: Option<String>,
        /// Whether that was a bot.
        is_bot: Option<bool>,
        /// Whether it came before the start.
        before_start: bool,
        /// Whether it came after the journey ended.
        after_finish: bool,
        /// Whether its gate could be asked.
        gate_known: bool,
        /// Where the raw record is.
        evidence: String,
    }
}

table! {
    /// One row per handoff, at the later touch.
    HandoffRecord in "handoffs" ordered by ["journey_id", "touch_no"] {
        /// The journey: `DEFINITION/SUBJECT/ORDINAL`.
        journey_id: String,
        /// When it happened or landed.
        at_us: i64,
        /// Its place among the touches of the journey, from 1.
        touch_no: i64,
        /// When the touch before was.
        from_us: i64,
        /// Who handed over, or asked.
        from_person: String,
        /// Who took over, or answered.
        to_person: String,
        /// A team of theirs.
        from_team_id: Option<String>,
        /// A team of theirs.
        to_team_id: Option<String>,
        /// Its kind.
        kind: String,
    }
}

table! {
    /// One row per journey, person and instant.
    TouchRecord in "touches" ordered by ["journey_id", "touch_no"] {
        /// The journey: `DEFINITION/SUBJECT/ORDINAL`.
        journey_id: String,
        /// Its place among the touches of the journey, from 1.
        touch_no: i64,
        /// When it happened or landed.
        at_us: i64,
        /// Who.
        person_id: String,
        /// Its kind.
        kind: String,
        /// The event.
        event_id: String,
    }
}

table! {
    /// One row per journey and kind of act.
    UnknownTouchesRecord in "unknown_touches" ordered by ["journey_id", "kind"] {
        /// The journey: `DEFINITION/SUBJECT/ORDINAL`.
        journey_id: String,
        /// Its kind.
        kind: String,
        /// How many.
        acts: i64,
    }
}

table! {
    /// One row per request, subject and journey.
    RequestRecord in "requests" ordered by ["request_event_id", "subject_id", "journey_id"] {
        /// The event that asked.
        request_event_id: String,
        /// The subject.
        subject_id: Option<String>,
        /// The journey: `DEFINITION/SUBJECT/ORDINAL`.
        journey_id: Option<String>,
        /// Its kind.
        kind: String,
        /// When it was asked.
        request_us: i64,
        /// When another party answered.
        response_us: Option<i64>,
        /// Who handed over, or asked.
        from_person: Option<String>,
        /// Who took over, or answered.
        to_person: Option<String>,
        /// Working time between the two.
        working_us: Option<i64>,
        /// When whoever asked closed it, before anybody else had answered.
        withdrawn_us: Option<i64>,
    }
}

table! {
    /// One row per journey.
    JourneyTeamRecord in "journey_teams" ordered by ["journey_id"] {
        /// The journey: `DEFINITION/SUBJECT/ORDINAL`.
        journey_id: String,
        /// The team.
        team_id: Option<String>,
        /// How the team was found: `owner`, `first touch` or `unknown`.
        rule: String,
    }
}

table! {
    /// One row per source and activity.
    UnlinkedRecord in "unlinked" ordered by ["source", "activity"] {
        /// The unit of a source.
        source: String,
        /// What happened.
        activity: String,
        /// Whether a definition waits for the activity.
        is_step: bool,
        /// Events.
        events: i64,
        /// Events linked to a subject.
        linked: i64,
        /// Events that are not.
        unlinked: i64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Queries;
    use crate::log::Row;

    fn agrees<R: Row>(queries: &Queries) {
        let query = queries.named(R::TABLE).expect("a query writes it");
        let columns: Vec<_> = R::COLUMNS.iter().map(|column| (column.name, column.kind, column.nullable)).collect();
        let written: Vec<_> =
            query.header.writes.iter().map(|column| (column.name.as_str(), column.kind, column.nullable)).collect();
        assert_eq!(columns, written, "{}", R::TABLE);
    }

    #[test]
    fn a_record_holds_what_its_query_writes() {
        let queries = Queries::built_in().expect("the shipped queries keep the rules");
        agrees::<JourneyRecord>(&queries);
        agrees::<StepRecord>(&queries);
        agrees::<HandoffRecord>(&queries);
        agrees::<TouchRecord>(&queries);
        agrees::<UnknownTouchesRecord>(&queries);
        agrees::<RequestRecord>(&queries);
        agrees::<JourneyTeamRecord>(&queries);
        agrees::<UnlinkedRecord>(&queries);
    }
}
