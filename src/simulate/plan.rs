//! How one service comes to be: the deeds from its request to its first production deploy, and what cuts them off.

use chrono::{Datelike as _, Days, NaiveDate};

use super::cast::{Cast, Who};
use super::clock::{Clock, DAY, HOUR, MINUTE, Second};
use super::deed::{Ask, Deed, Environment, Landing, Outcome, Part};
use super::draw::Draw;
use super::names::{KINDS, things};
use super::world::{Effect, Law, USUAL, World};
use crate::config::written::Arm;

/// A service of the world.
#[derive(Clone, Debug)]
pub(super) struct Service {
    /// Its place among all services; names its streams of draws.
    pub(super) number: usize,
    pub(super) name: String,
    pub(super) team: usize,
    pub(super) runs_as: RunsAs,
    pub(super) golden_path: bool,
    /// The place of its kind among [`super::world::TYPES`].
    pub(super) kind: usize,
    /// When its first commit was made.
    pub(super) begun: Second,
    /// When it first ran in production, if it did before the records end.
    pub(super) finished: Option<Second>,
    /// When and how it was given up, if it was.
    pub(super) given_up: Option<(Second, GivenUp)>,
    /// Whether its first commit is older than the deployment repository.
    pub(super) left_truncated: bool,
    /// In the order of time, cut off where the journey was given up or the records end.
    pub(super) deeds: Vec<Deed>,
}

/// What carries a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RunsAs {
    /// A container; the deploy bot writes its tag.
    Container,
    /// A function; the function runner deploys it and keeps its own records.
    Function,
}

/// How a journey ends before its finish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GivenUp {
    /// Its catalog entry says `retired`.
    Retired,
    /// Nothing happens any more.
    Silence,
}

/// The people of one journey.
struct Party {
    maker: Who,
    mate: Who,
    keeper: Who,
    helper: Who,
}

/// Every service that the world begins, in the order of teams and then of time.
pub(super) fn services(world: &World, cast: &Cast) -> Vec<Service> {
    let clock = Clock { zone: world.zone };
    let mut services = Vec::new();
    for (team, plan) in world.teams.iter().enumerate() {
        let pace = pace_of(world, team);
        let mut draw = Draw::of(world.seed, "begin", team);
        for (place, day) in begin_days(world, plan.services, &mut draw).into_iter().enumerate() {
            let early = plan.arm != Arm::Platform && place < older(world, team);
            let day = if early { world.from - Days::new(17 + 3 * place as u64) } else { day };
            let number = services.len();
            services.push(one(world, cast, clock, Birth { number, team, place, day, early, pace }));
        }
    }
    services
}

/// How many services of a team are older than the deployment repository: one of some teams, where the world does not say.
fn older(world: &World, team: usize) -> usize {
    world.times.older.unwrap_or_else(|| usize::from([0, 3, 4, 5].contains(&team)))
}

/// What multiplies the times of a team, before and after alike.
pub(super) fn pace_of(world: &World, team: usize) -> f64 {
    Draw::of(world.seed, "pace", team).log_normal(1.0, world.times.team_sd)
}

/// What multiplies the times of a team in one period alone, and is nobody's doing.
fn shock_of(world: &World, team: usize, after: bool) -> f64 {
    Draw::of(world.seed, "period", 2 * team + usize::from(after)).log_normal(1.0, world.times.period_sd)
}

/// The kind of a service, from a stream of its own.
fn kind_of(world: &World, number: usize, in_pilot: bool) -> usize {
    let [first, second, last] = world.mix.shares;
    let moved = if in_pilot { last * world.mix.shift } else { 0.0 };
    let luck = Draw::of(world.seed, "kind", number).share() * (first + second + last);
    [first + moved, first + moved + second].into_iter().filter(|edge| luck >= *edge).count()
}

/// A time of the world's law with this median.
fn days_of(world: &World, draw: &mut Draw, median: f64) -> f64 {
    let by_shape =
        |draw: &mut Draw, shape: f64| median * (-(1.0 - draw.share()).ln() / std::f64::consts::LN_2).powf(1.0 / shape);
    match world.times.law {
        Law::LogNormal => draw.log_normal(median, world.times.sd),
        Law::Weibull => by_shape(draw, WEIBULL_SHAPE),
        Law::Exponential => by_shape(draw, 1.0),
    }
}

/// The shape of [`Law::Weibull`].
pub(super) const WEIBULL_SHAPE: f64 = 0.7;

