//! A tolerant value: what YAML, JSON and TOML files are read into. Duplicate keys and anchors are no error here.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle};

/// A value; a map keeps the order of the file, and duplicate keys keep the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Value {
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value below a dotted path.
    pub(super) fn at(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |value, key| value.get(key))
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// What was read, and how many keys stood twice.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) documents: Vec<Value>,
    pub(super) duplicates: u64,
}

/// Reads a file by its ending; `None` where it is broken.
pub(super) fn read(path: &str, bytes: &[u8]) -> Option<Parsed> {
    let ending = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let text = String::from_utf8_lossy(bytes);
    match ending.as_str() {
        "json" => {
            let value: serde_json::Value = serde_json::from_str(&text).ok()?;
            Some(Parsed { documents: vec![of_json(value)], duplicates: 0 })
        }
        "toml" => {
            let value: toml::Table = toml::from_str(&text).ok()?;
            Some(Parsed { documents: vec![of_toml(toml::Value::Table(value))], duplicates: 0 })
        }
        _ => yaml(&text).or_else(|| yaml(&repaired(&text))),
    }
}

/// What other parsers let pass: tabs for blanks, and a closing bracket that stands no deeper than its key.
fn repaired(text: &str) -> String {
    let mut repaired = String::with_capacity(text.len() + 64);
    for line in text.lines() {
        if matches!(line.trim(), "]" | "}" | "]," | "}," | "]]" | "}]") {
            repaired.push_str("                ");
        }
        repaired.push_str(&line.replace('\t', "  "));
        repaired.push('\n');
    }
    repaired
}

fn of_json(value: serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(of_json).collect()),
        serde_json::Value::Object(map) => {
            Value::Map(map.into_iter().map(|(key, value)| (key, of_json(value))).collect())
        }
        scalar => Value::Text(scalar.to_string()),
    }
}

fn of_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::Text(text),
        toml::Value::Array(items) => Value::List(items.into_iter().map(of_toml).collect()),
        toml::Value::Table(map) => Value::Map(map.into_iter().map(|(key, value)| (key, of_toml(value))).collect()),
        scalar => Value::Text(scalar.to_string()),
    }
}

enum Open {
    List(usize, Vec<Value>),
    Map(usize, Vec<(String, Value)>, Option<String>),
}

/// Reads every document of a stream.
fn yaml(text: &str) -> Option<Parsed> {
    let mut parsed = Parsed::default();
    let mut anchors: BTreeMap<usize, Value> = BTreeMap::new();
    let mut stack: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text.strip_prefix('\u{feff}').unwrap_or(text)) {
        let (event, _) = event.ok()?;
        let value = match event {
            Event::SequenceStart(anchor, _) => {
                stack.push(Open::List(anchor, Vec::new()));
                continue;
            }
            Event::MappingStart(anchor, _) => {
                stack.push(Open::Map(anchor, Vec::new(), None));
                continue;
            }
            Event::Scalar(text, style, anchor, _) => {
                let value = scalar(&text, style);
                if anchor > 0 {
                    anchors.insert(anchor, value.clone());
                }
                value
            }
            Event::Alias(anchor) => anchors.get(&anchor).cloned().unwrap_or(Value::Null),
            Event::SequenceEnd | Event::MappingEnd => {
                let (anchor, value) = match stack.pop()? {
                    Open::List(anchor, items) => (anchor, Value::List(items)),
                    Open::Map(anchor, entries, _) => (anchor, Value::Map(entries)),
                };
                if anchor > 0 {
                    anchors.insert(anchor, value.clone());
                }
                value
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                continue;
            }
        };
        match stack.last_mut() {
            None => parsed.documents.push(value),
            Some(Open::List(_, items)) => items.push(value),
            Some(Open::Map(_, entries, key)) => match key.take() {
                None => *key = Some(key_of(value)),
                Some(name) => parsed.duplicates += put(entries, name, value),
            },
        }
    }
    Some(parsed)
}

/// Puts an entry into a map and counts what it replaced; `<<` brings in what is not there yet.
fn put(entries: &mut Vec<(String, Value)>, name: String, value: Value) -> u64 {
    if name == "<<" {
        let maps = match value {
            Value::List(maps) => maps,
            one => vec![one],
        };
        for (name, value) in maps.into_iter().flat_map(|map| if let Value::Map(map) = map { map } else { Vec::new() }) {
            if !entries.iter().any(|(known, _)| *known == name) {
                entries.push((name, value));
            }
        }
        return 0;
    }
    if let Some(entry) = entries.iter_mut().find(|(known, _)| *known == name) {
        entry.1 = value;
        return 1;
    }
    entries.push((name, value));
    0
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::Text(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "True" | "TRUE" => Value::Text("true".to_owned()),
        "False" | "FALSE" => Value::Text("false".to_owned()),
        plain => Value::Text(plain.to_owned()),
    }
}

fn key_of(value: Value) -> String {
    match value {
        Value::Text(text) => text,
        Value::Null => "null".to_owned(),
        Value::List(_) | Value::Map(_) => "?".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Value {
        read("a.yaml", text.as_bytes()).expect("readable").documents.remove(0)
    }

    #[test]
    fn duplicate_anchors_and_keys_are_read_and_the_last_counts() {
        let parsed = read("a.yaml", b"a: &x 1\nb: &x 2\nc: *x\na: 3\n").expect("readable");
        assert_eq!(parsed.duplicates, 1);
        assert_eq!(parsed.documents[0].at("c"), Some(&Value::Text("2".to_owned())));
        assert_eq!(parsed.documents[0].at("a"), Some(&Value::Text("3".to_owned())));
    }

    #[test]
    fn false_is_an_answer_and_an_empty_value_is_none() {
        let value = one("a: false\nb:\nc: ''\nd: 'no'\n");
        assert_eq!(value.get("a").and_then(Value::text), Some("false"));
        assert_eq!(value.get("b"), Some(&Value::Null));
        assert_eq!(value.get("c").and_then(Value::text), Some(""));
    }

    #[test]
    fn documents_tabs_and_merge_keys_are_read() {
        assert_eq!(read("a.yml", b"a: 1\n---\nb: 2\n").expect("readable").documents.len(), 2);
        assert_eq!(one("a:\n\tb: 1\n").at("a.b").and_then(Value::text), Some("1"));
        assert_eq!(one("a:\n  b: [\n    x\n  ]\n\n  c: 1\n").at("a.c").and_then(Value::text), Some("1"));
        let merged = one("base: &base\n  a: 1\n  b: 2\nc:\n  <<: *base\n  b: 3\n");
        assert_eq!(merged.at("c.b").and_then(Value::text), Some("3"));
        assert_eq!(merged.at("c.a").and_then(Value::text), Some("1"));
    }

    #[test]
    fn json_and_toml_are_read_and_broken_files_are_not() {
        assert_eq!(
            read("a.json", b"{\"a\": [1]}").expect("readable").documents[0].get("a"),
            Some(&Value::List(vec![Value::Text("1".to_owned())]))
        );
        assert_eq!(
            read("a.toml", b"[a]\nb = true").expect("readable").documents[0].at("a.b").and_then(Value::text),
            Some("true")
        );
        assert!(read("a.yaml", b"a: [1, 2\nb: }").is_none());
    }
}
