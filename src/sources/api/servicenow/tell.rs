//! What ServiceNow's rows mean.

use serde_json::{Map, Value, json};

use super::groups;
use super::states::{closes, field, outcome, word};
use crate::log::Micros;
use crate::sources::api::kept::{History, Kept, Refusal, Scene, at, scalar};
use crate::sources::told::{Incident, Output, Ticket, TicketStep, step_of};

pub(super) type Tell = fn(&Kept<'_>, &Scene<'_>, &mut Output<'_>) -> Result<(), Refusal>;

/// Classes of configuration items that are services or applications, by how their names begin.
const SERVICES: &[&str] = &["cmdb_ci_service", "cmdb_ci_appl", "cmdb_ci_business_app"];
/// Accounts of the system itself: what they do, nobody did.
const NOBODY: &[&str] = &["system", "guest", "maint", "admin"];

/// Fields of what a row refers to come as `assignment_group.name`: they are put below `assignment_group`.
pub(super) fn ticket_shape(row: &mut Value) {
    let Value::Object(flat) = row else { return };
    let mut nested = Map::new();
    for (name, value) in std::mem::take(flat) {
        match name.split_once('.') {
            Some((of, field)) => {
                let slot = nested.entry(of.to_owned()).or_insert_with(|| json!({}));
                if let Value::Object(fields) = slot {
                    fields.insert(field.to_owned(), value);
                }
            }
            None => {
                nested.insert(name, value);
            }
        }
    }
    let class = nested.get("cmdb_ci").and_then(|item| at(item, "sys_class_name")).and_then(scalar);
    if !class.is_some_and(|class| SERVICES.iter().any(|start| class.starts_with(start))) {
        nested.remove("cmdb_ci");
    }
    for person in ["opened_by", "resolved_by", "closed_by"] {
        if nested.get(person).is_some_and(|person| is_nobody(person.get("user_name"))) {
            nested.remove(person);
        }
    }
    let account = nested.remove("sys_created_by").unwrap_or_default();
    nested.insert("created_by".to_owned(), person(&account));
    *row = Value::Object(nested);
}

/// Of what a field was changed from and to, only states and groups stay: anything else may be a person or a text.
pub(super) fn audit_shape(row: &mut Value) {
    let Value::Object(fields) = row else { return };
    let is_cleared = fields.get("newvalue").and_then(Value::as_str).is_none_or(|text| text.trim().is_empty());
    let field = fields.get("fieldname").and_then(Value::as_str).unwrap_or_default().to_owned();
    for side in ["oldvalue", "newvalue"] {
        let value = fields.remove(side).unwrap_or_default();
        let kept = match field.as_str() {
            "state" | "request_state" => value,
            "assignment_group" => groups::id(&value),
            _ => continue,
        };
        fields.insert(side.to_owned(), kept);
    }
    fields.insert("is_cleared".to_owned(), json!(is_cleared));
    let account = fields.remove("user").unwrap_or_default();
    fields.insert("user".to_owned(), person(&account));
}

fn is_nobody(account: Option<&Value>) -> bool {
    account.and_then(Value::as_str).is_some_and(|account| NOBODY.contains(&account.trim()))
}

fn person(account: &Value) -> Value {
    if account.is_string() && !is_nobody(Some(account)) { json!({"user_name": account}) } else { Value::Null }
}

pub(super) fn incident(row: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Result<(), Refusal> {
    if !is_outage(row) {
        return ticket("incident", row, scene, out);
    }
    let end_us = row.time("resolved_at")?.map_or_else(|| row.time("closed_at"), |at_us| Ok(Some(at_us)))?;
    let (number, detected_us) = (row.need("number")?, created(row)?);
    let told = Incident {
        key: number.clone(),
        component: components(row).into_iter().next(),
        detected_us,
        resolved_us: end_us.filter(|_| is_closed("incident", row)),
        resolved_by: row.who("resolved_by").or_else(|| row.who("closed_by")),
        severity: row.text("priority").map(|priority| format!("p{priority}")),
        class: row.class(),
        mentions: scene.mentions(row, &["short_description"], None),
        ..Incident::default()
    };
    told.tell(scene.place, out);
    groups::tell("incident", (row, &number, detected_us), scene, out);
    Ok(())
}

pub(super) fn sc_request(row: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Result<(), Refusal> {
    if scene.api.reads_stream("sc_req_item") {
        return Err(Refusal::Nothing("a catalogue request: its items are the tickets"));
    }
    ticket("sc_request", row, scene, out)
}

pub(super) fn sc_req_item(row: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Result<(), Refusal> {
    ticket("sc_req_item", row, scene, out)
}

pub(super) fn change_request(row: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Result<(), Refusal> {
    ticket("change_request", row, scene, out)
}

/// Whether a rule of the study file says that an incident was an outage.
fn is_outage(row: &Kept<'_>) -> bool {
    row.class().activity.is_some_and(|activity| activity.starts_with("incident."))
}

fn ticket(table: &'static str, row: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Result<(), Refusal> {
    let status = row.text(field(table)).and_then(|state| word(table, &state));
    let is_resolved = row.time("resolved_at")?.is_some();
    let ended_us = if is_resolved { row.time("resolved_at")? } else { row.time("closed_at")? };
    // Told once: by the audit where it holds the end, else from here.
    let id = row.need("sys_id")?;
    let closed_us =
        ended_us.filter(|_| is_closed(table, row) && !history(table, &id, scene).any(|step| ends(table, &step)));
    let closed_by = if is_resolved { row.who("resolved_by") } else { row.who("closed_by") };
    let (number, created_us) = (row.need("number")?, created(row)?);
    let told = Ticket {
        key: number.clone(),
        created_us,
        closed_us,
        opened_by: row.who("opened_by"),
        closed_by: closed_us.and(closed_by),
        components: components(row),
        status: status.map(str::to_owned),
        class: row.class(),
        channel: "ticket".to_owned(),
        mentions: scene.mentions(row, &["short_description"], None),
        ..Ticket::default()
    };
    told.tell(scene.place, out);
    groups::tell(table, (row, &number, created_us), scene, out);
    Ok(())
}

/// When somebody asked; a row that was put in later says both.
fn created(row: &Kept<'_>) -> Result<Micros, Refusal> {
    row.time("opened_at")?.map_or_else(|| row.need_time("sys_created_on"), Ok)
}

fn components(row: &Kept<'_>) -> Vec<String> {
    let mut names: Vec<String> =
        ["business_service.name", "cmdb_ci.name"].iter().filter_map(|path| row.text(path)).collect();
    names.dedup();
    names
}

/// Whether a row stands closed; an incident that was opened again keeps the times of its first end.
fn is_closed(table: &str, row: &Kept<'_>) -> bool {
    let by_state = row.text(field(table)).and_then(|state| word(table, &state)).map(closes);
    by_state.unwrap_or_else(|| row.text("active").as_deref() == Some("false"))
}

/// What the audit holds of a row, in order of time.
pub(super) fn history<'a>(table: &str, id: &str, scene: &Scene<'a>) -> impl Iterator<Item = Kept<'a>> + use<'a> {
    let name = format!("{table}_audit");
    let steps = scene.api.reads_stream(&name).then(|| scene.below(&name, "", &format!("{id}/")));
    steps.into_iter().flatten()
}

fn states(table: &str, step: &Kept<'_>) -> (Option<&'static str>, Option<&'static str>) {
    let state = |path: &str| step.text(path).and_then(|state| word(table, &state));
    (state("oldvalue"), state("newvalue"))
}

fn activity(table: &str, step: &Kept<'_>) -> &'static str {
    let (from, to) = states(table, step);
    match step.text("fieldname").as_deref() {
        Some("assigned_to" | "assignment_group") if step.flag("is_cleared") == Some(true) => "ticket.updated",
        Some("assigned_to" | "assignment_group") => step_of("assignee", None, None),
        Some(name) if name == field(table) => step_of("status", from, to),
        _ => "ticket.updated",
    }
}

fn ends(table: &str, step: &Kept<'_>) -> bool {
    activity(table, step) == "ticket.closed"
}

/// A row of the audit: one field that was changed, or a comment.
pub(super) fn step(
    table: &'static str,
    step: &Kept<'_>,
    scene: &Scene<'_>,
    out: &mut Output<'_>,
) -> Result<(), Refusal> {
    let at_us = step.need_time("sys_created_on")?;
    let (id, own) = (step.need("documentkey")?, step.need("sys_id")?);
    let fieldname = step.need("fieldname")?;
    let row = scene.standing(table, &id).ok_or(Refusal::Nothing("a step of a record that is not read, or is gone"))?;
    let row = Kept { key: &id, scope: "", since_us: None, gone_us: None, value: row, history: History::default() };
    if table == "incident" && is_outage(&row) {
        return Err(Refusal::Nothing("a step of an outage, which tells its own end"));
    }
    if table == "sc_request" && scene.api.reads_stream("sc_req_item") {
        return Err(Refusal::Nothing("a step of a catalogue request: its items are the tickets"));
    }
    let by = step.who("user");
    let told = TicketStep {
        key: row.need("number")?,
        repository: None,
        at_us,
        activity: activity(table, step),
        by: by.clone(),
        field: own,
        outcome: if ends(table, step) { states(table, step).1.and_then(outcome) } else { None },
    };
    let is_comment = fieldname == "comments";
    let opener = row.who("created_by").map(|opener| opener.id);
    let is_another =
        |step: &Kept<'_>| step.who("user").is_some_and(|who| opener.as_ref().is_some_and(|id| *id != who.id));
    let answers = is_another(step)
        && history(table, &id, scene).find(|step| is_another(step)).is_some_and(|first| first.key == step.key);
    if answers {
        TicketStep { activity: "ticket.answered", outcome: None, ..told.clone() }.tell(scene.place, out);
    }
    match (is_comment, answers) {
        (false, _) => told.tell(scene.place, out),
        (true, true) => {}
        (true, false) if by.is_none() => return Err(Refusal::Nothing("a comment by no person")),
        (true, false) => return Err(Refusal::Nothing("a comment that is not the first answer")),
    }
    Ok(())
}
