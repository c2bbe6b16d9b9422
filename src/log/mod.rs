//! The log: what every source must turn its facts into, and what every later stage reads.
//!
//! This room holds the vocabulary (activities, object ids, link qualifiers) and the schema of every table. It does no
//! I/O and knows no source, no engine and no statistics, so every other room may import it.
//!
//! A source hands over [`Facts`]: rows whose people are identity ids given out by an [`Register`]. The store
//! writes them as segments; the build resolves identities into people, removes duplicates, sorts and writes the log.

mod activity;
mod caveat;
mod facts;
mod identity;
mod object_id;
pub(crate) mod schema;
mod tables;
mod time;

pub use activity::{Activity, KNOWN_ACTIVITIES};
pub use caveat::CaveatKind;
pub use facts::Facts;
pub use identity::{Identity, Register, Signature};
pub use object_id::{ObjectId, ObjectType, qualifier};
pub(crate) use schema::table;
pub use schema::{Cell, Column, Kind, Row};
pub use tables::*;
pub use time::{Micros, day_of, to_rfc3339};
