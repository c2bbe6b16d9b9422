//! The effect as it would be had the kinds of journeys stayed what they were: direct standardisation to the mix before.
//!
//! In: the records of a study with the kind of each. Out: the effect with every kind brought to the mean of all, and how
//! far that moved it. A kind's factor is the mean of all over its own, both from the before windows of both arms, where no
//! pilot could have changed them. Kinds seen fewer than [`JOURNEYS_OF_A_KIND`] times before go together as one; a kind
//! that first came after has no factor and counts as it is, with its share told. Refused: kinds that do not fit the
//! records, and a kind that took no time before. Source: METHODS.md#mix. Neighbours: `standardisation` does the same for
//! plain tables, `time_study` and `rate_study` give the effect that this is a reading of.

use super::verdict::{Contrast, Finding, Scale, contrast};
use super::{Arm, Design, Period, RateRecord, Refusal, Spell, TimeRecord, WINDOWS, kaplan_meier};
use super::{pseudo_observations, rates::log_rate_ratio, real, restricted_mean_with_tail};
use std::collections::BTreeMap;

/// Journeys before that a kind needs for a level of its own.
pub const JOURNEYS_OF_A_KIND: usize = 5;

/// What the mix of kinds did to an effect.
#[derive(Clone, Debug, PartialEq)]
pub struct MixReading {
    /// The effect with the mix held.
    pub standardised: Finding,
    /// How much of the logarithm of the plain ratio the mix made up.
    pub bias: f64,
    /// Kinds that have a level of their own, the thin ones together counting as one.
    pub kinds: usize,
    /// Share of the records after whose kind had not been seen before.
    pub new_share: f64,
    /// Share of all records of which no kind is known.
    pub unknown_share: f64,
}

/// The kinds of records, thin ones gone together; a kind of which nothing was seen before is `None`.
struct Kinds<'a> {
    of: Vec<Option<&'a str>>,
    levels: BTreeMap<&'a str, f64>,
    new_share: f64,
    unknown_share: f64,
}

const UNKNOWN: &str = "kind not told";
const THIN: &str = "kinds seen too seldom";

impl<'a> Kinds<'a> {
    /// `level` tells the mean of some records, all of them before.
    fn sort(
        kinds: &'a [Option<String>],
        periods: &[Period],
        level: impl Fn(&[usize]) -> Result<f64, Refusal>,
    ) -> Result<Self, Refusal> {
        let named: Vec<&str> = kinds.iter().map(|kind| kind.as_deref().unwrap_or(UNKNOWN)).collect();
        let mut before: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, kind) in named.iter().enumerate().filter(|(at, _)| periods[*at] == Period::Before) {
            before.entry(kind).or_default().push(at);
        }
        let thin: Vec<&str> =
            before.iter().filter(|(_, of)| of.len() < JOURNEYS_OF_A_KIND).map(|(kind, _)| *kind).collect();
        for kind in &thin {
            let of = before.remove(kind).unwrap_or_default();
            before.entry(THIN).or_default().extend(of);
        }
        let of: Vec<Option<&str>> = named
            .iter()
            .map(|kind| if thin.contains(kind) { Some(THIN) } else { before.contains_key(kind).then_some(*kind) })
            .collect();
        let levels = before
            .iter()
            .map(|(kind, of)| Ok((*kind, level(of)?)))
            .collect::<Result<BTreeMap<&str, f64>, Refusal>>()?;
        let after = periods.iter().filter(|period| **period == Period::After).count();
        let new = of.iter().filter(|kind| kind.is_none()).count();
        let unknown = kinds.iter().filter(|kind| kind.is_none()).count();
        Ok(Self {
            of,
            levels,
            new_share: if after == 0 { 0.0 } else { real(new) / real(after) },
            unknown_share: real(unknown) / real(kinds.len()),
        })
    }

    /// What each record is multiplied by.
    fn factors(&self, all: f64) -> Result<Vec<f64>, Refusal> {
        let factor = |kind: Option<&str>| match kind.map(|kind| self.levels[kind]) {
            None => Ok(1.0),
            Some(level) if level > 0.0 => Ok(all / level),
            Some(value) => Err(Refusal::Impossible { what: "the level of a kind", value }),
        };
        self.of.iter().copied().map(factor).collect()
    }

    fn reading(self, plain: &Finding, standardised: Finding) -> MixReading {
        let bias = plain.estimate.ln() - standardised.estimate.ln();
        MixReading {
            standardised,
            bias,
            kinds: self.levels.len(),
            new_share: self.new_share,
            unknown_share: self.unknown_share,
        }
    }
}

