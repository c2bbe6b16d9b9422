//! From sources to segments: each repository as it comes, then the files, all or nothing.

use std::fmt::Write as _;
use std::path::Path;

use indicatif::ProgressBar;
use sha2::{Digest as _, Sha256};

use super::output::{Talk, progress_bar};
use super::{CommandError, names};
use crate::config::{Repository, Settings};
use crate::log::{Facts, IdentityKey};
use crate::people::Office;
use crate::sources::{file, git};
use crate::store::{Segments, UnitState, read_text_rows};

/// What a pull did, for the one line that it prints.
#[derive(Debug, Default)]
pub(crate) struct Pulled {
    /// Units that were read.
    pub(crate) read: usize,
    /// Units that had nothing new.
    pub(crate) unchanged: usize,
    /// Events that were added.
    pub(crate) events: usize,
}

/// Reads whatever is new. `fresh` reads everything again.
pub(crate) fn pull(
    settings: &Settings,
    segments: &mut Segments,
    fresh: bool,
    talk: Talk,
) -> Result<Pulled, CommandError> {
    let office = Office::open(settings)?;
    let mut done = Pulled::default();
    for (repository, source_rank) in settings.repositories.iter().zip(0..) {
        let bar = progress_bar(talk, &repository.name);
        pull_repository(settings, repository, source_rank, &office, segments, fresh, &bar, &mut done)?;
        bar.finish_and_clear();
    }
    // After the repositories: which words of a ticket name a service is known only then.
    pull_files(settings, &office, segments, fresh, &mut done)?;
    segments.keep_only(&units(settings))?;
    Ok(done)
}

fn units(settings: &Settings) -> Vec<String> {
    let repositories = settings.repositories.iter().map(|repository| git_unit(&repository.name));
    repositories.chain(settings.files.iter().map(|file| file_unit(&file.id))).collect()
}

fn git_unit(name: &str) -> String {
    format!("git:{name}")
}

fn file_unit(id: &str) -> String {
    format!("file:{id}")
}

struct ReadFile {
    unit: String,
    state: UnitState,
    facts: Facts,
    keys: Vec<IdentityKey>,
}

/// Every file is read before any is stored: a file that must stop the load changes nothing.
fn pull_files(
    settings: &Settings,
    office: &Office,
    segments: &mut Segments,
    fresh: bool,
    done: &mut Pulled,
) -> Result<(), CommandError> {
    let first_rank = i64::try_from(settings.repositories.len()).unwrap_or(i64::MAX);
    let mut known = names::of_repositories(settings, segments)?;
    let known_hash = hash(&known.iter().map(String::as_str).collect::<Vec<_>>());
    let mut read = Vec::new();
    for (written, source_rank) in settings.files.iter().zip(first_rank..) {
        let failed = |why| CommandError::File { file: written.id.clone(), why };
        let unit = file_unit(&written.id);
        let rules = hash(&[&office.fingerprint(), env!("CARGO_PKG_VERSION"), &known_hash, &source_rank.to_string()]);
        let stored = segments.manifest().unit(&unit)?.filter(|stored| !fresh && stored.rules == rules);
        if let Some(stored) = &stored
            && file::fingerprint(settings, written).map_err(failed)? == stored.bookmark
        {
            done.unchanged += 1;
            continue;
        }
        let mut desk = office.desk();
        let pull = file::Pull { settings, file: written, source_rank, parquet: &read_parquet };
        let pulled = file::pull(&pull, &mut desk).map_err(failed)?;
        let state = UnitState { rules, bookmark: pulled.fingerprint };
        read.push(ReadFile { unit, state, facts: pulled.facts, keys: desk.into_keys() });
    }
    for file in &read {
        known.extend(names::of_facts(&file.facts));
    }
    for ReadFile { unit, state, mut facts, keys } in read {
        names::drop_unknown_mentions(&mut facts, &known, &unit);
        done.read += 1;
        done.events += facts.events.len();
        segments.append(&unit, &state, facts, &keys, false)?;
    }
    Ok(())
}

fn read_parquet(path: &Path, wanted: &[String]) -> Result<file::Table, String> {
    let (columns, rows) = read_text_rows(path, wanted).map_err(|why| why.to_string())?;
    let rows = rows.into_iter().zip(1..).map(|(cells, line)| Ok(file::RawRow { line, cells: Ok(cells) }));
    Ok(file::Table { columns, rows: Box::new(rows) })
}

#[expect(clippy::too_many_arguments, reason = "the parts of one pull; a struct for one call would only rename them")]
fn pull_repository(
    settings: &Settings,
    repository: &Repository,
    source_rank: i64,
    office: &Office,
    segments: &mut Segments,
    fresh: bool,
    bar: &ProgressBar,
    done: &mut Pulled,
) -> Result<(), CommandError> {
    let failed = |why| CommandError::Git { repository: repository.name.clone(), why };
    let unit = git_unit(&repository.name);
    let rules = hash(&[
        &office.fingerprint(),
        &format!("{:?}{:?}{:?}", repository.role, repository.subject, repository.tags),
        &shaping(settings),
        &source_rank.to_string(),
    ]);
    let known = segments.manifest().unit(&unit)?.filter(|known| !fresh && known.rules == rules);
    // A bookmark of another version reads as none: everything is read again.
    let bookmark = known.as_ref().and_then(|known| serde_json::from_str::<git::Bookmark>(&known.bookmark).ok());
    let progress = |progress: git::Progress| {
        bar.set_prefix(progress.stage);
        bar.set_position(progress.done);
    };
    let mut desk = office.desk();
    let pull = git::Pull { settings, repository, source_rank, known: bookmark.as_ref(), progress: &progress };
    let pulled = git::pull(&pull, &mut desk).map_err(failed)?;
    if pulled.unchanged {
        done.unchanged += 1;
        return Ok(());
    }
    done.read += 1;
    done.events += pulled.facts.events.len();
    let bookmark = serde_json::to_string(&pulled.bookmark).expect("a bookmark is plain data");
    segments.append(&unit, &UnitState { rules, bookmark }, pulled.facts, &desk.into_keys(), pulled.continues)?;
    Ok(())
}

/// Everything in the study file that shapes what a source yields. Debug text is exact and needs no second schema.
fn shaping(settings: &Settings) -> String {
    let mut text = env!("CARGO_PKG_VERSION").to_owned();
    let subjects: Vec<_> = settings.repositories.iter().map(|repository| &repository.subject).collect();
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "{:?}{:?}{:?}{:?}{:?}{:?}{:?}{subjects:?}",
        settings.path_rules,
        settings.registries,
        settings.catalogs,
        settings.coverage.team_names,
        settings.environments,
        settings.limits,
        settings.zone,
    );
    text
}

fn hash(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
