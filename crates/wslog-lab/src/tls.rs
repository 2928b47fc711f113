//! What a browser's first bytes are when it takes a plain port for a TLS one
//! ([RFC 8446 §4.1.2](https://www.rfc-editor.org/rfc/rfc8446#section-4.1.2)).

/// A ClientHello record whose random bytes begin with these; the first line feed in them ends
/// what nginx takes for a request line.
pub fn client_hello(random: &[u8]) -> Vec<u8> {
    let mut nonce = [0x5a; 32];
    nonce.iter_mut().zip(random).for_each(|(byte, given)| *byte = *given);
    let mut hello = vec![0x03, 0x03];
    hello.extend_from_slice(&nonce);
    // No session; AES-128-GCM and ChaCha20; no compression; no extensions.
    hello.extend_from_slice(&[0, 0, 4, 0x13, 0x01, 0x13, 0x03, 1, 0, 0, 0]);
    let handshake = framed(&[0x01, 0x00], &hello);
    framed(&[0x16, 0x03, 0x01], &handshake)
}

/// A header, the length in two bytes, the content.
fn framed(header: &[u8], content: &[u8]) -> Vec<u8> {
    let len = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes();
    [header, &len, content].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_lengths_add_up() {
        let hello = client_hello(b"\n");
        assert_eq!(hello[..6], [0x16, 0x03, 0x01, 0, 49, 0x01]);
        assert_eq!(hello.len(), 5 + 49);
        assert_eq!(hello[11], b'\n');
    }
}
