//! Newlines and marks, as bits of 64 bytes at a time, and their places.

use crate::window::{BLOCK, Block, equal};

/// What is looked for besides newlines: the second byte of a pair, so many bytes behind the first.
///
/// A pair of rare bytes hardly stands anywhere but in the literal it is taken from. A single byte
/// is a pair with itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark(u32);

/// How far apart a pair can be.
const MAX_DISTANCE: usize = BLOCK - 1;

impl Mark {
    /// Nothing but newlines.
    pub(crate) const NONE: Mark = Mark::byte(b'\n');

    pub(crate) const fn byte(byte: u8) -> Mark {
        Mark::of(byte, byte, 0)
    }

    /// The bytes at two places of a literal, the first of them in front. Where they are too far
    /// apart, the second alone.
    pub(crate) const fn pair(literal: &[u8], [first, second]: [usize; 2]) -> Mark {
        let distance = second - first;
        match distance <= MAX_DISTANCE {
            #[expect(clippy::cast_possible_truncation, reason = "it is small")]
            true => Mark::of(literal[first], literal[second], distance as u8),
            false => Mark::byte(literal[second]),
        }
    }

    /// One number, so that two are compared in one step.
    const fn of(first: u8, second: u8, distance: u8) -> Mark {
        Mark(u32::from_le_bytes([first, second, distance, 0]))
    }

    fn first(self) -> u8 {
        self.0.to_le_bytes()[0]
    }

    fn second(self) -> u8 {
        self.0.to_le_bytes()[1]
    }

    /// Below 64.
    fn distance(self) -> u32 {
        u32::from(self.0.to_le_bytes()[2]) % u64::BITS
    }
}

impl Default for Mark {
    fn default() -> Mark {
        Mark::NONE
    }
}

/// How many bytes are scanned at once, at most, and for how many places there is room.
pub(super) const PART: usize = 32 << 10;
const ROOM: usize = 2 * PART;

/// Finds the places in part after part of a text, all but the last of whole blocks.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    pub(super) mark: Mark,
    /// Where the first byte of a pair stood in the block before.
    firsts: u64,
    /// Nothing, or [`ROOM`] of them: it takes memory when it is used first.
    places: Vec<u32>,
}

impl Clone for Scanner {
    fn clone(&self) -> Scanner {
        Scanner { mark: self.mark, ..Scanner::default() }
    }
}

impl Scanner {
    pub(super) fn new(mark: Mark) -> Scanner {
        Scanner { mark, ..Scanner::default() }
    }

    /// Begins another text.
    pub(super) fn begin(&mut self) -> Mark {
        self.firsts = 0;
        self.mark
    }

    /// The places of newlines and marks in the next part.
    pub(super) fn scan(&mut self, part: &[u8]) -> &[u32] {
        let part = part.get(..PART).unwrap_or(part);
        self.places.resize(ROOM, 0);
        #[cfg(target_arch = "x86_64")]
        let found = super::avx2::scan(self, part).unwrap_or_else(|| self.scan_by(part, equal));
        #[cfg(not(target_arch = "x86_64"))]
        let found = self.scan_by(part, equal);
        self.places.get(..found).unwrap_or_default()
    }

    /// Scans by a function that shows which bytes of a block are this one. How many places there
    /// are.
    #[inline(always)]
    pub(super) fn scan_by(&mut self, part: &[u8], equal: impl Fn(&Block, u8) -> u64) -> usize {
        let Scanner { mark, firsts, places } = self;
        let Some(places) = places.first_chunk_mut() else { return 0 };
        let newlines = |block: &Block| equal(block, b'\n');
        let (first, second, distance) = (mark.first(), mark.second(), mark.distance());
        // Where a pair that begins in one block or the one before goes on in it.
        let mut behind = |ones: u64| {
            let before = std::mem::replace(firsts, ones);
            ones << distance | before >> 1 >> (u64::BITS - 1 - distance)
        };
        match (distance, first == second) {
            (0, _) => list_all(part, places, |block| newlines(block) | equal(block, second)),
            (_, true) => list_all(part, places, |block| {
                let ones = equal(block, first);
                newlines(block) | ones & behind(ones)
            }),
            (_, false) => list_all(part, places, |block| {
                newlines(block) | equal(block, second) & behind(equal(block, first))
            }),
        }
    }
}

/// Lists the places of all bits that a block of a part shows; how many there are.
#[inline(always)]
fn list_all(part: &[u8], places: &mut [u32; ROOM], mut bits: impl FnMut(&Block) -> u64) -> usize {
    let (mut found, mut start) = (0, 0);
    let (blocks, rest) = part.as_chunks();
    for block in blocks {
        found = list(bits(block), start, places, found);
        start += u64::BITS;
    }
    if !rest.is_empty() {
        let mut block = [0; BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        let shown = (1 << rest.len()) - 1;
        found = list(bits(&block) & shown, start, places, found);
    }
    found
}

/// Lists the places of bits behind those that were `found`; how many there are then.
#[inline(always)]
fn list(mut bits: u64, start: u32, places: &mut [u32; ROOM], found: usize) -> usize {
    let end = found + bits.count_ones() as usize;
    let mut at = found;
    // One place is written whether it is there or not: whether there is one is hard to foretell.
    loop {
        places[at % ROOM] = start + bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        if bits == 0 {
            return end;
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ok_every_processor_finds_the_same(
            text in prop::collection::vec(prop::sample::select(b"ab_\n".to_vec()), 0..2000),
            mark in prop::sample::select(vec![
                Mark::NONE,
                Mark::byte(b'_'),
                Mark::pair(b"_ab_", [0, 3]),
                Mark::pair(b"ab", [0, 1]),
                Mark::pair(&[b'_'; BLOCK], [0, BLOCK - 1]),
            ]),
        ) {
            let mut scanner = Scanner::new(mark);
            // Twice, for what goes over from one part to the next.
            for _ in 0..2 {
                let (firsts, found) = (scanner.firsts, scanner.scan(&text).to_vec());
                let after = std::mem::replace(&mut scanner.firsts, firsts);
                let again = scanner.scan_by(&text, equal);
                prop_assert_eq!(&found, &scanner.places[..again]);
                prop_assert_eq!(after, scanner.firsts);
            }
        }
    }
}
