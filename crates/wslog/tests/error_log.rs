//! nginx's error logs beside access logs: what is counted, what is joined to which handshake, and what
//! is not.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::io::Cursor;
use std::num::NonZeroUsize;

use proptest::prelude::*;
use wslog::parse::{LogFormat, Timestamp};
use wslog::{Analysis, Analyzer, ChunkSize, ErrorEventRow, Moment, Options, Period, VantageName};

/// 2018-03-09 17:00:00 by the clock of both logs, as a time of UTC.
const START: i64 = 1_520_614_800;

const IDLE: &str =
    "upstream timed out (110: Connection timed out) while proxying upgraded connection";
const TIMED_OUT: &str =
    "upstream timed out (110: Connection timed out) while reading response header from upstream";
const CLOSED: &str =
    "upstream prematurely closed connection while reading response header from upstream";
const REFUSED: &str = "connect() failed (111: Connection refused) while connecting to upstream";
const NO_LIVE: &str = "no live upstreams while connecting to upstream";
const LEFT: &str = "epoll_wait() reported that client prematurely closed connection, so upstream \
                    connection is closed too while reading response header from upstream";

/// A request as an access log shows it; times are in ms since the start.
#[derive(Clone, Copy)]
struct Request {
    client: &'static str,
    target: &'static str,
    from: i64,
    to: i64,
    status: u16,
    upstream: &'static str,
    server: &'static str,
    offset: i64,
}

const TUNNEL: Request = Request {
    client: "192.0.2.1",
    target: "/ws/?room=1",
    from: 0,
    to: 60_000,
    status: 101,
    upstream: "192.0.2.9:80",
    server: "edge",
    offset: 480,
};

const FAILED: Request = Request { status: 504, ..TUNNEL };

impl Request {
    /// In the format `websocket`.
    fn line(&self) -> String {
        let Request { client, target, from, to, status, upstream, server, offset } = *self;
        let second = to.div_euclid(1000);
        let (minute, second) = (second / 60, second % 60);
        let unix = (START - offset * 60) * 1000 + to;
        let (sign, away) = (if offset < 0 { '-' } else { '+' }, offset.abs());
        let zone = format!("{sign}{:02}{:02}", away / 60, away % 60);
        let took = to - from;
        let seconds = |millis: i64| format!("{}.{:03}", millis / 1000, millis % 1000);
        format!(
            "{client} - - [09/Mar/2018:17:{minute:02}:{second:02} {zone}] \"GET {target} HTTP/1.1\" {status} 0 \
             \"-\" \"-\" \"-\" {} {} \"{server}\" \"websocket\" \"8+qDYeKJGFTWKB2ov4p5TA==\" \
             \"{upstream}\" \"{status}\" \"-\" \"{}\"\n",
            seconds(unix),
            seconds(took),
            seconds(took),
        )
    }
}

impl Request {
    /// In the format `main_ws`, which shows neither the server nor where requests were sent.
    fn unlogged(&self) -> String {
        let line = self.line();
        let (main, rest) = line.split_at(line.find("\"-\" \"-\" \"-\"").unwrap() + 11);
        let took = rest.split(' ').nth(2).unwrap();
        format!("{main} {took} \"8+qDYeKJGFTWKB2ov4p5TA==\"\n")
    }
}

/// What an error log says of a request, so many seconds after the start.
fn event_of(second: i64, what: &str, request: &Request) -> String {
    let Request { client, target, upstream, server, .. } = request;
    let (minute, second) = (second / 60, second % 60);
    format!(
        "2018/03/09 17:{minute:02}:{second:02} [error] 1#1: *5 {what}, client: {client}, server: {server}, \
         request: \"GET {target} HTTP/1.1\", upstream: \"http://{upstream}{target}\", host: \"a\"\n"
    )
}

fn analyze(options: Options, logs: &[(&str, String)]) -> Analysis {
    let analyzer = Analyzer::new(options);
    let reader = |all: Analyzer<'static>, (name, log): &(&str, String)| {
        all.reader(name, Cursor::new(log.clone().into_bytes()))
    };
    logs.iter().fold(analyzer, reader).run().unwrap()
}

/// The analysis of some requests and the lines of an error log.
fn beside(requests: &[Request], events: &[String]) -> Analysis {
    let requests = requests.iter().map(Request::line).collect();
    analyze(Options::default(), &[("access.log", requests), ("error.log", events.concat())])
}

fn rows(analysis: &Analysis) -> &[ErrorEventRow] {
    &analysis.error_log.as_ref().unwrap().events
}

