//! Lists that are cut off: stretch by stretch, until everything that a filter counts was given.

use std::collections::HashSet;

use serde_json::Value;

use super::mark::Unchanged;
use super::pages::MOST_PAGES;
use super::{SECOND, Walk};
use crate::log::Micros;
use crate::sources::api::error::ApiError;
use crate::sources::api::kept::{at, instant};
use crate::sources::api::request::Request;
use crate::sources::api::session::Fetched;
use crate::sources::api::stream::Windows;

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

impl Walk<'_, '_> {
    /// A list that is cut off, newest first: what it gives, then what is older than that, and so on. Where a page of it shows
    /// that it does not come in that order, or its end does not move, the stretch is halved instead.
    pub(super) async fn by_windows(&mut self, windows: Windows) -> Result<(), ApiError> {
        // Nothing has a creation before 2008 in any system that is read by windows.
        const FIRST: Micros = 1_199_145_600_000_000;
        let mut stretches = vec![(self.since.unwrap_or(FIRST), Micros::MAX)];
        while let Some((from, to)) = stretches.pop() {
            let mut below = Below::default();
            for request in (self.stream.ask)(&self.ask(Some((from, to)))) {
                below = below.and(self.window(request, windows).await?);
            }
            if below.total <= below.given || self.missing.is_some() {
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
                    self.skip(&format!("stretch {from}"), what, self.scope.to_owned());
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
            if !asked.insert(now.name()) || asked.len() > MOST_PAGES {
                return Err(self.endless("pages that lead back to each other"));
            }
            let etag = self.validator(&now)?;
            let known = etag.as_ref().map(|(etag, _)| etag.as_str());
            match self.ground.session.fetch(self.stream, self.scope, &now, known).await? {
                Fetched::Unchanged => {
                    // A pull that was killed may have stored this page and none of those behind it.
                    let before = etag.and_then(|(_, page)| serde_json::from_str::<Unchanged>(&page?).ok());
                    let Some(Unchanged { next, keys, left_out }) = before else { return Ok(below) };
                    self.left_out.again(left_out);
                    below.given += keys.len() as u64;
                    self.listed.extend(keys);
                    request = next;
                }
                Fetched::Missing(status) => {
                    self.lack(status);
                    return Ok(Below::default());
                }
                Fetched::Answer(answer, json) => {
                    let items = self.items(&json, self.stream.items)?;
                    let total = json.pointer(windows.total).and_then(Value::as_u64).unwrap_or(0);
                    below.total = below.total.max(total);
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
}
