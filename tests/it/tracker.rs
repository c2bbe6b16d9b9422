//! A ticket system on this machine that speaks like Jira Data Center: for what can only be seen with the real binary and a
//! real socket.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// Issues of a page, whatever is asked for.
const PAGE: usize = 20;

/// What was asked: the request line and the headers, as they came.
pub(crate) type Asked = Arc<Mutex<Vec<String>>>;

/// A server that answers until the test ends.
pub(crate) struct Tracker {
    pub(crate) port: u16,
    pub(crate) asked: Asked,
    issues: Arc<AtomicUsize>,
    tell_at: Arc<AtomicUsize>,
    reached: Receiver<()>,
}

/// What is done to a whole HTTP answer before it is sent; the place of the request is given with it.
pub(crate) type Spoil = fn(usize, Vec<u8>) -> Vec<u8>;

impl Tracker {
    pub(crate) fn new(issues: usize, spoil: Spoil) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let asked = Asked::default();
        let (issues, tell_at) = (Arc::new(AtomicUsize::new(issues)), Arc::new(AtomicUsize::new(usize::MAX)));
        let (tell, reached) = channel();
        let desk =
            Desk { asked: Arc::clone(&asked), issues: Arc::clone(&issues), tell_at: Arc::clone(&tell_at), tell, spoil };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let desk = desk.clone();
                thread::spawn(move || desk.serve(&stream));
            }
        });
        Self { port, asked, issues, tell_at, reached }
    }

    /// A study of this system alone.
    pub(crate) fn study(&self) -> String {
        format!(
            "[study]\nname = \"t\"\n[[apis]]\nid = \"desk\"\nkind = \"jira-data-center\"\n\
             url = \"http://127.0.0.1:{}\"\nzone = \"UTC\"\nteam = \"platform\"\ntoken-env = \"DESK_TOKEN\"\n",
            self.port
        )
    }

    pub(crate) fn requests(&self) -> usize {
        self.asked.lock().expect("no test panics while it holds it").len()
    }

    pub(crate) fn grow(&self, issues: usize) {
        self.issues.store(issues, Ordering::SeqCst);
    }

    /// From now on, says when so many more requests were answered.
    pub(crate) fn tell_after(&self, more: usize) {
        while self.reached.try_recv().is_ok() {}
        self.tell_at.store(self.requests() + more, Ordering::SeqCst);
    }

    pub(crate) fn wait(&self) {
        self.reached.recv_timeout(std::time::Duration::from_secs(30)).expect("so many requests come");
    }
}

#[derive(Clone)]
struct Desk {
    asked: Asked,
    issues: Arc<AtomicUsize>,
    tell_at: Arc<AtomicUsize>,
    tell: Sender<()>,
    spoil: Spoil,
}

impl Desk {
    /// One request for each connection.
    fn serve(&self, stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            head.push_str(&line);
        }
        let _ = reader.read_exact(&mut vec![0; length]);
        let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let place = {
            let mut asked = self.asked.lock().expect("no test panics while it holds it");
            asked.push(head);
            asked.len()
        };
        let answer = (self.spoil)(place, http("200 OK", "", &self.answer(&target).to_string()));
        let mut out = stream;
        let _ = out.write_all(&answer);
        let _ = out.flush();
        if place == self.tell_at.load(Ordering::SeqCst) {
            let _ = self.tell.send(());
        }
    }

    fn answer(&self, target: &str) -> Value {
        let field = |name: &str| {
            let query = target.split_once('?').map_or("", |(_, query)| query);
            query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).map(str::to_owned)
        };
        let from: usize = field("startAt").and_then(|text| text.parse().ok()).unwrap_or(0);
        if target.contains("/myself") {
            return json!({"name": "reader", "timeZone": "UTC"});
        }
        if target.contains("/status") {
            let status = |id: &str, key: &str| json!({"id": id, "statusCategory": {"key": key}});
            return json!([status("1", "new"), status("3", "indeterminate"), status("9", "done")]);
        }
        if let Some((_, rest)) = target.split_once("/issue/") {
            let id: usize = rest.split('/').next().and_then(|text| text.parse().ok()).unwrap_or(0);
            let all = comments(id);
            let page: Vec<&Value> = all.iter().skip(from).take(10).collect();
            return json!({"startAt": from, "maxResults": 10, "total": all.len(), "comments": page});
        }
        let many = self.issues.load(Ordering::SeqCst);
        let page: Vec<Value> = (0..many).skip(from).take(PAGE).map(issue).collect();
        json!({"startAt": from, "maxResults": PAGE, "total": many, "issues": page})
    }
}

/// An answer as it goes over the wire.
pub(crate) fn http(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ndate: Sun, 01 Jun 2025 12:00:00 GMT\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"
    )
    .into_bytes()
}

fn person(number: usize) -> Value {
    json!({"name": format!("user{}", number % 7), "displayName": format!("User Number{}", number % 7),
        "emailAddress": format!("user{}@acme.test", number % 7)})
}

fn at(number: usize, minute: usize) -> String {
    format!("2025-0{}-{:02}T{:02}:{minute:02}:00.000+0000", 1 + number / 28 % 5, 1 + number % 28, 8 + number % 9)
}

fn comments(number: usize) -> Vec<Value> {
    let many = if number.is_multiple_of(9) { 25 } else { 1 };
    let comment = |turn: usize| json!({"id": format!("{number}-{turn}"), "author": person(number + turn), "created": at(number, 10 + turn), "body": "secret words"});
    (0..many).map(comment).collect()
}

fn issue(number: usize) -> Value {
    let step = |turn: usize, from: &str, to: &str| {
        json!({"id": format!("{}", number * 10 + turn), "author": person(number + turn), "created": at(number, 40 + turn),
            "items": [{"field": "status", "fieldtype": "jira", "from": from, "to": to}]})
    };
    let histories = vec![step(0, "1", "3"), step(1, "3", "9")];
    let all = comments(number);
    json!({
        "id": number.to_string(), "key": format!("OPS-{number}"),
        "changelog": {"startAt": 0, "maxResults": 2, "total": 2, "histories": histories},
        "fields": {
            "summary": "Access for somebody", "labels": [], "components": [], "issuetype": {"name": "Task"},
            "project": {"key": "OPS", "projectTypeKey": "software"}, "status": {"id": "9", "statusCategory": {"key": "done"}},
            "created": at(number, 0), "updated": at(number, 59), "reporter": person(number), "creator": person(number),
            "comment": {"total": all.len(), "comments": all.into_iter().take(20).collect::<Vec<_>>()},
        },
    })
}
