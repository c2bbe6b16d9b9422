//! The wire: one request out, one answer back, over TLS that is verified. It follows no redirect and tries nothing twice.

use std::collections::BTreeMap;
use std::fs;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use super::error::ApiError;
use super::request::{Answer, Method, Request};
use super::secret::Token;
use super::stream::{Sign, Source};
use super::{github, source};
use crate::config::Api;

/// Why no answer came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WireFault {
    /// No connection, or it broke: worth another try.
    Broken(String),
    /// Whoever answers does not prove to be the host; nothing was sent.
    Untrusted(String),
    /// The answer is larger than anything that is asked for.
    TooLarge,
    /// The token could not be had (a GitHub App's key).
    NoToken(String),
}

/// What a wire gives back, later.
pub(super) type Sending<'a> = Pin<Box<dyn Future<Output = Result<Answer, WireFault>> + 'a>>;

/// Sends requests with the token of an API.
pub trait Wire {
    /// Sends one request; `etag`: what an earlier answer was marked with.
    fn send<'a>(&'a self, request: &'a Request, etag: Option<&'a str>) -> Sending<'a>;
}

/// The user that an OAuth token is sent for, as git calls it: such a token goes into no header of a system's own.
const OAUTH: &str = "oauth2";

/// An answer of more bytes than this is none that was asked for.
const LARGEST: usize = 64 << 20;
/// So long may nothing come before a connection counts as broken.
const PATIENCE: Duration = Duration::from_mins(1);

/// The wire of an API.
///
/// # Errors
/// Where certificates or the key of an app cannot be read.
pub fn connect(api: &Api, token: Token) -> Result<Box<dyn Wire>, ApiError> {
    let source = source(api.kind);
    let client = client(api, PATIENCE)?;
    if api.kind == crate::config::written::ApiKind::GitHub {
        return github::connect(api, client, token, source);
    }
    Ok(Box::new(Plain { client, token, user: api.user.clone(), source }))
}

fn client(api: &Api, patience: Duration) -> Result<reqwest::Client, ApiError> {
    let setting = |field: &str, message: String| ApiError::Setting { field: field.to_owned(), message };
    let mut client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(20))
        .read_timeout(patience)
        .timeout(Duration::from_mins(5))
        .user_agent(concat!("milepost/", env!("CARGO_PKG_VERSION")));
    // Without TLS nothing leaves this machine, also not by a proxy, who would read the token.
    if api.url.starts_with("http://") {
        client = client.no_proxy();
    }
    if let Some(file) = &api.ca_file {
        let shown = file.display();
        let pem = fs::read(file).map_err(|why| setting("apis.ca-file", format!("cannot read `{shown}`: {why}")))?;
        let certificates = reqwest::Certificate::from_pem_bundle(&pem)
            .map_err(|_| setting("apis.ca-file", format!("`{shown}` holds no certificates in PEM")))?;
        if certificates.is_empty() {
            return Err(setting("apis.ca-file", format!("`{shown}` holds no certificates in PEM")));
        }
        for certificate in certificates {
            client = client.add_root_certificate(certificate);
        }
    }
    client.build().map_err(|why| setting("apis", format!("no TLS can be set up: {why}")))
}

/// A wire with a token that stays.
pub(super) struct Plain {
    pub(super) client: reqwest::Client,
    pub(super) token: Token,
    pub(super) user: Option<String>,
    pub(super) source: &'static Source,
}

impl Wire for Plain {
    fn send<'a>(&'a self, request: &'a Request, etag: Option<&'a str>) -> Sending<'a> {
        Box::pin(async move {
            let mut builder = match request.method {
                Method::Get => self.client.get(&request.url),
                Method::Post => self.client.post(&request.url),
            };
            for (name, value) in self.source.headers {
                builder = builder.header(*name, *value);
            }
            if let Some(etag) = etag {
                builder = builder.header("if-none-match", etag);
            }
            if let Some(body) = &request.body {
                builder = builder.header("content-type", "application/json").body(body.to_string());
            }
            if let Some(token) = self.token.expose() {
                builder = match (self.source.sign, &self.user) {
                    (Sign::Basic, Some(user)) => builder.basic_auth(user, Some(token)),
                    (Sign::Basic, None) | (Sign::Bearer, _) => builder.bearer_auth(token),
                    (Sign::Header(..), Some(user)) if user == OAUTH => builder.bearer_auth(token),
                    (Sign::Header(name, prefix), _) => builder.header(name, format!("{prefix}{token}")),
                };
            }
            let response = builder.send().await.map_err(|why| fault(&why))?;
            receive(response).await
        })
    }
}

