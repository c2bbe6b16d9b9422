//! Pulls over fakes: a clock that waits in no time, and a wire that can be told what goes wrong.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use serde_json::Value;

use crate::archive::{Archive, Record};
use crate::config::{Overrides, Settings, load};
use crate::log::{Facts, Identity, IdentityKey, Micros, Register, Signature};
use crate::sources::api::fake::Fake;
use crate::sources::api::request::{Answer, Request};
use crate::sources::api::stream::Order;
use crate::sources::api::wire::{Sending, Wire, WireFault};
use crate::sources::api::{self, ApiError, Clock, Known, Plan, Pull, source};

/// Scope and key.
fn path(record: &Record) -> String {
    if record.scope.is_empty() { record.key.clone() } else { format!("{}/{}", record.scope, record.key) }
}

/// When every fake's day 0 is.
pub(super) const NOON_US: Micros = 1_748_779_200_000_000;

pub(super) fn fakes() -> Vec<(&'static str, &'static Fake)> {
    vec![
        ("github", &api::github::FAKE),
        ("gitlab", &api::gitlab::FAKE),
        ("jenkins", &api::jenkins::FAKE),
        ("azure-devops", &api::azure_devops::FAKE),
        ("jira-cloud", &api::jira::FAKE),
        ("jira-data-center", &api::jira::FAKE_DATA_CENTER),
        ("servicenow", &api::servicenow::FAKE),
        ("argocd", &api::argocd::FAKE),
        ("pagerduty", &api::pagerduty::FAKE),
        ("backstage", &api::backstage::FAKE),
    ]
}

/// Requests of so many, evenly spread: twelve by default, `MILEPOST_KILLS` for more.
#[expect(clippy::disallowed_methods, reason = "the number of points is the caller's; nothing that is tested reads it")]
pub(super) fn points(many: usize) -> impl Iterator<Item = usize> {
    let most = std::env::var("MILEPOST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(12).min(many);
    (0..most).map(move |place| place * many / most)
}

/// What goes wrong, and at which request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    None,
    /// In place of the answer to the n-th request, this.
    Answer(usize, fn(&Request) -> Answer),
    /// The connection breaks at the n-th request.
    Broken(usize),
    /// The answer to the n-th request comes, with this done to it.
    Spoiled(usize, fn(&mut Answer)),
    /// Every answer comes so.
    Always(fn(&mut Answer)),
    /// Whatever page is asked for, the first one comes.
    Stuck,
    /// Nothing comes any more after the n-th request.
    Silent(usize),
}

/// A clock that lets waits pass at once, and knows how long they were.
#[derive(Default)]
pub(super) struct Virtual {
    now_us: Cell<Micros>,
    pub(super) waits_us: RefCell<Vec<Micros>>,
}

impl Clock for Virtual {
    fn now_us(&self) -> Micros {
        self.now_us.get()
    }

    fn sleep(&self, us: Micros) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        self.now_us.set(self.now_us.get() + us);
        self.waits_us.borrow_mut().push(us);
        Box::pin(std::future::ready(()))
    }
}

struct FaultyWire<'a> {
    fake: &'a Fake,
    day: u32,
    fault: Fault,
    asked: &'a Cell<usize>,
    first: usize,
    log: &'a RefCell<Vec<String>>,
    first_pages: RefCell<BTreeMap<String, Answer>>,
}

impl FaultyWire<'_> {
    /// The first answer that came for what is asked for, pages apart.
    fn stuck(&self, request: &Request, answer: Answer) -> Answer {
        let mut name = request.url.split('?').next().unwrap_or_default().to_owned();
        if let Some(mut body) = request.body.clone() {
            if let Some(variables) = body.get_mut("variables").and_then(Value::as_object_mut) {
                variables.remove("after");
            }
            if let Some(fields) = body.as_object_mut() {
                fields.remove("nextPageToken");
            }
            name = format!("{name} {body}");
        }
        self.first_pages.borrow_mut().entry(name).or_insert(answer).clone()
    }
}

