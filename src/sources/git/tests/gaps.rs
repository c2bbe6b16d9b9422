//! What a repository does not hold is a caveat or a clear error, never a crash.

use super::super::{GitError, pull_in_parts};
use super::*;

const NAMES: &str = "[[registries]]\nid = \"repos\"\nrepository = \"app\"\nfiles = [\"repos.yml\"]\nnames-at = \"repos.*\"\nentered = \"repository.requested\"\n";

#[test]
fn a_missing_blob_keeps_what_was_known() {
    let mut repo = Repo::new();
    repo.commit("main", "Ann Lee", 100, "start", &[("repos.yml", Some(b"repos:\n  a: {}\n"))]);
    repo.commit("main", "Ann Lee", 200, "lost", &[("repos.yml", Some(b"repos:\n  a: {}\n  b: {}\n"))]);
    repo.commit("main", "Ann Lee", 300, "more", &[("repos.yml", Some(b"repos:\n  a: {}\n  c: {}\n"))]);
    let lost = repo.script.blob_id(b"repos:\n  a: {}\n  b: {}\n");
    repo.script.omit(lost);
    let pulled = repo.pull("platform", NAMES);
    let found: Vec<_> = events(&pulled, "repository.requested")
        .into_iter()
        .map(|event| (event.at_us / S, about(&pulled, event)))
        .collect();
    assert_eq!(found, [(100, vec!["component:a".to_owned()]), (300, vec!["component:c".to_owned()])]);
    let missing = caveats(&pulled, CaveatKind::MissingObject);
    assert_eq!((missing.len(), missing[0].1), (1, 1));
    let example =
        &pulled.facts.caveats.iter().find(|caveat| caveat.kind == "missing-object").expect("a caveat").example;
    assert_eq!(*example, format!("git:app@{lost}"));
}

#[test]
fn a_file_that_no_rule_reads_is_missed_too() {
    let mut repo = Repo::new();
    repo.commit("main", "Ann Lee", 100, "start", &[("a/large.csv", Some(b"1,2")), ("b", Some(b"x"))]);
    let lost = repo.script.blob_id(b"1,2");
    repo.script.omit(lost);
    assert_eq!(caveats(&repo.pull("platform", ""), CaveatKind::MissingObject)[0].1, 1);
}

#[test]
fn a_broken_file_keeps_what_was_known_and_twins_are_counted() {
    let mut repo = Repo::new();
    repo.commit("main", "Ann Lee", 100, "start", &[("repos.yml", Some(b"repos:\n  a: &x {}\n  b: &x {}\n  a: {}\n"))]);
    repo.commit("main", "Ann Lee", 200, "broken", &[("repos.yml", Some(b"repos: [\n  a: }\n"))]);
    repo.commit("main", "Ann Lee", 300, "well", &[("repos.yml", Some(b"repos:\n  b: {}\n  a: {}\n"))]);
    let pulled = repo.pull("platform", NAMES);
    assert_eq!(events(&pulled, "repository.requested").len(), 1);
    assert_eq!(caveats(&pulled, CaveatKind::BrokenFile)[0].1, 1);
    assert_eq!(caveats(&pulled, CaveatKind::DuplicateKey)[0].1, 1);
}

#[test]
fn a_shallow_clone_tells_no_beginning() {
    let mut repo = Repo::new();
    let first = repo.commit("main", "Ann Lee", 100, "start", &[("docs/a.md", Some(b"1"))]);
    let cut = repo.commit("main", "Ann Lee", 200, "more", &[("x", Some(b"1"))]);
    repo.commit("main", "Ann Lee", 300, "last", &[("Dockerfile", Some(b"1"))]);
    repo.script.omit(first);
    repo.script.cut_at(cut);
    let rules = "[[paths]]\nid = \"docs\"\npaths = [\"docs/**\"]\nactivity = \"docs.added\"\n\
[[paths]]\nid = \"image\"\npaths = [\"Dockerfile\"]\nactivity = \"ci.configured\"\n";
    let pulled = repo.pull("service", rules);
    assert_eq!(events(&pulled, "repository.created").len(), 0);
    assert_eq!(caveats(&pulled, CaveatKind::ShallowClone).len(), 1);
    assert!(events(&pulled, "docs.added")[0].is_bulk, "what stood at the cut is state");
    assert!(!events(&pulled, "ci.configured")[0].is_bulk);
}

