//! What GitHub sent, set among what its API gave: each record once, as it stood last.
//!
//! Whatever both know counts once, and under the API's evidence where that knows it as well. Of an issue that the API gave
//! as it was then or later, the API tells everything that happened: the steps that were sent are left to it, for they have
//! no ids by which to find them there.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Value;

use super::github::stream_of;
use crate::archive::{Archive, ArchiveError, Record};
use crate::config::Api;
use crate::log::Micros;
use crate::sources::api::error::ApiError;
use crate::sources::api::kept::{at, instant, scalar};

/// Where a record stands in the archive: unit and stream, and its key.
pub(in crate::sources::api) type Evidence = (Rc<str>, Rc<str>);

/// What became of what was sent.
#[derive(Debug, Default)]
pub(in crate::sources) struct Delivered {
    /// What is told in place of the API's record, or beside them: stream → scope and key → JSON.
    pub(in crate::sources::api) records: BTreeMap<&'static str, BTreeMap<(String, String), String>>,
    /// Identities of one account → the one that takes their place.
    pub(in crate::sources::api) people: BTreeMap<String, String>,
    /// The evidence of records that the API does not know, or not so late: stream → path.
    pub(in crate::sources::api) evidence: BTreeMap<&'static str, BTreeMap<String, Evidence>>,
    /// How many steps of issues are left to the API, and one of them.
    pub(in crate::sources::api) left_to_api: Option<(i64, String)>,
    /// How many jobs are of workflows that `jobs` does not name, and one of them.
    pub(in crate::sources::api) other_jobs: Option<(i64, String)>,
}

impl Delivered {
    /// What was sent of a record.
    pub(in crate::sources::api) fn record(&self, stream: &str, scope: &str, key: &str) -> Option<&str> {
        self.records.get(stream)?.get(&(scope.to_owned(), key.to_owned())).map(String::as_str)
    }

    /// Scope and key of what was sent of a scope, by what the keys begin with.
    pub(in crate::sources::api) fn below<'d>(
        &'d self,
        stream: &str,
        scope: &'d str,
        head: &'d str,
    ) -> impl Iterator<Item = &'d (String, String)> {
        let from = (scope.to_owned(), head.to_owned());
        let all = self.records.get(stream).into_iter().flat_map(move |records| records.range(from.clone()..));
        all.map(|(place, _)| place).take_while(move |place| place.0 == scope && place.1.starts_with(head))
    }
}

const STREAMS: &[&str] =
    &["issues", "issue_events", "pulls", "pull_reviews", "runs", "jobs", "deployments", "releases"];

/// Fields that not every form of a record holds: the last that holds something counts.
const CARRIED: &[&str] = &["closes", "first_commit_at", "merged_by", "closed_by", "creator", "node_id", "author"];

struct Sent {
    /// JSON: of many deliveries a text is a fraction of what it is in memory.
    value: String,
    updated_us: Option<Micros>,
    evidence: Evidence,
}

