//! Makes Azure DevOps' records fit for the allow-list.

use serde_json::{Map, Value, json};

use crate::sources::api::kept::{at, scalar};

/// Where a work item's fields go: their own names hold dots, which no path could tell from parts.
const FIELDS: &[(&str, &str)] = &[
    ("System.WorkItemType", "type"),
    ("System.State", "state"),
    ("System.Reason", "reason"),
    ("System.Title", "title"),
    ("System.CreatedDate", "created"),
    ("System.ChangedDate", "changed"),
    ("System.CommentCount", "comments"),
    ("System.CreatedBy", "created_by"),
    ("System.ChangedBy", "changed_by"),
    ("System.AssignedTo", "assigned_to"),
];

pub(super) fn revision(raw: &mut Value) {
    let Some(mut fields) = raw.get_mut("fields").map(Value::take) else { return };
    for (from, to) in FIELDS {
        let Some(value) = fields.get_mut(*from).map(Value::take) else { continue };
        raw[*to] = if to.ends_with("_by") || to.ends_with("_to") { person(value) } else { value };
    }
    let tags = fields.get("System.Tags").and_then(Value::as_str).unwrap_or_default();
    let tags: Vec<&str> = tags.split(';').map(str::trim).filter(|tag| !tag.is_empty()).collect();
    raw["tags"] = json!(tags);
}

/// A person by the address or the login that `uniqueName` holds. Services have ids there in place of both, and build
/// services a name that says so.
pub(super) fn person(raw: Value) -> Value {
    if !raw.is_object() {
        return raw;
    }
    let text = |field: &str| at(&raw, field).and_then(scalar);
    let (name, unique) = (text("displayName"), text("uniqueName").unwrap_or_default());
    let is_id = |part: &str| part.len() == 36 && part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let is_service = unique.split_once('@').is_some_and(|(one, other)| is_id(one) && is_id(other))
        || name.as_deref().is_some_and(|name| name.starts_with("Microsoft.") || name.contains(" Build Service ("));
    if is_service {
        return json!({"type": "Bot", "handle": name});
    }
    let login = unique.rsplit('\\').next().unwrap_or_default();
    let field = if login.contains('@') { "email" } else { "handle" };
    json!({"displayName": name, field: login})
}

fn persons(raw: &mut Value, fields: &[&str]) {
    for field in fields {
        if let Some(value) = raw.get_mut(*field) {
            *value = person(value.take());
        }
    }
}

/// Takes away the times that stand for none.
fn no_times(raw: &mut Value, fields: &[&str]) {
    for field in fields {
        if let Some(value) =
            raw.get_mut(*field).filter(|value| value.as_str().is_some_and(|at| at.starts_with("0001-")))
        {
            *value = Value::Null;
        }
    }
}

fn set(raw: &mut Value, fields: Map<String, Value>) {
    if let Value::Object(raw) = raw {
        raw.extend(fields);
    }
}

fn fields<const N: usize>(list: [(&str, Value); N]) -> Map<String, Value> {
    list.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A repository's full name is its project's and its own.
pub(super) fn repository(raw: &mut Value) {
    let part = |path| at(raw, path).and_then(scalar);
    let name = part("project.name").zip(part("name")).map(|(project, name)| format!("{project}/{name}"));
    set(raw, fields([("full_name", json!(name))]));
}

pub(super) fn pull_request(raw: &mut Value) {
    persons(raw, &["createdBy", "closedBy"]);
    no_times(raw, &["closedDate"]);
    let moved = at(raw, "closedDate").or_else(|| at(raw, "creationDate")).cloned();
    let is_merged = at(raw, "status").and_then(Value::as_str) == Some("completed");
    let merged_as = at(raw, "lastMergeCommit.commitId").filter(|_| is_merged).cloned();
    let head = at(raw, "lastMergeSourceCommit.commitId").cloned();
    let labels = raw.get("labels").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let labels: Vec<&Value> = labels.iter().filter_map(|label| label.get("name")).collect();
    let more = fields([
        ("labels", json!(labels)),
        ("moved", json!(moved)),
        ("merged_as", json!(merged_as)),
        ("head", json!(head)),
    ]);
    set(raw, more);
}

/// A thread: a vote that the service wrote down, or comments that people wrote; what they wrote is not read.
pub(super) fn thread(raw: &mut Value) {
    let property = |name: &str| {
        let property = raw.get("properties")?.get(name)?;
        scalar(property.get("$value").unwrap_or(property))
    };
    let comments = raw.get("comments").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let author = |comment: &Value| comment.get("author").cloned().map(person);
    let voter = property("CodeReviewVotedByIdentity").and_then(|key| raw.get("identities")?.get(&key).cloned());
    let voter = voter.map(person).or_else(|| comments.first().and_then(author));
    let is_said = |comment: &&Value| {
        let is_text = comment.get("commentType").and_then(Value::as_str).is_none_or(|kind| kind == "text");
        is_text && comment.get("isDeleted").and_then(Value::as_bool) != Some(true)
    };
    let said = comments.iter().filter(is_said).map(|comment| {
        json!({"id": comment.get("id"), "publishedDate": comment.get("publishedDate"), "author": author(comment)})
    });
    let said: Vec<Value> = said.collect();
    let kind = property("CodeReviewThreadType");
    let is_vote = kind.as_deref() == Some("VoteUpdate");
    let more = fields([
        ("vote", json!(property("CodeReviewVoteResult"))),
        ("voter", json!(voter.filter(|_| is_vote))),
        ("kind", json!(kind)),
        ("comments", json!(said)),
    ]);
    set(raw, more);
}

/// How something was begun: a person's own act, or an event.
fn channel(reason: Option<&Value>) -> Option<&'static str> {
    match reason?.as_str()? {
        "manual" | "userCreated" => Some("ui"),
        "none" | "all" | "undefined" => None,
        _ => Some("code"),
    }
}

