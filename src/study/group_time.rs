//! Starts at different times: the effect of each group of teams at each time, and what may be averaged of them.
//!
//! In: groups of teams that started together, with the mean of each period. Out: for a group `g` and a period `t` from its
//! start on, `[Y(g, t) − Y(g, g−1)] − [Y(C, t) − Y(C, g−1)]`, with `C` the teams that never started or that have not started
//! yet; before its start the same from one period to the next, as a look at the trend. Averages over all cells after the
//! start, by time since the start, and by group, weighted by teams. The regression with team and period effects is refused
//! where starts differ: it takes teams that started for comparison, and a toy in which every effect is below zero gives it
//! one above. Refused: no comparison, a group of no teams, starts outside the periods. Sources: Callaway and Sant'Anna,
//! Journal of Econometrics 2021;225:200 (R `did::att_gt`, `aggte`); Goodman-Bacon, same volume, 254.

use super::refusal::finite;
use super::{Refusal, real};
use std::collections::BTreeMap;

/// Teams that started in the same period.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The period of their start, counted from 0; none of teams that never did.
    pub start: Option<usize>,
    /// How many teams.
    pub teams: usize,
    /// Mean over the teams in each period.
    pub means: Vec<f64>,
}

/// Whom a group is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Teams that never start.
    NeverStarted,
    /// Teams that have not started by that period.
    NotYetStarted,
}

/// The effect on one group in one period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupTime {
    /// The period of the group's start.
    pub start: usize,
    /// The period.
    pub period: usize,
    /// The effect; before the start, what should be nothing.
    pub effect: f64,
    /// Teams of the group.
    pub teams: usize,
}

/// Averages of group-time effects.
#[derive(Clone, Debug, PartialEq)]
pub struct Averages {
    /// Over all groups and periods from their starts on, by teams.
    pub simple: f64,
    /// By periods since the start.
    pub by_age: Vec<(usize, f64)>,
    /// The mean over each group's periods, by the period of its start.
    pub by_group: Vec<(usize, f64)>,
    /// The mean of those over groups, by teams.
    pub over_groups: f64,
}

fn check(groups: &[Group]) -> Result<usize, Refusal> {
    let Some(first) = groups.first() else { return Err(Refusal::Empty) };
    let periods = first.means.len();
    for group in groups {
        if group.means.len() != periods {
            return Err(Refusal::Unequal { left: periods, right: group.means.len() });
        }
        finite("a mean of a group", &group.means)?;
        if group.teams == 0 {
            return Err(Refusal::TooFew { what: "teams in a group", have: 0, need: 1 });
        }
        if let Some(start) = group.start.filter(|start| *start == 0 || *start >= periods) {
            return Err(Refusal::Impossible {
                what: "a start without a period before it, or after the last",
                value: real(start),
            });
        }
    }
    if periods < 2 {
        return Err(Refusal::TooFew { what: "periods", have: periods, need: 2 });
    }
    if groups.iter().all(|group| group.start.is_none()) { Err(Refusal::NoPilotTeams) } else { Ok(periods) }
}

/// The effects of each group at each time, by start and period.
///
/// # Errors
/// As the head of this file says.
pub fn group_time_effects(groups: &[Group], control: Control) -> Result<Vec<GroupTime>, Refusal> {
    let periods = check(groups)?;
    let is_control = |group: &Group, period: usize| match (group.start, control) {
        (None, _) => true,
        (Some(_), Control::NeverStarted) => false,
        (Some(start), Control::NotYetStarted) => start > period,
    };
    let mut found = Vec::new();
    let mut starting: Vec<&Group> = groups.iter().filter(|group| group.start.is_some()).collect();
    starting.sort_by_key(|group| group.start);
    for group in starting {
        let start = group.start.unwrap_or(0);
        for period in 1..periods {
            // From the start on against the last period before it; before that, against the period before.
            let base = if period >= start { start - 1 } else { period - 1 };
            let controls: Vec<&Group> = groups
                .iter()
                .filter(|other| other.start != group.start && is_control(other, period.max(base)))
                .collect();
            let teams: usize = controls.iter().map(|control| control.teams).sum();
            if teams == 0 {
                if control == Control::NeverStarted {
                    return Err(Refusal::NoComparisonTeams);
                }
                continue;
            }
            let change = |group: &Group| group.means[period] - group.means[base];
            let theirs =
                controls.iter().map(|control| change(control) * real(control.teams)).sum::<f64>() / real(teams);
            found.push(GroupTime { start, period, effect: change(group) - theirs, teams: group.teams });
        }
    }
    if found.iter().any(|cell| cell.period >= cell.start) { Ok(found) } else { Err(Refusal::NoComparisonTeams) }
}

