//! The study of shares: which services have a field before and after, in a fixed cohort and in all there were.
//!
//! The fixed cohort (services alive in both windows) carries the effect: new services born from a template raise the
//! share of the open population without anybody improving anything. Gained and lost are told each.

use super::time_study::check_design;
use super::verdict::{Finding, LeftOut, Scale, TeamLine, Verdict, Window, contrast, decide};
use super::{Arm, Design, NoInterval, Paired, PairedChange, Period, Refusal, ShareDifference, WINDOWS};
use super::{design_effect, newcombe, paired_change, real, special_functions::whole, wilson_effective};
use std::collections::BTreeMap;

/// One service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRecord {
    /// The team that owns it.
    pub team: String,
    /// The team's arm.
    pub arm: Arm,
    /// Whether it had the field before; none if it did not live then.
    pub before: Option<bool>,
    /// Whether it has it after; none if it no longer lives.
    pub after: Option<bool>,
}

/// One arm's services in both ways of counting.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmCoverage {
    /// The arm.
    pub arm: Arm,
    /// The fixed cohort: kept, gained, lost, never.
    pub cohort: Paired,
    /// Its change, services taken for independent.
    pub cohort_change: Result<PairedChange, Refusal>,
    /// The change of the open population, after less before, services taken for independent.
    pub open_change: Result<ShareDifference, Refusal>,
}

/// A verdict on the fixed cohort, with both ways of counting beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct CoverageVerdict {
    /// The verdict; its windows count the open population.
    pub verdict: Verdict,
    /// Each arm that has services.
    pub arms: Vec<ArmCoverage>,
}

/// Compares shares before and after, pilot against comparison.
///
/// # Errors
/// Refuses no services, and an alpha that is not one.
pub fn coverage_study(services: &[ServiceRecord], design: &Design) -> Result<CoverageVerdict, Refusal> {
    check_design(design)?;
    if services.is_empty() {
        return Err(Refusal::Empty);
    }
    let teams = team_lines(services);
    let changes: Vec<(Arm, f64)> = teams.iter().filter_map(|team| Some((team.arm, team.change?))).collect();
    let mut contrast = contrast(&changes, Scale::Share, "change of the share in the fixed cohort by team", design);
    if let (Ok(effect), Some(refusal)) = (&mut contrast.effect, too_few_services(services, &teams))
        && effect.interval.is_ok()
    {
        effect.interval = Err(NoInterval::Refused(refusal));
    }
    let windows = WINDOWS.iter().filter_map(|&(arm, period)| window(services, arm, period, &teams, design)).collect();
    let arms =
        [Arm::Pilot, Arm::Comparison].into_iter().filter_map(|arm| arm_coverage(services, arm, design)).collect();
    Ok(CoverageVerdict { verdict: decide(contrast, windows, teams, design), arms })
}

/// Services of the fixed cohort that each arm needs for an interval.
///
/// A share moves in steps. With three pilot teams of four services each most do not change at all, their spread is told too
/// small, and the interval holds the truth in 85% of companies; from 25 services in the arm on it holds it in 95%
/// (METHODS.md#protocol).
pub const SERVICES_FOR_INTERVAL: usize = 25;

/// Why there is no interval, where an arm has too few services.
fn too_few_services(services: &[ServiceRecord], teams: &[TeamLine]) -> Option<Refusal> {
    let of =
        |arm| services.iter().filter(move |service| service.arm == arm && service.before.and(service.after).is_some());
    let arms = [Arm::Pilot, Arm::Comparison].into_iter().filter(|arm| teams.iter().any(|team| team.arm == *arm));
    let have = arms.map(|arm| of(arm).count()).min()?;
    let what = "services of an arm that lived before and after";
    (have < SERVICES_FOR_INTERVAL).then_some(Refusal::TooFew { what, have, need: SERVICES_FOR_INTERVAL })
}

fn team_lines(services: &[ServiceRecord]) -> Vec<TeamLine> {
    let mut by_team: BTreeMap<(Arm, &str), Vec<&ServiceRecord>> = BTreeMap::new();
    for service in services {
        by_team.entry((service.arm, &service.team)).or_default().push(service);
    }
    let line = |((arm, team), services): (&(Arm, &str), &Vec<&ServiceRecord>)| {
        let cohort: Vec<(bool, bool)> =
            services.iter().filter_map(|service| service.before.zip(service.after)).collect();
        let share = |has: fn(&(bool, bool)) -> bool| {
            (!cohort.is_empty()).then(|| real(cohort.iter().filter(|pair| has(pair)).count()) / real(cohort.len()))
        };
        let (before, after) = (share(|pair| pair.0), share(|pair| pair.1));
        let seen = |at: fn(&ServiceRecord) -> Option<bool>| {
            services.iter().filter(|service| at(service).is_some()).count() as u64
        };
        let units = (seen(|service| service.before), seen(|service| service.after));
        let period = if units.0 == 0 { Period::Before } else { Period::After };
        TeamLine {
            team: (*team).to_owned(),
            arm: *arm,
            units,
            before,
            after,
            change: before.zip(after).map(|(before, after)| after - before),
            left_out: cohort.is_empty().then_some(LeftOut::TooFew { period, have: 0, need: 1 }),
        }
    };
    by_team.iter().map(line).collect()
}

fn at(period: Period) -> fn(&ServiceRecord) -> Option<bool> {
    match period {
        Period::Before => |service| service.before,
        Period::After => |service| service.after,
    }
}

