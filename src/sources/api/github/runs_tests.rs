//! What runs, attempts and jobs mean, and how GitHub is asked for what was run again.

use serde_json::{Value, json};

use super::queries;
use super::tests::STUDY;
use crate::config::{Overrides, load};
use crate::log::{Event, Facts, to_rfc3339};
use crate::sources::api::kept::{History, Kept, instant};
use crate::sources::api::recorded::{Bench, activities, caveats};
use crate::sources::api::stream::Ask;

const SCOPE: &str = "O_1/7";

fn bench(study: &str) -> Bench {
    let mut bench = Bench::new(study);
    let repository = json!({"id": 7, "full_name": "acme/service-0", "created_at": "2020-01-01T00:00:00Z"});
    bench.put("repositories", "O_1", [repository]);
    bench
}

/// A run that began on a day of January 2025 and was changed last on another.
fn run(id: u32, conclusion: &str, days: (u32, u32), more: &Value) -> Value {
    let at = |day: u32| {
        if day > 31 { format!("2025-03-{:02}T00:00:00Z", day - 31) } else { format!("2025-01-{day:02}T00:00:00Z") }
    };
    let mut run = json!({
        "id": id, "name": "ci", "event": "push", "status": "completed", "conclusion": conclusion, "run_attempt": 1,
        "head_sha": "abc", "repository": {"full_name": "acme/service-0"}, "created_at": at(1), "run_started_at": at(days.0),
        "updated_at": at(days.1),
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        run[name] = value.clone();
    }
    run
}

fn event<'f>(facts: &'f Facts, id: &str) -> &'f Event {
    let wanted = format!("api:x:{id}:pipelinerun.finished");
    let ids: Vec<_> = facts.events.iter().map(|event| &event.event_id).collect();
    facts.events.iter().find(|event| event.event_id == wanted).unwrap_or_else(|| panic!("no `{wanted}` in {ids:?}"))
}

#[test]
fn what_ran_nothing_is_no_finished_run() {
    let mut bench = bench(STUDY);
    let words = ["success", "skipped", "neutral", "stale", "action_required", "startup_failure", "timed_out"];
    bench.put("runs", SCOPE, words.iter().zip(1..).map(|(word, id)| run(id, word, (1, 2), &json!({}))));
    let job = |id: u32, word: &str| {
        json!({
            "id": id, "run_id": 1, "name": "deploy", "status": "completed", "conclusion": word,
            "started_at": "2025-01-01T00:00:00Z", "completed_at": "2025-01-02T00:00:00Z",
        })
    };
    bench.put("jobs", &format!("{SCOPE}/1"), [job(1, "skipped"), job(2, "SKIPPED"), job(3, "cancelled")]);
    let facts = bench.facts();
    let mut told: Vec<_> = facts.events.iter().map(|event| event.outcome.clone().unwrap_or_default()).collect();
    told.sort();
    assert_eq!(told, ["cancelled", "failure", "failure", "neutral", "success"]);
    let counted = caveats(&facts);
    let of =
        |words: &str| counted.iter().filter(|(text, _)| text.contains(words)).map(|(_, count)| *count).sum::<i64>();
    assert_eq!((of("was skipped"), of("waits for an approval"), of("GitHub gave up")), (3, 1, 1), "{counted:?}");
}

