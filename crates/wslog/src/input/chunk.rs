//! Cutting a source into chunks of whole lines.

use std::io::{self, Read};
use std::sync::Arc;

use memchr::{memchr, memrchr};

use crate::input::buffer::Buffer;

/// Some whole lines of one source.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) source: u16,
    /// The source set the source belongs to.
    pub(crate) set: u16,
    /// The name its vantage point was given, whatever the lines tell.
    pub(crate) vantage: Option<Arc<str>>,
    /// Counts the chunks of all sources in their order.
    pub(crate) sequence: u64,
    /// The first byte's place in the source.
    pub(crate) start: u64,
    /// The lines. One that lacks its newline is the source's last one, over the limit, or the one in
    /// which reading failed.
    pub(crate) bytes: Buffer,
    /// How many bytes of the source this is: more than `bytes` when a line is over the limit.
    pub(crate) len: u64,
    /// What its lines are counted from.
    pub(crate) stretch: Stretch,
    /// Whether reading failed in its last line.
    pub(crate) is_cut: bool,
}

/// Where lines come from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    /// The source, by its number.
    pub(crate) source: u16,
    /// The source set it belongs to.
    pub(crate) set: u16,
    /// The name its vantage point was given, if it was given one.
    pub(crate) vantage: Option<Arc<str>>,
}

/// Chunks whose lines are counted together. A chunk that is read on its own is its own stretch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stretch {
    /// The first byte's place in the source.
    pub(crate) start: u64,
    /// How many of its lines come before the chunk.
    pub(crate) lines: u32,
}

/// Longest line that is parsed, in bytes. nginx's own limit is four times its header buffers, 128
/// KiB unless configured otherwise. A longer one is counted as malformed and not kept in memory.
pub(crate) const MAX_LINE: usize = 16 << 20;

/// Reads one source chunk by chunk.
pub(crate) struct ChunkReader {
    reader: Box<dyn Read + Send>,
    origin: Origin,
    chunk_size: usize,
    start: u64,
    carry: Vec<u8>,
    end: Option<io::Result<()>>,
}

impl ChunkReader {
    /// A reader of a source whose first bytes have been read already, perhaps to its end.
    pub(crate) fn new(
        reader: Box<dyn Read + Send>,
        origin: Origin,
        chunk_size: usize,
        (head, end): (Vec<u8>, Option<io::Result<()>>),
    ) -> ChunkReader {
        ChunkReader { reader, origin, chunk_size, start: 0, carry: head, end }
    }

    /// The same, of a source whose first bytes were passed over.
    pub(crate) fn starting_at(self, start: u64) -> ChunkReader {
        ChunkReader { start, ..self }
    }

    /// The next chunk, in the memory of `bytes`; `None` at the end of the source.
    pub(crate) fn next(
        &mut self,
        mut bytes: Buffer,
        sequence: impl FnOnce() -> u64,
    ) -> Option<Chunk> {
        bytes.clear();
        bytes.extend_from_slice(&self.carry);
        self.carry.clear();
        let mut searched = 0;
        loop {
            let newline = memrchr(b'\n', &bytes[searched..]).map(|found| searched + found);
            let is_full = bytes.len() >= self.chunk_size || self.end.is_some();
            match newline {
                Some(newline) if is_full => {
                    if self.end.is_none() || newline + 1 < bytes.len() {
                        self.carry.extend_from_slice(&bytes[newline + 1..]);
                        bytes.truncate(newline + 1);
                    }
                    break;
                }
                None if self.end.is_some() => break,
                None if bytes.len() > MAX_LINE => return Some(self.oversized(bytes, sequence())),
                // What was searched in vain need not be searched again.
                None => searched = bytes.len(),
                Some(_) => {}
            }
            self.fill(&mut bytes);
        }
        let is_cut = matches!(self.end, Some(Err(_))) && !bytes.ends_with(b"\n");
        (!bytes.is_empty()).then(|| Chunk { is_cut, ..self.chunk(bytes, sequence(), 0) })
    }

