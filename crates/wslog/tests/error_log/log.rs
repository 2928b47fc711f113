//! The logs of the cases.

use std::io::Cursor;

use wslog::{Analysis, Analyzer, ErrorEventRow, Options};

/// 2018-03-09 17:00:00 by the clock of both logs, as a time of UTC.
pub(crate) const START: i64 = 1_520_614_800;

pub(crate) const IDLE: &str =
    "upstream timed out (110: Connection timed out) while proxying upgraded connection";
pub(crate) const TIMED_OUT: &str =
    "upstream timed out (110: Connection timed out) while reading response header from upstream";
pub(crate) const CLOSED: &str =
    "upstream prematurely closed connection while reading response header from upstream";
pub(crate) const REFUSED: &str =
    "connect() failed (111: Connection refused) while connecting to upstream";
pub(crate) const NO_LIVE: &str = "no live upstreams while connecting to upstream";
pub(crate) const LEFT: &str = "epoll_wait() reported that client prematurely closed connection, so upstream \
                    connection is closed too while reading response header from upstream";

/// A request as an access log shows it; times are in ms since the start.
#[derive(Clone, Copy)]
pub(crate) struct Request {
    pub(crate) client: &'static str,
    pub(crate) target: &'static str,
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) status: u16,
    pub(crate) upstream: &'static str,
    pub(crate) server: &'static str,
    pub(crate) offset: i64,
}

pub(crate) const TUNNEL: Request = Request {
    client: "192.0.2.1",
    target: "/ws/?room=1",
    from: 0,
    to: 60_000,
    status: 101,
    upstream: "192.0.2.9:80",
    server: "edge",
    offset: 480,
};

pub(crate) const FAILED: Request = Request { status: 504, ..TUNNEL };

impl Request {
    /// In the format `websocket`.
    pub(crate) fn line(&self) -> String {
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
    pub(crate) fn unlogged(&self) -> String {
        let line = self.line();
        let (main, rest) = line.split_at(line.find("\"-\" \"-\" \"-\"").unwrap() + 11);
        let took = rest.split(' ').nth(2).unwrap();
        format!("{main} {took} \"8+qDYeKJGFTWKB2ov4p5TA==\"\n")
    }
}

/// What an error log says of a request, so many seconds after the start.
pub(crate) fn event_of(second: i64, what: &str, request: &Request) -> String {
    let Request { client, target, upstream, server, .. } = request;
    let (minute, second) = (second / 60, second % 60);
    format!(
        "2018/03/09 17:{minute:02}:{second:02} [error] 1#1: *5 {what}, client: {client}, server: {server}, \
         request: \"GET {target} HTTP/1.1\", upstream: \"http://{upstream}{target}\", host: \"a\"\n"
    )
}

pub(crate) fn analyze(options: Options, logs: &[(&str, String)]) -> Analysis {
    let analyzer = Analyzer::new(options);
    let reader = |all: Analyzer<'static>, (name, log): &(&str, String)| {
        all.reader(name, Cursor::new(log.clone().into_bytes()))
    };
    logs.iter().fold(analyzer, reader).run().unwrap()
}

/// The analysis of some requests and the lines of an error log.
pub(crate) fn beside(requests: &[Request], events: &[String]) -> Analysis {
    let requests = requests.iter().map(Request::line).collect();
    analyze(Options::default(), &[("access.log", requests), ("error.log", events.concat())])
}

pub(crate) fn rows(analysis: &Analysis) -> &[ErrorEventRow] {
    &analysis.error_log.as_ref().unwrap().events
}

/// How many lines are joined to any sighting.
pub(crate) fn all_joined(analysis: &Analysis) -> u64 {
    rows(analysis).iter().map(|row| row.joined).sum()
}

/// How many lines are joined to a sighting, of a log that begins before them.
pub(crate) fn joined(requests: &[Request], events: &[String]) -> u64 {
    let begin = "2018/03/09 16:59:59 [notice] 1#1: start worker processes\n".to_owned();
    joined_from(requests, &[&[begin], events].concat())
}

/// How many lines are joined to a sighting.
pub(crate) fn joined_from(requests: &[Request], events: &[String]) -> u64 {
    all_joined(&beside(requests, events))
}

/// The same, where it is not logged where requests were sent.
pub(crate) fn joined_unlogged(requests: &[Request], events: &[String]) -> u64 {
    let requests = requests.iter().map(Request::unlogged).collect();
    let logs = [("access.log", requests), ("error.log", events.concat())];
    let analysis = analyze(Options::default(), &logs);
    assert_eq!(analysis.input.sources[0].formats[0].name, "main_ws");
    all_joined(&analysis)
}
