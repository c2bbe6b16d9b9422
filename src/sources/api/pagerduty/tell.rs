//! What PagerDuty's records mean.

use serde_json::Value;

use crate::sources::api::kept::{Kept, Refusal, Scene, at};
use crate::sources::told::{Incident, Output, TicketStep};

/// Services, integrations and policies act too; they are nobody.
pub(super) fn only_people(record: &mut Value) {
    for field in ["last_status_change_by", "agent"] {
        let kind = at(record, field).and_then(|agent| agent.get("type")).and_then(Value::as_str);
        let is_person = matches!(kind, Some("user_reference" | "user"));
        if let (false, Value::Object(fields)) = (is_person, &mut *record) {
            fields.remove(field);
        }
    }
}

/// Why an incident is left out, where it is.
fn left_out(incident: &Kept<'_>, scene: &Scene<'_>) -> Result<(), Refusal> {
    if incident.text("resolve_reason.type").as_deref() == Some("merge_resolve_reason") {
        return Err(Refusal::Nothing("an incident that was merged into another"));
    }
    if incident.text("service.summary").is_some_and(|service| !scene.api.reads(&service)) {
        return Err(Refusal::Nothing("an incident of a service that `include` and `exclude` leave out"));
    }
    Ok(())
}

/// An incident. On a resolved one the last change of status is its end.
pub(super) fn incident(incident: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Result<(), Refusal> {
    let key = incident.need("id")?;
    let detected_us = incident.need_time("created_at")?;
    left_out(incident, scene)?;
    // The oldest of all is asked for to find where to begin.
    if scene.api.since_us.is_some_and(|since_us| detected_us < since_us) {
        return Err(Refusal::Nothing("an incident older than `since`"));
    }
    let is_resolved = incident.need("status")? == "resolved";
    let resolved_us = match incident.time("resolved_at")? {
        _ if !is_resolved => None,
        Some(at_us) => Some(at_us),
        None => Some(incident.need_time("last_status_change_at")?),
    };
    let team = incident.list("teams").find_map(|team| team.text("summary"));
    let told = Incident {
        key,
        component: incident.text("service.summary"),
        team: team.or_else(|| scene.api.team.clone()),
        detected_us,
        resolved_us,
        resolved_by: resolved_us.and_then(|_| incident.who("last_status_change_by")),
        severity: incident.text("priority.summary").or_else(|| incident.text("urgency")),
        class: incident.class(),
        mentions: scene.mentions(incident, &["title"], None),
    };
    told.tell(scene.place, out);
    Ok(())
}

/// An acknowledgement answers its incident.
pub(super) fn log_entry(entry: &Kept<'_>, scene: &Scene<'_>, out: &mut Output<'_>) -> Result<(), Refusal> {
    match entry.need("type")?.trim_end_matches("_reference") {
        "acknowledge_log_entry" => {}
        "trigger_log_entry" | "resolve_log_entry" => return Err(Refusal::Nothing("the incident itself tells it")),
        _ => return Err(Refusal::Nothing("an entry that is no acknowledgement")),
    }
    let incident = scene.above("incidents").ok_or(Refusal::Nothing("an entry of an incident that is not there"))?;
    left_out(incident, scene)?;
    let at_us = entry.need_time("created_at")?;
    if scene.api.since_us.is_some_and(|since_us| at_us < since_us) {
        return Err(Refusal::Nothing("an acknowledgement older than `since`"));
    }
    let by = entry.who("agent").ok_or(Refusal::Nothing("an acknowledgement by no person"))?;
    let step = TicketStep {
        key: incident.need("id")?,
        repository: None,
        at_us,
        activity: "ticket.answered",
        by: Some(by),
        field: entry.key.to_owned(),
        outcome: None,
    };
    step.tell(scene.place, out);
    Ok(())
}
