//! From the file to [`Settings`].

use std::fs;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;

use super::settings::Plan;
use super::settings::{DAY_US, instant_of};
use super::written::{RepositoryRole, StudyFile, WrittenComparison, WrittenJourney, WrittenPlan, WrittenTeam};
use super::{Api, Calendar, Comparison, ConfigError, Environments, Receiver, Repository, Settings, Team, journeys};
use crate::log::Micros;

/// What the command line says instead of the study file.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--git-root`.
    pub git_root: Option<PathBuf>,
    /// `--data`.
    pub data: Option<PathBuf>,
    /// `--as-of`.
    pub as_of_us: Option<Micros>,
}

/// Reads and resolves a study file.
///
/// # Errors
/// Where the file cannot be read, is not TOML, has an unknown key, or holds a value that cannot be meant.
pub fn load(file: &Path, overrides: &Overrides) -> Result<Settings, ConfigError> {
    let text = fs::read_to_string(file).map_err(|why| ConfigError::Unreadable { path: file.to_owned(), why })?;
    let written: StudyFile = toml::from_str(&text).map_err(|error| malformed(file, &text, &error))?;
    resolve(file, &text, written, overrides)
}

fn malformed(file: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    let start = error.span().map_or(0, |span| span.start);
    let before = &text[..start.min(text.len())];
    ConfigError::Malformed {
        path: file.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before.chars().rev().take_while(|letter| *letter != '\n').count() + 1,
        message: error.message().trim().replace('\n', " "),
    }
}

fn resolve(file: &Path, text: &str, written: StudyFile, overrides: &Overrides) -> Result<Settings, ConfigError> {
    let invalid = |field: &str, message: String| ConfigError::Invalid {
        path: file.to_owned(),
        line: line_of(text, field),
        field: field.to_owned(),
        message,
    };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    let zone = match &written.study.zone {
        None => Tz::UTC,
        Some(name) => name
            .parse()
            .map_err(|_| invalid("study.zone", format!("`{name}` is not an IANA zone such as `Europe/London`")))?,
    };
    let as_of = written.study.as_of.as_ref().map(|at| {
        let wrong = || invalid("study.as-of", format!("`{at}` is not a date or an RFC 3339 time"));
        instant_of(at, Tz::UTC).ok_or_else(wrong)
    });
    let as_of_us = as_of.transpose()?;
    let environments =
        Environments::resolve(&written.environments).map_err(|(field, message)| invalid(field, message))?;
    let calendar = Calendar::resolve(&written.calendar).map_err(|(field, message)| invalid(field, message))?;
    let git_root = overrides.git_root.clone().or_else(|| written.study.git_root.as_ref().map(|root| folder.join(root)));
    let comparison = written
        .comparison
        .as_ref()
        .map(|comparison| resolve_comparison(comparison, zone))
        .transpose()
        .map_err(|(field, message)| invalid(field, message))?;

    let apis =
        written.apis.iter().map(|api| Api::resolve(api, &folder, zone, &environments)).collect::<Result<Vec<_>, _>>();
    let apis = apis.map_err(|(field, message)| invalid(field, message))?;
    let receivers = written
        .receivers
        .iter()
        .map(|one| Receiver::resolve(one, &folder, &apis, &environments))
        .collect::<Result<_, _>>();
    let receivers = receivers.map_err(|(field, message)| invalid(field, message))?;
    let teams =
        resolve_teams(&written, comparison.as_ref(), zone).map_err(|message| invalid("teams.start", message))?;

    let plan = resolve_plan(&written.plan, &folder, zone).map_err(|(field, message)| invalid(field, message))?;

    let settings = Settings {
        journeys: resolve_journeys(&written, &environments).map_err(|(id, message)| ConfigError::Invalid {
            path: file.to_owned(),
            line: line_of(text, &id),
            field: format!("journeys.{id}"),
            message,
        })?,
        repositories: written
            .repositories
            .iter()
            .map(|repository| Repository {
                name: repository.name.clone(),
                role: repository.role,
                candidates: candidates(&folder, git_root.as_deref(), &repository.name, repository.path.as_deref()),
                branch: repository.branch.clone(),
                pin: repository.pin.clone(),
                subject: (repository.role == RepositoryRole::Service)
                    .then(|| repository.subject.clone().unwrap_or_else(|| repository.name.clone())),
                tags: repository.tags.clone(),
                remote: repository.remote.clone(),
            })
            .collect(),
        name: written.study.name,
        file: file.to_owned(),
        data: overrides.data.clone().unwrap_or_else(|| folder.join(".milepost")),
        folder,
        as_of_us: overrides.as_of_us.or(as_of_us),
        zone,
        calendar,
        environments,
        limits: written.limits,
        bots: written.people.bots,
        public_pseudonym_key: written.study.public_pseudonym_key,
        path_rules: written.paths,
        registries: written.registries,
        catalogs: written.catalogs,
        coverage: written.coverage,
        aliases: written.aliases,
        apis,
        receivers,
        files: written.files,
        teams,
        comparison,
        plan,
    };
    check(&settings).map_err(|(field, message)| ConfigError::Invalid {
        path: file.to_owned(),
        line: line_of(text, &message),
        field,
        message,
    })?;
    Ok(settings)
}

