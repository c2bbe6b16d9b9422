//! Every stream of one API, in the order that they hang on each other.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use futures_util::future::try_join_all;
use futures_util::stream::{self as futures, StreamExt as _, TryStreamExt as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::clock::Clock;
use super::door::{self, Door};
use super::error::ApiError;
use super::kept::{History, Kept};
use super::session::{Counted, Session};
use super::source;
use super::stream::Stream;
use super::walk::{Ended, Ground, walk, walk_together};
use super::wire::Wire;
use crate::archive::{Archive, Record};
use crate::config::Api;
use crate::log::{Micros, Register};

/// What is pulled, and with what.
pub struct Pull<'a> {
    /// The API.
    pub api: &'a Api,
    /// How it is reached.
    pub wire: &'a dyn Wire,
    /// By which clock limits are waited for.
    pub clock: Rc<dyn Clock>,
    /// Names of components and repositories that texts may use.
    pub known: &'a BTreeSet<String>,
    /// What identities depend on (the pseudonym key and the rules for bots).
    pub people_rules: &'a str,
    /// Whether whole lists are asked for, to find what is gone.
    pub reconcile: bool,
}

/// What a pull did so far.
pub type Progress = Counted;

/// What a pull did.
#[derive(Clone, Copy, Debug)]
pub struct Pulled {
    /// Requests and records.
    pub counted: Counted,
    /// How long limits were waited for.
    pub waited_us: Micros,
}

/// Reads what is new into the archive.
///
/// # Errors
/// Where the API refuses or cannot be reached; what was stored before stays, and the next pull goes on from it.
pub async fn pull(
    what: &Pull<'_>,
    archive: &mut Archive,
    people: &mut dyn Register,
    progress: &mut dyn FnMut(Progress),
) -> Result<Pulled, ApiError> {
    let api = what.api;
    let unit = unit(api);
    check_streams(api)?;
    let door = Door::new(api, what.known).map_err(|message| setting("apis.classify", message))?;
    if archive.door(&unit)?.is_none() {
        archive.set_door(&unit, &door_of(api, what.known, what.people_rules))?;
    }
    let session = Session::new(what.wire, Rc::clone(&what.clock), source(api.kind), &api.url, progress);
    let (archive, people, door) =
        (RefCell::new(archive), RefCell::new(&mut *people as &mut dyn Register), RefCell::new(door));
    let ground = Ground {
        api,
        unit: &unit,
        session: &session,
        archive: &archive,
        people: &people,
        door: &door,
        reconcile: what.reconcile,
    };
    below(&ground, None).await?;
    Ok(Pulled { counted: session.counted.get(), waited_us: session.governor.waited_us() })
}

/// The unit of a source that an API is.
pub(super) fn unit(api: &Api) -> String {
    format!("api:{}", api.id)
}

/// What shapes what comes through the door: other rules need the records again.
pub(super) fn door_of(api: &Api, known: &BTreeSet<String>, people_rules: &str) -> String {
    let shape = door::shape(source(api.kind).streams, &api.classify, known);
    let hash = Sha256::digest(format!("{people_rules}\0{shape}").as_bytes());
    hash[..16].iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

pub(super) fn setting(field: &str, message: String) -> ApiError {
    ApiError::Setting { field: field.to_owned(), message }
}

pub(super) fn check_streams(api: &Api) -> Result<(), ApiError> {
    let streams = source(api.kind).streams;
    for name in &api.streams {
        if !streams.iter().any(|stream| stream.name == name) {
            let known: Vec<&str> = streams.iter().map(|stream| stream.name).collect();
            let message =
                format!("`{name}` is no stream of `{}` (its streams: {})", api.kind.as_str(), known.join(", "));
            return Err(setting("apis.streams", message));
        }
    }
    Ok(())
}

/// A stream is read where it is wanted, or where one that is wanted hangs on it.
pub(super) fn needed(api: &Api, stream: &Stream) -> bool {
    let below = |other: &Stream| other.per == Some(stream.name) && needed(api, other);
    if !(stream.wanted)(api) {
        return false;
    }
    api.reads_stream(stream.name) || source(api.kind).streams.iter().any(below)
}

/// The streams that hang on one, side by side: one that waits for a limit does not keep the others, and each is followed
/// by those that hang on it.
fn below<'g>(
    ground: &'g Ground<'_>,
    per: Option<&'static str>,
) -> Pin<Box<dyn Future<Output = Result<(), ApiError>> + 'g>> {
    Box::pin(async move {
        let all = source(ground.api.kind).streams;
        let is_part = |stream: &Stream| all.iter().any(|of| of.parts.iter().any(|part| part.stream == stream.name));
        let streams = all.iter().filter(|stream| stream.per == per && needed(ground.api, stream) && !is_part(stream));
        let walks = streams.map(|stream| async move {
            each_scope(ground, stream).await?;
            below(ground, Some(stream.name)).await
        });
        try_join_all(walks).await.map(|_| ())
    })
}

