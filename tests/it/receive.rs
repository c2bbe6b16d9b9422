//! `milepost receive` as senders see it: who is let in, what is answered, and that nothing that was answered is lost.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::bench_dir::Bench;

const GITHUB_SECRET: &str = "It's a Secret to Everybody";

const STUDY: &str = r#"[study]
name = "received"
as-of = 2025-03-01T00:00:00Z
public-pseudonym-key = "for tests only"

[environments]
order = ["production"]

[[receivers]]
id = "github"
kind = "github"
path = "/hooks/github"
secret-env = "GITHUB_SECRET"

[[receivers]]
id = "gitlab"
kind = "gitlab"
path = "/hooks/gitlab"
secret-file = "gitlab.secret"

[[receivers]]
id = "cdevents"
kind = "cdevents"
path = "/hooks/cdevents"
secret-command = ["/bin/echo", "cd-secret"]

[[receivers]]
id = "flux"
kind = "flux"
path = "/hooks/flux"
secret-command = ["/bin/echo", "flux-secret"]

[[receivers]]
id = "any"
kind = "generic"
path = "/hooks/any"
unsigned = true
mapping = { stream = "events", columns = { at = "when", activity = "what", component = "of", by = "who" } }
"#;

fn bench() -> Bench {
    let bench = Bench::empty();
    bench.write("milepost.toml", STUDY);
    bench.write("gitlab.secret", "gl-secret\n");
    own(&bench, "gitlab.secret");
    bench
}

fn own(bench: &Bench, name: &str) {
    #[cfg(unix)]
    fs::set_permissions(bench.path(name), std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("ours");
}

/// A running server; killed when it goes out of scope.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(bench: &Bench, data: &str, more: &[&str]) -> Self {
        let arguments = [&["receive", "--listen", "127.0.0.1:0", "--data", data], more].concat();
        let mut command = bench.command(&arguments);
        command.env("GITHUB_SECRET", GITHUB_SECRET).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let address = lines.by_ref().find_map(|line| {
            let line = line.expect("it speaks UTF-8");
            let rest = line.strip_prefix("listening on ")?;
            Some(rest.split(';').next().expect("an address").parse().expect("an address"))
        });
        // What it says later must not stop it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: address.expect("it listens") }
    }

    /// Sends a request as it is and gives status and text of the answer.
    fn raw(&self, request: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("set");
        stream.write_all(request).expect("sent");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let text = String::from_utf8_lossy(&answer).into_owned();
        let status = text.split(' ').nth(1).and_then(|code| code.parse().ok());
        (status.unwrap_or_else(|| panic!("no answer: {text}")), text)
    }

    fn post(&self, delivery: &Delivery) -> u16 {
        self.raw(&delivery.request()).0
    }

    fn kill(mut self) {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it ended");
    }

    /// Waits for the end; gives the exit code and what it printed.
    fn ended(mut self) -> (Option<i32>, String) {
        let mut printed = String::new();
        self.child.stdout.take().expect("piped").read_to_string(&mut printed).expect("UTF-8");
        (self.child.wait().expect("it ended").code(), printed)
    }

    fn stop(self) -> (Option<i32>, String) {
        let done = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill runs");
        assert!(done.success());
        self.ended()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Clone)]
struct Delivery {
    path: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Delivery {
    fn request(&self) -> Vec<u8> {
        let mut text = format!("POST {} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n", self.path);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("content-length: {}\r\n\r\n", self.body.len()));
        [text.into_bytes(), self.body.clone()].concat()
    }

    fn without(mut self, header: &str) -> Self {
        self.headers.retain(|(name, _)| *name != header);
        self
    }

    fn with(self, header: &'static str, value: &str) -> Self {
        let mut other = self.without(header);
        other.headers.push((header, value.to_owned()));
        other
    }
}

