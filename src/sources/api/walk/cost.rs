//! What a walk would cost, before it is begun.

use serde_json::Value;

use super::mark::{self, Mark, hinted, nothing_new};
use super::pages::after;
use super::{Ground, OVERLAP, Walk};
use crate::archive::Archive;
use crate::log::Micros;
use crate::sources::api::error::ApiError;
use crate::sources::api::kept::{History, Kept};
use crate::sources::api::request::Request;
use crate::sources::api::session::Fetched;
use crate::sources::api::stream::{Ask, Order, Stream};

/// What a walk would cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sources::api) enum Cost {
    /// Requests at least and at the most; how many that is may not be known.
    Known(u64, Option<u64>),
    /// Only a look at the list tells; how many records it holds, where that is known beforehand, and on how many pages.
    Unseen(Option<(u64, u64)>),
}

/// What the first page of a list tells of the whole.
#[derive(Clone, Debug, Default)]
pub(in crate::sources::api) struct Seen {
    /// Requests for its pages.
    pub(in crate::sources::api) pages: u64,
    /// Whether there are more pages, and nothing says how many.
    pub(in crate::sources::api) goes_on: bool,
    /// Records that it holds.
    pub(in crate::sources::api) total: u64,
    /// Records of the first page.
    pub(in crate::sources::api) shown: u64,
    /// How many requests these need for lists within them that do not fit.
    pub(in crate::sources::api) more: u64,
    /// How many requests are made for these by each stream that hangs on it.
    pub(in crate::sources::api) below: Vec<u64>,
}

/// From when on a list that is read once would be asked for, by what an archive holds.
pub(in crate::sources::api) fn since(
    ground: &Ground<'_>,
    archive: &Archive,
    stream: &Stream,
) -> Result<Option<Micros>, ApiError> {
    let mark = mark::stored(archive.bookmark(ground.unit, stream.name, "")?, ground.api, stream);
    let known = mark.since_us.filter(|_| !ground.reconcile).map(|at| at - OVERLAP);
    Ok(known.into_iter().chain(ground.api.since_us).max())
}

/// The first requests of a list that was never read.
pub(in crate::sources::api) fn first(ground: &Ground<'_>, stream: &Stream, parent: &Kept<'_>) -> Vec<Request> {
    (stream.ask)(&ask(ground, stream, parent))
}

fn ask<'g>(ground: &'g Ground<'_>, stream: &Stream, parent: &'g Kept<'g>) -> Ask<'g> {
    let since = ground.api.since_us;
    let window = stream.windows.map(|_| (since.unwrap_or(0), Micros::MAX));
    Ask { api: ground.api, parent: Some(parent), since, window }
}

/// The cost of a walk, from what the record that it is listed for tells and from what an archive holds.
pub(in crate::sources::api) fn cost(
    ground: &Ground<'_>,
    archive: &Archive,
    stream: &Stream,
    parent: &Kept<'_>,
) -> Result<Cost, ApiError> {
    let scope = parent.path();
    let mark = mark::stored(archive.bookmark(ground.unit, stream.name, &scope)?, ground.api, stream);
    let stands_still = mark.whole && !ground.reconcile && nothing_new(stream, Some(parent), &mark);
    if stands_still && (stream.again.is_none() || mark::unfinished_in(archive, ground.unit, stream, &scope)?.is_empty())
    {
        return Ok(Cost::Known(0, Some(0)));
    }
    if let Some(batch) = &stream.batch {
        let wants = (batch.wants)(&ask(ground, stream, parent));
        return Ok(if wants { Cost::Known(1, None) } else { Cost::Known(0, Some(0)) });
    }
    let first = first(ground, stream, parent).len() as u64;
    if first == 0 {
        return Ok(Cost::Known(0, Some(0)));
    }
    if mark.whole && !ground.reconcile {
        return Ok(Cost::Known(first, None));
    }
    let Some((total, hint)) = hinted(stream.hint, Some(parent)).zip(stream.hint) else {
        let is_worth_a_look = stream.windows.is_some() || stream.order == Order::Whole;
        return Ok(if is_worth_a_look { Cost::Unseen(None) } else { Cost::Known(first, None) });
    };
    let pages = total.div_ceil(hint.page.max(1)).max(first);
    let has_more = stream.parts.iter().any(|part| part.more.is_some());
    Ok(match ground.api.since_us {
        // What is older than that is counted too, and not read.
        Some(_) => Cost::Known(first, Some(pages).filter(|_| !has_more)),
        None if has_more && total > 0 => Cost::Unseen(Some((total, pages))),
        None => Cost::Known(pages, Some(pages)),
    })
}

