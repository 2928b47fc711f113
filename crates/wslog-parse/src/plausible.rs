//! What nginx can and cannot write: it decides between several readings of one line.
//!
//! A client can put text into its request, its headers and its user name that imitates the rest
//! of a line in an unquoted format. Each rule here is a fact about nginx's request parser and its
//! log module, in the form that holds for every version since 1.3.13; the two that changed
//! (1.15.7: times of upstreams that did not answer; 1.21.1: spaces in a request target) are in
//! their lenient form.

use memchr::memmem;

use crate::Status;
use crate::log_format::LogFormat;
use crate::request::is_method;
use crate::span::Span;
use crate::upstream::UpstreamList;
use crate::variable::Variable;

/// Whether nginx could have written the line so that it reads like this.
pub(crate) fn is_plausible(format: &LogFormat, line: &[u8], spans: &[Span]) -> bool {
    let candidate = Candidate { format, line, spans };
    candidate.attempts_agree()
        && candidate.switching_needs_an_upstream()
        && candidate.request_is_real()
}

struct Candidate<'a> {
    format: &'a LogFormat,
    line: &'a [u8],
    spans: &'a [Span],
}

impl<'a> Candidate<'a> {
    fn value(&self, variable: Variable) -> Option<&'a [u8]> {
        self.format.slot(variable).and_then(|slot| self.spans.get(slot)).map(|s| s.of(self.line))
    }

    /// Each attempt at an upstream server has an address, a status and a time; without a server
    /// there is no time. An empty address is that of an internal redirect, which has times, and
    /// looks like none where missing values are empty.
    fn attempts_agree(&self) -> bool {
        let Some(addresses) = self.value(Variable::UpstreamAddr) else { return true };
        let attempts = UpstreamList::new(addresses).count();
        [
            Variable::UpstreamStatus,
            Variable::UpstreamConnectTime,
            Variable::UpstreamHeaderTime,
            Variable::UpstreamResponseTime,
        ]
        .into_iter()
        .filter_map(|variable| self.value(variable))
        .all(|list| {
            UpstreamList::new(list).count() == attempts
                && (addresses.is_empty() || !self.is_missing(addresses) || self.is_missing(list))
        })
    }

    /// nginx switches protocols only when an upstream server does.
    fn switching_needs_an_upstream(&self) -> bool {
        self.status() != Some(Status::SWITCHING_PROTOCOLS)
            || self.value(Variable::UpstreamAddr).is_none_or(|address| !self.is_missing(address))
    }

    /// The request is one that nginx served, or the line shows that it read no headers. More cannot
    /// be asked of a request that was refused: `error_page` gives it any status, and any upstream.
    fn request_is_real(&self) -> bool {
        self.value(Variable::Request).is_none_or(|request| {
            // A refused HTTP/2 request has headers, and a request that is missing.
            is_served(request) || self.is_missing(request) || self.has_no_headers()
        })
    }

    fn has_no_headers(&self) -> bool {
        [Variable::HttpUserAgent, Variable::HttpSecWebsocketKey, Variable::HttpReferer]
            .into_iter()
            .all(|header| self.value(header).is_none_or(|value| self.is_missing(value)))
    }

    fn is_missing(&self, value: &[u8]) -> bool {
        self.format.escape().is_missing(value)
    }

    fn status(&self) -> Option<Status> {
        self.value(Variable::Status).and_then(Status::parse)
    }
}

/// `METHOD SP+ URI SP+ HTTP/D.D SP*`, where ` HTTP/D.D` stands once: nginx ends a request at the
/// first, and answers 400 when anything but spaces follows.
fn is_served(request: &[u8]) -> bool {
    let Some((space, end)) = first_protocol(request) else { return false };
    let Some(target) = target(&request[..space]) else { return false };
    !target.trim_ascii().is_empty() && request[end..].iter().all(|&byte| byte == b' ')
}

/// What stands behind the method, if it starts as a path, a URI, an authority or `*` does.
fn target(request: &[u8]) -> Option<&[u8]> {
    let space = memchr::memchr(b' ', request)?;
    let target = request[space..].trim_ascii_start();
    let is_target =
        target.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"/*[".contains(byte));
    (is_method(&request[..space]) && is_target).then_some(target)
}

/// Where the first ` HTTP/D+.D+` starts and ends; nginx takes any number of leading zeros.
fn first_protocol(request: &[u8]) -> Option<(usize, usize)> {
    memmem::find_iter(request, b" HTTP/").find_map(|space| {
        let version = space + " HTTP/".len();
        let point = version + digits(&request[version..])?;
        let minor = request.get(point..)?.strip_prefix(b".")?;
        Some((space, point + 1 + digits(minor)?))
    })
}

/// How many digits there are at the front, at least one.
fn digits(text: &[u8]) -> Option<usize> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 0).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_requests_that_nginx_serves() {
        for request in [
            "GET / HTTP/1.1",
            "GET  /  HTTP/1.0  ",
            "GET /?url= http://a.example/ HTTP/1.0",
            "POST http://h/p HTTP/1.1",
            "GET a1+b://h/ HTTP/1.1",
            "GET / HTTP/1.0001",
            "CONNECT [::1]:443 HTTP/1.1",
        ] {
            assert!(is_served(request.as_bytes()), "{request}");
        }
    }

    #[test]
    fn err_requests_that_only_a_forger_writes() {
        for request in [
            "GET / HTTP/1.0 upstream_response_time - HTTP/1.1",
            "GET /",
            "GET / HTTP/1.",
            "GET / HTTP/.1",
            "GET HTTP/1.1",
            "get / HTTP/1.1",
            "-",
            "",
        ] {
            assert!(!is_served(request.as_bytes()), "{request}");
        }
    }
}
