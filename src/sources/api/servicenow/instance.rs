//! For tests: an instance that reads conditions and pages as the Table API does, of few rows.

use serde_json::{Value, json};

use crate::sources::api::fake::{not_there, target, with_headers};
use crate::sources::api::request::{Answer, Request};

/// Who has the tickets.
const GROUP: &str = "0123456789abcdef0123456789abcdef";

/// No page holds more, whatever is asked for.
const MOST: usize = 3;

fn row(id: &str, number: &str, updated: &str, state: &str) -> Value {
    json!({
        "sys_id": id, "number": number, "opened_at": "2025-05-01 10:00:00", "sys_created_on": "2025-05-01 10:00:00",
        "sys_created_by": "jane-doe", "sys_updated_on": updated, "active": "true", "state": state, "closed_at": "",
        "priority": "3", "short_description": "shop needs Jane Doe", "category": "software",
        "request_state": "in_process",
        "assignment_group.sys_id": GROUP, "assignment_group.name": "sea-otters", "business_service.name": "shop", "cat_item.name": "Access to shop",
        "cmdb_ci.name": "jane-doe-laptop", "cmdb_ci.sys_class_name": "cmdb_ci_computer",
        "opened_by.user_name": "jane-doe", "opened_by.email": "jane@acme.test", "opened_by.name": "Jane Doe",
    })
}

/// Rows by table. `i2` and `i4` were changed in one second; `i3` is hidden.
fn rows(table: &str, day: u32) -> Option<Vec<Value>> {
    let later = "2025-06-01 11:00:00";
    let prefix = match table {
        "incident" => "INC",
        "sc_request" => "REQ",
        "sc_req_item" => "RITM",
        "change_request" => "CHG",
        "sys_audit" => return Some(audit(day)),
        "sys_user_group" => return Some(groups(day)),
        _ => return None,
    };
    let made = |id: u32, updated: &str| row(&format!("i{id}"), &format!("{prefix}{id}"), updated, "2");
    let mut all = vec![
        made(1, "2025-05-01 10:00:00"),
        made(2, "2025-05-02 10:00:00"),
        made(3, "2025-05-02 10:00:00"),
        made(4, "2025-05-02 10:00:00"),
        made(5, "2025-05-03 10:00:00"),
        made(6, "2025-05-04 10:00:00"),
    ];
    if day > 0 {
        all[0]["sys_updated_on"] = json!(later);
        all[0]["priority"] = json!("1");
        all.push(made(7, later));
    }
    Some(all)
}

/// Groups of two pages; on day 1 one more, and one has another name.
fn groups(day: u32) -> Vec<Value> {
    let group = |id: &str, name: &str, updated: &str| json!({"sys_id": id, "name": name, "sys_updated_on": updated});
    let mut all = vec![group(GROUP, "sea-otters", "2019-05-01 10:00:00")];
    for place in 0..4 {
        all.push(group(&format!("{place:032x}"), &format!("herons-{place}"), "2020-05-01 10:00:00"));
    }
    if day > 0 {
        all[1] = group(&format!("{:032x}", 0), "grey-herons", "2025-06-01 11:00:00");
        all.push(group(&format!("{:032x}", 9), "storks", "2025-06-01 11:00:00"));
    }
    all
}

fn audit(day: u32) -> Vec<Value> {
    let mut all = Vec::new();
    for table in ["incident", "sc_request", "sc_req_item", "change_request"] {
        let state = if table == "sc_request" { "request_state" } else { "state" };
        let step = |id: u32, field: &str, from: &str, to: &str, at: &str| {
            json!({
                "sys_id": format!("{table}{id}"), "tablename": table, "documentkey": "i1", "fieldname": field,
                "oldvalue": from, "newvalue": to, "user": "bob-roe", "sys_created_on": at,
            })
        };
        all.push(step(1, "assigned_to", "", "Bob Roe", "2025-05-01 10:00:00"));
        all.push(step(2, "comments", "", "Jane Doe, look", "2025-05-01 11:00:00"));
        all.push(step(3, state, "1", "2", "2025-05-01 11:00:00"));
        all.push(step(4, "work_notes", "", "not asked for", "2025-05-01 11:00:00"));
        all.push(step(5, "assignment_group", "", GROUP, "2025-05-01 12:00:00"));
        if day > 0 {
            all.push(step(6, "assigned_to", "Bob Roe", "", "2025-06-01 11:00:00"));
        }
    }
    all
}

/// One condition such as `sys_id>ab`; `None`: one that is not understood.
fn holds(term: &str, row: &Value) -> Option<bool> {
    let text = |field: &str| row.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(field) = term.strip_suffix("ISNOTEMPTY") {
        return Some(!text(field).is_empty());
    }
    for (operator, test) in [
        (">=", (|a: &str, b: &str| a >= b) as fn(&str, &str) -> bool),
        (">", |a, b| a > b),
        ("=", |a, b| a == b),
        ("IN", |a, b| b.split(',').any(|one| one == a)),
    ] {
        if let Some((field, value)) = term.split_once(operator) {
            return Some(test(&text(field), value));
        }
    }
    None
}

/// A condition of `^`, `^OR` (which belongs to the one before it) and `^NQ` (which stands between whole ones).
fn matches(query: &str, row: &Value) -> Option<bool> {
    let mut any = false;
    for branch in query.split("^NQ") {
        let (mut all, mut last) = (true, true);
        for term in branch.split('^').filter(|term| !term.starts_with("ORDERBY")) {
            if let Some(other) = term.strip_prefix("OR") {
                last |= holds(other, row)?;
                continue;
            }
            all &= last;
            last = holds(term, row)?;
        }
        any |= all && last;
    }
    Some(any)
}

pub(super) fn answer(request: &Request, day: u32) -> Answer {
    let path = target(request).split('?').next().unwrap_or_default();
    let Some(all) = path.strip_prefix("/api/now/table/").and_then(|table| rows(table, day)) else {
        return not_there();
    };
    let query = request.query("sysparm_query").unwrap_or_default();
    let mut found = Vec::new();
    for row in all {
        match matches(&query, &row) {
            Some(true) => found.push(row),
            Some(false) => {}
            None => return with_headers(400, &json!({"error": {"message": "Invalid query"}}), &[]),
        }
    }
    let order: Vec<&str> = query.split("^ORDERBY").skip(1).collect();
    found.sort_by_key(|row| order.iter().map(|field| row[*field].to_string()).collect::<Vec<_>>());
    let number = |name: &str| request.query(name).and_then(|text| text.parse::<usize>().ok());
    let (limit, offset) = (number("sysparm_limit").unwrap_or(10_000).min(MOST), number("sysparm_offset").unwrap_or(0));
    let total = found.len().to_string();
    // Access rules take rows out of a page that was cut before.
    let shown: Vec<Value> = found.into_iter().skip(offset).take(limit).filter(|row| row["sys_id"] != "i3").collect();
    with_headers(200, &json!({"result": shown}), &[("x-total-count", &total)])
}
