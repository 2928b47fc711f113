//! All sources as one stream of chunks that several threads draw from.
//!
//! Each thread works on a source of its own as long as there are enough of them, so that several
//! compressed sources are decompressed at once; then it helps with those still open.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::analysis::CaptureSummary;
#[cfg(feature = "capture")]
use crate::capture::Kind;
use crate::input::blocks::Blocks;
use crate::input::buffer::Buffer;
#[cfg(feature = "capture")]
use crate::input::captured::{CaptureInfo, CaptureInput};
use crate::input::chunk::{Chunk, ChunkReader, Origin};
use crate::input::compression::{Compression, decompressed};
use crate::input::order::{first_error_at, first_logged_in, offset_of_first};
use crate::input::range::ByteRange;
use crate::input::set::set_of;
use crate::input::source::{
    FormatNames, HEAD_BYTES, Input, LineKind, Opened, SourceFormats, is_error_log,
    is_part_of_error_log, read_head,
};
use crate::input::vantage_name::VantageName;
use crate::options::Options;
use crate::progress::Progress;
use wslog_parse::{Formats, Timestamp};

/// What is known of a source besides its lines.
#[derive(Debug)]
pub(crate) struct SourceInfo {
    pub(crate) name: String,
    /// The number of the source set it belongs to: the sources that are one log, rotated.
    pub(crate) set: u16,
    pub(crate) set_name: String,
    /// The name its vantage point was given, if it was given one.
    pub(crate) vantage: Option<Arc<str>>,
    pub(crate) holding: Holding,
    pub(crate) compression: Option<Compression>,
    pub(crate) error: Option<io::Error>,
    /// The range of its bytes that was read, if not all were to be.
    pub(crate) range: Option<ByteRange>,
    /// When the first of its first lines was logged that shows it, if any does; `None` where not all of
    /// these were read.
    pub(crate) first_logged_at: Option<Option<Timestamp>>,
}

/// What a source holds.
#[derive(Debug)]
pub(crate) enum Holding {
    /// Nothing, or it is not known yet.
    Unknown,
    /// Requests, in these formats.
    AccessLog(FormatNames),
    /// What nginx says of itself, by a clock so many minutes east of UTC. It is 0 where no period asks for it.
    ErrorLog { offset_minutes: i16 },
    /// What a capture does.
    #[cfg(feature = "capture")]
    Capture(CaptureInfo),
}

impl SourceInfo {
    /// A source of which nothing is known but its name and its set.
    pub(crate) fn new(name: &str, set: u16, set_name: String) -> SourceInfo {
        SourceInfo {
            name: name.to_owned(),
            set,
            set_name,
            vantage: None,
            holding: Holding::Unknown,
            compression: None,
            error: None,
            range: None,
            first_logged_at: Some(None),
        }
    }

    /// The formats of its lines, if it is an access log.
    pub(crate) fn formats(&self) -> Option<&FormatNames> {
        match &self.holding {
            Holding::AccessLog(formats) => Some(formats),
            _ => None,
        }
    }

    /// Takes it for an access log in these formats, as soon as they are known.
    pub(crate) fn is_in(&mut self, formats: Option<&SourceFormats>) {
        let access_log = |formats: &SourceFormats| Holding::AccessLog(formats.into());
        self.holding = formats.map_or(Holding::Unknown, access_log);
    }

    pub(crate) fn is_error_log(&self) -> bool {
        matches!(self.holding, Holding::ErrorLog { .. })
    }

    /// What it holds, if it is a capture.
    #[cfg(feature = "capture")]
    pub(crate) fn captured(&self) -> Option<CaptureSummary> {
        match &self.holding {
            Holding::Capture(capture) => Some(capture.told()),
            _ => None,
        }
    }

    #[cfg(not(feature = "capture"))]
    pub(crate) fn captured(&self) -> Option<CaptureSummary> {
        None
    }

    #[cfg(feature = "capture")]
    pub(crate) fn is_capture(&self) -> bool {
        matches!(self.holding, Holding::Capture(_))
    }

    #[cfg(not(feature = "capture"))]
    pub(crate) fn is_capture(&self) -> bool {
        false
    }
}

/// How many sources may be open at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Open {
    /// One a thread.
    Several,
    /// One, so that chunks come in the order of the sources.
    One,
}

