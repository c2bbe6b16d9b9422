//! What an archive promises.

use super::*;
use crate::log::IdentityKey;

fn put(key: &str, body: &str, since_us: Option<i64>) -> Put {
    Put { stream: "issues", scope: "7".to_owned(), key: key.to_owned(), body: body.to_owned(), since_us }
}

fn page(puts: Vec<Put>, bookmark: &str) -> Page {
    Page { puts, bookmark: Some(bookmark.to_owned()), ..Page::default() }
}

fn open() -> (tempfile::TempDir, Archive) {
    let data = tempfile::tempdir().expect("a folder");
    let archive = Archive::open(data.path()).expect("open");
    (data, archive)
}

#[test]
fn a_record_that_comes_again_takes_its_place_and_the_same_one_changes_nothing() {
    let (_data, mut archive) = open();
    let store = |archive: &mut Archive, body| {
        archive.store("api:a", "issues", "7", &page(vec![put("1", body, None)], "x")).expect("stored")
    };
    assert_eq!(store(&mut archive, "{\"a\":1}"), 1);
    let before = archive.digest("api:a").expect("readable");
    assert_eq!(store(&mut archive, "{\"a\":1}"), 0);
    assert_eq!(archive.digest("api:a").expect("readable"), before);
    assert_eq!(store(&mut archive, "{\"a\":2}"), 1);
    let records = archive.records("api:a", "issues").expect("readable");
    assert_eq!(records.len(), 1);
    assert_eq!((records[0].version, records[0].body.as_str()), (0, "{\"a\":2}"));
    assert_ne!(archive.digest("api:a").expect("readable"), before);
}

#[test]
fn versions_stand_beside_each_other_where_the_system_keeps_no_history() {
    let (_data, mut archive) = open();
    for (body, since) in [("{\"owner\":\"a\"}", 1), ("{\"owner\":\"a\"}", 2), ("{\"owner\":\"b\"}", 3)] {
        archive.store("api:a", "issues", "7", &page(vec![put("1", body, Some(since))], "x")).expect("stored");
    }
    let seen: Vec<_> =
        archive.records("api:a", "issues").expect("readable").iter().map(|one| (one.version, one.since_us)).collect();
    assert_eq!(seen, [(0, Some(1)), (1, Some(3))]);
}

#[test]
fn what_a_whole_listing_no_longer_holds_is_gone_until_it_is_back() {
    let (_data, mut archive) = open();
    let list = |archive: &mut Archive, keys: &[&str], at_us: i64| {
        let puts = keys.iter().map(|key| put(key, "{}", Some(at_us))).collect();
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        let page = Page { listed: Some((keys, at_us)), ..page(puts, "x") };
        archive.store("api:a", "issues", "7", &page).expect("stored")
    };
    assert_eq!(list(&mut archive, &["1", "2"], 10), 2);
    assert_eq!(list(&mut archive, &["1"], 20), 1);
    assert_eq!(list(&mut archive, &["1"], 30), 0, "what is gone goes once");
    assert_eq!(archive.count_of("api:a", "issues", "7").expect("readable"), 1);
    assert_eq!(list(&mut archive, &["1", "2"], 40), 1);
    let two: Vec<_> = archive
        .records("api:a", "issues")
        .expect("readable")
        .into_iter()
        .filter(|record| record.key == "2")
        .map(|record| (record.version, record.since_us, record.gone_us))
        .collect();
    assert_eq!(two, [(0, Some(10), Some(20)), (1, Some(40), None)]);
    let held = archive.held().expect("readable");
    assert_eq!((held[0].records, held[0].gone, held[0].scopes), (2, 0, 1));
}

#[test]
fn a_page_is_stored_whole_with_its_bookmark_keys_and_skips() {
    let (data, mut archive) = open();
    let key =
        IdentityKey { identity_id: "i-1".to_owned(), kind: "email".to_owned(), key: "k".to_owned(), is_bot: false };
    let skip = Skip { reason: "no id".to_owned(), count: 2, example: "page 1".to_owned() };
    let whole = Page {
        keys: vec![key.clone()],
        left_out: vec![("page 1".to_owned(), skip.clone())],
        validator: Some(("GET /x".to_owned(), "\"e\"".to_owned(), None)),
        ..page(vec![put("1", "{}", None)], "b1")
    };
    archive.store("api:a", "issues", "7", &whole).expect("stored");
    drop(archive);
    let archive = Archive::open(data.path()).expect("open again");
    assert_eq!(archive.bookmark("api:a", "issues", "7").expect("readable").as_deref(), Some("b1"));
    assert_eq!(archive.identity_keys("api:a").expect("readable"), [key]);
    assert_eq!(archive.skips("api:a").expect("readable"), [("issues".to_owned(), skip)]);
    assert_eq!(archive.validator("api:a", "GET /x").expect("readable"), Some(("\"e\"".to_owned(), None)));
    assert_eq!(archive.bookmark("api:b", "issues", "7").expect("readable"), None);
}

