//! Showing, checking and clearing an archive.

use std::collections::BTreeSet;

use rusqlite::params;

use super::{Archive, ArchiveError, body};

/// What an archive holds of one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The unit of a source, `api:ID`.
    pub unit: String,
    /// Its stream.
    pub stream: String,
    /// Scopes that hold records.
    pub scopes: i64,
    /// Records, versions of one counted once.
    pub records: i64,
    /// Of these, no longer listed.
    pub gone: i64,
    /// Bytes as stored.
    pub bytes: i64,
    /// Records left out, each with a reason.
    pub skipped: i64,
}

/// Something in the archive that is not whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Unit, stream, scope and key, or [`Problem::FILE`].
    pub place: String,
    /// What is wrong.
    pub what: String,
}

/// Where units are named. A pull that was killed, or a unit that is read again, may have left something in any of them.
const TABLES: &[(&str, &str)] = &[
    ("unit", "name"),
    ("record", "unit"),
    ("bookmark", "unit"),
    ("validator", "unit"),
    ("identity_key", "unit"),
    ("skip", "unit"),
    ("delivery", "unit"),
];

/// A record that cannot be read back.
pub(super) struct Broken {
    pub(super) unit: String,
    pub(super) stream: String,
    pub(super) scope: String,
    pub(super) key: String,
    pub(super) version: i64,
    what: &'static str,
}

impl Broken {
    pub(super) fn problem(&self) -> Problem {
        let Self { unit, stream, scope, key, .. } = self;
        let path = if scope.is_empty() { key.clone() } else { format!("{scope}/{key}") };
        Problem { place: format!("{unit}/{stream}#{path}"), what: self.what.to_owned() }
    }
}

/// Every record that cannot be read back as it was stored.
pub(super) fn broken(database: &rusqlite::Connection) -> rusqlite::Result<Vec<Broken>> {
    let mut all = database.prepare(
        "select unit, stream, scope, key, version, hash, body from record order by unit, stream, scope, key, version",
    )?;
    let mut rows = all.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let stored: Vec<u8> = row.get(6)?;
        let what = match body::unpack(&stored) {
            None => "the body cannot be read",
            Some(text) if body::hash(&text) != row.get::<_, Vec<u8>>(5)? => "the body is not what was stored",
            Some(_) => continue,
        };
        found.push(Broken {
            unit: row.get(0)?,
            stream: row.get(1)?,
            scope: row.get(2)?,
            key: row.get(3)?,
            version: row.get(4)?,
            what,
        });
    }
    Ok(found)
}

impl Problem {
    /// The place of what is wrong with the file itself.
    pub const FILE: &str = "the file";
}

