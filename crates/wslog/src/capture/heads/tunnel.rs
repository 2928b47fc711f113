//! What stands behind a pasted 101.

/// Whether another protocol is spoken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tunnel {
    None,
    /// The last head was a 101.
    Opened,
    /// What stands behind it is no text, but frames, and whatever they hold is no head.
    Frames,
}

/// Whether a line is what a person could read, colours included.
pub(super) fn is_text(line: &[u8]) -> bool {
    let is_readable = |byte: &u8| !byte.is_ascii_control() || b"\t\r\n\x1b".contains(byte);
    line.iter().all(is_readable)
        && std::str::from_utf8(line).is_ok_and(|line| !line.contains('\u{fffd}'))
}