#[test]
fn a_record_is_found_by_its_evidence() {
    let (_data, mut archive) = open();
    archive.store("api:a", "issues", "7", &page(vec![put("1", "{\"a\":1}", None)], "x")).expect("stored");
    assert_eq!(archive.by_evidence("api:a/issues#7/1").expect("readable"), ["{\"a\":1}"]);
    assert!(archive.by_evidence("api:a/issues#7/2").expect("readable").is_empty());
    assert!(archive.by_evidence("nonsense").expect("readable").is_empty());
}

fn listing(keys: &[&str], at_us: i64) -> Page {
    let puts = keys.iter().map(|key| put(key, "{}", Some(at_us))).collect();
    Page { listed: Some((keys.iter().map(|key| (*key).to_owned()).collect(), at_us)), ..page(puts, "x") }
}

/// Key, version, since when, and when it went.
fn versions(archive: &Archive, stream: &str) -> Vec<(String, i64, Option<i64>, Option<i64>)> {
    let records = archive.records("api:a", stream).expect("readable").into_iter();
    records.map(|one| (one.key, one.version, one.since_us, one.gone_us)).collect()
}

#[test]
fn what_a_page_that_has_not_changed_lists_stands_again() {
    let (_data, mut archive) = open();
    archive.store("api:a", "issues", "7", &listing(&["1", "2"], 10)).expect("stored");
    archive.store("api:a", "issues", "7", &listing(&["1"], 20)).expect("stored");
    let unchanged = Page { listed: Some((vec!["1".to_owned(), "2".to_owned()], 30)), ..Page::default() };
    assert_eq!(archive.store("api:a", "issues", "7", &unchanged).expect("stored"), 1);
    let one = ("1".to_owned(), 0, Some(10), None);
    let two = [("2".to_owned(), 0, Some(10), Some(20)), ("2".to_owned(), 1, Some(30), None)];
    assert_eq!(versions(&archive, "issues"), [&[one][..], &two[..]].concat());
    assert_eq!(archive.standing("api:a", "issues", "7").expect("readable"), ["1", "2"]);
}

#[test]
fn what_is_listed_for_a_record_ends_with_it() {
    let (_data, mut archive) = open();
    let below = vec![("owners", "teams"), ("teams", "members")];
    let listed = |stream, scope: &str, keys: &[&str], at_us| {
        let mut page = listing(keys, at_us);
        page.below.clone_from(&below);
        for put in &mut page.puts {
            (put.stream, put.scope) = (stream, scope.to_owned());
        }
        page
    };
    let mut store = |stream, scope, keys: &[&str], at_us| {
        archive.store("api:a", stream, scope, &listed(stream, scope, keys, at_us)).expect("stored")
    };
    store("owners", "", &["o", "p"], 10);
    store("teams", "o", &["t", "u"], 10);
    store("teams", "p", &["t"], 10);
    store("members", "o/t", &["a"], 10);
    store("members", "o/u", &["b"], 10);
    store("members", "p/t", &["c"], 10);
    assert_eq!(store("teams", "o", &["u"], 20), 2, "the team and who was in it");
    assert_eq!(store("owners", "", &["p"], 30), 3, "the owner, its other team and who was in that");
    assert_eq!(store("owners", "", &["p"], 40), 0, "what ended ended once");
    let gone: Vec<_> = versions(&archive, "members").into_iter().map(|(key, .., gone_us)| (key, gone_us)).collect();
    assert_eq!(gone, [("a".to_owned(), Some(20)), ("b".to_owned(), Some(30)), ("c".to_owned(), None)]);
}

#[test]
fn what_was_left_out_stays_counted_until_its_place_is_read_again() {
    let (_data, mut archive) = open();
    let skip = |reason: &str, count| Skip { reason: reason.to_owned(), count, example: "7".to_owned() };
    let all = |archive: &Archive| -> Vec<(String, i64)> {
        archive.skips("api:a").expect("readable").into_iter().map(|(_, skip)| (skip.reason, skip.count)).collect()
    };
    let first = vec![("record 1".to_owned(), skip("no id", 2)), ("record 2".to_owned(), skip("no id", 1))];
    archive.store("api:a", "issues", "7", &Page { left_out: first.clone(), ..Page::default() }).expect("stored");
    archive.store("api:a", "issues", "7", &Page { left_out: first, ..Page::default() }).expect("stored");
    assert_eq!(all(&archive), [("no id".to_owned(), 3)], "the same place counts once");
    let settled = Page { settled: vec!["record 2".to_owned()], ..Page::default() };
    archive.store("api:a", "issues", "7", &settled).expect("stored");
    assert_eq!(all(&archive), [("no id".to_owned(), 2)]);
    let only = [String::from("record 9")].into();
    let end = Page {
        left_out: vec![("record 9".to_owned(), skip("no key", 1))],
        left_out_only: Some(only),
        ..Page::default()
    };
    archive.store("api:a", "issues", "8", &end).expect("stored");
    assert_eq!(all(&archive), [("no id".to_owned(), 2), ("no key".to_owned(), 1)], "of its own scope");
    archive.store("api:a", "issues", "7", &end).expect("stored");
    assert_eq!(all(&archive), [("no key".to_owned(), 2)]);
}

