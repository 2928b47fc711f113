//! Lines that may be about another request.

use wslog::parse::LogFormat;
use wslog::{Options, VantageName};

use crate::log::{
    CLOSED, FAILED, IDLE, LEFT, REFUSED, Request, TIMED_OUT, TUNNEL, all_joined, analyze, event_of,
    joined, joined_unlogged,
};

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
    assert_eq!(joined(&[twice], &events), 0);
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
        let named = |log| VantageName::parse(&format!("edge={log}")).unwrap();
        let vantages = ["access.log", "error.log", "info.log"].map(named).to_vec();
        let options = Options { vantages, ..Options::default() };
        all_joined(&analyze(options, &logs))
    };
    let both = [TUNNEL, Request { from: 500, ..TUNNEL }];
    assert_eq!((beside(&[TUNNEL], [1, 1]), beside(&both, [1, 1])), (1, 0));
    assert_eq!((beside(&both, [2, 0]), beside(&both, [2, 1])), (2, 2));
}

#[test]
fn ok_what_may_have_ended_or_gone_on_is_left_open() {
    let first = Request { upstream: "192.0.2.8:80", ..FAILED };
    let event = event_of(60, TIMED_OUT, &first);
    let tunnel = Request { from: 30_000, to: 90_000, ..TUNNEL };
    assert_eq!(joined(&[first, tunnel], std::slice::from_ref(&event)), 1);
    let went_on = Request { upstream: "192.0.2.8:80, 192.0.2.9:80", ..tunnel };
    assert_eq!(joined(&[first, went_on], std::slice::from_ref(&event)), 0);
    assert_eq!(joined(&[first, went_on], &[event.clone(), event]), 0);
}

/// How many lines are joined to a handshake beside another line of the access log.
fn joined_beside(handshake: &Request, line: &str, what: &str) -> u64 {
    let second = handshake.to / 1000;
    let logs =
        [("access.log", handshake.line() + line), ("error.log", event_of(second, what, handshake))];
    all_joined(&analyze(Options::default(), &logs))
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
    assert_eq!(joined(Request { to: 3_540_000, ..rival }), 0);
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
fn ok_a_request_of_which_the_start_is_not_known_may_have_gone_on() {
    let text =
        "log_format a '$remote_addr [$time_local] \"$request\" $status $http_sec_websocket_key';";
    let joined = |lines: &[(i64, u16)]| {
        let options =
            Options { format: Some(LogFormat::from_config(text).unwrap()), ..Options::default() };
        let line = |(minute, status): &(i64, u16)| {
            format!(
                "192.0.2.1 [09/Mar/2018:17:{minute:02}:00 +0000] \"GET /ws/?room=1 HTTP/1.1\" {status} \
                 8+qDYeKJGFTWKB2ov4p5TA==\n"
            )
        };
        let requests = lines.iter().map(line).collect();
        let logs = [("access.log", requests), ("error.log", event_of(60, REFUSED, &FAILED))];
        all_joined(&analyze(options, &logs))
    };
    assert_eq!(joined(&[(1, 502)]), 1);
    assert_eq!(joined(&[(0, 101), (1, 502)]), 1);
    assert_eq!(joined(&[(1, 502), (9, 101)]), 0);
}

#[test]
fn ok_a_server_that_answered_did_not_fail() {
    let failed = Request { status: 502, ..TUNNEL };
    let line = |header_time: &str, key: &str| {
        let line = failed.line().replace("8+qDYeKJGFTWKB2ov4p5TA==", key);
        line.replace("\"502\" \"-\"", &format!("\"502\" \"{header_time}\""))
    };
    let joined = |lines: &[(&str, &str)]| {
        let requests = lines.iter().map(|(time, key)| line(time, key)).collect();
        let logs = [("access.log", requests), ("error.log", event_of(60, CLOSED, &failed))];
        all_joined(&analyze(Options::default(), &logs))
    };
    let (key, other) = ("8+qDYeKJGFTWKB2ov4p5TA==", "fFFIlFcwULSAmQacRAbS2A==");
    assert_eq!((joined(&[("-", key)]), joined(&[("0.001", key)])), (1, 0));
    assert_eq!(joined(&[("-", key), ("0.001", other)]), 1);
    assert_eq!(joined(&[("-", key), ("0.001, -", other)]), 0);
}

#[test]
fn ok_a_failure_without_a_name_counts_beside_those_with_one() {
    let failed = Request { status: 502, ..TUNNEL };
    let closed = event_of(60, CLOSED, &failed);
    let beside = |what: &str| joined(&[failed], &[closed.clone(), event_of(60, what, &failed)]);
    for what in [
        "upstream sent too big header while reading response header from upstream",
        "SSL_do_handshake() failed (SSL: error:0A000102) while SSL handshaking to upstream",
        "backend could not be resolved (3: Host not found)",
    ] {
        assert_eq!(joined(&[failed], &[event_of(60, what, &failed)]), 0, "{what}");
        assert_eq!(beside(what), 0, "{what}");
    }
    assert_eq!(beside("open() \"/html/50x.html\" failed (2: No such file or directory)"), 1);
    let warning =
        event_of(60, "upstream server temporarily disabled while connecting to upstream", &failed);
    assert_eq!(joined(&[failed], &[closed, warning.replace("[error]", "[warn]")]), 1);
}

#[test]
fn ok_what_ends_a_tunnel_without_a_name_counts_beside_the_idle_timer() {
    let idle = event_of(60, IDLE, &TUNNEL);
    let tls =
        event_of(60, "SSL_read() failed (SSL: x) while proxying upgraded connection", &TUNNEL);
    assert_eq!(joined(&[TUNNEL], &[idle, tls.replace("[error]", "[info]")]), 0);
}
