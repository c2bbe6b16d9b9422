//! Everything that GitHub is asked, as it goes over the wire: that it is all there is to ask, and no more than GitHub takes.
//!
//! With `MILEPOST_REQUESTS` it is written down, for `tests/live/github-requests.sh` to hold it against GitHub's own
//! description and schema.

use std::collections::{BTreeMap, BTreeSet};

use rsa::pkcs1::EncodeRsaPrivateKey as _;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::served::{Asked, asked};
use super::tests::{SMALL, STUDY};
use super::{SOURCE, queries};
use crate::config::{Api, Overrides, load};
use crate::sources::api::kept::{History, Kept};
use crate::sources::api::stream::{Ask, Keep, Stream};
use crate::sources::api::{Answer, Method, Request, Token};

const ENTERPRISE: &str = "/api/v3";
const TOKEN_OF_APP: &str = "POST /app/installations/{}/access_tokens";

/// The small organisation, where the first issue and the first change of a repository have more to them than a page holds,
/// and its first deployment and its first run are under way, and its first release a draft, on day 0 long after others ended.
fn with_long_records(request: &Request, day: u32) -> Answer {
    let mut answer = SMALL.answer(request, day);
    let mut said = answer.json().expect("JSON");
    let runs = said.get_mut("workflow_runs").and_then(Value::as_array_mut).into_iter().flatten();
    for run in runs.filter(|run| day == 0 && run["id"].as_u64().is_some_and(|id| id % 10_000_000 == 0)) {
        run["status"] = json!("in_progress");
    }
    let query = request.body.as_ref().and_then(|body| body["query"].as_str()).unwrap_or_default();
    let node = request.body.as_ref().and_then(|body| body["variables"]["id"].as_str());
    let rest = json!({"pageInfo": {"hasNextPage": false, "endCursor": "9"}, "nodes": []});
    match node {
        Some(id) if id.starts_with("I_") => said["data"] = json!({"node": {"timeline": rest}}),
        Some(id) if id.starts_with("P_") && query.contains("reviews(") => {
            said["data"] = json!({"node": {"reviews": rest}});
        }
        Some(_) => {}
        None => {
            for (list, within) in [
                ("issues", "timeline"),
                ("pullRequests", "reviews"),
                ("deployments", "statuses"),
                ("releases", "draft"),
            ] {
                let nodes = said.pointer_mut(&format!("/data/repository/{list}/nodes")).and_then(Value::as_array_mut);
                let first = |node: &&mut Value| node["node_id"].as_str().is_some_and(|id| id.ends_with("_0"));
                for node in nodes.into_iter().flatten().filter(first) {
                    match within {
                        "statuses" if day == 0 => {
                            node[within]["nodes"] = json!([{"state": "IN_PROGRESS", "created_at": node["created_at"]}]);
                        }
                        "draft" if day == 0 => node[within] = json!(true),
                        "statuses" | "draft" => {}
                        _ => node[within]["pageInfo"] = json!({"hasNextPage": true, "endCursor": "2"}),
                    }
                }
            }
        }
    }
    answer.body = said.to_string().into_bytes();
    answer
}

fn everything(base: &'static str, token: &Token) -> Vec<Asked> {
    asked(STUDY, base, token, with_long_records)
}

fn api() -> Api {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("milepost.toml");
    std::fs::write(&file, format!("[study]\nname = \"t\"\n{STUDY}")).expect("written");
    load(&file, &Overrides::default()).unwrap_or_else(|why| panic!("{why}")).apis.remove(0)
}

/// What is the same of requests that differ only in whom, what and when they ask of: a query's text, or a path without its
/// numbers, with the fields behind it.
fn shape(method: &str, target: &str, body: Option<&Value>) -> String {
    if let Some(query) = body.and_then(|body| body["query"].as_str()) {
        return query.to_owned();
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let part = |part: &str| if part.contains(char::is_numeric) { "{}".to_owned() } else { part.to_owned() };
    let path: Vec<String> = path.split('/').map(part).collect();
    let fields = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "page");
    let fields: BTreeSet<String> = fields
        .map(|(name, value)| match (&*name, value.starts_with(">="), value.contains("..")) {
            ("created", true, _) => "created=>=".to_owned(),
            ("created", _, true) => "created=..".to_owned(),
            _ => format!("{name}={value}"),
        })
        .collect();
    let fields: Vec<String> = fields.into_iter().collect();
    format!("{method} {} {}", path.join("/"), fields.join("&")).trim_end().to_owned()
}

fn shapes(asked: &[Asked], base: &str) -> BTreeSet<String> {
    let below = |one: &Asked| one.target.strip_prefix(base).unwrap_or(&one.target).to_owned();
    asked.iter().map(|one| shape(&one.method, &below(one), one.body.as_ref())).collect()
}

