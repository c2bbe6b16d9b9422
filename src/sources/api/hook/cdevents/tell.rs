//! What CDEvents mean: nearly what they say, since the log has its words from there.

use super::super::facts::{Told, observe};
use super::{STREAM, words};
use crate::log::{Micros, ObjectId, ObjectType, qualifier};
use crate::sources::api::facts::{Known, Tally};
use crate::sources::api::kept::{Kept, Refusal, environment, mentions};
use crate::sources::told::{Class, Deployment, Draft, Incident, Output, Place, Review, Run, Ticket, TicketStep, ended};

type Done = Result<(), Refusal>;

/// Subject → what the measures call the stretch that its events speak for.
const SPEAKS: &[(&str, &str)] =
    &[("service", "deployments"), ("pipelinerun", "pipeline-runs"), ("ticket", "tickets"), ("incident", "incidents")];

/// Rows of the log from everything that came.
pub(in crate::sources::api::hook) fn tell(all: &Told<'_>, known: &Known<'_>, out: &mut Output<'_>) {
    let mut tally = Tally::default();
    let subjects =
        ["service", "pipelinerun", "taskrun", "change", "ticket", "incident", "environment", "artifact", "repository"];
    for subject in subjects {
        let before = out.instants.len();
        let (mut records, mut refused) = (0, 0);
        for (place, kept) in all.stream(STREAM) {
            let kind = kept.text("context.type").unwrap_or_default();
            let Some((_, predicate)) = words(&kind).filter(|(known, _)| *known == subject) else { continue };
            records += 1;
            let event = Event { place, kept: &kept, all, known };
            if let Err(refusal) = event.tell(subject, predicate, out) {
                refused += i64::from(matches!(refusal, Refusal::Bad(..)));
                tally.add(STREAM, refusal, place);
            }
        }
        if let Some((_, word)) = SPEAKS.iter().find(|(known, _)| *known == subject) {
            observe(out, word, before, records, refused);
        }
    }
    tally.note(out);
}

struct Event<'a> {
    place: &'a Place,
    kept: &'a Kept<'a>,
    all: &'a Told<'a>,
    known: &'a Known<'a>,
}

/// The last part of an id that is an address, such as `/namespace/service-a`.
fn name_in(id: &str) -> String {
    id.trim_end_matches('/').rsplit('/').next().unwrap_or(id).to_owned()
}

/// Name and version of a package URL: `pkg:TYPE/NAMESPACE/NAME@VERSION?…`.
fn package(purl: &str) -> Option<(String, Option<String>)> {
    let bare = purl.strip_prefix("pkg:")?.split(['?', '#']).next()?;
    let (path, version) = match bare.rsplit_once('@') {
        Some((path, version)) => (path, Some(version.replace("%3A", ":").replace("%3a", ":"))),
        None => (bare, None),
    };
    let name = path.rsplit('/').next().filter(|name| !name.is_empty())?;
    Some((name.to_owned(), version))
}

