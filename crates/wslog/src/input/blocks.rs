//! Cutting a file into blocks that several threads read at once.
//!
//! Threads that share a reader wait for each other: while one reads, the others cannot. In a file
//! each of them reads at a place of its own.

use std::fs::File;
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use memchr::{memchr, memrchr};

use crate::input::buffer::Buffer;
use crate::input::chunk::{Chunk, MAX_LINE, Stretch};
use crate::progress::Progress;

/// A file of known length in blocks of one size. A line belongs to the block that it starts in.
pub(crate) struct Blocks {
    file: File,
    len: u64,
    source: u16,
    set: u16,
    size: usize,
    progress: Progress,
    /// Where the next block starts.
    next: AtomicU64,
    /// The first place that could not be read, and why.
    error: Mutex<Option<(u64, io::Error)>>,
}

/// How many bytes are read behind a block, where its last line is likely to end.
const AHEAD: usize = 2048;

/// The lines of one block, as they stand in the file.
struct Lines {
    start: u64,
    end: u64,
    is_cut: bool,
}

impl Blocks {
    /// The blocks of a source of this set. What is appended to the file later is not read.
    pub(crate) fn new(
        (file, len): (File, u64),
        (source, set): (u16, u16),
        size: usize,
        progress: Progress,
    ) -> Blocks {
        let (next, error) = (AtomicU64::new(0), Mutex::new(None));
        Blocks { file, len, source, set, size, progress, next, error }
    }

    /// The lines of a block that nobody has read, in the memory of `bytes`; `None` when all have
    /// been.
    pub(crate) fn next(&self, mut bytes: Buffer, sequence: impl FnOnce() -> u64) -> Option<Chunk> {
        let lines = loop {
            let start = self.next.fetch_add(self.size as u64, Ordering::Relaxed);
            if start >= self.len {
                // However often it is asked, it does not overflow.
                self.next.store(self.len, Ordering::Relaxed);
                return None;
            }
            if let Some(lines) = self.lines(start, &mut bytes) {
                break lines;
            }
        };
        let (source, set, sequence) = (self.source, self.set, sequence());
        let Lines { start, end, is_cut } = lines;
        let (len, stretch) = (end - start, Stretch { start, lines: 0 });
        self.progress.add(len);
        Some(Chunk { source, set, sequence, start, bytes, len, stretch, is_cut })
    }

    /// The error of the first place that could not be read.
    pub(crate) fn take_error(&self) -> Option<io::Error> {
        let mut error = self.error.lock().unwrap_or_else(PoisonError::into_inner);
        error.take().map(|(_, error)| error)
    }

    /// Reads the lines that start in the block from `start` on, if there are any.
    fn lines(&self, start: u64, bytes: &mut Buffer) -> Option<Lines> {
        // With the byte before it, which may be the newline that its first line starts behind.
        let from = start.saturating_sub(1);
        let mut reader = At { blocks: self, place: from, has_failed: false };
        let block_end = self.len.min(start + self.size as u64);
        let last = usize::try_from(block_end - 1 - from).ok()?;
        let count = last + 1 + AHEAD;
        bytes.start_at(from, count);
        let mut has_more = reader.fill(bytes, count);
        let front = match start {
            0 => 0,
            _ => memchr(b'\n', bytes.get(..last).unwrap_or(bytes))? + 1,
        };
        let mut searched = last;
        let end = loop {
            if let Some(newline) = find(bytes, searched) {
                bytes.truncate(newline + 1);
                break from + bytes.len() as u64;
            }
            if !has_more {
                break reader.place;
            }
            searched = bytes.len();
            let line_start = memrchr(b'\n', &bytes[..last]).map_or(0, |newline| newline + 1);
            if searched - line_start > MAX_LINE {
                bytes.truncate(line_start + MAX_LINE + 1);
                break reader.end_of_line(from + searched as u64);
            }
            has_more = reader.fill(bytes, self.size.max(AHEAD));
        };
        let is_cut = reader.has_failed && !bytes.ends_with(b"\n");
        bytes.skip(front);
        Some(Lines { start: from + front as u64, end, is_cut })
    }

