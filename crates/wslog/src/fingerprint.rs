//! A hash that is the same on every machine and every day: partial results of several must agree.

use rapidhash::v3::{DEFAULT_RAPID_SECRETS, rapidhash_v3_micro_inline};

/// The hash of some texts in their order, 64 bits (rapidhash V3 micro, of each).
#[inline]
pub(crate) fn fingerprint(texts: &[&[u8]]) -> u64 {
    texts.iter().fold(0, |hash, text| {
        let text = rapidhash_v3_micro_inline::<false, false>(text, &DEFAULT_RAPID_SECRETS);
        // An odd factor loses nothing, and the rotation tells the order.
        (hash.rotate_left(29) ^ text).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    })
}
