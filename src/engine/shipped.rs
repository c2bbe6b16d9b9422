//! The files of `queries/`, built into the binary. A test holds the list to the folder.

use super::Folder;

macro_rules! shipped {
    ($( $folder:ident in $name_of_folder:literal : $($name:literal)+; )+) => {
        /// Folder, name and text of every query.
        pub(super) const FILES: &[(Folder, &str, &str)] = &[
            $($( (
                Folder::$folder,
                $name,
                include_str!(concat!("../../queries/", $name_of_folder, "/", $name, ".sql")),
            ), )+)+
        ];
    };
}

shipped! {
    Links in "links":
        "alias_periods"
        "component_names"
        "event_ways"
        "object_subjects"
        "subject_events"
        "unlinked";
    Journeys in "journeys":
        "acts"
        "answers"
        "asks"
        "change_waits"
        "environment_gates"
        "handoffs"
        "journey_ends"
        "journey_starts"
        "journey_steps"
        "journey_teams"
        "journeys"
        "observed_finishes"
        "requests"
        "step_events"
        "step_matches"
        "told_twice"
        "touch_teams"
        "touches"
        "unknown_touches"
        "working_time";
    Measures in "measures":
        "coverage_by_team"
        "coverage_cohort"
        "coverage_entries"
        "coverage_instants"
        "coverage_monthly"
        "deploy_failures"
        "deploy_writes"
        "deployment_frequency"
        "developer_weeks"
        "event_teams"
        "field_stretches"
        "handoff_flow"
        "hollow_teams"
        "journey_handoffs"
        "journey_kinds"
        "journey_map"
        "journey_people"
        "journey_periods"
        "journey_spans"
        "journey_standing"
        "journey_time"
        "linked_share"
        "measure_clock"
        "metadata_coverage"
        "ownership_by_team"
        "ownership_monthly"
        "ownership_validity"
        "platform_requests"
        "platform_ticket_exposure"
        "platform_ticket_rates"
        "platform_tickets"
        "request_pairs"
        "request_routes"
        "request_wait"
        "service_deploys"
        "service_incidents"
        "service_weeks"
        "step_offsets"
        "subject_owners"
        "subject_people"
        "subject_teams"
        "subject_weeks"
        "team_days"
        "ticket_days"
        "ticket_openings"
        "ticket_people"
        "time_to_first_deploy"
        "wait_stretches";
    Checks in "checks":
        "event_linked_twice"
        "finish_before_start"
        "handoff_to_oneself"
        "journey_without_start"
        "name_with_two_subjects"
        "overlapping_journeys"
        "response_before_request"
        "status_without_reason"
        "step_outside_journey"
        "touch_outside_journey"
        "unknown_event";
}
