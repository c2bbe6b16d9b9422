//! What landed on the first-parent line: who landed it, who began it and when, and which change it was.

use std::collections::BTreeSet;

use super::commit::{Place, Signatures};
use super::history::{History, Side, SideCommit};
use super::open::Opened;
use super::rows::{Happened, Rows};
use crate::log::{CaveatKind, Identity, ObjectLink, Register, Signature, qualifier};
use crate::sources::text::Mention;

/// One commit of the first-parent line.
#[derive(Clone, Debug)]
pub(super) struct Landing {
    pub(super) place: Place,
    /// Its place on the line.
    pub(super) number: u32,
    pub(super) at_us: i64,
    /// Who landed it; absent after a squash on the web.
    pub(super) actor: Option<u32>,
    /// Author time and author of the oldest commit that it brought.
    pub(super) began_us: i64,
    pub(super) began_by: u32,
    pub(super) kind: Kind,
    /// The commits of its squashed branch, oldest first, where a ref still holds them.
    pub(super) side: Vec<SideCommit>,
}

/// How it landed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Merge,
    Squash,
    Direct,
}

/// The committer of everything that is landed on GitHub's pages: a service, nobody.
const WEB: &str = "noreply@github.com";

/// Reads the landings from `first` on.
pub(super) fn read(opened: &Opened, history: &mut History, first: usize) -> Vec<Landing> {
    let mut side = Side::default();
    (first..history.line.len()).map(|number| read_one(opened, history, &mut side, number)).collect()
}

fn read_one(opened: &Opened, history: &mut History, side: &mut Side, number: usize) -> Landing {
    let place = history.line[number];
    let number_on_line = u32::try_from(number).expect("fewer than four billion commits");
    let commit = history.get(place).clone();
    let kind = match (&commit.landed, commit.is_merge()) {
        (_, true) => Kind::Merge,
        (Some(_), false) => Kind::Squash,
        (None, false) => Kind::Direct,
    };
    let mut landing = Landing {
        place,
        number: number_on_line,
        at_us: commit.commit_us(),
        actor: Some(commit.author),
        began_us: commit.author_us(),
        began_by: commit.author,
        kind,
        side: Vec::new(),
    };
    if kind != Kind::Merge {
        let by_web = history.signatures.email(commit.committer).eq_ignore_ascii_case(WEB);
        landing.actor = (!by_web).then_some(commit.committer);
    }
    match kind {
        Kind::Merge => {
            let brought = history.brought_by(number);
            if let Some(oldest) = history.oldest(brought[..brought.len() - 1].iter()) {
                let oldest = history.get(oldest);
                (landing.began_us, landing.began_by) = (oldest.author_us(), oldest.author);
            }
        }
        Kind::Squash => {
            let request = commit.landed.as_ref().and_then(|landed| landed.number);
            if let Some(head) = request.and_then(|request| opened.side_heads.get(&request)) {
                landing.side = side.branch(&opened.git, history, *head, number_on_line);
            }
            if let Some(oldest) = landing.side.first() {
                (landing.began_us, landing.began_by) = (oldest.author_s.saturating_mul(1_000_000), oldest.author);
            }
        }
        Kind::Direct => {}
    }
    landing
}

/// Shows every signature that was not shown yet, and `.mailmap`'s pairs, to the register.
pub(super) fn meet(rows: &mut Rows<'_>, signatures: &Signatures, people: &mut dyn Register) {
    let known = rows.known_people();
    let identities: Vec<Option<Identity>> = signatures
        .iter()
        .skip(known)
        .map(|(name, email)| {
            let present = |text| Some(text).filter(|text: &&str| !text.is_empty());
            people.identity(Signature { name: present(name), email: present(email), handle: None })
        })
        .collect();
    rows.meet(identities.into_iter());
}

/// Writes `change.created` and `change.merged` of merges and squashes, and the tickets that their texts name. `known`: names
/// that texts may use.
pub(super) fn write(rows: &mut Rows<'_>, history: &History, landings: &[Landing], known: &BTreeSet<String>) {
    for landing in landings {
        if landing.kind == Kind::Direct {
            continue;
        }
        let commit = history.get(landing.place);
        let repository = rows.repository.name.clone();
        let number = commit.landed.as_ref().and_then(|landed| landed.number);
        let change = match number {
            Some(number) => format!("change:{repository}!{number}"),
            None => format!("change:{repository}@{}", commit.id),
        };
        if landing.actor.is_none() {
            let detail = "landed on the web as a squash; git does not say by whom";
            let example = rows.evidence(commit.id);
            rows.caveat(CaveatKind::UnknownPerson, &rows.source.clone(), 1, detail, &example);
        }
        let merged = Happened {
            key: "change.merged",
            sha: commit.id,
            at_us: landing.at_us,
            activity: "change.merged",
            actor: landing.actor,
            began_us: Some(landing.began_us),
            began_by: Some(landing.began_by),
            environment: None,
            category: None,
            channel: None,
            is_bulk: false,
            generation: commit.generation,
            about: &[],
            change: Some(&change),
            part_of: None,
        };
        rows.event(&merged);
        rows.event(&Happened {
            key: "change.created",
            at_us: landing.began_us,
            activity: "change.created",
            actor: Some(landing.began_by),
            began_us: None,
            began_by: None,
            ..merged
        });
        rows.see(&change, landing.began_us.min(landing.at_us));
        // A bot's text quotes the release notes of others.
        if rows.is_bot(landing.began_by) {
            continue;
        }
        let mentions = commit.landed.as_ref().map(|landed| landed.mentions.as_slice()).unwrap_or_default();
        for mention in mentions {
            let (rule, confidence) = match mention {
                Mention::Key(_) => ("key-in-text", 80),
                Mention::Number(_) => ("number-in-text", 60),
                Mention::Elsewhere(..) => ("url-in-text", 80),
            };
            let Some(ticket) = mention.clone().ticket(&repository, known) else { continue };
            let evidence = rows.evidence(commit.id);
            rows.link(ObjectLink {
                from_id: change.clone(),
                to_id: format!("ticket:{ticket}"),
                qualifier: qualifier::MENTIONS.to_owned(),
                valid_from_us: landing.began_us.min(landing.at_us),
                valid_to_us: None,
                rule: rule.to_owned(),
                confidence,
                evidence,
            });
        }
    }
}
