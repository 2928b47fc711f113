//! A part of a source, by its bytes.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::str::FromStr;

use memchr::memchr;

/// A half-open range of a source's bytes, written `FROM-TO`; `FROM-` goes to the end. A line belongs to the
/// range that holds its first byte, and is read to its end wherever that is, so that ranges without holes
/// or overlaps between them have each line once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteRange {
    from: u64,
    to: u64,
}

/// A text that is no [`ByteRange`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected FROM-TO, two numbers of bytes of which the second is greater, or FROM-")]
pub struct NoByteRange;

impl ByteRange {
    /// Every byte there may be.
    pub const ALL: ByteRange = ByteRange { from: 0, to: u64::MAX };

    /// The bytes from `from` on and before `to`; `None` if there are none.
    pub fn new(from: u64, to: u64) -> Option<ByteRange> {
        (from < to).then_some(ByteRange { from, to })
    }

    /// The first byte.
    pub fn from(self) -> u64 {
        self.from
    }

    /// Behind the last byte; [`u64::MAX`] where it goes to the end.
    pub fn to(self) -> u64 {
        self.to
    }

    /// The lines that begin in it, and the place of the first one. The reader begins at the byte before the
    /// range, which tells whether a line begins with it, or at the range if there is no byte before.
    pub(crate) fn lines(self, reader: Box<dyn Read + Send>) -> io::Result<(u64, LinesOf)> {
        let mut reader = BufReader::new(reader);
        let mut start = self.from;
        if self.from > 0 {
            let passed = reader.skip_until(b'\n')?;
            start = self.from - 1 + passed as u64;
        }
        Ok((start, LinesOf { reader, place: start, to: self.to, is_over: start >= self.to }))
    }
}

impl FromStr for ByteRange {
    type Err = NoByteRange;

    fn from_str(text: &str) -> Result<ByteRange, NoByteRange> {
        let (from, to) = text.split_once('-').ok_or(NoByteRange)?;
        let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
            true => text.parse().map_err(|_| NoByteRange),
            false => Err(NoByteRange),
        };
        let to = if to.is_empty() { u64::MAX } else { number(to)? };
        ByteRange::new(number(from)?, to).ok_or(NoByteRange)
    }
}

impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to {
            u64::MAX => write!(f, "{}-", self.from),
            to => write!(f, "{}-{to}", self.from),
        }
    }
}

/// The lines of a reader up to the one that the last byte of a range is in.
pub(crate) struct LinesOf {
    reader: BufReader<Box<dyn Read + Send>>,
    place: u64,
    to: u64,
    is_over: bool,
}

impl Read for LinesOf {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_over {
            return Ok(0);
        }
        let read = self.reader.read(buffer)?;
        let last = self.to.saturating_sub(1).saturating_sub(self.place);
        let last = usize::try_from(last).unwrap_or(usize::MAX);
        let rest = buffer.get(last..read).unwrap_or_default();
        let end = memchr(b'\n', rest).map(|newline| last + newline + 1);
        self.is_over = end.is_some();
        self.place += read as u64;
        Ok(end.unwrap_or(read))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    /// The lines of a range, and where they begin.
    fn lines(text: &str, range: ByteRange) -> (u64, String) {
        let before = usize::try_from(range.from().saturating_sub(1)).unwrap();
        let reader = Cursor::new(text.as_bytes()[before.min(text.len())..].to_vec());
        let (start, mut lines) = range.lines(Box::new(reader)).unwrap();
        let mut found = String::new();
        lines.read_to_string(&mut found).unwrap();
        (start, found)
    }

    proptest! {
        #[test]
        fn ok_a_line_belongs_to_the_range_that_holds_its_first_byte(
            text in "([ab]{0,5}\n?){0,12}",
            mut cuts in prop::collection::vec(0..70_u64, 0..5),
        ) {
            cuts.extend([0, u64::MAX]);
            cuts.sort_unstable();
            cuts.dedup();
            let mut whole = String::new();
            for ends in cuts.windows(2) {
                let range = ByteRange::new(ends[0], ends[1]).unwrap();
                let (start, found) = lines(&text, range);
                if !found.is_empty() {
                    prop_assert_eq!(start, whole.len() as u64);
                    prop_assert!(ends[0] <= start && start < ends[1]);
                }
                let mut place = start;
                for line in found.split_inclusive('\n') {
                    prop_assert!(place < ends[1]);
                    place += line.len() as u64;
                }
                whole += &found;
            }
            prop_assert_eq!(whole, text);
        }
    }

    #[test]
    fn ok_ranges_are_read_as_they_are_written() {
        for text in ["0-1", "10-200", "5-"] {
            assert_eq!(text.parse::<ByteRange>().unwrap().to_string(), text);
        }
        assert_eq!("0-".parse(), Ok(ByteRange::ALL));
    }

    #[test]
    fn err_what_is_no_range() {
        for text in
            ["", "-", "1", "1-1", "2-1", "-5", "+1-2", "1-+2", "a-b", "0-99999999999999999999"]
        {
            assert_eq!(text.parse::<ByteRange>(), Err(NoByteRange), "{text}");
        }
    }
}
