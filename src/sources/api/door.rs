//! The door: what of an answer may be stored. Everything that no allow-list names is dropped here, before the archive.
//!
//! People become identities, texts become what they refer to, and the rules of the study file are asked while the texts
//! are still there. A word of a text that may name a component is kept as a keyed hash: it may as well be a person's, and
//! only a component that becomes known later finds it again.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value, json};

use super::kept::{at, scalar};
use super::stream::{Face, Keep, Stream};
use crate::config::written::PersonAs;
use crate::config::{Api, Classes, Environments};
use crate::log::{Identity, Register, Signature};
use crate::sources::text::{Names, mentions, references, signature, words_for};
use crate::sources::told::{Class, Rule};

/// The door of one API.
pub(super) struct Door<'a> {
    /// Each with the column that it looks at.
    rules: Vec<(String, Rule)>,
    environments: Environments,
    known: &'a BTreeSet<String>,
    /// Words that may mean a person of the record at the door, in lower case. Not of others: what is stored of a record
    /// must not depend on which came before it.
    persons: HashSet<String>,
}

impl<'a> Door<'a> {
    /// The door of an API; else which rule of it cannot be meant. `known`: names of components and repositories.
    pub(super) fn new(api: &Api, known: &'a BTreeSet<String>) -> Result<Self, String> {
        Self::by(&api.classify, known)
    }

    /// A door by these rules.
    pub(super) fn by(classify: &Classes, known: &'a BTreeSet<String>) -> Result<Self, String> {
        let mut rules = Vec::new();
        let environments = classify.environments().clone();
        for rule in classify.rules() {
            rules.push((rule.column.clone(), Rule::new(rule, &environments)?));
        }
        Ok(Self { rules, environments, known, persons: HashSet::new() })
    }

    /// What may be stored of a record.
    pub(super) fn pass(&mut self, keep: &[Keep], raw: &Value, people: &mut dyn Register) -> Value {
        let mut kept = Value::Object(Map::new());
        self.persons.clear();
        // Whoever the record names first, so that no text of it takes them for a component.
        for entry in keep {
            if let Keep::Who(path, face) = entry {
                copy(raw, &mut kept, path, &mut |value| Some(self.who(value, *face, people)));
            }
        }
        for entry in keep {
            match entry {
                Keep::As(path) => copy(raw, &mut kept, path, &mut |value| plain(value)),
                Keep::Text(path, rule) => copy(raw, &mut kept, path, &mut |value| self.text(value, rule, people)),
                Keep::Who(..) => {}
            }
        }
        if let Some(of) = raw.get("_of") {
            kept["_of"] = of.clone();
        }
        if let Some(Class { category, activity, environment }) = self.class(raw) {
            kept["_class"] = json!({"category": category, "activity": activity, "environment": environment});
        }
        kept
    }

    /// What the first rule that matches says.
    fn class(&self, raw: &Value) -> Option<Class> {
        let by = |(path, rule): &(String, Rule)| {
            values(raw, path).iter().find_map(|text| rule.class(text, &self.environments))
        };
        self.rules.iter().find_map(by)
    }

    fn who(&mut self, value: &Value, face: Face, people: &mut dyn Register) -> Value {
        let identity = match value {
            Value::String(text) => signature(text, PersonAs::Auto).and_then(|who| self.meet(who, people)),
            Value::Object(_) => {
                let field = |path: &str| if path.is_empty() { None } else { at(value, path).and_then(scalar) };
                let is_bot = [value.get("type"), value.get("__typename")].contains(&Some(&json!("Bot")));
                let (name, email) = (field(face.name), field(face.email));
                // GraphQL says `dependabot` of a `Bot` where REST says `dependabot[bot]`.
                let handle = field(face.handle).map(|handle| {
                    let mark = if is_bot && !handle.contains("[bot]") { "[bot]" } else { "" };
                    format!("{}{handle}{mark}", face.prefix)
                });
                let who = Signature { name: name.as_deref(), email: email.as_deref(), handle: handle.as_deref() };
                self.meet(who, people)
            }
            _ => None,
        };
        identity.map_or(Value::Null, |who| json!({"id": who.id, "bot": who.is_bot}))
    }

    fn meet(&mut self, who: Signature<'_>, people: &mut dyn Register) -> Option<Identity> {
        self.persons.extend(words_for(who));
        people.identity(who)
    }

