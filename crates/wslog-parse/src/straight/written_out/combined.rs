//! `combined`, and the formats that begin like it.

use super::word::{address, at, end, stands, user};
use super::{Places, Reader, Told, Unasked, outcome};
use crate::formats::LastWord;
use crate::gist::Gist;
use crate::line::{KeyRead, Reading};
use crate::outline::{Mark, Outlined};
use crate::span::Span;
use crate::status::Status;
use crate::straight::seconds::seconds;
use crate::time::{BRACKETED_LEN, Instants};
use crate::window::{LEN, Window};

/// Quotes: nginx escapes those in values, so that all there are belong to the format.
pub(super) const MARK: Mark = Mark::byte(b'"');

/// `combined`.
pub(crate) struct Combined;

impl Reader for Combined {
    fn read(
        line: &Outlined<'_, '_>,
        _: LastWord,
        instants: &mut Instants,
        reading: &mut Reading,
    ) -> Option<()> {
        let places: &mut [Span; 8] = reading.spans.first_chunk_mut()?;
        read_combined(line, instants, places)?.note(reading);
        reading.key = KeyRead::None;
        Some(())
    }

    #[inline(always)]
    fn gist(line: &Outlined<'_, '_>, instants: &mut Instants) -> Option<Gist> {
        read_combined(line, instants, &mut Unasked)?.gist()
    }
}

/// `main`.
pub(crate) struct Main;

impl Reader for Main {
    fn read(
        line: &Outlined<'_, '_>,
        _: LastWord,
        instants: &mut Instants,
        reading: &mut Reading,
    ) -> Option<()> {
        let places: &mut [Span; 9] = reading.spans.first_chunk_mut()?;
        read_main(line, instants, places)?.note(reading);
        reading.key = KeyRead::None;
        Some(())
    }

    #[inline(always)]
    fn gist(line: &Outlined<'_, '_>, instants: &mut Instants) -> Option<Gist> {
        read_main(line, instants, &mut Unasked)?.gist()
    }
}

/// `main_ws`.
pub(crate) struct MainWs;

impl Reader for MainWs {
    fn read(
        line: &Outlined<'_, '_>,
        _: LastWord,
        instants: &mut Instants,
        reading: &mut Reading,
    ) -> Option<()> {
        let places: &mut [Span; 11] = reading.spans.first_chunk_mut()?;
        let (told, key) = read_main_ws(line, instants, places)?;
        told.note(reading);
        reading.key = super::key(key);
        Some(())
    }

    #[inline(always)]
    fn gist(line: &Outlined<'_, '_>, instants: &mut Instants) -> Option<Gist> {
        let (told, key) = read_main_ws(line, instants, &mut Unasked)?;
        told.gist().filter(|_| key == b"-")
    }
}

#[inline(always)]
fn read_combined(
    line: &Outlined<'_, '_>,
    instants: &mut Instants,
    places: &mut impl Places,
) -> Option<Told> {
    let quotes: [_; 6] = line.marks()?;
    let [.., agent] = quotes;
    ends(line, agent)?;
    read(line, &quotes, instants, places)
}

#[inline(always)]
fn read_main(
    line: &Outlined<'_, '_>,
    instants: &mut Instants,
    places: &mut impl Places,
) -> Option<Told> {
    let quotes: [_; 8] = line.marks()?;
    let [.., agent, start, end] = quotes;
    is_next_quoted(line, agent, start).then_some(())?;
    places.set(8, start + 1, end);
    ends(line, end)?;
    read(line, quotes.first_chunk()?, instants, places)
}

/// What it says, and the key.
#[inline(always)]
fn read_main_ws<'t>(
    line: &Outlined<'t, '_>,
    instants: &mut Instants,
    places: &mut impl Places,
) -> Option<(Told, &'t [u8])> {
    let quotes: [_; 10] = line.marks()?;
    let [.., agent, start, end, key_start, key_end] = quotes;
    let duration = end + 2;
    let (len, request_time) = seconds(line.ahead().get(duration..)?)?;
    // The space behind the duration is where a quote would end.
    let is_fit = is_next_quoted(line, agent, start)
        && is_next_quoted(line, duration + len - 1, key_start)
        && line.ahead().get(end + 1) == Some(&b' ');
    is_fit.then_some(())?;
    ends(line, key_end)?;
    places.set(8, start + 1, end);
    places.set(9, duration, duration + len);
    places.set(10, key_start + 1, key_end);
    let told = read(line, quotes.first_chunk()?, instants, places)?;
    let told = Told { request_time: Some(request_time), ..told };
    Some((told, line.bytes().get(key_start + 1..key_end)?))
}

/// Reads the values of `combined`; the quotes are theirs.
#[inline(always)]
fn read(
    line: &Outlined<'_, '_>,
    quotes: &[usize; 6],
    instants: &mut Instants,
    places: &mut impl Places,
) -> Option<Told> {
    let text = line.ahead();
    let [request, request_end, referer, referer_end, agent, agent_end] = *quotes;
    let (addr, user) = words(text)?;
    let user_start = addr + " - ".len();
    let time_start = user_start + user + " [".len();
    let time: &[u8; BRACKETED_LEN + 2] = text.get(time_start - 1..)?.first_chunk()?;
    let [time_local @ .., b' ', b'"'] = time else { return None };
    let written = instants.bracketed(time_local)?.at;
    let request_len = request_end.checked_sub(request + 1)?;
    let around: &[u8; AROUND] = text.get(request_end.checked_sub(9)?..)?.first_chunk()?;
    let (protocol, rest) = around.split_first_chunk()?;
    let [_, b' ', a, b, c, b' ', ..] = rest else { return None };
    let bytes: &[u8; LEN] = around.last_chunk()?;
    let status = Status::of([*a, *b, *c])?;
    let (bytes_start, bytes_len) = (request_end + 6, number_len(bytes)?);
    places.set(0, 0, addr);
    places.set(1, user_start, user_start + user);
    places.set(2, time_start, time_start + BRACKETED_LEN - 2);
    places.set(3, request + 1, request_end);
    places.set(4, request_end + 2, request_end + 5);
    places.set(5, bytes_start, bytes_start + bytes_len);
    places.set(6, referer + 1, referer_end);
    places.set(7, agent + 1, agent_end);
    let is_fit = request == time_start + BRACKETED_LEN
        && referer == bytes_start + bytes_len + 1
        && bytes.get(bytes_len) == Some(&b' ')
        && is_next_quoted(line, referer_end, agent);
    let outcome = outcome(request_len, protocol, status);
    is_fit.then_some(Told { written, request_time: None, outcome })
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
    let usual = text.first_chunk().and_then(|front: &[u8; 2 * LEN + 8]| {
        let addr = end::<{ 2 * LEN }>(at(front, 0)?, |window| window.outside_or(b'!', b'~', b','));
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

/// Whether a value is quoted from `start` on, a space behind the quote that ended the last one.
#[inline(always)]
fn is_next_quoted(line: &Outlined<'_, '_>, before: usize, start: usize) -> bool {
    start == before + 2 && line.ahead().get(before + 1) == Some(&b' ')
}

/// Nothing more behind the last quote.
#[inline(always)]
fn ends(line: &Outlined<'_, '_>, quote: usize) -> Option<()> {
    (quote + 1 == line.len()).then_some(())
}