/// Reads an answer whole.
pub(super) async fn receive(mut response: reqwest::Response) -> Result<Answer, WireFault> {
    let status = response.status().as_u16();
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in response.headers() {
        let Ok(value) = value.to_str() else { continue };
        headers
            .entry(name.as_str().to_owned())
            .and_modify(|known| {
                known.push_str(", ");
                known.push_str(value);
            })
            .or_insert_with(|| value.to_owned());
    }
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|why| fault(&why))? {
        if body.len() + part.len() > LARGEST {
            return Err(WireFault::TooLarge);
        }
        body.extend_from_slice(&part);
    }
    Ok(Answer { status, headers, body })
}

/// A fault without its address, which may hold what nobody should read.
pub(super) fn fault(why: &reqwest::Error) -> WireFault {
    let words = in_words(why);
    if words.contains("certificate") { WireFault::Untrusted(words) } else { WireFault::Broken(words) }
}

fn in_words(why: &reqwest::Error) -> String {
    let kind = if why.is_timeout() {
        "no answer in time"
    } else if why.is_connect() {
        "no connection"
    } else if why.is_body() || why.is_decode() {
        "the answer was cut off"
    } else {
        "the connection broke"
    };
    let mut cause = std::error::Error::source(why);
    let mut last = None;
    while let Some(inner) = cause {
        last = Some(inner.to_string());
        cause = inner.source();
    }
    match last.filter(|text| !text.contains("://") && text.len() < 200) {
        Some(last) => format!("{kind} ({last})"),
        None => kind.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::thread;

    use super::*;
    use crate::config::written::ApiKind;
    use crate::sources::api::recorded::Bench;

    /// The head of a request that a wire sends to a server on this machine.
    fn sent(kind: ApiKind, user: Option<&str>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/x", listener.local_addr().expect("an address"));
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let (mut head, mut part) = (Vec::new(), [0; 1_024]);
            while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                let many = stream.read(&mut part).expect("readable");
                head.extend_from_slice(&part[..many]);
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").expect("writable");
            String::from_utf8_lossy(&head).to_lowercase()
        });
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let user = user.map(str::to_owned);
        let wire = Plain { client, token: Token::new("s3cret"), user, source: source(kind) };
        let request = Request { method: Method::Get, url, body: None };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let answer = runtime.block_on(wire.send(&request, Some("\"tag\""))).expect("an answer");
        assert_eq!((answer.status, answer.body.as_slice()), (200, b"{}".as_slice()));
        server.join().expect("it ends")
    }

    #[test]
    fn a_token_stands_in_the_one_header_that_its_system_reads() {
        let plain = sent(ApiKind::GitLab, None);
        assert!(plain.contains("\r\nprivate-token: s3cret\r\n") && !plain.contains("authorization"), "{plain}");
        assert!(plain.contains("if-none-match: \"tag\""), "{plain}");
        let oauth = sent(ApiKind::GitLab, Some("oauth2"));
        assert!(oauth.contains("\r\nauthorization: bearer s3cret\r\n") && !oauth.contains("private-token"), "{oauth}");
        let oauth = sent(ApiKind::PagerDuty, Some("oauth2"));
        assert!(oauth.contains("\r\nauthorization: bearer s3cret\r\n") && !oauth.contains("token token"), "{oauth}");
        assert!(sent(ApiKind::PagerDuty, None).contains("\r\nauthorization: token token=s3cret\r\n"));
        assert!(sent(ApiKind::Jenkins, Some("me")).contains("\r\nauthorization: basic "));
        assert!(sent(ApiKind::ArgoCd, None).contains("\r\nauthorization: bearer s3cret\r\n"));
    }

    #[test]
    fn whoever_says_nothing_is_not_waited_for_without_end() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = silent.local_addr().expect("an address");
        let study = format!("[[apis]]\nid = \"x\"\nkind = \"jenkins\"\nurl = \"http://{address}\"\n");
        let api = Bench::new(&study).settings.apis[0].clone();
        let client = client(&api, Duration::from_millis(50)).expect("a client");
        let wire = Plain { client, token: Token::None, user: None, source: source(api.kind) };
        let request = Request { method: Method::Get, url: api.url.clone(), body: None };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let fault = runtime.block_on(wire.send(&request, None)).expect_err("nobody answers");
        assert!(matches!(&fault, WireFault::Broken(why) if why.contains("no answer in time")), "{fault:?}");
    }
}
