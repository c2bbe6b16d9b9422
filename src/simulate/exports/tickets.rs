//! Tickets: those of the journeys, what teams ask beside them, and what is wrong with the export.

use chrono::{Datelike as _, Days, NaiveDate};
use serde::Serialize;

use super::{csv_of, json_lines};
use crate::config::written::Arm;
use crate::simulate::SimulateError;
use crate::simulate::cast::Who;
use crate::simulate::clock::{Clock, DAY, HOUR, MINUTE, Second};
use crate::simulate::company::Company;
use crate::simulate::deed::{Ask, Deed};
use crate::simulate::draw::Draw;
use crate::simulate::names::{ELSEWHERE, QUESTIONS};
use crate::simulate::world::{USUAL, World};

/// Every ticket that the export holds, in the order of time.
pub(in crate::simulate) struct Tickets {
    all: Vec<Ticket>,
    /// How many the export lacks because they were opened in the silent month.
    pub(in crate::simulate) silenced: usize,
}

struct Ticket {
    opened: Second,
    answered: Option<Second>,
    done: Option<Second>,
    by: Who,
    helper: Who,
    title: String,
    component: Option<String>,
    queue: &'static str,
    label: &'static str,
    linked: bool,
    assigned: bool,
    reopened: bool,
}

const PLATFORM: &str = "Platform Support";
const HELPDESK: &str = "Helpdesk";

/// A local time that happens twice and one that never does: the clock of the exporting system did not care.
const ODD_TIMES: [&str; 2] = ["27.10.2024 02:30", "30.03.2025 02:30"];

/// All tickets.
pub(in crate::simulate) fn tickets(company: &Company) -> Tickets {
    let mut all = Vec::new();
    for service in &company.services {
        for deed in &service.deeds {
            if let Deed::Ask { what, opened, answered, done, by, helper } = deed {
                let (title, label) = match what {
                    Ask::Access => (format!("Access to the database of {}", service.name), "access"),
                    Ask::Secret => (format!("Secret for {} in production", service.name), "secret"),
                };
                let (answered, done) = (Some(*answered), Some(*done));
                let component = (service.number % 4 != 0).then(|| service.name.clone());
                let (by, helper) = (*by, *helper);
                all.push(Ticket {
                    opened: *opened,
                    answered,
                    done,
                    by,
                    helper,
                    title,
                    component,
                    queue: PLATFORM,
                    label,
                    linked: true,
                    assigned: true,
                    reopened: false,
                });
            }
        }
    }
    for team in 0..company.world.teams.len() {
        if company.world.teams[team].arm != Arm::Platform {
            beside(company, team, &mut all);
        }
    }
    let as_of = company.as_of();
    let before = all.len();
    all.retain(|ticket| ticket.opened >= company.odd.records_begin && ticket.opened < as_of);
    let outside = before - all.len();
    all.retain(|ticket| !company.odd.lost([Some(ticket.opened), ticket.answered, ticket.done]));
    let silenced = before - outside - all.len();
    all.sort_by(|a, b| (a.opened, &a.title).cmp(&(b.opened, &b.title)));
    for ticket in &mut all {
        ticket.answered = ticket.answered.filter(|at| *at < as_of);
        ticket.done = ticket.done.filter(|at| *at < as_of);
    }
    Tickets { all, silenced }
}

/// What a team asks beside its journeys, week by week.
#[expect(clippy::cast_precision_loss, reason = "people of a team, days of a week")]
fn beside(company: &Company, team: usize, all: &mut Vec<Ticket>) {
    let (world, clock) = (&company.world, company.clock);
    let plan = &world.teams[team];
    let mut draw = Draw::of(world.seed, "tickets", team);
    let pace = draw.log_normal(1.0, world.tickets.team_sd);
    let platform = company.cast.steady(world.teams.len() - 1);
    let mut weather = Weather::of(world, team);
    let mut week = world.from;
    while week < world.as_of {
        let people = company.cast.members(team, week);
        let in_pilot = plan.arm == Arm::Pilot && week >= plan.start;
        let ratio = if in_pilot { world.effect.ticket_ratio } else { USUAL.ticket_ratio };
        let mean = world.tickets.rate * pace * season(week) * weather.next() * ratio * people.len() as f64;
        for _ in 0..draw.poisson(mean) {
            let day = week + Days::new(draw.below(7) as u64);
            let opened = clock.next_working(clock.during(day, draw.share()));
            let opened = opened - opened.rem_euclid(MINUTE);
            let (by, helper) = (*draw.one(&people), *draw.one(&platform));
            all.push(one(company, team, opened, by, helper, &mut draw));
        }
        week = week + Days::new(7);
    }
}

