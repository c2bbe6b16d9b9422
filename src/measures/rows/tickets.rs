//! Rows of requests to the platform teams, and of what stood behind them.

use crate::log::table;

table! {
    /// One row per request.
    RequestTimeRow in "request_pairs" ordered by ["request_id"] {
        /// The ticket, or the question that has none.
        request_id: String,
        /// The category given at the door.
        category: Option<String>,
        /// How it was asked.
        channel: Option<String>,
        /// The team; absent where no source can tell.
        team_id: Option<String>,
        /// Its arm; absent where the study does not name it.
        arm: Option<String>,
        /// `before`, `washout` or `after`; absent outside the windows.
        period: Option<String>,
        /// When it was asked.
        at_us: i64,
        /// Its age when it ended or was last watched.
        time_us: i64,
        /// As `time_us`, in working time.
        working_us: i64,
        /// 0 open, 1 answered, 2 withdrawn by whoever asked.
        cause: i64,
        /// Whether it is open only because its team entered the pilot.
        censored_at_pilot: bool,
        /// Whether it could be linked to a subject.
        is_linked: bool,
    }
}

table! {
    /// One row per team and period.
    RateRow in "platform_ticket_rates" ordered by ["team_id", "period"] {
        /// The team; absent where no source can tell.
        team_id: String,
        /// Its arm; absent where the study does not name it.
        arm: String,
        /// `before`, `washout` or `after`; absent outside the windows.
        period: String,
        /// Tickets; absent where nothing can be told.
        tickets: Option<i64>,
        /// Those that nobody else has answered, and that were not withdrawn.
        unanswered: Option<i64>,
        /// Those that could not be linked to a subject.
        unlinked: Option<i64>,
        /// Tickets that do not say to whom they went, where others do; not among `tickets`.
        unaddressed: i64,
        /// Developer-days; five are a developer-week.
        developer_days: i64,
        /// Weeks of living services.
        service_weeks: i64,
        /// Days that the ticket stream can speak for.
        days_observed: i64,
        /// How tickets to the platform were told from others.
        routing: Option<String>,
    }
}

table! {
    /// One row per team of the asker, week, category and channel.
    TicketWeekRow in "platform_tickets" ordered by ["team_id", "week", "category", "channel"] {
        /// The team; absent where no source can tell.
        team_id: Option<String>,
        /// The week, by the day number of its Monday.
        week: i64,
        /// The category given at the door.
        category: Option<String>,
        /// How it was asked.
        channel: Option<String>,
        /// How tickets to the platform were told from others.
        routing: String,
        /// Tickets; absent where nothing can be told.
        tickets: i64,
        /// Those that nobody else has answered, and that were not withdrawn.
        unanswered: i64,
        /// Those that could not be linked to a subject.
        unlinked: i64,
    }
}

table! {
    /// One row per team and working day that the ticket stream can speak for.
    TeamDayRow in "team_days" ordered by ["team_id", "day"] {
        /// The team.
        team_id: String,
        /// The day, by its number.
        day: i64,
        /// The week, by the day number of its Monday.
        week: i64,
        /// The month, in months since 1970-01.
        month: i64,
        /// When working time of the day begins.
        opens_us: i64,
        /// Its people.
        people: i64,
    }
}

table! {
    /// One row per team and week.
    DeveloperWeekRow in "developer_weeks" ordered by ["team_id", "week"] {
        /// The team; absent where no source can tell.
        team_id: String,
        /// The week, by the day number of its Monday.
        week: i64,
        /// Developer-days; five are a developer-week.
        developer_days: i64,
    }
}

table! {
    /// One row per team and week.
    ServiceWeekRow in "service_weeks" ordered by ["team_id", "week"] {
        /// The team; absent where no source can tell.
        team_id: Option<String>,
        /// The week, by the day number of its Monday.
        week: i64,
        /// When it begins.
        week_us: i64,
        /// Living services.
        services: i64,
    }
}

table! {
    /// One row per team, period, week, category, channel and person.
    TicketPersonRow in "ticket_people" ordered by ["team_id", "period", "week", "category", "channel", "person_id"] {
        /// The team; absent where no source can tell.
        team_id: Option<String>,
        /// Its arm; absent where the study does not name it.
        arm: Option<String>,
        /// `before`, `washout` or `after`; absent outside the windows.
        period: Option<String>,
        /// The week, by the day number of its Monday.
        week: i64,
        /// The category given at the door.
        category: Option<String>,
        /// How it was asked.
        channel: Option<String>,
        /// The person.
        person_id: String,
        /// Tickets.
        tickets: i64,
    }
}
