//! What a simulated world is made of: every number that may be turned.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::clock::date;
use crate::config::written::Arm;

/// A world. Everything that it yields is a pure function of this value.
#[derive(Clone, Debug)]
pub struct World {
    /// The seed of every draw.
    pub seed: u64,
    /// The first day of the records.
    pub from: NaiveDate,
    /// The day at whose start the study looks back.
    pub as_of: NaiveDate,
    /// Where the company works.
    pub zone: Tz,
    /// Product teams and the platform team (the last).
    pub teams: Vec<TeamPlan>,
    /// What the pilot changes.
    pub effect: Effect,
    /// How long it takes to bring a service to production.
    pub times: Times,
    /// What is asked of the platform team.
    pub tickets: Tickets,
    /// What kinds of services there are.
    pub mix: Mix,
    /// How much goes on beside the journeys.
    pub bustle: Bustle,
    /// The windows that the study file compares.
    pub windows: Windows,
    /// How the pilot teams were found; absent where they came forward.
    pub chosen: Option<Chosen>,
}

/// A team of the world.
#[derive(Clone, Debug)]
pub struct TeamPlan {
    /// Its name.
    pub name: &'static str,
    /// Its arm.
    pub arm: Arm,
    /// How many people it has.
    pub developers: usize,
    /// How many services it begins.
    pub services: usize,
    /// When it enters the pilot, or the date that it is compared at.
    pub start: NaiveDate,
}

/// What the pilot changes for the pilot teams from their start on. Ratios of 1 and a gain of 0 change nothing.
#[derive(Clone, Copy, Debug)]
pub struct Effect {
    /// Multiplies the time from the first commit to the first production deploy.
    pub time_ratio: f64,
    /// Multiplies tickets per developer-week.
    pub ticket_ratio: f64,
    /// The share of new services that begin from the template.
    pub golden_path: f64,
    /// The share of missing catalog fields that are filled in within half a year.
    pub fields_filled: f64,
    /// Moves answers of the second wave of the survey, in steps of its scale.
    pub survey_shift: f64,
}

/// The time from the first commit to the first production deploy.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// Its law.
    pub law: Law,
    /// The median of a typical team, in days.
    pub median_days: f64,
    /// Standard deviation of the logarithm between the services of a team; of a log-normal law alone.
    pub sd: f64,
    /// Standard deviation of the logarithm between teams.
    pub team_sd: f64,
    /// Standard deviation of the logarithm of what all services of a team and period share, beside the team's own pace.
    pub period_sd: f64,
    /// The share of journeys that are given up before they would have ended.
    pub given_up: f64,
    /// The weight of a December day among the days on which services begin.
    pub december: f64,
    /// The weight of a day in the last two weeks of a quarter.
    pub quarter_end: f64,
    /// How many of its services each team began before the deployment repository was there; of some teams one where absent.
    pub older: Option<usize>,
}

/// The law of a time with a given median.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// Log-normal with [`Times::sd`].
    LogNormal,
    /// Weibull of shape 0.7: many quick ones, and a long tail.
    Weibull,
    /// Exponential.
    Exponential,
}

/// Kinds of services, as [`TYPES`] names them.
#[derive(Clone, Copy, Debug)]
pub struct Mix {
    /// Multiplies the times of each kind.
    pub factors: [f64; 3],
    /// The share of each kind.
    pub shares: [f64; 3],
    /// How much of its share the last kind gives to the first in pilot teams from their start on: a shift of the mix, which
    /// is no effect.
    pub shift: f64,
}

/// The types that the catalog gives to the kinds of services.
pub const TYPES: [&str; 3] = ["service", "website", "worker"];

/// How the pilot teams are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// Drawn.
    Random,
    /// The teams whose services took longest in the window before: regression to the mean will look like an effect.
    Slowest,
    /// The teams that begin the most services.
    MostEager,
}

/// Tickets to the platform team beside those of the journeys.
#[derive(Clone, Copy, Debug)]
pub struct Tickets {
    /// Per developer and week.
    pub rate: f64,
    /// Standard deviation of the logarithm of the rate between teams.
    pub team_sd: f64,
    /// The share that names no service anywhere.
    pub unlinked: f64,
    /// Standard deviation of the logarithm of a week's rate.
    pub week_sd: f64,
    /// How much of a week's deviation the next one keeps: an autoregression of order one.
    pub carry: f64,
}

