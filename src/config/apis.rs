//! `[[apis]]`, resolved.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use globset::{Glob, GlobSet, GlobSetBuilder};

use super::settings::instant_of;
use super::written::{ApiKind, WrittenApi};
use super::{Classes, Environments};
use crate::log::Micros;

/// A system that is asked over the network.
#[derive(Clone, Debug)]
pub struct Api {
    /// Its name in the study file.
    pub id: String,
    /// Which system it is.
    pub kind: ApiKind,
    /// Where its API begins, without a slash at the end.
    pub url: String,
    /// Where the token comes from.
    pub credential: Credential,
    /// Who the token belongs to.
    pub user: Option<String>,
    /// Certificates that are trusted beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// Organisations, groups or projects whose everything is read.
    pub owners: Vec<String>,
    /// What is read.
    pub include: Names,
    /// What is not read.
    pub exclude: Names,
    /// Which streams are read; empty: all.
    pub streams: Vec<String>,
    /// From when on.
    pub since_us: Option<Micros>,
    /// A condition in the system's own language.
    pub query: Option<String>,
    /// Pipelines whose jobs are read.
    pub jobs: Names,
    /// The team that every ticket was sent to.
    pub team: Option<String>,
    /// The zone of the API's user, where the study file says it or an answer told it.
    pub zone: Option<Tz>,
    /// Rules that classify records.
    pub classify: Classes,
}

/// Where a token comes from. The token itself is never here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// Nowhere: the API answers everybody.
    None,
    /// An environment variable.
    Env(String),
    /// A file of its owner's alone.
    File(PathBuf),
    /// What a command prints.
    Command(Vec<String>),
    /// A GitHub App: its id, the installation's id, the file of its key.
    App(u64, u64, PathBuf),
}

/// A list of globs over names.
#[derive(Clone, Debug, Default)]
pub struct Names {
    written: Vec<String>,
    set: GlobSet,
}

impl Names {
    pub(super) fn new(written: &[String]) -> Result<Self, String> {
        let mut set = GlobSetBuilder::new();
        for glob in written {
            set.add(Glob::new(&glob.to_lowercase()).map_err(|_| format!("`{glob}` is not a glob such as `acme/*`"))?);
        }
        let set = set.build().map_err(|why| why.to_string())?;
        Ok(Self { written: written.to_vec(), set })
    }

    /// Whether a name is meant; case never matters.
    pub fn include(&self, name: &str) -> bool {
        self.set.is_match(name.to_lowercase())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty()
    }

    /// As they were written.
    pub fn written(&self) -> &[String] {
        &self.written
    }
}

impl Api {
    /// Whether something of this full name is read.
    pub fn reads(&self, name: &str) -> bool {
        (self.include.is_empty() || self.include.include(name)) && !self.exclude.include(name)
    }

    /// Whether a stream of this name is read.
    pub fn reads_stream(&self, stream: &str) -> bool {
        self.streams.is_empty() || self.streams.iter().any(|known| known == stream)
    }

    /// What an API of the study file means; else the field and what is wrong with it.
    pub(super) fn resolve(
        written: &WrittenApi,
        folder: &Path,
        zone: Tz,
        environments: &Environments,
    ) -> Result<Self, (&'static str, String)> {
        let ways = [
            written.token_env.clone().map(Credential::Env),
            written.token_file.as_ref().map(|file| Credential::File(folder.join(file))),
            written.token_command.clone().map(Credential::Command),
            written.app.as_ref().map(|app| Credential::App(app.id, app.installation, folder.join(&app.key_file))),
        ];
        let mut ways = ways.into_iter().flatten();
        let credential = ways.next().unwrap_or(Credential::None);
        if ways.next().is_some() {
            return Err((
                "apis.token-env",
                "give one of `token-env`, `token-file`, `token-command` and `app`".to_owned(),
            ));
        }
        if matches!(credential, Credential::App(..)) && written.kind != ApiKind::GitHub {
            return Err(("apis.app", "only GitHub knows apps of this kind".to_owned()));
        }
        if matches!(&credential, Credential::Command(words) if words.is_empty()) {
            return Err(("apis.token-command", "names no command".to_owned()));
        }
        let usual = match written.kind {
            ApiKind::GitHub => Some("https://api.github.com"),
            ApiKind::GitLab => Some("https://gitlab.com/api/v4"),
            ApiKind::PagerDuty => Some("https://api.pagerduty.com"),
            _ => None,
        };
        let url = written
            .url
            .as_deref()
            .or(usual)
            .ok_or_else(|| ("apis.url", format!("`{}` has no usual place; say where its API is", written.id)))?;
        let url = url.trim_end_matches('/').to_owned();
        if url.contains('@') {
            return Err(("apis.url", "must hold no user or password; use `user` and `token-env`".to_owned()));
        }
        if !url.starts_with("https://") && !is_on_this_machine(&url) {
            return Err((
                "apis.url",
                format!("`{url}` must begin with `https://`: a token would be readable on the way"),
            ));
        }
        if url::Url::parse(&url).is_err() {
            return Err(("apis.url", format!("`{url}` is no address")));
        }
        // Any other address of a GitLab answers with pages for people.
        if written.kind == ApiKind::GitLab && !url.ends_with("/api/v4") {
            return Err(("apis.url", format!("`{url}`: the API of a GitLab begins at `https://HOST/api/v4`")));
        }
        let names = |globs: &[String]| Names::new(globs).map_err(|message| ("apis.include", message));
        let own_zone = written.zone.as_ref().map(|name| {
            name.parse().map_err(|_| ("apis.zone", format!("`{name}` is not an IANA zone such as `Europe/London`")))
        });
        let since_us = match &written.since {
            None => None,
            Some(at) => Some(instant_of(at, zone).ok_or_else(|| ("apis.since", format!("`{at}` is not a date")))?),
        };
        Ok(Self {
            id: written.id.clone(),
            kind: written.kind,
            url,
            credential,
            user: written.user.clone(),
            ca_file: written.ca_file.as_ref().map(|file| folder.join(file)),
            owners: written.owners.clone(),
            include: names(&written.include)?,
            exclude: names(&written.exclude)?,
            streams: written.streams.clone(),
            since_us,
            query: written.query.clone(),
            jobs: names(&written.jobs)?,
            team: written.team.clone(),
            zone: own_zone.transpose()?,
            classify: Classes::resolve(&written.classify, environments).map_err(|why| ("apis.classify", why))?,
        })
    }
}

/// Whether an address without TLS leaves this machine: only what is read as a host counts, not how the text begins.
fn is_on_this_machine(url: &str) -> bool {
    let Ok(url) = url::Url::parse(url) else { return false };
    let is_local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && is_local
}

#[cfg(test)]
mod tests {
    use super::is_on_this_machine;

    #[test]
    fn a_host_that_only_begins_like_this_machine_is_another() {
        for url in ["http://127.0.0.1", "http://127.0.0.1:8080/jira", "http://localhost:7007", "http://[::1]:1"] {
            assert!(is_on_this_machine(url), "{url}");
        }
        for url in ["http://127.0.0.1.evil.test", "http://localhost.evil.test", "http://10.0.0.1", "http://", "x"] {
            assert!(!is_on_this_machine(url), "{url}");
        }
    }
}
