//! What was typed. Nothing here is resolved; `commands` does that.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Reconstructs developer journeys and measures what a platform pilot changed.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a study file to start from, made from the repositories that are there
    Init(InitArgs),
    /// Read repositories, files and APIs; only what is new is read
    Pull(PullArgs),
    /// Take in what systems send of themselves, until it is stopped
    Receive(ReceiveArgs),
    /// Show, check or prune what APIs answered and systems sent (private)
    Archive(ArchiveArgs),
    /// Build the log from what was pulled
    Build(BuildArgs),
    /// Print the reconstructed journeys (private)
    Journeys(JourneysArgs),
    /// Print measures with their numbers before and after (private)
    Measure(MeasureArgs),
    /// Write a report that can be shared
    Report(ReportArgs),
    /// Run SQL over the tables of the study (private)
    Query(QueryArgs),
    /// Write a simulated company with known answers
    Simulate(SimulateArgs),
    /// Run everything on the sample company and say where the report is
    Demo(DemoArgs),
    /// Show what the numbers are worth where the answer is known
    Verify(VerifyArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

/// Where the study is.
#[derive(Args, Clone, Debug)]
pub struct StudyArgs {
    /// The study file
    #[arg(long, value_name = "FILE", default_value = "milepost.toml")]
    pub study: PathBuf,
    /// Look for repositories below this folder, as NAME or NAME.git
    #[arg(long, value_name = "DIR")]
    pub git_root: Option<PathBuf>,
    /// Keep data here instead of in `.milepost` beside the study file
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Look from this instant: RFC 3339, or a date (its start, UTC)
    #[arg(long, value_name = "TIME", value_parser = parse_instant)]
    pub as_of: Option<i64>,
    /// Read queries from this folder instead of those built in
    #[arg(long, value_name = "DIR")]
    pub queries: Option<PathBuf>,
}

/// How to print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Table,
    /// For programs: one JSON value
    Json,
    /// For spreadsheets
    Csv,
}

/// `init`.
#[derive(Args, Debug)]
pub struct InitArgs {
    /// The study file to write; never one that exists
    #[arg(long, value_name = "FILE", default_value = "milepost.toml")]
    pub study: PathBuf,
    /// List the repositories that are found directly below this folder
    #[arg(long, value_name = "DIR")]
    pub git_root: Option<PathBuf>,
}

/// `pull`.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one switch of the command line")]
pub struct PullArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened")]
    pub study: StudyArgs,
    /// Read everything again, also what is known
    #[arg(long, conflicts_with = "reconcile")]
    pub fresh: bool,
    /// Ask APIs for whole lists too, to find what was deleted
    #[arg(long)]
    pub reconcile: bool,
    /// Take what vanished from lists of APIs for gone, also where that is most of a list
    #[arg(long)]
    pub accept_gone: bool,
    /// Say what APIs would cost in requests and time, and read nothing
    #[arg(long)]
    pub dry_run: bool,
    /// How to print the cost
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `receive`.
#[derive(Args, Debug)]
pub struct ReceiveArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened")]
    pub study: StudyArgs,
    /// Listen here; port 0 takes any that is free, and is printed
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    pub listen: SocketAddr,
    /// Stop after this many deliveries, refused ones included
    #[arg(long, value_name = "COUNT")]
    pub until: Option<u64>,
}

/// `archive`.
#[derive(Args, Debug)]
pub struct ArchiveArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: ArchiveAction,
}

/// What can be done with the archive.
#[derive(Debug, Subcommand)]
pub enum ArchiveAction {
    /// Print what is there, or one record by its evidence (private)
    Show(ArchiveShowArgs),
    /// Check that everything can be read back as it was stored
    Verify(ArchiveCareArgs),
    /// Take out what cannot be read back; the next pull reads it again
    Mend(ArchiveCareArgs),
    /// Remove what the study file no longer lists
    Prune(ArchiveCareArgs),
}

/// `archive show`.
#[derive(Args, Debug)]
pub struct ArchiveShowArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened")]
    pub study: StudyArgs,
    /// One record, as `evidence` of a table names it (`api:ID/STREAM#KEY`)
    #[arg(value_name = "EVIDENCE")]
    pub evidence: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `archive verify`, `archive mend`, `archive prune`.
#[derive(Args, Debug)]
pub struct ArchiveCareArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened")]
    pub study: StudyArgs,
}

/// `build`.
#[derive(Args, Debug)]
pub struct BuildArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened")]
    pub study: StudyArgs,
}

/// `journeys`.
#[derive(Args, Debug)]
pub struct JourneysArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened")]
    pub study: StudyArgs,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Only journeys of this subject
    #[arg(long, value_name = "NAME")]
    pub subject: Option<String>,
    /// Only journeys of this definition
    #[arg(long, value_name = "ID")]
    pub definition: Option<String>,
}

/// `measure`.
#[derive(Args, Debug)]
pub struct MeasureArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened")]
    pub study: StudyArgs,
    /// Which measures; all if none is named
    #[arg(value_name = "MEASURE")]
    pub measures: Vec<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `report`.
#[derive(Args, Debug)]
pub struct ReportArgs {
    /// Which report.
    #[command(subcommand)]
    pub report: ReportKind,
}

/// The reports.
#[derive(Debug, Subcommand)]
pub enum ReportKind {
    /// What the pilot changed: HTML, Markdown, charts and tables
    Pilot(PilotArgs),
}

/// `report pilot`.
#[derive(Args, Debug)]
pub struct PilotArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened")]
    pub study: StudyArgs,
    /// Write into this folder
    #[arg(long, value_name = "DIR", default_value = "report")]
    pub out: PathBuf,
}