/// Sets the deliveries of these units among the records of an API; its unit, or none where nothing of it is stored.
pub(in crate::sources::api) fn merge(
    archive: &Archive,
    api: &Api,
    of_api: Option<&str>,
    units: &[String],
) -> Result<Delivered, ApiError> {
    let mut delivered = Delivered::default();
    if units.is_empty() {
        return Ok(delivered);
    }
    delivered.people = same_accounts(archive, of_api, units)?;
    let mut homes = homes(archive, of_api)?;
    let mut sent: BTreeMap<(&'static str, String, String), Vec<Sent>> = BTreeMap::new();
    for unit in units {
        for stream in STREAMS.iter().copied() {
            for record in archive.each(unit, stream) {
                let record = record?;
                // A record was JSON when it was stored; one that is not is found by `archive verify`.
                let Ok(mut body) = serde_json::from_str::<Value>(&record.body) else { continue };
                rename(&mut body, &delivered.people);
                let Some(home) = home(&body, &mut homes, &mut delivered) else { continue };
                let Some(value) = body.get("record") else { continue };
                let workflow = value.get("workflow_name").and_then(scalar).unwrap_or_default();
                let one = one(&body, value, unit, stream, &record);
                if stream == "jobs" && !api.jobs.include(&workflow) {
                    count(&mut delivered.other_jobs, &one.evidence);
                    continue;
                }
                let Some((scope, key)) = place(stream, &home, value) else { continue };
                sent.entry((stream, scope, key)).or_default().push(one);
            }
        }
    }
    for ((stream, scope, key), all) in sent {
        if stream == "issue_events" && is_told_by_api(archive, of_api, &scope, &key, &all)? {
            count(&mut delivered.left_to_api, &all[0].evidence);
            continue;
        }
        let mut known = latest(archive, of_api, stream, &scope, &key)?;
        if let Some(value) = &mut known {
            rename(value, &delivered.people);
        }
        let (value, evidence) = as_it_stood_last(stream, known, all);
        if let Some(evidence) = evidence {
            delivered.evidence.entry(stream).or_default().insert(path(&scope, &key), evidence);
        }
        delivered.records.entry(stream).or_default().insert((scope, key), value.to_string());
    }
    Ok(delivered)
}

/// What the API gave of a record.
fn latest(
    archive: &Archive,
    of_api: Option<&str>,
    stream: &str,
    scope: &str,
    key: &str,
) -> Result<Option<Value>, ArchiveError> {
    let Some(unit) = of_api else { return Ok(None) };
    Ok(archive.latest(unit, stream, scope, key)?.and_then(|record| serde_json::from_str(&record.body).ok()))
}

/// Identities of one account → one of them. A delivery names an account alone where the API gives a name beside it: two
/// identities, of which only the build makes one person, and whether somebody answered their own ticket is asked here.
fn same_accounts(
    archive: &Archive,
    of_api: Option<&str>,
    units: &[String],
) -> Result<BTreeMap<String, String>, ArchiveError> {
    let mut accounts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for unit in of_api.into_iter().chain(units.iter().map(String::as_str)) {
        for key in archive.identity_keys(unit)?.into_iter().filter(|key| key.kind == "handle") {
            accounts.entry(key.key).or_default().insert(key.identity_id);
        }
    }
    let mut people = BTreeMap::new();
    for all in accounts.into_values().filter(|all| all.len() > 1) {
        let Some(first) = all.first().cloned() else { continue };
        people.extend(all.into_iter().skip(1).map(|other| (other, first.clone())));
    }
    Ok(people)
}

/// Puts one identity in place of the others of its account, wherever the door left one.
pub(in crate::sources::api) fn rename(value: &mut Value, people: &BTreeMap<String, String>) {
    match value {
        Value::Array(members) => members.iter_mut().for_each(|member| rename(member, people)),
        Value::Object(fields) => {
            let is_person = fields.len() == 2 && fields.get("bot").is_some_and(Value::is_boolean);
            if let Some(Value::String(id)) = fields.get_mut("id").filter(|_| is_person)
                && let Some(first) = people.get(id)
            {
                id.clone_from(first);
            }
            fields.values_mut().for_each(|field| rename(field, people));
        }
        _ => {}
    }
}

fn count(counted: &mut Option<(i64, String)>, (head, key): &Evidence) {
    counted.get_or_insert_with(|| (0, format!("{head}#{key}"))).0 += 1;
}

fn path(scope: &str, key: &str) -> String {
    if scope.is_empty() { key.to_owned() } else { format!("{scope}/{key}") }
}

fn time(value: &Value, field: &str) -> Option<Micros> {
    at(value, field).and_then(instant)
}

/// Repositories that the API gave: their number → what their records have as scope.
fn homes(archive: &Archive, of_api: Option<&str>) -> Result<BTreeMap<String, String>, ArchiveError> {
    let known = of_api.into_iter().flat_map(|unit| archive.each(unit, "repositories"));
    known.map(|record| record.map(|record| (record.key.clone(), path(&record.scope, &record.key)))).collect()
}

/// The scope of a repository's records; one that the API did not give is added.
fn home(body: &Value, homes: &mut BTreeMap<String, String>, delivered: &mut Delivered) -> Option<String> {
    let id = at(body, "repository.id").and_then(scalar)?;
    if let Some(home) = homes.get(&id) {
        return Some(home.clone());
    }
    let value = body.get("repository")?.to_string();
    delivered.records.entry("repositories").or_default().insert((String::new(), id.clone()), value);
    homes.insert(id.clone(), id.clone());
    Some(id)
}

fn one(body: &Value, value: &Value, unit: &str, stream: &str, record: &Record) -> Sent {
    Sent {
        value: value.to_string(),
        updated_us: time(body, "updated_at"),
        evidence: (Rc::from(format!("{unit}/{stream}")), Rc::from(path(&record.scope, &record.key))),
    }
}

/// Scope and key that the API gives a record.
fn place(stream: &str, home: &str, value: &Value) -> Option<(String, String)> {
    let parts: Option<Vec<String>> =
        stream_of(stream)?.key.iter().map(|field| at(value, field).and_then(scalar)).collect();
    let key = parts?.join("/");
    Some(match stream {
        "jobs" => (path(home, &at(value, "run_id").and_then(scalar)?), key),
        "issue_events" | "pull_reviews" => (home.to_owned(), path(&at(value, "number").and_then(scalar)?, &key)),
        _ => (home.to_owned(), key),
    })
}

/// Whether the API gave the issue as it was then or later.
fn is_told_by_api(
    archive: &Archive,
    of_api: Option<&str>,
    scope: &str,
    key: &str,
    all: &[Sent],
) -> Result<bool, ArchiveError> {
    let number = key.split('/').next().unwrap_or_default();
    let given = latest(archive, of_api, "issues", scope, number)?;
    let Some(given_us) = given.and_then(|issue| time(&issue, "updated_at")) else { return Ok(false) };
    Ok(all.iter().all(|one| one.updated_us.is_some_and(|at_us| at_us <= given_us)))
}

/// One record of several versions, and whose evidence it has: none where it is the API's.
fn as_it_stood_last(stream: &str, of_api: Option<Value>, sent: Vec<Sent>) -> (Value, Option<Evidence>) {
    let read = |one: Sent| Some((serde_json::from_str::<Value>(&one.value).ok()?, one));
    let mut sent: Vec<(Value, Sent)> = sent.into_iter().filter_map(read).collect();
    let newest = |(value, one): &(Value, Sent)| rank(stream, value, one.updated_us);
    // Newest first; what is the same in every word may stand anywhere.
    sent.sort_by_cached_key(|one| std::cmp::Reverse((newest(one), one.1.value.clone())));
    let api_rank = of_api.as_ref().map(|value| rank(stream, value, last_time(value)));
    let first_sent = sent.first().map(newest);
    let api_is_last = api_rank.is_some_and(|api| first_sent.is_none_or(|sent| api >= sent));
    let evidence = sent.first().map(|(_, one)| one.evidence.clone()).filter(|_| !api_is_last);
    let sent = sent.into_iter().map(|(value, _)| value);
    let versions: Vec<Value> = match of_api {
        Some(value) if api_is_last => std::iter::once(value).chain(sent).collect(),
        Some(value) => sent.chain([value]).collect(),
        None => sent.collect(),
    };
    let mut value = versions.first().cloned().unwrap_or_default();
    for field in CARRIED {
        let is_there =
            |value: &&Value| at(value, field).is_some_and(|found| found.as_array().is_none_or(|all| !all.is_empty()));
        if let Some(found) = versions.iter().find(is_there).and_then(|version| version.get(*field)) {
            value[*field] = found.clone();
        }
    }
    if stream == "deployments" {
        value["statuses"] = statuses(&versions);
    }
    (value, evidence)
}

fn last_time(value: &Value) -> Option<Micros> {
    ["updated_at", "completed_at", "submitted_at", "published_at", "started_at", "created_at"]
        .iter()
        .find_map(|field| time(value, field))
}

/// Which version of a record is the later one.
fn rank(stream: &str, value: &Value, updated_us: Option<Micros>) -> (i64, Option<Micros>, bool) {
    let state = at(value, "state").and_then(Value::as_str).unwrap_or_default();
    match stream {
        // A review is never taken up again once it was dismissed, and has no time of that.
        "pull_reviews" => (i64::from(state.eq_ignore_ascii_case("dismissed")), None, false),
        "deployments" | "issue_events" => (0, None, false),
        "releases" => (0, time(value, "published_at"), false),
        "runs" | "jobs" => {
            let attempt = at(value, "run_attempt").and_then(Value::as_i64).unwrap_or(0);
            let has_ended = at(value, "conclusion").is_some();
            (attempt, updated_us.filter(|_| stream == "runs"), has_ended)
        }
        _ => (0, updated_us, false),
    }
}

/// What was said of a deployment by anybody, each once.
fn statuses(versions: &[Value]) -> Value {
    let all = versions.iter().filter_map(|version| version.get("statuses")?.as_array()).flatten();
    let mut seen: BTreeSet<(Option<Micros>, String)> = BTreeSet::new();
    let mut kept = Vec::new();
    for status in all {
        let state = at(status, "state").and_then(scalar).unwrap_or_default().to_ascii_lowercase();
        if seen.insert((time(status, "created_at"), state)) {
            kept.push(status.clone());
        }
    }
    kept.sort_by_cached_key(|status| (time(status, "created_at"), status.to_string()));
    Value::Array(kept)
}
