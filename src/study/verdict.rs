//! The verdict: the one value that reports read, whatever was measured.
//!
//! Made by `time_study`, `rate_study` and `coverage_study`; all of them hand one change per team to [`decide`].

use super::grade::{Evidence, Grade, Reason, grade};
use super::wording::{Direction, Told, Wording, wording};
use super::{
    Arm, Design, Interval, NoInterval, Period, Permutation, Refusal, Sight, Statistic, TEAMS_FOR_INTERVAL, Trap,
};
use super::{one_sample_t, permutation, real, welch};

/// What a number is a number of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Days, or a difference of days.
    Days,
    /// A ratio: 0.8 is one fifth less.
    Ratio,
    /// A rate, in counts per unit of exposure.
    Rate,
    /// A share, or a difference of shares: 0.1 is ten points.
    Share,
}

/// A number that can stand in a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Its scale.
    pub scale: Scale,
    /// The estimate.
    pub estimate: f64,
    /// Its interval, or why there is none.
    pub interval: Result<Interval, NoInterval>,
    /// The two-sided p-value, where the method gives one.
    pub p: Option<f64>,
    /// The smallest p-value that the design can give, where that is known.
    pub floor_p: Option<f64>,
    /// Of the assignments looked at, how many are at least as extreme, and how many there are: the placebo rank.
    pub placebo: Option<(u64, u64)>,
    /// The method, with its transform.
    pub method: String,
}

/// One arm in one window.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// The arm.
    pub arm: Arm,
    /// The period.
    pub period: Period,
    /// Journeys, requests, deploys or services: what was observed, all teams of the arm included.
    pub units: u64,
    /// Teams with any of them.
    pub teams: usize,
    /// What must not be few: of times those that are done, of everything else all units, whatever their amount or answer.
    pub events: u64,
    /// Journeys still open.
    pub open: u64,
    /// Journeys given up.
    pub abandoned: u64,
    /// Units of teams that do not enter the effect; they are part of the other counts.
    pub excluded: u64,
    /// The level in this window: restricted mean, rate or share.
    pub level: Result<Finding, Refusal>,
    /// The median, for times; `None` in it is "not reached".
    pub median: Option<Median>,
    /// The curve, for times.
    pub curve: Vec<CurvePoint>,
}

/// A median time whose limits may not be reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Median {
    /// The median, if reached.
    pub estimate: Option<f64>,
    /// The lower limit, if reached.
    pub lower: Option<f64>,
    /// The upper limit, if reached.
    pub upper: Option<f64>,
    /// The method, with its transform.
    pub method: String,
}

/// One step of a curve, with pointwise limits where they are defined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// Days since the start.
    pub days: f64,
    /// Share not yet ended.
    pub open_share: f64,
    /// Its limits.
    pub limits: Option<Interval>,
    /// Journeys at risk.
    pub at_risk: u64,
}

/// One team, before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct TeamLine {
    /// The team.
    pub team: String,
    /// Its arm.
    pub arm: Arm,
    /// Units before and after.
    pub units: (u64, u64),
    /// The level before, where it can be told.
    pub before: Option<f64>,
    /// The level after, where it can be told.
    pub after: Option<f64>,
    /// The change that enters the effect, on its scale; none for a team left out.
    pub change: Option<f64>,
    /// Why the team does not enter.
    pub left_out: Option<LeftOut>,
}

/// Why a team does not enter the effect.
#[derive(Clone, Debug, PartialEq)]
pub enum LeftOut {
    /// Too little was observed in one window.
    TooFew {
        /// Which.
        period: Period,
        /// Units there.
        have: u64,
        /// Units it takes.
        need: u64,
    },
    /// Its number was refused.
    Refused(Refusal),
}

/// What a study says of one measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What is averaged over.
    pub estimand: &'static str,
    /// The effect, by the method of the plan; or why there is none.
    pub effect: Result<Finding, Refusal>,
    /// The same effect on other scales and by secondary methods.
    pub beside: Vec<Finding>,
    /// The lowest and the highest estimate when any one pilot team is left out.
    pub without_one_pilot_team: Option<(f64, f64)>,
    /// Pilot before and after, comparison before and after; an arm without units is absent.
    pub windows: Vec<Window>,
    /// Every team seen, by arm and name.
    pub teams: Vec<TeamLine>,
    /// What the grade was decided on.
    pub evidence: Evidence,
    /// The traps looked for, seen or not.
    pub traps: Vec<Trap>,
    /// The evidence grade.
    pub grade: Grade,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Which way the effect goes.
    pub direction: Direction,
    /// Whether p is at or below alpha and the grade lets that be said.
    pub significant: bool,
    /// The words.
    pub wording: Wording,
}

