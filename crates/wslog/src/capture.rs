//! Captures: what was on the wire, as HTTP exchanges.
//!
//! A capture is a pcap or pcapng file, an HTTP archive (HAR) that a browser exported, or heads as
//! people paste them. [`Kind::of`] recognises one by its first bytes, [`read`] hands on each
//! [`Exchange`] in it, and a [`Summary`] says what else was there, by name: nothing is left out in
//! silence, and nothing is guessed.
//!
//! ```
//! use wslog::capture::{self, Accept, Kind};
//!
//! let pasted = b"GET /ws/ HTTP/1.1\r\n\
//!     Upgrade: websocket\r\n\
//!     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
//!     \r\n\
//!     HTTP/1.1 101 Switching Protocols\r\n\
//!     Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\
//!     \r\n";
//! let kind = Kind::of(pasted).expect("it begins with a head");
//! let summary = capture::read(kind, &pasted[..], &mut |exchange| {
//!     assert!(exchange.asks_for_websocket());
//!     assert_eq!(exchange.accept(), Some(Accept::Verified));
//! });
//! assert_eq!(summary.requests, 1);
//! assert!(summary.error.is_none());
//! ```

mod accept;
mod body;
mod connections;
mod conversation;
mod date;
mod error;
mod exchange;
mod har;
mod heads;
mod kind;
mod link;
mod message;
mod order;
mod packet;
mod pcap;
mod pcapng;
mod stream;
mod summary;
mod window;

use std::io::Read;

pub use self::accept::Accept;
pub use self::error::{CaptureError, CaptureErrorKind};
pub use self::exchange::{Answer, Exchange, Header, Headers, Request};
pub use self::kind::{HEAD_LEN, Kind};
pub use self::message::{MAX_HEAD, MAX_HEADERS};
pub use self::summary::{Summary, Undecoded};

/// Reads a capture to its end and hands on each exchange.
///
/// The exchanges come in an order that depends on the bytes alone: that of their requests.
///
/// Damage does not hide what stands before it: the exchanges up to there are handed on, and
/// [`Summary::error`] says where and why reading ended.
pub fn read(kind: Kind, reader: impl Read, each: &mut dyn FnMut(Exchange)) -> Summary {
    match kind {
        Kind::Har => har::read(reader, each),
        Kind::Heads => heads::read(reader, each),
        Kind::Pcap => connections::read(reader, pcap::read, each),
        Kind::Pcapng => connections::read(reader, pcapng::read, each),
    }
}
