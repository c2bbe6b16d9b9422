//! Tickets week by week: whether an effect fades, whether the arms parted before, and what a series alone shows.
//!
//! In: tickets and developer-days by team and week. Out: a trap each for novelty and for the trend before, and, where there
//! are no comparison teams, the reading of the interrupted series.

use std::collections::BTreeMap;

use super::{CommandError, Study, count, real, team_name};
use crate::config::written::Arm as ArmWritten;
use crate::log::Micros;
use crate::measures::{self, DeveloperWeekRow, TicketWeekRow};
use crate::study::{
    Arm, Design, Finding, Reading, Refusal, Scale, Sight, TeamBefore, Trap, TrapKind, WeekRecord, breaks_down_at,
    faded, interrupted, novelty, pre_trend,
};

const WEEK_US: Micros = 7 * 86_400_000_000;
const DAY_US: Micros = 86_400_000_000;
/// Weeks of one period in which the arms are looked at before the start.
const WEEKS_OF_A_PERIOD: i64 = 6;
/// Developer-days of a developer-week.
const DAYS_OF_A_WEEK: f64 = 5.0;

/// One team's weeks, counted from its start: below 0 before it, from 0 on after the wash-out.
struct Weeks {
    name: String,
    arm: Arm,
    /// Week from the start, tickets, developer-weeks.
    from_start: Vec<(i64, u64, f64)>,
}

/// Tickets of the compared teams by week.
pub(super) struct TicketWeeks {
    teams: Vec<Weeks>,
    washout: i64,
    before: i64,
    after: i64,
}

impl TicketWeeks {
    pub(super) fn read(study: &Study) -> Result<Option<Self>, CommandError> {
        let Some(comparison) = &study.settings.comparison else { return Ok(None) };
        let mut tickets: BTreeMap<(String, i64), u64> = BTreeMap::new();
        for row in measures::read::<TicketWeekRow>(&study.catalog)? {
            if let Some(team) = row.team_id {
                *tickets.entry((team, row.week)).or_default() += count(row.tickets);
            }
        }
        let days = measures::read::<DeveloperWeekRow>(&study.catalog)?;
        let mut teams = Vec::new();
        for team in &study.settings.teams {
            let arm = match team.arm {
                ArmWritten::Pilot => Arm::Pilot,
                ArmWritten::Comparison => Arm::Comparison,
                _ => continue,
            };
            let start = team.start_us.unwrap_or(comparison.start_us);
            let id = format!("team:{}", team.name);
            let of_team = days.iter().filter(|row| row.team_id == id && row.developer_days > 0);
            let weeks = of_team.map(|row| {
                // A week belongs to the side that it begins on.
                let from_start = (row.week * DAY_US - start).div_euclid(WEEK_US);
                let many = tickets.get(&(id.clone(), row.week)).copied().unwrap_or(0);
                (from_start, many, real(row.developer_days) / DAYS_OF_A_WEEK)
            });
            teams.push(Weeks { name: team_name(Some(&id)), arm, from_start: weeks.collect() });
        }
        let in_weeks = |us: Micros| us.div_euclid(WEEK_US);
        let washout = in_weeks(comparison.washout_us);
        Ok(Some(Self { teams, washout, before: in_weeks(comparison.before_us), after: in_weeks(comparison.after_us) }))
    }

    /// Whether the effect on tickets is there to stay.
    pub(super) fn novelty(&self, design: &Design) -> Trap {
        let trap = |sight, told: String| Trap::new(TrapKind::Novelty, sight, told);
        let record = |team: &Weeks, (week, tickets, exposure): (i64, u64, f64)| {
            let week = if week < 0 { None } else { Some(u32::try_from(week - self.washout + 1).unwrap_or(u32::MAX)) };
            let name = team.name.clone();
            WeekRecord { team: name, arm: team.arm, week, amount: whole(tickets), exposure, units: tickets }
        };
        let records: Vec<WeekRecord> = self
            .teams
            .iter()
            .flat_map(|team| {
                team.from_start.iter().filter(|(week, _, _)| self.is_compared(*week)).map(|week| record(team, *week))
            })
            .collect();
        let parts = novelty(&records, design).unwrap_or_default();
        let told: Vec<String> = parts
            .iter()
            .filter_map(|part| Some(format!("{} {}", part.name, percent(part.effect.as_ref().ok()?.estimate))))
            .collect();
        match faded(&parts) {
            None => {
                trap(Sight::CannotBeTold, "too little is known of the weeks after to see whether it fades".to_owned())
            }
            Some(true) => trap(Sight::Seen, format!("the effect fades: {}", told.join(", "))),
            Some(false) => trap(Sight::NotSeen, format!("the effect does not fade: {}", told.join(", "))),
        }
    }

