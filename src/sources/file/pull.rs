//! One pull of one entry of the study file.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::rc::Rc;

use sha2::{Digest as _, Sha256};

use super::FileError;
use super::error::{in_backticks, nearest_ones, remedy};
use super::find::{Found, find};
use super::mapping::{Faces, Mapping, Refusal, Row};
use super::silence::silent_months;
use super::streams::{self, Placed, RowsOf};
use super::table::{ReadParquet, RowFault, Table, read_csv, read_json_lines};
use crate::config::written::{FileFormat, Stream, WrittenFile};
use crate::config::{Settings, nearest};
use crate::log::{CaveatKind, Facts, Observation, Register};
use crate::sources::told::{Output, Place};

/// What is pulled.
pub struct Pull<'a> {
    /// The study.
    pub settings: &'a Settings,
    /// One of its files.
    pub file: &'a WrittenFile,
    /// The entry's place among the units of all sources.
    pub source_rank: i64,
    /// How Parquet is read.
    pub parquet: &'a ReadParquet,
}

/// What a pull yields.
#[derive(Debug)]
pub struct Pulled {
    /// Rows for the log.
    pub facts: Facts,
    /// As [`fingerprint`] gives it.
    pub fingerprint: String,
    /// How many files were read.
    pub files: usize,
}

/// What the facts of an entry depend on, as SHA-256: names and bytes of the matched files, and the settings that are read.
///
/// # Errors
/// Where a glob matches nothing or a file cannot be read.
pub fn fingerprint(settings: &Settings, file: &WrittenFile) -> Result<String, FileError> {
    let mut hash = started(settings, file);
    for found in find(settings, file)? {
        add(&mut hash, &found.shown, &bytes_of(&found)?);
    }
    Ok(finished(hash))
}

/// Reads every file of an entry.
///
/// # Errors
/// Where the entry cannot be meant, a file is missing, cut off or lacks a column, or too many of its rows are bad.
pub fn pull(what: &Pull<'_>, people: &mut dyn Register) -> Result<Pulled, FileError> {
    match what.file.stream {
        Stream::Tickets => run::<streams::Tickets>(what, people),
        Stream::TicketHistory => run::<streams::TicketHistory>(what, people),
        Stream::PipelineRuns => run::<streams::PipelineRuns>(what, people),
        Stream::Deployments => run::<streams::Deployments>(what, people),
        Stream::Memberships => run::<streams::Memberships>(what, people),
        Stream::Survey => run::<streams::Survey>(what, people),
        Stream::Events => run::<streams::Events>(what, people),
        Stream::Changes => run::<streams::Changes>(what, people),
        Stream::Reviews => run::<streams::Reviews>(what, people),
        Stream::Incidents => run::<streams::Incidents>(what, people),
    }
}

fn run<S: RowsOf>(what: &Pull<'_>, people: &mut dyn Register) -> Result<Pulled, FileError> {
    let mapping = Mapping::new(what.settings, what.file, S::FIELDS, S::ONE_OF)?;
    let mut out = Output::new(what.settings, format!("file:{}", what.file.id), what.source_rank);
    let mut faces = Faces { register: people, seen: HashMap::new(), words: HashSet::new() };
    let mut hash = started(what.settings, what.file);
    let mut tally = Tally::default();
    let mut records: Vec<Option<Placed<S::Record>>> = Vec::new();
    let found = find(what.settings, what.file)?;
    for one in &found {
        let bytes = bytes_of(one)?;
        add(&mut hash, &one.shown, &bytes);
        let table = open(what, &mapping, one, bytes)?;
        read_rows::<S>(what, &mapping, one, table, &mut faces, &mut tally, &mut records)?;
    }
    tally.note(&mut out);
    let read = records.len();
    let kept = once::<S>(records, &mut out);
    let words = faces.words;
    S::emit(kept, &words, &mut out);
    observe::<S>(read, tally.refused, &mut out);
    Ok(Pulled { facts: out.finish(), fingerprint: finished(hash), files: found.len() })
}

