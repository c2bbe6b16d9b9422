//! Rows that were delivered one by one: the same fields and meaning as those of a file, read in two steps.
//!
//! At the door ([`let_in`]) people become identities, `only` and `classify` are asked while everything is still there, and
//! what no field is read from is dropped. Later ([`tell`]) the cells that are left become rows of the log, by the mapping as
//! it then is: one that was mistaken can be mended, though no sender sends again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::FileError;
use super::error::in_backticks;
use super::mapping::{Faces, FieldKind, Mapping, Refusal, Row as MappedRow};
use super::pull::{in_words, once, shown_name};
use super::streams::{self, Placed, RowsOf, fields_of};
use super::table::cells_of;
use crate::config::Settings;
use crate::config::written::{Stream, WrittenFile};
use crate::log::{CaveatKind, Identity, IdentityKey, Observation, Register, Signature};
use crate::sources::api::door::plain;
use crate::sources::told::{Class, Output, Place};

/// What is kept of a row.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(in crate::sources) struct Row {
    /// Column → cell.
    cells: BTreeMap<String, String>,
    /// Column → id of whoever it names, and whether that is a bot.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    people: BTreeMap<String, (String, bool)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    activity: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
}

/// What the door makes of an object.
pub(in crate::sources) enum LetIn {
    /// It may be kept so.
    Row(Row),
    /// `only` leaves it out by this column.
    LeftOut(String),
}

/// Whether a mapping can be meant.
pub(in crate::sources) fn check(settings: &Settings, file: &WrittenFile) -> Result<(), FileError> {
    mapping_of(settings, file).map(|_| ())
}

fn mapping_of<'a>(settings: &'a Settings, file: &'a WrittenFile) -> Result<Mapping<'a>, FileError> {
    let one_of = match file.stream {
        Stream::Deployments => streams::Deployments::ONE_OF,
        Stream::PipelineRuns => streams::PipelineRuns::ONE_OF,
        _ => &[],
    };
    Mapping::new(settings, file, fields_of(file.stream), one_of)
}

/// What may be kept of a delivered object.
pub(in crate::sources) fn let_in(
    settings: &Settings,
    file: &WrittenFile,
    object: &Map<String, Value>,
    people: &mut dyn Register,
) -> Result<LetIn, FileError> {
    let mapping = mapping_of(settings, file)?;
    let mut cells = cells_of(object, &mapping.wanted, &mut BTreeSet::new());
    mapping.drop_nulls(&mut cells);
    if let Some(column) = mapping.leaves_out(&cells) {
        return Ok(LetIn::LeftOut(column.to_owned()));
    }
    let mut faces = Faces { register: &mut Nobody, seen: HashMap::new(), words: HashSet::new() };
    let class = MappedRow { mapping: &mapping, cells: &cells, faces: &mut faces, given: None }.class();
    let Class { category, activity, environment } = class;
    let mut row = Row { category, activity, environment, ..Row::default() };
    let persons = mapping.columns_of(fields_of(file.stream), FieldKind::Person, true);
    for place in &persons {
        let identity = cells[*place].as_deref().and_then(|text| mapping.identity(text, people));
        if let Some(identity) = identity {
            row.people.insert(mapping.wanted[*place].clone(), (identity.id, identity.is_bot));
        }
    }
    for place in mapping.columns_of(fields_of(file.stream), FieldKind::Person, false) {
        let Some(text) = cells[place].as_ref().filter(|_| !persons.contains(&place)) else { continue };
        if plain(&Value::from(text.as_str())).is_some() {
            row.cells.insert(mapping.wanted[place].clone(), text.clone());
        }
    }
    Ok(LetIn::Row(row))
}

