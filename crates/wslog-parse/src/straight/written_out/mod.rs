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
use crate::gist::Gist;
use crate::line::{KeyRead, Reading};
use crate::named::NamedFormat;
use crate::outline::{Line, Mark};
use crate::protocol::Protocol;
use crate::span::Span;
use crate::status::Status;
use crate::time::{Instants, Millis, Timestamp};

/// The readers of one format, and the mark they want in the outlines of its lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WrittenOut {
    pub(crate) mark: Mark,
    pub(crate) read: Reader,
    pub(crate) gist: GistReader,
}

/// Reads a line: its spans and its times.
type Reader = fn(&Line<'_, '_>, LastWord, &mut Instants, &mut Reading) -> Option<()>;

/// Reads a line of which nobody asks where its values stand, if it shows no key.
type GistReader = fn(&Line<'_, '_>, &mut Instants) -> Option<Gist>;

/// The readers of the format of this text, as it stands in a `log_format` without any `escape=`.
pub(super) fn reader(log_format: &str) -> Option<WrittenOut> {
    let readers: [(&str, Mark, Reader, GistReader); 5] = [
        ("upstreamlog_key", upstreamlog::MARK, upstreamlog::keyed, upstreamlog::keyed_gist),
        ("upstreamlog", upstreamlog::MARK, upstreamlog::keyless, upstreamlog::keyless_gist),
        ("main_ws", combined::MARK, combined::main_ws, combined::main_ws_gist),
        ("main", combined::MARK, combined::main, combined::main_gist),
        ("combined", combined::MARK, combined::combined, combined::combined_gist),
    ];
    let is_same = |name: &str| NamedFormat::find(name).is_some_and(|n| n.log_format == log_format);
    let same = readers.into_iter().find(|(name, ..)| is_same(name));
    same.map(|(_, mark, read, gist)| WrittenOut { mark, read, gist })
}

/// What a reader is told of where the values stand.
trait Places {
    /// The value of the field of this number, from its first byte to behind its last.
    fn set(&mut self, field: usize, start: usize, end: usize);
}

/// Keeps them.
impl<const N: usize> Places for [Span; N] {
    #[inline(always)]
    fn set(&mut self, field: usize, start: usize, end: usize) {
        self[field] = Span::new(start, end);
    }
}

/// Nobody asks for them.
struct Unasked;

impl Places for Unasked {
    #[inline(always)]
    fn set(&mut self, _: usize, _: usize, _: usize) {}
}

/// What a reader is told besides.
struct Told {
    written: Timestamp,
    request_time: Option<Millis>,
    outcome: Option<(Protocol, Status)>,
}

impl Told {
    #[inline(always)]
    fn gist(self) -> Option<Gist> {
        let Told { written: logged_at, request_time, outcome } = self;
        let (protocol, status) = outcome?;
        let request_time = request_time.filter(|time| *time <= Millis::MAX);
        Some(Gist { logged_at, request_time, protocol, status })
    }

    #[inline(always)]
    fn note(self, reading: &mut Reading) {
        reading.written = Some(self.written);
        reading.request_time = self.request_time;
        reading.outcome = self.outcome;
    }
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