#[test]
fn a_run_ends_with_its_last_job_and_not_when_it_was_changed() {
    let mut bench = bench(STUDY);
    let deploy = json!({"name": "deploy", "run_attempt": 2});
    bench.put(
        "runs",
        SCOPE,
        [
            run(1, "success", (5, 40), &deploy),
            run(2, "success", (1, 2), &json!({})),
            run(3, "failure", (1, 50), &json!({})),
        ],
    );
    let job = |id: u32, attempt: u32, day: u32| {
        json!({
            "id": id, "run_id": 1, "run_attempt": attempt, "name": "deploy", "status": "completed", "conclusion": "success",
            "started_at": "2025-01-01T00:00:00Z", "completed_at": format!("2025-01-{day:02}T00:00:00Z"),
        })
    };
    bench.put("jobs", &format!("{SCOPE}/1"), [job(1, 1, 3), job(2, 2, 6), job(3, 2, 7), job(4, 1, 9)]);
    let facts = bench.facts();
    let at = |id: &str| to_rfc3339(event(&facts, id).at_us);
    assert_eq!(at("1-2"), "2025-01-07T00:00:00Z", "the last job of the second attempt");
    assert_eq!(at("2"), "2025-01-02T00:00:00Z");
    assert_eq!(at("3"), "2025-03-19T00:00:00Z", "no later than this");
    let counted = caveats(&facts);
    let unlikely: Vec<_> =
        counted.iter().filter(|(text, _)| text.contains("35 days")).map(|(_, count)| *count).collect();
    assert_eq!(unlikely, [1], "{counted:?}");
}

#[test]
fn an_earlier_attempt_is_told_where_it_matters_and_else_counted() {
    let mut bench = bench(STUDY);
    let deploy = json!({"name": "deploy", "run_attempt": 3});
    bench.put(
        "runs",
        SCOPE,
        [run(1, "success", (5, 6), &deploy), run(2, "success", (5, 6), &json!({"run_attempt": 3}))],
    );
    let earlier = |attempt: u32, outcome: &str| {
        run(1, outcome, (attempt, attempt), &json!({"run_attempt": attempt, "name": "deploy"}))
    };
    bench.put("run_attempts", &format!("{SCOPE}/1"), [earlier(1, "failure"), earlier(2, "cancelled")]);
    let facts = bench.facts();
    let told = ["1", "1-2", "1-3", "2-3"].map(|id| event(&facts, id).outcome.as_deref().unwrap_or_default());
    assert_eq!(told, ["failure", "cancelled", "success", "success"]);
    assert_eq!(activities(&facts)["pipelinerun.finished"], 4);
    let counted = caveats(&facts);
    let left: Vec<_> =
        counted.iter().filter(|(text, _)| text.contains("earlier attempts")).map(|(_, count)| *count).collect();
    assert_eq!(left, [2], "{counted:?}");
}

#[test]
fn a_clock_of_the_code_is_code() {
    let mut bench = bench(STUDY);
    bench.put("runs", SCOPE, [run(1, "success", (1, 2), &json!({"event": "schedule"}))]);
    assert_eq!(event(&bench.facts(), "1").channel.as_deref(), Some("code"));
}

#[test]
fn what_may_be_run_again_is_listed_with_what_is_new() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("milepost.toml");
    let ask = |since: &str, window: (&str, Option<&str>), first: Option<&str>| {
        let first = first.map(|day| format!("owners = [\"acme\"]\nsince = {day}")).unwrap_or_default();
        std::fs::write(&file, format!("[study]\nname = \"t\"\n{}", STUDY.replace("owners = [\"acme\"]", &first)))
            .expect("written");
        let api = load(&file, &Overrides::default()).unwrap_or_else(|why| panic!("{why}")).apis.remove(0);
        let value = json!({"full_name": "acme/service-0"});
        let parent =
            Kept { key: "7", scope: "O_1", since_us: None, gone_us: None, value: &value, history: History::default() };
        let at = |text: &str| instant(&json!(text)).expect("a time");
        let window = Some((at(window.0), window.1.map_or(i64::MAX, at)));
        let ask = Ask { api: &api, parent: Some(&parent), since: Some(at(since)), window };
        queries::runs(&ask)[0].query("created").expect("a stretch")
    };
    let (new, later) = ("2025-06-01T12:00:00Z", "2025-06-10T12:00:00Z");
    assert_eq!(ask(new, (new, None), None), ">=2025-05-02T12:00:00Z", "thirty days before what is known");
    assert_eq!(
        ask(new, (new, None), Some("2025-05-20")),
        ">=2025-05-20T00:00:00Z",
        "nothing before the study's `since`"
    );
    assert_eq!(ask(new, (later, None), None), format!(">={later}"), "a half of what was cut off is what it is");
    assert_eq!(ask(new, (new, Some(later)), None), format!("{new}..{later}"));
}
