//! What the study file means: the one value that later rooms read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::{NaiveDate, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::written::{
    ApiKind, Arm, Choice, RepositoryRole, WrittenBot, WrittenCatalog, WrittenCoverage, WrittenFile, WrittenLimits,
    WrittenPathRule, WrittenRegistry,
};
use super::{Api, Calendar, Environments, Journey, Receiver};
use crate::log::Micros;

/// A study, resolved. Paths are absolute, dates are instants, environments have one name.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The title of reports.
    pub name: String,
    /// The study file.
    pub file: PathBuf,
    /// The folder that holds it; `people.toml` lies there too.
    pub folder: PathBuf,
    /// Where milepost keeps its data: `.milepost/` in the folder, or `--data`.
    pub data: PathBuf,
    /// The instant to look from, if the study file or the command line says one.
    pub as_of_us: Option<Micros>,
    /// The zone of the calendar and of local times.
    pub zone: Tz,
    /// Working days and hours.
    pub calendar: Calendar,
    /// The environments.
    pub environments: Environments,
    /// Thresholds.
    pub limits: WrittenLimits,
    /// Rules that make bots, beside the known ones.
    pub bots: Vec<WrittenBot>,
    /// A fixed key for pseudonyms (published samples only).
    pub public_pseudonym_key: Option<String>,
    /// Git repositories in the order of the file.
    pub repositories: Vec<Repository>,
    /// What paths mean.
    pub path_rules: Vec<WrittenPathRule>,
    /// Files that hold sets of names.
    pub registries: Vec<WrittenRegistry>,
    /// Files that describe services.
    pub catalogs: Vec<WrittenCatalog>,
    /// What a complete catalog entry holds.
    pub coverage: WrittenCoverage,
    /// Declared names: alias → component.
    pub aliases: BTreeMap<String, String>,
    /// Systems that are asked over the network, in the order of the study file.
    pub apis: Vec<Api>,
    /// Systems that send of themselves, in the order of the study file.
    pub receivers: Vec<Receiver>,
    /// Exported files in the order of the study file.
    pub files: Vec<WrittenFile>,
    /// Journey definitions in use.
    pub journeys: Vec<Journey>,
    /// Teams in the order of the file.
    pub teams: Vec<Team>,
    /// How before and after are compared, if they are.
    pub comparison: Option<Comparison>,
    /// What an analysis plan fixes beside.
    pub plan: Plan,
}

/// What an analysis plan fixes beside the comparison.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The file that it is written to.
    pub file: PathBuf,
    /// The power that the smallest effect is told for.
    pub power: f64,
    /// The change in percent, or points, from which on the pilot is worth extending.
    pub extend_at: Option<f64>,
    /// What is left out, in words.
    pub exclusions: Vec<String>,
    /// What else changed: since when, and what.
    pub other_changes: Vec<(Micros, String)>,
}

impl Settings {
    /// Where the study file names something, as `FILE:LINE`, for messages; the file alone where it no longer does.
    pub fn place_naming(&self, name: &str) -> String {
        let quoted = [format!("\"{name}\""), format!("'{name}'")];
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        let line = text.lines().position(|line| quoted.iter().any(|quoted| line.contains(quoted)));
        let file = self.file.display();
        line.map_or_else(|| file.to_string(), |line| format!("{file}:{}", line + 1))
    }
}

/// A git repository of the study.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Its name.
    pub name: String,
    /// Service or platform.
    pub role: RepositoryRole,
    /// Folders to look in, in this order; the first that exists is it.
    pub candidates: Vec<PathBuf>,
    /// The branch that counts, if not what `HEAD` points to.
    pub branch: Option<String>,
    /// A commit to read instead of the branch's tip.
    pub pin: Option<String>,
    /// The component that it holds (services only).
    pub subject: Option<String>,
    /// Which tags are releases, as a glob.
    pub tags: Option<String>,
    /// Its full name on its host (`acme/shop`), if the study file says one.
    pub remote: Option<String>,
}

