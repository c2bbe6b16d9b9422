//! For tests: the simulated organisation behind a local server that holds the limits which GitHub documents, on a clock that
//! runs faster than ours. What breaks a limit is refused as GitHub refuses it, and written down.
//!
//! Documented (REST and GraphQL pages on rate limits): 5,000 requests and 5,000 points an hour, not-modified answers free;
//! at most 100 requests at once; 900 points a minute for REST and 2,000 for GraphQL; 90 seconds of processor time in 60
//! seconds, of which 60 for GraphQL, to be estimated by how long answers take; lists of 100, queries of 500,000 nodes.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};

use super::world::World;
use crate::log::Micros;
use crate::sources::api::clock::{Clock as _, WallClock};
use crate::sources::api::fake::with_headers;
use crate::sources::api::{Answer, Method, Request};

const SECOND: Micros = 1_000_000;
const MINUTE: Micros = 60 * SECOND;
pub(super) const HOUR: Micros = 60 * MINUTE;
/// Requests, and points, of an hour.
pub(super) const PER_HOUR: i64 = 5_000;
const AT_ONCE: usize = 100;
const BUSY_IN_ALL: Micros = 90 * SECOND;
const BUSY_WITH_GRAPHQL: Micros = 60 * SECOND;
const NODES: u64 = 500_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Resource {
    Rest,
    GraphQl,
}

impl Resource {
    const fn per_minute(self) -> usize {
        match self {
            Self::Rest => 900,
            Self::GraphQl => 2_000,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Rest => "core",
            Self::GraphQl => "graphql",
        }
    }
}

/// One request and its answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exchange {
    pub(super) resource: Resource,
    pub(super) from_us: Micros,
    pub(super) to_us: Micros,
    /// What it cost of the hour.
    pub(super) points: i64,
    /// What was left of the hour with it.
    pub(super) left: i64,
    /// How long it kept the server busy; what came on top is the machine that the test runs on.
    busy_us: Micros,
}

/// What a server saw.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) exchanges: Vec<Exchange>,
    /// Limits that were broken, in words.
    pub(super) broken: Vec<String>,
    under_way: usize,
    /// Until when the hour of a resource lasts, and what of it was used.
    hours: BTreeMap<Resource, (Micros, i64)>,
}

#[derive(Clone)]
pub(super) struct Hourly {
    pub(super) address: SocketAddr,
    pub(super) book: Arc<Mutex<Book>>,
    now: Arc<Mutex<(WallClock, u32)>>,
    world: World,
}

