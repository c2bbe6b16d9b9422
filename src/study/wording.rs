//! The words that a verdict may be told in: the verb is bound to the grade, so that no report can say more.

use super::{Grade, Reason};

/// Which way a number went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Down.
    Lower,
    /// Up.
    Higher,
    /// Neither.
    Level,
}

impl Direction {
    /// The direction of a change.
    pub fn of(change: f64) -> Self {
        match change.partial_cmp(&0.0) {
            Some(std::cmp::Ordering::Less) => Self::Lower,
            Some(std::cmp::Ordering::Greater) => Self::Higher,
            _ => Self::Level,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Lower => "was lower after than before",
            Self::Higher => "was higher after than before",
            Self::Level => "was the same after as before",
        }
    }
}

/// Who the sentence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// "The pilot {verb} {measure} …": a claim of cause, at grades A and B only.
    PilotDid,
    /// "{Measure} {verb} …".
    MeasureWas,
}

/// The parts that a sentence is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// Who it is about.
    pub frame: Frame,
    /// The verb, with what belongs to it.
    pub verb: String,
    /// What must be said with it.
    pub hedge: String,
}

/// What the words are chosen by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Told<'a> {
    /// The grade.
    pub grade: Grade,
    /// Its reasons.
    pub reasons: &'a [Reason],
    /// Whether p is at or below alpha.
    pub significant: bool,
    /// Which way the effect goes: the pilot's change against the comparison's, or alone where there is none.
    pub effect: Direction,
    /// Which way the pilot's own number went.
    pub pilot: Direction,
}

/// Chooses the words.
pub fn wording(told: Told<'_>) -> Wording {
    let because = told.reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let says = |frame, verb: &str, hedge: String| Wording { frame, verb: verb.to_owned(), hedge };
    match (told.grade, told.effect) {
        (Grade::A | Grade::B, Direction::Lower) if told.significant => {
            says(Frame::PilotDid, "reduced", format!("against the change in the comparison teams; {because}"))
        }
        (Grade::A | Grade::B, Direction::Higher) if told.significant => {
            says(Frame::PilotDid, "raised", format!("against the change in the comparison teams; {because}"))
        }
        (Grade::A | Grade::B, _) => says(
            Frame::MeasureWas,
            "did not change by more than chance would explain",
            format!("inconclusive: the interval holds no effect at all as well as the estimate; {because}"),
        ),
        (Grade::C, _) if told.reasons.contains(&Reason::SingleSeries) => {
            says(Frame::MeasureWas, told.pilot.word(), because)
        }
        (Grade::C, effect) => {
            let against = match (told.pilot, effect) {
                (_, Direction::Level) => ", as in the comparison teams",
                (pilot, effect) if pilot == effect => ", and more so than in the comparison teams",
                (Direction::Level, Direction::Lower) => ", and lower against the comparison teams",
                (Direction::Level, Direction::Higher) => ", and higher against the comparison teams",
                _ => ", but less so than in the comparison teams",
            };
            says(Frame::MeasureWas, &format!("{}{against}", told.pilot.word()), because)
        }
        (Grade::D, _) => says(
            Frame::MeasureWas,
            told.pilot.word(),
            format!("{because}, so nothing tells the pilot from the calendar"),
        ),
        (Grade::E, _) => says(Frame::MeasureWas, "is described only", because),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(grade: Grade, significant: bool, effect: Direction, pilot: Direction) -> Wording {
        wording(Told { grade, reasons: &[Reason::NotDrawn], significant, effect, pilot })
    }

    #[test]
    fn only_a_significant_effect_at_a_or_b_is_told_as_the_pilots_doing() {
        for grade in [Grade::A, Grade::B, Grade::C, Grade::D, Grade::E] {
            for significant in [true, false] {
                for effect in [Direction::Lower, Direction::Higher, Direction::Level] {
                    let said = told(grade, significant, effect, effect);
                    let may = grade <= Grade::B && significant && effect != Direction::Level;
                    assert_eq!(said.frame == Frame::PilotDid, may, "{grade} {said:?}");
                    assert_eq!(["reduced", "raised"].contains(&said.verb.as_str()), may, "{grade} {said:?}");
                }
            }
        }
    }

    #[test]
    fn at_c_the_pilots_own_change_is_told_apart_from_the_comparison() {
        let said = told(Grade::C, false, Direction::Lower, Direction::Lower);
        assert_eq!(said.verb, "was lower after than before, and more so than in the comparison teams");
        let said = told(Grade::C, false, Direction::Lower, Direction::Higher);
        assert_eq!(said.verb, "was higher after than before, but less so than in the comparison teams");
    }
}