fn one(company: &Company, team: usize, opened: Second, by: Who, helper: Who, draw: &mut Draw) -> Ticket {
    let clock = company.clock;
    let minute = |at: Second| at - at.rem_euclid(MINUTE);
    let after = |draw: &mut Draw, at: Second, hours: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "hours of weeks, in seconds")]
        let wait = (draw.log_normal(hours, 1.0) * HOUR as f64) as Second;
        minute(clock.next_working(at + wait.max(3 * MINUTE)))
    };
    let answered = after(draw, opened, 6.0);
    let done = after(draw, answered, 14.0);
    let (elsewhere, told, reopened, assigned) =
        (draw.happens(company.world.tickets.unlinked), draw.happens(0.65), draw.happens(0.006), draw.happens(0.5));
    let (label, question) = draw.one(&QUESTIONS);
    let mut names: Vec<String> =
        company.old.iter().filter(|old| old.team == team).map(|old| old.name.clone()).collect();
    let running = company.services.iter().filter(|service| service.team == team);
    names.extend(running.filter(|one| one.finished.is_some_and(|at| at + DAY < opened)).map(|service| {
        match &company.odd.renamed {
            Some((number, old, until)) if *number == service.number && opened < *until => old.clone(),
            _ => service.name.clone(),
        }
    }));
    let name = if names.is_empty() { None } else { Some(draw.one(&names).clone()) };
    let base = Ticket {
        opened,
        answered: Some(answered),
        done: Some(done),
        by,
        helper,
        title: String::new(),
        component: None,
        queue: PLATFORM,
        label,
        linked: true,
        assigned,
        reopened,
    };
    match name {
        Some(name) if !elsewhere => {
            let mut title = question.replace("{}", &name);
            // A title that a careless reader takes for two rows.
            if draw.happens(0.01) {
                title.push_str(",\nsee \"the log\" of today");
            }
            Ticket { title, component: told.then_some(name), ..base }
        }
        _ => {
            let queue = if draw.happens(0.5) { PLATFORM } else { HELPDESK };
            Ticket { title: (*draw.one(&ELSEWHERE)).to_owned(), queue, label: "other", linked: false, ..base }
        }
    }
}

/// What makes one week of a team busier than another, and keeps some of it for the next: its logarithm is an
/// autoregression of order one. A stream of its own, so that a still world is the one that it always was.
struct Weather {
    draw: Draw,
    sd: f64,
    carry: f64,
    log: f64,
}

impl Weather {
    fn of(world: &World, team: usize) -> Self {
        let mut draw = Draw::of(world.seed, "weather", team);
        let (sd, carry) = (world.tickets.week_sd, world.tickets.carry);
        let log = sd * draw.normal();
        Self { draw, sd, carry, log }
    }

    /// The factor of the next week; its mean is 1.
    fn next(&mut self) -> f64 {
        let factor = (self.log - self.sd * self.sd / 2.0).exp();
        self.log = self.carry * self.log + self.sd * (1.0 - self.carry * self.carry).sqrt() * self.draw.normal();
        factor
    }
}

/// More is asked in autumn than in summer, and little in December.
fn season(week: NaiveDate) -> f64 {
    let wave = 1.0 + 0.15 * (std::f64::consts::TAU * (f64::from(week.ordinal()) - 210.0) / 365.0).sin();
    if week.month() == 12 && week.day() > 14 { 0.5 * wave } else { wave }
}

#[derive(Serialize)]
struct HistoryRow<'a> {
    key: String,
    at: String,
    field: &'static str,
    from: &'static str,
    to: &'a str,
    by: &'a str,
}

impl Tickets {
    /// Tickets that name a service, and those that do not.
    pub(in crate::simulate) fn linked_and_not(&self) -> (usize, usize) {
        let linked = self.all.iter().filter(|ticket| ticket.linked).count();
        // The one at the time that never was is a bad row.
        (linked, self.all.len() - linked + 1)
    }

