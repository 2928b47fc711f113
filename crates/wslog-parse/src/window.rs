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
        text.first_chunk().map(Window::new)
    }

    /// Which bytes are this one.
    #[inline]
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

    #[cold]
    fn of_short(text: &[u8]) -> Window {
        let mut bytes = [0; LEN];
        bytes.iter_mut().zip(text).for_each(|(byte, shown)| *byte = *shown);
        Window::new(&bytes)
    }

    #[inline]
    fn new(bytes: &[u8; LEN]) -> Window {
        Window(u8x16::new(*bytes))
    }

    /// Which bytes are those at the same places.
    #[inline]
    fn equal_to(self, bytes: [u8; LEN]) -> u32 {
        self.0.simd_eq(u8x16::new(bytes)).to_bitmask()
    }

    /// Whether its first bytes are the first `len` of these.
    #[inline]
    pub(crate) fn starts(self, bytes: [u8; LEN], len: usize) -> bool {
        let mask = (1 << len) - 1;
        self.equal_to(bytes) & mask == mask
    }

    /// Which bytes lie between these, both included.
    #[inline]
    pub(crate) fn between(self, low: u8, high: u8) -> u32 {
        let above = self.0 - u8x16::splat(low);
        above.min(u8x16::splat(high - low)).simd_eq(above).to_bitmask()
    }
}

/// Where the byte first stands.
#[inline(always)]
pub(crate) fn find(byte: u8, text: &[u8]) -> Option<usize> {
    if let Some(window) = Window::of(text) {
        let mask = window.equal(byte);
        if mask != 0 {
            return Some(mask.trailing_zeros() as usize);
        }
    }
    find_further(byte, text)
}

/// The same in longer texts.
fn find_further(byte: u8, text: &[u8]) -> Option<usize> {
    let mut at = LEN;
    for pair in text.get(LEN..).unwrap_or_default().as_chunks::<{ 2 * LEN }>().0 {
        let mask = Pair::new(pair).equal(byte);
        if mask != 0 {
            return Some(at + mask.trailing_zeros() as usize);
        }
        at += 2 * LEN;
    }
    let at = if text.len() < LEN { 0 } else { at };
    memchr(byte, &text[at..]).map(|found| at + found)
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

/// A text to be found in others.
#[derive(Clone, Debug)]
pub(crate) struct Literal {
    bytes: Box<[u8]>,
    /// Its first bytes, and its last ones where there are more.
    head: [u8; LEN],
    tail: [u8; LEN],
    /// Two different places in it, if it has two, whose bytes are rare in a log.
    probes: [usize; 2],
}

impl Literal {
    pub(crate) fn new(bytes: &[u8]) -> Literal {
        let mut head = [0; LEN];
        let len = bytes.len().min(LEN);
        head[..len].copy_from_slice(&bytes[..len]);
        let probes = probes(bytes);
        let tail = bytes.last_chunk().copied().unwrap_or_default();
        Literal { head, tail, probes, bytes: bytes.into() }
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
            // Two windows that overlap see all of it.
            Some(window) if len <= 2 * LEN => {
                let end = text.get(len - LEN..len).and_then(Window::of);
                window.starts(self.head, LEN) && end.is_some_and(|end| end.starts(self.tail, LEN))
            }
            Some(window) => window.starts(self.head, LEN) && text.starts_with(&self.bytes),
            None => text.starts_with(&self.bytes),
        }
    }

    /// Where it stands in the first `end` bytes of a text, if it does so once. `None` where it
    /// stands several times, overlaps included, or nowhere.
    pub(crate) fn only_place(&self, text: &[u8], end: usize) -> Option<usize> {
        let text = text.get(..end).unwrap_or(text);
        let only = self.first_place(text)?;
        match self.first_place(&text[only + 1..]) {
            None => Some(only),
            Some(_) => None,
        }
    }

    fn first_place(&self, text: &[u8]) -> Option<usize> {
        first_place(&self.bytes, self.probes, text, |text| self.starts(text))
    }
}

/// Where a literal first stands in a text. The probes are two places in the literal whose bytes are
/// rare: where both fit, `starts` is asked whether it stands there.
#[inline(always)]
pub(crate) fn first_place(
    literal: &[u8],
    [one, other]: [usize; 2],
    text: &[u8],
    starts: impl Fn(&[u8]) -> bool,
) -> Option<usize> {
    let bytes = (*literal.get(one)?, *literal.get(other)?);
    let places = text.len().checked_sub(literal.len())? + 1;
    // At each place the whole literal would lie in the text.
    let (ones, others) = (text.get(one..one + places)?, text.get(other..other + places)?);
    let mut at = 0;
    let (pairs, other_pairs) = (ones.as_chunks::<{ 2 * LEN }>().0, others.as_chunks().0);
    for (ones, others) in pairs.iter().zip(other_pairs) {
        let both = Pair::new(ones).both(bytes.0, Pair::new(others), bytes.1);
        if both != 0
            && let Some(place) = compared(text, at, both, &starts)
        {
            return Some(place);
        }
        at += 2 * LEN;
    }
    // What is left, and what was looked at before as far as the window is wider than that.
    let last = places.saturating_sub(2 * LEN);
    match (ones.get(last..)?.first_chunk(), others.get(last..)?.first_chunk()) {
        (Some(ones), Some(others)) if at < places => {
            let both = Pair::new(ones).both(bytes.0, Pair::new(others), bytes.1);
            compared(text, last, both & u32::MAX << (at - last).min(31), &starts)
        }
        (None, _) => (0..places).find(|&place| starts(&text[place..])),
        _ => None,
    }
}

