//! The entries of a catalog file: which object each describes, and its fields as text.

use std::collections::BTreeMap;

use super::yaml::Value;
use crate::config::written::{CatalogFormat, WrittenCatalog};
use crate::log::{ObjectId, ObjectType};

/// Object → field → value; a field without a value is absent.
pub(super) type Entries = BTreeMap<String, Fields>;

/// Field → value.
pub(super) type Fields = BTreeMap<String, String>;

/// Names in the log of what Backstage descriptors call otherwise.
const BACKSTAGE: &[(&str, &str)] = &[
    ("spec.owner", "owner"),
    ("spec.lifecycle", "lifecycle"),
    ("spec.system", "system"),
    ("spec.type", "type"),
    ("metadata.description", "description"),
    ("metadata.title", "title"),
    ("metadata.annotations.github.com/project-slug", "repository"),
    ("metadata.annotations.gitlab.com/project-slug", "repository"),
    ("metadata.annotations.backstage.io/techdocs-ref", "docs"),
    ("metadata.annotations.pagerduty.com/service-id", "on_call"),
    ("metadata.annotations.pagerduty.com/integration-key", "on_call"),
    ("metadata.annotations.opsgenie.com/team", "on_call"),
    ("metadata.annotations.grafana/dashboard-selector", "dashboard"),
    ("metadata.annotations.sentry.io/project-slug", "error_tracking"),
];

/// Reads the entries of a file; the second value counts entries that stand twice.
pub(super) fn read(catalog: &WrittenCatalog, documents: &[Value]) -> (Entries, u64) {
    let mut entries = Entries::new();
    let mut twice = 0;
    let mut put = |entry: Option<(String, Fields)>| {
        if let Some((object, fields)) = entry {
            twice += u64::from(entries.insert(object, fields).is_some());
        }
    };
    for document in documents {
        match catalog.format {
            CatalogFormat::Backstage => put(descriptor(catalog, document)),
            CatalogFormat::List => match catalog.list_at.as_deref().map_or(Some(document), |at| document.at(at)) {
                Some(Value::List(items)) => {
                    for item in items {
                        put(item_of(catalog, item, None));
                    }
                }
                Some(Value::Map(items)) => {
                    for (name, item) in items {
                        put(item_of(catalog, item, Some(name)));
                    }
                }
                _ => {}
            },
        }
    }
    (entries, twice)
}

fn item_of(catalog: &WrittenCatalog, item: &Value, name: Option<&str>) -> Option<(String, Fields)> {
    let flat = flat(item);
    let keys: Vec<&str> =
        if catalog.key.is_empty() { vec!["name"] } else { catalog.key.iter().map(String::as_str).collect() };
    let key = keys.iter().find_map(|key| flat.get(*key)).map(String::as_str).or(name)?;
    let object = ObjectId::new(ObjectType::Component, key).into();
    Some((object, renamed(catalog, &[], flat)))
}

fn descriptor(catalog: &WrittenCatalog, document: &Value) -> Option<(String, Fields)> {
    let flat = flat(document);
    let kind = flat.get("kind")?;
    let name = if catalog.key.is_empty() {
        flat.get("metadata.name")
    } else {
        catalog.key.iter().find_map(|key| flat.get(key))
    }?;
    let namespace = flat.get("metadata.namespace").map_or("default", String::as_str);
    let object = match kind.as_str() {
        "Component" => ObjectId::new(ObjectType::Component, name),
        "Group" => ObjectId::new(ObjectType::Team, name),
        "Template" => ObjectId::new(ObjectType::Template, name),
        // A user is a person, and persons leave this room only as identities.
        "User" => return None,
        kind => ObjectId::new(ObjectType::Catalog, &format!("{kind}/{namespace}/{name}")),
    };
    Some((object.into(), renamed(catalog, BACKSTAGE, flat)))
}

/// Gives fields their names in the log: what the study file says first, then what is known, then their own.
fn renamed(catalog: &WrittenCatalog, known: &[(&str, &str)], flat: Fields) -> Fields {
    let mut fields = Fields::new();
    for (name, own) in &catalog.fields {
        if let Some(value) = flat.get(own) {
            fields.insert(name.clone(), value.clone());
        }
    }
    for (own, value) in flat {
        if catalog.fields.values().any(|mapped| *mapped == own) {
            continue;
        }
        let name = known.iter().find(|(from, _)| *from == own).map_or(own.as_str(), |(_, to)| to).to_owned();
        fields.entry(name).or_insert(value);
    }
    for (name, value) in &mut fields {
        let declared = catalog.fields.contains_key(name)
            || TELLING.contains(&name.as_str())
            || catalog.owner.as_deref() == Some(name)
            || catalog.retired.as_ref().is_some_and(|retired| retired.field == *name);
        if may_hold_a_person(name, value, declared) {
            SET.clone_into(value);
        }
    }
    fields
}

/// What stands for a value that is there and is not kept.
const SET: &str = "(set)";