/// Looks at the first page of a list that was never read. `below`: the streams that hang on it.
pub(in crate::sources::api) async fn look(
    ground: &Ground<'_>,
    stream: &'static Stream,
    parent: &Kept<'_>,
    below: &[&'static Stream],
) -> Result<Seen, ApiError> {
    let path = parent.path();
    let walk = Walk::new(ground, stream, &path, Some(parent), Mark::default(), ground.api.since_us)?;
    let mut seen = Seen { below: vec![0; below.len()], ..Seen::default() };
    for request in first(ground, stream, parent) {
        let Fetched::Answer(answer, json) = ground.session.fetch(stream, &path, &request, None).await? else {
            seen.pages += 1;
            continue;
        };
        let items = walk.items(&json, stream.items)?;
        let shown = items.len() as u64;
        let counted = stream.windows.and_then(|windows| json.pointer(windows.total)?.as_u64());
        let told = counted.or_else(|| hinted(stream.hint, Some(parent)));
        let has_next = walk.next(&request, &answer, &json, &items)?.is_some();
        seen.goes_on |= has_next && told.is_none();
        seen.pages += u64::from(has_next && told.is_none());
        // A list that is cut off has no page behind the last that it gives.
        let is_all = !has_next && counted.is_none();
        let total = if is_all { shown } else { told.unwrap_or(shown).max(shown) };
        seen.shown += shown;
        seen.total += total;
        seen.pages += pages(total, shown, stream.windows.map(|windows| windows.most));
        for item in items {
            let mut item = item.clone();
            (stream.prepare)(&mut item);
            let lists = stream.parts.iter().filter_map(|part| part.more.as_ref());
            seen.more += lists.filter(|more| after(item.pointer(more.info)).is_some()).count() as u64;
            if below.is_empty() {
                continue;
            }
            let kept = walk.pass(stream, &item);
            for (count, child) in seen.below.iter_mut().zip(below) {
                *count += asked_below(ground, child, stream, &path, &kept);
            }
        }
    }
    Ok(seen)
}

/// How many requests a stream begins with for a record of another.
fn asked_below(ground: &Ground<'_>, child: &Stream, stream: &Stream, scope: &str, item: &Value) -> u64 {
    let Some(key) = super::take::key_of(stream, item) else { return 0 };
    let kept = Kept { key: &key, scope, since_us: None, gone_us: None, value: item, history: History::default() };
    first(ground, child, &kept).len() as u64
}

/// How many pages give so many records. A list that is cut off is asked for again from its oldest on, which is met twice.
fn pages(total: u64, page: u64, most: Option<u64>) -> u64 {
    let page = page.max(1);
    let Some(most) = most.filter(|most| *most > 1) else { return total.div_ceil(page).max(1) };
    let (mut left, mut pages) = (total, 0);
    while left > most {
        pages += most.div_ceil(page);
        left -= most - 1;
    }
    pages + left.div_ceil(page).max(1)
}

#[cfg(test)]
mod tests {
    use super::pages;

    #[test]
    fn pages_are_counted_as_they_are_asked_for() {
        assert_eq!((pages(0, 0, None), pages(100, 100, None), pages(101, 100, None)), (1, 1, 2));
        assert_eq!((pages(1_000, 100, Some(1_000)), pages(1_001, 100, Some(1_000))), (10, 11));
        // Twice a thousand, and what is left: each but the first begins with the last of the one before.
        assert_eq!(pages(2_000, 100, Some(1_000)), 10 + 10 + 1);
    }
}
