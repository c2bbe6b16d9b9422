//! What the numbers stand on: counts behind each, what could be linked, who is left out and why.

use std::collections::BTreeMap;

use super::CommandError;
use super::book::{Book, count, whole, window_of};
use super::guarded::{Shown, Told, behind, shown};
use super::words::{arm_words, capital, is_of_all_fields, left_out_because, listed, period_words, title, window};
use crate::measures::LinkedRow;
use crate::report::guard::Backing;
use crate::report::{Block, Column, Entry, Quantity, Section, Table, Unit};
use crate::study::{Arm, Period, Sight, WINDOWS};

pub(super) fn section(book: &Book<'_>) -> Result<Section, CommandError> {
    let mut section = Section::new("standing", "What the numbers stand on");
    section.blocks.push(counts(book).into());
    section.blocks.extend(linked(book)?);
    section.blocks.push(left_out(book).into());
    section.blocks.push(ways(book).into());
    Ok(section)
}

fn told<'a>(book: &'a Book<'_>) -> impl Iterator<Item = Told<'a>> {
    book.analysis.answers.iter().filter_map(|answer| match shown(answer) {
        Shown::Told(told) => Some(told),
        _ => None,
    })
}

/// n, teams, open, given up and left out of each window.
fn counts(book: &Book<'_>) -> Table {
    let number = |label: &str| Column::number(label, Unit::Count);
    let columns = vec![
        Column::text("Measure"),
        Column::text("Teams"),
        Column::text("Period"),
        number("n"),
        Column::text("of"),
        number("Number of teams"),
        number("Still open"),
        number("Given up"),
        number("Of teams left out"),
    ];
    let mut table = Table::new("counts", "The counts behind each number", columns)
        .note("Windows whose numbers are not shown have no row. “Of teams left out” are part of n, yet of teams that do not enter the effect.");
    for told in told(book).filter(|told| is_listed(book, told)) {
        for (arm, period) in WINDOWS.into_iter().filter(|(arm, _)| told.arms.contains(arm)) {
            let Some(window) = window(told.verdict, arm, period) else { continue };
            table = table.row([
                Entry::text(title(told.answer)),
                Entry::text(capital(arm_words(arm))),
                Entry::text(period_words(period)),
                Entry::count(told.n(arm, period)),
                Entry::text(told.n_of()),
                Entry::count(window.teams as u64),
                Entry::count(window.open),
                Entry::count(window.abandoned),
                Entry::count(window.excluded),
            ]);
        }
    }
    table
}

/// Whether a table shows this answer: fields share the services of the whole, a journey with a card of its own name once.
pub(super) fn is_listed(book: &Book<'_>, told: &Told<'_>) -> bool {
    let of = told.answer.of.as_deref();
    match told.answer.measure.id {
        "metadata_coverage" => is_of_all_fields(told.answer),
        "journey_time" => of != super::journey_map::definition(book).map(|journey| journey.id.as_str()),
        _ => true,
    }
}

/// The share of events that could be linked, by arm and period: a portal changes it by itself.
fn linked(book: &Book<'_>) -> Result<Option<Block>, CommandError> {
    let mut sums: BTreeMap<(Arm, Period), (u64, u64)> = BTreeMap::new();
    for row in book.rows::<LinkedRow>()? {
        if let Some(window) = window_of(row.arm.as_deref(), row.period.as_deref()) {
            let sum = sums.entry(window).or_default();
            *sum = (sum.0 + count(row.linked), sum.1 + count(row.events));
        }
    }
    let columns = vec![
        Column::text("Teams"),
        Column::text("Period"),
        Column::number("Events", Unit::Count),
        Column::number("Linked to a service", Unit::Percent),
    ];
    let verdicts = book.analysis.answers.iter().filter_map(|answer| answer.verdict.as_ref().ok());
    let note = if verdicts.flat_map(|verdict| &verdict.traps).any(|trap| trap.sight == Sight::Describes) {
        "The share moved in one arm against the other so much that what is claimed of some numbers does not hold at both bounds: a portal makes more events linkable, and that alone moves numbers. Those numbers are described only."
    } else {
        "Events that some journey waits for, and openings of tickets. A portal makes more events linkable, and that alone moves numbers; how far it could is looked for under “How firm the numbers are”."
    };
    let mut table = Table::new("linked", "Events that could be linked to a service", columns).note(note);
    let mut shown_any = false;
    for ((arm, period), (linked, events)) in sums {
        shown_any = true;
        let row = [Entry::text(capital(arm_words(arm))), Entry::text(period_words(period))];
        let cells = if everybody(book, arm, period).stands() && events > 0 {
            let share = Quantity::level(whole(linked) / whole(events), Unit::Percent);
            [Entry::count(events), Entry::Number(share)]
        } else {
            [Entry::FewerThanFive, Entry::FewerThanFive]
        };
        table = table.row(row.into_iter().chain(cells));
    }
    Ok(shown_any.then(|| table.into()))
}

/// Whoever stands behind the number of a window that most people stand behind.
fn everybody(book: &Book<'_>, arm: Arm, period: Period) -> Backing {
    let backings = book.analysis.answers.iter().map(|answer| behind(answer, arm, period));
    backings.max_by_key(Backing::people).unwrap_or_default()
}

fn left_out(book: &Book<'_>) -> Table {
    let columns = vec![
        Column::text("Measure"),
        Column::text("Left out before any comparison"),
        Column::number("How many", Unit::Count),
    ];
    let table = Table::new("left-out", "What is left out, and why", columns)
        .note("Everything here was seen, counted, and kept out of before and after.");
    let mapped = super::journey_map::definition(book).map(|journey| journey.id.as_str());
    let answers = book
        .analysis
        .answers
        .iter()
        .filter(|answer| answer.measure.id != "journey_time" || answer.of.as_deref() != mapped);
    answers.fold(table, |table, answer| {
        answer.left_out.iter().fold(table, |table, (reason, many)| {
            table.row([Entry::text(title(answer)), Entry::text(left_out_because(reason)), Entry::count(*many)])
        })
    })
}

/// The method of each effect, to the letter.
fn ways(book: &Book<'_>) -> Table {
    let mut ways: Vec<(String, Vec<String>)> = Vec::new();
    for told in told(book) {
        let way = match &told.verdict.effect {
            Ok(effect) => effect.method.clone(),
            Err(refusal) => format!("not computed: {refusal}"),
        };
        let name = title(told.answer);
        match ways.iter_mut().find(|(known, _)| *known == way) {
            Some((_, names)) => names.push(name),
            None => ways.push((way, vec![name])),
        }
    }
    let columns = ["How the effect was computed", "Measures"].map(Column::text).into();
    ways.into_iter().fold(Table::new("ways", "How each effect was computed", columns), |table, (way, names)| {
        table.row([Entry::text(capital(&way)), Entry::text(listed(&names))])
    })
}
