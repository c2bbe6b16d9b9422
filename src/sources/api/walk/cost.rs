//! What a walk would cost, before it is begun.

use super::mark::{self, hinted, nothing_new};
use super::{Ground, OVERLAP};
use crate::archive::Archive;
use crate::log::Micros;
use crate::sources::api::error::ApiError;
use crate::sources::api::kept::Kept;
use crate::sources::api::stream::{Ask, Stream};

/// What a walk would cost at least, and whether it costs no more.
pub(in crate::sources::api) struct Cost {
    pub(in crate::sources::api) requests: u64,
    pub(in crate::sources::api) exact: bool,
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

/// The cost of a walk, from what the record that it is listed for tells and from what an archive holds.
pub(in crate::sources::api) fn cost(
    ground: &Ground<'_>,
    archive: &Archive,
    stream: &Stream,
    parent: &Kept<'_>,
) -> Result<Cost, ApiError> {
    let scope = parent.path();
    let mark = mark::stored(archive.bookmark(ground.unit, stream.name, &scope)?, ground.api, stream);
    let total = hinted(stream.hint, Some(parent));
    if mark.whole && !ground.reconcile && nothing_new(stream, Some(parent), &mark) {
        return Ok(Cost { requests: 0, exact: stream.again.is_none() });
    }
    let ask = Ask { api: ground.api, parent: Some(parent), since: None, window: Some((0, Micros::MAX)) };
    let first = match &stream.batch {
        Some(batch) => u64::from((batch.wants)(&ask)),
        None => (stream.ask)(&ask).len() as u64,
    };
    Ok(match (total, stream.hint) {
        _ if first == 0 => Cost { requests: 0, exact: true },
        (Some(total), Some(hint)) if !mark.whole => {
            Cost { requests: total.div_ceil(hint.page.max(1)).max(first), exact: stream.parts.is_empty() }
        }
        _ => Cost { requests: first, exact: false },
    })
}