fn check<T>(records: &[T], kinds: &[Option<String>]) -> Result<(), Refusal> {
    match (records.len(), kinds.len()) {
        (0, _) => Err(Refusal::Empty),
        (left, right) if left != right => Err(Refusal::Unequal { left, right }),
        _ => Ok(()),
    }
}

/// One level per team and window, and the contrast of their log changes.
fn compared(levels: &BTreeMap<(Arm, &str), [Option<f64>; 2]>, what: &str, design: &Design) -> Result<Finding, Refusal> {
    let change = |levels: &[Option<f64>; 2]| {
        let [before, after] = *levels;
        before.zip(after).filter(|(before, after)| *before > 0.0 && *after > 0.0).map(|(b, a)| (a / b).ln())
    };
    let changes: Vec<(Arm, f64)> =
        levels.iter().filter_map(|((arm, _), levels)| Some((*arm, change(levels)?))).collect();
    let Contrast { effect, .. } = contrast(&changes, Scale::Ratio, what, design);
    effect
}

/// Reads the effect on times with the mix of kinds held.
///
/// # Errors
/// Where the kinds are not as many as the records, where nothing was seen before, or where times are refused.
pub fn mix_of_times(
    records: &[TimeRecord],
    kinds: &[Option<String>],
    plain: &Finding,
    design: &Design,
) -> Result<MixReading, Refusal> {
    check(records, kinds)?;
    let spell = |at: usize| {
        let record = &records[at];
        Spell { entry: record.entry_days, time: record.time_days, cause: record.cause }
    };
    let level = |of: &[usize]| {
        let spells: Vec<Spell> = of.iter().map(|at| spell(*at)).collect();
        Ok(restricted_mean_with_tail(&kaplan_meier(&spells)?, design.tau_days)?.mean)
    };
    let periods: Vec<Period> = records.iter().map(|record| record.period).collect();
    let sorted = Kinds::sort(kinds, &periods, level)?;
    let before: Vec<usize> = (0..records.len()).filter(|at| periods[*at] == Period::Before).collect();
    let factors = sorted.factors(level(&before)?)?;
    let mut sums: BTreeMap<(Arm, &str), [(f64, usize); 2]> = BTreeMap::new();
    for (arm, period) in WINDOWS {
        let mut pool: Vec<usize> =
            (0..records.len()).filter(|at| (records[*at].arm, records[*at].period) == (arm, period)).collect();
        if pool.is_empty() {
            continue;
        }
        // One order whatever the order of the rows, so that sums have the same last digits.
        pool.sort_by(|left, right| {
            let (one, other) = (&records[*left], &records[*right]);
            let days = one.time_days.total_cmp(&other.time_days).then(one.entry_days.total_cmp(&other.entry_days));
            one.team
                .cmp(&other.team)
                .then(one.cause.cmp(&other.cause))
                .then(days)
                .then(kinds[*left].cmp(&kinds[*right]))
        });
        let spells: Vec<Spell> = pool.iter().map(|at| spell(*at)).collect();
        for (at, value) in pool.iter().zip(pseudo_observations(&spells, design.tau_days)?) {
            let cell = &mut sums.entry((arm, &records[*at].team)).or_default()[usize::from(period == Period::After)];
            *cell = (cell.0 + value * factors[*at], cell.1 + 1);
        }
    }
    let mean = |(sum, many): (f64, usize)| (many > 0).then(|| sum / real(many));
    let levels = sums.into_iter().map(|(team, cells)| (team, cells.map(mean))).collect();
    let what = format!("log ratio of RMST({} d), the mix of kinds held as before", design.tau_days);
    let standardised = compared(&levels, &what, design)?;
    Ok(sorted.reading(plain, standardised))
}

