//! What is done on the way of one service to production: the vocabulary that the writers of files and repositories share.

use super::cast::Who;
use super::clock::Second;

/// Something done, by people or bots. Whoever writes files or repositories turns it into records there.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// The portal's template was run.
    TemplateRun { at: Second, by: Who },
    /// The first commit of the repository; the scaffolder's where `by` is absent. It may bring the skeleton of some steps.
    FirstCommit { at: Second, by: Option<Who>, skeleton: Vec<Part> },
    /// A change that was begun, reviewed by nobody that we hear of, and landed.
    Change { part: Part, began: Second, landed: Second, by: Who, merger: Who, landing: Landing },
    /// A ticket to the platform team, answered and done.
    Ask { what: Ask, opened: Second, answered: Second, done: Second, by: Who, helper: Who },
    /// The first release tag.
    Release { at: Second },
    /// The deploy bot (or the function runner) deployed it.
    Deploy { environment: Environment, at: Second, outcome: Outcome },
}

/// What a change brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Repository,
    Ci,
    DeployWorkflow,
    Image,
    Dashboard,
    CatalogEntry,
    Docs,
    Runbook,
    Registered(Environment),
}

/// What a ticket asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Access,
    Secret,
}

/// How a change lands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Landing {
    /// A merge commit.
    Merge,
    /// One new commit; the code host kept the branch under `refs/pull`.
    SquashWithHead,
    /// One new commit; the branch is gone.
    Squash,
}

/// Where services run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Environment {
    Staging,
    Production,
}

/// What became of a deploy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It runs there.
    Success,
    /// It was tried and failed.
    Failure,
    /// The bot wrote the version before the service was registered there.
    TooEarly,
}

impl Environment {
    pub(super) const BOTH: [Self; 2] = [Self::Staging, Self::Production];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

impl Part {
    /// The step of `create-service` that it is.
    pub(super) const fn step(self) -> &'static str {
        match self {
            Self::Repository => "repository requested",
            Self::Ci => "ci configured",
            Self::DeployWorkflow => "deploy workflow",
            Self::Image => "container image",
            Self::Dashboard => "dashboard added",
            Self::CatalogEntry => "catalog entry",
            Self::Docs => "docs added",
            Self::Runbook => "runbook added",
            Self::Registered(Environment::Staging) => "registered (staging)",
            Self::Registered(Environment::Production) => "registered (production)",
        }
    }
}

impl Deed {
    /// When it was complete: a deed is done or not done, except that a ticket may stay open.
    pub(super) const fn at(&self) -> Second {
        match self {
            Self::TemplateRun { at, .. }
            | Self::FirstCommit { at, .. }
            | Self::Release { at }
            | Self::Deploy { at, .. }
            | Self::Change { landed: at, .. }
            | Self::Ask { opened: at, .. } => *at,
        }
    }
}