    fn is_compared(&self, week: i64) -> bool {
        (-self.before..0).contains(&week) || (self.washout..self.washout + self.after).contains(&week)
    }

    /// Whether the arms parted before the start already; never a gate, so it lowers nothing.
    pub(super) fn trend_before(&self, effect: &Finding, design: &Design) -> Trap {
        let trap = |sight, told: String| Trap::new(TrapKind::PreTrend, sight, told);
        let periods = self.before / WEEKS_OF_A_PERIOD;
        let teams: Vec<TeamBefore> = self
            .teams
            .iter()
            .filter_map(|team| {
                let level = |period: i64| {
                    let from = -(periods - period) * WEEKS_OF_A_PERIOD;
                    let within =
                        team.from_start.iter().filter(|week| (from..from + WEEKS_OF_A_PERIOD).contains(&week.0));
                    let (tickets, exposure) = within.fold((0, 0.0), |sum, week| (sum.0 + week.1, sum.1 + week.2));
                    (exposure > 0.0).then(|| ((whole(tickets) + 0.5) / exposure).ln())
                };
                let levels: Option<Vec<f64>> = (0..periods).map(level).collect();
                Some(TeamBefore { arm: team.arm, levels: levels? })
            })
            .collect();
        // Between the middles of the windows.
        let apart = real(self.before + self.after) / 2.0 / real(WEEKS_OF_A_PERIOD);
        let log = effect.estimate.ln();
        match pre_trend(&teams, Some(log).filter(|log| log.is_finite()), apart, design.alpha, design.seed) {
            Err(refusal) => trap(Sight::CannotBeTold, format!("a trend before the start cannot be told: {refusal}")),
            Ok(found) => {
                let power = found.power.map_or_else(String::new, |power| {
                    format!("; one that makes up half of the effect would be seen {:.0} times in 100", power * 100.0)
                });
                let breaks = match breaks_down_at(effect, found.largest_step, 1.0) {
                    Ok(Some(times)) if times.is_finite() => format!(
                        "; what is claimed stands up to {times:.1} times the largest step by which they parted before"
                    ),
                    _ => String::new(),
                };
                if found.p <= design.alpha {
                    trap(
                        Sight::Seen,
                        format!("the arms parted before the start already (p = {:.3}){power}{breaks}", found.p),
                    )
                } else {
                    trap(
                        Sight::NotSeen,
                        format!("no trend before the start was seen (p = {:.2}){power}{breaks}", found.p),
                    )
                }
            }
        }
    }

    /// The series of all pilot teams together, where there is nobody to compare with and all started at once.
    pub(super) fn series(&self, design: &Design) -> Result<Finding, Refusal> {
        let mut weeks: BTreeMap<i64, (u64, f64)> = BTreeMap::new();
        for (week, tickets, exposure) in
            self.teams.iter().filter(|team| team.arm == Arm::Pilot).flat_map(|team| &team.from_start)
        {
            if (-self.before..self.washout + self.after).contains(week) {
                let sum = weeks.entry(*week).or_default();
                *sum = (sum.0 + tickets, sum.1 + exposure);
            }
        }
        let start = weeks.keys().filter(|week| **week < 0).count();
        let washout = weeks.keys().filter(|week| (0..self.washout).contains(*week)).count();
        let counts: Vec<f64> = weeks.values().map(|week| whole(week.0)).collect();
        let exposure: Vec<f64> = weeks.values().map(|week| week.1).collect();
        let reading = Reading { start, washout, slope: false, year: None, first: 0 };
        let change = interrupted(&counts, &exposure, reading, design.level())?.level_by_log_rates?;
        Ok(Finding {
            scale: Scale::Ratio,
            estimate: change.ratio,
            interval: Ok(change.interval),
            p: Some(change.p),
            floor_p: None,
            placebo: None,
            method: format!(
                "one series of {} weeks, interrupted at the start; log rates with a trend, errors that carry over (REML)",
                counts.len()
            ),
        })
    }
}

fn percent(ratio: f64) -> String {
    format!("{:+.0}%", (ratio - 1.0) * 100.0)
}

fn whole(value: u64) -> f64 {
    real(i64::try_from(value).unwrap_or(i64::MAX))
}
