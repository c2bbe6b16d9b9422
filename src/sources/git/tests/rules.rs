//! What each kind of rule makes of a history.

use super::*;

const DEPLOYS: &str = r#"
[[paths]]
id = "tag"
repository = "app"
paths = ["new/{environment}/{component}", "old/{environment}/{component}"]
when = "changed"
by = "bot"
value = '''(?m)^image_tag: *(\S+)'''
activity = "service.deployed"
"#;

#[test]
fn a_bots_write_counts_only_where_the_value_changes() {
    let mut repo = Repo::new();
    repo.commit("main", "Ann Lee", 100, "start", &[("old/staging/a", Some(b"image_tag: v0\non: true\n"))]);
    let first = repo.commit_as(
        "main",
        ("bot", 190),
        ("bot", 200),
        "v1",
        &[("old/staging/a", Some(b"image_tag: v1\non: true\n"))],
    );
    repo.commit("main", "bot", 300, "toggle", &[("old/staging/a", Some(b"image_tag: v1\non: false\n"))]);
    repo.commit(
        "main",
        "bot",
        400,
        "move",
        &[("old/staging/a", None), ("new/staging/a", Some(b"image_tag: v1\non: false\n"))],
    );
    repo.commit("main", "Ann Lee", 500, "by hand", &[("new/staging/a", Some(b"image_tag: v2\n"))]);
    repo.commit(
        "main",
        "bot",
        600,
        "new one",
        &[("new/production/a", Some(b"image_tag: v2\n")), ("new/test/a", Some(b"image_tag: v2\n"))],
    );
    let pulled = repo.pull("platform", DEPLOYS);
    let found: Vec<_> = events(&pulled, "service.deployed")
        .into_iter()
        .map(|event| (event.at_us / S, event.began_us, event.environment.clone().unwrap_or_default(), event.is_bot))
        .collect();
    assert_eq!(
        found,
        [
            (200, Some(190 * S), "staging".to_owned(), Some(true)),
            (600, Some(600 * S), "production".to_owned(), Some(true)),
        ]
    );
    let event = events(&pulled, "service.deployed")[0];
    assert_eq!(event.event_id, format!("git:app@{first}:tag:staging"));
    assert_eq!(about(&pulled, event), ["component:a"]);
    let unknown = caveats(&pulled, CaveatKind::UnknownEnvironment);
    assert!(unknown.len() == 1 && unknown[0].2.contains("`test`"), "{unknown:?}");
}

#[test]
fn a_write_on_a_branch_counts_once_whoever_merges_it() {
    let mut repo = Repo::new();
    repo.commit("main", "Ann Lee", 100, "start", &[("x", Some(b"1"))]);
    repo.script.branch("b", "main").expect("a branch");
    repo.commit("b", "bot", 200, "v1", &[("new/staging/a", Some(b"image_tag: v1\n"))]);
    repo.commit("b", "Bob Ray", 210, "v1", &[("new/staging/b", Some(b"image_tag: v1\n"))]);
    repo.merge("b", "Ann Lee", 300, "Merge pull request #1 from o/b");
    let any = repo.pull("platform", &DEPLOYS.replace("by = \"bot\"", "by = \"any\""));
    let found: Vec<_> =
        events(&any, "service.deployed").into_iter().map(|event| (event.at_us / S, about(&any, event))).collect();
    assert_eq!(found, [(200, vec!["component:a".to_owned()]), (300, vec!["component:b".to_owned()])]);
}

#[test]
fn a_write_to_many_services_is_bulk() {
    let mut repo = Repo::new();
    repo.commit("main", "Ann Lee", 100, "start", &[("x", Some(b"1"))]);
    let tag: Option<&[u8]> = Some(b"image_tag: v1\n");
    let files = [("new/staging/a", tag), ("new/staging/b", tag), ("new/staging/c", tag), ("new/staging/d", tag)];
    repo.commit("main", "bot", 200, "all", &files);
    repo.commit("main", "bot", 300, "some", &[("new/staging/e", tag), ("new/staging/f", tag), ("new/staging/g", tag)]);
    let pulled = repo.pull("platform", DEPLOYS);
    let bulk: Vec<bool> = events(&pulled, "service.deployed").into_iter().map(|event| event.is_bulk).collect();
    assert_eq!(bulk, [true, false]);
    assert_eq!(caveats(&pulled, CaveatKind::BulkChange)[0].1, 1);
}

