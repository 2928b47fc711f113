//! A part of the time.

use wslog::parse::Timestamp;
use wslog::{Analyzer, Moment, Options, Period};

use crate::log::{
    FAILED, IDLE, REFUSED, Request, START, TIMED_OUT, TUNNEL, all_joined, analyze, event_of, rows,
};

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
fn ok_a_request_outside_the_period_may_be_what_an_event_is_about() {
    let until = Some(Moment::Instant(Timestamp::new(START * 1000 + 60_500, 0)));
    let options = Options { period: Period { since: None, until }, ..Options::default() };
    let failed = Request { offset: 0, ..FAILED };
    let logs = |other: Request| {
        let logs = [
            ("access.log", failed.line() + &other.line()),
            ("error.log", event_of(60, TIMED_OUT, &FAILED)),
        ];
        all_joined(&analyze(options.clone(), &logs))
    };
    let rival = Request { to: 60_700, ..failed };
    assert_eq!((logs(rival), logs(Request { target: "/", ..rival })), (0, 1));
}

#[test]
fn ok_what_is_joined_in_a_period_is_joined_without_it() {
    let reset = "recv() failed (104: x) while proxying upgraded connection";
    let joined = |request: Request, events: &[String], since: Option<i64>| {
        let moment = |second: i64| Moment::Instant(Timestamp::new((START + second) * 1000, 0));
        let period = Period { since: since.map(moment), until: None };
        let options = Options { period, ..Options::default() };
        let begin = "2018/03/09 16:59:59 [notice] 1#1: start worker processes\n";
        let events = begin.to_owned() + &events.concat();
        let logs = [("access.log", Request { offset: 0, ..request }.line()), ("error.log", events)];
        all_joined(&analyze(options, &logs))
    };
    let tunnel = Request { to: 60_100, ..TUNNEL };
    let two = [event_of(59, IDLE, &TUNNEL), event_of(60, reset, &TUNNEL)];
    assert_eq!(joined(tunnel, &two[1..], Some(60)), 1);
    assert_eq!(joined(tunnel, &two, None), 0);
    assert_eq!(joined(tunnel, &two, Some(60)), 0);
}

#[test]
fn ok_many_lines_outside_a_period_push_none_out() {
    let until = Some(Moment::Instant(Timestamp::new((START + 200) * 1000, 0)));
    let since = Some(Moment::Instant(Timestamp::new((START + 50) * 1000, 0)));
    let options = Options { period: Period { since, until }, ..Options::default() };
    let request = Request { offset: 0, ..TUNNEL };
    let other = Request { client: "192.0.2.2", ..TUNNEL };
    for second in [10, 300] {
        let events = event_of(second, IDLE, &other).repeat(140_000) + &event_of(60, IDLE, &TUNNEL);
        let logs = [("access.log", request.line()), ("error.log", events)];
        let analysis = analyze(options.clone(), &logs);
        assert_eq!((all_joined(&analysis), analysis.error_log.unwrap().lost), (1, 0), "{second}");
    }
}

#[test]
fn ok_a_tunnel_outside_a_period_is_not_what_a_refused_server_is_about() {
    let until = Some(Moment::Instant(Timestamp::new((START + 90) * 1000, 0)));
    let options = Options { period: Period { since: None, until }, ..Options::default() };
    let failed = Request { offset: 0, status: 502, ..FAILED };
    let joined = |upstream| {
        let long = Request { to: 3_000_000, status: 101, upstream, ..failed };
        let logs = [
            ("access.log", failed.line() + &long.line()),
            ("error.log", event_of(60, REFUSED, &failed)),
        ];
        all_joined(&analyze(options.clone(), &logs))
    };
    assert_eq!((joined("192.0.2.9:80"), joined("192.0.2.9:80, 192.0.2.8:80")), (1, 0));
}
