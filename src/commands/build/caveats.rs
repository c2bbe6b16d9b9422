//! Caveats of all sources, summed, and those that only the whole study shows.

use std::collections::BTreeMap;

use polars::prelude::{ChunkCompareEq as _, DataFrame, PolarsResult};

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

/// Deployments that do not say where to, whatever told them.
pub(super) fn of_deployments(events: &DataFrame, caveats: &mut Vec<Caveat>) -> PolarsResult<()> {
    let is_deployment = events.column("activity")?.str()?.equal("service.deployed");
    let placeless = events.filter(&(is_deployment & events.column("environment")?.is_null()))?;
    let (sources, evidence) = (placeless.column("source")?.str()?, placeless.column("evidence")?.str()?);
    let mut by_source: BTreeMap<&str, (i64, &str)> = BTreeMap::new();
    for (source, evidence) in sources.iter().flatten().zip(evidence.iter().flatten()) {
        by_source.entry(source).or_insert((0, evidence)).0 += 1;
    }
    caveats.extend(by_source.into_iter().map(|(source, (count, example))| Caveat {
        kind: CaveatKind::MissingEnvironment.as_str().to_owned(),
        place: source.to_owned(),
        count,
        detail: "a rule of `classify` or of `[[paths]]` can say which".to_owned(),
        example: example.to_owned(),
    }));
    Ok(())
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

#[cfg(test)]
mod tests {
    use polars::prelude::df;

    use super::*;

    #[test]
    fn deployments_that_name_no_environment_are_counted_by_what_told_them() {
        let events = df! {
            "activity" => ["service.deployed", "service.deployed", "pipelinerun.finished", "service.deployed", "service.deployed"],
            "environment" => [None, Some("production"), None, None, None],
            "source" => ["api:ci", "api:ci", "api:ci", "file:d", "api:ci"],
            "evidence" => ["first", "second", "third", "fourth", "fifth"],
        };
        let mut found = Vec::new();
        of_deployments(&events.expect("columns"), &mut found).expect("counted");
        let found: Vec<_> = found.iter().map(|one| (one.place.as_str(), one.count, one.example.as_str())).collect();
        assert_eq!(found, [("api:ci", 2, "first"), ("file:d", 1, "fourth")]);
    }
}
