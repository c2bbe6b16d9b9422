//! Which traps each measure can fall into, and what the study's own rows show of them.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike as _, TimeZone as _, Utc};

use super::weeks::TicketWeeks;
use super::{Answer, CommandError, Study, Units, cell, count, real, team_name};
use crate::config::written::Arm as ArmWritten;
use crate::config::{Comparison, Settings};
use crate::measures::{self, LinkedRow, RateRow, RequestTimeRow};
use crate::study::{
    Arm, Design, Finding, Linked, Load, MixReading, Period, RateRecord, Refusal, TimeRecord, Trap, Verdict, follow_up,
    growth_of_rates, growth_of_shares, instrument, load, mix, mix_of_amounts, mix_of_times, rate_study, season,
    second_readings, selection, time_study, with_baseline_held,
};

/// What every measure is looked at with.
pub(super) struct Lookout<'a> {
    design: &'a Design,
    linked: &'a [LinkedRow],
    season: Option<Trap>,
    load: Trap,
    per_service: Vec<RateRecord>,
    weeks: Option<TicketWeeks>,
}

impl<'a> Lookout<'a> {
    pub(super) fn read(study: &Study, design: &'a Design, linked: &'a [LinkedRow]) -> Result<Self, CommandError> {
        let rates = measures::read::<RateRow>(&study.catalog)?;
        let requests = measures::read::<RequestTimeRow>(&study.catalog)?;
        Ok(Self {
            design,
            linked,
            season: study.settings.comparison.as_ref().map(|comparison| of_season(&study.settings, comparison)),
            load: of_load(&rates, &requests, design),
            per_service: rates.iter().filter_map(|row| rate_record(row, real(row.service_weeks))).collect(),
            weeks: TicketWeeks::read(study)?,
        })
    }

    /// Looks for every trap that the measure can fall into, and adds what was seen to its verdict.
    pub(super) fn look(&self, answer: &mut Answer) {
        let Ok(verdict) = &answer.verdict else { return };
        let mut traps: Vec<Trap> = self.season.iter().cloned().collect();
        let mut beside = Vec::new();
        if let Ok(effect) = &verdict.effect {
            let held = with_baseline_held(&verdict.teams, effect.scale, self.design);
            traps.push(selection(&verdict.teams, effect, held.as_ref(), self.design));
            beside.extend(held);
        }
        match &answer.units {
            Units::Times { records, kinds } => {
                traps.push(follow_up(records, self.design));
                let reading = |effect: &Finding| mix_of_times(records, kinds, effect, self.design);
                beside.extend(of_mix(verdict, &mut traps, reading));
            }
            Units::Amounts { records, kinds } if !kinds.is_empty() => {
                let reading = |effect: &Finding| mix_of_amounts(records, kinds, effect, self.design);
                beside.extend(of_mix(verdict, &mut traps, reading));
            }
            Units::Amounts { .. } if answer.measure.id == "platform_tickets" => {
                let per_service = rate_study(&self.per_service, self.design).and_then(|told| told.effect);
                if let (Ok(effect), Ok(mut other)) = (&verdict.effect, per_service) {
                    traps.push(growth_of_rates(effect, &other));
                    other.method = format!("over service-weeks instead of developer-weeks; {}", other.method);
                    beside.push(other);
                }
                if let (Some(weeks), Ok(effect)) = (&self.weeks, &verdict.effect) {
                    traps.push(weeks.novelty(self.design));
                    traps.push(weeks.trend_before(effect, self.design));
                }
            }
            Units::Amounts { .. } => {}
            Units::Services => traps.push(growth_of_shares(&answer.arms)),
        }
        if waits_on_the_platform(answer.measure.id) {
            traps.push(self.load.clone());
        }
        if let (true, Ok(effect)) = (is_of_linked_events(answer.measure.id), &verdict.effect) {
            traps.push(instrument(&self.linked_shares(answer.measure.id), effect));
        }
        beside.extend(second_readings(verdict, self.design));
        let mut verdict = verdict.clone().with_traps(traps, self.design);
        if let Some(series) = self.series(answer.measure.id, &verdict) {
            verdict = verdict.with_series(series, self.design);
        }
        verdict.beside.extend(beside);
        answer.verdict = Ok(verdict);
    }

    /// The interrupted series, where there are no comparison teams and it is long enough.
    fn series(&self, measure: &str, verdict: &Verdict) -> Option<Finding> {
        let alone = measure == "platform_tickets" && verdict.teams_compared().1 == 0;
        self.weeks.as_ref().filter(|_| alone)?.series(self.design).ok()
    }

