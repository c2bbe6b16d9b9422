//! Where a registry's names are in a file: `apps[].name`, `repos.*`, `a.b[].c`.

use super::yaml::Value;

/// A compiled `names-at`.
#[derive(Debug)]
pub(super) struct NamesAt(Vec<Part>);

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Key(String),
    Each,
    Keys,
}

impl NamesAt {
    pub(super) fn compile(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        for word in text.split('.') {
            let (key, lists) = match word.find("[]") {
                Some(at) => (&word[..at], word[at..].len() / 2),
                None => (word, 0),
            };
            if word.is_empty() || key.contains(['[', ']']) || word[key.len()..] != "[]".repeat(lists) {
                return Err(format!("`names-at = \"{text}\"` is not like `apps[].name`, `repos.*` or `a.b[].c`"));
            }
            match key {
                "" => {}
                "*" => parts.push(Part::Keys),
                key => parts.push(Part::Key(key.to_owned())),
            }
            parts.extend((0..lists).map(|_| Part::Each));
        }
        Ok(Self(parts))
    }

    /// The names in a file, in its order.
    pub(super) fn names(&self, documents: &[Value]) -> Vec<String> {
        let mut names = Vec::new();
        for document in documents {
            collect(&self.0, document, &mut names);
        }
        names
    }
}

fn collect(parts: &[Part], value: &Value, names: &mut Vec<String>) {
    let Some((part, rest)) = parts.split_first() else {
        match value {
            Value::Text(name) if !name.is_empty() => names.push(name.clone()),
            // `apps` without `[]` on a plain list means its items.
            Value::List(items) => items.iter().filter_map(Value::text).for_each(|name| names.push(name.to_owned())),
            _ => {}
        }
        return;
    };
    match (part, value) {
        (Part::Key(key), value) => {
            if let Some(inside) = value.get(key) {
                collect(rest, inside, names);
            }
        }
        // A star at the end names the keys; before the end it goes into each of them.
        (Part::Keys, Value::Map(entries)) if rest.is_empty() => {
            names.extend(entries.iter().map(|(key, _)| key.clone()));
        }
        (Part::Keys | Part::Each, Value::Map(entries)) => {
            for (_, inside) in entries {
                collect(rest, inside, names);
            }
        }
        (Part::Keys | Part::Each, Value::List(items)) => {
            for item in items {
                collect(rest, item, names);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::yaml::read;
    use super::*;

    fn names(at: &str, text: &str) -> Vec<String> {
        let parsed = read("a.yaml", text.as_bytes()).expect("readable");
        NamesAt::compile(at).expect("a place").names(&parsed.documents)
    }

    #[test]
    fn lists_keys_and_nested_places_are_found() {
        assert_eq!(names("apps[].name", "apps:\n- name: a\n- name: b\n  x: 1\n- other: c\n"), ["a", "b"]);
        assert_eq!(names("repos.*", "repos:\n  a:\n    x: 1\n  b: {}\n"), ["a", "b"]);
        assert_eq!(names("a.b[].c", "a:\n  b:\n  - c: x\n"), ["x"]);
        assert_eq!(names("[].name", "- name: a\n- name: b\n"), ["a", "b"]);
        assert_eq!(names("*.name", "k:\n  name: a\n"), ["a"]);
    }

    #[test]
    fn a_place_that_is_none_is_refused() {
        assert!(NamesAt::compile("a[0].b").is_err());
        assert!(NamesAt::compile("a..b").is_err());
    }
}
