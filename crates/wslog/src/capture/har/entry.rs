//! One entry of a HAR.

use std::net::{IpAddr, SocketAddr};

use serde::de::{IgnoredAny, MapAccess, SeqAccess};
use wslog_parse::{Protocol, Status, Timestamp};

use super::super::date::{after, rfc_3339, unix_seconds};
use super::super::exchange::{Answer, Exchange, Header, Headers, Request};
use super::super::message::MAX_HEADERS;
use super::bounded::MAX_STRING;
use super::loose::{FromJson, Loose};

/// What an exchange is made of. Fields have the names that HAR gives them.
#[derive(Default)]
pub(super) struct Entry {
    started_date_time: Loose<String>,
    time: Loose<f64>,
    server_ip_address: Loose<String>,
    request: Loose<Message>,
    response: Loose<Message>,
    timings: Loose<Timings>,
    web_socket_messages: Loose<Messages>,
}

/// A `request` or a `response`.
#[derive(Default)]
struct Message {
    method: Loose<String>,
    url: Loose<String>,
    http_version: Loose<String>,
    status: Loose<f64>,
    status_text: Loose<String>,
    headers: Loose<Fields>,
    error: Loose<String>,
}

#[derive(Default)]
struct Fields {
    headers: Vec<Header>,
    /// Whether one is missing here, or a part of one.
    is_cut: bool,
}

#[derive(Default)]
struct Field {
    name: Loose<String>,
    value: Loose<String>,
}

/// Milliseconds from the start until the answer began: what came before `receive`.
struct Timings(f64);

/// Chromium's `_webSocketMessages`: the time of the last one, in seconds since 1970.
struct Messages(f64);

