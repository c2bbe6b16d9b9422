//! The records of an API as they are told: from the archive, with what receivers were sent set among them, and each looked
//! up when another refers to it. Of an archive of any size only what a few hundred records refer to is in memory.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, btree_map};
use std::iter::Peekable;
use std::rc::Rc;

use serde_json::Value;

use super::error::ApiError;
use super::hook::Delivered;
use super::kept::{History, Kept, at, scalar};
use crate::archive::{Archive, ArchiveError, Record, Records};
use crate::log::Micros;

/// Whose records are told, and what they may refer to.
pub(super) struct Around<'a> {
    archive: &'a Archive,
    /// The unit of the API; none: nothing of an API is stored.
    unit: Option<&'a str>,
    sent: &'a Delivered,
    shelf: Shelf,
    fields: RefCell<BTreeMap<String, Rc<Fields>>>,
    scattered: RefCell<BTreeMap<String, Rc<Scattered>>>,
    holds: RefCell<BTreeMap<String, bool>>,
    /// The first thing that could not be read; whoever refers to it goes on as if it were not there.
    fault: RefCell<Option<ApiError>>,
}

/// A field of the records of a stream → what another field of them holds.
pub(super) type Fields = BTreeMap<String, BTreeSet<String>>;
/// What stands in several scopes → these.
type Scattered = BTreeMap<String, BTreeSet<String>>;

/// A record that another refers to, by its latest version.
pub(super) struct Found {
    scope: String,
    key: String,
    since_us: Option<Micros>,
    gone_us: Option<Micros>,
    value: Value,
}

impl Found {
    fn new(record: Record, value: Value) -> Self {
        let Record { scope, key, since_us, gone_us, .. } = record;
        Self { scope, key, since_us, gone_us, value }
    }

    pub(super) fn kept(&self) -> Kept<'_> {
        let Self { scope, key, since_us, gone_us, value } = self;
        Kept { key, scope, since_us: *since_us, gone_us: *gone_us, value, history: History::default() }
    }
}

impl<'a> Around<'a> {
    pub(super) fn new(archive: &'a Archive, unit: Option<&'a str>, sent: &'a Delivered) -> Self {
        Self {
            archive,
            unit,
            sent,
            shelf: Shelf::new(),
            fields: RefCell::default(),
            scattered: RefCell::default(),
            holds: RefCell::default(),
            fault: RefCell::default(),
        }
    }

