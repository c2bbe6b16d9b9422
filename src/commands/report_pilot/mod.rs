//! `milepost report pilot`: what the pilot changed, in a form that can be shared.
//!
//! In: a study with its measures, and the answers of `analysis`. Out: the files of `report::render` in a folder. Nothing
//! is measured here: this room selects, asks the guard, names and phrases. Sentences come from the words of a verdict
//! and never say more.
//!
//! ```text
//! Book (rows, answers, people) ─► facts, headlines ─┐
//!                              ─► sections          ├─► Document ─► report::render ─► files
//!                              ─► caveats, methods ─┘
//! ```

mod book;
mod cards;
mod caveats;
mod coverage;
mod coverage_series;
mod curves;
mod doubts;
mod facts;
mod files;
mod flow;
mod guarded;
mod hands;
mod headlines;
mod journey_map;
mod methods;
mod not_told;
mod sections;
mod standing;
mod teams;
#[cfg(test)]
mod testing;
mod ticket_table;
mod tickets;
mod words;

use std::path::{Path, PathBuf};

use self::book::Book;
use super::output::{Talk, say};
use super::study::{self, Study};
use super::{CommandError, Outcome};
use crate::cli::PilotArgs;
use crate::report::{self, Colophon, Document, fingerprint_in_groups};

pub(super) fn run(args: &PilotArgs) -> Result<Outcome, CommandError> {
    // Said before anything is pulled: reading a history for an hour to hear this would be unkind.
    comparison_of(&study::settings(&args.study)?)?;
    let study = study::open(&args.study, Talk::Aloud, study::UpTo::Measures)?;
    let report = write(&study, &args.out)?;
    say(Talk::Aloud, &format!("the pilot report is in `{}`", report.display()));
    Ok(Outcome::Done)
}

/// Renders the report in memory, then writes it; gives where to begin reading.
pub(super) fn write(study: &Study, out: &Path) -> Result<PathBuf, CommandError> {
    let rendered = report::render(&document(study)?)?;
    files::replace(out, &rendered.files)?;
    Ok(out.join("report.html"))
}

fn comparison_of(settings: &crate::config::Settings) -> Result<&crate::config::Comparison, CommandError> {
    settings.comparison.as_ref().ok_or_else(|| {
        CommandError::Asked(format!(
            "`{}` has no `[comparison]`, so there is no before and after to report: add `[comparison]` with `start`, and `[[teams]]` with `arm = \"pilot\"` and `arm = \"comparison\"`",
            settings.file.display()
        ))
    })
}

fn document(study: &Study) -> Result<Document, CommandError> {
    let book = Book::open(study, comparison_of(&study.settings)?)?;
    Ok(Document {
        title: "What the platform pilot changed".to_owned(),
        subtitle: study.settings.name.clone(),
        as_of: book.week_of(book.as_of_us),
        study: facts::facts(&book)?,
        headline: headlines::headlines(&book),
        sections: sections::sections(&book)?,
        caveats: caveats::caveats(&book)?,
        methods: methods::notes(&book),
        glossary: methods::glossary(),
        colophon: Colophon {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            input_fingerprint: fingerprint_in_groups(&study.built.fingerprint),
            seed: book.comparison.seed,
        },
    })
}
