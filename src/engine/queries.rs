//! The query files: built in, or read from a folder, each checked before the first is run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::{EngineError, Header, shipped, subset};

/// The folders of `queries/`, in the order of the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Folder {
    /// Which subject an event is about.
    Links,
    /// Journeys, steps, touches, handoffs, waits.
    Journeys,
    /// One row per unit of observation.
    Measures,
    /// Must return no rows.
    Checks,
}

impl Folder {
    /// Every folder.
    pub const ALL: [Self; 4] = [Self::Links, Self::Journeys, Self::Measures, Self::Checks];

    /// Its name on disk.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Links => "links",
            Self::Journeys => "journeys",
            Self::Measures => "measures",
            Self::Checks => "checks",
        }
    }
}

/// One query, checked.
#[derive(Clone, Debug)]
pub struct QueryFile {
    /// Where it lies.
    pub folder: Folder,
    /// The file's name without `.sql`, which is the table that it writes.
    pub name: String,
    /// Its text.
    pub sql: String,
    /// What it says of itself.
    pub header: Header,
}

impl QueryFile {
    /// Checks header and text.
    ///
    /// # Errors
    /// Where the header lacks a line or contradicts the SQL, or the SQL leaves the subset.
    pub fn checked(folder: Folder, name: &str, sql: &str) -> Result<Self, EngineError> {
        let file = format!("{}/{name}.sql", folder.as_str());
        let header = Header::read(&file, sql)?;
        subset::hold(&file, sql, &header)?;
        Ok(Self { folder, name: name.to_owned(), sql: sql.to_owned(), header })
    }

    /// The query as errors name it.
    pub fn file(&self) -> String {
        format!("{}/{}.sql", self.folder.as_str(), self.name)
    }
}

/// All queries of a run.
#[derive(Clone, Debug)]
pub struct Queries {
    files: Vec<QueryFile>,
}

impl Queries {
    /// The queries that milepost was built with.
    ///
    /// # Errors
    /// Never for a released build: a test checks each.
    pub fn built_in() -> Result<Self, EngineError> {
        Self::of(shipped::FILES.iter().map(|(folder, name, sql)| (*folder, (*name).to_owned(), (*sql).to_owned())))
    }

    /// The queries of a folder that is laid out like `queries/`.
    ///
    /// # Errors
    /// Where a file cannot be read or breaks a rule.
    pub fn read(folder: &Path) -> Result<Self, EngineError> {
        let unreadable = |path: &Path, why| EngineError::Unreadable { path: path.to_owned(), why };
        let mut found = Vec::new();
        for inner in Folder::ALL {
            let path = folder.join(inner.as_str());
            for entry in fs::read_dir(&path).map_err(|why| unreadable(&path, why))? {
                let file = entry.map_err(|why| unreadable(&path, why))?.path();
                let name = file.file_stem().and_then(|name| name.to_str()).map(str::to_owned);
                if let (Some("sql"), Some(name)) = (file.extension().and_then(|ending| ending.to_str()), name) {
                    found.push((inner, name, fs::read_to_string(&file).map_err(|why| unreadable(&file, why))?));
                }
            }
        }
        Self::of(found.into_iter())
    }

    fn of(found: impl Iterator<Item = (Folder, String, String)>) -> Result<Self, EngineError> {
        let mut files = BTreeMap::new();
        for (folder, name, sql) in found {
            let file = QueryFile::checked(folder, &name, &sql)?;
            if files.insert(name.clone(), file).is_some() {
                return Err(EngineError::NameTaken { name });
            }
        }
        let files: Vec<QueryFile> = files.into_values().collect();
        subset::names_are_free(&files)?;
        Ok(Self { files })
    }

    /// The queries of a folder such that each comes after those it reads; ties by name.
    ///
    /// # Errors
    /// Where one reads a table that is neither in `known` nor written before it.
    pub fn in_order(&self, folder: Folder, known: &BTreeSet<String>) -> Result<Vec<&QueryFile>, EngineError> {
        let mut known = known.clone();
        let mut waiting: Vec<&QueryFile> = self.files.iter().filter(|file| file.folder == folder).collect();
        let mut ordered = Vec::with_capacity(waiting.len());
        while !waiting.is_empty() {
            let (ready, blocked): (Vec<_>, Vec<_>) =
                waiting.iter().partition(|file| file.header.reads.iter().all(|table| known.contains(table)));
            if ready.is_empty() {
                let file: &QueryFile = blocked[0];
                let lacking = file.header.reads.iter().find(|table| !known.contains(*table));
                return Err(EngineError::UnknownTable {
                    file: file.file(),
                    table: lacking.cloned().unwrap_or_default(),
                });
            }
            known.extend(ready.iter().map(|file| file.name.clone()));
            ordered.extend(ready);
            waiting = blocked;
        }
        Ok(ordered)
    }

    /// Every query, by name.
    pub fn files(&self) -> &[QueryFile] {
        &self.files
    }

    /// The query that writes this table.
    pub fn named(&self, name: &str) -> Option<&QueryFile> {
        self.files.iter().find(|file| file.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_disk() -> Vec<(Folder, String)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries");
        let mut found = Vec::new();
        for folder in Folder::ALL {
            for file in fs::read_dir(root.join(folder.as_str())).expect("a folder of the flow").flatten() {
                if let Some(name) = file.file_name().to_string_lossy().strip_suffix(".sql") {
                    found.push((folder, name.to_owned()));
                }
            }
        }
        found.sort();
        found
    }

    #[test]
    fn what_is_built_in_is_what_lies_in_the_folder() {
        let mut built_in: Vec<(Folder, String)> =
            shipped::FILES.iter().map(|(folder, name, _)| (*folder, (*name).to_owned())).collect();
        built_in.sort();
        assert_eq!(built_in, on_disk());
    }

    #[test]
    fn every_shipped_query_keeps_the_rules() {
        let broken: Vec<String> = shipped::FILES
            .iter()
            .filter_map(|(folder, name, sql)| QueryFile::checked(*folder, name, sql).err())
            .map(|error| error.to_string())
            .collect();
        assert!(broken.is_empty(), "{}", broken.join("\n"));
        Queries::built_in().expect("their names are free");
    }

    #[test]
    fn two_queries_that_wait_for_each_other_are_refused() {
        let reading = |table: &str| {
            format!(
                "-- A.\n-- grain: x\n-- reads: {table}\n-- writes: a text\n-- unit: x\n-- null means: x\n\
                 -- open journeys: x\n-- see: METHODS.md#x\nwith c as (select a from {table}) select * from c"
            )
        };
        let pair = [("one", "other"), ("other", "one")];
        let files = pair.map(|(name, reads)| (Folder::Links, name.to_owned(), reading(reads)));
        let queries = Queries::of(files.into_iter()).expect("they are well formed");
        let error = queries.in_order(Folder::Links, &BTreeSet::new()).expect_err("neither can be first");
        assert!(matches!(error, EngineError::UnknownTable { table, .. } if table == "other"));
    }

    #[test]
    fn a_table_that_nothing_writes_is_refused() {
        let sql = "-- A.\n-- grain: x\n-- reads: nowhere\n-- writes: a text\n-- unit: x\n-- null means: x\n\
                   -- open journeys: x\n-- see: METHODS.md#x\nwith c as (select a from nowhere) select * from c";
        let error = Queries::of([(Folder::Links, "one".to_owned(), sql.to_owned())].into_iter());
        assert!(error.expect_err("nothing writes it").to_string().contains("nowhere"));
    }
}
