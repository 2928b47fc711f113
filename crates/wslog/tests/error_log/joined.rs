//! Which sighting a line is joined to.

use wslog::Options;
use wslog::parse::LogFormat;

use crate::log::{
    CLOSED, FAILED, IDLE, LEFT, NO_LIVE, REFUSED, Request, TIMED_OUT, TUNNEL, all_joined, analyze,
    beside, event_of, joined,
};

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
fn ok_an_event_of_another_request_is_not_joined() {
    let idle = |request: Request| joined(&[TUNNEL], &[event_of(60, IDLE, &request)]);
    assert_eq!(idle(TUNNEL), 1);
    assert_eq!(idle(Request { target: "/ws/?another=query", ..TUNNEL }), 0);
    assert_eq!(idle(Request { server: "other", ..TUNNEL }), 0);
    // The hashes of these two begin alike.
    let [one, other] =
        ["/ws?t=b000000", "/ws?t=b037244"].map(|target| Request { target, ..TUNNEL });
    assert_eq!(joined(&[one], &[event_of(60, IDLE, &other)]), 0);
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
    assert_eq!([58, 59, 60, 61, 62].map(at), [0, 1, 1, 0, 0]);
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
        (REFUSED, &[502]),
        ("connect() to 192.0.2.9:80 failed (13: x) while connecting to upstream", &[502]),
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
fn ok_the_failure_that_ended_a_request_is_joined_to_it() {
    let [first, second] =
        ["192.0.2.7:80", "192.0.2.8:80"].map(|upstream| Request { upstream, ..FAILED });
    let events = [
        event_of(10, TIMED_OUT, &first),
        event_of(20, REFUSED, &second),
        event_of(60, TIMED_OUT, &FAILED),
    ];
    let all = Request { upstream: "192.0.2.7:80, 192.0.2.8:80, 192.0.2.9:80", ..FAILED };
    assert_eq!(joined(&[all], &events), 1);
    assert_eq!(joined(&[FAILED], &events), 1);
    // How a server failed before another one answered is not logged.
    for what in [TIMED_OUT, CLOSED, REFUSED] {
        let went_on = Request { upstream: "192.0.2.7:80, 192.0.2.9:80", ..TUNNEL };
        assert_eq!(joined(&[went_on], &[event_of(10, what, &first)]), 0, "{what}");
        assert_eq!(joined(&[went_on], &[event_of(60, what, &TUNNEL)]), 0, "{what}");
    }
}

#[test]
fn ok_a_line_that_is_cut_may_be_about_any_longer_target() {
    let long = format!("/ws/?token={}", "a".repeat(2200)).leak();
    let whole = event_of(60, IDLE, &Request { target: long, ..TUNNEL });
    let line = format!("{}\n", whole.get(..2047).unwrap());
    let target = line.trim_end().split_once("GET ").unwrap().1;
    let request = Request { target: target.to_owned().leak(), ..TUNNEL };
    assert_eq!(joined(&[request], &[line]), 0);
}

#[test]
fn ok_an_error_log_shows_the_clock_of_its_access_log() {
    for offset in [0, 480, -210, 825] {
        let tunnel = Request { offset, ..TUNNEL };
        assert_eq!(joined(&[tunnel], &[event_of(60, IDLE, &TUNNEL)]), 1, "{offset}");
    }
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
        all_joined(&analyze(options, &logs))
    };
    assert_eq!((joined("$time_iso8601"), joined("$msec")), (1, 0));
}

#[test]
fn ok_a_target_is_the_same_however_it_was_logged() {
    let logged = Request { target: "/w\\x22\\xC3\\xA9/", ..TUNNEL };
    let sent = Request { target: "/w\"\u{e9}/", ..TUNNEL };
    assert_eq!(joined(&[logged], &[event_of(60, IDLE, &sent)]), 1);
}
