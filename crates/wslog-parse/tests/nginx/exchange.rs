//! A request and its answer, as nginx has them when it writes the line.

use wslog_parse::Escape;

use super::choices::Choices;
use super::format::{Format, is_client};
use super::log::logged;

/// The values of all variables of a format; `None` where nginx has none.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    values: Vec<(String, Option<Vec<u8>>)>,
}

/// How far nginx came with a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `METHOD SP+ target SP+ HTTP/D.D SP*`, and headers.
    Served,
    /// `GET SP+ target`: HTTP/0.9 has no headers, and no other method.
    Simple,
    /// Any other request line: it was refused before a header was read.
    Refused,
    /// HTTP/2 with a header that nginx refuses: those in front of it were read, and there is no
    /// request line.
    Rejected,
}

/// One element of nginx's `r->upstream_states`: an attempt, or (without an address) the mark of an
/// internal redirect, which stays alone when the new location has no server to try.
struct State {
    peer: Option<&'static str>,
    status: u32,
    times: [Option<u32>; 3],
    length: u32,
}

struct Nginx {
    shape: Shape,
    unix_seconds: u64,
    millis: u64,
    offset_minutes: i64,
    status: &'static str,
    upstream: Vec<State>,
    unix_listener: bool,
    numbers: u32,
}

impl Exchange {
    /// An exchange. A hostile client knows the format, the time and all that nginx will log, and
    /// imitates it.
    pub(crate) fn draw(choices: &mut Choices<'_>, format: &Format, manners: Manners) -> Exchange {
        let nginx = Nginx::draw(choices);
        let mut exchange = Exchange { values: Vec::new() };
        for field in format.fields.iter().filter(|field| !is_client(&field.name)) {
            exchange.set(&field.name, |_| nginx.own(&field.name));
        }
        for field in format.fields.iter().filter(|field| is_client(&field.name)) {
            exchange.set(&field.name, |exchange| {
                let mut client = Client { choices, format, exchange, manners };
                client.value(&field.name, &nginx)
            });
        }
        if format.ends_in_bare_key() {
            let key =
                exchange.values.iter_mut().find(|(name, _)| *name == "http_sec_websocket_key");
            key.into_iter().filter_map(|(_, key)| key.as_mut()).for_each(|key| {
                key.retain(|&byte| byte != b' ');
            });
        }
        exchange
    }

    pub(crate) fn value(&self, name: &str) -> Option<&[u8]> {
        self.values.iter().find(|(known, _)| *known == name).and_then(|(_, value)| value.as_deref())
    }

    fn set(&mut self, name: &str, value: impl FnOnce(&Exchange) -> Option<Vec<u8>>) {
        if self.values.iter().all(|(known, _)| *known != name) {
            let value = value(self);
            self.values.push((name.to_owned(), value));
        }
    }
}

impl Nginx {
    fn draw(choices: &mut Choices<'_>) -> Nginx {
        use Shape::{Refused, Rejected, Served, Simple};
        let shape = choices.pick(&[Served, Served, Served, Served, Simple, Refused, Rejected]);
        let upstream = match shape {
            Served | Simple => upstream(choices),
            Refused | Rejected => Vec::new(),
        };
        let status = match shape {
            Refused => choices.pick(&["400", "400", "408", "414", "505", "000", "405", "500"]),
            Rejected => "400",
            // nginx switches protocols only when an upstream server does.
            _ if upstream.iter().all(|state| state.peer.is_none()) => {
                choices.pick(&["200", "499", "400", "404", "009", "503"])
            }
            _ => choices.pick(&["101", "499", "504", "200", "502", "400"]),
        };
        Nginx {
            shape,
            unix_seconds: u64::from(choices.number()),
            millis: u64::from(choices.number() % 1000),
            offset_minutes: choices.pick(&[0, 480, -210, 60, 840, -720, 345]),
            status,
            upstream,
            unix_listener: choices.one_in(8),
            numbers: choices.number(),
        }
    }

    fn has_headers(&self) -> bool {
        matches!(self.shape, Shape::Served | Shape::Rejected)
    }

