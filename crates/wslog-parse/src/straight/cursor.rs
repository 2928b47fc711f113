//! What a reader that is written out is made of: each takes one value or literal off the front of
//! what is left of a line, and refuses any oddity.

use super::program::{is_address, plain_seconds};
use crate::span::Span;
use crate::time::{Instants, Millis, Timestamp};
use crate::window::{self, Window, find, first_place};

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

    /// One address, before a space.
    #[inline(always)]
    pub(super) fn address(&mut self) -> Option<Span> {
        let len = find(b' ', self.rest)?;
        is_address(self.rest, len).then_some(())?;
        self.take(len)
    }

    /// One address of a list, before a colon and a space.
    #[inline(always)]
    pub(super) fn listed_address(&mut self) -> Option<Span> {
        let len = find(b' ', self.rest)?.checked_sub(1)?;
        is_address(self.rest, len).then_some(())?;
        self.take(len)
    }

    /// Text without a space, before one. It has no colon either, so that the first one in the line
    /// is where the literals have it.
    #[inline(always)]
    pub(super) fn word(&mut self) -> Option<(Span, &'l [u8])> {
        let len = find(b' ', self.rest)?;
        let word = self.rest.get(..len)?;
        let has_colon = match Window::of(self.rest) {
            Some(window) if len < window::LEN => {
                window.equal(b':').trailing_zeros() < window.equal(b' ').trailing_zeros()
            }
            _ => word.contains(&b':'),
        };
        if has_colon {
            return None;
        }
        Some((self.take(len)?, word))
    }

    /// Anything before the first place of a literal, and that literal; `probes` are the places of
    /// two rare bytes in it.
    #[inline(always)]
    pub(super) fn text_before<const N: usize>(
        &mut self,
        literal: &[u8; N],
        probes: [usize; 2],
    ) -> Option<Span> {
        let span = self.take(first_place(literal, probes, self.rest)?)?;
        self.rest = self.rest.get(N..)?;
        Some(span)
    }

    /// Whether a literal stands nowhere in what is left.
    #[inline(always)]
    pub(super) fn lacks<const N: usize>(&self, literal: &[u8; N], probes: [usize; 2]) -> bool {
        first_place(literal, probes, self.rest).is_none()
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
    pub(super) fn status(&mut self) -> Option<Span> {
        let (digits, _) = self.rest.split_first_chunk::<3>()?;
        digits.iter().all(u8::is_ascii_digit).then_some(())?;
        self.take(3)
    }

    /// Digits, or `-`, before a space.
    #[inline(always)]
    pub(super) fn number(&mut self) -> Option<Span> {
        let window = Window::of(self.rest)?;
        let len = window.equal(b' ').trailing_zeros();
        let others = !window.between(b'0', b'9');
        let is_number = len > 0 && len < 16 && others.trailing_zeros() == len;
        (is_number || self.rest.starts_with(b"- ")).then_some(())?;
        self.take(len as usize)
    }

    /// Seconds with three decimals, before a space.
    #[inline(always)]
    pub(super) fn seconds(&mut self) -> Option<(Span, Millis)> {
        let len = find(b' ', self.rest)?;
        let millis = plain_seconds(self.rest, len)?;
        Some((self.take(len)?, millis))
    }

    /// Seconds with three decimals, or `-`: one of a list, before a space and no colon.
    #[inline(always)]
    pub(super) fn listed_seconds(&mut self) -> Option<Span> {
        let len = find(b' ', self.rest)?;
        let is_dash = len == 1 && self.rest.first() == Some(&b'-');
        (is_dash || plain_seconds(self.rest, len).is_some()).then_some(())?;
        self.take(len)
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
