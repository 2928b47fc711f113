//! What holds for every run, whatever its story.

use std::fs;

use wslog_lab::capture::{Connection, connections_in};
use wslog_lab::client::{Attempt, Sighting};
use wslog_lab::scenario::{Run, Truth};
use wslog_lab::topology::StoppedHop;
use wslog_parse::{Formats, LogFormat, NamedFormat, Variable};

pub(super) fn check(run: &Run) {
    let truth = run.truth();
    check_file(run, truth);
    let connections = connections_in(&run.capture()).unwrap();
    assert_eq!(connections.len(), truth.attempts.len(), "the clients' connections and no others");
    for (number, attempt) in truth.attempts.iter().enumerate() {
        check_heads(run, number, attempt);
        check_capture(attempt, &connections);
        check_sightings(truth, attempt);
    }
    for hop in run.hops() {
        for format in StoppedHop::formats().filter(|&format| format != "sightings") {
            check_log(truth, hop, format);
        }
        let sightings = truth.attempts.iter().flat_map(|attempt| &attempt.sightings);
        let here = sightings.filter(|sighting| sighting.hop == hop.name()).count();
        assert_eq!(hop.access_log("sightings").lines().unwrap().len(), here, "{}", hop.name());
        assert!(!fs::read(hop.error_log()).unwrap().is_empty());
    }
}

/// The file says what the value says.
fn check_file(run: &Run, truth: &Truth) {
    let written = fs::read(run.folder().join("truth.json")).unwrap();
    assert_eq!(&serde_json::from_slice::<Truth>(&written).unwrap(), truth);
    let hops: Vec<_> = run.hops().iter().map(|hop| (hop.name(), hop.address())).collect();
    let told: Vec<_> = truth.hops.iter().map(|hop| (hop.name.as_str(), hop.address)).collect();
    assert_eq!(told, hops);
}

fn check_heads(run: &Run, number: usize, attempt: &Attempt) {
    let read = |kind| fs::read(run.folder().join(format!("heads/{number}.{kind}"))).unwrap();
    assert_eq!(read("sent"), attempt.sent_head);
    assert_eq!(read("received"), attempt.received_head);
    let key = format!("Sec-WebSocket-Key: {}\r\n", attempt.key);
    assert_eq!(contains(&attempt.sent_head, key.as_bytes()), !attempt.key.is_empty());
    let line = format!(" {} {}\r\n", attempt.target(), attempt.protocol);
    assert!(contains(&attempt.sent_head, line.as_bytes()), "{attempt:?}");
    let answered = attempt.status.map(|status| format!("HTTP/1.1 {status} "));
    assert!(attempt.received_head.starts_with(answered.unwrap_or_default().as_bytes()));
    assert_eq!(attempt.status.is_some(), attempt.answered_at.is_some());
}

/// On the wire was what the client remembers.
fn check_capture(attempt: &Attempt, connections: &[Connection]) {
    let is_of = |connection: &&Connection| Some(connection.client) == attempt.from;
    let connection = connections.iter().find(is_of).unwrap();
    assert_eq!(connection.server, attempt.to);
    assert!(connection.sent.starts_with(&attempt.sent_head));
    assert!(connection.received.starts_with(&attempt.received_head));
    assert!(connection.is_over());
}

/// The hops were passed in their order, each one knew the one before it, and the first one told
/// the client what it logged.
fn check_sightings(truth: &Truth, attempt: &Attempt) {
    let first = attempt.sightings.first().unwrap();
    let place =
        |sighting: &Sighting| truth.hops.iter().position(|hop| hop.name == sighting.hop).unwrap();
    assert!(attempt.sightings.is_sorted_by_key(place));
    assert_eq!(truth.hops[place(first)].address, attempt.to);
    assert_eq!(first.remote_addr, attempt.from.unwrap().ip().to_string());
    assert_eq!(first.protocol, attempt.protocol);
    assert_eq!(first.status, attempt.status.unwrap_or(499));
    for pair in attempt.sightings.windows(2) {
        assert_eq!(pair[1].remote_addr, truth.hops[place(&pair[0])].address.ip().to_string());
    }
    // nginx's clock stands still while it handles events, and on a busy machine while it waits for
    // its turn.
    const TICKS: u64 = 300;
    for sighting in &attempt.sightings {
        assert!(sighting.logged_at + TICKS >= attempt.sent_at.unwrap() + sighting.request_time);
        assert!(sighting.logged_at <= attempt.ended_at.unwrap() + 5 * TICKS, "{attempt:?}");
    }
}

/// Each line of a log can be read, and says of its key what is true, as far as its format shows it.
fn check_log(truth: &Truth, hop: &StoppedHop, format: &str) {
    let expected = truth.attempts.iter().flat_map(|attempt| {
        let here = attempt.sightings.iter().filter(|sighting| sighting.hop == hop.name());
        here.map(|sighting| (attempt.key.as_str(), sighting))
    });
    let expected: Vec<_> = expected.collect();
    let lines = hop.access_log(format).lines().unwrap();
    assert_eq!(lines.len(), expected.len(), "{} {format}", hop.name());
    let mut parser = Formats::from(compile(format)).parser();
    for line in &lines {
        let text = String::from_utf8_lossy(line);
        let entry = parser.parse(line).map_err(|_| format!("{format}: {text}")).unwrap();
        // Where the format shows no key, that there is one like it is all that can be said.
        let key = entry.get(Variable::HttpSecWebsocketKey).unwrap_or_default();
        let shows_key = entry.logs(Variable::HttpSecWebsocketKey);
        let is_told = |(known, sighting): &&(&str, &Sighting)| {
            (!shows_key || key == known.as_bytes())
                && entry.protocol().to_string() == sighting.protocol
                && entry.status().unwrap().code() == sighting.status
                && entry.request_time().is_none_or(|time| time.0 == sighting.request_time)
                && (!entry.logs(Variable::HttpUpgrade)
                    || entry.get(Variable::HttpUpgrade)
                        == sighting.upgrade.as_deref().map(str::as_bytes))
        };
        assert!(expected.iter().any(|sighting| is_told(&sighting)), "{format}: {text}");
    }
}

/// What wslog knows by that name, else what the hop was told.
fn compile(format: &str) -> LogFormat {
    let told = || StoppedHop::log_format(format).and_then(|d| LogFormat::from_config(d).ok());
    NamedFormat::find(format).and_then(NamedFormat::compile).or_else(told).unwrap()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
