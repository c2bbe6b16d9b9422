//! Reading what the archive holds: a record past the door, and what stands around it.

use std::collections::HashMap;
use std::rc::Rc;

use chrono::DateTime;
use serde_json::Value;

use super::around::{Around, Fields, Found};
use crate::config::{Api, Settings};
use crate::log::{Identity, Micros};
use crate::sources::told::{Class, Mentions, Place};

/// Why a record makes no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is bad: the field, and why.
    Bad(&'static str, &'static str),
    /// It is about an environment that the study does not list.
    Environment(String),
    /// It is right and tells nothing (yet); why.
    Nothing(&'static str),
}

/// A stored record.
#[derive(Clone, Debug)]
pub(super) struct Kept<'a> {
    /// Its key.
    pub(super) key: &'a str,
    /// What it was listed for, as [`Kept::path`] of that; empty: nothing.
    pub(super) scope: &'a str,
    /// Since when this version is known, where the system keeps no history.
    pub(super) since_us: Option<Micros>,
    /// When a whole listing no longer held it.
    pub(super) gone_us: Option<Micros>,
    /// Its fields.
    pub(super) value: &'a Value,
    /// What stands before and after it.
    pub(super) history: History<'a>,
}

/// Where a version stands among those of its record. Only [`super::facts`] knows; elsewhere it is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct History<'a> {
    /// The version before it.
    pub(super) before: Option<&'a Value>,
    /// Whether the record was not there just before: no version was, or the last was gone.
    pub(super) is_new: bool,
    /// Since when another version stands in its place.
    pub(super) until_us: Option<Micros>,
    /// When its scope was first read to its end: what was there by then may be much older.
    pub(super) whole_us: Option<Micros>,
}

/// The value at a dotted path; an empty text is none.
pub(super) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let mut found = value;
    for part in path.split('.') {
        found = match found {
            Value::Object(fields) => fields.get(part)?,
            Value::Array(members) => members.get(part.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    match found {
        Value::Null => None,
        Value::String(text) if text.trim().is_empty() => None,
        found => Some(found),
    }
}

/// The text of a scalar.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(known) => Some(known.to_string()),
        _ => None,
    }
}

/// An instant as systems write it: RFC 3339, with or without a colon in the offset or a `T`; without an offset it is UTC.
/// Numbers are milliseconds since the epoch, as Jenkins and Jira write them, or seconds where they would lie before 1973.
pub(super) fn instant(value: &Value) -> Option<Micros> {
    if let Some(number) = value.as_i64() {
        return if number.abs() < 100_000_000_000 { number.checked_mul(1_000_000) } else { number.checked_mul(1_000) };
    }
    let text = value.as_str()?.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.timestamp_micros());
    }
    for form in ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f %z"] {
        if let Ok(at) = DateTime::parse_from_str(text, form) {
            return Some(at.timestamp_micros());
        }
    }
    for form in ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"] {
        if let Ok(at) = chrono::NaiveDateTime::parse_from_str(text.trim_end_matches(" UTC"), form) {
            return Some(at.and_utc().timestamp_micros());
        }
    }
    None
}

impl<'a> Kept<'a> {
    /// Scope and key: what the records that are listed for it have as their scope.
    pub(super) fn path(&self) -> String {
        if self.scope.is_empty() { self.key.to_owned() } else { format!("{}/{}", self.scope, self.key) }
    }

    /// A field at a dotted path.
    pub(super) fn get(&self, path: &str) -> Option<&'a Value> {
        at(self.value, path)
    }

    /// The text of a field, also of a number or truth value.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        self.get(path).and_then(scalar)
    }

    /// The text of a field that the record cannot do without.
    pub(super) fn need(&self, path: &'static str) -> Result<String, Refusal> {
        self.text(path).ok_or(Refusal::Bad(path, "missing"))
    }

    /// A whole number.
    pub(super) fn int(&self, path: &str) -> Option<i64> {
        let value = self.get(path)?;
        value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
    }

    /// A number of a change or issue that the record cannot do without.
    pub(super) fn need_number(&self, path: &'static str) -> Result<u64, Refusal> {
        self.int(path).and_then(|number| u64::try_from(number).ok()).ok_or(Refusal::Bad(path, "not a number"))
    }

    /// A truth value.
    pub(super) fn flag(&self, path: &str) -> Option<bool> {
        self.get(path)?.as_bool()
    }

    /// An instant; absent where the field is, refused where it holds none.
    pub(super) fn time(&self, path: &'static str) -> Result<Option<Micros>, Refusal> {
        self.get(path).map(|value| instant(value).ok_or(Refusal::Bad(path, "not a time"))).transpose()
    }

    /// An instant that the record cannot do without.
    pub(super) fn need_time(&self, path: &'static str) -> Result<Micros, Refusal> {
        self.time(path)?.ok_or(Refusal::Bad(path, "missing"))
    }

    /// Whoever a field of the allow-list's `Who` holds.
    pub(super) fn who(&self, path: &str) -> Option<Identity> {
        let value = self.get(path)?;
        Some(Identity { id: value.get("id")?.as_str()?.to_owned(), is_bot: value.get("bot")?.as_bool()? })
    }

    /// The members of a list.
    pub(super) fn list(&self, path: &str) -> impl Iterator<Item = Kept<'a>> + use<'a> {
        let members = self.get(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let of = self.clone();
        members.iter().map(move |value| Kept { value, history: History::default(), ..of.clone() })
    }

    /// The texts of a list of texts.
    pub(super) fn texts(&self, path: &str) -> Vec<String> {
        let members = self.get(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        members.iter().filter_map(scalar).collect()
    }

    /// What the rules of the study file made of it.
    pub(super) fn class(&self) -> Class {
        let said = |word: &str| self.text(&format!("_class.{word}"));
        Class { category: said("category"), activity: said("activity"), environment: said("environment") }
    }
}

/// What stands around a record when it tells.
pub(super) struct Scene<'a> {
    /// The API.
    pub(super) api: &'a Api,
    /// The study.
    pub(super) settings: &'a Settings,
    /// Where the record stands.
    pub(super) place: &'a Place,
    /// The streams that it hangs below, nearest first, each with its record.
    pub(super) above: Vec<(&'static str, Kept<'a>)>,
    /// Keyed hash → component, for words that texts held.
    pub(super) words: &'a HashMap<String, String>,
    /// Records of this API that this one may refer to.
    pub(super) around: &'a Around<'a>,
}