/// What is to be done next.
pub(crate) enum Work {
    Lines(Chunk, LineKind),
    #[cfg(feature = "capture")]
    Capture(CaptureInput),
}

/// The sources that have not been read to their ends.
pub(crate) struct Feed<'o> {
    options: &'o Options,
    progress: &'o Progress,
    open_at_once: Open,
    /// The clock of error logs, which do not tell it: so many minutes east of UTC.
    offset_minutes: i16,
    chunks: AtomicU64,
    state: Mutex<State>,
}

struct State {
    waiting: VecDeque<(u16, Input)>,
    open: Vec<OpenSource>,
    sources: Vec<SourceInfo>,
}

/// A source that has been opened.
enum Opening {
    Lines(OpenSource),
    #[cfg(feature = "capture")]
    Capture(CaptureInput),
}

/// A source that is being read; threads share it.
#[derive(Clone)]
pub(crate) struct OpenSource {
    number: u16,
    kind: LineKind,
    chunks: Chunks,
}

#[derive(Clone)]
enum Chunks {
    /// Of a source that can only be read from front to back.
    InTurn(Arc<Mutex<ChunkReader>>),
    /// Of a file that all threads read at once.
    AtOnce(Arc<Blocks>),
}

impl Chunks {
    fn next(&self, buffer: Buffer, sequence: impl FnOnce() -> u64) -> Option<Chunk> {
        match self {
            Chunks::InTurn(reader) => lock(reader).next(buffer, sequence),
            Chunks::AtOnce(blocks) => blocks.next(buffer, sequence),
        }
    }

    fn take_error(&self) -> Option<io::Error> {
        match self {
            Chunks::InTurn(reader) => lock(reader).take_error(),
            Chunks::AtOnce(blocks) => blocks.take_error(),
        }
    }
}