#[derive(Clone, Copy)]
struct Birth {
    number: usize,
    team: usize,
    place: usize,
    day: NaiveDate,
    early: bool,
    pace: f64,
}

/// One working day in each of `count` stretches of equal weight, so that every team begins services all the time.
#[expect(clippy::cast_precision_loss, reason = "days and services of two years")]
fn begin_days(world: &World, count: usize, draw: &mut Draw) -> Vec<NaiveDate> {
    let days: Vec<(NaiveDate, f64)> = world
        .from
        .iter_days()
        .take_while(|day| *day < world.as_of)
        .filter(|day| Clock::works_on(*day))
        .map(|day| (day, weight_of(world, day)))
        .collect();
    let total: f64 = days.iter().map(|(_, weight)| weight).sum();
    (0..count)
        .map(|place| {
            let goal = (place as f64 + draw.share()) / count as f64 * total;
            let mut sum = 0.0;
            let reached = days.iter().find(|(_, weight)| {
                sum += weight;
                sum >= goal
            });
            reached.or(days.last()).map_or(world.from, |(day, _)| *day)
        })
        .collect()
}

/// How likely services begin on a day.
fn weight_of(world: &World, day: NaiveDate) -> f64 {
    let december = if day.month() == 12 { world.times.december } else { 1.0 };
    let ends_quarter = day.month().is_multiple_of(3) && day.day() > 16;
    december * if ends_quarter { world.times.quarter_end } else { 1.0 }
}

fn one(world: &World, cast: &Cast, clock: Clock, birth: Birth) -> Service {
    let mut draw = Draw::of(world.seed, "service", birth.number);
    let plan = &world.teams[birth.team];
    let begun = clock.last_working(clock.during(birth.day, draw.between(0.02, 0.7)));
    let in_pilot = plan.arm == Arm::Pilot && birth.day >= plan.start;
    let effect: Effect = if in_pilot { world.effect } else { USUAL };
    // Every service draws the same numbers, whatever becomes of them, so that worlds stay alike.
    let kind = kind_of(world, birth.number, in_pilot);
    let shock = shock_of(world, birth.team, birth.day >= plan.start);
    let median = world.times.median_days * birth.pace * shock * world.mix.factors[kind];
    let usual_days = days_of(world, &mut draw, median);
    let (luck, share_done, retires) = (draw.share(), draw.between(0.3, 0.85), draw.happens(0.4));
    let golden_path = draw.share() < effect.golden_path && !birth.early;
    let runs_as = if draw.happens(0.15) { RunsAs::Function } else { RunsAs::Container };
    let days = if birth.early { usual_days.max(35.0) } else { usual_days * effect.time_ratio };
    let finish = begun + seconds(days.max(4.5) * 24.0);

    let as_of = clock.midnight(world.as_of);
    let how = if retires { GivenUp::Retired } else { GivenUp::Silence };
    let given_up = (luck < world.times.given_up && !birth.early)
        .then(|| ((begun + portion(finish - begun, share_done)).max(begun + 4 * DAY).min(finish - HOUR), how))
        // Silence needs half a year to show.
        .filter(|(at, how)| *at < as_of - if *how == GivenUp::Silence { 200 * DAY } else { DAY });
    let team = cast.steady(birth.team);
    let platform = cast.steady(world.teams.len() - 1);
    let pick = |draw: &mut Draw, from: &[Who], not: Option<Who>| loop {
        let who = *draw.one(from);
        if Some(who) != not || from.len() == 1 {
            return who;
        }
    };
    let maker = pick(&mut draw, &team, None);
    let mate = pick(&mut draw, &team, Some(maker));
    let keeper = pick(&mut draw, &platform, Some(maker));
    let helper = pick(&mut draw, &platform, Some(keeper));
    let way = Way {
        clock,
        begun,
        finish,
        golden_path,
        retires: given_up.is_some_and(|(_, how)| how == GivenUp::Retired),
        runs_as,
    };
    let mut deeds = way.deeds(&mut draw, &Party { maker, mate, keeper, helper });

    let last = given_up.map_or(as_of, |(at, _)| at.min(as_of));
    deeds.retain(|deed| deed.at() < last);
    deeds.sort_by_key(Deed::at);
    let things = things(plan.name);
    Service {
        number: birth.number,
        name: format!("{}-{}", things[birth.place % things.len()], KINDS[birth.place / things.len() % KINDS.len()]),
        team: birth.team,
        runs_as,
        golden_path,
        kind,
        begun,
        finished: (finish < last).then_some(finish),
        given_up,
        left_truncated: birth.early,
        deeds,
    }
}