impl Archive {
    /// Every unit that the archive knows anything of, by name.
    ///
    /// # Errors
    /// Where the archive cannot be read.
    pub fn units(&self) -> Result<Vec<String>, ArchiveError> {
        let select = || -> rusqlite::Result<Vec<String>> {
            let mut found = BTreeSet::new();
            for (table, column) in TABLES {
                // From one name to the next: the records between are not looked at.
                let mut all = self.database.prepare(&format!(
                    "with recursive named (name) as (
                         select min({column}) from {table}
                         union all
                         select (select min({column}) from {table} where {column} > name) from named where name is not null
                     ) select name from named where name is not null"
                ))?;
                for name in all.query_map([], |row| row.get::<_, String>(0))? {
                    found.insert(name?);
                }
            }
            Ok(found.into_iter().collect())
        };
        self.wrap(select())
    }

    /// What is there, by unit and stream.
    ///
    /// # Errors
    /// Where the archive cannot be read.
    pub fn held(&self) -> Result<Vec<Held>, ArchiveError> {
        let select = || -> rusqlite::Result<Vec<Held>> {
            let mut all = self.database.prepare(
                "with
                 kept as (
                     select unit, stream, count(distinct scope) as scopes,
                            count(distinct scope || char(10) || key) as records, sum(length(body)) as bytes
                     from record group by unit, stream
                 ),
                 lost as (
                     select unit, stream, count(*) as gone from (
                         select unit, stream, scope, key, max(version), gone_us
                         from record group by unit, stream, scope, key
                     ) where gone_us is not null group by unit, stream
                 ),
                 left_out as (select unit, stream, sum(count) as skipped from skip group by unit, stream),
                 names as (select unit, stream from kept union select unit, stream from left_out)
                 select n.unit, n.stream, coalesce(k.scopes, 0), coalesce(k.records, 0), coalesce(l.gone, 0),
                        coalesce(k.bytes, 0), coalesce(o.skipped, 0)
                 from names as n
                 left join kept as k on n.unit = k.unit and n.stream = k.stream
                 left join lost as l on n.unit = l.unit and n.stream = l.stream
                 left join left_out as o on n.unit = o.unit and n.stream = o.stream
                 order by n.unit, n.stream",
            )?;
            let rows = all.query_map([], |row| {
                Ok(Held {
                    unit: row.get(0)?,
                    stream: row.get(1)?,
                    scopes: row.get(2)?,
                    records: row.get(3)?,
                    gone: row.get(4)?,
                    bytes: row.get(5)?,
                    skipped: row.get(6)?,
                })
            })?;
            rows.collect()
        };
        self.wrap(select())
    }

    /// Reads everything and says what is not whole: the file, bodies that cannot be read, bodies that are not what was
    /// stored.
    ///
    /// # Errors
    /// Where the archive cannot be read at all.
    pub fn verify(&self) -> Result<Vec<Problem>, ArchiveError> {
        let check = || -> rusqlite::Result<Vec<Problem>> {
            let mut problems = Vec::new();
            let mut pages = self.database.prepare("pragma integrity_check")?;
            for line in pages.query_map([], |row| row.get::<_, String>(0))? {
                let what = line?;
                if what != "ok" {
                    problems.push(Problem { place: Problem::FILE.to_owned(), what });
                }
            }
            problems.extend(broken(&self.database)?.iter().map(Broken::problem));
            Ok(problems)
        };
        self.wrap(check())
    }

    /// Removes the units that are not among these, and gives the room back to the disk. Says which were removed.
    ///
    /// # Errors
    /// Where the archive cannot be written.
    pub fn prune(&mut self, keep: &[String]) -> Result<Vec<String>, ArchiveError> {
        let keep: BTreeSet<&str> = keep.iter().map(String::as_str).collect();
        let lost: Vec<String> = self.units()?.into_iter().filter(|unit| !keep.contains(unit.as_str())).collect();
        for unit in &lost {
            self.forget(unit)?;
        }
        let vacuum = self.database.execute_batch("vacuum");
        self.wrap(vacuum)?;
        Ok(lost)
    }

    /// One record by its evidence (`api:ID/STREAM#KEY`): every version, oldest first.
    ///
    /// # Errors
    /// Where the archive cannot be read.
    pub fn by_evidence(&self, evidence: &str) -> Result<Vec<String>, ArchiveError> {
        let Some((unit, stream, key)) = evidence
            .split_once('#')
            .and_then(|(place, key)| place.rsplit_once('/').map(|(unit, stream)| (unit, stream, key)))
        else {
            return Ok(Vec::new());
        };
        let select = || -> rusqlite::Result<Vec<Vec<u8>>> {
            let mut found = self.database.prepare(
                "select body from record where unit = ?1 and stream = ?2
                 and (case when scope = '' then key else scope || '/' || key end = ?3 or key = ?3)
                 order by scope, version",
            )?;
            found.query_map(params![unit, stream, key], |row| row.get(0))?.collect()
        };
        let found = self.wrap(select())?;
        Ok(found.iter().filter_map(|stored| body::unpack(stored)).collect())
    }
}
