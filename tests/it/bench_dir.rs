//! A temporary study folder, and the binary run in it: with a home of its own and nothing of the caller's environment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use milepost::engine::{Catalog, Queries};
use milepost::journeys;
use milepost::measures;
use milepost::simulate::{SCRIPT, World, build_repositories};
use milepost::store::LogFolder;
use polars::prelude::DataFrame;
use serde_json::Value;

/// The folder of the committed sample.
pub(crate) fn sample_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/acme")
}

/// A temporary folder that holds a study. It goes away with the value.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

/// What the binary said.
#[must_use]
pub(crate) struct Said {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// `None` where it was killed.
    pub(crate) code: Option<i32>,
}

impl Bench {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A copy of the committed sample with its repositories built.
    pub(crate) fn sample() -> Self {
        let bench = Self::empty();
        for entry in fs::read_dir(sample_folder()).expect("the sample is part of the checkout") {
            let path = entry.expect("readable").path();
            if path.is_file() {
                fs::copy(&path, bench.path(&file_name(&path))).expect("copied");
            }
        }
        bench.own_people();
        bench.build();
        bench
    }

    /// A simulated company with its repositories built.
    pub(crate) fn world(world: &World) -> Self {
        let bench = Self::empty();
        world.write(bench.root()).expect("a world can be written");
        bench.build();
        bench
    }

    /// A checkout does not keep permissions, and a private file that others can open is refused.
    fn own_people(&self) {
        #[cfg(unix)]
        fs::set_permissions(self.path("people.toml"), std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .expect("the file is ours");
    }

    fn build(&self) {
        build_repositories(&self.path(SCRIPT), &self.path("git")).expect("the script builds");
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|why| panic!("`{name}`: {why}"))
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    /// Puts a text in place of another that must be there.
    pub(crate) fn edit(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert!(text.contains(old), "`{name}` does not hold `{old}`");
        self.write(name, &text.replacen(old, new, 1));
    }

    /// The binary with arguments, in this folder, not yet run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_milepost"));
        command.args(arguments).current_dir(self.root()).env_clear().env("HOME", self.root());
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        let output = self.command(arguments).output().expect("the binary runs");
        let text = |bytes| String::from_utf8(bytes).expect("it speaks UTF-8");
        Said { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
    }

    /// The log that counts in a data folder.
    pub(crate) fn log(&self, data: &str) -> LogFolder {
        LogFolder::current(&self.path(data)).unwrap_or_else(|| panic!("`{data}` holds no log")).0
    }

    /// Every file of that log: relative name and bytes.
    pub(crate) fn log_bytes(&self, data: &str) -> Vec<(String, Vec<u8>)> {
        contents_below(self.log(data).path())
    }

    /// Every table of the study, after a pull and a build: for many questions at the price of one.
    pub(crate) fn tables(&self, arguments: &[&str]) -> Tables {
        for command in ["pull", "build"] {
            let _ = self.run(&[&[command], arguments].concat()).done();
        }
        let queries = Queries::built_in().expect("the shipped queries keep the rules");
        let mut catalog = Catalog::of_log(&self.log(".milepost"), queries).expect("the log is whole");
        journeys::reconstruct(&mut catalog).expect("the queries run");
        measures::run(&mut catalog).expect("the queries run");
        Tables(catalog)
    }
}

/// The tables of a study.
pub(crate) struct Tables(Catalog);

impl Tables {
    pub(crate) fn query(&self, sql: &str) -> DataFrame {
        self.0.query(sql).unwrap_or_else(|why| panic!("{sql}: {why}"))
    }

    /// The one number that a statement answers; 0 where nothing was there to be summed.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        let answer = self.query(sql);
        let value = answer.columns()[0].get(0).expect("one row");
        if value.is_null() { 0 } else { value.try_extract().expect("a number") }
    }
}

impl Said {
    /// It did what was asked.
    pub(crate) fn done(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self
    }

    /// It could not run, and said so with every one of these words; nothing went to standard output.
    pub(crate) fn refused(self, words: &[&str]) -> Self {
        assert_eq!(self.code, Some(2), "expected a refusal: {}", self.stderr);
        assert!(self.stderr.starts_with("error: ") || self.stderr.contains("\nerror: "), "{}", self.stderr);
        assert_eq!(self.stdout, "");
        self.says(words)
    }

    /// Every one of these words stands on standard error.
    pub(crate) fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.stderr.contains(word), "`{word}` is not in: {}", self.stderr);
        }
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).expect("one JSON value on standard output")
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().expect("a file has a name").to_string_lossy().into_owned()
}

/// Every file and folder below a folder, sorted.
pub(crate) fn everything_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap_or_else(|why| panic!("`{}`: {why}", next.display())) {
            let path = entry.expect("readable").path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path.clone());
            }
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The files below a folder: relative name and bytes, sorted.
pub(crate) fn contents_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = everything_below(folder).into_iter().filter(|path| path.is_file());
    files
        .map(|path| {
            let name = path.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
            (name, fs::read(&path).expect("readable"))
        })
        .collect()
}