/// The way of one service, in full; the caller cuts it off.
struct Way {
    clock: Clock,
    begun: Second,
    finish: Second,
    golden_path: bool,
    retires: bool,
    runs_as: RunsAs,
}

impl Way {
    /// Every deed from the request to a while after the finish.
    fn deeds(&self, draw: &mut Draw, party: &Party) -> Vec<Deed> {
        let mut deeds = Vec::new();
        self.before(draw, party, &mut deeds);
        for (part, low, high, chance, by_platform) in [
            (Part::Ci, 0.05, 0.15, 0.97, 0.45),
            (Part::Image, 0.15, 0.3, 0.95, 0.1),
            (Part::DeployWorkflow, 0.3, 0.45, 0.95, 0.4),
            (Part::Dashboard, 0.4, 0.9, 0.55, 1.0),
            (Part::CatalogEntry, 0.35, 1.25, 0.55, 0.0),
            (Part::Docs, 0.3, 1.3, 0.55, 0.0),
            (Part::Runbook, 0.5, 1.5, 0.45, 0.0),
        ] {
            let (when, happens, platform) = (draw.between(low, high), draw.happens(chance), draw.happens(by_platform));
            let change = self.change(draw, part, when, party, platform);
            // Whoever retires a service has an entry to say so in.
            let wanted = happens || (part == Part::CatalogEntry && self.retires);
            if wanted {
                let early = part == Part::CatalogEntry && self.retires;
                deeds.push(if early { self.change(draw, part, 0.02, party, false) } else { change });
            }
        }
        for (what, low, high, chance, by_template) in [
            (Ask::Access, 0.2, 0.35, ASKED[0], ASKED_FROM_TEMPLATE[0]),
            (Ask::Secret, 0.4, 0.55, ASKED[1], ASKED_FROM_TEMPLATE[1]),
        ] {
            let (when, asked) = (draw.between(low, high), draw.share());
            let ask = self.ask(draw, what, when, party);
            if asked < if self.golden_path { by_template } else { chance } {
                deeds.push(ask);
            }
        }
        self.deploys(draw, party, &mut deeds);
        // What the first commit brought need not be brought again.
        let skeleton = deeds.iter().find_map(|deed| match deed {
            Deed::FirstCommit { skeleton, .. } => Some(skeleton.clone()),
            _ => None,
        });
        let skeleton = skeleton.unwrap_or_default();
        deeds.retain(|deed| !matches!(deed, Deed::Change { part, .. } if skeleton.contains(part)));
        deeds
    }

    /// What stands before or at the first commit.
    fn before(&self, draw: &mut Draw, party: &Party, deeds: &mut Vec<Deed>) {
        let (days, wait, own_image) = (draw.between(0.5, 6.0), draw.between(0.3, 30.0), draw.happens(0.3));
        if self.golden_path {
            deeds.push(Deed::TemplateRun { at: self.begun - 2 * MINUTE, by: party.maker });
            deeds.push(Deed::FirstCommit { at: self.begun, by: None, skeleton: SKELETON.to_vec() });
            return;
        }
        let landed = self.clock.last_working(self.begun - seconds(days * 24.0));
        let began = self.clock.last_working(landed - seconds(wait)).min(landed - 20 * MINUTE);
        let (by, merger) = (party.maker, party.keeper);
        deeds.push(Deed::Change { part: Part::Repository, began, landed, by, merger, landing: Landing::Merge });
        let skeleton = if own_image { vec![Part::Image] } else { Vec::new() };
        deeds.push(Deed::FirstCommit { at: self.begun, by: Some(party.maker), skeleton });
    }

