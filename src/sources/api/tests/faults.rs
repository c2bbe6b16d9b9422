//! What goes wrong once, at each request, and ends well; and what must not end well, and says why.

use serde_json::json;

use super::ground::{Bench, Fault, fakes, points};
use crate::sources::api::fake::{Fake, with_headers};
use crate::sources::api::request::{Answer, Request};
use crate::sources::api::{ApiError, azure_devops};

/// A fault at each request in turn; the pull that meets it must end as if nothing had been.
fn passes(fault: impl Fn(usize) -> Fault, what: &str) {
    for (name, fake) in fakes() {
        let mut calm = Bench::new(fake);
        calm.pull(0, Fault::None).expect(name);
        for at in points(calm.requests()) {
            let mut bench = Bench::new(fake);
            bench.pull(0, fault(at)).unwrap_or_else(|why| panic!("{name}, {what} at request {at}: {why}"));
            assert_eq!(bench.digest(), calm.digest(), "{name}, {what} at request {at}");
        }
    }
}

#[test]
fn an_error_of_the_server_is_tried_again() {
    passes(|at| Fault::Answer(at, |_| with_headers(500, &json!({}), &[])), "status 500");
}

#[test]
fn a_connection_that_breaks_is_tried_again() {
    passes(Fault::Broken, "a broken connection");
}

#[test]
fn a_body_that_is_cut_off_is_asked_for_again() {
    passes(|at| Fault::Spoiled(at, |answer| answer.body.truncate(answer.body.len() / 2)), "half a body");
}

#[test]
fn a_body_that_is_no_json_is_asked_for_again() {
    passes(|at| Fault::Spoiled(at, |answer| answer.body = b"<html>".to_vec()), "a page of a proxy");
}

#[test]
fn a_limit_is_waited_for_to_the_second() {
    for (name, fake) in fakes() {
        let mut bench = Bench::new(fake);
        bench.pull(0, Fault::Answer(1, |_| with_headers(429, &json!({}), &[("retry-after", "37")]))).expect(name);
        let waits: Vec<i64> = bench.clock.waits_us.borrow().clone();
        assert_eq!(waits, [37_000_000], "{name}");
    }
}

#[test]
fn a_secondary_limit_without_a_time_waits_a_minute() {
    let (name, fake) = fakes()[0];
    let mut bench = Bench::new(fake);
    let limit = |_: &_| with_headers(403, &json!({"message": "You have exceeded a secondary rate limit."}), &[]);
    bench.pull(0, Fault::Answer(2, limit)).expect(name);
    assert_eq!(*bench.clock.waits_us.borrow(), [60_000_000]);
}

