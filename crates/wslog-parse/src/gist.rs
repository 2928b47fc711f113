//! What most lines are asked for, and those who ask no more.

use crate::formats::LineParser;
use crate::outline::Line;
use crate::protocol::Protocol;
use crate::status::Status;
use crate::time::{Millis, Timestamp};

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

/// Who is told the lines of a text by [`LineParser::visit`], each with its first byte's place in it.
pub trait Visitor {
    /// A line of which this is the gist. Whether that was enough; if not, the line itself comes next.
    fn gist(&mut self, start: usize, line: &[u8], gist: Gist) -> bool;

    /// A line, with the parser to parse it by: one of which there is no gist, or none that was
    /// enough.
    fn line(&mut self, parser: &mut LineParser, start: usize, line: Line<'_, '_>);
}
