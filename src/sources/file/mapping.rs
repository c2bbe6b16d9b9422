//! Cells become fields: which column a field is read from, and how its text is read.

use std::collections::{BTreeMap, HashMap, HashSet};

use regex::Regex;

use super::FileError;
use super::times::Clock;
use crate::config::written::{PersonAs, WrittenFile};
use crate::config::{Settings, nearest};
use crate::log::{Identity, Micros, Register, Signature};
use crate::sources::text::{signature, words_for};
use crate::sources::told::{Class, Rule, ended};

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

/// How the rows of one entry of the study file are read.
pub(super) struct Mapping<'a> {
    fields: BTreeMap<&'static str, Origin<'a>>,
    /// The columns that are read.
    pub(super) wanted: Vec<String>,
    needs: Vec<Need>,
    clock: Clock,
    person: PersonAs,
    nulls: &'a [String],
    only: Vec<(Vec<usize>, Regex)>,
    classify: Vec<(usize, Rule)>,
    settings: &'a Settings,
}

/// Columns of which a file must have at least one, and what needs them.
pub(super) struct Need {
    pub(super) columns: Vec<usize>,
    pub(super) whose: String,
}

struct Origin<'a> {
    columns: Vec<usize>,
    constant: Option<&'a str>,
    extract: Option<Regex>,
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
        let wrong = |field: &str, message: String| FileError::setting(file, field, message);
        let regex = |place: &str, pattern: &str| {
            Regex::new(pattern).map_err(|_| wrong(place, format!("`{pattern}` is not a regular expression")))
        };
        let zone = match &file.zone {
            None => settings.zone,
            Some(name) => name
                .parse()
                .map_err(|_| wrong("zone", format!("`{name}` is not an IANA zone such as `Europe/London`")))?,
        };
        let clock = Clock::new(file.time_format.as_deref(), zone).map_err(|message| wrong("time-format", message))?;
        check_names(file, known)?;
        let mut columns = Columns::default();
        let mut fields = BTreeMap::new();
        for field in known {
            let places = file.columns.get(field.name).map(|column| {
                let places = columns.want(column.names());
                if field.required || !column.may_lack() {
                    columns.need(&places, field.name);
                }
                places
            });
            let constant = file.constants.get(field.name).map(|text| text.trim()).filter(|text| !text.is_empty());
            if places.is_some() || constant.is_some() {
                let extract = file.extract.get(field.name).map(|pattern| regex("extract", pattern)).transpose()?;
                let values = file.values.get(field.name);
                fields.insert(field.name, Origin { columns: places.unwrap_or_default(), constant, extract, values });
            } else if field.required {
                return Err(wrong("columns", format!("`{}` must be given: {}", field.name, field.doc)));
            }
        }
        let given: Vec<&Origin<'_>> = one_of.iter().filter_map(|name| fields.get(name)).collect();
        if !one_of.is_empty() && given.is_empty() {
            return Err(wrong("columns", format!("one of `{}` must be given", one_of.join("`, `"))));
        }
        if !given.is_empty() && given.iter().all(|origin| origin.constant.is_none()) {
            let any: Vec<usize> = given.iter().flat_map(|origin| &origin.columns).copied().collect();
            columns.need(&any, &one_of.join("` or `"));
        }
        let mut only = Vec::new();
        for condition in &file.only {
            let places = columns.want(condition.column.names());
            columns.need(&places, "only");
            only.push((places, regex("only", &condition.matches)?));
        }
        let mut classify = Vec::new();
        for (place, rule) in file.classify.iter().enumerate() {
            let asked = Rule::new(rule, &settings.environments).map_err(|message| wrong("classify", message))?;
            let column = columns.want(std::slice::from_ref(&rule.column));
            if !file.rule_may_lack(place) {
                columns.need(&column, "classify");
            }
            classify.push((column[0], asked));
        }
        let Columns { wanted, needs } = columns;
        Ok(Self { fields, wanted, needs, clock, person: file.person, nulls: &file.nulls, only, classify, settings })
    }

    /// The columns that fields of a kind are read from, or of every other kind.
    pub(super) fn columns_of(&self, known: &[Field], kind: FieldKind, is: bool) -> Vec<usize> {
        let wanted = |field: &&Field| (field.kind == kind) == is;
        let mut places: Vec<usize> = known
            .iter()
            .filter(wanted)
            .filter_map(|field| self.fields.get(field.name))
            .flat_map(|origin| &origin.columns)
            .copied()
            .collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Whoever a cell of persons names.
    pub(super) fn identity(&self, text: &str, people: &mut dyn Register) -> Option<Identity> {
        signature(text, self.person).and_then(|who| people.identity(who))
    }

    /// What a file with these columns lacks, if anything.
    pub(super) fn lacks(&self, columns: &[String]) -> Option<&Need> {
        self.needs.iter().find(|need| !need.columns.iter().any(|place| columns.contains(&self.wanted[*place])))
    }

    /// Empties the cells that hold a word for nothing.
    pub(super) fn drop_nulls(&self, cells: &mut [Option<String>]) {
        if self.nulls.is_empty() {
            return;
        }
        for cell in cells {
            if cell.as_ref().is_some_and(|text| self.nulls.contains(text)) {
                *cell = None;
            }
        }
    }

    /// The column by which `only` leaves a row out, if it does.
    pub(super) fn leaves_out(&self, cells: &[Option<String>]) -> Option<&str> {
        let fails = |(places, matches): &&(Vec<usize>, Regex)| {
            let cell = places.iter().find_map(|place| cells.get(*place)?.as_deref());
            !cell.is_some_and(|text| matches.is_match(text))
        };
        self.only.iter().find(fails).map(|(places, _)| self.wanted[places[0]].as_str())
    }
}

