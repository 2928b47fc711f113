//! What a caller can choose.

use std::num::NonZeroUsize;

use regex::bytes::Regex;
use wslog_parse::LogFormat;

use crate::input::vantage_name::VantageName;
use crate::period::Period;
use crate::redaction::RedactionKey;
use crate::websocket::mark::Mark;

/// How to read and judge the input. [`Options::default`] is what the command line does.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The format of every line of an access log; detected for each source when it is `None`. Error logs
    /// have their own.
    pub format: Option<LogFormat>,
    /// The age that is asked about by name; 60 s ± 1 s unless set.
    pub mark: Mark,
    /// A GET whose path (without its query) matches is an opening handshake.
    pub websocket_path: Option<Regex>,
    /// Only lines logged then count; the others are parsed and left out.
    pub period: Period,
    /// Which input is which nginx's, or which capture, where lines do not tell or are to be called
    /// otherwise; of several that cover an input the first counts.
    pub vantages: Vec<VantageName>,
    /// Whether it is kept what each handshake asked for, of at most 65,536 paths: a configuration is held
    /// against that ([`AuditOptions::logs`](crate::AuditOptions::logs)).
    pub targets: bool,
    /// Whether an error log is read elsewhere, whose lines may be about requests that are read here: partials
    /// keep then what is asked of these ([`Gathered::into_partials`](crate::Gathered::into_partials)).
    pub beside_error_log: bool,
    /// Whether what a report shows of addresses, keys, paths and free text are pseudonyms, made with this
    /// key. What is followed has none.
    pub redaction: Option<RedactionKey>,
    /// Threads to read and parse with; one for each processor when it is `None`.
    pub threads: Option<NonZeroUsize>,
    /// How much is read and parsed at a time. The result does not depend on it.
    pub chunk_size: ChunkSize,
}

/// A number of bytes; a chunk holds whole lines, so it may be a little more or less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkSize(pub NonZeroUsize);

impl ChunkSize {
    /// At most 1 GiB, whatever was asked for.
    pub(crate) fn get(self) -> usize {
        self.0.get().min(1 << 30)
    }
}

impl Default for ChunkSize {
    /// 512 KiB: it stays in the processor's cache between being read and being parsed.
    fn default() -> ChunkSize {
        ChunkSize(NonZeroUsize::MIN.saturating_add((512 << 10) - 1))
    }
}
