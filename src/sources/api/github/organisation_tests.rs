//! A whole organisation, pulled from a server that holds GitHub's limits: how many requests, how long, and what was broken.
//!
//! Eight repositories by default; `MILEPOST_ORGANISATION` asks for more. 500 of them with a year of history each take some
//! minutes, and some hours of the server's clock.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::hourly::{Book, Exchange, HOUR, Hourly, PER_HOUR, Resource};
use super::world::World;
use crate::archive::Archive;
use crate::config::{Overrides, load};
use crate::log::Micros;
use crate::sources::api::recorded::Met;
use crate::sources::api::{self, Pull, Token, WallClock};

const SECOND: Micros = 1_000_000;
/// When day 0 of the simulated organisation ends.
const NOON_US: Micros = 1_748_779_200_000_000;
const DAY: Micros = 24 * HOUR;

#[expect(clippy::disallowed_methods, reason = "the size is the caller's; nothing that is tested reads it")]
fn size() -> u64 {
    std::env::var("MILEPOST_ORGANISATION").ok().and_then(|text| text.parse().ok()).unwrap_or(8)
}

/// 600 issues and changes a repository in a year, 2,000 runs, 200 deployments: the load that SOURCES.md takes for one.
fn organisation(repositories: u64, changing: u64) -> World {
    World { repositories, issues: 200, page: 100, cut: 1_000, long: 200, changing }
}

struct Study {
    server: Hourly,
    folder: tempfile::TempDir,
    archive: Archive,
    people: Met,
}

impl Study {
    fn new(world: World) -> Self {
        let server = Hourly::start(world);
        let folder = tempfile::tempdir().expect("a folder");
        let archive = Archive::open(folder.path()).expect("open");
        Self { server, folder, archive, people: Met::default() }
    }

    /// A pull on a day; `used`: of the server's hours, and how long they still last.
    fn pull(&mut self, day: u32, times: u32, used: Option<(i64, Micros)>) -> Seen {
        let clock = WallClock::faster(NOON_US + i64::from(day) * DAY, times);
        self.server.turn(day, clock, used);
        let file = self.folder.path().join("milepost.toml");
        let study = format!(
            "[study]\nname = \"t\"\n[environments]\norder = [\"staging\", \"production\"]\n[[apis]]\nid = \"x\"\n\
             kind = \"github\"\nurl = \"http://{}\"\nowners = [\"acme\"]\n",
            self.server.address
        );
        std::fs::write(&file, study).expect("written");
        let settings = load(&file, &Overrides::default()).unwrap_or_else(|why| panic!("{why}"));
        let (api, known) = (&settings.apis[0], BTreeSet::new());
        let wire = api::connect(api, Token::None).unwrap_or_else(|why| panic!("{why}"));
        let what =
            Pull { api, wire: wire.as_ref(), clock: Rc::new(clock), known: &known, people_rules: "", reconcile: false };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let pulled = runtime.block_on(api::pull(&what, &mut self.archive, &mut self.people, &mut |_| {}));
        let pulled = pulled.unwrap_or_else(|why| panic!("{why}"));
        let book = std::mem::take(&mut *self.server.book.lock().expect("whole"));
        Seen { book, times, records: pulled.counted.records, retried: pulled.counted.retried }
    }
}

/// What a server saw of one pull.
struct Seen {
    book: Book,
    times: u32,
    records: u64,
    retried: u64,
}

impl Seen {
    fn of(&self, resource: Resource) -> Vec<Exchange> {
        let mut all: Vec<_> = self.book.exchanges.iter().filter(|one| one.resource == resource).copied().collect();
        all.sort_by_key(|one| (one.from_us, one.to_us));
        all
    }

    fn requests(&self) -> u64 {
        self.book.exchanges.len() as u64
    }

    fn points(&self, resource: Resource) -> i64 {
        self.of(resource).iter().map(|one| one.points).sum()
    }

