//! The git source: reads a whole history in one streaming pass and says what happened in it.
//!
//! In: a repository on disk (bare or not; no git program is needed), the rules of the study file, and the bookmark of an
//! earlier pull. Out: [`Facts`](crate::log::Facts) and the next bookmark. `commit`, `history` and `diff` read;
//! `path_events`, `registry`, `catalog`, `landing` and `commits` say what it means; `rows` writes it down. What cannot be
//! read is a caveat, never a crash.
//!
//! Time: what lands, is registered or deployed counts at commit time; work begins at author time. Both are UTC. A landing
//! is a commit of the first-parent line; a bot's write is its own commit.

mod bookmark;
mod catalog;
mod commit;
mod commits;
mod diff;
mod entries;
mod error;
mod files;
mod history;
mod landing;
mod names_at;
mod nearest;
mod open;
mod path_events;
mod pull;
mod registry;
mod rows;
pub mod script;
mod template;
#[cfg(test)]
mod tests;
mod text;
mod tree;
mod watch;
mod yaml;

pub use bookmark::Bookmark;
pub use error::GitError;
pub use pull::{Progress, Pull, Pulled, pull, pull_in_parts};
