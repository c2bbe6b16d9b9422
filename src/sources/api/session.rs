//! One request until it is answered: retries, limits, redirects, and what each refusal means.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::Value;

use super::clock::Clock;
use super::error::ApiError;
use super::governor::{Governor, date_us};
use super::link;
use super::request::{Answer, Request};
use super::stream::{Source, Stream};
use super::wire::{Wire, WireFault};
use crate::log::Micros;

const SECOND: Micros = 1_000_000;

/// A broken connection or a server's error is tried so often before it is given up.
const TRIES: u32 = 6;
/// A limit is waited for so often in a row before something is wrong with it.
const WAITS: u32 = 50;
/// More redirects lead nowhere.
const REDIRECTS: u32 = 5;

/// What a request came to.
#[derive(Debug)]
pub(super) enum Fetched {
    /// An answer and its JSON.
    Answer(Answer, Value),
    /// Nothing has changed since the answer that the validator is of.
    Unchanged,
    /// What was asked for is not there, or no longer; the status.
    Missing(u16),
}

/// What was counted over a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Requests that went out, every try of one.
    pub requests: u64,
    /// Of these, answered with «nothing has changed», which costs no budget.
    pub unchanged: u64,
    /// Of these, tried again after an error or a limit.
    pub retried: u64,
    /// Records stored, new or other than before.
    pub records: u64,
}

