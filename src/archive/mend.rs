//! Reading again: from the beginning, or what is broken. What is stored stays whole until something takes its place.

use std::collections::BTreeSet;

use rusqlite::{Transaction, TransactionBehavior, params};

use super::care::broken;
use super::{Archive, ArchiveError, Problem};

/// Stands before what shapes the records of a unit while it is read again: until the end, some are still as they were let in
/// by what stood there before.
pub const AGAIN: &str = "again:";

impl Archive {
    /// Has a unit read again from the beginning, under this door. Every record stays, and takes the form of the new answer when
    /// that comes. `anew` makes of a bookmark that of a list which begins again, and keeps of it what only the past knows.
    ///
    /// # Errors
    /// Where the archive cannot be written.
    pub fn restart(&mut self, unit: &str, door: &str, anew: &dyn Fn(&str) -> String) -> Result<(), ArchiveError> {
        let mut restart = || -> rusqlite::Result<()> {
            let change = self.database.transaction_with_behavior(TransactionBehavior::Immediate)?;
            change.execute(
                "insert into unit (name, door) values (?1, ?2) on conflict (name) do update set door = excluded.door",
                params![unit, format!("{AGAIN}{door}")],
            )?;
            begin_anew(&change, unit, None, anew)?;
            change.commit()
        };
        let done = restart();
        self.wrap(done)
    }

    /// Takes out the records that cannot be read back, of one unit or of all, and has the lists of their scopes read again:
    /// the next pull brings what the system still has. Says which.
    ///
    /// # Errors
    /// Where the archive cannot be written.
    pub fn mend(&mut self, unit: Option<&str>, anew: &dyn Fn(&str) -> String) -> Result<Vec<Problem>, ArchiveError> {
        let mut mend = || -> rusqlite::Result<Vec<Problem>> {
            let change = self.database.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let found: Vec<_> =
                broken(&change)?.into_iter().filter(|one| unit.is_none_or(|unit| one.unit == unit)).collect();
            let scopes: BTreeSet<(&str, &str)> = found.iter().map(|one| (&*one.unit, &*one.scope)).collect();
            for one in &found {
                let sql = "delete from record
                           where unit = ?1 and stream = ?2 and scope = ?3 and key = ?4 and version = ?5";
                change.execute(sql, params![one.unit, one.stream, one.scope, one.key, one.version])?;
            }
            // A list within a record has no bookmark of its own; that of its record is one of the same scope.
            for (unit, scope) in scopes {
                begin_anew(&change, unit, Some(scope), anew)?;
            }
            change.commit()?;
            Ok(found.iter().map(super::care::Broken::problem).collect())
        };
        let done = mend();
        self.wrap(done)
    }
}

/// Every list of a unit, or of one scope of it, begins again, and no page of it is asked for on condition.
fn begin_anew(
    change: &Transaction<'_>,
    unit: &str,
    scope: Option<&str>,
    anew: &dyn Fn(&str) -> String,
) -> rusqlite::Result<()> {
    let mut all =
        change.prepare("select stream, scope, value from bookmark where unit = ?1 and (?2 is null or scope = ?2)")?;
    let marks: Vec<(String, String, String)> = all
        .query_map(params![unit, scope], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (stream, scope, value) in marks {
        let sql = "update bookmark set value = ?4 where unit = ?1 and stream = ?2 and scope = ?3";
        change.execute(sql, params![unit, stream, scope, anew(&value)])?;
    }
    change.execute("delete from validator where unit = ?1", [unit]).map(|_| ())
}
