//! The study of times: what the pilot changed in how long journeys take, open and abandoned ones included.
//!
//! Each journey gives a pseudo-observation of the restricted mean of its arm and period; a team's level is their mean,
//! its change the log of after over before. The effect is the difference in differences of those over teams, as a
//! ratio (primary: it has the power where teams differ in pace) and in days. Journeys given up are censored in the
//! curve and counted in the window; `competing` tells their share. All teams with journeys in both windows enter; each
//! that does not stands in the verdict with its reason.

use super::jackknife::restricted_mean_over_teams;
use super::verdict::{
    Contrast, CurvePoint, Finding, LeftOut, Median, Scale, TeamLine, Verdict, Window, contrast, decide,
};
use super::{Arm, Cause, Curve, Design, Interval, NoInterval, Period, Refusal, Spell, Transform, WINDOWS};
use super::{kaplan_meier, pseudo_observations, real, restricted_mean_with_tail};
use std::collections::BTreeMap;

/// One journey.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeRecord {
    /// Its team.
    pub team: String,
    /// The team's arm.
    pub arm: Arm,
    /// The window that it began in.
    pub period: Period,
    /// Days from its start until it came under observation: 0 unless it is older than the data.
    pub entry_days: f64,
    /// Days from its start until it ended or was last seen.
    pub time_days: f64,
    /// How it ended.
    pub cause: Cause,
}

/// Risk set below which, under delayed entry, a curve must not start: METHODS.md#times.
pub const AT_RISK_AT_FIRST: usize = 5;

/// A journey's pseudo-observations, by team and period.
type Levels<'a> = BTreeMap<(Arm, &'a str), [Vec<f64>; 2]>;

/// Compares the times of journeys before and after, pilot against comparison.
///
/// # Errors
/// Refuses no records, impossible times, and an alpha or a horizon that is not positive. What the data cannot carry is
/// a verdict: of grade E, with its reason.
pub fn time_study(records: &[TimeRecord], design: &Design) -> Result<Verdict, Refusal> {
    check_design(design)?;
    let records = sorted(records);
    let spells: Vec<Spell> = records.iter().map(|record| spell(record)).collect();
    super::kaplan_meier::check(&spells)?;
    let levels = levels(&records, design);
    let teams = team_lines(&records, levels.as_ref().ok(), design);
    let contrast = match &levels {
        Err(refusal) => Contrast { effect: Err(refusal.clone()), beside: Vec::new(), without_one: None },
        Ok(_) => both_scales(&teams, design),
    };
    let windows = WINDOWS.iter().filter_map(|&(arm, period)| window(&records, arm, period, &teams, design)).collect();
    Ok(decide(contrast, windows, teams, design))
}

pub(super) fn check_design(design: &Design) -> Result<(), Refusal> {
    if !(design.alpha > 0.0 && design.alpha < 1.0) {
        return Err(Refusal::Impossible { what: "alpha", value: design.alpha });
    }
    if !design.tau_days.is_finite() || design.tau_days <= 0.0 {
        return Err(Refusal::Impossible { what: "a horizon", value: design.tau_days });
    }
    Ok(())
}

const fn spell(record: &TimeRecord) -> Spell {
    Spell { entry: record.entry_days, time: record.time_days, cause: record.cause }
}

/// One order whatever the order of the rows, so that sums have the same last digits.
fn sorted(records: &[TimeRecord]) -> Vec<&TimeRecord> {
    let mut sorted: Vec<&TimeRecord> = records.iter().collect();
    sorted.sort_by(|left, right| {
        let key = |record: &TimeRecord| (record.arm, record.period, record.cause);
        let names = left.team.cmp(&right.team);
        let days = left.time_days.total_cmp(&right.time_days).then(left.entry_days.total_cmp(&right.entry_days));
        names.then(key(left).cmp(&key(right))).then(days)
    });
    sorted
}

