//! Reading: records, keys and what was left out, in a total order.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{ToSql, Transaction, params};
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

/// So many records are read at once.
const AT_ONCE: i64 = 500;

/// Records of a stream by scope, key and version, a few hundred of them in memory at once.
pub struct Records<'a> {
    archive: &'a Archive,
    unit: &'a str,
    stream: &'a str,
    page: std::vec::IntoIter<Record>,
    last: (String, String, i64),
    is_at_end: bool,
}

impl Iterator for Records<'_> {
    type Item = Result<Record, ArchiveError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.page.next() {
                return Some(Ok(record));
            }
            if self.is_at_end {
                return None;
            }
            let (scope, key, version) = &self.last;
            let page = self.archive.select(
                self.unit,
                self.stream,
                "and (scope, key, version) > (?3, ?4, ?5) order by scope, key, version limit ?6",
                &[scope, key, version, &AT_ONCE],
            );
            match page {
                Ok(page) => {
                    self.is_at_end = page.is_empty();
                    if let Some(last) = page.last() {
                        self.last = (last.scope.clone(), last.key.clone(), last.version);
                    }
                    self.page = page.into_iter();
                }
                Err(why) => {
                    self.is_at_end = true;
                    return Some(Err(why));
                }
            }
        }
    }
}

/// The archive as it is at one moment, whatever is written to it meanwhile, until this is dropped.
pub struct View<'a>(#[expect(dead_code, reason = "it ends where it is dropped")] Transaction<'a>);

