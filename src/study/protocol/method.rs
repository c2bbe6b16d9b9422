//! The methods whose false alarms and intervals the protocol counts.

/// A method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// The engine's own: the exact team permutation, with the grade that the engine gives.
    Permutation,
    /// Welch's t over team changes, shown beside it.
    Welch,
    /// The number that the cell's trap moves, which the engine never gives.
    Naive,
}

impl Method {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 3] = [Self::Permutation, Self::Welch, Self::Naive];

    /// The word for tables and for the state of a run.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Permutation => "permutation",
            Self::Welch => "Welch t",
            Self::Naive => "naive",
        }
    }

    /// The method of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.word() == word)
    }
}
