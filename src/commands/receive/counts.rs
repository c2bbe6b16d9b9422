//! What came, by receiver.

use std::collections::BTreeMap;

/// What became of deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    /// Stored.
    Accepted,
    /// Had come before.
    Again,
    /// Refused.
    Refused,
}

/// Counts by receiver, fate and reason.
#[derive(Debug, Default)]
pub(super) struct Counts(BTreeMap<(String, Fate, String), u64>);

/// What came for nobody.
pub(super) const NOBODY: &str = "(none)";

impl Counts {
    /// Nothing came yet.
    pub(super) fn of(receivers: impl Iterator<Item = String>) -> Self {
        let fates = |id: String| [Fate::Accepted, Fate::Again].map(|fate| ((id.clone(), fate, String::new()), 0));
        Self(receivers.flat_map(fates).collect())
    }

    /// One more.
    pub(super) fn add(&mut self, receiver: &str, fate: Fate, why: &str) {
        *self.0.entry((receiver.to_owned(), fate, why.to_owned())).or_default() += 1;
    }

    /// How many came.
    pub(super) fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// For a table.
    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let word = |fate: &Fate| match fate {
            Fate::Accepted => "accepted",
            Fate::Again => "had come before",
            Fate::Refused => "refused",
        };
        self.0
            .iter()
            .map(|((receiver, fate, why), count)| {
                vec![receiver.clone(), word(fate).to_owned(), why.clone(), count.to_string()]
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_came_is_counted_with_its_reason() {
        let mut counts = Counts::of(["b", "a"].map(str::to_owned).into_iter());
        counts.add("a", Fate::Accepted, "");
        counts.add("a", Fate::Refused, "a wrong signature");
        counts.add("a", Fate::Refused, "a wrong signature");
        counts.add(NOBODY, Fate::Refused, "no such path");
        assert_eq!(counts.total(), 4);
        let rows = counts.rows();
        assert_eq!(rows[0], ["(none)", "refused", "no such path", "1"]);
        assert_eq!(rows[3], ["a", "refused", "a wrong signature", "2"]);
        assert_eq!(rows[4], ["b", "accepted", "", "0"]);
    }
}
