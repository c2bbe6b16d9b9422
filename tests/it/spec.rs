//! Reads a Markdown spec: tables of events, links, people and steps under headings, and the tables expected.
//!
//! `## events`, `## links`, `## repositories`, `## teams`, `## observations`, `## parameters` give the log;
//! `## definition NAME`, with `repeating` and `abandoned by ACTIVITY` after commas, gives a definition. For measures,
//! `## study teams`, `## periods`, `## catalog`, `## required fields`, `## placeholders` and `## default owners` give the
//! study. Everything under `## expect TABLE` must be all rows of that table, in the columns that are named. Times are UTC;
//! an empty cell is null.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike as _;
use milepost::log::{
    CalendarDay, CoverageField, CoveragePlaceholder, DefaultOwner, Event, EventObject, JourneyDefined, Membership,
    Object, ObjectChange, ObjectLink, Observation, Parameters, Period, Person, Repository, StepDefined, StudyTeam,
};
use milepost::store::frame;
use polars::prelude::{AnyValue, DataFrame};

const DAY_US: i64 = 86_400_000_000;
const ALWAYS: i64 = i64::MIN;

/// One row of a Markdown table: column → cell, empty cells left out.
pub(crate) type Cells = BTreeMap<String, String>;

/// A spec, read.
pub(crate) struct Spec {
    pub(crate) tables: BTreeMap<&'static str, DataFrame>,
    /// Table, its columns that are asked about, the rows expected.
    pub(crate) expected: Vec<(String, Vec<String>, Vec<Vec<String>>)>,
}

/// The instant of `2025-01-02` or `2025-01-02 10:00`.
pub(crate) fn instant(text: &str) -> i64 {
    let (date, time) = text.split_once(' ').unwrap_or((text, "00:00"));
    let date: chrono::NaiveDate = date.parse().unwrap_or_else(|_| panic!("`{text}` is not a date"));
    let (hours, minutes) = time.split_once(':').unwrap_or_else(|| panic!("`{text}` is not a time"));
    let minutes: i64 = hours.parse::<i64>().expect("hours") * 60 + minutes.parse::<i64>().expect("minutes");
    (date - chrono::NaiveDate::default()).num_days() * DAY_US + minutes * 60_000_000
}

fn written(at_us: i64) -> String {
    let at = chrono::DateTime::from_timestamp_micros(at_us).expect("an instant");
    let pattern = if at_us % DAY_US == 0 { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M" };
    at.format(pattern).to_string()
}

fn tables_of(text: &str) -> Vec<(String, Vec<String>, Vec<Cells>)> {
    let mut found: Vec<(String, Vec<String>, Vec<Cells>)> = Vec::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            found.push((heading.trim().to_owned(), Vec::new(), Vec::new()));
        } else if let (Some(row), Some((_, columns, rows))) = (line.strip_prefix('|'), found.last_mut()) {
            let cells: Vec<&str> = row.trim_end().trim_end_matches('|').split('|').map(str::trim).collect();
            if columns.is_empty() {
                *columns = cells.into_iter().map(str::to_owned).collect();
            } else if !cells.iter().all(|cell| cell.chars().all(|letter| letter == '-'))
                || cells.iter().all(|cell| cell.is_empty())
            {
                let pairs = columns.iter().cloned().zip(cells.into_iter().map(str::to_owned));
                rows.push(pairs.filter(|(_, cell)| !cell.is_empty()).collect());
            }
        }
    }
    found
}

/// Reads a spec.
pub(crate) fn read(text: &str) -> Spec {
    let mut log = Log::default();
    let mut expected = Vec::new();
    for (heading, columns, rows) in tables_of(text) {
        let mut words = heading.split(',').map(str::trim);
        let name = words.next().expect("a heading has a first word");
        if let Some(table) = name.strip_prefix("expect ") {
            let wanted =
                |row: &Cells| columns.iter().map(|column| row.get(column).cloned().unwrap_or_default()).collect();
            expected.push((table.to_owned(), columns.clone(), rows.iter().map(wanted).collect()));
        } else if let Some(definition) = name.strip_prefix("definition ") {
            let rest: Vec<&str> = words.collect();
            log.define(definition, &rest, &rows);
        } else {
            rows.iter().enumerate().for_each(|(line, row)| log.row(name, line, row));
        }
    }
    assert!(!expected.is_empty(), "a spec expects something");
    Spec { tables: log.tables(), expected }
}

