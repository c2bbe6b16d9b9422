//! Caveats of all sources, summed, and those that only the whole study shows.

use std::collections::BTreeMap;

use crate::config::Settings;
use crate::log::{Caveat, CaveatKind};
use crate::people::People;

/// A rule that is read in many repositories matched nothing only if it matched in none of them; then one row says so.
pub(super) fn of_rules(settings: &Settings, caveats: &mut Vec<Caveat>) {
    let silent = CaveatKind::RuleMatchedNothing.as_str();
    let mut by_rule: BTreeMap<String, Vec<Caveat>> = BTreeMap::new();
    caveats.retain(|caveat| {
        let Some((_, rule)) = caveat.place.rsplit_once(':').filter(|_| caveat.kind == silent) else { return true };
        by_rule.entry(rule.to_owned()).or_default().push(caveat.clone());
        false
    });
    for (rule, mut rows) in by_rule {
        rows.sort_by(|a, b| a.place.cmp(&b.place));
        rows.dedup_by(|a, b| a.place == b.place);
        let asked = repositories_asked(settings, &rule);
        if rows.len() < asked {
            continue;
        }
        let mut whole = rows.swap_remove(0);
        if asked > 1 {
            whole.detail = format!("in none of {asked} repositories; in `{}`, {}", whole.place, whole.detail);
            whole.place = format!("git:{rule}");
        }
        caveats.push(whole);
    }
}

/// In how many repositories a rule is read.
fn repositories_asked(settings: &Settings, rule: &str) -> usize {
    let glob = settings
        .path_rules
        .iter()
        .map(|path| (&path.id, path.repository.as_deref(), true))
        .chain(settings.registries.iter().map(|registry| (&registry.id, Some(registry.repository.as_str()), true)))
        .chain(settings.catalogs.iter().map(|catalog| (&catalog.id, catalog.repository.as_deref(), false)))
        .find(|(id, _, _)| *id == rule);
    let Some((_, glob, services_only)) = glob else { return 1 };
    let matcher = glob.and_then(|glob| globset::Glob::new(glob).ok()).map(|glob| glob.compile_matcher());
    let asks = |repository: &&crate::config::Repository| match &matcher {
        Some(matcher) => matcher.is_match(&repository.name),
        None => !services_only || repository.subject.is_some(),
    };
    settings.repositories.iter().filter(asks).count().max(1)
}

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