    /// Registration, deploys and the release between them.
    fn deploys(&self, draw: &mut Draw, party: &Party, deeds: &mut Vec<Deed>) {
        let registered = self.clock.last_working(self.begun + portion(self.finish - self.begun, 0.56));
        let registered = registered.max(self.begun + 30 * MINUTE);
        deeds.push(self.registration(draw, Environment::Staging, registered, party));
        deeds.push(Deed::Release { at: registered - seconds(draw.between(0.5, 20.0)) });
        let first = (registered + seconds(draw.between(0.2, 6.0))).min(self.finish - 40 * HOUR / 2);
        deeds.push(deploy(Environment::Staging, first.max(registered + MINUTE), Outcome::Success));
        // Production is asked for at the end; the bot deploys around the clock.
        let landed =
            self.clock.last_working(self.finish - seconds(draw.between(3.0, 14.0))).max(registered + 2 * MINUTE);
        deeds.push(self.registration(draw, Environment::Production, landed, party));
        let (too_early, fails, back) = (draw.happens(0.06), draw.happens(0.5), draw.between(0.2, 0.8));
        let between = |share: f64| landed + portion(self.finish - landed, share);
        if self.runs_as == RunsAs::Function && fails {
            deeds.push(deploy(Environment::Production, between(back), Outcome::Failure));
        }
        if self.runs_as == RunsAs::Container && too_early && landed - registered > 8 * HOUR {
            let at = registered + portion(landed - registered, back);
            deeds.push(deploy(Environment::Production, at, Outcome::TooEarly));
        }
        deeds.push(deploy(Environment::Production, self.finish, Outcome::Success));
    }

    /// A change of the deployment repository, begun by the team and landed by the platform.
    fn registration(&self, draw: &mut Draw, environment: Environment, landed: Second, party: &Party) -> Deed {
        let began = self.clock.last_working(landed - seconds(draw.between(0.5, 20.0))).min(landed - 20 * MINUTE);
        let began = began.max(self.begun + MINUTE);
        let merger = if draw.happens(0.8) { party.helper } else { party.keeper };
        let part = Part::Registered(environment);
        Deed::Change { part, began, landed, by: party.maker, merger, landing: Landing::Merge }
    }

    /// A change that lands when this share of the way is done.
    fn change(&self, draw: &mut Draw, part: Part, share: f64, party: &Party, by_platform: bool) -> Deed {
        let whole = self.finish - self.begun;
        let landed = self.clock.next_working(self.begun + portion(whole, share).max(10 * MINUTE));
        let began = self.clock.last_working(landed - seconds(draw.log_normal(5.0, 0.8))).min(landed - 10 * MINUTE);
        let by = if draw.happens(0.75) { party.maker } else { party.mate };
        let (own, platform) = (if by == party.maker { party.mate } else { party.maker }, draw.happens(0.6));
        let merger = match (by_platform, platform) {
            (false, _) => own,
            (true, true) => party.keeper,
            (true, false) => party.helper,
        };
        let shared = matches!(part, Part::Registered(_) | Part::Repository | Part::Dashboard);
        let luck = draw.share();
        let landing = match luck {
            _ if shared => Landing::Merge,
            luck if luck < 0.15 => Landing::SquashWithHead,
            luck if luck < 0.25 => Landing::Squash,
            _ => Landing::Merge,
        };
        Deed::Change { part, began: began.max(self.begun + MINUTE).min(landed), landed, by, merger, landing }
    }

    /// A ticket that is opened when this share of the way is done.
    fn ask(&self, draw: &mut Draw, what: Ask, share: f64, party: &Party) -> Deed {
        let whole = self.finish - self.begun;
        let minute = |at: Second| at - at.rem_euclid(MINUTE);
        let opened = minute(self.clock.next_working(self.begun + portion(whole, share)));
        let answered = minute(self.clock.next_working(opened + seconds(draw.log_normal(10.0, 0.9)).max(5 * MINUTE)));
        let done = minute(self.clock.next_working(answered + seconds(draw.log_normal(12.0, 0.9)).max(5 * MINUTE)));
        let helper = if draw.happens(0.5) { party.keeper } else { party.helper };
        Deed::Ask { what, opened, answered, done, by: party.maker, helper }
    }
}

/// How often access and a secret are asked for, without the template and with it.
pub(super) const ASKED: [f64; 2] = [0.85, 0.6];
pub(super) const ASKED_FROM_TEMPLATE: [f64; 2] = [0.25, 0.15];

/// What the template's first commit brings.
const SKELETON: [Part; 4] = [Part::Ci, Part::Image, Part::CatalogEntry, Part::Docs];

const fn deploy(environment: Environment, at: Second, outcome: Outcome) -> Deed {
    Deed::Deploy { environment, at, outcome }
}

/// A share of a span of time.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "spans of two years, in seconds")]
fn portion(span: Second, share: f64) -> Second {
    (span as f64 * share) as Second
}

#[expect(clippy::cast_possible_truncation, reason = "hours of two years at most, in seconds")]
fn seconds(hours: f64) -> Second {
    (hours * 3600.0) as Second
}