impl<'o> Feed<'o> {
    /// Sources are numbered in their order.
    pub(crate) fn new(
        inputs: Vec<Input>,
        options: &'o Options,
        progress: &'o Progress,
        open_at_once: Open,
    ) -> Feed<'o> {
        let sources = sources(&inputs, &options.vantages);
        let offset_minutes = offset_of_first(&inputs, options);
        let waiting = (0..).zip(inputs).collect();
        let state = Mutex::new(State { waiting, open: Vec::new(), sources });
        let chunks = AtomicU64::new(0);
        Feed { options, progress, open_at_once, offset_minutes, chunks, state }
    }

    /// The next chunk, in the memory of `buffer`, with what its lines are; or a capture, which
    /// one thread reads to its end. `mine` is the source the thread has been working on, to begin with
    /// none.
    pub(crate) fn next(&self, mine: &mut Option<OpenSource>, mut buffer: Buffer) -> Option<Work> {
        loop {
            let source = match mine {
                Some(source) => source,
                None => match self.open_or_help()? {
                    Opening::Lines(source) => mine.insert(source),
                    #[cfg(feature = "capture")]
                    Opening::Capture(capture) => return Some(Work::Capture(capture)),
                },
            };
            let sequence = || self.chunks.fetch_add(1, Ordering::Relaxed);
            if let Some(chunk) = source.chunks.next(buffer, sequence) {
                return Some(Work::Lines(chunk, source.kind.clone()));
            }
            self.close(source.number, source.chunks.take_error());
            *mine = None;
            buffer = Buffer::default();
        }
    }

    /// The names of the sources and of their sets, in the order of their numbers.
    pub(crate) fn origins(&self) -> Vec<(String, String)> {
        let state = lock(&self.state);
        let names = state.sources.iter().map(|info| (info.name.clone(), info.set_name.clone()));
        names.collect()
    }

    /// What became of the sources.
    pub(crate) fn into_sources(self) -> Vec<SourceInfo> {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).sources
    }

    /// A source of one's own if there is one, else one that others work on.
    fn open_or_help(&self) -> Option<Opening> {
        let mut state = lock(&self.state);
        loop {
            let may_open = self.open_at_once == Open::Several || state.open.is_empty();
            let next = if may_open { state.waiting.pop_front() } else { None };
            let Some((number, input)) = next else {
                return state.open.first().cloned().map(Opening::Lines);
            };
            let opening = self.open(number, input, &mut state.sources);
            if let Some(Opening::Lines(source)) = &opening {
                state.open.push(source.clone());
            }
            if opening.is_some() {
                return opening;
            }
        }
    }

    /// Opens a source and looks at its first lines; what goes wrong is kept with the source.
    fn open(&self, number: u16, input: Input, sources: &mut [SourceInfo]) -> Option<Opening> {
        let set = sources[usize::from(number)].set;
        let is_alone = sources.iter().filter(|source| source.set == set).count() == 1;
        let is_ordered_by_first_line = input.is_file() || is_alone;
        let info = &mut sources[usize::from(number)];
        let opening = match input.range() {
            None => self.open_whole(number, input, info),
            Some(range) => self.open_range(number, input, range, info).map(Opening::Lines),
        };
        if !is_ordered_by_first_line {
            // It has its place already, as one without a time.
            info.first_logged_at = Some(None);
        }
        opening.map_err(|error| info.error = Some(error)).ok()
    }

    fn open_whole(&self, number: u16, input: Input, info: &mut SourceInfo) -> io::Result<Opening> {
        let known = input.formats();
        let Opened { reader, file } = input.open()?;
        let (mut reader, compression) = decompressed(self.progress.of(reader))?;
        info.compression = compression;
        let head = read_head(&mut reader);
        #[cfg(feature = "capture")]
        if let Some(kind) = Kind::of(&head.0).filter(|_| known.is_none()) {
            return Ok(Opening::Capture(CaptureInput::new(number, info, kind, head, reader)));
        }
        let kind = self.kind(known, &head.0, info);
        let file = file.filter(|_| compression.is_none() && self.open_at_once == Open::Several);
        // Blocks do not come in the order they are numbered in.
        let chunks = match file {
            None => self.in_turn(number, info, reader, head, 0),
            Some(file) => {
                self.progress.take_back(head.0.len() as u64);
                self.at_once(number, info, file, ByteRange::ALL)
            }
        };
        Ok(Opening::Lines(OpenSource { number, kind, chunks }))
    }

    /// The same of a range. Of a file the first lines are looked at wherever the range is.
    fn open_range(
        &self,
        number: u16,
        input: Input,
        range: ByteRange,
        info: &mut SourceInfo,
    ) -> io::Result<OpenSource> {
        let known = input.formats();
        let Opened { reader, file } = input.open()?;
        if let Some((mut file, len)) = file {
            let (mut reader, compression) = decompressed(reader)?;
            if compression.is_some() {
                return Err(io::Error::other("is compressed, and can only be read as a whole"));
            }
            let head = read_head(&mut reader).0;
            refuse_capture(known.as_ref(), &head)?;
            let kind = self.kind(known, &head, info);
            let chunks = match self.open_at_once {
                Open::Several => self.at_once(number, info, (file, len), range),
                Open::One => {
                    file.seek(SeekFrom::Start(range.from().saturating_sub(1)))?;
                    let (start, mut lines) = range.lines(self.progress.of(Box::new(file)))?;
                    let head = read_head(&mut lines);
                    self.in_turn(number, info, Box::new(lines), head, start)
                }
            };
            return Ok(OpenSource { number, kind, chunks });
        }
        let (start, mut lines) = range.lines(self.progress.of(reader))?;
        let head = read_head(&mut lines);
        let kind = match range.from() {
            0 if Compression::of(&head.0).is_some() => {
                return Err(io::Error::other("is compressed, and can only be read as a whole"));
            }
            0 => {
                refuse_capture(known.as_ref(), &head.0)?;
                let kind = self.kind(known, &head.0, info);
                let is_cut = head.0.len() as u64 >= range.to();
                info.first_logged_at =
                    info.first_logged_at.filter(|first| first.is_some() || !is_cut);
                kind
            }
            // There is nothing to be in a format.
            _ if is_blank(&head) => {
                info.first_logged_at = None;
                LineKind::Requests(SourceFormats::unknown())
            }
            _ if is_part_of_error_log(known.as_ref(), self.options, &head.0) => {
                info.first_logged_at = None;
                self.errors(info)
            }
            _ => {
                let given = known.or_else(|| self.options.format.clone().map(Formats::from));
                let formats = given.map(SourceFormats::given).ok_or_else(|| {
                    io::Error::other("is not read from its beginning: its format has to be given")
                })?;
                info.is_in(Some(&formats));
                info.first_logged_at = None;
                LineKind::Requests(formats)
            }
        };
        let chunks = self.in_turn(number, info, Box::new(lines), head, start);
        Ok(OpenSource { number, kind, chunks })
    }

    fn in_turn(
        &self,
        number: u16,
        info: &SourceInfo,
        reader: Box<dyn Read + Send>,
        head: (Vec<u8>, Option<io::Result<()>>),
        start: u64,
    ) -> Chunks {
        let size = self.options.chunk_size.get();
        let reader = ChunkReader::new(reader, origin(number, info), size, head);
        Chunks::InTurn(Arc::new(Mutex::new(reader.starting_at(start))))
    }

    fn at_once(
        &self,
        number: u16,
        info: &SourceInfo,
        file: (File, u64),
        range: ByteRange,
    ) -> Chunks {
        let size = self.options.chunk_size.get();
        let progress = self.progress.clone();
        Chunks::AtOnce(Arc::new(Blocks::new(file, range, origin(number, info), size, progress)))
    }

    /// What the lines are of a source that begins like this.
    fn kind(&self, known: Option<Formats>, head: &[u8], info: &mut SourceInfo) -> LineKind {
        if is_error_log(known.as_ref(), self.options, head) {
            info.first_logged_at = Some(first_error_at(head));
            return self.errors(info);
        }
        let formats = SourceFormats::choose(known, self.options, head);
        info.is_in(formats.as_ref());
        let first = formats.as_ref().and_then(|formats| first_logged_in(formats, head));
        info.first_logged_at = Some(first);
        LineKind::Requests(formats.unwrap_or_else(SourceFormats::unknown))
    }

    fn errors(&self, info: &mut SourceInfo) -> LineKind {
        let offset_minutes = self.offset_minutes;
        info.holding = Holding::ErrorLog { offset_minutes };
        LineKind::Errors { offset_minutes }
    }

    /// What became of a capture.
    #[cfg(feature = "capture")]
    pub(crate) fn captured(&self, number: u16, mut capture: CaptureInfo) {
        let info = &mut lock(&self.state).sources[usize::from(number)];
        info.error = capture.summary.error.take().map(io::Error::other);
        info.holding = Holding::Capture(capture);
    }

    fn close(&self, number: u16, error: Option<io::Error>) {
        let mut state = lock(&self.state);
        state.open.retain(|source| source.number != number);
        let info = &mut state.sources[usize::from(number)];
        info.error = info.error.take().or(error);
    }
}

