//! What vanishes: with what it hangs on, too much at once, and what was left out of lists.

use serde_json::{Value, json};

use super::ground::{Bench, Fault, fakes};
use crate::sources::api::fake::{Fake, ok};
use crate::sources::api::request::{Answer, Request};
use crate::sources::api::{argocd, github, jira};

/// An answer with something done to its JSON; its validator stays.
fn changed(mut answer: Answer, change: impl FnOnce(&mut Value)) -> Answer {
    let mut json = answer.json().unwrap_or_default();
    change(&mut json);
    answer.body = json.to_string().into_bytes();
    answer
}

fn path(request: &Request) -> &str {
    request.url.split('?').next().unwrap_or_default()
}

/// The organisation of the other tests; on day 1 its first team is gone, on day 2 it is back, and nothing else changes.
const TEAMS: Fake = Fake {
    study: github::FAKE.study,
    answer: |request, day| {
        let mut answer = (github::FAKE.answer)(request, 0);
        if day == 1 {
            answer.headers.insert("date".to_owned(), "Mon, 02 Jun 2025 12:00:00 GMT".to_owned());
        }
        if day == 2 {
            answer.headers.insert("date".to_owned(), "Tue, 03 Jun 2025 12:00:00 GMT".to_owned());
        }
        if day != 1 || !path(request).ends_with("/orgs/acme/teams") {
            return answer;
        }
        answer.headers.remove("etag");
        changed(answer, |teams| teams.as_array_mut().expect("a list").retain(|team| team["slug"] != "team-0"))
    },
};

const DAY: i64 = 86_400_000_000;

#[test]
fn whoever_was_in_a_team_that_is_gone_is_in_it_no_more_until_it_is_back() {
    let noon = super::ground::NOON_US;
    let mut bench = Bench::new(&TEAMS);
    bench.pull(0, Fault::None).expect("day 0");
    let scopes: Vec<String> =
        bench.alive().into_keys().filter(|(stream, ..)| *stream == "team_members").map(|(_, scope, _)| scope).collect();
    let of_first = scopes.iter().find(|scope| scope.ends_with("/0")).expect("the first team has members").clone();
    let others = scopes.iter().filter(|scope| **scope != of_first).count();
    let members = scopes.len() - others;
    bench.pull(1, Fault::None).expect("day 1");
    let standing = bench.alive().into_keys().filter(|(stream, ..)| *stream == "team_members").count();
    assert_eq!(standing, others);
    assert_eq!(bench.stays("team_members", &of_first), vec![(Some(noon), Some(noon + DAY)); members]);
    let digest = bench.digest();
    bench.pull(1, Fault::None).expect("day 1 again");
    assert_eq!(bench.digest(), digest);
    bench.pull(2, Fault::None).expect("day 2");
    let mut stays = bench.stays("team_members", &of_first);
    stays.sort_unstable();
    let back = [vec![(Some(noon), Some(noon + DAY)); members], vec![(Some(noon + 2 * DAY), None); members]].concat();
    assert_eq!(stays, back);
}

#[test]
fn nothing_of_a_whole_list_stands_below_what_is_gone() {
    for (name, fake) in fakes() {
        let mut bench = Bench::new(fake);
        bench.pull(0, Fault::None).expect(name);
        bench.pull(1, Fault::None).expect(name);
        bench.reconcile = true;
        bench.pull(1, Fault::None).expect(name);
        assert_eq!(bench.orphans(), [], "{name}");
    }
}

/// So many applications of the other tests; the day says how many.
const APPLICATIONS: Fake = Fake {
    study: argocd::FAKE.study,
    answer: |request, day| {
        let answer = (argocd::FAKE.answer)(request, 0);
        if answer.status != 200 {
            return answer;
        }
        let one = answer.json().and_then(|json| json["items"].get(0).cloned()).unwrap_or_default();
        let named = |number: u32| {
            let mut one = one.clone();
            one["metadata"]["name"] = json!(format!("app-{number}"));
            one["metadata"]["uid"] = json!(format!("uid-{number}"));
            one
        };
        let items: Vec<Value> = (0..day).map(named).collect();
        ok(&json!({"items": items}))
    },
};

