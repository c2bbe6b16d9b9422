//! Receivers: what systems send of themselves, for what their APIs forget or were never asked.
//!
//! In: one `[[receivers]]` entry of the study file ([`Receiver`]), its secret, and what was posted: headers and body. Out:
//! a [`Delivery`] for the archive ([`Hook::take`]), past the same door as answers of APIs, or why it is refused; and from
//! the archive, without a network, rows of the log ([`facts`]).
//!
//! ```text
//! posted ──► sign ──► github, gitlab, cdevents, mapped ──► door ──► archive ──► merge ──► the API's own tell
//!            secret   which records, by allow-list                          └─► tell of the sender
//! ```
//!
//! A delivery is kept under its own key, in the receiver's unit, and never changed: so neither the order in which
//! deliveries come nor a pull beside them matters. What GitHub sends joins the records of its API only when they are told
//! (`merge`), so that what both know counts once.
//!
//! Neighbours: `archive` to the left; `file` for mappings; `commands` has the server, the clock and the people.

mod cdevents;
mod facts;
mod github;
mod gitlab;
mod mapped;
mod merge;
mod sign;

use std::collections::BTreeSet;

use http::HeaderMap;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

pub use facts::facts;
pub(super) use facts::note;
pub(super) use merge::{Delivered, merge, rename};

use super::door::{self, Door};
use super::kept::at;
use super::secret::Token;
use super::stream::{Keep, Stream};
use crate::archive::{Delivery, Put, Skip};
use crate::config::written::{ReceiverKind, SignAs};
use crate::config::{Receiver, Settings};
use crate::log::{Micros, Register};
use crate::sources::file;

/// The longest name of a delivery: longer ones are no ids.
const LONGEST_KEY: usize = 200;

/// What came.
#[derive(Clone, Copy, Debug)]
pub struct Posted<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body.
    pub body: &'a [u8],
    /// When, by the clock of whoever receives.
    pub at_us: Micros,
}

impl Posted<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().map(str::trim).filter(|text| !text.is_empty())
    }
}

/// Why a delivery is refused. No words of the delivery stand in it, and nothing that helps to guess a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It does not show that it knows the secret.
    Signature(&'static str),
    /// It is in a form that is not read.
    MediaType(&'static str),
    /// It is not what it says.
    Malformed(&'static str),
    /// The study file's entry cannot be meant.
    Setting(String),
}

/// A receiver with what it needs to take something in.
pub struct Hook<'a> {
    /// The receiver.
    pub receiver: &'a Receiver,
    /// The secret that senders must know.
    pub secret: Token,
    /// The study.
    pub settings: &'a Settings,
    /// Names of components and repositories that texts may use.
    pub known: &'a BTreeSet<String>,
}

impl Hook<'_> {
    /// Whether the entry can be meant.
    ///
    /// # Errors
    /// Which of its settings cannot.
    pub fn check(&self) -> Result<(), Refused> {
        Door::by(&self.receiver.classify, self.known).map_err(Refused::Setting)?;
        if self.receiver.kind != ReceiverKind::GitHub {
            sign::check_secret(&self.secret).map_err(|why| Refused::Setting(why.to_owned()))?;
        }
        match &self.receiver.mapping {
            Some(mapping) => file::check(self.settings, mapping).map_err(|why| Refused::Setting(why.to_string())),
            None => Ok(()),
        }
    }

    /// What is kept of a delivery.
    ///
    /// # Errors
    /// Why nothing is.
    pub fn take(&self, posted: &Posted<'_>, people: &mut dyn Register) -> Result<Delivery, Refused> {
        let what = match (self.receiver.kind, self.receiver.sign) {
            (ReceiverKind::GitHub, _) => sign::Scheme::GitHub,
            (ReceiverKind::GitLab, _) => sign::Scheme::Header("x-gitlab-token"),
            (_, SignAs::Hmac) => sign::Scheme::Hex(&self.receiver.header),
            (_, SignAs::Bearer) => sign::Scheme::Bearer,
        };
        sign::check(what, &self.secret, posted).map_err(Refused::Signature)?;
        let mut delivery = match self.receiver.kind {
            ReceiverKind::GitHub => github::take(self, posted, people),
            ReceiverKind::GitLab => gitlab::take(self, posted, people),
            ReceiverKind::CdEvents => cdevents::take(self, posted, people),
            ReceiverKind::Flux | ReceiverKind::Generic => mapped::take(self, posted, people),
        }?;
        delivery.at_us = posted.at_us;
        delivery.keys = people.new_keys();
        Ok(delivery)
    }

    fn door(&self) -> Result<Door<'_>, Refused> {
        let classify = self.receiver.api.as_ref().map_or(&self.receiver.classify, |api| &api.classify);
        Door::by(classify, self.known).map_err(Refused::Setting)
    }
}

