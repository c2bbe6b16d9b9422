//! What can be wrong with the private files. No message holds what a person is called.

use std::io;
use std::path::PathBuf;

/// A private file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// It cannot be read or written.
    #[error("cannot use the private file `{}`: {why}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// Others than its owner can open it.
    #[error("others can open the private file `{}` (mode {mode:03o})\nhint: chmod 600 '{}'", path.display(), path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It does not hold a pseudonym key.
    #[error(
        "`{}` does not hold a pseudonym key (64 hexadecimal digits)\nhint: put the key back; a new one makes new people of everybody",
        path.display()
    )]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// It is not TOML, or has a key or value that `people.toml` does not know.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// One bot rule of the study file would make a bot of everybody.
    #[error("rule {place} of `people.bots` gives neither name, e-mail nor handle, so everybody would be a bot")]
    EmptyBotRule {
        /// Its place, from 1.
        place: usize,
    },
}