/// Averages the effects from the starts on.
///
/// # Errors
/// Refuses a list without any effect after a start.
pub fn averages(effects: &[GroupTime]) -> Result<Averages, Refusal> {
    let after = || effects.iter().filter(|cell| cell.period >= cell.start);
    let mean = |cells: &[&GroupTime]| {
        let teams: f64 = cells.iter().map(|cell| real(cell.teams)).sum();
        cells.iter().map(|cell| cell.effect * real(cell.teams)).sum::<f64>() / teams
    };
    let all: Vec<&GroupTime> = after().collect();
    if all.is_empty() {
        return Err(Refusal::Empty);
    }
    let by = |key: fn(&GroupTime) -> usize| {
        let mut cells: BTreeMap<usize, Vec<&GroupTime>> = BTreeMap::new();
        after().for_each(|cell| cells.entry(key(cell)).or_default().push(cell));
        cells
    };
    let groups = by(|cell| cell.start);
    let by_group: Vec<(usize, f64)> = groups.iter().map(|(start, cells)| (*start, mean(cells))).collect();
    let teams: Vec<f64> = groups.values().map(|cells| real(cells[0].teams)).collect();
    let over_groups =
        by_group.iter().zip(&teams).map(|((_, effect), teams)| effect * teams).sum::<f64>() / teams.iter().sum::<f64>();
    Ok(Averages {
        simple: mean(&all),
        by_age: by(|cell| cell.period - cell.start).iter().map(|(age, cells)| (*age, mean(cells))).collect(),
        by_group,
        over_groups,
    })
}

