//! Caveats of all sources, summed, and those that only the whole study shows.

use std::collections::BTreeMap;

use crate::config::Settings;
use crate::log::{Caveat, CaveatKind};
use crate::people::People;

/// One row for each kind, place and detail; the first example stands for all.
pub(super) fn summed(caveats: Vec<Caveat>) -> Vec<Caveat> {
    let mut whole: BTreeMap<(String, String, String), Caveat> = BTreeMap::new();
    for caveat in caveats {
        whole
            .entry((caveat.kind.clone(), caveat.place.clone(), caveat.detail.clone()))
            .and_modify(|known| {
                known.count += caveat.count;
                known.example = known.example.clone().min(caveat.example.clone());
            })
            .or_insert(caveat);
    }
    whole.into_values().collect()
}

/// What is missing from the study as a whole.
pub(super) fn of_study(settings: &Settings, people: &People, has_teams: bool, caveats: &mut Vec<Caveat>) {
    let humans = people.persons.iter().filter(|person| person.kind == "human").count();
    if !has_teams && humans > 0 {
        caveats.push(Caveat {
            kind: CaveatKind::UnknownTeam.as_str().to_owned(),
            place: "study".to_owned(),
            count: i64::try_from(humans).unwrap_or(i64::MAX),
            detail: "no source gives memberships: handoffs are told between people only, and no team is compared"
                .to_owned(),
            example: settings.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        });
    }
}
