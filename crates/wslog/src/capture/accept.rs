//! The answer to a Sec-WebSocket-Key
//! ([RFC 6455 §4.2.2](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.2), item 5.4).

use data_encoding::BASE64;
use sha1::{Digest, Sha1};

/// What a 101 says in its `Sec-WebSocket-Accept`, held against what it had to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// It is the one that belongs to the key.
    Verified,
    /// It belongs to another key, or there are several: the answer is not to this request.
    Mismatch,
    /// There is none.
    Missing,
}

const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The `Sec-WebSocket-Accept` for a key, which is taken as it stood in its header.
pub(super) fn accept_for(key: &[u8]) -> String {
    BASE64.encode(&Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_the_sample_of_the_rfc() {
        assert_eq!(accept_for(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}
