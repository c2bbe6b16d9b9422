//! What is asked of the Table API, and how its pages follow each other.

use chrono::DateTime;
use serde_json::Value;

use crate::log::Micros;
use crate::sources::api::kept::{at, instant, scalar};
use crate::sources::api::request::{Answer, Request};
use crate::sources::api::stream::{Ask, Count, Total};

/// Rows of a page; a list that the instance breaks off is asked for in smaller ones.
const PAGE: usize = 1_000;
/// Where the instance breaks off even so many rows, it is not asked for less.
const LEAST: usize = 10;

/// One row says how many there are.
pub(super) const COUNT: Count = Count {
    of: |_, first| first.with("sysparm_limit", "1").with("sysparm_fields", "sys_id"),
    total: Total::Header("x-total-count"),
    page: PAGE as u64,
};

const TASK: &str = "sys_id,number,opened_at,sys_created_on,sys_created_by,sys_updated_on,closed_at,active,state,\
    priority,short_description,assignment_group.sys_id,assignment_group.name,business_service.name,cmdb_ci.name,cmdb_ci.sys_class_name,\
    opened_by.user_name,opened_by.email,opened_by.name,closed_by.user_name,closed_by.email,closed_by.name";

pub(super) fn incident(ask: &Ask<'_>) -> Vec<Request> {
    let more = "category,resolved_at,resolved_by.user_name,resolved_by.email,resolved_by.name";
    table(ask, "incident", more)
}

pub(super) fn sc_request(ask: &Ask<'_>) -> Vec<Request> {
    table(ask, "sc_request", "request_state")
}

pub(super) fn sc_req_item(ask: &Ask<'_>) -> Vec<Request> {
    table(ask, "sc_req_item", "cat_item.name")
}

pub(super) fn change_request(ask: &Ask<'_>) -> Vec<Request> {
    table(ask, "change_request", "category,type")
}

fn table(ask: &Ask<'_>, table: &str, more: &str) -> Vec<Request> {
    let base = ask.api.query.as_deref().unwrap_or_default();
    vec![first(ask, table, base, "sys_updated_on", &format!("{TASK},{more}"))]
}

/// Names of groups, where an audit says which of them had a ticket. However old a group is, it may have one.
pub(super) fn groups(ask: &Ask<'_>) -> Vec<Request> {
    let audits = ["incident_audit", "sc_request_audit", "sc_req_item_audit", "change_request_audit"];
    if !audits.iter().any(|stream| ask.api.reads_stream(stream)) {
        return Vec::new();
    }
    let since = ask.since.filter(|since| Some(*since) != ask.api.since_us);
    vec![first(&Ask { since, ..*ask }, "sys_user_group", "", "sys_updated_on", "sys_id,name,sys_updated_on")]
}

/// The audit of one table: fields that hold steps, and comments for that they were made.
pub(super) fn audit(ask: &Ask<'_>, table: &str) -> Vec<Request> {
    let state = super::states::field(table);
    let base = format!("tablename={table}^fieldnameIN{state},assigned_to,assignment_group,comments");
    vec![first(
        ask,
        "sys_audit",
        &base,
        "sys_created_on",
        "sys_id,documentkey,fieldname,oldvalue,newvalue,user,sys_created_on",
    )]
}

fn first(ask: &Ask<'_>, table: &str, base: &str, cursor: &str, fields: &str) -> Request {
    let after = ask.since.map(|since| format!("{cursor}>={}", written(since)));
    Request::get(
        ask.api,
        &format!("/api/now/table/{table}"),
        &[
            ("sysparm_query", &query(base, after.as_deref(), cursor)),
            ("sysparm_fields", fields),
            ("sysparm_display_value", "false"),
            ("sysparm_exclude_reference_link", "true"),
            ("sysparm_limit", &PAGE.to_string()),
        ],
    )
}

/// Marks the start of what stands behind the study's own condition, so that the next page can put another there: it is
/// true of every row.
const MARK: &str = "sys_idISNOTEMPTY";

