//! Sixteen bytes of a text at once, without a loop whose end has to be guessed.
//!
//! The values of a line are short. Looking at all bytes that one can have in a single step is
//! several times faster than a call that is made for long texts.

use memchr::{memchr, memrchr};
use wide::u8x16;

/// How many bytes a window shows.
pub(crate) const LEN: usize = 16;

/// The bytes at the front of a text. Masks have bit `i` for byte `i`.
#[derive(Clone, Copy)]
pub(crate) struct Window(u8x16);

impl Window {
    /// A window on the front of a text that is long enough.
    #[inline(always)]
    pub(crate) fn of(text: &[u8]) -> Option<Window> {
        text.first_chunk().map(Window::new)
    }

    /// Which bytes are this one.
    #[inline(always)]
    pub(crate) fn equal(self, byte: u8) -> u32 {
        self.0.simd_eq(u8x16::splat(byte)).to_bitmask()
    }

    /// A window on the front of any text; behind a short one it shows zeros.
    #[inline(always)]
    pub(crate) fn padded(text: &[u8]) -> Window {
        match text.first_chunk() {
            Some(bytes) => Window::new(bytes),
            None => Window::of_short(text),
        }
    }

    /// At the end of a line: the last values of a format may all be so near to it.
    #[inline(never)]
    fn of_short(text: &[u8]) -> Window {
        let mut bytes = [0; LEN];
        bytes.iter_mut().zip(text).for_each(|(byte, shown)| *byte = *shown);
        Window::new(&bytes)
    }

    #[inline(always)]
    pub(crate) fn new(bytes: &[u8; LEN]) -> Window {
        Window(u8x16::new(*bytes))
    }

    /// Which bytes are those at the same places.
    #[inline(always)]
    pub(crate) fn equal_to(self, bytes: [u8; LEN]) -> u32 {
        self.0.simd_eq(u8x16::new(bytes)).to_bitmask()
    }

    /// Whether its first bytes are the first `len` of these.
    #[inline(always)]
    pub(crate) fn starts(self, bytes: [u8; LEN], len: usize) -> bool {
        let mask = (1 << len) - 1;
        self.equal_to(bytes) & mask == mask
    }

    /// Which bytes do not lie between these, both included.
    #[inline(always)]
    pub(crate) fn outside(self, low: u8, high: u8) -> u32 {
        self.between(low, high) ^ ((1 << LEN) - 1)
    }

    /// How many digits it starts with, where that can be told: at least one, and not all of it.
    #[inline(always)]
    pub(crate) fn digits(self) -> Option<usize> {
        let digits = self.outside(b'0', b'9').trailing_zeros() as usize;
        (1..LEN).contains(&digits).then_some(digits)
    }

    /// Which bytes do not lie between these, both included, or are this one.
    #[inline(always)]
    pub(crate) fn outside_or(self, low: u8, high: u8, byte: u8) -> u32 {
        let above = self.0 - u8x16::splat(low);
        let is_outside = above.max(u8x16::splat(high - low + 1)).simd_eq(above);
        (is_outside | self.0.simd_eq(u8x16::splat(byte))).to_bitmask()
    }

    /// Which bytes lie between these, both included.
    #[inline(always)]
    pub(crate) fn between(self, low: u8, high: u8) -> u32 {
        let above = self.0 - u8x16::splat(low);
        above.min(u8x16::splat(high - low)).simd_eq(above).to_bitmask()
    }
}

/// How many bytes a block has.
pub(crate) const BLOCK: usize = u64::BITS as usize;

/// Four windows, one behind the other. Masks have bit `i` for byte `i`.
pub(crate) type Block = [u8; BLOCK];

/// Where the byte first stands.
#[inline(always)]
pub(crate) fn find(byte: u8, text: &[u8]) -> Option<usize> {
    match Window::of(text) {
        Some(window) => match window.equal(byte) {
            0 => find_further(byte, text),
            mask => Some(mask.trailing_zeros() as usize),
        },
        None => find_in_short(byte, text),
    }
}

/// The same in texts that are longer than a window, and have none in the first.
fn find_further(byte: u8, text: &[u8]) -> Option<usize> {
    let mut at = LEN;
    for pair in text.get(LEN..).unwrap_or_default().as_chunks::<{ 2 * LEN }>().0 {
        let mask = Pair::new(pair).equal(byte);
        if mask != 0 {
            return Some(at + mask.trailing_zeros() as usize);
        }
        at += 2 * LEN;
    }
    memchr(byte, text.get(at..)?).map(|found| at + found)
}

