//! A source that is a capture.

use std::io::{self, Cursor, Read};
use std::path::Path;

use crate::analysis::{CaptureSummary, UndecodedRow};
use crate::capture::{Kind, Summary, Undecoded};
use crate::input::feed::SourceInfo;

/// A capture to be read.
pub(crate) struct CaptureInput {
    pub(crate) number: u16,
    pub(crate) set: u16,
    /// The name its vantage point was given; else its file's, without the folders.
    pub(crate) vantage: String,
    pub(crate) kind: Kind,
    pub(crate) reader: Box<dyn Read + Send>,
}

/// What a capture holds.
#[derive(Debug)]
pub(crate) struct CaptureInfo {
    pub(crate) kind: Kind,
    pub(crate) summary: Summary,
    /// Handshakes of which the capture does not show whether they were answered.
    pub(crate) answers_lost: u64,
    /// Handshakes that were not seen in the period asked for.
    pub(crate) outside: u64,
}

impl CaptureInput {
    /// The capture whose first bytes have been read, with what came of reading them.
    pub(crate) fn new(
        number: u16,
        info: &SourceInfo,
        kind: Kind,
        (head, end): (Vec<u8>, Option<io::Result<()>>),
        rest: Box<dyn Read + Send>,
    ) -> CaptureInput {
        let vantage = info.vantage.as_deref().map(str::to_owned);
        let vantage = vantage.unwrap_or_else(|| capture_name(&info.name));
        let failed = Failed(end.and_then(Result::err));
        let reader = Box::new(Cursor::new(head).chain(failed).chain(rest));
        CaptureInput { number, set: info.set, vantage, kind, reader }
    }
}

fn capture_name(source: &str) -> String {
    let file = Path::new(source).file_name();
    let file = file.map_or_else(|| source.into(), |file| file.to_string_lossy());
    format!("capture:{file}")
}

impl CaptureInfo {
    /// As reports tell it.
    pub(crate) fn told(&self) -> CaptureSummary {
        let Summary { packets, connections, requests, undecoded, .. } = &self.summary;
        let row =
            |(what, count): (&Undecoded, &u64)| UndecodedRow { what: what.name(), count: *count };
        CaptureSummary {
            kind: self.kind.name(),
            packets: *packets,
            connections: *connections,
            requests: *requests,
            answers_lost: self.answers_lost,
            outside_period: self.outside,
            undecoded: undecoded.iter().map(row).collect(),
        }
    }

    pub(crate) fn new(kind: Kind) -> CaptureInfo {
        CaptureInfo { kind, summary: Summary::default(), answers_lost: 0, outside: 0 }
    }
}

/// Fails with an error, if there is one, else is empty.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
