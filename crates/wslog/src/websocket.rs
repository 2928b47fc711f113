//! What is known about WebSocket: which request asks to become one, how it ended, what counts as
//! a downgrade ([RFC 6455 §4](https://www.rfc-editor.org/rfc/rfc6455#section-4)).

pub(crate) mod handshake;
pub(crate) mod mark;
pub(crate) mod outcome;
