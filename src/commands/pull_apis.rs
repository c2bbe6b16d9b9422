//! From APIs to the archive, and from the archive to segments.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use indicatif::ProgressBar;

use super::hash::of_texts as hash;
use super::output::{Talk, progress_bar, say};
use super::{CommandError, credentials, names};
use crate::archive::Archive;
use crate::config::{Api, Receiver, Settings};
use crate::log::{Facts, IdentityKey, Register as _};
use crate::people::Office;
use crate::sources::api::{self, hook};
use crate::store::{Segments, UnitState};

/// How APIs are pulled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reach {
    /// What is new.
    #[default]
    New,
    /// Whole lists too, to find what is gone.
    Reconcile,
    /// Everything again.
    Fresh,
    /// Nothing: the archive as it is.
    Offline,
}

/// What is asked of a pull.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    /// How APIs are pulled.
    pub(crate) reach: Reach,
    /// Whether what vanishes from a whole list is gone, also where that is most of it.
    pub(crate) accept_gone: bool,
}

/// The unit of a source that an API is.
pub(super) fn unit(id: &str) -> String {
    format!("api:{id}")
}

/// Names that texts may use without a sign that they are names.
pub(super) fn declared(settings: &Settings) -> BTreeSet<String> {
    settings.names_in_texts()
}

/// Brings the archive up to date with every API of the study. Gives what failed: an API that does not keep the others.
pub(super) fn fill(
    settings: &Settings,
    office: &Office,
    archive: &mut Archive,
    wish: Wish,
    talk: Talk,
) -> Result<Vec<CommandError>, CommandError> {
    let mut failed = Vec::new();
    if settings.apis.is_empty() || wish.reach == Reach::Offline {
        return Ok(failed);
    }
    let runtime = runtime()?;
    for one in &settings.apis {
        let bar = progress_bar(talk, &one.id);
        let pulled = runtime.block_on(pull_one(settings, office, archive, one, wish, &bar));
        bar.finish_and_clear();
        match pulled {
            Ok(pulled) => tell(talk, &one.id, &pulled),
            Err(why @ (CommandError::Credential { .. } | CommandError::Api { .. })) => {
                if settings.apis.len() > 1 {
                    say(talk, &format!("`{}` could not be pulled; the others are", one.id));
                }
                failed.push(why);
            }
            Err(why) => return Err(why),
        }
    }
    Ok(failed)
}

/// Lists that failed are named up to here.
const NAMED: usize = 5;

/// What was done with an API.
fn tell(talk: Talk, id: &str, pulled: &api::Pulled) {
    let counted = pulled.counted;
    let waited = match pulled.waited_us / 1_000_000 {
        0 => String::new(),
        seconds => format!(", {seconds} s of them waiting for limits"),
    };
    let line = format!(
        "`{id}`: {} requests ({} unchanged, {} tried again), {} records new or changed{waited}",
        counted.requests, counted.unchanged, counted.retried, counted.records
    );
    say(talk, &line);
    if pulled.mended > 0 {
        say(talk, &format!("`{id}`: {} records could not be read back and were read again", pulled.mended));
    }
    for failed in pulled.failed.iter().take(NAMED) {
        say(talk, &format!("`{id}`: left out `{}` of `{}`: {}", failed.stream, failed.of, failed.why));
    }
    if pulled.failed.len() > NAMED {
        say(talk, &format!("`{id}`: left out {} other lists, counted among the caveats", pulled.failed.len() - NAMED));
    }
}

/// Everything runs on one thread: what is waited for is the network.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|why| CommandError::Asked(format!("the network cannot be used: {why}")))
}

#[expect(
    clippy::disallowed_methods,
    reason = "limits are waited for by the clock; what is stored follows the server's"
)]
pub(super) fn clock() -> Rc<dyn api::Clock> {
    Rc::new(api::WallClock::new(chrono::Utc::now().timestamp_micros()))
}

async fn pull_one(
    settings: &Settings,
    office: &Office,
    archive: &mut Archive,
    one: &Api,
    wish: Wish,
    bar: &ProgressBar,
) -> Result<api::Pulled, CommandError> {
    let token = credentials::token(settings, one)?;
    let failed = |why| CommandError::Api { api: one.id.clone(), place: settings.place_naming(&one.id), why };
    let wire = api::connect(one, token).map_err(failed)?;
    let (known, rules) = (declared(settings), office.fingerprint());
    let what = api::Pull {
        api: one,
        wire: wire.as_ref(),
        clock: clock(),
        known: &known,
        people_rules: &rules,
        reconcile: wish.reach == Reach::Reconcile,
        fresh: wish.reach == Reach::Fresh,
        accept_gone: wish.accept_gone,
    };
    let mut desk = office.desk();
    let mut progress = |counted: api::Progress| {
        bar.set_prefix(format!("{} records,", counted.records));
        bar.set_position(counted.requests);
    };
    api::pull(&what, archive, &mut desk, &mut progress).await.map_err(failed)
}