#[test]
fn an_archive_of_before_keeps_what_it_counted() {
    let (data, archive) = open();
    drop(archive);
    let direct = Connection::open(data.path().join(FILE)).expect("open");
    direct
        .execute_batch(
            "drop table skip;
             create table skip (unit text not null, stream text not null, scope text not null, reason text not null,
                 count integer not null, example text not null, primary key (unit, stream, scope, reason))
                 strict, without rowid;
             insert into skip values ('api:a', 'issues', '7', 'no id', 3, '1');",
        )
        .expect("as it was");
    drop(direct);
    for _ in 0..2 {
        let archive = Archive::open(data.path()).expect("open");
        assert_eq!(archive.skips("api:a").expect("readable")[0].1.count, 3);
        assert_eq!(archive.places_left_out("api:a", "issues", "7").expect("readable"), [String::new()].into());
    }
}

#[test]
fn what_begins_again_keeps_its_records_and_says_that_it_is_not_done() {
    let (_data, mut archive) = open();
    archive.set_door("api:a", "old").expect("noted");
    let validator = Some(("GET /x".to_owned(), "\"e\"".to_owned(), None));
    archive
        .store("api:a", "issues", "7", &Page { validator, ..page(vec![put("1", "{}", None)], "b1") })
        .expect("stored");
    archive.restart("api:a", "new", &|mark| format!("anew {mark}")).expect("restarted");
    assert_eq!(archive.door("api:a").expect("readable").as_deref(), Some("again:new"));
    assert_eq!(archive.bookmark("api:a", "issues", "7").expect("readable").as_deref(), Some("anew b1"));
    assert_eq!(archive.validator("api:a", "GET /x").expect("readable"), None);
    assert_eq!(archive.records("api:a", "issues").expect("readable").len(), 1);
}

#[test]
fn what_is_broken_is_taken_out_and_its_scope_read_again() {
    let (data, mut archive) = open();
    for (scope, unit) in [("7", "api:a"), ("8", "api:a"), ("7", "api:b")] {
        let put = |key| Put { scope: scope.to_owned(), ..put(key, "{\"a\":1}", None) };
        archive.store(unit, "issues", scope, &page(vec![put("1"), put("2")], "b1")).expect("stored");
    }
    let direct = Connection::open(data.path().join(FILE)).expect("open");
    let sql = "update record set body = x'01ff' where key = '1' and scope = '7'";
    assert_eq!(direct.execute(sql, []).expect("damaged"), 2);
    assert!(archive.records("api:a", "issues").is_err());
    let anew = |_: &str| "anew".to_owned();
    let mended = archive.mend(Some("api:a"), &anew).expect("mended");
    assert_eq!(mended.iter().map(|one| one.place.as_str()).collect::<Vec<_>>(), ["api:a/issues#7/1"]);
    assert_eq!(archive.records("api:a", "issues").expect("readable").len(), 3);
    let marks = ["7", "8"].map(|scope| archive.bookmark("api:a", "issues", scope).expect("readable"));
    assert_eq!(marks, [Some("anew".to_owned()), Some("b1".to_owned())]);
    assert_eq!(archive.mend(None, &anew).expect("mended").len(), 1);
    assert!(archive.verify().expect("readable").is_empty());
}

#[test]
fn damage_is_found_and_named() {
    let (data, mut archive) = open();
    archive.store("api:a", "issues", "7", &page(vec![put("1", "{\"a\":1}", None)], "x")).expect("stored");
    assert!(archive.verify().expect("readable").is_empty());
    let direct = Connection::open(data.path().join(FILE)).expect("open");
    direct.execute("update record set body = x'007b7d'", []).expect("damaged");
    let problems = archive.verify().expect("readable");
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].place, "api:a/issues#7/1");
}

#[test]
fn units_that_the_study_no_longer_lists_are_pruned() {
    let (_data, mut archive) = open();
    for unit in ["api:a", "api:b"] {
        archive.set_door(unit, "d").expect("noted");
        archive.store(unit, "issues", "7", &page(vec![put("1", "{}", None)], "x")).expect("stored");
    }
    // A pull that was killed may leave records of a unit that was never noted.
    archive.store("api:c", "issues", "7", &page(vec![put("1", "{}", None)], "x")).expect("stored");
    let only_counted = vec![(String::new(), Skip { reason: "r".to_owned(), count: 1, example: String::new() })];
    archive.store("hook:d", "events", "", &Page { left_out: only_counted, ..Page::default() }).expect("stored");
    assert_eq!(archive.units().expect("readable"), ["api:a", "api:b", "api:c", "hook:d"]);
    assert_eq!(archive.prune(&["api:a".to_owned()]).expect("pruned"), ["api:b", "api:c", "hook:d"]);
    assert_eq!(archive.units().expect("readable"), ["api:a"]);
    assert!(archive.records("api:b", "issues").expect("readable").is_empty());
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (data, mut archive) = open();
    archive.set_door("api:a", "d").expect("noted");
    for entry in std::fs::read_dir(data.path()).expect("listed") {
        let path = entry.expect("readable").path();
        let mode = std::fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} can be read by others", path.display());
    }
}
