//! Every deploy of every service, whoever carried it out and wherever it is recorded.

use chrono::NaiveDate;

use super::clock::{Clock, DAY, HOUR, Second};
use super::company::{Odd, OldService};
use super::deed::{Deed, Environment, Outcome, Part};
use super::draw::Draw;
use super::plan::{RunsAs, Service};
use super::world::World;

/// One deploy, or try, or write of a version.
#[derive(Clone, Debug)]
pub(super) struct Deployed {
    pub(super) what: Runs,
    pub(super) environment: Environment,
    pub(super) at: Second,
    pub(super) outcome: Outcome,
    pub(super) by: RunsAs,
}

/// What was deployed: a new service or an old one, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Runs {
    New(usize),
    Old(usize),
}

/// All deploys in the order of time.
pub(super) fn all(world: &World, clock: Clock, services: &[Service], old: &[OldService], odd: &Odd) -> Vec<Deployed> {
    let as_of = clock.midnight(world.as_of);
    let mut all = Vec::new();
    for service in services {
        let what = Runs::New(service.number);
        for deed in &service.deeds {
            if let Deed::Deploy { environment, at, outcome } = deed {
                let (environment, at, outcome) = (*environment, *at, *outcome);
                all.push(Deployed { what, environment, at, outcome, by: service.runs_as });
            }
        }
        let Some(finished) = service.finished else { continue };
        let mut draw = Draw::of(world.seed, "later deploys", service.number);
        let mut times = later(&mut draw, world.bustle.deploys, finished + 6 * HOUR, as_of);
        if let Some((_, _, at)) = odd.taken_over.iter().find(|(place, ..)| *place == service.number) {
            times.push(at + 9 * DAY);
        }
        if let Some((_, left, back)) = odd.re_registered.filter(|(place, ..)| *place == service.number) {
            times.extend([left + 3 * DAY, left + 20 * DAY, back + 2 * DAY]);
        }
        for at in times {
            let away = odd
                .re_registered
                .is_some_and(|(place, left, back)| place == service.number && (left..back).contains(&at));
            let outcome = if away { Outcome::TooEarly } else { Outcome::Success };
            // Staging first, production some hours later.
            all.push(Deployed {
                what,
                environment: Environment::Staging,
                at: at - 5 * HOUR,
                outcome: Outcome::Success,
                by: service.runs_as,
            });
            all.push(Deployed { what, environment: Environment::Production, at, outcome, by: service.runs_as });
        }
    }
    for (place, service) in old.iter().enumerate() {
        let mut draw = Draw::of(world.seed, "old deploys", place);
        let (what, environment) = (Runs::Old(place), Environment::Production);
        let mut times = later(&mut draw, world.bustle.deploys * 3.0, odd.records_begin + DAY, as_of);
        if service.runs_as == RunsAs::Function {
            // It deploys every month, so that no month of the runner's records is silent.
            let months = (0..24)
                .filter_map(|month| NaiveDate::from_ymd_opt(2024 + month / 12, month.unsigned_abs() % 12 + 1, 3));
            times = months.map(|day| clock.during(day, 0.4)).collect();
            times[0] = odd.records_begin + 60;
        }
        all.extend(times.into_iter().map(|at| Deployed {
            what,
            environment,
            at,
            outcome: Outcome::Success,
            by: service.runs_as,
        }));
    }
    all.retain(|deploy| deploy.at < as_of);
    all.sort_by_key(|deploy| (deploy.at, deploy.what));
    all
}

fn later(draw: &mut Draw, mean: f64, from: Second, to: Second) -> Vec<Second> {
    let count = draw.poisson(mean);
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "spans of two years, in seconds")]
    let mut times: Vec<Second> = (0..count).map(|_| from + ((to - from) as f64 * draw.share()) as Second).collect();
    times.sort_unstable();
    times
}

/// When a service was registered in an environment by a change of its own.
pub(super) fn registered_at(service: &Service, environment: Environment) -> Option<Second> {
    service.deeds.iter().find_map(|deed| match deed {
        Deed::Change { part: Part::Registered(found), landed, .. } if *found == environment => Some(*landed),
        _ => None,
    })
}
