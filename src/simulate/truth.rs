//! `truth.toml`: what was planted, for tests to find. No other room reads it.

use std::fmt::Write as _;

use special::Error as _;

use super::catalog::{FIELDS, Value};
use super::clock::utc;
use super::company::Company;
use super::deed::{Environment, Outcome};
use super::deploys::Runs;
use super::exports::Tickets;
use super::plan::{ASKED, ASKED_FROM_TEMPLATE, WEIBULL_SHAPE, pace_of};
use super::way::{self, Told};
use super::world::{Chosen, Law, USUAL, World};
use crate::config::written::Arm;

/// The whole file.
pub(super) fn text(company: &Company, tickets: &Tickets) -> String {
    let world = &company.world;
    let mut text = "# What is true of this world. No part of milepost reads it but the tests.\n".to_owned();
    let _ = write!(
        text,
        "\nseed = {}\nas_of = {}\ndevelopers = {}\nteams = {}\n",
        world.seed,
        utc(company.as_of()),
        company.cast.people.len(),
        world.teams.len()
    );
    effect(world, &mut text);
    nuisance(world, &mut text);
    super::planted::write(company, tickets, &mut text);
    coverage(company, &mut text);
    for service in &company.services {
        way::write(company, &way::told(company, service), &mut text);
    }
    take_overs(company, &mut text);
    text
}

fn effect(world: &World, text: &mut String) {
    let _ = write!(
        text,
        "\n[effect]\n# Multiplies the time to the first production deploy of pilot teams from their start on.\ntime_ratio = {:?}\n\
         # The same as a difference in differences of the mean time within {} days, in days: the mean over pilot teams of\n\
         # after minus before, minus the mean over comparison teams. In closed form, from the distributions drawn from.\n\
         tau_days = {}\nrmst_did_days = {:.4}\n\
         # Multiplies the tickets that a team writes beside its journeys.\nticket_ratio = {:?}\n\
         # All tickets to the platform, those of the journeys among them: the ratio that is to be expected.\nall_tickets_ratio = {:.4}\n\
         golden_path = [{:?}, {:?}]\nfields_filled = [{:?}, {:?}]\nsurvey_shift = {:?}\n",
        world.effect.time_ratio,
        world.windows.tau,
        world.windows.tau,
        rmst_did(world),
        world.effect.ticket_ratio,
        all_tickets_ratio(world),
        USUAL.golden_path,
        world.effect.golden_path,
        USUAL.fields_filled,
        world.effect.fields_filled,
        world.effect.survey_shift,
    );
}

/// What is no effect and may look like one.
fn nuisance(world: &World, text: &mut String) {
    let (times, tickets, mix) = (&world.times, &world.tickets, &world.mix);
    let chosen = match world.chosen {
        None => "came forward",
        Some(Chosen::Random) => "drawn",
        Some(Chosen::Slowest) => "slowest",
        Some(Chosen::MostEager) => "most eager",
    };
    let _ = write!(
        text,
        "\n[nuisance]\npilot_teams = \"{chosen}\"\nlaw = \"{:?}\"\nteam_sd = {:?}\nperiod_sd = {:?}\ngiven_up = {:?}\n\
         december = {:?}\nquarter_end = {:?}\nticket_week_sd = {:?}\nticket_carry = {:?}\n\
         mix_factors = {:?}\nmix_shares = {:?}\nmix_shift = {:?}\n",
        times.law,
        times.team_sd,
        times.period_sd,
        times.given_up,
        times.december,
        times.quarter_end,
        tickets.week_sd,
        tickets.carry,
        mix.factors,
        mix.shares,
        mix.shift,
    );
}

/// The difference in differences of restricted means, in days, averaged over teams.
pub(super) fn rmst_did(world: &World) -> f64 {
    let tau = f64::from(world.windows.tau);
    let change = |arm: Arm| {
        let changes: Vec<f64> = (0..world.teams.len())
            .filter(|team| world.teams[*team].arm == arm)
            .map(|team| {
                let median = world.times.median_days * pace_of(world, team);
                let ratio = if arm == Arm::Pilot { world.effect.time_ratio } else { 1.0 };
                mixed_rmst(world, median * ratio, tau) - mixed_rmst(world, median, tau)
            })
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "a handful of teams")]
        let count = changes.len().max(1) as f64;
        changes.iter().sum::<f64>() / count
    };
    change(Arm::Pilot) - change(Arm::Comparison)
}

