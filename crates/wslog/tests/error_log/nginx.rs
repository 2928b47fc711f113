//! Whose error log it is.

use wslog::parse::LogFormat;
use wslog::{Options, VantageName};

use crate::log::{CLOSED, IDLE, Request, TUNNEL, all_joined, analyze, event_of, joined};

#[test]
fn ok_vantage_points_are_not_told_apart() {
    let event = event_of(60, IDLE, &TUNNEL);
    // A log that does not name its server goes by its file.
    let beside = |inner: Request, events: u64| {
        let inner = Request { server: "-", ..inner }.line();
        let error_log = (0..events).map(|_| event.clone()).collect();
        let logs = [("edge.log", TUNNEL.line()), ("inner.log", inner), ("error.log", error_log)];
        all_joined(&analyze(Options::default(), &logs))
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
fn ok_an_error_log_is_of_the_nginx_it_is_said_to_be_of() {
    let named = |vantages: &[&str], requests: &str| {
        let vantages = vantages.iter().map(|text| VantageName::parse(text).unwrap()).collect();
        let options = Options { vantages, ..Options::default() };
        let logs =
            [("edge.log", requests.to_owned()), ("edge-error.log", event_of(60, IDLE, &TUNNEL))];
        all_joined(&analyze(options, &logs))
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
        all_joined(&analyze(Options::default(), &logs))
    };
    assert_eq!((beside(TUNNEL.line()), beside(TUNNEL.unlogged())), (1, 0));
}

#[test]
fn ok_another_log_counts_whatever_is_in_it() {
    let event = || event_of(60, IDLE, &TUNNEL);
    let notice = "2018/03/09 16:59:59 [notice] 1#1: start worker processes\n";
    let plain = Request { client: "192.0.2.7", ..TUNNEL }.unlogged();
    let plain = plain.replace("8+qDYeKJGFTWKB2ov4p5TA==", "-");
    let joined = |others: &[(&'static str, String)]| {
        let logs = [("access.log", TUNNEL.unlogged()), ("error.log", event())];
        all_joined(&analyze(Options::default(), &[&logs[..], others].concat()))
    };
    assert_eq!(joined(&[]), 1);
    for (name, log) in [("other.log", plain.as_str()), ("other.err", notice), ("empty.log", "")] {
        assert_eq!(joined(&[(name, log.to_owned())]), 0, "{name}");
    }
    // The same logs, rotated.
    for (name, log) in
        [("access.log.1", plain.as_str()), ("error.log.1", notice), ("error.log.2", "")]
    {
        assert_eq!(joined(&[(name, log.to_owned())]), 1, "{name}");
    }
}

#[test]
fn ok_hosts_that_write_into_one_log_are_told_apart() {
    let text = "log_format a '$hostname $server_addr $remote_addr [$time_local] \"$request\" $status \
                $request_time $http_sec_websocket_key';";
    let joined = |hosts: &[&str]| {
        let options =
            Options { format: Some(LogFormat::from_config(text).unwrap()), ..Options::default() };
        let line = |(host, client): (&&str, i32)| {
            format!(
                "{host} 192.0.2.{client} [09/Mar/2018:17:01:00 +0000] \"GET /ws/?room=1 HTTP/1.1\" 101 \
                 60.000 8+qDYeKJGFTWKB2ov4p5TA==\n"
            )
        };
        let requests = hosts.iter().zip(1..).map(line).collect();
        let logs = [("access.log", requests), ("error.log", event_of(60, IDLE, &TUNNEL))];
        all_joined(&analyze(options, &logs))
    };
    assert_eq!(joined(&["edge 10.0.0.1", "edge 10.0.0.1"]), 1);
    assert_eq!(joined(&["edge 10.0.0.1", "inner 10.0.0.2"]), 0);
    assert_eq!(joined(&["- 10.0.0.1", "- 10.0.0.2"]), 0);
}

#[test]
fn ok_a_server_that_is_not_logged_may_be_any_of_several() {
    let other = Request { server: "other", client: "192.0.2.7", ..TUNNEL };
    let events = event_of(60, IDLE, &TUNNEL) + &event_of(30, IDLE, &other);
    let joined = |access_log: String, error_log: &str| {
        let logs = [("access.log", access_log), ("error.log", error_log.to_owned())];
        all_joined(&analyze(Options::default(), &logs))
    };
    assert_eq!(joined(TUNNEL.line(), &events), 1);
    assert_eq!(joined(TUNNEL.unlogged(), &events), 0);
    assert_eq!(joined(TUNNEL.unlogged(), &event_of(60, IDLE, &TUNNEL)), 1);
    // Another nginx's log names another server, as it should.
    let named = |text| VantageName::parse(text).unwrap();
    let vantages = ["a=a.log", "a=a.err", "b=b.log", "b=b.err"].map(named).to_vec();
    let logs = [
        ("a.log", TUNNEL.unlogged()),
        ("a.err", event_of(60, IDLE, &TUNNEL)),
        ("b.log", other.unlogged()),
        ("b.err", event_of(60, IDLE, &other)),
    ];
    assert_eq!(all_joined(&analyze(Options { vantages, ..Options::default() }, &logs)), 2);
}

#[test]
fn ok_with_more_error_logs_than_access_logs_one_is_of_another() {
    let other = Request { server: "edge", client: "192.0.2.7", ..TUNNEL };
    let notice = "2018/03/09 16:59:59 [notice] 1#1: start worker processes\n";
    let access_log = ("a/access.log", TUNNEL.line());
    let error_logs =
        [("a/error.log", notice.to_owned()), ("b/error.log", event_of(60, IDLE, &TUNNEL))];
    let joined = |logs: &[(&str, String)]| all_joined(&analyze(Options::default(), logs));
    let [of_a, of_b] = error_logs;
    assert_eq!(joined(&[access_log.clone(), of_a.clone(), of_b.clone()]), 0);
    assert_eq!(joined(&[access_log, of_a, of_b, ("b/access.log", other.line())]), 1);
}

#[test]
fn ok_a_format_that_shows_more_joins_no_less() {
    // The edge asked two servers, of which the last answered by itself; the inner nginx failed.
    let edge = Request { status: 502, upstream: "192.0.2.7:80, 192.0.2.8:80", ..TUNNEL };
    let edge = edge.line().replace("\"502\" \"-\"", "\"502\" \"-, 0.100\"");
    let inner = Request { status: 502, server: "inner", ..TUNNEL };
    let logs = [
        ("edge/access.log", edge),
        ("inner/access.log", inner.line()),
        ("inner/error.log", event_of(60, CLOSED, &inner)),
    ];
    assert_eq!(all_joined(&analyze(Options::default(), &logs)), 1);
}