#[derive(Default)]
struct Log {
    events: Vec<Event>,
    event_objects: Vec<EventObject>,
    links: Vec<ObjectLink>,
    memberships: Vec<Membership>,
    observations: Vec<Observation>,
    repositories: Vec<Repository>,
    steps: Vec<StepDefined>,
    definitions: Vec<JourneyDefined>,
    changes: Vec<ObjectChange>,
    study: StudyTables,
    people: BTreeSet<String>,
    parameters: Cells,
}

/// What a study file says of teams and of the catalog.
#[derive(Default)]
struct StudyTables {
    teams: Vec<StudyTeam>,
    periods: Vec<Period>,
    required: Vec<CoverageField>,
    placeholders: Vec<CoveragePlaceholder>,
    default_owners: Vec<DefaultOwner>,
}

impl StudyTables {
    /// Takes a row of one of its tables; false where the table is none of them.
    fn row(&mut self, table: &str, line: usize, row: &Cells) -> bool {
        let need = |column: &str| row.get(column).cloned().unwrap_or_else(|| panic!("`{table}` needs `{column}`"));
        match table {
            "study teams" => self.teams.push(StudyTeam {
                team_id: need("team"),
                arm: need("arm"),
                pilot_us: row.get("pilot").map(|text| instant(text)),
            }),
            "periods" => self.periods.push(Period {
                team_id: need("team"),
                arm: need("arm"),
                period: need("period"),
                from_us: instant(&need("from")),
                to_us: instant(&need("to")),
            }),
            "required fields" => self.required.push(CoverageField {
                field: need("field"),
                position: i64::try_from(line).expect("few fields") + 1,
                is_owner: row.contains_key("owner"),
            }),
            "placeholders" => self.placeholders.push(CoveragePlaceholder { value: need("value") }),
            "default owners" => self.default_owners.push(DefaultOwner { value: need("value") }),
            _ => return false,
        }
        true
    }
}

impl Log {
    fn define(&mut self, definition: &str, rest: &[&str], rows: &[Cells]) {
        self.definitions.push(JourneyDefined {
            definition: definition.to_owned(),
            subject_type: "component".to_owned(),
            repeats: rest.contains(&"repeating"),
            abandoned_by: rest.iter().find_map(|word| word.strip_prefix("abandoned by ")).map(str::to_owned),
        });
        for (place, row) in rows.iter().enumerate() {
            let cell = |column: &str| row.get(column).cloned();
            self.steps.push(StepDefined {
                definition: definition.to_owned(),
                step: cell("step").expect("a step has a name"),
                position: i64::try_from(place).expect("few steps") + 1,
                role: cell("role").unwrap_or_else(|| "step".to_owned()),
                activity: cell("activity").expect("a step has an activity"),
                category: cell("category"),
                environment: cell("environment"),
                channel: cell("channel"),
                gate: cell("gate"),
                done_by: cell("by"),
            });
        }
    }

