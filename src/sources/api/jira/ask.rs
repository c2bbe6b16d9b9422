//! What is asked of Jira, and what follows an answer.

use chrono::offset::LocalResult;
use chrono::{DateTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::config::written::ApiKind;
use crate::config::{Api, Credential};
use crate::log::Micros;
use crate::sources::api::kept::Kept;
use crate::sources::api::request::{Answer, Request, escape};
use crate::sources::api::stream::Ask;

/// Issues of a page, and members of a list. Histories make an issue heavy; more is refused for lists of an issue.
const PAGE: &str = "100";
/// So many issues of a page are read again with the next one.
const AGAIN: u64 = 2;

/// Where a local time is latest: a search from there misses nothing, whoever asks.
const WESTERNMOST: Tz = Tz::Etc__GMTPlus12;

/// Everything that an issue is asked for; without a list Cloud gives ids alone, and Data Center everything.
const FIELDS: &[&str] = &[
    "summary",
    "labels",
    "components",
    "issuetype",
    "project",
    "status",
    "resolution",
    "resolutiondate",
    "statuscategorychangedate",
    "created",
    "updated",
    "reporter",
    "creator",
    "comment",
];

fn base(api: &Api) -> &'static str {
    if api.kind == ApiKind::JiraDataCenter { "/rest/api/2" } else { "/rest/api/3" }
}

pub(super) fn reader(ask: &Ask<'_>) -> Vec<Request> {
    // Whoever reads without a token has no zone.
    if ask.api.credential == Credential::None {
        return Vec::new();
    }
    vec![Request::get(ask.api, &format!("{}/myself", base(ask.api)), &[])]
}

/// Searches go by the zone of whoever asks, whatever the study file says of it.
pub(super) fn settle(api: &mut Api, reader: Option<&Value>) -> Result<(), (&'static str, String)> {
    let told = reader.and_then(|reader| reader.get("zone")).and_then(Value::as_str);
    let known = told.and_then(|name| name.parse().ok());
    api.zone = known.or(api.zone);
    let searches = ["issues", "history", "comments", "requests", "slas"].iter().any(|name| api.reads_stream(name));
    if api.zone.is_some() || !searches {
        return Ok(());
    }
    let why = match (reader, told) {
        (Some(_), Some(name)) => format!("it says `{name}`, which is no IANA zone"),
        (Some(_), None) => "it does not say it".to_owned(),
        (None, _) if api.credential == Credential::None => "without a token it is nobody's".to_owned(),
        (None, _) => "`streams` leaves `reader` out".to_owned(),
    };
    let message = format!(
        "`{}`: searches mean local times of the token's owner, and their zone cannot be read from Jira ({why}); give the zone \
         of their profile, as in `zone = \"Europe/Berlin\"` (without a token, that of the server)",
        api.id
    );
    Err(("apis.zone", message))
}

pub(super) fn statuses(ask: &Ask<'_>) -> Vec<Request> {
    vec![Request::get(ask.api, &format!("{}/status", base(ask.api)), &[])]
}

pub(super) fn issues_of_cloud(ask: &Ask<'_>) -> Vec<Request> {
    let body = json!({
        "jql": format!("{} ORDER BY updated ASC, key ASC", conditions(ask.api, ask.since)),
        "fields": fields(ask.api),
        "expand": "changelog",
        "maxResults": 100,
    });
    vec![Request::post(ask.api, "/rest/api/3/search/jql", body)]
}

pub(super) fn issues_of_data_center(ask: &Ask<'_>) -> Vec<Request> {
    let jql = format!("{} ORDER BY key ASC", conditions(ask.api, ask.since));
    let fields = fields(ask.api).join(",");
    let query = [("jql", &*jql), ("fields", &*fields), ("expand", "changelog"), ("maxResults", PAGE), ("startAt", "0")];
    vec![Request::get(ask.api, "/rest/api/2/search", &query)]
}

/// A search gives no total here; another request estimates it.
pub(super) fn count_of_cloud(api: &Api, search: &Request) -> Request {
    let jql = search.body.as_ref().and_then(|body| body.get("jql")).cloned().unwrap_or_default();
    Request::post(api, "/rest/api/3/search/approximate-count", json!({"jql": jql}))
}