    fn own(&self, name: &str) -> Option<Vec<u8>> {
        let text = match name {
            "status" => self.status.to_owned(),
            "time_local" => self.time(false),
            "time_iso8601" => self.time(true),
            "msec" => format!("{}.{:03}", self.unix_seconds, self.millis),
            "remote_addr" if self.unix_listener => "unix:".to_owned(),
            "remote_addr" => self.one_of(&["100.97.88.254", "::1", "10.0.0.1"]),
            // A Unix socket has no port, and nginx logs nothing, whatever the escape.
            "remote_port" | "server_port" if self.unix_listener => String::new(),
            "remote_port" | "server_port" => (1 + self.numbers % 65_535).to_string(),
            "server_addr" if self.unix_listener => "unix:/run/nginx.sock".to_owned(),
            "server_addr" => "127.0.0.1".to_owned(),
            "hostname" => "edge-1".to_owned(),
            "server_name" => self.one_of(&["10.0.21.11", "_", "ws.example", ""]),
            "scheme" => self.one_of(&["http", "https"]),
            "https" => self.one_of(&["", "on"]),
            "pipe" => self.one_of(&[".", "p"]),
            "request_id" => format!("{:032x}", self.numbers),
            "request_time" => format!("{}.{:03}", self.numbers >> 14, self.numbers % 1000),
            "request_completion" => self.one_of(&["OK", ""]),
            "request_length"
            | "bytes_sent"
            | "body_bytes_sent"
            | "connection"
            | "connection_requests" => (self.numbers >> 7).to_string(),
            "tcpinfo_rtt" => (self.numbers >> 17).to_string(),
            "gzip_ratio" if self.numbers.is_multiple_of(2) => return None,
            "gzip_ratio" => "3.05".to_owned(),
            "upstream_cache_status" if self.upstream.is_empty() => return None,
            "upstream_cache_status" => self.one_of(&["MISS", "EXPIRED", "BYPASS"]),
            "proxy_upstream_name" => self.one_of(&["default-ws-80", "-"]),
            "proxy_alternative_upstream_name" => self.one_of(&["", "canary-80"]),
            _ => return self.upstream_list(name),
        };
        Some(text.into_bytes())
    }

    fn one_of(&self, options: &[&str]) -> String {
        options[usize::try_from(self.numbers).unwrap_or_default() % options.len()].to_owned()
    }

    /// `$time_local` or `$time_iso8601`.
    fn time(&self, iso8601: bool) -> String {
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let sign = if self.offset_minutes < 0 { '-' } else { '+' };
        let (hours, minutes) = (self.offset_minutes.abs() / 60, self.offset_minutes.abs() % 60);
        let local = i64::try_from(self.unix_seconds).unwrap_or_default() + self.offset_minutes * 60;
        let (year, month, day) = date(local.div_euclid(86_400));
        let second = local.rem_euclid(86_400);
        let clock = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
        match iso8601 {
            true => {
                format!("{year}-{:02}-{day:02}T{clock}{sign}{hours:02}:{minutes:02}", month + 1)
            }
            false => {
                let name = MONTHS[month];
                format!("{day:02}/{name}/{year}:{clock} {sign}{hours:02}{minutes:02}")
            }
        }
    }

    /// `$upstream_addr` and its siblings, by the loop they share in nginx: behind an attempt comes
    /// `, `, and the mark of a redirect is passed over with ` : `, except at the very front.
    fn upstream_list(&self, name: &str) -> Option<Vec<u8>> {
        let states = &self.upstream;
        let mut list = states.first()?.element(name);
        let mut index = 1;
        while let Some(state) = states.get(index) {
            match state.peer {
                Some(_) => list.push_str(", "),
                None => {
                    list.push_str(" : ");
                    index += 1;
                }
            }
            list.push_str(&states.get(index).map(|state| state.element(name)).unwrap_or_default());
            index += 1;
        }
        Some(list.into_bytes())
    }
}

impl State {
    fn element(&self, name: &str) -> String {
        let time = |which: usize| match self.times[which] {
            Some(millis) => format!("{}.{:03}", millis / 1000, millis % 1000),
            None => "-".to_owned(),
        };
        match name {
            "upstream_addr" => self.peer.unwrap_or_default().to_owned(),
            "upstream_status" if self.status == 0 => "-".to_owned(),
            "upstream_status" => self.status.to_string(),
            "upstream_connect_time" => time(0),
            "upstream_header_time" => time(1),
            "upstream_response_time" => time(2),
            _ => self.length.to_string(),
        }
    }
}

