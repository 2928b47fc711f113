//! Places where a client may have written lines of its own into an error log.

use std::collections::BTreeSet;

use wslog_parse::error_log::{ErrorEntry, ErrorEvent};

use crate::sighting::Position;

/// Where lines are in doubt. nginx escapes nothing in a message, and a path that holds `%0A` is decoded in
/// some: what follows stands at the beginning of a line and may look like any. All of it is one message,
/// which has a greatest length, and leaves something around it that is no line by itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Doubts {
    /// By source, in stretches of so many bytes as a message has.
    stretches: BTreeSet<(u16, u64)>,
    /// Whether there are more than are kept: then all is in doubt.
    is_everywhere: bool,
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
/// quotes or before it says whom it is about, or its request has a line's end.
pub(super) fn is_torn(entry: &ErrorEntry<'_>) -> bool {
    let quotes = entry.message.iter().filter(|byte| **byte == b'"').count();
    let request = entry.context.and_then(|context| context.request).unwrap_or_default();
    let is_broken_off =
        entry.connection.is_some() && entry.context.is_none() && entry.event == ErrorEvent::Other;
    is_broken_off
        || quotes % 2 == 1
        || request.windows(3).any(|code| code.eq_ignore_ascii_case(b"%0a"))
}

#[cfg(test)]
mod tests {
    use super::*;

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
