//! The nonce of an opening handshake
//! ([RFC 6455 §4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1), item 7).

use std::fmt;

use data_encoding::BASE64;

/// A Sec-WebSocket-Key: 16 bytes the client drew at random for one connection.
///
/// The only way to one is canonical base64 of exactly 16 bytes, so a key that exists is valid. Keys
/// are ordered by their bytes.
///
/// It is kept as a number, whose first digits are the first bytes: a number is copied in one piece.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WebSocketKey(u128);

/// A Sec-WebSocket-Key that is not the canonical base64 of 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a Sec-WebSocket-Key is the base64 of 16 bytes: 22 characters and \"==\"")]
pub struct MalformedKey;

impl WebSocketKey {
    /// Length of a key as it stands in a header: 22 characters and `==`.
    pub const TEXT_LEN: usize = 24;

    /// Reads the header's value.
    ///
    /// # Errors
    /// [`MalformedKey`] for any other length, alphabet, padding, or for stray bits before the
    /// padding (`…B==` where only `A`, `Q`, `g`, `w` can stand).
    #[inline]
    pub fn parse(text: &[u8]) -> Result<WebSocketKey, MalformedKey> {
        let [characters @ .., b'=', b'='] = text else { return Err(MalformedKey) };
        let characters = characters.try_into().map_err(|_| MalformedKey)?;
        WebSocketKey::of(characters).ok_or(MalformedKey)
    }

    /// What the characters in front of `==` say.
    #[inline]
    pub(crate) fn of(characters: &[u8; CHARACTERS]) -> Option<WebSocketKey> {
        decode(characters).map(WebSocketKey)
    }

    /// The key made of these 16 bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> WebSocketKey {
        WebSocketKey(u128::from_be_bytes(bytes))
    }

    /// The 16 bytes.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

/// How many characters carry the 16 bytes.
pub(crate) const CHARACTERS: usize = WebSocketKey::TEXT_LEN - 2;

/// What each character stands for ([RFC 4648 §4](https://www.rfc-editor.org/rfc/rfc4648#section-4)),
/// at each of four places: six bits of 24. [`NO_DIGIT`] is what is none of the alphabet.
const DIGITS: [[u32; 256]; 4] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut digits = [[NO_DIGIT; 256]; 4];
    let mut place = 0;
    while place < 4 {
        let mut digit = 0;
        while digit < 64 {
            digits[place][alphabet[digit as usize] as usize] = digit << (18 - 6 * place);
            digit += 1;
        }
        place += 1;
    }
    digits
};
const NO_DIGIT: u32 = 1 << 31;

/// 22 characters of base64: 16 bytes, and four bits more that have to be zero. In a log full of
/// handshakes this is done for every line, and a decoder for any text takes several times as long.
#[inline]
fn decode(characters: &[u8; CHARACTERS]) -> Option<u128> {
    let (fours, last) = characters.as_chunks::<4>();
    let [a, b, c, d, e] = fours else { return None };
    let [a, b, c, d, e] = [four(a), four(b), four(c), four(d), four(e)];
    let last = four(&[*last.first()?, *last.get(1)?, b'A', b'A']);
    // Of the last two characters' twelve bits the first eight count.
    let is_canonical = (a | b | c | d | e | last) & NO_DIGIT == 0 && last & 0x00_f000 == 0;
    let [a, b, c, d, e, last] = [a, b, c, d, e, last].map(u128::from);
    let bits = a << 104 | b << 80 | c << 56 | d << 32 | e << 8 | last >> 16;
    is_canonical.then_some(bits)
}

/// The 24 bits of four characters.
#[inline(always)]
fn four([a, b, c, d]: &[u8; 4]) -> u32 {
    let [first, second, third, fourth] = &DIGITS;
    first[usize::from(*a)]
        | second[usize::from(*b)]
        | third[usize::from(*c)]
        | fourth[usize::from(*d)]
}

impl fmt::Display for WebSocketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&BASE64.encode(&self.to_bytes()))
    }
}

impl fmt::Debug for WebSocketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebSocketKey({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_the_sample_nonce_of_the_rfc() {
        let key = WebSocketKey::parse(b"dGhlIHNhbXBsZSBub25jZQ==").unwrap();
        assert_eq!(&key.to_bytes(), b"the sample nonce");
        assert_eq!(key.to_string(), "dGhlIHNhbXBsZSBub25jZQ==");
    }

    proptest::proptest! {
        #[test]
        fn ok_a_key_is_what_any_decoder_says(
            bytes: [u8; 16],
            place in 0..48_usize,
            character: u8,
        ) {
            let mut text = BASE64.encode(&bytes).into_bytes();
            proptest::prop_assert_eq!(WebSocketKey::parse(&text), Ok(WebSocketKey::from_bytes(bytes)));
            if let Some(changed) = text.get_mut(place) {
                *changed = character;
            }
            let decoded = BASE64.decode(&text).ok().and_then(|bytes| bytes.try_into().ok().map(WebSocketKey::from_bytes));
            let key = WebSocketKey::parse(&text).ok();
            proptest::prop_assert_eq!(key, decoded);
        }
    }

    #[test]
    fn err_what_only_looks_like_a_key() {
        for text in [
            "",
            "-",
            "dGhlIHNhbXBsZSBub25jZQ=",
            "dGhlIHNhbXBsZSBub25jZQ===",
            "dGhlIHNhbXBsZSBub25jZR==",
            "dGhlIHNhbXBsZSBub25jZSEh",
            "dGhlIHNhbXBsZSBub25jZSE=",
            "dGhl IHNhbXBsZSBub25jZQ=",
            "dGhlIHNhbXBsZSBub25j-_==",
        ] {
            assert_eq!(WebSocketKey::parse(text.as_bytes()), Err(MalformedKey), "{text:?}");
        }
    }
}
