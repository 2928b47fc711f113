//! Cutting a file into blocks that several threads read at once.
//!
//! Threads that share a reader wait for each other: while one reads, the others cannot. In a file
//! each of them reads at a place of its own. What they read they hand on in the order of the file, so
//! that nothing behind a place that cannot be read is handed on, whoever read it.

use std::fs::File;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use memchr::{memchr, memrchr};

use crate::input::buffer::Buffer;
use crate::input::chunk::{Chunk, MAX_LINE, Origin, Stretch};
use crate::input::range::ByteRange;
use crate::progress::Progress;

/// A range of a file of known length in blocks of one size. A line belongs to the block that it starts in.
pub(crate) struct Blocks<F = File> {
    file: F,
    len: u64,
    /// Behind the last block.
    end: u64,
    origin: Origin,
    size: usize,
    progress: Progress,
    /// Where the next block starts.
    next: AtomicU64,
    /// Where the block starts whose turn it is to be handed on.
    turn: AtomicU64,
    has_failed: AtomicBool,
    /// Why a place could not be read.
    error: Mutex<Option<io::Error>>,
}

/// How many bytes are read behind a block, where its last line is likely to end.
const AHEAD: usize = 2048;

/// The lines of one block, as they stand in the file.
struct Lines {
    start: u64,
    end: u64,
    is_cut: bool,
}

impl<F: ReadAt> Blocks<F> {
    /// The blocks of a range of a source. What is appended to the file later is not read.
    pub(crate) fn new(
        (file, len): (F, u64),
        range: ByteRange,
        origin: Origin,
        size: usize,
        progress: Progress,
    ) -> Blocks<F> {
        Blocks {
            file,
            len,
            end: len.min(range.to()),
            origin,
            size,
            progress,
            next: AtomicU64::new(range.from()),
            turn: AtomicU64::new(range.from()),
            has_failed: AtomicBool::new(false),
            error: Mutex::new(None),
        }
    }

    /// The lines of a block that nobody has read, in the memory of `bytes`; `None` when all have
    /// been.
    pub(crate) fn next(&self, mut bytes: Buffer, sequence: impl FnOnce() -> u64) -> Option<Chunk> {
        let lines = loop {
            if self.has_failed.load(Ordering::Relaxed) {
                return None;
            }
            let start = self.next.fetch_add(self.size as u64, Ordering::Relaxed);
            if start >= self.end {
                // However often it is asked, it does not overflow.
                self.next.store(self.end, Ordering::Relaxed);
                return None;
            }
            let turn = Turn { blocks: self, start };
            let (lines, error) = self.lines(start, &mut bytes);
            turn.wait();
            if self.has_failed.load(Ordering::Relaxed) {
                return None;
            }
            if let Some(error) = error {
                self.has_failed.store(true, Ordering::Relaxed);
                *self.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            }
            if let Some(lines) = lines {
                break lines;
            }
        };
        let (Origin { source, set, vantage }, sequence) = (self.origin.clone(), sequence());
        let Lines { start, end, is_cut } = lines;
        let (len, stretch) = (end - start, Stretch { start, lines: 0 });
        self.progress.add(len);
        Some(Chunk { source, set, vantage, sequence, start, bytes, len, stretch, is_cut })
    }

    /// The error that the file could not be read on for.
    pub(crate) fn take_error(&self) -> Option<io::Error> {
        self.error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Reads the lines that start in the block from `start` on, if there are any; up to an error, if
    /// there is one.
    fn lines(&self, start: u64, bytes: &mut Buffer) -> (Option<Lines>, Option<io::Error>) {
        let mut reader = At { blocks: self, place: start.saturating_sub(1), error: None };
        (reader.lines(start, bytes), reader.error)
    }
}

/// Reads the file at a place.
struct At<'b, F> {
    blocks: &'b Blocks<F>,
    place: u64,
    error: Option<io::Error>,
}

