//! A small company, simulated often: does the interval of a time study hold what was planted, and does it claim
//! nothing where nothing was? A full protocol of many worlds belongs to `verify`; METHODS.md#statistics.

use super::*;
use rand_chacha::{
    ChaCha12Rng,
    rand_core::{Rng, SeedableRng},
};

/// A world of eight teams, three of them in the pilot.
struct World {
    journeys: f64,
    frailty: f64,
    factor: f64,
}

const TAU: f64 = 60.0;
const MEDIAN: f64 = 15.0;
const SPREAD: f64 = 0.7;

struct Draws(ChaCha12Rng);

impl Draws {
    fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / 4_294_967_296.0
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    fn poisson(&mut self, mean: f64) -> usize {
        let (mut count, mut product) = (0, self.unit());
        while product > (-mean).exp() {
            product *= self.unit();
            count += 1;
        }
        count
    }
}

impl World {
    fn company(&self, seed: u64) -> Vec<TimeRecord> {
        let mut draws = Draws(ChaCha12Rng::seed_from_u64(seed));
        let mut records = Vec::new();
        for team in 0..8 {
            let arm = if team < 3 { Arm::Pilot } else { Arm::Comparison };
            let pace = self.frailty * draws.normal();
            for period in [Period::Before, Period::After] {
                let shock = 0.1 * draws.normal();
                let factor = if (arm, period) == (Arm::Pilot, Period::After) { self.factor } else { 1.0 };
                for _ in 0..draws.poisson(self.journeys) {
                    let days = MEDIAN * factor * (pace + shock + SPREAD * draws.normal()).exp();
                    // Begun any day of half a year, seen until its end: about one in ten is still open.
                    let follow_up = 182.0 * draws.unit();
                    let cause = if days <= follow_up { Cause::Done } else { Cause::Open };
                    let (team, time_days) = (format!("team {team}"), days.min(follow_up));
                    records.push(TimeRecord { team, arm, period, entry_days: 0.0, time_days, cause });
                }
            }
        }
        records
    }

    /// The ratio of restricted means that a team of middling pace would show: log-normal, closed form.
    fn truth(&self) -> f64 {
        let below = |z: f64| 1.0 - normal_sf(z);
        let mean = |median: f64| {
            let z = (TAU / median).ln() / SPREAD;
            median * (SPREAD * SPREAD / 2.0).exp() * below(z - SPREAD) + TAU * (1.0 - below(z))
        };
        mean(MEDIAN * self.factor) / mean(MEDIAN)
    }

    /// Shares of companies whose interval holds the truth, and of those of which a change is claimed.
    fn shares(&self, companies: u64) -> (f64, f64) {
        let design = Design { tau_days: TAU, ..Design::default() };
        let (mut held, mut claimed, mut told) = (0.0, 0.0, 0.0);
        for seed in 0..companies {
            let verdict = time_study(&self.company(seed), &design).expect("records");
            let Ok(Finding { interval: Ok(interval), .. }) = &verdict.effect else { continue };
            told += 1.0;
            held += f64::from(u8::from(interval.contains(self.truth())));
            claimed += f64::from(u8::from(verdict.significant));
        }
        assert!(told >= 0.9 * real(usize::try_from(companies).expect("few")), "only {told} companies had an interval");
        (held / told, claimed / told)
    }
}

#[test]
fn the_interval_holds_a_planted_effect() {
    for (journeys, frailty) in [(7.0, 0.2), (7.0, 0.4), (12.0, 0.3)] {
        let (held, _) = World { journeys, frailty, factor: 0.7 }.shares(200);
        assert!(held >= 0.92, "{journeys} journeys, frailty {frailty}: {held}");
    }
}

#[test]
fn no_effect_is_seldom_claimed_where_there_is_none() {
    let (held, claimed) = World { journeys: 7.0, frailty: 0.3, factor: 1.0 }.shares(200);
    assert!(held >= 0.92 && claimed <= 0.08, "{held} {claimed}");
}

#[test]
fn a_large_effect_on_many_journeys_is_found() {
    let (_, claimed) = World { journeys: 20.0, frailty: 0.3, factor: 0.4 }.shares(60);
    assert!(claimed >= 0.8, "{claimed}");
}
