//! One file a command, and the glue between stages: the only room that knows two of them.

mod analysis;
mod archive;
mod build;
mod build_command;
mod completions;
mod credentials;
mod demo;
mod error;
mod hash;
mod history;
mod init;
mod journeys;
mod measure;
mod names;
mod output;
mod pull;
mod pull_apis;
mod pull_command;
mod query;
mod receive;
mod report_pilot;
mod simulate;
mod study;
mod units;
mod verify;

use std::path::Path;

pub use self::error::CommandError;
use crate::cli::{Cli, Command, ReportKind};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did what was asked.
    Done,
    /// It ran, and a check that it was asked for failed.
    CheckFailed,
}

/// Runs what was typed.
///
/// # Errors
/// Where the command could not run; what was there before stays whole.
pub fn run(cli: Cli) -> Result<Outcome, CommandError> {
    match cli.command {
        Command::Init(args) => init::run(&args),
        Command::Pull(args) => pull_command::run(&args),
        Command::Receive(args) => receive::run(&args),
        Command::Archive(args) => archive::run(&args),
        Command::Build(args) => build_command::run(&args),
        Command::Journeys(args) => journeys::run(&args),
        Command::Measure(args) => measure::run(&args),
        Command::Report(args) => match args.report {
            ReportKind::Pilot(args) => report_pilot::run(&args),
        },
        Command::Query(args) => query::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Completions(args) => completions::run(&args),
    }
}
