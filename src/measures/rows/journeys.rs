//! Rows of journeys: times, handoffs, waits.

use crate::log::table;

table! {
    /// One row per subject and environment: the lowest shared one, and production.
    DeployTimeRow in "time_to_first_deploy" ordered by ["journey_id", "environment"] {
        /// The journey.
        journey_id: String,
        /// Its definition.
        definition: String,
        /// The environment.
        environment: String,
        /// The team; absent where no source can tell.
        team_id: Option<String>,
        /// Its arm; absent where the study does not name it.
        arm: Option<String>,
        /// `before`, `washout` or `after`; absent outside the windows.
        period: Option<String>,
        /// `compared`, or why it is not.
        standing: String,
        /// Its age when it came into sight; 0 unless left-truncated.
        entry_us: i64,
        /// Its age when it ended or was last watched.
        time_us: i64,
        /// As `entry_us`, in working time.
        working_entry_us: i64,
        /// As `time_us`, in working time.
        working_us: i64,
        /// 0 open, 1 done, 2 abandoned.
        cause: i64,
        /// Whether it began before the records that it needs.
        left_truncated: bool,
        /// Whether it is open only because its team entered the pilot.
        censored_at_pilot: bool,
    }
}

table! {
    /// One row per journey.
    JourneyTimeRow in "journey_time" ordered by ["journey_id"] {
        /// The journey.
        journey_id: String,
        /// Its definition.
        definition: String,
        /// The team; absent where no source can tell.
        team_id: Option<String>,
        /// Its arm; absent where the study does not name it.
        arm: Option<String>,
        /// `before`, `washout` or `after`; absent outside the windows.
        period: Option<String>,
        /// `compared`, or why it is not.
        standing: String,
        /// Its age when it came into sight; 0 unless left-truncated.
        entry_us: i64,
        /// Its age when it ended or was last watched.
        time_us: i64,
        /// As `entry_us`, in working time.
        working_entry_us: i64,
        /// As `time_us`, in working time.
        working_us: i64,
        /// 0 open, 1 done, 2 abandoned.
        cause: i64,
        /// Whether it began before the records that it needs.
        left_truncated: bool,
        /// Whether it is open only because its team entered the pilot.
        censored_at_pilot: bool,
    }
}

table! {
    /// One row per journey.
    HandoffRow in "journey_handoffs" ordered by ["journey_id"] {
        /// The journey.
        journey_id: String,
        /// Its definition.
        definition: String,
        /// The team; absent where no source can tell.
        team_id: Option<String>,
        /// Its arm; absent where the study does not name it.
        arm: Option<String>,
        /// `before`, `washout` or `after`; absent outside the windows.
        period: Option<String>,
        /// `compared`, or why it is not.
        standing: String,
        /// 0 open, 1 done, 2 abandoned.
        cause: i64,
        /// Handoffs between teams.
        team_handoffs: i64,
        /// Handoffs between people of whom one at least has no known team.
        people_handoffs: i64,
        /// Touches by known people.
        touches: i64,
        /// Distinct people.
        people: i64,
        /// Acts whose person no source can tell.
        unknown_touches: i64,
    }
}

table! {
    /// One row per journey.
    WaitRow in "request_wait" ordered by ["journey_id"] {
        /// The journey.
        journey_id: String,
        /// Its definition.
        definition: String,
        /// The team; absent where no source can tell.
        team_id: Option<String>,
        /// Its arm; absent where the study does not name it.
        arm: Option<String>,
        /// `before`, `washout` or `after`; absent outside the windows.
        period: Option<String>,
        /// `compared`, or why it is not.
        standing: String,
        /// 0 open, 1 done, 2 abandoned.
        cause: i64,
        /// The time of the journey.
        journey_us: i64,
        /// The same in working time.
        journey_working_us: i64,
        /// Waits of both kinds, overlaps merged; absent as `ticket_wait_us`.
        wait_us: Option<i64>,
        /// The same in working time.
        working_wait_us: Option<i64>,
        /// Waits for what was asked on tickets, for approvals or in chat; absent where no journey ever asked so.
        ticket_wait_us: Option<i64>,
        /// Waits for the review or landing of changes; absent where no change of any journey shows one.
        change_wait_us: Option<i64>,
        /// The rest of its time: nothing shows that anyone waited.
        unattributed_us: Option<i64>,
        /// Requests.
        requests: i64,
        /// Those neither answered nor withdrawn when it ended.
        open_requests: i64,
    }
}

table! {
    /// One row per journey.
    KindRow in "journey_kinds" ordered by ["journey_id"] {
        /// The journey.
        journey_id: String,
        /// The first type that the catalog gave for its subject; absent where it never did.
        kind: Option<String>,
    }
}

table! {
    /// One row per definition, arm, period and standing.
    StandingRow in "journey_standing" ordered by ["definition", "arm", "period", "standing"] {
        /// Its definition.
        definition: String,
        /// Its arm; absent where the study does not name it.
        arm: Option<String>,
        /// `before`, `washout` or `after`; absent outside the windows.
        period: Option<String>,
        /// `compared`, or why it is not.
        standing: String,
        /// Journeys.
        journeys: i64,
    }
}
