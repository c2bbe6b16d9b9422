//! Grants of what tickets asked for: at the first end of a ticket that does not decline it.
//!
//! In: who asks ([`super::Ticket`]) and what ends (tickets, and steps where a system tells its history), which come from
//! different records and in any order. Out: `access.granted` and `secret.granted`, once everything was told.

use std::collections::BTreeMap;

use super::{Draft, Output, Place};
use crate::log::{Identity, Micros, ObjectId};

/// What was asked for, and what of it ended.
#[derive(Debug, Default)]
pub(super) struct Grants {
    asked: BTreeMap<String, Asked>,
    ended: BTreeMap<String, Ended>,
}

/// A ticket that asks for something which its end grants.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) granted: &'static str,
    pub(super) category: Option<String>,
    pub(super) channel: String,
    pub(super) about: Vec<(ObjectId, &'static str)>,
}

impl Asked {
    /// What a ticket of this activity asks for; none where its end grants nothing.
    pub(super) fn by(activity: &str) -> Option<Self> {
        let granted = match activity {
            "access.requested" => "access.granted",
            "secret.requested" => "secret.granted",
            _ => return None,
        };
        Some(Self { granted, category: None, channel: String::new(), about: Vec::new() })
    }
}

#[derive(Debug)]
struct Ended {
    at_us: Micros,
    by: Option<Identity>,
    place: Place,
}

impl Grants {
    pub(super) fn asks(&mut self, key: &str, asked: Asked) {
        self.asked.insert(key.to_owned(), asked);
    }

    /// An end that does not say how is one by which most requests are granted; one that was declined or came to something
    /// else grants nothing, though a later one may.
    pub(super) fn ends(
        &mut self,
        place: &Place,
        key: &str,
        (at_us, by): (Micros, Option<&Identity>),
        outcome: Option<&str>,
    ) {
        let is_first = self.ended.get(key).is_none_or(|known| at_us < known.at_us);
        if is_first && outcome.is_none_or(|outcome| outcome == "done") {
            self.ended.insert(key.to_owned(), Ended { at_us, by: by.cloned(), place: place.clone() });
        }
    }

    pub(super) fn tell(self, out: &mut Output<'_>) {
        let Self { asked, mut ended } = self;
        for (key, asked) in asked {
            let Some(Ended { at_us, by, place }) = ended.remove(&key) else { continue };
            let draft = Draft {
                at_us,
                activity: asked.granted.to_owned(),
                actor: by,
                category: asked.category,
                channel: Some(asked.channel),
                ..Draft::default()
            };
            out.event(&place, &format!("{key}:{}", asked.granted), draft, &asked.about);
        }
    }
}
