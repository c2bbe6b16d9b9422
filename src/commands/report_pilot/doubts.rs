//! How firm the numbers are: what was looked for that misleads, the same effects by other methods, and the tests as a family.

use super::book::Book;
use super::guarded::{Shown, Told, shown};
use super::standing;
use super::words::{capital, change, sentence, title};
use crate::commands::analysis::Answer;
use crate::report::{Block, Column, Entry, Quantity, Section, Table, Unit};
use crate::study::{Sight, TrapKind, benjamini_hochberg, holm};

pub(super) fn section(book: &Book<'_>) -> Section {
    let mut section = Section::new("doubts", "How firm the numbers are");
    section.blocks.push(Block::paragraph(
        "A comparison can be computed without a mistake and still mislead. What is known to do so was looked for in the study's own records. A trap that is more than the comparison can carry has lowered the grade of its number already; the others are told here, and so is what was looked for and not seen.",
    ));
    section.blocks.push(traps(book).into());
    section.blocks.push(readings(book).into());
    section.blocks.push(tests(book).into());
    section
}

/// Answers whose effect may be shown; what has a card of another name already is told once.
fn told<'a>(book: &'a Book<'_>) -> impl Iterator<Item = Told<'a>> {
    let all = book.analysis.answers.iter().filter_map(|answer| match shown(answer) {
        Shown::Told(told) if told.effect => Some(told),
        _ => None,
    });
    all.filter(|told| standing::is_listed(book, told))
}

/// A clause of `study` as a sentence of a report, with the minus sign of its numbers.
fn phrased(clause: &str) -> String {
    sentence(clause).replace(" -", " −")
}

/// The part of a method that tells readings apart: what all of them are is said in the methods.
fn short(method: &str) -> String {
    let tells = method.replace("; difference in differences of team means", "").replace(", interval by inversion", "");
    capital(&tells)
}

/// What is looked for once and holds for every measure alike.
const fn is_of_the_study(kind: TrapKind) -> bool {
    matches!(kind, TrapKind::Calendar | TrapKind::Load)
}

fn sight(sight: Sight) -> &'static str {
    match sight {
        Sight::Describes => "seen: described only",
        Sight::Lowers => "seen: lowers the grade",
        Sight::Seen => "seen",
        Sight::NotSeen => "not seen",
        Sight::CannotBeTold => "cannot be told",
    }
}

fn traps(book: &Book<'_>) -> Table {
    let columns = ["Measure", "Looked for", "Outcome", "What was found"].map(Column::text).into();
    let mut table = Table::new("traps", "What was looked for that misleads", columns)
        .note("Measured by the interval: a trap that could move the effect by less than a tenth of the way to its limit counts as not seen.");
    let mut of_the_study = Vec::new();
    for told in told(book) {
        for trap in &told.verdict.traps {
            if is_of_the_study(trap.kind) && of_the_study.contains(&trap.kind) {
                continue;
            }
            let measure = if is_of_the_study(trap.kind) {
                of_the_study.push(trap.kind);
                "All of the study".to_owned()
            } else {
                title(told.answer)
            };
            table = table.row([
                Entry::text(measure),
                Entry::text(capital(&trap.kind.to_string())),
                Entry::text(capital(sight(trap.sight))),
                Entry::text(phrased(&trap.told)),
            ]);
        }
    }
    table
}

fn readings(book: &Book<'_>) -> Table {
    let columns = vec![
        Column::text("Measure"),
        Column::text("By"),
        Column::text("Effect"),
        Column::text("Interval"),
        Column::number("p", Unit::Probability),
    ];
    let mut table = Table::new("readings", "The same effects by other methods", columns)
        .note("The first reading of a measure is the plan's, and it decides. The others are shown so that nobody has to take its method on trust.");
    for told in told(book) {
        let first = told.verdict.effect.iter();
        for (at, finding) in first.chain(&told.verdict.beside).enumerate() {
            let shown = change(finding);
            let method = short(&finding.method);
            let method = if at == 0 { format!("The plan's. {method}") } else { method };
            let p =
                finding.p.map_or_else(|| Entry::text("none"), |p| Entry::Number(Quantity::level(p, Unit::Probability)));
            table = table.row([
                Entry::text(title(told.answer)),
                Entry::text(method),
                Entry::text(shown.text()),
                Entry::text(shown.interval().unwrap_or_else(|| "none".to_owned())),
                p,
            ]);
        }
    }
    table
}

fn tests(book: &Book<'_>) -> Table {
    let number = |label: &str| Column::number(label, Unit::Probability);
    let columns = vec![
        Column::text("Measure"),
        Column::text("Standing"),
        number("p"),
        number("p, Holm"),
        number("p, Benjamini-Hochberg"),
    ];
    let table = Table::new("tests", "All tests as one family", columns).note(
        "So many numbers in one report find something by luck. Only the primary measure of the study answers by its own p; the others are read by the columns beside it: Holm's keeps the chance of any false alarm below the level, Benjamini and Hochberg's the share of false alarms among what is called significant.",
    );
    let all: Vec<(Told<'_>, f64)> = told(book)
        .filter_map(|told| Some((told.verdict.effect.as_ref().ok()?.p?, told)).map(|(p, told)| (told, p)))
        .collect();
    let p: Vec<f64> = all.iter().map(|(_, p)| *p).collect();
    let (Ok(holm), Ok(discoveries)) = (holm(&p), benjamini_hochberg(&p)) else { return table };
    all.iter().zip(holm.iter().zip(&discoveries)).fold(table, |table, ((told, p), (holm, discovery))| {
        let level = |value: f64| Entry::Number(Quantity::level(value, Unit::Probability));
        let standing = if is_primary(book, told.answer) { "primary" } else { "explored" };
        table.row([Entry::text(title(told.answer)), Entry::text(standing), level(*p), level(*holm), level(*discovery)])
    })
}

fn is_primary(book: &Book<'_>, answer: &Answer) -> bool {
    let production = book.settings.environments.production.as_str();
    let is_of_production = answer.measure.id != "time_to_first_deploy" || answer.of.as_deref() == Some(production);
    book.comparison.primary.as_deref() == Some(answer.measure.id) && is_of_production
}

/// What a card says of the traps of its own measure that were seen and are carried.
pub(super) fn carried(told: &Told<'_>) -> Vec<String> {
    let seen = told.verdict.traps.iter().filter(|trap| trap.sight == Sight::Seen && !is_of_the_study(trap.kind));
    seen.map(|trap| phrased(&trap.told)).collect()
}
