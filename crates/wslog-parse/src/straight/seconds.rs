//! Durations, of any usual length without a branch for each.

use crate::time::{MAX_SECOND_DIGITS, Millis, whole_seconds};
use crate::window::{self, Window};

/// Seconds with three decimals, at the front of a text; their length. A space has to follow.
#[inline(always)]
pub(crate) fn seconds(text: &[u8]) -> Option<(usize, Millis)> {
    let len = len(text)?;
    let millis = match text.first_chunk() {
        Some(digits) if len <= digits.len() => millis(*digits, len),
        _ => whole_seconds(text.get(..len)?)?,
    };
    Some((len, millis))
}

/// The length of seconds with three decimals, or of `-`: one of a list. A space has to follow.
#[inline(always)]
pub(crate) fn listed_seconds(text: &[u8]) -> Option<usize> {
    let others = others(text);
    // Whether there is a time or none is hard to foretell, so both are looked at.
    let is_missing = text.first() == Some(&b'-');
    let len = if is_missing { 1 } else { others.trailing_zeros() as usize + ".000".len() };
    (is_missing | is_seconds(text, others)).then_some(len)
}

#[inline(always)]
fn len(text: &[u8]) -> Option<usize> {
    let others = others(text);
    let point = others.trailing_zeros() as usize;
    is_seconds(text, others).then_some(point + ".000".len())
}

/// Which of the first bytes are no digits.
#[inline(always)]
fn others(text: &[u8]) -> u32 {
    Window::padded(text).outside(b'0', b'9')
}

/// Digits, a point and exactly three digits.
#[inline(always)]
fn is_seconds(text: &[u8], others: u32) -> bool {
    let point = others.trailing_zeros() as usize;
    (1..=MAX_SECOND_DIGITS).contains(&point)
        & (others >> (point % window::LEN) & 0b1111 == 0b0001)
        & (text.get(point) == Some(&b'.'))
}

/// What the first `len` bytes say, 5 to 8 of them.
#[inline(always)]
fn millis(text: [u8; 8], len: usize) -> Millis {
    // What stands behind them is shifted out, and zeros come in front: four digits, the point, and
    // three digits.
    let digits = u64::from_le_bytes(text) << (u64::BITS as usize - 8 * len) & 0x0f0f_0f00_0f0f_0f0f;
    // Neighbours are added up, the first of them worth more: digits, then pairs.
    let pairs = digits.wrapping_mul(1 + (10 << 8)) >> 8 & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(1 + (100 << 16)) >> 16;
    Millis((fours & 0xffff) * 1000 + (fours >> 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_digits_are_the_number_they_spell() {
        for number_of in [0, 7, 10, 59, 60, 101, 999, 86_400, 1_234_567, 99_999_999_u64] {
            let text = format!("{number_of}.250 and so on");
            let len = text.find('.').unwrap() + 4;
            assert_eq!(seconds(text.as_bytes()), Some((len, Millis(number_of * 1000 + 250))));
            assert_eq!(listed_seconds(text.as_bytes()), Some(len));
        }
    }
}
