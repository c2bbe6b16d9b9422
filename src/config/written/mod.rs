//! The study file as it is written (`milepost.toml`). Nothing here is resolved: see [`crate::config::Settings`].
//!
//! Unknown keys are refused everywhere, so that a misspelt limit cannot silently keep its default.

mod apis;
mod catalogs;
mod comparison;
mod files;
mod journeys;
mod plan;
mod receivers;
mod rules;
mod study;

pub use apis::{ApiKind, WrittenApi, WrittenApp};
pub use catalogs::{CatalogFormat, WrittenCatalog, WrittenCoverage, WrittenRetired};
pub use comparison::{Arm, Choice, WrittenComparison, WrittenTeam};
pub use files::{Classify, Column, FileFormat, Only, PersonAs, Stream, WrittenFile, presets};
pub use journeys::{WrittenJourney, WrittenStep};
pub use plan::{WrittenOtherChange, WrittenPlan};
pub use receivers::{ReceiverKind, SignAs, WrittenReceiver};
pub use rules::{DoneBy, PathChange, WrittenPathRule, WrittenRegistry};
pub use study::{
    RepositoryRole, WrittenBot, WrittenCalendar, WrittenEnvironments, WrittenLimits, WrittenPeople, WrittenRepository,
    WrittenStudy,
};

use serde::Deserialize;

/// The whole study file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StudyFile {
    /// What is studied and how time is told.
    pub study: WrittenStudy,
    /// Working days and hours.
    #[serde(default)]
    pub calendar: WrittenCalendar,
    /// The environments in their order.
    #[serde(default)]
    pub environments: WrittenEnvironments,
    /// Thresholds, each with a default.
    #[serde(default)]
    pub limits: WrittenLimits,
    /// How bots are recognised.
    #[serde(default)]
    pub people: WrittenPeople,
    /// Git repositories.
    #[serde(default)]
    pub repositories: Vec<WrittenRepository>,
    /// What paths mean.
    #[serde(default)]
    pub paths: Vec<WrittenPathRule>,
    /// Files that hold sets of names.
    #[serde(default)]
    pub registries: Vec<WrittenRegistry>,
    /// Files that describe services.
    #[serde(default)]
    pub catalogs: Vec<WrittenCatalog>,
    /// What a complete catalog entry holds.
    #[serde(default)]
    pub coverage: WrittenCoverage,
    /// Names in one system that mean a component elsewhere: `deploy-tag = "component"`.
    #[serde(default)]
    pub aliases: std::collections::BTreeMap<String, String>,
    /// Systems that are asked over the network.
    #[serde(default)]
    pub apis: Vec<WrittenApi>,
    /// Systems that send of themselves what happened.
    #[serde(default)]
    pub receivers: Vec<WrittenReceiver>,
    /// Exported files.
    #[serde(default)]
    pub files: Vec<WrittenFile>,
    /// Journey definitions beside, or instead of, those that ship.
    #[serde(default)]
    pub journeys: Vec<WrittenJourney>,
    /// Teams and the arm of the study that each is in.
    #[serde(default)]
    pub teams: Vec<WrittenTeam>,
    /// How before and after are compared.
    pub comparison: Option<WrittenComparison>,
    /// What the analysis plan fixes beside.
    #[serde(default)]
    pub plan: WrittenPlan,
}
