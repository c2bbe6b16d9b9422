//! Services of one world, as records for `coverage_study`: a fixed cohort that gains and loses, births and deaths.
//!
//! In: teams of a setting. Out: `ServiceRecord`s, and the effect on a team, which differs by team: who has more
//! gaps gains more points. A team's share is normal on the logit; comparison teams fill some gaps
//! and lose some fields; the pilot leaves only part of the gaps that there would have been. Services born after the start
//! come from a template, with the field. Neighbours: `truth` integrates what is drawn here.

use super::company::Team;
use super::draws::Draws;
use super::setting::Setting;
use super::truth::logistic;
use crate::study::special_functions::whole;
use crate::study::{Arm, ServiceRecord};

/// Logit of the share that has the field before, in a middling team.
pub(super) const HAD: f64 = -0.4;
/// Logit of the share of gaps that are filled without a pilot.
pub(super) const GAINED: f64 = -1.4;
/// Share that loses the field.
pub(super) const LOST: f64 = 0.03;
/// Share of services that end between the windows.
const ENDED: f64 = 0.05;
/// Share of services born with the field.
const BORN_WITH: f64 = 0.9;
/// Services of a developer, beside the one that every team has.
const SERVICES: f64 = 1.5;

/// Which of a team's services had the field before.
pub(super) fn before(setting: &Setting, team: &Team, draws: &mut Draws) -> Vec<bool> {
    let share = logistic(HAD + team.pace);
    let services = 1 + draws.poisson(SERVICES * setting.volume * team.developers[0]);
    (0..services).map(|_| draws.happens(share)).collect()
}

/// A team's services with what became of them, and by how much the pilot raised the share in its fixed cohort, but for
/// the luck of single services.
pub(super) fn after(setting: &Setting, team: &Team, before: &[bool], draws: &mut Draws) -> (Vec<ServiceRecord>, f64) {
    let pilot = team.arm == Arm::Pilot;
    let kept = if pilot { setting.kept } else { 1.0 };
    let gained = logistic(GAINED + team.shocks[1]);
    let record = |before, after| ServiceRecord { team: team.name.clone(), arm: team.arm, before, after };
    let mut services: Vec<ServiceRecord> = Vec::with_capacity(before.len());
    let (mut gaps, mut cohort) = (0.0, 0.0);
    for &had in before {
        let has = if had { !draws.happens(LOST) } else { draws.happens(gained) };
        let has = has || !draws.happens(kept);
        let ended = draws.happens(ENDED);
        services.push(record(Some(had), (!ended).then_some(has)));
        if !ended {
            cohort += 1.0;
            gaps += if had { LOST } else { 1.0 - gained };
        }
    }
    let growth = if pilot { setting.growth.0 } else { setting.growth.1 };
    for _ in 0..draws.poisson(growth * whole(before.len() as u64)) {
        let has = draws.happens(BORN_WITH);
        services.push(record(None, Some(has)));
    }
    (services, (1.0 - kept) * gaps / f64::max(cohort, 1.0))
}

#[cfg(test)]
mod tests {
    use super::super::company::teams;
    use super::super::setting::Measure;
    use super::super::truth::truth;
    use super::*;
    use crate::study::{real, testing::close};

    /// Mean over teams of the share after in the fixed cohort.
    fn mean_share(kept: f64) -> f64 {
        let setting = Setting { kept, pilot: 12, ..Setting::base(Measure::Shares, 12, 12) };
        let mut shares = Vec::new();
        for world in 0..3_000 {
            let mut draws = Draws::of(2, 1, world);
            for team in teams(&setting, 90.0, &mut draws) {
                let had = before(&setting, &team, &mut draws);
                let (all, _) = after(&setting, &team, &had, &mut draws);
                let cohort: Vec<bool> = all.iter().filter_map(|service| service.before.and(service.after)).collect();
                if !cohort.is_empty() {
                    shares.push(real(cohort.iter().filter(|has| **has).count()) / real(cohort.len()));
                }
            }
        }
        shares.iter().sum::<f64>() / real(shares.len())
    }

    #[test]
    fn the_pilot_leaves_the_gaps_that_the_closed_form_says() {
        let setting = Setting { kept: 0.7, ..Setting::base(Measure::Shares, 12, 3) };
        close(mean_share(0.7) - mean_share(1.0), truth(&setting), 0.004);
    }
}
