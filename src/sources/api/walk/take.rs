//! Records through the door into the archive, with the lists within them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Walk;
use super::left_out::ITEM;
use super::mark::Unchanged;
use super::pages::{MOST_PAGES, after};
use crate::archive::{Page, Put};
use crate::sources::api::error::ApiError;
use crate::sources::api::kept::{at, instant, scalar};
use crate::sources::api::request::{Answer, Method, Request};
use crate::sources::api::session::Fetched;
use crate::sources::api::source;
use crate::sources::api::stream::{Order, Part, Stream};

impl Walk<'_, '_> {
    /// Lets a page through the door and stores it; says how many of its keys are new to this walk.
    pub(super) async fn store(
        &mut self,
        items: &[&Value],
        request: &Request,
        answer: &Answer,
        next: Option<&Request>,
    ) -> Result<usize, ApiError> {
        let mut page = Page::default();
        let mut fresh = 0;
        let before = self.listed.len();
        for item in items {
            fresh += usize::from(self.take(item, &mut page).await?);
        }
        if self.stream.order == Order::OldestFirst {
            page.bookmark = Some(self.marked(self.mark.whole));
        } else if self.stream.resumes && next.is_some() {
            page.bookmark = Some(self.marked_at(request));
        }
        if let (Method::Get, Some(etag)) = (request.method, answer.header("etag")) {
            let keys = self.listed[before..].to_vec();
            let same = Unchanged { next: next.cloned(), keys, left_out: self.left_out.of_page() };
            page.validator = Some((request.name(), etag.to_owned(), serde_json::to_string(&same).ok()));
        }
        self.commit(page)?;
        Ok(fresh)
    }

    /// Stores a page, with what was left out since the last one.
    pub(super) fn commit(&mut self, mut page: Page) -> Result<(), ApiError> {
        self.left_out.save(&mut page);
        page.keys = self.ground.people.borrow_mut().new_keys();
        let changed = self.ground.archive.borrow_mut().store(self.ground.unit, self.stream.name, self.scope, &page)?;
        self.ground.session.count(|counted| counted.records += changed as u64);
        self.ground.session.governor.rests();
        Ok(())
    }

    /// Lets one record through the door, with the lists within it; says whether its key is new to this walk.
    pub(super) async fn take(&mut self, item: &Value, page: &mut Page) -> Result<bool, ApiError> {
        let raw = item;
        let mut item = item.clone();
        (self.stream.prepare)(&mut item);
        let place = self.place(raw, &item);
        if !place.starts_with(ITEM) {
            self.left_out.settle(&place);
        }
        if let Some(reason) = item.get("_left_out").and_then(Value::as_str) {
            self.skip(&place, reason.to_owned(), self.scope.to_owned());
            return Ok(false);
        }
        let kept = self.pass(self.stream, &item);
        let Some(key) = key_of(self.stream, &kept) else {
            self.skip(&place, "a record without its key".to_owned(), self.scope.to_owned());
            return Ok(false);
        };
        if let Some(at_us) = self.stream.cursor.and_then(|cursor| at(&item, cursor)).and_then(instant) {
            self.newest = Some(self.newest.map_or(at_us, |newest| newest.max(at_us)));
        }
        for part in self.stream.parts {
            self.take_part(part, (&key, &place), &item, page).await?;
        }
        self.put(self.stream, key.clone(), &kept, page);
        self.listed.push(key.clone());
        Ok(self.seen.insert(key))
    }

    /// Where a record stands among what is left out: by its key, else by all that it holds. Either may name a person.
    fn place(&self, raw: &Value, item: &Value) -> String {
        let people = self.ground.people.borrow();
        match key_of(self.stream, item) {
            Some(key) => format!("record {}", people.word(&key)),
            None => format!("{ITEM}{}", people.word(&raw.to_string())),
        }
    }

    /// The place of a record that is stored.
    pub(super) fn place_of(&self, key: &str) -> String {
        format!("record {}", self.ground.people.borrow().word(key))
    }

    /// Whether a record of this answer is stored already.
    pub(super) fn is_stored(&self, item: &Value) -> Result<bool, ApiError> {
        let mut item = item.clone();
        (self.stream.prepare)(&mut item);
        let Some(key) = key_of(self.stream, &item) else { return Ok(false) };
        Ok(self.ground.archive.borrow().holds(self.ground.unit, self.stream.name, self.scope, &key)?)
    }

    pub(super) fn pass(&self, stream: &Stream, item: &Value) -> Value {
        let mut people = self.ground.people.borrow_mut();
        self.ground.door.borrow_mut().pass(stream.keep, item, &mut **people)
    }

    pub(super) fn put(&self, stream: &'static Stream, key: String, kept: &Value, page: &mut Page) {
        let body = kept.to_string();
        let since_us = stream.versions.then(|| self.ground.session.started_us());
        page.puts.push(Put { stream: stream.name, scope: self.scope.to_owned(), key, body, since_us });
    }

    /// The members of a list within a record; what does not fit into it is asked for.
    pub(super) async fn take_part(
        &mut self,
        part: &Part,
        (of, place): (&str, &str),
        item: &Value,
        page: &mut Page,
    ) -> Result<(), ApiError> {
        let streams = source(self.ground.api.kind).streams;
        let Some(stream) = streams.iter().find(|stream| stream.name == part.stream) else { return Ok(()) };
        let mut carried = serde_json::Map::new();
        for field in part.carry {
            carried.insert((*field).to_owned(), item.get(*field).cloned().unwrap_or_default());
        }
        let mut members: Vec<Value> = item.pointer(part.at).and_then(Value::as_array).cloned().unwrap_or_default();
        if let Some(more) = &part.more {
            let mut cursor = after(item.pointer(more.info)).map(str::to_owned);
            let mut asked: BTreeSet<String> = BTreeSet::new();
            while let Some(now) = cursor.take() {
                if !asked.insert(now.clone()) || asked.len() > MOST_PAGES {
                    return Err(self.endless("pages that lead back to each other"));
                }
                let request = (more.ask)(&self.ask(None), item, &now);
                let json = match self.ground.session.fetch_one(stream, self.scope, &request).await? {
                    Fetched::Answer(_, json) => json,
                    Fetched::Unchanged => break,
                    Fetched::Missing(status) => {
                        let reason = format!("the rest of `{}` is not there (status {status})", stream.name);
                        self.skip(place, reason, of.to_owned());
                        break;
                    }
                };
                members.extend(self.items(&json, more.items)?.into_iter().cloned());
                cursor = after(json.pointer(more.info_then)).map(str::to_owned);
            }
        }
        for mut member in members {
            (stream.prepare)(&mut member);
            if let Value::Object(fields) = &mut member {
                fields.insert("_of".to_owned(), Value::Object(carried.clone()));
            }
            let kept = self.pass(stream, &member);
            let Some(key) = key_of(stream, &kept) else {
                let reason = format!("a record of `{}` without its key", stream.name);
                self.skip(place, reason, of.to_owned());
                continue;
            };
            self.put(stream, format!("{of}/{key}"), &kept, page);
        }
        Ok(())
    }
}

/// The key of a record, of what passed the door: what is a person there is one in the key too.
pub(super) fn key_of(stream: &Stream, item: &Value) -> Option<String> {
    let parts: Option<Vec<String>> = stream.key.iter().map(|path| at(item, path).and_then(scalar)).collect();
    parts.map(|parts| parts.join("/"))
}
