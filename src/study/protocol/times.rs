//! Journeys of one world, as records for `time_study`: mixed types, open and given up, some older than the data.
//!
//! In: a plan made once for a setting, and teams. Out: `TimeRecord`s. A journey's time is its type's median times its
//! team's pace, the team's shock in the period and, for pilot teams after the start, what the pilot leaves of it. Both
//! windows are followed for equally long, unless the setting has one extract end both. Neighbours: `truth` integrates
//! what is drawn here, `calendar` says when journeys begin.

use super::calendar::{AFTER, BEFORE, Days, WINDOW};
use super::company::Team;
use super::draws::Draws;
use super::setting::{Setting, Shape};
use super::truth::{SPREAD, over_normal, restricted_mean, weibull_scale};
use crate::study::special_functions::bisect;
use crate::study::{Arm, Cause, Period, TimeRecord, real};

/// Median of a journey of the middle type in a team of middling pace, in days.
const MEDIAN: f64 = 16.0;
/// The medians of the three types of journeys, over [`MEDIAN`].
const TYPES: [f64; 3] = [0.5, 1.0, 2.0];
/// What the types are called.
const KINDS: [&str; 3] = ["quick", "middling", "slow"];
/// Shares of the types.
const MIX: [f64; 3] = [0.4, 0.4, 0.2];
/// Journeys that a developer begins in a window.
const JOURNEYS: f64 = 2.5;
/// The horizon, where the data reaches that far.
const HORIZON: f64 = 60.0;

/// Shares of the types when part of the quick ones became slow ones.
const fn mix(shift: f64) -> [f64; 3] {
    [MIX[0] - shift, MIX[1], MIX[2] + shift]
}

/// The mean of `min(T, tau)` over the types of journeys, all of them `factor` times as long as in a middling team.
pub(super) fn mean_up_to(shape: Shape, shift: f64, factor: f64, tau: f64) -> f64 {
    let parts = mix(shift).into_iter().zip(TYPES);
    parts.map(|(share, of_type)| share * restricted_mean(shape, MEDIAN * of_type * factor, tau)).sum()
}

/// A time of given shape and median.
pub(super) fn time(shape: Shape, median: f64, draws: &mut Draws) -> f64 {
    match shape {
        Shape::LogNormal => median * (SPREAD * draws.normal()).exp(),
        Shape::Exponential => median / std::f64::consts::LN_2 * draws.exponential(),
        Shape::Weibull => weibull_scale(median) * draws.exponential().powf(1.0 / super::truth::WEIBULL),
    }
}