/// The shapes that the source can ask in, by the streams that ask so: every request that the table of streams can make.
fn possible() -> BTreeMap<String, Vec<&'static str>> {
    let api = api();
    let value = json!({
        "login": "acme", "type": "Organization", "full_name": "acme/service-0", "name": "deploy", "status": "completed",
        "repository": {"full_name": "acme/service-0"}, "organisation": "acme", "slug": "team-0", "node_id": "N_0",
        "run_attempt": 2,
    });
    let (key, scope, history) = ("1", "", History::default());
    let kept = Kept { key, scope, since_us: None, gone_us: None, value: &value, history };
    let all = i64::MAX;
    let mut made: Vec<(Request, &'static str)> = Vec::new();
    for stream in SOURCE.streams {
        for (since, window) in
            [(None, (0, all)), (Some(0), (0, all)), (None, (0, 1_000_000)), (Some(0), (0, 1_000_000))]
        {
            let window = stream.windows.map(|_| window);
            let ask = Ask { api: &api, parent: Some(&kept), since, window };
            made.extend((stream.ask)(&ask).into_iter().map(|request| (request, stream.name)));
            made.extend(stream.again.map(|(again, _)| (again(&ask, &kept), stream.name)));
            let parts = stream.parts.iter();
            made.extend(parts.filter_map(|part| Some(((part.more.as_ref()?.ask)(&ask, &value, "1"), part.stream))));
        }
    }
    let mut possible: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for (request, stream) in made {
        let method = if request.method == Method::Post { "POST" } else { "GET" };
        let target = request.url.strip_prefix("https://fake.test").expect("below the API");
        let streams = possible.entry(shape(method, target, request.body.as_ref())).or_default();
        if !streams.contains(&stream) {
            streams.push(stream);
        }
    }
    possible
}

/// A key that is made for this and thrown away. It is short, since nothing is kept safe by it.
fn app() -> Token {
    let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 1_024).expect("a key");
    let pem = key.to_pkcs1_pem(rsa::pkcs1::LineEnding::LF).expect("PEM");
    Token::App(1, 2, SecretString::from(pem.to_string()))
}

#[test]
fn everything_that_can_be_asked_is_asked_and_nothing_else() {
    let possible = possible();
    let token = Token::new("made-up");
    let mut written = String::new();
    for (server, base, token) in [
        ("github.com", "", &token),
        ("github.com", "", &app()),
        ("enterprise", ENTERPRISE, &token),
        ("enterprise", ENTERPRISE, &app()),
    ] {
        let asked = everything(base, token);
        let mut seen = shapes(&asked, base);
        let by_app = seen.remove(TOKEN_OF_APP);
        assert_eq!(by_app, matches!(token, Token::App(..)), "{server}: only an App asks for a token");
        let lacking: Vec<_> = possible.iter().filter(|(shape, _)| !seen.contains(*shape)).collect();
        assert!(lacking.is_empty(), "{server}: the source can ask this and was not seen to: {lacking:#?}");
        let more: Vec<_> = seen.iter().filter(|shape| !possible.contains_key(*shape)).collect();
        assert!(more.is_empty(), "{server}: no stream can ask this: {more:#?}");
        for one in &asked {
            heads_are_right(one, matches!(token, Token::App(..)));
            let graphql = if base.is_empty() { "/graphql" } else { "/api/graphql" };
            let query = one.body.as_ref().is_some_and(|body| body.get("query").is_some());
            let place = if query { one.target == graphql } else { one.target.starts_with(base) };
            assert!(place, "{server}: {} {}", one.method, one.target);
        }
        let conditional = asked.iter().any(|one| one.headers.contains_key("if-none-match"));
        assert!(conditional, "{server}: what was marked is asked for on condition");
        written.extend(asked.iter().map(|one| line(server, base, one, &possible)));
    }
    let streams: BTreeSet<_> = possible.values().flatten().collect();
    let is_part =
        |stream: &Stream| SOURCE.streams.iter().flat_map(|of| of.parts).any(|part| part.stream == stream.name);
    for stream in SOURCE.streams {
        assert!(streams.contains(&stream.name) || is_part(stream), "nothing asks for `{}`", stream.name);
        written += &kept_of(stream);
    }
    write_down(&written);
}

fn heads_are_right(asked: &Asked, by_app: bool) {
    let head = |name: &str| asked.headers.get(name).map(String::as_str).unwrap_or_default();
    assert!(head("user-agent").starts_with("milepost/"), "{asked:?}");
    if asked.target.ends_with("/access_tokens") {
        // A token that the key signed, in its three parts.
        let bearer = head("authorization").strip_prefix("Bearer ").unwrap_or_default();
        assert_eq!(bearer.split('.').count(), 3, "{asked:?}");
        return;
    }
    assert_eq!(head("authorization"), if by_app { "Bearer ghs_made-up" } else { "Bearer made-up" });
    assert_eq!(head("accept"), "application/vnd.github+json");
    assert_eq!(head("x-github-api-version"), "2022-11-28");
    assert_eq!(head("content-type"), if asked.body.is_some() { "application/json" } else { "" });
}

