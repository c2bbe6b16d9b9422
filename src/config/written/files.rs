//! `[[files]]`: exported tickets, runs, deployments, memberships, surveys and ready-made events.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What the rows of a file are. `docs/study-file.md` lists the fields that `columns` may map for each.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    /// One row a ticket.
    Tickets,
    /// One row a change of a ticket's field.
    TicketHistory,
    /// One row a pipeline run.
    PipelineRuns,
    /// One row a deployment.
    Deployments,
    /// One row a person, team and stretch of time.
    Memberships,
    /// One row an answer.
    Survey,
    /// One row an event.
    Events,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum FileFormat {
    /// Comma-separated values with a header.
    Csv,
    /// One JSON object a line.
    Jsonl,
    /// Parquet.
    Parquet,
}

/// What a column of persons holds.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum PersonAs {
    /// `Name <mail>`, a bare mail, a name of several words, or else a handle.
    #[default]
    Auto,
    /// An e-mail.
    Email,
    /// An account name.
    Handle,
    /// A name.
    Name,
}

/// One of `[[files]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenFile {
    /// Unique among files.
    pub id: String,
    /// What its rows are.
    pub stream: Stream,
    /// Where, as globs relative to the study file.
    pub paths: Vec<String>,
    /// Default: by the ending (`.csv`, `.jsonl`, `.ndjson`, `.parquet`).
    pub format: Option<FileFormat>,
    /// The column separator of CSV. Default: `,`.
    pub separator: Option<char>,
    /// The field of the stream → the column of the file.
    pub columns: BTreeMap<String, String>,
    /// How times are written: `rfc3339` (the default; offsets are obeyed), `epoch-s`, `epoch-ms`, `epoch-us`, or a
    /// `strftime` pattern such as `%d/%m/%Y %H:%M`.
    pub time_format: Option<String>,
    /// The zone of times without an offset. Default: the study's.
    pub zone: Option<String>,
    /// What a column of persons holds.
    #[serde(default)]
    pub person: PersonAs,
    /// Values that every row has, for fields that the file has no column for: `channel = "ticket"`.
    #[serde(default)]
    pub constants: BTreeMap<String, String>,
    /// Per field: value in the file → value in the log.
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// Rules that give a category by what a column says; the first that matches wins.
    #[serde(default)]
    pub classify: Vec<Classify>,
    /// Overrides `limits.bad-rows-percent`.
    pub bad_rows_percent: Option<f64>,
}

/// One rule of `classify`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Classify {
    /// The column of the file.
    pub column: String,
    /// A regular expression that must match somewhere in it.
    pub matches: String,
    /// The category.
    pub category: Option<String>,
    /// The activity, in place of the stream's own (`access.requested` for a ticket).
    pub activity: Option<String>,
}