    fn text(&self, value: &Value, rule: &'static str, people: &dyn Register) -> Option<Value> {
        let text = scalar(value)?;
        let end = text.char_indices().map(|(place, _)| place).take_while(|place| *place <= 65_536).last().unwrap_or(0);
        let text = if text.len() > 65_536 { &text[..end] } else { &text };
        let found = references(text, rule, &Names { known: self.known, persons: &self.persons });
        let words: Vec<Value> = found
            .components
            .iter()
            .map(|(name, (confidence, rule))| json!([people.word(name), rule, confidence]))
            .collect();
        let tickets: BTreeSet<String> = mentions(text.as_bytes(), None)
            .into_iter()
            // Whose `#12` is shows when the record is told.
            .filter_map(|mention| mention.ticket("", self.known))
            .collect();
        let mut kept = Map::new();
        for (name, list) in [("words", json!(words)), ("changes", json!(found.changes)), ("tickets", json!(tickets))] {
            if list.as_array().is_some_and(|list| !list.is_empty()) {
                kept.insert(name.to_owned(), list);
            }
        }
        (!kept.is_empty()).then_some(Value::Object(kept))
    }
}

/// A scalar as it is; what looks like an address, and what no name is as long as, is not kept.
pub(in crate::sources) fn plain(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) if text.len() > 1_000 || is_address(text) => None,
        Value::String(_) | Value::Number(_) | Value::Bool(_) => Some(value.clone()),
        Value::Null => Some(Value::Null),
        _ => None,
    }
}

/// Whether a text holds an e-mail address.
fn is_address(text: &str) -> bool {
    text.split(|letter: char| letter.is_whitespace() || "<>,;()\"".contains(letter)).any(|word| {
        word.split_once('@').is_some_and(|(local, host)| !local.is_empty() && host.contains('.') && !host.contains('/'))
    })
}

/// Copies what stands at a path of `raw` to the same path of `kept`, member by member below `[]`.
fn copy(raw: &Value, kept: &mut Value, path: &str, make: &mut dyn FnMut(&Value) -> Option<Value>) {
    let (part, rest) = path.split_once('.').map_or((path, None), |(part, rest)| (part, Some(rest)));
    let (name, is_list) = part.strip_suffix("[]").map_or((part, false), |name| (name, true));
    let Some(found) = raw.get(name) else { return };
    if is_list {
        let Some(members) = found.as_array() else { return };
        let slot = &mut kept[name];
        if !slot.is_array() {
            *slot = json!([]);
        }
        for (place, member) in members.iter().enumerate() {
            let list = slot.as_array_mut().expect("it was made a list");
            if list.len() <= place {
                list.push(if rest.is_some() { json!({}) } else { Value::Null });
            }
            match rest {
                Some(rest) => copy(member, &mut list[place], rest, make),
                None => list[place] = make(member).unwrap_or(Value::Null),
            }
        }
        return;
    }
    match rest {
        Some(rest) if found.is_object() => {
            let slot = &mut kept[name];
            if !slot.is_object() {
                *slot = json!({});
            }
            copy(found, slot, rest, make);
        }
        Some(_) => {}
        None => {
            if let Some(value) = make(found) {
                kept[name] = value;
            }
        }
    }
}

/// Every scalar at a path, for the rules of the study file; lists are looked through without being written so.
fn values(raw: &Value, path: &str) -> Vec<String> {
    let mut found = vec![raw];
    for part in path.split('.').map(|part| part.trim_end_matches("[]")) {
        found = found
            .into_iter()
            .flat_map(|value| match value {
                Value::Array(members) => members.iter().collect(),
                one => vec![one],
            })
            .filter_map(|value| value.get(part))
            .collect();
    }
    let flat = found.into_iter().flat_map(|value| match value {
        Value::Array(members) => members.iter().collect(),
        one => vec![one],
    });
    flat.filter_map(scalar).collect()
}

/// Counts up whenever the same allow-lists and rules let something else through than before (how a text is read, what a person
/// is known by): a list of fields does not show that.
const VERSION: u32 = 1;

/// What shapes the records of a stream at the door, for the archive to tell when they were let in by other rules.
pub(super) fn shape(streams: &[Stream], classify: &Classes, known: &BTreeSet<String>) -> String {
    let keeps: Vec<String> = streams.iter().map(|stream| format!("{}{:?}", stream.name, stream.keep)).collect();
    format!("{VERSION}{keeps:?}{}{known:?}", classify.shape())
}