impl Verdict {
    /// Adds what was looked for and seen; traps that the comparison cannot carry lower the grade and change the words.
    #[must_use]
    pub fn with_traps(mut self, traps: Vec<Trap>, design: &Design) -> Self {
        self.traps.extend(traps);
        self.traps.sort_by_key(|trap| (trap.kind, trap.sight));
        self.evidence.linked_share_differs |= self.traps.iter().any(|trap| trap.sight == Sight::Describes);
        self.evidence.traps = self.traps.iter().filter(|trap| trap.sight == Sight::Lowers).cloned().collect();
        let judged = judge(&self.evidence, &self.effect, &self.teams, design);
        Self {
            grade: judged.grade,
            reasons: judged.reasons,
            significant: judged.significant,
            wording: judged.wording,
            ..self
        }
    }

    /// Takes in the reading of one series that the start interrupts, where there are no comparison teams: it lifts the grade
    /// to C, for it has a trend to go by, if nobody to compare with.
    #[must_use]
    pub fn with_series(mut self, series: Finding, design: &Design) -> Self {
        self.evidence.single_series = true;
        self.beside.push(series);
        self.with_traps(Vec::new(), design)
    }

    /// Pilot and comparison teams that enter the effect.
    pub fn teams_compared(&self) -> (usize, usize) {
        let of = |arm| self.teams.iter().filter(|team| team.arm == arm && team.left_out.is_none()).count();
        (of(Arm::Pilot), of(Arm::Comparison))
    }
}

/// The estimand of all studies here.
pub const OVER_TEAMS: &str = "average over teams";

/// One effect of team changes by the plan's method, and the secondary ones.
pub(super) struct Contrast {
    pub(super) effect: Result<Finding, Refusal>,
    pub(super) beside: Vec<Finding>,
    pub(super) without_one: Option<(f64, f64)>,
}

/// Contrasts team changes; on [`Scale::Ratio`] these are logs and the findings are put back as ratios.
pub(super) fn contrast(changes: &[(Arm, f64)], scale: Scale, what: &str, design: &Design) -> Contrast {
    let back = |value: f64| if scale == Scale::Ratio { value.exp() } else { value };
    let of = |arm| changes.iter().filter(move |(of, _)| *of == arm).map(|(_, change)| *change).collect::<Vec<f64>>();
    let (pilot, comparison) = (of(Arm::Pilot), of(Arm::Comparison));
    if comparison.is_empty() {
        let effect = before_after(&pilot, scale, what, design, back);
        return Contrast {
            effect,
            beside: Vec::new(),
            without_one: leave_one_out(changes).map(|(a, b)| (back(a), back(b))),
        };
    }
    let values: Vec<f64> = changes.iter().map(|(_, change)| *change).collect();
    let marks: Vec<bool> = changes.iter().map(|(arm, _)| *arm == Arm::Pilot).collect();
    let effect = permutation(&values, &marks, design.alpha, design.seed).map(|found| Finding {
        scale,
        estimate: back(found.estimate),
        interval: found.interval.clone().map(|interval| interval.map(back)),
        p: Some(found.p),
        floor_p: Some(found.floor_p),
        placebo: Some((found.extreme, found.total)),
        method: format!("{what}; difference in differences of team means; {}", method_of(&found)),
    });
    let beside = welch(&pilot, &comparison, design.level()).map(|test| Finding {
        scale,
        estimate: back(test.difference),
        interval: Ok(test.interval.map(back)),
        p: Some(test.p),
        floor_p: None,
        placebo: None,
        method: format!("{what}; difference in differences of team means; Welch t({:.1})", test.df),
    });
    let without_one = leave_one_out(changes).map(|(lowest, highest)| (back(lowest), back(highest)));
    Contrast { effect, beside: beside.into_iter().collect(), without_one }
}

fn method_of(found: &Permutation) -> String {
    let statistic = match found.statistic {
        Statistic::Difference => "plain",
        Statistic::Studentised => "studentised",
    };
    let listing = if found.exact { "exact" } else { "sampled" };
    format!("{listing} team permutation ({statistic}, {} assignments), interval by inversion", found.total)
}

