//! Which words of a ticket name a service. A word that names nothing known is not kept: it may be a person's.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::CommandError;
use crate::config::Settings;
use crate::log::{Caveat, CaveatKind, Facts, Object, ObjectId, ObjectType, qualifier};
use crate::store::{Segments, StoreError, rows, segment_table};

/// Every component id that the study file, a repository, or one of these file units knows.
pub(super) fn stored(
    settings: &Settings,
    segments: &Segments,
    file_units: &[String],
) -> Result<BTreeSet<String>, CommandError> {
    let component = |name: &str| String::from(ObjectId::new(ObjectType::Component, name));
    let mut known: BTreeSet<String> =
        settings.repositories.iter().filter_map(|repository| repository.subject.as_deref()).map(component).collect();
    known.extend(settings.aliases.iter().flat_map(|(alias, name)| [component(alias), component(name)]));
    let counts = |unit: &str| unit.starts_with("git:") || file_units.iter().any(|known| known == unit);
    let folders: Vec<_> =
        segments.folders_by_unit()?.into_iter().filter(|(unit, _)| counts(unit)).map(|(_, folder)| folder).collect();
    known.extend(of_segments(&folders)?);
    Ok(known)
}

/// Every component id that segments hold.
pub(super) fn of_segments(folders: &[PathBuf]) -> Result<Vec<String>, StoreError> {
    let objects = rows::<Object>(&segment_table::<Object>(folders)?)?;
    let components = objects.into_iter().filter(|object| object.object_type == ObjectType::Component.as_str());
    Ok(components.map(|object| object.object_id).collect())
}

/// Every component id that a file has a column for.
pub(super) fn of_facts(facts: &Facts) -> impl Iterator<Item = String> {
    let components = facts.objects.iter().filter(|object| object.object_type == ObjectType::Component.as_str());
    components.map(|object| object.object_id.clone())
}

/// Takes out mentions of components that nothing else knows, and counts them without their names.
pub(super) fn drop_unknown_mentions(facts: &mut Facts, known: &BTreeSet<String>, unit: &str) {
    let prefix = String::from(ObjectId::new(ObjectType::Component, ""));
    let before = facts.object_links.len();
    facts.object_links.retain(|link| {
        link.qualifier != qualifier::MENTIONS || !link.to_id.starts_with(&prefix) || known.contains(&link.to_id)
    });
    let dropped = before - facts.object_links.len();
    if dropped > 0 {
        facts.caveats.push(Caveat {
            kind: CaveatKind::UnknownName.as_str().to_owned(),
            place: unit.to_owned(),
            count: i64::try_from(dropped).unwrap_or(i64::MAX),
            detail: "words that might name a service but match none that is known; they were not kept".to_owned(),
            example: unit.to_owned(),
        });
    }
}
