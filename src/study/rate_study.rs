//! The study of amounts over exposure: tickets per developer-week, deploys per service-week, hours of waiting a journey.
//!
//! One log rate ratio per team, half a unit added, then the team permutation of their difference in differences. How
//! much was observed is told apart from the amount: ten journeys without a handoff are ten observations of none.

use super::time_study::check_design;
use super::verdict::{Finding, LeftOut, Scale, TeamLine, Verdict, Window, contrast, decide};
use super::{Arm, Design, NoInterval, Period, Refusal, WINDOWS, jackknife, rates::log_rate_ratio};
use std::collections::BTreeMap;

/// What one team had in one window. Several of one team and window are added up.
#[derive(Clone, Debug, PartialEq)]
pub struct RateRecord {
    /// The team.
    pub team: String,
    /// Its arm.
    pub arm: Arm,
    /// The window.
    pub period: Period,
    /// The amount: a count, or a sum such as hours.
    pub amount: f64,
    /// The exposure, as developer-weeks or journeys.
    pub exposure: f64,
    /// What was observed: journeys, tickets, deploys. Decides whether there is enough to compare.
    pub units: u64,
}

/// What one team had in one window, added up.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    amount: f64,
    exposure: f64,
    units: u64,
}

/// Before and after, where observed.
type Cells = [Option<Cell>; 2];
type Totals = BTreeMap<(Arm, String), Cells>;

/// Compares rates before and after, pilot against comparison.
///
/// # Errors
/// Refuses no records, amounts and exposures below zero, and an alpha that is not one. A team not observed in a window,
/// or without exposure there, is left out with its reason; an amount of zero is an amount.
pub fn rate_study(records: &[RateRecord], design: &Design) -> Result<Verdict, Refusal> {
    check_design(design)?;
    if records.is_empty() {
        return Err(Refusal::Empty);
    }
    let totals = totals(records)?;
    let teams: Vec<TeamLine> = totals.iter().map(line).collect();
    let changes: Vec<(Arm, f64)> = teams.iter().filter_map(|team| Some((team.arm, team.change?))).collect();
    let contrast = contrast(&changes, Scale::Ratio, "log rate ratio by team, half a unit added", design);
    let windows = WINDOWS.iter().filter_map(|&(arm, period)| window(&totals, arm, period, &teams, design)).collect();
    Ok(decide(contrast, windows, teams, design))
}

fn totals(records: &[RateRecord]) -> Result<Totals, Refusal> {
    let mut totals = Totals::new();
    let mut sorted: Vec<&RateRecord> = records.iter().collect();
    // Amounts and exposures are added in one order, whatever that of the rows.
    sorted.sort_by(|left, right| left.exposure.total_cmp(&right.exposure).then(left.amount.total_cmp(&right.amount)));
    for record in sorted {
        for (what, value) in [("an exposure", record.exposure), ("an amount", record.amount)] {
            if !value.is_finite() || value < 0.0 {
                return Err(Refusal::Impossible { what, value });
            }
        }
        let cell = &mut totals.entry((record.arm, record.team.clone())).or_default()
            [usize::from(record.period == Period::After)];
        let known = cell.unwrap_or_default();
        *cell = Some(Cell {
            amount: known.amount + record.amount,
            exposure: known.exposure + record.exposure,
            units: known.units + record.units,
        });
    }
    Ok(totals)
}

fn line(((arm, team), cells): (&(Arm, String), &Cells)) -> TeamLine {
    let [before, after] = *cells;
    let rate = |cell: Option<Cell>| cell.filter(|cell| cell.exposure > 0.0).map(|cell| cell.amount / cell.exposure);
    let pair = |cell: Cell| (cell.amount, cell.exposure);
    let missing = |period| LeftOut::TooFew { period, have: 0, need: 1 };
    let change = match (before, after) {
        (None, _) => Err(missing(Period::Before)),
        (_, None) => Err(missing(Period::After)),
        (Some(before), Some(after)) => log_rate_ratio(pair(before), pair(after)).map_err(LeftOut::Refused),
    };
    TeamLine {
        team: team.clone(),
        arm: *arm,
        units: (before.map_or(0, |cell| cell.units), after.map_or(0, |cell| cell.units)),
        before: rate(before),
        after: rate(after),
        change: change.as_ref().ok().copied(),
        left_out: change.err(),
    }
}

fn window(totals: &Totals, arm: Arm, period: Period, teams: &[TeamLine], design: &Design) -> Option<Window> {
    let at = usize::from(period == Period::After);
    let cells: Vec<(&str, Cell)> = totals
        .iter()
        .filter(|((of, _), _)| *of == arm)
        .filter_map(|((_, team), cells)| Some((team.as_str(), cells[at]?)))
        .collect();
    if cells.is_empty() {
        return None;
    }
    let units: u64 = cells.iter().map(|(_, cell)| cell.units).sum();
    let left_out = teams.iter().filter(|team| team.arm == arm && team.left_out.is_some());
    Some(Window {
        arm,
        period,
        units,
        teams: cells.len(),
        // No amount is too small to compare where enough was observed: none at all may be the answer.
        events: units,
        open: 0,
        abandoned: 0,
        excluded: left_out.map(|team| if at == 0 { team.units.0 } else { team.units.1 }).sum(),
        level: rate(&cells, design),
        median: None,
        curve: Vec::new(),
    })
}

