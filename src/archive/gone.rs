//! What a whole listing no longer holds, and what ends with it.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::page::places;
use super::{Archive, ArchiveError};
use crate::log::Micros;

/// The latest version of each key of a scope.
const LATEST: &str = "select key, max(version) as version, since_us, gone_us from record
                      where unit = ?1 and stream = ?2 and scope = ?3 group by key";

impl Archive {
    /// The keys of a scope that are not gone.
    ///
    /// # Errors
    /// Where the archive cannot be read.
    pub fn standing(&self, unit: &str, stream: &str, scope: &str) -> Result<Vec<String>, ArchiveError> {
        let select = || -> rusqlite::Result<Vec<String>> {
            let mut all = self
                .database
                .prepare_cached(&format!("select key from ({LATEST}) where gone_us is null order by key"))?;
            all.query_map(params![unit, stream, scope], |row| row.get(0))?.collect()
        };
        self.wrap(select())
    }

    /// Whether a record is stored, gone or not.
    ///
    /// # Errors
    /// Where the archive cannot be read.
    pub fn holds(&self, unit: &str, stream: &str, scope: &str, key: &str) -> Result<bool, ArchiveError> {
        let sql = "select 1 from record where unit = ?1 and stream = ?2 and scope = ?3 and key = ?4 limit 1";
        let found = self.database.query_row(sql, params![unit, stream, scope, key], |_| Ok(())).optional();
        self.wrap(found).map(|found| found.is_some())
    }

    /// The places of a scope where something was left out.
    ///
    /// # Errors
    /// Where the archive cannot be read.
    pub fn places_left_out(&self, unit: &str, stream: &str, scope: &str) -> Result<BTreeSet<String>, ArchiveError> {
        self.wrap(places(&self.database, (unit, stream, scope)))
    }
}

/// Marks what a whole listing no longer holds. What it holds again, though no answer brought it (its page was said not to have
/// changed), stands again.
pub(super) fn mark(
    change: &Transaction<'_>,
    place: (&str, &str, &str),
    listed: &[String],
    at_us: Micros,
) -> rusqlite::Result<usize> {
    let listed: BTreeSet<&str> = listed.iter().map(String::as_str).collect();
    let mut changed = 0;
    for (key, version, since_us, gone_us) in latest(change, place)? {
        match (listed.contains(key.as_str()), gone_us) {
            (false, None) => end(change, place, &key, version, at_us)?,
            (true, Some(_)) => begin_again(change, place, &key, version, since_us.map(|_| at_us))?,
            _ => continue,
        }
        changed += 1;
    }
    Ok(changed)
}

/// Ends what is listed for records of a scope that are gone, when they went; `below`: which lists hang on which.
pub(super) fn end_below(
    change: &Transaction<'_>,
    (unit, stream, scope): (&str, &str, &str),
    below: &[(&'static str, &'static str)],
) -> rusqlite::Result<usize> {
    let children: Vec<&str> = below.iter().filter(|(of, _)| *of == stream).map(|(_, child)| *child).collect();
    if children.is_empty() {
        return Ok(0);
    }
    let mut changed = 0;
    for (key, .., gone_us) in latest(change, (unit, stream, scope))? {
        let Some(at_us) = gone_us else { continue };
        let path = if scope.is_empty() { key } else { format!("{scope}/{key}") };
        for child in &children {
            let place = (unit, *child, path.as_str());
            for (key, version, ..) in latest(change, place)?.iter().filter(|(.., gone_us)| gone_us.is_none()) {
                end(change, place, key, *version, at_us)?;
                changed += 1;
            }
            changed += end_below(change, place, below)?;
        }
    }
    Ok(changed)
}

/// Key, version, since when, and when it went.
type Latest = (String, i64, Option<Micros>, Option<Micros>);

fn latest(change: &Transaction<'_>, (unit, stream, scope): (&str, &str, &str)) -> rusqlite::Result<Vec<Latest>> {
    let mut all = change.prepare_cached(LATEST)?;
    let rows =
        all.query_map(params![unit, stream, scope], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    rows.collect()
}

fn end(
    change: &Transaction<'_>,
    (unit, stream, scope): (&str, &str, &str),
    key: &str,
    version: i64,
    at_us: Micros,
) -> rusqlite::Result<()> {
    let sql = "update record set gone_us = ?6
               where unit = ?1 and stream = ?2 and scope = ?3 and key = ?4 and version = ?5";
    change.prepare_cached(sql)?.execute(params![unit, stream, scope, key, version, at_us]).map(|_| ())
}

/// `since_us`: where the system keeps no history, that it was gone in between stays known.
fn begin_again(
    change: &Transaction<'_>,
    (unit, stream, scope): (&str, &str, &str),
    key: &str,
    version: i64,
    since_us: Option<Micros>,
) -> rusqlite::Result<()> {
    let sql = match since_us {
        Some(_) => {
            "insert into record
             select unit, stream, scope, key, version + 1, ?6, null, hash, body from record
             where unit = ?1 and stream = ?2 and scope = ?3 and key = ?4 and version = ?5"
        }
        None => {
            "update record set gone_us = ?6
             where unit = ?1 and stream = ?2 and scope = ?3 and key = ?4 and version = ?5"
        }
    };
    change.prepare_cached(sql)?.execute(params![unit, stream, scope, key, version, since_us]).map(|_| ())
}