/// The same in texts that are shorter than a window: halves of one, which may overlap.
fn find_in_short(byte: u8, text: &[u8]) -> Option<usize> {
    let half = |bytes: &[u8; LEN / 2]| {
        let mut both = [0; LEN];
        both[..LEN / 2].copy_from_slice(bytes);
        let mask = Window::new(&both).equal(byte) & 0xff;
        (mask != 0).then(|| mask.trailing_zeros() as usize)
    };
    let (Some(front), Some(back)) = (text.first_chunk(), text.last_chunk()) else {
        return text.iter().position(|&other| other == byte);
    };
    half(front).or_else(|| half(back).map(|found| text.len() - LEN / 2 + found))
}

/// Where either byte first stands.
#[inline]
pub(crate) fn find_either(one: u8, other: u8, text: &[u8]) -> Option<usize> {
    let mut at = 0;
    for window in text.as_chunks().0 {
        let window = Window::new(window);
        let mask = window.equal(one) | window.equal(other);
        if mask != 0 {
            return Some(at + mask.trailing_zeros() as usize);
        }
        at += LEN;
    }
    let rest = &text[at..];
    rest.iter().position(|&byte| byte == one || byte == other).map(|found| at + found)
}

/// Where the byte last stands.
#[inline]
pub(crate) fn rfind(byte: u8, text: &[u8]) -> Option<usize> {
    if let Some(pair) = text.last_chunk() {
        let mask = Pair::new(pair).equal(byte);
        if mask != 0 {
            return Some(text.len() - 2 * LEN + mask.ilog2() as usize);
        }
    }
    memrchr(byte, text)
}

/// Two windows, one behind the other.
#[derive(Clone, Copy)]
pub(crate) struct Pair(u8x16, u8x16);

impl Pair {
    #[inline(always)]
    pub(crate) fn new(bytes: &[u8; 2 * LEN]) -> Pair {
        let window = |bytes: Option<&[u8; LEN]>| bytes.map_or(u8x16::ZERO, |b| u8x16::new(*b));
        Pair(window(bytes.first_chunk()), window(bytes.last_chunk()))
    }

    /// Which bytes are this one.
    #[inline(always)]
    fn equal(self, byte: u8) -> u32 {
        let byte = u8x16::splat(byte);
        let (front, back) = (self.0.simd_eq(byte), self.1.simd_eq(byte));
        match (front | back).to_bitmask() {
            0 => 0,
            _ => front.to_bitmask() | back.to_bitmask() << LEN,
        }
    }

    /// At which places this byte stands here and that byte in the other.
    #[inline(always)]
    pub(crate) fn both(self, byte: u8, other: Pair, other_byte: u8) -> u32 {
        let (byte, other_byte) = (u8x16::splat(byte), u8x16::splat(other_byte));
        let front = self.0.simd_eq(byte) & other.0.simd_eq(other_byte);
        let back = self.1.simd_eq(byte) & other.1.simd_eq(other_byte);
        match (front | back).to_bitmask() {
            0 => 0,
            _ => front.to_bitmask() | back.to_bitmask() << LEN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn short() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(prop::sample::select(b"ab-: /".to_vec()), 0..80)
    }

    proptest! {
        #[test]
        fn ok_a_window_sees_what_a_loop_does(text in short(), byte in any::<u8>(), low in any::<u8>()) {
            prop_assert_eq!(find(b'-', &text), text.iter().position(|&b| b == b'-'));
            prop_assert_eq!(rfind(b'-', &text), text.iter().rposition(|&b| b == b'-'));
            let either = text.iter().position(|&b| b == b'-' || b == b'/');
            prop_assert_eq!(find_either(b'-', b'/', &text), either);
            let Some(window) = Window::of(&text) else { return Ok(()) };
            let (low, high) = (low.min(byte), low.max(byte));
            for (index, seen) in text.iter().enumerate().take(LEN) {
                prop_assert_eq!(window.equal(*seen) >> index & 1, 1);
                let is_between = u32::from((low..=high).contains(seen));
                prop_assert_eq!(window.between(low, high) >> index & 1, is_between);
            }
        }
    }
}
