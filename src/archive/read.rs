//! Reading: records, keys and what was left out, in a total order.

use rusqlite::params;
use sha2::{Digest as _, Sha256};

use super::{Archive, ArchiveError, Skip, body};
use crate::log::{IdentityKey, Micros};

/// A stored record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it was listed for.
    pub scope: String,
    /// Unique within stream and scope.
    pub key: String,
    /// From 0; more than one only where the stream has no history of its own.
    pub version: i64,
    /// Since when this version is known, where the stream has no history of its own.
    pub since_us: Option<Micros>,
    /// When a whole listing no longer held it.
    pub gone_us: Option<Micros>,
    /// JSON.
    pub body: String,
}

impl Archive {
    /// Every record of a stream, by scope, key and version.
    ///
    /// # Errors
    /// Where the archive cannot be read, or a record is broken.
    pub fn records(&self, unit: &str, stream: &str) -> Result<Vec<Record>, ArchiveError> {
        self.select(unit, stream, "", None)
    }

    /// The records of one scope.
    ///
    /// # Errors
    /// As [`Archive::records`].
    pub fn records_of(&self, unit: &str, stream: &str, scope: &str) -> Result<Vec<Record>, ArchiveError> {
        self.select(unit, stream, " and scope = ?3", Some(scope))
    }

    fn select(&self, unit: &str, stream: &str, more: &str, scope: Option<&str>) -> Result<Vec<Record>, ArchiveError> {
        let select = || -> rusqlite::Result<Vec<(Record, Option<String>)>> {
            let mut all = self.database.prepare_cached(&format!(
                "select scope, key, version, since_us, gone_us, body from record
                 where unit = ?1 and stream = ?2{more} order by scope, key, version"
            ))?;
            let read = |row: &rusqlite::Row<'_>| {
                let stored: Vec<u8> = row.get(5)?;
                let record = Record {
                    scope: row.get(0)?,
                    key: row.get(1)?,
                    version: row.get(2)?,
                    since_us: row.get(3)?,
                    gone_us: row.get(4)?,
                    body: String::new(),
                };
                Ok((record, body::unpack(&stored)))
            };
            match scope {
                Some(scope) => all.query_map(params![unit, stream, scope], read)?.collect(),
                None => all.query_map(params![unit, stream], read)?.collect(),
            }
        };
        let rows = select();
        self.wrap(rows)?
            .into_iter()
            .map(|(record, text)| match text {
                Some(body) => Ok(Record { body, ..record }),
                None => Err(ArchiveError::Broken {
                    path: self.path.clone(),
                    record: format!("{unit}/{stream}#{}", record.key),
                }),
            })
            .collect()
    }

    /// How many records a stream holds in one scope that are not gone.
    ///
    /// # Errors
    /// Where the archive cannot be read.
    pub fn count_of(&self, unit: &str, stream: &str, scope: &str) -> Result<u64, ArchiveError> {
        let sql = "select count(distinct key) from record
                   where unit = ?1 and stream = ?2 and scope = ?3 and gone_us is null";
        let count: i64 = self.wrap(self.database.query_row(sql, params![unit, stream, scope], |row| row.get(0)))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The keys of the people in a unit's records.
    ///
    /// # Errors
    /// Where the archive cannot be read.
    pub fn identity_keys(&self, unit: &str) -> Result<Vec<IdentityKey>, ArchiveError> {
        let select = || -> rusqlite::Result<Vec<IdentityKey>> {
            let mut all = self
                .database
                .prepare("select identity_id, kind, key, is_bot from identity_key where unit = ?1 order by 1, 2, 3")?;
            let rows = all.query_map([unit], |row| {
                Ok(IdentityKey { identity_id: row.get(0)?, kind: row.get(1)?, key: row.get(2)?, is_bot: row.get(3)? })
            })?;
            rows.collect()
        };
        let rows = select();
        self.wrap(rows)
    }

    /// What was left out of a unit, by stream.
    ///
    /// # Errors
    /// Where the archive cannot be read.
    pub fn skips(&self, unit: &str) -> Result<Vec<(String, Skip)>, ArchiveError> {
        let select = || -> rusqlite::Result<Vec<(String, Skip)>> {
            let mut all = self.database.prepare(
                "select stream, reason, sum(count), min(example) from skip where unit = ?1 group by 1, 2 order by 1, 2",
            )?;
            let rows = all.query_map([unit], |row| {
                Ok((row.get(0)?, Skip { reason: row.get(1)?, count: row.get(2)?, example: row.get(3)? }))
            })?;
            rows.collect()
        };
        let rows = select();
        self.wrap(rows)
    }

    /// A hash of everything that a unit's facts are made of: two archives of the same content have the same.
    ///
    /// # Errors
    /// Where the archive cannot be read.
    pub fn digest(&self, unit: &str) -> Result<String, ArchiveError> {
        let parts = [
            "select stream, scope, key || ' ' || version || ' ' || coalesce(since_us, '') || ' ' ||
             coalesce(gone_us, ''), hash from record where unit = ?1 order by stream, scope, key, version",
            "select stream, scope, value, x'' from bookmark where unit = ?1 order by 1, 2",
            "select identity_id, kind, key || is_bot, x'' from identity_key where unit = ?1 order by 1, 2, 3",
            "select stream, scope, reason || count || example, x'' from skip where unit = ?1 order by 1, 2, 3",
        ];
        let mut digest = Sha256::new();
        let mut read = || -> rusqlite::Result<()> {
            for sql in parts {
                let mut all = self.database.prepare(sql)?;
                let mut rows = all.query([unit])?;
                while let Some(row) = rows.next()? {
                    for column in 0..3 {
                        let text: String = row.get(column)?;
                        digest.update((text.len() as u64).to_le_bytes());
                        digest.update(text.as_bytes());
                    }
                    digest.update(row.get::<_, Vec<u8>>(3)?);
                }
                digest.update([0xff]);
            }
            Ok(())
        };
        let done = read();
        self.wrap(done)?;
        let hex = |text: String, byte: &u8| format!("{text}{byte:02x}");
        Ok(digest.finalize()[..16].iter().fold(String::new(), hex))
    }
}