fn open(what: &Pull<'_>, mapping: &Mapping<'_>, found: &Found, bytes: Vec<u8>) -> Result<Table, FileError> {
    let path = || found.shown.clone();
    let setting = |field: &str, message: String| FileError::Setting {
        id: what.file.id.clone(),
        field: field.to_owned(),
        message,
    };
    let broken = |broken: super::Broken| FileError::Broken { path: path(), line: broken.line, reason: broken.reason };
    let wanted = &mapping.wanted;
    let format = what.file.format.or_else(|| by_ending(&found.path)).ok_or_else(|| {
        setting("format", format!("`{}` ends in none of `.csv`, `.jsonl`, `.ndjson`, `.parquet`", found.shown))
    })?;
    let table = match format {
        FileFormat::Csv => {
            let separator = what.file.separator.unwrap_or(',');
            let separator = u8::try_from(separator).ok().filter(|byte| byte.is_ascii() && !b"\"\r\n".contains(byte));
            let separator = separator.ok_or_else(|| setting("separator", "must be one ASCII letter".to_owned()))?;
            read_csv(bytes, separator, wanted).map_err(broken)?.ok_or_else(|| FileError::NoHeader { path: path() })?
        }
        FileFormat::Jsonl => {
            let table = read_json_lines(&bytes, wanted).map_err(broken)?;
            // Without a line there is no column to miss.
            if table.columns.is_empty() {
                return Ok(table);
            }
            table
        }
        FileFormat::Parquet => {
            (what.parquet)(&found.path, wanted).map_err(|why| FileError::Unreadable { path: path(), why })?
        }
    };
    let times = |column: &String| table.columns.iter().filter(|known| *known == column).count();
    if let Some(column) = wanted.iter().find(|column| times(column) > 1) {
        return Err(FileError::TwiceInHeader { path: path(), column: column.clone() });
    }
    if let Some(need) = mapping.lacks(&table.columns) {
        let names: Vec<&str> = need.columns.iter().map(|place| wanted[*place].as_str()).collect();
        let near = nearest(names[0], table.columns.iter().map(String::as_str));
        let mut columns = format!("{}{}", in_backticks(&table.columns), nearest_ones(&near));
        if format == FileFormat::Csv && table.columns.len() == 1 {
            columns.push_str("\nhint: there is one column only; `separator` may be another");
        }
        columns.push_str(&remedy(what.file));
        let needed_by = format!("files.{}, for `{}`", what.file.id, need.whose);
        return Err(FileError::MissingColumn { path: path(), column: names.join("` or `"), needed_by, columns });
    }
    Ok(table)
}

fn by_ending(path: &Path) -> Option<FileFormat> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "csv" => Some(FileFormat::Csv),
        "jsonl" | "ndjson" => Some(FileFormat::Jsonl),
        "parquet" => Some(FileFormat::Parquet),
        _ => None,
    }
}

/// What was refused, over all files.
#[derive(Default)]
struct Tally {
    refused: u64,
    /// File, column and reason → how often, and the first line.
    bad: BTreeMap<(Rc<str>, String, String), (i64, u64)>,
    environments: BTreeMap<String, (i64, Option<Place>)>,
    /// File and column of `only` → how often, and the first line.
    left_out: BTreeMap<(Rc<str>, String), (i64, u64)>,
}

impl Tally {
    fn note(&self, out: &mut Output<'_>) {
        for ((file, column, reason), (count, line)) in &self.bad {
            let detail = format!("`{file}`: {}", in_words(column, reason));
            let place = Place::Line { file: Rc::clone(file), line: *line };
            out.note(CaveatKind::BadRow, &detail, *count, || place.evidence());
        }
        for ((file, column), (count, line)) in &self.left_out {
            let detail = format!("`{file}`: rows that `only` leaves out by column `{column}`");
            let place = Place::Line { file: Rc::clone(file), line: *line };
            out.note(CaveatKind::TellsNothing, &detail, *count, || place.evidence());
        }
        let total = self.environments.values().map(|(count, _)| count).sum::<i64>();
        if let Some((_, (_, Some(first)))) = self.environments.iter().next() {
            let names: Vec<String> = self.environments.keys().map(|name| shown_name(name)).collect();
            let detail =
                format!("rows in environments that the study does not list were left out: {}", in_backticks(&names));
            out.note(CaveatKind::UnknownEnvironment, &detail, total, || first.evidence());
        }
    }
}

/// A name as systems give them; anything else may be a person or a sentence in the wrong column.
pub(super) fn shown_name(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte);
    if name.len() <= 60 && name.bytes().all(plain) { name.to_owned() } else { "…".to_owned() }
}

pub(super) fn in_words(column: &str, reason: &str) -> String {
    if column.is_empty() { reason.to_owned() } else { format!("column `{column}`: {reason}") }
}