/// `query`.
#[derive(Args, Debug)]
pub struct QueryArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened")]
    pub study: StudyArgs,
    /// The statement; without one, the tables and their columns are listed
    #[arg(value_name = "SQL")]
    pub sql: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `simulate`.
#[derive(Args, Debug)]
pub struct SimulateArgs {
    /// The seed; the same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The study folder to write
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Plant no effect at all
    #[arg(long)]
    pub no_effect: bool,
    /// What is turned in the world
    #[command(flatten)]
    pub world: WorldArgs,
    /// Build the git repositories too, below `DIR/git`
    #[arg(long)]
    pub repositories: bool,
}

/// What may be turned in a simulated world; what is not given stays as it is in the sample.
#[derive(Args, Debug, Default)]
pub struct WorldArgs {
    /// Product teams, 4 to 20, of drawn sizes
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(4..=20))]
    pub teams: Option<u16>,
    /// Teams in the pilot
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=19), requires = "teams")]
    pub pilot: Option<u16>,
    /// How the pilot teams are found
    #[arg(long, value_enum, value_name = "WAY")]
    pub chosen: Option<ChosenArg>,
    /// What the pilot multiplies the time to the first deploy by: 0.7 is 30% less
    #[arg(long, value_name = "RATIO", value_parser = positive, conflicts_with = "no_effect")]
    pub time_ratio: Option<f64>,
    /// What the pilot multiplies tickets per developer-week by
    #[arg(long, value_name = "RATIO", value_parser = positive, conflicts_with = "no_effect")]
    pub ticket_ratio: Option<f64>,
    /// The law of times
    #[arg(long, value_enum, value_name = "LAW")]
    pub law: Option<LawArg>,
    /// How much the paces of teams differ: standard deviation of the logarithm
    #[arg(long, value_name = "SD", value_parser = not_negative)]
    pub team_sd: Option<f64>,
    /// How much the pace of a team differs between the periods without anybody's doing
    #[arg(long, value_name = "SD", value_parser = not_negative)]
    pub period_sd: Option<f64>,
    /// The share of journeys that are given up
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub given_up: Option<f64>,
    /// Services of each team that are older than the records
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=6))]
    pub older: Option<u16>,
    /// How many services begin at the end of a quarter, against other days
    #[arg(long, value_name = "RATIO", value_parser = positive)]
    pub quarter_end: Option<f64>,
    /// How much weeks of tickets differ
    #[arg(long, value_name = "SD", value_parser = not_negative)]
    pub week_sd: Option<f64>,
    /// How much of a week's deviation the next one keeps
    #[arg(long, value_name = "SHARE", value_parser = share, requires = "week_sd")]
    pub carry: Option<f64>,
    /// How much of the slow kind of services pilot teams no longer begin after their start: three kinds, of which the last
    /// takes twice and the first half of the usual time
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub mix_shift: Option<f64>,
}

/// How pilot teams are found.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ChosenArg {
    /// Drawn
    Random,
    /// Those whose services took longest before
    Slowest,
    /// Those that begin the most services for their size
    Eager,
}

/// The law of times.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LawArg {
    /// Log-normal
    LogNormal,
    /// Weibull of shape 0.7
    Weibull,
    /// Exponential
    Exponential,
}

fn number(text: &str, fits: impl Fn(f64) -> bool, what: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if value.is_finite() && fits(value) { Ok(value) } else { Err(format!("`{text}` is not {what}")) }
}

fn positive(text: &str) -> Result<f64, String> {
    number(text, |value| value > 0.0 && value <= 100.0, "above 0 and at most 100")
}

fn not_negative(text: &str) -> Result<f64, String> {
    number(text, |value| (0.0..=3.0).contains(&value), "between 0 and 3")
}

fn share(text: &str) -> Result<f64, String> {
    number(text, |value| (0.0..1.0).contains(&value), "a share from 0 up to, not with, 1")
}

/// `demo`.
#[derive(Args, Debug)]
pub struct DemoArgs {
    /// The folder of the sample
    #[arg(long, value_name = "DIR", default_value = "sample-data/acme")]
    pub sample: PathBuf,
    /// Write into this folder
    #[arg(long, value_name = "DIR", default_value = "demo")]
    pub out: PathBuf,
}

/// `verify`.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// What is checked.
    #[command(subcommand)]
    pub kind: VerifyKind,
}

/// The checks.
#[derive(Debug, Subcommand)]
pub enum VerifyKind {
    /// Simulate companies of known truth: false alarms, coverage, traps and power of the engine
    Protocol(ProtocolArgs),
    /// Launch the pilot where nothing was launched, in the study's own history before the real start (private)
    Placebo(PlaceboArgs),
}

/// `verify placebo`.
#[derive(Args, Debug)]
pub struct PlaceboArgs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "flattened")]
    pub study: StudyArgs,
    /// Launches of nothing
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(20..=5_000))]
    pub launches: u32,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `verify protocol`.
#[derive(Args, Debug)]
pub struct ProtocolArgs {
    /// Run every cell, with 10,000 worlds each, instead of the short form
    #[arg(long)]
    pub full: bool,
    /// Worlds of a cell
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    pub worlds: Option<u64>,
    /// The seed; the same seed gives the same bytes, with any number of threads
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Write the tables into this folder, and go on from what is there
    #[arg(long, value_name = "DIR", default_value = "protocol")]
    pub out: PathBuf,
}

/// `completions`.
#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

fn parse_instant(text: &str) -> Result<i64, String> {
    if let Ok(at) = chrono::DateTime::parse_from_rfc3339(text) {
        return Ok(at.timestamp_micros());
    }
    chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map(|date| date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros())
        .map_err(|_| "not an RFC 3339 time such as `2026-01-31T00:00:00Z`, and not a date".to_owned())
}
