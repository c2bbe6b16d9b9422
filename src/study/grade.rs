//! The evidence grade: how much a comparison can carry, decided before its result is looked at.
//!
//! Order and rules: METHODS.md#grades. The grade depends on the design and on how much was observed, never on
//! the estimate. `wording` binds the verb to it.

use super::Trap;
use std::fmt;

/// How much a comparison can carry, from the most to the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Teams drawn at random, plan hashed before the start.
    A,
    /// Comparison teams enough for significance; not drawn, or no plan.
    B,
    /// Comparison teams, but no significance possible, or load that moved.
    C,
    /// No comparison teams.
    D,
    /// Description only.
    E,
}

impl fmt::Display for Grade {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, out)
    }
}

/// Why the grade is what it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// Fewer than [`EVENTS_FOR_MORE_THAN_DESCRIPTION`] events in a window.
    FewEvents {
        /// The fewest in any window.
        events: u64,
    },
    /// The linked share differs by arm and period.
    LinkedShareDiffers,
    /// The estimate was refused.
    NoEstimate {
        /// In words.
        why: String,
    },
    /// Nobody to compare with.
    NoComparisonTeams,
    /// Nobody to compare with, but a series that goes on from before the start.
    SingleSeries,
    /// No p-value below alpha can come out.
    FloorAboveAlpha {
        /// The smallest p-value of the design.
        floor_p: f64,
        /// The level.
        alpha: f64,
    },
    /// The effect has no interval that could be trusted.
    NoInterval {
        /// In words.
        why: String,
    },
    /// The pilot moved load onto or off the comparison teams.
    LoadMoved,
    /// A trap was seen that the comparison cannot carry.
    Trap(Trap),
    /// The pilot teams came forward or were chosen.
    NotDrawn,
    /// There is no plan from before the start.
    NoPlan,
    /// The teams, or their order, were drawn at random.
    Drawn,
    /// The plan was hashed before the start.
    Planned,
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FewEvents { events } => {
                write!(
                    out,
                    "a window holds only {events} events, and fewer than {EVENTS_FOR_MORE_THAN_DESCRIPTION} are described, not compared"
                )
            }
            Self::LinkedShareDiffers => {
                write!(out, "the share of events that could be linked differs between arms and periods")
            }
            Self::NoEstimate { why } => write!(out, "no estimate was made: {why}"),
            Self::NoComparisonTeams => write!(out, "there are no comparison teams"),
            Self::SingleSeries => write!(
                out,
                "there are no comparison teams, and one series cannot tell the start from whatever else came then"
            ),
            Self::FloorAboveAlpha { floor_p, alpha } => write!(
                out,
                "so few teams cannot be significant by design: the smallest possible p is {floor_p:.3}, above {alpha}"
            ),
            Self::NoInterval { why } => write!(out, "no interval could be trusted: {why}"),
            Self::LoadMoved => write!(out, "the pilot moved load between the arms"),
            Self::Trap(trap) => write!(out, "{}", trap.told),
            Self::NotDrawn => write!(out, "the pilot teams were not drawn at random, so the test is a placebo test"),
            Self::NoPlan => write!(out, "no plan was fixed before the start"),
            Self::Drawn => write!(out, "the pilot teams were drawn at random"),
            Self::Planned => write!(out, "the plan was fixed before the start"),
        }
    }
}

/// Events that every window needs to be more than described.
pub const EVENTS_FOR_MORE_THAN_DESCRIPTION: u64 = 5;

/// What the grade is decided on.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one answer that the study file gives")]
pub struct Evidence {
    /// The fewest events in any window that is compared.
    pub fewest_events: u64,
    /// Whether the linked share differs by arm and period.
    pub linked_share_differs: bool,
    /// Why there is no estimate, where there is none.
    pub no_estimate: Option<String>,
    /// Comparison teams that enter.
    pub comparison_teams: usize,
    /// The smallest p-value that the design can give; none without comparison teams.
    pub floor_p: Option<f64>,
    /// The level.
    pub alpha: f64,
    /// Why a comparison that could be significant has no interval, where it has none.
    pub no_interval: Option<String>,
    /// Whether load moved between the arms.
    pub load_moved: bool,
    /// Whether the pilot teams or their order were drawn at random.
    pub drawn_at_random: bool,
    /// Whether the plan was hashed before the start.
    pub plan_hashed: bool,
    /// Whether, without comparison teams, a series long enough was read for what changed at the start.
    pub single_series: bool,
    /// Traps that the comparison cannot carry.
    pub traps: Vec<Trap>,
}

