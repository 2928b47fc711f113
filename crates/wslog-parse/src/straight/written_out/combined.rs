//! `combined`, and the formats that begin like it.

use super::outcome;
use super::word::{address, at, end, stands, user};
use crate::formats::LastWord;
use crate::line::{KeyRead, Reading};
use crate::outline::{Line, Mark};
use crate::span::Span;
use crate::status::Status;
use crate::straight::seconds::seconds;
use crate::time::{BRACKETED_LEN, Instants};
use crate::window::{LEN, Window};

/// Quotes: nginx escapes those in values, so that all there are belong to the format.
pub(super) const MARK: Mark = Mark::byte(b'"');

pub(super) fn combined(
    line: &Line<'_, '_>,
    _: LastWord,
    instants: &mut Instants,
    reading: &mut Reading,
) -> Option<()> {
    let quotes: [_; 6] = line.marks()?;
    read(line, &quotes, instants, reading)?;
    let [.., agent] = quotes;
    ends(line, agent)
}

pub(super) fn main(
    line: &Line<'_, '_>,
    _: LastWord,
    instants: &mut Instants,
    reading: &mut Reading,
) -> Option<()> {
    let quotes: [_; 8] = line.marks()?;
    read(line, quotes.first_chunk()?, instants, reading)?;
    let [.., agent, start, end] = quotes;
    *reading.spans.get_mut(8)? = next_quoted(line, agent, start, end)?;
    ends(line, end)
}

pub(super) fn main_ws(
    line: &Line<'_, '_>,
    _: LastWord,
    instants: &mut Instants,
    reading: &mut Reading,
) -> Option<()> {
    let quotes: [_; 10] = line.marks()?;
    read(line, quotes.first_chunk()?, instants, reading)?;
    let [.., agent, start, end, key_start, key_end] = quotes;
    let forwarded_for = next_quoted(line, agent, start, end)?;
    let duration = end + 2;
    let (len, request_time) = seconds(line.ahead().get(duration..)?)?;
    // The space behind the duration is where a quote would end.
    let key = next_quoted(line, duration + len - 1, key_start, key_end)?;
    let is_fit = line.ahead().get(end + 1) == Some(&b' ');
    *reading.spans.get_mut(8..)?.first_chunk_mut()? =
        [forwarded_for, Span::new(duration, duration + len), key];
    reading.request_time = Some(request_time);
    reading.key = super::key(key.of(line.bytes()));
    ends(line, key_end).filter(|()| is_fit)
}

/// Reads the values of `combined`; the quotes are theirs.
#[inline(always)]
fn read(
    line: &Line<'_, '_>,
    quotes: &[usize; 6],
    instants: &mut Instants,
    reading: &mut Reading,
) -> Option<()> {
    let text = line.ahead();
    let [request, request_end, referer, referer_end, agent, agent_end] = *quotes;
    let spans = reading.spans.first_chunk_mut::<8>()?;
    let (addr, user) = words(text)?;
    let user_start = addr + " - ".len();
    let time_start = user_start + user + " [".len();
    let time: &[u8; BRACKETED_LEN + 2] = text.get(time_start - 1..)?.first_chunk()?;
    let [time_local @ .., b' ', b'"'] = time else { return None };
    let second = instants.bracketed(time_local)?.at;
    let request_len = request_end.checked_sub(request + 1)?;
    let around: &[u8; AROUND] = text.get(request_end.checked_sub(9)?..)?.first_chunk()?;
    let (protocol, rest) = around.split_first_chunk()?;
    let [_, b' ', a, b, c, b' ', ..] = rest else { return None };
    let bytes: &[u8; LEN] = around.last_chunk()?;
    let status = Status::of([*a, *b, *c])?;
    let (bytes_start, bytes_len) = (request_end + 6, number_len(bytes)?);
    spans[0] = Span::new(0, addr);
    spans[1] = Span::new(user_start, user_start + user);
    spans[2] = Span::new(time_start, time_start + BRACKETED_LEN - 2);
    spans[3] = Span::new(request + 1, request_end);
    spans[4] = Span::new(request_end + 2, request_end + 5);
    spans[5] = Span::new(bytes_start, bytes_start + bytes_len);
    spans[6] = Span::new(referer + 1, referer_end);
    spans[7] = next_quoted(line, referer_end, agent, agent_end)?;
    let is_fit = request == time_start + BRACKETED_LEN
        && referer == bytes_start + bytes_len + 1
        && bytes.get(bytes_len) == Some(&b' ');
    if !is_fit {
        return None;
    }
    reading.outcome = outcome(request_len, protocol, status);
    reading.written = Some(second);
    reading.request_time = None;
    reading.key = KeyRead::None;
    Some(())
}

/// How many bytes are looked at around the end of a request: a protocol and the space before it, the
/// quote, the status between spaces, and the number of bytes.
const AROUND: usize = 9 + 1 + 5 + LEN;

/// How long the address and the user are in `$remote_addr - $remote_user [`.
///
/// The user ends at a " [" in front of the first colon, which is that of the time: it has neither
/// space nor colon here, so there is one such place.
#[inline(always)]
fn words(text: &[u8]) -> Option<(usize, usize)> {
    let usual = text.first_chunk().and_then(|front: &[u8; LEN + 8]| {
        let addr = end::<LEN>(front.first_chunk()?, |window| window.outside_or(b'!', b'~', b','));
        (stands(at(front, addr)?, b" - - [") & (addr > 0)).then_some((addr, 1))
    });
    usual.or_else(|| any_words(text))
}

#[cold]
fn any_words(text: &[u8]) -> Option<(usize, usize)> {
    let addr = address(text)?;
    Some((addr, user(text.get(addr..)?, b" [")?))
}

/// The length of the digits or the `-` at the front.
#[inline(always)]
fn number_len(text: &[u8; LEN]) -> Option<usize> {
    match text {
        [b'-', ..] => Some(1),
        text => Window::new(text).digits(),
    }
}

/// The value between two quotes, the first of them a space behind the one that ended the last
/// value.
#[inline(always)]
fn next_quoted(line: &Line<'_, '_>, before: usize, start: usize, end: usize) -> Option<Span> {
    let is_next = start == before + 2 && line.ahead().get(before + 1) == Some(&b' ');
    is_next.then(|| Span::new(start + 1, end))
}

/// Nothing more behind the last quote.
#[inline(always)]
fn ends(line: &Line<'_, '_>, quote: usize) -> Option<()> {
    (quote + 1 == line.len()).then_some(())
}
