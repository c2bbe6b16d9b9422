//! What the data cannot tell us: every caveat of the log, counted by kind and place, in places that may be shared.

use std::collections::{BTreeMap, BTreeSet};

use super::CommandError;
use super::book::{Book, count};
use crate::journeys::{JourneyRecord, UnlinkedRecord};
use crate::log::{Caveat, CaveatKind};
use crate::report::CaveatLine;

pub(super) fn caveats(book: &Book<'_>) -> Result<Vec<CaveatLine>, CommandError> {
    let mut found: BTreeMap<(CaveatKind, Place), (u64, BTreeSet<String>)> = BTreeMap::new();
    let mut add = |kind: CaveatKind, place: &str, many: u64| {
        let entry = found.entry((kind, shareable(book, place))).or_default();
        entry.0 += many;
        entry.1.insert(place.to_owned());
    };
    for caveat in book.rows::<Caveat>()? {
        if let Some(kind) = CaveatKind::named(&caveat.kind) {
            add(kind, &caveat.place, count(caveat.count));
        }
    }
    // Of all else that happens in repositories nobody expects that it is about one service.
    let matters =
        |row: &UnlinkedRecord| row.is_step || matches!(row.activity.as_str(), "ticket.created" | "help.asked");
    for row in book.rows::<UnlinkedRecord>()?.into_iter().filter(matters) {
        add(CaveatKind::UnlinkedEvent, &row.source, count(row.unlinked));
    }
    let journeys = |of: fn(&JourneyRecord) -> bool| {
        book.study.journeys.journeys.iter().filter(|journey| of(journey)).count() as u64
    };
    add(CaveatKind::OpenJourney, ALL, journeys(|journey| journey.status == "open"));
    add(CaveatKind::LeftTruncated, ALL, journeys(|journey| journey.left_truncated));
    let teamless = book.study.journeys.teams.iter().filter(|row| row.team_id.is_none()).count() as u64;
    add(CaveatKind::UnknownTeam, ALL, teamless);
    let acts: i64 = book.study.journeys.unknown_touches.iter().map(|row| row.acts).sum();
    add(CaveatKind::UnknownPerson, ALL, count(acts));
    let lines = found.into_iter().filter(|(_, (many, _))| *many > 0);
    Ok(lines
        .map(|((kind, place), (many, places))| CaveatLine {
            kind: kind.as_str().to_owned(),
            meaning: super::words::capital(kind.meaning()),
            count: many,
            place: place.words(places.len()),
        })
        .collect())
}

const ALL: &str = "all journeys";

/// A place in words that name no service: repositories are called like services, so they are counted and not named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Git,
    File(String),
    Rule(String),
    Study,
    Journeys,
    Elsewhere,
}

impl Place {
    fn words(&self, places: usize) -> String {
        match self {
            Self::Git if places == 1 => "git (1 repository)".to_owned(),
            Self::Git => format!("git ({places} repositories)"),
            Self::File(id) => format!("file `{id}`"),
            Self::Rule(id) => format!("rule `{id}`"),
            Self::Study => "the study as a whole".to_owned(),
            Self::Journeys => ALL.to_owned(),
            Self::Elsewhere => {
                if places == 1 {
                    "one other place".to_owned()
                } else {
                    format!("{places} other places")
                }
            }
        }
    }
}

fn shareable(book: &Book<'_>, place: &str) -> Place {
    let settings = book.settings;
    let rules = settings.path_rules.iter().map(|rule| rule.id.as_str());
    let rules = rules.chain(settings.registries.iter().map(|rule| rule.id.as_str()));
    let mut rules = rules.chain(settings.catalogs.iter().map(|rule| rule.id.as_str()));
    let files: Vec<&str> = settings.files.iter().map(|file| file.id.as_str()).collect();
    of(place, &files, |id| rules.any(|known| known == id))
}

fn of(place: &str, files: &[&str], mut is_rule: impl FnMut(&str) -> bool) -> Place {
    if place == ALL {
        return Place::Journeys;
    }
    if place == "study" {
        return Place::Study;
    }
    if place.starts_with("git:") {
        return Place::Git;
    }
    let id = place.strip_prefix("file:").unwrap_or(place);
    // A place inside a file (`tickets: Queue`, `tickets.csv#12`) is told as the file.
    let stem =
        id.split(|character: char| !(character.is_alphanumeric() || character == '-' || character == '_')).next();
    match [Some(id), stem].into_iter().flatten().find(|id| files.contains(id)) {
        Some(id) => Place::File(id.to_owned()),
        None if is_rule(id) => Place::Rule(id.to_owned()),
        None => Place::Elsewhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_place_names_a_repository() {
        let place = |text: &str| of(text, &["tickets"], |id| id == "apps");
        assert_eq!(place("git:basket-api"), Place::Git);
        assert_eq!(place("file:tickets"), Place::File("tickets".to_owned()));
        assert_eq!(place("tickets: Components"), Place::File("tickets".to_owned()));
        assert_eq!(place("apps"), Place::Rule("apps".to_owned()));
        assert_eq!(place("basket-api"), Place::Elsewhere);
        assert_eq!(Place::Git.words(12), "git (12 repositories)");
    }
}
