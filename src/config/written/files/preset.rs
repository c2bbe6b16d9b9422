//! Presets: mappings of well-known dumps, shipped as data in `config/shipped/files/`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Classify, Column, FileFormat, Only, PersonAs, Stream};
use crate::config::nearest;

/// A preset. The fields are those of [`super::WrittenFile`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Preset {
    pub(super) stream: Stream,
    pub(super) format: Option<FileFormat>,
    #[serde(default)]
    pub(super) columns: BTreeMap<String, Column>,
    #[serde(default)]
    pub(super) extract: BTreeMap<String, String>,
    pub(super) time_format: Option<String>,
    pub(super) zone: Option<String>,
    pub(super) person: Option<PersonAs>,
    #[serde(default)]
    pub(super) nulls: Vec<String>,
    #[serde(default)]
    pub(super) constants: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) values: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) only: Vec<Only>,
    #[serde(default)]
    pub(super) classify: Vec<Classify>,
    /// What to try where a file does not hold what the preset needs.
    pub(super) remedy: Option<String>,
}

macro_rules! shipped {
    ($( $name:literal, )+) => {
        const SHIPPED: &[(&str, &str)] =
            &[$( ($name, include_str!(concat!("../../shipped/files/", $name, ".toml"))), )+];
    };
}

shipped! {
    "backstage-analytics",
    "devlake-cicd-deployment-commits",
    "devlake-cicd-pipelines",
    "devlake-incidents",
    "devlake-issue-changelogs",
    "devlake-issues",
    "devlake-pull-request-comments",
    "devlake-pull-requests",
    "devlake-team-users",
    "flux-events",
    "kubernetes-events",
}

/// The names of all presets.
pub fn names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

impl Preset {
    /// What an entry without a preset starts from: nothing but its stream.
    pub(super) const fn bare(stream: Stream) -> Self {
        Self {
            stream,
            format: None,
            columns: BTreeMap::new(),
            extract: BTreeMap::new(),
            time_format: None,
            zone: None,
            person: None,
            nulls: Vec::new(),
            constants: BTreeMap::new(),
            values: BTreeMap::new(),
            only: Vec::new(),
            classify: Vec::new(),
            remedy: None,
        }
    }
}

/// The preset of a name; the error says which there are.
pub(super) fn named(name: &str) -> Result<Preset, String> {
    let Some((_, text)) = SHIPPED.iter().find(|(known, _)| *known == name) else {
        let known: Vec<&str> = names().collect();
        let near = nearest(name, known.iter().copied());
        let near = near.first().map_or_else(String::new, |near| format!("; `{near}` is near"));
        return Err(format!("`{name}` is no preset{near} (the presets: {})", known.join(", ")));
    };
    Ok(toml::from_str(text).expect("a test reads every shipped preset"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_preset_can_be_read() {
        for name in names() {
            assert!(named(name).is_ok_and(|preset| !preset.columns.is_empty()), "{name}");
        }
    }
}