    fn row(&mut self, table: &str, line: usize, row: &Cells) {
        if self.study.row(table, line, row) {
            return;
        }
        let cell = |column: &str| row.get(column).cloned();
        let at = |column: &str| row.get(column).map(|text| instant(text));
        match table {
            "events" => self.event(line, row),
            "links" => self.links.push(ObjectLink {
                from_id: cell("from").expect("a link has a start"),
                to_id: cell("to").expect("a link has an end"),
                qualifier: cell("qualifier").expect("a link has a qualifier"),
                valid_from_us: at("valid from").unwrap_or(ALWAYS),
                valid_to_us: at("valid to"),
                rule: "declared".to_owned(),
                confidence: cell("confidence").map_or(100, |text| text.parse().expect("percent")),
                evidence: format!("file:links#{line}"),
            }),
            "teams" => {
                let person_id = self.person(row, "person").expect("a membership has a person");
                self.memberships.push(Membership {
                    person_id,
                    team_id: cell("team").expect("a membership has a team"),
                    from_us: at("from").unwrap_or(ALWAYS),
                    to_us: at("to"),
                    evidence: format!("file:teams#{line}"),
                });
            }
            "repositories" => self.repositories.push(Repository {
                repository_id: cell("repository").expect("a repository has a name"),
                role: cell("role").expect("a repository has a role"),
                subject_id: cell("holds"),
            }),
            "observations" => self.observations.push(Observation {
                source: cell("source").expect("a source"),
                stream: cell("stream").unwrap_or_else(|| "git".to_owned()),
                from_us: at("from").expect("a start"),
                to_us: instant("2027-01-01"),
                records: 1,
                refused: 0,
            }),
            "catalog" => self.changes.push(ObjectChange {
                object_id: cell("object").expect("a change is of an object"),
                field: cell("field").expect("a change is of a field"),
                at_us: at("at").expect("a change has an instant"),
                value: cell("value"),
                is_bulk: false,
                evidence: cell("evidence").unwrap_or_else(|| format!("file:catalog#{line}")),
            }),
            "parameters" => self.parameters.extend(row.clone()),
            other => panic!("a spec knows no table `{other}`"),
        }
    }

    fn person(&mut self, row: &Cells, column: &str) -> Option<String> {
        let name = row.get(column)?.clone();
        self.people.insert(name.clone());
        Some(name)
    }

    fn event(&mut self, line: usize, row: &Cells) {
        let cell = |column: &str| row.get(column).cloned();
        let at_us = instant(row.get("at").expect("an event has an instant"));
        let event_id = cell("event").unwrap_or_else(|| format!("e{}", line + 1));
        let actor_id = self.person(row, "who");
        let began_by_id = self.person(row, "began by");
        for qualifier in ["about", "in", "part_of"] {
            for object in row.get(qualifier).iter().flat_map(|text| text.split(',')) {
                self.event_objects.push(EventObject {
                    event_id: event_id.clone(),
                    object_id: object.trim().to_owned(),
                    qualifier: qualifier.to_owned(),
                });
            }
        }
        self.events.push(Event {
            event_id,
            at_us,
            day: at_us.div_euclid(DAY_US),
            activity: cell("activity").expect("an event has an activity"),
            is_bot: actor_id.as_ref().map(|name| name.starts_with("bot")),
            actor_id,
            began_us: row.get("began").map(|text| instant(text)),
            began_by_id,
            environment: cell("environment"),
            outcome: cell("outcome"),
            category: cell("category"),
            channel: cell("channel"),
            is_bulk: row.contains_key("bulk"),
            source: cell("source").unwrap_or_else(|| "git:log".to_owned()),
            source_rank: 0,
            source_seq: i64::try_from(line).expect("few events"),
            evidence: cell("evidence").unwrap_or_else(|| format!("file:events#{line}")),
        });
    }

    fn objects(&self) -> Vec<Object> {
        let ids = self.event_objects.iter().map(|one| &one.object_id);
        let ids = ids.chain(self.links.iter().flat_map(|link| [&link.from_id, &link.to_id]));
        let ids: BTreeSet<&String> = ids.collect();
        ids.into_iter()
            .map(|id| {
                let (object_type, name) = id.split_once(':').unwrap_or_else(|| panic!("`{id}` is no id of an object"));
                Object {
                    object_id: id.clone(),
                    object_type: object_type.to_owned(),
                    name: name.to_owned(),
                    first_seen_us: None,
                    source: "git:log".to_owned(),
                }
            })
            .collect()
    }

