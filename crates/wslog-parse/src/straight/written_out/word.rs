//! The words at the front of a text: how long they are.

use crate::syntax::SEPARATORS;
use crate::window::{LEN, Window};

/// The length of what can be one address: printable characters without a comma, at least one.
pub(super) fn address(text: &[u8]) -> Option<usize> {
    find(text, |window| window.outside_or(b'!', b'~', b',')).filter(|len| *len > 0)
}

/// The length of what has neither a space nor a colon.
pub(super) fn word(text: &[u8]) -> Option<usize> {
    find(text, |window| window.equal(b' ') | window.equal(b':'))
}

/// The length of the user in ` - $remote_user`, behind which this has to follow.
#[cold]
pub(super) fn user<const N: usize>(text: &[u8], behind: &[u8; N]) -> Option<usize> {
    let rest = text.strip_prefix(b" - ")?;
    let user = word(rest)?;
    starts(rest.get(user..)?, behind).then_some(user)
}

/// The length of a list of such elements, each of which tells its length.
pub(super) fn joined(text: &[u8], element: impl Fn(&[u8]) -> Option<usize>) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let len = element(rest)?;
        let rest = rest.get(len..)?;
        at += len;
        match SEPARATORS.iter().find(|separator| rest.starts_with(separator)) {
            Some(separator) => at += separator.len(),
            None => return Some(at),
        }
    }
}

/// Whether a list goes on behind one of its elements.
pub(super) fn goes_on(behind: &[u8]) -> bool {
    SEPARATORS.iter().any(|separator| behind.starts_with(separator))
}

/// Where the first of the bytes stands that a window shows.
fn find(text: &[u8], shown: impl Fn(Window) -> u32) -> Option<usize> {
    let mut at = 0;
    loop {
        match shown(Window::of(text.get(at..)?)?) {
            0 => at += LEN,
            bits => return Some(at + bits.trailing_zeros() as usize),
        }
    }
}

/// The same in one or two windows, which are looked at together so that there is nothing to foretell;
/// `N` where there is none.
#[inline(always)]
pub(super) fn end<const N: usize>(text: &[u8; N], shown: impl Fn(Window) -> u32) -> usize {
    let windows = text.as_chunks().0.iter().rev();
    let bits = windows.fold(1, |bits, window| bits << LEN | u64::from(shown(Window::new(window))));
    bits.trailing_zeros() as usize
}

/// So many bytes of a text from a place on.
#[inline(always)]
pub(super) fn at<const N: usize, const M: usize>(text: &[u8; M], place: usize) -> Option<&[u8; N]> {
    text.get(place..)?.first_chunk()
}

/// Whether a text starts with this literal, of up to eight bytes.
#[inline(always)]
pub(super) fn stands<const N: usize>(text: &[u8; 8], literal: &[u8; N]) -> bool {
    let (mut bytes, mut asked) = ([0; 8], [0; 8]);
    bytes[..N].copy_from_slice(literal);
    asked[..N].fill(u8::MAX);
    u64::from_le_bytes(*text) & u64::from_le_bytes(asked) == u64::from_le_bytes(bytes)
}

/// Whether a text starts with this literal.
#[inline(always)]
pub(super) fn starts<const N: usize>(text: &[u8], literal: &[u8; N]) -> bool {
    text.first_chunk() == Some(literal)
}
