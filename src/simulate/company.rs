//! The whole company before anything is written: services old and new, and the odd things that are planted among them.

use chrono::NaiveDate;

use super::cast::Cast;
use super::catalog::{self, CatalogEntry};
use super::clock::{Clock, DAY, Second, date};
use super::deed::{Deed, Environment, Part};
use super::deploys::{self, Deployed};
use super::names::{KINDS, things};
use super::plan::{self, GivenUp, RunsAs, Service};
use super::world::World;
use crate::config::written::Arm;

/// Everything that the writers read.
pub(super) struct Company {
    pub(super) world: World,
    pub(super) clock: Clock,
    pub(super) cast: Cast,
    pub(super) services: Vec<Service>,
    pub(super) old: Vec<OldService>,
    pub(super) odd: Odd,
    pub(super) entries: Vec<CatalogEntry>,
    pub(super) deploys: Vec<Deployed>,
}

/// A service that is older than all records: it has no journey, and none may be invented for it.
pub(super) struct OldService {
    pub(super) name: String,
    pub(super) team: usize,
    pub(super) runs_as: RunsAs,
}

/// What is planted: which services, and when. Services are named by their place.
pub(super) struct Odd {
    /// The shared repositories begin then; what was in them before came in one first commit.
    pub(super) records_begin: Second,
    /// One commit registers every old service in staging, and some new ones with them.
    pub(super) bulk_staging_at: Second,
    pub(super) bulk_staging: Vec<usize>,
    /// One commit gives every service without a catalog entry one.
    pub(super) back_fill_at: Second,
    pub(super) back_fill: Vec<usize>,
    /// A service that had another name until then.
    pub(super) renamed: Option<(usize, String, Second)>,
    /// A service whose deploy tag has another name.
    pub(super) other_tag: Option<(usize, String)>,
    /// A service that left production and came back.
    pub(super) re_registered: Option<(usize, Second, Second)>,
    /// Services that another team took over, and when.
    pub(super) taken_over: Vec<(usize, usize, Second)>,
    /// The list of production is split in two then.
    pub(super) split_at: Second,
    /// Tickets that were opened, answered or done from–to are missing from the export: that month's archive is lost.
    pub(super) silent_tickets: (Second, Second),
}

impl Company {
    pub(super) fn of(world: &World) -> Self {
        let clock = Clock { zone: world.zone };
        let cast = Cast::of(world);
        let mut services = plan::services(world, &cast);
        let old = old_services(world);
        let odd = Odd::plant(world, clock, &mut services);
        let entries = catalog::entries(world, clock, &services, &old, &odd);
        let deploys = deploys::all(world, clock, &services, &old, &odd);
        Self { world: world.clone(), clock, cast, services, old, odd, entries, deploys }
    }

    /// The end of the records.
    pub(super) fn as_of(&self) -> Second {
        self.clock.midnight(self.world.as_of)
    }

    /// When a service's records stop: given up in silence, or at the end.
    pub(super) fn last_of(&self, service: &Service) -> Second {
        match service.given_up {
            Some((at, GivenUp::Silence | GivenUp::Retired)) => at,
            None => self.as_of(),
        }
    }
}

fn old_services(world: &World) -> Vec<OldService> {
    let mut old = Vec::new();
    for (team, plan) in world.teams.iter().enumerate().filter(|(_, plan)| plan.arm != Arm::Platform) {
        let things = things(plan.name);
        for place in 0..world.bustle.old_services {
            let name = match place {
                // A name that holds another name: `basket-api` is not `basket-api-proxy`.
                0 => format!("{}-{}-proxy", things[0], KINDS[0]),
                place => format!("{}-{}", things[place % things.len()], KINDS[3]),
            };
            // The function runner's records must begin with the others, so one old service runs there.
            let runs_as = if team == 0 && place == 1 { RunsAs::Function } else { RunsAs::Container };
            old.push(OldService { name, team, runs_as });
        }
        debug_assert!(plan.services <= things.len() * 3, "the fourth kind is left to old services");
    }
    old
}

