//! Every stream of one API, in the order that they hang on each other.

use std::cell::RefCell;
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
use super::failures::{Failures, REFUSED, Tally};
use super::kept::{History, Kept};
use super::session::{Counted, Session};
use super::source;
use super::stream::{Ask, Stream};
use super::walk::{Ended, Ground, begin_anew, leave_out, walk, walk_together};
use super::wire::Wire;
use crate::archive::{AGAIN, Archive, Page, Record, Skip};
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
    /// Whether everything is asked for again, as if nothing were known. What is stored stays until something takes its place.
    pub fresh: bool,
    /// Whether what vanishes from a whole list is gone, also where that is most of it.
    pub accept_gone: bool,
}

/// What a pull did so far.
pub type Progress = Counted;

/// A list that could not be read, and was left out.
#[derive(Debug)]
pub struct Failed {
    /// Its stream.
    pub stream: &'static str,
    /// What it is of, by name where the archive knows one.
    pub of: String,
    /// Why.
    pub why: ApiError,
}

/// What a pull did.
#[derive(Debug)]
pub struct Pulled {
    /// Requests and records.
    pub counted: Counted,
    /// How long limits were waited for.
    pub waited_us: Micros,
    /// Lists that could not be read. The next pull asks for them again.
    pub failed: Vec<Failed>,
    /// Records that could not be read back and were taken out, to be read again.
    pub mended: usize,
}

/// Reads what is new into the archive.
///
/// # Errors
/// Where the API refuses or cannot be reached, or no list of a stream can be read; what was stored before stays, and the next
/// pull goes on from it. Whatever else can be read is read first.
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
    let door_now = door_of(api, what.known, what.people_rules);
    let session = Session::new(what.wire, Rc::clone(&what.clock), source(api.kind), &api.url, progress);
    let mut mended = 0;
    if what.fresh {
        // A system that does not answer today must not cost what is known of yesterday.
        knock(api, &session).await?;
        mended = archive.mend(Some(&unit), &begin_anew)?.len();
        archive.restart(&unit, &door_now, &begin_anew)?;
    }
    let again = match archive.door(&unit)? {
        None => {
            archive.set_door(&unit, &door_now)?;
            false
        }
        Some(door) => match door.strip_prefix(AGAIN) {
            None => false,
            Some(begun) => {
                // Whoever was interrupted while reading again goes on, unless the rules are others now.
                if begun != door_now {
                    archive.restart(&unit, &door_now, &begin_anew)?;
                }
                true
            }
        },
    };
    let (archive, people, door) =
        (RefCell::new(archive), RefCell::new(&mut *people as &mut dyn Register), RefCell::new(door));
    let ground = Ground {
        api,
        unit: &unit,
        session: &session,
        archive: &archive,
        people: &people,
        door: &door,
        reconcile: what.reconcile || what.fresh,
        accept_gone: what.accept_gone,
    };
    note_unfinished(&ground, true)?;
    let settled = settle(&ground).await?;
    let ground = Ground { api: &settled, ..ground };
    let run = Run { ground: &ground, failures: Failures::default() };
    below(&run, None).await?;
    let failed = run.failures.into_lists()?;
    note_unfinished(&ground, false)?;
    if again && failed.is_empty() {
        archive.borrow_mut().set_door(&unit, &door_now)?;
    }
    Ok(Pulled { counted: session.counted.get(), waited_us: session.governor.waited_us(), failed, mended })
}

/// Whoever reads an archive whose last pull failed or was killed is told so.
fn note_unfinished(ground: &Ground<'_>, is_under_way: bool) -> Result<(), ApiError> {
    let reason = "it was not finished: what is newer than the pull before may be missing".to_owned();
    let skip = Skip { reason, count: 1, example: String::new() };
    let (settled, skips) = (vec![String::new()], vec![(String::new(), skip)]);
    let left_out = if is_under_way { skips } else { Vec::new() };
    ground.archive.borrow_mut().store(ground.unit, "pull", "", &Page { settled, left_out, ..Page::default() })?;
    Ok(())
}

