//! Rows of the measures that the study and the report read. The query of the same table says what counts.

mod flow;
mod journeys;
mod services;
mod tickets;

pub use flow::*;
pub use journeys::*;
pub use services::*;
pub use tickets::*;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Queries;
    use crate::log::Row;

    fn agrees<R: Row>(queries: &Queries) {
        let query = queries.named(R::TABLE).unwrap_or_else(|| panic!("no query writes `{}`", R::TABLE));
        let written: Vec<_> =
            query.header.writes.iter().map(|column| (column.name.as_str(), column.kind, column.nullable)).collect();
        let declared: Vec<_> = R::COLUMNS.iter().map(|column| (column.name, column.kind, column.nullable)).collect();
        assert_eq!(written, declared, "{}", R::TABLE);
    }

    #[test]
    fn every_row_has_the_columns_that_its_query_writes() {
        let queries = Queries::built_in().expect("the built-in queries are well formed");
        agrees::<LinkedRow>(&queries);
        agrees::<StepRow>(&queries);
        agrees::<MapRow>(&queries);
        agrees::<FlowRow>(&queries);
        agrees::<JourneyPersonRow>(&queries);
        agrees::<DeployTimeRow>(&queries);
        agrees::<JourneyTimeRow>(&queries);
        agrees::<HandoffRow>(&queries);
        agrees::<WaitRow>(&queries);
        agrees::<StandingRow>(&queries);
        agrees::<KindRow>(&queries);
        agrees::<CoverageRow>(&queries);
        agrees::<CoverageMonthRow>(&queries);
        agrees::<OwnershipMonthRow>(&queries);
        agrees::<OwnershipRow>(&queries);
        agrees::<SubjectPersonRow>(&queries);
        agrees::<DeployWeekRow>(&queries);
        agrees::<DeployFailureRow>(&queries);
        agrees::<IncidentRow>(&queries);
        agrees::<DeployWriteRow>(&queries);
        agrees::<RequestTimeRow>(&queries);
        agrees::<RateRow>(&queries);
        agrees::<TicketWeekRow>(&queries);
        agrees::<TeamDayRow>(&queries);
        agrees::<DeveloperWeekRow>(&queries);
        agrees::<ServiceWeekRow>(&queries);
        agrees::<TicketPersonRow>(&queries);
    }
}