/// Fields whose text is a class or a team, not prose.
const TELLING: &[&str] = &["owner", "lifecycle", "system", "type", "kind"];

/// Parts of field names that say that people stand in the field.
const OF_PEOPLE: &[&str] =
    &["author", "contact", "email", "lead", "maintainer", "manager", "member", "people", "person", "user"];

/// Whether a value might name a person. Catalogs list members and contacts, and prose names anybody; what matters of such
/// a field is that it is filled in. Declared and telling fields keep their text unless it is plainly a person's.
fn may_hold_a_person(name: &str, value: &str, declared: bool) -> bool {
    let name = name.to_lowercase();
    let address = value.split(|letter: char| letter.is_whitespace() || letter == ',').any(|word| {
        word.starts_with("user:")
            || word.split_once('@').is_some_and(|(local, host)| !local.is_empty() && host.contains('.'))
    });
    let prose = value.contains(char::is_whitespace);
    address || (!declared && (prose || OF_PEOPLE.iter().any(|part| name.contains(part))))
}

fn flat(value: &Value) -> Fields {
    let mut fields = Fields::new();
    flatten(&mut fields, String::new(), value);
    fields
}

fn flatten(fields: &mut Fields, path: String, value: &Value) {
    match value {
        Value::Map(entries) => {
            for (key, inside) in entries {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                flatten(fields, path, inside);
            }
        }
        _ => {
            if let Some(text) = one_text(value) {
                fields.insert(path, text);
            }
        }
    }
}

/// A scalar as it is, a list joined; of a map in a list, its first value. Nothing and the empty string are no value.
fn one_text(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::Text(text) => text.trim().to_owned(),
        Value::List(items) => items.iter().filter_map(one_text).collect::<Vec<_>>().join(", "),
        Value::Map(entries) => entries.iter().find_map(|(_, value)| one_text(value))?,
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn catalog(format: CatalogFormat, key: &[&str], fields: &[(&str, &str)]) -> WrittenCatalog {
        WrittenCatalog {
            id: "c".to_owned(),
            repository: None,
            files: Vec::new(),
            format,
            list_at: None,
            key: key.iter().map(|key| (*key).to_owned()).collect(),
            fields: fields.iter().map(|(to, from)| ((*to).to_owned(), (*from).to_owned())).collect(),
            retired: None,
            owner: None,
        }
    }

    fn entries(catalog: &WrittenCatalog, text: &str) -> BTreeMap<String, Fields> {
        read(catalog, &super::super::yaml::read("a.yaml", text.as_bytes()).expect("readable").documents).0
    }

    #[test]
    fn the_first_key_that_is_present_names_an_entry_of_a_list() {
        let catalog = catalog(CatalogFormat::List, &["app_name", "repo_name"], &[("owner", "team")]);
        let found =
            entries(&catalog, "- repo_name: a\n  team: '#x'\n  url: false\n  dep: ''\n- app_name: b\n  repo_name: c\n");
        assert_eq!(found.keys().collect::<Vec<_>>(), ["component:a", "component:b"]);
        let fields = &found["component:a"];
        assert_eq!(fields.get("owner").map(String::as_str), Some("#x"));
        assert_eq!(fields.get("url").map(String::as_str), Some("false"));
        assert!(!fields.contains_key("dep") && !fields.contains_key("team"));
    }

    #[test]
    fn what_may_name_a_person_is_kept_as_set_only() {
        let catalog = catalog(CatalogFormat::List, &["repo_name"], &[("owner", "team"), ("kind", "type")]);
        let found = entries(
            &catalog,
            "- repo_name: a\n  team: user:default/jdoe\n  type: Publishing apps\n  description: Ask Jane Doe\n  maintainer: jdoe\n  \
             sentry_url: false\n  docs: TBD\n  page: jane.doe@example.org\n",
        );
        let fields = &found["component:a"];
        let of = |name: &str| fields.get(name).map(String::as_str);
        assert_eq!([of("owner"), of("description"), of("maintainer"), of("page")], [Some("(set)"); 4]);
        assert_eq!([of("kind"), of("sentry_url"), of("docs")], [Some("Publishing apps"), Some("false"), Some("TBD")]);
    }

    #[test]
    fn backstage_documents_of_every_kind_become_objects() {
        let catalog = catalog(CatalogFormat::Backstage, &[], &[]);
        let found = entries(
            &catalog,
            "kind: Component\nmetadata:\n  name: a\n  tags: [x, y]\nspec:\n  owner: group:default/t\n---\nkind: Group\nmetadata: {name: t}\n\
---\nkind: API\nmetadata: {name: p, namespace: n}\n---\nkind: User\nmetadata: {name: someone}\n",
        );
        assert_eq!(found.keys().collect::<Vec<_>>(), ["catalog:API/n/p", "component:a", "team:t"]);
        assert_eq!(found["component:a"].get("owner").map(String::as_str), Some("group:default/t"));
        assert_eq!(found["component:a"].get("metadata.tags").map(String::as_str), Some("(set)"));
    }
}
