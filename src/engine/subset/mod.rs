//! The subset of SQL that every engine answers alike, and the check that holds a file to it.
//!
//! In: one file with its header. Out: nothing, or the first line that leaves the subset with the [`Rule`] it breaks.
//! `statement` walks the clauses, `expression` what stands in them, `columns` finds names that mean nothing or two
//! things. The rules are those of polars-sql 0.55: each was seen to answer wrongly, or to refuse, what other engines
//! answer.

mod columns;
mod expression;
mod rule;
mod statement;

#[cfg(test)]
mod tests;

use sqlparser::ast::{Query, Statement};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use std::collections::{BTreeMap, BTreeSet};

use super::catalog::LOG_TABLES;
use super::{EngineError, Header, QueryFile};
pub use rule::Rule;

/// A place where a file leaves the subset.
#[derive(Debug)]
struct Broken {
    line: u64,
    rule: Rule,
    found: String,
}

fn broken<T>(node: &(impl sqlparser::ast::Spanned + std::fmt::Display), rule: Rule) -> Result<T, Broken> {
    let found: String = node.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    Err(Broken {
        line: node.span().start.line,
        rule,
        found: format!("`{}`", found.chars().take(90).collect::<String>()),
    })
}

fn parse(file: &str, sql: &str) -> Result<Query, EngineError> {
    let statements = Parser::parse_sql(&GenericDialect, sql)
        .map_err(|why| EngineError::Syntax { file: file.to_owned(), message: why.to_string() })?;
    match <[Statement; 1]>::try_from(statements) {
        Ok([Statement::Query(query)]) => Ok(*query),
        _ => Err(EngineError::Subset {
            file: file.to_owned(),
            line: 1,
            rule: Rule::Shape,
            found: "something else than one query".to_owned(),
        }),
    }
}

/// Holds one file to the subset, and its header to its text.
pub(super) fn hold(file: &str, sql: &str, header: &Header) -> Result<(), EngineError> {
    let query = parse(file, sql)?;
    let at = |broken: Broken| EngineError::Subset {
        file: file.to_owned(),
        line: broken.line.max(1),
        rule: broken.rule,
        found: broken.found,
    };
    let read = statement::hold(&query).map_err(at)?;
    let lies = |message: String| EngineError::Header { file: file.to_owned(), line: 1, message };
    let reads: BTreeSet<&str> = header.reads.iter().map(String::as_str).collect();
    if reads.len() != header.reads.len() || reads != read.tables.iter().map(String::as_str).collect() {
        let real: Vec<_> = read.tables.iter().map(String::as_str).collect();
        return Err(lies(format!("`reads` must name exactly `{}`", real.join(", "))));
    }
    let writes: Vec<&str> = header.writes.iter().map(|column| column.name.as_str()).collect();
    if writes != read.writes.iter().map(String::as_str).collect::<Vec<_>>() {
        return Err(lies(format!("`writes` must name exactly `{}`, in this order", read.writes.join(", "))));
    }
    Ok(())
}

/// Holds the files to one another: no step and no query takes the name of a table, and every column is there.
///
/// polars finds a table of the catalog before a step of the same name, and says nothing.
pub(super) fn names_are_free(files: &[QueryFile]) -> Result<(), EngineError> {
    let mut tables: BTreeMap<String, Vec<String>> = LOG_TABLES
        .iter()
        .map(|(name, columns)| ((*name).to_owned(), columns.iter().map(|column| column.name.to_owned()).collect()))
        .collect();
    for file in files {
        let columns = file.header.writes.iter().map(|column| column.name.clone()).collect();
        if tables.insert(file.name.clone(), columns).is_some() {
            return Err(EngineError::NameTaken { name: file.name.clone() });
        }
    }
    for file in files {
        let query = parse(&file.file(), &file.sql)?;
        columns::hold(&query, &tables).map_err(|broken| EngineError::Subset {
            file: file.file(),
            line: broken.line.max(1),
            rule: broken.rule,
            found: broken.found,
        })?;
    }
    Ok(())
}
