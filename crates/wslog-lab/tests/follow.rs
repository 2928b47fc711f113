//! A real nginx under load is followed while its log is rotated in every manner: each line it
//! writes is counted, and none twice.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use wslog::{Analysis, Analyzer, Follower, Options, Resumed, Start, Tail, Waker};
use wslog_lab::{AccessLog, Config, Exchange, Lab, Nginx, Request, fresh_key, wait_until};
use wslog_parse::NamedFormat;

const FORMAT: &str = "upstreamlog_key";

/// How many clients ask at the same time.
const CLIENTS: usize = 3;

/// Between two requests of a client: what is tested is rotation, not the machine.
const PAUSE: Duration = Duration::from_micros(200);

/// What every answer ends with.
const END: &str = "the end.";

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn millis_below(&mut self, most: u64) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Duration::from_millis(self.0 % most)
    }
}

fn config(log_parameters: &str) -> Config {
    let format = NamedFormat::find(FORMAT).unwrap().log_format;
    Config::new()
        .log_format(&format!("log_format {FORMAT} '{format}';"))
        .log_parameters(log_parameters)
        .http("keepalive_requests 1000000;")
        .server(&format!(
            "location / {{ return 404 '{END}'; }} location /ok {{ return 200 '{END}'; }} \
             location /ws {{ return 426 '{END}'; }}"
        ))
}

/// How many requests of each protocol and status were answered: so many lines nginx owes.
type Answered = BTreeMap<(String, u16), u64>;

/// What clients ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    /// A handshake every other time, of either protocol, each with a key of its own.
    Anything,
    /// Nothing but handshakes, so that no line is like another.
    Handshakes,
}

impl Ask {
    fn request(self, number: usize) -> (Request, &'static str) {
        let protocol = if number.is_multiple_of(2) { "HTTP/1.0" } else { "HTTP/1.1" };
        let target = match (self, number % 4) {
            (Ask::Anything, 0) => "/missing",
            (Ask::Anything, 1) => "/ok",
            _ => "/ws",
        };
        let request = Request::new("GET", target, protocol);
        let request = match target {
            // nginx keeps a connection of HTTP/1.0 only where it is asked to.
            "/ws" => request.header("Connection", "keep-alive").websocket(fresh_key()),
            _ => request.header("Connection", "keep-alive"),
        };
        (request, protocol)
    }
}

/// Clients that ask, each on one connection, until they are told to end.
struct Load {
    is_ending: Arc<AtomicBool>,
    clients: Vec<JoinHandle<Answered>>,
}

impl Load {
    fn start(address: SocketAddr, ask: Ask) -> Load {
        let is_ending = Arc::new(AtomicBool::new(false));
        let client = |_| {
            let is_ending = Arc::clone(&is_ending);
            thread::spawn(move || requests(address, ask, &is_ending))
        };
        let clients = (0..CLIENTS).map(client).collect();
        Load { is_ending, clients }
    }

    /// Lets each client have its last answer, and adds up those they had.
    fn end(self) -> Answered {
        self.is_ending.store(true, Ordering::SeqCst);
        let answered = self.clients.into_iter().map(|client| client.join().unwrap());
        answered.fold(Answered::new(), added)
    }
}

fn requests(address: SocketAddr, ask: Ask, is_ending: &AtomicBool) -> Answered {
    let mut answered = Answered::new();
    let mut connection = Exchange::open(address).unwrap();
    for number in 0.. {
        if is_ending.load(Ordering::SeqCst) {
            break;
        }
        let (request, protocol) = ask.request(number);
        connection.say(&request.bytes()).unwrap();
        let status = connection.answer_up_to(END.as_bytes()).unwrap().status().unwrap();
        *answered.entry((protocol.to_owned(), status)).or_default() += 1;
        thread::sleep(PAUSE);
    }
    answered
}

/// A follower in a thread of its own.
struct Following {
    shared: Arc<Shared>,
    waker: Waker,
    thread: JoinHandle<(Analysis, Vec<String>)>,
}

#[derive(Default)]
struct Shared {
    is_ending: AtomicBool,
    is_asked: AtomicBool,
    lines: AtomicU64,
}

impl Following {
    fn start(path: &Path) -> Following {
        let mut follower = Follower::new(Options::default(), Duration::from_secs(60));
        let mut tail = Tail::new();
        tail.add(path, &mut follower, None, Start::AtFront).unwrap();
        let (shared, waker) = (Arc::new(Shared::default()), tail.waker());
        let thread = thread::spawn({
            let shared = Arc::clone(&shared);
            move || follow(tail, follower, &shared)
        });
        Following { shared, waker, thread }
    }