/// Reads the fields of an object that are known by name, and passes over the others.
macro_rules! object {
    ($type:ty { $($key:literal => $field:ident),+ $(,)? }) => {
        impl FromJson for $type {
            fn from_object<'de, A: MapAccess<'de>>(
                mut object: A,
            ) -> Result<Option<$type>, A::Error> {
                let mut read = <$type>::default();
                while let Some(key) = object.next_key::<String>()? {
                    match key.as_str() {
                        $($key => read.$field = object.next_value()?,)+
                        _ => drop(object.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(Some(read))
            }
        }
    };
}

object!(Entry {
    "startedDateTime" => started_date_time,
    "time" => time,
    "serverIPAddress" => server_ip_address,
    "request" => request,
    "response" => response,
    "timings" => timings,
    "_webSocketMessages" => web_socket_messages,
});
object!(Message {
    "method" => method,
    "url" => url,
    "httpVersion" => http_version,
    "status" => status,
    "statusText" => status_text,
    "headers" => headers,
    "_error" => error,
});
object!(Field { "name" => name, "value" => value });

impl FromJson for Fields {
    fn from_array<'de, A: SeqAccess<'de>>(mut array: A) -> Result<Option<Fields>, A::Error> {
        let mut fields = Fields::default();
        while let Some(field) = array.next_element::<Loose<Field>>()? {
            let Field { name, value } = field.0.unwrap_or_default();
            let (name, value) = (name.0.unwrap_or_default(), value.0.unwrap_or_default());
            let is_kept = !name.is_empty() && fields.headers.len() < MAX_HEADERS;
            fields.is_cut |= !is_kept || name.len().max(value.len()) >= MAX_STRING;
            if is_kept {
                let value = value.trim().as_bytes().to_vec();
                fields.headers.push(Header { name: name.into_bytes(), value });
            }
        }
        Ok(Some(fields))
    }
}

impl FromJson for Timings {
    fn from_object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Option<Timings>, A::Error> {
        let (mut sum, mut has_wait) = (0.0, false);
        while let Some(key) = object.next_key::<String>()? {
            let part = object.next_value::<Loose<f64>>()?;
            // `ssl` is a part of `connect`; what does not apply is -1.
            let is_before = matches!(key.as_str(), "blocked" | "dns" | "connect" | "send" | "wait");
            if let Some(part) = part.0.filter(|part| is_before && *part >= 0.0) {
                sum += part;
                has_wait |= key == "wait";
            }
        }
        Ok(has_wait.then_some(Timings(sum)))
    }
}

impl FromJson for Messages {
    fn from_array<'de, A: SeqAccess<'de>>(mut array: A) -> Result<Option<Messages>, A::Error> {
        let mut last = None;
        while let Some(message) = array.next_element::<Loose<Messages>>()? {
            let time = message.0.map(|Messages(time)| time);
            last = time.filter(|time| last.is_none_or(|last| *time > last)).or(last);
        }
        Ok(last.map(Messages))
    }

    /// One message.
    fn from_object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Option<Messages>, A::Error> {
        let mut time = Loose(None);
        while let Some(key) = object.next_key::<String>()? {
            match key.as_str() {
                "time" => time = object.next_value()?,
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        Ok(time.0.map(Messages))
    }
}

impl Entry {
    /// Whether header fields are missing, or a part of one.
    pub(super) fn is_cut(&self) -> bool {
        let mut messages =
            [&self.request, &self.response].into_iter().filter_map(|it| it.0.as_ref());
        messages.any(|it| it.headers.0.as_ref().is_some_and(|fields| fields.is_cut))
    }

    /// The exchange; `None` if there is no method or no URL.
    pub(super) fn exchange(self, ordinal: u64) -> Option<Exchange> {
        let mut request = self.request.0?;
        let url = request.url.0.take().filter(|url| !url.is_empty())?;
        let method = request.method.0.take().filter(|method| !method.is_empty())?.into_bytes();
        let (authority, target) = split_url(&url);
        let headers = request.fields();
        let is_extended_connect = headers.list_has(":protocol", "websocket");
        let protocol = match protocol(request.http_version.0.as_deref()) {
            // Chromium does not always tell; HTTP/1 has no such handshake.
            Protocol::UNKNOWN if is_extended_connect => protocol(Some("h2")),
            protocol => protocol,
        };
        let has_websocket_url = has_websocket_scheme(&url);
        let answer = self.response.0.and_then(Message::answer);

        let started_at = self.started_date_time.0.as_deref().and_then(rfc_3339);
        let at = |millis: Option<f64>| after(started_at?, millis.filter(|it| *it >= 0.0)?);
        let over_at = at(self.time.0);
        let waited = self.timings.0.map(|Timings(millis)| millis);
        // Of a 101 the whole time may be its tunnel's life.
        let is_tunnel = |it: &Answer| {
            it.status == Status::SWITCHING_PROTOCOLS
                || is_extended_connect && (200..300).contains(&it.status.code())
        };
        let answered_at =
            answer.as_ref().and_then(|it| at(waited).or(over_at.filter(|_| !is_tunnel(it))));
        let last_message = self
            .web_socket_messages
            .0
            .and_then(|Messages(seconds)| unix_seconds(seconds, started_at?.offset_minutes()));
        let later = |a: Option<Timestamp>, b: Option<Timestamp>| {
            a.into_iter().chain(b).max_by_key(|at| at.unix_millis())
        };
        let ended_at = later(later(over_at, answered_at), last_message);

        let server = self.server_ip_address.0.as_deref().and_then(|ip| server(ip, authority, &url));
        let target = target.into_bytes();
        let request = Request { method, target, protocol, has_websocket_url, headers };
        Some(Exchange {
            byte: ordinal,
            request,
            answer,
            answer_lost: false,
            started_at,
            answered_at,
            ended_at,
            client: None,
            server,
        })
    }
}

impl Message {
    fn fields(&mut self) -> Headers {
        Headers(self.headers.0.take().unwrap_or_default().headers)
    }

    /// A status of 0 stands for no answer, unless Chromium says which one it did not like.
    fn answer(mut self) -> Option<Answer> {
        let code = self.status.0.filter(|code| (1.0..1000.0).contains(code));
        let told = code.map(|code| format!("{code:03}"));
        let unexpected = self.error.0.as_deref().and_then(|error| {
            error.rsplit_once(UNEXPECTED).map(|(_, code)| code.trim().to_owned())
        });
        let status = Status::parse(told.or(unexpected)?.as_bytes())?;
        let protocol = protocol(self.http_version.0.as_deref());
        let reason = self.status_text.0.take().unwrap_or_default().into_bytes();
        Some(Answer { protocol, status, reason, headers: self.fields() })
    }
}

/// How Chromium tells of an answer to an opening handshake that is no 101.
const UNEXPECTED: &str = "Unexpected response code:";

/// An `httpVersion`: `HTTP/1.1` in any case, `h2`, `h3-29`; empty or `unknown` where a browser does
/// not tell.
fn protocol(version: Option<&str>) -> Protocol {
    let version = version.unwrap_or_default().trim().to_ascii_uppercase();
    let text = match version.as_str() {
        "H2" | "H2C" | "HTTP/2" => "HTTP/2.0",
        "HTTP/3" => "HTTP/3.0",
        "HTTP/1" => "HTTP/1.0",
        draft if draft == "H3" || draft.starts_with("H3-") => "HTTP/3.0",
        text => text,
    };
    Protocol::parse(text.as_bytes()).unwrap_or(Protocol::UNKNOWN)
}

fn has_websocket_scheme(url: &str) -> bool {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|it| it.eq_ignore_ascii_case("ws") || it.eq_ignore_ascii_case("wss"))
}

/// Authority and origin-form of a URL, without its fragment.
fn split_url(url: &str) -> (&str, String) {
    let url = url.split('#').next().unwrap_or_default();
    let Some((_, rest)) = url.split_once("://") else { return ("", url.to_owned()) };
    match rest.find(['/', '?']).and_then(|path| rest.split_at_checked(path)) {
        Some((authority, path)) if path.starts_with('/') => (authority, path.to_owned()),
        Some((authority, query)) => (authority, format!("/{query}")),
        None => (rest, "/".to_owned()),
    }
}

/// The address that the browser says it asked, with the port that the URL says.
fn server(ip: &str, authority: &str, url: &str) -> Option<SocketAddr> {
    let ip: IpAddr = ip.trim_matches(['[', ']']).parse().ok()?;
    let host = authority.rsplit('@').next().unwrap_or_default();
    // The colons of an IPv6 address are in brackets.
    let after_host = host.rsplit(']').next().unwrap_or_default();
    let port = match after_host.rsplit_once(':') {
        Some((_, port)) => port.parse().ok()?,
        None if url.starts_with("https:") || url.starts_with("wss:") => 443,
        None => 80,
    };
    Some(SocketAddr::new(ip, port))
}
