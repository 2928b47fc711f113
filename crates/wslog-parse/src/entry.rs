//! A parsed line: borrowed values, typed on demand.

use std::borrow::Cow;

use crate::line::{KeyRead, Reading};
use crate::log_format::LogFormat;
use crate::request::{Request, path_of, query_of, request_uri_of};
use crate::syntax::Syntax;
use crate::time::{Millis, Timestamp, whole_seconds};
use crate::upstream::UpstreamList;
use crate::variable::{Variable, VariableSet};
use crate::{MalformedKey, Protocol, Status, WebSocketKey};

/// One line of an access log. It borrows the line and copies nothing.
///
/// Every accessor is `None` when the line does not show the variable and when nginx logged its mark
/// for a missing value (`-`, or nothing: see [`Escape`](crate::Escape)); [`Entry::logs`] tells the
/// two apart.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    pub(crate) line: &'a [u8],
    pub(crate) format: &'a LogFormat,
    pub(crate) reading: &'a Reading,
}

/// What a request says in its `Upgrade` header (RFC 9110 §7.8), as far as the log shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Upgrade {
    /// The format does not log `$http_upgrade`.
    NotLogged,
    /// There was no such header.
    Absent,
    /// `websocket` is named, alone or in a list, in any case of letters.
    WebSocket,
    /// Another protocol is named, such as `h2c`.
    Other,
}

