//! For tests: an organisation as GitHub would show it, of any size, as a pure function of a request and a day.
//!
//! It answers what this source asks and nothing else; what it cannot read it refuses as GitHub would. Numbers of records
//! hang on the place of a repository, so that no two are alike.

use serde_json::{Value, json};

use crate::log::{Micros, to_rfc3339};
use crate::sources::api::fake::{not_there, with_headers};
use crate::sources::api::request::{Answer, Method, Request};

/// Noon of 2025-06-01, when day 0 ends.
const NOW: Micros = 1_748_779_200_000_000;
const HOUR: Micros = 3_600_000_000;
const YEAR: Micros = 365 * 24 * HOUR;

/// An organisation.
#[derive(Clone, Copy, Debug)]
pub(super) struct World {
    /// Its repositories.
    pub(super) repositories: u64,
    /// How many issues a repository has in the mean; the other lists follow.
    pub(super) issues: u64,
    /// Records a page at the most, whatever is asked for.
    pub(super) page: u64,
    /// The most that a filtered list of runs gives.
    pub(super) cut: u64,
    /// One in so many changes has more commits than a page of changes holds of each.
    pub(super) long: u64,
    /// One in so many repositories changes on day 1.
    pub(super) changing: u64,
}

/// What a repository holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    pub(super) issues: u64,
    pub(super) pulls: u64,
    pub(super) runs: u64,
    pub(super) deployments: u64,
    pub(super) releases: u64,
}

impl World {
    pub(super) fn counts(&self, repository: u64, day: u32) -> Counts {
        let more = u64::from(day > 0 && self.changes(repository));
        let about = |many: u64| many / 2 + (repository * 7 + many) % (many + 1);
        Counts {
            issues: about(self.issues) + more,
            pulls: about(self.issues * 2) + more,
            runs: about(self.issues * 10) + more * 2,
            deployments: about(self.issues) + more,
            releases: about(self.issues / 4).max(5),
        }
    }

    pub(super) fn changes(&self, repository: u64) -> bool {
        repository.is_multiple_of(self.changing)
    }

    /// When the n-th of so many records was made: spread over the year before day 0; what day 1 adds comes after it.
    #[expect(clippy::unused_self, reason = "handed on beside others that need it")]
    pub(super) fn at(&self, number: u64, old: u64) -> Micros {
        let share =
            |part: u64, whole: u64| YEAR / i64::try_from(whole.max(1)).unwrap_or(1) * i64::try_from(part).unwrap_or(0);
        let second = |at: Micros| at - at.rem_euclid(1_000_000);
        if number < old {
            second(NOW - YEAR + share(number, old))
        } else {
            NOW + HOUR * (1 + i64::try_from(number - old).unwrap_or(0))
        }
    }

    pub(super) fn answer(&self, request: &Request, day: u32) -> Answer {
        let date = if day == 0 { "Sun, 01 Jun 2025 12:00:00 GMT" } else { "Mon, 02 Jun 2025 12:00:00 GMT" };
        let mut answer = match request.method {
            Method::Post => self.graphql(request, day),
            Method::Get => self.rest(request, day),
        };
        answer.headers.insert("date".to_owned(), date.to_owned());
        answer
    }

    fn graphql(&self, request: &Request, day: u32) -> Answer {
        let body = request.body.clone().unwrap_or_default();
        let (query, variables) = (body["query"].as_str().unwrap_or_default().to_owned(), &body["variables"]);
        let start = variables["after"].as_str().and_then(|text| text.parse().ok()).unwrap_or(0);
        let first = variables["first"].as_u64().unwrap_or(1).min(self.page);
        let name = variables["name"].as_str().unwrap_or_default();
        let repository = name.strip_prefix("service-").and_then(|text| text.parse::<u64>().ok());
        let data = if query.contains("type: __typename") {
            match variables["owner"].as_str() {
                Some("acme") => json!({"owner": {"id": "O_1", "login": "acme", "type": "Organization"}}),
                _ => json!({"owner": null}),
            }
        } else if query.contains("repositories(") {
            let nodes = |place| self.repository(place, day);
            json!({"owner": {"repositories": page(start, first, self.repositories, nodes)}})
        } else if query.contains("node(id: $id)") {
            json!({"node": self.node(variables["id"].as_str().unwrap_or_default(), &query, start, day)})
        } else if let Some(repository) = repository.filter(|place| *place < self.repositories) {
            self.list(repository, &query, variables, (start, first), day)
        } else {
            let errors = json!([{"type": "NOT_FOUND", "message": "Could not resolve to a Repository"}]);
            return with_headers(200, &json!({"data": {"repository": null}, "errors": errors}), &[]);
        };
        with_headers(200, &json!({"data": data}), &[])
    }