    fn took(&self) -> Micros {
        let ends = self.book.exchanges.iter().map(|one| one.to_us).max();
        ends.zip(self.book.exchanges.iter().map(|one| one.from_us).min()).map_or(0, |(to, from)| to - from)
    }

    /// How long nothing of a resource was under way though its hour had points, its minute had room, and there was more to
    /// come. Two seconds of ours are our own work between two answers, on a machine that has other work too.
    fn idle(&self, resource: Resource) -> Micros {
        let all = self.of(resource);
        let patience = 2 * SECOND * i64::from(self.times);
        let mut idle = 0;
        let mut busy_until = all.first().map_or(0, |one| one.from_us);
        for (place, one) in all.iter().enumerate() {
            if one.from_us - busy_until > patience {
                let left = all[..place].iter().max_by_key(|other| other.to_us).map_or(PER_HOUR, |other| other.left);
                let before = all[..place].iter().filter(|other| other.to_us > busy_until - 60 * SECOND);
                let (many, took) =
                    before.fold((0, 0), |(many, took), other| (many + 1, took + other.to_us - other.from_us));
                // A page of the heaviest query costs five points.
                let used_up = left < 5 || many >= 850 || took > 50 * SECOND;
                idle += if used_up { 0 } else { one.from_us - busy_until };
            }
            busy_until = busy_until.max(one.to_us);
        }
        idle
    }
}

/// The fewest requests: a list is a request for each page of a hundred that has anything; lists of different records do not
/// share a request, for they would cost the same points and time out sooner. The listing of repositories tells which lists
/// are empty; of runs it tells nothing, so each is asked for at least once. What of a change does not fit into its page is
/// one request more. Whose repositories they are is one, and so are the teams, and each team's members.
fn fewest(world: &World) -> (u64, u64) {
    let pages = |many: u64| many.div_ceil(100);
    let (mut rest, mut graphql) = (1 + 3, 1 + pages(world.repositories));
    for repository in 0..world.repositories {
        let counts = world.counts(repository, 0);
        let long = (0..counts.pulls).filter(|number| number % world.long == 3 % world.long).count() as u64;
        rest += pages(counts.runs).max(1);
        graphql +=
            pages(counts.issues) + pages(counts.pulls) + pages(counts.deployments) + pages(counts.releases) + long;
    }
    (rest, graphql)
}

