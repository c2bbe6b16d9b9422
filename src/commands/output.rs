//! Data on standard output, talk on standard error, bars only where somebody watches.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use comfy_table::{ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use polars::prelude::{AnyValue, DataFrame, PlSmallStr};
use serde_json::{Map, Value};

use super::CommandError;
use crate::cli::Format;

/// Whether a command talks about its progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Talk {
    /// Bars and lines on standard error.
    Aloud,
    /// Nothing.
    Silent,
}

/// A spinner with a count for one piece of work; hidden where nobody watches.
pub(crate) fn progress_bar(talk: Talk, name: &str) -> ProgressBar {
    if talk == Talk::Silent || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner().with_message(name.to_owned());
    let style = ProgressStyle::with_template("{spinner} {msg}: {prefix} {human_pos} ({elapsed})");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A line about what was done.
pub(crate) fn say(talk: Talk, line: &str) {
    if talk == Talk::Aloud {
        // Where standard error is gone there is nobody to tell.
        let _ = writeln!(io::stderr().lock(), "{line}");
    }
}

/// Data.
pub(crate) fn print(text: &str) -> Result<(), CommandError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(CommandError::Output)
}

/// One JSON value, indented, with a line end.
pub(crate) fn print_json(value: &impl serde::Serialize) -> Result<(), CommandError> {
    let mut text = serde_json::to_string_pretty(value).expect("rows are plain data");
    text.push('\n');
    print(&text)
}

/// Rows of text under a header, as a table for people or as CSV.
pub(crate) fn print_rows(header: &[&str], rows: &[Vec<String>], format: Format) -> Result<(), CommandError> {
    match format {
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            let written = writer
                .write_record(header)
                .and_then(|()| rows.iter().try_for_each(|row| writer.write_record(row)))
                .map_err(|why| CommandError::Output(why.into()));
            written?;
            let bytes = writer.into_inner().map_err(|why| CommandError::Output(why.into_error()))?;
            print(&String::from_utf8_lossy(&bytes))
        }
        Format::Table | Format::Json => {
            let mut table = Table::new();
            table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
            table.set_header(header);
            for row in rows {
                table.add_row(row);
            }
            print(&format!("{}\n", table.trim_fmt()))
        }
    }
}

/// A whole frame.
pub(crate) fn print_frame(frame: &DataFrame, format: Format) -> Result<(), CommandError> {
    let names: Vec<&str> = frame.get_column_names().into_iter().map(PlSmallStr::as_str).collect();
    let cell = |row: usize, column: usize| {
        frame.columns()[column].get(row).map_or(Value::Null, |value| match value {
            AnyValue::Null => Value::Null,
            AnyValue::Boolean(known) => Value::from(known),
            AnyValue::Int64(known) => Value::from(known),
            AnyValue::Int32(known) => Value::from(known),
            AnyValue::UInt32(known) => Value::from(known),
            AnyValue::UInt64(known) => Value::from(known),
            AnyValue::Float64(known) => Value::from(known),
            AnyValue::String(known) => Value::from(known),
            AnyValue::StringOwned(known) => Value::from(known.as_str()),
            other => Value::from(other.to_string()),
        })
    };
    if format == Format::Json {
        let rows: Vec<Value> = (0..frame.height())
            .map(|row| {
                let fields = names.iter().enumerate().map(|(column, name)| ((*name).to_owned(), cell(row, column)));
                Value::Object(fields.collect::<Map<_, _>>())
            })
            .collect();
        return print_json(&rows);
    }
    let rows: Vec<Vec<String>> = (0..frame.height())
        .map(|row| {
            (0..names.len())
                .map(|column| match cell(row, column) {
                    Value::Null => String::new(),
                    Value::String(text) => text,
                    other => other.to_string(),
                })
                .collect()
        })
        .collect();
    print_rows(&names, &rows, format)
}
