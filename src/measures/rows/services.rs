//! Rows of services: catalog entries and deploys.

use crate::log::table;

table! {
    /// One row per team and component.
    OwnershipRow in "ownership_by_team" ordered by ["team_id", "component_id"] {
        /// The team that works on it, or its declared owner where nobody of a known team does.
        team_id: String,
        /// Its arm.
        arm: String,
        /// The component.
        component_id: String,
        /// Whether it can be told; not where no membership of anyone is known.
        is_told: bool,
        /// Whether its owner held before; absent where it came since.
        before_valid: Option<bool>,
        /// Whether its owner holds after; absent where it is gone.
        after_valid: Option<bool>,
    }
}

table! {
    /// One row per subject, arm, period and person who worked on it.
    SubjectPersonRow in "subject_people" ordered by ["subject_id", "arm", "period", "person_id"] {
        /// The subject.
        subject_id: String,
        /// The arm of the team that owned it then; absent where none is compared.
        arm: Option<String>,
        /// The period of that team; absent outside the windows.
        period: Option<String>,
        /// The person.
        person_id: String,
        /// Events.
        acts: i64,
    }
}

table! {
    /// One row per team, component and required field.
    CoverageRow in "coverage_by_team" ordered by ["team_id", "component_id", "field"] {
        /// The team that works on it, or its declared owner where nobody of a known team does.
        team_id: String,
        /// Its arm.
        arm: String,
        /// The component.
        component_id: String,
        /// The field.
        field: String,
        /// Whether it was there before; absent where the component came since.
        before_present: Option<bool>,
        /// Whether it was valid before; absent as `before_present`.
        before_valid: Option<bool>,
        /// Whether it is there after; absent where the component is gone or retired.
        after_present: Option<bool>,
        /// Whether it is valid after; absent as `after_present`.
        after_valid: Option<bool>,
    }
}

table! {
    /// One row per instant and required field.
    CoverageMonthRow in "coverage_monthly" ordered by ["instant_us", "field"] {
        /// The instant looked at.
        instant_us: i64,
        /// The month that begins there, in months since 1970-01; absent for `as_of`.
        month: Option<i64>,
        /// The field.
        field: String,
        /// Living entries.
        components: i64,
        /// Those that have the field.
        present: i64,
        /// Those whose value is valid.
        valid: i64,
        /// Retired entries, left out.
        retired: i64,
    }
}

table! {
    /// One row per instant.
    OwnershipMonthRow in "ownership_monthly" ordered by ["instant_us"] {
        /// The instant looked at.
        instant_us: i64,
        /// The month that begins there, in months since 1970-01; absent for `as_of`.
        month: Option<i64>,
        /// Living entries.
        components: i64,
        /// Those with an owner.
        owned: i64,
        /// Those whose value is valid.
        valid: i64,
        /// Those whose owner cannot be told to exist.
        untold: i64,
    }
}

table! {
    /// One row per subject and week in which it could be deployed.
    DeployWeekRow in "deployment_frequency" ordered by ["subject_id", "week"] {
        /// The service.
        subject_id: String,
        /// The week, by the day number of its Monday.
        week: i64,
        /// Deploys.
        deploys: i64,
        /// The team; absent where no source can tell.
        team_id: Option<String>,
        /// Its arm; absent where the study does not name it.
        arm: Option<String>,
        /// `before`, `washout` or `after`; absent outside the windows.
        period: Option<String>,
    }
}

table! {
    /// One row per subject and production deploy, or attempt at one.
    DeployFailureRow in "deploy_failures" ordered by ["subject_id", "event_id"] {
        /// The service.
        subject_id: String,
        /// The deploy.
        event_id: String,
        /// When.
        at_us: i64,
        /// Whether it failed.
        is_failed: bool,
        /// `outcome` or `incident`; absent where it did not.
        failed_by: Option<String>,
        /// When that was over; absent where it did not fail, or is not over.
        recovered_us: Option<i64>,
        /// Until when it was watched.
        watched_us: i64,
        /// The team; absent where no source can tell.
        team_id: Option<String>,
        /// Its arm; absent where the study does not name it.
        arm: Option<String>,
        /// `before`, `washout` or `after`; absent outside the windows.
        period: Option<String>,
    }
}

table! {
    /// One row per subject and incident.
    IncidentRow in "service_incidents" ordered by ["subject_id", "incident_id"] {
        /// The service.
        subject_id: String,
        /// The incident.
        incident_id: String,
        /// When it was detected.
        detected_us: i64,
        /// When it was resolved; absent where it is not.
        resolved_us: Option<i64>,
        /// The production deploy of the service that it followed; absent where none did in 72 hours.
        deploy_event_id: Option<String>,
        /// The week, by the day number of its Monday.
        week: i64,
        /// The team; absent where no source can tell.
        team_id: Option<String>,
        /// Its arm; absent where the study does not name it.
        arm: Option<String>,
        /// `before`, `washout` or `after`; absent outside the windows.
        period: Option<String>,
    }
}

table! {
    /// One row per subject and environment.
    DeployWriteRow in "deploy_writes" ordered by ["subject_id", "environment"] {
        /// The service.
        subject_id: String,
        /// The environment.
        environment: String,
        /// Writes of a version, deploys or not.
        writes: i64,
        /// Deploys.
        deploys: i64,
        /// Whether anyone ever registered in that environment.
        gate_known: bool,
    }
}
