//! The status code of a response, as nginx logs it.

use std::fmt;

use crate::time::three_digits;

/// `$status`: always three digits in a log, `000` and `009` included (nginx writes the first when
/// a request ended before a response began, the second for an upstream that answered without a
/// status line).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Status(u16);

impl Status {
    /// 101 Switching Protocols (RFC 9110 §15.2.2): the handshake was accepted.
    pub const SWITCHING_PROTOCOLS: Status = Status(101);
    /// `000`: there was no answer, which only a capture can show.
    pub const NO_ANSWER: Status = Status(0);
    /// One more than the largest value.
    pub const COUNT: usize = 1000;

    /// Reads exactly three digits.
    #[inline]
    pub fn parse(text: &[u8]) -> Option<Status> {
        Status::of(text.try_into().ok()?)
    }

    /// What three digits say.
    #[inline(always)]
    pub(crate) fn of(digits: [u8; 3]) -> Option<Status> {
        three_digits(digits).map(Status)
    }

    /// The status with this number; `None` above 999.
    #[inline]
    pub fn from_code(code: u16) -> Option<Status> {
        (usize::from(code) < Status::COUNT).then_some(Status(code))
    }

    /// The number, 0 to 999.
    #[inline]
    pub fn code(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:03}", self.0))
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