/// The attempts at upstream servers.
fn upstream(choices: &mut Choices<'_>) -> Vec<State> {
    // In this order: none, one, several, a redirect in between, at the end, at the front, alone.
    let attempts: &[bool] = match choices.below(16) {
        0..4 => &[],
        4..10 => &[true],
        10 => &[true, true, true],
        11 => &[true, false, true],
        12 => &[true, false, true, true],
        13 => &[true, false],
        14 => &[false, true],
        _ => &[false],
    };
    attempts.iter().map(|&is_attempt| state(choices, is_attempt)).collect()
}

fn state(choices: &mut Choices<'_>, is_attempt: bool) -> State {
    if !is_attempt {
        return State { peer: None, status: 0, times: [Some(0); 3], length: 0 };
    }
    let peers = ["127.0.0.1:8019", "[::1]:8019", "unix:/run/be.sock", "alldown", "10.0.20.11:80"];
    let mut time = || (!choices.one_in(4)).then(|| choices.number() >> 12);
    let times = [time(), time(), time()];
    State {
        peer: Some(choices.pick(&peers)),
        status: choices.pick(&[101, 0, 200, 504, 502]),
        times,
        length: choices.number() >> 8,
    }
}

/// Year, month from 0, and day of the month, from days since 1970-01-01.
fn date(mut days: i64) -> (i64, usize, i64) {
    let is_leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let mut year = 1970;
    while days < 0 {
        year -= 1;
        days += 365 + i64::from(is_leap(year));
    }
    // 97 leap days in 400 years.
    year += days / 146_097 * 400;
    days %= 146_097;
    while days >= 365 + i64::from(is_leap(year)) {
        days -= 365 + i64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + i64::from(is_leap(year));
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    (year, month, days + 1)
}

/// What a client is up to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manners {
    Honest,
    Hostile,
}

/// What honest clients send.
const HONEST: &[&[u8]] = &[
    b"a",
    b"curl/8.5.0",
    b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
    b"https://ws.example/a/?b=c:d",
    b"192.0.2.7, 10.0.0.1",
    b"dGhlIHNhbXBsZSBub25jZQ==",
];

/// Who sends the request.
struct Client<'a, 'c> {
    manners: Manners,
    choices: &'a mut Choices<'c>,
    format: &'a Format,
    exchange: &'a Exchange,
}

/// What means something in one format or another.
const TOKENS: &[&[u8]] = &[
    b" ",
    b"a",
    b"\"",
    b"\\",
    b"\\x22",
    b"-",
    b" - ",
    b":",
    b": ",
    b", ",
    b" : ",
    b"[",
    b"] ",
    b"GET /",
    b" HTTP/1.1",
    b" HTTP/1.0",
    b" HTTP/",
    b"HTTP/1.1",
    b"127.0.0.1:80",
    b"200",
    b" 101 ",
    b"0.001",
    b"0.001, ",
    b"{",
    b"}",
    b"\",\"status\":\"200\"",
    b"\t",
    b"\r",
    b"\n",
    b"|",
    b"  ",
    b"dGhlIHNhbXBsZSBub25jZQ==",
    b" dGhlIHNhbXBsZSBub25jZQ==",
    b"\xff",
    b"\xc3\xa9",
    b"\x00",
    b"\x1b[2J",
    b"\x7f",
    b"\\u0022",
    b"$status",
    b"Mozilla/5.0 (X11)",
];

impl Client<'_, '_> {
    fn value(&mut self, name: &str, nginx: &Nginx) -> Option<Vec<u8>> {
        let is_read = matches!(nginx.shape, Shape::Served | Shape::Simple);
        match name {
            "request" => self.request(nginx.shape),
            "request_method" if is_read => Some(self.choices.pick(METHODS).to_vec()),
            "request_uri" | "uri" if is_read => {
                Some([b"/".to_vec(), self.text()].concat()).map(|text| without(&text, b"\0"))
            }
            "args" if is_read => Some(self.request_text()),
            // Spaces behind the protocol belong to it.
            "server_protocol" if nginx.shape == Shape::Served => {
                Some([&b"HTTP/1.1"[..], self.choices.pick(SPACES)].concat())
            }
            "host" if nginx.has_headers() => Some(self.request_text()),
            "host" => Some(b"10.0.21.11".to_vec()),
            "remote_user" if nginx.has_headers() => self.user(),
            "req_id" if !nginx.has_headers() => Some(b"2889e565a82f4db8".to_vec()),
            "request_method" | "request_uri" | "uri" | "args" | "server_protocol" => None,
            _ if nginx.has_headers() => self.header(),
            _ => None,
        }
    }

