//! What happened to an issue, in order: from its own record and from the lists that arrived beside it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::log::{Identity, Micros};
use crate::sources::api::kept::{History, Kept, Scene, instant, scalar};
use crate::sources::told::TicketStep;

/// The clock of a service desk and the history may tell one act by so much apart.
const AT_ONCE: Micros = 60 * 1_000_000;

/// How a closing ended what was asked for.
pub(super) type Outcome = Option<&'static str>;

/// What happened.
#[derive(Clone, Debug, PartialEq)]
enum What {
    Closed(Outcome),
    Reopened,
    Moved,
    Assigned,
    Said,
}

/// Something that happened to an issue.
#[derive(Clone, Debug)]
struct Moment {
    at_us: Micros,
    id: String,
    by: Option<Identity>,
    what: What,
}

/// A first answer or a first closing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct First {
    pub(super) at_us: Option<Micros>,
    pub(super) by: Option<Identity>,
    pub(super) outcome: Outcome,
}

/// What happened to an issue.
#[derive(Debug, Default)]
pub(super) struct Story {
    /// The first answer before the first closing.
    pub(super) answered: First,
    pub(super) closed: First,
    /// Everything else that a ticket's life is told by; the key is the issue's, filled in by whoever tells.
    pub(super) steps: Vec<TicketStep>,
    /// Changes and comments that have no time.
    pub(super) undated: i64,
}

impl Story {
    pub(super) fn read(issue: &Kept<'_>, scene: &Scene<'_>) -> Self {
        let mut story = Self::default();
        let mut moments = story.moments(issue, scene);
        moments.sort_by(|one, other| {
            (one.at_us, rank(&one.what), &one.id).cmp(&(other.at_us, rank(&other.what), &other.id))
        });
        end_by_field(issue, &mut moments);
        story.go_through(&moments, opener(issue).as_ref());
        story.ask_the_desk(&moments, issue, scene);
        story
    }

    /// Changes and comments; one that arrived both ways stands once.
    fn moments(&mut self, issue: &Kept<'_>, scene: &Scene<'_>) -> Vec<Moment> {
        let mut moments = Vec::new();
        for (id, change) in all(issue, scene, "steps", "history") {
            let Some(at_us) = change.get("at").and_then(instant) else {
                self.undated += i64::from(moves(&change));
                continue;
            };
            let by = change.who("by");
            for what in what_of(&change, issue, scene) {
                moments.push(Moment { at_us, id: id.clone(), by: by.clone(), what });
            }
        }
        for (id, comment) in all(issue, scene, "comments", "comments") {
            match comment.get("at").and_then(instant) {
                Some(at_us) if comment.flag("internal") != Some(true) => {
                    moments.push(Moment { at_us, id, by: comment.who("by"), what: What::Said });
                }
                Some(_) => {}
                None => self.undated += 1,
            }
        }
        moments
    }

    /// Whoever opened an issue waits until somebody else says or does something; after a re-opening they wait again.
    fn go_through(&mut self, moments: &[Moment], opener: Option<&Identity>) {
        let mut waits = true;
        for moment in moments {
            let by_another = match (&moment.by, opener) {
                (Some(by), Some(opener)) => by.id != opener.id && !by.is_bot,
                _ => false,
            };
            let is_answer = by_another && matches!(moment.what, What::Moved | What::Assigned | What::Said);
            if waits && is_answer {
                waits = false;
                if self.closed.at_us.is_none() {
                    self.answered = First { at_us: Some(moment.at_us), by: moment.by.clone(), outcome: None };
                } else {
                    self.steps.push(step(moment, "ticket.answered", None));
                }
            }
            match moment.what {
                What::Closed(outcome) if self.closed.at_us.is_none() => {
                    self.closed = First { at_us: Some(moment.at_us), by: moment.by.clone(), outcome };
                }
                What::Closed(outcome) => self.steps.push(step(moment, "ticket.closed", outcome)),
                What::Reopened => self.steps.push(step(moment, "ticket.reopened", None)),
                What::Moved => self.steps.push(step(moment, "ticket.updated", None)),
                What::Assigned => self.steps.push(step(moment, "ticket.assigned", None)),
                What::Said => {}
            }
            match moment.what {
                What::Closed(_) => waits = false,
                What::Reopened => waits = true,
                _ => {}
            }
        }
    }

    /// Where nobody was seen to answer, the clock of the service desk tells that somebody did. It also stops when the request
    /// ends, or by what whoever asked does; that is no answer.
    fn ask_the_desk(&mut self, moments: &[Moment], issue: &Kept<'_>, scene: &Scene<'_>) {
        if self.answered.at_us.is_some() {
            return;
        }
        let stops = beside(issue, scene, "slas").filter_map(|(_, sla)| sla.get("answered_at").and_then(instant));
        let Some(at_us) = stops.min() else { return };
        let opener = opener(issue);
        let by_opener = |moment: &&Moment| moment.by.is_some() && moment.by == opener;
        let near = |other: Micros| (other - at_us).abs() <= AT_ONCE;
        let is_closing = self.closed.at_us.is_some_and(|closed| closed < at_us || near(closed));
        if !is_closing && !moments.iter().filter(by_opener).any(|moment| near(moment.at_us)) {
            self.answered = First { at_us: Some(at_us), ..First::default() };
        }
    }
}

