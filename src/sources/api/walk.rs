//! One stream in one scope, from its bookmark to the end: pages, keys, marks, and what is gone.

mod batch;
mod cost;
mod left_out;
mod mark;
mod pages;
mod take;
mod windows;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

pub(super) use batch::walk_together;
pub(super) use cost::{Cost, Seen, cost, first, look, since};
use left_out::{HELD_BACK, LIST, LeftOut};
pub use mark::begin_anew;
pub(super) use mark::whole_us;
use mark::{Going, Mark, is_unfinished, lost, nothing_new, unfinished};

use super::door::Door;
use super::error::ApiError;
use super::kept::{History, Kept, at, instant, scalar};
use super::request::Request;
use super::session::{Fetched, Session};
use super::source;
use super::stream::{Ask, Order, Stream};
use crate::archive::{Archive, Page, Skip};
use crate::config::Api;
use crate::log::{Micros, Register};

/// Changes that a system shows late are found again: a walk begins so long before its bookmark.
const OVERLAP: Micros = 10 * 60 * 1_000_000;
const SECOND: Micros = 1_000_000;
/// A whole list of so many records that lost more than half of them at once has rather lost a permission: a token that sees
/// less is answered with an empty list and status 200. Fewer records come and go together as a matter of course.
const MANY: usize = 10;

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
    /// Whether what vanishes from a whole list is gone, however much it is.
    pub(super) accept_gone: bool,
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
    /// The status that said that a list is not there, or not for this token.
    missing: Option<u16>,
    left_out: LeftOut,
    /// Whether everything is asked for, from the beginning on.
    from_beginning: bool,
    /// When the run began that began the walk, where that was interrupted.
    begun_us: Option<Micros>,
}

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// There was nothing to ask.
    Unasked,
    /// The scope was read to its end, now or before.
    Whole,
    /// It is not there, or not for this token; the status.
    Missing(u16),
}

/// Reads a stream in a scope; `parent` is the record that it is listed for.
pub(super) async fn walk(
    ground: &Ground<'_>,
    stream: &'static Stream,
    scope: &str,
    parent: Option<&Kept<'_>>,
) -> Result<Ended, ApiError> {
    let mark = mark::stored(ground.archive.borrow().bookmark(ground.unit, stream.name, scope)?, ground.api, stream);
    let whole = stream.order == Order::Whole || ground.reconcile || mark.again || lost(ground, stream, scope, parent)?;
    if !whole && mark.whole && nothing_new(stream, parent, &mark) && !is_unfinished(ground, stream, scope)? {
        return Ok(Ended::Whole);
    }
    let since = if whole { None } else { mark.since_us.map(|at| at - OVERLAP) };
    let since = since.into_iter().chain(ground.api.since_us).max();
    let from_beginning = whole || mark.since_us.is_none();
    let mut walk = Walk { from_beginning, ..Walk::new(ground, stream, scope, parent, mark, since)? };
    if let Some(windows) = stream.windows {
        walk.by_windows(windows).await?;
    } else {
        let requests = (stream.ask)(&walk.ask(None));
        if requests.is_empty() && !is_unfinished(ground, stream, scope)? {
            return Ok(Ended::Unasked);
        }
        if whole || requests.len() != 1 {
            walk.mark.going = None;
        }
        for request in requests {
            walk.pages(request).await?;
        }
    }
    walk.look_again().await?;
    let ended = walk.missing.map_or(Ended::Whole, Ended::Missing);
    walk.end(whole)?;
    Ok(ended)
}

impl<'a, 'w> Walk<'a, 'w> {
    fn new(
        ground: &'w Ground<'a>,
        stream: &'static Stream,
        scope: &'w str,
        parent: Option<&'w Kept<'w>>,
        mark: Mark,
        since: Option<Micros>,
    ) -> Result<Self, ApiError> {
        let before = ground.archive.borrow().places_left_out(ground.unit, stream.name, scope)?;
        Ok(Self {
            ground,
            stream,
            scope,
            parent,
            newest: mark.since_us,
            mark,
            since,
            seen: HashSet::new(),
            listed: Vec::new(),
            missing: None,
            left_out: LeftOut::new(before),
            from_beginning: true,
            begun_us: None,
        })
    }

