//! One followed log: the formats of its lines, what is held back, and where the next line stands.

use wslog_parse::HEAD_LINES;

use crate::input::buffer::Buffer;
use crate::input::chunk::{Chunk, MAX_LINE, Origin, Stretch};
use crate::input::source::{HEAD_BYTES, SourceFormats};

/// What comes of one log, made into chunks of whole lines.
#[derive(Debug)]
pub(super) struct Log {
    origin: Origin,
    pub(super) formats: Option<SourceFormats>,
    /// The lines they were detected from, where these are known.
    pub(super) sample: Option<Vec<u8>>,
    /// Bytes after the last newline; all bytes while the format is not known.
    held: Buffer,
    /// How much of an overlong line was left out.
    skipped: u64,
    start: u64,
    stretch: Stretch,
    lines_before_stretch: u64,
}

/// Takes a chunk with its formats, and the number of lines before its stretch; says how many lines
/// the stretch has with it.
pub(super) type Read<'r> = dyn FnMut(&Chunk, &SourceFormats, u64) -> u32 + 'r;

/// Where a log's next line stands.
pub(super) struct Standing {
    /// Its first byte.
    pub(super) start: u64,
    /// What it is counted from: a first byte, and the lines since.
    pub(super) stretch: (u64, u32),
    pub(super) lines_before_stretch: u64,
}

impl Log {
    pub(super) fn new(origin: Origin, formats: Option<SourceFormats>) -> Log {
        Log {
            origin,
            formats,
            sample: None,
            held: Buffer::default(),
            skipped: 0,
            start: 0,
            stretch: Stretch::default(),
            lines_before_stretch: 0,
        }
    }

    /// Its source's number.
    #[cfg(feature = "follow")]
    pub(super) fn number(&self) -> u16 {
        self.origin.source
    }

    #[cfg(feature = "follow")]
    /// So many bytes and lines stand before the first that is read.
    pub(super) fn pass(&mut self, bytes: u64, lines: u64) {
        self.start = bytes;
        self.stretch = Stretch { start: bytes, lines: 0 };
        self.lines_before_stretch = lines;
    }

    /// Where the next line stands, where nothing is held back.
    pub(super) fn standing(&self) -> Standing {
        let Stretch { start, lines } = self.stretch;
        Standing {
            start: self.start,
            stretch: (start, lines),
            lines_before_stretch: self.lines_before_stretch,
        }
    }

    /// The next line stands there.
    pub(super) fn go_on_at(&mut self, standing: &Standing) {
        let (start, lines) = standing.stretch;
        self.start = standing.start;
        self.stretch = Stretch { start, lines };
        self.lines_before_stretch = standing.lines_before_stretch;
    }

    /// Takes what has arrived. A line counts when its newline has come; until then it is held back.
    /// Where no format was given, lines are held back until one of the first fits a named format.
    pub(super) fn push(&mut self, bytes: &[u8], read: &mut Read<'_>) {
        let Some(newline) = memchr::memrchr(b'\n', bytes) else {
            return self.hold(bytes);
        };
        let (whole, rest) = bytes.split_at(newline + 1);
        let whole = self.end_overlong(whole, read);
        self.held.extend_from_slice(whole);
        if self.formats.is_none() {
            let held = std::mem::take(&mut self.held);
            self.detect(&held);
            self.held = held;
        }
        if self.formats.is_some() {
            self.read(read);
        }
        self.hold(rest);
    }

    /// Detects the formats from the first lines; whether they are known then.
    pub(super) fn detect(&mut self, head: &[u8]) -> bool {
        self.formats = detect(head);
        self.sample = self.formats.is_some().then(|| sample(head).to_vec());
        self.formats.is_some()
    }

    /// What is held back counts as the last line.
    pub(super) fn end(&mut self, read: &mut Read<'_>) {
        if self.formats.is_none() {
            self.formats = SourceFormats::detected(&self.held);
            self.sample = self.formats.is_some().then(|| sample(&self.held).to_vec());
        }
        if !self.held.is_empty() {
            self.formats.get_or_insert_with(SourceFormats::unknown);
            self.read(read);
        }
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
    fn end_overlong<'b>(&mut self, lines: &'b [u8], read: &mut Read<'_>) -> &'b [u8] {
        if self.held.len() <= MAX_LINE || self.formats.is_none() {
            return lines;
        }
        let end = memchr::memchr(b'\n', lines).map_or(lines.len(), |newline| newline + 1);
        self.skipped += end as u64;
        self.read(read);
        &lines[end..]
    }

    /// Has everything that is held read.
    fn read(&mut self, read: &mut Read<'_>) {
        let Some(formats) = self.formats.clone() else { return };
        let bytes = std::mem::take(&mut self.held);
        if bytes.is_empty() {
            return;
        }
        let len = bytes.len() as u64 + std::mem::take(&mut self.skipped);
        let Origin { source, set, vantage } = self.origin.clone();
        let chunk = Chunk {
            source,
            set,
            vantage,
            sequence: 0,
            start: self.start,
            len,
            stretch: self.next_stretch(&bytes),
            bytes,
            is_cut: false,
        };
        self.stretch.lines = read(&chunk, &formats, self.lines_before_stretch);
        self.start += len;
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
}

/// A format that fits one of the first lines, or the nearest one when none did for long.
fn detect(head: &[u8]) -> Option<SourceFormats> {
    let is_long =
        head.len() > HEAD_BYTES || head.iter().filter(|&&byte| byte == b'\n').count() >= HEAD_LINES;
    let unknown = || is_long.then(SourceFormats::unknown);
    let formats = SourceFormats::detected(head).or_else(unknown)?;
    let mut parser = formats.parser();
    let mut lines = head.split(|&byte| byte == b'\n');
    let fits = lines.any(|line| parser.parse(line.strip_suffix(b"\r").unwrap_or(line)).is_ok());
    (fits || is_long).then_some(formats)
}

/// The first lines of a text: as many as a format is detected from.
fn sample(text: &[u8]) -> &[u8] {
    let mut lines = 0;
    let mut end = 0;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        if lines == HEAD_LINES {
            break;
        }
        lines += usize::from(!line.trim_ascii().is_empty());
        end += line.len();
    }
    text.get(..end).unwrap_or(text)
}
