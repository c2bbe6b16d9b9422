//! The git source as a whole, on small repositories that each test writes.

mod gaps;
mod goes_on;
mod rules;

use std::collections::BTreeMap;

use gix::ObjectId;
use tempfile::TempDir;

use super::script::{Commit, FileChange, Script, Sign};
use super::{Bookmark, Pull, Pulled, pull};
use crate::config::{Overrides, Settings, load};
use crate::log::{CaveatKind, Event, Identity, IdentityKey, Register, Signature};

/// Gives out names as ids, so that a test can read who did what.
#[derive(Default)]
struct Names {
    pairs: Vec<(String, String)>,
}

impl Register for Names {
    fn identity(&mut self, who: Signature<'_>) -> Option<Identity> {
        let name = who.name?;
        (who.email != Some("noreply@github.com"))
            .then(|| Identity { id: name.to_owned(), is_bot: name.contains("bot") })
    }

    fn same_person(&mut self, proper: Signature<'_>, written: Signature<'_>) {
        let text = |who: Signature<'_>| format!("{}<{}>", who.name.unwrap_or(""), who.email.unwrap_or(""));
        self.pairs.push((text(proper), text(written)));
    }

    fn word(&self, word: &str) -> String {
        word.to_owned()
    }

    fn new_keys(&mut self) -> Vec<IdentityKey> {
        Vec::new()
    }
}

/// A repository `app` in a folder of its own, beside a study file.
struct Repo {
    folder: TempDir,
    script: Script,
}

impl Repo {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let script = Script::create(&folder.path().join("app.git")).expect("a repository");
        Self { folder, script }
    }

    /// A commit at `at` whose author and committer are one person.
    fn commit(&mut self, branch: &str, who: &str, at: i64, message: &str, files: &[FileChange<'_>]) -> ObjectId {
        self.commit_as(branch, (who, at), (who, at), message, files)
    }

    fn commit_as(
        &mut self,
        branch: &str,
        author: (&str, i64),
        committer: (&str, i64),
        message: &str,
        files: &[FileChange<'_>],
    ) -> ObjectId {
        let commit = Commit { author: sign(author), committer: sign(committer), message, files };
        self.script.commit(branch, &commit).expect("a commit")
    }

    fn merge(&mut self, other: &str, who: &str, at: i64, message: &str) -> ObjectId {
        let commit = Commit { author: sign((who, at)), committer: sign((WEB, at)), message, files: &[] };
        self.script.merge("main", other, &commit).expect("a merge")
    }

    fn settings(&mut self, role: &str, rules: &str) -> Settings {
        self.script.finish().expect("written");
        let text = format!(
            "[study]\nname = \"t\"\n[environments]\norder = [\"staging\", \"production\"]\n[limits]\nbulk-subjects = 3\n\
[[repositories]]\nname = \"app\"\nrole = \"{role}\"\n{rules}"
        );
        let file = self.folder.path().join("milepost.toml");
        std::fs::write(&file, text).expect("written");
        load(&file, &Overrides::default()).expect("a study file")
    }

    fn pull_from(&mut self, role: &str, rules: &str, known: Option<&Bookmark>) -> Pulled {
        let settings = self.settings(role, rules);
        pulled(&settings, known)
    }

    fn pull(&mut self, role: &str, rules: &str) -> Pulled {
        self.pull_from(role, rules, None)
    }
}

const WEB: &str = "GitHub";

fn sign((name, at_s): (&str, i64)) -> Sign<'_> {
    let email = if name == WEB { "noreply@github.com" } else { "someone@example.org" };
    Sign { name, email, at_s, offset_minutes: 60 }
}

fn pulled(settings: &Settings, known: Option<&Bookmark>) -> Pulled {
    let (repository, progress) = (&settings.repositories[0], &|_| {});
    pull(&Pull { settings, repository, source_rank: 0, known, progress }, &mut Names::default()).expect("pulled")
}

/// The events of an activity, oldest first.
fn events<'p>(pulled: &'p Pulled, activity: &str) -> Vec<&'p Event> {
    let mut found: Vec<&Event> = pulled.facts.events.iter().filter(|event| event.activity == activity).collect();
    found.sort_by_key(|event| (event.at_us, event.source_seq, event.event_id.clone()));
    found
}

/// What an event is about, sorted.
fn about(pulled: &Pulled, event: &Event) -> Vec<String> {
    let rows =
        pulled.facts.event_objects.iter().filter(|row| row.event_id == event.event_id && row.qualifier == "about");
    let mut objects: Vec<String> = rows.map(|row| row.object_id.clone()).collect();
    objects.sort();
    objects
}

fn caveats(pulled: &Pulled, kind: CaveatKind) -> Vec<(String, i64, String)> {
    let found = pulled.facts.caveats.iter().filter(|caveat| caveat.kind == kind.as_str());
    found.map(|caveat| (caveat.place.clone(), caveat.count, caveat.detail.clone())).collect()
}

/// The value of each field of an object at the end.
fn fields(pulled: &Pulled, object: &str) -> BTreeMap<String, Option<String>> {
    let changes = pulled.facts.object_changes.iter().filter(|change| change.object_id == object);
    changes.map(|change| (change.field.clone(), change.value.clone())).collect()
}

const S: i64 = 1_000_000;
