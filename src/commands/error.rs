//! Why a command could not run, and what to try.

use std::path::PathBuf;

use crate::config::{Receiver, Settings};

/// A command that could not run. Rooms have typed errors of their own; this adds what the command was doing.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The study file.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// The disk.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// Identities and the private people file.
    #[error(transparent)]
    People(#[from] crate::people::PeopleError),
    /// A repository.
    #[error("{place}: `repositories`: {why}")]
    Git {
        /// Where the study file names it.
        place: String,
        /// What went wrong.
        why: crate::sources::git::GitError,
    },
    /// The archive.
    #[error(transparent)]
    Archive(#[from] crate::archive::ArchiveError),
    /// An API.
    #[error("{why}\n  ({place}: `apis`, `{api}`)")]
    Api {
        /// The `id` in the study file.
        api: String,
        /// Where the study file names it.
        place: String,
        /// What went wrong.
        why: crate::sources::api::ApiError,
    },
    /// A token.
    #[error("{place}: `apis`, `{api}`: {why}")]
    Credential {
        /// The `id` in the study file.
        api: String,
        /// Where the study file names it.
        place: String,
        /// What went wrong; never the token.
        why: String,
    },
    /// Several APIs; the others were read.
    #[error("{} APIs could not be pulled:\n{}", .0.len(), in_lines(.0))]
    Several(Vec<Self>),
    /// A receiver.
    #[error("{place}: `receivers`, `{receiver}`: {why}")]
    Receiver {
        /// The `id` in the study file.
        receiver: String,
        /// Where the study file names it.
        place: String,
        /// What went wrong; never the secret.
        why: String,
    },
    /// Exported files.
    #[error("{why} ({place}: `files`, `{file}`)")]
    File {
        /// The `id` in the study file.
        file: String,
        /// Where the study file names the entry.
        place: String,
        /// What went wrong.
        why: crate::sources::file::FileError,
    },
    /// A query.
    #[error(transparent)]
    Engine(#[from] crate::engine::EngineError),
    /// Journeys.
    #[error(transparent)]
    Journeys(#[from] crate::journeys::JourneysError),
    /// Measures.
    #[error(transparent)]
    Measures(#[from] crate::measures::MeasuresError),
    /// The report.
    #[error(transparent)]
    Report(#[from] crate::report::ReportError),
    /// The simulated company.
    #[error(transparent)]
    Simulate(#[from] crate::simulate::SimulateError),
    /// There is nothing to build from.
    #[error("nothing was pulled that holds an event, so there is no log to build for `{}`", file.display())]
    NothingToBuild {
        /// The study file.
        file: PathBuf,
    },
    /// The command asks for something that the study does not say.
    #[error("{0}")]
    Asked(String),
    /// The system refused.
    #[error("cannot {doing} `{}`: {why}", path.display())]
    System {
        /// What was tried.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// Standard output was closed, or could not be written.
    #[error("cannot write to standard output: {0}")]
    Output(std::io::Error),
}

fn in_lines(all: &[CommandError]) -> String {
    all.iter().map(|one| format!("* {one}")).collect::<Vec<_>>().join("\n")
}

impl CommandError {
    /// One error of all.
    pub(super) fn of_all(mut all: Vec<Self>) -> Option<Self> {
        if all.len() > 1 { Some(Self::Several(all)) } else { all.pop() }
    }

    /// What to try, where something can be tried.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Config(_) => Some("`docs/study-file.md` lists every key with its meaning and default"),
            Self::Git { .. } => Some("repositories are found as `NAME` or `NAME.git` below `--git-root`"),
            Self::File { .. } => {
                Some("`columns`, `time-format` and `bad-rows-percent` of `[[files]]` say how a file is read")
            }
            Self::NothingToBuild { .. } => Some(
                "list `[[repositories]]`, `[[apis]]`, `[[receivers]]` or `[[files]]` in the study file, then `milepost pull`",
            ),
            Self::Receiver { .. } => {
                Some("`secret-env`, `secret-file` or `secret-command` of `[[receivers]]` says where a secret is")
            }
            Self::Credential { .. } => {
                Some("`token-env`, `token-file` or `token-command` of `[[apis]]` says where a token is")
            }
            _ => None,
        }
    }

    /// Whether the command ran, and a check of its numbers failed.
    pub fn is_failed_check(&self) -> bool {
        matches!(self, Self::Journeys(crate::journeys::JourneysError::Check { .. }))
    }

    pub(super) fn receiver(settings: &Settings, receiver: &Receiver, why: String) -> Self {
        Self::Receiver { receiver: receiver.id.clone(), place: settings.place_naming(&receiver.id), why }
    }

    pub(super) fn system(doing: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        move |why| Self::System { doing, path: path.to_owned(), why }
    }

    /// Whether the reader of standard output went away, which is no failure of ours.
    pub fn is_closed_output(&self) -> bool {
        matches!(self, Self::Output(why) if why.kind() == std::io::ErrorKind::BrokenPipe)
    }
}
