//! What a pull would cost, before it starts. Whole lists that others hang on are asked for, down to where they end;
//! everything else is counted from what these tell, and where they tell nothing, from a look at a few of the lists.

mod sample;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use futures_util::stream::{self as futures, StreamExt as _, TryStreamExt as _};
use serde_json::Value;

use super::door::Door;
use super::error::ApiError;
use super::failures::Failures;
use super::governor::Spending;
use super::kept::{History, Kept};
use super::pull::{Pull, Run, check_streams, each_scope, needed, setting, settle, standing, unit};
use super::request::Request;
use super::session::{Fetched, Session};
use super::stream::{Ask, Order, Source, Stream, Total};
use super::walk::{self, Cost, Ground, Seen};
use super::{link, source};
use crate::archive::{Archive, Record};
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
    /// Requests at the most, as far as a look at some of the lists tells; `None`: that is not known.
    pub at_most: Option<u64>,
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
    /// Time at least, by the limits that the system documents and tells and by how long its quickest answer took.
    pub at_least_us: Micros,
}

impl Plan {
    /// Requests at least.
    pub fn requests(&self) -> u64 {
        self.streams.iter().map(|stream| stream.requests).sum()
    }

    /// Requests at the most, where that is known of every stream.
    pub fn at_most(&self) -> Option<u64> {
        self.streams.iter().map(|stream| stream.at_most).sum()
    }
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
    let mut planning = Planning {
        ground: &ground,
        archive,
        to_settle,
        listed: BTreeSet::new(),
        guessed: BTreeMap::new(),
        spending: BTreeMap::new(),
    };
    let mut streams = Vec::new();
    for stream in source.streams.iter().filter(|stream| needed(api, stream) && !is_part(source, stream)) {
        streams.push(planning.of(stream).await?);
    }
    let at_least_us = session.governor.least(&planning.spending);
    Ok(Plan { host: link::host(&api.url), streams, asked: session.counted.get().requests, at_least_us })
}

fn is_part(source: &Source, stream: &Stream) -> bool {
    source.streams.iter().any(|other| other.parts.iter().any(|part| part.stream == stream.name))
}

/// A list that was never read and of which its own records must tell.
struct Unseen {
    record: Record,
    value: Value,
    /// How many records it holds, and on how many pages.
    known: Option<(u64, u64)>,
}

impl Unseen {
    fn parent(&self) -> Kept<'_> {
        kept(&self.record, &self.value)
    }
}

fn kept<'r>(record: &'r Record, value: &'r Value) -> Kept<'r> {
    let (key, scope, history) = (&record.key, &record.scope, History::default());
    Kept { key, scope, since_us: record.since_us, gone_us: None, value, history }
}

struct Planning<'p, 'g> {
    ground: &'p Ground<'g>,
    /// What a pull would go on from.
    archive: &'p Archive,
    /// Requests for what the API says of itself.
    to_settle: u64,
    /// Streams that were read whole for the plan.
    listed: BTreeSet<&'static str>,
    /// How many requests are made for the records of lists that were only looked at: at least, and at the most.
    guessed: BTreeMap<&'static str, (u64, Option<u64>)>,
    spending: BTreeMap<&'static str, Spending>,
}

impl Planning<'_, '_> {
    async fn of(&mut self, stream: &'static Stream) -> Result<PlannedStream, ApiError> {
        let planned = |scopes, requests, at_most| PlannedStream { stream: stream.name, scopes, requests, at_most };
        if stream.settles.is_some() {
            self.spend(None, self.to_settle);
            return Ok(planned(Some(1), self.to_settle, Some(self.to_settle)));
        }
        if stream.per.is_none() && stream.count.is_some() {
            return self.counted(stream).await;
        }
        let children = self.below(stream);
        if stream.order == Order::Whole
            && !children.is_empty()
            && stream.per.is_none_or(|per| self.listed.contains(per))
        {
            return self.whole(stream).await;
        }
        match stream.per {
            // A list that is read from its end of last time is not read for a plan: that would be the pull itself.
            None => {
                let ask = Ask { api: self.ground.api, parent: None, since: None, window: None };
                self.spend((stream.ask)(&ask).first(), 1);
                Ok(planned(Some(1), 1, None))
            }
            Some(per) if self.listed.contains(per) => self.lists(stream, per, &children).await,
            Some(_) => match self.guessed.get(stream.name).copied() {
                Some((least, most)) => {
                    self.spend(None, least);
                    Ok(planned(most.filter(|most| *most == least), least, most))
                }
                None => Ok(planned(None, 0, None)),
            },
        }
    }

