//! Newlines and marks, as bits of 64 bytes at a time, and their places.

use crate::window::{BLOCK, Block, LEN, Window};

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
    fn distance(self) -> usize {
        usize::from(self.0.to_le_bytes()[2]) % BLOCK
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

/// Finds the places in part after part of a text.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    /// Nothing, or [`ROOM`] of them: it takes memory when it is used first.
    places: Vec<u32>,
}

impl Clone for Scanner {
    fn clone(&self) -> Scanner {
        Scanner::default()
    }
}

impl Scanner {
    /// The places of newlines and marks in the part of a text that starts here.
    pub(super) fn scan(&mut self, mark: Mark, text: &[u8], start: usize) -> &[u32] {
        self.places.resize(ROOM, 0);
        let portably = |scanner: &mut Scanner| scanner.scan_by(mark, text, start, either, pair);
        #[cfg(target_arch = "x86_64")]
        let found = super::avx2::scan(self, mark, text, start).unwrap_or_else(|| portably(self));
        #[cfg(not(target_arch = "x86_64"))]
        let found = portably(self);
        self.places.get(..found).unwrap_or_default()
    }

    /// Scans by two functions like [`either`] and [`pair`]. How many places there are.
    #[inline(always)]
    pub(super) fn scan_by(
        &mut self,
        mark: Mark,
        text: &[u8],
        start: usize,
        either: impl Fn(&Block, u8) -> u64,
        pair: impl Fn(&Block, &Block, [u8; 2]) -> u64,
    ) -> usize {
        let Some(places) = self.places.first_chunk_mut() else { return 0 };
        let (first, second, distance) = (mark.first(), mark.second(), mark.distance());
        match distance {
            0 => list_all(text, start, 0, places, |block, _| either(block, second)),
            _ => list_all(text, start, distance, places, |block, before| {
                pair(block, before, [first, second])
            }),
        }
    }
}

/// Which bytes of a block are newlines or this byte.
#[inline(always)]
fn either(block: &Block, byte: u8) -> u64 {
    bits([block, block], |[window, _]| window.equal(b'\n') | window.equal(byte))
}

/// Which bytes of a block are newlines, or the second of a pair whose first stands at the same place
/// of the block before.
#[inline(always)]
fn pair(block: &Block, before: &Block, [first, second]: [u8; 2]) -> u64 {
    bits([block, before], |[window, before]| {
        window.equal(b'\n') | window.equal(second) & before.equal(first)
    })
}

/// The bits that each two windows of two blocks show.
#[inline(always)]
fn bits(blocks: [&Block; 2], shown: impl Fn([Window; 2]) -> u32) -> u64 {
    let [ones, others] = blocks.map(|block| block.as_chunks().0.iter().rev());
    ones.zip(others).fold(0, |bits, (one, other)| {
        bits << LEN | u64::from(shown([Window::new(one), Window::new(other)]))
    })
}

/// Lists the places of all bits that the blocks of a part show, each with the bytes that stand at
/// this distance before its own; how many there are.
#[inline(always)]
fn list_all(
    text: &[u8],
    start: usize,
    distance: usize,
    places: &mut [u32; ROOM],
    shown: impl Fn(&Block, &Block) -> u64,
) -> usize {
    let part = text.get(start..).unwrap_or_default();
    let (blocks, rest) = part.get(..PART).unwrap_or(part).as_chunks();
    let (mut found, mut at) = (0, 0);
    let mut next = |block: &Block, before: &Block, among: u64| {
        found = list(shown(block, before) & among, at, places, found);
        at += u64::BITS;
    };
    // Nothing stands before a text.
    let is_first = start < distance;
    let (front, blocks) = blocks.split_at(usize::from(is_first && !blocks.is_empty()));
    for block in front {
        next(block, &block_of(b"", distance, block), u64::MAX);
    }
    let before = text.get((start + front.len() * BLOCK).saturating_sub(distance)..);
    for (block, before) in blocks.iter().zip(before.unwrap_or_default().as_chunks().0) {
        next(block, before, u64::MAX);
    }
    if !rest.is_empty() {
        let rest_start = start + (front.len() + blocks.len()) * BLOCK;
        let before = text.get(rest_start.saturating_sub(distance)..rest_start).unwrap_or_default();
        let shown = (1 << rest.len()) - 1;
        next(&block_of(b"", 0, rest), &block_of(before, distance, rest), shown);
    }
    found
}

/// A block of so many bytes from the end of one text and of those of another, with zeros where there
/// are none.
#[cold]
fn block_of(before: &[u8], distance: usize, text: &[u8]) -> Block {
    let mut block = [0; BLOCK];
    let behind = before.iter().rev().zip(block[..distance].iter_mut().rev());
    behind.for_each(|(byte, place)| *place = *byte);
    block[distance..].iter_mut().zip(text).for_each(|(place, byte)| *place = *byte);
    block
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
            let mut scanner = Scanner::default();
            for start in [0, text.len() / 3] {
                let found = scanner.scan(mark, &text, start).to_vec();
                let again = scanner.scan_by(mark, &text, start, either, pair);
                prop_assert_eq!(&found, &scanner.places[..again]);
            }
        }
    }
}
