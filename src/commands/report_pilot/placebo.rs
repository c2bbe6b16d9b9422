//! Appendix: the pilot launched where nothing was launched, on the study's own history before the real start.

use super::CommandError;
use super::book::Book;
use super::guarded::{Shown, shown};
use super::words::{capital, title};
use crate::commands::verify::placebo::{Placebos, Told, placebos, ratio};
use crate::report::{Block, Callout, CalloutKind, Column, Entry, Quantity, Section, Table, Unit};

/// Launches of nothing that a report makes.
const LAUNCHES: u32 = 200;

pub(super) fn section(book: &Book<'_>) -> Section {
    let mut section = Section::new("placebo", "Launches of nothing");
    section.blocks.push(Block::paragraph(format!(
        "Before the real start nothing was launched. So the same arithmetic was run {LAUNCHES} times on the study's own history as if something had been, without a look at anything from the real start on: with the real pilot teams at earlier dates, and with teams found as pilots often are, by the worst numbers, by eagerness, by size. Whatever it finds there is a false alarm.",
    )));
    match placebos(book.study, book.comparison, &book.analysis, LAUNCHES) {
        Ok(told) => section.blocks.extend(blocks(book, &told)),
        Err(why) => section.blocks.push(refused(&why).into()),
    }
    section
}

fn refused(why: &CommandError) -> Callout {
    Callout { kind: CalloutKind::Note, text: format!("{}.", capital(&why.to_string())) }
}

fn blocks(book: &Book<'_>, told: &Told) -> Vec<Block> {
    let (weeks, real) = (told.weeks, told.real_weeks);
    let shortened = if weeks == real {
        String::new()
    } else {
        format!(
            "The history before the start is too short for windows of {} and {} weeks: launches of nothing have {} and {}. ",
            real.0, real.1, weeks.0, weeks.1
        )
    };
    let note = format!(
        "Launched at {} dates. {shortened}“Told as an effect” are those that the report would have put down to the pilot, by their grade. Dates overlap, so neighbouring launches resemble each other and the intervals are rather too narrow.",
        told.dates
    );
    let number = |label: &str| Column::number(label, Unit::Count);
    let columns = vec![
        Column::text("Measure"),
        Column::text("Pilot"),
        number("Launches that gave a p"),
        number("False alarms"),
        Column::number("Share", Unit::Percent),
        number("Told as an effect"),
    ];
    let mut alarms = Table::new("placebo-alarms", "False alarms of launches of nothing", columns).note(note);
    let columns =
        vec![Column::text("Measure"), number("At least as large"), number("Of"), Column::text("What that says")];
    let mut ranks = Table::new("placebo-ranks", "Where the real effect stands among launches of nothing", columns);
    for placebo in told.measures.iter().filter(|placebo| may_be_shown(book, placebo)) {
        let title = name(book, placebo);
        for kind in placebo.shams.iter().filter(|kind| kind.tested > 0) {
            alarms = alarms.row([
                Entry::text(title.clone()),
                Entry::text(capital(kind.found.words())),
                Entry::count(kind.tested),
                Entry::count(kind.alarms),
                Entry::Number(Quantity::level(ratio(kind.alarms, kind.tested), Unit::Percent)),
                Entry::count(kind.claimed),
            ]);
        }
        let (larger, all) = placebo.rank;
        if placebo.observed.is_some() && all > 0 {
            ranks = ranks.row([
                Entry::text(title),
                Entry::count(larger),
                Entry::count(all),
                Entry::text(says(larger, all)),
            ]);
        }
    }
    vec![alarms.into(), ranks.into()]
}

/// In words; launches of nothing have shorter windows at times, and so are noisier than the real one.
fn says(larger: u64, all: u64) -> &'static str {
    match ratio(larger, all) {
        share if share <= 0.05 => "hardly any launch of nothing comes out as large",
        share if share <= 0.2 => "larger than most launches of nothing",
        _ => "launches of nothing often come out as large",
    }
}

fn may_be_shown(book: &Book<'_>, placebo: &Placebos) -> bool {
    let answer = book.analysis.answers.iter().find(|answer| answer.id == placebo.id);
    answer.is_some_and(
        |answer| matches!(shown(answer), Shown::Told(told) if told.effect && super::standing::is_listed(book, &told)),
    )
}

fn name(book: &Book<'_>, placebo: &Placebos) -> String {
    book.analysis.answers.iter().find(|answer| answer.id == placebo.id).map_or_else(|| placebo.id.clone(), title)
}
