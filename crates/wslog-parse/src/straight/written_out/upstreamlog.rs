//! `upstreamlog`, without and with the handshake's key at its end.

use super::word::{address, at, end, joined, stands, starts, user, word};
use super::{key, outcome};
use crate::formats::LastWord;
use crate::line::{KeyRead, Reading};
use crate::outline::{Line, Mark};
use crate::span::Span;
use crate::status::Status;
use crate::straight::seconds::{listed_seconds, seconds};
use crate::time::{BRACKETED_LEN, Instants, MSEC_LEN};
use crate::websocket_key::WebSocketKey;
use crate::window::{LEN, rfind};

/// What stands behind the request; its underscores are the mark.
const BEHIND_REQUEST: &[u8; 24] = b" upstream_response_time ";
pub(super) const MARK: Mark = Mark::pair(BEHIND_REQUEST, [9, MARKED]);
const MARKED: usize = 18;

/// What stands behind `$msec`, and behind the status.
const BEHIND_MSEC: &[u8; 14] = b" request_time ";
const BEHIND_STATUS: &[u8; 10] = b" client - ";

pub(super) fn read<const KEYED: bool>(
    line: &Line<'_, '_>,
    last_word: LastWord,
    instants: &mut Instants,
    reading: &mut Reading,
) -> Option<()> {
    let spans = reading.spans.first_chunk_mut::<10>()?;
    let text = line.ahead();
    let (front, rest) = text.split_first_chunk::<{ BRACKETED_LEN + 1 }>()?;
    let [time_local @ .., b' '] = front else { return None };
    let second = instants.bracketed(time_local)?;
    spans[0] = Span::new(1, BRACKETED_LEN - 1);
    let request_start = words(rest, front.len(), spans)?;

    let (request_end, around) = around_behind_request(line)?;
    let request_len = request_end.checked_sub(request_start)?;
    spans[5] = Span::new(request_start, request_end);
    let mut at = request_end + BEHIND_REQUEST.len();
    let response_time: &[u8; LEN] = around.last_chunk()?;
    let len = match listed_seconds(response_time) {
        Some(len) if starts(text.get(at + len..)?, b" msec ") => len,
        _ => times(text.get(at..)?)?,
    };
    spans[6] = Span::new(at, at + len);
    at += len + " msec ".len();

    let tail: &[u8; TAIL] = text.get(at..)?.first_chunk()?;
    let (msec, rest) = tail.split_first_chunk::<MSEC_LEN>()?;
    let written = second.and_msec(msec)?;
    spans[7] = Span::new(at, at + MSEC_LEN);
    at += MSEC_LEN + BEHIND_MSEC.len();
    let (behind_msec, rest) = rest.split_first_chunk()?;
    let (len, request_time) = seconds(rest)?;
    spans[8] = Span::new(at, at + len);
    at += len + " status ".len();
    let behind: &[u8; 21] = rest.get(len..)?.first_chunk()?;
    let (before_status, behind) = behind.split_first_chunk()?;
    let (status, behind_status) = behind.split_first_chunk()?;
    if !stands(before_status, b" status ")
        || behind_msec != BEHIND_MSEC
        || behind_status != BEHIND_STATUS
    {
        return None;
    }
    let status = Status::of(*status)?;
    spans[9] = Span::new(at, at + 3);
    at += 3 + BEHIND_STATUS.len();

    let key_len = if KEYED { last_key(line, last_word, reading)? } else { 0 };
    if !KEYED {
        reading.key = KeyRead::None;
    }
    let agent_end = line.len().checked_sub(key_len + usize::from(KEYED))?;
    if agent_end < at {
        return None;
    }
    let last = reading.spans.get_mut(10..)?;
    *last.first_mut()? = Span::new(at, agent_end);
    if KEYED {
        *last.get_mut(1)? = Span::new(agent_end + 1, line.len());
    }
    reading.outcome = outcome(request_len, around.first_chunk()?, status);
    reading.written = Some(written);
    reading.request_time = Some(request_time);
    Some(())
}

/// How many bytes there are, at most, from `$msec` to what stands behind the status.
const TAIL: usize = MSEC_LEN + BEHIND_MSEC.len() + LEN + 21;

/// `$remote_addr - $remote_user - $server_name to: $upstream_addr: `, which starts at `start` in the
/// line; where it ends.
#[inline(always)]
fn words(text: &[u8], start: usize, spans: &mut [Span; 10]) -> Option<usize> {
    let usual = text.first_chunk().and_then(usual_words);
    let [addr, user, server, upstream] = usual.or_else(|| any_words(text))?;
    let mut at = start;
    for (span, (len, behind)) in
        spans[1..5].iter_mut().zip([(addr, 3), (user, 3), (server, 5), (upstream, 2)])
    {
        *span = Span::new(at, at + len);
        at += len + behind;
    }
    Some(at)
}

