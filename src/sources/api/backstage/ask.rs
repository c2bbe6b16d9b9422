//! What Backstage is asked.

use serde_json::json;

use super::runs::has_ended;
use crate::sources::api::kept::Kept;
use crate::sources::api::request::{Request, escape};
use crate::sources::api::stream::Ask;

/// Entries of a page.
const ENTITIES: &str = "500";
/// Tasks of a page.
pub(super) const TASKS: usize = 50;
/// References that are asked for at once: the server takes bodies of up to 100 KiB, and a reference is no longer than 140
/// bytes.
const REFERENCES: usize = 500;

/// Only what is kept, and what says who a person is: a definition of an API alone may be larger than all the rest.
const FIELDS: &str = "kind,metadata,relations,status,spec.type,spec.lifecycle,spec.owner,spec.system,\
                      spec.profile.displayName,spec.profile.email";

pub(super) fn entities(ask: &Ask<'_>) -> Vec<Request> {
    vec![Request::get(ask.api, "/api/catalog/entities/by-query", &[("limit", ENTITIES), ("fields", FIELDS)])]
}

pub(super) fn owners(ask: &Ask<'_>) -> Vec<Request> {
    vec![Request::get(ask.api, "/api/catalog/entity-facets", &[("facet", "relations.ownedBy")])]
}

pub(super) fn owner_groups(ask: &Ask<'_>) -> Vec<Request> {
    let groups = ask.parent.map(|owners| owners.texts("groups")).unwrap_or_default();
    let fields = ["kind", "metadata.name", "metadata.namespace"];
    let post = |refs: &[String]| {
        Request::post(ask.api, "/api/catalog/entities/by-refs", json!({"entityRefs": refs, "fields": fields}))
    };
    groups.chunks(REFERENCES).map(post).collect()
}

pub(super) fn tasks(ask: &Ask<'_>) -> Vec<Request> {
    let limit = TASKS.to_string();
    let query = [("limit", limit.as_str()), ("offset", "0"), ("order", "desc:created_at")];
    vec![Request::get(ask.api, "/api/scaffolder/v2/tasks", &query)]
}

/// One task again.
pub(super) fn task(ask: &Ask<'_>, task: &Kept<'_>) -> Request {
    Request::get(ask.api, &format!("/api/scaffolder/v2/tasks/{}", escape(task.key)), &[])
}

/// Events are asked for once the run has ended: what came before is all in that answer.
pub(super) fn task_events(ask: &Ask<'_>) -> Vec<Request> {
    let path = |task: &Kept<'_>| format!("/api/scaffolder/v2/tasks/{}/events", escape(task.key));
    let ended = ask.parent.filter(|task| has_ended(task));
    ended.map(|task| Request::get(ask.api, &path(task), &[])).into_iter().collect()
}
