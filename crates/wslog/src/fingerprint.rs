//! A hash that is the same on every machine and every day: partial results of several must agree.

use rapidhash::v3::{DEFAULT_RAPID_SECRETS, rapidhash_v3_micro_inline};

/// The hash of some texts in their order, 64 bits (rapidhash V3 micro, of each, and its length).
#[inline]
pub(crate) fn fingerprint(texts: &[&[u8]]) -> u64 {
    texts.iter().fold(0, |hash, text| {
        let len = text.len() as u64;
        // Without its last step it takes `/` and `//` for the same: of so short a text it looks at the
        // first, the middle and the last byte.
        let text = rapidhash_v3_micro_inline::<false, false>(text, &DEFAULT_RAPID_SECRETS) ^ len;
        // An odd factor loses nothing, and the rotation tells the order.
        (hash.rotate_left(29) ^ text).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    })
}

/// The hash of some numbers in their order, 64 bits.
#[inline]
pub(crate) fn fingerprint_of_numbers(numbers: &[u64]) -> u64 {
    numbers.iter().fold(0, |hash: u64, number| {
        let mixed = (hash.rotate_left(29) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ mixed >> 32
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ok_short_texts_are_told_apart() {
        const BYTES: &[u8] = b"/*-a0Z\x00\xff";
        let longer = |texts: &Vec<Vec<u8>>| {
            let all = texts.iter().flat_map(|text| {
                BYTES.iter().map(|&byte| text.iter().copied().chain([byte]).collect())
            });
            all.collect::<Vec<Vec<u8>>>()
        };
        let mut texts = vec![Vec::new()];
        let mut hashes = HashSet::new();
        for _ in 0..=6 {
            for text in &texts {
                assert!(hashes.insert(fingerprint(&[text])), "{text:?}");
            }
            texts = longer(&texts);
        }
    }
}
