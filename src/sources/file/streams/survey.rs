//! Survey answers: one row an answer of one person to one item.

use std::collections::HashSet;

use super::{Placed, RowsOf};
use crate::log::{Identity, Micros, SurveyAnswer};
use crate::sources::file::mapping::FieldKind::{Int, Person, Text, Time};
use crate::sources::file::mapping::{Field, Refusal, Row, field};
use crate::sources::told::Output;

/// The stream.
pub(in crate::sources::file) struct Survey;

/// A row.
#[derive(PartialEq)]
pub(in crate::sources::file) struct Answer {
    wave: String,
    item: String,
    person: Identity,
    at_us: Micros,
    value: Option<i64>,
}

impl RowsOf for Survey {
    type Record = Answer;
    const WORD: &'static str = "survey";
    const FIELDS: &'static [Field] = &[
        field("wave", true, Text, "The wave."),
        field("item", true, Text, "The item."),
        field("person", true, Person, "Who answered."),
        field("at", true, Time, "When."),
        field(
            "answer",
            false,
            Int,
            "The answer on its scale, by `values` where it is a word; empty where it was left out.",
        ),
    ];

    fn translate(row: &mut Row<'_, '_>) -> Result<Answer, Refusal> {
        Ok(Answer {
            wave: row.need("wave")?,
            item: row.need("item")?,
            person: row.person("person").ok_or_else(|| row.bad("person", "names nobody"))?,
            at_us: row.need_time("at")?,
            value: row.int("answer")?,
        })
    }

    fn key(answer: &Answer) -> String {
        format!("{}\0{}\0{}", answer.wave, answer.item, answer.person.id)
    }

    fn emit(records: Vec<Placed<Answer>>, _: &HashSet<String>, out: &mut Output<'_>) {
        for Placed { place, record } in records {
            out.instants.push(record.at_us);
            out.facts.survey_answers.push(SurveyAnswer {
                wave: record.wave,
                item: record.item,
                person_id: record.person.id,
                at_us: record.at_us,
                answer: record.value,
                evidence: place.evidence(),
            });
        }
    }
}
