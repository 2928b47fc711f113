//! The nonce of an opening handshake and the right answer to it
//! ([RFC 6455 §1.3](https://www.rfc-editor.org/rfc/rfc6455#section-1.3)).

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use data_encoding::BASE64;
use sha1::{Digest, Sha1};

const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A Sec-WebSocket-Key that was not used before.
pub fn fresh_key() -> String {
    // The standard library's source of randomness: fresh keys for every hasher.
    let random = || RandomState::new().hash_one(0).to_le_bytes();
    BASE64.encode(&[random(), random()].concat())
}

/// The Sec-WebSocket-Accept for a key.
pub fn accept(key: impl AsRef<[u8]>) -> String {
    BASE64.encode(&Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_the_sample_of_the_rfc() {
        assert_eq!(accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn ok_a_key_is_16_bytes_and_fresh() {
        let keys = [fresh_key(), fresh_key()];
        assert_ne!(keys[0], keys[1]);
        assert_eq!(BASE64.decode(keys[0].as_bytes()).unwrap().len(), 16);
    }
}
