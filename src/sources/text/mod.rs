//! Reads texts once, for what they refer to; the texts themselves are dropped.

mod persons;
mod references;
mod tickets;

pub(in crate::sources) use persons::{signature, words_for};
pub(in crate::sources) use references::{Names, references};
pub(in crate::sources) use tickets::{Mention, mentions};
