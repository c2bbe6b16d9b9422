//! `milepost verify`: what the numbers are worth, shown where the answer is known.

pub(crate) mod placebo;
mod protocol;

use super::{CommandError, Outcome};
use crate::cli::{VerifyArgs, VerifyKind};

pub(super) fn run(args: &VerifyArgs) -> Result<Outcome, CommandError> {
    match &args.kind {
        VerifyKind::Protocol(args) => protocol::run(args),
        VerifyKind::Placebo(args) => placebo::run(args),
    }
}