    /// Waits until so many lines were counted, or more.
    fn wait_for(&self, lines: u64) {
        self.shared.is_asked.store(true, Ordering::SeqCst);
        self.waker.wake();
        let counted = || self.shared.lines.load(Ordering::SeqCst);
        let waited = wait_until("the follower", || Ok((counted() >= lines).then_some(())));
        assert!(waited.is_ok(), "{} of {lines} lines", counted());
        self.shared.is_asked.store(false, Ordering::SeqCst);
    }

    /// What was counted, after everything that is there now was read.
    fn end(self) -> Analysis {
        self.shared.is_ending.store(true, Ordering::SeqCst);
        self.waker.wake();
        let (analysis, troubles) = self.thread.join().unwrap();
        assert!(troubles.is_empty(), "{troubles:?}");
        analysis
    }
}

fn follow(mut tail: Tail, mut follower: Follower, shared: &Shared) -> (Analysis, Vec<String>) {
    let mut troubles = Vec::new();
    loop {
        // What is there when the end is asked for is still read.
        let is_ending = shared.is_ending.load(Ordering::SeqCst);
        let read = tail.read(&mut follower, SystemTime::now(), |_, _| {});
        troubles.extend(read.troubles.iter().map(|(_, error)| error.to_string()));
        if read.is_more {
            continue;
        }
        if is_ending {
            break;
        }
        if shared.is_asked.load(Ordering::SeqCst) {
            shared.lines.store(follower.analysis().input.lines, Ordering::SeqCst);
        }
        tail.wait(Duration::from_secs(10));
    }
    let read = tail.finish(&mut follower, SystemTime::now(), |_, _| {});
    troubles.extend(read.troubles.iter().map(|(_, error)| error.to_string()));
    (follower.analysis(), troubles)
}

fn start(log_parameters: &str) -> (Lab, Nginx, AccessLog) {
    let lab = Lab::new().unwrap();
    let nginx = lab.nginx("edge", &config(log_parameters)).unwrap();
    let log = nginx.access_log(FORMAT);
    (lab, nginx, log)
}

/// What is in the files, read when nobody writes to them any more.
fn files(log: &AccessLog) -> Analysis {
    let files = log.all().into_iter();
    files.fold(Analyzer::new(Options::default()), |all, log| all.file(log.path())).run().unwrap()
}

fn requests_of(analysis: &Analysis) -> Answered {
    let rows = analysis.requests.by_protocol_status.iter();
    rows.map(|row| ((row.protocol.to_string(), row.status.code()), row.count)).collect()
}

/// Every line is one that could be read, and no key came twice.
fn assert_whole_lines(analysis: &Analysis) {
    assert_eq!(
        analysis.input.parsed, analysis.input.lines,
        "{:?}",
        analysis.input.malformed_examples
    );
    assert_eq!(analysis.handshakes.distinct_keys, analysis.sightings.total);
    assert_eq!(analysis.handshakes.keys_seen_more_than_once, 0);
}

/// One line for each answer, for whoever followed and for whoever reads the files.
fn assert_all_counted(followed: &Analysis, log: &AccessLog, answered: &Answered) {
    let files = files(log);
    for analysis in [followed, &files] {
        assert_whole_lines(analysis);
        assert_eq!(requests_of(analysis), *answered);
        assert_eq!(analysis.input.lines, total(answered));
    }
    assert_eq!(followed.sightings.total, files.sightings.total);
    assert_eq!(followed.downgrades.total, files.downgrades.total);
}

fn total(answered: &Answered) -> u64 {
    answered.values().sum()
}

/// Rotates under load, and then once more without: what was counted by then is not counted again.
fn rotate_under_load(log_parameters: &str, rotations: usize, between: u64) {
    let (_lab, mut nginx, log) = start(log_parameters);
    let following = Following::start(log.path());
    let load = Load::start(nginx.address(), Ask::Anything);
    let mut dice = Dice(88_172_645_463_325_252);
    for _ in 0..rotations {
        thread::sleep(dice.millis_below(between));
        nginx.rotate_slowly(dice.millis_below(20)).unwrap();
    }
    let answered = load.end();
    following.wait_for(total(&answered));
    nginx.rotate().unwrap();
    nginx.stop().unwrap();
    assert_all_counted(&following.end(), &log, &answered);
}

#[test]
fn ok_no_line_is_lost_when_the_log_is_renamed() {
    rotate_under_load("", 40, 60);
}

