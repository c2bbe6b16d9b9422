//! One stream in one scope, from its bookmark to the end: pages, keys, marks, and what is gone.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::door::Door;
use super::error::ApiError;
use super::kept::{History, Kept, at, instant, scalar};
use super::link;
use super::request::{Answer, Method, Request};
use super::session::{Fetched, Session};
use super::stream::{Ask, Hint, Next, Order, Part, Stream, Windows};
use crate::archive::{Archive, Page, Put, Skip};
use crate::config::Api;
use crate::log::{Micros, Register};

/// Changes that a system shows late are found again: a walk begins so long before its bookmark.
const OVERLAP: Micros = 10 * 60 * 1_000_000;
/// So many pages in a row without a new key are no list.
const EMPTY_PAGES: u32 = 10;
/// A list of more pages never ends.
const MOST_PAGES: u32 = 100_000;
const SECOND: Micros = 1_000_000;

/// What one API's walks share.
pub(super) struct Ground<'a> {
    pub(super) api: &'a Api,
    pub(super) unit: &'a str,
    pub(super) session: &'a Session<'a>,
    pub(super) archive: &'a RefCell<&'a mut Archive>,
    pub(super) people: &'a RefCell<&'a mut dyn Register>,
    pub(super) door: &'a RefCell<Door<'a>>,
    /// Whether whole lists are asked of streams that are else read from their bookmark, to find what is gone.
    pub(super) reconcile: bool,
}

/// How far a stream was read in a scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    /// The newest cursor that is stored, and everything before it; never past the start of the run that stored it.
    since_us: Option<Micros>,
    /// Whether the scope was once read to its end.
    whole: bool,
    /// What the record that it is listed for told of its newest when it was last read to its end.
    #[serde(default)]
    parent: Option<String>,
    /// When the run began that first read the scope to its end.
    #[serde(default)]
    whole_us: Option<Micros>,
}

/// When the run began that first read a scope to its end.
pub(super) fn whole_us(archive: &Archive, unit: &str, stream: &str, scope: &str) -> Result<Option<Micros>, ApiError> {
    let stored = archive.bookmark(unit, stream, scope)?;
    Ok(stored.and_then(|text| serde_json::from_str::<Mark>(&text).ok()).and_then(|mark| mark.whole_us))
}

/// What a page listed and which request follows it, for when the server says that it has not changed.
#[derive(Debug, Serialize, Deserialize)]
struct Unchanged {
    next: Option<Request>,
    keys: Vec<String>,
}

/// What a stretch of a list that is cut off gave.
#[derive(Clone, Copy, Debug)]
struct Below {
    total: u64,
    given: u64,
    oldest: Option<Micros>,
    in_order: bool,
}

impl Default for Below {
    fn default() -> Self {
        Self { total: 0, given: 0, oldest: None, in_order: true }
    }
}

impl Below {
    fn and(self, other: Self) -> Self {
        Self {
            total: self.total + other.total,
            given: self.given + other.given,
            oldest: self.oldest.into_iter().chain(other.oldest).min(),
            in_order: self.in_order && other.in_order,
        }
    }
}

/// A walk under way.
struct Walk<'a, 'w> {
    ground: &'w Ground<'a>,
    stream: &'static Stream,
    scope: &'w str,
    parent: Option<&'w Kept<'w>>,
    mark: Mark,
    /// From when on is asked, overlap included.
    since: Option<Micros>,
    newest: Option<Micros>,
    seen: HashSet<String>,
    /// Keys of a whole listing.
    listed: Vec<String>,
    skips: BTreeMap<String, Skip>,
}

