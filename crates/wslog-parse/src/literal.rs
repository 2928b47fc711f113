//! Literals of a format in a line: whether one stands there, and where it does.

use crate::window::{LEN, Pair, Window};

/// A text to be found in others.
#[derive(Clone, Debug, PartialEq)]
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