#[test]
fn a_commit_that_is_missing_cuts_the_history_and_is_counted() {
    let mut repo = Repo::new();
    let first = repo.commit("main", "Ann Lee", 100, "start", &[("x", Some(b"1"))]);
    repo.commit("main", "Ann Lee", 200, "more", &[("x", Some(b"2"))]);
    repo.script.omit(first);
    let pulled = repo.pull("service", "");
    assert_eq!(events(&pulled, "repository.created").len(), 0);
    assert_eq!(events(&pulled, "commit.authored").len(), 1);
    assert_eq!(caveats(&pulled, CaveatKind::MissingObject)[0].1, 1);
}

#[test]
fn a_rule_that_matches_nothing_names_its_neighbours() {
    let mut repo = Repo::new();
    repo.commit(
        "main",
        "Ann Lee",
        100,
        "start",
        &[(".github/workflows/ci.yaml", Some(b"1")), ("repos.yml", Some(b"x: 1\n"))],
    );
    let rules = format!(
        "{NAMES}[[paths]]\nid = \"ci\"\npaths = [\".github/workflows/ci.yml\"]\nactivity = \"ci.configured\"\n"
    );
    let found = caveats(&repo.pull("service", &rules), CaveatKind::RuleMatchedNothing);
    assert!(
        found.iter().any(|(place, _, detail)| place == "git:app:ci" && detail.contains("`.github/workflows/ci.yaml`")),
        "{found:?}"
    );
    assert!(
        found.iter().any(|(place, _, detail)| place == "git:app:repos" && detail.contains("found no name")),
        "{found:?}"
    );
}

#[test]
fn a_rule_without_a_component_says_so_in_a_platform_repository() {
    let mut repo = Repo::new();
    repo.commit("main", "Ann Lee", 100, "start", &[("docs/a", Some(b"1"))]);
    let rules = "[[paths]]\nid = \"docs\"\nrepository = \"app\"\npaths = [\"docs/**\"]\nactivity = \"docs.added\"\n";
    let pulled = repo.pull("platform", rules);
    assert!(events(&pulled, "docs.added").is_empty());
    assert!(
        caveats(&pulled, CaveatKind::RuleMatchedNothing).iter().any(|(_, _, detail)| detail.contains("{component}"))
    );
}

#[test]
fn errors_say_what_was_looked_for_and_what_there_is() {
    let mut repo = Repo::new();
    repo.commit("trunk", "Ann Lee", 100, "start", &[("x", Some(b"1"))]);
    let error = |settings: &Settings| {
        let (repository, progress) = (&settings.repositories[0], &|_| {});
        let pull = Pull { settings, repository, source_rank: 0, known: None, progress };
        pull_in_parts(&pull, &mut Names::default(), &mut |_| {}).expect_err("an error").to_string()
    };
    let mut settings = repo.settings("service", "branch = \"master\"\n");
    assert!(error(&settings).contains("`trunk`"), "{}", error(&settings));
    settings = repo.settings("service", "");
    assert!(error(&settings).contains("`HEAD`"), "{}", error(&settings));
    settings = repo.settings("service", "pin = \"0123456789012345678901234567890123456789\"\n");
    assert!(error(&settings).contains("`trunk` is at"), "{}", error(&settings));
    settings.repositories[0].candidates = vec![repo.folder.path().join("elsewhere")];
    assert!(error(&settings).contains("elsewhere"), "{}", error(&settings));
    settings.repositories[0].candidates = vec![repo.folder.path().join("milepost.toml")];
    let (repository, progress) = (&settings.repositories[0], &|_| {});
    let pull = Pull { settings: &settings, repository, source_rank: 0, known: None, progress };
    assert!(matches!(super::pull(&pull, &mut Names::default()), Err(GitError::NotGit { .. })));
}
