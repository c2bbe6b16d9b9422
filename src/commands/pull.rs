//! From sources to segments: each repository as it comes, then the files, all or nothing.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use indicatif::ProgressBar;

use super::hash::of_texts as hash;
use super::output::{Talk, progress_bar};
use super::pull_apis::{self, Reach, Wish};
use super::{CommandError, names};
use crate::archive::Archive;
use crate::config::written::WrittenFile;
use crate::config::{Repository, Settings};
use crate::log::{Facts, IdentityKey};
use crate::people::Office;
use crate::sources::api::hook;
use crate::sources::{file, git};
use crate::store::{OpenSegment, Segments, StoreError, UnitState, read_text_rows};

/// What a pull did, for the one line that it prints.
#[derive(Debug, Default)]
pub(crate) struct Pulled {
    /// Units that were read.
    pub(crate) read: usize,
    /// Units that had nothing new.
    pub(crate) unchanged: usize,
    /// Events that were added.
    pub(crate) events: usize,
    /// APIs that could not be read, each with its reason. What the archive holds of them is read all the same.
    pub(crate) failed: Vec<CommandError>,
}

/// Reads whatever is new in repositories and files, and in APIs as far as `wish` says.
pub(crate) fn pull(
    settings: &Settings,
    segments: &mut Segments,
    wish: Wish,
    talk: Talk,
) -> Result<Pulled, CommandError> {
    let office = Office::open(settings)?;
    let fresh = wish.reach == Reach::Fresh;
    let mut done = Pulled::default();
    for (repository, source_rank) in settings.repositories.iter().zip(0..) {
        let bar = progress_bar(talk, &repository.name);
        pull_repository(settings, repository, source_rank, &office, segments, fresh, &bar, &mut done)?;
        bar.finish_and_clear();
    }
    if settings.apis.is_empty() && settings.receivers.is_empty() {
        // After the repositories: which words of a ticket name a service is known only then.
        pull_files(settings, &office, segments, fresh, &BTreeSet::new(), &mut done)?;
    } else {
        let mut archive = Archive::open(&settings.data)?;
        done.failed = pull_apis::fill(settings, &office, &mut archive, wish, talk)?;
        let named = pull_apis::names(settings, &office, &archive, segments)?;
        let known = pull_files(settings, &office, segments, fresh, &named, &mut done)?;
        let (translated, unchanged) = pull_apis::translate(settings, &office, &archive, segments, &known)?;
        done.unchanged += unchanged;
        for pull_apis::Translated { unit, state, facts, keys } in translated {
            done.read += 1;
            done.events += facts.events.len();
            segments.append(&unit, &state, facts, keys, false)?;
        }
    }
    segments.keep_only(&units(settings))?;
    Ok(done)
}

fn units(settings: &Settings) -> Vec<String> {
    let repositories = settings.repositories.iter().map(|repository| git_unit(&repository.name));
    let apis = settings.apis.iter().map(|api| pull_apis::unit(&api.id));
    let receivers = settings.receivers.iter().filter(|one| one.tells_itself()).map(hook::unit);
    repositories.chain(apis).chain(receivers).chain(settings.files.iter().map(|file| file_unit(&file.id))).collect()
}

fn git_unit(name: &str) -> String {
    format!("git:{name}")
}

fn file_unit(id: &str) -> String {
    format!("file:{id}")
}

struct ReadFile {
    unit: String,
    fingerprint: String,
    facts: Facts,
    keys: Vec<IdentityKey>,
}

