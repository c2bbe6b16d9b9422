//! Tickets of one world by team and week, as records for `rate_study`: carried-over weekly noise, season, lost days.
//!
//! In: a plan made once for a setting, and teams. Out: one `RateRecord` a team and week, over developer-weeks. The log of
//! a team's rate is its level, its shock of the period, and a noise that is correlated with last week's. Records of lost
//! days are missing from the counts and not from the exposure, as in life. Neighbours: `calendar`, `company`.

use super::calendar::{AFTER, BEFORE, Days};
use super::company::Team;
use super::draws::Draws;
use super::setting::Setting;
use crate::study::special_functions::whole;
use crate::study::{Arm, Period, RateRecord, real};

/// Weeks of a window.
const WEEKS: usize = 13;
/// Weeks between the windows, in which the noise goes on.
const BETWEEN: usize = 2;
/// Tickets that a developer asks in a week.
const TICKETS: f64 = 0.6;
/// Standard deviation of the weekly noise on the log.
const NOISE: f64 = 0.2;
/// Days of a window.
pub(super) const WINDOW_DAYS: usize = 7 * WEEKS;

/// What of a setting is the same in all worlds.
pub(super) struct Plan {
    days: [Days; 2],
}

impl Plan {
    pub(super) fn new(setting: &Setting) -> Self {
        Self { days: [BEFORE, AFTER].map(|first| Days::new(first, WINDOW_DAYS, setting.season)) }
    }

    /// A team's weekly noise in both windows.
    pub(super) fn noise(setting: &Setting, draws: &mut Draws) -> [Vec<f64>; 2] {
        let fresh = NOISE * (1.0 - setting.carried * setting.carried).sqrt();
        let mut last = NOISE * draws.normal();
        let all: Vec<f64> = (0..2 * WEEKS + BETWEEN)
            .map(|_| {
                last = setting.carried * last + fresh * draws.normal();
                last
            })
            .collect();
        [all[..WEEKS].to_vec(), all[WEEKS + BETWEEN..].to_vec()]
    }

    /// A team's tickets of one period.
    pub(super) fn weeks(
        &self,
        setting: &Setting,
        team: &Team,
        period: Period,
        noise: &[f64],
        draws: &mut Draws,
    ) -> Vec<RateRecord> {
        let at = usize::from(period == Period::After);
        let kept = if team.arm == Arm::Pilot && period == Period::After { setting.kept } else { 1.0 };
        let level = TICKETS * setting.volume * kept * (team.pace + team.shocks[at]).exp();
        let week = |(week, noise): (usize, &f64)| {
            let seen = (0..7).filter(|day| !team.has_lost(at, real(week * 7 + day))).count();
            let rate = level * noise.exp() * self.days[at].week(week) * real(seen) / 7.0;
            let units = draws.poisson(rate * team.developers[at]);
            RateRecord {
                team: team.name.clone(),
                arm: team.arm,
                period,
                amount: whole(units),
                exposure: team.developers[at],
                units,
            }
        };
        noise.iter().enumerate().map(week).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::setting::Measure;
    use super::*;
    use crate::study::testing::close;

    #[test]
    fn weekly_noise_is_carried_over_as_said() {
        let setting = Setting::base(Measure::Rates, 12, 3);
        let mut draws = Draws::of(1, 1, 1);
        let (mut squares, mut products, mut pairs) = (0.0, 0.0, 0.0);
        for _ in 0..2_000 {
            let [before, after] = Plan::noise(&setting, &mut draws);
            assert_eq!((before.len(), after.len()), (WEEKS, WEEKS));
            for pair in before.windows(2) {
                squares += pair[0] * pair[0];
                products += pair[0] * pair[1];
                pairs += 1.0;
            }
        }
        close((squares / pairs).sqrt(), NOISE, 0.004);
        close(products / squares, 0.3, 0.02);
    }
}
