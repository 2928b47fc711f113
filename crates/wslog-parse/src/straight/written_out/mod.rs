//! Readers for the formats that most logs are in, each the `log_format` once more as code: the
//! compiler knows every literal, which a program does not.
//!
//! Two things have to be shown of each, besides what its parts look at: that no value could end
//! elsewhere, and that no list goes on where it is taken to end, nor ends where it is taken to go on.
//! No literal starts like a separator of lists, but one ends like one: see `upstreamlog`.

mod combined;
mod upstreamlog;
mod word;

pub(crate) use self::combined::{Combined, Main, MainWs};
pub(crate) use self::upstreamlog::{Upstreamlog, UpstreamlogKey};
use crate::formats::LastWord;
use crate::gist::{Gist, Handshake};
use crate::line::{KeyRead, Reading};
use crate::named::NamedFormat;
use crate::outline::{Mark, Outlined};
use crate::protocol::Protocol;
use crate::span::Span;
use crate::status::Status;
use crate::time::{Instants, Millis, Timestamp};

/// What is written out for one format.
pub(crate) trait Reader {
    /// Reads a line: its spans and its times.
    fn read(
        line: &Outlined<'_, '_>,
        last_word: LastWord,
        instants: &mut Instants,
        reading: &mut Reading,
    ) -> Option<()>;

    /// Reads a line of which nobody asks where its values stand, if it shows no key.
    fn gist(line: &Outlined<'_, '_>, instants: &mut Instants) -> Option<Gist>;

    /// Reads a line that ends in a key, where the format does.
    #[inline(always)]
    fn handshake<'t>(_: &Outlined<'t, '_>, _: &mut Instants) -> Option<Handshake<'t>> {
        None
    }
}

/// The formats that there are readers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WrittenOut {
    UpstreamlogKey,
    Upstreamlog,
    MainWs,
    Main,
    Combined,
}

impl WrittenOut {
    const ALL: [(&str, WrittenOut); 5] = [
        ("upstreamlog_key", WrittenOut::UpstreamlogKey),
        ("upstreamlog", WrittenOut::Upstreamlog),
        ("main_ws", WrittenOut::MainWs),
        ("main", WrittenOut::Main),
        ("combined", WrittenOut::Combined),
    ];

    /// The format of this text, as it stands in a `log_format` without any `escape=`.
    pub(super) fn of(log_format: &str) -> Option<WrittenOut> {
        let is_same = |name| NamedFormat::find(name).is_some_and(|n| n.log_format == log_format);
        WrittenOut::ALL.into_iter().find(|(name, _)| is_same(name)).map(|(_, format)| format)
    }

    /// What its readers want in the outlines of its lines.
    #[inline(always)]
    pub(crate) fn mark(self) -> Mark {
        match self {
            WrittenOut::UpstreamlogKey | WrittenOut::Upstreamlog => upstreamlog::MARK,
            WrittenOut::MainWs | WrittenOut::Main | WrittenOut::Combined => combined::MARK,
        }
    }

    /// Reads a line: its spans and its times.
    #[inline(always)]
    pub(crate) fn read(
        self,
        line: &Outlined<'_, '_>,
        last_word: LastWord,
        instants: &mut Instants,
        reading: &mut Reading,
    ) -> Option<()> {
        match self {
            WrittenOut::UpstreamlogKey => UpstreamlogKey::read(line, last_word, instants, reading),
            WrittenOut::Upstreamlog => Upstreamlog::read(line, last_word, instants, reading),
            WrittenOut::MainWs => MainWs::read(line, last_word, instants, reading),
            WrittenOut::Main => Main::read(line, last_word, instants, reading),
            WrittenOut::Combined => Combined::read(line, last_word, instants, reading),
        }
    }
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