/// A line for whoever holds it against a description; of the token only how it was sent.
fn line(server: &str, base: &str, one: &Asked, possible: &BTreeMap<String, Vec<&'static str>>) -> String {
    let below = one.target.strip_prefix(base).unwrap_or(&one.target);
    let streams = possible.get(&shape(&one.method, below, one.body.as_ref()));
    let mut headers = one.headers.clone();
    for of_the_connection in ["host", "content-length"] {
        headers.remove(of_the_connection);
    }
    if let Some(value) = headers.get_mut("authorization") {
        *value = value.split(' ').next().unwrap_or_default().to_owned();
    }
    let (method, target, body) = (&one.method, &one.target, &one.body);
    let line = json!({
        "is": "request", "server": server, "method": method, "target": target, "headers": headers, "body": body,
        "streams": streams,
    });
    format!("{line}\n")
}

/// What is kept of a stream's records, for whoever looks whether an answer can hold it.
fn kept_of(stream: &Stream) -> String {
    let keep = stream.keep.iter().map(|entry| match entry {
        Keep::As(path) | Keep::Who(path, _) | Keep::Text(path, _) => *path,
    });
    let keep: Vec<&str> = keep.collect();
    let line = json!({
        "is": "stream", "name": stream.name, "keep": keep, "key": stream.key, "items": stream.items,
    });
    format!("{line}\n")
}

#[expect(clippy::disallowed_methods, reason = "where to write is the caller's; nothing that is tested reads it")]
fn write_down(lines: &str) {
    if let Ok(path) = std::env::var("MILEPOST_REQUESTS") {
        let distinct: BTreeSet<&str> = lines.lines().collect();
        let text: String = distinct.into_iter().flat_map(|line| [line, "\n"]).collect();
        std::fs::write(&path, text).unwrap_or_else(|why| panic!("`{path}`: {why}"));
    }
}

/// Nodes and requests of a query, counted as GitHub documents it: each list of so many is asked for once for each node of
/// the list around it.
fn cost(query: &str) -> (u64, u64) {
    let size = |arguments: &str| {
        arguments.split(',').find_map(|argument| match argument.trim().split_once(": ")? {
            ("first" | "last", "$first") => Some(queries::PAGE),
            ("first" | "last", number) => number.parse().ok(),
            _ => None,
        })
    };
    let (mut around, mut list, mut nodes, mut requests) = (vec![1], None, 0, 0);
    let mut rest = query;
    while let Some(place) = rest.find(['(', '{', '}']) {
        let (sign, behind) = (rest.as_bytes()[place], &rest[place + 1..]);
        rest = behind;
        let outer = around.last().copied().unwrap_or(1);
        match sign {
            b'(' => {
                let (arguments, behind) = behind.split_once(')').expect("it ends");
                (list, rest) = (size(arguments), behind);
            }
            b'{' => {
                let many = list.take().map_or(outer, |many: u64| {
                    requests += outer;
                    nodes += outer * many;
                    outer * many
                });
                around.push(many);
            }
            _ => {
                around.pop();
            }
        }
    }
    assert_eq!(around, [1], "{query}");
    (nodes, requests)
}

#[test]
fn a_cost_is_counted_as_github_counts_its_example() {
    // From GitHub's page on limits: 50 repositories, 10 issues of each and 20 changes, 10 comments of each.
    let query = "query { viewer { repositories(first: 50) { nodes { pullRequests(first: 20) { nodes { comments(first: 10) \
                 { nodes { id } } } } issues(first: 20) { nodes { comments(first: 10) { nodes { id } } } } } } \
                 followers(first: 10) { nodes { login } } } }";
    assert_eq!(cost(query).0, 50 + 50 * 20 * 2 + 50 * 20 * 10 * 2 + 10);
    let query = "{ viewer { repositories(first: 100) { nodes { issues(first: 50) { nodes { labels(first: 60) { nodes { id } } } } } } } }";
    assert_eq!(cost(query).1, 1 + 100 + 5_000, "51 points");
}

#[test]
fn no_query_is_more_than_github_takes() {
    let mut points: BTreeMap<&str, u64> = BTreeMap::new();
    for (shape, streams) in possible().iter().filter(|(shape, _)| shape.starts_with("query")) {
        let (nodes, requests) = cost(shape);
        assert!(nodes <= 500_000, "{streams:?}: {nodes} nodes");
        let known = points.entry(streams[0]).or_default();
        *known = (*known).max((requests + 50) / 100).max(1);
    }
    let expected = [
        ("deployments", 1),
        ("issue_events", 1),
        ("issues", 2),
        ("owners", 1),
        ("pull_commits", 1),
        ("pull_reviews", 1),
        ("pulls", 5),
        ("releases", 1),
        ("repositories", 5),
    ];
    assert_eq!(points.into_iter().collect::<Vec<_>>(), expected, "points a query; 5,000 an hour are given");
}
