//! `milepost build`.

use std::collections::BTreeMap;

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
    for line in caveat_lines(&rows(&built.log.table(Caveat::TABLE)?)?) {
        say(Talk::Aloud, &line);
    }
    Ok(Outcome::Done)
}

/// One line for each kind and detail, however many places it was seen in; `milepost query` lists the places.
fn caveat_lines(caveats: &[Caveat]) -> Vec<String> {
    let mut grouped: BTreeMap<(&str, &str), (i64, Vec<&str>)> = BTreeMap::new();
    for caveat in caveats {
        let (count, places) = grouped.entry((&caveat.kind, &caveat.detail)).or_default();
        *count += caveat.count;
        places.push(&caveat.place);
    }
    grouped
        .into_iter()
        .map(|((kind, detail), (count, places))| {
            let meaning = CaveatKind::named(kind).map_or("", CaveatKind::meaning);
            let place = match places.as_slice() {
                [one] => (*one).to_owned(),
                many => format!("{} places", many.len()),
            };
            format!("caveat: {count} {kind} in {place}: {meaning}: {detail}")
        })
        .collect()
}
