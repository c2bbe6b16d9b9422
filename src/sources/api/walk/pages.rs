//! From a request to the last page that follows it.

use std::collections::HashSet;

use serde_json::Value;

use super::Walk;
use super::mark::Unchanged;
use crate::sources::api::error::ApiError;
use crate::sources::api::kept::{at, instant, scalar};
use crate::sources::api::link;
use crate::sources::api::request::{Answer, Method, Request};
use crate::sources::api::session::Fetched;
use crate::sources::api::stream::{Next, Order};

/// So many pages in a row of records that are known are no list.
const KNOWN_PAGES: u32 = 10;
/// Nor are so many in a row that hold nothing; a list by stretches of time may have years without a record.
const EMPTY_PAGES: u32 = 1_000;
/// A list of more pages never ends.
pub(super) const MOST_PAGES: usize = 100_000;

impl Walk<'_, '_> {
    /// Pages from a request to the last one.
    pub(super) async fn pages(&mut self, first: Request) -> Result<(), ApiError> {
        let mut resumed = self.resume();
        let mut request = Some(resumed.clone().unwrap_or_else(|| first.clone()));
        let mut asked: HashSet<String> = HashSet::new();
        let (mut known, mut empty) = (0, 0);
        while let Some(now) = request.take() {
            if resumed.take().is_some() && !self.still_leads_on(&now).await? {
                self.begin();
                request = Some(first.clone());
                continue;
            }
            if !asked.insert(now.name()) {
                return Err(self.endless("pages that lead back to each other"));
            }
            let etag = self.validator(&now)?;
            let tag = etag.as_ref().map(|(etag, _)| etag.as_str());
            let (answer, json) = match self.ground.session.fetch(self.stream, self.scope, &now, tag).await? {
                Fetched::Answer(answer, json) => (answer, json),
                Fetched::Missing(status) => {
                    self.lack(status);
                    return Ok(());
                }
                Fetched::Unchanged => {
                    let before = etag.and_then(|(_, page)| serde_json::from_str::<Unchanged>(&page?).ok());
                    let Some(Unchanged { next, keys, left_out }) = before else { return Ok(()) };
                    self.left_out.again(left_out);
                    self.listed.extend(keys);
                    request = next;
                    continue;
                }
            };
            let items = self.items(&json, self.stream.items)?;
            let next = self.next(&now, &answer, &json, &items)?;
            let fresh = self.store(&items, &now, &answer, next.as_ref()).await?;
            known = if fresh == 0 && !items.is_empty() { known + 1 } else { 0 };
            empty = if items.is_empty() { empty + 1 } else { 0 };
            let met = self.stream.order == Order::NewestFirst && self.met_known(&items);
            if met {
                return Ok(());
            }
            if next.is_some() && (known >= KNOWN_PAGES || empty >= EMPTY_PAGES || asked.len() >= MOST_PAGES) {
                return Err(self.endless("pages without end"));
            }
            request = next;
        }
        Ok(())
    }

    /// Whether the page that was stored last before the walk was interrupted still begins with what is stored: then nothing has
    /// moved from behind it to before it, and no token has run out.
    async fn still_leads_on(&self, request: &Request) -> Result<bool, ApiError> {
        match self.ground.session.fetch(self.stream, self.scope, request, None).await {
            Ok(Fetched::Answer(_, json)) => match self.items(&json, self.stream.items)?.first() {
                Some(first) => self.is_stored(first),
                None => Ok(false),
            },
            Ok(Fetched::Missing(_) | Fetched::Unchanged) | Err(ApiError::Unexpected { .. }) => Ok(false),
            Err(why) => Err(why),
        }
    }

    pub(super) fn endless(&self, what: &str) -> ApiError {
        let hint = "what was stored is whole; a proxy in between may answer in place of the system";
        self.ground.session.unexpected(self.stream, what, hint)
    }

    /// Only whole listings are asked for on condition: their records do not move between pages unseen.
    pub(super) fn validator(&self, request: &Request) -> Result<Option<(String, Option<String>)>, ApiError> {
        // A stretch of a list that is asked for as a whole must say all of its keys.
        let windows = self.stream.windows.is_some() && self.since.is_some();
        let by_condition = self.stream.order == Order::Whole || windows;
        if request.method == Method::Post || !by_condition || !self.mark.whole {
            return Ok(None);
        }
        Ok(self.ground.archive.borrow().validator(self.ground.unit, &request.name())?)
    }

    pub(super) fn items<'j>(&self, json: &'j Value, pointer: &str) -> Result<Vec<&'j Value>, ApiError> {
        match json.pointer(pointer) {
            Some(Value::Array(items)) => Ok(items.iter().collect()),
            // What GraphQL does not know it answers with null.
            Some(Value::Null) if self.stream.per.is_none() && pointer.starts_with("/data/") => {
                let (stream, permission) = (self.stream.name.to_owned(), self.stream.permission.to_owned());
                Err(ApiError::NotThere { host: self.ground.session.host(), stream, permission })
            }
            Some(Value::Null) => Ok(Vec::new()),
            None if json.is_null() => Ok(Vec::new()),
            Some(one @ Value::Object(_)) => Ok(vec![one]),
            _ => {
                let what = if pointer.is_empty() { "no list".to_owned() } else { format!("nothing at `{pointer}`") };
                let hint = "the version of the system may be one that this was not made for, or `url` is not its API's";
                Err(self.ground.session.unexpected(self.stream, &what, hint))
            }
        }
    }

    pub(super) fn next(
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

    /// Whether a page of the newest first reaches what is known.
    pub(super) fn met_known(&self, items: &[&Value]) -> bool {
        let Some(since) = self.since else { return false };
        let cursor = |item: &&Value| at(item, self.stream.cursor?).and_then(instant);
        items.last().and_then(cursor).is_some_and(|oldest| oldest < since)
    }
}

/// The cursor of a `pageInfo` that has a next page.
pub(super) fn after(info: Option<&Value>) -> Option<&str> {
    let info = info?;
    (info.get("hasNextPage")?.as_bool()?).then(|| info.get("endCursor")?.as_str()).flatten()
}