impl Hourly {
    /// Starts serving on a thread of its own.
    pub(super) fn start(world: World) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a listener that waits for nothing");
        let address = listener.local_addr().expect("an address");
        let now = Arc::new(Mutex::new((WallClock::new(0), 0)));
        let hourly = Self { address, book: Arc::default(), now, world };
        let serving = hourly.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            let local = tokio::task::LocalSet::new();
            local.block_on(&runtime, serving.serve(listener));
        });
        hourly
    }

    /// A new day, and an empty book. `used`: of each hour that is under way, and how long it still lasts.
    pub(super) fn turn(&self, day: u32, clock: WallClock, used: Option<(i64, Micros)>) {
        let hour = |resource| used.map(|(used, left)| (resource, (clock.now_us() + left, used)));
        let hours = [Resource::Rest, Resource::GraphQl].into_iter().filter_map(hour).collect();
        *self.now.lock().expect("whole") = (clock, day);
        *self.book.lock().expect("whole") = Book { hours, ..Book::default() };
    }

    async fn serve(self, listener: std::net::TcpListener) {
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        while let Ok((stream, _)) = listener.accept().await {
            let hourly = self.clone();
            tokio::task::spawn_local(async move {
                let service = service_fn(move |request| {
                    let hourly = hourly.clone();
                    async move { Ok::<_, Infallible>(hourly.exchange(request).await) }
                });
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    }

    async fn exchange(&self, incoming: hyper::Request<Incoming>) -> hyper::Response<Full<Bytes>> {
        let (clock, day) = *self.now.lock().expect("whole");
        let (parts, body) = incoming.into_parts();
        let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let target = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        let (method, resource) = if parts.method == hyper::Method::POST {
            (Method::Post, Resource::GraphQl)
        } else {
            (Method::Get, Resource::Rest)
        };
        let body: Option<Value> = serde_json::from_slice(&bytes).ok();
        let known = parts.headers.get("if-none-match").and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        let from_us = clock.now_us();
        let points = body.as_ref().map_or(1, cost);
        let refused = self.book.lock().expect("whole").begin(resource, points, from_us, body.as_ref());
        let mut answer = if let Some(why) = refused {
            with_headers(403, &json!({"message": why}), &[("retry-after", "60")])
        } else {
            let request = Request { method, url: format!("https://fake.test{target}"), body };
            let mut answer = self.world.answer(&request, day);
            if known.is_some() && answer.header("etag") == known.as_deref() {
                answer.status = 304;
                answer.body.clear();
            }
            if let Some(link) = answer.headers.get_mut("link") {
                *link = link.replace("https://fake.test", &format!("http://{}", self.address));
            }
            clock.sleep(takes(resource, points)).await;
            answer
        };
        let to_us = clock.now_us();
        let busy_us = takes(resource, points);
        let points = if answer.status == 304 { 0 } else { points };
        self.book
            .lock()
            .expect("whole")
            .end(Exchange { resource, from_us, to_us, points, left: 0, busy_us }, &mut answer);
        let date = chrono::DateTime::<chrono::Utc>::from_timestamp_micros(to_us).unwrap_or_default();
        answer.headers.insert("date".to_owned(), date.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
        let mut response = hyper::Response::builder().status(answer.status);
        for (name, value) in &answer.headers {
            response = response.header(name, value);
        }
        response.body(Full::new(Bytes::from(answer.body))).expect("an answer")
    }
}

/// How long an answer takes: a page of a heavy query some 0.4 s, a page of a list 0.2 s.
fn takes(resource: Resource, points: i64) -> Micros {
    match resource {
        Resource::Rest => SECOND / 5,
        Resource::GraphQl => SECOND / 5 + SECOND / 25 * points.min(5),
    }
}

/// How many records each list of a query asks for, the outermost first.
fn lists(body: &Value) -> Vec<u64> {
    let query = body["query"].as_str().unwrap_or_default();
    let asked = query.split(['(', ',', ' ']).zip(query.split(['(', ',', ' ']).skip(1));
    let sizes = asked.filter(|(name, _)| matches!(*name, "first:" | "last:"));
    sizes
        .map(|(_, size)| match size.trim_end_matches(')').parse() {
            Ok(size) => size,
            Err(_) => body["variables"]["first"].as_u64().unwrap_or(0),
        })
        .collect()
}

/// Points by the documented rule: the requests that a query would be if each list of each record were one, by a hundred.
fn cost(body: &Value) -> i64 {
    let lists = lists(body);
    let (outer, inner) = (lists.first().copied().unwrap_or(1), lists.len().saturating_sub(1) as u64);
    let is_one = body["query"].as_str().is_some_and(|query| query.contains("node(id:"));
    let requests = if is_one { lists.len() as u64 } else { 1 + outer * inner };
    i64::try_from((requests + 50) / 100).unwrap_or(i64::MAX).max(1)
}

impl Book {
    /// Why a request is refused; it is under way else.
    fn begin(&mut self, resource: Resource, points: i64, now: Micros, body: Option<&Value>) -> Option<String> {
        self.under_way += 1;
        let mut broken = Vec::new();
        if self.under_way > AT_ONCE {
            broken.push(format!("{} requests at once", self.under_way));
        }
        let lately = || self.exchanges.iter().rev().take_while(|one| one.from_us > now - 5 * MINUTE);
        let begun = lately().filter(|one| one.resource == resource && one.from_us > now - MINUTE).count();
        if begun >= resource.per_minute() {
            broken.push(format!("secondary rate limit: {begun} points of {} in a minute", resource.name()));
        }
        let busy = |only: Option<Resource>| -> Micros {
            let of = lately().filter(|one| one.to_us > now - MINUTE && only.is_none_or(|only| one.resource == only));
            of.map(|one| one.busy_us).sum()
        };
        if busy(None) > BUSY_IN_ALL || busy(Some(Resource::GraphQl)) > BUSY_WITH_GRAPHQL {
            broken.push("secondary rate limit: too much processor time in a minute".to_owned());
        }
        let (until, used) = self.hours.get(&resource).copied().filter(|hour| hour.0 > now).unwrap_or((now + HOUR, 0));
        self.hours.insert(resource, (until, used));
        if used + points > PER_HOUR {
            broken.push(format!("the hour of {} is used up", resource.name()));
        }
        let sizes = body.map(lists).unwrap_or_default();
        let outer = sizes.first().copied().unwrap_or(0);
        let nodes = outer + outer * sizes.iter().skip(1).sum::<u64>();
        if sizes.iter().any(|size| *size > 100) || nodes > NODES {
            broken.push(format!("a query of {nodes} nodes, lists of {sizes:?}"));
        }
        self.broken.extend(broken.iter().cloned());
        // Two that arrive together share what is left: it is taken when they begin.
        self.hours.insert(resource, (until, used + points));
        broken.into_iter().next()
    }

    fn end(&mut self, mut one: Exchange, answer: &mut Answer) {
        self.under_way -= 1;
        let hour = self.hours.entry(one.resource).or_insert((one.to_us + HOUR, 0));
        if answer.status == 304 {
            hour.1 -= 1;
        }
        one.left = PER_HOUR - hour.1;
        for (name, value) in [
            ("limit", PER_HOUR),
            ("used", hour.1),
            ("remaining", (PER_HOUR - hour.1).max(0)),
            ("reset", hour.0.div_euclid(SECOND)),
        ] {
            answer.headers.insert(format!("x-ratelimit-{name}"), value.to_string());
        }
        answer.headers.insert("x-ratelimit-resource".to_owned(), one.resource.name().to_owned());
        self.exchanges.push(one);
    }
}
