//! Which groups a ticket lay with, and for how long each: by the audit, and by its row where that says nothing.
//!
//! In: a ticket's row and steps, and the groups by their ids. Out: one `sent_to` for each stretch. The audit knows groups
//! by their ids alone; those are kept, for a group is no person.

use serde_json::{Value, json};

use super::tell::history;
use crate::log::{CaveatKind, Micros, ObjectId, ObjectType, qualifier};
use crate::sources::api::kept::{Kept, Scene, at, scalar};
use crate::sources::told::Output;

/// Stands for what a group was changed from or to, where that is no id: it may be anything.
const OTHER: &str = "?";

/// The id of a group as the audit holds it; nothing where the field was empty.
pub(super) fn id(value: &Value) -> Value {
    let text = value.as_str().unwrap_or_default().trim();
    let is_id = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match text {
        "" => Value::Null,
        text if is_id => json!(text),
        _ => json!(OTHER),
    }
}

/// A stretch of time, and the id of the group that a ticket lay with.
type Stretch = (Option<String>, Micros, Option<Micros>);

/// Tells to whom a ticket was sent.
pub(super) fn tell(
    table: &str,
    (row, number, created_us): (&Kept<'_>, &str, Micros),
    scene: &Scene<'_>,
    out: &mut Output<'_>,
) {
    let stretches = stretches(table, row, created_us, scene);
    let own = row.text("assignment_group.name");
    let mut send = |name: &str, from_us, to_us| {
        let team = out.object(ObjectType::Team, name, Some(from_us));
        let ticket = ObjectId::new(ObjectType::Ticket, number);
        out.link(scene.place, (&ticket, qualifier::SENT_TO, &team), (from_us, to_us), ("field", 100));
    };
    if stretches.is_empty() {
        if let Some(name) = own.or_else(|| scene.api.team.clone()) {
            send(&name, created_us, None);
        }
        return;
    }
    let own_id = row.text("assignment_group.sys_id");
    let mut unknown = 0;
    for (id, from_us, to_us) in stretches {
        let Some(id) = id else { continue };
        let listed = scene.other("sys_user_group", &id).and_then(|group| at(group, "name")).and_then(scalar);
        let is_own = own_id.as_ref().map_or(to_us.is_none(), |own| *own == id);
        match listed.or_else(|| own.clone().filter(|_| is_own)) {
            Some(name) => send(&name, from_us, to_us),
            None => unknown += 1,
        }
    }
    if unknown > 0 {
        let detail =
            "stretches of tickets in groups whose names are not known: sent to nobody (`sys_user_group` names them)";
        out.note(CaveatKind::UnknownTeam, detail, unknown, || scene.place.evidence());
    }
}

/// From when to when a ticket lay with each group; nothing where the audit holds no change of it.
fn stretches(table: &str, row: &Kept<'_>, created_us: Micros, scene: &Scene<'_>) -> Vec<Stretch> {
    let is_of_group = |step: &Kept<'_>| step.text("fieldname").as_deref() == Some("assignment_group");
    let mut turns: Vec<(Micros, Option<String>)> = Vec::new();
    for step in history(table, row.key, scene).filter(is_of_group) {
        // A step without a time is counted where it is told.
        let Ok(Some(at_us)) = step.time("sys_created_on") else { continue };
        if turns.is_empty() {
            turns.push((created_us.min(at_us), step.text("oldvalue")));
        }
        turns.push((at_us, step.text("newvalue")));
    }
    // What the audit does not hold, the row does: it lies there since its last change at the latest.
    let now = row.text("assignment_group.sys_id");
    if let (Some((last_us, last)), Some(now)) = (turns.last(), now)
        && last.as_ref() != Some(&now)
        && let Ok(Some(updated_us)) = row.time("sys_updated_on")
        && updated_us > *last_us
    {
        turns.push((updated_us, Some(now)));
    }
    let ends = turns.iter().skip(1).map(|(at_us, _)| Some(*at_us)).chain([None]);
    let stretches = turns.iter().zip(ends).map(|((from_us, id), to_us)| (id.clone(), *from_us, to_us));
    stretches.filter(|(_, from_us, to_us)| to_us.is_none_or(|to_us| to_us > *from_us)).collect()
}
