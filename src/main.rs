//! The binary: parses what was typed, runs it, and turns the outcome into words and an exit code.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use milepost::cli::Cli;
use milepost::commands::{self, Outcome};

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
    if let Some(hint) = error.hint() {
        let _ = writeln!(stderr, "hint: {hint}");
    }
    ExitCode::from(2)
}