    /// The records of a stream in their order, each with all of its versions, oldest first.
    pub(super) fn records(&self, stream: &'a str) -> Versions<'a> {
        let stored = self.unit.map(|unit| self.archive.each(unit, stream).peekable());
        let sent = self.sent.records.get(stream).map(|records| records.iter().peekable());
        Versions { unit: self.unit.unwrap_or_default(), stream, stored, sent, people: &self.sent.people }
    }

    /// Forgets what was looked up, once that is much. Between two records nobody needs it.
    pub(super) fn tidy(&mut self) -> Result<(), ApiError> {
        if self.shelf.is_much() {
            self.shelf = Shelf::new();
        }
        self.fault.get_mut().take().map_or(Ok(()), Err)
    }

    /// The latest version of a record by its path.
    pub(super) fn find(&self, stream: &str, path: &str) -> Option<&Found> {
        if !self.holds(stream) {
            return None;
        }
        self.shelf.of(format!("{stream}\0{path}"), || self.look_up(stream, path).into_iter().collect()).first()
    }

    /// Records of a stream that are listed for a scope, by their latest versions and in the order of their keys; of these, what
    /// a key begins with: a text that ends in a slash, or nothing.
    pub(super) fn below(&self, stream: &str, scope: &str, head: &str) -> &[Found] {
        if !self.holds(stream) {
            return &[];
        }
        self.shelf.of(format!("{stream}\0{scope}\0{head}"), || self.look_below(stream, scope, head))
    }

    /// Of every record of a stream: what one field holds → what another does.
    pub(super) fn fields(&self, stream: &'a str, from: &str, to: &str) -> Rc<Fields> {
        let name = format!("{stream}\0{from}\0{to}");
        if let Some(known) = self.fields.borrow().get(&name) {
            return Rc::clone(known);
        }
        let mut fields = Fields::new();
        for versions in self.records(stream) {
            match versions {
                Ok(versions) => {
                    let field = |name| at(&versions.last()?.1, name).and_then(scalar);
                    if let (Some(from), Some(to)) = (field(from), field(to)) {
                        fields.entry(from).or_default().insert(to);
                    }
                }
                Err(why) => {
                    self.fails(why);
                    break;
                }
            }
        }
        let fields = Rc::new(fields);
        self.fields.borrow_mut().insert(name, Rc::clone(&fields));
        fields
    }

    /// The scopes where records stand whose keys begin with this and a slash, where there is more than one.
    pub(super) fn scopes(&self, stream: &str, head: &str) -> BTreeSet<String> {
        let mut known = self.scattered.borrow_mut();
        let scattered = known.entry(stream.to_owned()).or_insert_with(|| {
            let found = self.unit.map_or_else(|| Ok(Scattered::new()), |unit| self.archive.scattered(unit, stream));
            Rc::new(self.or_none(found))
        });
        scattered.get(head).cloned().unwrap_or_default()
    }

    fn fails(&self, why: ApiError) {
        self.fault.borrow_mut().get_or_insert(why);
    }

    fn or_none<T: Default>(&self, found: Result<T, ArchiveError>) -> T {
        found.unwrap_or_else(|why| {
            self.fails(why.into());
            T::default()
        })
    }

    fn holds(&self, stream: &str) -> bool {
        if let Some(known) = self.holds.borrow().get(stream) {
            return *known;
        }
        let stored = self.unit.is_some_and(|unit| self.or_none(self.archive.holds_any(unit, stream)));
        let holds = stored || self.sent.records.contains_key(stream);
        self.holds.borrow_mut().insert(stream.to_owned(), holds);
        holds
    }

    fn look_up(&self, stream: &str, path: &str) -> Option<Found> {
        // A key may hold slashes as well as a scope: the longest scope is the last in the order of records.
        let slashes =
            path.bytes().enumerate().filter(|(_, byte)| *byte == b'/').map(|(place, _)| place).collect::<Vec<_>>();
        let places = slashes.into_iter().rev().map(|place| (&path[..place], &path[place + 1..])).chain([("", path)]);
        for (scope, key) in places {
            let stored = self.unit.map(|unit| self.archive.latest(unit, stream, scope, key));
            let stored = stored.and_then(|stored| self.or_none(stored));
            let sent = self.sent.record(stream, scope, key);
            if stored.is_some() || sent.is_some() {
                return self.value(stream, stored.unwrap_or_else(|| bare(scope, key)), sent);
            }
        }
        None
    }

    fn look_below(&self, stream: &str, scope: &str, head: &str) -> Vec<Found> {
        let stored = self.unit.map(|unit| self.archive.records_below(unit, stream, scope, head));
        let stored = stored.map(|stored| self.or_none(stored)).unwrap_or_default();
        let mut latest: BTreeMap<String, Record> =
            stored.into_iter().map(|record| (record.key.clone(), record)).collect();
        for (_, key) in self.sent.below(stream, scope, head) {
            latest.entry(key.clone()).or_insert_with(|| bare(scope, key));
        }
        latest
            .into_values()
            .filter_map(|record| {
                let sent = self.sent.record(stream, scope, &record.key);
                self.value(stream, record, sent)
            })
            .collect()
    }

    fn value(&self, stream: &str, record: Record, sent: Option<&str>) -> Option<Found> {
        match value(self.unit.unwrap_or_default(), stream, &record, sent, &self.sent.people) {
            Ok(value) => Some(Found::new(record, value)),
            Err(why) => {
                self.fails(why);
                None
            }
        }
    }
}

/// A record that only was sent.
fn bare(scope: &str, key: &str) -> Record {
    let (scope, key, body) = (scope.to_owned(), key.to_owned(), String::new());
    Record { scope, key, version: 0, since_us: None, gone_us: None, body }
}

fn value(
    unit: &str,
    stream: &str,
    record: &Record,
    sent: Option<&str>,
    people: &BTreeMap<String, String>,
) -> Result<Value, ApiError> {
    let mut value: Value = serde_json::from_str(sent.unwrap_or(&record.body)).map_err(|_| {
        let place = format!("{unit}/{stream}#{}", record.key);
        let message = format!("`{place}` is no JSON; `milepost archive verify`");
        ApiError::Setting { field: "archive".to_owned(), message }
    })?;
    if sent.is_none() && !people.is_empty() {
        super::hook::rename(&mut value, people);
    }
    Ok(value)
}

type Sent<'a> = btree_map::Iter<'a, (String, String), String>;

/// See [`Around::records`].
pub(super) struct Versions<'a> {
    unit: &'a str,
    stream: &'a str,
    stored: Option<Peekable<Records<'a>>>,
    sent: Option<Peekable<Sent<'a>>>,
    people: &'a BTreeMap<String, String>,
}