/// Fields that the study file names must be fields of the stream.
fn check_names(file: &WrittenFile, known: &'static [Field]) -> Result<(), FileError> {
    let columns = file.columns.keys().map(|name| ("columns", name));
    let constants = file.constants.keys().map(|name| ("constants", name));
    let extract = file.extract.keys().map(|name| ("extract", name));
    let values = file.values.keys().map(|name| ("values", name));
    for (place, name) in columns.chain(constants).chain(extract).chain(values) {
        if !known.iter().any(|field| field.name == name) {
            let names: Vec<&str> = known.iter().map(|field| field.name).collect();
            let near = nearest(name, names.iter().copied());
            let near = near.first().map_or_else(String::new, |near| format!("; `{near}` is near"));
            let message = format!("`{name}` is no field of this stream{near} (its fields: {})", names.join(", "));
            return Err(FileError::setting(file, place, message));
        }
        if place == "constants" && file.columns.contains_key(name) {
            return Err(FileError::setting(file, place, format!("`{name}` has a column too; give one of the two")));
        }
    }
    Ok(())
}

/// The columns of an entry, each once, and which of them must be there.
#[derive(Default)]
struct Columns {
    wanted: Vec<String>,
    needs: Vec<Need>,
}

impl Columns {
    fn want(&mut self, names: &[String]) -> Vec<usize> {
        let place = |name: &String| {
            self.wanted.iter().position(|known| known == name).unwrap_or_else(|| {
                self.wanted.push(name.clone());
                self.wanted.len() - 1
            })
        };
        names.iter().map(place).collect()
    }

    fn need(&mut self, columns: &[usize], whose: &str) {
        self.needs.push(Need { columns: columns.to_vec(), whose: whose.to_owned() });
    }
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
    /// What the rules of `classify` gave it at the door, where the cells are no longer those that they looked at.
    pub(super) given: Option<Class>,
}

/// What a pattern reads of a cell: the first of its groups that takes part.
fn part<'t>(pattern: &Regex, text: &'t str) -> Option<&'t str> {
    let groups = pattern.captures(text)?;
    let found = groups.iter().skip(1).flatten().next()?.as_str().trim();
    (!found.is_empty()).then_some(found)
}

/// Longer names are no names, and would be copied into many rows.
const LONGEST_NAME: usize = 1_000;

impl<'r> Row<'r, '_> {
    fn raw(&self, field: &str) -> Option<&'r str> {
        let origin = self.mapping.fields.get(field)?;
        let cells = self.cells;
        let mut said = origin.columns.iter().filter_map(|column| cells.get(*column)?.as_deref());
        let text = match &origin.extract {
            None => said.next(),
            Some(pattern) => said.find_map(|text| part(pattern, text)),
        };
        let Some(text) = text else { return origin.constant };
        Some(origin.values.and_then(|values| values.get(text)).map_or(text, String::as_str))
    }

    /// Whether the study file gives a field at all.
    pub(super) fn is_given(&self, field: &str) -> bool {
        self.mapping.fields.contains_key(field)
    }

    /// A refusal of the row for a field.
    pub(super) fn bad(&self, field: &str, reason: impl Into<String>) -> Refusal {
        let column = self.mapping.fields.get(field).and_then(|origin| origin.columns.first());
        let column = column.map_or(field, |column| self.mapping.wanted[*column].as_str());
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

    /// An environment by its canonical name; where the row names none, the one that a rule of `classify` found.
    pub(super) fn environment(&self, class: &Class) -> Result<Option<String>, Refusal> {
        let Some(text) = self.text("environment")?.or_else(|| class.environment.clone()) else { return Ok(None) };
        match self.mapping.settings.environments.canonical(&text) {
            Some(name) => Ok(Some(name.to_owned())),
            None => Err(Refusal::UnknownEnvironment(text)),
        }
    }

    /// A repository by the name that the log has for it: as the study file calls it, else as it stands.
    pub(super) fn repository(&self) -> Result<Option<String>, Refusal> {
        let Some(text) = self.text("repository")? else { return Ok(None) };
        Ok(Some(self.mapping.settings.repository_called(&text)))
    }

    /// The repository and the number of a change.
    pub(super) fn change(&self) -> Result<(String, u64), Refusal> {
        let repository = self.repository()?.ok_or_else(|| self.bad("repository", "empty, but required"))?;
        let number = self.int("number")?.ok_or_else(|| self.bad("number", "empty, but required"))?;
        let number = u64::try_from(number).ok().filter(|number| *number > 0);
        Ok((repository, number.ok_or_else(|| self.bad("number", "not the number of a change"))?))
    }

    /// How it ended, in the words that the log uses where it has one.
    pub(super) fn outcome(&self, field: &str) -> Result<Option<String>, Refusal> {
        Ok(self.text(field)?.as_deref().map(ended))
    }

    /// What the first rule of `classify` that matches says.
    pub(super) fn class(&self) -> Class {
        if let Some(class) = &self.given {
            return class.clone();
        }
        let by = |(column, rule): &(usize, Rule)| {
            rule.class(self.cells.get(*column)?.as_deref()?, &self.mapping.settings.environments)
        };
        self.mapping.classify.iter().find_map(by).unwrap_or_default()
    }
}