/// Reads a stream in a scope; `parent` is the record that it is listed for.
pub(super) async fn walk(
    ground: &Ground<'_>,
    stream: &'static Stream,
    scope: &str,
    parent: Option<&Kept<'_>>,
) -> Result<(), ApiError> {
    let stored = ground.archive.borrow().bookmark(ground.unit, stream.name, scope)?;
    let mark: Mark = stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let whole = stream.order == Order::Whole || ground.reconcile || lost(ground, stream, scope, parent)?;
    if !whole && mark.whole && nothing_new(stream, parent, &mark) && !is_unfinished(ground, stream, scope)? {
        return Ok(());
    }
    let since = if whole { None } else { mark.since_us.map(|at| at - OVERLAP) };
    let mut walk = Walk {
        ground,
        stream,
        scope,
        parent,
        since: since.into_iter().chain(ground.api.since_us).max(),
        newest: mark.since_us,
        mark,
        seen: HashSet::new(),
        listed: Vec::new(),
        skips: BTreeMap::new(),
    };
    match stream.windows {
        Some(windows) => walk.by_windows(windows).await?,
        None => {
            for request in (stream.ask)(&walk.ask(None)) {
                walk.pages(request).await?;
            }
        }
    }
    walk.look_again().await?;
    walk.end(whole)
}

/// Whether what the stream is listed for counts fewer records than are stored: then some are gone.
fn lost(ground: &Ground<'_>, stream: &Stream, scope: &str, parent: Option<&Kept<'_>>) -> Result<bool, ApiError> {
    let Some(total) = hinted(stream.hint, parent) else { return Ok(false) };
    Ok(ground.archive.borrow().count_of(ground.unit, stream.name, scope)? > total)
}

fn hinted(hint: Option<Hint>, parent: Option<&Kept<'_>>) -> Option<u64> {
    u64::try_from(parent?.int(hint?.total)?).ok()
}

/// Whether what the stream is listed for says that there is nothing after the mark.
fn nothing_new(stream: &Stream, parent: Option<&Kept<'_>>, mark: &Mark) -> bool {
    let (Some(hint), Some(parent)) = (stream.hint, parent) else { return false };
    if hint.newest.is_empty() {
        return false;
    }
    match parent.get(hint.newest) {
        Some(newest) => scalar(newest) == mark.parent,
        None => hinted(stream.hint, Some(parent)) == Some(0),
    }
}

/// What a walk would cost at least, and whether it costs no more.
pub(super) struct Cost {
    pub(super) requests: u64,
    pub(super) exact: bool,
}

/// The cost of a walk, from what the record that it is listed for tells and from what an archive holds.
pub(super) fn cost(
    ground: &Ground<'_>,
    archive: &Archive,
    stream: &Stream,
    parent: &Kept<'_>,
) -> Result<Cost, ApiError> {
    let scope = parent.path();
    let stored = archive.bookmark(ground.unit, stream.name, &scope)?;
    let mark: Mark = stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let total = hinted(stream.hint, Some(parent));
    if mark.whole && !ground.reconcile && nothing_new(stream, Some(parent), &mark) {
        return Ok(Cost { requests: 0, exact: stream.again.is_none() });
    }
    let ask = Ask { api: ground.api, parent: Some(parent), since: None, window: Some((0, Micros::MAX)) };
    let first = (stream.ask)(&ask).len() as u64;
    Ok(match (total, stream.hint) {
        _ if first == 0 => Cost { requests: 0, exact: true },
        (Some(total), Some(hint)) if !mark.whole => {
            Cost { requests: total.div_ceil(hint.page.max(1)).max(first), exact: stream.parts.is_empty() }
        }
        _ => Cost { requests: first, exact: false },
    })
}

fn is_unfinished(ground: &Ground<'_>, stream: &Stream, scope: &str) -> Result<bool, ApiError> {
    if stream.again.is_none() {
        return Ok(false);
    }
    Ok(!unfinished(ground, stream, scope)?.is_empty())
}

/// Stored records of a scope that were still going on.
fn unfinished(ground: &Ground<'_>, stream: &Stream, scope: &str) -> Result<Vec<(String, Value)>, ApiError> {
    let records = ground.archive.borrow().records_of(ground.unit, stream.name, scope)?;
    Ok(records
        .into_iter()
        .filter(|record| record.gone_us.is_none())
        .filter_map(|record| Some((record.key, serde_json::from_str::<Value>(&record.body).ok()?)))
        .filter(|(key, value)| {
            let history = History::default();
            (stream.unfinished)(&Kept { key, scope, since_us: None, gone_us: None, value, history })
        })
        .collect())
}

