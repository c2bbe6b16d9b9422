//! ServiceNow: incidents, catalogue requests and change requests, and what the audit says of their lives.
//!
//! Table API (`/api/now/table`), raw values: times are UTC there whatever the zone of the account, and names of
//! references are asked for as fields of what they refer to. Rows come by `(sys_updated_on, sys_id)`, each page after
//! the last row of the one before, so that nothing is skipped when rows change under way. The account needs `read` on
//! the tables, and on `sys_audit` and `sys_user_group` for history.
//!
//! An `incident` of ServiceNow is whatever somebody reported, a broken laptop too: it is a ticket, and an outage only
//! where a `classify` rule says `incident.detected`. What is not seen: rows that access rules hide, rows that were
//! deleted (but by `--reconcile`), what was said in comments and work notes, states that a company added (they end
//! nothing in the audit; `closed_at` does).

mod groups;
mod queries;
mod states;
mod tell;

use super::kept::Refusal;
use super::request::Request;
use super::stream::{Ask, Face, Keep, Next, Order, Pace, Sign, Source, Stream};

/// The source. Limits are each instance's own rules; a refused request waits as long as the answer says.
pub(super) const SOURCE: Source = Source {
    streams: STREAMS,
    sign: Sign::Basic,
    headers: &[("accept", "application/json")],
    pace: Pace { in_flight: 2, points_per_minute: 300, window: 3_600_000_000, busy: &[] },
};

const PERSON: Face = Face { name: "name", email: "email", handle: "user_name", prefix: "" };
/// The audit knows an account's name alone, and so does who made a row: the two are compared.
const ACCOUNT: Face = Face { name: "", email: "", handle: "user_name", prefix: "" };

/// What may be stored of a ticket, whatever its table. Names of configuration items are kept of services and
/// applications only: a laptop is often called after its owner.
const TICKET: &[Keep] = &[
    Keep::As("sys_id"),
    Keep::As("number"),
    Keep::As("opened_at"),
    Keep::As("sys_created_on"),
    Keep::As("sys_updated_on"),
    Keep::As("resolved_at"),
    Keep::As("closed_at"),
    Keep::As("active"),
    Keep::As("state"),
    Keep::As("request_state"),
    Keep::As("priority"),
    Keep::As("type"),
    Keep::As("category"),
    Keep::As("assignment_group.sys_id"),
    Keep::As("assignment_group.name"),
    Keep::As("business_service.name"),
    Keep::As("cmdb_ci.name"),
    Keep::As("cat_item.name"),
    Keep::Who("opened_by", PERSON),
    Keep::Who("created_by", ACCOUNT),
    Keep::Who("resolved_by", PERSON),
    Keep::Who("closed_by", PERSON),
    Keep::Text("short_description", "title"),
];

const AUDIT: &[Keep] = &[
    Keep::As("sys_id"),
    Keep::As("documentkey"),
    Keep::As("fieldname"),
    Keep::As("oldvalue"),
    Keep::As("newvalue"),
    Keep::As("is_cleared"),
    Keep::As("sys_created_on"),
    Keep::Who("user", ACCOUNT),
];

const STREAMS: &[Stream] = &[
    ticket("incident", "Incidents of the service desk.", "`read` on `incident`", queries::incident, tell::incident),
    ticket(
        "sc_request",
        "Catalogue requests; tickets only where their items are not read.",
        "`read` on `sc_request`",
        queries::sc_request,
        tell::sc_request,
    ),
    ticket(
        "sc_req_item",
        "Items of catalogue requests.",
        "`read` on `sc_req_item`",
        queries::sc_req_item,
        tell::sc_req_item,
    ),
    ticket(
        "change_request",
        "Change requests.",
        "`read` on `change_request`",
        queries::change_request,
        tell::change_request,
    ),
    audit(
        "incident_audit",
        "What the audit says of incidents.",
        |ask| queries::audit(ask, "incident"),
        |step, scene, out| tell::step("incident", step, scene, out),
    ),
    audit(
        "sc_request_audit",
        "What the audit says of catalogue requests.",
        |ask| queries::audit(ask, "sc_request"),
        |step, scene, out| tell::step("sc_request", step, scene, out),
    ),
    audit(
        "sc_req_item_audit",
        "What the audit says of items of catalogue requests.",
        |ask| queries::audit(ask, "sc_req_item"),
        |step, scene, out| tell::step("sc_req_item", step, scene, out),
    ),
    audit(
        "change_request_audit",
        "What the audit says of change requests.",
        |ask| queries::audit(ask, "change_request"),
        |step, scene, out| tell::step("change_request", step, scene, out),
    ),
    Stream {
        name: "sys_user_group",
        doc: "Names of groups: the audit knows by ids alone whom a ticket was passed on to.",
        permission: "`read` on `sys_user_group`",
        ask: queries::groups,
        count: Some(queries::COUNT),
        items: "/result",
        next: Next::With(queries::more_by_update),
        key: &["sys_id"],
        cursor: Some("sys_updated_on"),
        order: Order::OldestFirst,
        keep: &[Keep::As("sys_id"), Keep::As("name"), Keep::As("sys_updated_on")],
        tell: |_, _, _| Err(Refusal::Nothing("groups tell by the tickets that were sent to them")),
        ..Stream::USUAL
    },
];

type Requests = fn(&Ask<'_>) -> Vec<Request>;

const fn ticket(
    name: &'static str,
    doc: &'static str,
    permission: &'static str,
    ask: Requests,
    tell: tell::Tell,
) -> Stream {
    Stream {
        name,
        doc,
        permission,
        ask,
        count: Some(queries::COUNT),
        items: "/result",
        next: Next::With(queries::more_by_update),
        key: &["sys_id"],
        cursor: Some("sys_updated_on"),
        order: Order::OldestFirst,
        keep: TICKET,
        prepare: tell::ticket_shape,
        speaks: "tickets",
        undone: true,
        tell,
        ..Stream::USUAL
    }
}

/// A key that begins with the record and the time lets a ticket find its history in order.
const fn audit(name: &'static str, doc: &'static str, ask: Requests, tell: tell::Tell) -> Stream {
    Stream {
        name,
        doc,
        permission: "`read` on `sys_audit` (its own rule: `admin` only, as it is delivered)",
        ask,
        count: Some(queries::COUNT),
        items: "/result",
        next: Next::With(queries::more_by_creation),
        key: &["documentkey", "sys_created_on", "sys_id"],
        cursor: Some("sys_created_on"),
        order: Order::OldestFirst,
        keep: AUDIT,
        prepare: tell::audit_shape,
        tell,
        ..Stream::USUAL
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) use tests::FAKE;
