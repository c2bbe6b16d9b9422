//! What is asked and what is answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::config::Api;

/// How something is asked. Nothing here changes anything on the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    /// `GET`.
    Get,
    /// `POST`, for queries that stand in a body.
    Post,
}

/// A request without its token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Where, whole.
    pub url: String,
    /// What stands in the body.
    pub body: Option<Value>,
}

impl Request {
    /// A `GET` below an API's address; `path` begins with a slash, and its parts are already escaped ([`escape`]).
    pub fn get(api: &Api, path: &str, query: &[(&str, &str)]) -> Self {
        let mut request = Self { method: Method::Get, url: format!("{}{path}", api.url), body: None };
        for (name, value) in query {
            request = request.with(name, value);
        }
        request
    }

    /// A `POST` of a query below an API's address.
    pub fn post(api: &Api, path: &str, body: Value) -> Self {
        Self { method: Method::Post, url: format!("{}{path}", api.url), body: Some(body) }
    }

    /// The same with a field of the query, or of the body where there is one, set to a value.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut request = self.clone();
        if let Some(Value::Object(fields)) = &mut request.body {
            fields.insert(name.to_owned(), Value::from(value));
            return request;
        }
        let Ok(mut url) = Url::parse(&self.url) else { return request };
        let others: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(known, _)| known != name)
            .map(|(a, b)| (a.into_owned(), b.into_owned()))
            .collect();
        url.query_pairs_mut().clear().extend_pairs(&others).append_pair(name, value);
        request.url = url.into();
        request
    }

    /// A field of the query.
    pub fn query(&self, name: &str) -> Option<String> {
        let url = Url::parse(&self.url).ok()?;
        url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    /// What it takes of a budget at the most. GitHub counts a query as the requests that it would be if each list of each of
    /// its records were one, by a hundred; everything else is one.
    pub fn points(&self) -> i64 {
        let Some(query) = self.body.as_ref().and_then(|body| body.get("query")).and_then(Value::as_str) else {
            return 1;
        };
        let first = self.body.as_ref().and_then(|body| body.pointer("/variables/first")).and_then(Value::as_i64);
        let inner = query.matches("first:").count() + query.matches("last:").count();
        let inner = i64::try_from(inner).unwrap_or(i64::MAX).saturating_sub(1);
        1 + first.unwrap_or(1).saturating_mul(inner) / 100
    }

    /// The same at the least: hundredths are rounded.
    pub fn points_at_least(&self) -> i64 {
        (self.points() - 1).max(1)
    }

    /// Whose budget it takes from.
    pub fn resource(&self) -> &'static str {
        if self.url.ends_with("/graphql") { "graphql" } else { "core" }
    }

    /// What tells it from every other request.
    pub fn name(&self) -> String {
        match &self.body {
            None => format!("GET {}", self.url),
            Some(body) => format!("POST {} {body}", self.url),
        }
    }
}

/// A part of a path, escaped: a slash in a name is no slash of the path.
pub(super) fn escape(part: &str) -> String {
    part.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers by name in lower case; of several of one name, joined with commas.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The body as JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_is_set_once_in_the_query_or_in_the_body() {
        let get = Request { method: Method::Get, url: "https://a.test/x?page=1&q=a%20b".to_owned(), body: None };
        assert_eq!(get.with("page", "2").url, "https://a.test/x?q=a+b&page=2");
        assert_eq!(get.query("q").as_deref(), Some("a b"));
        let post = Request { method: Method::Post, url: "https://a.test/x".to_owned(), body: Some(json!({"a": 1})) };
        assert_eq!(post.with("token", "t").body, Some(json!({"a": 1, "token": "t"})));
    }

    #[test]
    fn a_name_cannot_leave_its_part_of_the_path() {
        assert_eq!(escape("group/sub project"), "group%2Fsub%20project");
        assert_eq!(escape("../x?y#z"), "..%2Fx%3Fy%23z");
    }
}