/// How many lines are joined to a sighting, of a log that begins before them.
fn joined(requests: &[Request], events: &[String]) -> u64 {
    let begin = "2018/03/09 16:59:59 [notice] 1#1: start worker processes\n".to_owned();
    joined_from(requests, &[&[begin], events].concat())
}

/// How many lines are joined to a sighting.
fn joined_from(requests: &[Request], events: &[String]) -> u64 {
    rows(&beside(requests, events)).iter().map(|row| row.joined).sum()
}

/// The same, where it is not logged where requests were sent.
fn joined_unlogged(requests: &[Request], events: &[String]) -> u64 {
    let requests = requests.iter().map(Request::unlogged).collect();
    let logs = [("access.log", requests), ("error.log", events.concat())];
    let analysis = analyze(Options::default(), &logs);
    assert_eq!(analysis.input.sources[0].formats[0].name, "main_ws");
    rows(&analysis).iter().map(|row| row.joined).sum()
}

#[test]
fn ok_an_idle_tunnel_is_proven() {
    let analysis = beside(&[TUNNEL], &[event_of(60, IDLE, &TUNNEL)]);
    let found = serde_json::to_value(&analysis).unwrap();
    let expected = serde_json::json!({
        "events": [{
            "event": "upstream_timed_out",
            "activity": "proxying_upgraded_connection",
            "count": 1,
            "joined": 1,
            "outcomes": { "established": 1 },
        }],
        "lost": 0,
    });
    assert_eq!(found["error_log"], expected);
    assert_eq!(
        analysis.error_log.unwrap().sentences,
        [
            "nginx's own idle timer (proxy_read_timeout or proxy_send_timeout) ended a tunnel: 1 line; \
          joined to handshakes: 1 established. No access log shows who ended a tunnel."
        ]
    );
}

#[test]
fn ok_lines_of_an_error_log_are_no_requests() {
    let alone = beside(&[TUNNEL], &[]);
    let lines = [event_of(60, IDLE, &TUNNEL), "junk\n".into(), "\n".into()];
    let lines = [lines.as_slice(), &[event_of(61, IDLE, &TUNNEL)]].concat();
    let analysis = beside(&[TUNNEL], &lines);
    let source = &analysis.input.sources[1];
    assert!(source.is_error_log);
    assert_eq!((source.lines, source.parsed, source.malformed, source.blank), (4, 2, 1, 1));
    assert_eq!((source.formats[0].name.as_str(), source.formats[0].lines), ("error_log", 2));
    assert_eq!((analysis.input.lines, analysis.input.parsed), (5, 3));
    assert_eq!(analysis.requests.total, 1);
    let json = |analysis: &Analysis| {
        let mut json = serde_json::to_value(analysis).unwrap();
        for key in ["input", "error_log"] {
            json[key].take();
        }
        json.to_string()
    };
    assert_eq!(json(&analysis), json(&alone));
    assert_eq!(analysis.input.capabilities, alone.input.capabilities);
    assert_eq!(analysis.problems, []);
}

#[test]
fn ok_an_error_log_alone_is_no_mistake() {
    let log = event_of(60, IDLE, &TUNNEL) + &"stack traceback:\n".repeat(9);
    let log = event_of(60, TIMED_OUT, &TUNNEL).repeat(300) + &log;
    let analysis = analyze(Options::default(), &[("error.log", log)]);
    assert_eq!((analysis.problems, analysis.findings.len()), (vec![], 0));
    let counts = analysis.error_log.unwrap();
    let counts: Vec<_> = counts.events.iter().map(|row| (row.count, row.joined)).collect();
    assert_eq!(counts, [(1, 0), (300, 0)]);
    let none = analyze(Options::default(), &[("access.log", TUNNEL.line())]);
    assert!(none.error_log.is_none());
}

#[test]
fn ok_an_event_of_another_request_is_not_joined() {
    let idle = |request: Request| joined(&[TUNNEL], &[event_of(60, IDLE, &request)]);
    assert_eq!(idle(TUNNEL), 1);
    assert_eq!(idle(Request { target: "/ws/?another=query", ..TUNNEL }), 0);
    assert_eq!(idle(Request { server: "other", ..TUNNEL }), 0);
    // Nothing speaks against a server that is not logged.
    assert_eq!(joined(&[Request { server: "-", ..TUNNEL }], &[event_of(60, IDLE, &TUNNEL)]), 1);
    for other in ["GET /ws/?room=1 HTTP/1.0", "POST /ws/?room=1 HTTP/1.1"] {
        let event = event_of(60, IDLE, &TUNNEL).replace("GET /ws/?room=1 HTTP/1.1", other);
        assert_eq!(joined(&[TUNNEL], &[event]), 0, "{other}");
    }
    assert_eq!(idle(Request { client: "192.0.2.2", ..TUNNEL }), 0);
    assert_eq!(idle(Request { target: "/wss/?room=1", ..TUNNEL }), 0);
    assert_eq!(idle(Request { upstream: "192.0.2.8:80", ..TUNNEL }), 0);
    let at = |second| joined(&[TUNNEL], &[event_of(second, IDLE, &TUNNEL)]);
    assert_eq!([58, 59, 60, 61, 62].map(at), [0, 1, 1, 1, 0]);
    let subrequest = event_of(60, TIMED_OUT, &FAILED)
        .replace(", upstream: ", ", subrequest: \"/auth\", upstream: ");
    assert_eq!(joined(&[FAILED], &[event_of(60, TIMED_OUT, &FAILED)]), 1);
    assert_eq!(joined(&[FAILED], &[subrequest]), 0);
}

