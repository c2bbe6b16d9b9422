//! What a plan says of the simulated organisation, against what the pull then takes.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::hourly::{Book, Hourly};
use super::world::World;
use crate::archive::Archive;
use crate::config::{Overrides, Settings, load};
use crate::sources::api::recorded::Met;
use crate::sources::api::{self, Plan, PlannedStream, Pull, Token, WallClock};

const SECOND: i64 = 1_000_000;
const NOON_US: i64 = 1_748_779_200_000_000;
const TIMES: u32 = 60;

#[expect(clippy::disallowed_methods, reason = "the size is the caller's; nothing that is tested reads it")]
fn size(usual: u64) -> u64 {
    std::env::var("MILEPOST_ORGANISATION").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn organisation(repositories: u64, issues: u64) -> World {
    World { repositories, issues, page: 100, cut: 1_000, long: 20, changing: 10 }
}

struct Study {
    server: Hourly,
    folder: tempfile::TempDir,
    archive: Archive,
    settings: Settings,
}

impl Study {
    fn new(world: World, more: &str) -> Self {
        let server = Hourly::start(world);
        let folder = tempfile::tempdir().expect("a folder");
        let archive = Archive::open(folder.path()).expect("open");
        let file = folder.path().join("milepost.toml");
        let study = format!(
            "[study]\nname = \"t\"\n[environments]\norder = [\"staging\", \"production\"]\n[[apis]]\nid = \"x\"\n\
             kind = \"github\"\nurl = \"http://{}\"\nowners = [\"acme\"]\n{more}",
            server.address
        );
        std::fs::write(&file, study).expect("written");
        let settings = load(&file, &Overrides::default()).unwrap_or_else(|why| panic!("{why}"));
        Self { server, folder, archive, settings }
    }

    fn book(&self) -> Book {
        std::mem::take(&mut *self.server.book.lock().expect("whole"))
    }

    /// What is planned, and how many requests that took.
    fn plan(&mut self) -> (Plan, u64) {
        let clock = WallClock::faster(NOON_US, TIMES);
        self.server.turn(0, clock, None);
        let before = self.archive.digest("api:x").expect("readable");
        let beside = tempfile::tempdir_in(self.folder.path()).expect("a folder");
        let mut aside = Archive::open(beside.path()).expect("open");
        let (api, known) = (&self.settings.apis[0], BTreeSet::new());
        let wire = api::connect(api, Token::None).unwrap_or_else(|why| panic!("{why}"));
        let what = Pull {
            api,
            wire: wire.as_ref(),
            clock: Rc::new(clock),
            known: &known,
            people_rules: "",
            reconcile: false,
            fresh: false,
            accept_gone: false,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let plan = runtime.block_on(api::plan(&what, &self.archive, &mut aside, &mut Met::default()));
        let plan = plan.unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(self.archive.digest("api:x").expect("readable"), before, "a plan stores nothing");
        let asked = self.book().exchanges.len() as u64;
        assert_eq!(plan.asked, asked, "a plan says what it took itself");
        (plan, asked)
    }

    fn pull(&mut self) -> Book {
        let clock = WallClock::faster(NOON_US, TIMES);
        self.server.turn(0, clock, None);
        let (api, known) = (&self.settings.apis[0], BTreeSet::new());
        let wire = api::connect(api, Token::None).unwrap_or_else(|why| panic!("{why}"));
        let what = Pull {
            api,
            wire: wire.as_ref(),
            clock: Rc::new(clock),
            known: &known,
            people_rules: "",
            reconcile: false,
            fresh: false,
            accept_gone: false,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let pulled = runtime.block_on(api::pull(&what, &mut self.archive, &mut Met::default(), &mut |_| {}));
        pulled.unwrap_or_else(|why| panic!("{why}"));
        self.book()
    }
}

fn stream<'p>(plan: &'p Plan, name: &str) -> Option<&'p PlannedStream> {
    plan.streams.iter().find(|stream| stream.stream == name)
}

/// Plans and pulls; the plan's bounds must hold what was needed, and be no further apart than a tenth to either side.
fn compare(world: World, more: &str) -> Plan {
    let mut study = Study::new(world, more);
    let (plan, asked) = study.plan();
    let book = study.pull();
    let needed = book.exchanges.len() as u64;
    let (least, most) = (plan.requests(), plan.at_most().expect("a bound for every stream"));
    let ends = book.exchanges.iter().map(|one| one.to_us).max();
    let took = ends.zip(book.exchanges.iter().map(|one| one.from_us).min()).map_or(0, |(to, from)| to - from);
    println!(
        "{} repositories: planned {least} to {most} requests with {asked}, needed {needed}; at least {} s, took {} s",
        world.repositories,
        plan.at_least_us / SECOND,
        took / SECOND
    );
    for stream in &plan.streams {
        println!("  {stream:?}");
    }
    assert!(least <= needed && needed <= most, "{needed} is not between {least} and {most}");
    assert!((most - least) * 10 <= needed * 2, "{least} to {most} says little of {needed}");
    assert!(
        plan.at_least_us <= took + took / 5,
        "{} s are not the least of {} s",
        plan.at_least_us / SECOND,
        took / SECOND
    );
    assert!(asked * 3 <= needed, "{asked} requests to plan {needed}");
    plan
}

#[test]
fn a_plan_says_what_the_pull_of_an_organisation_takes() {
    let size = size(14);
    let plan = compare(organisation(size, 120), "");
    assert_eq!(
        stream(&plan, "repositories").map(|one| (one.scopes, one.at_most)),
        Some((Some(1), Some(size.div_ceil(100))))
    );
    assert_eq!(stream(&plan, "team_members").and_then(|one| one.scopes), Some(3));
    assert_eq!(stream(&plan, "runs").and_then(|one| one.scopes), Some(size));
    assert_eq!(stream(&plan, "jobs"), None, "nobody wants jobs");
    assert_eq!(stream(&plan, "run_attempts"), None, "nor what came before a run");
}

#[test]
fn a_plan_counts_what_hangs_on_lists_that_it_only_looks_at() {
    let plan = compare(organisation(size(12), 24), "jobs = [\"deploy*\"]\n");
    let jobs = stream(&plan, "jobs").expect("planned");
    assert!(jobs.requests > 200, "{jobs:?}");
}

#[test]
fn a_plan_of_what_was_pulled_already_says_what_stands_still() {
    let mut study = Study::new(organisation(12, 24), "");
    study.pull();
    let (plan, asked) = study.plan();
    // Owners, repositories and teams; the runs of each repository are asked for on condition, and not looked at here.
    assert_eq!(asked, 3);
    for name in ["issues", "pulls"] {
        assert_eq!(stream(&plan, name).map(|one| (one.requests, one.at_most)), Some((0, Some(0))), "{name}");
    }
    // Two of twelve repositories have a draft and a deployment that is under way.
    for name in ["releases", "deployments"] {
        assert_eq!(stream(&plan, name).map(|one| (one.requests, one.at_most)), Some((2, None)), "{name}");
    }
    assert_eq!(stream(&plan, "runs").map(|one| (one.requests, one.at_most)), Some((12, None)));
    let book = study.pull();
    let needed = book.exchanges.len() as u64;
    assert!(plan.requests() <= needed, "{} at least, and {needed} were needed", plan.requests());
}