impl Archive {
    /// Holds fast what is read from now on.
    ///
    /// # Errors
    /// Where the archive cannot be read, or is held fast already.
    pub fn view(&self) -> Result<View<'_>, ArchiveError> {
        self.wrap(self.database.unchecked_transaction()).map(View)
    }

    /// Every record of a stream, by scope, key and version.
    ///
    /// # Errors
    /// Where the archive cannot be read, or a record is broken.
    pub fn records(&self, unit: &str, stream: &str) -> Result<Vec<Record>, ArchiveError> {
        self.select(unit, stream, "order by scope, key, version", &[])
    }

    /// The same, one after the other.
    pub fn each<'a>(&'a self, unit: &'a str, stream: &'a str) -> Records<'a> {
        let (page, last) = (Vec::new().into_iter(), (String::new(), String::new(), -1));
        Records { archive: self, unit, stream, page, last, is_at_end: false }
    }

    /// The records of one scope.
    ///
    /// # Errors
    /// As [`Archive::records`].
    pub fn records_of(&self, unit: &str, stream: &str, scope: &str) -> Result<Vec<Record>, ArchiveError> {
        self.select(unit, stream, "and scope = ?3 order by scope, key, version", &[&scope])
    }

    /// The records of one scope whose keys begin with a text that ends in a slash; the empty text begins every key.
    ///
    /// # Errors
    /// As [`Archive::records`].
    pub fn records_below(
        &self,
        unit: &str,
        stream: &str,
        scope: &str,
        head: &str,
    ) -> Result<Vec<Record>, ArchiveError> {
        let Some(before) = head.strip_suffix('/') else { return self.records_of(unit, stream, scope) };
        // The letter after the slash.
        let end = format!("{before}0");
        let filter = "and scope = ?3 and key >= ?4 and key < ?5 order by scope, key, version";
        self.select(unit, stream, filter, &[&scope, &head, &end])
    }

    /// The latest version of a record.
    ///
    /// # Errors
    /// As [`Archive::records`].
    pub fn latest(&self, unit: &str, stream: &str, scope: &str, key: &str) -> Result<Option<Record>, ArchiveError> {
        let filter = "and scope = ?3 and key = ?4 order by version desc limit 1";
        Ok(self.select(unit, stream, filter, &[&scope, &key])?.pop())
    }

    /// Some hundred records behind a place (scope and key), each by its latest version; those that are gone are left out.
    ///
    /// # Errors
    /// As [`Archive::records`].
    pub fn standing_after(
        &self,
        unit: &str,
        stream: &str,
        (scope, key): (&str, &str),
    ) -> Result<Vec<Record>, ArchiveError> {
        let filter = "and (scope, key) > (?3, ?4) and gone_us is null and not exists (
                          select 1 from record as later
                          where later.unit = record.unit and later.stream = record.stream
                          and later.scope = record.scope and later.key = record.key and later.version > record.version
                      ) order by scope, key limit ?5";
        self.select(unit, stream, filter, &[&scope, &key, &AT_ONCE])
    }

    fn select(
        &self,
        unit: &str,
        stream: &str,
        filter: &'static str,
        more: &[&dyn ToSql],
    ) -> Result<Vec<Record>, ArchiveError> {
        let select = || -> rusqlite::Result<Vec<(Record, Option<String>)>> {
            let mut all = self.database.prepare_cached(&format!(
                "select scope, key, version, since_us, gone_us, body from record
                 where unit = ?1 and stream = ?2 {filter}"
            ))?;
            let wanted: Vec<&dyn ToSql> =
                [&unit as &dyn ToSql, &stream].into_iter().chain(more.iter().copied()).collect();
            let rows = all.query_map(wanted.as_slice(), |row| {
                let body = body::unpack(row.get_ref(5)?.as_blob()?);
                let record = Record {
                    scope: row.get(0)?,
                    key: row.get(1)?,
                    version: row.get(2)?,
                    since_us: row.get(3)?,
                    gone_us: row.get(4)?,
                    body: String::new(),
                };
                Ok((record, body))
            })?;
            rows.collect()
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

    /// How many records a stream holds, every version of one counted.
    ///
    /// # Errors
    /// Where the archive cannot be read.
    pub fn count(&self, unit: &str, stream: &str) -> Result<i64, ArchiveError> {
        let sql = "select count(*) from record where unit = ?1 and stream = ?2";
        self.wrap(self.database.query_row(sql, params![unit, stream], |row| row.get(0)))
    }

    /// Whether a stream holds anything.
    ///
    /// # Errors
    /// Where the archive cannot be read.
    pub fn holds_any(&self, unit: &str, stream: &str) -> Result<bool, ArchiveError> {
        let sql = "select exists (select 1 from record where unit = ?1 and stream = ?2)";
        self.wrap(self.database.query_row(sql, params![unit, stream], |row| row.get(0)))
    }

    /// What of a stream stands in more than one scope: the part of the key before its first slash, and the scopes.
    ///
    /// # Errors
    /// Where the archive cannot be read.
    pub fn scattered(&self, unit: &str, stream: &str) -> Result<BTreeMap<String, BTreeSet<String>>, ArchiveError> {
        let select = || -> rusqlite::Result<BTreeMap<String, BTreeSet<String>>> {
            let mut all = self.database.prepare(
                "with places as (
                     select distinct substr(key, 1, instr(key, '/') - 1) as head, scope
                     from record where unit = ?1 and stream = ?2
                 )
                 select head, scope from places
                 where head in (select head from places group by head having count(*) > 1) order by 1, 2",
            )?;
            let mut scattered = BTreeMap::<String, BTreeSet<String>>::new();
            let mut rows = all.query(params![unit, stream])?;
            while let Some(row) = rows.next()? {
                scattered.entry(row.get(0)?).or_default().insert(row.get(1)?);
            }
            Ok(scattered)
        };
        let found = select();
        self.wrap(found)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::{Page, Put};

    fn put(scope: &str, key: &str, body: &str, since_us: Option<Micros>) -> Put {
        Put { stream: "x", scope: scope.to_owned(), key: key.to_owned(), body: body.to_owned(), since_us }
    }

    fn store(archive: &mut Archive, scope: &str, puts: Vec<Put>, listed: Option<(Vec<String>, Micros)>) {
        archive.store("api:a", "x", scope, &Page { puts, listed, ..Page::default() }).expect("stored");
    }

    /// More records than are read at once, some of several versions, and some of them gone.
    fn many() -> (tempfile::TempDir, Archive) {
        let data = tempfile::tempdir().expect("a folder");
        let mut archive = Archive::open(data.path()).expect("open");
        for scope in ["", "a", "a/b"] {
            let keys: Vec<String> = (0..700).map(|number| format!("{}/{number}", number % 7)).collect();
            for version in 0..2 {
                let some = keys.iter().enumerate().filter(|(place, _)| version == 0 || place % 100 == 99);
                let puts =
                    some.map(|(_, key)| put(scope, key, &format!("{{\"v\":{version}}}"), Some(version))).collect();
                store(&mut archive, scope, puts, None);
            }
            let listed = keys.iter().enumerate().filter(|(place, _)| place % 50 != 49).map(|(_, key)| key.clone());
            store(&mut archive, scope, Vec::new(), Some((listed.collect(), 9)));
        }
        (data, archive)
    }

    #[test]
    fn what_is_read_bit_by_bit_is_what_is_read_at_once() {
        let (_data, archive) = many();
        let whole = archive.records("api:a", "x").expect("readable");
        assert_eq!(whole.len(), 3 * (700 + 7));
        let each: Vec<Record> = archive.each("api:a", "x").collect::<Result<_, _>>().expect("readable");
        assert!(each == whole, "other records, or in another order");
        assert_eq!(archive.each("api:b", "x").count(), 0);
        let mut standing = Vec::new();
        loop {
            let last = standing.last().map_or(("", ""), |last: &Record| (&*last.scope, &*last.key));
            let page = archive.standing_after("api:a", "x", last).expect("readable");
            if page.is_empty() {
                break;
            }
            standing.extend(page);
        }
        let is_last = |place: usize| {
            whole.get(place + 1).is_none_or(|next| (&next.scope, &next.key) != (&whole[place].scope, &whole[place].key))
        };
        let expected = (0..whole.len()).filter(|place| is_last(*place) && whole[*place].gone_us.is_none());
        assert!(standing == expected.map(|place| whole[place].clone()).collect::<Vec<_>>(), "others stand");
        assert_eq!(archive.count("api:a", "x").expect("readable"), 3 * 707);
        assert!(
            archive.holds_any("api:a", "x").expect("readable") && !archive.holds_any("api:a", "y").expect("readable")
        );
    }

    #[test]
    fn a_record_and_what_hangs_on_it_are_found_without_the_rest() {
        let (_data, archive) = many();
        let latest = archive.latest("api:a", "x", "a", "1/99").expect("readable").expect("there");
        assert_eq!((latest.version, latest.since_us, latest.body.as_str()), (1, Some(1), "{\"v\":1}"));
        assert_eq!(archive.latest("api:a", "x", "", "a/1/99").expect("readable"), None, "scope and key are two things");
        let below = archive.records_below("api:a", "x", "a", "1/").expect("readable");
        assert!(below.iter().all(|record| record.scope == "a" && record.key.starts_with("1/")));
        assert_eq!(below.len(), 100 + 1);
        assert_eq!(archive.records_below("api:a", "x", "a", "").expect("readable").len(), 707);
        assert!(archive.records_below("api:a", "x", "a", "10/").expect("readable").is_empty());
        let scattered = archive.scattered("api:a", "x").expect("readable");
        assert_eq!(scattered.len(), 7);
        assert_eq!(scattered["1"].iter().map(String::as_str).collect::<Vec<_>>(), ["", "a", "a/b"]);
    }

    #[test]
    fn nobody_who_reads_bit_by_bit_sees_half_of_what_is_written_meanwhile() {
        let (data, archive) = many();
        let view = archive.view().expect("held fast");
        let mut each = archive.each("api:a", "x");
        let first = each.next().expect("there").expect("readable");
        let mut writer = Archive::open(data.path()).expect("open");
        store(&mut writer, "z", vec![put("z", "1", "{}", None)], None);
        assert_eq!(1 + each.count(), 3 * 707, "after {}", first.key);
        drop(view);
        assert_eq!(archive.each("api:a", "x").count(), 3 * 707 + 1);
    }
}
