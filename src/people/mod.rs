//! Identity before counting: who is whom, who is a bot, and what a person is called in the log.
//!
//! In: signatures from sources (through [`crate::log::Register`]), the study's bot rules and the private `people.toml`.
//! Out: identity ids and keyed hashes of what identities are known by ([`crate::log::IdentityKey`]); from those, in the
//! build, people. No name, e-mail or handle leaves this room, in errors neither.
//!
//! The order of use: [`Office::open`] once a run; a [`Desk`] for each unit of a source that is pulled, whose
//! [`Desk::into_keys`] are stored beside its facts; [`Office::declared`] at build, so that an edit of `people.toml`
//! holds without a new pull; [`merge`] over all keys.
//!
//! Neighbours: `config` to the left; sources see only the trait, `store` keeps the keys.

mod aliases;
mod bots;
mod desk;
mod error;
mod keys;
mod merge;
mod office;
mod private;
mod secret;

pub use desk::Desk;
pub use error::PeopleError;
pub use merge::{People, merge};
pub use office::{ALIAS_FILE, Office};
pub use secret::{KEY_FILE, Secret};
