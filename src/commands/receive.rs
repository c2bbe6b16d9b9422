//! `milepost receive`: takes in what systems send of themselves, and answers once it is stored.
//!
//! The folder's lock is not held: pulls and builds go on beside it, and the archive takes one writer at a time.

mod answer;
mod counts;
mod server;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use self::counts::Counts;
use super::output::{Talk, print_rows, say};
use super::{CommandError, Outcome, credentials, pull_apis, study};
use crate::archive::Archive;
use crate::cli::{Format, ReceiveArgs};
use crate::config::{Credential, Settings};
use crate::people::Office;
use crate::sources::api::hook::{self, Hook, Refused};
use crate::store::{Segments, StoreError};

/// What every connection shares. One thread has it all.
pub(super) struct Desk<'a> {
    hooks: Vec<Hook<'a>>,
    office: &'a Office,
    archive: RefCell<Archive>,
    counts: RefCell<Counts>,
    /// How many bodies are read that may be large.
    large: Cell<usize>,
    until: Option<u64>,
}

impl Desk<'_> {
    /// Whether as many came as were asked for.
    fn has_enough(&self) -> bool {
        self.until.is_some_and(|until| self.counts.borrow().total() >= until)
    }
}

pub(super) fn run(args: &ReceiveArgs) -> Result<Outcome, CommandError> {
    let settings = study::settings(&args.study)?;
    if settings.receivers.is_empty() {
        let message = "the study file lists no `[[receivers]]`, so there is nobody to listen to";
        return Err(CommandError::Asked(message.to_owned()));
    }
    make_folder(&settings)?;
    let office = Office::open(&settings)?;
    let known = pull_apis::declared(&settings);
    let hooks = hooks(&settings, &known, args)?;
    let mut archive = Archive::open(&settings.data)?;
    archive.outlive_power_cuts()?;
    for hook in &hooks {
        let unit = hook::unit(hook.receiver);
        if archive.door(&unit)?.is_none() {
            archive.set_door(&unit, &hook::door_of(hook.receiver, &known, &office.fingerprint()))?;
        }
    }
    let counts = Counts::of(settings.receivers.iter().map(|one| one.id.clone()));
    let desk = Desk {
        hooks,
        office: &office,
        archive: RefCell::new(archive),
        counts: RefCell::new(counts),
        large: Cell::new(0),
        until: args.until,
    };
    pull_apis::runtime()?.block_on(server::serve(&desk, args.listen))?;
    print_rows(&["receiver", "deliveries", "why", "count"], &desk.counts.borrow().rows(), Format::Table)?;
    Ok(Outcome::Done)
}

/// The data folder. Where a pull holds it, it is there.
fn make_folder(settings: &Settings) -> Result<(), CommandError> {
    match Segments::open(&settings.data) {
        Ok(_) | Err(StoreError::Busy { .. }) => Ok(()),
        Err(why) => Err(why.into()),
    }
}

fn hooks<'a>(
    settings: &'a Settings,
    known: &'a BTreeSet<String>,
    args: &ReceiveArgs,
) -> Result<Vec<Hook<'a>>, CommandError> {
    let mut hooks = Vec::new();
    for receiver in &settings.receivers {
        let refused = |why: String| CommandError::receiver(settings, receiver, why);
        if receiver.credential == Credential::None && !args.listen.ip().is_loopback() {
            let why = format!("it is `unsigned`, and `{}` is not an address of this machine alone", args.listen);
            return Err(refused(why));
        }
        let secret = credentials::secret(settings, receiver)?;
        let hook = Hook { receiver, secret, settings, known };
        hook.check().map_err(|why| match why {
            Refused::Setting(why) => refused(why),
            Refused::Signature(why) | Refused::MediaType(why) | Refused::Malformed(why) => refused(why.to_owned()),
        })?;
        say(Talk::Aloud, &format!("`{}` takes in `{}` at `{}`", receiver.id, receiver.kind.as_str(), receiver.path));
        hooks.push(hook);
    }
    Ok(hooks)
}
