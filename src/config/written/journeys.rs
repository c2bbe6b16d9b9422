//! `[[journeys]]`: journey definitions as data.

use serde::Deserialize;

use super::DoneBy;

/// One journey definition. The shipped ones have the same form.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenJourney {
    /// Unique among definitions; one with the id of a shipped definition replaces it.
    pub id: String,
    /// The object type of its subject. Default: `component`.
    pub subject: Option<String>,
    /// Whether a subject can go through it more than once. Default: no.
    #[serde(default)]
    pub repeats: bool,
    /// An activity that ends it unfinished at once.
    pub abandoned_by: Option<String>,
    /// What starts it.
    pub start: WrittenStep,
    /// What finishes it.
    pub finish: WrittenStep,
    /// What lies between, in the order that is expected.
    #[serde(default)]
    pub steps: Vec<WrittenStep>,
}

/// One step: an exact match on what the door made of the sources.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenStep {
    /// Its name in reports.
    pub name: String,
    /// The activity that fulfils it.
    pub activity: String,
    /// The category it must have.
    pub category: Option<String>,
    /// The environment it must be in; `$production`, `$lowest-shared`, `$each` for one step per environment, or
    /// `$each-before-production` for all but production.
    pub environment: Option<String>,
    /// The channel it must come by.
    pub channel: Option<String>,
    /// The dated link that must hold for it to count: `registered_in`.
    pub gate: Option<String>,
    /// Who must do it.
    #[serde(default)]
    pub by: DoneBy,
}
