//! One journey as the records show it: its steps, its touches and the handoffs between them.

use std::fmt::Write as _;

use super::cast::Who;
use super::clock::{DAY, MINUTE, Second, utc};
use super::company::Company;
use super::deed::{Ask, Deed, Environment, Landing, Outcome, Part};
use super::plan::{GivenUp, Service};

/// What the records tell of a journey.
#[derive(Default)]
pub(super) struct Told {
    pub(super) definition: &'static str,
    pub(super) subject: String,
    pub(super) team: usize,
    pub(super) started: Second,
    pub(super) finished: Option<Second>,
    pub(super) abandoned: Option<GivenUp>,
    pub(super) left_truncated: bool,
    pub(super) golden_path: bool,
    /// Step and time, in the order of time.
    pub(super) steps: Vec<(&'static str, Second)>,
    /// Human acts that move it on, up to its finish, in the order of time.
    pub(super) touches: Vec<(Second, Who)>,
}

/// The steps before the first commit that still belong to the journey; the study file's default.
const BEFORE_START: Second = 90 * DAY;

/// What the records show of a new service's way.
pub(super) fn told(company: &Company, service: &Service) -> Told {
    let odd = &company.odd;
    let until = service.finished.unwrap_or_else(|| company.as_of());
    let mut steps: Vec<(&'static str, Second)> = Vec::new();
    let mut touches: Vec<(Second, Who)> = Vec::new();
    let mut step = |name, at| {
        if at < company.as_of() && at >= service.begun - BEFORE_START {
            steps.push((name, at));
        }
    };
    for deed in &service.deeds {
        match deed {
            Deed::TemplateRun { at, by } => {
                step("template run", *at);
                touches.push((*at, *by));
            }
            Deed::FirstCommit { at, by, .. } => {
                step("first commit", *at);
                touches.extend(by.map(|by| (*at, by)));
                // The scaffolder asks for the repository itself.
                if service.golden_path && *at + 5 * MINUTE < company.last_of(service) {
                    step(Part::Repository.step(), *at + 5 * MINUTE);
                }
            }
            Deed::Change { part, began, landed, by, merger, landing } => {
                let shared = matches!(part, Part::Repository | Part::Dashboard | Part::Registered(_));
                // What was there when the shared repositories begin came in their first commit, and is nobody's step.
                if shared && *landed <= odd.records_begin {
                    continue;
                }
                step(part.step(), *landed);
                if *landed <= until {
                    // A squash is the code host's commit: who pressed the button stands nowhere, nor, where the branch
                    // is gone, when the work began.
                    let began = if *landing == Landing::Squash { *landed } else { *began };
                    touches.push((began.max(if shared { odd.records_begin } else { 0 }), *by));
                    touches.extend((*landing == Landing::Merge).then_some((*landed, *merger)));
                }
            }
            Deed::Ask { what, opened, answered, done, by, helper } => {
                if odd.lost([Some(*opened), Some(*answered), Some(*done)]) || *opened < odd.records_begin {
                    continue;
                }
                let (asked, granted) = match what {
                    Ask::Access => ("access requested", "access granted"),
                    Ask::Secret => ("secret requested", "secret granted"),
                };
                step(asked, *opened);
                step(granted, *done);
                touches.push((*opened, *by));
                touches.extend([i64::midpoint(*opened, *answered), *answered, *done].map(|at| (at, *helper)));
            }
            Deed::Release { at } => step("first release", *at),
            Deed::Deploy { environment, at, outcome } => match (environment, outcome) {
                (Environment::Staging, Outcome::Success) => step("first deploy (staging)", *at),
                (Environment::Production, Outcome::Success) => step("first deploy (production)", *at),
                _ => {}
            },
        }
    }
    steps.sort_by_key(|(name, at)| (*at, *name));
    touches.retain(|(at, _)| *at <= until && *at >= service.begun - BEFORE_START);
    touches.sort_unstable();
    Told {
        definition: "create-service",
        subject: service.name.clone(),
        team: service.team,
        started: service.begun,
        finished: service.finished,
        abandoned: service.given_up.map(|(_, how)| how),
        left_truncated: service.left_truncated,
        golden_path: service.golden_path,
        steps,
        touches,
    }
}

impl Told {
    /// `finished`, `abandoned` or `open`.
    pub(super) const fn status(&self) -> &'static str {
        match (self.finished, self.abandoned) {
            (Some(_), _) => "finished",
            (None, Some(_)) => "abandoned",
            (None, None) => "open",
        }
    }

    /// Consecutive touches by different teams.
    pub(super) fn handoffs(&self, company: &Company) -> usize {
        let team = |who: Who| company.cast.stays.iter().find(|stay| stay.who == who).map(|stay| stay.team);
        self.touches.windows(2).filter(|pair| team(pair[0].1) != team(pair[1].1)).count()
    }
}

/// Writes one `[[journey]]`.
pub(super) fn write(company: &Company, told: &Told, text: &mut String) {
    let _ = write!(
        text,
        "\n[[journey]]\ndefinition = \"{}\"\nsubject = \"{}\"\nteam = \"{}\"\nstatus = \"{}\"\nstarted_at = {}\n",
        told.definition,
        told.subject,
        company.world.teams[told.team].name,
        told.status(),
        utc(told.started)
    );
    if let Some(at) = told.finished {
        let _ = writeln!(text, "finished_at = {}", utc(at));
    }
    if told.definition != "create-service" {
        return;
    }
    let steps: Vec<String> = told.steps.iter().map(|(name, at)| format!("[\"{name}\", {}]", utc(*at))).collect();
    let _ = write!(
        text,
        "left_truncated = {}\ngolden_path = {}\ntouches = {}\nhandoffs = {}\nsteps = [{}]\n",
        told.left_truncated,
        told.golden_path,
        told.touches.len(),
        told.handoffs(company),
        steps.join(", ")
    );
}