    fn repository(&self, place: u64, day: u32) -> Value {
        let now = self.counts(place, day);
        let old = self.counts(place, 0);
        let newest = |total: u64, old: u64, field: &str, at: fn(&Self, u64, u64) -> Micros| {
            let nodes: Vec<Value> =
                if total == 0 { Vec::new() } else { vec![json!({field: to_rfc3339(at(self, total - 1, old))})] };
            json!({"totalCount": total, "nodes": nodes})
        };
        json!({
            "id": 1_000 + place, "full_name": format!("acme/service-{place}"), "archived": false,
            "created_at": "2020-01-01T00:00:00Z", "pushed_at": to_rfc3339(NOW - HOUR),
            "issues": newest(now.issues, old.issues, "updatedAt", Self::updated),
            "pulls": newest(now.pulls, old.pulls, "updatedAt", Self::updated),
            "deployments": newest(now.deployments, old.deployments, "createdAt", Self::at),
            "releases": newest(now.releases, old.releases, "createdAt", Self::at),
            "environments": {"nodes": [{"name": "production"}, {"name": "staging"}]},
        })
    }

    /// Closed a quarter of an hour after it was opened.
    fn updated(&self, number: u64, old: u64) -> Micros {
        self.at(number, old) + HOUR / 4
    }

    fn list(&self, repository: u64, query: &str, variables: &Value, (start, first): (u64, u64), day: u32) -> Value {
        let (now, old) = (self.counts(repository, day), self.counts(repository, 0));
        if query.contains("issues(") {
            let since = variables["since"].as_str().unwrap_or("");
            // Oldest first, from `since` on.
            let from = (0..now.issues).find(|number| to_rfc3339(self.updated(*number, old.issues)).as_str() >= since);
            let from = from.unwrap_or(now.issues);
            let issue = |place| self.issue(repository, from + place, old.issues);
            json!({"repository": {"issues": page(start, first, now.issues - from, issue)}})
        } else if query.contains("pullRequests(") {
            let pull = |place| self.pull(repository, now.pulls - 1 - place, old.pulls);
            json!({"repository": {"pullRequests": page(start, first, now.pulls, pull)}})
        } else if query.contains("deployments(") {
            let deployment = |place| self.deployment(repository, now.deployments - 1 - place, old.deployments, day);
            json!({"repository": {"deployments": page(start, first, now.deployments, deployment)}})
        } else {
            let release = |place: u64| self.release(repository, now.releases - 1 - place, old.releases, day);
            json!({"repository": {"releases": page(start, first, now.releases, release)}})
        }
    }

    fn issue(&self, repository: u64, number: u64, old: u64) -> Value {
        let (at, updated) = (self.at(number, old), self.updated(number, old));
        let happened: Vec<Value> = ["IssueComment", "ClosedEvent"]
            .iter()
            .zip(1..)
            .map(|(kind, place)| {
                json!({
                    "__typename": kind, "id": format!("E_{repository}_{number}_{place}"), "state_reason": "COMPLETED",
                    "created_at": to_rfc3339(at + HOUR / 8 * place), "actor": person(number + 1),
                })
            })
            .collect();
        json!({
            "node_id": format!("I_{repository}_{number}"), "number": number + 1, "state": "CLOSED", "state_reason": "COMPLETED",
            "title": format!("Access to service-{repository} for Jane Doe"), "user": person(number),
            "created_at": to_rfc3339(at), "updated_at": to_rfc3339(updated), "closed_at": to_rfc3339(updated),
            "labels": {"nodes": [{"name": "access"}]},
            "timeline": {"pageInfo": {"hasNextPage": false, "endCursor": "2"}, "nodes": happened},
        })
    }

