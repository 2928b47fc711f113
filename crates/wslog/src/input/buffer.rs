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
    len: usize,
}

impl Buffer {
    /// Forgets the bytes and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// Keeps the first bytes only.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    pub(crate) fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.memory[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    /// Adds so many bytes from a reader, fewer at its end; how many.
    ///
    /// # Errors
    /// The reader's; what it gave before is kept.
    pub(crate) fn read_from(&mut self, reader: &mut dyn Read, count: usize) -> io::Result<usize> {
        self.reserve(count);
        let (start, end) = (self.len, self.len + count);
        while self.len < end {
            match reader.read(&mut self.memory[self.len..end]) {
                Ok(0) => break,
                Ok(read) => self.len += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.len - start)
    }

    fn reserve(&mut self, more: usize) {
        if self.memory.len() < self.len + more {
            self.memory.resize(self.len + more, 0);
        }
    }
}

impl From<Vec<u8>> for Buffer {
    fn from(memory: Vec<u8>) -> Buffer {
        Buffer { len: memory.len(), memory }
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.memory[..self.len]
    }
}
