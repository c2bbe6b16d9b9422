//! Reading again: all of it, what is broken, and what an interruption left.

use serde_json::{Value, json};

use super::ground::{Bench, Fault, NOON_US, fakes, points};
use crate::sources::api::ApiError;
use crate::sources::api::azure_devops;
use crate::sources::api::fake::{Fake, not_there, ok, target, with_headers};
use crate::sources::api::request::{Answer, Request};

/// The same answers a day later.
const NEXT_DAY: Fault = Fault::Always(|answer| {
    answer.headers.insert("date".to_owned(), "Mon, 02 Jun 2025 12:00:00 GMT".to_owned());
});

#[test]
fn a_fresh_pull_asks_for_everything_and_keeps_what_only_the_past_knows() {
    for (name, fake) in fakes() {
        let mut bench = Bench::new(fake);
        bench.pull(0, Fault::None).expect(name);
        let (digest, wholes, first, door) = (bench.digest(), bench.wholes(), bench.requests(), bench.door());
        assert!(!wholes.is_empty() && wholes.values().all(|at_us| *at_us == NOON_US), "{name}");
        bench.fresh = true;
        bench.pull(0, NEXT_DAY).expect(name);
        assert!(bench.requests() >= 2 * first, "{name}: {} requests after {first}", bench.requests());
        assert_eq!(bench.wholes(), wholes, "{name}");
        assert_eq!(bench.digest(), digest, "{name}");
        assert_eq!(bench.door(), door, "{name}");
    }
}

#[test]
fn a_fresh_pull_that_is_refused_changes_nothing() {
    for (name, fake) in fakes() {
        let mut bench = Bench::new(fake);
        let mut twin = Bench::new(fake);
        for bench in [&mut bench, &mut twin] {
            bench.pull(0, Fault::None).expect(name);
            bench.pull(0, Fault::None).expect(name);
        }
        let (digest, door, before) = (bench.digest(), bench.door(), twin.requests());
        twin.pull(0, Fault::None).expect(name);
        let third = twin.requests() - before;
        bench.fresh = true;
        for status in [401, 503] {
            let fault = match status {
                401 => Fault::Always(|answer| answer.status = 401),
                _ => Fault::Always(|answer| answer.status = 503),
            };
            let why = bench.pull(0, fault).expect_err(name);
            assert!(matches!(why, ApiError::Unauthorised { .. } | ApiError::Unreachable { .. }), "{name}: {why}");
            assert_eq!((bench.digest(), bench.door()), (digest.clone(), door.clone()), "{name}");
        }
        bench.fresh = false;
        let before = bench.requests();
        bench.pull(0, Fault::None).expect(name);
        assert_eq!(bench.requests() - before, third, "{name}: the next pull does not begin again");
    }
}

#[test]
fn a_fresh_pull_that_is_killed_loses_nothing_and_is_ended_by_the_next_pull() {
    for (name, fake) in fakes() {
        let mut calm = Bench::new(fake);
        calm.pull(0, Fault::None).expect(name);
        let (digest, alive, many, door) = (calm.digest(), calm.alive(), calm.requests(), calm.door());
        for after in points(many) {
            let mut bench = Bench::new(fake);
            bench.pull(0, Fault::None).expect(name);
            bench.fresh = true;
            bench.kill(0, after);
            bench.reopen();
            assert_eq!(bench.alive(), alive, "{name}, killed after {after} requests");
            if after > 1 {
                assert!(bench.left_out("it was not finished") > 0, "{name}, killed after {after} requests");
                assert_ne!(bench.door(), door, "{name}: some is as it was let in before");
            }
            bench.fresh = false;
            bench.pull(0, NEXT_DAY).expect(name);
            assert_eq!(bench.digest(), digest, "{name}, killed after {after} requests");
            assert_eq!(bench.door(), door, "{name}");
            assert_eq!(bench.left_out("it was not finished"), 0, "{name}");
        }
    }
}

