//! `upstreamlog`, without and with the handshake's key at its end.

use super::word::{address, at, end, goes_on, joined, stands, starts, user, word};
use super::{Places, Reader, Told, Unasked, key, outcome};
use crate::formats::LastWord;
use crate::gist::{Gist, Handshake, shown};
use crate::line::{KeyRead, Reading};
use crate::outline::{Mark, Outlined};
use crate::span::Span;
use crate::status::Status;
use crate::straight::seconds::{listed_seconds, seconds};
use crate::time::{BRACKETED_LEN, Instants, MSEC_LEN};
use crate::upstream::UpstreamList;
use crate::websocket_key::WebSocketKey;
use crate::window::{LEN, rfind};

/// What stands behind the request; its underscores are the mark.
const BEHIND_REQUEST: &[u8; 24] = b" upstream_response_time ";
pub(super) const MARK: Mark = Mark::pair(BEHIND_REQUEST, [9, MARKED]);
const MARKED: usize = 18;

/// What stands behind `$upstream_response_time`, behind `$msec`, and behind the status.
const BEHIND_TIMES: &[u8; 6] = b" msec ";
const BEHIND_MSEC: &[u8; 14] = b" request_time ";
const BEHIND_STATUS: &[u8; 10] = b" client - ";

/// `upstreamlog_key`.
pub(crate) struct UpstreamlogKey;

impl Reader for UpstreamlogKey {
    fn read(
        line: &Outlined<'_, '_>,
        last_word: LastWord,
        instants: &mut Instants,
        reading: &mut Reading,
    ) -> Option<()> {
        let key_len = last_key(line, last_word, reading)?;
        let places: &mut [Span; 12] = reading.spans.first_chunk_mut()?;
        let agent_end = line.len().checked_sub(key_len + 1)?;
        places.set(11, agent_end + 1, line.len());
        read(line, agent_end, instants, places)?.note(reading);
        Some(())
    }

    #[inline(always)]
    fn gist(line: &Outlined<'_, '_>, instants: &mut Instants) -> Option<Gist> {
        let agent_end = line.len().checked_sub(2)?;
        if !starts(line.ahead().get(agent_end..)?, b" -") {
            return None;
        }
        read(line, agent_end, instants, &mut Unasked)?.gist()
    }

    #[inline(always)]
    fn handshake<'t>(line: &Outlined<'t, '_>, instants: &mut Instants) -> Option<Handshake<'t>> {
        let agent_end = line.len().checked_sub(WebSocketKey::TEXT_LEN + 1)?;
        let last: &[u8; WebSocketKey::TEXT_LEN + 1] =
            line.ahead().get(agent_end..)?.first_chunk()?;
        let [b' ', key @ .., b'=', b'='] = last else { return None };
        let mut places = [Span::default(); 12];
        let gist = read(line, agent_end, instants, &mut places)?.gist()?;
        let key = WebSocketKey::of(key)?;
        let [_, remote_addr, _, server_name, upstream_addr, request, ..] = places;
        let text = |span: Span| span.of(line.ahead());
        Some(Handshake {
            gist,
            key,
            remote_addr: shown(text(remote_addr)),
            server_name: shown(text(server_name)),
            upstream_addr: shown(text(upstream_addr))
                .map(|list| upstreams(line, upstream_addr, list)),
            request: shown(text(request)),
        })
    }
}

/// The list that stands here: nearly always one address.
#[inline(always)]
fn upstreams<'t>(line: &Outlined<'t, '_>, place: Span, list: &'t [u8]) -> UpstreamList<'t> {
    let front = line.ahead().get(place.start()..).and_then(<[u8]>::first_chunk);
    match front.map(|front| end::<{ 2 * LEN }>(front, |window| window.equal(b' '))) {
        Some(space) if space >= list.len() && list.len() <= 2 * LEN => UpstreamList::one(list),
        _ => UpstreamList::new(list),
    }
}

/// `upstreamlog`.
pub(crate) struct Upstreamlog;

impl Reader for Upstreamlog {
    fn read(
        line: &Outlined<'_, '_>,
        _: LastWord,
        instants: &mut Instants,
        reading: &mut Reading,
    ) -> Option<()> {
        let places: &mut [Span; 11] = reading.spans.first_chunk_mut()?;
        read(line, line.len(), instants, places)?.note(reading);
        reading.key = KeyRead::None;
        Some(())
    }

    #[inline(always)]
    fn gist(line: &Outlined<'_, '_>, instants: &mut Instants) -> Option<Gist> {
        read(line, line.len(), instants, &mut Unasked)?.gist()
    }
}

#[inline(always)]
fn read(
    line: &Outlined<'_, '_>,
    agent_end: usize,
    instants: &mut Instants,
    places: &mut impl Places,
) -> Option<Told> {
    let text = line.ahead();
    let (front, rest) = text.split_first_chunk::<{ BRACKETED_LEN + 1 }>()?;
    let [time_local @ .., b' '] = front else { return None };
    let second = instants.bracketed(time_local)?;
    places.set(0, 1, BRACKETED_LEN - 1);
    let request_start = words(rest, front.len(), places)?;

    let (request_end, around) = around_behind_request(line)?;
    let request_len = request_end.checked_sub(request_start)?;
    places.set(5, request_start, request_end);
    let protocol = around.first_chunk()?;
    let mut at = request_end + BEHIND_REQUEST.len();
    let (len, tail) = match usual_time(around.last_chunk()?) {
        Some(usual) => usual,
        None => any_times(text.get(at..)?)?,
    };
    places.set(6, at, at + len);
    at += len + BEHIND_TIMES.len();

    let (msec, rest) = tail.split_first_chunk::<MSEC_LEN>()?;
    let written = second.and_msec(msec)?;
    places.set(7, at, at + MSEC_LEN);
    at += MSEC_LEN + BEHIND_MSEC.len();
    let (behind_msec, rest) = rest.split_first_chunk()?;
    let (len, request_time) = seconds(rest)?;
    places.set(8, at, at + len);
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
    places.set(9, at, at + 3);
    at += 3 + BEHIND_STATUS.len();
    places.set(10, at, agent_end);
    let outcome = outcome(request_len, protocol, status);
    (at <= agent_end).then_some(Told { written, request_time: Some(request_time), outcome })
}

