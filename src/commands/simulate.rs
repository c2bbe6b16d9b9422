//! `milepost simulate`: a company whose answers are known.

use super::output::{Talk, say};
use super::{CommandError, Outcome};
use crate::cli::SimulateArgs;
use crate::simulate::{SCRIPT, World, build_repositories};

pub(super) fn run(args: &SimulateArgs) -> Result<Outcome, CommandError> {
    let world = World::acme(args.seed);
    let world = if args.no_effect { world.without_effect() } else { world };
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
