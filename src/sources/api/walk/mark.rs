//! How far a stream was read in a scope, and whether anything can be new there.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::Ground;
use crate::archive::{Archive, Skip};
use crate::config::Api;
use crate::log::Micros;
use crate::sources::api::error::ApiError;
use crate::sources::api::kept::{History, Kept, scalar};
use crate::sources::api::request::Request;
use crate::sources::api::stream::{Hint, Stream};

/// How far a stream was read in a scope.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// The newest cursor that is stored, and everything before it; never past the start of the run that stored it.
    pub(super) since_us: Option<Micros>,
    /// Whether the scope was once read to its end.
    pub(super) whole: bool,
    /// What the record that it is listed for told of its newest when it was last read to its end.
    #[serde(default)]
    pub(super) parent: Option<String>,
    /// When the run began that first read the scope to its end.
    #[serde(default)]
    pub(super) whole_us: Option<Micros>,
    /// What of the settings shaped the requests.
    #[serde(default)]
    pub(super) asked: String,
    /// Whether it is read again from the beginning, and says at its end what is gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) again: bool,
    /// How far a list was read that has no order to go on by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) going: Option<Going>,
    /// Whether other settings asked when it was stored.
    #[serde(skip)]
    pub(super) other_settings: bool,
}

/// Where an unfinished walk stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Going {
    /// The last page that is stored.
    pub(super) request: Request,
    /// When the run began that began the walk: what changed since then may lie on pages that were read before it did.
    pub(super) started_us: Micros,
    /// The newest cursor so far.
    pub(super) newest_us: Option<Micros>,
}

/// A mark as the archive holds it; none is one of a list that was never read. Where other settings asked then, the list is
/// read anew: what they left out lies before the mark.
pub(super) fn stored(text: Option<String>, api: &Api, stream: &Stream) -> Mark {
    let mark = parsed(text);
    if mark.asked == asked(api, stream) {
        return mark;
    }
    let other_settings = !mark.asked.is_empty();
    Mark { whole_us: mark.whole_us, again: mark.again, other_settings, ..Mark::default() }
}

/// The mark of a list that begins again: when it was first read whole is known from no later answer.
///
/// # Panics
/// Never: a mark is plain data.
pub fn begin_anew(text: &str) -> String {
    let mark = parsed(Some(text.to_owned()));
    let anew = Mark { whole_us: mark.whole_us, asked: mark.asked, again: true, ..Mark::default() };
    serde_json::to_string(&anew).expect("a mark is plain data")
}

fn parsed(text: Option<String>) -> Mark {
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// What of the settings decides which records a list holds.
pub(super) fn asked(api: &Api, stream: &Stream) -> String {
    let of_lists = (api.since_us, &api.query);
    // A list that hangs on nothing is narrowed down by owners and names; others are asked for, or not, one by one.
    let of_roots = stream.per.is_none().then(|| (&api.owners, api.include.written(), api.exclude.written()));
    let hash = Sha256::digest(format!("{of_lists:?}{of_roots:?}").as_bytes());
    hash[..8].iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// When the run began that first read a scope to its end.
pub(in crate::sources::api) fn whole_us(
    archive: &Archive,
    unit: &str,
    stream: &str,
    scope: &str,
) -> Result<Option<Micros>, ApiError> {
    Ok(parsed(archive.bookmark(unit, stream, scope)?).whole_us)
}

/// What a page listed and which request follows it, for when the server says that it has not changed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Unchanged {
    pub(super) next: Option<Request>,
    pub(super) keys: Vec<String>,
    /// What was left out of it, by place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) left_out: Vec<(String, Skip)>,
}

/// Whether what the stream is listed for counts fewer records than are stored: then some are gone.
pub(super) fn lost(
    ground: &Ground<'_>,
    stream: &Stream,
    scope: &str,
    parent: Option<&Kept<'_>>,
) -> Result<bool, ApiError> {
    let Some(total) = hinted(stream.hint, parent) else { return Ok(false) };
    Ok(ground.archive.borrow().count_of(ground.unit, stream.name, scope)? > total)
}

pub(super) fn hinted(hint: Option<Hint>, parent: Option<&Kept<'_>>) -> Option<u64> {
    u64::try_from(parent?.int(hint?.total)?).ok()
}

/// Whether what the stream is listed for says that there is nothing after the mark.
pub(super) fn nothing_new(stream: &Stream, parent: Option<&Kept<'_>>, mark: &Mark) -> bool {
    let (Some(hint), Some(parent)) = (stream.hint, parent) else { return false };
    if hint.newest.is_empty() {
        return false;
    }
    match parent.get(hint.newest) {
        Some(newest) => scalar(newest) == mark.parent,
        None => hinted(stream.hint, Some(parent)) == Some(0),
    }
}

pub(super) fn is_unfinished(ground: &Ground<'_>, stream: &Stream, scope: &str) -> Result<bool, ApiError> {
    if stream.again.is_none() {
        return Ok(false);
    }
    Ok(!unfinished(ground, stream, scope)?.is_empty())
}

/// Stored records of a scope that were still going on.
pub(super) fn unfinished(ground: &Ground<'_>, stream: &Stream, scope: &str) -> Result<Vec<(String, Value)>, ApiError> {
    unfinished_in(&ground.archive.borrow(), ground.unit, stream, scope)
}

pub(super) fn unfinished_in(
    archive: &Archive,
    unit: &str,
    stream: &Stream,
    scope: &str,
) -> Result<Vec<(String, Value)>, ApiError> {
    let records = archive.records_of(unit, stream.name, scope)?;
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