/// How many bytes are looked at for words of usual length.
const WORDS: usize = LEN + 7 + 2 * LEN + 5 + 2 * LEN + 8;

/// How long the words are, where none is longer than usual and there is no user.
#[inline(always)]
fn usual_words(text: &[u8; WORDS]) -> Option<[usize; 4]> {
    let addr = end::<LEN>(text.first_chunk()?, |window| window.outside_or(b'!', b'~', b','));
    let mut place = addr + 7;
    let is_fit = stands(at(text, addr)?, b" - - - ") & (addr > 0);
    let server =
        end::<{ 2 * LEN }>(at(text, place)?, |window| window.equal(b' ') | window.equal(b':'));
    let is_fit = is_fit & !stands(at(text, place)?, b"- ");
    place += server;
    let is_fit = is_fit & stands(at(text, place)?, b" to: ");
    place += 5;
    // The colon is one of the address's characters.
    let upstream =
        end::<{ 2 * LEN }>(at(text, place)?, |window| window.outside_or(b'!', b'~', b','));
    let upstream = upstream.checked_sub(1).filter(|len| *len > 0)?;
    place += upstream;
    let is_fit = is_fit & stands(at(text, place)?, b": ");
    is_fit.then_some([addr, 1, server, upstream])
}

/// How long the words are.
///
/// The user ends at a " - " in front of the first colon. Neither it nor the server has a space or a
/// colon here, so there is one such place, unless the two overlap because the server is called "-".
#[cold]
fn any_words(text: &[u8]) -> Option<[usize; 4]> {
    let addr = address(text)?;
    let rest = text.get(addr..)?;
    let user = user(rest, b" - ")?;
    let rest = rest.get(3 + user + 3..)?;
    let server = word(rest)?;
    let (name, rest) = rest.split_at_checked(server)?;
    let upstreams = rest.strip_prefix(b" to: ").filter(|_| name != b"-")?;
    Some([addr, user, server, addresses(upstreams)?])
}

/// The length of `$upstream_addr` in front of `: `.
fn addresses(text: &[u8]) -> Option<usize> {
    // The colon is taken for one of the last address's characters.
    let len = joined(text, |rest| address(rest).filter(|len| *len > 1))?.checked_sub(1)?;
    starts(text.get(len..)?, b": ").then_some(len)
}

/// The length of `$upstream_response_time` in front of ` msec `.
#[cold]
fn times(text: &[u8]) -> Option<usize> {
    let len = joined(text, listed_seconds)?;
    starts(text.get(len..)?, b" msec ").then_some(len)
}

/// How many bytes are looked at around what stands behind the request.
const AROUND: usize = PROTOCOL + BEHIND_REQUEST.len() + LEN;
/// The length of a protocol and the space before it.
const PROTOCOL: usize = 9;

/// Where the request ends: where what stands behind it is in the line once. The bytes around that
/// start with those a protocol takes up.
#[inline(always)]
fn around_behind_request<'t>(line: &Line<'t, '_>) -> Option<(usize, &'t [u8; AROUND])> {
    match line.marks() {
        Some([mark]) => around(line, mark),
        _ => {
            let places = line.all_marks().iter().map(|mark| line.place(*mark));
            let mut found = places.filter_map(|mark| around(line, mark));
            found.next().filter(|_| found.next().is_none())
        }
    }
}

/// Where it starts and what is around it, if it stands at this mark.
#[inline(always)]
fn around<'t>(line: &Line<'t, '_>, mark: usize) -> Option<(usize, &'t [u8; AROUND])> {
    let start = mark.checked_sub(MARKED)?;
    let around: &[u8; AROUND] = line.ahead().get(start.checked_sub(PROTOCOL)?..)?.first_chunk()?;
    (around[PROTOCOL..].first_chunk() == Some(BEHIND_REQUEST)).then_some((start, around))
}

/// The length of the key that the line ends in; what it says goes into the reading.
#[inline(always)]
fn last_key(line: &Line<'_, '_>, last_word: LastWord, reading: &mut Reading) -> Option<usize> {
    match last_word {
        LastWord::Dash => {
            reading.key = KeyRead::None;
            Some(1)
        }
        LastWord::Key => {
            reading.key = KeyRead::Last;
            Some(WebSocketKey::TEXT_LEN)
        }
        LastWord::Other => {
            let word = line.bytes().get(rfind(b' ', line.bytes())? + 1..)?;
            reading.key = key(word);
            Some(word.len())
        }
    }
}
