//! `[[apis]]`: systems that are asked over the network.

use serde::Deserialize;

use super::Classify;

/// Which system an API is of.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub enum ApiKind {
    /// GitHub and GitHub Enterprise.
    #[serde(rename = "github")]
    GitHub,
    /// GitLab, gitlab.com and self-managed.
    #[serde(rename = "gitlab")]
    GitLab,
    /// Jira Cloud.
    JiraCloud,
    /// Jira Data Center.
    JiraDataCenter,
    /// Jenkins.
    Jenkins,
    /// ServiceNow.
    #[serde(rename = "servicenow")]
    ServiceNow,
    /// Azure DevOps.
    AzureDevops,
    /// Argo CD.
    #[serde(rename = "argocd")]
    ArgoCd,
    /// PagerDuty.
    #[serde(rename = "pagerduty")]
    PagerDuty,
    /// Backstage.
    Backstage,
}

impl ApiKind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::GitHub,
        Self::GitLab,
        Self::JiraCloud,
        Self::JiraDataCenter,
        Self::Jenkins,
        Self::AzureDevops,
        Self::ServiceNow,
        Self::ArgoCd,
        Self::PagerDuty,
        Self::Backstage,
    ];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
            Self::JiraCloud => "jira-cloud",
            Self::JiraDataCenter => "jira-data-center",
            Self::Jenkins => "jenkins",
            Self::ServiceNow => "servicenow",
            Self::ArgoCd => "argocd",
            Self::Backstage => "backstage",
            Self::PagerDuty => "pagerduty",
            Self::AzureDevops => "azure-devops",
        }
    }
}

/// One of `[[apis]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenApi {
    /// Unique among apis.
    pub id: String,
    /// Which system it is.
    pub kind: ApiKind,
    /// Where its API begins. GitHub, GitLab and PagerDuty have a default; `https://HOST/api/v3` for GitHub Enterprise,
    /// `https://HOST/api/v4` for GitLab.
    pub url: Option<String>,
    /// The environment variable that holds the token.
    pub token_env: Option<String>,
    /// A file that holds the token; only its owner may be able to read it.
    pub token_file: Option<String>,
    /// A command and its arguments that print the token: `["pass", "show", "github"]`.
    pub token_command: Option<Vec<String>>,
    /// Who the token belongs to, where the system wants both (Jira Cloud, Jenkins, ServiceNow, Azure DevOps). `oauth2` for
    /// an OAuth token of GitLab or PagerDuty.
    pub user: Option<String>,
    /// A GitHub App, in place of a token.
    pub app: Option<WrittenApp>,
    /// A file with certificates (PEM) that are trusted beside those of the system: a private authority.
    pub ca_file: Option<String>,
    /// Organisations, groups or projects whose everything is read.
    #[serde(default)]
    pub owners: Vec<String>,
    /// What is read, as globs over full names (`acme/*`). Default: everything of the owners.
    #[serde(default)]
    pub include: Vec<String>,
    /// What is not read, as globs.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Which streams are read. Default: all that the source has.
    #[serde(default)]
    pub streams: Vec<String>,
    /// From when on. Default: everything.
    pub since: Option<toml::value::Datetime>,
    /// A condition in the system's own language (JQL, an encoded query of ServiceNow) that tickets must meet.
    pub query: Option<String>,
    /// Names of pipelines, as globs, whose jobs are read too (in GitLab, names of projects too). Default: none.
    #[serde(default)]
    pub jobs: Vec<String>,
    /// The team that every ticket of this API was sent to, where no field says one.
    pub team: Option<String>,
    /// The IANA zone of the API's user, where the system takes local times (Jira). Default: what the system says of that user.
    pub zone: Option<String>,
    /// Rules that give a category or an activity by a field of the record as the system gives it; the first that matches
    /// wins.
    #[serde(default)]
    pub classify: Vec<Classify>,
}

/// `app = { id = 1, installation = 2, key-file = "app.pem" }`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenApp {
    /// The App's id.
    pub id: u64,
    /// The installation's id.
    pub installation: u64,
    /// Its private key (PEM); only its owner may be able to read it.
    pub key_file: String,
}
