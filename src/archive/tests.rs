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
        skips: Some(vec![skip.clone()]),
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

#[test]
fn damage_is_found_and_named() {
    let (data, mut archive) = open();
    archive.store("api:a", "issues", "7", &page(vec![put("1", "{\"a\":1}", None)], "x")).expect("stored");
    assert!(archive.verify().expect("readable").is_empty());
    let direct = Connection::open(data.path().join(FILE)).expect("open");
    direct.execute("update record set body = x'007b7d'", []).expect("damaged");
    let problems = archive.verify().expect("readable");
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].place, "api:a/issues#1");
}

#[test]
fn units_that_the_study_no_longer_lists_are_pruned() {
    let (_data, mut archive) = open();
    for unit in ["api:a", "api:b"] {
        archive.set_door(unit, "d").expect("noted");
        archive.store(unit, "issues", "7", &page(vec![put("1", "{}", None)], "x")).expect("stored");
    }
    assert_eq!(archive.prune(&["api:a".to_owned()]).expect("pruned"), ["api:b"]);
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