/// The regression with team and period effects: two periods and one start, where it is the difference in differences.
///
/// # Errors
/// Refuses starts that differ and more than two periods, and what [`group_time_effects`] does.
pub fn two_way_fixed_effects(groups: &[Group]) -> Result<f64, Refusal> {
    let periods = check(groups)?;
    let starts: Vec<usize> = groups.iter().filter_map(|group| group.start).collect();
    if periods > 2 || starts.iter().any(|start| *start != starts[0]) {
        return Err(Refusal::NoFit { what: "one effect of starts at different times: take those of group and time" });
    }
    Ok(group_time_effects(groups, Control::NeverStarted)?[0].effect)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    /// Case `callaway_santanna_mpdta` of the reference: teen employment by county, `did::att_gt`.
    fn counties() -> Vec<Group> {
        let group = |start, teams, means: [f64; 5]| Group { start, teams, means: means.into() };
        vec![
            group(
                None,
                309,
                [
                    5.654_630_022_499_832,
                    5.591_999_998_141_901,
                    5.604_808_433_753_99,
                    5.638_896_282_054_665,
                    5.661_132_540_371_088,
                ],
            ),
            group(
                Some(1),
                20,
                [
                    6.179_696_833_586_362_5,
                    6.106_563_563_007_468,
                    6.059_452_086_737_371,
                    6.026_704_354_251_789,
                    6.085_387_988_372_212,
                ],
            ),
            group(
                Some(3),
                40,
                [
                    6.573_993_628_231_014,
                    6.517_883_716_297_314,
                    6.527_941_333_158_886,
                    6.557_434_574_506_698,
                    6.543_040_968_229_766,
                ],
            ),
            group(
                Some(4),
                131,
                [
                    5.842_906_496_383_018,
                    5.810_783_127_608_379,
                    5.820_865_670_334_351,
                    5.823_866_399_245_337,
                    5.820_048_246_842_565,
                ],
            ),
        ]
    }

    #[test]
    fn counties_are_those_of_the_package() {
        let effects = group_time_effects(&counties(), Control::NeverStarted).expect("a comparison");
        let of = |start, period| {
            effects.iter().find(|cell| (cell.start, cell.period) == (start, period)).expect("a cell").effect
        };
        for (start, period, expected) in [
            (1, 1, -0.010_503_246_220_963_533),
            (1, 3, -0.137_258_738_889_404_43),
            (3, 1, 0.006_520_112_424_232_907),
            (3, 2, -0.002_750_818_750_518_685_8),
            (3, 4, -0.041_224_471_546_217_93),
            (4, 3, -0.031_087_119_389_688_146),
            (4, 4, -0.026_054_410_719_197_237),
        ] {
            close(of(start, period), expected, 1e-12);
        }
        assert_eq!(effects.len(), 12);
        let found = averages(&effects).expect("effects");
        close(found.simple, -0.039_951_275_155_177_005, 1e-12);
        close(found.over_groups, -0.031_018_282_228_749_017, 1e-12);
        let ages = [
            -0.019_931_816_789_259_777,
            -0.050_957_367_065_194_985,
            -0.137_258_738_889_404_43,
            -0.100_811_363_085_405_25,
        ];
        for ((age, effect), (place, expected)) in found.by_age.iter().zip(ages.iter().enumerate()) {
            assert_eq!(*age, place);
            close(*effect, *expected, 1e-12);
        }
    }

    /// Effects grow with age in every group; the regression would take early starters for comparison.
    #[test]
    fn starts_that_differ_have_no_single_regression() {
        let group = |start: Option<usize>, effect: f64| {
            let mean = |period: usize| {
                start.map_or(0.0, |start: usize| if period >= start { effect * real(period - start + 1) } else { 0.0 })
            };
            Group { start, teams: 3, means: (0..5).map(mean).collect() }
        };
        let groups = [group(Some(1), -1.0), group(Some(3), -2.0)];
        assert!(matches!(two_way_fixed_effects(&groups), Err(Refusal::NoFit { .. })));
        assert_eq!(group_time_effects(&groups, Control::NeverStarted), Err(Refusal::NoComparisonTeams));
        let effects = group_time_effects(&groups, Control::NotYetStarted).expect("not yet");
        assert!(effects.iter().filter(|cell| cell.period >= cell.start).all(|cell| cell.effect < 0.0), "{effects:?}");
        close(averages(&effects).expect("effects").simple, -1.5, 1e-12);
    }

    #[test]
    fn two_periods_and_one_start_are_the_difference_in_differences() {
        let group = |start, means: [f64; 2]| Group { start, teams: 2, means: means.into() };
        let groups = [group(Some(1), [10.0, 6.0]), group(None, [9.0, 8.0])];
        close(two_way_fixed_effects(&groups).expect("one start"), -3.0, 1e-12);
        assert_eq!(two_way_fixed_effects(&groups[1..]), Err(Refusal::NoPilotTeams));
        assert!(group_time_effects(&[group(Some(0), [1.0, 2.0])], Control::NotYetStarted).is_err());
        assert!(group_time_effects(&[], Control::NotYetStarted).is_err());
        let broken = [group(Some(1), [f64::NAN, 2.0]), group(None, [1.0, 1.0])];
        assert!(matches!(group_time_effects(&broken, Control::NeverStarted), Err(Refusal::Impossible { .. })));
        assert_eq!(averages(&[]), Err(Refusal::Empty));
    }
}