/// What goes on beside the journeys; less of it makes a world quicker to build and changes no journey.
#[derive(Clone, Copy, Debug)]
pub struct Bustle {
    /// Ordinary commits of people to a new service, on average.
    pub commits: f64,
    /// Commits of the dependency bot to a new service, on average.
    pub bot_commits: f64,
    /// Later production deploys of a service, on average.
    pub deploys: f64,
    /// CI runs of a new service, on average.
    pub runs: f64,
    /// Services per product team that are older than all records.
    pub old_services: usize,
}

/// The windows of the comparison, in days.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the fields are those of `WrittenComparison`, which says what each means")]
pub struct Windows {
    pub before: u32,
    pub washout: u32,
    pub after: u32,
    pub tau: u32,
}

impl Effect {
    /// No effect at all.
    pub const NONE: Self = USUAL;
}

/// What teams outside the pilot do, and all teams before it.
pub(super) const USUAL: Effect =
    Effect { time_ratio: 1.0, ticket_ratio: 1.0, golden_path: 0.2, fields_filled: 0.15, survey_shift: 0.0 };

impl World {
    /// The company of `sample-data/acme`: 64 developers in eight product teams and the platform team, three teams in
    /// the pilot, two years.
    pub fn acme(seed: u64) -> Self {
        let team = |name, arm, developers, services, start| TeamPlan { name, arm, developers, services, start };
        let (first, second, third) = (date(2025, 1, 6), date(2025, 1, 13), date(2025, 1, 20));
        Self {
            seed,
            from: date(2024, 1, 1),
            as_of: date(2026, 1, 1),
            zone: chrono_tz::Europe::Berlin,
            teams: vec![
                team("checkout", Arm::Pilot, 9, 18, first),
                team("search", Arm::Pilot, 8, 18, second),
                team("accounts", Arm::Pilot, 8, 18, third),
                team("payments", Arm::Comparison, 8, 18, first),
                team("listings", Arm::Comparison, 8, 18, second),
                team("delivery", Arm::Comparison, 7, 18, second),
                team("pricing", Arm::Comparison, 7, 18, third),
                // Too small to be shown by itself.
                team("loyalty", Arm::Comparison, 3, 8, first),
                team("platform", Arm::Platform, 6, 2, first),
            ],
            effect: Effect {
                time_ratio: 0.7,
                ticket_ratio: 0.75,
                golden_path: 0.85,
                fields_filled: 0.75,
                survey_shift: 0.8,
            },
            times: Times {
                law: Law::LogNormal,
                median_days: 30.0,
                sd: 0.32,
                team_sd: 0.2,
                period_sd: 0.0,
                given_up: 0.06,
                december: 0.6,
                quarter_end: 1.0,
                older: None,
            },
            tickets: Tickets { rate: 0.16, team_sd: 0.2, unlinked: 0.15, week_sd: 0.0, carry: 0.0 },
            mix: Mix { factors: [1.0; 3], shares: [1.0, 0.0, 0.0], shift: 0.0 },
            bustle: Bustle { commits: 5.0, bot_commits: 1.5, deploys: 2.0, runs: 6.0, old_services: 3 },
            windows: Windows { before: 364, washout: 28, after: 280, tau: 60 },
            chosen: None,
        }
    }

    /// The same world without any effect of the pilot.
    #[must_use]
    pub fn without_effect(mut self) -> Self {
        self.effect = Effect::NONE;
        self
    }

    /// The same world with another effect on the time to the first deploy.
    #[must_use]
    pub fn with_time_ratio(mut self, ratio: f64) -> Self {
        self.effect.time_ratio = ratio;
        self
    }

    /// The same journeys and tickets with as little as can be beside them, for runs over many seeds.
    #[must_use]
    pub fn quiet(mut self) -> Self {
        self.bustle = Bustle { commits: 0.5, bot_commits: 0.5, deploys: 0.5, runs: 3.0, old_services: 2 };
        self
    }

    /// How many weeks the records span.
    pub(super) fn weeks(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "some hundreds of days")]
        let days = (self.as_of - self.from).num_days() as f64;
        days / 7.0
    }
}