    fn request(&mut self, shape: Shape) -> Option<Vec<u8>> {
        let first_space = self.choices.pick(&SPACES[1..]);
        let method = self.choices.pick(METHODS);
        match shape {
            Shape::Served => {
                let target = self.target();
                let space = self.choices.pick(&SPACES[1..]);
                let protocol = self.choices.pick(&[&b"HTTP/1.1"[..], b"HTTP/1.0", b"HTTP/2.0"]);
                let behind = self.choices.pick(SPACES);
                Some([method, first_space, &target, space, protocol, behind].concat())
            }
            Shape::Simple => Some([b"GET", first_space, &self.target()].concat()),
            Shape::Refused => Some(self.request_text()),
            Shape::Rejected => None,
        }
    }

    /// nginx before 1.21.1 lets a target hold spaces, unless an `H` follows, which starts the
    /// protocol.
    fn target(&mut self) -> Vec<u8> {
        let keeps_spaces = self.choices.one_in(2) && self.manners == Manners::Hostile;
        let mut target = [b"/".to_vec(), self.request_text()].concat();
        for index in 1..target.len() {
            match (target[index - 1], target[index]) {
                (b' ', b'H') => target[index] = b'h',
                (_, b' ') if !keeps_spaces => target[index] = b'+',
                _ => {}
            }
        }
        target
    }

    /// Basic authentication ends a name at its first colon; one without a letter is no name.
    fn user(&mut self) -> Option<Vec<u8>> {
        Some(without(&self.text(), b":")).filter(|user| !user.is_empty())
    }

    /// nginx takes the spaces around a header's value away.
    fn header(&mut self) -> Option<Vec<u8>> {
        if self.choices.one_in(3) {
            return None;
        }
        let text = self.request_text();
        let start = text.iter().position(|&byte| byte != b' ').unwrap_or(text.len());
        let end = text.iter().rposition(|&byte| byte != b' ').map_or(start, |last| last + 1);
        Some(text[start..end].to_vec())
    }

    /// What can stand in a request line or a header.
    fn request_text(&mut self) -> Vec<u8> {
        without(&self.text(), b"\0\r\n")
    }

    fn text(&mut self) -> Vec<u8> {
        if self.manners == Manners::Honest {
            return self.choices.pick(HONEST).to_vec();
        }
        let mut text = Vec::new();
        for _ in 0..self.choices.below(6) {
            match self.choices.below(4) {
                0 => text.extend_from_slice(self.choices.pick(TOKENS)),
                1 => text.push(self.choices.byte()),
                2 => text.extend_from_slice(b"word"),
                _ => self.imitation(&mut text),
            }
        }
        text
    }

    /// A stretch of the line as it will be logged, perhaps with another status.
    fn imitation(&mut self, text: &mut Vec<u8>) {
        let fields = &self.format.fields;
        let first = self.choices.below(fields.len());
        let count = self.choices.below(fields.len() - first + 1);
        text.extend_from_slice(self.format.before(first).as_bytes());
        for field in &fields[first..first + count] {
            match field.name.as_str() {
                "status" => text.extend_from_slice(self.choices.pick(&[b"101", b"499", b"400"])),
                name if is_client(name) => {
                    text.extend_from_slice(self.choices.pick(&[
                        &b"-"[..],
                        b"x",
                        b"",
                        b"GET / HTTP/1.0",
                    ]));
                }
                name => text.extend(logged(Escape::Default, self.exchange.value(name))),
            }
            text.extend_from_slice(field.after.as_bytes());
        }
    }
}

const METHODS: &[&[u8]] = &[b"GET", b"POST", b"M-SEARCH", b"-"];
const SPACES: &[&[u8]] = &[b"", b" ", b"  "];

fn without(text: &[u8], bytes: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|byte| !bytes.contains(byte)).collect()
}
