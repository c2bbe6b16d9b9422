//! The binary: parses what was typed, runs it, and turns the outcome into words and an exit code.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use miette::{LabeledSpan, NamedSource, miette};
use milepost::cli::Cli;
use milepost::commands::{self, CommandError, Outcome};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let error = match commands::run(cli) {
        Ok(Outcome::Done) => return ExitCode::SUCCESS,
        Ok(Outcome::CheckFailed) => return ExitCode::from(1),
        Err(error) if error.is_closed_output() => return ExitCode::SUCCESS,
        Err(error) => error,
    };
    // Nothing can be done where standard error itself is gone.
    let mut stderr = std::io::stderr().lock();
    let _ = writeln!(stderr, "error: {error}");
    if let Some(lines) = lines_at_fault(&error) {
        let _ = writeln!(stderr, "{lines}");
    }
    if let Some(hint) = error.hint() {
        let _ = writeln!(stderr, "hint: {hint}");
    }
    ExitCode::from(if error.is_failed_check() { 1 } else { 2 })
}

/// The lines of the study file that an error is about, where it is about any.
fn lines_at_fault(error: &CommandError) -> Option<String> {
    let CommandError::Config(error) = error else { return None };
    let (path, line, column) = error.place()?;
    let text = std::fs::read_to_string(path).ok()?;
    let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let at = text.lines().nth(line - 1)?;
    let start = at.char_indices().nth(column - 1).map_or(at.len(), |(start, _)| start);
    let label = LabeledSpan::at(before + start..before + at.len(), "here");
    let report = miette!(labels = vec![label], "in the study file")
        .with_source_code(NamedSource::new(path.display().to_string(), text.clone()));
    Some(format!("{report:?}"))
}
