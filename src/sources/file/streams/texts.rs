//! Titles and labels: read once for what they refer to, and dropped.

use std::collections::{BTreeSet, HashSet};

use crate::sources::file::mapping::Row;
use crate::sources::text::{Mention, Names, mentions, references};
use crate::sources::told::{Mentions, Output};

/// The texts of a record. They live until all rows are read, since a text may name what a later row declares.
#[derive(PartialEq)]
pub(super) struct Texts {
    title: Option<String>,
    labels: Option<String>,
}

impl Texts {
    /// The title and the labels of a row.
    pub(super) fn of(row: &Row<'_, '_>) -> Self {
        Self { title: row.prose("title"), labels: row.prose("labels") }
    }

    /// Adds what the texts refer to. `home`: the repository and number of the record, where it has them: `#12` is of that
    /// repository, and its own number refers to nothing.
    pub(super) fn refer(&self, home: Option<(&str, u64)>, names: &Names<'_>, to: &mut Mentions) {
        let own = home.map(|(_, number)| number);
        for (text, rule) in [(&self.title, "title"), (&self.labels, "label")] {
            let Some(text) = text else { continue };
            let found = references(text, rule, names);
            let components = found.components.into_iter();
            to.components.extend(components.map(|(name, (confidence, rule))| (name, rule.to_owned(), confidence)));
            to.changes.extend(found.changes);
            let named = mentions(text.as_bytes(), own).into_iter();
            let named = named.filter(|mention| home.is_some() || !matches!(mention, Mention::Number(_)));
            let home = home.map_or("", |(repository, _)| repository);
            to.tickets.extend(named.filter_map(|mention| mention.ticket(home, names.known)));
        }
        to.tickets.sort();
        to.tickets.dedup();
    }
}

/// Declared names, and those that the file itself uses as components.
pub(super) fn known_names<'c>(own: impl Iterator<Item = &'c String>, out: &Output<'_>) -> BTreeSet<String> {
    let mut known = out.settings.names_in_texts();
    known.extend(own.cloned());
    known
}

/// What texts are read with.
pub(super) const fn names<'n>(known: &'n BTreeSet<String>, persons: &'n HashSet<String>) -> Names<'n> {
    Names { known, persons }
}
