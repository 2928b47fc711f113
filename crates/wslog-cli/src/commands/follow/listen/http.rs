//! One request and its answer: GET and HEAD of HTTP/1, one to a connection.
//!
//! A browser may be led to this machine by the name of a site it shows (DNS rebinding), and would
//! let that site read what it is answered. So a listener for this machine alone answers only where
//! it is called by an IP address or as `localhost`.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv6Addr, Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use httparse::{EMPTY_HEADER, Error};

use super::exchange::Snapshot;

/// How long a client may take to say what it wants.
const ASKING: Duration = Duration::from_secs(5);
/// How long it may take to hear the answer.
const HEARING: Duration = Duration::from_secs(10);
/// How long a client that goes on talking is listened to, so that it gets to read the answer.
const PARTING: Duration = Duration::from_secs(1);
/// Most bytes of a request up to its blank line.
const LONGEST: usize = 8 << 10;
/// Most headers of a request.
const MOST_HEADERS: usize = 64;

const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";
const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Serves one connection; `latest` is what the follower has published.
pub(super) fn serve(
    stream: &TcpStream,
    is_local: bool,
    latest: impl FnOnce() -> Option<Snapshot>,
) -> io::Result<()> {
    let (answer, has_body) = match Request::read(&mut Until::now_and(ASKING, stream)) {
        Ok(request) => (request.answer(is_local, latest), request.method != "HEAD"),
        Err(Some(refusal)) => (refusal, true),
        Err(None) => return Ok(()),
    };
    answer.write(has_body, &mut Until::now_and(HEARING, stream))?;
    // To close while there is something unread would take the answer away from the client.
    stream.shutdown(Shutdown::Write)?;
    let mut rest = Until::now_and(PARTING, stream);
    while rest.read(&mut [0; LONGEST])? > 0 {}
    Ok(())
}

/// A connection up to a certain time, however slowly its bytes trickle.
struct Until<'a> {
    stream: &'a TcpStream,
    end: Instant,
}

impl<'a> Until<'a> {
    fn now_and(time: Duration, stream: &'a TcpStream) -> Until<'a> {
        Until { stream, end: Instant::now() + time }
    }

    fn left(&self) -> io::Result<Option<Duration>> {
        match self.end.saturating_duration_since(Instant::now()) {
            Duration::ZERO => Err(io::ErrorKind::TimedOut.into()),
            left => Ok(Some(left)),
        }
    }
}

impl Read for Until<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        self.stream.read(to)
    }
}

impl Write for Until<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// What of a request matters here.
#[derive(Debug)]
struct Request {
    method: String,
    path: String,
    host: Option<String>,
}

impl Request {
    /// Reads a request, or says what is wrong with it; nothing, to a client that said nothing.
    fn read(from: &mut impl Read) -> Result<Request, Option<Answer>> {
        let mut buffer = [0; LONGEST];
        let mut length = 0;
        while let Some(free) = buffer.get_mut(length..).filter(|free| !free.is_empty()) {
            match from.read(free) {
                Ok(0) if length > 0 => return Err(Some(Answer::bad("the request breaks off"))),
                Ok(0) => return Err(None),
                Ok(read) => length += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) if length > 0 => return Err(Some(Answer::text("408 Request Timeout", ""))),
                Err(_) => return Err(None),
            }
            if let Some(request) = Request::parse(buffer.get(..length).unwrap_or_default())? {
                return Ok(request);
            }
        }
        Err(Some(Answer::too_large()))
    }

    /// The request, if all of it is there.
    fn parse(bytes: &[u8]) -> Result<Option<Request>, Answer> {
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(bytes) {
            Err(Error::TooManyHeaders) => return Err(Answer::too_large()),
            Err(error) => return Err(Answer::bad(&error.to_string())),
            Ok(status) if status.is_partial() => return Ok(None),
            Ok(_) => {}
        }
        let is_old = request.version == Some(0);
        let mut hosts = request.headers.iter().filter(|h| h.name.eq_ignore_ascii_case("host"));
        let host = match (hosts.next(), hosts.next()) {
            (None, _) if is_old => None,
            (Some(host), None) => Some(String::from_utf8_lossy(host.value).trim().to_owned()),
            _ => return Err(Answer::bad("there must be one Host")),
        };
        let target = request.path.unwrap_or_default();
        // The form that proxies are asked in: its host counts, not the header's.
        let (target, host) = match target.strip_prefix("http://") {
            None => (target, host),
            Some(rest) => {
                let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                (path, Some(host.to_owned()))
            }
        };
        let path = target.split('?').next().unwrap_or_default().to_owned();
        let method = request.method.unwrap_or_default().to_owned();
        Ok(Some(Request { method, path, host }))
    }

    fn answer(&self, is_local: bool, latest: impl FnOnce() -> Option<Snapshot>) -> Answer {
        if is_local && !self.host.as_deref().is_none_or(is_this_machine) {
            return Answer::text(
                "403 Forbidden",
                "Call this machine by its IP address or localhost; only who listens on another \
                 address than 127.0.0.1 is called by other names.\n",
            );
        }
        let is_known = matches!(self.path.as_str(), "/" | "/metrics" | "/report.json");
        if is_known && !matches!(self.method.as_str(), "GET" | "HEAD") {
            let answer = Answer::text("405 Method Not Allowed", "Only GET and HEAD.\n");
            return Answer { more: "Allow: GET, HEAD\r\n", ..answer };
        }
        match self.path.as_str() {
            "/" => {
                Answer::text("200 OK", "/metrics      for Prometheus\n/report.json  the report\n")
            }
            "/metrics" => Answer::made_of(latest(), METRICS, |snapshot| snapshot.metrics),
            "/report.json" => Answer::made_of(latest(), JSON, |snapshot| snapshot.report),
            _ => Answer::text("404 Not Found", "There are /metrics and /report.json.\n"),
        }
    }
}

