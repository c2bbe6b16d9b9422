//! One request and its answer.

use std::cell::Cell;
use std::convert::Infallible;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, Response, StatusCode};
use tokio::time::timeout;

use super::super::output::{Talk, say};
use super::Desk;
use super::counts::{Fate, NOBODY};
use crate::log::Micros;
use crate::sources::api::hook::{self, Hook, Posted, Refused};

/// The largest body: GitHub sends no more.
const MOST_BYTES: usize = 25 * 1024 * 1024;
/// What is larger is read by few at a time.
const LARGE: u64 = 1024 * 1024;
/// How many large bodies are read at once.
const MOST_LARGE: usize = 4;
/// A body is there within this time.
const BODY_WITHIN: Duration = Duration::from_secs(30);

type Answer = Response<Full<Bytes>>;

/// What a refusal is to whoever sent it.
struct No {
    status: StatusCode,
    why: &'static str,
}

const fn no(status: StatusCode, why: &'static str) -> No {
    No { status, why }
}

/// Takes a delivery in; never fails, since every failure has an answer.
pub(super) async fn answer(desk: &Desk<'_>, request: Request<Incoming>) -> Result<Answer, Infallible> {
    let path = request.uri().path();
    let Some(hook) = desk.hooks.iter().find(|hook| hook.receiver.path == path) else {
        return Ok(refuse(desk, NOBODY, &no(StatusCode::NOT_FOUND, "no such path")));
    };
    let id = &hook.receiver.id;
    Ok(match take(desk, hook, request).await {
        Ok(true) => {
            desk.counts.borrow_mut().add(id, Fate::Accepted, "");
            text(StatusCode::ACCEPTED, "stored")
        }
        Ok(false) => {
            desk.counts.borrow_mut().add(id, Fate::Again, "");
            text(StatusCode::OK, "had come before")
        }
        Err(why) => refuse(desk, id, &why),
    })
}

fn refuse(desk: &Desk<'_>, receiver: &str, why: &No) -> Answer {
    desk.counts.borrow_mut().add(receiver, Fate::Refused, why.why);
    let mut answer = text(why.status, why.why);
    match why.status {
        StatusCode::METHOD_NOT_ALLOWED => {
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("30"));
        }
        _ => {}
    }
    answer
}

fn text(status: StatusCode, words: &str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(format!("{words}\n"))));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}

/// Stores a delivery; says whether it was new.
async fn take(desk: &Desk<'_>, hook: &Hook<'_>, request: Request<Incoming>) -> Result<bool, No> {
    if request.method() != Method::POST {
        return Err(no(StatusCode::METHOD_NOT_ALLOWED, "only POST is taken"));
    }
    if request.headers().contains_key(CONTENT_ENCODING) {
        return Err(no(StatusCode::UNSUPPORTED_MEDIA_TYPE, "a body that is compressed"));
    }
    let (parts, body) = request.into_parts();
    let body = read(&desk.large, body).await?;
    let posted = Posted { headers: &parts.headers, body: &body, at_us: now() };
    // A desk of its own: the keys of the people in a delivery are stored with it, or not at all.
    let mut people = desk.office.desk();
    let delivery = hook.take(&posted, &mut people).map_err(|why| match why {
        Refused::Signature(why) => no(StatusCode::UNAUTHORIZED, why),
        Refused::MediaType(why) => no(StatusCode::UNSUPPORTED_MEDIA_TYPE, why),
        Refused::Malformed(why) => no(StatusCode::BAD_REQUEST, why),
        Refused::Setting(why) => {
            say(Talk::Aloud, &format!("`{}`: {why}", hook.receiver.id));
            no(StatusCode::INTERNAL_SERVER_ERROR, "the receiver is not set up as it must be")
        }
    })?;
    let unit = hook::unit(hook.receiver);
    desk.archive.borrow_mut().accept(&unit, &delivery).map_err(|why| {
        say(Talk::Aloud, &format!("`{}`: {why}", hook.receiver.id));
        no(StatusCode::SERVICE_UNAVAILABLE, "the archive cannot be written")
    })
}

/// A count that goes down when whoever holds it ends, however it ends.
struct Held<'a>(&'a Cell<usize>);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// The whole body. One that does not say how long it is may be large.
async fn read(large: &Cell<usize>, body: Incoming) -> Result<Bytes, No> {
    const TOO_LARGE: No = no(StatusCode::PAYLOAD_TOO_LARGE, "a body of more than 25 MiB");
    let most = body.size_hint().upper();
    if most.is_some_and(|most| most > MOST_BYTES as u64) {
        return Err(TOO_LARGE);
    }
    let _held = if most.is_none_or(|most| most > LARGE) {
        if large.get() >= MOST_LARGE {
            return Err(no(StatusCode::SERVICE_UNAVAILABLE, "too many large bodies at once"));
        }
        large.set(large.get() + 1);
        Some(Held(large))
    } else {
        None
    };
    match timeout(BODY_WITHIN, Limited::new(body, MOST_BYTES).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(why)) if why.is::<http_body_util::LengthLimitError>() => Err(TOO_LARGE),
        Ok(Err(_)) => Err(no(StatusCode::BAD_REQUEST, "a body that broke off")),
        Err(_) => Err(no(StatusCode::REQUEST_TIMEOUT, "a body that did not come in time")),
    }
}

#[expect(clippy::disallowed_methods, reason = "when a delivery came is kept beside it; nothing computed hangs on it")]
fn now() -> Micros {
    chrono::Utc::now().timestamp_micros()
}