    fn pull(&self, repository: u64, number: u64, old: u64) -> Value {
        let (at, updated) = (self.at(number, old), self.updated(number, old));
        let long = number % self.long == 3 % self.long;
        // One in ten is given up.
        let merged = number % 10 != 7;
        json!({
            "node_id": format!("P_{repository}_{number}"), "number": 100_000 + number, "title": "Rework the till",
            "created_at": to_rfc3339(at), "updated_at": to_rfc3339(updated), "closed_at": to_rfc3339(updated),
            "merged_at": merged.then(|| to_rfc3339(updated)), "user": person(number),
            "merge_commit": merged.then(|| json!({"oid": sha(repository, number)})),
            "merged_by": merged.then(|| person(number + 1)),
            "closed": {"nodes": [{"actor": person(number + 1)}]}, "labels": {"nodes": []},
            "closes": {"nodes": [{"number": 1, "repository": {"full_name": format!("acme/service-{repository}")}}]},
            "reviews": {"pageInfo": {"hasNextPage": false, "endCursor": "1"}, "nodes": [{
                "id": (repository * 1_000_000 + number).to_string(), "state": "APPROVED", "submitted_at": to_rfc3339(at + HOUR / 8),
                "user": person(number + 1),
            }]},
            "commits": self.commits(repository, number, if long { 0..2 } else { 0..1 }, long),
        })
    }

    fn commits(&self, repository: u64, number: u64, places: std::ops::Range<u64>, more: bool) -> Value {
        let old = self.counts(repository, 0).pulls;
        let nodes: Vec<Value> = places
            .clone()
            .map(|place| {
                json!({"commit": {
                    "sha": sha(repository * 100 + place, number), "authored_at": to_rfc3339(self.at(number, old) - HOUR),
                    "author": {"name": "Jane Doe", "email": "jane@acme.test", "user": {"login": "jane-doe"}},
                }})
            })
            .collect();
        json!({"pageInfo": {"hasNextPage": more, "endCursor": places.end.to_string()}, "nodes": nodes})
    }

    fn deployment(&self, repository: u64, number: u64, old: u64, day: u32) -> Value {
        let at = self.at(number, old);
        // The last of day 0 is under way until day 1, where anything changes at all.
        let last = number + 1 == old && day == 0 && self.changes(repository);
        let states: &[&str] = match (last, number % 9 == 4) {
            (true, _) => &["IN_PROGRESS"],
            (false, true) => &["FAILURE", "IN_PROGRESS"],
            (false, false) => &["INACTIVE", "SUCCESS", "IN_PROGRESS"],
        };
        let statuses: Vec<Value> = states
            .iter()
            .rev()
            .zip(1..)
            .map(|(state, place)| json!({"state": state, "created_at": to_rfc3339(at + HOUR / 60 * place)}))
            .collect();
        json!({
            "node_id": format!("D_{repository}_{number}"), "sha": sha(repository, number),
            "environment": if number.is_multiple_of(2) { "production" } else { "staging" }, "task": "deploy",
            "created_at": to_rfc3339(at), "creator": person(number), "statuses": {"nodes": statuses},
        })
    }

    fn release(&self, repository: u64, number: u64, old: u64, day: u32) -> Value {
        let at = to_rfc3339(self.at(number, old));
        // The last is a draft until day 1, where anything changes at all.
        let draft = number + 1 == old && day == 0 && self.changes(repository);
        let published = if number + 1 == old && self.changes(repository) { to_rfc3339(NOW + HOUR) } else { at.clone() };
        json!({
            "id": repository * 1_000_000 + number, "node_id": format!("R_{repository}_{number}"),
            "tag_name": format!("v{number}"), "draft": draft, "prerelease": number.is_multiple_of(5), "created_at": at,
            "published_at": (!draft).then_some(published), "author": person(number),
        })
    }

