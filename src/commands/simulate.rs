//! `milepost simulate`: a company whose answers are known.

use super::output::{Talk, say};
use super::{CommandError, Outcome};
use crate::cli::{ChosenArg, LawArg, SimulateArgs, WorldArgs};
use crate::simulate::{Chosen, Law, Mix, SCRIPT, World, build_repositories};

pub(super) fn run(args: &SimulateArgs) -> Result<Outcome, CommandError> {
    let world = world(args.seed, &args.world)?;
    let world = if args.no_effect { world.without_effect() } else { world };
    let world = match args.world.chosen {
        None => world,
        Some(ChosenArg::Random) => world.with_pilot(Chosen::Random),
        Some(ChosenArg::Slowest) => world.with_pilot(Chosen::Slowest),
        Some(ChosenArg::Eager) => world.with_pilot(Chosen::MostEager),
    };
    let files = world.write(&args.out)?;
    say(Talk::Aloud, &format!("wrote {} files to `{}`", files.len(), args.out.display()));
    if args.repositories {
        let repositories = build_repositories(&args.out.join(SCRIPT), &args.out.join("git"))?;
        say(
            Talk::Aloud,
            &format!("built {} repositories below `{}`", repositories.len(), args.out.join("git").display()),
        );
    }
    Ok(Outcome::Done)
}

/// The sample company with what was asked for turned.
fn world(seed: u64, args: &WorldArgs) -> Result<World, CommandError> {
    let mut world = World::acme(seed);
    if let Some(teams) = args.teams {
        let pilot = args.pilot.unwrap_or(3);
        if pilot >= teams {
            return Err(CommandError::Asked(format!(
                "{pilot} of {teams} teams in the pilot leave nobody to compare with: give fewer with `--pilot`"
            )));
        }
        world = world.with_teams(teams.into(), pilot.into());
    }
    let turn = |value: &mut f64, asked: Option<f64>| *value = asked.unwrap_or(*value);
    turn(&mut world.effect.time_ratio, args.time_ratio);
    turn(&mut world.effect.ticket_ratio, args.ticket_ratio);
    turn(&mut world.times.team_sd, args.team_sd);
    turn(&mut world.times.period_sd, args.period_sd);
    turn(&mut world.times.given_up, args.given_up);
    turn(&mut world.times.quarter_end, args.quarter_end);
    turn(&mut world.tickets.week_sd, args.week_sd);
    turn(&mut world.tickets.carry, args.carry);
    world.times.older = args.older.map(usize::from).or(world.times.older);
    world.times.law = match args.law {
        None => world.times.law,
        Some(LawArg::LogNormal) => Law::LogNormal,
        Some(LawArg::Weibull) => Law::Weibull,
        Some(LawArg::Exponential) => Law::Exponential,
    };
    if let Some(shift) = args.mix_shift {
        world.mix = Mix { factors: [0.5, 1.0, 2.0], shares: [1.0 / 3.0; 3], shift };
    }
    Ok(world)
}
