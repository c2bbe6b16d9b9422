//! A company of another size, and a pilot found in another way than by who came forward.
//!
//! In: how many teams, how many of them in the pilot, how they are found. Out: the same world with other teams or other
//! arms. A pilot that is found by what its teams were like before makes the traps that a comparison must not fall into.

use chrono::Days;

use super::cast::Cast;
use super::clock::{Clock, DAY};
use super::draw::Draw;
use super::names::product_teams;
use super::plan;
use super::world::{Chosen, TeamPlan, World};
use crate::config::written::Arm;

/// The fewest and the most product teams that a company can have.
pub const PRODUCT_TEAMS: (usize, usize) = (4, 20);

/// The most services that a team can begin and still give each a name.
const MOST_SERVICES: f64 = 18.0;

impl World {
    /// The same world with so many product teams, of three to twelve people each. The first `pilot` of them are in the pilot;
    /// they start in weeks of their own.
    #[must_use]
    pub fn with_teams(mut self, teams: usize, pilot: usize) -> Self {
        let start = self.teams.iter().map(|team| team.start).min().unwrap_or(self.from);
        let platform = self.teams.pop();
        self.teams = product_teams()
            .take(teams)
            .enumerate()
            .map(|(place, name)| {
                let mut draw = Draw::of(self.seed, "team", place);
                let (people, begun) = (draw.log_normal(6.5, 0.35), draw.log_normal(12.0, 0.3));
                TeamPlan {
                    name,
                    arm: if place < pilot { Arm::Pilot } else { Arm::Comparison },
                    developers: whole(people.clamp(3.0, 12.0)),
                    services: whole(begun.clamp(6.0, MOST_SERVICES)),
                    start: start + Days::new(7 * (place % 3) as u64),
                }
            })
            .chain(platform)
            .collect();
        self
    }

    /// The same world with its pilot found in this way, as large as it was. To be called when everything else is set: what
    /// teams were like before hangs on it.
    #[must_use]
    pub fn with_pilot(mut self, chosen: Chosen) -> Self {
        let many = self.teams.iter().filter(|team| team.arm == Arm::Pilot).count();
        let mut order: Vec<(f64, usize)> = (0..self.teams.len())
            .filter(|team| self.teams[*team].arm != Arm::Platform)
            .map(|team| (self.eagerness(chosen, team), team))
            .collect();
        order.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(&right.1)));
        for (place, (_, team)) in order.into_iter().enumerate() {
            self.teams[team].arm = if place < many { Arm::Pilot } else { Arm::Comparison };
        }
        self.chosen = Some(chosen);
        self
    }

    /// What puts a team before others.
    #[expect(clippy::cast_precision_loss, reason = "services of a team, seconds of a journey")]
    fn eagerness(&self, chosen: Chosen, team: usize) -> f64 {
        let plan = &self.teams[team];
        match chosen {
            Chosen::Random => Draw::of(self.seed, "chosen", team).share(),
            Chosen::MostEager => plan.services as f64 / plan.developers.max(1) as f64,
            Chosen::Slowest => {
                let clock = Clock { zone: self.zone };
                let (tau, start) = (i64::from(self.windows.tau) * DAY, clock.midnight(plan.start));
                let untouched = Self { teams: unpiloted(&self.teams), ..self.clone() };
                let times: Vec<f64> = plan::services(&untouched, &Cast::of(&untouched))
                    .iter()
                    .filter(|service| service.team == team && service.begun < start)
                    .map(|service| service.finished.map_or(tau, |at| (at - service.begun).min(tau)) as f64)
                    .collect();
                times.iter().sum::<f64>() / times.len().max(1) as f64
            }
        }
    }
}

/// The teams before anybody is in a pilot.
fn unpiloted(teams: &[TeamPlan]) -> Vec<TeamPlan> {
    let mut teams = teams.to_vec();
    for team in teams.iter_mut().filter(|team| team.arm == Arm::Pilot) {
        team.arm = Arm::Comparison;
    }
    teams
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped between 3 and 18")]
fn whole(value: f64) -> usize {
    value.round() as usize
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn pilots(world: &World) -> Vec<&'static str> {
        world.teams.iter().filter(|team| team.arm == Arm::Pilot).map(|team| team.name).collect()
    }

    #[test]
    fn a_company_of_any_size_has_names_for_all_its_teams_and_services() {
        for teams in PRODUCT_TEAMS.0..=PRODUCT_TEAMS.1 {
            let world = World::acme(4).with_teams(teams, 2).quiet();
            assert_eq!((world.teams.len(), pilots(&world).len()), (teams + 1, 2));
            let company = super::super::company::Company::of(&world);
            let names: BTreeSet<&str> = company.services.iter().map(|service| service.name.as_str()).collect();
            assert_eq!(names.len(), company.services.len(), "{teams} teams");
            assert!(world.files().is_ok(), "{teams} teams");
        }
    }

    #[test]
    fn a_pilot_of_the_slowest_began_slower_than_the_rest_and_is_as_large_as_it_was() {
        let mut world = World::acme(9).with_teams(10, 3);
        world.times.period_sd = 0.2;
        let slowest = world.clone().with_pilot(Chosen::Slowest);
        assert_eq!(pilots(&slowest).len(), 3);
        let mean = |arm: Arm| {
            let of: Vec<f64> = (0..10)
                .filter(|team| slowest.teams[*team].arm == arm)
                .map(|team| slowest.eagerness(Chosen::Slowest, team))
                .collect();
            of.iter().copied().fold(
                if arm == Arm::Pilot { f64::MAX } else { 0.0 },
                if arm == Arm::Pilot { f64::min } else { f64::max },
            )
        };
        assert!(mean(Arm::Pilot) >= mean(Arm::Comparison));
        assert_ne!(pilots(&slowest), pilots(&world.clone().with_pilot(Chosen::MostEager)));
    }

    #[test]
    fn a_draw_differs_by_seed_and_repeats() {
        let drawn = |seed| pilots(&World::acme(seed).with_teams(12, 3).with_pilot(Chosen::Random));
        assert_eq!(drawn(1), drawn(1));
        assert!((2..20).any(|seed| drawn(seed) != drawn(1)));
    }
}
