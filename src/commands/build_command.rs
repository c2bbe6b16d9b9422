//! `milepost build`.

use super::output::{Talk, say};
use super::{CommandError, Outcome, build, study};
use crate::cli::BuildArgs;
use crate::log::{Caveat, CaveatKind, Row as _};
use crate::store::{Segments, rows};

pub(super) fn run(args: &BuildArgs) -> Result<Outcome, CommandError> {
    let settings = study::settings(&args.study)?;
    let segments = Segments::open(&settings.data)?;
    let built = build::build(&settings, &segments)?;
    let state = if built.fresh { "built" } else { "already newest" };
    let events = built.log.table("events")?.height();
    say(Talk::Aloud, &format!("{state}: {events} events in `{}`", built.log.path().display()));
    for caveat in rows::<Caveat>(&built.log.table(Caveat::TABLE)?)? {
        let meaning = CaveatKind::named(&caveat.kind).map_or("", CaveatKind::meaning);
        say(Talk::Aloud, &format!("caveat: {} {} in {}: {meaning}: {}", caveat.count, caveat.kind, caveat.place, caveat.detail));
    }
    Ok(Outcome::Done)
}