#[test]
fn ok_the_status_has_to_fit() {
    for (what, fitting) in [
        (IDLE, &[101][..]),
        (TIMED_OUT, &[504]),
        (CLOSED, &[502]),
        (REFUSED, &[502, 504]),
        ("connect() to 192.0.2.9:80 failed (13: x) while connecting to upstream", &[502, 504]),
        (NO_LIVE, &[502]),
        (LEFT, &[499]),
        ("recv() failed (104: x) while reading response header from upstream", &[502]),
        ("recv() failed (104: x) while proxying upgraded connection", &[101]),
        ("upstream timed out (110: x) while reading upstream", &[101]),
        ("client timed out (110: x) while reading client request headers", &[]),
        ("open() failed (2: x)", &[]),
    ] {
        for status in [101, 200, 400, 499, 502, 503, 504] {
            let request = Request { status, ..TUNNEL };
            let count = joined(&[request], &[event_of(60, what, &request)]);
            assert_eq!(count == 1, fitting.contains(&status), "{what}: {status}");
        }
    }
}

#[test]
fn ok_fewer_events_than_sightings_prove_nothing_of_any() {
    let later = Request { from: 500, to: 60_700, ..TUNNEL };
    let event = event_of(60, IDLE, &TUNNEL);
    let both = [TUNNEL, later];
    assert_eq!(joined(&both, std::slice::from_ref(&event)), 0);
    assert_eq!(joined(&both, &[event.clone(), event.clone()]), 2);
    // One after the other, each about to be taken for the next.
    let chain = [0, 1000, 2000].map(|later| Request { to: 60_000 + later, ..TUNNEL });
    let events = [60, 61, 62].map(|second| event_of(second, IDLE, &TUNNEL));
    assert_eq!(joined(&chain, &events), 3);
    assert_eq!(joined(&chain, &events[..2]), 0);
    // Far from them another one is told all the same.
    let far = Request { from: 100_000, to: 200_000, ..TUNNEL };
    let events = [event, event_of(200, IDLE, &far)];
    assert_eq!(joined(&[TUNNEL, later, far], &events), 1);
}

#[test]
fn ok_a_request_with_several_events_does_not_lend_one_to_another() {
    let relayed = Request { from: 300, ..FAILED };
    let events = [event_of(60, TIMED_OUT, &FAILED), event_of(60, TIMED_OUT, &FAILED)];
    assert_eq!(joined(&[FAILED, relayed], &events), 2);
    // More than they can have: others are there of which there is no line.
    assert_eq!(joined(&[FAILED], &events), 0);
    let twice = Request { upstream: "192.0.2.9:80, 192.0.2.9:80", ..FAILED };
    assert_eq!(joined(&[twice], &events), 2);
    assert_eq!(joined(&[twice, FAILED], &events), 0);
    // Where the servers are not known both may be attempts of one.
    assert_eq!(joined_unlogged(&[FAILED, relayed], &events), 0);
    assert_eq!(joined_unlogged(&[FAILED], &events), 0);
    assert_eq!(joined_unlogged(&[FAILED], &events[..1]), 1);
}

#[test]
fn ok_events_of_several_kinds_are_not_dealt_out() {
    let events = ["recv() failed (104: x) while proxying upgraded connection", IDLE]
        .map(|what| event_of(60, what, &TUNNEL));
    let both = [TUNNEL, Request { from: 500, ..TUNNEL }];
    assert_eq!(joined(&both, &events), 0);
    assert_eq!(joined(&both, &[events[1].clone(), events[1].clone()]), 2);
    // A request ends once.
    assert_eq!(joined(&[TUNNEL], &events), 0);
}

