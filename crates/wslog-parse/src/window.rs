//! Sixteen bytes of a text at once: where a byte stands, and whether a literal does, without a loop
//! whose end has to be guessed.
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
    #[inline]
    pub(crate) fn of(text: &[u8]) -> Option<Window> {
        text.first_chunk().map(|bytes| Window(u8x16::new(*bytes)))
    }

    /// Which bytes are this one.
    #[inline]
    pub(crate) fn equal(self, byte: u8) -> u32 {
        self.0.simd_eq(u8x16::splat(byte)).to_bitmask()
    }

    /// Whether its first bytes are the first `len` of these.
    #[inline]
    pub(crate) fn starts(self, bytes: [u8; LEN], len: usize) -> bool {
        let mask = (1 << len) - 1;
        self.0.simd_eq(u8x16::new(bytes)).to_bitmask() & mask == mask
    }

    /// Which bytes lie between these, both included.
    #[inline]
    pub(crate) fn between(self, low: u8, high: u8) -> u32 {
        let above = self.0 - u8x16::splat(low);
        above.min(u8x16::splat(high - low)).simd_eq(above).to_bitmask()
    }
}

/// Where the byte first stands.
#[inline]
pub(crate) fn find(byte: u8, text: &[u8]) -> Option<usize> {
    if let Some(window) = Window::of(text) {
        let mask = window.equal(byte);
        if mask != 0 {
            return Some(mask.trailing_zeros() as usize);
        }
    }
    memchr(byte, text)
}

/// Where the byte last stands.
#[inline]
pub(crate) fn rfind(byte: u8, text: &[u8]) -> Option<usize> {
    let end = text.last_chunk::<LEN>().map(|bytes| Window(u8x16::new(*bytes)).equal(byte));
    match end {
        Some(mask @ 1..) => Some(text.len() - LEN + mask.ilog2() as usize),
        _ => memrchr(byte, text),
    }
}

/// Whether two texts are the same.
#[inline]
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() || !(LEN..=2 * LEN).contains(&one.len()) {
        return one == other;
    }
    // Two windows that overlap see all of both.
    let window = |text: Option<&[u8; LEN]>| text.map(|bytes| u8x16::new(*bytes));
    window(one.first_chunk()) == window(other.first_chunk())
        && window(one.last_chunk()) == window(other.last_chunk())
}

/// A text to be found in others.
#[derive(Clone, Debug)]
pub(crate) struct Literal {
    bytes: Box<[u8]>,
    /// Its first bytes.
    head: [u8; LEN],
    /// Two different places in it, if it has two, whose bytes are rare in a log.
    probes: [usize; 2],
}

