//! Segments: what one pull of one unit yielded, as Parquet files that never change.

use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::*;

use super::{Manifest, StoreError, UnitState, create_private_dir, frame, read_parquet, write_parquet};
use crate::log::{Facts, IdentityKey, Row};

/// The segments of a data folder. Holds its lock, so that two runs cannot mix.
pub struct Segments {
    data: PathBuf,
    manifest: Manifest,
    _lock: fs::File,
}

impl Segments {
    /// Opens the data folder, makes it if needed, and clears away what a killed pull left half-written.
    ///
    /// # Errors
    /// Where the folder cannot be made, or another run holds it.
    pub fn open(data: &Path) -> Result<Self, StoreError> {
        create_private_dir(&data.join("segments"))?;
        let lock_path = data.join("lock");
        let lock = super::private::create_private_file(&lock_path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(StoreError::Busy { path: data.to_owned() }),
            Err(fs::TryLockError::Error(why)) => return Err(StoreError::file("lock", &lock_path)(why)),
        }
        let segments = Self { data: data.to_owned(), manifest: Manifest::open(data)?, _lock: lock };
        segments.sweep()?;
        Ok(segments)
    }

    /// The manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// A segment to write, part by part; it counts for nothing until [`Segments::commit`].
    ///
    /// # Errors
    /// Where the disk or the manifest refuses.
    pub fn begin(&self, unit: &str) -> Result<OpenSegment, StoreError> {
        let number = self.manifest.next_number(unit)?;
        let folder = format!("{}/{number:06}", folder_name(unit));
        let path = self.data.join("segments").join(&folder);
        create_private_dir(&path)?;
        Ok(OpenSegment { unit: unit.to_owned(), number, folder, path, parts: 0 })
    }

    /// Makes a segment count. `continues` says that it adds to what is stored of its unit; otherwise it takes its place.
    ///
    /// # Errors
    /// Where the disk or the manifest refuses; what was stored before then still counts.
    pub fn commit(
        &mut self,
        mut segment: OpenSegment,
        state: &UnitState,
        keys: Vec<IdentityKey>,
        continues: bool,
    ) -> Result<(), StoreError> {
        segment.write_rows(keys)?;
        self.manifest.commit(&segment.unit, state, (segment.number, &segment.folder), continues)
    }

    /// Writes what a pull yielded in one go and makes it count.
    ///
    /// # Errors
    /// As [`Segments::commit`].
    pub fn append(
        &mut self,
        unit: &str,
        state: &UnitState,
        facts: Facts,
        keys: Vec<IdentityKey>,
        continues: bool,
    ) -> Result<(), StoreError> {
        let mut segment = self.begin(unit)?;
        segment.write(facts)?;
        self.commit(segment, state, keys, continues)
    }
    /// Forgets units that the study file no longer lists, and clears away what no unit needs any more.
    ///
    /// # Errors
    /// Where the manifest or the disk refuses.
    pub fn keep_only(&mut self, units: &[String]) -> Result<(), StoreError> {
        self.manifest.keep_only(units)?;
        self.sweep()
    }

    /// The folders of all segments that count.
    ///
    /// # Errors
    /// Where the manifest cannot be read.
    pub fn folders(&self) -> Result<Vec<PathBuf>, StoreError> {
        Ok(self.folders_by_unit()?.into_iter().map(|(_, folder)| folder).collect())
    }

    /// The same, each with the unit that it is of.
    ///
    /// # Errors
    /// Where the manifest cannot be read.
    pub fn folders_by_unit(&self) -> Result<Vec<(String, PathBuf)>, StoreError> {
        let root = self.data.join("segments");
        Ok(self.manifest.folders()?.into_iter().map(|(unit, folder)| (unit, root.join(folder))).collect())
    }

    /// Removes folders that no segment of the manifest names: what a killed or replaced pull left.
    fn sweep(&self) -> Result<(), StoreError> {
        let counting = self.folders()?;
        for unit in entries(&self.data.join("segments"))? {
            for segment in entries(&unit)? {
                if !counting.contains(&segment) {
                    fs::remove_dir_all(&segment).map_err(StoreError::file("remove", &segment))?;
                }
            }
        }
        Ok(())
    }
}

/// A segment that is being written.
pub struct OpenSegment {
    unit: String,
    number: i64,
    folder: String,
    path: PathBuf,
    parts: usize,
}

