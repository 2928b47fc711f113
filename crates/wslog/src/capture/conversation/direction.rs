//! One direction of a conversation, and what its next bytes are.

use super::super::body::Body;
use super::super::link::Segment;
use super::super::stream::Stream;

#[derive(Default)]
pub(super) struct Direction {
    pub(super) stream: Stream,
    pub(super) reading: Reading,
    /// Whether there were bytes in it.
    pub(super) has_bytes: bool,
    /// The sequence number behind the last that was sent, whether it is read or not.
    pub(super) sent: Option<u32>,
    /// The sequence number that the other side waits for.
    pub(super) awaited: Option<u32>,
}

/// How far behind what was sent a RST may be: a window without scaling.
const WINDOW: u32 = 1 << 16;

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
    /// Takes note of what a segment of this direction has taken of the sequence numbers.
    pub(super) fn send(&mut self, segment: &Segment<'_>) {
        let len = u32::try_from(segment.payload.len()).unwrap_or(u32::MAX);
        let flags = u32::from(segment.is_syn) + u32::from(segment.is_fin);
        let taken = len.saturating_add(segment.missing).saturating_add(flags);
        self.sent = Some(later(self.sent, segment.sequence.wrapping_add(taken)));
    }

    /// Takes note of what the other side says that it has of this one.
    pub(super) fn await_from(&mut self, acknowledged: u32) {
        self.awaited = Some(later(self.awaited, acknowledged));
    }

    /// Whether the other side takes a RST of this one for what it is
    /// ([RFC 9293 §3.10.7.4](https://www.rfc-editor.org/rfc/rfc9293#section-3.10.7.4)): from the byte
    /// before the one it waits for, as some systems send it behind a FIN, to the end of its window.
    /// Where it is not known what it waits for, it does.
    pub(super) fn may_reset(&self, sequence: u32) -> bool {
        let (Some(sent), Some(awaited)) = (self.sent, self.awaited) else { return true };
        let from = awaited.wrapping_sub(1);
        let end = later(Some(sent), awaited).wrapping_add(WINDOW);
        sequence.wrapping_sub(from) < end.wrapping_sub(from)
    }

    pub(super) fn give_up(&mut self, reading: Reading) {
        self.reading = reading;
        self.stream.discard();
    }

    pub(super) fn is_over(&self) -> bool {
        self.stream.is_whole() || self.reading.is_deaf() && self.stream.has_end()
    }
}

/// The later of two sequence numbers, which wrap around
/// ([RFC 9293 §3.4](https://www.rfc-editor.org/rfc/rfc9293#section-3.4)).
fn later(one: Option<u32>, other: u32) -> u32 {
    one.filter(|one| one.wrapping_sub(other).cast_signed() > 0).unwrap_or(other)
}
