//! One stream in one scope, from its bookmark to the end: pages, keys, marks, and what is gone.

mod batch;
mod cost;
mod mark;
mod pages;
mod take;
mod windows;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

pub(super) use batch::walk_together;
pub(super) use cost::{Cost, Seen, cost, first, look, since};
pub(super) use mark::whole_us;
use mark::{Mark, is_unfinished, lost, nothing_new, unfinished};

use super::door::Door;
use super::error::ApiError;
use super::kept::{History, Kept, at, instant, scalar};
use super::session::{Fetched, Session};
use super::stream::{Ask, Order, Stream};
use crate::archive::{Archive, Page, Skip};
use crate::config::Api;
use crate::log::{Micros, Register};

/// Changes that a system shows late are found again: a walk begins so long before its bookmark.
const OVERLAP: Micros = 10 * 60 * 1_000_000;
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
    skips: BTreeMap<String, Skip>,
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
    let whole = stream.order == Order::Whole || ground.reconcile || lost(ground, stream, scope, parent)?;
    if !whole && mark.whole && nothing_new(stream, parent, &mark) && !is_unfinished(ground, stream, scope)? {
        return Ok(Ended::Whole);
    }
    let since = if whole { None } else { mark.since_us.map(|at| at - OVERLAP) };
    let since = since.into_iter().chain(ground.api.since_us).max();
    let mut walk = Walk::new(ground, stream, scope, parent, mark, since);
    if let Some(windows) = stream.windows {
        walk.by_windows(windows).await?;
    } else {
        let requests = (stream.ask)(&walk.ask(None));
        if requests.is_empty() && !is_unfinished(ground, stream, scope)? {
            return Ok(Ended::Unasked);
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
    ) -> Self {
        let newest = mark.since_us;
        let (seen, listed, skips) = (HashSet::new(), Vec::new(), BTreeMap::new());
        Self { ground, stream, scope, parent, mark, since, newest, seen, listed, missing: None, skips }
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
            match self.ground.session.fetch_one(self.stream, self.scope, &request).await? {
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

    fn skip(&mut self, reason: String, example: String) {
        let skip = self.skips.entry(reason.clone()).or_insert(Skip { reason, count: 0, example });
        skip.count += 1;
    }

    /// The list is not there, or not for this token: a word that the repository is gone, or that a permission is missing.
    fn lack(&mut self, status: u16) {
        self.missing = Some(status);
        let reason = match status {
            403 => format!("not for this token (status 403): it needs {}", self.stream.permission),
            _ => format!("not there (status {status})"),
        };
        self.skip(reason, self.scope.to_owned());
    }

    /// The mark as it is now: never past the start of the run.
    fn marked(&self, whole: bool) -> String {
        let since_us = self.newest.map(|newest| newest.min(self.ground.session.started_us()));
        let hint = self.stream.hint.map(|hint| hint.newest).filter(|newest| whole && !newest.is_empty());
        let parent = self.parent.zip(hint).and_then(|(parent, newest)| parent.get(newest)).and_then(scalar);
        let whole_us = self.mark.whole_us.or_else(|| whole.then(|| self.ground.session.started_us()));
        let asked = mark::asked(self.ground.api, self.stream);
        serde_json::to_string(&Mark { since_us, whole, parent, whole_us, asked }).expect("a mark is plain data")
    }

    /// A list that begins at `since` says nothing of what is older: that counts as listed. Says whether the list can tell of
    /// anything that it is gone.
    fn may_miss(&self, listed: &mut Vec<String>) -> Result<bool, ApiError> {
        let Some(since) = self.since else { return Ok(true) };
        let Some(cursor) = self.stream.cursor else { return Ok(false) };
        let ground = self.ground;
        for record in ground.archive.borrow().records_of(ground.unit, self.stream.name, self.scope)? {
            let body: Value = serde_json::from_str(&record.body).unwrap_or_default();
            if at(&body, cursor).and_then(instant).is_none_or(|at_us| at_us < since) {
                listed.push(record.key);
            }
        }
        Ok(true)
    }

    fn end(mut self, whole: bool) -> Result<(), ApiError> {
        let left_out = std::mem::take(&mut self.skips).into_values().collect::<Vec<_>>();
        // What is not there today may be back tomorrow: it is asked for again, and what was stored of it is not taken for gone.
        let missing = self.missing.is_some();
        let mut listed = std::mem::take(&mut self.listed);
        let speaks = whole && !missing && (self.stream.order == Order::Whole || self.may_miss(&mut listed)?);
        let page = Page {
            bookmark: (!missing).then(|| self.marked(true)),
            listed: speaks.then(|| (listed, self.ground.session.started_us())),
            skips: Some(left_out),
            ..Page::default()
        };
        self.commit(page)
    }
}
