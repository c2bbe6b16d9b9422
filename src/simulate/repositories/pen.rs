//! Writes down what happens in one repository, in any order, and hands it out in the order of time.

use std::collections::BTreeMap;

use crate::simulate::cast::{Cast, Who};
use crate::simulate::clock::{MINUTE, Second};
use crate::simulate::deed::Landing;
use crate::simulate::draw::Draw;
use crate::simulate::history::{Edit, Entry, Line};

/// Bots, and the code host itself.
pub(super) const DEPLOY_BOT: &str = "acme-deploy <deploy-bot@acme.example>";
pub(super) const RELEASE_BOT: &str = "acme-release <release-bot@acme.example>";
pub(super) const DEPENDENCY_BOT: &str = "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>";
pub(super) const SCAFFOLDER: &str = "portal-scaffolder[bot] <77100200+portal-scaffolder[bot]@users.noreply.github.com>";
pub(super) const HOST: &str = "GitHub <noreply@github.com>";

/// Everybody who signs anywhere.
#[derive(Default)]
pub(super) struct Signatures {
    places: BTreeMap<String, usize>,
    pub(super) list: Vec<String>,
}

impl Signatures {
    fn place(&mut self, signature: &str) -> usize {
        if let Some(place) = self.places.get(signature) {
            return *place;
        }
        self.places.insert(signature.to_owned(), self.list.len());
        self.list.push(signature.to_owned());
        self.list.len() - 1
    }
}

/// One repository.
pub(super) struct Pen<'a> {
    name: String,
    cast: &'a Cast,
    drafts: Vec<Draft>,
    pulls: usize,
}

struct Draft {
    kind: Kind,
    at: Second,
    by: String,
    via: Option<&'static str>,
    pull: Option<usize>,
    say: String,
    files: Vec<Edit>,
}

#[derive(Clone, Copy)]
enum Kind {
    Commit,
    Work,
    Merge,
    Squash,
    Tag,
}

/// A change that people make.
pub(super) struct Changed<'s> {
    pub(super) began: Second,
    pub(super) landed: Second,
    pub(super) by: Who,
    pub(super) merger: Who,
    pub(super) landing: Landing,
    pub(super) say: &'s str,
}

impl<'a> Pen<'a> {
    pub(super) fn new(name: &str, cast: &'a Cast) -> Self {
        Self { name: name.to_owned(), cast, drafts: Vec::new(), pulls: 0 }
    }

    fn draft(&mut self, kind: Kind, at: Second, by: &str, say: &str, files: Vec<Edit>) -> &mut Draft {
        let (by, say) = (by.to_owned(), say.to_owned());
        self.drafts.push(Draft { kind, at, by, via: None, pull: None, say, files });
        self.drafts.last_mut().expect("one was pushed")
    }

    /// A commit on the main line.
    pub(super) fn commit(&mut self, at: Second, by: &str, say: &str, files: Vec<Edit>) {
        self.draft(Kind::Commit, at, by, say, files);
    }

    /// A commit on the main line that the code host committed for its author.
    pub(super) fn hosted(&mut self, at: Second, by: &str, say: &str, files: Vec<Edit>) {
        self.draft(Kind::Commit, at, by, say, files).via = Some(HOST);
    }

    /// A lightweight tag on what the main line then is.
    pub(super) fn tag(&mut self, at: Second, name: &str) {
        self.draft(Kind::Tag, at, HOST, name, Vec::new());
    }

    /// A pull request: work on a branch, then a merge by the merger or a squash by the code host.
    pub(super) fn change(&mut self, draw: &mut Draw, changed: &Changed<'_>, files: Vec<Edit>) {
        self.pulls += 1;
        let pull = Some(self.pulls);
        let by = self.cast.signs(changed.by, draw);
        let say = changed.say;
        if changed.landing == Landing::Squash {
            // Nothing of the branch is left but the number in the message.
            let squash = self.draft(Kind::Commit, changed.landed, &by, &format!("{say} (#{{}})"), files);
            (squash.pull, squash.via) = (pull, Some(HOST));
            return;
        }
        self.draft(Kind::Work, changed.began, &by, say, files).pull = pull;
        // One change in four needs a second commit, half way.
        if draw.happens(0.25) && changed.landed - changed.began > 20 * MINUTE {
            let (at, again) = (i64::midpoint(changed.began, changed.landed), self.cast.signs(changed.by, draw));
            self.draft(Kind::Work, at, &again, "Address review", Vec::new()).pull = pull;
        }
        if changed.landing == Landing::Merge {
            let merger = self.cast.people[changed.merger].web_signature(changed.merger);
            let merge = self.draft(
                Kind::Merge,
                changed.landed,
                &merger,
                &format!("Merge pull request #{{}}\n\n{say}"),
                Vec::new(),
            );
            (merge.pull, merge.via) = (pull, Some(HOST));
        } else {
            let squash = self.draft(Kind::Squash, changed.landed, &by, &format!("{say} (#{{}})"), Vec::new());
            (squash.pull, squash.via) = (pull, Some(HOST));
        }
    }

    /// The lines of this repository in the order of time; pull requests are numbered as they were begun.
    pub(super) fn lines(mut self, signatures: &mut Signatures) -> Vec<Line> {
        self.drafts.sort_by_key(|draft| draft.at);
        let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
        let mut lines = vec![Line::Repository(self.name)];
        for draft in self.drafts {
            let next = numbers.len() + 1;
            let pull = draft.pull.map(|pull| *numbers.entry(pull).or_insert(next));
            let entry = Entry {
                at: draft.at,
                by: signatures.place(&draft.by),
                via: draft.via.map(|via| signatures.place(via)),
                pull: pull.filter(|_| !matches!(draft.kind, Kind::Commit)),
                say: draft.say.replace("{}", &pull.unwrap_or_default().to_string()),
                files: draft.files,
            };
            lines.push(match draft.kind {
                Kind::Commit => Line::Commit(entry),
                Kind::Work => Line::Work(entry),
                Kind::Merge => Line::Merge(entry),
                Kind::Squash => Line::Squash(entry),
                Kind::Tag => Line::Tag(entry.say),
            });
        }
        lines
    }
}
