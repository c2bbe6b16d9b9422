//! `[study]`, `[calendar]`, `[environments]`, `[limits]`, `[people]`, `[[repositories]]`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `[study]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenStudy {
    /// The title of reports.
    pub name: String,
    /// The instant to look from: an RFC 3339 time or a date (its start, UTC). Default: the latest event; never the clock.
    pub as_of: Option<toml::value::Datetime>,
    /// The IANA zone of the calendar and of local times in files. Default: `UTC`.
    pub zone: Option<String>,
    /// Below which folder repositories are looked for, as `NAME` or `NAME.git`; `--git-root` overrides it.
    pub git_root: Option<String>,
    /// Which shipped journey definitions to use. Default: `["create-service"]`.
    pub use_journeys: Option<Vec<String>>,
    /// A fixed key for pseudonyms, for published sample data only: whoever has it can undo them.
    pub public_pseudonym_key: Option<String>,
}

/// `[calendar]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenCalendar {
    /// When a working day begins, `HH:MM`. Default: `09:00`.
    pub opens: String,
    /// When it ends. Default: `17:00`.
    pub closes: String,
    /// Working days. Default: Monday to Friday (`mon` … `sun`).
    pub days: Vec<String>,
    /// Days off, as dates.
    pub holidays: Vec<toml::value::Datetime>,
}

impl Default for WrittenCalendar {
    fn default() -> Self {
        Self {
            opens: "09:00".to_owned(),
            closes: "17:00".to_owned(),
            days: ["mon", "tue", "wed", "thu", "fri"].map(str::to_owned).to_vec(),
            holidays: Vec::new(),
        }
    }
}

/// `[environments]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenEnvironments {
    /// The environments from the lowest shared one to production, by the names that reports use.
    pub order: Vec<String>,
    /// Which of them is production. Default: `production`.
    pub production: String,
    /// The lowest that teams share. Default: the first of `order`.
    pub lowest_shared: Option<String>,
    /// Other spellings: `production = ["prod", "live"]`. Case never matters.
    pub spellings: BTreeMap<String, Vec<String>>,
}

impl Default for WrittenEnvironments {
    fn default() -> Self {
        Self {
            order: vec!["production".to_owned()],
            production: "production".to_owned(),
            lowest_shared: None,
            spellings: BTreeMap::new(),
        }
    }
}

/// `[limits]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenLimits {
    /// A change that touches more subjects than this is a bulk change and nobody's step. Default: 10.
    pub bulk_subjects: usize,
    /// An open journey without an event for this many days is abandoned. Default: 180.
    pub abandoned_after_days: u32,
    /// A step up to this many days before the start belongs to the journey. Default: 90.
    pub before_start_days: u32,
    /// A file with more bad rows than this share, in percent, stops the load. Default: 1.
    pub bad_rows_percent: f64,
    /// Links less sure than this, in percent, are left out. Default: 50.
    pub least_confidence: u8,
}

impl Default for WrittenLimits {
    fn default() -> Self {
        Self {
            bulk_subjects: 10,
            abandoned_after_days: 180,
            before_start_days: 90,
            bad_rows_percent: 1.0,
            least_confidence: 50,
        }
    }
}

/// `[people]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenPeople {
    /// Accounts that are bots, beside the known ones and every `[bot]`.
    pub bots: Vec<WrittenBot>,
}

/// One entry of `people.bots`: globs (`*`, `?`), case never matters; all that are given must match.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenBot {
    /// The name as written.
    pub name: Option<String>,
    /// The e-mail.
    pub email: Option<String>,
    /// The account name.
    pub handle: Option<String>,
}

/// What a repository is to the study.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum RepositoryRole {
    /// The own repository of one service: its first commit is where that service begins.
    Service,
    /// Shared by many services (GitOps, infrastructure, catalog): context, never followed from one service to another.
    Platform,
}

/// One of `[[repositories]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenRepository {
    /// Its name; also the folder (`NAME` or `NAME.git`) below the git root.
    pub name: String,
    /// `service` (the default) or `platform`.
    #[serde(default = "service")]
    pub role: RepositoryRole,
    /// The branch that counts. Default: what `HEAD` points to.
    pub branch: Option<String>,
    /// A commit to read instead of the branch's tip, so that an answer can be made again.
    pub pin: Option<String>,
    /// The component that it holds (services only). Default: its name.
    pub subject: Option<String>,
    /// Where it is, if not below the git root; relative to the study file.
    pub path: Option<String>,
    /// Which tags are releases, as a glob. Default: all.
    pub tags: Option<String>,
    /// Its full name on its host (`acme/shop`), by which `[[apis]]` know it. Default: any that ends in its name.
    pub remote: Option<String>,
}

const fn service() -> RepositoryRole {
    RepositoryRole::Service
}