#[test]
fn a_list_that_loses_most_of_its_records_at_once_is_not_believed() {
    const REASON: &str = "milepost pull --accept-gone";
    let standing = |bench: &Bench| bench.alive().into_keys().filter(|(stream, ..)| *stream == "applications").count();
    let mut bench = Bench::new(&APPLICATIONS);
    bench.pull(12, Fault::None).expect("twelve");
    for few in [0, 5] {
        bench.pull(few, Fault::None).expect("few");
        assert_eq!((standing(&bench), bench.left_out(REASON)), (12, i64::from(12 - few)), "{few} are listed");
    }
    bench.pull(12, Fault::None).expect("twelve again");
    assert_eq!((standing(&bench), bench.left_out(REASON)), (12, 0));
    bench.pull(6, Fault::None).expect("half");
    assert_eq!((standing(&bench), bench.left_out(REASON)), (6, 0), "half is believed");
    bench.pull(0, Fault::None).expect("none");
    assert_eq!((standing(&bench), bench.left_out(REASON)), (0, 0), "of few records all may go");
    bench.pull(12, Fault::None).expect("twelve");
    bench.pull(0, Fault::None).expect("none");
    assert_eq!((standing(&bench), bench.left_out(REASON)), (12, 12));
    bench.accept_gone = true;
    bench.pull(0, Fault::None).expect("none, and that is right");
    assert_eq!((standing(&bench), bench.left_out(REASON)), (0, 0));
}

const NAMELESS: &str = "a record without its key";

/// The organisation of the other tests, with two teams that have no id, on a page that says that it has not changed.
const NAMELESS_TEAMS: Fake = Fake {
    study: github::FAKE.study,
    answer: |request, day| {
        let answer = (github::FAKE.answer)(request, 0);
        let mut answer = if path(request).ends_with("/orgs/acme/teams") && day < 2 {
            changed(answer, |teams| {
                teams.as_array_mut().expect("a list").extend([json!({"slug": "a"}), json!({"slug": "a"})]);
            })
        } else {
            answer
        };
        if day >= 2 && path(request).ends_with("/orgs/acme/teams") {
            answer.headers.insert("etag".to_owned(), "\"other\"".to_owned());
        }
        answer
    },
};

#[test]
fn what_was_left_out_of_a_page_that_has_not_changed_stays_counted() {
    let mut bench = Bench::new(&NAMELESS_TEAMS);
    bench.pull(0, Fault::None).expect("first");
    let counted = bench.left_out(NAMELESS);
    assert!(counted >= 2, "{counted}");
    let digest = bench.digest();
    for _ in 0..2 {
        bench.pull(1, Fault::None).expect("again");
        assert_eq!((bench.left_out(NAMELESS), bench.digest()), (counted, digest.clone()));
    }
    bench.pull(2, Fault::None).expect("the page is another");
    assert_eq!(bench.left_out(NAMELESS), 0);
}

/// The tickets of the other tests; on day 0 the first page holds one without an id.
const NAMELESS_TICKETS: Fake = Fake {
    study: jira::FAKE.study,
    answer: |request, day| {
        let answer = (jira::FAKE.answer)(request, day);
        let is_first = request.body.as_ref().is_some_and(|body| body.get("nextPageToken").is_none());
        if day > 0 || !is_first || !path(request).ends_with("/search/jql") {
            return answer;
        }
        changed(answer, |page| page["issues"].as_array_mut().expect("a list").push(json!({"fields": {}})))
    },
};

#[test]
fn what_was_left_out_stays_counted_when_an_increment_passes_it_by() {
    let mut bench = Bench::new(&NAMELESS_TICKETS);
    bench.pull(0, Fault::None).expect("first");
    assert_eq!(bench.left_out(NAMELESS), 1);
    for _ in 0..2 {
        bench.pull(1, Fault::None).expect("an increment");
        assert_eq!(bench.left_out(NAMELESS), 1);
    }
    bench.reconcile = true;
    bench.pull(1, Fault::None).expect("a whole list");
    assert_eq!(bench.left_out(NAMELESS), 0, "it is there no more");
}