    fn fail(&self, place: u64, why: io::Error) {
        let mut error = self.error.lock().unwrap_or_else(PoisonError::into_inner);
        if error.as_ref().is_none_or(|(first, _)| place < *first) {
            *error = Some((place, why));
        }
    }
}

/// Where the next newline is, from a place on.
fn find(bytes: &[u8], from: usize) -> Option<usize> {
    memchr(b'\n', bytes.get(from..)?).map(|found| from + found)
}

/// Whether files can be read at any place on this platform.
pub(crate) const CAN_READ_AT: bool = cfg!(any(unix, windows));

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, place)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, place)
}

#[cfg(not(any(unix, windows)))]
fn read_at(_: &File, _: &mut [u8], _: u64) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Reads the file at a place.
struct At<'b> {
    blocks: &'b Blocks,
    place: u64,
    has_failed: bool,
}

impl At<'_> {
    /// Adds so many bytes, fewer where there are no more; whether there may be more.
    fn fill(&mut self, bytes: &mut Buffer, count: usize) -> bool {
        match bytes.read_from(self, count) {
            Ok(read) => read == count,
            Err(error) => {
                self.has_failed = true;
                self.blocks.fail(self.place, error);
                false
            }
        }
    }

    /// The place behind the line that goes on here.
    fn end_of_line(&mut self, place: u64) -> u64 {
        let mut bytes = Buffer::default();
        self.place = place;
        loop {
            bytes.clear();
            let start = self.place;
            let has_more = self.fill(&mut bytes, self.blocks.size.max(AHEAD));
            match find(&bytes, 0) {
                Some(newline) => return start + newline as u64 + 1,
                None if !has_more => return self.place,
                None => {}
            }
        }
    }
}

impl Read for At<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.blocks.len - self.place).unwrap_or(usize::MAX);
        let len = buffer.len().min(left);
        let read = read_at(&self.blocks.file, &mut buffer[..len], self.place)?;
        self.place += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Reads a text in blocks of this size and puts its chunks together again.
    fn chunks(text: &[u8], size: usize) -> (Vec<u8>, Vec<u64>) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text).unwrap();
        let progress = Progress::default();
        let blocks = Blocks::new((file, text.len() as u64), (0, 0), size, progress.clone());
        let (mut whole, mut lens) = (Vec::new(), Vec::new());
        while let Some(chunk) = blocks.next(Buffer::default(), || 0) {
            assert_eq!(chunk.start, lens.iter().sum::<u64>());
            whole.extend_from_slice(&chunk.bytes);
            lens.push(chunk.len);
        }
        assert!(blocks.take_error().is_none());
        assert_eq!(progress.bytes(), text.len() as u64);
        (whole, lens)
    }

    #[test]
    fn ok_no_byte_is_lost_at_any_size() {
        let long = [b"a\n".repeat(900), b"b".repeat(5000), b"\nc\n".repeat(3)].concat();
        let short = ["", "\n", "a", "a\n", "\n\n\n", "ab\ncd", "ab\ncdefghij\nk\n", "abcdefghijkl"];
        for text in short.map(str::as_bytes).into_iter().chain([&long[..]]) {
            for size in (1..16).chain([1799, 1800, 1801, 10_000]) {
                let (whole, _) = chunks(text, size);
                assert_eq!(whole, text, "blocks of {size}");
            }
        }
    }

    #[test]
    fn ok_a_line_over_the_limit_is_passed_without_being_kept() {
        let mut text = b"before\n".to_vec();
        text.resize(MAX_LINE * 3, b'x');
        text.extend_from_slice(b"\nnext\n");
        let kept = "before\n".len() + MAX_LINE + 1;
        let (whole, lens) = chunks(&text, 1 << 20);
        assert_eq!(lens, [MAX_LINE as u64 * 3 + 1, "next\n".len() as u64]);
        assert_eq!((whole.len(), &whole[kept..]), (kept + "next\n".len(), &b"next\n"[..]));
    }
}
