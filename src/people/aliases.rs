//! `people.toml`: who is whom, who is a bot, who is in which team. Private; never quoted in an error.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono_tz::Tz;
use serde::Deserialize;
use toml::Spanned;

use super::keys::fold;
use super::{PeopleError, private};
use crate::config::instant_of;
use crate::log::{Micros, Signature};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPeopleFile {
    #[serde(default)]
    person: Vec<Spanned<WrittenPerson>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPerson {
    #[serde(default)]
    emails: Vec<String>,
    #[serde(default)]
    handles: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    kind: WrittenKind,
    #[serde(default)]
    teams: Vec<Spanned<WrittenStay>>,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum WrittenKind {
    #[default]
    Human,
    Bot,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStay {
    team: String,
    from: Option<toml::value::Datetime>,
    to: Option<toml::value::Datetime>,
}

/// What the file declares.
#[derive(Default)]
pub(super) struct Aliases {
    pub(super) persons: Vec<Person>,
}

/// One `[[person]]`.
pub(super) struct Person {
    pub(super) entries: Vec<Entry>,
    pub(super) teams: Vec<Stay>,
    is_bot: bool,
}

/// A stretch in a team.
pub(super) struct Stay {
    pub(super) team: String,
    pub(super) from_us: Micros,
    pub(super) to_us: Option<Micros>,
    pub(super) line: usize,
}

/// One thing that a person is called. A one-word name counts as a handle: whoever is listed under it is meant.
pub(super) enum Entry {
    Email(String),
    Handle(String),
    Name(String),
}

impl Entry {
    pub(super) fn signature(&self) -> Signature<'_> {
        match self {
            Self::Email(text) => Signature { email: Some(text), ..Signature::default() },
            Self::Handle(text) => Signature { handle: Some(text), ..Signature::default() },
            Self::Name(text) => Signature { name: Some(text), ..Signature::default() },
        }
    }

    /// Kind and normalised text.
    pub(super) fn label(&self) -> String {
        match self {
            Self::Email(text) => format!("email {text}"),
            Self::Handle(text) => format!("handle {text}"),
            Self::Name(text) => format!("name {text}"),
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Email(text) | Self::Handle(text) | Self::Name(text) => text,
        }
    }
}

impl Aliases {
    /// Reads the file; none is an empty one.
    pub(super) fn load(path: &Path, zone: Tz) -> Result<Self, PeopleError> {
        let Some(text) = private::read(path)? else { return Ok(Self::default()) };
        Self::parse(path, &text, zone)
    }

    /// Reads the file of a published sample, whose people never were: a checkout cannot keep it its owner's alone.
    pub(super) fn load_published(path: &Path, zone: Tz) -> Result<Self, PeopleError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(path, &text, zone),
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(why) => Err(PeopleError::Unusable { path: path.to_owned(), why }),
        }
    }

    fn parse(path: &Path, text: &str, zone: Tz) -> Result<Self, PeopleError> {
        let wrong = |offset: usize, message: String| {
            let (line, column) = place_of(text, offset);
            PeopleError::Malformed { path: path.to_owned(), line, column, message }
        };
        let written: WrittenPeopleFile = toml::from_str(text)
            .map_err(|error| wrong(error.span().map_or(0, |span| span.start), without_values(error.message())))?;
        let mut owners: BTreeMap<String, usize> = BTreeMap::new();
        let mut persons = Vec::new();
        for person in written.person {
            let offset = person.span().start;
            let (line, _) = place_of(text, offset);
            let person = person.into_inner();
            let entries = entries_of(&person);
            if entries.is_empty() {
                return Err(wrong(
                    offset,
                    "a `[[person]]` needs at least one of `emails`, `handles`, `names`".to_owned(),
                ));
            }
            for entry in &entries {
                if let Some(earlier) = owners.insert(entry.label(), line).filter(|earlier| *earlier != line) {
                    let message =
                        format!("this person and the one of line {earlier} share an e-mail, a handle or a name");
                    return Err(wrong(offset, message));
                }
            }
            let stays =
                person.teams.iter().map(|stay| resolve_stay(stay, zone, text).map_err(|(at, why)| wrong(at, why)));
            let teams = stays.collect::<Result<_, _>>()?;
            persons.push(Person { entries, teams, is_bot: person.kind == WrittenKind::Bot });
        }
        Ok(Self { persons })
    }

    /// What bots are called here.
    pub(super) fn bots(&self) -> BTreeSet<String> {
        let bots = self.persons.iter().filter(|person| person.is_bot);
        bots.flat_map(|person| &person.entries).map(|entry| entry.text().to_owned()).collect()
    }
}

fn entries_of(person: &WrittenPerson) -> Vec<Entry> {
    let emails = person.emails.iter().map(|text| Entry::Email(text.trim().to_lowercase()));
    let handles = person.handles.iter().map(|text| Entry::Handle(text.trim().trim_start_matches('@').to_lowercase()));
    let names = person
        .names
        .iter()
        .map(|text| fold(text))
        .map(|name| if name.contains(' ') { Entry::Name(name) } else { Entry::Handle(name) });
    emails.chain(handles).chain(names).filter(|entry| !entry.text().is_empty()).collect()
}