impl Wire for FaultyWire<'_> {
    fn send<'a>(&'a self, request: &'a Request, etag: Option<&'a str>) -> Sending<'a> {
        let place = self.asked.get() - self.first;
        self.asked.set(self.asked.get() + 1);
        self.log.borrow_mut().push(request.url.clone());
        let mut answer = (self.fake.answer)(request, self.day);
        if etag.is_some() && answer.header("etag") == etag {
            answer.status = 304;
            answer.body.clear();
        }
        let sent = match self.fault {
            Fault::Answer(at, make) if at == place => {
                let date = answer.headers.get("date").cloned();
                let mut other = make(request);
                other.headers.extend(date.map(|date| ("date".to_owned(), date)));
                Ok(other)
            }
            Fault::Broken(at) if at == place => Err(WireFault::Broken("the connection broke".to_owned())),
            Fault::Spoiled(at, spoil) if at == place => {
                spoil(&mut answer);
                Ok(answer)
            }
            Fault::Always(spoil) => {
                spoil(&mut answer);
                Ok(answer)
            }
            Fault::Stuck => Ok(self.stuck(request, answer)),
            Fault::Silent(after) if place >= after => return Box::pin(std::future::pending()),
            _ => Ok(answer),
        };
        Box::pin(std::future::ready(sent))
    }
}

/// Gives out people by what they are called, and remembers every name that it was shown.
#[derive(Default)]
struct Shown {
    names: BTreeSet<String>,
}

impl Register for Shown {
    fn identity(&mut self, who: Signature<'_>) -> Option<Identity> {
        for part in [who.name, who.email, who.handle].into_iter().flatten() {
            self.names.insert(part.to_lowercase());
        }
        let shown = who.handle.or(who.email).or(who.name)?.to_lowercase();
        let hash = shown.bytes().fold(7_u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte)));
        Some(Identity { id: format!("i-{hash:016x}"), is_bot: shown.contains("[bot]") })
    }

    fn same_person(&mut self, _: Signature<'_>, _: Signature<'_>) {}

    fn word(&self, word: &str) -> String {
        format!("w{:x}", word.bytes().fold(5_u64, |hash, byte| hash.wrapping_mul(33).wrapping_add(u64::from(byte))))
    }

    fn new_keys(&mut self) -> Vec<IdentityKey> {
        Vec::new()
    }
}

/// One API, its archive, and everything that was asked of it.
pub(super) struct Bench {
    folder: tempfile::TempDir,
    fake: &'static Fake,
    settings: Settings,
    archive: Option<Archive>,
    people: Shown,
    known: BTreeSet<String>,
    asked: Cell<usize>,
    pub(super) log: RefCell<Vec<String>>,
    pub(super) clock: Rc<Virtual>,
    /// How far our clock is off the server's.
    pub(super) skew_hours: i64,
    /// Whether whole lists are asked for.
    pub(super) reconcile: bool,
    /// Whether everything is asked for again.
    pub(super) fresh: bool,
    /// Whether most of a list may vanish.
    pub(super) accept_gone: bool,
}

impl Bench {
    pub(super) fn new(fake: &'static Fake) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("milepost.toml");
        std::fs::write(&file, format!("[study]\nname = \"t\"\n{}", fake.study)).expect("written");
        let settings = load(&file, &Overrides::default()).unwrap_or_else(|why| panic!("{why}"));
        let archive = Archive::open(folder.path()).expect("open");
        let known = settings.repositories.iter().map(|one| one.name.clone()).collect();
        Self {
            folder,
            fake,
            settings,
            archive: Some(archive),
            people: Shown::default(),
            known,
            asked: Cell::new(0),
            log: RefCell::default(),
            clock: Rc::default(),
            skew_hours: 0,
            reconcile: false,
            fresh: false,
            accept_gone: false,
        }
    }

    /// A pull on a day.
    pub(super) fn pull(&mut self, day: u32, fault: Fault) -> Result<(), ApiError> {
        self.run(day, fault).expect("a pull ends where answers come")
    }

    /// A pull that is dropped once so many requests were answered.
    pub(super) fn kill(&mut self, day: u32, after: usize) {
        assert!(self.run(day, Fault::Silent(after)).is_none(), "it was to be killed after {after} requests");
    }