/// Of what one change tells at one instant, the end comes last.
fn rank(what: &What) -> u8 {
    match what {
        What::Reopened => 0,
        What::Said => 1,
        What::Assigned => 2,
        What::Moved => 3,
        What::Closed(_) => 4,
    }
}

fn step(moment: &Moment, activity: &'static str, outcome: Outcome) -> TicketStep {
    TicketStep {
        key: String::new(),
        repository: None,
        at_us: moment.at_us,
        activity,
        by: moment.by.clone(),
        field: moment.id.clone(),
        outcome,
    }
}

/// Whoever the issue is of; agents open issues in the name of others.
pub(super) fn opener(issue: &Kept<'_>) -> Option<Identity> {
    issue.who("reporter").or_else(|| issue.who("creator"))
}

/// Members of a list of the issue, and of the stream that has the whole list, by id.
fn all<'a>(issue: &Kept<'a>, scene: &Scene<'a>, list: &str, stream: &'static str) -> BTreeMap<String, Kept<'a>> {
    let own = issue.list(list).enumerate().map(|(place, member)| {
        let id = member.text("id").unwrap_or_else(|| format!("place-{place}"));
        (id, member)
    });
    let mut all: BTreeMap<String, Kept<'a>> = own.collect();
    all.extend(beside(issue, scene, stream));
    all
}

/// Records of a stream that is listed for each issue.
fn beside<'a>(
    issue: &Kept<'a>,
    scene: &Scene<'a>,
    stream: &'static str,
) -> impl Iterator<Item = (String, Kept<'a>)> + use<'a> {
    let (key, scope) = (issue.key, issue.scope);
    let found = scene.below(stream, &issue.path(), "");
    found.map(move |of| {
        let (id, value) = (of.key.to_owned(), of.value);
        (id, Kept { key, scope, since_us: None, gone_us: None, value, history: History::default() })
    })
}

/// Whether a change holds anything that is told.
fn moves(change: &Kept<'_>) -> bool {
    ["moved", "assigned", "ended"].iter().any(|field| change.get(field).is_some())
}

fn what_of(change: &Kept<'_>, issue: &Kept<'_>, scene: &Scene<'_>) -> Vec<What> {
    let mut what = Vec::new();
    if change.flag("assigned") == Some(true) {
        what.push(What::Assigned);
    }
    if change.flag("moved") == Some(true) {
        let ends = |id: &str, word: &str| ends(change.text(id).as_deref(), change.get(word).is_some(), issue, scene);
        what.push(match (ends("from", "from_word"), ends("to", "to_word")) {
            (false, true) => What::Closed(outcome(&[change.text("ended"), change.text("to_word")])),
            (true, false) => What::Reopened,
            _ => What::Moved,
        });
    }
    what
}

/// Whether a status ends an issue: by its category; where Jira no longer knows it, by what it was called.
fn ends(id: Option<&str>, is_ending_word: bool, issue: &Kept<'_>, scene: &Scene<'_>) -> bool {
    let listed = id.and_then(|id| scene.other("statuses", id)?.pointer("/statusCategory/key")?.as_str());
    let own = || {
        let is_its = issue.text("fields.status.id").as_deref() == id && id.is_some();
        issue.get("fields.status.statusCategory.key").and_then(Value::as_str).filter(|_| is_its)
    };
    listed.or_else(own).map_or(is_ending_word, |category| category == "done")
}

/// The first word that says how something ended. A resolution that is not known is neither done nor declined, whatever the
/// status is called.
fn outcome(words: &[Option<String>]) -> Outcome {
    words.iter().flatten().next().map(|word| match word.as_str() {
        "done" => "done",
        "declined" => "declined",
        _ => "other",
    })
}

/// What only the fields of an issue tell of its end: that it ended, where no change says so (it was made or imported that
/// way), and how, where the last closing set no resolution.
fn end_by_field(issue: &Kept<'_>, moments: &mut Vec<Moment>) {
    let resolution = issue.text("ended");
    let ended = moments.iter_mut().rev().find(|moment| matches!(moment.what, What::Closed(_) | What::Reopened));
    match ended {
        Some(last) => {
            if let (What::Closed(outcome_of_last), Some(word)) = (&mut last.what, resolution) {
                *outcome_of_last = outcome(&[Some(word)]);
            }
        }
        None if issue.text("fields.status.statusCategory.key").as_deref() == Some("done") => {
            let at = |field: &str| issue.get(field).and_then(instant);
            let at_us = at("fields.resolutiondate").or_else(|| at("fields.statuscategorychangedate"));
            moments.extend(at_us.map(|at_us| Moment {
                at_us,
                id: "field".to_owned(),
                by: None,
                what: What::Closed(outcome(&[resolution])),
            }));
            moments.sort_by_key(|moment| moment.at_us);
        }
        None => {}
    }
}

/// The text of a key that is one of Jira's: a project in capitals and a number.
pub(super) fn issue_key(issue: &Kept<'_>) -> Option<String> {
    let key = issue.get("key").and_then(scalar)?;
    let (project, number) = key.rsplit_once('-')?;
    let is_project = project.starts_with(|letter: char| letter.is_ascii_uppercase())
        && project.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    (is_project && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(key)
}