/// No pull of so many requests and points can take less: whole hours for what is beyond the first, and then the pace of the
/// secondary limits, by how long this server's answers take.
fn least_time(requests: i64, seconds_each: f64, busy: f64) -> f64 {
    let hours = (requests - 1).max(0) / PER_HOUR;
    real(hours) * 3_600.0 + real(requests - hours * PER_HOUR) * seconds_each / busy * 60.0
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn real(count: i64) -> f64 {
    count as f64
}

#[test]
fn an_organisation_costs_hardly_more_than_the_fewest_requests_and_breaks_no_limit() {
    let size = size();
    whole(size, 10);
    if size < 100 {
        // Twice as many repositories change from one day to the next.
        whole(size, 4);
    }
}

/// How much faster than ours the server's clock runs. What we do ourselves with what many repositories hold takes seconds of
/// ours, and must stay short beside the limits of the server.
const fn times(size: u64) -> u32 {
    if size < 100 { 60 } else { 15 }
}

fn whole(size: u64, changing: u64) {
    let world = organisation(size, changing);
    let mut study = Study::new(world);
    // A small one meets the end of an hour too: most of the first is used when it begins.
    let (times, used) = (times(size), (size < 100).then_some((PER_HOUR - 60, HOUR / 20)));
    let seen = study.pull(0, times, used);
    let (rest, graphql) = fewest(&world);
    let asked = |resource| seen.of(resource).len() as u64;
    let points = [Resource::Rest, Resource::GraphQl].map(|resource| seen.points(resource));
    println!(
        "{size} repositories: {} requests ({} REST, {} GraphQL) for {} at the fewest ({rest}, {graphql}), {points:?} points, \
         {} records, {} tried again, {} s of the server's clock, idle {:?} s",
        seen.requests(),
        asked(Resource::Rest),
        asked(Resource::GraphQl),
        rest + graphql,
        seen.records,
        seen.retried,
        seen.took() / SECOND,
        [Resource::Rest, Resource::GraphQl].map(|resource| seen.idle(resource) / SECOND),
    );
    assert!(seen.book.broken.is_empty(), "{} limits broken: {:?}", seen.book.broken.len(), seen.book.broken.first());
    assert_eq!(seen.retried, 0, "nothing is refused where no limit is broken");
    for (name, asked, fewest) in [("REST", asked(Resource::Rest), rest), ("GraphQL", asked(Resource::GraphQl), graphql)]
    {
        assert!(asked * 10 <= fewest * 11, "{name}: {asked} requests where {fewest} would do");
    }
    for resource in [Resource::Rest, Resource::GraphQl] {
        assert_eq!(seen.idle(resource), 0, "{resource:?} waits though it might go on");
    }
    if size > 100 {
        let took = real(seen.took() / SECOND);
        let points_each = real(points[1]) / real(i64::try_from(asked(Resource::GraphQl)).expect("some thousands"));
        let graphql = least_time(points[1], (0.2 + 0.04 * points_each) / points_each, 60.0);
        let least = least_time(points[0], 0.2, 90.0).max(graphql);
        println!("{took} s; no pull takes less than {least:.0} s");
        assert!(took <= least * 1.1, "{took} s where {least:.0} s would do");
    }
    increment(&mut study, &world);
}

/// Pages of the runs that may have been run again since the newest one that is known: GitHub lists them by nothing that a
/// re-run moves, so each is asked for with those that are new. Where nothing has changed, the answer is free.
fn month(world: &World, repository: u64, day: u32) -> u64 {
    let (old, now) = (world.counts(repository, 0).runs, world.counts(repository, day).runs);
    let from = world.at(old - 1, old) - 10 * 60 * SECOND - 30 * DAY;
    let within = (0..now).filter(|number| world.at(*number, old) >= from - SECOND).count() as u64;
    within.div_ceil(100)
}

/// A day later.
fn increment(study: &mut Study, world: &World) {
    let size = world.repositories;
    // The first increment asks in another way than the first pull; from then on GitHub can say that nothing has changed.
    let first = study.pull(0, times(size), None);
    let second = study.pull(0, times(size), None);
    let seen = study.pull(1, times(size), None);
    let is_changed = |repository: &u64| world.changes(*repository);
    let changed = (0..size).filter(is_changed).count() as u64;
    // Whose, which, and teams and members; then conditional requests for the runs of each.
    let standing = 1 + size.div_ceil(100) + 4;
    let all: u64 = (0..size).map(|repository| month(world, repository, 0)).sum();
    let of_changed: u64 = (0..size).filter(is_changed).map(|repository| month(world, repository, 1)).sum();
    let of_standing: u64 =
        (0..size).filter(|place| !is_changed(place)).map(|repository| month(world, repository, 0)).sum();
    let unchanged = seen.book.exchanges.iter().filter(|one| one.points == 0).count() as u64;
    println!(
        "at once again: {} requests, and again: {}; a day later: {} requests, {unchanged} of them free, {changed} of {size} \
         repositories changed, whose runs of a month are {of_changed} pages",
        first.requests(),
        second.requests(),
        seen.requests()
    );
    // What was under way is asked for again (a run, a deployment, a release), and nothing else.
    assert!(first.requests() <= standing + all + changed * 3, "{} of {standing} + {all}", first.requests());
    assert!(second.requests() <= standing + all + changed * 3, "{} of {standing} + {all}", second.requests());
    assert!(seen.book.broken.is_empty(), "{:?}", seen.book.broken.first());
    let least = standing + of_standing + of_changed;
    let more = seen.requests().saturating_sub(least);
    assert!(more <= changed * 6, "{more} requests more for {changed} repositories that changed");
    assert!(more >= changed * 3, "what changed is asked for");
    assert!(unchanged >= of_standing, "what stands still is free");
}