#[test]
fn ok_a_line_in_two_logs_is_one() {
    let event = event_of(60, IDLE, &TUNNEL);
    let beside = |requests: &[Request], copies: [u64; 2]| {
        let [one, other] = copies.map(|copies| (0..copies).map(|_| event.clone()).collect());
        let requests = requests.iter().map(Request::line).collect();
        let logs = [("access.log", requests), ("error.log", one), ("info.log", other)];
        rows(&analyze(Options::default(), &logs)).iter().map(|row| row.joined).sum::<u64>()
    };
    let both = [TUNNEL, Request { from: 500, ..TUNNEL }];
    assert_eq!((beside(&[TUNNEL], [1, 1]), beside(&both, [1, 1])), (1, 0));
    assert_eq!((beside(&both, [2, 0]), beside(&both, [2, 1])), (2, 2));
}

#[test]
fn ok_vantage_points_are_not_told_apart() {
    let event = event_of(60, IDLE, &TUNNEL);
    // A log that does not name its server goes by its file.
    let beside = |inner: Request, events: u64| {
        let inner = Request { server: "-", ..inner }.line();
        let error_log = (0..events).map(|_| event.clone()).collect();
        let logs = [("edge.log", TUNNEL.line()), ("inner.log", inner), ("error.log", error_log)];
        rows(&analyze(Options::default(), &logs)).iter().map(|row| row.joined).sum::<u64>()
    };
    assert_eq!(beside(TUNNEL, 2), 0);
    assert_eq!(beside(Request { client: "192.0.2.2", ..TUNNEL }, 1), 1);
    // The server's name tells them apart.
    assert_eq!(
        joined(&[TUNNEL, Request { server: "inner", ..TUNNEL }], std::slice::from_ref(&event)),
        1
    );
}

#[test]
fn ok_a_request_that_went_on_with_another_server_is_found() {
    let first = Request { upstream: "192.0.2.8:80", ..TUNNEL };
    let went_on = Request { upstream: "192.0.2.8:80, 192.0.2.9:80", ..TUNNEL };
    for what in [TIMED_OUT, CLOSED, REFUSED] {
        let event = event_of(5, what, &first);
        assert_eq!(joined(&[went_on], std::slice::from_ref(&event)), 1, "{what}");
        // It was another request's, of which there is no line yet.
        assert_eq!(joined(&[TUNNEL], std::slice::from_ref(&event)), 0, "{what}");
        assert_eq!(joined(&[went_on], &[event.clone(), event.clone()]), 0, "{what}");
        assert_eq!(joined_unlogged(&[TUNNEL], std::slice::from_ref(&event)), 0, "{what}");
        // Any of two may be it.
        let other = Request { from: 4000, to: 70_000, ..went_on };
        assert_eq!(joined(&[went_on, other], std::slice::from_ref(&event)), 0, "{what}");
        assert_eq!(joined(&[went_on, other], &[event.clone(), event]), 2, "{what}");
        // The last server did not fail.
        assert_eq!(joined(&[went_on], &[event_of(5, what, &TUNNEL)]), 0, "{what}");
    }
    // Its own line may be in an earlier log.
    let late = Request { from: 4_000, to: 90_000, ..went_on };
    let elsewhere = Request { client: "192.0.2.7", ..TUNNEL };
    let events = |begin| [event_of(begin, LEFT, &elsewhere), event_of(6, REFUSED, &first)];
    assert_eq!((joined_from(&[late], &events(4)), joined_from(&[late], &events(5))), (1, 0));
    // A connection that was kept alive and is closed is tried anew with the same server.
    let again = Request { upstream: "192.0.2.9:80, 192.0.2.9:80", ..TUNNEL };
    assert_eq!(joined(&[again], &[event_of(0, CLOSED, &TUNNEL)]), 1);
    // What ends a request ends it.
    assert_eq!(joined(&[went_on], &[event_of(5, LEFT, &first), event_of(6, NO_LIVE, &first)]), 0);
}

#[test]
fn ok_what_may_have_ended_or_gone_on_is_left_open() {
    let first = Request { upstream: "192.0.2.8:80", ..FAILED };
    let event = event_of(60, TIMED_OUT, &first);
    let tunnel = Request { from: 30_000, to: 90_000, ..TUNNEL };
    assert_eq!(joined(&[first, tunnel], std::slice::from_ref(&event)), 1);
    let went_on = Request { upstream: "192.0.2.8:80, 192.0.2.9:80", ..tunnel };
    assert_eq!(joined(&[first, went_on], std::slice::from_ref(&event)), 0);
    assert_eq!(joined(&[first, went_on], &[event.clone(), event]), 2);
}