#[test]
fn a_budget_that_is_used_up_waits_for_its_reset_by_the_servers_clock() {
    let (name, fake) = fakes()[0];
    let mut bench = Bench::new(fake);
    bench.skew_hours = 7;
    // Ten minutes after the server's noon.
    let used_up =
        |_: &_| with_headers(403, &json!({}), &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1748779800")]);
    bench.pull(0, Fault::Answer(2, used_up)).expect(name);
    let waited: i64 = bench.clock.waits_us.borrow().iter().sum();
    assert_eq!(waited, 601_000_000);
}

#[test]
fn a_limit_that_names_its_reset_by_the_other_header_is_waited_for_too() {
    for (name, fake) in fakes() {
        let mut bench = Bench::new(fake);
        // Ten minutes after the server's noon.
        let used_up =
            |_: &_| with_headers(429, &json!({}), &[("ratelimit-remaining", "0"), ("ratelimit-reset", "1748779800")]);
        bench.pull(0, Fault::Answer(1, used_up)).expect(name);
        let waited: i64 = bench.clock.waits_us.borrow().iter().sum();
        assert_eq!(waited, 601_000_000, "{name}");
    }
}

#[test]
fn a_wrong_token_is_explained_and_shown_to_nobody() {
    for (name, fake) in fakes() {
        let mut bench = Bench::new(fake);
        let why = bench.pull(0, Fault::Answer(0, |_| with_headers(401, &json!({}), &[]))).expect_err(name);
        assert!(matches!(why, ApiError::Unauthorised { .. }), "{name}: {why}");
        assert!(why.to_string().contains("hint:"), "{name}: {why}");
        assert_eq!(bench.records(), 0, "{name}");
    }
}

#[test]
fn a_token_that_may_nothing_is_told_what_it_needs() {
    for (name, fake) in fakes() {
        let mut bench = Bench::new(fake);
        let why = bench.pull(0, Fault::Always(|answer| answer.status = 403)).expect_err(name);
        assert!(matches!(why, ApiError::Forbidden { .. }), "{name}: {why}");
        assert!(why.to_string().contains("it needs"), "{name}: {why}");
    }
}

/// A refusal at each request in turn: an error that explains itself, or a list that is left out and counted; and once it is
/// lifted, everything is there.
fn refused(status: u16, explained: fn(&ApiError) -> bool, reason: &str, at_least: usize) {
    let mut left_out = 0;
    for (name, fake) in fakes() {
        let mut calm = Bench::new(fake);
        calm.pull(0, Fault::None).expect(name);
        for at in points(calm.requests()) {
            let mut bench = Bench::new(fake);
            let fault = Fault::Spoiled(
                at,
                match status {
                    401 => |answer: &mut Answer| answer.status = 401,
                    403 => |answer: &mut Answer| answer.status = 403,
                    404 => |answer: &mut Answer| answer.status = 404,
                    other => panic!("no fault for {other}"),
                },
            );
            if let Err(why) = bench.pull(0, fault) {
                assert!(explained(&why), "{name}, request {at}: {why}");
            } else {
                let caveats = bench.facts().caveats;
                let counted = caveats.iter().any(|caveat| caveat.detail.contains(reason) && caveat.count > 0);
                assert!(counted, "{name}: what is left out at request {at} is not counted");
                left_out += 1;
            }
            bench.reconcile = true;
            bench.pull(0, Fault::None).unwrap_or_else(|why| panic!("{name}, after request {at}: {why}"));
            assert_eq!(bench.alive(), calm.alive(), "{name}: what was left out at request {at} comes back");
            assert!(!bench.facts().caveats.iter().any(|caveat| caveat.detail.contains(reason)), "{name}, {at}");
        }
    }
    assert!(left_out >= at_least, "{left_out} lists are left out one by one");
}

#[test]
fn one_list_that_a_token_may_not_read_is_left_out_and_counted() {
    refused(403, |why| matches!(why, ApiError::Forbidden { .. }), "(status 403)", 10);
}

#[test]
fn a_good_token_that_is_refused_at_a_first_list_misses_a_permission_and_later_has_ended() {
    let explained =
        |why: &ApiError| matches!(why, ApiError::Unauthorised { .. } | ApiError::Forbidden { status: 401, .. });
    refused(401, explained, "(status 401)", 3);
}

#[test]
fn a_stream_whose_lists_are_all_refused_to_a_good_token_names_its_permission() {
    let answer: fn(&Request, u32) -> Answer = |request, day| {
        let mut answer = (azure_devops::FAKE.answer)(request, day);
        if request.url.contains("/environments?") {
            answer.status = 401;
        }
        answer
    };
    let fake = Box::leak(Box::new(Fake { study: azure_devops::FAKE.study, answer }));
    let why = Bench::new(fake).pull(0, Fault::None).expect_err("nothing of it can be read").to_string();
    for word in ["`environments`", "(401)", "vso.environment_manage", "`streams`"] {
        assert!(why.contains(word), "{why}");
    }
}

#[test]
fn one_repository_that_is_not_there_is_left_out_and_counted() {
    refused(404, |why| matches!(why, ApiError::NotThere { .. }), "(status 404)", 10);
}

#[test]
fn pages_that_lead_back_to_each_other_end() {
    let mut stopped = 0;
    for (name, fake) in fakes() {
        let mut calm = Bench::new(fake);
        calm.pull(0, Fault::None).expect(name);
        let mut bench = Bench::new(fake);
        match bench.pull(0, Fault::Stuck) {
            Ok(()) => {}
            Err(ApiError::Unexpected { what, .. }) if what.starts_with("pages") => stopped += 1,
            Err(why) => panic!("{name}: {why}"),
        }
        assert!(bench.requests() <= calm.requests() + 20, "{name}: {} requests", bench.requests());
        bench.pull(0, Fault::None).expect(name);
        bench.reconcile = true;
        bench.pull(0, Fault::None).expect(name);
        assert_eq!(bench.alive(), calm.alive(), "{name}: the next pull sets it right");
    }
    assert!(stopped > 4, "{stopped} sources page");
}

#[test]
fn a_page_to_sign_in_is_no_answer() {
    for (name, fake) in fakes() {
        let away = |_: &_| with_headers(302, &json!({}), &[("location", "https://sso.test/_signin?reply=x")]);
        let page = |_: &_| with_headers(203, &json!("<html>"), &[("content-type", "text/html; charset=utf-8")]);
        for fault in [Fault::Answer(0, away), Fault::Answer(0, page)] {
            let why = Bench::new(fake).pull(0, fault).expect_err(name);
            assert!(matches!(why, ApiError::SignIn { .. }), "{name}: {why}");
        }
    }
}

#[test]
fn no_token_is_sent_to_another_host() {
    for (name, fake) in fakes() {
        let mut bench = Bench::new(fake);
        let away = |_: &_| with_headers(302, &json!({}), &[("location", "https://evil.test/x?token=1")]);
        let why = bench.pull(0, Fault::Answer(0, away)).expect_err(name);
        assert!(matches!(why, ApiError::Foreign { .. }), "{name}: {why}");
        assert!(!why.to_string().contains("token=1"), "{name}: {why}");
        assert!(bench.log.borrow().iter().all(|url| !url.contains("evil")), "{name}");
        let mut bench = Bench::new(fake);
        let spoil = |answer: &mut Answer| {
            answer.headers.insert("link".to_owned(), "<https://evil.test/x>; rel=\"next\"".to_owned());
        };
        // Only sources that follow links are led astray by one; nobody asks there.
        let _ = bench.pull(0, Fault::Always(spoil));
        assert!(bench.log.borrow().iter().all(|url| !url.contains("evil")), "{name}");
    }
}

#[test]
fn a_server_that_only_fails_is_given_up_with_a_reason() {
    for (name, fake) in fakes() {
        let mut bench = Bench::new(fake);
        let why = bench.pull(0, Fault::Always(|answer| answer.status = 503)).expect_err(name);
        assert!(matches!(why, ApiError::Unreachable { times: 6, .. }), "{name}: {why}");
        let waits: Vec<i64> = bench.clock.waits_us.borrow().iter().map(|us| us / 1_000_000).collect();
        assert_eq!(waits[..5], [1, 2, 4, 8, 16], "{name}");
    }
}

#[test]
fn hostile_texts_are_only_texts() {
    fn spoil(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::String(text) if text.contains(' ') => {
                *text = format!("\u{202E}'; drop table record; --\u{0}=cmd|' /C calc'!A0 {}", "x".repeat(70_000));
            }
            serde_json::Value::Array(members) => members.iter_mut().for_each(spoil),
            serde_json::Value::Object(fields) => fields.values_mut().for_each(spoil),
            _ => {}
        }
    }
    for (name, fake) in fakes() {
        let mut bench = Bench::new(fake);
        let hostile = |answer: &mut Answer| {
            let mut body = answer.json().unwrap_or_default();
            spoil(&mut body);
            answer.body = body.to_string().into_bytes();
        };
        bench.pull(0, Fault::Always(hostile)).expect(name);
        let facts = bench.facts();
        assert!(!format!("{facts:?}").contains("drop table"), "{name}");
    }
}

#[test]
fn fields_of_wrong_type_are_counted_and_break_nothing() {
    fn spoil(value: &mut serde_json::Value, depth: u32) {
        match value {
            serde_json::Value::Array(members) => members.iter_mut().for_each(|member| spoil(member, depth + 1)),
            serde_json::Value::Object(fields) => {
                for (name, field) in fields.iter_mut() {
                    let is_time = name.ends_with("_at") || name.ends_with("At") || name.ends_with("Time");
                    if is_time && depth > 2 { *field = json!([1, {"a": null}]) } else { spoil(field, depth + 1) }
                }
            }
            _ => {}
        }
    }
    for (name, fake) in fakes() {
        let mut bench = Bench::new(fake);
        let wrong = |answer: &mut Answer| {
            let mut body = answer.json().unwrap_or_default();
            spoil(&mut body, 0);
            answer.body = body.to_string().into_bytes();
        };
        bench.pull(0, Fault::Always(wrong)).expect(name);
        let _ = bench.facts();
    }
}
