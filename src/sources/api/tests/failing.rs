//! What fails for good: one list, every list of a stream, and what is read all the same.

use serde_json::json;

use super::ground::{Bench, Fault};
use crate::sources::api::fake::{Fake, with_headers};
use crate::sources::api::{ApiError, github};

/// The organisation of the other tests; on day 8 the runs of one repository cannot be read, on day 9 those of none.
const RUNS: Fake = Fake {
    study: github::FAKE.study,
    answer: |request, day| {
        let path = request.url.split('?').next().unwrap_or_default();
        let is_down = path.ends_with("/actions/runs") && (day == 9 || path.contains("/service-1/"));
        if day >= 8 && is_down {
            return with_headers(503, &json!({"message": "unavailable"}), &[]);
        }
        (github::FAKE.answer)(request, if day >= 8 { 0 } else { day })
    },
};

const FAILED: &str = "`runs`: could not be read: status 503, 6 times";

#[test]
fn a_list_that_fails_for_good_is_left_out_and_read_by_the_next_pull() {
    let mut calm = Bench::new(&RUNS);
    calm.pull(0, Fault::None).expect("calm");
    let mut bench = Bench::new(&RUNS);
    bench.pull(8, Fault::None).expect("the others are read");
    assert_eq!(bench.left_out(FAILED), 1);
    let all = calm.alive();
    let lacking: Vec<_> = all.keys().filter(|place| !bench.alive().contains_key(*place)).collect();
    assert!(!lacking.is_empty(), "something is left out");
    assert!(lacking.iter().all(|(stream, ..)| ["runs", "jobs"].contains(stream)), "{lacking:?}");
    assert!(bench.alive().keys().any(|(stream, ..)| *stream == "runs"), "the runs of others are read");
    bench.pull(0, Fault::None).expect("it is back");
    assert_eq!((bench.digest(), bench.left_out(FAILED)), (calm.digest(), 0));
    // What was read before stays read where the list fails later.
    bench.reconcile = true;
    bench.pull(8, Fault::None).expect("the others are read");
    assert_eq!((bench.alive(), bench.left_out(FAILED)), (all, 1));
}

#[test]
fn a_stream_of_which_no_list_can_be_read_is_an_error_and_keeps_no_other() {
    let mut calm = Bench::new(&RUNS);
    calm.pull(0, Fault::None).expect("calm");
    let mut bench = Bench::new(&RUNS);
    let why = bench.pull(9, Fault::None).expect_err("no runs");
    assert!(matches!(&why, ApiError::Unreachable { stream, .. } if stream == "runs"), "{why}");
    let mut all = calm.alive();
    all.retain(|(stream, ..), _| !["runs", "jobs"].contains(stream));
    assert_eq!(bench.alive(), all);
    assert!(bench.left_out("it was not finished") > 0);
    bench.pull(0, Fault::None).expect("it is back");
    assert_eq!(bench.digest(), calm.digest());
}

#[test]
fn a_system_under_maintenance_is_waited_for_as_long_as_it_says() {
    let mut bench = Bench::new(&RUNS);
    let closed = |_: &_| with_headers(503, &json!({}), &[("retry-after", "120")]);
    bench.pull(0, Fault::Answer(1, closed)).expect("it comes back");
    let waited: i64 = bench.clock.waits_us.borrow().iter().sum();
    assert_eq!(waited, 120_000_000);
}