pub(super) fn count_of_data_center(_: &Api, search: &Request) -> Request {
    search.with("maxResults", "0").with("fields", "key").with("expand", "")
}

/// The fields of an issue, and those that a rule of the study file looks at.
fn fields(api: &Api) -> Vec<String> {
    let mut fields: Vec<String> = FIELDS.iter().map(|field| (*field).to_owned()).collect();
    for rule in api.classify.rules() {
        let field = rule.column.strip_prefix("fields.").and_then(|rest| rest.split(['.', '[']).next());
        if let Some(field) = field.filter(|field| !fields.iter().any(|known| known == field)) {
            fields.push(field.to_owned());
        }
    }
    fields
}

/// What an issue must meet. There is always a condition: Cloud refuses a search for everything.
fn conditions(api: &Api, since: Option<Micros>) -> String {
    let mut all = Vec::new();
    if !api.owners.is_empty() {
        let projects: Vec<String> = api.owners.iter().map(|owner| quoted(owner)).collect();
        all.push(format!("project in ({})", projects.join(", ")));
    }
    if let Some(query) = api.query.as_deref().map(without_order).filter(|query| !query.is_empty()) {
        all.push(format!("({query})"));
    }
    match since {
        Some(since) => all.push(format!("updated >= \"{}\"", minute(since, api.zone.unwrap_or(WESTERNMOST)))),
        None if all.is_empty() => all.push("updated >= \"1970-01-02 00:00\"".to_owned()),
        None => {}
    }
    all.join(" AND ")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A condition without the order that it asks for: pages need their own. What stands in quotes is no order.
fn without_order(query: &str) -> &str {
    let lower = query.to_ascii_lowercase();
    let mut quote = None;
    let mut escaped = false;
    for (place, letter) in lower.char_indices() {
        match (quote, letter) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), close) if open == close => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, 'o') if lower[..place].chars().next_back().is_none_or(|before| !before.is_alphanumeric()) => {
                let mut words = lower[place..].split_whitespace();
                if words.next() == Some("order") && words.next() == Some("by") {
                    return query[..place].trim();
                }
            }
            _ => {}
        }
    }
    query.trim()
}

/// An instant as a search takes it: a minute of the reader's own zone. In the hour that a zone has twice a year it would mean
/// the one or the other; there the search begins before that hour.
fn minute(at_us: Micros, zone: Tz) -> String {
    const QUARTER: Micros = 15 * 60 * 1_000_000;
    let mut at_us = at_us;
    loop {
        let at = DateTime::<Utc>::from_timestamp_micros(at_us).unwrap_or_default().with_timezone(&zone);
        match zone.from_local_datetime(&at.naive_local()) {
            LocalResult::Ambiguous(..) => at_us -= QUARTER,
            _ => return at.format("%Y-%m-%d %H:%M").to_string(),
        }
    }
}

/// A list of the issue that it hangs on, below `/issue/ID`.
fn list(ask: &Ask<'_>, wanted: &str, name: &str, query: &[(&str, &str)]) -> Vec<Request> {
    let Some(issue) = ask.parent.filter(|issue| issue.flag(wanted) == Some(true) && is_read(ask, issue)) else {
        return Vec::new();
    };
    let path = format!("{}/issue/{}/{name}", base(ask.api), escape(issue.key));
    let all: Vec<(&str, &str)> = [("startAt", "0"), ("maxResults", PAGE)].iter().chain(query).copied().collect();
    vec![Request::get(ask.api, &path, &all)]
}

pub(super) fn wants_history(ask: &Ask<'_>) -> bool {
    ask.parent.is_some_and(|issue| issue.flag("more_history") == Some(true) && is_read(ask, issue))
}

/// The changes that move an issue on, of up to a thousand issues.
pub(super) fn histories(api: &Api, issues: &[&str]) -> Request {
    let body = json!({
        "issueIdsOrKeys": issues,
        "fieldIds": ["status", "assignee", "resolution"],
        "maxResults": 1_000,
    });
    Request::post(api, "/rest/api/3/changelog/bulkfetch", body)
}

pub(super) fn comments(ask: &Ask<'_>) -> Vec<Request> {
    list(ask, "more_comments", "comment", &[("orderBy", "created")])
}

