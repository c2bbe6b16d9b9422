//! What an entry of the catalog is called in the log. A name is unique in its namespace only.
//!
//! In: an entry's whole reference, and its name as it is written. Out: the name, and where several namespaces hold it, the
//! namespace before it. What stands in the namespace `default` always keeps its name.

use super::words::Ref;
use crate::sources::api::kept::Scene;

/// The namespace of whatever names none.
const USUAL: &str = "default";

/// What the log calls an entry; `whole`: its reference, in lower case.
pub(super) fn called(scene: &Scene<'_>, whole: &str, name: &str) -> String {
    let entry = Ref::read(whole, "").filter(|entry| entry.namespace != USUAL && is_elsewhere(scene, entry));
    entry.map_or_else(|| name.to_owned(), |entry| format!("{}/{name}", entry.namespace))
}

/// Whether another namespace holds an entry of this kind and name, or held one: what an entry is called does not change when
/// the other goes away.
fn is_elsewhere(scene: &Scene<'_>, entry: &Ref) -> bool {
    let entries = scene.fields("entities", "key", "key");
    let head = format!("{}:", entry.kind);
    let mut from = head.clone();
    while let Some((key, _)) = entries.range(from.clone()..).next() {
        let Some((namespace, _)) = key.strip_prefix(&head).and_then(|rest| rest.split_once('/')) else { break };
        if namespace != entry.namespace && entries.contains_key(&format!("{head}{namespace}/{}", entry.name)) {
            return true;
        }
        // The next namespace: a nought comes right after a slash.
        from = format!("{head}{namespace}0");
    }
    false
}