    fn ask(&self, window: Option<(Micros, Micros)>) -> Ask<'_> {
        Ask { api: self.ground.api, parent: self.parent, since: self.since, window }
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
            let fetched = match self.ground.session.fetch_one(self.stream, self.scope, &request).await {
                Err(why) if why.is_of_a_list() => {
                    let reason = format!("could not be asked for again: {}", why.in_short());
                    self.skip(&self.place_of(&key), reason, key);
                    continue;
                }
                fetched => fetched?,
            };
            match fetched {
                Fetched::Answer(_, json) => {
                    let mut page = Page::default();
                    for item in self.items(&json, pointer)? {
                        self.take(item, &mut page).await?;
                    }
                    self.commit(page)?;
                    if !self.seen.contains(&key) {
                        let place = self.place_of(&key);
                        self.left_out.settle(&place);
                        self.skip(&place, "no longer there: another stands in its place".to_owned(), key);
                    }
                }
                Fetched::Missing(status) => {
                    let place = self.place_of(&key);
                    self.left_out.settle(&place);
                    self.skip(&place, format!("no longer there (status {status})"), key);
                }
                Fetched::Unchanged => {}
            }
        }
        Ok(())
    }

    fn skip(&mut self, place: &str, reason: String, example: String) {
        self.left_out.add(place, &Skip { reason, count: 1, example });
    }

    /// The list is not there, or not for this token: a word that the repository is gone, or that a permission is missing.
    fn lack(&mut self, status: u16) {
        self.missing = Some(status);
        let reason = match status {
            401 | 403 => format!("not for this token (status {status}): it needs {}", self.stream.permission),
            _ => format!("not there (status {status})"),
        };
        self.left_out.settle(LIST);
        self.skip(LIST, reason, self.scope.to_owned());
    }

    /// Where a walk goes on that was interrupted, if it was.
    fn resume(&mut self) -> Option<Request> {
        let going = self.mark.going.take()?;
        self.newest = self.newest.max(going.newest_us);
        self.begun_us = Some(going.started_us);
        Some(going.request)
    }

    /// It begins at its beginning after all.
    fn begin(&mut self) {
        self.newest = self.mark.since_us;
        self.begun_us = None;
    }

    /// When the run began that began the walk.
    fn started_us(&self) -> Micros {
        let now = self.ground.session.started_us();
        self.begun_us.map_or(now, |begun| begun.min(now))
    }

    /// The mark as it is now: never past the start of the run.
    fn marked(&self, whole: bool) -> String {
        let started_us = self.started_us();
        let since_us = self.newest.map(|newest| newest.min(started_us));
        let hint = self.stream.hint.map(|hint| hint.newest).filter(|newest| whole && !newest.is_empty());
        let parent = self.parent.zip(hint).and_then(|(parent, newest)| parent.get(newest)).and_then(scalar);
        let whole_us = self.mark.whole_us.or_else(|| whole.then_some(started_us));
        let asked = mark::asked(self.ground.api, self.stream);
        let mark = Mark { since_us, whole, parent, whole_us, asked, ..Mark::default() };
        serde_json::to_string(&mark).expect("a mark is plain data")
    }

    /// The mark behind a page of a list that has no order to go on by.
    fn marked_at(&self, page: &Request) -> String {
        let going = Going { request: page.clone(), started_us: self.started_us(), newest_us: self.newest };
        let asked = mark::asked(self.ground.api, self.stream);
        let mark = Mark { going: Some(going), asked, again: false, ..self.mark.clone() };
        serde_json::to_string(&mark).expect("a mark is plain data")
    }

    /// A list that begins at `since` says nothing of what is older: that counts as listed. Says whether the list can tell of
    /// anything that it is gone.
    fn may_miss(&self, listed: &mut Vec<String>) -> Result<bool, ApiError> {
        let Some(since) = self.since else { return Ok(true) };
        let Some(cursor) = self.stream.cursor else { return Ok(false) };
        let ground = self.ground;
        for record in ground.archive.borrow().records_of(ground.unit, self.stream.name, self.scope)? {
            if record.gone_us.is_some() {
                continue;
            }
            let body: Value = serde_json::from_str(&record.body).unwrap_or_default();
            if at(&body, cursor).and_then(instant).is_none_or(|at_us| at_us < since) {
                listed.push(record.key);
            }
        }
        Ok(true)
    }

    /// What vanished from a whole list is gone, unless that is so much that the list cannot be believed: then it counts as
    /// listed, and as left out.
    fn hold_back(&mut self, listed: &mut Vec<String>) -> Result<(), ApiError> {
        let ground = self.ground;
        self.left_out.settle(HELD_BACK);
        let standing = ground.archive.borrow().standing(ground.unit, self.stream.name, self.scope)?;
        let known: BTreeSet<&str> = listed.iter().map(String::as_str).collect();
        let vanished: Vec<String> = standing.iter().filter(|key| !known.contains(key.as_str())).cloned().collect();
        // Where the study file asks for fewer owners, fewer are listed.
        let is_meant = ground.accept_gone || (self.stream.per.is_none() && self.mark.other_settings);
        if is_meant || standing.len() < MANY || vanished.len() * 2 <= standing.len() {
            return Ok(());
        }
        let reason = "no longer listed, more than half of a list at once, as where a permission is lost; kept until \
                      `milepost pull --accept-gone`";
        let count = i64::try_from(vanished.len()).unwrap_or(i64::MAX);
        let first = vanished.first().map(String::as_str).unwrap_or_default();
        let example = if self.scope.is_empty() { first.to_owned() } else { format!("{}/{first}", self.scope) };
        let skip = Skip { reason: reason.to_owned(), count, example };
        self.left_out.add(HELD_BACK, &skip);
        listed.extend(vanished);
        Ok(())
    }

    fn end(mut self, whole: bool) -> Result<(), ApiError> {
        // What is not there today may be back tomorrow: it is asked for again, and what was stored of it is not taken for gone.
        let missing = self.missing.is_some();
        let resumed = self.begun_us.is_some();
        if !missing {
            self.left_out.settle(LIST);
        }
        let mut listed = std::mem::take(&mut self.listed);
        let speaks =
            whole && !missing && !resumed && (self.stream.order == Order::Whole || self.may_miss(&mut listed)?);
        if speaks {
            self.hold_back(&mut listed)?;
        }
        let streams = source(self.ground.api.kind).streams;
        let below = streams.iter().filter(|stream| stream.order == Order::Whole);
        let page = Page {
            bookmark: (!missing).then(|| self.marked(true)),
            listed: speaks.then(|| (listed, self.ground.session.started_us())),
            below: below.filter_map(|stream| Some((stream.per?, stream.name))).filter(|_| speaks).collect(),
            left_out_only: (self.from_beginning && !missing && !resumed).then(|| self.left_out.places()),
            ..Page::default()
        };
        self.commit(page)
    }
}

/// Counts a list that could not be read. Its bookmark stays where it was: the next pull reads it.
pub(super) fn leave_out(
    ground: &Ground<'_>,
    stream: &'static Stream,
    scope: &str,
    why: &ApiError,
) -> Result<(), ApiError> {
    let reason = format!("could not be read: {}", why.in_short());
    let skip = Skip { reason, count: 1, example: scope.to_owned() };
    let (settled, left_out) = (vec![LIST.to_owned()], vec![(LIST.to_owned(), skip)]);
    let page = Page { settled, left_out, ..Page::default() };
    ground.archive.borrow_mut().store(ground.unit, stream.name, scope, &page)?;
    Ok(())
}
