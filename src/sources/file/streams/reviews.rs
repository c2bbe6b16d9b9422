//! Reviews: one row a review of a pull or merge request.

use std::collections::HashSet;

use super::{Placed, RowsOf};
use crate::sources::file::mapping::FieldKind::{Int, Person, Text, Time};
use crate::sources::file::mapping::{Field, Refusal, Row, field};
use crate::sources::told::{Output, Review};

/// The stream.
pub(in crate::sources::file) struct Reviews;

impl RowsOf for Reviews {
    type Record = Review;
    const WORD: &'static str = "reviews";
    const FIELDS: &'static [Field] = &[
        field("repository", true, Text, "The repository, as for changes."),
        field("number", true, Int, "The number of the change that was reviewed."),
        field("id", true, Text, "The review's id, unique over the file."),
        field("at", true, Time, "When it was given."),
        field("by", false, Person, "Who gave it."),
        field(
            "outcome",
            false,
            Text,
            "`approved`, `changes_requested`, `commented`, `dismissed`; the category of a rule of `classify` goes first.",
        ),
    ];

    fn translate(row: &mut Row<'_, '_>) -> Result<Review, Refusal> {
        let (repository, number) = row.change()?;
        let outcome = row.class().category.or(row.text("outcome")?);
        Ok(Review {
            repository,
            number,
            id: row.need("id")?,
            at_us: row.need_time("at")?,
            by: row.person("by"),
            outcome: outcome.map(|word| word.to_lowercase().replace([' ', '-'], "_")),
        })
    }

    fn key(review: &Review) -> String {
        review.id.clone()
    }

    fn emit(records: Vec<Placed<Review>>, _: &HashSet<String>, out: &mut Output<'_>) {
        for Placed { place, record } in records {
            record.tell(&place, out);
        }
    }
}
