//! A pull that goes on from a bookmark yields, with what was stored, exactly what one pull of everything yields.

use std::collections::BTreeSet;

use super::*;

const RULES: &str = r#"
[[paths]]
id = "docs"
paths = ["docs/**"]
activity = "docs.added"
[[paths]]
id = "tag"
paths = ["tags/{environment}/{component}"]
when = "changed"
by = "bot"
activity = "service.deployed"
[[registries]]
id = "apps"
repository = "app"
files = ["values-{environment}.yaml"]
names-at = "apps[].name"
entered = "environment.registered"
left = "environment.deregistered"
registers = true
[[catalogs]]
id = "c"
files = ["catalog.yaml"]
format = "list"
"#;

/// Every kind of thing, once before and once after each point that a pull may stop at.
fn step(repo: &mut Repo, number: i64) {
    let at = 1_000 * (number + 1);
    let even = number % 2 == 0;
    let apps = if even { "apps:\n- name: a\n- name: b\n" } else { "apps:\n- name: b\n- name: c\n" };
    let owner = format!("- name: a\n  owner: t{}\n- name: b\n  owner: t\n", number / 2);
    repo.commit(
        "main",
        "Ann Lee",
        at,
        "direct",
        &[("values-staging.yaml", Some(apps.as_bytes())), ("catalog.yaml", Some(owner.as_bytes()))],
    );
    let branch = format!("b{number}");
    repo.script.branch(&branch, "main").expect("a branch");
    let docs: Option<&[u8]> = if even { Some(b"x") } else { None };
    repo.commit(&branch, "Bob Ray", at + 10, "docs", &[("docs/a.md", docs)]);
    repo.merge(
        &branch,
        "Ann Lee",
        at + 20,
        &format!("Merge pull request #{} from o/x\n\nABC-{}", number + 1, number + 1),
    );
    repo.script.forget(&branch);
    let tag = format!("v{number}");
    let write = repo.commit("main", "bot", at + 30, "deploy", &[("tags/staging/a", Some(tag.as_bytes()))]);
    repo.script.tag(&tag, write, None);
}

/// Every row as text; of links with one key, only the one that knows its end.
fn rows(pulls: &[&Pulled]) -> BTreeSet<String> {
    let mut rows = BTreeSet::new();
    let mut links: BTreeMap<String, (Option<i64>, String)> = BTreeMap::new();
    for facts in pulls.iter().map(|pulled| &pulled.facts) {
        rows.extend(facts.events.iter().map(|row| format!("{row:?}")));
        rows.extend(facts.event_objects.iter().map(|row| format!("{row:?}")));
        rows.extend(facts.object_changes.iter().map(|row| format!("{row:?}")));
        for link in &facts.object_links {
            let key = format!("{} {} {} {}", link.from_id, link.to_id, link.qualifier, link.valid_from_us);
            let known = links.entry(key).or_insert((link.valid_to_us, format!("{link:?}")));
            if known.0.is_none() {
                *known = (link.valid_to_us, format!("{link:?}"));
            }
        }
    }
    rows.extend(links.into_values().map(|(_, row)| row));
    rows
}

#[test]
fn parts_of_a_history_add_up_to_the_whole() {
    let mut repo = Repo::new();
    let mut parts = Vec::new();
    let mut bookmark: Option<Bookmark> = None;
    for number in 0..6 {
        step(&mut repo, number);
        if number == 3 {
            continue;
        }
        let part = repo.pull_from("service", RULES, bookmark.as_ref());
        assert_eq!(part.continues, number > 0);
        let text = serde_json::to_string(&part.bookmark).expect("a bookmark is data");
        bookmark = Some(serde_json::from_str(&text).expect("a bookmark comes back"));
        parts.push(part);
    }
    let whole = repo.pull("service", RULES);
    let (parts, whole_rows) = (rows(&parts.iter().collect::<Vec<_>>()), rows(&[&whole]));
    assert_eq!(parts.symmetric_difference(&whole_rows).collect::<Vec<_>>(), Vec::<&String>::new());
    assert_eq!(bookmark, Some(whole.bookmark));
    assert!(whole_rows.len() > 100);
}

#[test]
fn nothing_new_is_said_at_once() {
    let mut repo = Repo::new();
    step(&mut repo, 0);
    let first = repo.pull("service", RULES);
    let again = repo.pull_from("service", RULES, Some(&first.bookmark));
    assert!(again.unchanged && again.continues && again.facts.events.is_empty());
    let tip = repo.script.tip("main").expect("a tip");
    repo.script.tag("late", tip, None);
    let tagged = repo.pull_from("service", RULES, Some(&first.bookmark));
    assert!(!tagged.unchanged && tagged.continues);
    assert_eq!(tagged.facts.events.len(), 1);
}

#[test]
fn a_rewritten_history_moved_tags_and_other_rules_replace_what_was_stored() {
    let mut repo = Repo::new();
    step(&mut repo, 0);
    let start = repo.script.tip("main").expect("a tip");
    step(&mut repo, 1);
    let first = repo.pull("service", RULES);
    let other_rules = repo.pull_from("service", &RULES.replace("docs/**", "docs/*"), Some(&first.bookmark));
    assert!(!other_rules.continues);

    repo.script.tag("v0", start, None);
    step(&mut repo, 2);
    let moved_target = repo.script.tip("main").expect("a tip");
    repo.script.tag("v0", moved_target, None);
    assert!(!repo.pull_from("service", RULES, Some(&first.bookmark)).continues);

    repo.script.branch_at("main", start);
    repo.commit("main", "Ann Lee", 9_000, "rewritten", &[("y", Some(b"1"))]);
    let rewritten = repo.pull_from("service", RULES, Some(&first.bookmark));
    assert!(!rewritten.continues);
    assert_eq!(rows(&[&rewritten]), rows(&[&repo.pull("service", RULES)]));
}

#[test]
fn a_first_match_replaces_the_caveat_that_there_was_none() {
    let mut repo = Repo::new();
    repo.commit("main", "Ann Lee", 100, "start", &[("x", Some(b"1"))]);
    let first = repo.pull("service", RULES);
    assert_eq!(caveats(&first, CaveatKind::RuleMatchedNothing).len(), 4);
    repo.commit("main", "Ann Lee", 200, "docs", &[("docs/a", Some(b"1"))]);
    let next = repo.pull_from("service", RULES, Some(&first.bookmark));
    assert!(!next.continues);
    assert_eq!(caveats(&next, CaveatKind::RuleMatchedNothing).len(), 3);
}

#[test]
fn a_late_side_ref_tells_the_beginning_of_an_old_squash() {
    let mut repo = Repo::new();
    repo.commit("main", "Ann Lee", 100, "start", &[("x", Some(b"1"))]);
    repo.script.branch("b", "main").expect("a branch");
    let tip = repo.commit("b", "Bob Ray", 150, "work", &[("y", Some(b"1"))]);
    repo.commit_as("main", ("Bob Ray", 190), (WEB, 200), "Work (#9)", &[("y", Some(b"1"))]);
    let first = repo.pull("service", RULES);
    assert_eq!(events(&first, "change.merged")[0].began_us, Some(190 * S));
    repo.script.set_ref("refs/pull/9/head", tip);
    let next = repo.pull_from("service", RULES, Some(&first.bookmark));
    assert!(!next.continues && !next.unchanged);
    assert_eq!(events(&next, "change.merged")[0].began_us, Some(150 * S));
}