/// What each API would cost. Asks for the lists that others hang on, and stores nothing.
pub(super) fn plans(
    settings: &Settings,
    office: &Office,
    reach: Reach,
) -> Result<Vec<(String, api::Plan)>, CommandError> {
    let runtime = runtime()?;
    let aside = tempfile::tempdir().map_err(CommandError::system("make a folder in", &std::env::temp_dir()))?;
    // What is there is looked at in a copy of nothing where there is no archive yet: a dry run makes none.
    let there = settings.data.join(crate::archive::FILE).exists();
    let archive = Archive::open(if there { &settings.data } else { aside.path() })?;
    let (known, rules) = (declared(settings), office.fingerprint());
    let mut plans = Vec::new();
    for one in &settings.apis {
        let failed = |why| CommandError::Api { api: one.id.clone(), place: settings.place_naming(&one.id), why };
        let wire = api::connect(one, credentials::token(settings, one)?).map_err(failed)?;
        let what = api::Pull {
            api: one,
            wire: wire.as_ref(),
            clock: clock(),
            known: &known,
            people_rules: &rules,
            reconcile: matches!(reach, Reach::Reconcile | Reach::Fresh),
            fresh: false,
            accept_gone: false,
        };
        let folder =
            tempfile::tempdir_in(aside.path()).map_err(CommandError::system("make a folder in", aside.path()))?;
        let mut desk = office.desk();
        let mut beside = Archive::open(folder.path())?;
        let plan = api::plan(&what, &archive, &mut beside, &mut desk);
        plans.push((one.id.clone(), runtime.block_on(plan).map_err(failed)?));
    }
    Ok(plans)
}

/// A plan for programs.
pub(super) fn plan_in_json(id: &str, plan: &api::Plan) -> serde_json::Value {
    let streams: Vec<_> = plan
        .streams
        .iter()
        .map(|stream| {
            serde_json::json!({
                "stream": stream.stream, "lists": stream.scopes, "requests": stream.requests, "at_most": stream.at_most,
            })
        })
        .collect();
    serde_json::json!({
        "api": id, "host": plan.host, "streams": streams, "asked": plan.asked,
        "requests": plan.requests(), "at_most": plan.at_most(),
        "at_least_seconds": plan.at_least_us / 1_000_000,
    })
}

/// Every component that the archive names, whatever texts refer to.
pub(super) fn names(
    settings: &Settings,
    office: &Office,
    archive: &Archive,
    segments: &Segments,
) -> Result<BTreeSet<String>, CommandError> {
    let mut named = BTreeSet::new();
    let (words, known, rules) = (HashMap::new(), declared(settings), office.fingerprint());
    for one in archived(settings) {
        let unit = one.unit();
        let stored = segments.manifest().unit(&unit)?;
        if stored.is_some_and(|stored| one.bookmark(archive).is_ok_and(|digest| digest == stored.bookmark)) {
            let folders: Vec<_> = segments
                .folders_by_unit()?
                .into_iter()
                .filter(|(known, _)| *known == unit)
                .map(|(_, folder)| folder)
                .collect();
            named.extend(names::of_segments(&folders)?);
            continue;
        }
        let what = api::Known { words: &words, names: &known, people_rules: &rules };
        named.extend(names::of_facts(&one.facts(settings, archive, &what)?));
    }
    Ok(named)
}

/// What the archive holds of an API as rows of the log.
pub(super) struct Translated {
    pub(super) unit: String,
    pub(super) state: UnitState,
    pub(super) facts: Facts,
    pub(super) keys: Vec<IdentityKey>,
}

/// A unit that the archive holds: an API with what its receivers were sent, or a receiver that tells itself.
struct Archived<'a> {
    what: What<'a>,
    rank: i64,
}

#[derive(Debug)]
enum What<'a> {
    Api(&'a Api, Vec<&'a Receiver>),
    Receiver(&'a Receiver),
}

