//! Durations, of any usual length without a branch for each.

use crate::time::{MAX_SECOND_DIGITS, Millis, whole_seconds};
use crate::window::{self, Window};

/// Seconds with three decimals, at the front of a text; their length, below [`window::LEN`]. A space
/// has to follow.
#[inline(always)]
pub(crate) fn seconds(text: &[u8]) -> Option<(usize, Millis)> {
    text.first_chunk().and_then(|front| short(*front)).or_else(|| long(text))
}

/// The same, of up to four digits in front of the point.
#[inline(always)]
fn short(front: [u8; 8]) -> Option<(usize, Millis)> {
    const ZEROS: u64 = u64::from_ne_bytes([b'0'; 8]);
    let text = u64::from_le_bytes(front);
    // The first byte that is a point is found though those behind it may be mistaken.
    let others = text ^ u64::from_ne_bytes([b'.'; 8]);
    let points =
        others.wrapping_sub(ZEROS / u64::from(b'0')) & !others & u64::from_ne_bytes([0x80; 8]);
    let point = points.trailing_zeros() as usize / 8;
    if !(1..=4).contains(&point) {
        return None;
    }
    let len = point + ".000".len();
    // What stands behind them is shifted out, and zeros come in front: four digits, the point, and
    // three digits.
    let digits = (text ^ ZEROS) << (u64::BITS as usize - 8 * len);
    let digits = digits ^ u64::from(b'.' ^ b'0') << 32;
    let are_digits =
        (digits | digits.wrapping_add(0x0606_0606_0606_0606)) & 0xf0f0_f0f0_f0f0_f0f0 == 0;
    // Neighbours are added up, the first of them worth more: digits, then pairs.
    let pairs = digits.wrapping_mul(1 + (10 << 8)) >> 8 & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(1 + (100 << 16)) >> 16;
    are_digits.then(|| (len, Millis((fours & 0xffff) * 1000 + (fours >> 32))))
}

#[cold]
fn long(text: &[u8]) -> Option<(usize, Millis)> {
    let point = text.iter().take(MAX_SECOND_DIGITS + 1).position(|byte| *byte == b'.')?;
    let len = point + ".000".len();
    Some((len, whole_seconds(text.get(..len)?)?))
}

/// The length of seconds with three decimals, or of `-`: one of a list. A space has to follow.
#[inline(always)]
pub(crate) fn listed_seconds(text: &[u8; window::LEN]) -> Option<usize> {
    let others = Window::new(text).outside(b'0', b'9');
    let point = others.trailing_zeros();
    // Whether there is a time or none is hard to foretell, so both are looked at, and neither by
    // itself: what is wrong with each is a number, and one has to be 0.
    let no_dash = u32::from(text[0] ^ b'-');
    let no_seconds = (others >> (point % u32::BITS) & 0b1111) ^ 0b0001
        | u32::from(text[point as usize % window::LEN] ^ b'.')
        | (POINTS >> (point % u32::BITS) & 1) ^ 1;
    let len = if no_dash == 0 { 1 } else { point as usize + ".000".len() };
    (no_dash * no_seconds == 0).then_some(len)
}

/// Where the point may be, as bits.
const POINTS: u32 = ((1 << MAX_SECOND_DIGITS) - 1) << 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_digits_are_the_number_they_spell() {
        for number_of in [0, 7, 10, 59, 60, 101, 999, 86_400, 1_234_567, 99_999_999_u64] {
            let text = format!("{number_of}.250 and so on, and on");
            let len = text.find('.').unwrap() + 4;
            assert_eq!(seconds(text.as_bytes()), Some((len, Millis(number_of * 1000 + 250))));
            assert_eq!(listed_seconds(text.as_bytes().first_chunk().unwrap()), Some(len));
        }
    }
}
