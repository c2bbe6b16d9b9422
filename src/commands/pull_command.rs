//! `milepost pull`.

use super::output::{Talk, say};
use super::{CommandError, Outcome, pull, study};
use crate::cli::PullArgs;
use crate::store::Segments;

pub(super) fn run(args: &PullArgs) -> Result<Outcome, CommandError> {
    let settings = study::settings(&args.study)?;
    let mut segments = Segments::open(&settings.data)?;
    let pulled = pull::pull(&settings, &mut segments, args.fresh, Talk::Aloud)?;
    say(
        Talk::Aloud,
        &format!("read {} sources ({} events); {} had nothing new", pulled.read, pulled.events, pulled.unchanged),
    );
    Ok(Outcome::Done)
}
