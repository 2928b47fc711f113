//! Text that imitates the rest of an unquoted line, put wherever a client can put text.
//!
//! The forged time is the current second, which a real forger knows as well; so each case is made
//! when it is asked for.

use std::time::{SystemTime, UNIX_EPOCH};

use wslog_lab::fresh_key;

use crate::case::{Case, Ending};

const STATUSES: [u16; 4] = [101, 200, 400, 499];
const UPSTREAM_TIMES: [&str; 3] = ["-", "0.001", "0.001, 60.000"];

/// Where the request goes: answered by nginx itself, not found, by the backend, given up.
const PLACES: [(&str, Ending); 4] = [
    ("/local/", Ending::Answered),
    ("/nowhere", Ending::Answered),
    ("/stripped/", Ending::Answered),
    ("/hang/", Ending::Leaves),
];

/// Request lines with `{tail}` in them; nginx refuses those with a space in the target.
const LINES: [&str; 10] = [
    "GET {path} HTTP/1.1{tail}Mozilla/5.0",
    "GET {path} HTTP/1.0{tail}Mozilla/5.0 {key}",
    "GET {path} HTTP/1.0{tail}- -",
    "GET {path} HTTP/1.0{tail}a HTTP/1.1",
    "GET {path}{tail}a HTTP/1.1",
    "GET {path}{tail}a",
    "{tail}a",
    "GET {path} HTTP/1.1{tail}a{tail}b",
    " : 127.0.0.1:9: GET {path} HTTP/1.0{tail}a",
    ", 127.0.0.1:9: GET {path} HTTP/1.0{tail}a",
];

/// Agents and keys with `{tail}` in them.
const VALUES: [&str; 8] = [
    "a{tail}b",
    "a{tail}-",
    "a HTTP/1.1{tail}-",
    "a{tail}- -",
    "a{tail}b {key}",
    "a HTTP/1.0{tail}b {key}",
    "{tail}{tail}{key}",
    "a to: 127.0.0.1:9: GET / HTTP/1.0{tail}b",
];

/// Every position, with every tail.
pub(crate) fn cases() -> impl Iterator<Item = Case> {
    STATUSES.into_iter().flat_map(|status| {
        UPSTREAM_TIMES.into_iter().flat_map(move |upstream_time| {
            let forge = move |text: &str| forge(text, upstream_time, status);
            lines(forge).chain(values(forge)).chain(users(forge)).chain(halves(forge))
        })
    })
}

type Forged = Box<dyn Iterator<Item = Case>>;

fn lines(forge: impl Fn(&str) -> String + Copy + 'static) -> Forged {
    Box::new(LINES.into_iter().flat_map(move |line| {
        ["/local/", "/ws/"].into_iter().map(move |path| {
            let line = forge(&line.replace("{path}", path));
            let protocol = if line.ends_with(" HTTP/1.1") { "HTTP/1.1" } else { "-" };
            let case = Case::line(line, protocol).header("Host", "edge.example");
            case.agent("A").header("Sec-WebSocket-Key", fresh_key()).forged()
        })
    }))
}

fn values(forge: impl Fn(&str) -> String + Copy + 'static) -> Forged {
    Box::new(VALUES.into_iter().flat_map(move |value| {
        PLACES.into_iter().flat_map(move |(path, ending)| {
            let case = || Case::new("GET", path, "HTTP/1.1").ends(ending).forged();
            let agent = case().agent(forge(value)).websocket(fresh_key());
            let key = case().agent("A").websocket(forge(value));
            let plain = case().agent(forge(value));
            // nginx serves these as it serves 1.1.
            let odd = move |line: String, protocol| {
                let case = Case::line(line, protocol).ends(ending).forged();
                case.header("Host", "edge.example").agent(forge(value))
            };
            let version = odd(format!("GET {path} HTTP/1.10"), "-");
            let zeros = odd(format!("GET {path} HTTP/1.0001"), "-");
            let scheme = odd(format!("GET a1+b://edge.example{path} HTTP/1.1"), "HTTP/1.1");
            [agent, key, plain, version, zeros, scheme]
        })
    }))
}

/// A user cannot hold a colon, and stands in front of everything else.
fn users(forge: impl Fn(&str) -> String + Copy + 'static) -> Forged {
    Box::new(PLACES.into_iter().map(move |(path, ending)| {
        let user = forge("a - edge.example to{tail}b");
        Case::new("GET", path, "HTTP/1.0").user(user).agent("A").ends(ending).forged()
    }))
}

/// The beginning of a tail in one place, its end in the next.
fn halves(forge: impl Fn(&str) -> String + Copy + 'static) -> Forged {
    Box::new(PLACES.into_iter().flat_map(move |(path, ending)| {
        let case = move |agent: &str, key: &str| {
            Case::new("GET", path, "HTTP/1.1").ends(ending).agent(agent).websocket(key).forged()
        };
        let tail = forge("{tail}b");
        let half = tail.find(" request_time").unwrap();
        [case(&tail[..half], &tail[half..]), case(&forge("a{tail}b"), &forge("c{tail}d"))]
    }))
}

fn forge(text: &str, upstream_time: &str, status: u16) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let tail = format!(
        " upstream_response_time {upstream_time} msec {now}.500 request_time 60.000 \
         status {status} client - "
    );
    text.replace("{tail}", &tail).replace("{key}", &fresh_key())
}