fn rate(cells: &[(&str, Cell)], design: &Design) -> Result<Finding, Refusal> {
    let ratio = |cells: &mut dyn Iterator<Item = Cell>| {
        let (amount, exposure) = cells.fold((0.0, 0.0), |sum, cell| (sum.0 + cell.amount, sum.1 + cell.exposure));
        if exposure > 0.0 {
            Ok(amount / exposure)
        } else {
            Err(Refusal::Impossible { what: "an exposure", value: exposure })
        }
    };
    let estimate = ratio(&mut cells.iter().map(|(_, cell)| *cell))?;
    let interval = match jackknife(cells, design.level(), |part| ratio(&mut part.iter().map(|(_, cell)| *cell))) {
        Ok(found) => found.interval.map(|mut interval| {
            interval.lower = interval.lower.max(0.0);
            interval
        }),
        Err(refusal) => Err(NoInterval::Refused(refusal)),
    };
    let method = "amount over exposure, all teams; delete-one-team jackknife t".to_owned();
    Ok(Finding { scale: Scale::Rate, estimate, interval, p: None, floor_p: None, placebo: None, method })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Grade, special_functions::whole, testing::close};

    fn company(factor: u64) -> Vec<RateRecord> {
        let cell = |team: u64, period, count: u64| RateRecord {
            team: format!("team {team}"),
            arm: if team < 3 { Arm::Pilot } else { Arm::Comparison },
            period,
            amount: whole(count),
            exposure: 26.0,
            units: count,
        };
        let after = |team: u64| if team < 3 { (60 + 5 * team) / factor } else { 61 + 5 * team + team % 3 };
        (0..8)
            .flat_map(|team| [cell(team, Period::Before, 60 + 5 * team), cell(team, Period::After, after(team))])
            .collect()
    }

    #[test]
    fn a_third_of_the_tickets_is_found_and_the_unit_of_exposure_does_not_matter() {
        let verdict = rate_study(&company(3), &Design::default()).expect("records");
        let effect = verdict.effect.expect("two arms");
        assert!(effect.estimate > 0.3 && effect.estimate < 0.36, "{effect:?}");
        close(effect.p.expect("a test"), 1.0 / 56.0, 1e-12);
        assert_eq!((verdict.grade, verdict.wording.verb.as_str()), (Grade::B, "reduced"));
        let days: Vec<RateRecord> =
            company(3).into_iter().map(|record| RateRecord { exposure: record.exposure * 7.0, ..record }).collect();
        close(
            rate_study(&days, &Design::default()).expect("records").effect.expect("arms").estimate,
            effect.estimate,
            1e-12,
        );
    }

    #[test]
    fn a_silent_source_is_no_zero_and_a_team_without_exposure_is_left_out() {
        let mut records = company(1);
        records.retain(|record| (record.team.as_str(), record.period) != ("team 7", Period::After));
        records[0].exposure = 0.0;
        let verdict = rate_study(&records, &Design::default()).expect("records");
        assert_eq!(verdict.teams_compared(), (2, 4));
        let left_out: Vec<&LeftOut> = verdict.teams.iter().filter_map(|team| team.left_out.as_ref()).collect();
        let no_exposure = Refusal::Impossible { what: "an exposure", value: 0.0 };
        let missing = LeftOut::TooFew { period: Period::After, have: 0, need: 1 };
        assert_eq!(left_out, [&LeftOut::Refused(no_exposure), &missing]);
    }

    #[test]
    fn amounts_need_not_be_whole_and_enough_observations_of_none_are_enough() {
        let halves: Vec<RateRecord> =
            company(3).into_iter().map(|record| RateRecord { amount: record.amount / 4.0, ..record }).collect();
        let verdict = rate_study(&halves, &Design::default()).expect("records");
        assert!(verdict.windows.iter().all(|window| window.units == window.events && window.units > 60));
        let level = verdict.windows[0].level.as_ref().expect("a level").estimate;
        close(level, (60.0 + 65.0 + 70.0) / 4.0 / (3.0 * 26.0), 1e-12);
        let none: Vec<RateRecord> = company(1).into_iter().map(|record| RateRecord { amount: 0.0, ..record }).collect();
        let verdict = rate_study(&none, &Design::default()).expect("records");
        assert!(verdict.grade < Grade::E, "ten journeys without a handoff are ten observations");
        close(verdict.effect.expect("two arms").estimate, 1.0, 1e-12);
        let below = RateRecord { amount: -1.0, ..none[0].clone() };
        assert_eq!(
            rate_study(&[below], &Design::default()),
            Err(Refusal::Impossible { what: "an amount", value: -1.0 })
        );
    }

    #[test]
    fn zero_counts_stay_in_and_are_described_only() {
        let records: Vec<RateRecord> =
            company(1).into_iter().map(|record| RateRecord { amount: 0.0, units: 0, ..record }).collect();
        let verdict = rate_study(&records, &Design::default()).expect("records");
        assert_eq!((verdict.grade, verdict.teams_compared()), (Grade::E, (3, 5)));
        close(verdict.effect.expect("two arms").estimate, 1.0, 1e-12);
        assert_eq!(rate_study(&[], &Design::default()), Err(Refusal::Empty));
    }

    #[test]
    fn half_the_teams_in_the_pilot_double_the_floor() {
        let records: Vec<RateRecord> =
            company(3).into_iter().filter(|record| !["team 6", "team 7"].contains(&record.team.as_str())).collect();
        let verdict = rate_study(&records, &Design::default()).expect("records");
        close(verdict.effect.expect("two arms").floor_p.expect("known"), 0.1, 1e-12);
        assert_eq!((verdict.grade, verdict.significant), (Grade::C, false));
    }
}