/// Rows of the log from everything that was kept; what cannot be read is counted.
pub(in crate::sources) fn tell(
    settings: &Settings,
    file: &WrittenFile,
    rows: Vec<(Place, Row)>,
    out: &mut Output<'_>,
) -> Result<(), FileError> {
    match file.stream {
        Stream::Tickets => run::<streams::Tickets>(settings, file, rows, out),
        Stream::TicketHistory => run::<streams::TicketHistory>(settings, file, rows, out),
        Stream::PipelineRuns => run::<streams::PipelineRuns>(settings, file, rows, out),
        Stream::Deployments => run::<streams::Deployments>(settings, file, rows, out),
        Stream::Memberships => run::<streams::Memberships>(settings, file, rows, out),
        Stream::Survey => run::<streams::Survey>(settings, file, rows, out),
        Stream::Events => run::<streams::Events>(settings, file, rows, out),
        Stream::Changes => run::<streams::Changes>(settings, file, rows, out),
        Stream::Reviews => run::<streams::Reviews>(settings, file, rows, out),
        Stream::Incidents => run::<streams::Incidents>(settings, file, rows, out),
    }
}

fn run<S: RowsOf>(
    settings: &Settings,
    file: &WrittenFile,
    rows: Vec<(Place, Row)>,
    out: &mut Output<'_>,
) -> Result<(), FileError> {
    // Asked at the door already, and the columns that they look at are gone.
    let mut file = file.clone();
    file.only.clear();
    file.classify.clear();
    let mapping = Mapping::new(settings, &file, S::FIELDS, S::ONE_OF)?;
    let mut faces = Faces { register: &mut Nobody, seen: HashMap::new(), words: HashSet::new() };
    let mut records: Vec<Option<Placed<S::Record>>> = Vec::new();
    let mut environments: BTreeMap<String, (i64, String)> = BTreeMap::new();
    let mut refused = 0;
    for (place, row) in rows {
        for (column, (id, is_bot)) in &row.people {
            faces.seen.insert(stand_in(column, id), Some(Identity { id: id.clone(), is_bot: *is_bot }));
        }
        let cell = |column: &String| {
            let person = row.people.get(column).map(|(id, _)| stand_in(column, id));
            person.or_else(|| row.cells.get(column).cloned())
        };
        let cells: Vec<Option<String>> = mapping.wanted.iter().map(cell).collect();
        let given = Some(Class { category: row.category, activity: row.activity, environment: row.environment });
        match S::translate(&mut MappedRow { mapping: &mapping, cells: &cells, faces: &mut faces, given }) {
            Ok(record) => records.push(Some(Placed { place, record })),
            Err(Refusal::UnknownEnvironment(name)) => {
                environments.entry(name).or_insert_with(|| (0, place.evidence())).0 += 1;
            }
            Err(Refusal::Bad { column, reason }) => {
                refused += 1;
                out.note(CaveatKind::BadRow, &in_words(&column, &reason), 1, || place.evidence());
            }
        }
    }
    if let Some((_, (_, example))) = environments.iter().next() {
        let names: Vec<String> = environments.keys().map(|name| shown_name(name)).collect();
        let detail =
            format!("rows in environments that the study does not list were left out: {}", in_backticks(&names));
        let total = environments.values().map(|(count, _)| count).sum();
        out.note(CaveatKind::UnknownEnvironment, &detail, total, || example.clone());
    }
    let read = records.len();
    let kept = once::<S>(records, out);
    S::emit(kept, &faces.words, out);
    let (from_us, to_us) = (out.instants.iter().min().copied(), out.instants.iter().max().copied());
    if let (Some(from_us), Some(to_us)) = (from_us, to_us) {
        let (source, stream) = (out.source.clone(), S::WORD.to_owned());
        let records = i64::try_from(read).unwrap_or(i64::MAX);
        out.facts.observations.push(Observation { source, stream, from_us, to_us, records, refused });
    }
    Ok(())
}

/// What stands in the cell of somebody whose name is gone. No cell of a sender comes to this: all of these columns are read
/// from `people`.
fn stand_in(column: &str, id: &str) -> String {
    format!("{column}\0{id}")
}

/// Knows nobody: everybody who is kept was met at the door.
struct Nobody;

impl Register for Nobody {
    fn identity(&mut self, _: Signature<'_>) -> Option<Identity> {
        None
    }

    fn same_person(&mut self, _: Signature<'_>, _: Signature<'_>) {}

    fn word(&self, _: &str) -> String {
        String::new()
    }

    fn new_keys(&mut self) -> Vec<IdentityKey> {
        Vec::new()
    }
}
