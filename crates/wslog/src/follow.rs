//! Logs that are still being written: lines come as bytes arrive, and each handshake that fails
//! or was downgraded is told at once.

mod event;
mod handshakes;
mod log;
mod reading;
pub(crate) mod state;
mod summary;
mod waiting;
mod window;

use std::time::{Duration, SystemTime};

use wslog_parse::Formats;

pub use self::event::{Change, Event, FindingEvent, HandshakeEvent};
use self::log::Log;
use self::reading::Reading;
pub use self::state::StateError;
pub use self::summary::Summary;
use crate::analysis::Analysis;
use crate::input::chunk::Origin;
use crate::input::feed::SourceInfo;
use crate::input::set::set_of;
use crate::input::source::SourceFormats;
use crate::input::vantage_name::VantageName;
use crate::options::Options;

/// Takes growing logs in pieces of any size. It keeps what was seen, counted as [`Analyzer`] counts
/// it, and the last few minutes apart from the rest.
///
/// It reads no file, waits for nothing and starts no thread: whoever has the bytes pushes them.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use wslog::{Event, Follower, Options};
///
/// let mut follower = Follower::new(Options::default(), Duration::from_secs(600));
/// let log = follower.add_log("access.log");
/// let line = b"[09/Mar/2018:15:04:51 +0800] 100.97.88.254 - - - 10.0.21.11 to: 127.0.0.1:8087: \
///     GET /ws HTTP/1.0 upstream_response_time 60.000 msec 1520579091.129 request_time 60.000 \
///     status 499 client - Mozilla/5.0 8+qDYeKJGFTWKB2ov4p5TA==\n";
/// let mut told = Vec::new();
/// follower.push(log, line, SystemTime::now(), |event| told.push(event));
/// assert!(matches!(&told[..], [Event::Handshake(event)] if event.downgrade && event.near_mark));
/// assert_eq!(follower.analysis().downgrades.near_mark, 1);
/// ```
///
/// [`Analyzer`]: crate::Analyzer
pub struct Follower {
    logs: Vec<Log>,
    /// Of each log.
    sources: Vec<SourceInfo>,
    reading: Reading,
}

/// Most logs of one follower.
const MOST_LOGS: u16 = u16::MAX;

/// One of a [`Follower`]'s logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LogId(u16);

impl Follower {
    /// A follower of no log yet, that sums up windows of this length.
    pub fn new(options: Options, window: Duration) -> Follower {
        Follower { logs: Vec::new(), sources: Vec::new(), reading: Reading::new(options, window) }
    }

    /// One more log, which reports will call by this name. There may be 65,535 of them; the last one
    /// stands for any that are too many.
    pub fn add_log(&mut self, name: &str) -> LogId {
        let given = self.reading.options.format.clone().map(SourceFormats::given);
        self.add(name, given)
    }

    /// The same, where its lines are known to be in these formats.
    pub fn add_log_in(&mut self, name: &str, formats: Formats) -> LogId {
        self.add(name, Some(SourceFormats::given(formats)))
    }

    fn add(&mut self, name: &str, formats: Option<SourceFormats>) -> LogId {
        let number = match u16::try_from(self.logs.len()) {
            Ok(number) if number < MOST_LOGS => number,
            _ => return LogId(MOST_LOGS - 1),
        };
        let set_name = set_of(name);
        let same_set = self.sources.iter().find(|source| source.set_name == set_name);
        let set = same_set.map_or(number, |source| source.set);
        let vantage = VantageName::of(&self.reading.options.vantages, name);
        let origin = Origin { source: number, set, vantage: vantage.clone() };
        self.logs.push(Log::new(origin, formats));
        self.sources.push(SourceInfo { vantage, ..SourceInfo::new(name, set, set_name) });
        LogId(number)
    }

    /// So many bytes and lines stand before the first of a log that is read: places are told with
    /// them.
    #[cfg(feature = "follow")]
    pub(crate) fn pass(&mut self, log: LogId, bytes: u64, lines: u64) {
        if let Some(log) = self.logs.get_mut(usize::from(log.0)) {
            log.pass(bytes, lines);
            self.reading.partial.source(log.number()).pass(lines);
        }
    }

    /// Whether the formats of a log's lines are known.
    #[cfg(feature = "follow")]
    pub(crate) fn knows_format(&self, log: LogId) -> bool {
        self.logs.get(usize::from(log.0)).is_none_or(|log| log.formats.is_some())
    }

    /// Detects the formats of a log's lines from the first of them; whether they are known then.
    #[cfg(feature = "follow")]
    pub(crate) fn detect(&mut self, log: LogId, head: &[u8]) -> bool {
        self.logs.get_mut(usize::from(log.0)).is_none_or(|log| log.detect(head))
    }

    /// All logs, in the order they were added in.
    pub fn logs(&self) -> impl Iterator<Item = LogId> {
        (0..=u16::MAX).take(self.logs.len()).map(LogId)
    }

    /// Reads what has arrived of a log; `each` is told of every handshake in it that failed or was
    /// downgraded, in the order of the lines.
    ///
    /// A line counts when its newline has come; until then it is held back. Where no format was
    /// given, lines are held back until one of the first fits a named format.
    pub fn push(&mut self, log: LogId, bytes: &[u8], now: SystemTime, each: impl FnMut(Event)) {
        self.read(log, now, each, |log, read| log.push(bytes, read));
    }

    /// The end of a log: what is held back counts as its last line.
    pub fn end(&mut self, log: LogId, now: SystemTime, each: impl FnMut(Event)) {
        self.read(log, now, each, |log, read| log.end(read));
    }

    fn read(
        &mut self,
        id: LogId,
        now: SystemTime,
        each: impl FnMut(Event),
        take: impl FnOnce(&mut Log, &mut log::Read<'_>),
    ) {
        let Follower { logs, sources, reading } = self;
        let index = usize::from(id.0);
        let (Some(log), Some(source)) = (logs.get_mut(index), sources.get_mut(index)) else {
            return;
        };
        take(log, &mut |chunk, formats, lines| reading.chunk(chunk, formats, lines, now));
        source.is_in(log.formats.as_ref());
        reading.tell(sources, each);
    }

    /// What the window shows now. `each` is told of the findings that came, went or changed since
    /// the last time.
    pub fn summary(&mut self, now: SystemTime, each: impl FnMut(Event)) -> Summary {
        self.reading.summary(&self.sources, now, each)
    }

    /// The same in less time: where one name turned out to be that of several vantage points since
    /// the last summary, they are not told apart yet.
    pub fn judge(&mut self, now: SystemTime, each: impl FnMut(Event)) -> Summary {
        self.reading.judge(&self.sources, now, each)
    }

    /// Everything seen so far.
    pub fn analysis(&mut self) -> Analysis {
        self.reading.analysis(&self.sources)
    }
}
