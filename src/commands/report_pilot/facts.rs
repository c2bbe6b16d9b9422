//! What the study is, before any number: windows, cohorts, sources, how the pilot teams were found.

use std::collections::BTreeMap;

use super::CommandError;
use super::book::{Book, days};
use super::words::{listed, many, week};
use crate::config::written::{Arm, Choice, Stream};
use crate::log::Person;
use crate::report::Fact;

pub(super) fn facts(book: &Book<'_>) -> Result<Vec<Fact>, CommandError> {
    let mut facts = vec![Fact::new("Cohorts", cohorts(book)), Fact::new("Pilot start", starts(book))];
    facts.push(Fact::new("Before and after", windows(book)));
    facts.push(Fact::new("How the pilot teams were found", found(book.comparison.pilot_teams_are)));
    facts.push(Fact::new(
        "Times and tests",
        format!(
            "times are compared up to {:.0} days; a difference counts as more than chance at p of {} or less",
            days(book.comparison.tau_us),
            book.comparison.alpha
        ),
    ));
    if let Some(primary) = book.comparison.primary.as_deref().and_then(crate::measures::measure) {
        facts.push(Fact::new("Primary measure", primary.title.to_lowercase()));
    }
    facts.push(Fact::new("People", people(book)?));
    facts.push(Fact::new("Sources", sources(book)));
    Ok(facts)
}

fn cohorts(book: &Book<'_>) -> String {
    let count = |arm, one: &str| {
        let teams = book.teams_of(arm).len();
        (teams > 0).then(|| many(teams, one))
    };
    let parts: Vec<String> = [
        count(Arm::Pilot, "pilot team"),
        count(Arm::Comparison, "comparison team"),
        count(Arm::Platform, "platform team"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() { "no team is named in the study file".to_owned() } else { listed(&parts) }
}

fn starts(book: &Book<'_>) -> String {
    let starts: Vec<_> = book.pilot_starts().into_keys().collect();
    match starts.as_slice() {
        [] => "no pilot team".to_owned(),
        [one] => week(*one),
        [first, .., last] => {
            format!("each pilot team on its own date, from the {} to the {}", week(*first), week(*last))
        }
    }
}

fn windows(book: &Book<'_>) -> String {
    let weeks = |us| {
        let days = days(us);
        if days % 7.0 == 0.0 { format!("{:.0} weeks", days / 7.0) } else { format!("{days:.0} days") }
    };
    let comparison = book.comparison;
    let left_out = if comparison.washout_us > 0 {
        format!(", then {} left out", weeks(comparison.washout_us))
    } else {
        String::new()
    };
    format!(
        "{} before each team's start{left_out}, then {} after",
        weeks(comparison.before_us),
        weeks(comparison.after_us)
    )
}

const fn found(choice: Choice) -> &'static str {
    match choice {
        Choice::Random => "drawn at random, or their order of starting was",
        Choice::Volunteers => "they came forward, so they may differ from the others in more than the pilot",
        Choice::Chosen => "somebody chose them, so they may differ from the others in more than the pilot",
    }
}

fn people(book: &Book<'_>) -> Result<String, CommandError> {
    let persons: Vec<Person> = book.rows()?;
    let of = |kind: &str| persons.iter().filter(|person| person.kind == kind).count();
    let people = match of("human") {
        0 => "nobody is known".to_owned(),
        1 => "1 person".to_owned(),
        more => format!("{} people", crate::report::Quantity::count(more as u64).text()),
    };
    let teams = if book.has_teams { "" } else { "; no source says who is in which team" };
    Ok(format!("{people} acted; {} kept apart{teams}", many(of("bot"), "bot")))
}

fn sources(book: &Book<'_>) -> String {
    let mut parts = Vec::new();
    if !book.settings.repositories.is_empty() {
        let repositories = book.settings.repositories.len();
        parts.push(if repositories == 1 {
            "git (1 repository)".to_owned()
        } else {
            format!("git ({repositories} repositories)")
        });
    }
    if !book.settings.catalogs.is_empty() {
        parts.push("the catalog's history in git".to_owned());
    }
    let mut streams: BTreeMap<Stream, usize> = BTreeMap::new();
    for file in &book.settings.files {
        *streams.entry(file.stream).or_default() += 1;
    }
    parts.extend(streams.into_keys().map(|stream| stream_words(stream).to_owned()));
    if parts.is_empty() { "none".to_owned() } else { listed(&parts) }
}

const fn stream_words(stream: Stream) -> &'static str {
    match stream {
        Stream::Tickets => "tickets",
        Stream::TicketHistory => "histories of tickets",
        Stream::PipelineRuns => "pipeline runs",
        Stream::Deployments => "records of deployments",
        Stream::Memberships => "memberships of teams",
        Stream::Survey => "a survey",
        Stream::Events => "ready-made events",
        Stream::Changes => "changes",
        Stream::Reviews => "reviews",
        Stream::Incidents => "incidents",
    }
}
