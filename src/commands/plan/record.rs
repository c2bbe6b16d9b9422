//! The plan as it stands in its file: what is fixed, its hash, and what was amended.
//!
//! In: the settings, and the file. Out: [`Fixed`], the part that a hash is taken of; [`Record`], the file; and [`Standing`],
//! what a report has to say of both. The hash is SHA-256 over the instant of writing and the fixed part as TOML, so that two
//! people with the same plan have the same hash. Other changes in the period are not fixed: they may come to light at any time.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use crate::commands::{CommandError, hash};
use crate::config::written::{Arm, Choice};
use crate::config::{Comparison, Settings};
use crate::log::Micros;
use crate::study::Statistic;

/// What the plan fixes.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Fixed {
    /// The measure that decides.
    pub(crate) primary: String,
    /// How the effect is estimated.
    pub(crate) estimator: String,
    /// How it is tested.
    pub(crate) test: String,
    pub(crate) alpha: f64,
    pub(crate) power: f64,
    pub(crate) tau_days: i64,
    pub(crate) before_days: i64,
    pub(crate) washout_days: i64,
    pub(crate) after_days: i64,
    /// How the pilot teams were found.
    pub(crate) pilot_teams_are: String,
    pub(crate) seed: u64,
    /// From which change of the primary measure on the pilot is extended, in percent or points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) extend_at: Option<f64>,
    pub(crate) exclusions: Vec<String>,
    pub(crate) teams: Vec<FixedTeam>,
}

/// A team in its arm.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FixedTeam {
    pub(crate) name: String,
    pub(crate) arm: String,
    pub(crate) start: String,
}

/// The file.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    /// The instant that it was written at.
    pub(crate) written: String,
    /// The hash of that and of what is fixed.
    pub(crate) hash: String,
    pub(crate) fixed: Fixed,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) amendments: Vec<Amendment>,
}

/// A change of the plan that was made in the open.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Amendment {
    pub(crate) written: String,
    pub(crate) reason: String,
    /// Which fields changed.
    pub(crate) changed: Vec<String>,
    /// The hash before.
    pub(crate) hash_before: String,
}

const DAY_US: Micros = 86_400_000_000;

/// An instant as the file writes it.
pub(crate) fn instant(us: Micros) -> String {
    DateTime::<Utc>::from_timestamp_micros(us).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Secs, true)
}

impl Fixed {
    /// What the study file says now.
    pub(crate) fn of(settings: &Settings, comparison: &Comparison) -> Result<Self, CommandError> {
        let primary = comparison.primary.clone().ok_or_else(|| {
            CommandError::Asked(format!(
                "`{}` names no `primary` in `[comparison]`: a plan has one measure that decides, such as `primary = \"time_to_first_deploy\"`",
                settings.file.display()
            ))
        })?;
        let of_arm = |arm: Arm| settings.teams.iter().filter(|team| team.arm == arm).count();
        let (pilot, all) = (of_arm(Arm::Pilot), of_arm(Arm::Pilot) + of_arm(Arm::Comparison));
        let statistic = match Statistic::for_teams(all, pilot) {
            Statistic::Studentised => "studentised",
            Statistic::Difference => "plain",
        };
        let mut teams: Vec<FixedTeam> = settings
            .teams
            .iter()
            .filter(|team| matches!(team.arm, Arm::Pilot | Arm::Comparison))
            .map(|team| FixedTeam {
                name: team.name.clone(),
                arm: team.arm.as_str().to_owned(),
                start: instant(team.start_us.unwrap_or(comparison.start_us)),
            })
            .collect();
        teams.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(Self {
            primary,
            estimator: "difference in differences of team changes, averaged over teams".to_owned(),
            test: format!("exact team permutation ({statistic}), interval by inversion"),
            alpha: comparison.alpha,
            power: settings.plan.power,
            tau_days: comparison.tau_us / DAY_US,
            before_days: comparison.before_us / DAY_US,
            washout_days: comparison.washout_us / DAY_US,
            after_days: comparison.after_us / DAY_US,
            pilot_teams_are: match comparison.pilot_teams_are {
                Choice::Random => "random",
                Choice::Volunteers => "volunteers",
                Choice::Chosen => "chosen",
            }
            .to_owned(),
            seed: comparison.seed,
            extend_at: settings.plan.extend_at,
            exclusions: settings.plan.exclusions.clone(),
            teams,
        })
    }

    /// The hash of the plan, written at an instant.
    pub(crate) fn hash(&self, written: &str) -> String {
        let text = toml::to_string(self).expect("a plan is plain data");
        format!("sha256:{}", hash::of_texts(&[written, &text]))
    }