fn resolve_teams(written: &StudyFile, comparison: Option<&Comparison>, zone: Tz) -> Result<Vec<Team>, String> {
    let resolve = |team: &WrittenTeam| {
        let own = team.start.as_ref();
        let own = own.map(|at| instant_of(at, zone).ok_or_else(|| format!("`{at}` is not a date"))).transpose()?;
        let start_us = own.or(comparison.map(|comparison| comparison.start_us));
        Ok(Team { name: team.name.clone(), arm: team.arm, start_us })
    };
    written.teams.iter().map(resolve).collect()
}

fn candidates(folder: &Path, root: Option<&Path>, name: &str, own: Option<&str>) -> Vec<PathBuf> {
    if let Some(own) = own {
        return vec![folder.join(own)];
    }
    let root = root.unwrap_or(folder);
    vec![root.join(name), root.join(format!("{name}.git"))]
}

fn resolve_plan(written: &WrittenPlan, folder: &Path, zone: Tz) -> Result<Plan, (&'static str, String)> {
    if !(written.power > 0.0 && written.power < 1.0) {
        return Err(("plan.power", format!("{} is not between 0 and 1", written.power)));
    }
    if let Some(wrong) = written.extend_at.filter(|at| !at.is_finite() || *at == 0.0 || *at <= -100.0) {
        return Err((
            "plan.extend-at",
            format!("{wrong} is no change in percent that could be hoped for, such as -20.0"),
        ));
    }
    let mut other_changes = Vec::new();
    for change in &written.other_changes {
        let wrong = || ("plan.other-changes", format!("`{}` is not a date", change.at));
        other_changes.push((instant_of(&change.at, zone).ok_or_else(wrong)?, change.what.clone()));
    }
    other_changes.sort();
    Ok(Plan {
        file: folder.join(&written.file),
        power: written.power,
        extend_at: written.extend_at,
        exclusions: written.exclusions.clone(),
        other_changes,
    })
}

fn resolve_comparison(written: &WrittenComparison, zone: Tz) -> Result<Comparison, (&'static str, String)> {
    let start_us = instant_of(&written.start, zone)
        .ok_or_else(|| ("comparison.start", format!("`{}` is not a date", written.start)))?;
    if !(written.alpha > 0.0 && written.alpha < 0.5) {
        return Err(("comparison.alpha", format!("{} is not between 0 and 0.5", written.alpha)));
    }
    for (field, days) in [
        ("comparison.before-days", written.before_days),
        ("comparison.after-days", written.after_days),
        ("comparison.tau-days", written.tau_days),
    ] {
        if days == 0 {
            return Err((field, "must be at least one day".to_owned()));
        }
    }
    Ok(Comparison {
        start_us,
        before_us: i64::from(written.before_days) * DAY_US,
        washout_us: i64::from(written.washout_days) * DAY_US,
        after_us: i64::from(written.after_days) * DAY_US,
        tau_us: i64::from(written.tau_days) * DAY_US,
        primary: written.primary.clone(),
        pilot_teams_are: written.pilot_teams_are,
        load_moved: written.load_moved,
        alpha: written.alpha,
        seed: written.seed,
    })
}

fn resolve_journeys(written: &StudyFile, environments: &Environments) -> Result<Vec<super::Journey>, (String, String)> {
    let shipped = journeys::shipped();
    let wanted = written.study.use_journeys.clone().unwrap_or_else(|| vec!["create-service".to_owned()]);
    let ids: Vec<&str> = written.journeys.iter().map(|journey| journey.id.as_str()).collect();
    let uses: Vec<&str> = wanted.iter().map(String::as_str).collect();
    if let Some(id) = twice(&ids).or_else(|| twice(&uses)) {
        return Err((id.to_owned(), STANDS_TWICE.to_owned()));
    }
    let mut chosen: Vec<&WrittenJourney> = Vec::new();
    for id in &wanted {
        let own = written.journeys.iter().find(|journey| journey.id == *id);
        let found = own.or_else(|| shipped.iter().find(|journey| journey.id == *id)).ok_or_else(|| {
            let known: Vec<_> = shipped.iter().map(|journey| journey.id.as_str()).collect();
            (id.clone(), format!("no such definition is written or shipped (shipped: {})", known.join(", ")))
        })?;
        chosen.push(found);
    }
    // A definition that the study file writes is in use without being named again.
    chosen.extend(written.journeys.iter().filter(|journey| !wanted.contains(&journey.id)));
    chosen
        .into_iter()
        .map(|journey| journeys::resolve(journey, environments).map_err(|message| (journey.id.clone(), message)))
        .collect()
}

const STANDS_TWICE: &str = "stands twice; every one needs a name of its own";

/// What git tells by itself ends its event ids so; a rule of that id would give two events one id.
const TOLD_WITHOUT_A_RULE: [&str; 4] = ["change.created", "change.merged", "commit.authored", "repository.created"];