const DOCS: &str = r#"
[[paths]]
id = "docs"
paths = ["docs/**"]
activity = "docs.added"
[[paths]]
id = "ci"
paths = [".github/workflows/ci.yml"]
activity = "ci.configured"
[[paths]]
id = "gone"
paths = ["docs/**"]
when = "removed"
activity = "policy.approved"
"#;

#[test]
fn docs_are_added_when_they_land_and_begin_with_their_first_commit() {
    let mut repo = Repo::new();
    repo.commit("main", "Ann Lee", 100, "start", &[(".github/workflows/ci.yml", Some(b"x"))]);
    repo.script.branch("b", "main").expect("a branch");
    repo.commit("b", "Ann Lee", 150, "other", &[("src", Some(b"1"))]);
    repo.commit_as("b", ("Bob Ray", 200), ("Ann Lee", 260), "docs", &[("docs/a/b.md", Some(b"1"))]);
    let landed = repo.merge("b", "Ann Lee", 300, "Merge pull request #7 from o/b\n\nABC-12");
    repo.commit("main", "Ann Lee", 400, "more", &[("docs/c.md", Some(b"1"))]);
    repo.commit("main", "Ann Lee", 500, "gone", &[("docs/c.md", None), ("docs/a/b.md", None)]);
    repo.commit("main", "Ann Lee", 600, "again", &[("docs/c.md", Some(b"1"))]);
    let pulled = repo.pull("service", DOCS);
    let docs = events(&pulled, "docs.added");
    assert_eq!(docs.iter().map(|event| event.at_us / S).collect::<Vec<_>>(), [300, 600]);
    assert_eq!(docs[0].event_id, format!("git:app@{landed}:docs"));
    assert_eq!((docs[0].began_us, docs[0].began_by_id.as_deref()), (Some(200 * S), Some("Bob Ray")));
    assert_eq!((docs[0].actor_id.as_deref(), docs[0].is_bulk), (Some("Ann Lee"), false));
    assert_eq!(about(&pulled, docs[0]), ["component:app"]);
    assert_eq!(events(&pulled, "policy.approved").iter().map(|event| event.at_us / S).collect::<Vec<_>>(), [500]);
    // What the first commit brings is a skeleton, not a step.
    assert!(events(&pulled, "ci.configured")[0].is_bulk);

    let merged = events(&pulled, "change.merged");
    assert_eq!((merged[0].began_us, merged[0].began_by_id.as_deref()), (Some(150 * S), Some("Ann Lee")));
    assert_eq!(about(&pulled, merged[0]), ["change:app!7"]);
    assert_eq!(events(&pulled, "change.created")[0].at_us, 150 * S);
    let mentions: Vec<_> = pulled.facts.object_links.iter().filter(|link| link.qualifier == "mentions").collect();
    assert_eq!((mentions.len(), mentions[0].to_id.as_str()), (1, "ticket:ABC-12"));
    let created = events(&pulled, "repository.created");
    assert_eq!((created.len(), created[0].at_us), (1, 100 * S));
    assert_eq!(events(&pulled, "commit.authored").len(), 6);
}

#[test]
fn a_squash_begins_with_its_request_and_its_lander_is_unknown() {
    let mut repo = Repo::new();
    repo.commit("main", "Ann Lee", 100, "start", &[("x", Some(b"1"))]);
    repo.script.branch("b", "main").expect("a branch");
    repo.commit("b", "Bob Ray", 150, "work", &[("y", Some(b"1"))]);
    let tip = repo.commit("b", "Cy Moe", 160, "docs", &[("docs/a.md", Some(b"1"))]);
    repo.script.forget("b");
    repo.script.set_ref("refs/pull/9/head", tip);
    repo.commit_as(
        "main",
        ("Bob Ray", 190),
        (WEB, 200),
        "Add docs (#9)",
        &[("y", Some(b"1")), ("docs/a.md", Some(b"1"))],
    );
    repo.commit_as("main", ("Bob Ray", 290), (WEB, 300), "Fix (#10)", &[("y", Some(b"2"))]);
    let pulled = repo.pull("service", DOCS);
    let merged: Vec<_> = events(&pulled, "change.merged")
        .into_iter()
        .map(|event| (event.at_us / S, event.actor_id.clone(), event.began_us, event.began_by_id.clone()))
        .collect();
    assert_eq!(
        merged,
        [
            (200, None, Some(150 * S), Some("Bob Ray".to_owned())),
            (300, None, Some(290 * S), Some("Bob Ray".to_owned())),
        ]
    );
    let docs = events(&pulled, "docs.added");
    assert_eq!((docs[0].began_us, docs[0].began_by_id.as_deref()), (Some(160 * S), Some("Cy Moe")));
    assert_eq!(caveats(&pulled, CaveatKind::UnknownPerson)[0].1, 2);
}