/// How many bytes there are, at most, from `$msec` to what stands behind the status.
const TAIL: usize = MSEC_LEN + BEHIND_MSEC.len() + LEN + 21;
type Tail = [u8; TAIL];

/// `$remote_addr - $remote_user - $server_name to: $upstream_addr: `, which starts at `start` in the
/// line; where it ends.
#[inline(always)]
fn words(text: &[u8], start: usize, places: &mut impl Places) -> Option<usize> {
    let usual = text.first_chunk().and_then(usual_words);
    let [addr, user, server, upstream] = usual.or_else(|| any_words(text))?;
    let mut at = start;
    for (field, (len, behind)) in (1..).zip([(addr, 3), (user, 3), (server, 5), (upstream, 2)]) {
        places.set(field, at, at + len);
        at += len + behind;
    }
    Some(at)
}

/// How many bytes are looked at for words of usual length.
const WORDS: usize = 2 * LEN + 7 + 2 * LEN + 5 + 2 * LEN + 8;

/// How long the words are, where none is longer than usual and there is no user.
#[inline(always)]
fn usual_words(text: &[u8; WORDS]) -> Option<[usize; 4]> {
    let addr = end::<{ 2 * LEN }>(at(text, 0)?, |window| window.outside_or(b'!', b'~', b','));
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
    let is_fit = is_fit & (upstream > 1);
    let upstream = upstream.wrapping_sub(1);
    place = place.wrapping_add(upstream);
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
///
/// The colon is taken for one of the last address's characters. Where an address that ends in one
/// seems to be followed by another, the list has ended and the request imitates it.
fn addresses(text: &[u8]) -> Option<usize> {
    let element = |rest: &[u8]| {
        let len = address(rest).filter(|len| *len > 1)?;
        let (element, behind) = rest.split_at_checked(len)?;
        (!(element.ends_with(b":") && goes_on(behind))).then_some(len)
    };
    let len = joined(text, element)?.checked_sub(1)?;
    starts(text.get(len..)?, b": ").then_some(len)
}

/// The length of `$upstream_response_time`, where it is that of one upstream or missing, and the tail
/// behind it.
#[inline(always)]
fn usual_time(text: &[u8; TIMES]) -> Option<(usize, &Tail)> {
    let len = listed_seconds(at(text, 0)?)?;
    let rest: &[u8; BEHIND_TIMES.len() + TAIL] = at(text, len)?;
    (rest.first_chunk() == Some(BEHIND_TIMES)).then_some((len, rest.last_chunk()?))
}

/// The same, of any number of upstreams.
#[cold]
fn any_times(text: &[u8]) -> Option<(usize, &Tail)> {
    let len = joined(text, |rest| listed_seconds(rest.first_chunk()?))?;
    let tail = text.get(len..)?.strip_prefix(BEHIND_TIMES)?.first_chunk()?;
    Some((len, tail))
}

/// How many bytes are looked at from a usual `$upstream_response_time` to the end of the tail.
const TIMES: usize = LEN + BEHIND_TIMES.len() + TAIL;
/// How many bytes are looked at around the request's end.
const AROUND: usize = PROTOCOL + BEHIND_REQUEST.len() + TIMES;
/// The length of a protocol and the space before it.
const PROTOCOL: usize = 9;

/// Where the request ends: where what stands behind it is in the line once. The bytes around that
/// start with those a protocol takes up.
#[inline(always)]
fn around_behind_request<'t>(line: &Outlined<'t, '_>) -> Option<(usize, &'t [u8; AROUND])> {
    let start = match line.marks() {
        Some([mark]) => mark.wrapping_sub(MARKED),
        _ => only_one(line)?,
    };
    let around: &[u8; AROUND] = line.ahead().get(start.checked_sub(PROTOCOL)?..)?.first_chunk()?;
    (around[PROTOCOL..].first_chunk() == Some(BEHIND_REQUEST)).then_some((start, around))
}

/// Where it starts, if it stands at one of the marks and at no other.
#[cold]
fn only_one(line: &Outlined<'_, '_>) -> Option<usize> {
    let places = line.all_marks().iter().map(|mark| line.place(*mark).wrapping_sub(MARKED));
    let stands =
        |start: &usize| line.ahead().get(*start..).is_some_and(|t| starts(t, BEHIND_REQUEST));
    let mut found = places.filter(stands);
    found.next().filter(|_| found.next().is_none())
}

/// The length of the key that the line ends in; what it says goes into the reading.
#[inline(always)]
fn last_key(line: &Outlined<'_, '_>, last_word: LastWord, reading: &mut Reading) -> Option<usize> {
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
