//! Writing: a page of records with everything that becomes true with it.

use std::collections::BTreeSet;

use rusqlite::{Transaction, TransactionBehavior, params};
use serde::{Deserialize, Serialize};

use super::{Archive, ArchiveError, body, gone};
use crate::log::{IdentityKey, Micros};

/// One record of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put {
    /// Its stream.
    pub stream: &'static str,
    /// What it was listed for (the key of a repository), or empty.
    pub scope: String,
    /// Unique within stream and scope.
    pub key: String,
    /// JSON, past the door.
    pub body: String,
    /// Where the stream has no history of its own: since when this version is known. Another body then makes another
    /// version beside it; elsewhere it takes its place.
    pub since_us: Option<Micros>,
}

/// Records of a stream and scope that were left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skip {
    /// Why, without a name of a person.
    pub reason: String,
    /// How often.
    pub count: i64,
    /// One case: a key or a place.
    pub example: String,
}

/// What becomes true together.
#[derive(Debug, Default)]
pub struct Page {
    /// Records.
    pub puts: Vec<Put>,
    /// How far stream and scope are now read.
    pub bookmark: Option<String>,
    /// The request, the validator of its answer, and what is to be known of the answer where it stays the same.
    pub validator: Option<(String, String, Option<String>)>,
    /// Keys of people that the records hold.
    pub keys: Vec<IdentityKey>,
    /// At the end of a whole listing: every key that it held, and when it was made. Others of the scope are gone.
    pub listed: Option<(Vec<String>, Micros)>,
    /// Which whole lists hang on the records of which stream: what is listed for a record that is gone ends with it.
    pub below: Vec<(&'static str, &'static str)>,
    /// Places of the scope (a record, a page, the empty word for the list itself) that were read again: what was left out there
    /// is forgotten.
    pub settled: Vec<String>,
    /// What was left out, by its place; it stays counted until its place is settled.
    pub left_out: Vec<(String, Skip)>,
    /// At the end of a walk over everything: the only places where something was left out.
    pub left_out_only: Option<BTreeSet<String>>,
}

impl Archive {
    /// Stores a page of a stream and scope. Says how many records are new or other than before.
    ///
    /// # Errors
    /// Where the archive cannot be written; then nothing of the page is stored.
    pub fn store(&mut self, unit: &str, stream: &str, scope: &str, page: &Page) -> Result<usize, ArchiveError> {
        let mut store = || -> rusqlite::Result<usize> {
            // It reads before it writes: begun otherwise, what another process commits in between would make it fail.
            let change = self.database.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut changed = 0;
            for put in &page.puts {
                changed += usize::from(put_one(&change, unit, put)?);
            }
            if let Some((keys, at_us)) = &page.listed {
                changed += gone::mark(&change, (unit, stream, scope), keys, *at_us)?;
                changed += gone::end_below(&change, (unit, stream, scope), &page.below)?;
            }
            if let Some(value) = &page.bookmark {
                change
                    .prepare_cached("insert or replace into bookmark values (?1, ?2, ?3, ?4)")?
                    .execute(params![unit, stream, scope, value])?;
            }
            if let Some((request, etag, next)) = &page.validator {
                change
                    .prepare_cached("insert or replace into validator values (?1, ?2, ?3, ?4)")?
                    .execute(params![unit, request, etag, next])?;
            }
            for key in &page.keys {
                change
                    .prepare_cached("insert or replace into identity_key values (?1, ?2, ?3, ?4, ?5)")?
                    .execute(params![unit, key.identity_id, key.kind, key.key, key.is_bot])?;
            }
            leave_out(&change, (unit, stream, scope), page)?;
            change.commit()?;
            Ok(changed)
        };
        let done = store();
        self.wrap(done)
    }
}

pub(super) fn put_one(change: &Transaction<'_>, unit: &str, put: &Put) -> rusqlite::Result<bool> {
    let hash = body::hash(&put.body);
    let last: Option<(i64, Vec<u8>, Option<i64>)> = {
        let mut latest = change.prepare_cached(
            "select version, hash, gone_us from record
             where unit = ?1 and stream = ?2 and scope = ?3 and key = ?4 order by version desc limit 1",
        )?;
        let mut rows = latest.query(params![unit, put.stream, put.scope, put.key])?;
        rows.next()?.map(|row| Ok::<_, rusqlite::Error>((row.get(0)?, row.get(1)?, row.get(2)?))).transpose()?
    };
    let version = match (&last, put.since_us) {
        (None, _) => 0,
        (Some((_, same, None)), _) if *same == hash => return Ok(false),
        (Some((version, ..)), Some(_)) => version + 1,
        (Some((version, ..)), None) => *version,
    };
    let mut insert =
        change.prepare_cached("insert or replace into record values (?1, ?2, ?3, ?4, ?5, ?6, null, ?7, ?8)")?;
    insert.execute(params![
        unit,
        put.stream,
        put.scope,
        put.key,
        version,
        put.since_us,
        hash,
        body::pack(&put.body)
    ])?;
    Ok(true)
}

/// What is left out of a scope from now on.
fn leave_out(change: &Transaction<'_>, (unit, stream, scope): (&str, &str, &str), page: &Page) -> rusqlite::Result<()> {
    let mut settle =
        change.prepare_cached("delete from skip where unit = ?1 and stream = ?2 and scope = ?3 and place = ?4")?;
    for place in &page.settled {
        settle.execute(params![unit, stream, scope, place])?;
    }
    for (place, skip) in &page.left_out {
        change.prepare_cached("insert or replace into skip values (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
            unit,
            stream,
            scope,
            place,
            skip.reason,
            skip.count,
            skip.example
        ])?;
    }
    let Some(only) = &page.left_out_only else { return Ok(()) };
    for place in places(change, (unit, stream, scope))?.difference(only) {
        settle.execute(params![unit, stream, scope, place])?;
    }
    Ok(())
}

/// The places of a scope where something was left out.
pub(super) fn places(
    database: &rusqlite::Connection,
    (unit, stream, scope): (&str, &str, &str),
) -> rusqlite::Result<BTreeSet<String>> {
    let mut all =
        database.prepare_cached("select distinct place from skip where unit = ?1 and stream = ?2 and scope = ?3")?;
    all.query_map(params![unit, stream, scope], |row| row.get(0))?.collect()
}
