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
            to.tickets.extend(mentions(text.as_bytes(), own).into_iter().filter_map(|mention| match mention {
                Mention::Key(key) => Some(key),
                Mention::Number(number) => home.map(|(repository, _)| format!("{repository}#{number}")),
                Mention::Elsewhere(issue) => Some(issue),
            }));
        }
        to.tickets.sort();
        to.tickets.dedup();
    }
}

/// Declared names, and those that the file itself uses as components.
pub(super) fn known_names<'c>(own: impl Iterator<Item = &'c String>, out: &Output<'_>) -> BTreeSet<String> {
    let declared = out.settings.repositories.iter().flat_map(|one| [Some(&one.name), one.subject.as_ref()]).flatten();
    let aliases = out.settings.aliases.iter().flat_map(|(alias, component)| [alias, component]);
    declared.chain(aliases).cloned().chain(own.cloned()).collect()
}

/// What texts are read with.
pub(super) const fn names<'n>(known: &'n BTreeSet<String>, persons: &'n HashSet<String>) -> Names<'n> {
    Names { known, persons }
}