/// Every unit of the archive. Ranks: after the repositories come APIs, then files, then receivers.
fn archived(settings: &Settings) -> impl Iterator<Item = Archived<'_>> {
    let receivers_of = |api| settings.receivers.iter().filter(|one| one.is_told_by(api)).collect();
    let apis = settings.apis.iter().map(move |api| What::Api(api, receivers_of(api)));
    let first = settings.repositories.len();
    let after_files = first + settings.apis.len() + settings.files.len();
    let receivers = settings.receivers.iter().filter(|one| one.tells_itself()).map(What::Receiver);
    let ranked = apis.zip(first..).chain(receivers.zip(after_files..));
    ranked.map(|(what, rank)| Archived { what, rank: i64::try_from(rank).unwrap_or(i64::MAX) })
}

impl Archived<'_> {
    /// The unit of a source that it is.
    fn unit(&self) -> String {
        match &self.what {
            What::Api(api, _) => unit(&api.id),
            What::Receiver(receiver) => hook::unit(receiver),
        }
    }

    /// The units of the archive that its facts are made of.
    fn parts(&self) -> Vec<String> {
        let more: &[&Receiver] = if let What::Api(_, receivers) = &self.what { receivers } else { &[] };
        std::iter::once(self.unit()).chain(more.iter().map(|one| hook::unit(one))).collect()
    }

    /// What tells that nothing has changed.
    fn bookmark(&self, archive: &Archive) -> Result<String, CommandError> {
        let digests = self.parts().iter().map(|unit| archive.digest(unit)).collect::<Result<Vec<_>, _>>()?;
        Ok(digests.join(" "))
    }

    fn facts(&self, settings: &Settings, archive: &Archive, known: &api::Known<'_>) -> Result<Facts, CommandError> {
        match &self.what {
            What::Api(one, _) => api::facts(settings, one, self.rank, archive, known)
                .map_err(|why| CommandError::Api { api: one.id.clone(), place: settings.place_naming(&one.id), why }),
            What::Receiver(one) => hook::facts(settings, one, self.rank, archive, known)
                .map_err(|why| CommandError::receiver(settings, one, why.to_string())),
        }
    }

    /// The keys of the people in it.
    fn keys(&self, archive: &Archive) -> Result<Vec<IdentityKey>, CommandError> {
        let mut keys = Vec::new();
        for unit in self.parts() {
            keys.extend(archive.identity_keys(&unit)?);
        }
        keys.sort_by(|a, b| (&a.identity_id, &a.kind, &a.key).cmp(&(&b.identity_id, &b.kind, &b.key)));
        keys.dedup();
        Ok(keys)
    }
}

/// Translates what has changed since its segment was written. `known`: every component id that other sources know.
pub(super) fn translate(
    settings: &Settings,
    office: &Office,
    archive: &Archive,
    segments: &Segments,
    known: &BTreeSet<String>,
) -> Result<(Vec<Translated>, usize), CommandError> {
    let desk = office.desk();
    let words: HashMap<String, String> =
        known.iter().filter_map(|id| id.split_once(':')).map(|(_, name)| (desk.word(name), name.to_owned())).collect();
    let (names, rules) = (declared(settings), office.fingerprint());
    let known_hash = hash(&known.iter().map(String::as_str).collect::<Vec<_>>());
    let mut translated = Vec::new();
    let mut unchanged = 0;
    for one in archived(settings) {
        let unit = one.unit();
        let shape = hash(&[
            &rules,
            env!("CARGO_PKG_VERSION"),
            &one.rank.to_string(),
            &known_hash,
            &format!("{:?}{:?}{:?}{:?}", one.what, settings.environments, settings.repositories, settings.zone),
        ]);
        let state = UnitState { rules: shape, bookmark: one.bookmark(archive)? };
        if segments.manifest().unit(&unit)?.as_ref() == Some(&state) {
            unchanged += 1;
            continue;
        }
        let what = api::Known { words: &words, names: &names, people_rules: &rules };
        let mut facts = one.facts(settings, archive, &what)?;
        let all = all_known(known, &facts);
        names::drop_unknown_mentions(&mut facts, &all, &unit);
        translated.push(Translated { keys: one.keys(archive)?, unit, state, facts });
    }
    Ok((translated, unchanged))
}

/// What other sources know, and what this one knows itself.
fn all_known(known: &BTreeSet<String>, facts: &Facts) -> BTreeSet<String> {
    known.iter().cloned().chain(names::of_facts(facts)).collect()
}