/// The first name that an earlier one repeats.
fn twice<'a>(names: &[&'a str]) -> Option<&'a str> {
    names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)).map(|(_, name)| *name)
}

/// Ids that must be unique, and references that must lead somewhere.
fn check(settings: &Settings) -> Result<(), (String, String)> {
    let groups: [(&str, Vec<&str>); 6] = [
        ("apis", settings.apis.iter().map(|one| one.id.as_str()).collect()),
        ("receivers", settings.receivers.iter().map(|one| one.id.as_str()).collect()),
        ("receivers", settings.receivers.iter().map(|one| one.path.as_str()).collect()),
        ("repositories", settings.repositories.iter().map(|one| one.name.as_str()).collect()),
        ("files", settings.files.iter().map(|one| one.id.as_str()).collect()),
        ("teams", settings.teams.iter().map(|one| one.name.as_str()).collect()),
    ];
    for (group, names) in groups {
        if let Some(name) = twice(&names) {
            return Err((group.to_owned(), format!("`{name}` {STANDS_TWICE}")));
        }
    }
    check_rules(settings)?;
    for registry in &settings.registries {
        if registry.pattern.is_some() == registry.names_at.is_some() {
            let message = format!("`{}` needs either `pattern` or `names-at`", registry.id);
            return Err(("registries".to_owned(), message));
        }
    }
    Ok(())
}

/// Rules of all three kinds name events of the same commits, so their ids are one set.
fn check_rules(settings: &Settings) -> Result<(), (String, String)> {
    let paths = settings.path_rules.iter().map(|one| ("paths", one.id.as_str()));
    let registries = settings.registries.iter().map(|one| ("registries", one.id.as_str()));
    let catalogs = settings.catalogs.iter().map(|one| ("catalogs", one.id.as_str()));
    let rules: Vec<(&str, &str)> = paths.chain(registries).chain(catalogs).collect();
    for (place, (group, id)) in rules.iter().enumerate() {
        if rules[..place].iter().any(|(_, earlier)| earlier == id) {
            let message = format!("`{id}` {STANDS_TWICE}, over `paths`, `registries` and `catalogs` together");
            return Err(((*group).to_owned(), message));
        }
        if TOLD_WITHOUT_A_RULE.contains(id) || id.starts_with("tag:") {
            let message = format!("`{id}` is what git tells without a rule; give the rule another id");
            return Err(((*group).to_owned(), message));
        }
    }
    Ok(())
}

/// The line on which the last part of a dotted field, or a word in backticks, first stands. An aid, not a parser.
fn line_of(text: &str, field: &str) -> usize {
    let quoted = field.split('`').nth(1);
    let key = quoted.unwrap_or_else(|| field.rsplit('.').next().unwrap_or(field));
    text.lines().position(|line| line.contains(key)).map_or(1, |place| place + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(more: &str) -> Result<Settings, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("milepost.toml");
        fs::write(&file, format!("[study]\nname = \"s\"\n{more}")).expect("written");
        load(&file, &Overrides::default()).map_err(|error| error.to_string())
    }

    fn path_rule(id: &str) -> String {
        format!("[[paths]]\nid = \"{id}\"\npaths = [\"a/{{component}}\"]\nactivity = \"docs.added\"\n")
    }

    fn registry(id: &str) -> String {
        let rule = "repository = \"r\"\nfiles = [\"f\"]\nnames-at = \"a.*\"\nentered = \"repository.requested\"\n";
        format!("[[registries]]\nid = \"{id}\"\n{rule}")
    }

    fn catalog(id: &str) -> String {
        format!("[[catalogs]]\nid = \"{id}\"\nfiles = [\"c.yaml\"]\nformat = \"backstage\"\n")
    }

    fn refused(more: &str, words: &str) {
        let message = loaded(more).expect_err("refused");
        assert!(message.contains(words), "{message}");
    }

    #[test]
    fn ids_of_rules_are_one_set_since_events_are_named_after_them() {
        loaded(&[path_rule("a"), registry("b"), catalog("c")].concat()).expect("three ids");
        for both in [path_rule("a") + &path_rule("a"), path_rule("a") + &registry("a"), registry("a") + &catalog("a")] {
            refused(&both, "`a` stands twice");
        }
    }

    #[test]
    fn no_rule_takes_the_name_of_what_git_tells_by_itself() {
        for id in ["commit.authored", "change.merged", "change.created", "repository.created", "tag:v1"] {
            refused(&path_rule(id), "without a rule");
        }
    }

    #[test]
    fn a_definition_is_written_once_and_used_once() {
        let journey = "[[journeys]]\nid = \"own\"\nstart = { name = \"s\", activity = \"docs.added\" }\nfinish = { name = \"f\", activity = \"runbook.added\" }\n";
        assert_eq!(loaded(journey).expect("one").journeys.len(), 2);
        refused(&journey.repeat(2), "stands twice");
        refused("use-journeys = [\"create-service\", \"create-service\"]\n", "stands twice");
    }
}
