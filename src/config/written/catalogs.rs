//! `[[catalogs]]` and `[coverage]`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// How a catalog is written.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum CatalogFormat {
    /// Backstage descriptors: one or more YAML documents a file, each with `kind`, `metadata` and `spec`.
    Backstage,
    /// A YAML or JSON list of entries, told apart by the file's ending.
    List,
}

/// One of `[[catalogs]]`: each entry is a component, each field's history becomes `object_changes`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenCatalog {
    /// Unique among `paths`, `registries` and `catalogs` together.
    pub id: String,
    /// In which repositories, as a glob over names. Default: all.
    pub repository: Option<String>,
    /// Path templates as in `[[paths]]`; names found in any of them are one set.
    pub files: Vec<String>,
    /// `backstage` or `list`.
    pub format: CatalogFormat,
    /// Where the list is in the file (`apps`, `data.services`). Default: the file is the list.
    pub list_at: Option<String>,
    /// The field that is the entry's id: the first of these that is present. Default: `["name"]`; Backstage:
    /// `metadata.name`.
    #[serde(default)]
    pub key: Vec<String>,
    /// Names in the log for fields of the entry: `owner = "team"`. Other fields keep their own name; Backstage maps
    /// `owner`, `lifecycle`, `system`, `type`, `description` and known annotations by itself.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Which entries are no longer alive; they are dropped from coverage, and never by silence.
    pub retired: Option<WrittenRetired>,
    /// The field that holds the owner. Default: `owner`.
    pub owner: Option<String>,
}

/// `retired = { field = "retired", equals = "true" }`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenRetired {
    /// The field.
    pub field: String,
    /// Its value, as text.
    pub equals: String,
}

/// `[coverage]`: what a complete entry holds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenCoverage {
    /// The fields that an entry must have.
    pub required: Vec<String>,
    /// Values that stand for nothing, beside `TBD`, `TODO`, `unknown`, `n/a`, `none`, `-`. Case never matters.
    pub placeholders: Vec<String>,
    /// Groups that own by default and so own nothing.
    pub default_owners: Vec<String>,
    /// A team's name in the catalog → its name in the study.
    pub team_names: BTreeMap<String, String>,
}