/// Every file is read before any is stored: a file that must stop the load changes nothing.
///
/// Which words of a ticket name a service depends on every name that is known, so a file is also read again when the names
/// are no longer those that it was read with. `named`: the components that APIs know. Gives every name that is known.
fn pull_files(
    settings: &Settings,
    office: &Office,
    segments: &mut Segments,
    fresh: bool,
    named: &BTreeSet<String>,
    done: &mut Pulled,
) -> Result<BTreeSet<String>, CommandError> {
    let first_rank = i64::try_from(settings.repositories.len() + settings.apis.len()).unwrap_or(i64::MAX);
    let ranked: Vec<(&WrittenFile, i64)> = settings.files.iter().zip(first_rank..).collect();
    let mut read = Vec::new();
    let mut unchanged = Vec::new();
    for (written, rank) in ranked {
        let stored = segments.manifest().unit(&file_unit(&written.id))?.filter(|_| !fresh);
        let fingerprint = file::fingerprint(settings, written).map_err(|why| file_error(settings, written, why))?;
        match stored {
            Some(stored) if stored.bookmark == fingerprint && stored.rules.starts_with(&file_rules(office, rank)) => {
                unchanged.push((written, rank, stored.rules));
            }
            _ => read.push((rank, read_file(settings, written, rank, office)?)),
        }
    }
    let kept: Vec<String> = unchanged.iter().map(|(written, ..)| file_unit(&written.id)).collect();
    let mut known = names::stored(settings, segments, &kept)?;
    known.extend(named.iter().cloned());
    for (_, file) in &read {
        known.extend(names::of_facts(&file.facts));
    }
    let known_hash = hash(&known.iter().map(String::as_str).collect::<Vec<_>>());
    for (written, rank, rules) in unchanged {
        if rules.ends_with(&known_hash) {
            done.unchanged += 1;
        } else {
            read.push((rank, read_file(settings, written, rank, office)?));
        }
    }
    for (rank, ReadFile { unit, fingerprint, mut facts, keys }) in read {
        names::drop_unknown_mentions(&mut facts, &known, &unit);
        done.read += 1;
        done.events += facts.events.len();
        let rules = format!("{}:{known_hash}", file_rules(office, rank));
        segments.append(&unit, &UnitState { rules, bookmark: fingerprint }, facts, keys, false)?;
    }
    Ok(known)
}

fn read_file(
    settings: &Settings,
    written: &WrittenFile,
    source_rank: i64,
    office: &Office,
) -> Result<ReadFile, CommandError> {
    let mut desk = office.desk();
    let pull = file::Pull { settings, file: written, source_rank, parquet: &read_parquet };
    let pulled = file::pull(&pull, &mut desk).map_err(|why| file_error(settings, written, why))?;
    Ok(ReadFile {
        unit: file_unit(&written.id),
        fingerprint: pulled.fingerprint,
        facts: pulled.facts,
        keys: desk.into_keys(),
    })
}

fn file_error(settings: &Settings, written: &WrittenFile, why: file::FileError) -> CommandError {
    CommandError::File { file: written.id.clone(), place: settings.place_naming(&written.id), why }
}

/// What a file's rows depend on beside its bytes, its entry in the study file and the names that are known.
fn file_rules(office: &Office, source_rank: i64) -> String {
    hash(&[&office.fingerprint(), env!("CARGO_PKG_VERSION"), &source_rank.to_string()])
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
    let failed = |why| CommandError::Git { place: settings.place_naming(&repository.name), why };
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
    // Begun with the first rows: most repositories have nothing new most of the time.
    let mut segment: Result<Option<OpenSegment>, StoreError> = Ok(None);
    let mut write = |facts: Facts| {
        done.events += facts.events.len();
        if let Ok(open) = &mut segment
            && let Err(why) = write_part(segments, &unit, open, facts)
        {
            segment = Err(why);
        }
    };
    let pulled = git::pull_in_parts(&pull, &mut desk, &mut write).map_err(failed)?;
    if pulled.unchanged {
        done.unchanged += 1;
        return Ok(());
    }
    write(pulled.facts);
    done.read += 1;
    let bookmark = serde_json::to_string(&pulled.bookmark).expect("a bookmark is plain data");
    let Some(segment) = segment? else { return Ok(()) };
    segments.commit(segment, &UnitState { rules, bookmark }, desk.into_keys(), pulled.continues)?;
    Ok(())
}

fn write_part(segments: &Segments, unit: &str, open: &mut Option<OpenSegment>, facts: Facts) -> Result<(), StoreError> {
    let mut segment = match open.take() {
        Some(segment) => segment,
        None => segments.begin(unit)?,
    };
    segment.write(facts)?;
    *open = Some(segment);
    Ok(())
}

/// Everything in the study file that shapes what a source yields. Debug text is exact and needs no second schema.
fn shaping(settings: &Settings) -> String {
    let mut text = env!("CARGO_PKG_VERSION").to_owned();
    let subjects: Vec<_> = settings.repositories.iter().map(|repository| &repository.subject).collect();
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "{:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}{subjects:?}",
        settings.path_rules,
        settings.registries,
        settings.catalogs,
        settings.coverage.team_names,
        settings.environments,
        settings.limits,
        settings.zone,
        settings.names_in_texts(),
    );
    text
}
