//! Which kind of capture a file is, by its first bytes: names lie.

use super::heads::line::Line;
use serde::{Deserialize, Serialize};

/// What a capture is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// libpcap's format, in either byte order, to the microsecond or nanosecond.
    Pcap,
    /// Its successor, Wireshark's own.
    Pcapng,
    /// An HTTP archive, version 1.2, as browsers export it.
    Har,
    /// Heads of requests and answers as people paste them, and what `curl -v` prints.
    Heads,
}

/// How many first bytes [`Kind::of`] can make use of.
pub const HEAD_LEN: usize = 4096;

/// UTF-8's byte order mark.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Kind {
    /// A name that does not change.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Pcap => "pcap",
            Kind::Pcapng => "pcapng",
            Kind::Har => "har",
            Kind::Heads => "heads",
        }
    }

    /// The kind of the capture that begins with these bytes, the first [`HEAD_LEN`] or all there
    /// are. A log is none, whatever its format: where it might be one, the answer is `None`.
    pub fn of(head: &[u8]) -> Option<Kind> {
        match head {
            [0xa1, 0xb2, 0xc3, 0xd4, ..]
            | [0xa1, 0xb2, 0x3c, 0x4d, ..]
            | [0xd4, 0xc3, 0xb2, 0xa1, ..]
            | [0x4d, 0x3c, 0xb2, 0xa1, ..] => Some(Kind::Pcap),
            [0x0a, 0x0d, 0x0d, 0x0a, _, _, _, _, 0x1a, 0x2b, 0x3c, 0x4d, ..]
            | [0x0a, 0x0d, 0x0d, 0x0a, _, _, _, _, 0x4d, 0x3c, 0x2b, 0x1a, ..] => {
                Some(Kind::Pcapng)
            }
            _ => {
                let text = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head);
                let kind = is_har(text).then_some(Kind::Har);
                kind.or_else(|| begins_with_head(text).then_some(Kind::Heads))
            }
        }
    }
}

/// Whether a text is an object whose first key is `log`, an object with a HAR's keys (HAR 1.2). A
/// line of a JSON log may have such a key too, but not with these in it.
fn is_har(text: &[u8]) -> bool {
    let tokens: [&[u8]; 5] = [b"{", b"\"log\"", b":", b"{", b"\""];
    let log = tokens.iter().try_fold(text, |text, token| {
        let text = text.trim_ascii_start();
        text.strip_prefix(*token)
    });
    let Some(log) = log else { return false };
    let keys: [&[u8]; 6] = [b"version", b"creator", b"browser", b"pages", b"entries", b"comment"];
    let is_key = |key: &&[u8]| log.strip_prefix(*key).is_some_and(|rest| rest.starts_with(b"\""));
    keys.iter().any(is_key) && (has(log, b"entries\"", b'[') || has(log, b"creator\"", b'{'))
}

/// Whether a text has this key, and its value begins so.
fn has(text: &[u8], key: &[u8], value: u8) -> bool {
    memchr::memmem::find_iter(text, key).any(|at| {
        let behind = text.get(at + key.len()..).unwrap_or_default().trim_ascii_start();
        let behind = behind.strip_prefix(b":").unwrap_or_default().trim_ascii_start();
        behind.first() == Some(&value)
    })
}

/// Whether the first line that is neither blank nor a comment begins a head, and the next one is a
/// field of it. That next line is what a log of requests, or of statuses, does not have.
fn begins_with_head(text: &[u8]) -> bool {
    let mut lines = text.split(|&byte| byte == b'\n').map(Line::of);
    let is_comment = |line: &Line<'_>| line.text.is_empty() || line.is_comment();
    // Of a TLS handshake alone curl says two dozen lines.
    let first = lines.by_ref().find(|line| !is_comment(line));
    let Some(first) = first.filter(Line::begins_head) else { return false };
    let next = lines.find(|line| !line.is_curls_own());
    // `-:3` could be a field too, but it is a place in a log.
    let is_named =
        |next: &Line<'_>| next.is_field() && next.text.first().is_some_and(u8::is_ascii_alphabetic);
    next.is_some_and(|next| is_named(&next) && next.mark == first.mark)
}