/// Everything that requests to one API share.
pub(super) struct Session<'a> {
    wire: &'a dyn Wire,
    clock: Rc<dyn Clock>,
    pub(super) governor: Governor,
    host: String,
    base: String,
    streams: &'static [Stream],
    /// By the server's clock, when the first answer came: no bookmark goes past it.
    started_us: Cell<Option<Micros>>,
    /// Streams that the token was good for.
    answered: RefCell<BTreeSet<&'static str>>,
    pub(super) counted: Cell<Counted>,
    /// Called whenever something was counted.
    pub(super) progress: RefCell<&'a mut dyn FnMut(Counted)>,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        wire: &'a dyn Wire,
        clock: Rc<dyn Clock>,
        source: &Source,
        base: &str,
        progress: &'a mut dyn FnMut(Counted),
    ) -> Self {
        Self {
            wire,
            governor: Governor::new(Rc::clone(&clock), source.pace),
            clock,
            host: link::host(base),
            base: base.to_owned(),
            streams: source.streams,
            started_us: Cell::new(None),
            answered: RefCell::default(),
            counted: Cell::default(),
            progress: RefCell::new(progress),
        }
    }

    /// When the run began, by the server's clock; by ours where the server has none.
    pub(super) fn started_us(&self) -> Micros {
        self.started_us.get().unwrap_or_else(|| self.clock.now_us())
    }

    pub(super) fn host(&self) -> String {
        self.host.clone()
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut Counted)) {
        let mut counted = self.counted.get();
        change(&mut counted);
        self.counted.set(counted);
        (self.progress.borrow_mut())(counted);
    }

    /// Asks until there is an answer that means something.
    pub(super) async fn fetch(
        &self,
        stream: &Stream,
        scope: &str,
        request: &Request,
        etag: Option<&str>,
    ) -> Result<Fetched, ApiError> {
        self.asked(stream, scope, request, etag, stream.per.is_none()).await
    }

    /// Asks for what is known already: that it is not there, or no longer for this token, stops nothing.
    pub(super) async fn fetch_one(&self, stream: &Stream, scope: &str, request: &Request) -> Result<Fetched, ApiError> {
        self.asked(stream, scope, request, None, false).await
    }

    /// `needed`: nothing can go on without it.
    async fn asked(
        &self,
        stream: &Stream,
        scope: &str,
        request: &Request,
        etag: Option<&str>,
        needed: bool,
    ) -> Result<Fetched, ApiError> {
        let resource = request.resource();
        let mut request = request.clone();
        let (mut tries, mut waits, mut redirects) = (0, 0, 0);
        loop {
            self.guard(&request.url, stream)?;
            let place = self.governor.admit(resource, request.points()).await;
            self.count(|counted| counted.requests += 1);
            let sent = self.wire.send(&request, etag).await;
            self.governor.works();
            let fault = match sent {
                Err(WireFault::TooLarge) => {
                    return Err(self.unexpected(stream, "more than 64 MiB", "ask for less with `include` or `since`"));
                }
                Err(WireFault::NoToken(why)) => {
                    return Err(ApiError::Setting { field: "apis.app".to_owned(), message: why });
                }
                Err(WireFault::Untrusted(why)) => return Err(ApiError::Untrusted { host: self.host(), why }),
                Err(WireFault::Broken(why)) => {
                    self.governor.learn_nothing(resource);
                    why
                }
                Ok(answer) => {
                    self.governor.learn(resource, request.points(), &answer);
                    if self.started_us.get().is_none() {
                        self.started_us.set(Some(date_us(&answer).unwrap_or_else(|| self.clock.now_us())));
                    }
                    match self.judge((stream, scope, needed), &request, answer, etag.is_some())? {
                        Judged::Done(fetched) => {
                            self.governor.relax();
                            if !matches!(fetched, Fetched::Missing(_)) {
                                self.answered.borrow_mut().insert(stream.name);
                            }
                            return Ok(fetched);
                        }
                        Judged::Again(why) => why,
                        Judged::Limited if waits < WAITS => {
                            waits += 1;
                            self.count(|counted| counted.retried += 1);
                            drop(place);
                            continue;
                        }
                        Judged::Limited => "it names limits without end".to_owned(),
                        Judged::Elsewhere(url) if redirects < REDIRECTS => {
                            redirects += 1;
                            request.url = url;
                            continue;
                        }
                        Judged::Elsewhere(_) => {
                            return Err(self.unexpected(stream, "redirects without end", "check `url`"));
                        }
                    }
                }
            };
            drop(place);
            self.governor.rests();
            tries += 1;
            if tries >= TRIES {
                let (host, stream) = (self.host(), stream.name.to_owned());
                return Err(ApiError::Unreachable { host, stream, why: fault, times: tries });
            }
            // A query that is too much for one answer is asked for less.
            if let Some(first) = request.body.as_mut().and_then(|body| body.pointer_mut("/variables/first"))
                && let Some(many) = first.as_u64().filter(|many| *many > 10 && tries > 1)
            {
                *first = Value::from(many / 2);
            }
            self.count(|counted| counted.retried += 1);
            self.clock.sleep(SECOND << (tries - 1)).await;
        }
    }

    /// A token goes to the origin of the API and nowhere else.
    fn guard(&self, url: &str, stream: &Stream) -> Result<(), ApiError> {
        if link::same_origin(url, &self.base) {
            return Ok(());
        }
        Err(ApiError::Foreign { host: self.host(), to: link::host(url), stream: stream.name.to_owned() })
    }

    fn judge(
        &self,
        (stream, scope, needed): (&Stream, &str, bool),
        request: &Request,
        answer: Answer,
        conditional: bool,
    ) -> Result<Judged, ApiError> {
        let (name, permission) = (stream.name.to_owned(), stream.permission.to_owned());
        Ok(match answer.status {
            203 if says_html(&answer) => return Err(self.signed_out(stream)),
            204 => Judged::Done(Fetched::Answer(answer, Value::Null)),
            200..=299 => match answer.json() {
                None => Judged::Again("the answer is cut off or no JSON".to_owned()),
                Some(json) => return self.judge_json((stream, scope, needed), answer, json),
            },
            304 if conditional => {
                self.count(|counted| counted.unchanged += 1);
                Judged::Done(Fetched::Unchanged)
            }
            301 | 302 | 303 | 307 | 308 => {
                let target = answer.header("location").and_then(|to| link::resolve(to, &request.url));
                let Some(url) = target else {
                    return Err(self.unexpected(stream, "a redirect to nowhere", "check `url`"));
                };
                if leads_to_a_sign_in(&url) {
                    return Err(self.signed_out(stream));
                }
                Judged::Elsewhere(url)
            }
            401 if self.knows_the_token_elsewhere(stream) => Judged::Done(Fetched::Missing(401)),
            401 => return Err(ApiError::Unauthorised { host: self.host(), stream: name, permission }),
            403 | 429 if is_limit(&answer) => {
                self.governor.block(&answer);
                Judged::Limited
            }
            403 if needed => return Err(self.forbidden(stream, scope)),
            404 if needed => {
                return Err(ApiError::NotThere { host: self.host(), stream: name, permission });
            }
            403 | 404 | 410 | 451 => Judged::Done(Fetched::Missing(answer.status)),
            408 | 500..=599 => {
                // A system under maintenance says when to come back.
                if answer.header("retry-after").is_some() {
                    self.governor.block(&answer);
                }
                Judged::Again(format!("status {}", answer.status))
            }
            400 | 422 => {
                let hint = "it does not understand what is asked: look at `owners`, `include` and `query`";
                return Err(self.unexpected(stream, &format!("status {}", answer.status), hint));
            }
            other => {
                let hint = "the version of the system may be one that this was not made for";
                return Err(self.unexpected(stream, &format!("status {other}"), hint));
            }
        })
    }

    /// GraphQL says its errors in answers of status 200.
    fn judge_json(
        &self,
        (stream, scope, needed): (&Stream, &str, bool),
        answer: Answer,
        json: Value,
    ) -> Result<Judged, ApiError> {
        // A secondary limit may come with status 200.
        let says = |value: &Value| value.get("message").and_then(Value::as_str).is_some_and(is_of_a_limit);
        if says(&json) || json.get("errors").and_then(Value::as_array).is_some_and(|errors| errors.iter().any(says)) {
            self.governor.block(&answer);
            return Ok(Judged::Limited);
        }
        let errors = json.get("errors").and_then(Value::as_array).filter(|errors| !errors.is_empty());
        let Some(errors) = errors.filter(|_| json.get("data").is_some() || json.get("message").is_none()) else {
            return Ok(Judged::Done(Fetched::Answer(answer, json)));
        };
        let is = |kind: &str| errors.iter().any(|error| error.get("type").and_then(Value::as_str) == Some(kind));
        if is("RATE_LIMITED") || is("RATE_LIMIT") {
            self.governor.block(&answer);
            return Ok(Judged::Limited);
        }
        if is("NOT_FOUND") {
            return Ok(Judged::Done(Fetched::Missing(404)));
        }
        if is("FORBIDDEN") || is("INSUFFICIENT_SCOPES") {
            let fields: Vec<_> = errors.iter().map(|error| self.refused_field(stream, &json, error)).collect();
            if fields.iter().all(|field| matches!(field, Some((_, true)))) {
                return Ok(Judged::Done(Fetched::Answer(answer, json)));
            }
            if let Some((field, _)) = fields.into_iter().flatten().next() {
                return Err(self.forbidden(field, scope));
            }
            if needed {
                return Err(self.forbidden(stream, scope));
            }
            return Ok(Judged::Done(Fetched::Missing(403)));
        }
        let kinds: BTreeSet<&str> = errors.iter().filter_map(|error| error.get("type")?.as_str()).collect();
        let kinds: Vec<&str> = kinds.into_iter().take(5).collect();
        Ok(Judged::Again(format!(
            "errors of GraphQL ({})",
            if kinds.is_empty() { "without a type".to_owned() } else { kinds.join(", ") }
        )))
    }

    /// The stream that a refused field of a record only speaks of beforehand, and whether the record came without it: then
    /// that stream will say for itself what the token may read. Else it is that stream's permission which is missing.
    fn refused_field(&self, stream: &Stream, json: &Value, error: &Value) -> Option<(&'static Stream, bool)> {
        let path = error.get("path")?.as_array()?;
        let list: Vec<&str> = stream.items.strip_prefix("/data/")?.split('/').collect();
        let below = list.len();
        let stands = path.iter().zip(&list).all(|(part, name)| part.as_str() == Some(*name));
        let (place, field) = (path.get(below)?.as_u64()?, path.get(below + 1)?.as_str()?);
        let speaks = |of: &&Stream| {
            of.per == Some(stream.name) && of.hint.is_some_and(|hint| hint.total.split('.').next() == Some(field))
        };
        let of = self.streams.iter().filter(|_| stands).find(speaks)?;
        Some((of, json.pointer(&format!("{}/{place}", stream.items)).is_some_and(Value::is_object)))
    }

    /// Whether a 401 says that a good token may not read one list: Azure DevOps says so. Where this very stream was answered
    /// before, the token has ended since.
    fn knows_the_token_elsewhere(&self, stream: &Stream) -> bool {
        let answered = self.answered.borrow();
        stream.per.is_some() && !answered.is_empty() && !answered.contains(stream.name)
    }

    pub(super) fn forbidden(&self, stream: &Stream, scope: &str) -> ApiError {
        self.refused(stream, scope, 403)
    }

    /// As [`Session::forbidden`], where it is said by this status.
    pub(super) fn refused(&self, stream: &Stream, scope: &str, status: u16) -> ApiError {
        let scope = if scope.is_empty() { String::new() } else { format!(" of `{scope}`") };
        let (stream, permission) = (stream.name.to_owned(), stream.permission.to_owned());
        ApiError::Forbidden { host: self.host(), stream, scope, permission, status }
    }

    fn signed_out(&self, stream: &Stream) -> ApiError {
        let (stream, permission) = (stream.name.to_owned(), stream.permission.to_owned());
        ApiError::SignIn { host: self.host(), stream, permission }
    }

    pub(super) fn unexpected(&self, stream: &Stream, what: &str, hint: &str) -> ApiError {
        let (what, hint) = (what.to_owned(), hint.to_owned());
        ApiError::Unexpected { host: self.host(), stream: stream.name.to_owned(), what, hint }
    }
}