/// Whether a Host is a name that no site can have: an IP address or `localhost`.
fn is_this_machine(host: &str) -> bool {
    let is_ip = host.parse::<SocketAddr>().is_ok() || host.parse::<IpAddr>().is_ok();
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_v6 = bracketed.is_some_and(|host| host.parse::<Ipv6Addr>().is_ok());
    let (name, port) = host.split_once(':').unwrap_or((host, "0"));
    let is_localhost = name.eq_ignore_ascii_case("localhost") && port.parse::<u16>().is_ok();
    is_ip || is_v6 || is_localhost
}

#[derive(Debug)]
struct Answer {
    status: &'static str,
    content_type: &'static str,
    /// More headers, each with its end.
    more: &'static str,
    body: Arc<[u8]>,
}

impl Answer {
    fn text(status: &'static str, text: &str) -> Answer {
        Answer { status, content_type: TEXT, more: "", body: text.as_bytes().into() }
    }

    fn bad(why: &str) -> Answer {
        Answer::text("400 Bad Request", &format!("{why}\n"))
    }

    fn too_large() -> Answer {
        Answer::text("431 Request Header Fields Too Large", "")
    }

    fn made_of(
        latest: Option<Snapshot>,
        content_type: &'static str,
        body: impl FnOnce(Snapshot) -> Arc<[u8]>,
    ) -> Answer {
        match latest {
            Some(snapshot) => {
                Answer { status: "200 OK", content_type, more: "", body: body(snapshot) }
            }
            None => {
                let answer =
                    Answer::text("503 Service Unavailable", "What was there is being read.\n");
                Answer { more: "Retry-After: 1\r\n", ..answer }
            }
        }
    }

    fn write(&self, has_body: bool, to: &mut impl Write) -> io::Result<()> {
        let Answer { status, content_type, more, body } = self;
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\
             {more}Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
             Connection: close\r\n\r\n"
        );
        to.write_all(head.as_bytes())?;
        to.write_all(if has_body { body } else { &[] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mut bytes: &[u8]) -> Result<Request, Option<Answer>> {
        Request::read(&mut bytes)
    }

    /// The status that a request gets.
    fn status(bytes: &str, is_local: bool) -> String {
        let snapshot = || Some(Snapshot { metrics: Arc::default(), report: Arc::default() });
        let answer = match read(bytes.as_bytes()) {
            Ok(request) => request.answer(is_local, snapshot),
            Err(refusal) => refusal.unwrap(),
        };
        answer.status.split(' ').next().unwrap().to_owned()
    }

    #[test]
    fn ok_each_request_gets_its_status() {
        for (request, expected) in [
            ("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "200"),
            ("HEAD /metrics HTTP/1.1\r\nHost: [::1]:9117\r\n\r\n", "200"),
            ("GET /report.json?a=b HTTP/1.1\nhost: 127.0.0.1\n\n", "200"),
            ("GET http://127.0.0.1:9117/metrics HTTP/1.1\r\nHost: a.example\r\n\r\n", "200"),
            ("GET /metrics HTTP/1.0\r\n\r\n", "200"),
            ("GET /metrics HTTP/1.1\r\n\r\n", "400"),
            ("GET /metrics HTTP/1.1\r\nHost: a\r\nHost: localhost\r\n\r\n", "400"),
            ("GET /metrics HTTP/2.0\r\nHost: localhost\r\n\r\n", "400"),
            ("GET /metrics HTTP/1.1\r\nHost: localhost", "400"),
            ("\x16\x03\x01\x02", "400"),
            ("GET /metrics HTTP/1.1\r\nHost: a.example\r\n\r\n", "403"),
            ("GET http://a.example/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", "403"),
            ("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n", "404"),
            ("GET /metrics/../ HTTP/1.1\r\nHost: localhost\r\n\r\n", "404"),
            ("POST /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", "405"),
            ("get /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", "405"),
        ] {
            assert_eq!(status(request, true), expected, "{request:?}");
        }
    }

    #[test]
    fn ok_what_is_too_large_is_refused_at_8_kib() {
        let long = format!("GET / HTTP/1.1\r\nHost: localhost\r\na: {}", "a".repeat(1 << 20));
        let many = "a: b\r\n".repeat(MOST_HEADERS);
        let many = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{many}\r\n");
        assert_eq!(status(&long, true), "431");
        assert_eq!(status(&many, true), "431");
        assert_eq!(status(&"\r\n".repeat(LONGEST), true), "431");
    }

    #[test]
    fn ok_only_hosts_that_no_site_can_be_named_by_are_this_machine() {
        for host in ["localhost", "LOCALHOST:80", "10.0.0.1", "127.0.0.1:9117", "[::1]", "[::1]:1"]
        {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "",
            "a.example",
            "localhost.a.example",
            "localhost:",
            "localhost:x",
            "127.0.0.1.a.example",
            "127.0.0.1:9117:1",
            "[::1].a.example",
            "[a.example]",
            "a.example:80@localhost",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }

    #[test]
    fn ok_a_listener_for_other_machines_is_called_by_any_name() {
        assert_eq!(status("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", false), "200");
    }

    #[test]
    fn ok_who_says_nothing_hears_nothing() {
        assert!(matches!(read(b""), Err(None)));
    }
}