impl OpenSegment {
    /// Adds rows; nothing of them stays in memory.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn write(&mut self, facts: Facts) -> Result<(), StoreError> {
        // Rows are dropped table by table: a large history must not stand in memory twice.
        let Facts {
            events,
            objects,
            event_objects,
            object_links,
            object_changes,
            memberships,
            survey_answers,
            observations,
            caveats,
        } = facts;
        self.write_rows(events)?;
        self.write_rows(event_objects)?;
        self.write_rows(objects)?;
        self.write_rows(object_links)?;
        self.write_rows(object_changes)?;
        self.write_rows(memberships)?;
        self.write_rows(survey_answers)?;
        self.write_rows(observations)?;
        self.write_rows(caveats)?;
        self.parts += 1;
        Ok(())
    }

    fn write_rows<R: Row>(&mut self, rows: Vec<R>) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut table = frame(&rows);
        drop(rows);
        write_parquet(&self.path.join(format!("{}-{:03}.parquet", R::TABLE, self.parts)), &mut table)
    }
}

/// One table over all segments; rows in no order yet.
///
/// # Errors
/// Where a segment is broken.
pub fn segment_table<R: Row>(folders: &[PathBuf]) -> Result<DataFrame, StoreError> {
    let mut whole = frame::<R>(&[]);
    for folder in folders {
        // A table without rows has no file; a long one has several.
        for path in entries(folder)? {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.rsplit_once('-').is_some_and(|(table, _)| table == R::TABLE) {
                whole.vstack_mut_owned(read_parquet(&path)?).map_err(StoreError::table("join", &path))?;
            }
        }
    }
    Ok(whole)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>())
        .map_err(StoreError::file("list", folder))?;
    found.sort();
    Ok(found)
}

/// A folder name that two units cannot share: letters, digits, `.`, `_` and `-` stand for themselves.
fn folder_name(unit: &str) -> String {
    unit.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => char::from(byte).to_string(),
            other => format!("%{other:02x}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Observation;

    fn facts(source: &str) -> Facts {
        let observation = Observation {
            source: source.to_owned(),
            stream: "git".to_owned(),
            from_us: 1,
            to_us: 2,
            records: 3,
            refused: 0,
        };
        Facts { observations: vec![observation], ..Facts::default() }
    }

    fn state(bookmark: &str) -> UnitState {
        UnitState { rules: "r".to_owned(), bookmark: bookmark.to_owned() }
    }

    fn seen(segments: &Segments) -> usize {
        segment_table::<Observation>(&segments.folders().expect("readable")).expect("readable").height()
    }

    #[test]
    fn a_segment_adds_to_its_unit_or_takes_its_place() {
        let data = tempfile::tempdir().expect("a folder");
        let mut segments = Segments::open(data.path()).expect("open");
        segments.append("git:a/b", &state("1"), facts("x"), Vec::new(), false).expect("first");
        segments.append("git:a/b", &state("2"), facts("y"), Vec::new(), true).expect("continued");
        assert_eq!(seen(&segments), 2);
        segments.append("git:a/b", &state("3"), facts("z"), Vec::new(), false).expect("replaced");
        assert_eq!(seen(&segments), 1);
        assert_eq!(segments.manifest().unit("git:a/b").expect("readable").expect("known").bookmark, "3");
    }

    #[test]
    fn what_a_killed_pull_left_is_cleared_away_and_what_counted_still_counts() {
        let data = tempfile::tempdir().expect("a folder");
        let mut segments = Segments::open(data.path()).expect("open");
        segments.append("git:a", &state("1"), facts("x"), Vec::new(), false).expect("first");
        drop(segments);
        let half = data.path().join("segments/git%3aa/000002");
        fs::create_dir_all(&half).expect("made");
        fs::write(half.join("events.parquet"), b"PAR1 and then the power went").expect("written");
        let segments = Segments::open(data.path()).expect("open again");
        assert!(!half.exists());
        assert_eq!(seen(&segments), 1);
    }

    #[test]
    fn two_runs_cannot_hold_one_data_folder() {
        let data = tempfile::tempdir().expect("a folder");
        let _held = Segments::open(data.path()).expect("open");
        assert!(matches!(Segments::open(data.path()), Err(StoreError::Busy { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn every_file_and_folder_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let data = tempfile::tempdir().expect("a folder");
        let root = data.path().join("study/.milepost");
        let mut segments = Segments::open(&root).expect("open");
        segments.append("git:a", &state("1"), facts("x"), Vec::new(), false).expect("first");
        let mut folders = vec![root];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("listed") {
                let path = entry.expect("readable").path();
                let mode = fs::metadata(&path).expect("there").permissions().mode();
                assert_eq!(mode & 0o077, 0, "{} can be read by others", path.display());
                if path.is_dir() {
                    folders.push(path);
                }
            }
        }
    }
}