const APPS: &str = r#"
[[registries]]
id = "apps"
repository = "app"
files = ["a/values-{environment}.yaml", "b/values-{environment}*.yaml"]
pattern = '''(?m)^ *- name: *(?P<name>\S+)\n(?: +repoName: *(?P<alias>\S+))?'''
entered = "environment.registered"
left = "environment.deregistered"
registers = true
"#;

fn registered(pulled: &Pulled) -> Vec<(String, i64, Option<i64>)> {
    let links = pulled.facts.object_links.iter().filter(|link| link.qualifier == "registered_in");
    let mut links: Vec<_> = links
        .map(|link| {
            (format!("{} {}", link.from_id, link.to_id), link.valid_from_us / S, link.valid_to_us.map(|to| to / S))
        })
        .collect();
    links.sort();
    links
}

#[test]
fn splits_moves_and_new_orders_of_a_registry_make_nothing() {
    let mut repo = Repo::new();
    repo.commit("main", "Ann Lee", 100, "start", &[("x", Some(b"1"))]);
    repo.commit("main", "Ann Lee", 200, "one", &[("a/values-staging.yaml", Some(b"- name: p\n- name: q\n"))]);
    repo.commit("main", "Ann Lee", 300, "order", &[("a/values-staging.yaml", Some(b"  - name: q\n  - name: p\n"))]);
    repo.commit(
        "main",
        "Ann Lee",
        400,
        "move",
        &[("a/values-staging.yaml", None), ("b/values-staging.yaml", Some(b"- name: p\n- name: q\n"))],
    );
    repo.commit(
        "main",
        "Ann Lee",
        500,
        "split",
        &[("a/values-staging.yaml", Some(b"- name: q\n")), ("b/values-staging.yaml", Some(b"- name: p\n"))],
    );
    repo.commit("main", "Ann Lee", 600, "out", &[("a/values-staging.yaml", Some(b"\n"))]);
    repo.commit("main", "Ann Lee", 700, "back", &[("a/values-staging.yaml", Some(b"- name: q\n  repoName: quux\n"))]);
    let pulled = repo.pull("platform", APPS);
    let moves = |activity| -> Vec<_> {
        events(&pulled, activity).into_iter().map(|event| (event.at_us / S, about(&pulled, event))).collect()
    };
    let (p, q) = ("component:p".to_owned(), "component:q".to_owned());
    assert_eq!(moves("environment.registered"), [(200, vec![p, q.clone()]), (700, vec![q.clone()])]);
    assert_eq!(moves("environment.deregistered"), [(600, vec![q])]);
    assert_eq!(
        registered(&pulled),
        [
            ("component:p environment:staging".to_owned(), 200, None),
            ("component:q environment:staging".to_owned(), 200, Some(600)),
            ("component:q environment:staging".to_owned(), 700, None),
        ]
    );
    let aliases: Vec<_> = pulled.facts.object_links.iter().filter(|link| link.qualifier == "alias_of").collect();
    assert_eq!((aliases.len(), aliases[0].to_id.as_str(), aliases[0].valid_from_us), (1, "component:quux", 700 * S));
}

#[test]
fn a_bulk_registration_is_no_step_and_still_opens_the_gate() {
    let mut repo = Repo::new();
    repo.commit("main", "Ann Lee", 100, "start", &[("x", Some(b"1"))]);
    repo.script.branch("b", "main").expect("a branch");
    repo.commit(
        "b",
        "Bob Ray",
        150,
        "all",
        &[("a/values-production.yaml", Some(b"- name: a\n- name: b\n- name: c\n- name: d\n"))],
    );
    repo.merge("b", "Ann Lee", 200, "Merge pull request #1 from o/b");
    let pulled = repo.pull("platform", APPS);
    let event = events(&pulled, "environment.registered")[0];
    assert!(event.is_bulk);
    assert_eq!((event.at_us, event.began_us, event.began_by_id.as_deref()), (200 * S, Some(150 * S), Some("Bob Ray")));
    assert_eq!(registered(&pulled).len(), 4);
}