/// Whether nothing but blank lines can have been read; the head of more would have lines in it.
fn is_blank((head, _): &(Vec<u8>, Option<io::Result<()>>)) -> bool {
    head.len() < HEAD_BYTES && head.trim_ascii().is_empty()
}

/// A part of a capture tells nothing.
fn refuse_capture(known: Option<&Formats>, head: &[u8]) -> io::Result<()> {
    #[cfg(feature = "capture")]
    if known.is_none() && Kind::of(head).is_some() {
        return Err(io::Error::other("is a capture, and can only be read as a whole"));
    }
    #[cfg(not(feature = "capture"))]
    let _ = (known, head);
    Ok(())
}

fn origin(source: u16, info: &SourceInfo) -> Origin {
    Origin { source, set: info.set, vantage: info.vantage.clone() }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The sources with their sets, these numbered in the order of their names.
fn sources(inputs: &[Input], vantages: &[VantageName]) -> Vec<SourceInfo> {
    let mut sets: Vec<String> = inputs.iter().map(|input| set_of(input.name())).collect();
    let names = sets.clone();
    sets.sort_unstable();
    sets.dedup();
    let info = |(input, set_name): (&Input, String)| {
        let set = sets.binary_search(&set_name).ok();
        let set = set.and_then(|set| u16::try_from(set).ok()).unwrap_or(0);
        let given = input.vantage().map(Arc::from);
        let vantage = given.or_else(|| VantageName::of(vantages, input.name()));
        let range = input.range();
        SourceInfo { vantage, range, ..SourceInfo::new(input.name(), set, set_name) }
    };
    inputs.iter().zip(names).map(info).collect()
}
