//! A log that is still being written: lines come as bytes arrive, and each handshake that fails
//! or was downgraded is told at once.

use std::collections::VecDeque;

use wslog_parse::{Formats, HEAD_LINES, Millis, Protocol, Status, Timestamp, WebSocketKey};

use crate::analysis::Analysis;
use crate::fold::{Fold, Seen};
use crate::input::buffer::Buffer;
use crate::input::chunk::{Chunk, MAX_LINE, Stretch};
use crate::input::feed::SourceInfo;
use crate::input::source::{HEAD_BYTES, SourceFormats};
use crate::names::readable;
use crate::options::Options;
use crate::partial::Partial;
use crate::sighting::Sighting;
use crate::summary::summarise;
use crate::websocket::outcome::Outcome;

/// Takes one growing log in pieces of any size.
///
/// A line counts when its newline has come; until then it is held back.
pub struct Follower {
    options: Options,
    name: String,
    formats: Option<SourceFormats>,
    partial: Partial,
    /// Bytes after the last newline; all bytes while the format is not known.
    held: Buffer,
    /// How much of an overlong line was left out.
    skipped: u64,
    start: u64,
    stretch: Stretch,
    lines_before_stretch: u64,
    candidates: Waiting,
}

/// Failed requests that are told of once their path shows a 101: the latest ones, each with its
/// line's number.
#[derive(Debug, Default)]
struct Waiting(VecDeque<(u64, (u64, Sighting))>);

/// Most that wait. Whether they are told of or not, all are counted.
const MAX_WAITING: usize = 4096;

impl Waiting {
    fn push(&mut self, path: u64, line: u64, sighting: Sighting) {
        if self.0.len() == MAX_WAITING {
            self.0.pop_front();
        }
        self.0.push_back((path, (line, sighting)));
    }

    /// Those on this path, which wait no longer.
    fn take(&mut self, path: u64) -> impl Iterator<Item = (u64, Sighting)> {
        let is_taken = |waiting: &(u64, _)| waiting.0 == path;
        let taken: Vec<_> = self.0.iter().copied().filter(is_taken).collect();
        self.0.retain(|waiting| !is_taken(waiting));
        taken.into_iter().map(|(_, waiting)| waiting)
    }
}

/// A handshake that failed, was downgraded, or both.
#[derive(Clone, Debug)]
pub struct Event {
    /// The line's number, from 1.
    pub line: u64,
    /// When the request ended.
    pub logged_at: Option<Timestamp>,
    /// From the request's first byte to its end.
    pub request_time: Option<Millis>,
    /// Who connected.
    pub remote_addr: String,
    /// The nginx that logged it, where the line says.
    pub vantage: String,
    /// The protocol it was seen with.
    pub protocol: Protocol,
    /// The status of the answer.
    pub status: Status,
    /// What the status means.
    pub outcome: Outcome,
    /// Whether it failed near the mark.
    pub near_mark: bool,
    /// Whether it was seen at HTTP/1.0.
    pub is_downgrade: bool,
    /// The key, if there is a valid one.
    pub key: Option<WebSocketKey>,
}

impl Follower {
    /// A follower of a log that reports will call by this name.
    pub fn new(name: &str, options: Options) -> Follower {
        let formats = options.format.clone().map(SourceFormats::given);
        Follower {
            options,
            name: name.to_owned(),
            formats,
            partial: Partial::default(),
            held: Buffer::default(),
            skipped: 0,
            start: 0,
            stretch: Stretch::default(),
            lines_before_stretch: 0,
            candidates: Waiting::default(),
        }
    }

    /// The same follower, of a log whose lines are known to be in these formats.
    #[must_use]
    pub fn with_formats(self, formats: Formats) -> Follower {
        Follower { formats: Some(SourceFormats::given(formats)), ..self }
    }

    /// Reads what has arrived; `each` is told of every event in it, in the order of the lines.
    ///
    /// Where no format was given, lines are held back until one of the first fits a named format.
    pub fn push(&mut self, bytes: &[u8], mut each: impl FnMut(Event)) {
        let Some(newline) = memchr::memrchr(b'\n', bytes) else {
            return self.hold(bytes);
        };
        let (whole, rest) = bytes.split_at(newline + 1);
        let whole = self.end_overlong(whole, &mut each);
        self.held.extend_from_slice(whole);
        if self.formats.is_none() {
            self.formats = self.detect();
        }
        if self.formats.is_some() {
            self.read(each);
        }
        self.hold(rest);
    }

    /// The end of the log: what is held back counts as its last line.
    pub fn finish(mut self, each: impl FnMut(Event)) -> Analysis {
        self.formats = self.formats.or_else(|| SourceFormats::detected(&self.held));
        if self.formats.is_some() || !self.held.is_empty() {
            self.formats = self.formats.or_else(|| Some(SourceFormats::unknown()));
            self.read(each);
        }
        let source = SourceInfo {
            set: 0,
            set_name: self.name.clone(),
            name: self.name,
            formats: self.formats,
            compression: None,
            error: None,
        };
        summarise(self.partial, &[source], &self.options)
    }

