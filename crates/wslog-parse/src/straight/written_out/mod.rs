//! Readers for the formats that most logs are in, each the `log_format` once more as code: the
//! compiler knows every literal, which a program does not.
//!
//! Two things have to be shown of each, besides what its parts look at: that no value could end
//! elsewhere, and that no list goes on where it is taken to end. The second follows from the
//! literals: none starts like a separator of lists.

mod combined;
mod upstreamlog;
mod word;

use crate::formats::LastWord;
use crate::line::{KeyRead, Reading};
use crate::named::NamedFormat;
use crate::outline::{Line, Mark};
use crate::protocol::Protocol;
use crate::status::Status;
use crate::time::Instants;

/// A reader, and the mark it wants in the outlines of its lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WrittenOut {
    pub(crate) mark: Mark,
    pub(crate) read: Reader,
}

/// Reads a line: its spans and its times.
type Reader = fn(&Line<'_, '_>, LastWord, &mut Instants, &mut Reading) -> Option<()>;

/// The reader of the format of this text, as it stands in a `log_format` without any `escape=`.
pub(super) fn reader(log_format: &str) -> Option<WrittenOut> {
    let readers: [(&str, Mark, Reader); 5] = [
        ("upstreamlog_key", upstreamlog::MARK, upstreamlog::read::<true>),
        ("upstreamlog", upstreamlog::MARK, upstreamlog::read::<false>),
        ("main_ws", combined::MARK, combined::main_ws),
        ("main", combined::MARK, combined::main),
        ("combined", combined::MARK, combined::combined),
    ];
    let is_same = |name: &str| NamedFormat::find(name).is_some_and(|n| n.log_format == log_format);
    let same = readers.into_iter().find(|(name, ..)| is_same(name));
    same.map(|(_, mark, read)| WrittenOut { mark, read })
}

/// What a key says, as it is logged without any `escape=`.
#[inline]
fn key(text: &[u8]) -> KeyRead {
    match text {
        b"" | b"-" => KeyRead::None,
        text => KeyRead::of(text),
    }
}

/// The protocol and the status, where a request of this length ends in the first; its last bytes are
/// those.
#[inline(always)]
fn outcome(len: usize, end: &[u8; 9], status: Status) -> Option<(Protocol, Status)> {
    let protocol = Protocol::at_end(end).filter(|_| len >= end.len())?;
    Some((protocol, status))
}
