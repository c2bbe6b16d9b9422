//! What APIs answered, as far as it is used: one SQLite file, from which the log can be made again without a network.
//!
//! In: pages of records that [`crate::sources::api`] has already passed through its door (fields by allow-list, people as
//! identities, texts as references). Out: the same records in a total order. A page, its bookmark and the keys of the
//! people in it become true in one transaction, so whoever is killed leaves a bookmark that no record is missing before.
//!
//! Neighbours: `log` for the identity keys. The archive knows neither HTTP nor what a record means.

mod body;
mod care;
mod delivery;
mod error;
mod gone;
mod mend;
mod page;
mod read;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

pub use care::{Held, Problem};
pub use delivery::Delivery;
pub use error::ArchiveError;
pub use mend::AGAIN;
pub use page::{Page, Put, Skip};
pub use read::{Record, Records, View};

/// The archive of a data folder.
pub struct Archive {
    database: Connection,
    path: PathBuf,
}

/// The file in the data folder.
pub const FILE: &str = "archive.sqlite";

const SCHEMA: &str = "
    create table if not exists unit (
        name text primary key,
        door text not null
    ) strict;
    create table if not exists record (
        unit text not null,
        stream text not null,
        scope text not null,
        key text not null,
        version integer not null,
        since_us integer,
        gone_us integer,
        hash blob not null,
        body blob not null,
        primary key (unit, stream, scope, key, version)
    ) strict, without rowid;
    create table if not exists bookmark (
        unit text not null,
        stream text not null,
        scope text not null,
        value text not null,
        primary key (unit, stream, scope)
    ) strict, without rowid;
    create table if not exists validator (
        unit text not null,
        request text not null,
        etag text not null,
        next text,
        primary key (unit, request)
    ) strict, without rowid;
    create table if not exists identity_key (
        unit text not null,
        identity_id text not null,
        kind text not null,
        key text not null,
        is_bot integer not null,
        primary key (unit, identity_id, kind, key)
    ) strict, without rowid;
    create table if not exists skip (
        unit text not null,
        stream text not null,
        scope text not null,
        place text not null,
        reason text not null,
        count integer not null,
        example text not null,
        primary key (unit, stream, scope, place, reason)
    ) strict, without rowid;
    create table if not exists delivery (
        unit text not null,
        key text not null,
        at_us integer not null,
        primary key (unit, key)
    ) strict, without rowid;
";

/// Archives of before counted what was left out by scope; such a count stands for the list itself, until it is read again.
const SKIPS_BY_SCOPE: &str = "
    begin immediate;
    alter table skip rename to skip_by_scope;
    create table skip (
        unit text not null,
        stream text not null,
        scope text not null,
        place text not null,
        reason text not null,
        count integer not null,
        example text not null,
        primary key (unit, stream, scope, place, reason)
    ) strict, without rowid;
    insert into skip select unit, stream, scope, '', reason, count, example from skip_by_scope;
    drop table skip_by_scope;
    commit;
";

impl Archive {
    /// Opens the archive of a data folder, or makes it, readable by its owner alone. A pull holds the folder's lock; whoever
    /// receives deliveries writes beside it, each in transactions that wait for the other's.
    ///
    /// # Errors
    /// Where the file cannot be made or is no archive.
    pub fn open(data: &Path) -> Result<Self, ArchiveError> {
        let path = data.join(FILE);
        let refused = |why| ArchiveError::File { path: path.clone(), why };
        if !path.exists() {
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.open(&path).map_err(refused)?;
        }
        let open = || -> rusqlite::Result<Connection> {
            let database = Connection::open(&path)?;
            // A writer that is killed leaves whole transactions; after a power cut the last may be gone, and are pulled again.
            database.pragma_update(None, "journal_mode", "wal")?;
            database.pragma_update(None, "synchronous", "normal")?;
            database.execute_batch(SCHEMA)?;
            let columns = "select count(*) from pragma_table_info('skip') where name = 'place'";
            if database.query_row(columns, [], |row| row.get::<_, i64>(0))? == 0 {
                database.execute_batch(SKIPS_BY_SCOPE)?;
            }
            Ok(database)
        };
        let database = open().map_err(|why| ArchiveError::Database { path: path.clone(), why })?;
        Ok(Self { database, path })
    }

    pub(crate) fn wrap<T>(&self, result: rusqlite::Result<T>) -> Result<T, ArchiveError> {
        result.map_err(|why| ArchiveError::Database { path: self.path.clone(), why })
    }

    /// What shaped the records of a unit as they came through the door; `None` before its first pull.
    ///
    /// # Errors
    /// Where the archive cannot be read.
    pub fn door(&self, unit: &str) -> Result<Option<String>, ArchiveError> {
        let found = self.database.query_row("select door from unit where name = ?1", [unit], |row| row.get(0));
        self.wrap(found.optional())
    }

    /// Notes what shapes the records of a unit from now on.
    ///
    /// # Errors
    /// Where the archive cannot be written.
    pub fn set_door(&mut self, unit: &str, door: &str) -> Result<(), ArchiveError> {
        let done = self.database.execute(
            "insert into unit (name, door) values (?1, ?2) on conflict (name) do update set door = excluded.door",
            params![unit, door],
        );
        self.wrap(done).map(|_| ())
    }

    /// How far a stream was read in one scope, in the source's own form.
    ///
    /// # Errors
    /// Where the archive cannot be read.
    pub fn bookmark(&self, unit: &str, stream: &str, scope: &str) -> Result<Option<String>, ArchiveError> {
        let sql = "select value from bookmark where unit = ?1 and stream = ?2 and scope = ?3";
        self.wrap(self.database.query_row(sql, params![unit, stream, scope], |row| row.get(0)).optional())
    }

    /// The validator that a request was last answered with, and what the source noted of that answer.
    ///
    /// # Errors
    /// Where the archive cannot be read.
    pub fn validator(&self, unit: &str, request: &str) -> Result<Option<(String, Option<String>)>, ArchiveError> {
        let sql = "select etag, next from validator where unit = ?1 and request = ?2";
        let found = self.database.query_row(sql, params![unit, request], |row| Ok((row.get(0)?, row.get(1)?)));
        self.wrap(found.optional())
    }

    /// Forgets a unit: what it holds is pulled again.
    ///
    /// # Errors
    /// Where the archive cannot be written.
    pub fn forget(&mut self, unit: &str) -> Result<(), ArchiveError> {
        self.clear(unit, &["record", "bookmark", "validator", "identity_key", "skip", "delivery"])
    }

    fn clear(&mut self, unit: &str, tables: &[&str]) -> Result<(), ArchiveError> {
        let mut clear = || -> rusqlite::Result<()> {
            let change = self.database.transaction_with_behavior(TransactionBehavior::Immediate)?;
            change.execute("delete from unit where name = ?1", [unit])?;
            for table in tables {
                change.execute(&format!("delete from {table} where unit = ?1"), [unit])?;
            }
            change.commit()
        };
        let done = clear();
        self.wrap(done)
    }
}

#[cfg(test)]
mod tests;
