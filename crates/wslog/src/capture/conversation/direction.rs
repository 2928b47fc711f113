//! One direction of a conversation, and what its next bytes are.

use super::super::body::Body;
use super::super::stream::Stream;

#[derive(Default)]
pub(super) struct Direction {
    pub(super) stream: Stream,
    pub(super) reading: Reading,
    /// Whether there were bytes in it.
    pub(super) has_bytes: bool,
}

/// What a direction's next bytes are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Reading {
    /// A head, of which so many bytes have been searched for its end.
    Head(usize),
    /// What comes first is not in the capture: a head is where a segment begins with one.
    #[default]
    Seeking,
    /// A body.
    Body(Body),
    /// Another protocol, after a 101.
    Tunnel,
    /// It is not known, or it does not matter.
    Over,
}

impl Reading {
    pub(super) const HEAD: Reading = Reading::Head(0);

    /// Whether bytes are passed over as they come.
    pub(super) fn is_deaf(self) -> bool {
        let is_rest = matches!(self, Reading::Body(Body::UntilClose));
        is_rest || matches!(self, Reading::Seeking | Reading::Tunnel | Reading::Over)
    }

    /// Whether it takes every byte to know what the next ones are.
    pub(super) fn needs_every_byte(self) -> bool {
        !self.is_deaf() && !matches!(self, Reading::Body(Body::Length(_)))
    }
}

impl Direction {
    pub(super) fn give_up(&mut self, reading: Reading) {
        self.reading = reading;
        self.stream.discard();
    }

    pub(super) fn is_over(&self) -> bool {
        self.stream.is_whole() || self.reading.is_deaf() && self.stream.has_end()
    }
}