/// Decides the grade, with every reason that held it there.
pub fn grade(evidence: &Evidence) -> (Grade, Vec<Reason>) {
    let mut reasons = Vec::new();
    if evidence.fewest_events < EVENTS_FOR_MORE_THAN_DESCRIPTION {
        reasons.push(Reason::FewEvents { events: evidence.fewest_events });
    }
    if evidence.linked_share_differs {
        reasons.push(Reason::LinkedShareDiffers);
    }
    if let Some(why) = &evidence.no_estimate {
        reasons.push(Reason::NoEstimate { why: why.clone() });
    }
    if !reasons.is_empty() {
        return (Grade::E, reasons);
    }
    if evidence.comparison_teams == 0 && evidence.single_series {
        reasons.push(Reason::SingleSeries);
        reasons.extend(evidence.traps.iter().cloned().map(Reason::Trap));
        return (Grade::C, reasons);
    }
    if evidence.comparison_teams == 0 {
        return (Grade::D, vec![Reason::NoComparisonTeams]);
    }
    let floor_p = evidence.floor_p.unwrap_or(1.0);
    if floor_p > evidence.alpha {
        reasons.push(Reason::FloorAboveAlpha { floor_p, alpha: evidence.alpha });
    }
    if let Some(why) = &evidence.no_interval {
        reasons.push(Reason::NoInterval { why: why.clone() });
    }
    if evidence.load_moved {
        reasons.push(Reason::LoadMoved);
    }
    reasons.extend(evidence.traps.iter().cloned().map(Reason::Trap));
    if !reasons.is_empty() {
        return (Grade::C, reasons);
    }
    if !evidence.drawn_at_random {
        reasons.push(Reason::NotDrawn);
    }
    if !evidence.plan_hashed {
        reasons.push(Reason::NoPlan);
    }
    if reasons.is_empty() { (Grade::A, vec![Reason::Drawn, Reason::Planned]) } else { (Grade::B, reasons) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Sight, TrapKind};

    fn best() -> Evidence {
        Evidence {
            fewest_events: 20,
            linked_share_differs: false,
            no_estimate: None,
            comparison_teams: 5,
            floor_p: Some(1.0 / 56.0),
            alpha: 0.05,
            no_interval: None,
            load_moved: false,
            drawn_at_random: true,
            plan_hashed: true,
            single_series: false,
            traps: Vec::new(),
        }
    }

    #[test]
    fn each_shortcoming_lowers_the_grade_as_far_as_the_specification_says() {
        let of = |change: fn(&mut Evidence)| {
            let mut evidence = best();
            change(&mut evidence);
            grade(&evidence).0
        };
        assert_eq!(of(|_| ()), Grade::A);
        assert_eq!(of(|e| e.drawn_at_random = false), Grade::B);
        assert_eq!(of(|e| e.plan_hashed = false), Grade::B);
        assert_eq!(of(|e| e.load_moved = true), Grade::C);
        assert_eq!(of(|e| e.floor_p = Some(0.067)), Grade::C);
        assert_eq!(of(|e| e.no_interval = Some("few services".into())), Grade::C);
        assert_eq!(of(|e| e.traps = vec![Trap::new(TrapKind::Mix, Sight::Lowers, "kinds moved")]), Grade::C);
        assert_eq!(of(|e| e.comparison_teams = 0), Grade::D);
        assert_eq!(of(|e| (e.comparison_teams, e.single_series) = (0, true)), Grade::C);
        assert_eq!(of(|e| e.fewest_events = 4), Grade::E);
        assert_eq!(of(|e| e.linked_share_differs = true), Grade::E);
        assert_eq!(of(|e| e.no_estimate = Some("none".into())), Grade::E);
    }

    #[test]
    fn description_goes_before_the_lack_of_comparison_teams() {
        let (grade, reasons) = grade(&Evidence { comparison_teams: 0, fewest_events: 0, ..best() });
        assert_eq!(grade, Grade::E);
        assert_eq!(reasons, [Reason::FewEvents { events: 0 }]);
    }
}