enum Judged {
    Done(Fetched),
    Again(String),
    Limited,
    Elsewhere(String),
}

/// Some systems answer a token that they do not take with a page to sign in, as if all were well.
fn says_html(answer: &Answer) -> bool {
    answer.header("content-type").is_some_and(|kind| kind.trim_start().starts_with("text/html"))
}

/// Whether an address is where people sign in; a system behind a single sign-on sends programs there too.
fn leads_to_a_sign_in(url: &str) -> bool {
    let Ok(url) = url::Url::parse(url) else { return false };
    let signs = ["_signin", "signin", "sign_in", "sign-in", "login", "saml", "oauth2", "sso", "adfs"];
    url.path_segments().is_some_and(|mut parts| parts.any(|part| signs.contains(&part.to_ascii_lowercase().as_str())))
}

/// Whether a refusal is a limit: by its status or headers, else by what GitHub says where it gives neither.
fn is_limit(answer: &Answer) -> bool {
    if answer.status == 429 || answer.header("retry-after").is_some() {
        return true;
    }
    if answer.header("x-ratelimit-remaining").is_some_and(|left| left.trim() == "0") {
        return true;
    }
    let json = answer.json().unwrap_or_default();
    let says = |field: &str, words: &str| {
        json.get(field).and_then(Value::as_str).is_some_and(|text| text.to_lowercase().contains(words))
    };
    let message = json.get("message").and_then(Value::as_str);
    says("documentation_url", "secondary-rate-limit") || message.is_some_and(is_of_a_limit)
}

/// How GitHub words a secondary limit, today and on older Enterprise servers.
fn is_of_a_limit(message: &str) -> bool {
    let message = message.to_lowercase();
    message.contains("secondary rate limit") || message.contains("abuse detection")
}