impl Odd {
    fn plant(world: &World, clock: Clock, services: &mut [Service]) -> Self {
        let records_begin = clock.during(date(2024, 1, 2), 0.02);
        let bulk_staging_at = clock.during(date(2024, 4, 9), 0.3);
        let back_fill_at = clock.during(date(2024, 11, 12), 0.5);
        let registered = |service: &Service, part: Part| {
            service.deeds.iter().find_map(|deed| match deed {
                Deed::Change { part: found, landed, .. } if *found == part => Some(*landed),
                _ => None,
            })
        };
        let staging = Part::Registered(Environment::Staging);
        let bulk_staging: Vec<usize> = services
            .iter()
            .filter(|service| {
                registered(service, staging)
                    .is_some_and(|at| (bulk_staging_at..bulk_staging_at + 9 * DAY).contains(&at))
            })
            .map(|service| service.number)
            .collect();
        for number in &bulk_staging {
            services[*number].deeds.retain(|deed| !matches!(deed, Deed::Change { part, .. } if *part == staging));
        }
        let back_fill: Vec<usize> = services
            .iter()
            .filter(|service| service.begun < back_fill_at - DAY && !service.golden_path && service.given_up.is_none())
            .filter(|service| registered(service, Part::CatalogEntry).is_none_or(|at| at >= back_fill_at))
            .map(|service| service.number)
            .collect();
        for number in &back_fill {
            let is_entry = |deed: &Deed| matches!(deed, Deed::Change { part: Part::CatalogEntry, .. });
            services[*number].deeds.retain(|deed| !is_entry(deed));
        }
        let finished = |team: usize, before: NaiveDate| {
            services.iter().find(|service| {
                service.team == team
                    && service.runs_as == RunsAs::Container
                    && !service.left_truncated
                    && service.finished.is_some_and(|at| at < clock.midnight(before))
            })
        };
        let entry_lands = |service: &Service| {
            if service.golden_path { Some(service.begun) } else { registered(service, Part::CatalogEntry) }
        };
        let taken_over = (4..7_usize)
            .filter_map(|team| {
                let place = services.iter().find(|service| {
                    service.team == team
                        && service.runs_as == RunsAs::Container
                        && service.finished.is_some_and(|at| at < clock.midnight(date(2025, 1, 1)))
                        && entry_lands(service).is_some_and(|at| at < clock.midnight(date(2025, 1, 1)))
                })?;
                let day = date(2025, 3, 4) + chrono::Days::new(14 * (team as u64 - 4));
                Some((place.number, if team == 6 { 4 } else { team + 1 }, clock.during(day, 0.4)))
            })
            .collect();
        let working = |day, share| clock.during(day, share);
        Self {
            records_begin,
            bulk_staging_at,
            bulk_staging,
            back_fill_at,
            back_fill,
            renamed: finished(5, date(2024, 10, 1))
                .map(|one| (one.number, "parcel-api".to_owned(), working(date(2025, 2, 18), 0.5))),
            other_tag: finished(2, date(2025, 1, 1)).map(|one| (one.number, format!("{}-edge", one.name))),
            re_registered: finished(3, date(2024, 10, 1))
                .map(|one| (one.number, working(date(2024, 11, 14), 0.6), working(date(2025, 1, 21), 0.2))),
            taken_over,
            split_at: working(date(2025, 4, 15), 0.7),
            silent_tickets: (clock.midnight(date(2024, 8, 1)), clock.midnight(date(2024, 9, 1))),
        }
        .within(world)
    }

    /// Whether a ticket with these times is lost to the export.
    pub(super) fn lost(&self, times: [Option<Second>; 3]) -> bool {
        let (from, to) = self.silent_tickets;
        times.into_iter().flatten().any(|at| (from..to).contains(&at))
    }

    /// A world of few teams has no place for some of it.
    fn within(mut self, world: &World) -> Self {
        self.taken_over.retain(|(_, team, _)| *team + 1 < world.teams.len());
        self
    }
}
