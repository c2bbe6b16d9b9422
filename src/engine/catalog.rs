//! The tables of a study, and what turns queries into more of them.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{DataFrame, DataType, IntoLazy as _, SortMultipleOptions};
use polars::sql::SQLContext;

use super::{EngineError, Folder, Queries, QueryFile};
use crate::log::{self, Kind, Row};
use crate::store::LogFolder;

/// The tables of the log that queries may read, with their columns. What only the build needs is not among them.
pub(super) const LOG_TABLES: &[(&str, &[log::Column])] = &[
    (log::Event::TABLE, log::Event::COLUMNS),
    (log::Object::TABLE, log::Object::COLUMNS),
    (log::EventObject::TABLE, log::EventObject::COLUMNS),
    (log::ObjectLink::TABLE, log::ObjectLink::COLUMNS),
    (log::ObjectChange::TABLE, log::ObjectChange::COLUMNS),
    (log::Person::TABLE, log::Person::COLUMNS),
    (log::Membership::TABLE, log::Membership::COLUMNS),
    (log::SurveyAnswer::TABLE, log::SurveyAnswer::COLUMNS),
    (log::Observation::TABLE, log::Observation::COLUMNS),
    (log::Caveat::TABLE, log::Caveat::COLUMNS),
    (log::CalendarDay::TABLE, log::CalendarDay::COLUMNS),
    (log::Parameters::TABLE, log::Parameters::COLUMNS),
    (log::StepDefined::TABLE, log::StepDefined::COLUMNS),
    (log::JourneyDefined::TABLE, log::JourneyDefined::COLUMNS),
    (log::StudyTeam::TABLE, log::StudyTeam::COLUMNS),
    (log::Period::TABLE, log::Period::COLUMNS),
    (log::Repository::TABLE, log::Repository::COLUMNS),
    (log::CoverageField::TABLE, log::CoverageField::COLUMNS),
    (log::CoveragePlaceholder::TABLE, log::CoveragePlaceholder::COLUMNS),
    (log::DefaultOwner::TABLE, log::DefaultOwner::COLUMNS),
];

/// Named tables and the queries that make more of them.
pub struct Catalog {
    tables: BTreeMap<String, DataFrame>,
    queries: Queries,
}

impl Catalog {
    /// A catalog without tables.
    pub fn new(queries: Queries) -> Self {
        Self { tables: BTreeMap::new(), queries }
    }

    /// A catalog of the tables of a log.
    ///
    /// # Errors
    /// Where a table cannot be read.
    pub fn of_log(log: &LogFolder, queries: Queries) -> Result<Self, EngineError> {
        let mut catalog = Self::new(queries);
        for (name, _) in LOG_TABLES {
            catalog.insert(name, log.table(name)?);
        }
        Ok(catalog)
    }

    /// Puts a table in, in place of one of the same name.
    pub fn insert(&mut self, name: &str, table: DataFrame) {
        self.tables.insert(name.to_owned(), table);
    }

    /// The table with this name.
    pub fn table(&self, name: &str) -> Option<&DataFrame> {
        self.tables.get(name)
    }

    /// Every table, by name.
    pub fn tables(&self) -> impl Iterator<Item = (&str, &DataFrame)> {
        self.tables.iter().map(|(name, table)| (name.as_str(), table))
    }

    /// The queries of this study.
    pub fn queries(&self) -> &Queries {
        &self.queries
    }

    /// Runs the queries of a folder, each after those that it reads; their answers become tables. Gives their names in
    /// that order.
    ///
    /// # Errors
    /// Where a query reads what is not there, does not run, or answers something else than its header says.
    pub fn run_folder(&mut self, folder: Folder) -> Result<Vec<String>, EngineError> {
        let known: BTreeSet<String> = self.tables.keys().cloned().collect();
        let files: Vec<QueryFile> = self.queries.in_order(folder, &known)?.into_iter().cloned().collect();
        for file in &files {
            let answer = self.run(file)?;
            self.insert(&file.name, answer);
        }
        Ok(files.into_iter().map(|file| file.name).collect())
    }

    /// The answer of one query, its rows in the order of its columns from left to right: a join keeps no order, and two
    /// runs must give the same bytes.
    ///
    /// # Errors
    /// As [`Catalog::run_folder`].
    pub fn run(&self, file: &QueryFile) -> Result<DataFrame, EngineError> {
        let failed = |why| EngineError::Failed { file: file.file(), why };
        let mut context = SQLContext::new();
        for table in &file.header.reads {
            let frame = self
                .tables
                .get(table)
                .ok_or_else(|| EngineError::UnknownTable { file: file.file(), table: table.clone() })?;
            context.register(table, frame.clone().lazy());
        }
        let answer = context.execute(&file.sql).and_then(polars::prelude::LazyFrame::collect).map_err(failed)?;
        agrees(file, &answer)?;
        let columns: Vec<&str> = file.header.writes.iter().map(|column| column.name.as_str()).collect();
        answer.sort(columns, SortMultipleOptions::default()).map_err(failed)
    }

    /// The answer to SQL that somebody typed, over every table; nothing is checked and nothing is kept.
    ///
    /// # Errors
    /// Where the engine refuses it.
    pub fn query(&self, sql: &str) -> Result<DataFrame, EngineError> {
        let mut context = SQLContext::new();
        for (name, table) in &self.tables {
            context.register(name, table.clone().lazy());
        }
        context
            .execute(sql)
            .and_then(polars::prelude::LazyFrame::collect)
            .map_err(|why| EngineError::Failed { file: "query".to_owned(), why })
    }
}

fn agrees(file: &QueryFile, answer: &DataFrame) -> Result<(), EngineError> {
    let wrong =
        |column: &str, message: String| EngineError::Answer { file: file.file(), column: column.to_owned(), message };
    if let Some(extra) = answer.get_column_names().get(file.header.writes.len()) {
        return Err(wrong(extra, "is not in the header".to_owned()));
    }
    for (place, promised) in file.header.writes.iter().enumerate() {
        let column = answer
            .select_at_idx(place)
            .filter(|column| column.name() == promised.name.as_str())
            .ok_or_else(|| wrong(&promised.name, format!("is not column {} of the answer", place + 1)))?;
        let expected = match promised.kind {
            Kind::Text => DataType::String,
            Kind::Int => DataType::Int64,
            Kind::Bool => DataType::Boolean,
        };
        if *column.dtype() != expected {
            return Err(wrong(&promised.name, format!("is {} where the header says {expected}", column.dtype())));
        }
        if !promised.nullable && column.null_count() > 0 {
            return Err(wrong(&promised.name, format!("is absent in {} rows", column.null_count())));
        }
    }
    Ok(())
}