impl Literal {
    pub(crate) fn new(bytes: &[u8]) -> Literal {
        let mut head = [0; LEN];
        let len = bytes.len().min(LEN);
        head[..len].copy_from_slice(&bytes[..len]);
        Literal { head, probes: probes(bytes), bytes: bytes.into() }
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether a text starts with it.
    #[inline]
    pub(crate) fn starts(&self, text: &[u8]) -> bool {
        let len = self.bytes.len();
        match Window::of(text) {
            Some(window) if len <= LEN => window.starts(self.head, len),
            Some(window) => {
                window.starts(self.head, LEN) && text[LEN..].starts_with(&self.bytes[LEN..])
            }
            None => text.starts_with(&self.bytes),
        }
    }

    /// Where it stands in the first `end` bytes of a text, if it does so once. `None` where it
    /// stands several times, overlaps included, or nowhere.
    #[inline]
    pub(crate) fn only_place(&self, text: &[u8], end: usize) -> Option<usize> {
        // How many places there are at which it would lie within the end.
        let places = end.min(text.len()).checked_sub(self.bytes.len())? + 1;
        let [one, other] = self.probes;
        let (one_byte, other_byte) = (*self.bytes.get(one)?, *self.bytes.get(other)?);
        let Some(last) = text.len().checked_sub(one.max(other) + LEN) else {
            return self.only_place_in_short(text, places);
        };
        let (ones, others) = (text[one..].as_chunks().0, text[other..].as_chunks().0);
        let (one_byte, other_byte) = (u8x16::splat(one_byte), u8x16::splat(other_byte));
        let both = |one: &[u8; LEN], other: &[u8; LEN]| {
            (u8x16::new(*one).simd_eq(one_byte) & u8x16::new(*other).simd_eq(other_byte))
                .to_bitmask()
        };
        let mut only = None;
        let mut is_only = |start: usize, mut mask: u32| {
            while mask != 0 {
                let place = start + mask.trailing_zeros() as usize;
                mask &= mask - 1;
                if place < places && self.starts(&text[place..]) && only.replace(place).is_some() {
                    return false;
                }
            }
            true
        };
        let mut at = 0;
        for (one, other) in ones.iter().zip(others).take(places.min(last).div_ceil(LEN)) {
            let mask = both(one, other);
            if mask != 0 && !is_only(at, mask) {
                return None;
            }
            at += LEN;
        }
        // The last window overlaps the one before it.
        if at < places {
            let (one, other) = (text[last + one..].first_chunk()?, text[last + other..].first_chunk()?);
            if !is_only(last, both(one, other) & u32::MAX << (at - last)) {
                return None;
            }
        }
        only
    }

    /// The same in a text that is hardly longer than a window.
    fn only_place_in_short(&self, text: &[u8], places: usize) -> Option<usize> {
        let mut found = (0..places).filter(|&place| text[place..].starts_with(&self.bytes));
        found.next().filter(|_| found.next().is_none())
    }
}

/// The places of the two rarest bytes, those that stand further in front where they are as rare.
fn probes(bytes: &[u8]) -> [usize; 2] {
    let mut places: Vec<usize> = (0..bytes.len()).collect();
    places.sort_by_key(|&place| commonness(bytes[place]));
    let first = places.first().copied().unwrap_or_default();
    [first, places.get(1).copied().unwrap_or(first)]
}

/// How common a byte is in a log: more the larger.
fn commonness(byte: u8) -> u8 {
    match byte {
        b'a' | b'e' | b'i' | b'o' | b's' | b't' | b' ' | b'/' | b'.' | b'0'..=b'9' => 2,
        byte if byte.is_ascii_lowercase() => 1,
        _ => 0,
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
            let mut other = text.clone();
            prop_assert!(same(&text, &other));
            if let Some(changed) = other.get_mut(usize::from(low)) {
                *changed = !*changed;
                prop_assert!(!same(&text, &other));
            }
            other.push(b'-');
            prop_assert!(!same(&text, &other));
            let Some(window) = Window::of(&text) else { return Ok(()) };
            let (low, high) = (low.min(byte), low.max(byte));
            for (index, seen) in text.iter().enumerate().take(LEN) {
                prop_assert_eq!(window.equal(*seen) >> index & 1, 1);
                let is_between = u32::from((low..=high).contains(seen));
                prop_assert_eq!(window.between(low, high) >> index & 1, is_between);
            }
        }

        #[test]
        fn ok_a_literal_is_found_where_it_stands_once(
            text in short(),
            literal in prop::collection::vec(prop::sample::select(b"ab-: ".to_vec()), 1..20),
            at in 0..90_usize,
            end in 0..100_usize,
        ) {
            let mut text = text;
            if let Some(tail) = text.get(at..).map(<[u8]>::to_vec) {
                text.truncate(at);
                text.extend_from_slice(&literal);
                text.extend_from_slice(&tail);
            }
            let found = Literal::new(&literal);
            prop_assert_eq!(found.starts(&text), text.starts_with(&literal));
            let within = &text[..end.min(text.len())];
            let places: Vec<_> = (0..within.len())
                .filter(|&place| within[place..].starts_with(&literal))
                .collect();
            let only = if let [only] = places[..] { Some(only) } else { None };
            prop_assert_eq!(found.only_place(&text, end), only);
        }
    }
}
