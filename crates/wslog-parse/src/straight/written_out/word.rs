//! The words at the front of a text: how long they are.

use crate::window::{LEN, Window};

/// The length of what can be one address: printable characters without a comma, at least one.
///
/// So many windows are looked at together: as many as most addresses need, so that there is nothing
/// to foretell.
#[inline(always)]
pub(super) fn address<const WINDOWS: usize>(text: &[u8]) -> Option<usize> {
    let len = end::<WINDOWS>(text, |window| window.outside_or(b'!', b'~', b','))?;
    (len > 0).then_some(len)
}

/// The length of what has neither a space nor a colon.
#[inline(always)]
pub(super) fn word<const WINDOWS: usize>(text: &[u8]) -> Option<usize> {
    end::<WINDOWS>(text, |window| window.equal(b' ') | window.equal(b':'))
}

/// The length of the user in ` - $remote_user`, behind which this has to follow.
#[cold]
pub(super) fn user<const N: usize>(text: &[u8], behind: &[u8; N]) -> Option<usize> {
    let rest = text.strip_prefix(b" - ")?;
    let user = word::<1>(rest)?;
    starts(rest.get(user..)?, behind).then_some(user)
}

/// Where the first of the bytes stands that a window shows.
#[inline(always)]
fn end<const WINDOWS: usize>(text: &[u8], shown: impl Fn(Window) -> u32) -> Option<usize> {
    let windows: &[u8] = text.get(..WINDOWS * LEN)?;
    let mut bits = 0_u64;
    for window in windows.as_chunks().0.iter().rev() {
        bits = bits << LEN | u64::from(shown(Window::new(window)));
    }
    match bits {
        0 => further(text, WINDOWS * LEN, shown),
        bits => Some(bits.trailing_zeros() as usize),
    }
}

#[cold]
fn further(text: &[u8], start: usize, shown: impl Fn(Window) -> u32) -> Option<usize> {
    let mut at = start;
    loop {
        match shown(Window::of(text.get(at..)?)?) {
            0 => at += LEN,
            bits => return Some(at + bits.trailing_zeros() as usize),
        }
    }
}

/// Whether a text starts with this literal.
#[inline(always)]
pub(super) fn starts<const N: usize>(text: &[u8], literal: &[u8; N]) -> bool {
    text.first_chunk() == Some(literal)
}