    fn linked_shares(&self, measure: &str) -> Linked {
        let mut linked = Linked::default();
        for row in self.linked.iter().filter(|row| super::is_about(measure, &row.activity)) {
            let Some((arm, period)) = cell(row.arm.as_deref(), row.period.as_deref()) else { continue };
            let of_arm = if arm == Arm::Pilot { &mut linked.pilot } else { &mut linked.comparison };
            let sum = &mut of_arm[usize::from(period == Period::After)];
            *sum = (sum.0 + count(row.linked), sum.1 + count(row.events));
        }
        linked
    }
}

/// The trap of the mix, and the effect with the mix held.
fn of_mix(
    verdict: &Verdict,
    traps: &mut Vec<Trap>,
    reading: impl Fn(&Finding) -> Result<MixReading, Refusal>,
) -> Option<Finding> {
    let effect = verdict.effect.as_ref().ok()?;
    let reading = reading(effect);
    traps.push(mix(effect, &reading));
    reading.ok().map(|reading| reading.standardised)
}

/// Measures in which teams queue for the platform.
fn waits_on_the_platform(measure: &str) -> bool {
    ["time_to_first_deploy", "journey_time", "request_wait", "request_answer_time", "platform_tickets"]
        .contains(&measure)
}

/// Measures of journeys, which see only what could be linked to their service.
fn is_of_linked_events(measure: &str) -> bool {
    ["time_to_first_deploy", "journey_time", "handoffs", "request_wait"].contains(&measure)
}

/// The days of the year that the windows of all compared teams hold.
fn of_season(settings: &Settings, comparison: &Comparison) -> Trap {
    let mut windows: [BTreeSet<(u32, u32)>; 2] = Default::default();
    let has = |arm| settings.teams.iter().any(|team| team.arm == arm);
    for team in settings.teams.iter().filter(|team| matches!(team.arm, ArmWritten::Pilot | ArmWritten::Comparison)) {
        let start = team.start_us.unwrap_or(comparison.start_us);
        let after = start.saturating_add(comparison.washout_us);
        for (window, from, to) in [
            (0, start.saturating_sub(comparison.before_us), start),
            (1, after, after.saturating_add(comparison.after_us)),
        ] {
            let date = |at_us| {
                let utc = DateTime::<Utc>::from_timestamp_micros(at_us).unwrap_or_default();
                settings.zone.from_utc_datetime(&utc.naive_utc()).date_naive()
            };
            let (first, last) = (date(from), date(to));
            let all = first.iter_days().take_while(|day| *day < last).take(366);
            windows[window].extend(all.map(|day| (day.month(), day.day())));
        }
    }
    season(&windows[0], &windows[1], has(ArmWritten::Comparison))
}

/// Requests a day by arm and window, and what the comparison teams felt.
fn of_load(rates: &[RateRow], requests: &[RequestTimeRow], design: &Design) -> Trap {
    let daily = |wanted: Arm, period: Period| {
        let of = rates.iter().filter(|row| cell(Some(&row.arm), Some(&row.period)) == Some((wanted, period)));
        of.filter_map(|row| Some((row.tickets?, row.days_observed)))
            .filter(|(_, days)| *days > 0)
            .map(|(tickets, days)| real(tickets) / real(days))
            .sum::<f64>()
    };
    let pair = |arm| (daily(arm, Period::Before), daily(arm, Period::After));
    let found = Load { pilot: pair(Arm::Pilot), comparison: pair(Arm::Comparison) };
    let changes = |verdict: Result<Verdict, Refusal>| -> Vec<f64> {
        let teams = verdict.map(|verdict| verdict.teams).unwrap_or_default();
        let of_arm = teams.into_iter().filter(|team| team.arm == Arm::Comparison && team.left_out.is_none());
        of_arm.filter_map(|team| team.change).collect()
    };
    let records: Vec<TimeRecord> = requests.iter().filter_map(super::times::request_record).collect();
    let waits = changes(time_study(&records, design));
    let tickets: Vec<RateRecord> = rates.iter().filter_map(|row| rate_record(row, real(row.developer_days))).collect();
    load(&found, &waits, &changes(rate_study(&tickets, design)), design.level())
}

fn rate_record(row: &RateRow, exposure: f64) -> Option<RateRecord> {
    let (arm, period) = cell(Some(&row.arm), Some(&row.period))?;
    let tickets = row.tickets?;
    Some(RateRecord {
        team: team_name(Some(&row.team_id)),
        arm,
        period,
        amount: real(tickets),
        exposure,
        units: count(tickets),
    })
}
