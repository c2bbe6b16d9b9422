//! The files that other systems would have exported: tickets and their history, runs, deployments, template runs,
//! memberships, a survey. Some rows are as bad as real ones.

mod people;
mod runs;
mod tickets;

use std::fmt::Display;

use super::SimulateError;
use super::company::Company;

pub(super) use tickets::{Tickets, tickets};

/// How many bad rows are planted in which file.
pub(super) const BAD_ROWS: [(&str, usize); 2] = [("tickets.csv", 3), ("ci-runs.csv", 2)];

/// Every exported file: name and content.
pub(super) fn files(company: &Company, tickets: &Tickets) -> Result<Vec<(&'static str, String)>, SimulateError> {
    Ok(vec![
        ("tickets.csv", tickets.rows(company)?),
        ("ticket-history.jsonl", tickets.history(company)?),
        ("ci-runs.csv", runs::pipeline_runs(company)?),
        ("deployments.jsonl", runs::deployments(company)?),
        ("template-runs.csv", runs::template_runs(company)?),
        ("memberships.csv", people::memberships(company)?),
        ("survey.csv", people::survey(company)?),
    ])
}

/// A CSV file from a header and rows.
fn csv_of(file: &'static str, header: &[&str], rows: Vec<Vec<String>>) -> Result<String, SimulateError> {
    let wrong = |why: &dyn Display| SimulateError::Row { file, why: why.to_string() };
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    writer.write_record(header).map_err(|why| wrong(&why))?;
    for row in rows {
        writer.write_record(&row).map_err(|why| wrong(&why))?;
    }
    let bytes = writer.into_inner().map_err(|why| wrong(&why))?;
    String::from_utf8(bytes).map_err(|why| wrong(&why))
}

/// JSON lines from rows.
fn json_lines<T: serde::Serialize>(file: &'static str, rows: &[T]) -> Result<String, SimulateError> {
    let mut text = String::new();
    for row in rows {
        let line = serde_json::to_string(row).map_err(|why| SimulateError::Row { file, why: why.to_string() })?;
        text.push_str(&line);
        text.push('\n');
    }
    Ok(text)
}
