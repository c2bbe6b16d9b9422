//! For tests: the simulated organisation behind a real socket, for what only the wire itself shows: headers, an App's way
//! to its token, and where REST and GraphQL of an Enterprise server stand.
//!
//! It writes down each request as it came. Everything is plain HTTP on this machine.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::archive::Archive;
use crate::config::{Overrides, load};
use crate::sources::api::fake::with_headers;
use crate::sources::api::recorded::Met;
use crate::sources::api::{self, Answer, Method, Pull, Request, Token, WallClock};

/// A request as it came over the wire.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) method: String,
    /// Path and query.
    pub(super) target: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Option<Value>,
}

/// What a server is and remembers.
#[derive(Clone)]
struct Served {
    address: SocketAddr,
    /// What REST paths begin with.
    base: &'static str,
    answer: fn(&Request, u32) -> Answer,
    day: Arc<AtomicU32>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// Everything that a study asks of a server whose REST API begins at a path: pulled twice on one day, once on the next, and
/// once more for what is gone.
pub(super) fn asked(study: &str, base: &'static str, token: &Token, answer: fn(&Request, u32) -> Answer) -> Vec<Asked> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let served = Served { address, base, answer, day: Arc::default(), asked: Arc::default() };
    let answering = served.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let served = answering.clone();
            std::thread::spawn(move || served.exchange(&stream));
        }
    });
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("milepost.toml");
    let study = study.replace("https://fake.test", &format!("http://{address}{base}"));
    std::fs::write(&file, format!("[study]\nname = \"t\"\n{study}")).expect("written");
    let settings = load(&file, &Overrides::default()).unwrap_or_else(|why| panic!("{why}"));
    let mut archive = Archive::open(folder.path()).expect("open");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for (day, reconcile) in [(0, false), (0, false), (1, false), (1, true)] {
        served.day.store(day, Ordering::Relaxed);
        let api = &settings.apis[0];
        let wire = api::connect(api, token.clone()).unwrap_or_else(|why| panic!("{why}"));
        let known = settings.repositories.iter().map(|one| one.name.clone()).collect();
        let clock = Rc::new(WallClock::new(1_748_779_200_000_000));
        let what = Pull {
            api,
            wire: wire.as_ref(),
            clock,
            known: &known,
            people_rules: "",
            reconcile,
            fresh: false,
            accept_gone: false,
        };
        let mut people = Met::default();
        let pulled = runtime.block_on(api::pull(&what, &mut archive, &mut people, &mut |_| {}));
        pulled.unwrap_or_else(|why| panic!("day {day}: {why}"));
    }
    let asked = served.asked.lock().expect("whole");
    asked.clone()
}

impl Served {
    /// One request, one answer, and the connection is closed.
    fn exchange(&self, mut stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let mut words = line.split_whitespace().map(str::to_owned);
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).expect("a header");
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
        let mut bytes = vec![0; length];
        reader.read_exact(&mut bytes).expect("a whole body");
        let body = (length > 0).then(|| serde_json::from_slice(&bytes).expect("JSON"));
        let asked = Asked { method, target, headers, body };
        let answer = self.answered(&asked);
        self.asked.lock().expect("whole").push(asked);
        let length = ("content-length".to_owned(), answer.body.len().to_string());
        let headers = answer.headers.into_iter().chain([length]).map(|(name, value)| format!("{name}: {value}\r\n"));
        let head =
            format!("HTTP/1.1 {} Said\r\nconnection: close\r\n{}\r\n", answer.status, headers.collect::<String>());
        // Whoever has gone away meanwhile is missed by the test, not by the server.
        let _ = stream.write_all(&[head.as_bytes(), &answer.body].concat());
    }

    fn answered(&self, asked: &Asked) -> Answer {
        if asked.target == format!("{}/app/installations/2/access_tokens", self.base) && asked.method == "POST" {
            let token = json!({"token": "ghs_made-up", "expires_at": "2100-01-01T00:00:00Z", "permissions": {}});
            return with_headers(201, &token, &[]);
        }
        let below = match asked.target.strip_prefix(self.base) {
            Some(below) => below,
            // GraphQL stands beside the REST API of an Enterprise server, not below it.
            None if asked.target == "/api/graphql" => "/graphql",
            None => return crate::sources::api::fake::not_there(),
        };
        let method = if asked.method == "POST" { Method::Post } else { Method::Get };
        if (method == Method::Post) != (below == "/graphql") {
            return crate::sources::api::fake::not_there();
        }
        let request = Request { method, url: format!("https://fake.test{below}"), body: asked.body.clone() };
        let mut answer = (self.answer)(&request, self.day.load(Ordering::Relaxed));
        if let Some(link) = answer.headers.get_mut("link") {
            *link = link.replace("https://fake.test", &format!("http://{}{}", self.address, self.base));
        }
        if asked.headers.get("if-none-match").is_some_and(|known| answer.header("etag") == Some(known)) {
            answer.status = 304;
            answer.body.clear();
        }
        answer
    }
}