fn is_read(ask: &Ask<'_>, issue: &Kept<'_>) -> bool {
    issue.text("fields.project.key").is_none_or(|project| ask.api.reads(&project))
}

/// Below `/request/ID` of a service desk's issue, where the study file names the stream.
fn desk(ask: &Ask<'_>, stream: &str, below: &str, query: &[(&str, &str)]) -> Vec<Request> {
    let named = ask.api.streams.iter().any(|name| name == stream);
    let is_desk = |issue: &Kept<'_>| issue.text("fields.project.projectTypeKey").as_deref() == Some("service_desk");
    let Some(issue) = ask.parent.filter(|issue| named && is_desk(issue) && is_read(ask, issue)) else {
        return Vec::new();
    };
    let path = format!("/rest/servicedeskapi/request/{}{below}", escape(issue.key));
    vec![Request::get(ask.api, &path, query)]
}

pub(super) fn request(ask: &Ask<'_>) -> Vec<Request> {
    desk(ask, "requests", "", &[("expand", "requestType")])
}

pub(super) fn slas(ask: &Ask<'_>) -> Vec<Request> {
    desk(ask, "slas", "/sla", &[("start", "0"), ("limit", "50")])
}

pub(super) fn after_issues(request: &Request, answer: &Answer, items: &[Value]) -> Option<Request> {
    let next = after_list(request, answer, items)?;
    let came = items.len() as u64;
    let at: u64 = next.query("startAt")?.parse().ok()?;
    Some(if came > AGAIN { next.with("startAt", &(at - AGAIN).to_string()) } else { next })
}

/// Goes on by what came and not by what was asked for: a server may give fewer than that.
pub(super) fn after_list(request: &Request, answer: &Answer, items: &[Value]) -> Option<Request> {
    let json = answer.json()?;
    let number = |field: &str| json.get(field).and_then(Value::as_u64);
    let asked = request.query("startAt").and_then(|text| text.parse().ok());
    let end = number("startAt").or(asked).unwrap_or(0) + items.len() as u64;
    let is_last = json.get("isLast").and_then(Value::as_bool);
    let goes_on = match (number("total"), is_last) {
        (Some(total), _) => end < total,
        (None, Some(is_last)) => !is_last,
        (None, None) => true,
    };
    (goes_on && !items.is_empty()).then(|| request.with("startAt", &end.to_string()))
}