impl Event<'_> {
    fn at(&self) -> Result<Micros, Refusal> {
        self.kept.need_time("context.timestamp")
    }

    fn subject(&self) -> Result<String, Refusal> {
        self.kept.need("subject.id")
    }

    fn tell(&self, subject: &str, predicate: &str, out: &mut Output<'_>) -> Done {
        match (subject, predicate) {
            ("service", _) => self.service(predicate, out),
            ("pipelinerun", _) => self.run("subject.content.pipelineName", "", out),
            ("taskrun", _) => self.task(out),
            ("change", "reviewed") => self.review(out),
            ("change", _) => self.change(predicate, out),
            ("ticket", "created") => self.ticket(out),
            ("ticket", _) => self.step(predicate, out),
            ("incident", "detected") => self.incident(out),
            ("incident", _) => self.resolved(out),
            ("environment", _) => self.environment(out),
            ("artifact", _) => self.artifact(out),
            _ => self.repository(out),
        }
    }

    fn service(&self, predicate: &str, out: &mut Output<'_>) -> Done {
        let at_us = self.at()?;
        let environment = environment(out.settings, &self.kept.need("subject.content.environment.id")?)?;
        let artifact = self.kept.text("subject.content.artifactId");
        let mut class = self.kept.class();
        class.category = class.category.or_else(|| (predicate == "upgraded").then(|| "upgrade".to_owned()));
        let deployment = Deployment {
            id: self.kept.key.to_owned(),
            component: Some(name_in(&self.subject()?)),
            environment,
            at_us,
            outcome: Some(if predicate == "rolledback" { "rolledback" } else { "success" }.to_owned()),
            version: artifact.as_deref().and_then(package).and_then(|(_, version)| version),
            class,
            channel: Some("code".to_owned()),
            ..Deployment::default()
        };
        deployment.tell(self.place, out);
        Ok(())
    }

    fn run(&self, name: &'static str, prefix: &str, out: &mut Output<'_>) -> Done {
        let mut class = self.kept.class();
        class.category = class.category.or(self.kept.text(name));
        let run = Run {
            id: format!("{prefix}{}", self.subject()?),
            finished_us: self.at()?,
            outcome: self.kept.text("subject.content.outcome").as_deref().map(ended),
            class,
            ..Run::default()
        };
        run.tell(self.place, out);
        Ok(())
    }

    fn task(&self, out: &mut Output<'_>) -> Done {
        let name = self.kept.text("subject.content.taskName").unwrap_or_default();
        if !self.all.receiver.jobs.include(&name) {
            return Err(Refusal::Nothing("a task that `jobs` does not name"));
        }
        self.run("subject.content.taskName", "job-", out)
    }

    /// A change as the log names it: its repository, and its number there.
    fn change_id(&self, out: &Output<'_>) -> Result<(String, u64), Refusal> {
        let home = out.settings.repository_called(&self.kept.need("subject.content.repository.id")?);
        let number = name_in(&self.subject()?).parse();
        Ok((home, number.map_err(|_| Refusal::Nothing("a change whose id does not end in its number"))?))
    }

    fn change(&self, predicate: &str, out: &mut Output<'_>) -> Done {
        let at_us = self.at()?;
        let (home, number) = self.change_id(out)?;
        let name = format!("{home}!{number}");
        let change = out.object(ObjectType::Change, &name, Some(at_us));
        let about =
            [(change, qualifier::ABOUT), (out.object(ObjectType::Repository, &home, Some(at_us)), qualifier::IN)];
        out.instants.push(at_us);
        let activity = format!("change.{predicate}");
        let category = self.kept.class().category;
        let key = format!("{name}:{activity}");
        out.event(self.place, &key, Draft { at_us, activity, category, ..Draft::default() }, &about);
        Ok(())
    }

    fn review(&self, out: &mut Output<'_>) -> Done {
        let (repository, number) = self.change_id(out)?;
        let id = self.kept.key.to_owned();
        Review { repository, number, id, at_us: self.at()?, by: None, outcome: None }.tell(self.place, out);
        Ok(())
    }

    fn ticket(&self, out: &mut Output<'_>) -> Done {
        let kept = self.kept;
        let mut class = kept.class();
        class.category = class.category.or(kept.text("subject.content.ticketType"));
        let ticket = Ticket {
            key: self.subject()?,
            created_us: self.at()?,
            opened_by: kept.who("subject.content.creator"),
            team: kept.text("subject.content.group"),
            class,
            channel: "ticket".to_owned(),
            mentions: mentions(self.known.words, kept, &["subject.content.summary", "subject.content.labels"], None),
            ..Ticket::default()
        };
        ticket.tell(self.place, out);
        Ok(())
    }

    fn step(&self, predicate: &str, out: &mut Output<'_>) -> Done {
        let resolution = self.kept.text("subject.content.resolution").map(|word| word.to_lowercase());
        let declined =
            ["declined", "rejected", "wontfix", "won't do", "cancelled", "canceled", "duplicate", "withdrawn"];
        let outcome = resolution.map(|word| if declined.contains(&word.as_str()) { "declined" } else { "done" });
        let activity = if predicate == "closed" { "ticket.closed" } else { "ticket.updated" };
        let step = TicketStep {
            key: self.subject()?,
            repository: None,
            at_us: self.at()?,
            activity,
            by: self.kept.who("subject.content.updatedBy"),
            field: self.kept.key.to_owned(),
            outcome: outcome.filter(|_| predicate == "closed"),
        };
        step.tell(self.place, out);
        Ok(())
    }

    /// The service that an incident is about, where it says one.
    fn service_of(&self) -> Option<String> {
        self.kept.text("subject.content.service.id").map(|id| name_in(&id))
    }

    fn incident(&self, out: &mut Output<'_>) -> Done {
        let incident = Incident {
            key: self.subject()?,
            component: self.service_of(),
            detected_us: self.at()?,
            class: self.kept.class(),
            mentions: mentions(self.known.words, self.kept, &["subject.content.description"], None),
            ..Incident::default()
        };
        incident.tell(self.place, out);
        Ok(())
    }

    fn resolved(&self, out: &mut Output<'_>) -> Done {
        let (at_us, key) = (self.at()?, self.subject()?);
        let mut about = vec![(out.object(ObjectType::Ticket, &key, Some(at_us)), qualifier::ABOUT)];
        if let Some(name) = self.service_of() {
            about.push((out.object(ObjectType::Component, &name, Some(at_us)), qualifier::ABOUT));
        }
        let Class { category, .. } = self.kept.class();
        let draft = Draft { at_us, activity: "incident.resolved".to_owned(), category, ..Draft::default() };
        out.instants.push(at_us);
        out.event(self.place, &format!("{key}:incident.resolved"), draft, &about);
        Ok(())
    }

    fn environment(&self, out: &mut Output<'_>) -> Done {
        let at_us = self.at()?;
        let named = self.kept.text("subject.content.name");
        let named = named.filter(|name| out.settings.environments.canonical(name).is_some());
        let name = environment(out.settings, &named.map_or_else(|| self.subject(), Ok)?)?;
        let object = out.object(ObjectType::Environment, &name, Some(at_us));
        let activity = "environment.created".to_owned();
        let draft = Draft { at_us, activity, environment: Some(name), ..Draft::default() };
        out.instants.push(at_us);
        out.event(self.place, &format!("{}:environment.created", self.kept.key), draft, &[(object, qualifier::ABOUT)]);
        Ok(())
    }

    /// An artifact is no component; only where the study knows one of its name is it about that.
    fn artifact(&self, out: &mut Output<'_>) -> Done {
        let at_us = self.at()?;
        let name = package(&self.subject()?).map(|(name, _)| name);
        let known = |name: &String| out.settings.repositories.iter().any(|one| one.subject.as_ref() == Some(name));
        let about: Vec<(ObjectId, &str)> = name
            .filter(known)
            .map(|name| (out.object(ObjectType::Component, &name, Some(at_us)), qualifier::ABOUT))
            .into_iter()
            .collect();
        let category = self.kept.class().category;
        let draft = Draft { at_us, activity: "artifact.published".to_owned(), category, ..Draft::default() };
        out.instants.push(at_us);
        out.event(self.place, &format!("{}:artifact.published", self.kept.key), draft, &about);
        Ok(())
    }

    fn repository(&self, out: &mut Output<'_>) -> Done {
        let at_us = self.at()?;
        let name = out.settings.repository_called(&self.subject()?);
        if out.settings.repositories.iter().any(|known| known.name == name) {
            return Err(Refusal::Nothing("a repository whose history git tells"));
        }
        let object = out.object(ObjectType::Repository, &name, Some(at_us));
        let draft = Draft { at_us, activity: "repository.created".to_owned(), ..Draft::default() };
        out.instants.push(at_us);
        out.event(self.place, &format!("{name}:repository.created"), draft, &[(object, qualifier::IN)]);
        Ok(())
    }
}
