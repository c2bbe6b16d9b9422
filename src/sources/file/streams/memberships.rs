//! Memberships: one row a person, team and stretch of time.

use std::collections::HashSet;

use super::{Placed, RowsOf};
use crate::sources::file::mapping::FieldKind::{Person, Text, Time};
use crate::sources::file::mapping::{Field, Refusal, Row, field};
use crate::sources::told::{Output, Stay};

/// The stream.
pub(in crate::sources::file) struct Memberships;

impl RowsOf for Memberships {
    type Record = Stay;
    const WORD: &'static str = "memberships";
    const ONE_OF: &'static [&'static str] = &["person", "name", "email", "handle"];
    const FIELDS: &'static [Field] = &[
        field("team", true, Text, "The team."),
        field("person", false, Person, "Who; this, `name`, `email` or `handle` in every row."),
        field("name", false, Person, "The person's name."),
        field("email", false, Person, "The person's e-mail."),
        field("handle", false, Person, "The person's account."),
        field("from", false, Time, "From when; empty: always."),
        field("to", false, Time, "Until when (that instant not included); empty: still."),
    ];

    fn translate(row: &mut Row<'_, '_>) -> Result<Stay, Refusal> {
        let Some(person) = row.whole_person() else {
            let given = Self::ONE_OF.iter().find(|field| row.is_given(field)).unwrap_or(&"person");
            return Err(row.bad(given, "names nobody"));
        };
        let team = row.need("team")?;
        if team.contains('@') {
            return Err(row.bad("team", "an address, which is a person's and no team's name"));
        }
        Ok(Stay { team, person, from_us: row.time("from")?, to_us: row.time("to")? })
    }

    fn key(stay: &Stay) -> String {
        format!("{}\0{}\0{:?}\0{:?}", stay.team, stay.person.id, stay.from_us, stay.to_us)
    }

    fn emit(records: Vec<Placed<Stay>>, _: &HashSet<String>, out: &mut Output<'_>) {
        for Placed { place, record } in records {
            record.tell(&place, out);
        }
    }
}