/// The first place from `start` on, among those that a mask shows, at which `starts` says yes.
#[inline(always)]
fn compared(
    text: &[u8],
    start: usize,
    mut mask: u32,
    starts: &impl Fn(&[u8]) -> bool,
) -> Option<usize> {
    while mask != 0 {
        let place = start + mask.trailing_zeros() as usize;
        if text.get(place..).is_some_and(starts) {
            return Some(place);
        }
        mask &= mask - 1;
    }
    None
}

/// Two windows, one behind the other.
#[derive(Clone, Copy)]
struct Pair(u8x16, u8x16);

impl Pair {
    #[inline(always)]
    fn new(bytes: &[u8; 2 * LEN]) -> Pair {
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
    fn both(self, byte: u8, other: Pair, other_byte: u8) -> u32 {
        let (byte, other_byte) = (u8x16::splat(byte), u8x16::splat(other_byte));
        let front = self.0.simd_eq(byte) & other.0.simd_eq(other_byte);
        let back = self.1.simd_eq(byte) & other.1.simd_eq(other_byte);
        match (front | back).to_bitmask() {
            0 => 0,
            _ => front.to_bitmask() | back.to_bitmask() << LEN,
        }
    }
}

/// A literal with digits at fixed places in it.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    /// `None` is any digit.
    bytes: Box<[Option<u8>]>,
    windows: Box<[PatternWindow]>,
}

/// What a window has to show.
#[derive(Clone, Copy, Debug)]
struct PatternWindow {
    at: usize,
    bytes: [u8; LEN],
    literal: u32,
    digits: u32,
}

impl Pattern {
    /// The pattern of these bytes, in which `None` is any digit.
    pub(crate) fn new(bytes: &[Option<u8>]) -> Pattern {
        let window = |at: usize| {
            // The last window overlaps the one before it.
            let at = at.min(bytes.len().saturating_sub(LEN));
            let mut window = PatternWindow { at, bytes: [0; LEN], literal: 0, digits: 0 };
            for (place, byte) in bytes[at..].iter().enumerate().take(LEN) {
                match byte {
                    Some(byte) => {
                        window.bytes[place] = *byte;
                        window.literal |= 1 << place;
                    }
                    None => window.digits |= 1 << place,
                }
            }
            window
        };
        let windows = (0..bytes.len()).step_by(LEN).map(window).collect();
        Pattern { bytes: bytes.into(), windows }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether a text starts with it.
    #[inline]
    pub(crate) fn starts(&self, text: &[u8]) -> bool {
        for window in &self.windows {
            let Some(text) = text.get(window.at..).and_then(Window::of) else {
                return self.starts_short(text);
            };
            let literal = text.equal_to(window.bytes) & window.literal;
            let digits = text.between(b'0', b'9') & window.digits;
            if literal != window.literal || digits != window.digits {
                return false;
            }
        }
        true
    }

    fn starts_short(&self, text: &[u8]) -> bool {
        let fits = |(expected, found): (&Option<u8>, &u8)| {
            expected.map_or(found.is_ascii_digit(), |byte| byte == *found)
        };
        text.len() >= self.bytes.len() && self.bytes.iter().zip(text).all(fits)
    }
}

/// The places of the two rarest bytes, those that stand further in front where they are as rare.
fn probes(bytes: &[u8]) -> [usize; 2] {
    let rarest = |besides: Option<usize>| {
        let places = (0..bytes.len()).filter(|&place| Some(place) != besides);
        places.min_by_key(|&place| commonness(bytes[place]))
    };
    let first = rarest(None).unwrap_or_default();
    [first, rarest(Some(first)).unwrap_or(first)]
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

        #[test]
        fn ok_a_pattern_is_a_literal_with_digits(
            pattern in prop::collection::vec(prop::option::of(prop::sample::select(b"ab ".to_vec())), 0..40),
            digits in prop::collection::vec(b'0'..=b'9', 40),
            behind in prop::collection::vec(any::<u8>(), 0..20),
            change in 0..60_usize,
            byte in any::<u8>(),
        ) {
            let bytes = pattern.iter().zip(digits).map(|(byte, digit)| byte.unwrap_or(digit));
            let mut text: Vec<u8> = bytes.chain(behind).collect();
            let compiled = Pattern::new(&pattern);
            prop_assert!(compiled.starts(&text));
            prop_assert!(pattern.is_empty() || !compiled.starts(&text[..pattern.len() - 1]));
            if let Some(changed) = text.get_mut(change) {
                *changed = byte;
            }
            let fits = |(expected, found): (&Option<u8>, &u8)| match expected {
                Some(byte) => byte == found,
                None => found.is_ascii_digit(),
            };
            let expected = pattern.iter().zip(&text).all(fits);
            prop_assert_eq!(compiled.starts(&text), expected);
        }

        #[test]
        fn ok_a_literal_is_found_where_it_stands_once(
            text in short(),
            literal in prop::collection::vec(prop::sample::select(b"ab-: ".to_vec()), 1..60),
            changed in prop::option::of(0..60_usize),
            at in 0..90_usize,
            end in 0..100_usize,
        ) {
            let mut text = text;
            if let Some(tail) = text.get(at..).map(<[u8]>::to_vec) {
                text.truncate(at);
                text.extend_from_slice(&literal);
                text.extend_from_slice(&tail);
            }
            // Nearly the literal is not the literal.
            if let Some(byte) = changed.and_then(|changed| text.get_mut(at + changed)) {
                *byte = b'x';
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
