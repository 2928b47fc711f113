//! What most lines are asked for, and those who ask no more.

use crate::escape::Escape;
use crate::formats::LineParser;
use crate::outline::Line;
use crate::protocol::Protocol;
use crate::request::{path_of, request_uri_of};
use crate::status::Status;
use crate::time::{Millis, Timestamp};
use crate::upstream::UpstreamList;
use crate::websocket_key::WebSocketKey;

/// What a line says that can be read in one way only and shows no header of an opening handshake
/// (RFC 6455 §4.1).
///
/// It says the same as the line's [`Entry`](crate::Entry), which knows where every value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gist {
    /// When nginx wrote the line: [`Entry::logged_at`](crate::Entry::logged_at).
    pub logged_at: Timestamp,
    /// `$request_time`, where it is logged: [`Entry::request_time`](crate::Entry::request_time).
    pub request_time: Option<Millis>,
    /// The protocol the request was received with: [`Entry::protocol`](crate::Entry::protocol).
    pub protocol: Protocol,
    /// `$status`.
    pub status: Status,
}

/// What a line says of an opening handshake that shows its key, if it can be read in one way only.
///
/// It says the same as the line's [`Entry`](crate::Entry). Values that nginx logged as missing are
/// `None`.
#[derive(Clone, Copy, Debug)]
pub struct Handshake<'t> {
    /// What every line is asked for.
    pub gist: Gist,
    /// `$http_sec_websocket_key`.
    pub key: WebSocketKey,
    /// `$remote_addr`.
    pub remote_addr: Option<&'t [u8]>,
    /// `$server_name`.
    pub server_name: Option<&'t [u8]>,
    /// `$upstream_addr`.
    pub upstream_addr: Option<UpstreamList<'t>>,
    /// `$request`.
    pub request: Option<&'t [u8]>,
}

impl<'t> Handshake<'t> {
    /// The request target without its query: [`Entry::path`](crate::Entry::path).
    #[inline]
    pub fn path(&self) -> Option<&'t [u8]> {
        self.request.map(request_uri_of).map(path_of)
    }
}

/// A value, unless it is the mark of a missing one in a log without any `escape=`.
#[inline(always)]
pub(crate) fn shown(value: &[u8]) -> Option<&[u8]> {
    Some(value).filter(|value| !Escape::Default.is_missing(value))
}

/// Who is told the lines of a text by [`LineParser::visit`], each with its first byte's place in it.
pub trait Visitor {
    /// A line of which this is the gist. Whether that was enough; if not, the line itself comes next.
    fn gist(&mut self, start: usize, line: &[u8], gist: Gist) -> bool;

    /// A line that shows a handshake's key, and what it says of it.
    fn handshake(&mut self, start: usize, line: &[u8], handshake: &Handshake<'_>);

    /// Any other line, with the parser to parse it by: one of which there is no gist, or none that
    /// was enough.
    fn line(&mut self, parser: &mut LineParser, start: usize, line: Line<'_, '_>);
}