#[test]
fn a_broken_record_is_read_again_once_it_was_taken_out() {
    for (name, fake) in fakes() {
        let mut calm = Bench::new(fake);
        calm.pull(0, Fault::None).expect(name);
        let streams: std::collections::BTreeSet<&str> = calm.alive().into_keys().map(|(stream, ..)| stream).collect();
        for stream in streams {
            let mut bench = Bench::new(fake);
            bench.pull(0, Fault::None).expect(name);
            bench.break_one(stream);
            assert_eq!(bench.mend(), 1, "{name}, {stream}");
            bench.pull(0, Fault::None).unwrap_or_else(|why| panic!("{name}, {stream}: {why}"));
            assert_eq!(bench.digest(), calm.digest(), "{name}, {stream}");
            bench.break_one(stream);
            bench.fresh = true;
            bench.pull(0, Fault::None).unwrap_or_else(|why| panic!("{name}, {stream}: {why}"));
            assert_eq!(bench.digest(), calm.digest(), "{name}, {stream}: read fresh");
        }
    }
}

/// Eight revisions, one a batch; the token of each stands for the next. On day 9 no token leads anywhere.
const REVISIONS: Fake = Fake {
    study: "[[apis]]\nid = \"x\"\nkind = \"azure-devops\"\nurl = \"https://fake.test\"\nowners = [\"Shop\"]\n\
            streams = [\"work-items\"]\n",
    answer: |request, day| match target(request).split('?').next().unwrap_or_default() {
        "/_apis/projects" => ok(&json!({"value": [{"id": "p1", "name": "Shop"}]})),
        "/p1/_apis/wit/reporting/workitemrevisions" => revisions(request, day),
        _ => not_there(),
    },
};

fn revisions(request: &Request, day: u32) -> Answer {
    let token = request.query("continuationToken");
    if token.is_some() && day == 9 {
        return with_headers(400, &json!({"message": "the token has expired"}), &[]);
    }
    // On day 9 everything comes at once instead.
    let from: u64 = token.and_then(|token| token.parse().ok()).unwrap_or(0);
    let to = if day == 9 { 8 } else { from + 1 };
    let item = |id: u64| {
        json!({"id": id, "rev": 1, "fields": {"System.State": "New", "System.WorkItemType": "Bug", "System.Title": "x",
            "System.CreatedDate": format!("2025-04-0{}T09:00:00Z", id + 1), "System.ChangedDate": format!("2025-04-0{}T09:00:00Z", id + 1)}})
    };
    let values: Vec<Value> = (from..to).map(item).collect();
    ok(&json!({"values": values, "isLastBatch": to == 8, "continuationToken": to.to_string()}))
}

fn interrupted(after: usize) -> Bench {
    let mut bench = Bench::new(&REVISIONS);
    bench.kill(0, after);
    bench.reopen();
    bench.log.borrow_mut().clear();
    bench
}

#[test]
fn a_list_without_an_order_goes_on_at_the_page_where_it_was_interrupted() {
    assert!(azure_devops::SOURCE.streams.iter().any(|stream| stream.name == "work-items" && stream.resumes));
    let mut calm = Bench::new(&REVISIONS);
    calm.pull(0, Fault::None).expect("calm");
    // The projects and six batches.
    let mut bench = interrupted(7);
    bench.pull(0, Fault::None).expect("goes on");
    let asked = bench.log.borrow().iter().filter(|url| url.contains("workitemrevisions")).count();
    assert_eq!(asked, 4, "the last page that is stored, to see that it is, and from there: {:#?}", bench.log.borrow());
    assert_eq!(bench.digest(), calm.digest());
    // What was written to the log of changes after the walk began is asked for next time.
    let mut bench = interrupted(7);
    bench.pull(0, NEXT_DAY).expect("goes on");
    assert_eq!(bench.digest(), calm.digest(), "no bookmark is past the start of the run that began the walk");
    let mut bench = interrupted(7);
    bench.pull(9, Fault::None).expect("begins again");
    assert_eq!(bench.digest(), calm.digest(), "a token that leads nowhere any longer");
}