    /// The streams that hang on one.
    fn below(&self, stream: &Stream) -> Vec<&'static Stream> {
        let api = self.ground.api;
        source(api.kind).streams.iter().filter(|other| other.per == Some(stream.name) && needed(api, other)).collect()
    }

    /// Puts requests like this one on the account; one that is not known is a page of a list.
    fn spend(&mut self, like: Option<&Request>, requests: u64) {
        let (resource, points) = like.map_or(("core", 1), |request| (request.resource(), request.points_at_least()));
        let requests = i64::try_from(requests).unwrap_or(i64::MAX);
        let spending = self.spending.entry(resource).or_default();
        spending.requests += requests;
        spending.points += requests.saturating_mul(points);
    }

    /// A list whose system says how many records it holds.
    async fn counted(&mut self, stream: &'static Stream) -> Result<PlannedStream, ApiError> {
        let since = walk::since(self.ground, self.archive, stream)?;
        let ask = Ask { api: self.ground.api, parent: None, since, window: None };
        let mut requests = 0;
        for (first, count) in (stream.ask)(&ask).iter().zip(&stream.count) {
            let request = (count.of)(self.ground.api, first);
            let Fetched::Answer(answer, json) = self.ground.session.fetch(stream, "", &request, None).await? else {
                continue;
            };
            let total = match count.total {
                Total::Json(pointer) => json.pointer(pointer).and_then(Value::as_u64),
                Total::Header(name) => answer.header(name).and_then(|text| text.trim().parse().ok()),
            };
            let pages = total.unwrap_or(0).div_ceil(count.page).max(1);
            self.spend(Some(first), pages);
            requests += pages;
        }
        Ok(PlannedStream { stream: stream.name, scopes: Some(1), requests, at_most: None })
    }

    /// A whole list that others hang on: it is read, as the pull will do again.
    async fn whole(&mut self, stream: &'static Stream) -> Result<PlannedStream, ApiError> {
        let requests = || {
            let counted = self.ground.session.counted.get();
            counted.requests - counted.retried
        };
        let before = requests();
        each_scope(&Run { ground: self.ground, failures: Failures::default() }, stream).await?;
        let requests = requests() - before;
        let mut scopes = 1;
        let mut like = None;
        if let Some(per) = stream.per {
            scopes = 0;
            for record in standing(self.ground, per) {
                let record = record?;
                let Ok(value) = serde_json::from_str::<Value>(&record.body) else { continue };
                let first = walk::first(self.ground, stream, &kept(&record, &value));
                scopes += u64::from(!first.is_empty());
                like = like.or_else(|| first.into_iter().next());
            }
        } else {
            let ask = Ask { api: self.ground.api, parent: None, since: None, window: None };
            like = (stream.ask)(&ask).into_iter().next();
        }
        self.spend(like.as_ref(), requests);
        self.listed.insert(stream.name);
        Ok(PlannedStream { stream: stream.name, scopes: Some(scopes), requests, at_most: Some(requests) })
    }

    /// A stream that is listed for each record of a list that was read.
    async fn lists(
        &mut self,
        stream: &'static Stream,
        per: &'static str,
        children: &[&'static Stream],
    ) -> Result<PlannedStream, ApiError> {
        let (mut scopes, mut least, mut most) = (0, 0, Some(0));
        let mut unseen = Vec::new();
        let mut like = None;
        let mut read_before = false;
        for record in standing(self.ground, per) {
            let record = record?;
            let Ok(value) = serde_json::from_str::<Value>(&record.body) else { continue };
            let parent = kept(&record, &value);
            let cost = walk::cost(self.ground, self.archive, stream, &parent)?;
            if cost != Cost::Known(0, Some(0)) {
                like = like.or_else(|| walk::first(self.ground, stream, &parent).into_iter().next());
            }
            match cost {
                Cost::Known(at_least, at_most) => {
                    scopes += u64::from(at_least > 0);
                    least += at_least;
                    most = most.zip(at_most).map(|(most, at_most)| most + at_most);
                    read_before |= at_most != Some(0);
                }
                Cost::Unseen(known) => unseen.push(Unseen { record, value, known }),
            }
        }
        if let Some(batch) = &stream.batch {
            least = scopes.div_ceil(batch.most as u64);
            most = Some(0).filter(|_| scopes == 0);
        }
        scopes += unseen.len() as u64;
        let seen = self.look(stream, &unseen, children).await?;
        if !seen.is_empty() {
            let known: Option<Vec<(u64, u64)>> = unseen.iter().map(|list| list.known).collect();
            let (pages_least, pages_most) = match &known {
                Some(known) => {
                    let pages = known.iter().map(|(_, pages)| pages).sum();
                    (pages, pages)
                }
                None => sample::of_lists(unseen.len(), seen.iter().map(|one| one.pages)),
            };
            let whole = known.map(|known| known.iter().map(|(total, _)| total).sum());
            let of = |hits: &dyn Fn(&Seen) -> u64| {
                sample::of_records(unseen.len(), whole, seen.iter().map(|one| (one.total, one.shown, hits(one))))
            };
            let has_more = stream.parts.iter().any(|part| part.more.is_some());
            let (more_least, more_most) = if has_more { of(&|one| one.more) } else { (0, 0) };
            least += pages_least + more_least;
            most = most.map(|most| most + pages_most + more_most).filter(|_| !seen.iter().any(|one| one.goes_on));
            for (place, child) in children.iter().enumerate() {
                let (child_least, child_most) = of(&|one| one.below[place]);
                self.guessed.insert(child.name, (child_least, Some(child_most).filter(|_| !read_before)));
            }
        }
        self.spend(like.as_ref(), least);
        Ok(PlannedStream { stream: stream.name, scopes: Some(scopes), requests: least, at_most: most })
    }

    /// Looks at some of the lists, evenly over all of them.
    async fn look(
        &self,
        stream: &'static Stream,
        unseen: &[Unseen],
        children: &[&'static Stream],
    ) -> Result<Vec<Seen>, ApiError> {
        let at_once = source(self.ground.api.kind).pace.in_flight;
        let looks = sample::places(unseen.len()).into_iter().filter_map(|place| unseen.get(place));
        let looks = looks.map(|list| async move { walk::look(self.ground, stream, &list.parent(), children).await });
        futures::iter(looks).buffered(at_once).try_collect().await
    }
}
