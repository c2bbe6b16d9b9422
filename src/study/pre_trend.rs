//! Whether the arms moved apart before the start already, and how far the effect survives if they had gone on so.
//!
//! In: the level of each team in even periods before the start, and the effect. Out: the slope by which pilot and comparison
//! moved apart, tested over teams by the plan's permutation; the power to see a slope that would make up half of the effect;
//! and the effect's interval if the arms had gone on to part by `M` times the largest step that was seen before, for
//! `M = 0, ½, 1, 2`, with the `M` at which it breaks down. A trend that is not seen is no proof that there is none, so this
//! is never a gate: it is shown. Refused: fewer than three periods, fewer than two teams in an arm, values that are no
//! numbers. Sources: Roth, AER: Insights 2022;4:305; Rambachan and Roth, Review of Economic Studies 2023;90:2555.

use super::refusal::{finite, inside};
use super::{Arm, Finding, Interval, NoInterval, Refusal, Scale, permutation, power_of_t, real};

/// Periods before that a trend is looked for in.
pub const PERIODS_FOR_TREND: usize = 3;

/// One team before the start: its level in each period, on the scale that changes are averaged on.
#[derive(Clone, Debug, PartialEq)]
pub struct TeamBefore {
    /// Its arm.
    pub arm: Arm,
    /// Its levels, the earliest first.
    pub levels: Vec<f64>,
}

/// How the arms moved before the start.
#[derive(Clone, Debug, PartialEq)]
pub struct PreTrend {
    /// By how much the pilot moved away from the comparison in a period.
    pub slope: f64,
    /// Its interval, where the design has one.
    pub interval: Result<Interval, NoInterval>,
    /// P-value of no slope.
    pub p: f64,
    /// The largest step from one period to the next by which the arms parted.
    pub largest_step: f64,
    /// The power to see a slope that would make up half of the effect over the periods between the windows' middles.
    pub power: Option<f64>,
}

/// The effect if the arms had gone on to part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sensitivity {
    /// How many times the largest step that was seen before.
    pub times: f64,
    /// The effect's interval, widened by it.
    pub interval: Interval,
}

fn check(teams: &[TeamBefore]) -> Result<usize, Refusal> {
    let Some(first) = teams.first() else { return Err(Refusal::Empty) };
    let periods = first.levels.len();
    for team in teams {
        if team.levels.len() != periods {
            return Err(Refusal::Unequal { left: periods, right: team.levels.len() });
        }
        finite("a team's level before", &team.levels)?;
    }
    if periods < PERIODS_FOR_TREND {
        return Err(Refusal::TooFew { what: "periods before", have: periods, need: PERIODS_FOR_TREND });
    }
    for arm in [Arm::Pilot, Arm::Comparison] {
        let have = teams.iter().filter(|team| team.arm == arm).count();
        if have < 2 {
            return Err(Refusal::TooFew { what: "teams in an arm", have, need: 2 });
        }
    }
    Ok(periods)
}

/// Looks for a trend before; `apart` is how many periods lie between the middles of the windows that are compared.
///
/// # Errors
/// As the head of this file says; and refuses an alpha outside (0, 1).
pub fn pre_trend(
    teams: &[TeamBefore],
    effect: Option<f64>,
    apart: f64,
    alpha: f64,
    seed: u64,
) -> Result<PreTrend, Refusal> {
    let periods = check(teams)?;
    inside("alpha", alpha)?;
    let centre = real(periods - 1) / 2.0;
    let spread: f64 = (0..periods).map(|period| (real(period) - centre).powi(2)).sum();
    let slope = |team: &TeamBefore| {
        team.levels.iter().enumerate().map(|(period, level)| (real(period) - centre) * level).sum::<f64>() / spread
    };
    let slopes: Vec<f64> = teams.iter().map(slope).collect();
    let pilot: Vec<bool> = teams.iter().map(|team| team.arm == Arm::Pilot).collect();
    let found = permutation(&slopes, &pilot, alpha, seed)?;
    let mean = |arm: Arm, period: usize| {
        let of_arm: Vec<f64> = teams.iter().filter(|team| team.arm == arm).map(|team| team.levels[period]).collect();
        of_arm.iter().sum::<f64>() / real(of_arm.len())
    };
    let gap: Vec<f64> = (0..periods).map(|period| mean(Arm::Pilot, period) - mean(Arm::Comparison, period)).collect();
    let largest_step = gap.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f64::max);
    let power =
        effect.filter(|_| apart > 0.0).and_then(|effect| power_to_see(&slopes, &pilot, effect / 2.0 / apart, alpha));
    Ok(PreTrend { slope: found.estimate, interval: found.interval, p: found.p, largest_step, power })
}

/// Power of a t test over teams to see a slope.
fn power_to_see(slopes: &[f64], pilot: &[bool], slope: f64, alpha: f64) -> Option<f64> {
    let of = |arm: bool| -> Vec<f64> {
        slopes.iter().zip(pilot).filter(|(_, is)| **is == arm).map(|(slope, _)| *slope).collect()
    };
    let (one, two) = (of(true), of(false));
    let squares = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / real(values.len());
        values.iter().map(|value| (value - mean).powi(2)).sum::<f64>()
    };
    let spread = ((squares(&one) + squares(&two)) / (real(slopes.len()) - 2.0)).sqrt();
    if spread > 0.0 { power_of_t(real(one.len()), real(two.len()), slope / spread, alpha).ok() } else { None }
}

/// How many times the largest step is looked at.
const TIMES: [f64; 4] = [0.0, 0.5, 1.0, 2.0];

