//! The API sources: systems that are asked over the network, each one file with its streams and a pure `tell`.
//!
//! In: one `[[apis]]` entry of the study file ([`crate::config::Api`]), a token, and the archive of the data folder. Out:
//! records in the archive ([`pull`]), and from these, without a network, [`crate::log::Facts`] ([`facts`]).
//!
//! ```text
//! streams ──► walk ──► session ──► wire        pages ──► door ──► archive ──► around ──► tell ──► told
//! what to ask  pages    retries,    TLS                  allow-list,          a record    one record
//!              marks    budget                           people out           and others  → rows of the log
//! ```
//!
//! A source is data: for each stream a path or query, a key, a cursor and how pages follow each other, an allow-list of
//! fields, and `tell`. Paging, retries, the rate budget, authentication and the door are shared, and stand in this room
//! once. Contract: a record is pulled at least once and stored once; a bookmark is never past the moment that the run
//! began by the server's clock; a page and its bookmark become true together.
//!
//! Neighbours: `archive` to the left; `told` for what records mean; `commands` gives tokens, clock and people.

mod argocd;
mod around;
mod azure_devops;
mod backstage;
mod clock;
pub(in crate::sources) mod door;
mod error;
mod facts;
mod failures;
mod github;
mod gitlab;
mod governor;
pub mod hook;
mod jenkins;
mod jira;
mod kept;
mod link;
mod pagerduty;
mod plan;
mod pull;
mod request;
mod secret;
mod servicenow;
mod session;
mod stream;
mod walk;
mod wire;

pub use clock::{Clock, WallClock};
pub use error::ApiError;
pub use facts::{Known, facts};
pub use plan::{Plan, PlannedStream, plan};
pub use pull::{Failed, Progress, Pull, Pulled, pull};
pub use request::{Answer, Method, Request};
pub use secret::Token;
pub use stream::{Source, Stream};
pub use walk::begin_anew;
pub use wire::{Wire, WireFault, connect};

use crate::config::written::ApiKind;

/// The source of a kind of API.
pub fn source(kind: ApiKind) -> &'static Source {
    match kind {
        ApiKind::GitHub => &github::SOURCE,
        ApiKind::GitLab => &gitlab::SOURCE,
        ApiKind::JiraCloud => &jira::CLOUD,
        ApiKind::JiraDataCenter => &jira::DATA_CENTER,
        ApiKind::Jenkins => &jenkins::SOURCE,
        ApiKind::ServiceNow => &servicenow::SOURCE,
        ApiKind::AzureDevops => &azure_devops::SOURCE,
        ApiKind::ArgoCd => &argocd::SOURCE,
        ApiKind::Backstage => &backstage::SOURCE,
        ApiKind::PagerDuty => &pagerduty::SOURCE,
    }
}

#[cfg(test)]
mod fake;
#[cfg(test)]
mod recorded;
#[cfg(test)]
mod tests;