impl<'a> Scene<'a> {
    /// The record of a stream that this one hangs below.
    pub(super) fn above(&self, stream: &str) -> Option<&Kept<'a>> {
        self.above.iter().find(|(name, _)| *name == stream).map(|(_, kept)| kept)
    }

    /// The record of a stream of this API by its path (the latest version).
    pub(super) fn other(&self, stream: &str, path: &str) -> Option<&'a Value> {
        self.around.find(stream, path).map(|found| found.kept().value)
    }

    /// As [`Scene::other`], where the system still lists it.
    pub(super) fn standing(&self, stream: &str, path: &str) -> Option<&'a Value> {
        self.around.find(stream, path).map(Found::kept).filter(|found| found.gone_us.is_none()).map(|found| found.value)
    }

    /// Records of a stream that are listed for a scope, by the latest version and in the order of their keys; of these, what a
    /// key begins with: a text that ends in a slash, or nothing.
    pub(super) fn below(&self, stream: &str, scope: &str, head: &str) -> impl Iterator<Item = Kept<'a>> + use<'a> {
        self.around.below(stream, scope, head).iter().map(Found::kept)
    }

    /// Of every record of a stream: what one field holds → what another does.
    pub(super) fn fields(&self, stream: &'static str, from: &str, to: &str) -> Rc<Fields> {
        self.around.fields(stream, from, to)
    }

    /// How the log calls a repository that its host calls by this full name: as the study file does, else by that name.
    pub(super) fn repository(&self, full_name: &str) -> String {
        self.settings.repository_called(full_name)
    }

    /// The canonical name of an environment.
    pub(super) fn environment(&self, name: &str) -> Result<String, Refusal> {
        environment(self.settings, name)
    }

    /// What the texts of these fields refer to. `home`: the repository that `#12` is of.
    pub(super) fn mentions(&self, kept: &Kept<'_>, fields: &[&str], home: Option<&str>) -> Mentions {
        mentions(self.words, kept, fields, home)
    }
}

/// As [`Scene::environment`].
pub(super) fn environment(settings: &Settings, name: &str) -> Result<String, Refusal> {
    let known = settings.environments.canonical(name);
    known.map(str::to_owned).ok_or_else(|| Refusal::Environment(name.to_owned()))
}

/// As [`Scene::mentions`]; `words`: keyed hash → component.
pub(super) fn mentions(
    words: &HashMap<String, String>,
    kept: &Kept<'_>,
    fields: &[&str],
    home: Option<&str>,
) -> Mentions {
    let mut mentions = Mentions::default();
    for field in fields {
        let Some(value) = kept.get(field) else { continue };
        let texts = match value {
            Value::Array(members) => members.iter().collect(),
            one => vec![one],
        };
        for text in texts {
            mention(words, text, home, &mut mentions);
        }
    }
    mentions.components.sort();
    mentions.components.dedup_by(|later, earlier| later.0 == earlier.0);
    mentions
}

fn mention(known: &HashMap<String, String>, text: &Value, home: Option<&str>, mentions: &mut Mentions) {
    let list = |name: &str| text.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for word in list("words") {
        let (Some(hash), Some(rule), Some(confidence)) =
            (word.get(0).and_then(Value::as_str), word.get(1).and_then(Value::as_str), word.get(2))
        else {
            continue;
        };
        if let (Some(name), Some(confidence)) = (known.get(hash), confidence.as_i64()) {
            mentions.components.push((name.clone(), rule.to_owned(), confidence));
        }
    }
    mentions.changes.extend(list("changes").iter().filter_map(scalar));
    mentions.tickets.extend(list("tickets").iter().filter_map(scalar).filter_map(
        |ticket| match ticket.strip_prefix('#') {
            Some(number) => home.map(|home| format!("{home}#{number}")),
            None => Some(ticket),
        },
    ));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_read_as_each_system_writes_them() {
        for text in [
            "2022-06-13T15:35:54Z",
            "2022-06-13T15:35:54.000+0000",
            "2022-06-13T17:35:54.000+02:00",
            "2022-06-13 15:35:54",
            "2022-06-13 15:35:54 UTC",
            "2022-06-13T15:35:54",
        ] {
            assert_eq!(instant(&json!(text)), Some(1_655_134_554_000_000), "{text}");
        }
        assert_eq!(instant(&json!(1_655_134_554_000_i64)), Some(1_655_134_554_000_000));
        assert_eq!(instant(&json!(1_655_134_554_i64)), Some(1_655_134_554_000_000));
        for bad in [json!("yesterday"), json!(""), json!({}), json!(i64::MAX)] {
            assert_eq!(instant(&bad), None, "{bad}");
        }
    }
}