/// The unit of a source that a receiver is.
pub fn unit(receiver: &Receiver) -> String {
    format!("hook:{}", receiver.id)
}

/// What shapes the records of a receiver at the door: other rules do not change what was let in before.
pub fn door_of(receiver: &Receiver, known: &BTreeSet<String>, people_rules: &str) -> String {
    let classify = receiver.api.as_ref().map_or(&receiver.classify, |api| &api.classify);
    let streams: &[Stream] = receiver.api.as_ref().map_or(&[], |api| super::source(api.kind).streams);
    let own = format!("{:?}{:?}{:?}", gitlab::KEEP, cdevents::KEEP, receiver.mapping);
    let shape = door::shape(streams, classify, known);
    hex(&Sha256::digest(format!("{people_rules}\0{shape}{own}").as_bytes())[..16])
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether the body says that it is JSON, of one of these kinds.
fn says(posted: &Posted<'_>, kinds: &[&str]) -> bool {
    let Some(written) = posted.header("content-type") else { return false };
    let kind = written.split(';').next().unwrap_or_default().trim();
    kinds.iter().any(|known| kind.eq_ignore_ascii_case(known))
}

const JSON: Refused = Refused::MediaType("the content type must be `application/json`");

fn json(posted: &Posted<'_>) -> Result<Value, Refused> {
    serde_json::from_slice(posted.body).map_err(|_| Refused::Malformed("the body is not JSON"))
}

/// A delivery's own id: visible ASCII, and not too long. Nothing else may become a key of the archive.
fn id_in(text: Option<&str>) -> Option<&str> {
    text.filter(|text| text.len() <= LONGEST_KEY && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'))
}

/// The key of what has no id: what is kept of it.
fn key_of_content(kept: &str) -> String {
    format!("content-{}", hex(&Sha256::digest(kept.as_bytes())[..16]))
}

/// A word of a sender, if it is one that systems give.
fn word(text: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" ._-".contains(&byte);
    if !text.is_empty() && text.len() <= 60 && text.bytes().all(plain) { text } else { "…" }
}

/// Counts one that is not kept.
fn counted(delivery: &mut Delivery, reason: String) {
    let skip = Skip { reason, count: 1, example: delivery.key.clone() };
    delivery.counted.push(("deliveries", skip));
}

/// Passes a record through the door and keeps it.
fn keep(
    delivery: &mut Delivery,
    (stream, scope): (&'static str, &str),
    (door, allowed): (&mut Door<'_>, &[Keep]),
    raw: &Value,
    people: &mut dyn Register,
) {
    let body = door.pass(allowed, raw, people).to_string();
    let key = delivery.key.clone();
    delivery.puts.push(Put { stream, scope: scope.to_owned(), key, body, since_us: None });
}

/// The text at a path of what came, where it is one.
fn text<'v>(value: &'v Value, path: &str) -> Option<&'v str> {
    at(value, path)?.as_str()
}

#[cfg(test)]
mod tests;
