//! The number card: one measure, before and after, with everything that a careful reader asks next.

use serde::Serialize;

use super::quantity::Quantity;

/// How far the evidence behind a number carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Grade {
    /// Teams drawn at random, compared, plan fixed before the start.
    A,
    /// Compared with enough teams to tell chance apart; teams not drawn at random.
    B,
    /// Compared, and the comparison cannot carry a claim.
    C,
    /// Before and after only.
    D,
    /// Description only.
    E,
}

impl Grade {
    /// The grade in a few words: what was compared, not how good it is.
    pub const fn words(self) -> &'static str {
        match self {
            Self::A => "randomised comparison",
            Self::B => "comparison of chosen teams",
            Self::C => "comparison that carries no claim",
            Self::D => "before and after only",
            Self::E => "description only",
        }
    }

    /// What the grade lets a reader conclude.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::A => {
                "Teams, or their starting order, were drawn at random and the plan was fixed before the start: \
                 the difference can be put down to the pilot, within its interval."
            }
            Self::B => {
                "There are comparison teams, and enough of them that chance can be told apart. Teams were not \
                 drawn at random, so something else that sets them apart may share in the difference."
            }
            Self::C => {
                "There is a comparison, but of so few teams, of teams so unlike the others before, or with so much \
                 else that moved, that the difference cannot be put down to the pilot whatever the numbers are."
            }
            Self::D => {
                "There are no comparison teams: the change may come from the pilot or from anything else that \
                 happened in the same weeks."
            }
            Self::E => {
                "Too few events, or too uneven a view of them, for an interval: the numbers describe and no more."
            }
        }
    }

    /// The letter.
    pub const fn letter(self) -> char {
        match self {
            Self::A => 'A',
            Self::B => 'B',
            Self::C => 'C',
            Self::D => 'D',
            Self::E => 'E',
        }
    }
}

/// The numbers of one arm of the study.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArmNumbers {
    /// `Pilot teams`, `Comparison teams`.
    pub arm: String,
    /// Before the start.
    pub before: Quantity,
    /// After it.
    pub after: Quantity,
    /// The change, as a change ([`Quantity::change`]).
    pub change: Quantity,
}

/// One measure with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NumberCard {
    /// The measure's id, also its anchor.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// What it is, in one or two sentences.
    pub definition: String,
    /// The arms, pilot first.
    pub arms: Vec<ArmNumbers>,
    /// The effect with its interval, or absent with the reason.
    pub estimate: Quantity,
    /// What the estimate is: `difference in differences, average over teams`.
    pub estimate_is: String,
    /// The verdict's verb phrase, bound to the grade: `fell more than in the comparison teams`.
    pub verb: String,
    /// How far the evidence carries.
    pub grade: Grade,
    /// Why this grade, one reason a line.
    pub reasons: Vec<String>,
    /// How many journeys (or tickets, services) went in.
    pub n: u64,
    /// What `n` counts, in the plural.
    pub n_of: String,
    /// How many teams.
    pub n_teams: u64,
    /// How many of them had not ended.
    pub open: u64,
    /// How many were left out.
    pub excluded: u64,
    /// Why they were left out, one reason a line.
    pub exclusions: Vec<String>,
    /// The share that could not be linked ([`super::Unit::Percent`]).
    pub unlinked: Quantity,
    /// Ids of the method notes.
    pub methods: Vec<String>,
}
