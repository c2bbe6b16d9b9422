//! What is asked of PagerDuty, and how its pages and stretches follow each other.

use chrono::{DateTime, SecondsFormat};
use serde_json::Value;

use crate::log::Micros;
use crate::sources::api::kept::{Kept, at, instant};
use crate::sources::api::request::{Answer, Request, escape};
use crate::sources::api::stream::Ask;

/// The most that a page holds.
pub(super) const PAGE: u64 = 100;
/// `offset` and `limit` together may not be more.
const DEEPEST: u64 = 10_000;
/// `since` and `until` may be six months apart; the shortest six months are 181 days.
const STRETCH: Micros = 179 * 86_400_000_000;

/// The oldest incident of the account, of whatever age: where the stretches begin is known by it, so that the years
/// before the account was opened cost nothing.
pub(super) fn incidents(ask: &Ask<'_>) -> Vec<Request> {
    let mut query = vec![("date_range", "all"), ("sort_by", "created_at:asc"), ("limit", "1")];
    let since = ask.since.map(written);
    // The system ignores it beside `date_range=all`; the stretches take it from here.
    query.extend(since.as_deref().map(|since| ("since", since)));
    vec![Request::get(ask.api, "/incidents", &query)]
}

/// What follows a page of incidents: the next page of its stretch, else the next stretch, up to now by the server's
/// clock.
pub(super) fn more_incidents(request: &Request, answer: &Answer, items: &[Value]) -> Option<Request> {
    let since = request.query("since").and_then(|text| instant(&Value::from(text)));
    let newest = items.last().and_then(|item| at(item, "created_at")).and_then(instant);
    if request.query("limit").as_deref() == Some("1") {
        // Without a time there is no stretch to begin with: as much as one list gives.
        let whole = || request.with("limit", &PAGE.to_string()).with("offset", "0");
        let start = since.max(newest);
        return (!items.is_empty()).then(|| start.map_or_else(whole, |start| stretch(request, start)));
    }
    if more(answer) {
        let next = offset(request) + items.len().max(1) as u64;
        // What is deeper in this stretch is the start of a later one. More than that in one second lead back to the
        // same request, which stops the walk loudly.
        let deeper = newest.filter(|_| next + PAGE > DEEPEST).map(|newest| stretch(request, newest));
        return Some(deeper.unwrap_or_else(|| request.with("offset", &next.to_string())));
    }
    let until = request.query("until").and_then(|text| instant(&Value::from(text)))?;
    let now = answer.header("date").and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    let is_over = now.map_or(items.is_empty(), |now| until >= now.timestamp_micros());
    (!is_over).then(|| stretch(request, until))
}

fn stretch(request: &Request, from: Micros) -> Request {
    let bare = request.url.split('?').next().unwrap_or_default().to_owned();
    Request { url: bare, ..request.clone() }
        .with("since", &written(from))
        .with("until", &written(from.saturating_add(STRETCH)))
        .with("sort_by", "created_at:asc")
        .with("limit", &PAGE.to_string())
        .with("offset", "0")
}

/// One incident as it is now.
pub(super) fn again(ask: &Ask<'_>, incident: &Kept<'_>) -> Request {
    Request::get(ask.api, &format!("/incidents/{}", escape(incident.key)), &[])
}

/// The log of an incident; `is_overview` leaves out who was notified.
pub(super) fn log_entries(ask: &Ask<'_>) -> Vec<Request> {
    let Some(incident) = ask.parent else { return Vec::new() };
    let path = format!("/incidents/{}/log_entries", escape(incident.key));
    vec![Request::get(ask.api, &path, &[("is_overview", "true"), ("limit", &PAGE.to_string()), ("offset", "0")])]
}

/// The next page of a log.
pub(super) fn more_entries(request: &Request, answer: &Answer, items: &[Value]) -> Option<Request> {
    let next = offset(request) + items.len() as u64;
    (more(answer) && !items.is_empty() && next + PAGE <= DEEPEST).then(|| request.with("offset", &next.to_string()))
}

fn more(answer: &Answer) -> bool {
    answer.json().is_some_and(|json| json.get("more") == Some(&Value::Bool(true)))
}

fn offset(request: &Request) -> u64 {
    request.query("offset").and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn written(at_us: Micros) -> String {
    DateTime::from_timestamp_micros(at_us).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Secs, true)
}
