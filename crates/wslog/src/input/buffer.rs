//! Memory to read into, used again and again.

use std::io::{self, ErrorKind, Read};
use std::ops::Deref;

/// Bytes that have been read, in memory that is kept when they are done with.
///
/// The memory behind them was written before, so that reading into it needs neither `unsafe` nor
/// zeros each time.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    memory: Vec<u8>,
    start: usize,
    end: usize,
}

/// How long a page is, or a part of one.
const PAGE: usize = 4096;

impl Buffer {
    /// Forgets the bytes and keeps the memory.
    pub(crate) fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
    }

    /// Forgets the bytes, and makes room for so many that are to be read from this place of a file.
    ///
    /// They are put at the same place in a page as in the file. Copied to a place a few bytes further
    /// in theirs, they take five times as long (AMD EPYC of the third generation).
    pub(crate) fn start_at(&mut self, place: u64, count: usize) {
        self.clear();
        self.reserve(PAGE + count);
        let memory = self.memory.as_ptr().addr() % PAGE;
        // What remains of a place in a file is a place in a page.
        let page = usize::try_from(place % PAGE as u64).unwrap_or(0);
        self.start = (page + PAGE - memory) % PAGE;
        self.end = self.start;
    }

    /// Keeps the first bytes only.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.end = self.end.min(self.start + len);
    }

    /// Forgets the first bytes, which stay where they are.
    pub(crate) fn skip(&mut self, len: usize) {
        self.start = self.end.min(self.start + len);
    }

    pub(crate) fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.memory[self.end..self.end + bytes.len()].copy_from_slice(bytes);
        self.end += bytes.len();
    }

    /// Adds so many bytes from a reader, fewer at its end; how many.
    ///
    /// # Errors
    /// The reader's; what it gave before is kept.
    pub(crate) fn read_from(&mut self, reader: &mut dyn Read, count: usize) -> io::Result<usize> {
        self.reserve(count);
        let (start, end) = (self.end, self.end + count);
        while self.end < end {
            match reader.read(&mut self.memory[self.end..end]) {
                Ok(0) => break,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.end - start)
    }

    fn reserve(&mut self, more: usize) {
        if self.memory.len() < self.end + more {
            self.memory.resize(self.end + more, 0);
        }
    }
}

impl From<Vec<u8>> for Buffer {
    fn from(memory: Vec<u8>) -> Buffer {
        Buffer { start: 0, end: memory.len(), memory }
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.memory[self.start..self.end]
    }
}
