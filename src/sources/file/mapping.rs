//! Cells become fields: which column a field is read from, and how its text is read.

use std::collections::{BTreeMap, HashMap, HashSet};

use regex::Regex;

use super::FileError;
use super::nearest::nearest;
use super::persons::{signature, words_for};
use super::times::Clock;
use crate::config::written::{PersonAs, WrittenFile};
use crate::config::{Environments, Settings};
use crate::log::{Identity, Micros, Register, Signature};

/// A field that `columns` or `constants` of the study file may give to a stream.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Whether every row must have it.
    pub required: bool,
    /// How it is read.
    pub kind: FieldKind,
    /// What it means, in one sentence.
    pub doc: &'static str,
}

/// How the text of a field is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// As it stands, after `values`.
    Text,
    /// By `time-format` and `zone`.
    Time,
    /// By `person`; becomes a pseudonym.
    Person,
    /// A whole number.
    Int,
}

/// A field, for the table of a stream.
pub(super) const fn field(name: &'static str, required: bool, kind: FieldKind, doc: &'static str) -> Field {
    Field { name, required, kind, doc }
}

/// Why a row is left out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is bad: which column, and why.
    Bad { column: String, reason: String },
    /// It is about an environment that the study does not list.
    UnknownEnvironment(String),
}

/// What `classify` makes of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) category: Option<String>,
    pub(super) activity: Option<String>,
}

/// How the rows of one entry of the study file are read.
pub(super) struct Mapping<'a> {
    fields: BTreeMap<&'static str, Origin<'a>>,
    /// The columns that are needed, each with the field (or rule) that needs it.
    pub(super) wanted: Vec<String>,
    pub(super) wanted_for: Vec<String>,
    clock: Clock,
    person: PersonAs,
    classify: Vec<(usize, Regex, Class)>,
    environments: &'a Environments,
}

struct Origin<'a> {
    column: Option<usize>,
    constant: Option<&'a str>,
    values: Option<&'a BTreeMap<String, String>>,
}

impl<'a> Mapping<'a> {
    /// Checks an entry against the fields of its stream. `one_of`: fields of which at least one must be given.
    pub(super) fn new(
        settings: &'a Settings,
        file: &'a WrittenFile,
        known: &'static [Field],
        one_of: &[&str],
    ) -> Result<Self, FileError> {
        let wrong =
            |field: &str, message: String| FileError::Setting { id: file.id.clone(), field: field.to_owned(), message };
        let zone = match &file.zone {
            None => settings.zone,
            Some(name) => name
                .parse()
                .map_err(|_| wrong("zone", format!("`{name}` is not an IANA zone such as `Europe/London`")))?,
        };
        let clock = Clock::new(file.time_format.as_deref(), zone).map_err(|message| wrong("time-format", message))?;
        let places = [("columns", file.columns.keys()), ("constants", file.constants.keys())];
        let written = places.into_iter().flat_map(|(place, names)| names.map(move |name| (place, name)));
        for (place, name) in written.chain(file.values.keys().map(|name| ("values", name))) {
            if !known.iter().any(|field| field.name == name) {
                let names: Vec<&str> = known.iter().map(|field| field.name).collect();
                let near = nearest(name, names.iter().copied());
                let hint = near.first().map_or_else(String::new, |near| format!("; `{near}` is near"));
                return Err(wrong(
                    place,
                    format!("`{name}` is no field of this stream{hint} (its fields: {})", names.join(", ")),
                ));
            }
            if place == "constants" && file.columns.contains_key(name) {
                return Err(wrong(place, format!("`{name}` has a column too; give one of the two")));
            }
        }
        let mut wanted: Vec<String> = Vec::new();
        let mut wanted_for = Vec::new();
        let mut want = |column: &str, who: &str| {
            wanted.iter().position(|known| known == column).unwrap_or_else(|| {
                wanted.push(column.to_owned());
                wanted_for.push(who.to_owned());
                wanted.len() - 1
            })
        };
        let mut fields = BTreeMap::new();
        for field in known {
            let column = file.columns.get(field.name).map(|column| want(column, field.name));
            let constant = file.constants.get(field.name).map(|text| text.trim()).filter(|text| !text.is_empty());
            if column.is_some() || constant.is_some() {
                fields.insert(field.name, Origin { column, constant, values: file.values.get(field.name) });
            } else if field.required {
                return Err(wrong("columns", format!("`{}` must be given: {}", field.name, field.doc)));
            }
        }
        if !one_of.is_empty() && !one_of.iter().any(|name| fields.contains_key(name)) {
            return Err(wrong("columns", format!("one of `{}` must be given", one_of.join("`, `"))));
        }
        let mut classify = Vec::new();
        for rule in &file.classify {
            let matches = Regex::new(&rule.matches)
                .map_err(|_| wrong("classify", format!("`{}` is not a regular expression", rule.matches)))?;
            if let Some(activity) = rule.activity.as_ref().filter(|activity| !is_activity(activity)) {
                return Err(wrong(
                    "classify",
                    format!("`{activity}` is not an activity of the form `subject.predicate`"),
                ));
            }
            let class = Class { category: rule.category.clone(), activity: rule.activity.clone() };
            classify.push((want(&rule.column, "classify"), matches, class));
        }
        Ok(Self {
            fields,
            wanted,
            wanted_for,
            clock,
            person: file.person,
            classify,
            environments: &settings.environments,
        })
    }
}

