//! `[[receivers]]`: systems that send of themselves what happened, taken in by `milepost receive`.

use serde::Deserialize;

use super::Classify;

/// Who sends.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub enum ReceiverKind {
    /// GitHub and GitHub Enterprise.
    #[serde(rename = "github")]
    GitHub,
    /// GitLab.
    #[serde(rename = "gitlab")]
    GitLab,
    /// CDEvents in CloudEvents.
    #[serde(rename = "cdevents")]
    CdEvents,
    /// The notification-controller of Flux.
    Flux,
    /// Anything that posts JSON, read by `mapping`.
    Generic,
}

impl ReceiverKind {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
            Self::CdEvents => "cdevents",
            Self::Flux => "flux",
            Self::Generic => "generic",
        }
    }
}

/// How a sender shows that it knows the secret.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum SignAs {
    /// HMAC-SHA256 of the body, in hex after `sha256=`.
    Hmac,
    /// `Authorization: Bearer SECRET`.
    Bearer,
}

/// One of `[[receivers]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenReceiver {
    /// Unique among receivers.
    pub id: String,
    /// Who sends.
    pub kind: ReceiverKind,
    /// Where it sends to: `/hooks/github`.
    pub path: String,
    /// The one of `[[apis]]` that is of the same system: deliveries then stand among what that API is asked for (GitHub).
    pub api: Option<String>,
    /// The environment variable that holds the secret.
    pub secret_env: Option<String>,
    /// A file that holds the secret; only its owner may be able to read it.
    pub secret_file: Option<String>,
    /// A command and its arguments that print the secret.
    pub secret_command: Option<Vec<String>>,
    /// Whether whoever can reach the path may send without a secret; only for an address of this machine alone.
    #[serde(default)]
    pub unsigned: bool,
    /// How the secret is shown, where the sender has no way of its own. Default: `bearer` for CDEvents, `hmac` for Flux and
    /// `generic`.
    pub sign: Option<SignAs>,
    /// The header that holds the signature of `hmac`. Default: `X-Signature`.
    pub header: Option<String>,
    /// Rules that give a category or an activity by a field of the record as the system gives it; the first that matches
    /// wins. Where `api` is given, that API's `classify` and `jobs` hold.
    #[serde(default)]
    pub classify: Vec<Classify>,
    /// Names of pipelines or jobs, as globs, whose jobs are told too, as for `[[apis]]`. Default: none.
    #[serde(default)]
    pub jobs: Vec<String>,
    /// How bodies are read, in the keys of `[[files]]` (`generic`; for Flux what is other than its preset).
    pub mapping: Option<toml::Table>,
}
