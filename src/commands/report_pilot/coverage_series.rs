//! Coverage of the catalog over time, one panel a field, over all living entries.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::CommandError;
use super::book::{Book, count, whole};
use super::words::{capital, spoken};
use crate::measures::{CoverageMonthRow, SubjectPersonRow};
use crate::report::chart::{Arm, Chart, Panel, Point, Series, TimeSeries, WeekValue};
use crate::report::guard::Backing;
use crate::report::{Block, Figure, Unit};

use self::row::EntryRow;

#[expect(unreachable_pub, reason = "rows of tables are declared public, wherever they are read")]
mod row {
    use crate::log::table;

    table! {
        /// One row per instant and component in the catalog.
        EntryRow in "coverage_entries" ordered by ["instant_us", "component_id"] {
            /// The instant looked at.
            instant_us: i64,
            /// The component.
            component_id: String,
            /// Whether it is retired.
            is_retired: bool,
            /// Its owner.
            team_id: Option<String>,
        }
    }
}

pub(super) fn block(book: &Book<'_>) -> Result<Option<Block>, CommandError> {
    let rows: Vec<CoverageMonthRow> = book.rows()?;
    let standing = standing(book)?;
    let fields = book.settings.coverage.required.iter();
    let panels: Vec<Panel> = fields
        .filter_map(|field| {
            let of_field = rows.iter().filter(|row| row.field == *field);
            let states: BTreeMap<NaiveDate, WeekValue> = of_field
                .map(|row| {
                    let stands = standing.get(&row.instant_us).is_some_and(Backing::stands);
                    let value = if row.components == 0 {
                        WeekValue::NoRecords
                    } else if stands {
                        WeekValue::Known(whole(count(row.valid)) / whole(count(row.components)))
                    } else {
                        WeekValue::FewerThanFive
                    };
                    (book.monday(row.instant_us), value)
                })
                .collect();
            Some(Panel {
                title: capital(&spoken(field)),
                lines: vec![Series { label: "All services".to_owned(), arm: Arm::Comparison, points: held(&states)? }],
            })
        })
        .collect();
    if panels.is_empty() {
        return Ok(None);
    }
    Ok(Some(
        Figure {
            id: "coverage-over-time".to_owned(),
            caption: "Required fields of the catalog over time, all living entries".to_owned(),
            explains: "The state at the start of each month, held until the next; placeholders and default owners do not count as valid. This is the open population: services that were born complete raise it without anybody improving anything, which is why the cards above follow the same services.".to_owned(),
            chart: Chart::TimeSeries(TimeSeries { unit: Unit::Percent, panels, marks: super::tickets::marks(book) }),
        }
        .into(),
    ))
}

/// A point for each week: the state last looked at. Months without a row are six weeks old at most, then there is a gap.
fn held(states: &BTreeMap<NaiveDate, WeekValue>) -> Option<Vec<Point>> {
    const HELD_DAYS: i64 = 42;
    let (first, last) = (*states.keys().next()?, *states.keys().next_back()?);
    let mut points = Vec::new();
    let mut week = first;
    while week <= last {
        let state = states.range(..=week).next_back();
        let value = state
            .filter(|(seen, _)| (week - **seen).num_days() < HELD_DAYS)
            .map_or(WeekValue::NoRecords, |(_, value)| *value);
        points.push(Point { week, value });
        week = week + Days::new(7);
    }
    Some(points)
}

/// At each instant, the living entries and whoever ever worked on them.
fn standing(book: &Book<'_>) -> Result<BTreeMap<i64, Backing>, CommandError> {
    let people = people_of_services(book)?;
    let mut standing: BTreeMap<i64, Backing> = BTreeMap::new();
    for row in book.rows::<EntryRow>()?.into_iter().filter(|row| !row.is_retired) {
        let service = Backing::new(1, people.get(&row.component_id).cloned().unwrap_or_default());
        standing.entry(row.instant_us).or_default().join(&service);
    }
    Ok(standing)
}

/// Who worked on each service, and how often.
pub(super) fn people_of_services(book: &Book<'_>) -> Result<BTreeMap<String, Vec<(String, u64)>>, CommandError> {
    let mut people: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
    for row in book.rows::<SubjectPersonRow>()? {
        people.entry(row.subject_id).or_default().push((row.person_id, count(row.acts)));
    }
    Ok(people)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_held_until_the_next_and_no_longer_than_six_weeks() {
        let monday = |week: u64| NaiveDate::from_ymd_opt(2025, 1, 6).expect("a date") + Days::new(7 * week);
        let states = [(monday(0), WeekValue::Known(0.5)), (monday(10), WeekValue::Known(0.75))].into();
        let values: Vec<WeekValue> = held(&states).expect("points").into_iter().map(|point| point.value).collect();
        assert_eq!(values.len(), 11);
        assert_eq!(
            (values[5], values[6], values[10]),
            (WeekValue::Known(0.5), WeekValue::NoRecords, WeekValue::Known(0.75))
        );
    }

    #[test]
    fn the_row_has_the_columns_that_its_query_writes() {
        use crate::log::Row as _;
        let queries = crate::engine::Queries::built_in().expect("the built-in queries are well formed");
        let query = queries.named(EntryRow::TABLE).expect("a query writes it");
        let written: Vec<_> =
            query.header.writes.iter().map(|column| (column.name.as_str(), column.kind, column.nullable)).collect();
        let declared: Vec<_> =
            EntryRow::COLUMNS.iter().map(|column| (column.name, column.kind, column.nullable)).collect();
        assert_eq!(written, declared);
    }
}