/// A journey, with its kind.
pub(super) type Journey = (TimeRecord, &'static str);

/// What of a setting is the same in all worlds.
pub(super) struct Plan {
    days: [Days; 2],
    /// Days of a window.
    pub(super) window: f64,
    /// Days that each window is followed beyond its end.
    beyond: [f64; 2],
    /// Days before the data in which journeys began that it still shows.
    early: f64,
    /// How much more happens in a window than its mean day tells, by the season.
    level: [f64; 2],
}

/// Days of a window, and those that it is followed for beyond its end, that leave the wanted share open.
fn follow_up(setting: &Setting) -> (usize, f64) {
    let spread = setting.frailty.hypot(setting.shock);
    let seen = |until: f64| over_normal(spread, |pace| mean_up_to(setting.shape, 0.0, pace.exp(), until.max(1e-9)));
    // The integral of S(u) exp(-a u), by parts: S is the slope of the restricted mean.
    let left = |until: f64| (-setting.abandoned_a_day * until).exp();
    let open = |window: f64, beyond: f64| {
        let at = |part: u32| beyond + window * f64::from(part) / 8.0;
        let given_up: f64 = (0..=8)
            .map(|part| {
                let simpson = if part % 8 == 0 { 1.0 } else { 2.0 + 2.0 * f64::from(part % 2) };
                simpson * seen(at(part)) * left(at(part)) * window / 24.0
            })
            .sum();
        let whole = seen(at(8)) * left(at(8)) - seen(at(0)) * left(at(0));
        (whole + setting.abandoned_a_day * given_up) / window
    };
    let whole = real(WINDOW);
    // Of those older than the data hardly one is still open at its end.
    let wanted = setting.open / (1.0 - setting.truncated);
    if open(whole, 0.0) >= wanted {
        return (WINDOW, bisect(0.0, 720.0, |beyond| open(whole, beyond) > wanted));
    }
    let short = (20..WINDOW).rev().find(|&window| open(real(window), 0.0) >= wanted);
    (short.unwrap_or(20), 0.0)
}

/// The horizon of a setting: sixty days, or what three quarters of the longest follow-up reach.
pub(super) fn horizon(setting: &Setting) -> f64 {
    let (window, beyond) = follow_up(setting);
    (0.75 * (real(window) + beyond)).floor().min(HORIZON)
}

impl Plan {
    pub(super) fn new(setting: &Setting) -> Self {
        let (window, beyond) = follow_up(setting);
        let days = [BEFORE, AFTER].map(|first| Days::new(first, window, setting.season));
        let spread = setting.frailty.hypot(setting.shock);
        // Of journeys begun on a day `u` before the data, a share S(u) is still there when it begins.
        let seen = |until: f64| over_normal(spread, |pace| mean_up_to(setting.shape, 0.0, pace.exp(), until));
        let wanted = setting.truncated / (1.0 - setting.truncated) * real(window);
        let early = if setting.truncated > 0.0 { bisect(0.0, 365.0, |until| seen(until) < wanted) } else { 0.0 };
        let further = if setting.one_extract { real(AFTER - BEFORE) } else { 0.0 };
        let level = [1.0, days[1].level() / days[0].level()];
        Self { days, window: real(window), beyond: [beyond + further, beyond], early, level }
    }

    /// A team's journeys of one period.
    pub(super) fn journeys(&self, setting: &Setting, team: &Team, period: Period, draws: &mut Draws) -> Vec<Journey> {
        let at = usize::from(period == Period::After);
        let a_window = JOURNEYS * setting.volume * team.developers[at] * team.activity * self.level[at];
        let mut records = Vec::new();
        if at == 0 {
            for _ in 0..draws.poisson(a_window * self.early / self.window) {
                let start = -self.early * draws.unit();
                records.extend(self.journey(setting, team, period, start, draws));
            }
        }
        for _ in 0..draws.poisson(a_window) {
            let start = self.days[at].instant(draws);
            let journey = self.journey(setting, team, period, start, draws);
            records.extend(journey.filter(|_| !team.has_lost(at, start)));
        }
        records
    }

    /// One journey as the data shows it; none where it ended before the data began.
    fn journey(
        &self,
        setting: &Setting,
        team: &Team,
        period: Period,
        start: f64,
        draws: &mut Draws,
    ) -> Option<Journey> {
        let at = usize::from(period == Period::After);
        let pilot = team.arm == Arm::Pilot && period == Period::After;
        let shift = match (period, team.arm) {
            (Period::Before, _) => 0.0,
            (Period::After, Arm::Pilot) => setting.mix_shift.0,
            (Period::After, Arm::Comparison) => setting.mix_shift.1,
        };
        let [quick, middle, _] = mix(shift);
        let draw = draws.unit();
        let of_type = usize::from(draw >= quick) + usize::from(draw >= quick + middle);
        let kept = if pilot { setting.kept } else { 1.0 };
        let median = MEDIAN * TYPES[of_type] * kept * (team.pace + team.shocks[at]).exp();
        let done = time(setting.shape, median, draws);
        let given_up = draws.exponential() / setting.abandoned_a_day;
        let last_seen = self.window + self.beyond[at] - start;
        let entry_days = (-start).max(0.0);
        let time_days = done.min(given_up).min(last_seen);
        let cause = match () {
            () if done <= given_up.min(last_seen) => Cause::Done,
            () if given_up <= last_seen => Cause::Abandoned,
            () => Cause::Open,
        };
        let (team, arm) = (team.name.clone(), team.arm);
        (time_days > entry_days)
            .then(|| (TimeRecord { team, arm, period, entry_days, time_days, cause }, KINDS[of_type]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::company::teams;
    use super::super::setting::Measure;
    use super::*;

    /// Shares of journeys open, given up, and begun before the data, over many worlds of the window before.
    fn shares(setting: &Setting) -> [f64; 3] {
        let plan = Plan::new(setting);
        let mut counts = [0.0; 4];
        for world in 0..200 {
            let mut draws = Draws::of(1, 1, world);
            for team in teams(setting, plan.window, &mut draws) {
                for (journey, _) in plan.journeys(setting, &team, Period::Before, &mut draws) {
                    let marks = [
                        journey.cause == Cause::Open,
                        journey.cause == Cause::Abandoned,
                        journey.entry_days > 0.0,
                        true,
                    ];
                    for (count, mark) in counts.iter_mut().zip(marks) {
                        *count += f64::from(u8::from(mark));
                    }
                }
            }
        }
        [counts[0], counts[1], counts[2]].map(|count| count / counts[3])
    }

    #[test]
    fn as_many_are_open_given_up_and_older_than_the_data_as_the_setting_says() {
        let base = Setting::base(Measure::Times, 12, 3);
        for shape in [Shape::LogNormal, Shape::Weibull, Shape::Exponential] {
            for open in [0.05, 0.2, 0.4] {
                let [still_open, given_up, older] = shares(&Setting { shape, open, ..base });
                assert!((still_open - open).abs() < 0.025, "{shape:?} {open}: {still_open}");
                assert!(given_up > 0.02 && given_up < 0.12, "{shape:?} {open}: {given_up}");
                assert!((older - 0.1).abs() < 0.02, "{shape:?} {open}: {older}");
            }
        }
        assert_eq!(shares(&Setting { truncated: 0.0, ..base })[2].to_bits(), 0);
    }

    #[test]
    fn the_horizon_is_followed_to() {
        let base = Setting::base(Measure::Times, 12, 3);
        assert_eq!(horizon(&base).to_bits(), HORIZON.to_bits());
        let short = horizon(&Setting { open: 0.4, ..base });
        assert!(short > 14.0 && short < 40.0, "{short}");
    }
}