fn window(services: &[ServiceRecord], arm: Arm, period: Period, teams: &[TeamLine], design: &Design) -> Option<Window> {
    let mut by_team: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for service in services.iter().filter(|service| service.arm == arm) {
        if let Some(has) = at(period)(service) {
            let cell = by_team.entry(&service.team).or_default();
            *cell = (cell.0 + u64::from(has), cell.1 + 1);
        }
    }
    let cells: Vec<(u64, u64)> = by_team.values().copied().collect();
    let (count, total) = cells.iter().fold((0, 0), |sum, cell| (sum.0 + cell.0, sum.1 + cell.1));
    if total == 0 {
        return None;
    }
    let left_out = teams.iter().filter(|team| team.arm == arm && team.left_out.is_some());
    let effect = design_effect(&cells);
    let interval = match &effect {
        Ok(effect) => wilson_effective(count, total, *effect, design.level()).map_err(NoInterval::from),
        Err(refusal) => Err(NoInterval::Refused(refusal.clone())),
    };
    let method = format!("Wilson on services over a design effect of {:.2}", effect.unwrap_or(1.0));
    let estimate = whole(count) / whole(total);
    Some(Window {
        arm,
        period,
        units: total,
        teams: cells.len(),
        // A share of zero is an answer: what must not be few is services, not those that have the field.
        events: total,
        open: 0,
        abandoned: 0,
        excluded: left_out.map(|team| if period == Period::Before { team.units.0 } else { team.units.1 }).sum(),
        level: Ok(Finding { scale: Scale::Share, estimate, interval, p: None, floor_p: None, placebo: None, method }),
        median: None,
        curve: Vec::new(),
    })
}

fn arm_coverage(services: &[ServiceRecord], arm: Arm, design: &Design) -> Option<ArmCoverage> {
    let of_arm: Vec<&ServiceRecord> = services.iter().filter(|service| service.arm == arm).collect();
    if of_arm.is_empty() {
        return None;
    }
    let mut cohort = Paired::default();
    for (before, after) in of_arm.iter().filter_map(|service| service.before.zip(service.after)) {
        cohort.add(before, after);
    }
    let share = |period| {
        let seen = of_arm.iter().filter_map(|service| at(period)(service));
        seen.fold((0, 0), |(count, total), has| (count + u64::from(has), total + 1))
    };
    Some(ArmCoverage {
        arm,
        cohort,
        cohort_change: paired_change(cohort, design.level()),
        open_change: newcombe(share(Period::After), share(Period::Before), design.level()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Grade, testing::close};

    /// Eight teams of ten services: the pilot fills in seven of its eight gaps, the others now and then one.
    fn company() -> Vec<ServiceRecord> {
        let service = |team: usize, at: usize| {
            let arm = if team < 3 { Arm::Pilot } else { Arm::Comparison };
            let filled = if team < 3 { at < 8 + team % 2 } else { at < 2 + team % 3 };
            ServiceRecord { team: format!("team {team}"), arm, before: Some(at < 2), after: Some(filled) }
        };
        (0..8).flat_map(|team| (0..10).map(move |at| service(team, at))).collect()
    }

    #[test]
    fn gaps_filled_in_the_pilot_are_found_in_the_fixed_cohort() {
        let found = coverage_study(&company(), &Design::default()).expect("services");
        let effect = found.verdict.effect.expect("two arms");
        assert!(effect.estimate > 0.45 && effect.estimate < 0.6, "{effect:?}");
        assert_eq!((found.verdict.grade, found.verdict.wording.verb.as_str()), (Grade::B, "raised"));
        assert_eq!(found.arms[0].cohort, Paired { kept: 6, gained: 19, lost: 0, never: 5 });
        assert!(found.arms[0].cohort_change.as_ref().expect("a cohort").p < 1e-5);
    }

    #[test]
    fn few_services_have_a_p_value_and_neither_an_interval_nor_a_claim() {
        // Eight services of each team make 24 of the pilot, nine make 27.
        let part = |many: usize| {
            let all = company();
            let part: Vec<ServiceRecord> = all.chunks(10).flat_map(|team| team[10 - many..].to_vec()).collect();
            coverage_study(&part, &Design::default()).expect("services").verdict
        };
        let verdict = part(8);
        let effect = verdict.effect.as_ref().expect("two arms");
        assert!(effect.p.expect("a test") <= 0.05);
        let what = "services of an arm that lived before and after";
        assert_eq!(effect.interval, Err(NoInterval::Refused(Refusal::TooFew { what, have: 24, need: 25 })));
        assert_eq!((verdict.grade, verdict.significant), (Grade::C, false));
        let verdict = part(9);
        assert!(verdict.effect.expect("two arms").interval.is_ok());
        assert_eq!((verdict.grade, verdict.significant), (Grade::B, true));
    }

    #[test]
    fn services_born_with_the_field_move_the_open_population_and_not_the_cohort() {
        let mut services = company();
        for service in &mut services {
            service.after = service.before;
        }
        let born =
            |at| ServiceRecord { team: format!("team {}", at % 3), arm: Arm::Pilot, before: None, after: Some(true) };
        services.extend((0..30).map(born));
        let found = coverage_study(&services, &Design::default()).expect("services");
        close(found.verdict.effect.expect("two arms").estimate, 0.0, 1e-12);
        close(found.arms[0].cohort_change.as_ref().expect("a cohort").difference, 0.0, 0.0);
        assert!(found.arms[0].open_change.as_ref().expect("seen").interval.lower > 0.1);
        assert!(!found.verdict.significant);
    }

    #[test]
    fn one_team_has_no_interval_for_its_share_and_no_services_are_refused() {
        let services: Vec<ServiceRecord> = company().into_iter().filter(|service| service.team == "team 0").collect();
        let found = coverage_study(&services, &Design::default()).expect("services");
        assert_eq!(found.verdict.grade, Grade::D);
        assert!(found.verdict.windows[0].level.as_ref().expect("a share").interval.is_err());
        assert_eq!(coverage_study(&[], &Design::default()), Err(Refusal::Empty));
    }
}