#[test]
fn ok_an_error_log_is_of_the_nginx_it_is_said_to_be_of() {
    let named = |vantages: &[&str], requests: &str| {
        let vantages = vantages.iter().map(|text| VantageName::parse(text).unwrap()).collect();
        let options = Options { vantages, ..Options::default() };
        let logs =
            [("edge.log", requests.to_owned()), ("edge-error.log", event_of(60, IDLE, &TUNNEL))];
        rows(&analyze(options, &logs)).iter().map(|row| row.joined).sum::<u64>()
    };
    for line in [TUNNEL.line(), TUNNEL.unlogged()] {
        assert_eq!(named(&[], &line), 1);
        assert_eq!(named(&["edge=edge.log", "edge=edge-error.log"], &line), 1);
        assert_eq!(named(&["inner=edge-error.log"], &line), 0);
    }
    // Of two the servers tell; where they are not logged, nothing does.
    let beside = |line: String| {
        let other = Request { client: "192.0.2.7", ..TUNNEL }.unlogged();
        let logs =
            [("edge.log", line), ("other.log", other), ("error.log", event_of(60, IDLE, &TUNNEL))];
        rows(&analyze(Options::default(), &logs)).iter().map(|row| row.joined).sum::<u64>()
    };
    assert_eq!((beside(TUNNEL.line()), beside(TUNNEL.unlogged())), (1, 0));
}

#[test]
fn ok_a_time_without_a_zone_is_held_against_none() {
    let joined = |time: &str| {
        let text = format!(
            "log_format a '$remote_addr {time} $request_time \"$request\" $status $http_sec_websocket_key';"
        );
        let options =
            Options { format: Some(LogFormat::from_config(&text).unwrap()), ..Options::default() };
        let time = if time == "$msec" { "1520614860.000" } else { "2018-03-09T17:01:00+00:00" };
        let line = format!(
            "192.0.2.1 {time} 60.000 \"GET /ws/?room=1 HTTP/1.1\" 101 8+qDYeKJGFTWKB2ov4p5TA==\n"
        );
        let logs = [("access.log", line), ("error.log", event_of(60, IDLE, &TUNNEL))];
        rows(&analyze(options, &logs)).iter().map(|row| row.joined).sum::<u64>()
    };
    assert_eq!((joined("$time_iso8601"), joined("$msec")), (1, 0));
}

/// How many lines are joined to a handshake beside another line of the access log.
fn joined_beside(handshake: &Request, line: &str, what: &str) -> u64 {
    let second = handshake.to / 1000;
    let logs =
        [("access.log", handshake.line() + line), ("error.log", event_of(second, what, handshake))];
    rows(&analyze(Options::default(), &logs)).iter().map(|row| row.joined).sum()
}

#[test]
fn ok_an_event_may_be_about_a_request_that_is_no_handshake() {
    let plain = |request: Request| {
        let line = request.line();
        line.replace("\"websocket\" \"8+qDYeKJGFTWKB2ov4p5TA==\"", "\"-\" \"-\"")
    };
    let joined = |request: Request| joined_beside(&FAILED, &plain(request), TIMED_OUT);
    let rival = Request { from: 59_000, to: 60_200, ..FAILED };
    assert_eq!(joined(rival), 0);
    // It went on with another server, or may have.
    assert_eq!(joined(Request { status: 200, upstream: "192.0.2.9:80, 192.0.2.8:80", ..rival }), 0);
    assert_eq!(joined(Request { status: 200, upstream: "-", ..rival }), 1);
    assert_eq!(joined(Request { status: 200, ..rival }), 1);
    let long = Request { to: 100_000, ..rival };
    assert_eq!(joined(long), 0);
    assert_eq!(joined(Request { to: 9_000_000, ..rival }), 0);
    // None of these is a request of which the line may be.
    assert_eq!(joined(Request { client: "192.0.2.2", ..rival }), 1);
    assert_eq!(joined(Request { target: "/ws/?room=2", ..rival }), 1);
    assert_eq!(joined(Request { from: 200_000, to: 260_000, ..FAILED }), 1);
    let post = plain(rival).replace("\"GET", "\"POST");
    assert_eq!(joined_beside(&FAILED, &post, TIMED_OUT), 1);
    // What ends a request is only about one that ended so.
    let left = Request { status: 499, ..FAILED };
    assert_eq!(joined_beside(&left, &plain(rival), LEFT), 1);
    assert_eq!(joined_beside(&left, &plain(Request { status: 499, ..rival }), LEFT), 0);
}

#[test]
fn ok_an_event_may_be_about_a_request_whose_line_cannot_be_read() {
    let rival = Request { from: 59_000, to: 60_200, ..FAILED };
    let unreadable = |request: Request| request.line().replace(" 504 0 ", " fifty ");
    let joined = |request: Request| joined_beside(&FAILED, &unreadable(request), TIMED_OUT);
    assert_eq!(joined(rival), 0);
    assert_eq!(joined(Request { client: "192.0.2.2", ..rival }), 1);
    assert_eq!(joined(Request { target: "/ws/?room=2", ..rival }), 1);
}

