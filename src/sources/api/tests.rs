//! The contract that every source keeps, asked of each through its fake: pulled at least once, stored once, never past the
//! start of the run, whole after whatever goes wrong.

mod again;
mod failing;
mod faults;
mod gone;
mod grants;
mod ground;
mod partial;
mod places;
mod zones;

use std::collections::BTreeSet;

use ground::{Bench, Fault, fakes, points};

#[test]
fn a_second_pull_changes_nothing() {
    for (name, fake) in fakes() {
        let mut bench = Bench::new(fake);
        bench.pull(0, Fault::None).expect(name);
        let digest = bench.digest();
        let first = bench.requests();
        bench.pull(0, Fault::None).expect(name);
        assert_eq!(bench.digest(), digest, "{name}");
        assert!(bench.requests() - first <= first, "{name}: the second pull asks no more than the first");
        assert!(bench.records() > 0, "{name} stores something");
    }
}

#[test]
fn an_increment_ends_where_a_fresh_pull_does() {
    for (name, fake) in fakes() {
        let mut grown = Bench::new(fake);
        grown.pull(0, Fault::None).expect(name);
        let before = grown.digest();
        grown.pull(1, Fault::None).expect(name);
        assert_ne!(grown.digest(), before, "{name}: something is new on the next day");
        let mut fresh = Bench::new(fake);
        fresh.pull(1, Fault::None).expect(name);
        let fresh = fresh.alive();
        let now = grown.alive();
        let lacking: Vec<_> = fresh.iter().filter(|(place, body)| now.get(place) != Some(body)).take(3).collect();
        assert!(lacking.is_empty(), "{name}: the increment lacks {lacking:#?}");
        // What a system no longer holds is seen where it is asked for whole lists.
        grown.reconcile = true;
        grown.pull(1, Fault::None).expect(name);
        let now = grown.alive();
        let left: Vec<_> = now.keys().filter(|place| !fresh.contains_key(*place)).take(3).collect();
        assert!(left.is_empty(), "{name}: the increment keeps {left:#?}");
    }
}

#[test]
fn a_ticket_that_was_deleted_or_moved_is_told_no_more() {
    // Whatever is told of a ticket; that a comment on one was deleted does not undo that it was answered.
    let tickets = |bench: &Bench| -> BTreeSet<String> {
        let about = bench.facts().event_objects.into_iter();
        about.map(|one| one.object_id).filter(|id| id.starts_with("ticket:")).collect()
    };
    let mut undone = 0;
    for (name, fake) in fakes() {
        let mut grown = Bench::new(fake);
        grown.pull(0, Fault::None).expect(name);
        let before = tickets(&grown);
        grown.reconcile = true;
        grown.pull(1, Fault::None).expect(name);
        let mut fresh = Bench::new(fake);
        fresh.pull(1, Fault::None).expect(name);
        let (grown, fresh) = (tickets(&grown), tickets(&fresh));
        let kept: Vec<_> = grown.difference(&fresh).take(3).collect();
        assert!(kept.is_empty(), "{name}: {kept:#?} are told though they are gone");
        undone += before.difference(&grown).count();
    }
    assert!(undone > 0, "in some system a ticket goes away");
}

#[test]
fn no_bookmark_is_past_the_start_of_the_run_by_the_servers_clock() {
    for (name, fake) in fakes() {
        for skew_hours in [-30, 0, 30] {
            let mut bench = Bench::new(fake);
            bench.skew_hours = skew_hours;
            bench.pull(0, Fault::None).expect(name);
            for since_us in bench.marks() {
                assert!(since_us <= ground::NOON_US, "{name}: a bookmark of {}", crate::log::to_rfc3339(since_us));
            }
        }
    }
}

#[test]
fn whoever_is_killed_after_any_request_ends_where_an_undisturbed_run_does() {
    for (name, fake) in fakes() {
        let mut calm = Bench::new(fake);
        calm.pull(0, Fault::None).expect(name);
        for after in points(calm.requests()) {
            let mut bench = Bench::new(fake);
            bench.kill(0, after);
            bench.reopen();
            bench.pull(0, Fault::None).expect(name);
            assert_eq!(bench.digest(), calm.digest(), "{name}, killed after {after} requests");
        }
    }
}

#[test]
fn a_dry_run_stores_nothing_and_promises_no_more_than_is_asked() {
    for (name, fake) in fakes() {
        let mut bench = Bench::new(fake);
        let planned: u64 = bench.plan(0).expect(name).streams.iter().map(|stream| stream.requests).sum();
        assert_eq!(bench.records(), 0, "{name}");
        let before = bench.requests();
        bench.pull(0, Fault::None).expect(name);
        let asked = (bench.requests() - before) as u64;
        assert!(planned > 0 && planned <= asked, "{name}: {planned} planned, {asked} asked");
        assert!(before <= asked.try_into().unwrap_or(usize::MAX), "{name}: the plan asks no more than the pull");
        // What was pulled is not asked for again, and a plan knows that.
        let again: u64 = bench.plan(0).expect(name).streams.iter().map(|stream| stream.requests).sum();
        assert!(again <= planned.max(asked), "{name}: {again} planned after everything was pulled");
    }
}

#[test]
fn what_is_told_has_unique_ids_and_names_nobody() {
    for (name, fake) in fakes() {
        let mut bench = Bench::new(fake);
        bench.pull(0, Fault::None).expect(name);
        bench.pull(1, Fault::None).expect(name);
        let facts = bench.facts();
        let mut ids: Vec<&str> = facts.events.iter().map(|event| event.event_id.as_str()).collect();
        ids.sort_unstable();
        let many = ids.len();
        let twice = ids.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
        assert_eq!(twice, None, "{name}: an event id stands twice");
        assert!(many > 0, "{name} tells something");
        let text = format!("{facts:?}").to_lowercase();
        let stored = bench.everything_stored().to_lowercase();
        for person in bench.people() {
            assert!(!text.contains(&person), "{name}: `{person}` is told");
            assert!(!stored.contains(&person), "{name}: `{person}` is stored");
        }
    }
}
