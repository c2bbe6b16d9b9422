//! `[plan]`: what an analysis plan fixes beside the comparison, and what else happened.

use serde::Deserialize;

/// `[plan]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WrittenPlan {
    /// The file that `milepost plan` writes, beside the study file. Default: `plan.toml`.
    pub file: String,
    /// The power that the smallest effect is told for. Default: 0.8.
    pub power: f64,
    /// The change of the primary measure in percent (of a share: in points) from which on the pilot is worth extending, as
    /// `-20.0`. Its sign says which way is good.
    pub extend_at: Option<f64>,
    /// What is left out, in words, one rule each.
    pub exclusions: Vec<String>,
    /// What else changes, or changed, in the period: a reorganisation, a freeze, new tools. Reports show it; it may be added to
    /// at any time.
    pub other_changes: Vec<WrittenOtherChange>,
}

impl Default for WrittenPlan {
    fn default() -> Self {
        Self {
            file: "plan.toml".to_owned(),
            power: 0.8,
            extend_at: None,
            exclusions: Vec::new(),
            other_changes: Vec::new(),
        }
    }
}

/// Something else that changed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenOtherChange {
    /// Since when.
    pub at: toml::value::Datetime,
    /// What.
    pub what: String,
}