fn before_after(
    pilot: &[f64],
    scale: Scale,
    what: &str,
    design: &Design,
    back: impl Fn(f64) -> f64,
) -> Result<Finding, Refusal> {
    if pilot.is_empty() {
        return Err(Refusal::NoPilotTeams);
    }
    let have = pilot.len();
    let test = if have < TEAMS_FOR_INTERVAL {
        Err(NoInterval::TooFewTeams { have, need: TEAMS_FOR_INTERVAL })
    } else {
        one_sample_t(pilot, design.level()).map_err(NoInterval::from)
    };
    Ok(Finding {
        scale,
        estimate: back(pilot.iter().sum::<f64>() / real(have)),
        p: test.as_ref().ok().map(|test| test.p),
        interval: test.map(|test| test.interval.map(back)),
        floor_p: None,
        placebo: None,
        method: format!("{what}; mean change of the pilot teams; t({})", have - 1),
    })
}

/// The estimate without each pilot team in turn.
fn leave_one_out(changes: &[(Arm, f64)]) -> Option<(f64, f64)> {
    let pilot: Vec<f64> = changes.iter().filter(|(arm, _)| *arm == Arm::Pilot).map(|(_, change)| *change).collect();
    let rest: Vec<f64> = changes.iter().filter(|(arm, _)| *arm != Arm::Pilot).map(|(_, change)| *change).collect();
    if pilot.len() < 2 {
        return None;
    }
    let against = if rest.is_empty() { 0.0 } else { rest.iter().sum::<f64>() / real(rest.len()) };
    let sum: f64 = pilot.iter().sum();
    let estimates = pilot.iter().map(|left_out| (sum - left_out) / (real(pilot.len()) - 1.0) - against);
    Some(estimates.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), one| (low.min(one), high.max(one))))
}

/// Grades a contrast and puts it into words.
pub(super) fn decide(contrast: Contrast, windows: Vec<Window>, teams: Vec<TeamLine>, design: &Design) -> Verdict {
    let entering = |arm| teams.iter().filter(move |team: &&TeamLine| team.arm == arm && team.left_out.is_none());
    let comparison_teams = entering(Arm::Comparison).count();
    let compared = |window: &&Window| comparison_teams > 0 || window.arm == Arm::Pilot;
    let fewest_events = if windows.iter().filter(compared).count() < if comparison_teams > 0 { 4 } else { 2 } {
        0
    } else {
        windows.iter().filter(compared).map(|window| window.events).min().unwrap_or(0)
    };
    let evidence = Evidence {
        fewest_events,
        linked_share_differs: false,
        no_estimate: contrast.effect.as_ref().err().map(ToString::to_string),
        comparison_teams,
        floor_p: contrast.effect.as_ref().ok().and_then(|effect| effect.floor_p),
        alpha: design.alpha,
        no_interval: contrast.effect.as_ref().ok().and_then(|effect| match &effect.interval {
            Err(NoInterval::Refused(refusal)) if comparison_teams > 0 => Some(refusal.to_string()),
            _ => None,
        }),
        load_moved: design.load_moved,
        drawn_at_random: design.drawn_at_random,
        plan_hashed: design.plan_hashed,
        single_series: false,
        traps: Vec::new(),
    };
    let Judged { grade, reasons, direction, significant, wording } = judge(&evidence, &contrast.effect, &teams, design);
    Verdict {
        estimand: OVER_TEAMS,
        effect: contrast.effect,
        beside: contrast.beside,
        without_one_pilot_team: contrast.without_one,
        windows,
        teams,
        evidence,
        traps: Vec::new(),
        grade,
        reasons,
        direction,
        significant,
        wording,
    }
}

/// What follows from the evidence and the effect.
struct Judged {
    grade: Grade,
    reasons: Vec<Reason>,
    direction: Direction,
    significant: bool,
    wording: Wording,
}

fn judge(evidence: &Evidence, effect: &Result<Finding, Refusal>, teams: &[TeamLine], design: &Design) -> Judged {
    let (grade, reasons) = grade(evidence);
    let null = |scale| if scale == Scale::Ratio { 1.0 } else { 0.0 };
    let effect = effect.as_ref().ok();
    let direction = effect.map_or(Direction::Level, |effect| Direction::of(effect.estimate - null(effect.scale)));
    let p = effect.and_then(|effect| effect.p);
    let significant = grade <= Grade::B && p.is_some_and(|p| p <= design.alpha + 1e-9);
    let pilots = teams.iter().filter(|team| team.arm == Arm::Pilot && team.left_out.is_none());
    let pilot = Direction::of(pilots.filter_map(|team| team.change).sum());
    let wording = wording(Told { grade, reasons: &reasons, significant, effect: direction, pilot });
    Judged { grade, reasons, direction, significant, wording }
}
