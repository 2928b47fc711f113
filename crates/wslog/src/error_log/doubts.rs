//! Places where a client may have written lines of its own into an error log.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use wslog_parse::error_log::{ErrorEntry, ErrorEvent};

use crate::sighting::Position;

/// Where lines are in doubt. nginx escapes nothing in a message, and a path that holds `%0A` is decoded in
/// some: what follows stands at the beginning of a line and may look like any. All of it is one message,
/// which has a greatest length, and leaves something around it that is no line by itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Doubts {
    /// By source, in stretches of so many bytes as a message has.
    pub(crate) stretches: BTreeSet<(u16, u64)>,
    /// Whether there are more than are kept: then all is in doubt.
    pub(crate) is_everywhere: bool,
}

/// The greatest length of a message: `NGX_MAX_ERROR_STR` in `src/core/ngx_log.h`.
const MESSAGE_LEN: u64 = 2048;

/// Most stretches that are kept.
const MOST_STRETCHES: usize = 1 << 16;

impl Doubts {
    /// Whatever stands within a message's length of here is in doubt.
    pub(super) fn add(&mut self, position: Position) {
        self.stretches.insert((position.source, position.byte / MESSAGE_LEN));
        self.let_go();
    }

    pub(super) fn absorb(&mut self, other: Doubts) {
        self.stretches.extend(other.stretches);
        self.is_everywhere |= other.is_everywhere;
        self.let_go();
    }

    fn let_go(&mut self) {
        if self.stretches.len() > MOST_STRETCHES {
            self.is_everywhere = true;
            self.stretches.clear();
        }
    }

    pub(super) fn are_about(&self, position: Position) -> bool {
        let stretch = position.byte / MESSAGE_LEN;
        let (first, last) = (stretch.saturating_sub(1), stretch + 1);
        let near = (position.source, first)..=(position.source, last);
        self.is_everywhere || self.stretches.range(near).next().is_some()
    }
}

/// Whether an entry may be the beginning or the end of a message with lines of a client in it: it ends within
/// quotes or before it says whom it is about, or its path has a line's end.
pub(super) fn is_torn(entry: &ErrorEntry<'_>) -> bool {
    let quotes = entry.message.iter().filter(|byte| **byte == b'"').count();
    let request = entry.context.and_then(|context| context.request).unwrap_or_default();
    // A query is decoded nowhere.
    let path = request.split(|byte| *byte == b'?').next().unwrap_or_default();
    let is_broken_off = entry.connection.is_some()
        && entry.context.is_none()
        && entry.event == ErrorEvent::Other
        && !is_about_sockets(entry.message);
    is_broken_off
        || quotes % 2 == 1
        || path.windows(3).any(|code| code.eq_ignore_ascii_case(b"%0a"))
}

/// Whether a message is one of those that nginx writes of a connection, and not of a request: `client
/// 192.0.2.1:80 connected to 192.0.2.9:443` (`src/stream`, `src/mail`), and `open socket #3 left in connection 4`
/// when a worker ends.
fn is_about_sockets(message: &[u8]) -> bool {
    let is_address = |word: &[u8]| {
        let address = str::from_utf8(word).ok();
        word.starts_with(b"unix:") && !word.contains(&b'"')
            || address.is_some_and(|address| address.parse::<SocketAddr>().is_ok())
    };
    let is_number = |word: &[u8]| word.iter().all(u8::is_ascii_digit);
    let words: Vec<&[u8]> = message.splitn(7, |&byte| byte == b' ').collect();
    match words[..] {
        [b"client", client, b"connected", b"to", server] => {
            is_address(client) && is_address(server)
        }
        [b"open", b"socket", socket, b"left", b"in", b"connection", connection] => {
            socket.strip_prefix(b"#").is_some_and(is_number) && is_number(connection)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_what_is_said_of_connections_is_known() {
        for (message, is_known) in [
            ("client 192.0.2.7:5555 connected to 0.0.0.0:443", true),
            ("client [2001:db8::1]:5555 connected to [::]:443", true),
            ("client unix: connected to unix:/run/a.sock", true),
            ("open socket #11 left in connection 4", true),
            ("client 192.0.2.7:5555 connected to 0.0.0.0:443\" failed", false),
            ("open socket #11 left in connection 4\"", false),
            ("client 192.0.2.7 a", false),
        ] {
            assert_eq!(is_about_sockets(message.as_bytes()), is_known, "{message}");
        }
    }

    #[test]
    fn ok_what_is_within_a_messages_length_is_in_doubt() {
        let at = |source, byte| Position { source, byte };
        let mut doubts = Doubts::default();
        assert!(!doubts.are_about(at(0, 0)));
        doubts.add(at(1, 10_000));
        for (position, is_in_doubt) in [
            (at(1, 10_000), true),
            (at(1, 10_000 - 2_047), true),
            (at(1, 10_000 + 2_047), true),
            (at(1, 10_000 - 4_096), false),
            (at(1, 10_000 + 4_096), false),
            (at(0, 10_000), false),
        ] {
            assert_eq!(doubts.are_about(position), is_in_doubt, "{position:?}");
        }
        (0..=MOST_STRETCHES as u64).for_each(|number| doubts.add(at(2, number * MESSAGE_LEN)));
        assert!(doubts.are_about(at(0, 0)));
    }
}
