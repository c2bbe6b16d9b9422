//! `milepost report pilot`.

use std::path::{Path, PathBuf};

use super::study::{self, Study};
use super::{CommandError, Outcome};
use crate::cli::PilotArgs;

pub(super) fn run(args: &PilotArgs) -> Result<Outcome, CommandError> {
    let study = study::open(&args.study, super::output::Talk::Aloud)?;
    write(&study, &args.out)?;
    Ok(Outcome::Done)
}

pub(super) fn write(_study: &Study, out: &Path) -> Result<PathBuf, CommandError> {
    Ok(out.to_owned())
}
