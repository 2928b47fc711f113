//! A window on a file that is read from front to back: so much of it is in memory as one record
//! needs.

use std::io::{self, Read};

use super::error::{CaptureError, CaptureErrorKind};

/// Most bytes of one record or block. What libpcap and Wireshark write has less than a MiB.
const MAX_RECORD: usize = 16 << 20;

/// How much is read at once.
const BLOCK: usize = 256 << 10;

pub(super) struct Window<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Where in the buffer the window begins.
    start: usize,
    /// The same place in the file.
    byte: u64,
    is_end: bool,
    /// Why no more bytes come, if that is not the end of the file.
    failure: Option<io::Error>,
}

impl<R: Read> Window<R> {
    pub(super) fn new(reader: R) -> Window<R> {
        Window { reader, buffer: Vec::new(), start: 0, byte: 0, is_end: false, failure: None }
    }

    /// Where in the file the window begins.
    pub(super) fn byte(&self) -> u64 {
        self.byte
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    pub(super) fn consume(&mut self, len: usize) {
        let len = len.min(self.bytes().len());
        self.start += len;
        self.byte += len as u64;
    }

    /// Passes over so many bytes, in the window or behind it.
    ///
    /// # Errors
    /// When the file ends before, or cannot be read.
    pub(super) fn skip(&mut self, len: usize) -> Result<(), CaptureError> {
        let (byte, mut left) = (self.byte, len);
        loop {
            let skipped = left.min(self.bytes().len());
            self.consume(skipped);
            left -= skipped;
            if left == 0 {
                return Ok(());
            }
            if !self.grow(1)? {
                return Err(CaptureError { byte, kind: CaptureErrorKind::CutOff });
            }
        }
    }

    /// Makes the window longer by at least so many bytes; `false` at a clean end of the file.
    ///
    /// # Errors
    /// When the file ends inside of what is in the window, or cannot be read, or the window would
    /// become longer than any record is.
    pub(super) fn grow(&mut self, by: usize) -> Result<bool, CaptureError> {
        let wanted = self.bytes().len().saturating_add(by);
        if wanted > MAX_RECORD {
            return Err(self.damaged(format!("a record of {wanted} bytes or more")));
        }
        self.buffer.drain(..self.start);
        self.start = 0;
        while self.buffer.len() < wanted && !self.is_end {
            let mut block = (&mut self.reader).take(wanted.max(BLOCK) as u64);
            match block.read_to_end(&mut self.buffer) {
                Ok(0) => self.is_end = true,
                Ok(_) => {}
                // What came before it is read first.
                Err(error) => (self.is_end, self.failure) = (true, Some(error)),
            }
        }
        match (self.buffer.len(), self.failure.take()) {
            (len, failure) if len >= wanted => {
                self.failure = failure;
                Ok(true)
            }
            (_, Some(failure)) => Err(self.error(CaptureErrorKind::Unreadable(failure))),
            (0, None) => Ok(false),
            (_, None) => Err(self.error(CaptureErrorKind::CutOff)),
        }
    }

    /// What stands at the beginning of the window cannot stand there.
    pub(super) fn damaged(&self, what: impl Into<String>) -> CaptureError {
        self.error(CaptureErrorKind::Damaged(what.into()))
    }

    fn error(&self, kind: CaptureErrorKind) -> CaptureError {
        CaptureError { byte: self.byte, kind }
    }
}
