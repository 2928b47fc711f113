//! Logs of any requests, in several formats.

use proptest::prelude::*;
use proptest::sample::select;

use super::Log;

/// A request that a log tells of.
#[derive(Clone, Debug)]
struct Request {
    second: u32,
    millis: u32,
    node: u8,
    path: &'static str,
    protocol: &'static str,
    status: u16,
    key: &'static str,
    upgrade: &'static str,
    age: &'static str,
    header: &'static str,
    /// Whether its line is cut off.
    is_cut: bool,
}

const PATHS: [&str; 5] = ["/ws", "/ws/1", "/ws/2?t=1", "/api", "/"];
const KEYS: [&str; 5] = [
    "8+qDYeKJGFTWKB2ov4p5TA==",
    "AQIDBAUGBwgJCgsMDQ4PEA==",
    "EQIDBAUGBwgJCgsMDQ4PEA==",
    "no-key",
    "-",
];
const AGES: [&str; 6] = ["0.001", "1.500", "59.999", "60.000", "60.001", "7384.662"];

fn request() -> impl Strategy<Value = Request> {
    let when = (0..600_u32, 0..1000_u32, 1..4_u8);
    let what = (select(&PATHS[..]), select(vec!["1.0", "1.1", "2.0"]));
    let end = select(vec![101_u16, 101, 200, 400, 404, 499, 499, 502, 504]);
    let shown = (select(&KEYS[..]), select(vec!["websocket", "-", "h2c"]));
    let took = (select(&AGES[..]), select(vec!["-", "0.002", "60.000"]));
    (when, what, end, shown, took, prop::bool::weighted(0.05)).prop_map(
        |(when, (path, protocol), status, (key, upgrade), (age, header), is_cut)| Request {
            second: when.0,
            millis: when.1,
            node: when.2,
            path,
            protocol,
            status,
            key,
            upgrade,
            age,
            header,
            is_cut,
        },
    )
}

/// How a log tells a request.
type Format = fn(&Request) -> String;

impl Request {
    fn clock(&self) -> String {
        format!("17:{:02}:{:02}", self.second / 60, self.second % 60)
    }

    fn msec(&self) -> String {
        format!("{}.{:03}", 1_520_586_000 + self.second, self.millis)
    }

    /// As `combined`, which shows neither a key nor an `Upgrade`.
    fn combined(&self) -> String {
        let Request { node, path, protocol, status, .. } = self;
        let clock = self.clock();
        format!(
            "192.0.2.{node} - - [09/Mar/2018:{clock} +0800] \"GET {path} HTTP/{protocol}\" {status} 0 \"-\" \"a\""
        )
    }

    /// With all that is recommended to be logged.
    fn handshakes(&self) -> String {
        let Request { status, key, upgrade, age, header, .. } = self;
        let (front, msec) = (self.combined(), self.msec());
        format!(
            "{front} \"-\" {msec} {age} \"edge\" \"{upgrade}\" \"{key}\" \"10.0.0.9:80\" \"{status}\" \
             \"{header}\" \"{age}\""
        )
    }

    fn upstreamlog(&self) -> String {
        let Request { node, path, protocol, status, age, .. } = self;
        let (clock, msec) = (self.clock(), self.msec());
        format!(
            "[09/Mar/2018:{clock} +0800] 192.0.2.{node} - - - edge to: 10.0.0.9:80: GET {path} HTTP/{protocol} \
             upstream_response_time {age} msec {msec} request_time {age} status {status} client - Mozilla/5.0"
        )
    }

    fn upstreamlog_key(&self) -> String {
        let key = if self.key == "no-key" { "-" } else { self.key };
        format!("{} {key}", self.upstreamlog())
    }

    /// What the error log says of it.
    fn error(&self) -> String {
        let Request { node, path, protocol, status, .. } = self;
        let said = match status {
            101 => {
                "upstream timed out (110: Connection timed out) while proxying upgraded connection"
            }
            502 => "connect() failed (111: Connection refused) while connecting to upstream",
            _ => {
                "upstream timed out (110: Connection timed out) while reading response header from upstream"
            }
        };
        format!(
            "2018/03/09 {} [error] 12#12: *4 {said}, client: 192.0.2.{node}, server: edge, request: \"GET \
             {path} HTTP/{protocol}\", upstream: \"http://10.0.0.9:80{path}\", host: \"edge\"",
            self.clock()
        )
    }
}

fn log(name: String, requests: &[Request], format: Format) -> Log {
    let line = |request: &Request| match (request.is_cut, format(request)) {
        (true, line) => line[..line.len() / 3].to_owned() + "\n",
        (false, line) => line + "\n",
    };
    (name, requests.iter().map(line).collect::<String>().into_bytes())
}

/// A few logs, with an error log beside them or not.
pub(super) fn logs() -> impl Strategy<Value = Vec<Log>> {
    let formats: [Format; 4] =
        [Request::combined, Request::handshakes, Request::upstreamlog, Request::upstreamlog_key];
    let requests = prop::collection::vec(request(), 1..40);
    let one = (0..formats.len(), requests).prop_map(move |(format, mut requests)| {
        requests.sort_by_key(|request| (request.second, request.millis));
        (formats[format], requests)
    });
    (prop::collection::vec(one, 1..4), any::<bool>()).prop_map(|(all, has_error_log)| {
        let errors = all.first().filter(|_| has_error_log);
        let errors = errors.map(|(_, requests)| log("error.log".into(), requests, Request::error));
        let named = all.iter().zip(0..);
        let logs = named
            .map(|((format, requests), number)| log(format!("{number}.log"), requests, *format));
        logs.chain(errors).collect()
    })
}
