//! `[[files]]`: exported tickets, changes, runs, deployments, memberships and more, with presets for what is common.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

mod preset;

use preset::Preset;
pub use preset::names as presets;

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
    /// One row a pull or merge request.
    Changes,
    /// One row a review of one.
    Reviews,
    /// One row an incident.
    Incidents,
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

/// A column of the file, or several of which the first that says something in a row counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    names: Vec<String>,
    may_lack: bool,
}

impl Column {
    /// The names of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether a file may lack all of them: a preset maps more than every dump has.
    pub const fn may_lack(&self) -> bool {
        self.may_lack
    }
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a column or a list of columns")]
        enum Names {
            One(String),
            Several(Vec<String>),
        }
        let names = match Names::deserialize(from)? {
            Names::One(name) => vec![name],
            Names::Several(names) => names,
        };
        if names.is_empty() {
            return Err(D::Error::custom("a list of columns is empty"));
        }
        Ok(Self { names, may_lack: false })
    }
}

/// One of `[[files]]`, with its preset filled in.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Entry")]
pub struct WrittenFile {
    /// Unique among files.
    pub id: String,
    /// What its rows are.
    pub stream: Stream,
    /// A shipped mapping that fills in what is not written here.
    pub preset: Option<String>,
    /// Where, as globs relative to the study file.
    pub paths: Vec<String>,
    /// Default: by the ending (`.csv`, `.jsonl`, `.ndjson`, `.parquet`).
    pub format: Option<FileFormat>,
    /// The column separator of CSV. Default: `,`.
    pub separator: Option<char>,
    /// The field of the stream → the column of the file.
    pub columns: BTreeMap<String, Column>,
    /// Per field: a regular expression; the first of its groups that takes part is what is read of the cell.
    pub extract: BTreeMap<String, String>,
    /// How times are written: `rfc3339` (the default; offsets are obeyed), `epoch-s`, `epoch-ms`, `epoch-us`, or a
    /// `strftime` pattern such as `%d/%m/%Y %H:%M`.
    pub time_format: Option<String>,
    /// The zone of times without an offset. Default: the study's.
    pub zone: Option<String>,
    /// What a column of persons holds.
    pub person: PersonAs,
    /// Words that stand for an empty cell.
    pub nulls: Vec<String>,
    /// Values that every row has, for fields that the file has no column for: `channel = "ticket"`.
    pub constants: BTreeMap<String, String>,
    /// Per field: value in the file → value in the log.
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// Conditions that a row must all fulfil; the others are left out and counted.
    pub only: Vec<Only>,
    /// Rules that give a category by what a column says; the first that matches wins.
    pub classify: Vec<Classify>,
    /// Overrides `limits.bad-rows-percent`.
    pub bad_rows_percent: Option<f64>,
    own_rules: usize,
    remedy: Option<String>,
}

impl WrittenFile {
    /// Whether a file may lack the column of this rule of `classify`, since a preset wrote it.
    pub const fn rule_may_lack(&self, place: usize) -> bool {
        place >= self.own_rules
    }

    /// What to try where a file does not hold what its preset needs.
    pub fn remedy(&self) -> Option<&str> {
        self.remedy.as_deref()
    }
}

/// The entry before its preset is filled in. The fields are those of [`WrittenFile`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Entry {
    id: String,
    stream: Option<Stream>,
    preset: Option<String>,
    paths: Vec<String>,
    format: Option<FileFormat>,
    separator: Option<char>,
    #[serde(default)]
    columns: BTreeMap<String, Column>,
    #[serde(default)]
    extract: BTreeMap<String, String>,
    time_format: Option<String>,
    zone: Option<String>,
    person: Option<PersonAs>,
    nulls: Option<Vec<String>>,
    #[serde(default)]
    constants: BTreeMap<String, String>,
    #[serde(default)]
    values: BTreeMap<String, BTreeMap<String, String>>,
    only: Option<Vec<Only>>,
    #[serde(default)]
    classify: Vec<Classify>,
    bad_rows_percent: Option<f64>,
}

impl TryFrom<Entry> for WrittenFile {
    type Error = String;

    fn try_from(entry: Entry) -> Result<Self, String> {
        let named = |message: String| format!("files.{}: {message}", entry.id);
        let preset = entry.preset.as_deref().map(preset::named).transpose().map_err(named)?;
        let preset = match (preset, entry.stream) {
            (Some(preset), Some(stream)) if preset.stream != stream => {
                return Err(named("`stream` is told by the preset, and is another".to_owned()));
            }
            (Some(preset), _) => preset,
            (None, Some(stream)) => Preset::bare(stream),
            (None, None) => return Err(named("`stream` or `preset` must be given".to_owned())),
        };
        Ok(entry.over(preset))
    }
}

impl Entry {
    /// What the study file writes goes before the preset, field by field.
    fn over(self, preset: Preset) -> WrittenFile {
        let own = |field: &String| self.columns.contains_key(field) || self.constants.contains_key(field);
        let mut columns: BTreeMap<String, Column> =
            preset.columns.into_iter().filter(|(field, _)| !own(field)).collect();
        for column in columns.values_mut() {
            column.may_lack = true;
        }
        let mut constants: BTreeMap<_, _> = preset.constants.into_iter().filter(|(field, _)| !own(field)).collect();
        let mut extract: BTreeMap<_, _> = preset.extract.into_iter().filter(|(field, _)| !own(field)).collect();
        let mut values = preset.values;
        for (field, words) in self.values {
            values.entry(field).or_default().extend(words);
        }
        columns.extend(self.columns);
        constants.extend(self.constants);
        extract.extend(self.extract);
        let own_rules = self.classify.len();
        WrittenFile {
            id: self.id,
            stream: preset.stream,
            preset: self.preset,
            paths: self.paths,
            format: self.format.or(preset.format),
            separator: self.separator,
            columns,
            extract,
            time_format: self.time_format.or(preset.time_format),
            zone: self.zone.or(preset.zone),
            person: self.person.or(preset.person).unwrap_or_default(),
            nulls: self.nulls.unwrap_or(preset.nulls),
            constants,
            values,
            only: self.only.unwrap_or(preset.only),
            classify: self.classify.into_iter().chain(preset.classify).collect(),
            bad_rows_percent: self.bad_rows_percent,
            own_rules,
            remedy: preset.remedy,
        }
    }
}

/// One condition of `only`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Only {
    /// The column of the file, or several of which the first that is not empty counts.
    pub column: Column,
    /// A regular expression that must match somewhere in it.
    pub matches: String,
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
    /// The environment that it ran against, where the record names none. A group `(?<environment>…)` of `matches` that takes
    /// part finds it instead.
    pub environment: Option<String>,
}