/// `E[min(T, tau)]` over the kinds of services, at the mix of before: what a shift of the mix adds is no effect.
fn mixed_rmst(world: &World, median: f64, tau: f64) -> f64 {
    let total: f64 = world.mix.shares.iter().sum();
    let of_kind = |(share, factor): (&f64, &f64)| {
        let median = median * factor;
        let mean = match world.times.law {
            Law::LogNormal => rmst(median, world.times.sd, tau),
            Law::Weibull => weibull_rmst(median, WEIBULL_SHAPE, tau),
            Law::Exponential => weibull_rmst(median, 1.0, tau),
        };
        share / total * mean
    };
    world.mix.shares.iter().zip(&world.mix.factors).map(of_kind).sum()
}

/// `E[min(T, tau)]` of a Weibull `T`: the area under its survival, by Simpson's rule in `u` with `t = tau u²`, which takes
/// the steepness out of the beginning.
fn weibull_rmst(median: f64, shape: f64, tau: f64) -> f64 {
    const PARTS: u32 = 2_000;
    let height = |u: f64| 2.0 * tau * u * (-std::f64::consts::LN_2 * (tau * u * u / median).powf(shape)).exp();
    let at = |part: u32| height(f64::from(part) / f64::from(PARTS));
    let weight = |part: u32| {
        if part == 0 || part == PARTS {
            1.0
        } else if part % 2 == 1 {
            4.0
        } else {
            2.0
        }
    };
    (0..=PARTS).map(|part| weight(part) * at(part)).sum::<f64>() / (3.0 * f64::from(PARTS))
}

/// `E[min(T, tau)]` of a log-normal `T`: `m e^(s²/2) Φ((ln(tau/m) - s²)/s) + tau (1 - Φ(ln(tau/m)/s))`.
fn rmst(median: f64, sd: f64, tau: f64) -> f64 {
    let phi = |x: f64| 0.5 * (1.0 + (x / std::f64::consts::SQRT_2).error());
    let log = (tau / median).ln();
    median * (sd * sd / 2.0).exp() * phi((log - sd * sd) / sd) + tau * (1.0 - phi(log / sd))
}

/// The geometric mean over pilot teams of tickets per developer-week after by before, as expected.
#[expect(clippy::cast_precision_loss, reason = "people and services of a team")]
fn all_tickets_ratio(world: &World) -> f64 {
    let asked = |golden_path: f64| {
        golden_path * ASKED_FROM_TEMPLATE.iter().sum::<f64>() + (1.0 - golden_path) * ASKED.iter().sum::<f64>()
    };
    let platform_share = 1.0 - world.tickets.unlinked / 2.0;
    let logs: Vec<f64> = world
        .teams
        .iter()
        .filter(|team| team.arm == Arm::Pilot)
        .map(|team| {
            let beside = world.tickets.rate * team.developers as f64 * world.weeks() * platform_share;
            let services = team.services as f64;
            let after = beside * world.effect.ticket_ratio + services * asked(world.effect.golden_path);
            (after / (beside + services * asked(USUAL.golden_path))).ln()
        })
        .collect();
    (logs.iter().sum::<f64>() / logs.len().max(1) as f64).exp()
}

/// What the catalog holds at the start of each team and at the end: live entries, and fields that say something.
fn coverage(company: &Company, text: &mut String) {
    let world = &company.world;
    for (team, plan) in world.teams.iter().enumerate() {
        for at in [company.clock.midnight(plan.start), company.as_of()] {
            let entries: Vec<_> =
                company.entries.iter().filter(|entry| entry.team == team).filter_map(|entry| entry.at(at)).collect();
            let _ = write!(
                text,
                "\n[[coverage]]\nteam = \"{}\"\nat = {}\ncomponents = {}\n",
                plan.name,
                utc(at),
                entries.len()
            );
            for (place, field) in FIELDS.iter().enumerate() {
                let said = entries.iter().filter(|fields| fields[place].is_said()).count();
                let _ = writeln!(text, "{field} = {said}");
            }
            let complete = entries.iter().filter(|fields| fields.iter().all(Value::is_said)).count();
            let _ = writeln!(text, "complete = {complete}");
        }
    }
}

/// Journeys of `take-ownership`: from the new owner in the descriptor to the next deploy to production.
fn take_overs(company: &Company, text: &mut String) {
    for (number, team, at) in &company.odd.taken_over {
        let service = &company.services[*number];
        let next = company.deploys.iter().find(|deploy| {
            deploy.what == Runs::New(*number)
                && deploy.at >= *at
                && deploy.environment == Environment::Production
                && deploy.outcome == Outcome::Success
        });
        let told = Told {
            definition: "take-ownership",
            subject: service.name.clone(),
            team: *team,
            started: *at,
            finished: next.map(|deploy| deploy.at),
            abandoned: None,
            ..Told::default()
        };
        way::write(company, &told, text);
    }
}
