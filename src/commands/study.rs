//! What most commands begin with: the settings, the newest data, and the tables of the study.

use super::build::{Built, build};
use super::output::{Talk, say};
use super::pull::pull;
use super::pull_apis::{Reach, Wish};
use super::{CommandError, Path};
use crate::cli::StudyArgs;
use crate::config::{Overrides, Settings, load};
use crate::engine::{Catalog, Queries};
use crate::journeys::{self, Journeys};
use crate::measures;
use crate::store::Segments;

/// Resolves the study file with what was typed.
pub(crate) fn settings(args: &StudyArgs) -> Result<Settings, CommandError> {
    let overrides = Overrides { git_root: args.git_root.clone(), data: args.data.clone(), as_of_us: args.as_of };
    Ok(load(&args.study, &overrides)?)
}

/// The queries built in, or those of a folder.
pub(crate) fn queries(folder: Option<&Path>) -> Result<Queries, CommandError> {
    Ok(match folder {
        None => Queries::built_in()?,
        Some(folder) => Queries::read(folder)?,
    })
}

/// A study with its log built and its journeys and measures in tables.
pub(crate) struct Study {
    pub(crate) settings: Settings,
    pub(crate) built: Built,
    pub(crate) catalog: Catalog,
    pub(crate) journeys: Journeys,
}

/// How far the queries run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UpTo {
    /// Links and journeys.
    Journeys,
    /// Measures too.
    Measures,
}

/// Pulls and builds what is stale, then runs the queries.
pub(crate) fn open(args: &StudyArgs, talk: Talk, up_to: UpTo) -> Result<Study, CommandError> {
    let settings = settings(args)?;
    let queries = queries(args.queries.as_deref())?;
    run(settings, queries, talk, up_to)
}

/// The same for settings that are already there.
pub(crate) fn run(settings: Settings, queries: Queries, talk: Talk, up_to: UpTo) -> Result<Study, CommandError> {
    let mut segments = Segments::open(&settings.data)?;
    // APIs are asked by `pull` alone: whoever looks at numbers gets those of the archive, twice the same.
    let pulled = pull(&settings, &mut segments, Wish { reach: Reach::Offline, accept_gone: false }, talk)?;
    if pulled.read > 0 {
        say(talk, &format!("read {} sources: {} events", pulled.read, pulled.events));
    }
    let built = build(&settings, &segments)?;
    drop(segments);
    let mut catalog = Catalog::of_log(&built.log, queries)?;
    let journeys = journeys::reconstruct(&mut catalog)?;
    if up_to == UpTo::Measures {
        measures::run(&mut catalog)?;
    }
    Ok(Study { settings, built, catalog, journeys })
}