fn read_rows<S: RowsOf>(
    what: &Pull<'_>,
    mapping: &Mapping<'_>,
    found: &Found,
    table: Table,
    faces: &mut Faces<'_>,
    tally: &mut Tally,
    records: &mut Vec<Option<Placed<S::Record>>>,
) -> Result<(), FileError> {
    let file: Rc<str> = Rc::from(found.shown.as_str());
    let (mut rows, mut bad, mut first) = (0_u64, 0_u64, Vec::new());
    for row in table.rows {
        let row = row.map_err(|broken| FileError::Broken {
            path: found.shown.clone(),
            line: broken.line,
            reason: broken.reason,
        })?;
        let place = Place::Line { file: Rc::clone(&file), line: row.line };
        rows += 1;
        let record = match row.cells {
            Ok(mut cells) => {
                mapping.drop_nulls(&mut cells);
                if let Some(column) = mapping.leaves_out(&cells) {
                    // A share of bad rows is one of the rows that were to be read.
                    rows -= 1;
                    tally.left_out.entry((Rc::clone(&file), column.to_owned())).or_insert((0, row.line)).0 += 1;
                    continue;
                }
                S::translate(&mut Row { mapping, cells: &cells, faces: &mut *faces, given: None })
            }
            Err(RowFault { column, reason }) => Err(Refusal::Bad { column: column.unwrap_or_default(), reason }),
        };
        match record {
            Ok(record) => records.push(Some(Placed { place, record })),
            Err(Refusal::UnknownEnvironment(name)) => {
                let seen = tally.environments.entry(name).or_insert((0, Some(place)));
                seen.0 += 1;
            }
            Err(Refusal::Bad { column, reason }) => {
                bad += 1;
                if first.len() < 5 {
                    first.push(format!("{}:{}: {}", found.shown, row.line, in_words(&column, &reason)));
                }
                tally.bad.entry((Rc::clone(&file), column, reason)).or_insert((0, row.line)).0 += 1;
            }
        }
    }
    tally.refused += bad;
    let limit = what.file.bad_rows_percent.unwrap_or(what.settings.limits.bad_rows_percent);
    #[expect(clippy::cast_precision_loss, reason = "a share in percent")]
    let too_many = bad as f64 * 100.0 > limit * rows as f64;
    if too_many {
        first.extend(what.file.remedy().map(|remedy| format!("hint: {remedy}")));
        return Err(FileError::TooManyBadRows { path: found.shown.clone(), bad, rows, limit, first });
    }
    Ok(())
}

/// Every record once: of those with the same key the last, in the order of the files.
pub(super) fn once<S: RowsOf>(
    mut records: Vec<Option<Placed<S::Record>>>,
    out: &mut Output<'_>,
) -> Vec<Placed<S::Record>> {
    let mut last: HashMap<String, usize> = HashMap::with_capacity(records.len());
    for place in 0..records.len() {
        let Some(key) = records[place].as_ref().map(|placed| S::key(&placed.record)) else { continue };
        let Some(earlier) = last.insert(key, place) else { continue };
        let (before, after) = records.split_at_mut(place);
        if let (Some(old), Some(new)) = (before[earlier].take(), &after[0]) {
            let detail = if old.record == new.record {
                "delivered again with the same content"
            } else {
                "delivered again with other content; the later row counts"
            };
            out.note(CaveatKind::DuplicateRecord, detail, 1, || new.place.evidence());
        }
    }
    records.into_iter().flatten().collect()
}

fn observe<S: RowsOf>(read: usize, refused: u64, out: &mut Output<'_>) {
    let source = out.source.clone();
    let (Some(from_us), Some(to_us)) = (out.instants.iter().min().copied(), out.instants.iter().max().copied()) else {
        out.note(CaveatKind::SilentStream, "the file holds no dated record", 1, || source);
        return;
    };
    if S::SPEAKS_FOR_MONTHS {
        let months = silent_months(&out.instants, out.settings.zone);
        if !months.is_empty() {
            let count = i64::try_from(months.len()).unwrap_or(i64::MAX);
            let detail = format!("no record in {}", in_backticks(&months));
            out.note(CaveatKind::SilentStream, &detail, count, || source.clone());
        }
    }
    out.facts.observations.push(Observation {
        source,
        stream: S::WORD.to_owned(),
        from_us,
        to_us,
        records: i64::try_from(read).unwrap_or(i64::MAX),
        refused: i64::try_from(refused).unwrap_or(i64::MAX),
    });
}

fn bytes_of(found: &Found) -> Result<Vec<u8>, FileError> {
    fs::read(&found.path).map_err(|why| FileError::Unreadable { path: found.shown.clone(), why: why.to_string() })
}

/// What the study file says counts as much as what the files hold: another mapping makes other facts.
fn started(settings: &Settings, file: &WrittenFile) -> Sha256 {
    let mut hash = Sha256::new();
    let names: Vec<_> = settings.repositories.iter().map(|one| (&one.name, &one.subject)).collect();
    let read = format!(
        "{file:?}{:?}{:?}{:?}{}{names:?}",
        settings.environments, settings.aliases, settings.zone, settings.limits.bad_rows_percent
    );
    add(&mut hash, "settings", read.as_bytes());
    hash
}

fn add(hash: &mut Sha256, name: &str, bytes: &[u8]) {
    hash.update((name.len() as u64).to_le_bytes());
    hash.update(name.as_bytes());
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}

fn finished(hash: Sha256) -> String {
    use std::fmt::Write as _;
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod preset_tests;
#[cfg(test)]
mod tests;
