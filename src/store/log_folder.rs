//! The built log: one folder a build, and a pointer to the one that counts.

use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::*;

use super::{StoreError, create_private_dir, read_parquet, write_parquet, write_private};

/// A log on disk.
#[derive(Clone, Debug)]
pub struct LogFolder {
    path: PathBuf,
}

const POINTER: &str = "CURRENT";
/// Tables that grow with time have one file a month in a folder of their own.
const BY_MONTH: &str = "at_us";

impl LogFolder {
    /// The log that counts, if there is one, and the fingerprint of what it was built from.
    pub fn current(data: &Path) -> Option<(Self, String)> {
        let fingerprint = fs::read_to_string(data.join("log").join(POINTER)).ok()?.trim().to_owned();
        let path = data.join("log").join(&fingerprint);
        path.is_dir().then_some((Self { path }, fingerprint))
    }

    /// Writes a whole log beside the old one, then turns the pointer and clears the old one away.
    ///
    /// # Errors
    /// Where the disk refuses; the old log then still counts.
    pub fn replace(data: &Path, fingerprint: &str, tables: &mut [(&str, DataFrame)]) -> Result<Self, StoreError> {
        let root = data.join("log");
        let new = root.join(format!("{fingerprint}.new"));
        if new.exists() {
            fs::remove_dir_all(&new).map_err(StoreError::file("remove", &new))?;
        }
        create_private_dir(&new)?;
        for (name, table) in tables {
            write_table(&new, name, table)?;
        }
        let path = root.join(fingerprint);
        if path.exists() {
            fs::remove_dir_all(&path).map_err(StoreError::file("remove", &path))?;
        }
        fs::rename(&new, &path).map_err(StoreError::file("name", &path))?;
        write_private(&root.join(POINTER), fingerprint.as_bytes())?;
        Self::tidy(data)?;
        Ok(Self { path })
    }

    /// Clears away what does not count: older logs, and what a killed build left half-written.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn tidy(data: &Path) -> Result<(), StoreError> {
        let root = data.join("log");
        if !root.is_dir() {
            return Ok(());
        }
        let current = Self::current(data).map(|(log, _)| log.path);
        for entry in fs::read_dir(&root).map_err(StoreError::file("list", &root))? {
            let other = entry.map_err(StoreError::file("list", &root))?.path();
            if other.is_dir() && Some(&other) != current.as_ref() {
                fs::remove_dir_all(&other).map_err(StoreError::file("remove", &other))?;
            } else if other.is_file() && !other.ends_with(POINTER) {
                fs::remove_file(&other).map_err(StoreError::file("remove", &other))?;
            }
        }
        Ok(())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads a table.
    ///
    /// # Errors
    /// Where it is missing or broken.
    pub fn table(&self, name: &str) -> Result<DataFrame, StoreError> {
        let whole = self.path.join(format!("{name}.parquet"));
        if whole.exists() {
            return read_parquet(&whole);
        }
        let folder = self.path.join(name);
        let mut months = fs::read_dir(&folder)
            .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>())
            .map_err(StoreError::file("list", &folder))?;
        months.sort();
        let mut parts = months.iter().map(|month| read_parquet(month));
        let mut table = parts.next().unwrap_or_else(|| {
            Err(StoreError::file("open", &folder)(std::io::Error::from(std::io::ErrorKind::NotFound)))
        })?;
        for part in parts {
            table.vstack_mut_owned(part?).map_err(StoreError::table("join", &folder))?;
        }
        Ok(table)
    }
}

fn write_table(folder: &Path, name: &str, table: &mut DataFrame) -> Result<(), StoreError> {
    let by_month = name == "events" && table.height() > 0;
    if !by_month {
        return write_parquet(&folder.join(format!("{name}.parquet")), table);
    }
    let folder = folder.join(name);
    create_private_dir(&folder)?;
    // Rows stand in time order, so each month is one slice.
    let times = table.column(BY_MONTH).and_then(|column| column.i64().cloned());
    let times = times.map_err(StoreError::table("split", &folder))?;
    let mut start = 0;
    while start < table.height() {
        let month = month_of(times.get(start).unwrap_or_default());
        let mut end = start + 1;
        while end < table.height() && month_of(times.get(end).unwrap_or_default()) == month {
            end += 1;
        }
        let mut part = table.slice(i64::try_from(start).unwrap_or(i64::MAX), end - start);
        write_parquet(&folder.join(format!("{month}.parquet")), &mut part)?;
        start = end;
    }
    Ok(())
}

fn month_of(at_us: i64) -> String {
    crate::log::to_rfc3339(at_us).chars().take(7).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(times: &[i64]) -> DataFrame {
        DataFrame::new(times.len(), vec![Column::new("at_us".into(), times)]).expect("one column")
    }

    #[test]
    fn events_come_back_over_months_as_they_went_in() {
        let data = tempfile::tempdir().expect("a folder");
        let times = [0, 86_400_000_000, 40 * 86_400_000_000, 400 * 86_400_000_000];
        let log = LogFolder::replace(data.path(), "f1", &mut [("events", events(&times))]).expect("written");
        assert_eq!(fs::read_dir(log.path().join("events")).expect("a folder").count(), 3);
        assert_eq!(log.table("events").expect("read"), events(&times));
    }

    #[test]
    fn the_old_log_counts_until_the_new_one_is_whole() {
        let data = tempfile::tempdir().expect("a folder");
        LogFolder::replace(data.path(), "f1", &mut [("events", events(&[1]))]).expect("written");
        // A build that was killed: its folder is there, half full, and the pointer was never turned.
        fs::create_dir_all(data.path().join("log/f2.new/events")).expect("made");
        let (log, fingerprint) = LogFolder::current(data.path()).expect("one counts");
        assert_eq!((fingerprint.as_str(), log.table("events").expect("read")), ("f1", events(&[1])));
        let log = LogFolder::replace(data.path(), "f2", &mut [("events", events(&[2]))]).expect("written");
        assert_eq!(log.table("events").expect("read"), events(&[2]));
        assert!(!data.path().join("log/f1").exists());
    }
}