    fn run(&mut self, day: u32, fault: Fault) -> Option<Result<(), ApiError>> {
        self.clock.now_us.set(NOON_US + i64::from(day) * 86_400_000_000 + self.skew_hours * 3_600_000_000);
        let (fake, first) = (self.fake, self.asked.get());
        let wire =
            FaultyWire { fake, day, fault, asked: &self.asked, first, log: &self.log, first_pages: RefCell::default() };
        let what = Pull {
            api: &self.settings.apis[0],
            wire: &wire,
            clock: Rc::<Virtual>::clone(&self.clock),
            known: &self.known,
            people_rules: "",
            reconcile: self.reconcile,
            fresh: self.fresh,
            accept_gone: self.accept_gone,
        };
        let archive = self.archive.as_mut().expect("open");
        let mut silent = |_| {};
        let pull = api::pull(&what, archive, &mut self.people, &mut silent);
        let mut pull = std::pin::pin!(pull);
        // Everything is ready at once or never: a pull that waits for nothing that comes is one that was killed.
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        for _ in 0..1_000_000 {
            if let std::task::Poll::Ready(done) = pull.as_mut().poll(&mut context) {
                return Some(done.map(|_| ()));
            }
            if matches!(fault, Fault::Silent(after) if self.asked.get() - first > after) {
                return None;
            }
        }
        panic!("the pull stands still");
    }

    pub(super) fn plan(&mut self, day: u32) -> Result<Plan, ApiError> {
        self.clock.now_us.set(NOON_US);
        let (fake, first) = (self.fake, self.asked.get());
        let wire = FaultyWire {
            fake,
            day,
            fault: Fault::None,
            asked: &self.asked,
            first,
            log: &self.log,
            first_pages: RefCell::default(),
        };
        let what = Pull {
            api: &self.settings.apis[0],
            wire: &wire,
            clock: Rc::<Virtual>::clone(&self.clock),
            known: &self.known,
            people_rules: "",
            reconcile: false,
            fresh: false,
            accept_gone: false,
        };
        let beside = tempfile::tempdir().expect("a folder");
        let mut aside = Archive::open(beside.path()).expect("open");
        let plan = api::plan(&what, self.archive.as_ref().expect("open"), &mut aside, &mut self.people);
        let mut plan = std::pin::pin!(plan);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        loop {
            if let std::task::Poll::Ready(done) = plan.as_mut().poll(&mut context) {
                return done;
            }
        }
    }

    /// The archive, from the disk again.
    pub(super) fn reopen(&mut self) {
        self.archive = None;
        self.archive = Some(Archive::open(self.folder.path()).expect("open again"));
    }

    fn archive(&self) -> &Archive {
        self.archive.as_ref().expect("open")
    }

    pub(super) fn requests(&self) -> usize {
        self.asked.get()
    }

    pub(super) fn digest(&self) -> String {
        self.archive().digest("api:x").expect("readable")
    }