    fn tables(&self) -> BTreeMap<&'static str, DataFrame> {
        let days = |name: &str, default: i64| {
            self.parameters.get(name).map_or(default, |text| text.parse().expect("a number")) * DAY_US
        };
        let parameters = Parameters {
            as_of_us: self.parameters.get("as of").map_or(instant("2026-01-01"), |text| instant(text)),
            abandoned_after_us: days("abandoned after days", 180),
            before_start_us: days("before start days", 90),
            least_confidence: self.parameters.get("least confidence").map_or(50, |text| text.parse().expect("percent")),
            production: "production".to_owned(),
            lowest_shared: Some("integration".to_owned()),
            has_teams: !self.memberships.is_empty(),
        };
        let people: Vec<Person> = self
            .people
            .iter()
            .map(|name| Person {
                person_id: name.clone(),
                kind: if name.starts_with("bot") { "bot" } else { "human" }.to_owned(),
                identities: 1,
            })
            .collect();
        BTreeMap::from([
            ("events", frame(&self.events)),
            ("objects", frame(&self.objects())),
            ("event_objects", frame(&self.event_objects)),
            ("object_links", frame(&self.links)),
            ("people", frame(&people)),
            ("memberships", frame(&self.memberships)),
            ("observations", frame(&self.observations)),
            ("repositories", frame(&self.repositories)),
            ("steps_defined", frame(&self.steps)),
            ("journeys_defined", frame(&self.definitions)),
            ("object_changes", frame(&self.changes)),
            ("study_teams", frame(&self.study.teams)),
            ("periods", frame(&self.study.periods)),
            ("coverage_fields", frame(&self.study.required)),
            ("coverage_placeholders", frame(&self.study.placeholders)),
            ("default_owners", frame(&self.study.default_owners)),
            ("calendar", frame(&calendar())),
            ("parameters", frame(&[parameters])),
        ])
    }
}

/// Monday to Friday, nine to five, UTC.
fn calendar() -> Vec<CalendarDay> {
    const HOUR_US: i64 = DAY_US / 24;
    let mut before = 0;
    (instant("2024-01-01") / DAY_US..instant("2027-01-01") / DAY_US)
        .map(|day| {
            // The first day of the epoch was a Thursday.
            let weekday = (day + 3).rem_euclid(7);
            let working_us = if weekday < 5 { 8 * HOUR_US } else { 0 };
            let opens_us = day * DAY_US + 9 * HOUR_US;
            before += working_us;
            let date = chrono::NaiveDate::default() + chrono::Days::new(u64::try_from(day).expect("after 1970"));
            let month = i64::from(date.year() - 1970) * 12 + i64::from(date.month0());
            CalendarDay {
                day,
                week: day - weekday,
                month,
                quarter: month / 3,
                starts_us: day * DAY_US,
                opens_us,
                closes_us: opens_us + working_us,
                working_us,
                working_us_before: before - working_us,
            }
        })
        .collect()
}

/// Whether a column holds a stretch of time and no instant.
fn is_stretch(column: &str) -> bool {
    ["working_us", "time_us", "wait_us", "journey_us", "unattributed_us"].iter().any(|ending| column.ends_with(ending))
}

/// The rows of a table in some of its columns, as a spec writes them.
pub(crate) fn shown(table: &DataFrame, columns: &[String]) -> Vec<Vec<String>> {
    (0..table.height())
        .map(|row| {
            columns
                .iter()
                .map(|column| {
                    let cells = table.column(column).unwrap_or_else(|_| panic!("the table has no column `{column}`"));
                    match cells.get(row).expect("a row of the table") {
                        AnyValue::Null => String::new(),
                        AnyValue::Int64(us) if is_stretch(column) => format!("{} h", us * 24 / DAY_US),
                        AnyValue::Int64(at_us) if column.ends_with("_us") => written(at_us),
                        // Weeks and days stand as dates.
                        AnyValue::Int64(day) if column == "week" || column == "day" => written(day * DAY_US),
                        AnyValue::Int64(number) => number.to_string(),
                        AnyValue::Boolean(is) => if is { "yes" } else { "no" }.to_owned(),
                        AnyValue::String(text) => text.to_owned(),
                        AnyValue::StringOwned(text) => text.to_string(),
                        other => panic!("{other:?}"),
                    }
                })
                .collect()
        })
        .collect()
}