impl Walk<'_, '_> {
    fn ask(&self, window: Option<(Micros, Micros)>) -> Ask<'_> {
        Ask { api: self.ground.api, parent: self.parent, since: self.since, window }
    }

    /// Pages from a request to the last one.
    async fn pages(&mut self, first: Request) -> Result<(), ApiError> {
        let mut request = Some(first);
        let mut asked: HashSet<String> = HashSet::new();
        let (mut pages, mut empty) = (0, 0);
        while let Some(now) = request.take() {
            if !asked.insert(now.name()) {
                return Err(self.endless("pages that lead back to each other"));
            }
            let etag = self.validator(&now)?;
            let known = etag.as_ref().map(|(etag, _)| etag.as_str());
            let (answer, json) = match self.ground.session.fetch(self.stream, self.scope, &now, known).await? {
                Fetched::Answer(answer, json) => (answer, json),
                Fetched::Missing(status) => {
                    self.skip(format!("not there (status {status})"), self.scope.to_owned());
                    return Ok(());
                }
                Fetched::Unchanged => {
                    let before = etag.and_then(|(_, page)| serde_json::from_str::<Unchanged>(&page?).ok());
                    let Some(Unchanged { next, keys }) = before else { return Ok(()) };
                    self.listed.extend(keys);
                    request = next;
                    continue;
                }
            };
            let items = self.items(&json, self.stream.items)?;
            let next = self.next(&now, &answer, &json, &items)?;
            let fresh = self.store(&items, &now, &answer, next.as_ref()).await?;
            pages += 1;
            empty = if fresh == 0 { empty + 1 } else { 0 };
            let met = self.stream.order == Order::NewestFirst && self.met_known(&items);
            if met {
                return Ok(());
            }
            if next.is_some() && (empty >= EMPTY_PAGES || pages >= MOST_PAGES) {
                return Err(self.endless("pages without end"));
            }
            request = next;
        }
        Ok(())
    }

    fn endless(&self, what: &str) -> ApiError {
        let hint = "what was stored is whole; a proxy in between may answer in place of the system";
        self.ground.session.unexpected(self.stream, what, hint)
    }

    /// Only whole listings are asked for on condition: their records do not move between pages unseen.
    fn validator(&self, request: &Request) -> Result<Option<(String, Option<String>)>, ApiError> {
        // A stretch of a list that is asked for as a whole must say all of its keys.
        let windows = self.stream.windows.is_some() && self.since.is_some();
        let by_condition = self.stream.order == Order::Whole || windows;
        if request.method == Method::Post || !by_condition || !self.mark.whole {
            return Ok(None);
        }
        Ok(self.ground.archive.borrow().validator(self.ground.unit, &request.name())?)
    }

    fn items<'j>(&self, json: &'j Value, pointer: &str) -> Result<Vec<&'j Value>, ApiError> {
        match json.pointer(pointer) {
            Some(Value::Array(items)) => Ok(items.iter().collect()),
            // What GraphQL does not know it answers with null.
            Some(Value::Null) if self.stream.per.is_none() && pointer.starts_with("/data/") => {
                let (stream, permission) = (self.stream.name.to_owned(), self.stream.permission.to_owned());
                Err(ApiError::NotThere { host: self.ground.session.host(), stream, permission })
            }
            Some(Value::Null) => Ok(Vec::new()),
            Some(one @ Value::Object(_)) => Ok(vec![one]),
            _ => {
                let what = if pointer.is_empty() { "no list".to_owned() } else { format!("nothing at `{pointer}`") };
                let hint = "the version of the system may be one that this was not made for, or `url` is not its API's";
                Err(self.ground.session.unexpected(self.stream, &what, hint))
            }
        }
    }

    fn next(
        &self,
        request: &Request,
        answer: &Answer,
        json: &Value,
        items: &[&Value],
    ) -> Result<Option<Request>, ApiError> {
        let token = |pointer: &str| json.pointer(pointer).and_then(scalar).filter(|token| !token.is_empty());
        Ok(match self.stream.next {
            Next::Nothing => None,
            Next::Link => {
                let target = answer.header("link").and_then(link::next);
                let Some(target) = target else { return Ok(None) };
                let url = link::resolve(target, &request.url);
                let Some(url) = url else { return Err(self.endless("a `next` link to nowhere")) };
                Some(Request { url, ..request.clone() })
            }
            Next::Token(pointer, field) => token(pointer).map(|token| request.with(field, &token)),
            Next::OnlyToken(pointer, field, keep) => token(pointer).map(|token| {
                let bare = request.url.split('?').next().unwrap_or_default().to_owned();
                let mut next = Request { url: bare, ..request.clone() };
                for name in keep {
                    if let Some(value) = request.query(name) {
                        next = next.with(name, &value);
                    }
                }
                next.with(field, &token)
            }),
            Next::Offset(field, size) => {
                let now = request.query(field).and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
                (items.len() >= size).then(|| request.with(field, &(now + items.len()).to_string()))
            }
            Next::GraphQl(pointer) => after(json.pointer(pointer)).map(|cursor| {
                let mut next = request.clone();
                if let Some(body) = &mut next.body {
                    body["variables"]["after"] = Value::from(cursor);
                }
                next
            }),
            Next::With(make) => {
                let items: Vec<Value> = items.iter().map(|item| (*item).clone()).collect();
                make(request, answer, &items)
            }
        })
    }

    /// Lets a page through the door and stores it; says how many of its keys are new to this walk.
    async fn store(
        &mut self,
        items: &[&Value],
        request: &Request,
        answer: &Answer,
        next: Option<&Request>,
    ) -> Result<usize, ApiError> {
        let mut page = Page::default();
        let mut fresh = 0;
        let before = self.listed.len();
        for item in items {
            fresh += usize::from(self.take(item, &mut page).await?);
        }
        if self.stream.order == Order::OldestFirst {
            page.bookmark = Some(self.marked(self.mark.whole));
        }
        if let (Method::Get, Some(etag)) = (request.method, answer.header("etag")) {
            let same = Unchanged { next: next.cloned(), keys: self.listed[before..].to_vec() };
            page.validator = Some((request.name(), etag.to_owned(), serde_json::to_string(&same).ok()));
        }
        self.commit(page)?;
        Ok(fresh)
    }

    fn commit(&self, mut page: Page) -> Result<(), ApiError> {
        page.keys = self.ground.people.borrow_mut().new_keys();
        let changed = self.ground.archive.borrow_mut().store(self.ground.unit, self.stream.name, self.scope, &page)?;
        self.ground.session.count(|counted| counted.records += changed as u64);
        Ok(())
    }

    /// Lets one record through the door, with the lists within it; says whether its key is new to this walk.
    async fn take(&mut self, item: &Value, page: &mut Page) -> Result<bool, ApiError> {
        let mut item = item.clone();
        (self.stream.prepare)(&mut item);
        if let Some(reason) = item.get("_left_out").and_then(Value::as_str) {
            self.skip(reason.to_owned(), self.scope.to_owned());
            return Ok(false);
        }
        let kept = self.pass(self.stream, &item);
        let Some(key) = key_of(self.stream, &kept) else {
            self.skip("a record without its key".to_owned(), self.scope.to_owned());
            return Ok(false);
        };
        if let Some(at_us) = self.stream.cursor.and_then(|cursor| at(&item, cursor)).and_then(instant) {
            self.newest = Some(self.newest.map_or(at_us, |newest| newest.max(at_us)));
        }
        for part in self.stream.parts {
            self.take_part(part, &key, &item, page).await?;
        }
        self.put(self.stream, key.clone(), &kept, page);
        self.listed.push(key.clone());
        Ok(self.seen.insert(key))
    }

    fn pass(&self, stream: &Stream, item: &Value) -> Value {
        let mut people = self.ground.people.borrow_mut();
        self.ground.door.borrow_mut().pass(stream.keep, item, &mut **people)
    }

    fn put(&self, stream: &'static Stream, key: String, kept: &Value, page: &mut Page) {
        let body = kept.to_string();
        let since_us = stream.versions.then(|| self.ground.session.started_us());
        page.puts.push(Put { stream: stream.name, scope: self.scope.to_owned(), key, body, since_us });
    }

    /// The members of a list within a record; what does not fit into it is asked for.
    async fn take_part(&mut self, part: &Part, of: &str, item: &Value, page: &mut Page) -> Result<(), ApiError> {
        let streams = super::source(self.ground.api.kind).streams;
        let Some(stream) = streams.iter().find(|stream| stream.name == part.stream) else { return Ok(()) };
        let mut carried = serde_json::Map::new();
        for field in part.carry {
            carried.insert((*field).to_owned(), item.get(*field).cloned().unwrap_or_default());
        }
        let mut members: Vec<Value> = item.pointer(part.at).and_then(Value::as_array).cloned().unwrap_or_default();
        if let Some(more) = &part.more {
            let mut cursor = after(item.pointer(more.info)).map(str::to_owned);
            let mut asked: BTreeSet<String> = BTreeSet::new();
            while let Some(now) = cursor.take() {
                if !asked.insert(now.clone()) {
                    return Err(self.endless("pages that lead back to each other"));
                }
                let request = (more.ask)(&self.ask(None), item, &now);
                let Fetched::Answer(_, json) = self.ground.session.fetch(stream, self.scope, &request, None).await?
                else {
                    break;
                };
                members.extend(self.items(&json, more.items)?.into_iter().cloned());
                cursor = after(json.pointer(more.info_then)).map(str::to_owned);
            }
        }
        for mut member in members {
            (stream.prepare)(&mut member);
            if let Value::Object(fields) = &mut member {
                fields.insert("_of".to_owned(), Value::Object(carried.clone()));
            }
            let kept = self.pass(stream, &member);
            let Some(key) = key_of(stream, &kept) else {
                self.skip(format!("a record of `{}` without its key", stream.name), of.to_owned());
                continue;
            };
            self.put(stream, format!("{of}/{key}"), &kept, page);
        }
        Ok(())
    }

    /// Whether a page of the newest first reaches what is known.
    fn met_known(&self, items: &[&Value]) -> bool {
        let Some(since) = self.since else { return false };
        let cursor = |item: &&Value| at(item, self.stream.cursor?).and_then(instant);
        items.last().and_then(cursor).is_some_and(|oldest| oldest < since)
    }

    /// Records that were still going on and that no page brought: each is asked for again.
    async fn look_again(&mut self) -> Result<(), ApiError> {
        let Some((ask, pointer)) = self.stream.again else { return Ok(()) };
        for (key, value) in unfinished(self.ground, self.stream, self.scope)? {
            if self.seen.contains(&key) {
                continue;
            }
            let (scope, history) = (self.scope, History::default());
            let kept = Kept { key: &key, scope, since_us: None, gone_us: None, value: &value, history };
            let request = ask(&self.ask(None), &kept);
            match self.ground.session.fetch(self.stream, self.scope, &request, None).await? {
                Fetched::Answer(_, json) => {
                    let mut page = Page::default();
                    for item in self.items(&json, pointer)? {
                        self.take(item, &mut page).await?;
                    }
                    self.commit(page)?;
                }
                Fetched::Missing(status) => self.skip(format!("no longer there (status {status})"), key),
                Fetched::Unchanged => {}
            }
        }
        Ok(())
    }

    /// A list that is cut off, newest first: what it gives, then what is older than that, and so on. Where a page of it shows
    /// that it does not come in that order, or its end does not move, the stretch is halved instead.
    async fn by_windows(&mut self, windows: Windows) -> Result<(), ApiError> {
        // Nothing has a creation before 2008 in any system that is read by windows.
        const FIRST: Micros = 1_199_145_600_000_000;
        let mut stretches = vec![(self.since.unwrap_or(FIRST), Micros::MAX)];
        while let Some((from, to)) = stretches.pop() {
            let mut below = Below::default();
            for request in (self.stream.ask)(&self.ask(Some((from, to)))) {
                below = below.and(self.window(request, windows).await?);
            }
            if below.total <= below.given || self.skips.keys().any(|reason| reason.starts_with("not there")) {
                continue;
            }
            let end = to.min(self.ground.session.started_us() + SECOND);
            match below.oldest.filter(|oldest| below.in_order && *oldest < to && *oldest > from) {
                Some(oldest) if below.given > 0 && oldest / SECOND < end / SECOND => stretches.push((from, oldest)),
                _ if end - from > 2 * SECOND => {
                    let middle = from + (end - from) / 2;
                    let middle = middle - middle.rem_euclid(SECOND);
                    // The later half is read after the earlier one.
                    stretches.push((middle + SECOND, to));
                    stretches.push((from, middle));
                }
                _ => {
                    let what = format!("more than {} records within a second; only these many are given", windows.most);
                    self.skip(what, self.scope.to_owned());
                }
            }
        }
        Ok(())
    }

    /// One stretch to the end of what it gives.
    async fn window(&mut self, first: Request, windows: Windows) -> Result<Below, ApiError> {
        let mut below = Below::default();
        let mut request = Some(first);
        let mut asked: HashSet<String> = HashSet::new();
        while let Some(now) = request.take() {
            if !asked.insert(now.name()) {
                return Err(self.endless("pages that lead back to each other"));
            }
            let etag = self.validator(&now)?;
            let known = etag.as_ref().map(|(etag, _)| etag.as_str());
            match self.ground.session.fetch(self.stream, self.scope, &now, known).await? {
                Fetched::Unchanged => {
                    // The first page counts everything: where it stands still, so does the rest.
                    return Ok(Below::default());
                }
                Fetched::Missing(status) => {
                    self.skip(format!("not there (status {status})"), self.scope.to_owned());
                    return Ok(Below::default());
                }
                Fetched::Answer(answer, json) => {
                    let items = self.items(&json, self.stream.items)?;
                    let total = json.pointer(windows.total).and_then(Value::as_u64).unwrap_or(0);
                    below.total = if below.given == 0 { total } else { below.total };
                    below.given += items.len() as u64;
                    for at_us in items.iter().filter_map(|item| at(item, self.stream.cursor?).and_then(instant)) {
                        below.in_order &= below.oldest.is_none_or(|oldest| at_us <= oldest);
                        below.oldest = Some(below.oldest.map_or(at_us, |oldest| oldest.min(at_us)));
                    }
                    let next = self.next(&now, &answer, &json, &items)?.filter(|_| !items.is_empty());
                    self.store(&items, &now, &answer, next.as_ref()).await?;
                    request = next;
                }
            }
        }
        Ok(below)
    }

    fn skip(&mut self, reason: String, example: String) {
        let skip = self.skips.entry(reason.clone()).or_insert(Skip { reason, count: 0, example });
        skip.count += 1;
    }

    /// The mark as it is now: never past the start of the run.
    fn marked(&self, whole: bool) -> String {
        let since_us = self.newest.map(|newest| newest.min(self.ground.session.started_us()));
        let hint = self.stream.hint.map(|hint| hint.newest).filter(|newest| whole && !newest.is_empty());
        let parent = self.parent.zip(hint).and_then(|(parent, newest)| parent.get(newest)).and_then(scalar);
        let whole_us = self.mark.whole_us.or_else(|| whole.then(|| self.ground.session.started_us()));
        serde_json::to_string(&Mark { since_us, whole, parent, whole_us }).expect("a mark is plain data")
    }

    fn end(mut self, whole: bool) -> Result<(), ApiError> {
        let left_out = std::mem::take(&mut self.skips).into_values().collect::<Vec<_>>();
        // What is not there today may be back tomorrow; what was stored of it is not taken for gone.
        let missing = left_out.iter().any(|skip| skip.reason.starts_with("not there"));
        let listed = std::mem::take(&mut self.listed);
        let page = Page {
            bookmark: Some(self.marked(true)),
            // A list that begins at `since` says nothing of what is older.
            listed: (whole && !missing && (self.stream.order == Order::Whole || self.since.is_none()))
                .then(|| (listed, self.ground.session.started_us())),
            skips: Some(left_out),
            ..Page::default()
        };
        self.commit(page)
    }
}

/// The cursor of a `pageInfo` that has a next page.
fn after(info: Option<&Value>) -> Option<&str> {
    let info = info?;
    (info.get("hasNextPage")?.as_bool()?).then(|| info.get("endCursor")?.as_str()).flatten()
}

/// The key of a record, of what passed the door: what is a person there is one in the key too.
pub(super) fn key_of(stream: &Stream, item: &Value) -> Option<String> {
    let parts: Option<Vec<String>> = stream.key.iter().map(|path| at(item, path).and_then(scalar)).collect();
    parts.map(|parts| parts.join("/"))
}