    fn stored(&self) -> BTreeMap<&'static str, Vec<Record>> {
        let streams = source(self.settings.apis[0].kind).streams;
        streams
            .iter()
            .map(|stream| (stream.name, self.archive().records("api:x", stream.name).expect("readable")))
            .collect()
    }

    pub(super) fn records(&self) -> usize {
        self.stored().values().map(Vec::len).sum()
    }

    /// Every record that is not gone, by its latest version: stream, scope, key and body.
    pub(super) fn alive(&self) -> BTreeMap<(&'static str, String, String), String> {
        let mut alive = BTreeMap::new();
        for (stream, records) in self.stored() {
            for record in records {
                let place = (stream, record.scope, record.key);
                if record.gone_us.is_none() {
                    alive.insert(place, record.body)
                } else {
                    alive.remove(&place)
                };
            }
        }
        alive
    }

    pub(super) fn everything_stored(&self) -> String {
        format!("{:?}", self.stored())
    }

    /// The bookmarks' instants.
    pub(super) fn marks(&self) -> Vec<Micros> {
        self.of_marks("since_us").into_values().collect()
    }

    /// When each list was first read whole, by stream and scope.
    pub(super) fn wholes(&self) -> BTreeMap<(&'static str, String), Micros> {
        self.of_marks("whole_us")
    }

    fn of_marks(&self, field: &str) -> BTreeMap<(&'static str, String), Micros> {
        let streams = source(self.settings.apis[0].kind).streams;
        let mut scopes: BTreeSet<String> = BTreeSet::from([String::new()]);
        for (_, records) in self.stored() {
            for record in records {
                scopes.insert(record.scope.clone());
                scopes.insert(path(&record));
            }
        }
        let mut marks = BTreeMap::new();
        for stream in streams {
            for scope in &scopes {
                let Some(text) = self.archive().bookmark("api:x", stream.name, scope).expect("readable") else {
                    continue;
                };
                let mark: Value = serde_json::from_str(&text).expect("JSON");
                marks.extend(mark[field].as_i64().map(|at_us| ((stream.name, scope.clone()), at_us)));
            }
        }
        marks
    }

    /// What shaped the records, as the archive notes it.
    pub(super) fn door(&self) -> String {
        self.archive().door("api:x").expect("readable").unwrap_or_default()
    }

    /// Lists of whole streams whose records stand though what they were listed for is gone.
    pub(super) fn orphans(&self) -> Vec<(&'static str, String, String)> {
        let alive = self.alive();
        let streams = source(self.settings.apis[0].kind).streams;
        let mut orphans = Vec::new();
        for (stream, scope, key) in alive.keys() {
            let of =
                streams.iter().find(|one| one.name == *stream && one.order == Order::Whole).and_then(|one| one.per);
            let Some(of) = of else { continue };
            let is_of = |(name, above, key): &&(&str, String, String)| {
                *name == of && *scope == if above.is_empty() { key.clone() } else { format!("{above}/{key}") }
            };
            if !alive.keys().any(|parent| is_of(&parent)) {
                orphans.push((*stream, scope.clone(), key.clone()));
            }
        }
        orphans
    }

    /// Since when and until when the versions of the records of a stream are known.
    pub(super) fn stays(&self, stream: &str, scope: &str) -> Vec<(Option<Micros>, Option<Micros>)> {
        let records = self.archive().records_of("api:x", stream, scope).expect("readable");
        records.iter().map(|record| (record.since_us, record.gone_us)).collect()
    }

    /// How much was left out for a reason.
    pub(super) fn left_out(&self, reason: &str) -> i64 {
        let caveats = self.facts().caveats;
        caveats.iter().filter(|caveat| caveat.detail.contains(reason)).map(|caveat| caveat.count).sum()
    }

    /// Makes a record of a stream unreadable on the disk.
    pub(super) fn break_one(&mut self, stream: &str) {
        self.archive = None;
        let file = self.folder.path().join(crate::archive::FILE);
        let database = rusqlite::Connection::open(file).expect("open");
        let sql = "update record set body = x'01ff' where stream = ?1
                   and (scope, key) = (select scope, key from record where stream = ?1 order by scope, key limit 1)";
        assert!(database.execute(sql, [stream]).expect("damaged") > 0, "{stream}");
        drop(database);
        self.reopen();
    }

    /// Takes out what is broken.
    pub(super) fn mend(&mut self) -> usize {
        let archive = self.archive.as_mut().expect("open");
        archive.mend(None, &api::begin_anew).expect("mended").len()
    }

    pub(super) fn facts(&self) -> Facts {
        let words: HashMap<String, String> =
            self.known.iter().map(|name| (self.people.word(name), name.clone())).collect();
        let known = Known { words: &words, names: &self.known, people_rules: "" };
        api::facts(&self.settings, &self.settings.apis[0], 0, self.archive(), &known).expect("facts")
    }

    /// What people were called, where it is long enough to be nobody else's.
    pub(super) fn people(&self) -> Vec<String> {
        self.people.names.iter().filter(|name| name.len() > 5 && !name.contains("[bot]")).cloned().collect()
    }
}
