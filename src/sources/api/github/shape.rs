//! Makes records of queries, lists and webhooks alike, before the door.

use serde_json::{Value, json};

use crate::sources::api::kept::at;

/// The names of `labels`, whether they came as GraphQL nodes or as REST objects.
fn labels(record: &mut Value) {
    let list = record.pointer("/labels/nodes").or_else(|| record.get("labels")).and_then(Value::as_array);
    let names: Vec<Value> = list.into_iter().flatten().filter_map(|label| label.get("name").cloned()).collect();
    record["labels"] = Value::from(names);
}

/// A record that is a map; anything else stays as it is and has no key.
fn is_map(record: &Value) -> bool {
    record.is_object()
}

pub(super) fn issue(issue: &mut Value) {
    if !is_map(issue) {
        return;
    }
    labels(issue);
    // REST lists changes among the issues.
    if issue.get("pull_request").is_some_and(Value::is_object) {
        issue["is_change"] = Value::from(true);
    }
}

/// The number at the end of an address such as `…/issues/12` or `…/pulls/12`.
fn number_of(address: &Value) -> Option<u64> {
    address.as_str()?.rsplit('/').next()?.parse().ok()
}

pub(super) fn issue_event(event: &mut Value) {
    if !is_map(event) {
        return;
    }
    let kind = match event.get("__typename").and_then(Value::as_str) {
        Some("IssueComment") => Some("commented"),
        Some("ClosedEvent") => Some("closed"),
        Some("ReopenedEvent") => Some("reopened"),
        Some("AssignedEvent") => Some("assigned"),
        _ => None,
    };
    if let Some(kind) = kind {
        event["event"] = Value::from(kind);
    } else if event.get("event").is_none() && event.get("issue_url").is_some() {
        event["event"] = Value::from("commented");
    }
    if event.get("actor").is_none_or(Value::is_null) {
        event["actor"] = event.get("user").cloned().unwrap_or_default();
    }
    let number =
        at(event, "issue.number").cloned().or_else(|| event.get("issue_url").and_then(number_of).map(Value::from));
    if let Some(number) = number {
        event["number"] = number;
    }
}

pub(super) fn numbered(review: &mut Value) {
    if let Some(number) = review.get("pull_request_url").and_then(number_of) {
        review["number"] = Value::from(number);
    }
}

pub(super) fn pull(pull: &mut Value) {
    if !is_map(pull) {
        return;
    }
    labels(pull);
    if let Some(oid) = at(pull, "merge_commit.oid").cloned() {
        pull["merge_commit_sha"] = oid;
    }
    if let Some(closed_by) = pull.pointer("/closed/nodes/0/actor").cloned() {
        pull["closed_by"] = closed_by;
    }
    let closes = pull.pointer("/closes/nodes").cloned().unwrap_or_else(|| json!([]));
    pull["closes"] = closes;
    let commits = pull.pointer("/commits/nodes").and_then(Value::as_array);
    // Times of one form, in UTC, compare as texts do.
    let first = commits.into_iter().flatten().filter_map(|node| at(node, "commit.authored_at")?.as_str()).min();
    if let Some(first) = first.map(str::to_owned) {
        pull["first_commit_at"] = Value::from(first);
    }
}

pub(super) fn pull_commit(commit: &mut Value) {
    if !is_map(commit) {
        return;
    }
    if let Some(sha) = at(commit, "commit.sha").cloned() {
        commit["sha"] = sha;
    }
    if let Some(date) = at(commit, "commit.authored_at").cloned() {
        commit["commit"]["author"]["date"] = date;
    }
    // The account stands beside the author in REST, within it in GraphQL.
    let login = at(commit, "commit.author.user.login").or_else(|| at(commit, "author.login")).cloned();
    if let (Some(login), Some(author)) =
        (login, commit.pointer_mut("/commit/author").filter(|author| author.is_object()))
    {
        author["login"] = login;
    }
}

pub(super) fn deployment(deployment: &mut Value) {
    if let Some(statuses) = deployment.pointer("/statuses/nodes").cloned() {
        deployment["statuses"] = statuses;
    }
}

pub(super) fn team(team: &mut Value) {
    let address = team.get("html_url").and_then(Value::as_str).unwrap_or_default();
    let organisation = address.split("/orgs/").nth(1).and_then(|rest| rest.split('/').next()).map(str::to_owned);
    if let Some(organisation) = organisation {
        team["organisation"] = Value::from(organisation);
    }
}

/// A member is a person as a whole: no part of the answer may stand outside the allow-list's `Who`, but whether it is one of
/// a team below.
pub(super) fn member(member: &mut Value) {
    let inherited = member.get("inherited").cloned().unwrap_or_default();
    *member = json!({"user": member.take(), "inherited": inherited});
}

/// Puts into one word how releases stand: one that was drafted long ago and is published now is no newer than others, but
/// one more.
pub(super) fn repository(repository: &mut Value) {
    let Some(releases) = repository.get_mut("releases").filter(|releases| releases.is_object()) else { return };
    let newest = at(releases, "nodes.0.createdAt").and_then(Value::as_str).map(str::to_owned);
    if let (Some(total), Some(newest)) = (releases.get("totalCount").and_then(Value::as_u64), newest) {
        releases["stand"] = Value::from(format!("{total} {newest}"));
    }
}