/// Reads the effect on amounts a journey with the mix of kinds held; each record is of one journey.
///
/// # Errors
/// Where the kinds are not as many as the records, where nothing was seen before, or where a kind had nothing before.
pub fn mix_of_amounts(
    records: &[RateRecord],
    kinds: &[Option<String>],
    plain: &Finding,
    design: &Design,
) -> Result<MixReading, Refusal> {
    check(records, kinds)?;
    let level = |of: &[usize]| {
        let mut amounts: Vec<f64> = of.iter().map(|at| records[*at].amount).collect();
        amounts.sort_by(f64::total_cmp);
        if of.is_empty() { Err(Refusal::Empty) } else { Ok(amounts.iter().sum::<f64>() / real(of.len())) }
    };
    let periods: Vec<Period> = records.iter().map(|record| record.period).collect();
    let sorted = Kinds::sort(kinds, &periods, level)?;
    let before: Vec<usize> = (0..records.len()).filter(|at| periods[*at] == Period::Before).collect();
    let factors = sorted.factors(level(&before)?)?;
    let mut cells: BTreeMap<(Arm, &str), [Vec<f64>; 2]> = BTreeMap::new();
    for (record, factor) in records.iter().zip(&factors) {
        let of_team = cells.entry((record.arm, &record.team)).or_default();
        of_team[usize::from(record.period == Period::After)].push(record.amount * factor);
    }
    let sum = |amounts: &mut Vec<f64>| {
        amounts.sort_by(f64::total_cmp);
        (amounts.iter().sum::<f64>(), real(amounts.len()))
    };
    let changes: Vec<(Arm, f64)> = cells
        .iter_mut()
        .filter(|(_, [before, after])| !before.is_empty() && !after.is_empty())
        .filter_map(|((arm, _), [before, after])| Some((*arm, log_rate_ratio(sum(before), sum(after)).ok()?)))
        .collect();
    let what = "log rate ratio by team, the mix of kinds held as before";
    let standardised = contrast(&changes, Scale::Ratio, what, design).effect?;
    Ok(sorted.reading(plain, standardised))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Cause, rate_study, testing::close, time_study};

    /// Eight teams that never change what any kind takes; from the start on the pilot begins hardly any slow ones.
    fn company(slow_after: usize) -> (Vec<TimeRecord>, Vec<Option<String>>) {
        let mut records = Vec::new();
        let mut kinds = Vec::new();
        for team in 0..8_usize {
            let arm = if team < 3 { Arm::Pilot } else { Arm::Comparison };
            for (period, slow) in [(Period::Before, 6), (Period::After, if team < 3 { slow_after } else { 6 })] {
                for at in 0..12 {
                    let is_slow = at < slow;
                    let noise = 1.0 + 0.01 * real((team * 5 + at * 3) % 7);
                    let time_days = noise * if is_slow { 24.0 } else { 6.0 };
                    let name = format!("team {team}");
                    records.push(TimeRecord {
                        team: name,
                        arm,
                        period,
                        entry_days: 0.0,
                        time_days,
                        cause: Cause::Done,
                    });
                    kinds.push(Some(if is_slow { "data pipeline" } else { "website" }.to_owned()));
                }
            }
        }
        (records, kinds)
    }

    fn amounts(records: &[TimeRecord]) -> Vec<RateRecord> {
        let amount = |record: &TimeRecord| RateRecord {
            team: record.team.clone(),
            arm: record.arm,
            period: record.period,
            amount: record.time_days,
            exposure: 1.0,
            units: 1,
        };
        records.iter().map(amount).collect()
    }

    #[test]
    fn fewer_slow_kinds_look_like_an_effect_and_are_taken_off() {
        let (records, kinds) = company(1);
        let design = Design::default();
        let plain = time_study(&records, &design).expect("records").effect.expect("two arms");
        assert!(plain.estimate < 0.6, "{plain:?}");
        let reading = mix_of_times(&records, &kinds, &plain, &design).expect("kinds");
        assert!((reading.standardised.estimate - 1.0).abs() < 0.03, "{reading:?}");
        close(reading.bias, plain.estimate.ln() - reading.standardised.estimate.ln(), 1e-12);
        assert_eq!((reading.kinds, reading.new_share, reading.unknown_share), (2, 0.0, 0.0));

        let amounts = amounts(&records);
        let plain = rate_study(&amounts, &design).expect("records").effect.expect("two arms");
        let reading = mix_of_amounts(&amounts, &kinds, &plain, &design).expect("kinds");
        assert!((reading.standardised.estimate - 1.0).abs() < 0.03, "{reading:?}");
        assert!(reading.bias < -0.4);
    }

    #[test]
    fn a_mix_that_stays_moves_nothing() {
        let (records, kinds) = company(6);
        let design = Design::default();
        let plain = time_study(&records, &design).expect("records").effect.expect("two arms");
        let reading = mix_of_times(&records, &kinds, &plain, &design).expect("kinds");
        assert!(reading.bias.abs() < 0.01, "{reading:?}");
    }

    #[test]
    fn rows_in_another_order_give_the_same_bytes() {
        let (records, kinds) = company(2);
        let design = Design::default();
        let plain = time_study(&records, &design).expect("records").effect.expect("two arms");
        let reading = mix_of_times(&records, &kinds, &plain, &design).expect("kinds");
        let turned: Vec<TimeRecord> = records.iter().rev().cloned().collect();
        let kinds_turned: Vec<Option<String>> = kinds.iter().rev().cloned().collect();
        assert_eq!(mix_of_times(&turned, &kinds_turned, &plain, &design), Ok(reading));
        let plain = rate_study(&amounts(&records), &design).expect("records").effect.expect("two arms");
        let reading = mix_of_amounts(&amounts(&records), &kinds, &plain, &design).expect("kinds");
        assert_eq!(mix_of_amounts(&amounts(&turned), &kinds_turned, &plain, &design), Ok(reading));
    }

    #[test]
    fn kinds_that_came_since_and_kinds_untold_are_counted() {
        let (records, mut kinds) = company(6);
        for (record, kind) in records.iter().zip(&mut kinds) {
            if record.period == Period::After && record.team == "team 0" {
                *kind = Some("model".to_owned());
            } else if record.team == "team 7" {
                *kind = None;
            }
        }
        let design = Design::default();
        let plain = time_study(&records, &design).expect("records").effect.expect("two arms");
        let reading = mix_of_times(&records, &kinds, &plain, &design).expect("kinds");
        close(reading.new_share, 1.0 / 8.0, 1e-12);
        close(reading.unknown_share, 1.0 / 8.0, 1e-12);
        assert_eq!(reading.kinds, 3);
    }

    #[test]
    fn kinds_that_do_not_fit_or_took_nothing_are_refused() {
        let (records, kinds) = company(6);
        let design = Design::default();
        let plain = time_study(&records, &design).expect("records").effect.expect("two arms");
        let short = mix_of_times(&records, &kinds[1..], &plain, &design);
        assert_eq!(short, Err(Refusal::Unequal { left: 192, right: 191 }));
        assert_eq!(mix_of_times(&[], &[], &plain, &design), Err(Refusal::Empty));
        let mut none = amounts(&records);
        for (record, kind) in none.iter_mut().zip(&kinds) {
            record.amount = if kind.as_deref() == Some("website") { 0.0 } else { 1.0 };
        }
        let refused = mix_of_amounts(&none, &kinds, &plain, &design);
        assert_eq!(refused, Err(Refusal::Impossible { what: "the level of a kind", value: 0.0 }));
    }
}