#[test]
fn a_catalog_of_many_documents_tells_fields_owners_and_retirement() {
    let rules = "[[catalogs]]\nid = \"c\"\nfiles = [\"**/catalog-info.yaml\"]\nformat = \"backstage\"\n\
retired = { field = \"lifecycle\", equals = \"retired\" }\n[coverage]\nteam-names = { old-t = \"t2\" }\n";
    let entry = |owner: &str, lifecycle: &str| {
        format!(
            "kind: Component\nmetadata:\n  name: a\nspec: {{owner: {owner}, lifecycle: {lifecycle}}}\n---\nkind: Group\nmetadata: {{name: t}}\n"
        )
    };
    let mut repo = Repo::new();
    repo.commit("main", "Ann Lee", 100, "start", &[("x", Some(b"1"))]);
    repo.commit(
        "main",
        "Ann Lee",
        200,
        "in",
        &[("p/catalog-info.yaml", Some(entry("group:default/t", "live").as_bytes()))],
    );
    repo.commit(
        "main",
        "Ann Lee",
        300,
        "move",
        &[("p/catalog-info.yaml", None), ("q/r/catalog-info.yaml", Some(entry("group:default/t", "live").as_bytes()))],
    );
    repo.commit("main", "Ann Lee", 400, "owner", &[("q/r/catalog-info.yaml", Some(entry("old-t", "live").as_bytes()))]);
    repo.commit(
        "main",
        "Ann Lee",
        500,
        "retired",
        &[("q/r/catalog-info.yaml", Some(entry("old-t", "retired").as_bytes()))],
    );
    repo.commit("main", "Ann Lee", 600, "out", &[("q/r/catalog-info.yaml", None)]);
    let pulled = repo.pull("platform", rules);
    let at = |activity| -> Vec<i64> { events(&pulled, activity).into_iter().map(|event| event.at_us / S).collect() };
    assert_eq!(at("metadata.registered"), [200]);
    assert_eq!(at("ownership.changed"), [400]);
    assert_eq!(at("component.retired"), [500]);
    assert_eq!(at("metadata.deregistered"), [600]);
    let owned: Vec<_> = pulled.facts.object_links.iter().filter(|link| link.qualifier == "owned_by").collect();
    let owned: Vec<_> = owned
        .into_iter()
        .map(|link| (link.to_id.as_str(), link.valid_from_us / S, link.valid_to_us.map(|to| to / S)))
        .collect();
    assert_eq!(owned, [("team:t", 200, Some(400)), ("team:t2", 400, Some(600))]);
    let last = fields(&pulled, "component:a");
    assert_eq!(
        (last.get("@present"), last.get("owner"), last.get("@retired")),
        (Some(&None), Some(&None), Some(&None))
    );
    assert_eq!(fields(&pulled, "team:t").get("kind"), Some(&None));
}

#[test]
fn tags_count_at_the_taggers_time_or_at_the_commits() {
    let mut repo = Repo::new();
    let one = repo.commit("main", "Ann Lee", 100, "start", &[("x", Some(b"1"))]);
    let two = repo.commit("main", "Bob Ray", 200, "more", &[("x", Some(b"2"))]);
    let aside = repo.commit("aside", "Bob Ray", 250, "aside", &[("x", Some(b"3"))]);
    repo.script.tag("v1", one, Some((sign(("Cy Moe", 150)), "one")));
    repo.script.tag("v2", two, None);
    repo.script.tag("v3", aside, None);
    repo.script.tag("nightly", two, None);
    let pulled = repo.pull("service", "tags = \"v*\"\n");
    let found: Vec<_> = events(&pulled, "release.tagged")
        .into_iter()
        .map(|event| (event.event_id.clone(), event.at_us / S, event.actor_id.clone().unwrap_or_default()))
        .collect();
    assert_eq!(
        found,
        [
            (format!("git:app@{one}:tag:v1"), 150, "Cy Moe".to_owned()),
            (format!("git:app@{two}:tag:v2"), 200, String::new()),
        ]
    );
    assert_eq!(about(&pulled, events(&pulled, "release.tagged")[0]), ["component:app"]);
}

#[test]
fn a_mailmap_is_passed_on() {
    let mut repo = Repo::new();
    let map = b"Ann Lee <ann@x.org> <old@x.org>\nBob Ray <bob@x.org> bobby <b@x.org>\n";
    repo.commit("main", "Ann Lee", 100, "start", &[(".mailmap", Some(map))]);
    let settings = repo.settings("service", "");
    let mut names = Names::default();
    let (repository, progress) = (&settings.repositories[0], &|_| {});
    pull(&Pull { settings: &settings, repository, source_rank: 0, known: None, progress }, &mut names).expect("pulled");
    let pairs = [("Ann Lee<ann@x.org>", "<old@x.org>"), ("Bob Ray<bob@x.org>", "bobby<b@x.org>")];
    assert_eq!(names.pairs, pairs.map(|(proper, written)| (proper.to_owned(), written.to_owned())));
}
