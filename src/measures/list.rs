//! What each measure is, in words: its definition, what it counts, what it leaves out.

/// One measure as reports introduce it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// The id in study files and reports.
    pub id: &'static str,
    /// The table, and the file in `queries/measures/`, that holds its rows.
    pub table: &'static str,
    /// The title.
    pub title: &'static str,
    /// What its numbers are in.
    pub unit: &'static str,
    /// The definition, in one sentence.
    pub definition: &'static str,
    /// What counts.
    pub counts: &'static str,
    /// What is left out, and how that is shown.
    pub leaves_out: &'static str,
    /// Whether less of it is better; `None` where neither is.
    pub less_is_better: Option<bool>,
    /// The section of `METHODS.md` that says more.
    pub anchor: &'static str,
}

/// The measure with this id.
pub fn measure(id: &str) -> Option<&'static Measure> {
    MEASURES.iter().find(|measure| measure.id == id)
}

/// Every measure, in the order of reports.
pub const MEASURES: &[Measure] = &[
    Measure {
        id: "time_to_first_deploy",
        table: "time_to_first_deploy",
        title: "Time to first deploy",
        unit: "elapsed and working time",
        definition: "From the beginning of a service to its first successful deploy after it was registered there, per environment.",
        counts: "Journeys that begin a service and end with a deploy, one for each service: to the lowest shared environment, and to production.",
        leaves_out: "Journeys of services that existed already, and of platform teams. Open journeys stay in as censored, abandoned ones as a cause of their own; before journeys are watched until their team's pilot date.",
        less_is_better: Some(true),
        anchor: "METHODS.md#time_to_first_deploy",
    },
    Measure {
        id: "journey_time",
        table: "journey_time",
        title: "Journey time",
        unit: "elapsed and working time",
        definition: "From the start of a journey to its finish.",
        counts: "Journeys of every definition.",
        leaves_out: "Journeys of platform teams. Open journeys stay in as censored, abandoned ones as a cause of their own.",
        less_is_better: Some(true),
        anchor: "METHODS.md#journey_time",
    },
    Measure {
        id: "handoffs",
        table: "journey_handoffs",
        title: "Handoffs",
        unit: "handoffs a journey",
        definition: "Two consecutive human touches of a journey by people of different teams.",
        counts: "Touches up to the end of the journey; handoffs between people where no team is known are counted apart.",
        leaves_out: "Open and abandoned journeys from means, with their count so far shown. Acts of nobody knows whom are counted, and are no touches.",
        less_is_better: Some(true),
        anchor: "METHODS.md#handoffs",
    },
    Measure {
        id: "request_wait",
        table: "request_wait",
        title: "Waits for requests",
        unit: "elapsed and working time a journey",
        definition: "The time of a journey in which something that was asked for had not been answered yet by another party.",
        counts: "Each pair of request and answer once, overlaps merged, clipped to the journey.",
        leaves_out: "Requests that were never answered (counted). The rest of the journey is unattributed: nothing shows that anyone waited. Where nothing was ever asked on a ticket it cannot be told.",
        less_is_better: Some(true),
        anchor: "METHODS.md#waits",
    },
    Measure {
        id: "request_answer_time",
        table: "request_pairs",
        title: "Time to the first answer",
        unit: "elapsed and working time a request",
        definition: "From a request to the platform teams to the first answer by another party.",
        counts: "Every request to the platform teams, whether or not it belongs to a journey.",
        leaves_out: "Requests that bots opened. Unanswered requests stay in as censored, those that whoever asked closed as a cause of their own.",
        less_is_better: Some(true),
        anchor: "METHODS.md#request_wait",
    },
    Measure {
        id: "platform_tickets",
        table: "platform_ticket_rates",
        title: "Platform tickets",
        unit: "tickets a developer-week, and a service-week",
        definition: "Requests to the platform teams, over the working time of the developers of the asking team.",
        counts: "Tickets sent to a platform team and questions in chat, by the team that the asker was in then.",
        leaves_out: "Months in which the whole stream is silent, on both sides; teams of which it holds nothing cannot be told. Tickets of unknown teams, and those that say to nobody whom they went to, are counted apart.",
        less_is_better: Some(true),
        anchor: "METHODS.md#platform-tickets",
    },
    Measure {
        id: "metadata_coverage",
        table: "coverage_by_team",
        title: "Metadata coverage",
        unit: "share of required fields",
        definition: "Required fields of catalog entries that hold a valid value.",
        counts: "The effect: the same components before and after, by the team that works on them. The levels: all there were. `false` is an answer.",
        leaves_out: "Retired entries (counted). Placeholders and default owners are present, and not valid.",
        less_is_better: Some(false),
        anchor: "METHODS.md#metadata_coverage",
    },
    Measure {
        id: "ownership_validity",
        table: "ownership_validity",
        title: "Ownership that holds",
        unit: "share of components",
        definition: "Catalog entries whose owner is a team that has members.",
        counts: "Living entries at the start of each month, at the ends of the windows and at the end.",
        leaves_out: "Retired entries. Where no membership of anyone is known it cannot be told.",
        less_is_better: Some(false),
        anchor: "METHODS.md#ownership_validity",
    },
    Measure {
        id: "deployment_frequency",
        table: "deployment_frequency",
        title: "Deployment frequency",
        unit: "production deploys a service and week",
        definition: "Production deploys of a service after it was registered there.",
        counts: "Weeks in which the service lived and was registered (or, where nobody ever registered, lived), in months in which anything was deployed.",
        leaves_out: "Failed deploys, bulk changes and writes before registration (all in `deploy_writes`).",
        less_is_better: None,
        anchor: "METHODS.md#deployment_frequency",
    },
    Measure {
        id: "change_fail_rate",
        table: "deploy_failures",
        title: "Change fail rate",
        unit: "share of production deploys",
        definition: "Production deploys of a service that failed, by their own outcome or by an incident that followed, of all.",
        counts: "Failed attempts, and deploys that an incident of the same service followed within 72 hours with no other deploy between.",
        leaves_out: "Incidents of other services, and those that no deploy preceded (they count as incidents). Where nothing in the records tells of any failure it cannot be told.",
        less_is_better: Some(true),
        anchor: "METHODS.md#change_fail_rate",
    },
    Measure {
        id: "failed_deployment_recovery_time",
        table: "deploy_failures",
        title: "Failed deployment recovery time",
        unit: "days",
        definition: "From a production deploy that failed until that was over.",
        counts: "Until the incident that followed was resolved, or, where the deploy itself failed, until the next that went well.",
        leaves_out: "Nothing; failures that are not over stay in as open.",
        less_is_better: Some(true),
        anchor: "METHODS.md#change_fail_rate",
    },
    Measure {
        id: "incidents",
        table: "service_incidents",
        title: "Incidents",
        unit: "incidents a service-week",
        definition: "Incidents of services, over the weeks that the services lived in production.",
        counts: "Each incident once for each service that it is about, in the week that it was detected.",
        leaves_out: "Incidents that name no known service, and those of services that nobody owns (counted). Where no incident stands in the records at all it cannot be told.",
        less_is_better: Some(true),
        anchor: "METHODS.md#incidents",
    },
    Measure {
        id: "linked_share",
        table: "linked_share",
        title: "Linked share",
        unit: "share of events",
        definition: "Events that journeys are made of which could be linked to a subject.",
        counts: "Events of an activity that a definition waits for, and openings of tickets, by the actor's team.",
        leaves_out: "Nothing; events of bots and of unknown teams have no team.",
        less_is_better: None,
        anchor: "METHODS.md#linked_share",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Folder, Queries};

    #[test]
    fn every_measure_has_its_query_and_the_anchor_of_it() {
        let queries = Queries::built_in().expect("the built-in queries are well formed");
        for measure in MEASURES {
            let query = queries.named(measure.table).unwrap_or_else(|| panic!("no query writes `{}`", measure.table));
            assert_eq!(query.folder, Folder::Measures, "{}", measure.id);
            assert_eq!(query.header.see, measure.anchor, "{}", measure.id);
        }
    }

    #[test]
    fn a_measure_is_found_by_the_id_of_study_files() {
        assert_eq!(measure("handoffs").map(|found| found.table), Some("journey_handoffs"));
        assert_eq!(measure("flow_efficiency"), None);
    }
}