fn levels<'a>(records: &[&'a TimeRecord], design: &Design) -> Result<Levels<'a>, Refusal> {
    let mut levels = Levels::new();
    for (arm, period) in WINDOWS {
        let pool: Vec<&TimeRecord> =
            records.iter().copied().filter(|record| (record.arm, record.period) == (arm, period)).collect();
        if pool.is_empty() {
            continue;
        }
        let spells: Vec<Spell> = pool.iter().map(|record| spell(record)).collect();
        enough_at_first(&spells)?;
        // A pool of one journey has no leave-one-out: uncensored before the horizon it is its own level.
        let values = match pseudo_observations(&spells, design.tau_days) {
            Err(Refusal::TooFew { .. }) => {
                vec![restricted_mean_with_tail(&kaplan_meier(&spells)?, design.tau_days)?.mean]
            }
            other => other?,
        };
        for (record, value) in pool.iter().zip(values) {
            levels.entry((arm, &record.team)).or_default()[usize::from(period == Period::After)].push(value);
        }
    }
    Ok(levels)
}

fn enough_at_first(spells: &[Spell]) -> Result<(), Refusal> {
    let latest = spells.iter().map(|spell| spell.entry).fold(0.0, f64::max);
    let thin =
        kaplan_meier(spells)?.steps.into_iter().find(|step| step.time <= latest && step.at_risk < AT_RISK_AT_FIRST);
    thin.map_or(Ok(()), |step| Err(Refusal::TooFewAtRisk { time: step.time, at_risk: step.at_risk }))
}

fn team_lines(records: &[&TimeRecord], levels: Option<&Levels<'_>>, design: &Design) -> Vec<TeamLine> {
    let mut counts: BTreeMap<(Arm, &str), [u64; 2]> = BTreeMap::new();
    for record in records {
        counts.entry((record.arm, &record.team)).or_default()[usize::from(record.period == Period::After)] += 1;
    }
    let need = design.minimum_journeys.max(1) as u64;
    let line = |(&(arm, team), &[before_units, after_units]): (&(Arm, &str), &[u64; 2])| {
        let level = |at: usize| {
            let values = &levels?.get(&(arm, team))?[at];
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / real(values.len()))
        };
        let (before, after) = (level(0), level(1));
        let mut left_out = [(Period::Before, before_units), (Period::After, after_units)]
            .into_iter()
            .find(|(_, have)| *have < need)
            .map(|(period, have)| LeftOut::TooFew { period, have, need });
        // Heavy censoring can leave a team without a positive mean, of which there is no ratio.
        let below = [before, after].into_iter().flatten().find(|mean| *mean <= 0.0);
        if let (None, Some(value)) = (&left_out, below) {
            left_out = Some(LeftOut::Refused(Refusal::Impossible { what: "a team's mean time", value }));
        }
        let change = before.zip(after).filter(|_| left_out.is_none()).map(|(before, after)| (after / before).ln());
        TeamLine { team: team.to_owned(), arm, units: (before_units, after_units), before, after, change, left_out }
    };
    counts.iter().map(line).collect()
}

fn both_scales(teams: &[TeamLine], design: &Design) -> Contrast {
    let entering = || teams.iter().filter(|team| team.left_out.is_none());
    let logs: Vec<(Arm, f64)> = entering().filter_map(|team| Some((team.arm, team.change?))).collect();
    let days: Vec<(Arm, f64)> = entering().filter_map(|team| Some((team.arm, team.after? - team.before?))).collect();
    let what = |scale| format!("{scale} of RMST({} d) by pseudo-observations of the arm and period", design.tau_days);
    let mut ratio = contrast(&logs, Scale::Ratio, &what("log ratio"), design);
    let in_days = contrast(&days, Scale::Days, &what("difference"), design);
    ratio.beside.extend(in_days.effect);
    ratio.beside.extend(in_days.beside);
    ratio
}