    /// Keeps the start of a line, of an overlong one no more than shows that it is.
    fn hold(&mut self, bytes: &[u8]) {
        let room = (MAX_LINE + 1).saturating_sub(self.held.len());
        if self.formats.is_none() && bytes.len() > room {
            let nearest = SourceFormats::detected(&self.held);
            self.formats = nearest.or_else(|| Some(SourceFormats::unknown()));
        }
        let room = if self.formats.is_some() { room } else { usize::MAX };
        let kept = bytes.get(..room).unwrap_or(bytes);
        self.held.extend_from_slice(kept);
        self.skipped += (bytes.len() - kept.len()) as u64;
    }

    /// Reads an overlong line whose end is among these lines; the others are left.
    fn end_overlong<'b>(&mut self, lines: &'b [u8], each: impl FnMut(Event)) -> &'b [u8] {
        if self.held.len() <= MAX_LINE || self.formats.is_none() {
            return lines;
        }
        let end = memchr::memchr(b'\n', lines).map_or(lines.len(), |newline| newline + 1);
        self.skipped += end as u64;
        self.read(each);
        &lines[end..]
    }

    /// A format that fits one of the first lines, or the nearest one when none did for long.
    fn detect(&self) -> Option<SourceFormats> {
        let formats = SourceFormats::detected(&self.held)?;
        let mut parser = formats.parser();
        let mut lines = self.held.split(|&byte| byte == b'\n');
        let fits = lines.any(|line| parser.parse(line.strip_suffix(b"\r").unwrap_or(line)).is_ok());
        let is_long = self.held.len() > HEAD_BYTES
            || self.held.iter().filter(|&&byte| byte == b'\n').count() >= HEAD_LINES;
        (fits || is_long).then_some(formats)
    }

    /// Folds everything held.
    fn read(&mut self, mut each: impl FnMut(Event)) {
        let Some(formats) = self.formats.clone() else { return };
        let bytes = std::mem::take(&mut self.held);
        if bytes.is_empty() {
            return;
        }
        let len = bytes.len() as u64 + std::mem::take(&mut self.skipped);
        let stretch = self.next_stretch(&bytes);
        let (start, is_cut) = (self.start, false);
        let chunk = Chunk { source: 0, set: 0, sequence: 0, start, bytes, len, stretch, is_cut };
        let mut fold = Fold::resume(&self.options, std::mem::take(&mut self.partial));
        let mut seen = Vec::new();
        let Follower { stretch, candidates, lines_before_stretch, .. } = self;
        fold.chunk(&chunk, &formats, |lines_before, _, _, what| {
            stretch.lines = lines_before + 1;
            let line = *lines_before_stretch + u64::from(lines_before) + 1;
            match what {
                Seen::Sighting(sighting) => seen.push((line, sighting)),
                Seen::Candidate(path, sighting) => candidates.push(path, line, sighting),
                Seen::Confirmation(path, sighting) => {
                    seen.extend(candidates.take(path));
                    seen.extend(sighting.map(|sighting| (line, sighting)));
                }
                Seen::Blank | Seen::Ordinary | Seen::Malformed | Seen::Ambiguous => {}
            }
        });
        self.partial = fold.into_partial();
        self.start += len;
        seen.sort_by_key(|(line, _)| *line);
        for (line, sighting) in &seen {
            if sighting.outcome().is_failed() || sighting.is_downgrade() {
                each(self.event(*line, sighting));
            }
        }
        self.held = chunk.bytes;
        self.held.clear();
    }

    /// Where the lines of the next chunk are counted from: one stretch for as many lines as a
    /// stretch can count, so that days of following take no more memory than minutes.
    fn next_stretch(&mut self, bytes: &[u8]) -> Stretch {
        let lines = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        if self.stretch.lines.checked_add(lines).is_none() {
            self.lines_before_stretch += u64::from(self.stretch.lines);
            self.stretch = Stretch { start: self.start, lines: 0 };
        }
        self.stretch
    }

    fn event(&self, line: u64, sighting: &Sighting) -> Event {
        let directory = &self.partial.directory;
        let way = directory.way_of(sighting.way());
        let vantage = directory.vantages.get(way.vantage);
        let name = vantage.and_then(|vantage| vantage.name);
        Event {
            line,
            logged_at: sighting.logged_at(),
            request_time: sighting.request_time(),
            remote_addr: readable(directory.names.text(way.node)),
            vantage: name.map_or_else(|| self.name.clone(), |n| readable(directory.names.text(n))),
            protocol: sighting.protocol(),
            status: sighting.status(),
            outcome: sighting.outcome(),
            near_mark: sighting.is_near(self.options.mark),
            is_downgrade: sighting.is_downgrade(),
            key: sighting.key(),
        }
    }
}