/// A condition, one more, and the order. `^NQ` stands between alternatives, each of which needs the condition; an order
/// of the study's own would break the pages.
fn query(base: &str, after: Option<&str>, cursor: &str) -> String {
    let of_order = |term: &str| ["ORDERBY", "GROUPBY", "EQ"].iter().any(|word| term.starts_with(word));
    let branches = base.split("^NQ").map(|branch| {
        let own = branch.split('^').filter(|term| !term.is_empty() && !of_order(term));
        own.chain([MARK]).chain(after).collect::<Vec<_>>().join("^")
    });
    format!("{}^ORDERBY{cursor}^ORDERBYsys_id", branches.collect::<Vec<_>>().join("^NQ"))
}

/// The study's own condition in a query that [`query`] made.
fn base_of(query: &str) -> String {
    let branches = query.split("^NQ").map(|branch| branch.split(MARK).next().unwrap_or_default().trim_end_matches('^'));
    branches.collect::<Vec<_>>().join("^NQ")
}

pub(super) fn more_by_update(request: &Request, answer: &Answer, rows: &[Value]) -> Option<Request> {
    more(request, answer, rows, "sys_updated_on")
}

pub(super) fn more_by_creation(request: &Request, answer: &Answer, rows: &[Value]) -> Option<Request> {
    more(request, answer, rows, "sys_created_on")
}

/// What follows a page. A short page is not the last: access rules take rows out after the page was cut. The count of
/// the answer, which holds hidden rows too, says whether there is more; where there is none, only an empty page ends
/// the list.
fn more(request: &Request, answer: &Answer, rows: &[Value], cursor: &str) -> Option<Request> {
    let number = |name: &str| request.query(name).and_then(|text| text.parse::<usize>().ok());
    let (limit, offset) = (number("sysparm_limit").unwrap_or(PAGE), number("sysparm_offset").unwrap_or(0));
    let next = rows.iter().rev().find_map(|row| beyond(request, row, cursor));
    // Where no row of a page says where it stands, only counting goes on.
    let next = next.unwrap_or_else(|| request.with("sysparm_offset", &(offset + rows.len()).to_string()));
    // An instance that runs out of time says so below rows that it still gives, with status 200.
    if answer.json().is_some_and(|json| json.get("error").is_some_and(|error| !error.is_null())) {
        // At the least, the same request again: the walk stops there and says so.
        let least = rows.is_empty() && limit <= LEAST;
        let smaller = || next.with("sysparm_limit", &(limit / 2).max(LEAST).to_string());
        return Some(if least { request.clone() } else { smaller() });
    }
    let total = answer.header("x-total-count").and_then(|text| text.trim().parse::<usize>().ok());
    match total {
        Some(total) if total <= offset + rows.len() => None,
        // A page whose rows are all hidden names none to go on from.
        Some(total) if rows.is_empty() => {
            (total > offset + limit).then(|| request.with("sysparm_offset", &(offset + limit).to_string()))
        }
        None if rows.is_empty() => None,
        _ => Some(next),
    }
}

/// The rows after one, by `(cursor, sys_id)`: not earlier, and later or of a greater id.
fn beyond(request: &Request, last: &Value, cursor: &str) -> Option<Request> {
    let text = |field: &str| at(last, field).and_then(scalar);
    let (time, id) = (text(cursor)?, text("sys_id")?);
    instant(at(last, cursor)?)?;
    let base = base_of(&request.query("sysparm_query")?);
    let after = format!("{cursor}>={time}^{cursor}>{time}^ORsys_id>{id}");
    Some(request.with("sysparm_query", &query(&base, Some(&after), cursor)).with("sysparm_offset", "0"))
}

/// A time as conditions take it: UTC, to the second.
fn written(at_us: Micros) -> String {
    DateTime::from_timestamp_micros(at_us).unwrap_or_default().format("%Y-%m-%d %H:%M:%S").to_string()
}
