//! One line after another becomes part of a [`Partial`]: the only place where something borrowed
//! from a line turns into something kept.

mod beside;
#[cfg(feature = "capture")]
mod capture;
pub(crate) mod entry;
mod error_log;
mod lines;
mod rows;

use wslog_parse::{LineParser, LogFormat, VariableSet, Visitor};

use crate::directory::VantageTexts;
use crate::fold::lines::Lines;
use crate::input::chunk::{Chunk, MAX_LINE};
use crate::input::source::{LineKind, SourceFormats};
use crate::options::Options;
use crate::partial::{Partial, Run};
use crate::sighting::{Position, Sighting};
use crate::websocket::handshake::{Rule, is_silent};

/// Reads the lines of chunks into one partial; one per thread.
pub(crate) struct Fold<'o> {
    options: &'o Options,
    partial: Partial,
    current: Option<Current>,
    /// Whether there may be an error log beside, which asks what every request asked for.
    has_error_log: bool,
}

/// The source whose lines are being read.
struct Current {
    source: u16,
    parser: LineParser,
    /// Those of the first format.
    variables: VariableSet,
}

/// Where a line stands.
#[derive(Clone, Copy)]
pub(crate) struct Place<'c> {
    pub(crate) chunk: &'c Chunk,
    /// Its first byte's place in the chunk.
    start: usize,
    /// The lines before it in its stretch.
    pub(crate) lines_before: u32,
    has_error_log: bool,
}

/// What a line turned out to be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Seen {
    Blank,
    Ordinary,
    Malformed,
    Ambiguous,
    Sighting(Rule, Sighting),
    /// It is one, by its path, if the path of this hash shows a 101 later on.
    Candidate(u64, Sighting),
    /// It makes sightings of the candidates before it on the path of this hash, and is one itself
    /// unless it was not logged in the period asked for.
    Confirmation(u64, Option<(Rule, Sighting)>),
}

impl<'o> Fold<'o> {
    /// Begins with nothing. What is read to its end shows how old handshakes were, and what to cite.
    pub(crate) fn new(options: &'o Options) -> Fold<'o> {
        let mut partial = Partial::default();
        partial.paths.keep_more();
        Fold::resume(options, partial)
    }

    /// Goes on where another fold of the same input ended.
    pub(crate) fn resume(options: &'o Options, partial: Partial) -> Fold<'o> {
        Fold { options, partial, current: None, has_error_log: false }
    }

    /// The same, beside which there may be an error log or not.
    pub(crate) fn beside_error_log(self, has_error_log: bool) -> Fold<'o> {
        Fold { has_error_log, ..self }
    }

    /// The same, which keeps the requests that may turn out to be handshakes by their path, or does not.
    pub(crate) fn keeping_candidates(mut self, keeps: bool) -> Fold<'o> {
        if keeps {
            self.partial.paths.keep_candidates();
        }
        self
    }

    /// How lines are read and judged.
    pub(crate) fn options(&self) -> &'o Options {
        self.options
    }

    /// Everything read so far.
    pub(crate) fn into_partial(self) -> Partial {
        self.partial
    }

    /// Reads the lines of a chunk, of whichever kind they are; `each` is told as in [`Fold::chunk`].
    pub(crate) fn lines(
        &mut self,
        chunk: &Chunk,
        kind: &LineKind,
        each: impl FnMut(u32, u64, &[u8], Seen),
    ) {
        match kind {
            LineKind::Requests(formats) => self.chunk(chunk, formats, each),
            LineKind::Errors { offset_minutes } => self.errors(chunk, *offset_minutes, each),
        }
    }

    /// Reads the lines of a chunk; `each` is told of every one: its number in the stretch from 0,
    /// its first byte in the source, its bytes, and what it was.
    pub(crate) fn chunk(
        &mut self,
        chunk: &Chunk,
        formats: &SourceFormats,
        each: impl FnMut(u32, u64, &[u8], Seen),
    ) {
        let Fold { options, partial, current, has_error_log } = self;
        let Current { parser, variables, .. } = Current::of(current, chunk.source, formats);
        // Of an ordinary line nobody asks more than that it is one.
        let asks_no_more =
            options.period.is_all() && options.websocket_path.is_none() && !*has_error_log;
        let takes_gists = asks_no_more && !chunk.is_cut && chunk.bytes.len() <= MAX_LINE;
        let mut lines = Lines {
            options,
            partial,
            chunk,
            has_error_log: *has_error_log,
            is_silent: is_silent(*variables),
            variables: *variables,
            number: chunk.stretch.lines,
            run: Run::default(),
            gists: Run { format: 0, variables: *variables, lines: 0 },
            each,
        };
        if takes_gists {
            parser.visit(&chunk.bytes, &mut lines);
        } else {
            parser.each_line(&chunk.bytes, |parser, start, line| lines.line(parser, start, line));
        }
        lines.count();
    }
}

impl Current {
    /// What was begun of a source, or the beginning of it.
    fn of<'c>(
        current: &'c mut Option<Current>,
        source: u16,
        formats: &SourceFormats,
    ) -> &'c mut Current {
        if current.as_ref().is_some_and(|current| current.source != source) {
            *current = None;
        }
        current.get_or_insert_with(|| Current::new(source, formats))
    }

    fn new(source: u16, formats: &SourceFormats) -> Current {
        let variables = formats.first().map(LogFormat::variable_set).unwrap_or_default();
        Current { source, parser: formats.parser(), variables }
    }
}

impl<'c> Place<'c> {
    /// Its vantage point: by the name it was given, else by the one that its line tells.
    #[inline(always)]
    fn vantage(self, told: Option<&'c [u8]>, address: Option<&'c [u8]>) -> VantageTexts<'c> {
        let name = self.chunk.vantage.as_deref().map(str::as_bytes).or(told);
        VantageTexts { name, address: address.filter(|_| name != address), set: self.chunk.set }
    }

    pub(crate) fn position(self) -> Position {
        let Place { chunk, start, .. } = self;
        Position { source: chunk.source, byte: chunk.start + start as u64 }
    }

    /// Whether reading failed in the line of this place.
    fn is_cut(self) -> bool {
        let Place { chunk, start, .. } = self;
        chunk.is_cut && !chunk.bytes[start..].contains(&b'\n')
    }
}