/// The effect's interval if the arms had gone on to part by so many times the largest step seen, in every period between the
/// windows' middles; on a ratio steps are logarithms.
///
/// # Errors
/// Refuses an effect without an interval, and a step or a distance below zero.
pub fn trend_sensitivity(effect: &Finding, largest_step: f64, apart: f64) -> Result<[Sensitivity; 4], Refusal> {
    for (what, value) in [("a step", largest_step), ("a distance", apart)] {
        if !value.is_finite() || value < 0.0 {
            return Err(Refusal::Impossible { what, value });
        }
    }
    let Ok(interval) = &effect.interval else {
        return Err(Refusal::TooFew { what: "teams for an interval", have: 0, need: 1 });
    };
    Ok(TIMES.map(|times| {
        let reach = times * largest_step * apart;
        let interval = match effect.scale {
            Scale::Ratio => {
                Interval { lower: interval.lower * (-reach).exp(), upper: interval.upper * reach.exp(), ..*interval }
            }
            _ => Interval { lower: interval.lower - reach, upper: interval.upper + reach, ..*interval },
        };
        Sensitivity { times, interval }
    }))
}

/// From how many times the largest step on the interval holds no effect at all; none where it already does.
///
/// # Errors
/// As [`trend_sensitivity`].
pub fn breaks_down_at(effect: &Finding, largest_step: f64, apart: f64) -> Result<Option<f64>, Refusal> {
    let [plain, ..] = trend_sensitivity(effect, largest_step, apart)?;
    let room = match effect.scale {
        Scale::Ratio if plain.interval.upper < 1.0 => -plain.interval.upper.ln(),
        Scale::Ratio if plain.interval.lower > 1.0 => plain.interval.lower.ln(),
        Scale::Ratio => return Ok(None),
        _ if plain.interval.upper < 0.0 => -plain.interval.upper,
        _ if plain.interval.lower > 0.0 => plain.interval.lower,
        _ => return Ok(None),
    };
    let step = largest_step * apart;
    Ok(Some(if step > 0.0 { room / step } else { f64::INFINITY }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::close;

    fn teams(drift: f64) -> Vec<TeamBefore> {
        let team = |at: usize| {
            let arm = if at < 3 { Arm::Pilot } else { Arm::Comparison };
            let own = 2.0 + 0.1 * real(at);
            let level = |period: usize| {
                let noise = 0.01 * real((at * 7 + period * 3) % 5);
                own + noise + if arm == Arm::Pilot { drift * real(period) } else { 0.0 }
            };
            TeamBefore { arm, levels: (0..4).map(level).collect() }
        };
        (0..8).map(team).collect()
    }

    #[test]
    fn a_trend_before_is_seen_and_its_size_is_told() {
        let found = pre_trend(&teams(-0.2), Some(-0.4), 4.0, 0.05, 1).expect("teams");
        close(found.slope, -0.2, 0.01);
        close(found.p, 1.0 / 56.0, 1e-12);
        assert!((found.largest_step - 0.2).abs() < 0.03 && found.power.expect("an effect") > 0.9, "{found:?}");
        let still = pre_trend(&teams(0.0), None, 4.0, 0.05, 1).expect("teams");
        assert!(still.p > 0.05 && still.power.is_none());
    }

    fn effect(scale: Scale, lower: f64, upper: f64) -> Finding {
        let interval = Ok(Interval { lower, upper, level: 0.95 });
        Finding { scale, estimate: lower, interval, p: None, floor_p: None, placebo: None, method: String::new() }
    }

    #[test]
    fn an_effect_breaks_down_where_the_trend_could_make_it_up() {
        let days = effect(Scale::Days, -10.0, -2.0);
        let found = trend_sensitivity(&days, 0.5, 4.0).expect("an interval");
        close(found[2].interval.upper, 0.0, 1e-12);
        close(breaks_down_at(&days, 0.5, 4.0).expect("an interval").expect("a claim"), 1.0, 1e-12);
        assert_eq!(breaks_down_at(&days, 0.0, 4.0), Ok(Some(f64::INFINITY)));
        assert_eq!(breaks_down_at(&effect(Scale::Days, -1.0, 2.0), 0.5, 4.0), Ok(None));
        let ratio = effect(Scale::Ratio, 0.5, 0.8);
        close(breaks_down_at(&ratio, 0.1, 1.0).expect("an interval").expect("a claim"), -(0.8_f64.ln()) / 0.1, 1e-9);
        close(
            trend_sensitivity(&ratio, 0.1, 1.0).expect("an interval")[3].interval.lower,
            0.5 * (-0.2_f64).exp(),
            1e-12,
        );
        let mut without = days;
        without.interval = Err(NoInterval::NotByDesign { floor_p: 0.1 });
        assert!(trend_sensitivity(&without, 0.1, 1.0).is_err() && trend_sensitivity(&ratio, -1.0, 1.0).is_err());
    }

    #[test]
    fn few_periods_and_few_teams_are_refused() {
        let mut short = teams(0.0);
        for team in &mut short {
            team.levels.truncate(2);
        }
        assert!(matches!(pre_trend(&short, None, 1.0, 0.05, 1), Err(Refusal::TooFew { what: "periods before", .. })));
        let one = &teams(0.0)[2..];
        assert!(matches!(pre_trend(one, None, 1.0, 0.05, 1), Err(Refusal::TooFew { what: "teams in an arm", .. })));
        assert_eq!(pre_trend(&[], None, 1.0, 0.05, 1), Err(Refusal::Empty));
        let mut broken = teams(0.0);
        broken[0].levels[1] = f64::NAN;
        assert!(pre_trend(&broken, None, 1.0, 0.05, 1).is_err() && pre_trend(&teams(0.0), None, 1.0, 0.0, 1).is_err());
    }
}
