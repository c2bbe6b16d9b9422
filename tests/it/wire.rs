//! What goes over a real socket, and what must not.

use std::process::Command;

use crate::bench_dir::{Bench, Said, contents_below};
use crate::tracker::{Tracker, http};

const TOKEN: &str = "t0p-s3cret-t0ken";

fn pull(bench: &Bench, more: &[(&str, &str)]) -> Said {
    let mut command = bench.command(&["pull"]);
    let output = command.env("DESK_TOKEN", TOKEN).envs(more.iter().copied()).output().expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("it speaks UTF-8");
    Said { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

/// No file below the study's folder and nothing that was said holds the token.
fn keeps_the_token(bench: &Bench, said: &Said) {
    assert!(!said.stderr.contains(TOKEN) && !said.stdout.contains(TOKEN), "{}", said.stderr);
    for (name, bytes) in contents_below(bench.root()) {
        let found = bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes());
        assert!(!found, "`{name}` holds the token");
    }
}

fn bench(tracker: &Tracker) -> Bench {
    let bench = Bench::empty();
    bench.write("milepost.toml", &tracker.study());
    bench
}

#[test]
fn the_token_goes_with_each_request_and_stays_nowhere() {
    let tracker = Tracker::new(50, |_, answer| answer);
    let bench = bench(&tracker);
    let said = pull(&bench, &[]).done();
    let asked = tracker.asked.lock().expect("whole").clone();
    assert!(asked.len() > 3);
    for head in &asked {
        assert!(head.to_lowercase().contains(&format!("authorization: bearer {TOKEN}")), "{head}");
        assert!(head.to_lowercase().contains("user-agent: milepost/"), "{head}");
        assert!(!head.lines().next().unwrap_or_default().contains(TOKEN), "{head}");
    }
    keeps_the_token(&bench, &said);
    // Names and words of people were in the answers.
    for (name, bytes) in contents_below(bench.root()) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for word in ["User Number", "@acme.test", "secret words", "user3"] {
            assert!(!text.contains(word), "`{name}` holds `{word}`");
        }
    }
}

#[test]
fn a_redirect_to_another_origin_is_refused_before_anything_is_sent_there() {
    let tracker = Tracker::new(5, |_, _| http("302 Found", "location: http://127.0.0.1:9/elsewhere\r\n", "{}"));
    let bench = bench(&tracker);
    let said = pull(&bench, &[]).refused(&["leads to another host", "the token was not sent there"]);
    assert_eq!(tracker.requests(), 1);
    keeps_the_token(&bench, &said);
}

#[test]
fn a_body_that_is_cut_off_on_the_wire_is_asked_for_again() {
    let calm = Tracker::new(50, |_, answer| answer);
    let undisturbed = bench(&calm);
    let _ = pull(&undisturbed, &[]).done();
    // The third answer promises more than comes.
    let tracker = Tracker::new(50, |place, mut answer| {
        if place == 3 {
            answer.truncate(answer.len() - 40);
        }
        answer
    });
    let disturbed = bench(&tracker);
    let said = pull(&disturbed, &[]).done();
    assert!(said.stderr.contains("1 tried again"), "{}", said.stderr);
    assert_eq!(tracker.requests(), calm.requests() + 1);
    // Identities are keyed by a secret of each folder, so their lengths differ a little.
    let held = |bench: &Bench| -> Vec<Vec<String>> {
        let table = bench.run(&["archive", "show"]).done().stdout;
        table.lines().map(|line| line.split_whitespace().take(6).map(str::to_owned).collect()).collect()
    };
    assert_eq!(held(&disturbed), held(&undisturbed));
}

