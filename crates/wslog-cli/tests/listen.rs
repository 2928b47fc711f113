//! What `follow --listen` serves, over real connections.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Far more than it takes; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

fn case() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/case/access.log");
    fs::read_to_string(path).unwrap()
}

fn wslog(listen: &str) -> Command {
    let mut wslog = Command::new(env!("CARGO_BIN_EXE_wslog"));
    wslog.args(["follow", "--listen", listen]);
    wslog.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    wslog
}

/// A follower that listens; it ends with the test.
struct Listening {
    child: Child,
    stdin: ChildStdin,
    address: SocketAddr,
}

impl Listening {
    fn start() -> Listening {
        Listening::of(wslog("127.0.0.1:0").arg("-"))
    }

    fn of(wslog: &mut Command) -> Listening {
        let mut child = wslog.spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let mut told = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut told).unwrap();
        let address = told.trim().strip_prefix("wslog: listening on http://");
        let address = address.and_then(|address| address.strip_suffix("/metrics"));
        Listening { address: address.unwrap().parse().unwrap(), child, stdin }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// The head and the body of the answer to these bytes.
    fn ask(&self, bytes: &[u8]) -> (String, String) {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    fn get(&self, path: &str) -> (String, String) {
        self.ask(format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address).as_bytes())
    }

    /// The metrics, as soon as they show this line.
    fn metrics_with(&self, line: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let (head, body) = self.get("/metrics");
            if body.lines().any(|found| found == line) {
                return body;
            }
            assert!(Instant::now() < until, "{head}\n{body}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn interrupt(mut self) {
        let kill = format!("kill -INT {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // It is gone already, unless the test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn ok_the_numbers_are_those_of_the_report() {
    let mut wslog = Listening::start();
    wslog.stdin.write_all(case().as_bytes()).unwrap();
    let metrics = wslog.metrics_with("wslog_lines_total 4");
    let (head, body) = wslog.get("/report.json");
    assert!(head.starts_with("HTTP/1.1 200 ") && head.contains("application/json"), "{head}");
    let report: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(report["input"]["lines"], 4);
    for (name, value) in [
        ("wslog_lines_total", &report["input"]["lines"]),
        ("wslog_malformed_lines_total", &report["input"]["malformed"]),
        ("wslog_ambiguous_lines_total", &report["input"]["ambiguous"]),
        ("wslog_downgrades_total", &report["downgrades"]["total"]),
        ("wslog_handshakes_evicted_total", &report["handshakes"]["evicted"]),
    ] {
        assert!(metrics.contains(&format!("\n{name} {value}\n")), "{name} {value}\n{metrics}");
    }
    for row in report["sightings"]["by_protocol_status"].as_array().unwrap() {
        let (protocol, outcome, count) = (&row["protocol"], &row["outcome"], &row["count"]);
        let labels = format!("protocol={protocol},outcome={outcome}");
        assert!(metrics.contains(&format!("\nwslog_sightings_total{{{labels}}} {count}\n")));
    }
    for finding in report["findings"].as_array().unwrap() {
        let (id, severity) = (&finding["id"], &finding["severity"]);
        let line = format!("\nwslog_findings{{id={id},severity={severity}}} 1\n");
        assert!(metrics.contains(&line), "{metrics}");
    }
    assert!(metrics.contains("\nwslog_last_logged_timestamp_seconds 1520586427.537\n"));
    assert!(metrics.ends_with("\n# EOF\n"), "{metrics}");

    // What comes later is told later.
    wslog.stdin.write_all(case().as_bytes()).unwrap();
    wslog.metrics_with("wslog_lines_total 8");
    wslog.interrupt();
}

#[test]
fn ok_counters_go_on_where_a_killed_run_stood() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("access.log");
    let start = || {
        Listening::of(
            wslog("127.0.0.1:0").arg(&log).arg("--state").arg(folder.path().join("state")),
        )
    };
    fs::write(&log, case()).unwrap();
    let wslog = start();
    wslog.metrics_with("wslog_lines_total 4");
    drop(wslog);
    fs::write(&log, case() + &case()).unwrap();
    let wslog = start();
    wslog.metrics_with("wslog_lines_total 8");
    wslog.metrics_with("wslog_downgrades_total 6");
}

#[test]
fn ok_head_has_the_length_and_no_body() {
    let wslog = Listening::start();
    let (head, body) = wslog.ask(b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let (get, text) = wslog.get("/");
    assert_eq!((head, body.as_str()), (get.clone(), ""));
    assert!(get.contains(&format!("\r\nContent-Length: {}\r\n", text.len())), "{get}");
    assert!(get.ends_with("\r\nConnection: close"), "{get}");
    assert!(text.contains("/metrics") && text.contains("/report.json"), "{text}");
    assert_eq!(text.lines().count(), 2);
    let (head, _) = wslog.get("/metrics");
    let kind = "\r\nContent-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n";
    assert!(head.contains(kind), "{head}");
    wslog.interrupt();
}

#[test]
fn err_what_is_no_request_for_it_is_refused_and_the_next_one_served() {
    let wslog = Listening::start();
    let long = format!("GET / HTTP/1.1\r\nHost: localhost\r\na: {}\r\n\r\n", "a".repeat(1 << 20));
    for (request, status) in [
        ("\0\x01\x02garbage\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: rebound.example\r\n\r\n", "403"),
        ("GET /etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", "404"),
        ("POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\na=b", "405"),
        ("DELETE /report.json HTTP/1.1\r\nHost: localhost\r\n\r\n", "405"),
        (&long[..9_000], "431"),
    ] {
        let (head, _) = wslog.ask(request.as_bytes());
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
        assert_eq!(status == "405", head.contains("\r\nAllow: GET, HEAD\r\n"), "{head}");
        assert!(wslog.get("/metrics").0.starts_with("HTTP/1.1 200 "));
    }
    // Who sends without end is cut off, whether or not the answer is read.
    let mut endless = wslog.connect();
    while endless.write_all(long.as_bytes()).is_ok() {}
    assert!(wslog.get("/metrics").0.starts_with("HTTP/1.1 200 "));
    wslog.interrupt();
}

#[test]
fn ok_who_says_nothing_holds_up_nobody() {
    let mut wslog = Listening::start();
    let silent: Vec<_> = (0..7).map(|_| wslog.connect()).collect();
    wslog.stdin.write_all(case().as_bytes()).unwrap();
    wslog.metrics_with("wslog_lines_total 4");
    // More than are served at once: they are let go in the end.
    let more: Vec<_> = (0..3).map(|_| wslog.connect()).collect();
    assert!(wslog.get("/metrics").0.starts_with("HTTP/1.1 200 "));
    drop((silent, more));
    wslog.interrupt();
}

#[test]
fn err_an_address_that_is_taken_ends_it_before_it_begins() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = wslog(&address).arg("-").spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains(&format!("--listen {address}: cannot listen there")), "{complaint}");
}
