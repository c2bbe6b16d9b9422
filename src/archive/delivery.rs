//! Deliveries: what a system sent of itself. Each is stored once, with everything that becomes true with it.

use rusqlite::{Transaction, TransactionBehavior, params};

use super::page::{Put, Skip, put_one};
use super::{Archive, ArchiveError};
use crate::log::{IdentityKey, Micros};

/// One delivery, past the door.
#[derive(Debug, Default)]
pub struct Delivery {
    /// What makes it the same delivery when it comes again.
    pub key: String,
    /// When it came, by the clock of whoever received it. No record and no digest hangs on it.
    pub at_us: Micros,
    /// What is kept of it.
    pub puts: Vec<Put>,
    /// Keys of the people in it.
    pub keys: Vec<IdentityKey>,
    /// What of it is only counted: the stream, and why.
    pub counted: Vec<(&'static str, Skip)>,
}

impl Archive {
    /// Makes what is committed from now on outlive a power cut: a delivery does not come again once it was answered.
    ///
    /// # Errors
    /// Where the archive refuses.
    pub fn outlive_power_cuts(&self) -> Result<(), ArchiveError> {
        self.wrap(self.database.pragma_update(None, "synchronous", "full"))
    }

    /// Stores a delivery; says whether it was new. One that came before changes nothing.
    ///
    /// # Errors
    /// Where the archive cannot be written; then nothing of the delivery is stored.
    pub fn accept(&mut self, unit: &str, delivery: &Delivery) -> Result<bool, ArchiveError> {
        let mut accept =
            || -> rusqlite::Result<bool> {
                let change = self.database.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let new = change
                    .prepare_cached("insert or ignore into delivery values (?1, ?2, ?3)")?
                    .execute(params![unit, delivery.key, delivery.at_us])?;
                if new == 0 {
                    return Ok(false);
                }
                for put in &delivery.puts {
                    put_one(&change, unit, put)?;
                }
                for key in &delivery.keys {
                    change
                        .prepare_cached("insert or replace into identity_key values (?1, ?2, ?3, ?4, ?5)")?
                        .execute(params![unit, key.identity_id, key.kind, key.key, key.is_bot])?;
                }
                for (stream, skip) in &delivery.counted {
                    count(&change, unit, stream, skip)?;
                }
                change.commit()?;
                Ok(true)
            };
        let done = accept();
        self.wrap(done)
    }

    /// How many deliveries of a unit came, and when the last did.
    ///
    /// # Errors
    /// Where the archive cannot be read.
    pub fn deliveries(&self, unit: &str) -> Result<(i64, Option<Micros>), ArchiveError> {
        let sql = "select count(*), max(at_us) from delivery where unit = ?1";
        self.wrap(self.database.query_row(sql, [unit], |row| Ok((row.get(0)?, row.get(1)?))))
    }
}

/// Counts up. Of the examples the first by its text stays, so that the order of deliveries shows nowhere.
fn count(change: &Transaction<'_>, unit: &str, stream: &str, skip: &Skip) -> rusqlite::Result<()> {
    change
        .prepare_cached(
            "insert into skip values (?1, ?2, '', '', ?3, ?4, ?5) on conflict (unit, stream, scope, place, reason)
             do update set count = count + excluded.count, example = min(example, excluded.example)",
        )?
        .execute(params![unit, stream, skip.reason, skip.count, skip.example])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(key: &str, body: &str) -> Delivery {
        let put =
            Put { stream: "runs", scope: "7".to_owned(), key: key.to_owned(), body: body.to_owned(), since_us: None };
        let skip = Skip { reason: "an event of the kind `star`".to_owned(), count: 1, example: key.to_owned() };
        let id = format!("i-{body}");
        let person = IdentityKey { identity_id: id, kind: "email".to_owned(), key: "k".to_owned(), is_bot: false };
        Delivery { key: key.to_owned(), at_us: 5, puts: vec![put], keys: vec![person], counted: vec![("events", skip)] }
    }

    #[test]
    fn what_comes_again_changes_nothing_and_the_order_of_what_comes_shows_nowhere() {
        let digest = |keys: &[&str]| {
            let data = tempfile::tempdir().expect("a folder");
            let mut archive = Archive::open(data.path()).expect("open");
            archive.outlive_power_cuts().expect("heard");
            let new: Vec<bool> =
                keys.iter().map(|key| archive.accept("hook:a", &delivery(key, key)).expect("stored")).collect();
            (archive.digest("hook:a").expect("readable"), new, archive.deliveries("hook:a").expect("readable"))
        };
        let (calm, new, count) = digest(&["1", "2", "3"]);
        assert_eq!((new, count), (vec![true, true, true], (3, Some(5))));
        let (again, new, count) = digest(&["3", "1", "3", "2", "1"]);
        assert_eq!((again, count), (calm, (3, Some(5))));
        assert_eq!(new, [true, true, false, true, false]);
    }

    #[test]
    fn the_first_content_of_a_delivery_counts_and_a_forgotten_unit_takes_it_again() {
        let data = tempfile::tempdir().expect("a folder");
        let mut archive = Archive::open(data.path()).expect("open");
        assert!(archive.accept("hook:a", &delivery("1", "a")).expect("stored"));
        assert!(!archive.accept("hook:a", &delivery("1", "b")).expect("stored"));
        assert!(archive.accept("hook:b", &delivery("1", "b")).expect("stored"));
        assert_eq!(archive.records("hook:a", "runs").expect("readable")[0].body, "a");
        archive.restart("hook:a", "d", &str::to_owned).expect("restarted");
        assert!(!archive.accept("hook:a", &delivery("1", "a")).expect("stored"), "what came cannot be asked for again");
        archive.forget("hook:a").expect("forgotten");
        assert!(archive.accept("hook:a", &delivery("1", "a")).expect("stored"));
    }
}
