//! One direction of a TCP connection: segments become the bytes that were sent
//! ([RFC 9293 §3.4](https://www.rfc-editor.org/rfc/rfc9293#section-3.4)).
//!
//! Segments may come twice, late, in other pieces than before. Where two disagree about a byte, the
//! one that came first is believed: it is what a receiver has passed on by then. Sequence numbers,
//! which wrap around, become offsets, which do not.

use std::collections::{BTreeMap, VecDeque};

use wslog_parse::Timestamp;

use super::packet::Seen;

/// Most bytes of a direction that are kept because they cannot be read yet: the ones before them
/// are missing, or an answer has to come first. Larger than any head, and than what is under way
/// before a lost segment is sent again.
const MAX_UNREAD: usize = 256 << 10;

/// What a piece costs beside its bytes.
const PIECE: usize = 96;

#[derive(Default)]
pub(super) struct Stream {
    /// The sequence number of the first byte; `None` before anything is known about it.
    start: Option<u32>,
    /// Offset of the first byte that has not come, which is where `ready` ends.
    next: u64,
    /// Bytes that can be read, after `read` bytes that were.
    ready: Vec<u8>,
    read: usize,
    /// Where and when the unread bytes were seen: from this offset on, as told.
    seen: VecDeque<(u64, Seen)>,
    /// The latest moment at which a byte was seen that has been read.
    read_at: Option<Timestamp>,
    /// Pieces that lie ahead, by offset. They do not overlap.
    ahead: BTreeMap<u64, (Vec<u8>, Seen)>,
    ahead_len: usize,
    /// Offset behind the last byte, once a FIN has told it.
    end: Option<u64>,
    /// Offset up to which the other side says that it has the bytes.
    acknowledged: u64,
}

impl Stream {
    /// Says which sequence number the first byte has.
    pub(super) fn begin(&mut self, sequence: u32) {
        self.start.get_or_insert(sequence);
    }

    pub(super) fn start(&self) -> Option<u32> {
        self.start
    }

    /// The offset that a sequence number stands for, of all that do the one nearest to the next
    /// byte; negative in front of the first byte.
    fn offset(&self, sequence: u32) -> Option<i64> {
        let next = i64::try_from(self.next).ok()?;
        let low = u32::try_from(self.next & u64::from(u32::MAX)).ok()?;
        let distance = sequence.wrapping_sub(self.start?.wrapping_add(low)).cast_signed();
        next.checked_add(i64::from(distance))
    }