impl<F: ReadAt> At<'_, F> {
    fn lines(&mut self, start: u64, bytes: &mut Buffer) -> Option<Lines> {
        // With the byte before it, which may be the newline that its first line starts behind.
        let from = self.place;
        let block_end = self.blocks.end.min(start + self.blocks.size as u64);
        let last = usize::try_from(block_end - 1 - from).ok()?;
        let count = last + 1 + AHEAD;
        bytes.start_at(from, count);
        let mut has_more = self.fill(bytes, count);
        let front = match start {
            0 => 0,
            _ => match memchr(b'\n', bytes.get(..last).unwrap_or(bytes)) {
                Some(newline) => newline + 1,
                None => {
                    // The line that goes on here comes to what cannot be read by itself.
                    self.error = None;
                    return None;
                }
            },
        };
        let mut searched = last;
        let end = loop {
            if let Some(newline) = find(bytes, searched) {
                bytes.truncate(newline + 1);
                // What cannot be read behind it is the next block's.
                self.error = None;
                break from + bytes.len() as u64;
            }
            if !has_more {
                break self.place;
            }
            searched = bytes.len();
            let line_start = memrchr(b'\n', &bytes[..last]).map_or(0, |newline| newline + 1);
            if searched - line_start > MAX_LINE {
                bytes.truncate(line_start + MAX_LINE + 1);
                break self.end_of_line(from + searched as u64);
            }
            has_more = self.fill(bytes, self.blocks.size.max(AHEAD));
        };
        let is_cut = self.error.is_some() && !bytes.ends_with(b"\n");
        bytes.skip(front);
        (!bytes.is_empty()).then(|| Lines { start: from + front as u64, end, is_cut })
    }

    /// Adds so many bytes, fewer where there are no more; whether there may be more.
    fn fill(&mut self, bytes: &mut Buffer, count: usize) -> bool {
        match bytes.read_from(self, count) {
            Ok(read) => read == count,
            Err(error) => {
                self.error = Some(error);
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

/// The turn of a block, which is over when it is dropped.
struct Turn<'b, F> {
    blocks: &'b Blocks<F>,
    start: u64,
}

impl<F> Turn<'_, F> {
    /// Waits until the blocks before it have been handed on. They were begun before, so there is hardly
    /// ever anything to wait for.
    fn wait(&self) {
        let mut tries = 0;
        while self.blocks.turn.load(Ordering::Acquire) != self.start {
            tries += 1;
            match tries < MAX_SPINS {
                true => std::hint::spin_loop(),
                false => std::thread::yield_now(),
            }
        }
    }
}

/// How often a turn is looked at before others get the processor: some microseconds.
const MAX_SPINS: u32 = 200;

impl<F> Drop for Turn<'_, F> {
    fn drop(&mut self) {
        // Also where a thread gives up before it has waited.
        self.wait();
        let next = self.start + self.blocks.size as u64;
        self.blocks.turn.store(next, Ordering::Release);
    }
}

/// Where the next newline is, from a place on.
fn find(bytes: &[u8], from: usize) -> Option<usize> {
    memchr(b'\n', bytes.get(from..)?).map(|found| from + found)
}

/// Whether files can be read at any place on this platform.
pub(crate) const CAN_READ_AT: bool = cfg!(any(unix, windows));

/// What can be read at any place by several threads at once.
pub(crate) trait ReadAt {
    /// Reads some bytes at a place, as [`Read::read`] does.
    fn read_at(&self, buffer: &mut [u8], place: u64) -> io::Result<usize>;
}

impl ReadAt for File {
    #[cfg(unix)]
    fn read_at(&self, buffer: &mut [u8], place: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, buffer, place)
    }

    #[cfg(windows)]
    fn read_at(&self, buffer: &mut [u8], place: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(self, buffer, place)
    }

    #[cfg(not(any(unix, windows)))]
    fn read_at(&self, _: &mut [u8], _: u64) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl<F: ReadAt> Read for At<'_, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.blocks.len - self.place).unwrap_or(usize::MAX);
        let len = buffer.len().min(left);
        let read = self.blocks.file.read_at(&mut buffer[..len], self.place)?;
        if read == 0 && len > 0 {
            let text = "was cut while it was read; the rest of it is missing";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, text));
        }
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
        let file = (file, text.len() as u64);
        let blocks = Blocks::new(file, ByteRange::ALL, Origin::default(), size, progress.clone());
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

    /// A text that cannot be read from a place on.
    struct Torn<'t> {
        text: &'t [u8],
        at: u64,
    }

    impl ReadAt for Torn<'_> {
        fn read_at(&self, buffer: &mut [u8], place: u64) -> io::Result<usize> {
            let readable = self.text.get(..usize::try_from(self.at).unwrap()).unwrap();
            match readable.get(usize::try_from(place).unwrap()..) {
                None | Some([]) => Err(io::ErrorKind::InvalidData.into()),
                Some(mut rest) => rest.read(buffer),
            }
        }
    }

    #[test]
    fn ok_what_stands_before_a_place_that_cannot_be_read_is_read() {
        let text = b"a\nbcd\n\nefghijklmnopqrstuvwxyz\n".repeat(200);
        for (at, size) in [0, 1, 2, 7, 31, 3000, 3001, 5999]
            .into_iter()
            .flat_map(|at| [1, 3, 10, 100, 2500, 10_000].map(|size| (at, size)))
        {
            let torn = Torn { text: &text, at };
            let len = text.len() as u64;
            let (all, progress) = (ByteRange::ALL, Progress::default());
            let blocks = Blocks::new((torn, len), all, Origin::default(), size, progress);
            let draw = || std::iter::from_fn(|| blocks.next(Buffer::default(), || 0)).collect();
            let mut chunks: Vec<Chunk> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(draw)).collect();
                let drawn = threads.into_iter().map(|thread| thread.join().unwrap());
                drawn.collect::<Vec<Vec<_>>>().into_iter().flatten().collect()
            });
            chunks.sort_by_key(|chunk| chunk.start);
            let whole: Vec<u8> = chunks.iter().flat_map(|chunk| chunk.bytes.to_vec()).collect();
            assert_eq!(whole.len(), usize::try_from(at).unwrap(), "blocks of {size}");
            assert_eq!(whole, text[..whole.len()], "blocks of {size} to {at}");
            let is_cut = chunks.last().is_some_and(|chunk| chunk.is_cut);
            assert_eq!(is_cut, !whole.is_empty() && !whole.ends_with(b"\n"));
            assert!(blocks.take_error().is_some());
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