/// Whether a word has the form `subject.predicate`.
pub(super) fn is_activity(text: &str) -> bool {
    let word = |part: &str| {
        part.starts_with(|letter: char| letter.is_ascii_lowercase())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_')
    };
    text.len() <= 100 && text.split_once('.').is_some_and(|(subject, predicate)| word(subject) && word(predicate))
}

/// The people of one pull: identities by cell, and how they may be named in a title. Gone with the pull.
pub(super) struct Faces<'a> {
    pub(super) register: &'a mut dyn Register,
    pub(super) seen: HashMap<String, Option<Identity>>,
    pub(super) words: HashSet<String>,
}

/// A row under its mapping.
pub(super) struct Row<'r, 'p> {
    pub(super) mapping: &'r Mapping<'r>,
    pub(super) cells: &'r [Option<String>],
    pub(super) faces: &'r mut Faces<'p>,
}

/// Longer names are no names, and would be copied into many rows.
const LONGEST_NAME: usize = 1_000;

impl<'r> Row<'r, '_> {
    fn raw(&self, field: &str) -> Option<&'r str> {
        let origin = self.mapping.fields.get(field)?;
        let cell = origin.column.and_then(|column| self.cells.get(column)?.as_deref());
        let Some(text) = cell else { return origin.constant };
        Some(origin.values.and_then(|values| values.get(text)).map_or(text, String::as_str))
    }

    /// Whether the study file gives a field at all.
    pub(super) fn is_given(&self, field: &str) -> bool {
        self.mapping.fields.contains_key(field)
    }

    /// A refusal of the row for a field.
    pub(super) fn bad(&self, field: &str, reason: impl Into<String>) -> Refusal {
        let column = self.mapping.fields.get(field).and_then(|origin| origin.column);
        let column = column.map_or(field, |column| self.mapping.wanted[column].as_str());
        Refusal::Bad { column: column.to_owned(), reason: reason.into() }
    }

    /// Text that may be long and is only read, never kept.
    pub(super) fn prose(&self, field: &str) -> Option<String> {
        let text = self.raw(field)?;
        let end = text.char_indices().map(|(place, _)| place).take_while(|place| *place <= 65_536).last().unwrap_or(0);
        Some(if text.len() > 65_536 { text[..end].to_owned() } else { text.to_owned() })
    }

    /// A name or a word.
    pub(super) fn text(&self, field: &str) -> Result<Option<String>, Refusal> {
        match self.raw(field) {
            None => Ok(None),
            Some(text) if text.len() > LONGEST_NAME => Err(self.bad(field, "longer than 1,000 bytes")),
            Some(text) if text.chars().any(char::is_control) => Err(self.bad(field, "a control character in a name")),
            Some(text) => Ok(Some(text.to_owned())),
        }
    }

    /// A name or a word that the row cannot do without.
    pub(super) fn need(&self, field: &str) -> Result<String, Refusal> {
        self.text(field)?.ok_or_else(|| self.bad(field, "empty, but required"))
    }

    /// Names with commas between them.
    pub(super) fn names(&self, field: &str) -> Result<Vec<String>, Refusal> {
        let text = self.text(field)?.unwrap_or_default();
        let mut names: Vec<String> =
            text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// An instant.
    pub(super) fn time(&self, field: &str) -> Result<Option<Micros>, Refusal> {
        self.raw(field).map(|text| self.mapping.clock.read(text).map_err(|why| self.bad(field, why))).transpose()
    }

    /// An instant that the row cannot do without.
    pub(super) fn need_time(&self, field: &str) -> Result<Micros, Refusal> {
        self.time(field)?.ok_or_else(|| self.bad(field, "empty, but required"))
    }

    /// A whole number.
    pub(super) fn int(&self, field: &str) -> Result<Option<i64>, Refusal> {
        self.raw(field).map(|text| text.parse().map_err(|_| self.bad(field, "not a whole number"))).transpose()
    }

    /// A person.
    pub(super) fn person(&mut self, field: &str) -> Option<Identity> {
        let text = self.raw(field)?;
        if let Some(known) = self.faces.seen.get(text) {
            return known.clone();
        }
        let who = signature(text, self.mapping.person);
        let identity = who.and_then(|who| {
            self.faces.words.extend(words_for(who));
            self.faces.register.identity(who)
        });
        self.faces.seen.insert(text.to_owned(), identity.clone());
        identity
    }

    /// The person whom `name`, `email` and `handle` tell together, so that one row makes one person of the three;
    /// `person`, where it is given too, is another spelling of the same.
    pub(super) fn whole_person(&mut self) -> Option<Identity> {
        let part = |field, how| self.raw(field).and_then(|text| signature(text, how));
        let whole = Signature {
            name: part("name", PersonAs::Name).and_then(|who| who.name),
            email: part("email", PersonAs::Email).and_then(|who| who.email),
            handle: part("handle", PersonAs::Handle).and_then(|who| who.handle),
        };
        let spelling = part("person", self.mapping.person);
        for who in [Some(whole), spelling].into_iter().flatten() {
            self.faces.words.extend(words_for(who));
        }
        let Some(identity) = self.faces.register.identity(whole) else {
            return spelling.and_then(|who| self.faces.register.identity(who));
        };
        if let Some(spelling) = spelling {
            self.faces.register.same_person(whole, spelling);
        }
        Some(identity)
    }

    /// An environment by its canonical name.
    pub(super) fn environment(&self) -> Result<Option<String>, Refusal> {
        let Some(text) = self.text("environment")? else { return Ok(None) };
        match self.mapping.environments.canonical(&text) {
            Some(name) => Ok(Some(name.to_owned())),
            None => Err(Refusal::UnknownEnvironment(text)),
        }
    }

    /// How it ended, in the words that the log uses where it has one.
    pub(super) fn outcome(&self, field: &str) -> Result<Option<String>, Refusal> {
        Ok(self.text(field)?.map(|text| {
            let word = text.to_lowercase().replace([' ', '-'], "_");
            match word.as_str() {
                "success" | "successful" | "succeeded" | "passed" | "pass" | "ok" | "green" => "success".to_owned(),
                "failure" | "failed" | "fail" | "error" | "errored" | "red" | "timed_out" => "failure".to_owned(),
                "cancelled" | "canceled" | "aborted" => "cancelled".to_owned(),
                "rolledback" | "rolled_back" | "rollback" => "rolledback".to_owned(),
                _ => word,
            }
        }))
    }

    /// What the first rule of `classify` that matches says.
    pub(super) fn class(&self) -> Class {
        let fits = |(column, matches, _): &&(usize, Regex, Class)| {
            self.cells.get(*column).and_then(Option::as_deref).is_some_and(|text| matches.is_match(text))
        };
        self.mapping.classify.iter().find(fits).map(|(.., class)| class.clone()).unwrap_or_default()
    }
}