impl<'a> Entry<'a> {
    /// The line itself, as given to the parser.
    #[inline]
    pub fn line(&self) -> &'a [u8] {
        self.line
    }

    /// The format this line was read by.
    #[inline]
    pub fn format(&self) -> &'a LogFormat {
        self.format
    }

    /// Which of the formats its parser was made for that is, in the order of
    /// [`Formats::iter`](crate::Formats::iter), from 0.
    #[inline]
    pub fn format_number(&self) -> usize {
        self.reading.format_number
    }

    /// Whether this line shows the variable at all.
    #[inline]
    pub fn logs(&self, variable: Variable) -> bool {
        self.reading.present.contains(variable)
    }

    /// The variables this line shows; for a JSON object these are its keys.
    #[inline]
    pub fn variables(&self) -> VariableSet {
        self.reading.present
    }

    /// Whether a client has put text into the line that imitates its format; what nginx can write
    /// decided which reading is true.
    #[inline]
    pub fn is_contested(&self) -> bool {
        self.reading.readings > 1
    }

    /// A variable's value as it stands in the line, still escaped.
    #[inline]
    pub fn get(&self, variable: Variable) -> Option<&'a [u8]> {
        match self.logs(variable) {
            true => self.value(self.format.slot(variable)?),
            false => None,
        }
    }

    /// The value of any variable of the format by its name without `$`, unknown ones included, as
    /// it stands in the line.
    pub fn get_named(&self, name: &str) -> Option<&'a [u8]> {
        match Variable::from_name(name) {
            Some(variable) => self.get(variable),
            None => self.value(self.format.variables().position(|variable| variable == name)?),
        }
    }

    /// A variable's value as the client or nginx had it before it was escaped.
    pub fn unescaped(&self, variable: Variable) -> Option<Cow<'a, [u8]>> {
        self.get(variable).map(|value| self.format.escape().undo(value))
    }

    #[inline]
    fn value(&self, slot: usize) -> Option<&'a [u8]> {
        let value = self.reading.spans.get(slot)?.of(self.line);
        Some(value).filter(|value| !self.format.escape().is_missing(value))
    }

    /// `$status`.
    #[inline]
    pub fn status(&self) -> Option<Status> {
        match self.reading.outcome {
            Some((_, status)) => Some(status),
            None => self.get(Variable::Status).and_then(Status::parse),
        }
    }

    /// `$request_time`, from the request's first byte to the line. For a 101 this is the life of
    /// the tunnel, never a latency. A duration above [`Millis::MAX`] is none.
    #[inline]
    pub fn request_time(&self) -> Option<Millis> {
        self.reading.request_time.filter(|time| *time <= Millis::MAX)
    }

    /// `$msec` as an instant; its offset is the one of the line's other time, or 0.
    pub fn msec(&self) -> Option<Timestamp> {
        self.get(Variable::Msec).and(self.reading.written)
    }

    /// When nginx wrote the line, which is when the request ended: `$msec`, else the second of
    /// `$time_iso8601` or `$time_local`.
    #[inline]
    pub fn logged_at(&self) -> Option<Timestamp> {
        self.reading.written
    }

    /// When the request's first byte came: `logged_at` less `request_time`.
    #[inline]
    pub fn started_at(&self) -> Option<Timestamp> {
        Some(self.reading.written?.before(self.request_time()?))
    }

    /// `$request`, taken apart.
    pub fn request(&self) -> Option<Request<'a>> {
        self.get(Variable::Request).map(Request::parse)
    }

    /// The method: `$request_method`, else the first token of `$request`.
    pub fn method(&self) -> Option<&'a [u8]> {
        self.get(Variable::RequestMethod).or_else(|| self.request().map(|request| request.method()))
    }

    /// The request target with its query: `$request_uri`, else the one in `$request`.
    pub fn request_uri(&self) -> Option<&'a [u8]> {
        self.get(Variable::RequestUri)
            .or_else(|| self.get(Variable::Request).map(request_uri_of))
            .or_else(|| self.get(Variable::Uri))
    }

    /// The request target without its query.
    pub fn path(&self) -> Option<&'a [u8]> {
        self.request_uri().map(path_of)
    }

    /// The query of the request target, without `?`; empty when there is none.
    pub fn query(&self) -> Option<&'a [u8]> {
        self.request_uri().map(query_of)
    }

    /// [`path`](Entry::path) and [`query`](Entry::query) at once.
    pub fn path_and_query(&self) -> Option<(&'a [u8], &'a [u8])> {
        self.request_uri().map(|target| (path_of(target), query_of(target)))
    }

    /// The protocol the request was received with: `$server_protocol`, else the end of
    /// `$request`. Always given; [`Protocol::UNKNOWN`] where the line does not tell.
    #[inline]
    pub fn protocol(&self) -> Protocol {
        match self.reading.outcome {
            Some((protocol, _)) => protocol,
            None => self.look_up_protocol(),
        }
    }

    fn look_up_protocol(&self) -> Protocol {
        let stated = self.get(Variable::ServerProtocol).map(<[u8]>::trim_ascii_end);
        stated.and_then(Protocol::parse).unwrap_or_else(|| {
            let request = self.request();
            request.map_or(Protocol::UNKNOWN, |request| request.protocol_answered(self.status()))
        })
    }

    /// `$http_sec_websocket_key`; an empty one is absent.
    ///
    /// # Errors
    /// [`MalformedKey`] when there is one that is not the base64 of 16 bytes.
    #[inline(always)]
    pub fn websocket_key(&self) -> Option<Result<WebSocketKey, MalformedKey>> {
        match self.reading.key {
            KeyRead::None => None,
            KeyRead::Malformed => Some(Err(MalformedKey)),
            KeyRead::Valid(key) => Some(Ok(key)),
            KeyRead::Last => Some(Ok(self.reading.last_key)),
        }
    }

    /// What `$http_upgrade` says.
    #[inline]
    pub fn upgrade(&self) -> Upgrade {
        if !self.logs(Variable::HttpUpgrade) {
            return Upgrade::NotLogged;
        }
        match self.get(Variable::HttpUpgrade).filter(|header| !header.is_empty()) {
            None => Upgrade::Absent,
            Some(header) if names_websocket(header) => Upgrade::WebSocket,
            Some(_) => Upgrade::Other,
        }
    }

    /// `$upstream_addr`, one element an attempt.
    pub fn upstream_addr(&self) -> Option<UpstreamList<'a>> {
        self.get(Variable::UpstreamAddr).map(UpstreamList::new)
    }

    /// `$upstream_status`, one element an attempt; `None` for an attempt without an answer.
    pub fn upstream_status(&self) -> Option<impl Iterator<Item = Option<Status>> + 'a> {
        self.get(Variable::UpstreamStatus).map(|list| UpstreamList::new(list).map(Status::parse))
    }

    /// `$upstream_connect_time`, `$upstream_header_time` or `$upstream_response_time`, one element
    /// an attempt; `None` for an attempt that did not get so far, and for any other variable.
    pub fn upstream_times(
        &self,
        variable: Variable,
    ) -> Option<impl Iterator<Item = Option<Millis>> + 'a> {
        self.get(variable)
            .filter(|_| variable.syntax() == Syntax::SecondsList)
            .map(|list| UpstreamList::new(list).map(whole_seconds))
    }
}

/// Whether a list of protocols has `websocket` among them.
fn names_websocket(header: &[u8]) -> bool {
    let mut protocols = header.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
    protocols.any(|protocol| protocol.eq_ignore_ascii_case(b"websocket"))
}