#[test]
fn ok_a_request_outside_the_period_may_be_what_an_event_is_about() {
    let until = Some(Moment::Instant(Timestamp::new(START * 1000 + 60_500, 0)));
    let options = Options { period: Period { since: None, until }, ..Options::default() };
    let failed = Request { offset: 0, ..FAILED };
    let logs = |other: Request| {
        let logs = [
            ("access.log", failed.line() + &other.line()),
            ("error.log", event_of(60, TIMED_OUT, &FAILED)),
        ];
        rows(&analyze(options.clone(), &logs)).iter().map(|row| row.joined).sum::<u64>()
    };
    let rival = Request { to: 60_700, ..failed };
    assert_eq!((logs(rival), logs(Request { target: "/", ..rival })), (0, 1));
}

#[test]
fn ok_every_attempt_of_a_request_is_joined_to_it() {
    let [first, second] =
        ["192.0.2.7:80", "192.0.2.8:80"].map(|upstream| Request { upstream, ..FAILED });
    let events = [
        event_of(10, TIMED_OUT, &first),
        event_of(20, REFUSED, &second),
        event_of(60, TIMED_OUT, &FAILED),
    ];
    let all = Request { upstream: "192.0.2.7:80, 192.0.2.8:80, 192.0.2.9:80", ..FAILED };
    assert_eq!(joined(&[all], &events), 3);
    assert_eq!(joined(&[FAILED], &events), 1);
}

#[test]
fn ok_an_error_log_shows_the_clock_of_its_access_log() {
    for offset in [0, 480, -210, 825] {
        let tunnel = Request { offset, ..TUNNEL };
        assert_eq!(joined(&[tunnel], &[event_of(60, IDLE, &TUNNEL)]), 1, "{offset}");
    }
}

#[test]
fn ok_a_target_is_the_same_however_it_was_logged() {
    let logged = Request { target: "/w\\x22\\xC3\\xA9/", ..TUNNEL };
    let sent = Request { target: "/w\"\u{e9}/", ..TUNNEL };
    assert_eq!(joined(&[logged], &[event_of(60, IDLE, &sent)]), 1);
}

#[test]
fn ok_a_client_that_forges_fields_is_joined_to_nobody_else() {
    let forged =
        "/ws/?a=b, client: 192.0.2.1, server: a, request: \"GET /ws/ HTTP/1.1\", upstream: \"";
    let forger = Request { client: "203.0.113.9", target: forged, ..TUNNEL };
    let quoting = "2018/03/09 17:01:00 [info] 1#1: *6 client sent invalid \"GET /, client: 192.0.2.1, \
                   server: a, request: \"GET /ws/ HTTP/1.1\" while reading client request line, client: \
                   203.0.113.9, server: a, request: \"GET /ws/ HTTP/1.1\"\n";
    let events = [event_of(60, IDLE, &forger), quoting.to_owned()];
    let analysis = beside(&[TUNNEL], &events);
    assert!(rows(&analysis).iter().all(|row| row.joined == 0), "{:?}", rows(&analysis));
    assert_eq!(analysis.input.ambiguous, 2);
    assert_eq!(analysis.input.ambiguous_examples[0].line, 1);
    assert!(!analysis.findings.iter().any(|finding| finding.id == "log-injection"));
}

#[test]
fn ok_a_line_that_a_client_wrote_into_another_is_joined_to_nobody() {
    let forged = event_of(60, IDLE, &TUNNEL);
    let around = |path: &str, end: &str| {
        format!(
            "2018/03/09 17:01:00 [error] 1#1: *9 open() \"/usr/share/nginx/html/x\n{forged}{end}\" failed \
             (2: No such file or directory), client: 203.0.113.9, server: edge, request: \"GET \
             {path} HTTP/1.1\", host: \"a\"\n"
        )
    };
    assert_eq!(joined(&[TUNNEL], std::slice::from_ref(&forged)), 1);
    let head = "2018/03/09 17:01:00 [error] 1#1: *9 a";
    for end in ["", head] {
        assert_eq!(joined(&[TUNNEL], &[around("/x%0a2018%0A", end)]), 0, "{end}");
    }
    // The message may be too long for its end.
    let cut = around("/x", head);
    let cut = cut.get(..cut.find(" failed").unwrap() - 1).unwrap();
    assert_eq!(joined(&[TUNNEL], &[format!("{cut}\n")]), 0);
    // Far away from it nothing is in doubt.
    let other = Request { client: "192.0.2.2", ..FAILED };
    let between = event_of(30, IDLE, &other).repeat(30);
    // One of two is then about something else, whichever.
    let events = [forged.clone(), between, around("/x%0A", "")];
    assert_eq!(joined(&[TUNNEL], &events), 0);
    let events = [forged.clone(), events[1].clone(), "no line\n".into()];
    assert_eq!(joined(&[TUNNEL], &events), 1);
    assert_eq!(joined(&[TUNNEL], &[forged, "no line\n".into()]), 0);
}

