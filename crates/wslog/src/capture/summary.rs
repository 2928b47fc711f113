//! What a capture holds beside its exchanges.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

use super::error::CaptureError;

/// What was read of a capture.
#[derive(Debug, Default)]
#[must_use = "it says whether the capture was read to its end"]
pub struct Summary {
    /// Bytes that were read.
    pub bytes: u64,
    /// Packets, of whatever protocol; in a HAR its entries, in pasted heads the heads.
    pub packets: u64,
    /// TCP connections. 0 for a HAR and pasted heads, which do not tell.
    pub connections: u64,
    /// Requests: as many exchanges were handed on.
    pub requests: u64,
    /// What could not be decoded, and how often.
    pub undecoded: BTreeMap<Undecoded, u64>,
    /// Why reading ended before the end of the capture.
    pub error: Option<CaptureError>,
}

impl Summary {
    pub(super) fn count(&mut self, undecoded: Undecoded) {
        *self.undecoded.entry(undecoded).or_default() += 1;
    }
}

/// Something in a capture that did not become an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Undecoded {
    /// A packet of a link layer that is not read, or of an interface that was not described.
    UnknownLink,
    /// A packet that carries no IP: ARP, for example.
    NotIp,
    /// A packet whose headers contradict themselves.
    MalformedPacket,
    /// A fragment of an IP packet.
    IpFragment,
    /// A UDP datagram: QUIC, or a tunnel like VXLAN or WireGuard.
    Udp,
    /// An IP packet that is neither TCP nor UDP.
    OtherTransport,
    /// A packet that was captured in part: see the capture's snap length.
    TruncatedPacket,
    /// A direction of a TCP connection that lacks bytes where heads may stand. What follows them is
    /// not read.
    Gap,
    /// A connection whose beginning is not in the capture. Messages in it are read from the first
    /// segment that begins with a head.
    MidStream,
    /// A connection that carries TLS.
    Tls,
    /// A connection that carries HTTP/2 without TLS.
    Http2,
    /// A connection that carries something else than HTTP/1.
    NotHttp,
    /// A segment with data on a connection that was over: sent again, or too late.
    AfterEnd,
    /// A connection that was forgotten while it was open, to bound memory.
    Forgotten,
    /// A request whose head is not complete.
    IncompleteRequest,
    /// An answer whose head is not complete.
    IncompleteAnswer,
    /// An answer to no request that the capture shows.
    AnswerWithoutRequest,
    /// A head that is too long, has too many fields, or is no head after its first line; a message
    /// whose length cannot be told; more requests without an answer than are kept. The direction of
    /// the connection is not read on.
    MalformedMessage,
    /// A head with a line that is no header field. On the wire it is read without that line, as
    /// nginx does; a pasted head ends there. Of a HAR: an entry with a header field that has no
    /// name, or with more or longer ones than are kept.
    MalformedHeader,
    /// An entry of a HAR without a method or a URL.
    MalformedEntry,
    /// A request that asks for a WebSocket, and a 101 that names another protocol in its `Upgrade`:
    /// `h2c`, for example. It is handed on, and is counted where exchanges become handshakes.
    OtherUpgrade,
    /// A RST that ends nothing: its sequence number is not in the window.
    StrayReset,
    /// A line of a pasted text that is of no head, and of no body that a head tells of: a line of a
    /// log, for example, or a note.
    OtherText,
}

impl Undecoded {
    /// A name that does not change.
    pub fn name(self) -> &'static str {
        match self {
            Undecoded::UnknownLink => "unknown_link",
            Undecoded::NotIp => "not_ip",
            Undecoded::MalformedPacket => "malformed_packet",
            Undecoded::IpFragment => "ip_fragment",
            Undecoded::Udp => "udp",
            Undecoded::OtherTransport => "other_transport",
            Undecoded::TruncatedPacket => "truncated_packet",
            Undecoded::Gap => "gap",
            Undecoded::MidStream => "mid_stream",
            Undecoded::Tls => "tls",
            Undecoded::Http2 => "http2",
            Undecoded::NotHttp => "not_http",
            Undecoded::AfterEnd => "after_end",
            Undecoded::Forgotten => "forgotten",
            Undecoded::IncompleteRequest => "incomplete_request",
            Undecoded::IncompleteAnswer => "incomplete_answer",
            Undecoded::AnswerWithoutRequest => "answer_without_request",
            Undecoded::MalformedMessage => "malformed_message",
            Undecoded::MalformedHeader => "malformed_header",
            Undecoded::MalformedEntry => "malformed_entry",
            Undecoded::OtherUpgrade => "other_upgrade",
            Undecoded::StrayReset => "stray_reset",
            Undecoded::OtherText => "other_text",
        }
    }
}

impl fmt::Display for Undecoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