    /// Takes a segment's bytes.
    pub(super) fn insert(&mut self, sequence: u32, bytes: &[u8], seen: Seen) {
        let Some(offset) = self.offset(sequence) else { return };
        let next = i64::try_from(self.next).unwrap_or(i64::MAX);
        let old = usize::try_from(next.saturating_sub(offset)).unwrap_or(0);
        let Some(mut bytes) = bytes.get(old..).filter(|bytes| !bytes.is_empty()) else { return };
        let Ok(mut offset) = u64::try_from(offset.max(next)) else { return };
        if offset == self.next && self.ahead.is_empty() {
            return self.append(bytes, seen);
        }
        while !bytes.is_empty() {
            let covered =
                self.ahead.range(..=offset).next_back().map_or(0, |(start, piece)| {
                    (start + piece.0.len() as u64).saturating_sub(offset)
                });
            let covered = usize::try_from(covered).unwrap_or(usize::MAX).min(bytes.len());
            let following = self.ahead.range(offset + 1..).next();
            let room = following.map_or(u64::MAX, |(start, _)| start - offset);
            let taken = usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len());
            let (piece, rest) = bytes.split_at(if covered > 0 { covered } else { taken });
            if covered == 0 {
                self.ahead_len += piece.len() + PIECE;
                self.ahead.insert(offset, (piece.to_vec(), seen));
            }
            offset += piece.len() as u64;
            bytes = rest;
        }
        self.catch_up();
    }

    fn append(&mut self, bytes: &[u8], seen: Seen) {
        self.seen.push_back((self.next, seen));
        self.ready.extend(bytes);
        self.next += bytes.len() as u64;
    }

    /// Appends the pieces ahead that have become the next ones.
    fn catch_up(&mut self) {
        while let Some(piece) = self.ahead.first_entry().filter(|piece| *piece.key() <= self.next) {
            let (start, (bytes, seen)) = piece.remove_entry();
            self.ahead_len -= bytes.len() + PIECE;
            let old = usize::try_from(self.next - start).unwrap_or(usize::MAX);
            if let Some(bytes) = bytes.get(old..).filter(|bytes| !bytes.is_empty()) {
                self.append(bytes, seen);
            }
        }
    }

    /// Takes note of a FIN behind so many bytes of a segment.
    pub(super) fn finish(&mut self, sequence: u32, len: usize) {
        let offset = self.offset(sequence).and_then(|offset| u64::try_from(offset).ok());
        self.end = self.end.or(Some(offset.unwrap_or(0).saturating_add(len as u64)));
    }

    /// Takes note of an acknowledgement by the other side.
    pub(super) fn acknowledge(&mut self, sequence: u32) {
        let offset = self.offset(sequence).and_then(|offset| u64::try_from(offset).ok());
        self.acknowledged = self.acknowledged.max(offset.unwrap_or(0));
    }

    /// Whether the other side has bytes that have not come here: it may answer what is not known.
    pub(super) fn is_behind(&self) -> bool {
        // A FIN takes a sequence number, too.
        let sent = self.acknowledged.min(self.end.unwrap_or(u64::MAX));
        sent > self.next || !self.ahead.is_empty()
    }

    /// Whether a FIN was seen, and all before it has come.
    pub(super) fn is_whole(&self) -> bool {
        self.end.is_some_and(|end| end <= self.next)
    }

    /// Whether a FIN was seen.
    pub(super) fn has_end(&self) -> bool {
        self.end.is_some()
    }

    /// Whether bytes are missing in front of some that have come.
    pub(super) fn has_hole(&self) -> bool {
        !self.ahead.is_empty() || self.end.is_some_and(|end| end > self.next)
    }

    /// Whether more is unread than may be.
    pub(super) fn is_overfull(&self) -> bool {
        self.ready.len() + self.seen.len() * PIECE + self.ahead_len > MAX_UNREAD
    }

    /// Memory that the unread bytes take, roughly.
    pub(super) fn held(&self) -> usize {
        self.ready.capacity() + self.seen.len() * PIECE + self.ahead_len
    }

    /// The bytes that can be read now.
    pub(super) fn ready(&self) -> &[u8] {
        self.ready.get(self.read..).unwrap_or_default()
    }

    /// Where and when the first unread byte was seen.
    pub(super) fn seen(&self) -> Seen {
        self.seen.front().map(|(_, seen)| *seen).unwrap_or_default()
    }

    /// When the last was seen of what has been read, wherever in it that was.
    pub(super) fn read_at(&self) -> Option<Timestamp> {
        self.read_at
    }

    /// Says that all the unread bytes are of one message. Of these it matters where the first was
    /// seen, and when the last: with a byte a segment, to know it of each takes too much memory.
    pub(super) fn join(&mut self) {
        while self.seen.len() > 1 {
            let joined = self.seen.pop_back();
            self.read_at = self.read_at.max(joined.and_then(|(_, seen)| seen.at));
        }
    }

    /// Passes over bytes that were read.
    pub(super) fn consume(&mut self, len: usize) {
        let len = len.min(self.ready().len());
        if len == 0 {
            return;
        }
        self.read += len;
        let unread_from = self.next - self.ready().len() as u64;
        while let Some((_, seen)) = self.seen.front() {
            self.read_at = self.read_at.max(seen.at);
            if self.seen.get(1).is_none_or(|(start, _)| *start > unread_from) {
                break;
            }
            self.seen.pop_front();
        }
        if self.ready().is_empty() {
            // Most connections are quiet most of the time, and take no memory then.
            (self.ready, self.seen, self.read) = (Vec::new(), VecDeque::new(), 0);
        }
        if self.read * 2 >= self.ready.len() {
            self.ready.drain(..self.read);
            self.read = 0;
        }
    }

    /// Passes over so many bytes, whether they have come or are missing in front of others; returns
    /// how many of them.
    pub(super) fn skip(&mut self, len: u64) -> u64 {
        let mut skipped = 0;
        loop {
            let left = len - skipped;
            let ready = self.ready().len().min(usize::try_from(left).unwrap_or(usize::MAX));
            self.consume(ready);
            skipped += ready as u64;
            let Some((&start, _)) = self.ahead.first_key_value() else { return skipped };
            if !self.ready().is_empty() || skipped == len {
                return skipped;
            }
            let hole = (start - self.next).min(len - skipped);
            self.next += hole;
            skipped += hole;
            self.catch_up();
        }
    }

    /// Lets go of all bytes: none will be read.
    pub(super) fn discard(&mut self) {
        self.ready = Vec::new();
        self.read = 0;
        self.seen = VecDeque::new();
        self.ahead = BTreeMap::new();
        self.ahead_len = 0;
    }
}
