//! Whether an effect is there to stay: the after window split into its first weeks, the next, and the rest.
//!
//! In: amounts over exposures by team, before and week by week after the start. Out: the effect in weeks 1 to 4, 5 to 8 and
//! from 9 on, each by the plan's permutation; the last is the one to go by, for what is new is looked at more closely by
//! everybody. Parts that no week fell into are absent. Refused: nothing before, and what `rate_study` refuses. Source:
//! METHODS.md#novelty.

use super::{Arm, Design, Finding, Period, RateRecord, Refusal, rate_study};

/// What one team had in one week, or in all of the window before.
#[derive(Clone, Debug, PartialEq)]
pub struct WeekRecord {
    /// The team.
    pub team: String,
    /// Its arm.
    pub arm: Arm,
    /// The week after the start, counted from 1; none before.
    pub week: Option<u32>,
    /// The amount.
    pub amount: f64,
    /// The exposure.
    pub exposure: f64,
    /// What was observed.
    pub units: u64,
}

/// The parts of the after window: name, first and last week.
const PARTS: [(&str, u32, u32); 3] = [("weeks 1 to 4", 1, 4), ("weeks 5 to 8", 5, 8), ("from week 9 on", 9, u32::MAX)];

/// The effect in one part of the after window.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Which.
    pub name: &'static str,
    /// The effect, or why there is none.
    pub effect: Result<Finding, Refusal>,
}

/// The effect in each part of the after window that holds anything.
///
/// # Errors
/// Refuses no records, and none before.
pub fn novelty(records: &[WeekRecord], design: &Design) -> Result<Vec<Part>, Refusal> {
    if !records.iter().any(|record| record.week.is_none()) {
        return Err(Refusal::Empty);
    }
    let part = |(name, first, last): (&'static str, u32, u32)| {
        let within = |week: Option<u32>| week.is_none_or(|week| (first..=last).contains(&week));
        let of: Vec<RateRecord> = records.iter().filter(|record| within(record.week)).map(rate_record).collect();
        let has_after = of.iter().any(|record| record.period == Period::After);
        has_after.then(|| Part { name, effect: rate_study(&of, design).and_then(|verdict| verdict.effect) })
    };
    Ok(PARTS.into_iter().filter_map(part).collect())
}

fn rate_record(record: &WeekRecord) -> RateRecord {
    let WeekRecord { team, arm, week, amount, exposure, units } = record.clone();
    let period = if week.is_none() { Period::Before } else { Period::After };
    RateRecord { team, arm, period, amount, exposure, units }
}

/// Whether an effect on a ratio faded: the last part has less than half of what the first had, on the logarithm.
pub fn faded(parts: &[Part]) -> Option<bool> {
    let log = |part: &Part| part.effect.as_ref().ok().map(|effect| effect.estimate.ln()).filter(|log| log.is_finite());
    let (first, last) = (parts.first()?, parts.last()?);
    if parts.len() < 2 {
        return None;
    }
    let (first, last) = (log(first)?, log(last)?);
    Some(first != 0.0 && last / first < 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pilot halves its tickets at first; `rest` is what of them it has from week 9 on.
    fn company(rest: f64) -> Vec<WeekRecord> {
        let record = |team: u32, week: Option<u32>| {
            let arm = if team < 3 { Arm::Pilot } else { Arm::Comparison };
            let noise = f64::from((team * 5 + week.unwrap_or(0) * 3) % 4);
            let kept = match (arm, week) {
                (Arm::Comparison, _) | (_, None) => 1.0,
                (_, Some(week)) if week <= 8 => 0.5,
                _ => rest,
            };
            let weeks = if week.is_none() { 20.0 } else { 1.0 };
            let amount = (40.0 + f64::from(team) + noise) * kept * weeks;
            WeekRecord { team: format!("team {team}"), arm, week, amount, exposure: 8.0 * weeks, units: 40 }
        };
        (0..8)
            .flat_map(|team| {
                std::iter::once(record(team, None)).chain((1..=16).map(move |week| record(team, Some(week))))
            })
            .collect()
    }

    #[test]
    fn an_effect_that_wears_off_is_seen_in_the_last_part() {
        let parts = novelty(&company(0.95), &Design::default()).expect("weeks");
        assert_eq!(parts.iter().map(|part| part.name).collect::<Vec<_>>(), PARTS.map(|part| part.0));
        assert!(parts[0].effect.as_ref().expect("an effect").estimate < 0.6);
        assert!(parts[2].effect.as_ref().expect("an effect").estimate > 0.9);
        assert_eq!(faded(&parts), Some(true));
        assert_eq!(faded(&novelty(&company(0.5), &Design::default()).expect("weeks")), Some(false));
    }

    #[test]
    fn parts_without_weeks_are_absent_and_nothing_before_is_refused() {
        let mut records = company(0.5);
        records.retain(|record| record.week.is_none_or(|week| week <= 6));
        let parts = novelty(&records, &Design::default()).expect("weeks");
        assert_eq!(parts.len(), 2);
        records.retain(|record| record.week.is_none_or(|week| week <= 3));
        assert_eq!(faded(&novelty(&records, &Design::default()).expect("weeks")), None);
        records.retain(|record| record.week.is_some());
        assert_eq!(novelty(&records, &Design::default()), Err(Refusal::Empty));
        assert_eq!(novelty(&[], &Design::default()), Err(Refusal::Empty));
    }
}