#[test]
fn ok_no_line_is_lost_when_nginx_buffers_the_log() {
    rotate_under_load("buffer=32k flush=1s", 30, 60);
}

#[test]
fn ok_no_line_is_lost_when_nginx_compresses_the_log() {
    rotate_under_load("gzip=1 flush=1s", 10, 400);
}

fn copy_and_truncate_under_load(log_parameters: &str, rotations: usize, between: u64) {
    let (_lab, nginx, log) = start(log_parameters);
    let following = Following::start(log.path());
    let load = Load::start(nginx.address(), Ask::Handshakes);
    let mut dice = Dice(362_436_069);
    for _ in 0..rotations {
        log.copy_and_truncate().unwrap();
        thread::sleep(dice.millis_below(between));
    }
    let answered = load.end();
    nginx.stop().unwrap();
    let (followed, files) = (following.end(), files(&log));
    for analysis in [&followed, &files] {
        assert_whole_lines(analysis);
        assert_eq!(analysis.sightings.total, analysis.input.lines);
    }
    // What is logged between the copy and the truncation is nowhere, unless it was read before.
    let counted = [files.input.lines, followed.input.lines, total(&answered)];
    assert!(counted.is_sorted(), "{counted:?}");
}

#[test]
fn ok_no_line_is_counted_twice_when_the_log_is_copied_and_truncated() {
    copy_and_truncate_under_load("", 30, 60);
}

#[test]
fn ok_no_line_is_counted_twice_when_a_compressed_log_is_copied_and_truncated() {
    copy_and_truncate_under_load("gzip=1 flush=100ms", 20, 100);
}

/// A follower that was ended while nginx compresses, and the log was rotated before the next one.
#[test]
fn ok_another_run_goes_on_in_a_compressed_log_that_was_rotated_meanwhile() {
    let (_lab, mut nginx, log) = start("gzip=1 flush=100ms");
    let (options, window) = (Options::default(), Duration::from_secs(60));
    let mut follower = Follower::new(options.clone(), window);
    let mut tail = Tail::new();
    tail.add(log.path(), &mut follower, None, Start::AtFront).unwrap();
    let mut answered = Answered::new();
    for is_first in [true, false] {
        answered = added(answered, some_load(&nginx));
        if is_first {
            let half = total(&answered);
            wait_until("the first half", || {
                tail.read(&mut follower, SystemTime::now(), |_, _| {});
                Ok((follower.analysis().input.lines == half).then_some(()))
            })
            .unwrap();
        }
    }
    let state = tail.state(&follower).unwrap();
    nginx.rotate().unwrap();
    answered = added(answered, some_load(&nginx));
    nginx.stop().unwrap();

    let resumed =
        Tail::resume(&state, (options, window), |_| Some(None), SystemTime::now(), |_, _| {});
    let Resumed { tail, follower, missing, troubles } = resumed.unwrap();
    assert!(missing.is_empty() && troubles.is_empty(), "{missing:?} {troubles:?}");
    let shared = Shared { is_ending: AtomicBool::new(true), ..Shared::default() };
    let (followed, troubles) = follow(tail, follower, &shared);
    assert!(troubles.is_empty(), "{troubles:?}");
    assert_all_counted(&followed, &log, &answered);
}

/// What clients were answered in a fraction of a second.
fn some_load(nginx: &Nginx) -> Answered {
    let load = Load::start(nginx.address(), Ask::Anything);
    thread::sleep(Duration::from_millis(300));
    load.end()
}

fn added(mut all: Answered, more: Answered) -> Answered {
    more.into_iter().for_each(|(kind, count)| *all.entry(kind).or_default() += count);
    all
}

#[test]
fn ok_a_log_that_goes_with_nginx_and_comes_back_is_followed() {
    let (lab, mut nginx, log) = start("");
    let following = Following::start(log.path());
    let mut all = Answered::new();
    for round in 0..3 {
        if round > 0 {
            nginx.stop().unwrap();
            fs::remove_file(log.path()).unwrap();
            nginx = lab.nginx("edge", &config("")).unwrap();
        }
        let load = Load::start(nginx.address(), Ask::Anything);
        log.wait_for_lines(1000).unwrap();
        all = added(all, load.end());
        // It is deleted for good: whoever follows has to be quicker.
        following.wait_for(total(&all));
    }
    nginx.stop().unwrap();
    let followed = following.end();
    assert_whole_lines(&followed);
    assert_eq!(requests_of(&followed), all);
}