#[test]
fn ok_malformed_lines_are_written_with_those_of_other_logs() {
    let mut malformed = Vec::new();
    let error_log = event_of(60, IDLE, &TUNNEL).repeat(3) + "no line\n" + &"x".repeat(3000);
    let analysis = Analyzer::new(Options::default())
        .reader("access.log", Cursor::new(TUNNEL.line() + "junk\n"))
        .reader("error.log", Cursor::new(error_log))
        .malformed_to(&mut malformed)
        .run()
        .unwrap();
    let malformed = String::from_utf8(malformed).unwrap();
    let places: Vec<_> = malformed.lines().map(|line| line.get(..17).unwrap()).collect();
    assert_eq!(places, ["access.log:2:190:", "error.log:4:729:n", "error.log:5:737:x"]);
    assert_eq!(analysis.input.malformed, 3);
    let expected = "a line of an error log";
    assert!(analysis.input.malformed_reasons.iter().any(|reason| reason.expected == expected));
}

/// Requests of a few clients, most of which are logged, and what an error log says of most.
fn mixed() -> (String, String) {
    let (mut requests, mut events) = (String::new(), String::new());
    for number in 0..200 {
        let client = ["192.0.2.1", "192.0.2.2", "192.0.2.3"][number % 3];
        let (what, status) =
            [(IDLE, 101), (TIMED_OUT, 504), (CLOSED, 502), (LEFT, 499)][number % 4];
        let from = i64::try_from(number).unwrap() * 1700;
        let request = Request { client, status, from, to: from + 9000, ..TUNNEL };
        if number % 7 > 0 {
            requests += &request.line();
        }
        if number % 5 > 0 {
            events += &event_of(request.to / 1000, what, &request);
        }
    }
    (requests, events + "junk\n\n")
}

#[test]
fn ok_threads_chunks_and_order_change_nothing() {
    let (requests, events) = mixed();
    let (front, back) = events.split_at(events.match_indices('\n').nth(60).unwrap().0 + 1);
    let mut logs = [
        ("access.log", requests),
        ("a/error.log", front.to_owned()),
        ("b/error.log", back.to_owned()),
    ];
    let options = |threads, size| Options {
        threads: NonZeroUsize::new(threads),
        chunk_size: ChunkSize(NonZeroUsize::new(size).unwrap()),
        ..Options::default()
    };
    let json = |analysis: Analysis| serde_json::to_string_pretty(&analysis).unwrap();
    let first = analyze(Options::default(), &logs);
    assert!(rows(&first).iter().any(|row| 0 < row.joined && row.joined < row.count));
    let expected = json(first);
    for (threads, size) in [(1, 1 << 20), (1, 1), (2, 100), (8, 1000)] {
        logs.reverse();
        assert_eq!(json(analyze(options(threads, size), &logs)), expected, "{threads}, {size}");
    }
}

#[test]
fn ok_the_first_events_are_kept_and_a_loss_is_told() {
    let last = Request { from: 3_000_000, to: 3_060_000, ..TUNNEL };
    let early = event_of(60, IDLE, &TUNNEL);
    let late = event_of(3060, IDLE, &last);
    let other = Request { client: "192.0.2.2", ..TUNNEL };
    let between = event_of(1000, IDLE, &other);
    for (count, expected) in [(65_534, (2, 0)), (65_535, (1, 1)), (140_000, (1, 74_466))] {
        let events = [late.clone(), between.repeat(count), early.clone()];
        let analysis = beside(&[TUNNEL, last], &events);
        let lost = analysis.error_log.as_ref().unwrap().lost;
        assert_eq!((rows(&analysis)[0].joined, lost), expected, "{count}");
        assert_eq!(rows(&analysis)[0].count, count as u64 + 2);
    }
}

