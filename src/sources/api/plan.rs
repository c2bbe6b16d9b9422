//! What a pull would cost, before it starts: the lists that others hang on are asked for, everything else is counted from
//! what they tell.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::Value;

use super::door::Door;
use super::error::ApiError;
use super::kept::{History, Kept};
use super::pull::{Pull, check_streams, latest, needed, setting, settle, unit};
use super::session::{Fetched, Session};
use super::stream::{Ask, Order, Source, Stream, Total};
use super::walk::{self, Ground};
use super::{link, source};
use crate::archive::Archive;
use crate::log::{Micros, Register};

/// What one stream would cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedStream {
    /// Its name.
    pub stream: &'static str,
    /// How often it is listed; `None`: that hangs on what is not read yet.
    pub scopes: Option<u64>,
    /// Requests at least.
    pub requests: u64,
    /// Whether there are no more than these.
    pub exact: bool,
}

/// What a pull would cost.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The host that is asked.
    pub host: String,
    /// By stream, in the order of the pull.
    pub streams: Vec<PlannedStream>,
    /// Requests that the plan itself took.
    pub asked: u64,
    /// Time at least, by the limits that the system documents and tells.
    pub at_least_us: Micros,
}

/// Plans a pull. `archive`: what is there already; nothing is written to it.
///
/// # Errors
/// As a pull.
pub async fn plan(
    what: &Pull<'_>,
    archive: &Archive,
    aside: &mut Archive,
    people: &mut dyn Register,
) -> Result<Plan, ApiError> {
    let api = what.api;
    let unit = unit(api);
    check_streams(api)?;
    let source = source(api.kind);
    let door = Door::new(api, what.known).map_err(|message| setting("apis.classify", message))?;
    let mut silent = |_| {};
    let session = Session::new(what.wire, Rc::clone(&what.clock), source, &api.url, &mut silent);
    let (aside, people, door) =
        (RefCell::new(aside), RefCell::new(&mut *people as &mut dyn Register), RefCell::new(door));
    let ground = Ground {
        api,
        unit: &unit,
        session: &session,
        archive: &aside,
        people: &people,
        door: &door,
        reconcile: what.reconcile,
        accept_gone: false,
    };
    let settled = settle(&ground).await?;
    let to_settle = session.counted.get().requests;
    let ground = Ground { api: &settled, ..ground };
    let mut streams = Vec::new();
    for stream in source.streams.iter().filter(|stream| needed(api, stream) && !is_part(source, stream)) {
        let parent = source.streams.iter().any(|other| other.per == Some(stream.name) && needed(api, other));
        streams.push(match stream.per {
            None if stream.settles.is_some() => {
                PlannedStream { stream: stream.name, scopes: Some(1), requests: to_settle, exact: true }
            }
            None if stream.count.is_some() => counted(&ground, archive, stream).await?,
            // A list that is read from its end of last time is not read for a plan: that would be the pull itself.
            None if parent && stream.order == Order::Whole => {
                let before = session.counted.get().requests;
                walk::walk(&ground, stream, "", None).await?;
                let requests = session.counted.get().requests - before;
                PlannedStream { stream: stream.name, scopes: Some(1), requests, exact: true }
            }
            None => PlannedStream { stream: stream.name, scopes: Some(1), requests: 1, exact: false },
            Some(per) => below(&ground, archive, stream, per)?,
        });
    }
    let requests: u64 = streams.iter().map(|stream| stream.requests).sum();
    let by_minute = requests / u64::try_from(source.pace.points_per_minute).unwrap_or(u64::MAX).max(1);
    let at_least_us = i64::try_from(by_minute).unwrap_or(i64::MAX).saturating_mul(60_000_000);
    let budget_us = session.governor.wait_for(requests);
    Ok(Plan {
        host: link::host(&api.url),
        streams,
        asked: session.counted.get().requests,
        at_least_us: at_least_us.max(budget_us),
    })
}

/// A list whose system says how many records it holds.
async fn counted(ground: &Ground<'_>, archive: &Archive, stream: &'static Stream) -> Result<PlannedStream, ApiError> {
    let since = walk::since(ground, archive, stream)?;
    let ask = Ask { api: ground.api, parent: None, since, window: None };
    let mut requests = 0;
    for (first, count) in (stream.ask)(&ask).iter().zip(&stream.count) {
        let request = (count.of)(ground.api, first);
        let Fetched::Answer(answer, json) = ground.session.fetch(stream, "", &request, None).await? else { continue };
        let total = match count.total {
            Total::Json(pointer) => json.pointer(pointer).and_then(Value::as_u64),
            Total::Header(name) => answer.header(name).and_then(|text| text.trim().parse().ok()),
        };
        requests += total.unwrap_or(0).div_ceil(count.page).max(1);
    }
    Ok(PlannedStream { stream: stream.name, scopes: Some(1), requests, exact: false })
}

fn is_part(source: &Source, stream: &Stream) -> bool {
    source.streams.iter().any(|other| other.parts.iter().any(|part| part.stream == stream.name))
}

/// A stream that is listed for each record of another.
fn below(
    ground: &Ground<'_>,
    archive: &Archive,
    stream: &'static Stream,
    per: &'static str,
) -> Result<PlannedStream, ApiError> {
    let parents = latest(ground.archive.borrow().records(ground.unit, per)?);
    let planned = |scopes, requests, exact| PlannedStream { stream: stream.name, scopes, requests, exact };
    let is_root = |other: &&Stream| other.name == per && other.per.is_none() && other.order == Order::Whole;
    let roots = source(ground.api.kind).streams.iter().any(|other| is_root(&other));
    if !roots {
        return Ok(planned(None, 0, false));
    }
    let (mut scopes, mut requests, mut exact) = (0, 0, true);
    for record in &parents {
        let Ok(value) = serde_json::from_str::<Value>(&record.body) else { continue };
        let (key, scope, history) = (&record.key, &record.scope, History::default());
        let parent = Kept { key, scope, since_us: None, gone_us: None, value: &value, history };
        let cost = walk::cost(ground, archive, stream, &parent)?;
        scopes += u64::from(cost.requests > 0);
        requests += cost.requests;
        exact &= cost.exact;
    }
    if let Some(batch) = &stream.batch {
        return Ok(planned(Some(scopes), scopes.div_ceil(batch.most as u64), scopes == 0));
    }
    Ok(planned(Some(scopes), requests, exact))
}