fn sha(value: Option<&Value>) -> Option<&str> {
    let text = value?.as_str()?;
    (matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(text)
}

/// A repository as its host calls it: one of Azure's own by project and name, one of another host by its full name,
/// which stands in the id.
fn repository_name(repository: &Value, project: Option<&Value>) -> Option<String> {
    let text = |field: &str| at(repository, field).and_then(scalar);
    let name = text("name");
    if text("type").as_deref() == Some("TfsGit") {
        return Some(format!("{}/{}", project?.as_str()?, name?));
    }
    text("id").filter(|id| id.contains('/') && !id.contains("://")).or(name)
}

pub(super) fn build(raw: &mut Value) {
    persons(raw, &["requestedFor"]);
    no_times(raw, &["startTime", "finishTime"]);
    let name = raw.get("repository").and_then(|repository| repository_name(repository, at(raw, "project.name")));
    let more = fields([
        ("repository_name", json!(name)),
        ("sha", json!(sha(raw.get("sourceVersion")))),
        ("channel", json!(channel(raw.get("reason")))),
    ]);
    set(raw, more);
}

pub(super) fn record(raw: &mut Value) {
    no_times(raw, &["startTime", "finishTime"]);
}

/// One job, on one resource, of what a stage of a run put into an environment: they make one deployment, and are put side by
/// side by its name. A record that does not say of which run it is stands alone.
pub(super) fn deployment(raw: &mut Value) {
    record(raw);
    let part = |path| at(raw, path).and_then(scalar);
    let of_run = part("owner.id").map(|run| {
        let (stage, attempt) = (part("stageName").unwrap_or_default(), part("stageAttempt").unwrap_or_default());
        // The name of a stage cannot be told from a path otherwise.
        format!("{run}.{}.{attempt}", stage.replace('/', "_"))
    });
    let rollout = of_run.or_else(|| part("id").map(|id| format!("-.{id}")));
    set(raw, fields([("rollout", json!(rollout))]));
}

/// A deployment of a release; what it deployed stands in the artifact that the release is named for.
pub(super) fn release(raw: &mut Value) {
    persons(raw, &["requestedFor"]);
    no_times(raw, &["startedOn", "completedOn"]);
    let artifacts = at(raw, "release.artifacts").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let is_primary = |artifact: &&Value| artifact.get("isPrimary").and_then(Value::as_bool) == Some(true);
    let artifact = artifacts.iter().find(is_primary).or(artifacts.first().filter(|_| artifacts.len() == 1));
    let of = |field: &str, part: &str| artifact?.get("definitionReference")?.get(field)?.get(part);
    let is_git = artifact.and_then(|artifact| artifact.get("type")).and_then(Value::as_str) == Some("Git");
    let commit = sha(of("sourceVersion", "id")).or_else(|| sha(of("version", "id").filter(|_| is_git)));
    let repository = of("repository", "name").or_else(|| of("definition", "name").filter(|_| is_git));
    let name = repository.and_then(Value::as_str).map(|name| match (name.contains('/'), of("project", "name")) {
        (false, Some(project)) => format!("{}/{name}", project.as_str().unwrap_or_default()),
        _ => name.to_owned(),
    });
    let more = fields([
        ("sha", json!(commit)),
        ("repository_name", json!(name)),
        ("version", json!(of("version", "name").filter(|_| !is_git))),
        ("project", json!(at(raw, "projectReference.id"))),
        ("environment", json!(at(raw, "releaseEnvironment.name"))),
        ("definition", json!(at(raw, "releaseDefinition.name"))),
        ("channel", json!(channel(raw.get("reason")))),
    ]);
    set(raw, more);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_no_people() {
        let service = "00000002-0000-8888-8000-000000000000@2c895908-04e0-4952-89fd-54b0046d6288";
        assert_eq!(person(json!({"displayName": "X", "uniqueName": service}))["type"], "Bot");
        assert_eq!(
            person(json!({"displayName": "Shop Build Service (acme)", "uniqueName": "Build\\1"}))["type"],
            "Bot"
        );
        let jane = person(json!({"displayName": "Jane Doe", "uniqueName": "ACME\\jane-doe", "id": "7"}));
        assert_eq!(jane, json!({"displayName": "Jane Doe", "handle": "jane-doe"}));
        let address = person(json!({"displayName": "Jane Doe", "uniqueName": "jane-doe@acme.test"}));
        assert_eq!(address["email"], "jane-doe@acme.test");
        assert_eq!(person(json!("Jane Doe <jane-doe@acme.test>")), json!("Jane Doe <jane-doe@acme.test>"));
    }

    #[test]
    fn what_is_no_record_is_left_as_it_is() {
        for shape in [revision, repository, pull_request, thread, build, record, deployment, release] {
            for mut hostile in [
                json!({}),
                json!([1]),
                json!(7),
                json!(null),
                json!({"fields": 3, "comments": {}, "labels": 1,
                "properties": [], "repository": "x", "release": {"artifacts": [null, 3]}, "requestedFor": []}),
            ] {
                shape(&mut hostile);
            }
        }
    }
}