/// The same logs as files, of a period.
fn in_period(since: &str) -> (u64, u64, u64) {
    let folder = tempfile::tempdir().unwrap();
    let late = Request { from: 100_000, to: 200_000, ..TUNNEL };
    let requests = TUNNEL.line() + &late.line();
    let events = event_of(60, IDLE, &TUNNEL) + &event_of(200, IDLE, &late);
    std::fs::write(folder.path().join("access.log"), requests).unwrap();
    std::fs::write(folder.path().join("an-error.log"), events).unwrap();
    let since = Moment::parse(since, std::time::SystemTime::now()).ok();
    let options = Options { period: Period { since, until: None }, ..Options::default() };
    let analyzer = Analyzer::new(options).file(folder.path().join("an-error.log"));
    let analysis = analyzer.file(folder.path().join("access.log")).run().unwrap();
    let row = &rows(&analysis)[0];
    assert_eq!(analysis.requests.total, row.joined);
    (row.count, row.joined, analysis.input.outside_period)
}

#[test]
fn ok_a_period_counts_for_both_logs() {
    assert_eq!(in_period("2018-03-09 17:00"), (2, 2, 0));
    assert_eq!(in_period("2018-03-09 17:02"), (1, 1, 2));
    assert_eq!(in_period("2018-03-09T09:02:00Z"), (1, 1, 2));
    assert_eq!(in_period("2018-03-09T18:02:00+09:00"), (1, 1, 2));
}

#[test]
fn ok_without_an_access_log_the_clock_counts_as_utc() {
    let at = Timestamp::new((START + 60) * 1000, 0);
    let since = |later| Some(Moment::Instant(Timestamp::new(at.unix_millis() + later, 0)));
    let log = event_of(60, IDLE, &TUNNEL);
    for (later, outside) in [(0, 0), (1, 1)] {
        let period = Period { since: since(later), until: None };
        let options = Options { period, ..Options::default() };
        let analysis = analyze(options, &[("error.log", log.clone())]);
        assert_eq!((analysis.input.outside_period, analysis.requests.total), (outside, 0));
    }
}

#[test]
fn ok_a_given_format_is_that_of_access_logs() {
    let given = |text: &str| {
        let format = Some(LogFormat::from_config(text).unwrap());
        let logs = [("error.log", event_of(60, IDLE, &TUNNEL))];
        analyze(Options { format, ..Options::default() }, &logs)
    };
    let strict = given("log_format a '$remote_addr \"$request\" $status $msec';");
    assert!(strict.input.sources[0].is_error_log);
    let loose = given("log_format a escape=none '$request';");
    assert!(!loose.input.sources[0].is_error_log);
    assert_eq!((loose.error_log.is_none(), loose.requests.total), (true, 1));
}

/// Lines, and parts of lines, that may stand in an error log.
fn hostile() -> impl Strategy<Value = String> {
    let words = [
        "2018/03/09 17:01:00 [error] 1#1: *5 ",
        IDLE,
        ", client: 192.0.2.1",
        ", server: a",
        ", request: \"GET /ws/ HTTP/1.1\"",
        ", upstream: \"http://192.0.2.9:80/ws/\"",
        ", host: \"a\"",
        "\"",
        " while ",
        "\r\n",
        "\n",
        "\u{feff}",
        " ",
        "\0",
    ];
    let line = event_of(60, IDLE, &TUNNEL);
    let word =
        prop_oneof![prop::sample::select(words.to_vec()).prop_map(str::to_owned), Just(line)];
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn ok_every_line_is_counted_whatever_it_is(text in hostile(), size in 1_usize..200) {
        let log = event_of(60, IDLE, &TUNNEL).repeat(50) + &text;
        let lines = log.strip_suffix('\n').unwrap_or(&log).split('\n').count() as u64;
        let logs = [("access.log", TUNNEL.line()), ("error.log", log)];
        let whole = analyze(Options::default(), &logs);
        let source = &whole.input.sources[1];
        prop_assert!(source.is_error_log);
        prop_assert_eq!(source.lines, lines);
        let counted: u64 = rows(&whole).iter().map(|row| row.count).sum();
        prop_assert_eq!(source.parsed, counted);
        prop_assert_eq!(lines, counted + source.malformed + source.ambiguous + source.blank);
        let chunk_size = ChunkSize(NonZeroUsize::new(size).unwrap());
        let cut = analyze(Options { chunk_size, ..Options::default() }, &logs);
        let json = |analysis: &Analysis| serde_json::to_string(analysis).unwrap();
        prop_assert_eq!(json(&cut), json(&whole));
    }
}

#[cfg(feature = "compression")]
#[test]
fn ok_a_compressed_error_log_is_one() {
    use std::io::Write;
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(event_of(60, IDLE, &TUNNEL).as_bytes()).unwrap();
    let analysis = Analyzer::new(Options::default())
        .reader("access.log", Cursor::new(TUNNEL.line()))
        .reader("error.log.1.gz", Cursor::new(gz.finish().unwrap()))
        .run()
        .unwrap();
    assert_eq!(rows(&analysis)[0].joined, 1);
}
