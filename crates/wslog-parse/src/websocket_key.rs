//! The nonce of an opening handshake
//! ([RFC 6455 §4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1), item 7).

use std::fmt;

use data_encoding::{BASE64, BASE64_NOPAD};

/// A Sec-WebSocket-Key: 16 bytes the client drew at random for one connection.
///
/// The only way to one is canonical base64 of exactly 16 bytes, so a key that exists is valid.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WebSocketKey([u8; 16]);

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
    pub fn parse(text: &[u8]) -> Result<WebSocketKey, MalformedKey> {
        // 22 characters hold 16 bytes and four bits more, which have to be zero.
        let [characters @ .., b'=', b'='] = text else { return Err(MalformedKey) };
        let mut bytes = [0; 16];
        match characters.len() == WebSocketKey::TEXT_LEN - 2 {
            true => BASE64_NOPAD.decode_mut(characters, &mut bytes).map_err(|_| MalformedKey)?,
            false => return Err(MalformedKey),
        };
        Ok(WebSocketKey(bytes))
    }

    /// The key made of these 16 bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> WebSocketKey {
        WebSocketKey(bytes)
    }

    /// The 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for WebSocketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&BASE64.encode(&self.0))
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
        assert_eq!(key.as_bytes(), b"the sample nonce");
        assert_eq!(key.to_string(), "dGhlIHNhbXBsZSBub25jZQ==");
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