fn window(records: &[&TimeRecord], arm: Arm, period: Period, teams: &[TeamLine], design: &Design) -> Option<Window> {
    let pool: Vec<(&str, Spell)> = records
        .iter()
        .filter(|record| (record.arm, record.period) == (arm, period))
        .map(|record| (record.team.as_str(), spell(record)))
        .collect();
    let spells: Vec<Spell> = pool.iter().map(|(_, spell)| *spell).collect();
    let curve = kaplan_meier(&spells).ok()?;
    let ended = |cause| spells.iter().filter(|spell| spell.cause == cause).count() as u64;
    let of_arm = || teams.iter().filter(|team| team.arm == arm);
    let units = |team: &TeamLine| if period == Period::Before { team.units.0 } else { team.units.1 };
    Some(Window {
        arm,
        period,
        units: spells.len() as u64,
        teams: of_arm().filter(|team| units(team) > 0).count(),
        events: ended(Cause::Done),
        open: ended(Cause::Open),
        abandoned: ended(Cause::Abandoned),
        excluded: of_arm().filter(|team| team.left_out.is_some()).map(units).sum(),
        level: restricted_mean_finding(&pool, &curve, design),
        median: Some(median(&curve, design)),
        curve: points(&curve, design),
    })
}

fn restricted_mean_finding(pool: &[(&str, Spell)], curve: &Curve, design: &Design) -> Result<Finding, Refusal> {
    let mean = restricted_mean_with_tail(curve, design.tau_days)?.mean;
    let interval = match restricted_mean_over_teams(pool, design.tau_days, design.level()) {
        Ok(jackknife) => jackknife.interval,
        Err(refusal) => Err(NoInterval::Refused(refusal)),
    };
    let still_open = curve.survival_at(curve.longest) > 0.0;
    let tail = if still_open && curve.longest < design.tau_days {
        format!(", level from the last observation at {:.1} d", curve.longest)
    } else {
        String::new()
    };
    let method = format!("RMST({} d) of all journeys{tail}; delete-one-team jackknife t", design.tau_days);
    Ok(Finding { scale: Scale::Days, estimate: mean, interval, p: None, floor_p: None, placebo: None, method })
}

fn median(curve: &Curve, design: &Design) -> Median {
    let (lower, upper) = curve.quantile_limits(0.5, design.level(), Transform::LogLog);
    let method = "Kaplan-Meier median; inverted log-log limits, journeys taken for independent".to_owned();
    Median { estimate: curve.quantile(0.5), lower, upper, method }
}

