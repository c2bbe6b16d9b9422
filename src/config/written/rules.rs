//! `[[paths]]` and `[[registries]]`: what paths and sets of names in git mean.

use serde::Deserialize;

/// Who must have done it for a rule to see it.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum DoneBy {
    /// Anyone.
    #[default]
    Any,
    /// Bots only; the event is the bot's own commit.
    Bot,
    /// Humans only; the event is where it landed on the first-parent line.
    Human,
}

/// What must happen to a path.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum PathChange {
    /// No path of the rule was there for this subject, and now one is.
    #[default]
    Added,
    /// Added or modified.
    Changed,
    /// The last path of the rule for this subject went away.
    Removed,
}

/// One of `[[paths]]`: a change of such a path is such an event.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenPathRule {
    /// Unique among `paths`, `registries` and `catalogs` together; evidence and caveats name it.
    pub id: String,
    /// In which repositories, as a glob over names. Default: all service repositories.
    pub repository: Option<String>,
    /// Path templates: `{component}` and `{environment}` capture within one folder name, `*` matches within one, `**` any
    /// number of folders. Without `{component}` the event is about the service that the repository holds.
    pub paths: Vec<String>,
    /// What must happen to it.
    #[serde(default)]
    pub when: PathChange,
    /// Who must do it.
    #[serde(default)]
    pub by: DoneBy,
    /// A regular expression with one group, read in the file: only a change of what it captures counts (`when =
    /// "changed"` only). A write that toggles something else in the file is then no event.
    pub value: Option<String>,
    /// The activity.
    pub activity: String,
    /// Its category.
    pub category: Option<String>,
    /// Its environment, where the path does not tell it.
    pub environment: Option<String>,
    /// Its channel.
    pub channel: Option<String>,
}

/// One of `[[registries]]`: files that together hold a set of names. An event when a name enters or leaves the set over
/// *all* files of the rule (per environment), so that a split, a move or a new order makes none.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenRegistry {
    /// Unique among `paths`, `registries` and `catalogs` together.
    pub id: String,
    /// In which repository, as a glob over names.
    pub repository: String,
    /// Path templates as in `[[paths]]`; `{environment}` splits the set by environment.
    pub files: Vec<String>,
    /// A regular expression with a group `name`, and, if the file says so, `alias`: another name of the same component
    /// (where both are given, `alias` is the component that `name` stands for).
    pub pattern: Option<String>,
    /// Instead of a pattern: where the names are in YAML, JSON or TOML: `apps[].name`, `repos.*` (the keys), `a.b[].c`.
    pub names_at: Option<String>,
    /// The activity when a name enters.
    pub entered: String,
    /// The activity when it leaves. Default: none.
    pub left: Option<String>,
    /// Its category.
    pub category: Option<String>,
    /// Its environment, where the path does not tell it.
    pub environment: Option<String>,
    /// Its channel.
    pub channel: Option<String>,
    /// Whether a name in the set says that the component is registered in the environment (the gate of a deploy).
    #[serde(default)]
    pub registers: bool,
}
