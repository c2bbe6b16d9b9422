//! Searches that take local times, asked by somebody whose clock is not the study's.

use chrono::{NaiveDateTime, TimeZone as _};
use serde_json::{Value, json};

use super::ground::{Bench, Fault};
use crate::sources::api::fake::{Fake, not_there, ok, target};
use crate::sources::api::kept::instant;
use crate::sources::api::request::{Answer, Request};

/// A Jira whose token's owner is in this zone, under a study that says more or less of it.
macro_rules! fake {
    ($kind:literal, $more:literal, $zone:expr) => {
        Fake {
            study: concat!("[[apis]]\nid = \"x\"\nkind = \"", $kind, "\"\nurl = \"https://fake.test\"\n", $more, "\n"),
            answer: |request, day| answer(request, day, $zone),
        }
    };
}

const OWNER: Option<&str> = Some("America/Los_Angeles");

fn answer(request: &Request, day: u32, zone: Option<&str>) -> Answer {
    let place = target(request);
    let place = place.split('?').next().unwrap_or_default();
    match place.trim_start_matches("/rest/api/").trim_start_matches(['2', '3']) {
        "/myself" => zone
            .map_or_else(|| ok(&json!({"accountId": "r1"})), |zone| ok(&json!({"accountId": "r1", "timeZone": zone}))),
        "/status" => ok(&json!([{"id": "1", "statusCategory": {"key": "new"}}])),
        "/search/jql" => {
            let jql = request.body.as_ref().and_then(|body| body["jql"].as_str()).unwrap_or_default().to_owned();
            ok(&json!({"issues": found(&jql, day)}))
        }
        "/search/approximate-count" => ok(&json!({"count": 2})),
        "/search" => {
            let found = found(&request.query("jql").unwrap_or_default(), day);
            ok(&json!({"startAt": 0, "total": found.len(), "issues": found}))
        }
        _ => not_there(),
    }
}

/// An issue a day, half an hour after the one before; found by local times of the token's owner.
fn found(jql: &str, day: u32) -> Vec<Value> {
    let since = jql.split_once("updated >= \"").and_then(|(_, rest)| rest.split('"').next()).map(|text| {
        let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a minute");
        chrono_tz::America::Los_Angeles.from_local_datetime(&local).latest().expect("an instant").timestamp_micros()
    });
    let issue = |number: u32| {
        let minutes = 10 + 30 * (number - 1);
        let at = format!("2025-06-01T{:02}:{:02}:00.000+0000", 10 + minutes / 60, minutes % 60);
        json!({
            "id": number.to_string(), "key": format!("PLAT-{number}"),
            "changelog": {"startAt": 0, "total": 0, "histories": []},
            "fields": {"summary": "x", "status": {"id": "1", "statusCategory": {"key": "new"}}, "created": at, "updated": at,
                "issuetype": {"name": "Task"}, "project": {"key": "PLAT", "projectTypeKey": "software"},
                "comment": {"total": 0, "comments": []}},
        })
    };
    let is_found = |issue: &Value| {
        since.is_none_or(|since| instant(&issue["fields"]["updated"]).is_some_and(|at_us| at_us >= since))
    };
    (1..=day + 1).map(issue).filter(is_found).collect()
}

fn issues(bench: &Bench) -> usize {
    bench.alive().keys().filter(|(stream, ..)| *stream == "issues").count()
}

#[test]
fn increments_lose_nothing_where_the_owner_is_in_another_zone_than_the_study() {
    static FAKES: [Fake; 4] = [
        fake!("jira-cloud", "token-env = \"T\"\nzone = \"Asia/Tokyo\"", OWNER),
        fake!("jira-cloud", "token-env = \"T\"", OWNER),
        fake!("jira-data-center", "token-env = \"T\"\nzone = \"Asia/Tokyo\"", OWNER),
        fake!("jira-data-center", "zone = \"America/Los_Angeles\"", None),
    ];
    for (place, fake) in FAKES.iter().enumerate() {
        let mut bench = Bench::new(fake);
        for day in 0..3 {
            bench.pull(day, Fault::None).expect("a pull");
            assert_eq!(issues(&bench), day as usize + 1, "study {place}, day {day}");
        }
        bench.pull(2, Fault::None).expect("a pull");
        assert!(bench.plan(2).is_ok(), "a plan asks by the same zone");
        let told = bench.facts().caveats.into_iter().any(|caveat| caveat.detail.contains("and not by another"));
        assert_eq!(told, place % 2 == 0, "study {place}: the difference is said");
    }
}

#[test]
fn an_unknown_zone_stops_the_pull_before_a_search() {
    static FAKES: [(Fake, &str); 4] = [
        (fake!("jira-data-center", "token-env = \"T\"", None), "it does not say it"),
        (fake!("jira-cloud", "token-env = \"T\"", Some("Middle/Earth")), "`Middle/Earth`"),
        (fake!("jira-cloud", "", OWNER), "without a token"),
        (fake!("jira-cloud", "token-env = \"T\"\nstreams = [\"issues\"]", OWNER), "leaves `reader` out"),
    ];
    for (fake, words) in &FAKES {
        let mut bench = Bench::new(fake);
        let refused = bench.pull(0, Fault::None).expect_err("no zone").to_string();
        assert!(refused.contains(words) && refused.contains("apis.zone"), "{refused}");
        assert!(bench.plan(0).is_err());
        assert_eq!(issues(&bench), 0);
        assert!(bench.log.borrow().iter().all(|url| url.ends_with("/myself")), "{:?}", bench.log.borrow());
    }
}

#[test]
fn what_needs_no_zone_is_read_without_one() {
    const FAKE: Fake = fake!("jira-cloud", "streams = [\"statuses\"]", None);
    assert!(Bench::new(&FAKE).pull(0, Fault::None).is_ok());
}
