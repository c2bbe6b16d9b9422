//! Trees of a script: a tree with some paths changed.

use std::collections::BTreeMap;

use gix::ObjectId;
use gix::objs::Kind;

use super::ScriptError;
use super::pack::Objects;

const FOLDER: &str = "40000";
const FILE: &str = "100644";

/// Writes the tree that `before` becomes; folders that end up empty go away.
pub(super) fn edit(
    objects: &mut Objects,
    before: Option<ObjectId>,
    changes: &BTreeMap<String, Option<ObjectId>>,
) -> Result<ObjectId, ScriptError> {
    let changes: Vec<(&str, Option<ObjectId>)> = changes.iter().map(|(path, blob)| (path.as_str(), *blob)).collect();
    let id = edit_folder(objects, before, &changes)?;
    Ok(id.unwrap_or_else(|| objects.put(Kind::Tree, Vec::new())))
}

/// `changes` are sorted by path, so that those of one folder stand together.
fn edit_folder(
    objects: &mut Objects,
    before: Option<ObjectId>,
    changes: &[(&str, Option<ObjectId>)],
) -> Result<Option<ObjectId>, ScriptError> {
    let mut entries = before.map(|before| entries_of(objects, before)).transpose()?.unwrap_or_default();
    let mut folders: BTreeMap<&str, Vec<(&str, Option<ObjectId>)>> = BTreeMap::new();
    for (path, blob) in changes {
        match (path.split_once('/'), blob) {
            (Some((folder, rest)), _) => folders.entry(folder).or_default().push((rest, *blob)),
            (None, Some(blob)) => {
                entries.insert((*path).to_owned(), (FILE.to_owned(), *blob));
            }
            (None, None) => {
                entries.remove(*path);
            }
        }
    }
    for (folder, inside) in folders {
        let old = entries.get(folder).filter(|(mode, _)| mode == FOLDER).map(|(_, id)| *id);
        match edit_folder(objects, old, &inside)? {
            Some(id) => entries.insert(folder.to_owned(), (FOLDER.to_owned(), id)),
            None => entries.remove(folder),
        };
    }
    if entries.is_empty() {
        return Ok(None);
    }
    // Git sorts a folder as if its name ended in a slash.
    let mut sorted: Vec<_> = entries.iter().collect();
    sorted.sort_by_cached_key(
        |(name, (mode, _))| {
            if mode == FOLDER { format!("{name}/").into_bytes() } else { name.as_bytes().to_vec() }
        },
    );
    let mut bytes = Vec::new();
    for (name, (mode, id)) in sorted {
        bytes.extend_from_slice(format!("{mode} {name}\0").as_bytes());
        bytes.extend_from_slice(id.as_slice());
    }
    Ok(Some(objects.put(Kind::Tree, bytes)))
}

fn entries_of(objects: &Objects, tree: ObjectId) -> Result<BTreeMap<String, (String, ObjectId)>, ScriptError> {
    let broken = |why: &str| ScriptError::Object { id: tree, why: why.to_owned() };
    let mut entries = BTreeMap::new();
    let mut rest = objects.get(tree).ok_or_else(|| broken("it is not of this script"))?;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == 0).ok_or_else(|| broken("it is no tree"))?;
        let head = std::str::from_utf8(&rest[..end]).map_err(|_| broken("a name is not UTF-8"))?;
        let (mode, name) = head.split_once(' ').ok_or_else(|| broken("it is no tree"))?;
        let id = rest.get(end + 1..end + 21).ok_or_else(|| broken("it ends early"))?;
        entries.insert(name.to_owned(), (mode.to_owned(), ObjectId::from_bytes_or_panic(id)));
        rest = &rest[end + 21..];
    }
    Ok(entries)
}
