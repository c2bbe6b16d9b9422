//! Which segments hold what, and how far each unit of a source has been read. SQLite, so that a segment and its bookmark
//! become true together.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, params};

use super::StoreError;
use super::private::create_private_file;

/// What is stored of one unit of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitState {
    /// A hash of everything in the study file that shapes what the unit yields.
    pub rules: String,
    /// How far it was read, in the source's own form.
    pub bookmark: String,
}

/// The manifest of a data folder.
pub struct Manifest {
    database: Connection,
    path: PathBuf,
}

const SCHEMA: &str = "
    create table if not exists unit (
        name text primary key,
        rules text not null,
        bookmark text not null,
        last_number integer not null
    ) strict;
    create table if not exists segment (
        unit text not null,
        number integer not null,
        folder text not null,
        primary key (unit, number)
    ) strict;
";

impl Manifest {
    /// Opens the manifest of a data folder, or makes it.
    ///
    /// # Errors
    /// Where the file cannot be made or is not a manifest.
    pub fn open(data: &Path) -> Result<Self, StoreError> {
        let path = data.join("manifest.sqlite");
        if !path.exists() {
            create_private_file(&path)?;
        }
        let open = || -> rusqlite::Result<Connection> {
            let database = Connection::open(&path)?;
            // A writer that is killed leaves the old state or the new one; after a power cut the last commits may be gone, and
            // are then pulled again.
            database.pragma_update(None, "journal_mode", "wal")?;
            database.pragma_update(None, "synchronous", "normal")?;
            database.execute_batch(SCHEMA)?;
            Ok(database)
        };
        let database = open().map_err(|why| StoreError::Manifest { path: path.clone(), why })?;
        Ok(Self { database, path })
    }

    fn wrap<T>(&self, result: rusqlite::Result<T>) -> Result<T, StoreError> {
        result.map_err(|why| StoreError::Manifest { path: self.path.clone(), why })
    }

    /// What is stored of a unit; `None` before its first pull.
    ///
    /// # Errors
    /// Where the manifest cannot be read.
    pub fn unit(&self, unit: &str) -> Result<Option<UnitState>, StoreError> {
        let found = self
            .database
            .query_row("select rules, bookmark from unit where name = ?1", [unit], |row| {
                Ok(UnitState { rules: row.get(0)?, bookmark: row.get(1)? })
            })
            .optional();
        self.wrap(found)
    }

    /// Every unit with what is stored of it, by name.
    ///
    /// # Errors
    /// Where the manifest cannot be read.
    pub fn units(&self) -> Result<Vec<(String, UnitState)>, StoreError> {
        let all = || -> rusqlite::Result<Vec<_>> {
            let mut statement = self.database.prepare("select name, rules, bookmark from unit order by name")?;
            let rows = statement
                .query_map([], |row| Ok((row.get(0)?, UnitState { rules: row.get(1)?, bookmark: row.get(2)? })))?;
            rows.collect()
        };
        self.wrap(all())
    }

    /// The units and folders of the segments that count, by unit and in the order that they were written.
    ///
    /// # Errors
    /// Where the manifest cannot be read.
    pub fn folders(&self) -> Result<Vec<(String, String)>, StoreError> {
        let all = || -> rusqlite::Result<Vec<_>> {
            let mut statement = self.database.prepare("select unit, folder from segment order by unit, number")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        };
        self.wrap(all())
    }

    /// The number that the next segment of a unit gets; numbers are never used twice.
    ///
    /// # Errors
    /// Where the manifest cannot be read.
    pub fn next_number(&self, unit: &str) -> Result<i64, StoreError> {
        let last = self
            .database
            .query_row("select last_number from unit where name = ?1", [unit], |row| row.get::<_, i64>(0))
            .optional();
        Ok(self.wrap(last)?.unwrap_or(0) + 1)
    }

    /// Makes a written segment count, with the bookmark that goes with it, in one transaction.
    ///
    /// # Errors
    /// Where the manifest cannot be written; the old state then still counts.
    pub fn commit(
        &mut self,
        unit: &str,
        state: &UnitState,
        segment: (i64, &str),
        continues: bool,
    ) -> Result<(), StoreError> {
        let (number, folder) = segment;
        let run = |database: &mut Connection| -> rusqlite::Result<()> {
            let transaction = database.transaction()?;
            if !continues {
                transaction.execute("delete from segment where unit = ?1", [unit])?;
            }
            transaction.execute(
                "insert into segment (unit, number, folder) values (?1, ?2, ?3)",
                params![unit, number, folder],
            )?;
            transaction.execute(
                "insert into unit (name, rules, bookmark, last_number) values (?1, ?2, ?3, ?4)
                 on conflict (name) do update set rules = ?2, bookmark = ?3, last_number = ?4",
                params![unit, state.rules, state.bookmark, number],
            )?;
            transaction.commit()
        };
        let done = run(&mut self.database);
        self.wrap(done)
    }

    /// Forgets units that the study file no longer lists.
    ///
    /// # Errors
    /// Where the manifest cannot be written.
    pub fn keep_only(&mut self, units: &[String]) -> Result<(), StoreError> {
        for (unit, _) in self.units()? {
            if !units.contains(&unit) {
                let gone = self
                    .database
                    .execute("delete from segment where unit = ?1", [&unit])
                    .and_then(|_| self.database.execute("delete from unit where name = ?1", [&unit]));
                self.wrap(gone)?;
            }
        }
        Ok(())
    }
}
