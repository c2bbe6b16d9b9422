//! The teams of one world: how many developers, how fast, how eager, and which of them are the pilot.
//!
//! In: a setting and the world's draws. Out: teams, in an order that says nothing. Neighbours: `times`, `tickets` and
//! `services` give each its observations.

use super::draws::Draws;
use super::setting::{Selection, Setting};
use crate::study::{Arm, real};

/// One team.
pub(super) struct Team {
    /// Its name.
    pub(super) name: String,
    /// Its arm.
    pub(super) arm: Arm,
    /// Developers before and after.
    pub(super) developers: [f64; 2],
    /// Its pace on the log: above 0 is slow, or asks much.
    pub(super) pace: f64,
    /// How much it begins, beside its size.
    pub(super) activity: f64,
    /// How much it wants to be in the pilot.
    eagerness: f64,
    /// Its shocks before and after.
    pub(super) shocks: [f64; 2],
    /// The run of days of each window of which its records were lost: the first, and how many.
    pub(super) lost: [(f64, f64); 2],
}

impl Team {
    /// Whether the records of an instant of a window, in days since its start, were lost.
    pub(super) fn has_lost(&self, period: usize, instant: f64) -> bool {
        let (from, days) = self.lost[period];
        from <= instant && instant < from + days
    }
}

/// Draws the teams; a pilot of the worst baseline is chosen later, once there is one.
pub(super) fn teams(setting: &Setting, days: f64, draws: &mut Draws) -> Vec<Team> {
    let mut teams: Vec<Team> = (0..setting.teams).map(|at| team(at, setting, days, draws)).collect();
    match setting.selection {
        Selection::Random => {
            let mut order: Vec<usize> = (0..teams.len()).collect();
            for place in 0..setting.pilot.min(teams.len()) {
                let other = place + draws.below(teams.len() - place);
                order.swap(place, other);
                teams[order[place]].arm = Arm::Pilot;
            }
        }
        Selection::MostEager => {
            let eagerness: Vec<f64> = teams.iter().map(|team| team.eagerness).collect();
            choose_highest(&mut teams, &eagerness, setting.pilot);
        }
        Selection::WorstBaseline => {}
    }
    // Drawn after the choice, which they must not depend on.
    for team in &mut teams {
        let noise = if team.arm == Arm::Pilot { setting.pilot_noise } else { 1.0 };
        team.shocks = [(); 2].map(|()| noise * setting.shock * draws.normal());
    }
    teams
}

fn team(at: usize, setting: &Setting, days: f64, draws: &mut Draws) -> Team {
    // Three to twelve developers, about six, log-normal.
    let before = (6.0_f64.ln() + 0.4 * draws.normal()).exp().round().clamp(3.0, 12.0);
    let steps = usize::from(setting.resized);
    let step = real(draws.below(2 * steps + 1)) - real(steps);
    let spread = draws.normal();
    let eagerness = -0.7 * spread + 0.51_f64.sqrt() * draws.normal();
    let mut lost = || (days * draws.unit(), 2.0 * setting.missing * days * draws.unit());
    let lost = [lost(), lost()];
    Team {
        name: format!("team {at:02}"),
        arm: Arm::Comparison,
        developers: [before, (before + step).max(2.0)],
        pace: setting.frailty * spread,
        activity: (0.3 * draws.normal() - 0.045).exp(),
        eagerness,
        shocks: [0.0; 2],
        lost,
    }
}

/// Puts the teams with the highest values into the pilot; of equals, the first.
pub(super) fn choose_highest(teams: &mut [Team], values: &[f64], pilot: usize) {
    let mut order: Vec<usize> = (0..teams.len()).collect();
    order.sort_by(|&left, &right| values[right].total_cmp(&values[left]).then(left.cmp(&right)));
    for at in order.into_iter().take(pilot) {
        teams[at].arm = Arm::Pilot;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::protocol::setting::Measure;

    fn many(setting: &Setting) -> Vec<Team> {
        (0..300).flat_map(|world| teams(setting, 90.0, &mut Draws::of(1, 1, world))).collect()
    }

    #[test]
    fn a_pilot_has_its_size_and_eager_teams_are_fast() {
        let base = Setting::base(Measure::Times, 12, 3);
        let eager = Setting { selection: Selection::MostEager, ..base };
        let pace = |setting: &Setting| {
            let pilot: Vec<Team> = many(setting).into_iter().filter(|team| team.arm == Arm::Pilot).collect();
            assert_eq!(pilot.len(), 900);
            pilot.iter().map(|team| team.pace).sum::<f64>() / 900.0
        };
        assert!(pace(&base).abs() < 0.05);
        assert!(pace(&eager) < -0.25);
    }

    #[test]
    fn teams_have_three_to_twelve_developers_and_lose_the_days_they_are_said_to() {
        let setting = Setting { missing: 0.05, ..Setting::base(Measure::Rates, 12, 3) };
        let teams = many(&setting);
        assert!(teams.iter().all(|team| (3.0..=12.0).contains(&team.developers[0]) && team.developers[1] >= 2.0));
        let lost = teams.iter().map(|team| team.lost[0].1).sum::<f64>() / real(teams.len()) / 90.0;
        assert!((lost - 0.05).abs() < 0.003, "{lost}");
        assert!(teams.iter().all(|team| !team.has_lost(0, team.lost[0].0 - 1e-9)));
    }
}