impl Versions<'_> {
    /// The stored versions of the next record; none: there are none of it.
    fn stored(&mut self) -> Result<Vec<Record>, ApiError> {
        let Some(stored) = &mut self.stored else { return Ok(Vec::new()) };
        let next = match stored.peek() {
            None => return Ok(Vec::new()),
            Some(Err(_)) => return stored.next().map_or(Ok(Vec::new()), |failed| Ok(vec![failed?])),
            Some(Ok(next)) => (next.scope.clone(), next.key.clone()),
        };
        let is_earlier = |sent: &mut Peekable<Sent<'_>>| sent.peek().is_some_and(|(place, _)| **place < next);
        if self.sent.as_mut().is_some_and(is_earlier) {
            return Ok(Vec::new());
        }
        let same = |record: &Result<Record, ArchiveError>| {
            record.as_ref().is_ok_and(|record| (&record.scope, &record.key) == (&next.0, &next.1))
        };
        let mut versions = Vec::new();
        while let Some(record) = stored.next_if(same) {
            versions.push(record?);
        }
        Ok(versions)
    }
}

impl Iterator for Versions<'_> {
    type Item = Result<Vec<(Record, Value)>, ApiError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut versions = match self.stored() {
            Ok(versions) => versions,
            Err(why) => {
                (self.stored, self.sent) = (None, None);
                return Some(Err(why));
            }
        };
        let place = versions.first().map(|record| (record.scope.clone(), record.key.clone()));
        let is_it = |(sent, _): &(&(String, String), &String)| place.as_ref().is_none_or(|place| *sent == place);
        let sent = self.sent.as_mut().and_then(|sent| sent.next_if(is_it));
        if versions.is_empty() {
            let ((scope, key), _) = sent?;
            versions.push(bare(scope, key));
        }
        let last = versions.len() - 1;
        let read = versions.into_iter().enumerate().map(|(place, mut record)| {
            let sent = sent.filter(|_| place == last).map(|(_, body)| body.as_str());
            let value = value(self.unit, self.stream, &record, sent, self.people)?;
            record.body = String::new();
            Ok((record, value))
        });
        Some(read.collect())
    }
}

/// What was looked up, in places that do not move while it is referred to.
struct Shelf {
    places: RefCell<HashMap<String, usize>>,
    entries: Vec<OnceCell<Vec<Found>>>,
    used: Cell<usize>,
    next: OnceCell<Box<Shelf>>,
}

/// So many look-ups are kept.
const MOST: usize = 512;

impl Shelf {
    fn new() -> Self {
        let entries = (0..MOST).map(|_| OnceCell::new()).collect();
        Self { places: RefCell::default(), entries, used: Cell::new(0), next: OnceCell::new() }
    }

    fn is_much(&self) -> bool {
        self.used.get() >= MOST
    }

    fn of(&self, name: String, look_up: impl FnOnce() -> Vec<Found>) -> &[Found] {
        let known = self.places.borrow().get(&name).copied();
        if let Some(entry) = known.and_then(|place| self.entries.get(place)).and_then(OnceCell::get) {
            return entry;
        }
        let place = self.used.get();
        let Some(entry) = self.entries.get(place) else {
            return self.next.get_or_init(|| Box::new(Self::new())).of(name, look_up);
        };
        self.used.set(place + 1);
        self.places.borrow_mut().insert(name, place);
        entry.get_or_init(look_up)
    }
}
