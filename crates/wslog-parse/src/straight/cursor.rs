//! What a reader that is written out is made of: each takes one value or literal off the front of
//! what is left of a line, and refuses any oddity.

use crate::literal::first_place;
use crate::span::Span;
use crate::status::Status;
use crate::time::{Instants, MAX_SECOND_DIGITS, Millis, Timestamp, three_digits};
use crate::window::{self, Window, find};

/// What is left of a line.
pub(super) struct Cursor<'l> {
    rest: &'l [u8],
    len: usize,
}

impl<'l> Cursor<'l> {
    #[inline(always)]
    pub(super) fn new(line: &'l [u8]) -> Cursor<'l> {
        Cursor { rest: line, len: line.len() }
    }

    /// Exactly this.
    #[inline(always)]
    pub(super) fn literal<const N: usize>(&mut self, literal: &[u8; N]) -> Option<()> {
        let (text, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        (text == literal).then_some(())
    }

    #[inline(always)]
    fn take(&mut self, len: usize) -> Option<Span> {
        let start = self.len - self.rest.len();
        self.rest = self.rest.get(len..)?;
        Some(Span::new(start, start + len))
    }

    /// A `$time_local`.
    #[inline(always)]
    pub(super) fn time_local(&mut self, instants: &mut Instants) -> Option<(Span, Timestamp)> {
        let (text, _) = self.rest.split_first_chunk()?;
        let instant = instants.local(text)?;
        Some((self.take(text.len())?, instant))
    }

    /// One address; a space has to follow.
    #[inline(always)]
    pub(super) fn address(&mut self) -> Option<Span> {
        let len = self.address_len()?;
        self.take(len)
    }

    /// One address of a list; a colon and a space have to follow.
    #[inline(always)]
    pub(super) fn listed_address(&mut self) -> Option<Span> {
        // The colon is one of the address's characters.
        let len = self.address_len()?.checked_sub(1)?;
        (len > 0).then_some(())?;
        self.take(len)
    }

    /// How many printable characters there are, up to a comma: at least one.
    #[inline(always)]
    fn address_len(&self) -> Option<usize> {
        let mut len = 0;
        while let Some(window) = self.rest.get(len..).map(Window::padded) {
            let others = !(window.between(b'!', b'~') & !window.equal(b','));
            let count = others.trailing_zeros() as usize;
            len += count;
            if count < window::LEN {
                return (len > 0).then_some(len);
            }
        }
        None
    }

    /// Text without a space and a colon; a space has to follow.
    #[inline(always)]
    pub(super) fn word(&mut self) -> Option<Span> {
        let mut len = 0;
        while let Some(window) = self.rest.get(len..).and_then(Window::of) {
            let ends = window.equal(b' ') | window.equal(b':');
            if ends != 0 {
                return self.take(len + ends.trailing_zeros() as usize);
            }
            len += window::LEN;
        }
        None
    }

    /// Anything before the first place of a literal, and that literal; `probes` are the places of
    /// two rare bytes in it.
    #[inline(always)]
    pub(super) fn text_before<const N: usize>(
        &mut self,
        literal: &[u8; N],
        probes: [usize; 2],
    ) -> Option<Span> {
        let starts = |text: &[u8]| text.first_chunk() == Some(literal);
        let span = self.take(first_place(literal, probes, self.rest, starts)?)?;
        self.rest = self.rest.get(N..)?;
        Some(span)
    }

    /// Whether a literal stands nowhere in what is left.
    #[inline(always)]
    pub(super) fn lacks<const N: usize>(&self, literal: &[u8; N], probes: [usize; 2]) -> bool {
        let starts = |text: &[u8]| text.first_chunk() == Some(literal);
        first_place(literal, probes, self.rest, starts).is_none()
    }

    /// Anything before a quote.
    #[inline(always)]
    pub(super) fn quoted(&mut self) -> Option<Span> {
        let len = find(b'"', self.rest)?;
        self.take(len)
    }

    /// Anything up to the end of the line.
    #[inline(always)]
    pub(super) fn line(&mut self) -> Option<Span> {
        self.take(self.rest.len())
    }

    /// Anything before the last space.
    #[inline(always)]
    pub(super) fn all_but_last_word(&mut self) -> Option<Span> {
        let len = window::rfind(b' ', self.rest)?;
        self.take(len)
    }

    /// Three digits.
    #[inline(always)]
    pub(super) fn status(&mut self) -> Option<(Span, Status)> {
        let status = Status::parse(self.rest.first_chunk::<3>()?)?;
        Some((self.take(3)?, status))
    }

    /// Digits, or `-`; a space has to follow.
    #[inline(always)]
    pub(super) fn number(&mut self) -> Option<Span> {
        let window = Window::padded(self.rest);
        let digits = (!window.between(b'0', b'9')).trailing_zeros() as usize;
        let is_dash = self.rest.starts_with(b"-");
        match digits {
            0 if is_dash => self.take(1),
            1..window::LEN => self.take(digits),
            _ => None,
        }
    }

    /// Seconds with three decimals; a space has to follow.
    #[inline(always)]
    pub(super) fn seconds(&mut self) -> Option<(Span, Millis)> {
        let window = Window::padded(self.rest);
        let others = !window.between(b'0', b'9');
        let point = others.trailing_zeros() as usize;
        // At most eleven digits, and exactly three behind the point.
        let has_thousandths = others >> (point + 1).min(31) & 7 == 0;
        if !(1..=MAX_SECOND_DIGITS).contains(&point) || !has_thousandths {
            return None;
        }
        let whole = self.rest.get(..point)?;
        let (b'.', thousandths) = self.rest.get(point..)?.split_first()? else { return None };
        let second = match whole {
            [digit] => u64::from(digit & 0x0f),
            _ => whole.iter().fold(0, |number, digit| number * 10 + u64::from(digit & 0x0f)),
        };
        let millis = Millis(second * 1000 + three_digits(thousandths.first_chunk()?));
        Some((self.take(point + 4)?, millis))
    }

    /// Seconds with three decimals, or `-`: one of a list; a space and no colon has to follow.
    #[inline(always)]
    pub(super) fn listed_seconds(&mut self) -> Option<Span> {
        match self.rest.starts_with(b"-") {
            true => self.take(1),
            false => self.seconds().map(|(span, _)| span),
        }
    }

    /// A `$msec` of its usual length.
    #[inline(always)]
    pub(super) fn msec(&mut self, instants: &mut Instants) -> Option<(Span, Millis)> {
        let (text, _) = self.rest.split_first_chunk()?;
        let millis = instants.msec(text)?;
        Some((self.take(text.len())?, millis))
    }

    /// Nothing more.
    #[inline(always)]
    pub(super) fn end(&self) -> Option<()> {
        self.rest.is_empty().then_some(())
    }
}