/// Asks for the first thing that a pull would ask for, and stores nothing.
async fn knock(api: &Api, session: &Session<'_>) -> Result<(), ApiError> {
    let ask = Ask { api, parent: None, since: api.since_us, window: Some((0, Micros::MAX)) };
    for stream in source(api.kind).streams.iter().filter(|stream| stream.per.is_none() && needed(api, stream)) {
        if let Some(request) = (stream.ask)(&ask).first() {
            return session.fetch(stream, "", request, None).await.map(|_| ());
        }
    }
    Ok(())
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

/// The API with what it says of itself, or of whoever asks, in place of what nobody can know better.
pub(super) async fn settle(ground: &Ground<'_>) -> Result<Api, ApiError> {
    let mut api = ground.api.clone();
    for stream in source(api.kind).streams {
        let Some(settle) = stream.settles else { continue };
        let is_read = needed(ground.api, stream) && walk(ground, stream, "", None).await? == Ended::Whole;
        let record = if is_read { standing(ground, stream.name).last().transpose()? } else { None };
        let value = record.and_then(|record| serde_json::from_str::<Value>(&record.body).ok());
        settle(&mut api, value.as_ref()).map_err(|(field, message)| setting(field, message))?;
    }
    Ok(api)
}

/// A pull under way.
pub(super) struct Run<'g, 'a> {
    pub(super) ground: &'g Ground<'a>,
    pub(super) failures: Failures,
}

/// The streams that hang on one, side by side: one that waits for a limit does not keep the others, and each is followed
/// by those that hang on it. One that fails does not keep the others either, unless what fails is the API.
fn below<'g>(
    run: &'g Run<'_, '_>,
    per: Option<&'static str>,
) -> Pin<Box<dyn Future<Output = Result<(), ApiError>> + 'g>> {
    Box::pin(async move {
        let api = run.ground.api;
        let all = source(api.kind).streams;
        let is_part = |stream: &Stream| all.iter().any(|of| of.parts.iter().any(|part| part.stream == stream.name));
        let is_next = |stream: &&Stream| stream.per == per && stream.settles.is_none() && !is_part(stream);
        let streams = all.iter().filter(is_next).filter(|stream| needed(api, stream));
        let walks = streams.map(|stream| async move {
            match each_scope(run, stream).await {
                Ok(()) => below(run, Some(stream.name)).await,
                Err(why) => run.failures.of_stream(why),
            }
        });
        try_join_all(walks).await.map(|_| ())
    })
}

/// Walks a stream once, or for each record of the stream that it hangs on.
pub(super) async fn each_scope(run: &Run<'_, '_>, stream: &'static Stream) -> Result<(), ApiError> {
    let ground = run.ground;
    let Some(per) = stream.per else {
        walk(ground, stream, "", None).await.inspect_err(|why| run.failures.is_down(why))?;
        run.failures.is_up();
        return Ok(());
    };
    let tally = &Tally::default();
    if let Some(batch) = &stream.batch {
        let parents = standing(ground, per).collect::<Result<Vec<_>, _>>()?;
        for (scopes, why) in walk_together(ground, stream, batch, &parents).await? {
            for scope in &scopes {
                leave_out(ground, stream, scope, &why)?;
            }
            run.failures.of_list(tally, Failed { stream: stream.name, of: format!("{} lists", scopes.len()), why })?;
        }
        return Ok(());
    }
    let at_once = source(ground.api.kind).pace.in_flight;
    let walks = standing(ground, per).map(|record| async move {
        let record = record?;
        // A record was JSON when it was stored; one that is not is found by `archive verify`.
        let Ok(value) = serde_json::from_str::<Value>(&record.body) else { return Ok(()) };
        let (key, scope, since_us) = (&record.key, &record.scope, record.since_us);
        let parent = Kept { key, scope, since_us, gone_us: None, value: &value, history: History::default() };
        let path = parent.path();
        match walk(ground, stream, &path, Some(&parent)).await {
            Ok(ended) => {
                tally.count(ended);
                run.failures.is_up();
            }
            // One list of many may lead elsewhere; where the first does, the API has moved.
            Err(why) if why.is_of_a_list() || matches!(why, ApiError::Foreign { .. }) => {
                leave_out(ground, stream, &path, &why)?;
                run.failures.of_list(tally, Failed { stream: stream.name, of: called(&parent), why })?;
            }
            Err(why) => return Err(why),
        }
        let refused = tally.refused_everywhere(REFUSED);
        refused.map_or(Ok(()), |status| Err(ground.session.refused(stream, &called(&parent), status)))
    });
    futures::iter(walks).buffer_unordered(at_once).try_collect::<Vec<()>>().await?;
    if let Some(status) = tally.refused_everywhere(1) {
        return Err(ground.session.refused(stream, "", status));
    }
    if tally.has_failed_everywhere() { run.failures.everywhere(stream) } else { Ok(()) }
}

/// What a record is called: by the name that it has, where its system gives one, else by its ids.
fn called(record: &Kept<'_>) -> String {
    let names = ["full_name", "path_with_namespace", "fullName", "slug", "name"];
    names.iter().find_map(|name| record.text(name)).unwrap_or_else(|| record.path())
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
