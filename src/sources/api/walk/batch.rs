//! Lists of many records asked for at once, where a system gives them so: each is walked as if it had been asked for alone.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::mark::{self, nothing_new};
use super::{Ended, Ground, Walk};
use crate::archive::{Page, Record};
use crate::sources::api::error::ApiError;
use crate::sources::api::kept::{History, Kept, at, scalar};
use crate::sources::api::request::Request;
use crate::sources::api::session::Fetched;
use crate::sources::api::stream::{Ask, Batch, Stream};

/// Reads a stream for many records; what was asked for comes in pages that hold parts of several lists. Says which scopes could
/// not be read, and why.
pub(in crate::sources::api) async fn walk_together(
    ground: &Ground<'_>,
    stream: &'static Stream,
    batch: &Batch,
    parents: &[Record],
) -> Result<Vec<(Vec<String>, ApiError)>, ApiError> {
    let mut failed = Vec::new();
    let values: Vec<Value> =
        parents.iter().map(|record| serde_json::from_str(&record.body).unwrap_or_default()).collect();
    let kept = parents.iter().zip(&values).map(|(record, value)| {
        let (key, scope) = (&*record.key, &*record.scope);
        Kept { key, scope, since_us: None, gone_us: None, value, history: History::default() }
    });
    let mut wanted = Vec::new();
    for parent in kept {
        let ask = Ask { api: ground.api, parent: Some(&parent), since: None, window: None };
        let mark = mark::stored(
            ground.archive.borrow().bookmark(ground.unit, stream.name, &parent.path())?,
            ground.api,
            stream,
        );
        let stands_still = !ground.reconcile && mark.whole && nothing_new(stream, Some(&parent), &mark);
        if !stands_still && (batch.wants)(&ask) {
            wanted.push((parent.path(), parent, mark));
        }
    }
    for some in wanted.chunks(batch.most) {
        let mut walks: BTreeMap<&str, Walk<'_, '_>> = BTreeMap::new();
        for (path, parent, mark) in some {
            walks.insert(parent.key, Walk::new(ground, stream, path, Some(parent), mark.clone(), None)?);
        }
        let keys: Vec<&str> = walks.keys().copied().collect();
        match pages(&mut walks, batch, (batch.ask)(ground.api, &keys)).await {
            Ok(Ended::Missing(status @ (401 | 403))) => {
                return Err(ground.session.refused(stream, "", status));
            }
            Ok(_) => {}
            Err(why) if why.is_of_a_list() => {
                failed.push((some.iter().map(|(path, ..)| path.clone()).collect(), why));
                continue;
            }
            Err(why) => return Err(why),
        }
        for (_, walk) in walks {
            walk.end(true)?;
        }
    }
    Ok(failed)
}

async fn pages(walks: &mut BTreeMap<&str, Walk<'_, '_>>, batch: &Batch, first: Request) -> Result<Ended, ApiError> {
    let Some(one) = walks.values().next() else { return Ok(Ended::Unasked) };
    let (ground, stream) = (one.ground, one.stream);
    let mut request = Some(first);
    let mut asked: HashSet<String> = HashSet::new();
    while let Some(now) = request.take() {
        let Some(one) = walks.values().next() else { break };
        if !asked.insert(now.name()) || asked.len() > super::pages::MOST_PAGES {
            return Err(one.endless("pages that lead back to each other"));
        }
        let json = match ground.session.fetch(stream, "", &now, None).await? {
            Fetched::Answer(answer, json) => {
                request = one.next(&now, &answer, &json, &[])?;
                json
            }
            Fetched::Missing(status) => {
                for walk in walks.values_mut() {
                    walk.lack(status);
                }
                return Ok(Ended::Missing(status));
            }
            Fetched::Unchanged => break,
        };
        let mut page = Page::default();
        for group in one.items(&json, batch.groups)? {
            let key = at(group, batch.of).and_then(scalar).unwrap_or_default();
            // What was not asked for belongs to no list.
            let Some(walk) = walks.get_mut(key.as_str()) else { continue };
            for item in group.pointer(batch.items).and_then(Value::as_array).into_iter().flatten() {
                walk.take(item, &mut page).await?;
            }
        }
        let mut page = Some(page);
        for walk in walks.values_mut() {
            match page.take() {
                Some(page) => walk.commit(page)?,
                None if walk.left_out.is_saved() => {}
                None => walk.commit(Page::default())?,
            }
        }
    }
    Ok(Ended::Whole)
}