fn points(curve: &Curve, design: &Design) -> Vec<CurvePoint> {
    let point = |(step, limits): (&super::Step, Option<Interval>)| CurvePoint {
        days: step.time,
        open_share: step.survival,
        limits,
        at_risk: step.at_risk as u64,
    };
    curve.steps.iter().zip(curve.limits(design.level(), Transform::LogLog)).map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Direction, Frame, Grade, testing::close};

    fn journeys(team: &str, arm: Arm, period: Period, days: &[f64]) -> Vec<TimeRecord> {
        let record = |time_days: &f64| TimeRecord {
            team: team.to_owned(),
            arm,
            period,
            entry_days: 0.0,
            time_days: *time_days,
            cause: Cause::Done,
        };
        days.iter().map(record).collect()
    }

    /// Eight teams: the three of the pilot halve their times, the others go on as they were.
    fn company() -> Vec<TimeRecord> {
        (0..8_u32)
            .flat_map(|team| {
                let (name, pace) = (format!("team {team}"), 10.0 + f64::from(team));
                let (arm, factor) = if team < 3 { (Arm::Pilot, 0.5) } else { (Arm::Comparison, 1.0) };
                let noise = 1.0 + 0.02 * f64::from(team * 3 % 7);
                let before = journeys(&name, arm, Period::Before, &[pace, pace * 1.5, pace * 2.0]);
                let after =
                    journeys(&name, arm, Period::After, &[pace, pace * 1.5, pace * 2.0].map(|t| t * factor * noise));
                [before, after].concat()
            })
            .collect()
    }

    #[test]
    fn a_halving_in_the_pilot_is_found_at_the_floor_and_told_as_its_doing() {
        let verdict = time_study(&company(), &Design::default()).expect("records");
        let effect = verdict.effect.as_ref().expect("two arms");
        assert!(effect.estimate > 0.45 && effect.estimate < 0.55, "{effect:?}");
        close(effect.p.expect("a test"), 1.0 / 56.0, 1e-12);
        assert!(effect.interval.as_ref().expect("possible").upper < 1.0);
        assert_eq!((verdict.grade, verdict.direction, verdict.significant), (Grade::B, Direction::Lower, true));
        assert_eq!((verdict.wording.frame, verdict.wording.verb.as_str()), (Frame::PilotDid, "reduced"));
        let days = &verdict.beside.iter().find(|finding| finding.scale == Scale::Days).expect("in days");
        assert!(days.estimate < -5.0, "{days:?}");
        let (low, high) = verdict.without_one_pilot_team.expect("three teams");
        assert!(low <= effect.estimate && effect.estimate <= high);
        assert_eq!(verdict.windows.len(), 4);
    }

    #[test]
    fn without_comparison_teams_the_grade_is_d_and_few_teams_have_no_interval() {
        let pilot: Vec<TimeRecord> = company().into_iter().filter(|record| record.arm == Arm::Pilot).collect();
        let verdict = time_study(&pilot, &Design::default()).expect("records");
        assert_eq!(verdict.grade, Grade::D);
        assert_eq!(verdict.wording.verb, "was lower after than before");
        let effect = verdict.effect.expect("a mean change");
        assert_eq!(effect.interval, Err(NoInterval::TooFewTeams { have: 3, need: 5 }));
    }

    #[test]
    fn a_team_seen_in_one_window_is_left_out_with_its_reason_and_counted() {
        let mut records = company();
        records.extend(journeys("new", Arm::Comparison, Period::After, &[4.0, 5.0]));
        let verdict = time_study(&records, &Design::default()).expect("records");
        let line = verdict.teams.iter().find(|line| line.team == "new").expect("a line");
        assert_eq!(line.left_out, Some(LeftOut::TooFew { period: Period::Before, have: 0, need: 1 }));
        assert_eq!(verdict.teams_compared(), (3, 5));
        let after = verdict.windows.last().expect("windows");
        assert_eq!((after.units, after.excluded, after.teams), (17, 2, 6));
    }

    #[test]
    fn a_horizon_that_nothing_was_followed_to_is_a_verdict_without_a_number() {
        let mut records = company();
        for record in &mut records {
            record.cause = Cause::Open;
        }
        let verdict = time_study(&records, &Design::default()).expect("records");
        assert!(matches!(verdict.effect, Err(Refusal::BeyondFollowUp { .. })));
        assert_eq!((verdict.grade, verdict.significant), (Grade::E, false));
        assert_eq!(verdict.wording.verb, "is described only");
        assert_eq!(verdict.windows[0].open, 9);
    }

    #[test]
    fn one_pilot_team_of_eight_cannot_be_significant_and_is_told_so() {
        let records: Vec<TimeRecord> =
            company().into_iter().filter(|record| !["team 1", "team 2"].contains(&record.team.as_str())).collect();
        let records = [records, journeys("team 0", Arm::Pilot, Period::Before, &[10.0; 5])].concat();
        let records = [records, journeys("team 0", Arm::Pilot, Period::After, &[5.0; 5])].concat();
        let verdict = time_study(&records, &Design::default()).expect("records");
        assert_eq!(verdict.grade, Grade::C);
        assert!(verdict.wording.verb.ends_with("and more so than in the comparison teams"), "{:?}", verdict.wording);
        assert!(matches!(verdict.effect.expect("an estimate").interval, Err(NoInterval::NotByDesign { .. })));
    }

    #[test]
    fn no_records_and_an_impossible_design_are_refused() {
        assert_eq!(time_study(&[], &Design::default()), Err(Refusal::Empty));
        let design = Design { alpha: 0.0, ..Design::default() };
        assert!(time_study(&company(), &design).is_err());
    }

    #[test]
    fn times_that_all_tie_show_no_effect() {
        let mut records = company();
        for record in &mut records {
            record.time_days = 7.0;
        }
        let verdict = time_study(&records, &Design::default()).expect("records");
        let effect = verdict.effect.expect("two arms");
        close(effect.estimate, 1.0, 1e-9);
        close(effect.p.expect("a test"), 1.0, 0.0);
    }
}