pub(super) fn after_slas(request: &Request, answer: &Answer, items: &[Value]) -> Option<Request> {
    let json = answer.json()?;
    let start: usize = request.query("start").and_then(|text| text.parse().ok()).unwrap_or(0);
    let goes_on = json.get("isLastPage").and_then(Value::as_bool) == Some(false) && !items.is_empty();
    goes_on.then(|| request.with("start", &(start + items.len()).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::api::fake::ok;
    use crate::sources::api::kept::History;
    use crate::sources::api::recorded::Bench;

    #[test]
    fn a_minute_is_one_of_the_readers_own_zone() {
        let zone: Tz = "Asia/Shanghai".parse().unwrap();
        assert_eq!(minute(1_592_557_168_755_000, zone), "2020-06-19 16:59");
    }

    #[test]
    fn an_hour_that_comes_twice_is_searched_from_before_it() {
        let zone: Tz = "Europe/Berlin".parse().unwrap();
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros();
        assert_eq!(minute(at("2024-10-27T00:30:00Z"), zone), "2024-10-27 01:45");
        assert_eq!(minute(at("2024-10-27T01:30:00Z"), zone), "2024-10-27 01:45");
        assert_eq!(minute(at("2024-10-27T02:00:00Z"), zone), "2024-10-27 03:00");
        assert_eq!(minute(at("2024-03-31T01:00:00Z"), zone), "2024-03-31 03:00");
    }

    #[test]
    fn an_order_is_taken_off_a_query_and_a_quoted_one_is_not() {
        assert_eq!(without_order("type = Bug order by rank"), "type = Bug");
        assert_eq!(without_order("type = Bug\nORDER  BY rank"), "type = Bug");
        assert_eq!(without_order("summary ~ \"order by phone\""), "summary ~ \"order by phone\"");
        assert_eq!(without_order("summary ~ 'an \\' order by' AND x = 1"), "summary ~ 'an \\' order by' AND x = 1");
        assert_eq!(without_order("border by = 1"), "border by = 1");
        assert_eq!(without_order("ORDER BY key"), "");
        assert_eq!(without_order("labels = \"\u{130}\" ORDER BY key"), "labels = \"\u{130}\"");
    }

    #[test]
    fn a_project_cannot_leave_its_quotes() {
        assert_eq!(quoted("A\" OR project = \"B\\"), "\"A\\\" OR project = \\\"B\\\\\"");
    }

    fn api(more: &str) -> Api {
        let study =
            format!("[[apis]]\nid = \"x\"\nkind = \"jira-cloud\"\nurl = \"https://fake.test\"\nzone = \"UTC\"\n{more}");
        Bench::new(&study).settings.apis[0].clone()
    }

    #[test]
    fn a_search_is_always_bound() {
        let since = Some(1_736_935_259_000_000);
        assert_eq!(conditions(&api(""), None), "updated >= \"1970-01-02 00:00\"");
        assert_eq!(conditions(&api("owners = [\"A\", \"B\"]"), None), "project in (\"A\", \"B\")");
        let both = api("owners = [\"A\"]\nquery = \"type = Bug or type = Task order by rank\"");
        let bound = "project in (\"A\") AND (type = Bug or type = Task) AND updated >= \"2025-01-15 10:00\"";
        assert_eq!(conditions(&both, since), bound);
    }

    #[test]
    fn a_field_that_a_rule_looks_at_is_asked_for_once() {
        let rule =
            |column: &str| format!("[[apis.classify]]\ncolumn = \"{column}\"\nmatches = \"a\"\ncategory = \"b\"\n");
        let rules =
            ["fields.customfield_10010.requestType.name", "fields.summary", "key", "fields.customfield_10010[].x"];
        let asked = fields(&api(&rules.map(rule).concat()));
        assert_eq!(asked.len(), FIELDS.len() + 1);
        assert_eq!(asked.last().map(String::as_str), Some("customfield_10010"));
    }

    #[test]
    fn pages_go_on_by_what_came() {
        let request = Request::get(&api(""), "/x", &[("startAt", "100"), ("maxResults", "100")]);
        let next = |body: Value, came: usize, after: fn(&Request, &Answer, &[Value]) -> Option<Request>| {
            after(&request, &ok(&body), &vec![Value::Null; came])?.query("startAt")
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(next(json!({"startAt": 100, "total": 300}), 50, after_list), some("150"), "a server may give fewer");
        assert_eq!(next(json!({"total": 300}), 50, after_list), some("150"));
        assert_eq!(next(json!({"startAt": 100, "total": 150}), 50, after_list), None);
        assert_eq!(next(json!({"startAt": 100, "total": 300}), 0, after_list), None);
        assert_eq!(next(json!({"startAt": 100, "isLast": true}), 50, after_list), None);
        assert_eq!(next(json!({"startAt": 100, "isLast": false}), 50, after_list), some("150"));
        assert_eq!(next(json!({"startAt": 100, "total": 300}), 50, after_issues), some("148"));
        assert_eq!(next(json!({"startAt": 100, "total": 300}), 1, after_issues), some("101"), "it never stands still");
    }

    #[test]
    fn nothing_is_asked_of_a_service_desk_that_no_stream_names() {
        let issue =
            json!({"fields": {"project": {"key": "D", "projectTypeKey": "service_desk"}}, "more_comments": true});
        let kept =
            Kept { key: "7", scope: "", since_us: None, gone_us: None, value: &issue, history: History::default() };
        let count = |more: &str| {
            let api = api(more);
            let ask = Ask { api: &api, parent: Some(&kept), since: None, window: None };
            let asked = [comments(&ask), request(&ask), slas(&ask), reader(&ask)].map(|requests| requests.len());
            (asked, wants_history(&ask))
        };
        assert_eq!(count(""), ([1, 0, 0, 0], false));
        assert_eq!(count("streams = [\"issues\", \"requests\", \"slas\"]"), ([1, 1, 1, 0], false));
        assert_eq!(count("exclude = [\"D\"]\nstreams = [\"slas\"]\ntoken-env = \"T\""), ([0, 0, 0, 1], false));
    }
}