    /// Titles with a line break in them.
    pub(in crate::simulate) fn broken_titles(&self) -> usize {
        self.all.iter().filter(|ticket| ticket.title.contains('\n')).count()
    }

    /// Tickets that were opened again.
    pub(in crate::simulate) fn reopened(&self) -> usize {
        self.all.iter().filter(|ticket| ticket.reopened && ticket.done.is_some()).count()
    }

    fn key(place: usize) -> String {
        format!("PLAT-{}", place + 101)
    }

    /// `tickets.csv`: local times of the company, one row twice, bad rows.
    pub(super) fn rows(&self, company: &Company) -> Result<String, SimulateError> {
        let header = [
            "Key",
            "Created",
            "Answered",
            "Closed",
            "Status",
            "Summary",
            "Components",
            "Queue",
            "Labels",
            "Reporter",
            "Answered by",
            "Closed by",
        ];
        let mail = |who: Who| company.cast.people[who].email.clone();
        let time = |at: Option<Second>| at.map_or_else(String::new, |at| local(company.clock, at));
        let mut rows: Vec<Vec<String>> = Vec::new();
        for (place, ticket) in self.all.iter().enumerate() {
            let status = if ticket.done.is_some() { "Done" } else { "Open" };
            let (helper, closer) =
                (ticket.answered.map(|_| mail(ticket.helper)), ticket.done.map(|_| mail(ticket.helper)));
            rows.push(vec![
                Self::key(place),
                time(Some(ticket.opened)),
                time(ticket.answered),
                time(ticket.done),
                status.to_owned(),
                ticket.title.clone(),
                ticket.component.clone().unwrap_or_default(),
                ticket.queue.to_owned(),
                ticket.label.to_owned(),
                mail(ticket.by),
                helper.unwrap_or_else(|| "Unassigned".to_owned()),
                closer.unwrap_or_default(),
            ]);
        }
        if let Some(twice) = rows.get(10).cloned() {
            rows.insert(11, twice);
        }
        let someone = mail(0);
        for (place, at) in ODD_TIMES.iter().enumerate() {
            rows.push(odd(&format!("PLAT-9{place}"), at, "At an odd hour", &someone));
        }
        rows.push(odd("PLAT-98", "soon", "No time at all", &someone));
        rows.push(odd("", "02.05.2024 10:00", "No key", &someone));
        csv_of("tickets.csv", &header, rows)
    }

    /// `ticket-history.jsonl`: who was assigned when, and what was opened again.
    pub(super) fn history(&self, company: &Company) -> Result<String, SimulateError> {
        let mut rows = Vec::new();
        for (place, ticket) in self.all.iter().enumerate() {
            let who = &company.cast.people[ticket.helper].email;
            let row = |at: Second, field, from, to, by| HistoryRow {
                key: Self::key(place),
                at: company.clock.local(at).to_rfc3339(),
                field,
                from,
                to,
                by,
            };
            if let Some(answered) = ticket.answered.filter(|_| ticket.assigned) {
                rows.push((answered, row(i64::midpoint(ticket.opened, answered), "assignee", "", "somebody", who)));
            }
            let again = ticket.done.filter(|done| ticket.reopened && done + 2 * DAY < company.as_of());
            if let Some(done) = again {
                let reporter = &company.cast.people[ticket.by].email;
                rows.push((done + DAY, row(done + DAY, "status", "Done", "Reopened", reporter)));
                rows.push((done + 2 * DAY, row(done + 2 * DAY, "status", "Reopened", "Done", who)));
            }
        }
        rows.sort_by(|a, b| (a.0, &a.1.key).cmp(&(b.0, &b.1.key)));
        let rows: Vec<HistoryRow<'_>> = rows.into_iter().map(|(_, row)| row).collect();
        json_lines("ticket-history.jsonl", &rows)
    }
}

fn local(clock: Clock, at: Second) -> String {
    clock.local(at).format("%d.%m.%Y %H:%M").to_string()
}

fn odd(key: &str, created: &str, title: &str, reporter: &str) -> Vec<String> {
    [key, created, "", "", "Open", title, "", HELPDESK, "other", reporter, "Unassigned", ""].map(str::to_owned).to_vec()
}