impl Settings {
    /// Names that texts may use without a sign that they are names: repositories, components and their aliases. What holds a
    /// slash says whose repositories are: full names (`acme/shop`), and owners (`acme/`) whose every one is read.
    pub fn names_in_texts(&self) -> BTreeSet<String> {
        let repositories = self.repositories.iter().flat_map(|one| [Some(&one.name), one.subject.as_ref()]).flatten();
        let remotes = self.repositories.iter().filter_map(|one| one.remote.as_ref());
        let aliases = self.aliases.iter().flat_map(|(alias, component)| [alias, component]);
        let mut names: BTreeSet<String> = repositories.chain(remotes).chain(aliases).cloned().collect();
        let holds_repositories =
            |api: &&Api| matches!(api.kind, ApiKind::GitHub | ApiKind::GitLab | ApiKind::AzureDevops);
        for api in self.apis.iter().filter(holds_repositories) {
            names.extend(api.owners.iter().map(|owner| format!("{}/", owner.trim_matches('/'))));
            let included = api.include.written().iter().filter_map(|name| name.rsplit_once('/'));
            let written = included.filter(|(owner, _)| !owner.contains(['*', '?', '[', '{']));
            names.extend(written.map(|(owner, _)| format!("{owner}/")));
        }
        names
    }

    /// How the log calls a repository that its host calls by this name: as the study file does, by `remote` or else by the
    /// last part of the name; else by that name.
    pub fn repository_called(&self, full_name: &str) -> String {
        let short = full_name.rsplit('/').next().unwrap_or(full_name);
        let declared = self.repositories.iter().find(|known| match &known.remote {
            Some(remote) => remote.eq_ignore_ascii_case(full_name) || known.name == full_name,
            None => known.name.eq_ignore_ascii_case(short),
        });
        declared.map_or_else(|| full_name.to_owned(), |known| known.name.clone())
    }
}

/// A team of the study.
#[derive(Clone, Debug)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// Its arm.
    pub arm: Arm,
    /// When it entered the pilot, or the date it is compared at; absent outside a comparison.
    pub start_us: Option<Micros>,
}

/// How before and after are compared.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of `WrittenComparison`, which says what each means")]
pub struct Comparison {
    pub start_us: Micros,
    pub before_us: Micros,
    pub washout_us: Micros,
    pub after_us: Micros,
    pub tau_us: Micros,
    pub primary: Option<String>,
    pub pilot_teams_are: Choice,
    pub load_moved: bool,
    pub alpha: f64,
    pub seed: u64,
}

/// Microseconds of a day.
pub(crate) const DAY_US: Micros = 86_400_000_000;

/// The instant that a TOML date or time means: a time with an offset as it is, one without in `zone`, a date at its start.
pub(crate) fn instant_of(written: &toml::value::Datetime, zone: Tz) -> Option<Micros> {
    let date = date_of(written)?;
    let Some(time) = written.time else {
        return local_start(date, NaiveTime::MIN, zone);
    };
    let time = NaiveTime::from_hms_nano_opt(
        u32::from(time.hour),
        u32::from(time.minute),
        u32::from(time.second.unwrap_or(0)),
        time.nanosecond.unwrap_or(0),
    )?;
    match written.offset {
        Some(toml::value::Offset::Z) => Some(date.and_time(time).and_utc().timestamp_micros()),
        Some(toml::value::Offset::Custom { minutes }) => {
            Some(date.and_time(time).and_utc().timestamp_micros() - i64::from(minutes) * 60_000_000)
        }
        None => local_start(date, time, zone),
    }
}

/// The instant of a local time; where a change of the clock skips it, the first that exists after it.
pub(crate) fn local_start(date: NaiveDate, time: NaiveTime, zone: Tz) -> Option<Micros> {
    let local = date.and_time(time);
    (0..=3).find_map(|hours| {
        let shifted = local + chrono::Duration::hours(hours);
        zone.from_local_datetime(&shifted).earliest().map(|at| at.with_timezone(&Utc).timestamp_micros())
    })
}

/// The date of a TOML date or time.
pub(super) fn date_of(written: &toml::value::Datetime) -> Option<NaiveDate> {
    let date = written.date?;
    NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
}