/// Walks a stream once, or for each record of the stream that it hangs on.
pub(super) async fn each_scope(ground: &Ground<'_>, stream: &'static Stream) -> Result<(), ApiError> {
    let Some(per) = stream.per else {
        return walk(ground, stream, "", None).await.map(|_| ());
    };
    if let Some(batch) = &stream.batch {
        let parents = standing(ground, per).collect::<Result<Vec<_>, _>>()?;
        return walk_together(ground, stream, batch, &parents).await;
    }
    let at_once = source(ground.api.kind).pace.in_flight;
    let refused = &Refused::default();
    let walks = standing(ground, per).map(|record| async move {
        let record = record?;
        // A record was JSON when it was stored; one that is not is found by `archive verify`.
        let Ok(value) = serde_json::from_str::<Value>(&record.body) else { return Ok(()) };
        let (key, scope, since_us) = (&record.key, &record.scope, record.since_us);
        let parent = Kept { key, scope, since_us, gone_us: None, value: &value, history: History::default() };
        let path = parent.path();
        refused.count(walk(ground, stream, &path, Some(&parent)).await?);
        if refused.is_everywhere(at_once) { Err(ground.session.forbidden(stream, &path)) } else { Ok(()) }
    });
    futures::iter(walks).buffer_unordered(at_once).try_collect::<Vec<()>>().await?;
    if refused.is_everywhere(1) { Err(ground.session.forbidden(stream, "")) } else { Ok(()) }
}

/// A list that the token may not read is left out and counted; where that is so of every list of a stream, a permission is
/// missing, and nothing that follows would say so as plainly as an error does.
#[derive(Default)]
struct Refused {
    forbidden: Cell<usize>,
    others: Cell<usize>,
}

impl Refused {
    fn count(&self, ended: Ended) {
        let counter = match ended {
            Ended::Unasked => return,
            Ended::Missing(403) => &self.forbidden,
            Ended::Missing(_) | Ended::Whole => &self.others,
        };
        counter.set(counter.get() + 1);
    }

    fn is_everywhere(&self, at_least: usize) -> bool {
        self.others.get() == 0 && self.forbidden.get() >= at_least
    }
}

/// The records of a stream that are not gone, each by its last version. A few hundred stand in memory at once, and none
/// keeps the archive from being written meanwhile.
pub(super) fn standing<'g>(
    ground: &'g Ground<'_>,
    stream: &'static str,
) -> impl Iterator<Item = Result<Record, ApiError>> + 'g {
    let mut page = Vec::new().into_iter();
    let mut last = (String::new(), String::new());
    let mut is_at_end = false;
    std::iter::from_fn(move || {
        if is_at_end {
            return None;
        }
        if let Some(record) = page.next() {
            return Some(Ok(record));
        }
        match ground.archive.borrow().standing_after(ground.unit, stream, (&last.0, &last.1)) {
            Ok(next) => page = next.into_iter(),
            Err(why) => {
                is_at_end = true;
                return Some(Err(why.into()));
            }
        }
        if let Some(record) = page.as_slice().last() {
            last = (record.scope.clone(), record.key.clone());
        }
        let next = page.next();
        is_at_end = next.is_none();
        next.map(Ok)
    })
}