    fn node(&self, id: &str, query: &str, start: u64, day: u32) -> Value {
        let parts: Vec<&str> = id.split('_').collect();
        let number = |place: usize| parts.get(place).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        match parts.first() {
            Some(&"P") if query.contains("commits(") => {
                json!({"commits": self.commits(number(1), number(2), start..start + 1, false)})
            }
            Some(&"D") => self.deployment(number(1), number(2), self.counts(number(1), 0).deployments, day),
            Some(&"R") => self.release(number(1), number(2), self.counts(number(1), 0).releases, day),
            _ => Value::Null,
        }
    }

    fn rest(&self, request: &Request, day: u32) -> Answer {
        let path = request.url.split("//").nth(1).and_then(|rest| rest.split_once('/')).map_or("", |(_, path)| path);
        let path = path.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["orgs", "acme", "teams"] => {
                let team = |number: u64| {
                    json!({
                        "id": number, "slug": format!("team-{number}"), "html_url": format!("https://github.com/orgs/acme/teams/team-{number}"),
                    })
                };
                self.listed(request, 3, &|number| team(number), None)
            }
            ["orgs", "acme", "teams", slug, "members"] => {
                let team = slug.trim_start_matches("team-").parse::<u64>().unwrap_or(0);
                // On day 1 somebody has left the first team.
                let many = if day > 0 && team == 0 { 3 } else { 4 };
                self.listed(request, many, &|number| person(team * 3 + number), None)
            }
            ["repos", "acme", name, "actions", "runs", rest @ ..] => {
                let place = name.strip_prefix("service-").and_then(|text| text.parse::<u64>().ok());
                match (place.filter(|place| *place < self.repositories), rest) {
                    (Some(place), []) => self.runs(request, place, day),
                    (Some(place), [id]) => with_headers(200, &self.run(place, run_number(id), day), &[]),
                    (Some(place), [id, "attempts", "1"]) if self.is_run_again(place, run_number(id)) => {
                        with_headers(200, &self.run(place, run_number(id), 0), &[])
                    }
                    (Some(place), [id, "jobs"]) => {
                        let again = day > 0 && self.is_run_again(place, run_number(id));
                        let job = |number: u64| self.job(place, id, number, u32::from(again && number == 1));
                        self.listed(request, 1 + u64::from(again), &|number| job(number), Some("jobs"))
                    }
                    _ => not_there(),
                }
            }
            _ => not_there(),
        }
    }

    /// The last run but one fails, and is run again on day 1, where anything changes at all.
    fn is_run_again(&self, repository: u64, number: u64) -> bool {
        number + 2 == self.counts(repository, 0).runs && self.changes(repository)
    }

    fn run(&self, repository: u64, number: u64, day: u32) -> Value {
        let old = self.counts(repository, 0).runs;
        let at = self.at(number, old);
        let done = number + 1 != old || day > 0 || !self.changes(repository);
        let fails = self.is_run_again(repository, number);
        let again = fails && day > 0;
        let began = if again { NOW + HOUR } else { at };
        json!({
            "id": repository * 10_000_000 + number, "name": if fails || number.is_multiple_of(4) { "deploy" } else { "ci" },
            "event": "push", "status": if done { "completed" } else { "in_progress" },
            "conclusion": done.then_some(if fails && !again { "failure" } else { "success" }),
            "run_attempt": if again { 2 } else { 1 }, "head_sha": sha(repository, number),
            "repository": {"full_name": format!("acme/service-{repository}")}, "created_at": to_rfc3339(at),
            "run_started_at": to_rfc3339(began), "updated_at": to_rfc3339(began + if done { HOUR / 30 } else { 0 }),
            "actor": person(number), "triggering_actor": person(number),
        })
    }

    /// The job of a run's attempt, as it was on a day.
    fn job(&self, repository: u64, id: &str, number: u64, day: u32) -> Value {
        let run = self.run(repository, run_number(id), day);
        let conclusion = if run["conclusion"].is_null() { json!("success") } else { run["conclusion"].clone() };
        json!({
            "id": id.parse::<u64>().unwrap_or(0) * 10 + number, "run_id": run["id"], "run_attempt": run["run_attempt"],
            "name": "deploy", "status": "completed", "conclusion": conclusion, "head_sha": run["head_sha"],
            "started_at": run["run_started_at"], "completed_at": run["updated_at"],
        })
    }

    /// Runs, newest first, of a stretch; only so many of what the filter matches are given.
    fn runs(&self, request: &Request, repository: u64, day: u32) -> Answer {
        let (now, old) = (self.counts(repository, day).runs, self.counts(repository, 0).runs);
        let created = request.query("created").unwrap_or_default();
        let (from, to) = match (created.strip_prefix(">="), created.split_once("..")) {
            (Some(from), _) => (from.to_owned(), "9999".to_owned()),
            (None, Some((from, to))) => (from.to_owned(), to.to_owned()),
            (None, None) => (String::new(), "9999".to_owned()),
        };
        let inside = |number: &u64| {
            let at = to_rfc3339(self.at(*number, old));
            at >= from && at <= to
        };
        let numbers: Vec<u64> = (0..now).rev().filter(inside).collect();
        let given = u64::try_from(numbers.len()).unwrap_or(0);
        let run = |place: u64| self.run(repository, numbers[usize::try_from(place).unwrap_or(0)], day);
        let mut answer = self.listed(request, given.min(self.cut), &run, Some("workflow_runs"));
        let mut body = answer.json().unwrap_or_default();
        body["total_count"] = json!(given);
        answer.body = body.to_string().into_bytes();
        answer
    }

    /// A page of a REST list with its `Link` and its validator.
    fn listed(&self, request: &Request, many: u64, make: &dyn Fn(u64) -> Value, below: Option<&str>) -> Answer {
        let number = |name: &str, usual: u64| request.query(name).and_then(|text| text.parse().ok()).unwrap_or(usual);
        let size = number("per_page", 30).min(self.page);
        let page = number("page", 1);
        let start = (page - 1) * size;
        let items: Vec<Value> = (start..many.min(start + size)).map(make).collect();
        let body = match below {
            None => Value::from(items),
            Some(name) => json!({"total_count": many, name: items}),
        };
        let next = request.with("page", &(page + 1).to_string()).url;
        let etag = format!("\"{:x}\"", fingerprint(&body));
        let mut headers = vec![("etag", etag)];
        if start + size < many {
            headers.push(("link", format!("<{next}>; rel=\"next\"")));
        }
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        with_headers(200, &body, &headers)
    }
}

fn run_number(id: &str) -> u64 {
    id.parse::<u64>().map_or(0, |id| id % 10_000_000)
}

fn fingerprint(value: &Value) -> u64 {
    value
        .to_string()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

fn page(start: u64, first: u64, many: u64, node: impl Fn(u64) -> Value) -> Value {
    let end = many.min(start + first);
    let nodes: Vec<Value> = (start..end).map(node).collect();
    json!({"pageInfo": {"hasNextPage": end < many, "endCursor": end.to_string()}, "nodes": nodes})
}

fn sha(repository: u64, number: u64) -> String {
    format!("{repository:020x}{number:020x}")
}

/// One of a dozen people, and a bot.
fn person(number: u64) -> Value {
    match number % 13 {
        12 => json!({"__typename": "Bot", "login": "dependabot"}),
        0 => json!({"__typename": "User", "login": "jane-doe", "name": "Jane Doe", "id": 70}),
        other => {
            json!({"__typename": "User", "login": format!("person-{other}"), "name": format!("Person Nr{other}"), "id": 70 + other})
        }
    }
}