#[test]
fn an_answer_without_end_is_not_read_to_its_end() {
    let tracker = Tracker::new(5, |_, _| {
        let mut answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n[".to_vec();
        answer.resize(70 << 20, b' ');
        answer
    });
    let bench = bench(&tracker);
    let _ = pull(&bench, &[]).refused(&["more than 64 MiB", "hint:"]);
    let asked = tracker.asked.lock().expect("whole").clone();
    let mut lists: Vec<&str> = asked.iter().filter_map(|head| head.lines().next()).collect();
    lists.sort_unstable();
    let many = lists.len();
    lists.dedup();
    assert_eq!(lists.len(), many, "nothing is asked for again: {asked:?}");
}

#[test]
fn a_token_that_is_not_taken_is_explained() {
    let tracker = Tracker::new(5, |_, _| http("401 Unauthorized", "", "{\"message\": \"no\"}"));
    let bench = bench(&tracker);
    let said = pull(&bench, &[]).refused(&["refuses the token (401)", "it may be expired", "`desk`"]);
    keeps_the_token(&bench, &said);
}

#[test]
fn a_proxy_of_the_environment_is_used_and_sees_no_token() {
    let proxy = Tracker::new(5, |_, answer| answer);
    let bench = Bench::empty();
    let local = format!("http://127.0.0.1:{}", proxy.port);
    bench.write("milepost.toml", &proxy.study().replace(&local, "https://jira.acme.test"));
    proxy.tell_after(1);
    let mut command = bench.command(&["pull"]);
    command.env("DESK_TOKEN", TOKEN).env("https_proxy", &local).stderr(std::process::Stdio::null());
    let mut child = command.spawn().expect("the binary runs");
    proxy.wait();
    child.kill().expect("it is ours");
    let _ = child.wait();
    let asked = proxy.asked.lock().expect("whole").clone();
    assert!(asked[0].starts_with("CONNECT jira.acme.test:443"), "{}", asked[0]);
    assert!(!asked[0].contains(TOKEN), "{}", asked[0]);
}

#[test]
fn what_goes_without_tls_goes_through_no_proxy() {
    let (tracker, proxy) = (Tracker::new(5, |_, answer| answer), Tracker::new(5, |_, answer| answer));
    let bench = bench(&tracker);
    let address = format!("http://127.0.0.1:{}", proxy.port);
    let _ = pull(&bench, &[("http_proxy", &address), ("all_proxy", &address)]).done();
    assert_eq!(proxy.requests(), 0);
    assert!(tracker.requests() > 0);
}

/// A server with a certificate of its own authority, as companies have. It needs `openssl` and `python3`.
#[test]
fn a_certificate_is_checked_and_an_authority_of_the_company_can_be_given() {
    let bench = Bench::empty();
    let openssl = |arguments: &str| {
        let done = Command::new("openssl").args(arguments.split(' ')).current_dir(bench.root()).output();
        done.is_ok_and(|output| output.status.success())
    };
    bench.write("san.cnf", "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n");
    let made = openssl("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=authority")
        && openssl("req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=server")
        && openssl(
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile san.cnf -out server.pem",
        );
    if !made {
        println!("skipped: no `openssl` that makes certificates; that TLS is verified was not seen");
        return;
    }
    bench.write("serve.py", SERVE);
    let child = Command::new("python3").arg("serve.py").current_dir(bench.root()).spawn();
    let Ok(mut child) = child else {
        println!("skipped: no `python3`; that TLS is verified was not seen");
        return;
    };
    let port = (0..100).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        std::fs::read_to_string(bench.path("port")).ok().filter(|text| text.ends_with('\n'))
    });
    let port = port.expect("the server says its port").trim().to_owned();
    let study = format!(
        "[study]\nname = \"t\"\n[[apis]]\nid = \"desk\"\nkind = \"jira-data-center\"\nurl = \"https://127.0.0.1:{port}\"\n\
         zone = \"UTC\"\nteam = \"platform\"\nstreams = [\"statuses\"]\ntoken-env = \"DESK_TOKEN\"\n"
    );
    bench.write("milepost.toml", &format!("{study}ca-file = \"ca.pem\"\n"));
    let trusted = pull(&bench, &[]);
    bench.write("milepost.toml", &study);
    let untrusted = pull(&bench, &[]);
    let _ = child.kill();
    let _ = child.wait();
    let _ = trusted.done();
    let _ = untrusted.refused(&["certificate", "not trusted", "ca-file"]);
    let seen = bench.read("seen");
    assert_eq!(seen.lines().count(), 1, "an unknown certificate gets no request: {seen}");
}

const SERVE: &str = r#"
import http.server, ssl
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open("seen", "a") as seen:
            seen.write(self.path + "\n")
        body = b'[{"id": "1", "statusCategory": {"key": "done"}}]'
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("server.pem", "server.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
with open("port", "w") as port:
    port.write(str(server.server_address[1]) + "\n")
server.serve_forever()
"#;