fn hmac(secret: &str, body: &[u8]) -> String {
    let mac: Hmac<Sha256> = Hmac::new_from_slice(secret.as_bytes()).expect("any length");
    let bytes = mac.chain_update(body).finalize().into_bytes();
    bytes.iter().fold("sha256=".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

fn typed(path: &'static str, kind: &str, body: &Value) -> Delivery {
    Delivery { path, headers: vec![("content-type", kind.to_owned())], body: body.to_string().into_bytes() }
}

fn github(id: u32) -> Delivery {
    let body = json!({
        "action": "completed", "repository": {"id": 7, "full_name": "acme/shop-api"},
        "workflow_run": {"id": id, "name": "CI", "event": "push", "status": "completed", "conclusion": "success",
            "run_attempt": 1, "head_sha": "abc", "created_at": "2025-01-01T10:00:00Z",
            "updated_at": format!("2025-01-02T10:{:02}:00Z", id % 60), "actor": {"login": format!("jane-{}", id % 3)}},
    });
    let delivery = typed("/hooks/github", "application/json", &body);
    let signature = hmac(GITHUB_SECRET, &delivery.body);
    let guid = format!("guid-{id}");
    delivery
        .with("x-github-event", "workflow_run")
        .with("x-github-delivery", &guid)
        .with("x-hub-signature-256", &signature)
}

fn gitlab(id: u32) -> Delivery {
    let body = json!({
        "object_kind": "deployment", "status": "success", "status_changed_at": "2025-01-03 21:50:00 +0200",
        "deployment_id": id, "environment": "production", "project": {"id": 30, "path_with_namespace": "acme/till"},
        "user": {"id": 1, "name": "Odile Marchbank", "username": "odile"},
    });
    let delivery = typed("/hooks/gitlab", "application/json", &body).with("x-gitlab-event", "Deployment Hook");
    delivery.with("x-gitlab-token", "gl-secret").with("idempotency-key", &format!("key-{id}"))
}

fn cdevent(id: u32) -> Delivery {
    let data = json!({
        "context": {"id": format!("c-{id}"), "source": "/s", "type": "dev.cdevents.service.deployed.0.2.0",
                    "timestamp": "2025-01-04T10:00:00Z"},
        "subject": {"id": "shop-web", "content": {"environment": {"id": "production"}, "artifactId": "pkg:oci/w@1"}},
    });
    let event = json!({"specversion": "1.0", "id": "x", "source": "/s", "type": "t", "data": data});
    typed("/hooks/cdevents", "application/cloudevents+json", &event).with("authorization", "Bearer cd-secret")
}

fn flux(id: u32) -> Delivery {
    let body = json!({
        "involvedObject": {"kind": "HelmRelease", "name": format!("service-{id}"), "uid": "u"}, "severity": "info",
        "reason": "UpgradeSucceeded", "message": "by Odile Marchbank", "timestamp": "2025-01-05T10:00:00Z",
        "metadata": {"revision": "1.2.3", "env": "production"},
    });
    let delivery = typed("/hooks/flux", "application/json", &body);
    let signature = hmac("flux-secret", &delivery.body);
    delivery.with("x-signature", &signature)
}

fn any(id: u32) -> Delivery {
    let who = "Odile Marchbank <odile@acme.test>";
    let body =
        json!({"when": format!("2025-01-06T10:00:{:02}Z", id % 60), "what": "docs.added", "of": "shop", "who": who});
    typed("/hooks/any", "application/json", &body)
}

/// A few of everybody's.
fn everything() -> Vec<Delivery> {
    (1..=4).flat_map(|id| [github(id), gitlab(id), cdevent(id), flux(id), any(id)]).collect()
}

fn digests(bench: &Bench, data: &str) -> Value {
    let shown = bench.run(&["archive", "show", "--format", "json", "--data", data]).done().json();
    assert_eq!(bench.run(&["archive", "verify", "--data", data]).done().code, Some(0));
    shown["units"].clone()
}

fn log_of(bench: &Bench, data: &str) -> Vec<(String, Vec<u8>)> {
    for command in ["pull", "build"] {
        let _ = bench.run(&[command, "--data", data]).done();
    }
    bench.log_bytes(data)
}

#[test]
fn whoever_is_killed_has_stored_what_was_answered_and_takes_the_rest_again() {
    let bench = bench();
    let all = everything();
    let server = Server::start(&bench, "calm", &[]);
    for delivery in &all {
        assert_eq!(server.post(delivery), 202);
    }
    let (code, printed) = server.stop();
    assert_eq!(code, Some(0));
    assert_eq!(printed.matches("accepted").count(), 5, "{printed}");
    let (wanted, log) = (digests(&bench, "calm"), log_of(&bench, "calm"));
    assert_eq!(wanted.as_array().map(Vec::len), Some(5));

    for point in [0, 3, 7, 12, 19] {
        let data = format!("disturbed-{point}");
        let server = Server::start(&bench, &data, &[]);
        for delivery in &all[..point] {
            assert_eq!(server.post(delivery), 202);
        }
        // One is under way: nobody waits for its answer.
        let mut stream = TcpStream::connect(server.address).expect("it listens");
        stream.write_all(&all[point].request()).expect("sent");
        std::thread::sleep(Duration::from_millis(point as u64 % 4));
        server.kill();
        let server = Server::start(&bench, &data, &[]);
        for (place, delivery) in all.iter().enumerate() {
            let status = server.post(delivery);
            match place.cmp(&point) {
                std::cmp::Ordering::Less => assert_eq!(status, 200, "it was answered before {place}"),
                std::cmp::Ordering::Equal => assert!([200, 202].contains(&status), "{status}"),
                std::cmp::Ordering::Greater => assert_eq!(status, 202),
            }
        }
        assert_eq!(server.stop().0, Some(0));
        assert_eq!(digests(&bench, &data), wanted, "killed at {point}");
        assert!(log_of(&bench, &data) == log, "another log after a kill at {point}");
    }
}

#[test]
fn what_was_sent_is_told_while_the_server_goes_on() {
    let bench = bench();
    let server = Server::start(&bench, ".milepost", &[]);
    for delivery in everything() {
        assert_eq!(server.post(&delivery), 202);
    }
    let tables = bench.tables(&[]);
    let count = |condition: &str| tables.number(&format!("select count(*) from events where {condition}"));
    assert_eq!(count("activity = 'pipelinerun.finished' and source = 'hook:github'"), 4);
    assert_eq!(count("activity = 'service.deployed' and source = 'hook:gitlab'"), 4);
    assert_eq!(count("activity = 'service.deployed' and source = 'hook:cdevents'"), 4);
    assert_eq!(count("activity = 'service.deployed' and source = 'hook:flux' and outcome = 'success'"), 4);
    assert_eq!(count("activity = 'docs.added' and source = 'hook:any' and actor_id is not null"), 4);
    assert_eq!(
        tables.number("select count(*) from people"),
        4,
        "three at GitHub; one who is known by her full name to two"
    );
    // One more comes, and the next pull brings it alone.
    assert_eq!(server.post(&github(50)), 202);
    let said = bench.run(&["pull"]).done();
    let _ = said.says(&["read 1 sources (5 events); 4 had nothing new"]);
    let shown = bench.run(&["archive", "show", "hook:github/runs#7/guid-50"]).done();
    assert!(shown.stdout.contains("\"run_attempt\": 1") && !shown.stdout.contains("jane"), "{}", shown.stdout);
    let _ = bench.run(&["archive", "prune"]).done().says(&["nothing is there"]);
    assert_eq!(server.post(&github(51)), 202);
    for (name, bytes) in crate::bench_dir::contents_below(&bench.path(".milepost")) {
        let holds = |word: &str| bytes.windows(word.len()).any(|part| part == word.as_bytes());
        for word in ["Marchbank", "jane-", GITHUB_SECRET, "gl-secret", "cd-secret", "flux-secret"] {
            assert!(!holds(word), "`{name}` holds `{word}`");
        }
    }
}

#[test]
fn who_does_not_know_the_secret_learns_nothing_and_changes_nothing() {
    let bench = bench();
    let server = Server::start(&bench, "data", &["--until", "10"]);
    let changed = |mut delivery: Delivery| {
        delivery.body.push(b' ');
        delivery
    };
    let wrong = [
        changed(github(1)),
        github(1).without("x-hub-signature-256"),
        github(1).with("x-hub-signature-256", &hmac("another", &github(1).body)),
        gitlab(1).with("x-gitlab-token", "gl-secre"),
        gitlab(1).without("x-gitlab-token"),
        cdevent(1).with("authorization", "Bearer cd-secret2"),
        changed(flux(1)),
        flux(1).with("x-signature", "sha256=00"),
    ];
    for delivery in &wrong {
        let (status, text) = server.raw(&delivery.request());
        assert_eq!(status, 401, "{text}");
        assert!(!text.contains("secret") && !text.contains(&hmac(GITHUB_SECRET, &delivery.body)), "{text}");
    }
    assert_eq!(server.post(&github(1)), 202);
    assert_eq!(server.post(&github(1)), 200);
    let (code, printed) = server.ended();
    assert_eq!(code, Some(0), "it ends after ten");
    assert!(printed.contains("a wrong signature") && printed.contains("a wrong token"), "{printed}");
    let held = bench.run(&["archive", "show", "--format", "json", "--data", "data"]).done().json();
    assert_eq!(held["streams"].as_array().map(Vec::len), Some(1), "{held}");
}

#[test]
fn every_failure_has_its_answer() {
    let bench = bench();
    let server = Server::start(&bench, "data", &[]);
    let at = |line: &str, more: &str| {
        server.raw(format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{more}\r\n").as_bytes())
    };
    assert_eq!(at("POST /hooks/other", "content-length: 0\r\n").0, 404);
    assert_eq!(at("GET /", "").0, 404);
    let (status, text) = at("GET /hooks/github", "");
    assert_eq!(status, 405);
    assert!(text.to_lowercase().contains("allow: post"), "{text}");
    let large = format!("content-type: application/json\r\ncontent-length: {}\r\n", 26 * 1024 * 1024);
    assert_eq!(at("POST /hooks/any", &large).0, 413, "before a byte of it is read");
    assert_eq!(at("POST /hooks/any", "content-encoding: gzip\r\ncontent-length: 0\r\n").0, 415);
    assert_eq!(server.post(&any(1).with("content-type", "text/plain")), 415);
    let mut bad = any(1);
    bad.body.pop();
    assert_eq!(server.post(&bad), 400);
    bad.body = b"[1]".to_vec();
    assert_eq!(server.post(&bad), 400);
    let endless = format!("x-long: {}\r\n", "x".repeat(500_000));
    assert!([400, 431].contains(&at("POST /hooks/any", &endless).0));
    assert_eq!(server.raw(b"nonsense\r\n\r\n").0, 400);

    // A body that does not say how long it is, longer than any may be.
    let mut stream = TcpStream::connect(server.address).expect("it listens");
    let head =
        b"POST /hooks/any HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head).expect("sent");
    let chunk = [format!("{:x}\r\n", 1024 * 1024).into_bytes(), vec![b' '; 1024 * 1024], b"\r\n".to_vec()].concat();
    // It may answer and close before everything was sent.
    let sent = (0..30).take_while(|_| stream.write_all(&chunk).is_ok()).count();
    assert!(sent >= 24, "only {sent} MiB were taken");
    assert_eq!(server.post(&any(1)), 202, "the next one is taken as if nothing had been");

    // While somebody else writes, the sender is asked to come again; and then it is taken.
    let writer = rusqlite::Connection::open(bench.path("data/archive.sqlite")).expect("open");
    writer.execute_batch("begin immediate").expect("begun");
    let (status, text) = server.raw(&any(2).request());
    assert_eq!(status, 503, "{text}");
    assert!(text.to_lowercase().contains("retry-after"), "{text}");
    writer.execute_batch("rollback").expect("ended");
    assert_eq!(server.post(&any(2)), 202);
    assert_eq!(server.post(&any(2)), 200);
    let (code, printed) = server.stop();
    assert_eq!(code, Some(0));
    for words in
        ["no such path", "only POST is taken", "25 MiB", "compressed", "not JSON", "no object", "cannot be written"]
    {
        assert!(printed.contains(words), "{words}: {printed}");
    }
}

#[test]
fn a_receiver_that_is_not_set_up_does_not_start() {
    let bench = bench();
    let refused = |bench: &Bench, more: &[&str], words: &[&str]| {
        let _ = bench.run(&[&["receive", "--listen", "127.0.0.1:0", "--until", "0"], more].concat()).refused(words);
    };
    refused(&bench, &[], &["`GITHUB_SECRET` is not set", "hint: `secret-env`"]);
    bench.edit("milepost.toml", "secret-env = \"GITHUB_SECRET\"", "secret-command = [\"/bin/echo\", \"s\"]");
    bench.write("gitlab.secret", "whsec_%");
    refused(&bench, &[], &["not base64"]);
    bench.write("gitlab.secret", "gl-secret");
    let anywhere = bench.run(&["receive", "--listen", "0.0.0.0:0", "--until", "0"]);
    let _ = anywhere.refused(&["`any`", "`unsigned`", "this machine alone"]);
    #[cfg(unix)]
    {
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        fs::set_permissions(bench.path("gitlab.secret"), open).expect("ours");
        refused(&bench, &[], &["can be read by others"]);
        own(&bench, "gitlab.secret");
    }
    bench.edit("milepost.toml", "activity = \"what\"", "activty = \"what\"");
    refused(&bench, &[], &["`any`", "`activity` is near"]);
    bench.edit("milepost.toml", "path = \"/hooks/any\"", "path = \"/hooks/flux\"");
    refused(&bench, &[], &["`/hooks/flux` stands twice"]);
    bench.write("milepost.toml", "[study]\nname = \"s\"\n");
    refused(&bench, &[], &["lists no `[[receivers]]`"]);
}
