//! What becomes of deliveries, from the door to the log, on invented ones.

mod cdevents;
mod github;
mod gitlab;
mod mapped;

use std::collections::HashMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::{Hook, Posted, Refused, facts, unit};
use crate::log::{Event, Facts};
use crate::sources::api::Known;
use crate::sources::api::recorded::Bench;
use crate::sources::api::secret::Token;

const NOON_US: i64 = 1_735_732_800_000_000;

/// Offers a delivery to the receiver of the bench; says whether it was new.
fn offer(bench: &mut Bench, headers: &[(&str, &str)], body: &[u8]) -> Result<bool, Refused> {
    let one = |(name, value): &(&str, &str)| {
        (HeaderName::from_bytes(name.as_bytes()).expect("a name"), HeaderValue::from_str(value).expect("a value"))
    };
    let headers: HeaderMap = headers.iter().map(one).collect();
    let receiver = &bench.settings.receivers[0];
    let hook = Hook { receiver, secret: Token::None, settings: &bench.settings, known: &bench.names };
    hook.check()?;
    let delivery = hook.take(&Posted { headers: &headers, body, at_us: NOON_US }, &mut bench.people)?;
    Ok(bench.archive.accept(&unit(receiver), &delivery).expect("stored"))
}

/// What the receiver of the bench tells itself.
fn told(bench: &Bench) -> Facts {
    let words: HashMap<String, String> =
        bench.names.iter().map(|name| (name.chars().rev().collect(), name.clone())).collect();
    let known = Known { words: &words, names: &bench.names, people_rules: "" };
    facts(&bench.settings, &bench.settings.receivers[0], 0, &bench.archive, &known).expect("facts")
}

fn one<'f>(facts: &'f Facts, activity: &str) -> &'f Event {
    let mut all = facts.events.iter().filter(|event| event.activity == activity);
    let first = all.next().unwrap_or_else(|| panic!("no `{activity}`"));
    assert!(all.next().is_none(), "more than one `{activity}`");
    first
}

/// Everything that is stored of the receiver's records, as text.
fn stored(bench: &Bench, streams: &[&str]) -> String {
    let unit = unit(&bench.settings.receivers[0]);
    let of = |stream: &&str| bench.archive.records(&unit, stream).expect("readable");
    streams.iter().flat_map(of).map(|record| record.body).collect()
}

fn us(text: &str) -> i64 {
    super::super::kept::instant(&Value::from(text)).expect("a time")
}