    /// Which fields differ, by their names in the file.
    pub(crate) fn changed(&self, other: &Self) -> Vec<String> {
        let table = |fixed: &Self| toml::Table::try_from(fixed).expect("a plan is plain data");
        let (one, two) = (table(self), table(other));
        let mut names: Vec<String> = one.keys().chain(two.keys()).cloned().collect();
        names.sort();
        names.dedup();
        names.retain(|name| one.get(name) != two.get(name));
        names
    }
}

impl Record {
    /// Reads the file, if there is one.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, CommandError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
            Err(why) => return Err(CommandError::system("read", path)(why)),
        };
        toml::from_str(&text).map(Some).map_err(|why| {
            CommandError::Asked(format!(
                "`{}` is no plan as `milepost plan` writes it: {}\nrestore it from where it was kept; a plan that is written anew has another hash",
                path.display(),
                why.to_string().trim_end()
            ))
        })
    }

    /// Whether the hash is that of what stands there.
    pub(crate) fn is_whole(&self) -> bool {
        self.fixed.hash(&self.written) == self.hash
    }
}

/// What a report has to say of a plan.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Standing {
    pub(crate) record: Option<Record>,
    /// Whether the hash fits.
    pub(crate) is_whole: bool,
    /// Whether it was written, and last amended, before the first pilot team started.
    pub(crate) is_before: bool,
    /// Fields in which the study file differs from it now.
    pub(crate) changed: Vec<String>,
}

impl Standing {
    /// How the plan of a study stands to what the study file says.
    pub(crate) fn of(settings: &Settings, comparison: &Comparison) -> Result<Self, CommandError> {
        let Some(record) = Record::read(&settings.plan.file)? else {
            return Ok(Self { record: None, is_whole: false, is_before: false, changed: Vec::new() });
        };
        let pilots = settings.teams.iter().filter(|team| team.arm == Arm::Pilot);
        let first =
            pilots.map(|team| team.start_us.unwrap_or(comparison.start_us)).min().unwrap_or(comparison.start_us);
        let last_written = record.amendments.last().map_or(&record.written, |amendment| &amendment.written);
        let is_before = DateTime::parse_from_rfc3339(last_written).is_ok_and(|at| at.timestamp_micros() < first);
        let changed = match Fixed::of(settings, comparison) {
            Ok(now) => record.fixed.changed(&now),
            Err(_) => vec!["primary".to_owned()],
        };
        Ok(Self { is_whole: record.is_whole(), is_before, changed, record: Some(record) })
    }

    /// Whether the study keeps a plan that was fixed before the start.
    pub(crate) fn holds(&self) -> bool {
        self.record.is_some() && self.is_whole && self.is_before && self.changed.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed() -> Fixed {
        Fixed {
            primary: "request_wait".to_owned(),
            estimator: "e".to_owned(),
            test: "t".to_owned(),
            alpha: 0.05,
            power: 0.8,
            tau_days: 60,
            before_days: 182,
            washout_days: 28,
            after_days: 182,
            pilot_teams_are: "random".to_owned(),
            seed: 1,
            extend_at: Some(-20.0),
            exclusions: vec!["platform teams".to_owned()],
            teams: vec![FixedTeam { name: "red".to_owned(), arm: "pilot".to_owned(), start: "2025-01-06".to_owned() }],
        }
    }

    #[test]
    fn the_hash_is_of_everything_that_is_fixed_and_of_when() {
        let (one, at) = (fixed(), "2025-01-02T00:00:00Z");
        assert_eq!(one.hash(at), fixed().hash(at));
        assert_ne!(one.hash(at), one.hash("2025-01-03T00:00:00Z"));
        let others = [
            Fixed { alpha: 0.1, ..fixed() },
            Fixed { extend_at: None, ..fixed() },
            Fixed { seed: 2, ..fixed() },
            Fixed { teams: Vec::new(), ..fixed() },
        ];
        for (other, name) in others.iter().zip(["alpha", "extend-at", "seed", "teams"]) {
            assert_ne!(other.hash(at), one.hash(at));
            assert_eq!(one.changed(other), [name]);
        }
        assert!(one.changed(&fixed()).is_empty());
    }

    #[test]
    fn a_plan_that_was_touched_by_hand_is_not_whole() {
        let written = "2025-01-02T00:00:00Z".to_owned();
        let mut record = Record { hash: fixed().hash(&written), written, fixed: fixed(), amendments: Vec::new() };
        assert!(record.is_whole());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("plan.toml");
        assert_eq!(Record::read(&path).expect("absent"), None);
        fs::write(&path, toml::to_string(&record).expect("text")).expect("written");
        assert_eq!(Record::read(&path).expect("a plan"), Some(record.clone()));
        record.fixed.alpha = 0.1;
        assert!(!record.is_whole());
        fs::write(&path, "primary = 3").expect("written");
        assert!(Record::read(&path).expect_err("no plan").to_string().contains("no plan as"));
    }
}