    /// The error the source ended with, if it did not simply end.
    pub(crate) fn take_error(&mut self) -> Option<io::Error> {
        self.end.replace(Ok(())).and_then(Result::err)
    }

    fn chunk(&mut self, bytes: Buffer, sequence: u64, skipped: u64) -> Chunk {
        let Origin { source, set, vantage } = self.origin.clone();
        let start = self.start;
        let len = bytes.len() as u64 + skipped;
        self.start += len;
        let stretch = Stretch { start, lines: 0 };
        Chunk { source, set, vantage, sequence, start, bytes, len, stretch, is_cut: false }
    }

    /// Reads up to a chunk's size more; after an error the source counts as ended.
    fn fill(&mut self, bytes: &mut Buffer) {
        let missing = self.chunk_size.saturating_sub(bytes.len()).max(4096);
        match bytes.read_from(&mut self.reader, missing) {
            Ok(read) if read < missing => self.end = Some(Ok(())),
            Ok(_) => {}
            Err(error) => self.end = Some(Err(error)),
        }
    }

    /// A line over the limit: its start is kept, the rest is read and left.
    fn oversized(&mut self, mut bytes: Buffer, sequence: u64) -> Chunk {
        let mut skipped = (bytes.len() - (MAX_LINE + 1)) as u64;
        bytes.truncate(MAX_LINE + 1);
        let mut more = Buffer::default();
        while self.end.is_none() {
            more.clear();
            self.fill(&mut more);
            match memchr(b'\n', &more) {
                Some(newline) => {
                    skipped += newline as u64 + 1;
                    self.carry.extend_from_slice(&more[newline + 1..]);
                    break;
                }
                None => skipped += more.len() as u64,
            }
        }
        self.chunk(bytes, sequence, skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a whole text in chunks of this size and puts it together again.
    fn chunks(text: &[u8], chunk_size: usize) -> (Vec<u8>, usize) {
        let reader = Box::new(io::Cursor::new(text.to_vec()));
        let mut reader =
            ChunkReader::new(reader, Origin::default(), chunk_size, (Vec::new(), None));
        let mut whole = Vec::new();
        let mut count = 0;
        while let Some(chunk) = reader.next(Buffer::default(), || 0) {
            assert_eq!(chunk.start, whole.len() as u64);
            assert!(chunk.bytes.ends_with(b"\n") || whole.len() + chunk.bytes.len() == text.len());
            whole.extend_from_slice(&chunk.bytes);
            count += 1;
        }
        assert!(reader.take_error().is_none());
        (whole, count)
    }

    #[test]
    fn ok_no_byte_is_lost_at_any_chunk_size() {
        for text in ["", "\n", "a", "a\n", "\n\n\n", "ab\ncd", "ab\ncdefghij\nk\n", "abcdefghijkl"]
        {
            for chunk_size in 1..16 {
                assert_eq!(chunks(text.as_bytes(), chunk_size).0, text.as_bytes(), "{text:?}");
            }
        }
    }

    #[test]
    fn ok_a_line_over_the_limit_is_passed_without_being_kept() {
        let mut text = vec![b'x'; MAX_LINE * 3];
        text.extend_from_slice(b"\nnext\n");
        let reader = Box::new(io::Cursor::new(text.clone()));
        let mut reader = ChunkReader::new(reader, Origin::default(), 1 << 20, (Vec::new(), None));
        let long = reader.next(Buffer::default(), || 0).unwrap();
        assert_eq!((long.bytes.len(), long.len), (MAX_LINE + 1, MAX_LINE as u64 * 3 + 1));
        let next = reader.next(Buffer::default(), || 1).unwrap();
        assert_eq!((next.start, &*next.bytes), (long.len, &b"next\n"[..]));
        assert!(reader.next(Buffer::default(), || 2).is_none());
    }
}
