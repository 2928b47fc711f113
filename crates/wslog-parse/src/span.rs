//! Where a value stands in its line.

/// Longest line that is read, in bytes: places in it are numbers of 32 bits.
pub(crate) const MAX_LINE: usize = u32::MAX as usize;

/// The bytes of a value: the place of the first, and the place behind the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// Of places up to [`MAX_LINE`].
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "no line is longer than MAX_LINE")]
    pub(crate) fn new(start: usize, end: usize) -> Span {
        Span { start: start as u32, end: end as u32 }
    }

    pub(crate) fn start(self) -> usize {
        self.start as usize
    }

    #[inline]
    pub(crate) fn of(self, line: &[u8]) -> &[u8] {
        line.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}