fn resolve_stay(written: &Spanned<WrittenStay>, zone: Tz, text: &str) -> Result<Stay, (usize, String)> {
    let offset = written.span().start;
    let stay = written.get_ref();
    let instant = |field: &str, at: &Option<toml::value::Datetime>| match at {
        None => Ok(None),
        Some(at) => instant_of(at, zone).map(Some).ok_or_else(|| (offset, format!("`{field}` is not a date"))),
    };
    let from_us = instant("from", &stay.from)?.unwrap_or(Micros::MIN);
    let to_us = instant("to", &stay.to)?;
    if to_us.is_some_and(|to| to <= from_us) {
        return Err((offset, "`to` must come after `from`".to_owned()));
    }
    if stay.team.trim().is_empty() {
        return Err((offset, "`team` is empty".to_owned()));
    }
    Ok(Stay { team: stay.team.trim().to_owned(), from_us, to_us, line: place_of(text, offset).0 })
}

fn place_of(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let column = before.chars().rev().take_while(|letter| *letter != '\n').count() + 1;
    (before.matches('\n').count() + 1, column)
}

/// A message of the TOML reader without the values that it quotes; unknown keys stay, unless they are an address.
fn without_values(message: &str) -> String {
    let mut shown = String::new();
    for (place, part) in message.trim().replace('\n', " ").split('"').enumerate() {
        shown.push_str(match (place % 2, place) {
            (1, _) => "\"…\"",
            _ => part,
        });
    }
    let mut parts: Vec<&str> = shown.split('`').collect();
    for part in parts.iter_mut().skip(1).step_by(2) {
        if part.contains('@') || part.contains(' ') {
            *part = "…";
        }
    }
    parts.join("`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Aliases, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.toml");
        private_file(&path, text);
        Aliases::load(&path, Tz::Europe__London)
            .map_err(|error| error.to_string().replace(&folder.path().display().to_string(), ""))
    }

    fn private_file(path: &Path, text: &str) {
        use std::io::Write as _;
        let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap()).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.persist(path).unwrap();
    }

    #[test]
    fn no_file_is_an_empty_one() {
        assert!(Aliases::load(Path::new("no/such/people.toml"), Tz::UTC).is_ok_and(|file| file.persons.is_empty()));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_refused_unread() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.toml");
        private_file(&path, "this is no TOML");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = Aliases::load(&path, Tz::UTC).err().unwrap();
        assert!(matches!(error, PeopleError::Exposed { mode: 0o644, .. }), "{error}");
    }

    #[test]
    fn an_unknown_key_is_named_with_line_and_column() {
        let error = read("[[person]]\nemails = [\"jane@acme.test\"]\nhandels = [\"jane\"]\n").err().unwrap();
        assert!(error.starts_with("/people.toml:3:1: unknown field `handels`"), "{error}");
    }

    #[test]
    fn no_error_shows_what_a_person_is_called() {
        for text in [
            "[[person]]\nemails = \"jane@acme.test\"\n",
            "[[person]]\n\"jane@acme.test\" = 1\n",
            "[[person]]\nkind = \"jane@acme.test\"\n",
            "[[person]]\nemails = [\"jane@acme.test\"\nx",
            "[[person]]\nemails = [\"jane@acme.test\"]\n[[person]]\nemails = [\"JANE@acme.test \"]\n",
            "[[person]]\nnames = [\"Jane Doe\"]\nteams = [{ team = \"x\", from = \"jane@acme.test\" }]\n",
        ] {
            let error = read(text).err().unwrap();
            assert!(!error.to_lowercase().contains("jane"), "{error}");
            assert!(error.starts_with("/people.toml:"), "{error}");
        }
    }

    #[test]
    fn teams_have_dates_in_the_zone_of_the_study() {
        let file = read("[[person]]\nnames = [\"Jane Doe\"]\n[[person.teams]]\nteam = \"a\"\nto = 2024-07-01\n[[person.teams]]\nteam = \"b\"\nfrom = 2024-07-01\n").ok().unwrap();
        let teams = &file.persons[0].teams;
        assert_eq!((teams[0].from_us, teams[0].to_us), (i64::MIN, Some(1_719_788_400_000_000)));
        assert_eq!((teams[1].from_us, teams[1].to_us), (1_719_788_400_000_000, None));
        let error =
            read("[[person]]\nhandles = [\"j\"]\nteams = [{ team = \"a\", from = 2024-02-01, to = 2024-01-01 }]");
        assert!(error.err().unwrap().contains("`to` must come after `from`"));
    }

    #[test]
    fn a_person_without_a_name_is_refused() {
        assert!(read("[[person]]\nemails = []\n").err().unwrap().contains("needs at least one"));
    }
}
