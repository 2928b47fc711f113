//! `upstreamlog`, without and with the handshake's key at its end.

use super::word::{address, starts, user, word};
use super::{key, outcome};
use crate::formats::LastWord;
use crate::line::{KeyRead, Reading, together};
use crate::outline::{Line, Mark};
use crate::span::Span;
use crate::status::Status;
use crate::straight::seconds::{listed_seconds, seconds};
use crate::time::Instants;
use crate::websocket_key::WebSocketKey;
use crate::window::rfind;

/// What stands behind the request; its underscores are the mark.
const BEHIND_REQUEST: &[u8; 24] = b" upstream_response_time ";
pub(super) const MARK: Mark = Mark::pair(BEHIND_REQUEST, [9, MARKED]);
const MARKED: usize = 18;

pub(super) fn read<const KEYED: bool>(
    line: &Line<'_, '_>,
    last_word: LastWord,
    instants: &mut Instants,
    reading: &mut Reading,
) -> Option<()> {
    let (spans, last) = reading.spans.split_first_chunk_mut::<10>()?;
    let text = line.ahead();
    let (front, rest) = text.split_first_chunk::<29>()?;
    let [b'[', time_local @ .., b']', b' '] = front else { return None };
    let second = instants.local(time_local)?;
    spans[0] = Span::new(1, 1 + time_local.len());
    let request_start = words(rest, front.len(), spans)?;

    let behind_request = behind_request(line)?;
    let request = text.get(request_start..behind_request)?;
    spans[5] = Span::new(request_start, behind_request);
    let mut at = behind_request + BEHIND_REQUEST.len();
    let rest = text.get(at..)?;
    let len = listed_seconds(rest)?;
    spans[6] = Span::new(at, at + len);
    at += len;

    let (middle, rest) = rest.get(len..)?.split_first_chunk::<34>()?;
    if middle[..6] != *b" msec " || middle[20..] != *b" request_time " {
        return None;
    }
    let written = instants.msec(middle[6..].first_chunk()?)?;
    spans[7] = Span::new(at + 6, at + 20);
    at += middle.len();
    let (len, request_time) = seconds(rest)?;
    spans[8] = Span::new(at, at + len);
    at += len;

    let tail: &[u8; 21] = rest.get(len..)?.first_chunk()?;
    if tail[..8] != *b" status " || tail[11..] != *b" client - " {
        return None;
    }
    let status = Status::parse(&tail[8..11])?;
    spans[9] = Span::new(at + 8, at + 11);
    at += tail.len();

    let (key_len, key_read) = if KEYED { last_key(line, last_word)? } else { (0, KeyRead::None) };
    let agent_end = line.len().checked_sub(key_len + usize::from(KEYED))?;
    if agent_end < at {
        return None;
    }
    *last.first_mut()? = Span::new(at, agent_end);
    if KEYED {
        *last.get_mut(1)? = Span::new(agent_end + 1, line.len());
    }
    reading.outcome = outcome(request, status);
    reading.written = Some(together(Some(second), written)?);
    reading.request_time = Some(request_time);
    reading.key = key_read;
    Some(())
}

/// `$remote_addr - $remote_user - $server_name to: $upstream_addr: `, which starts at `start` in the
/// line; where it ends.
///
/// The user ends at a " - " in front of the first colon. Neither it nor the server has a space or a
/// colon here, so there is one such place, unless the two overlap because the server is called "-".
#[inline(always)]
fn words(text: &[u8], start: usize, spans: &mut [Span; 10]) -> Option<usize> {
    let addr = address::<1>(text)?;
    spans[1] = Span::new(start, start + addr);
    let (rest, at) = (text.get(addr..)?, start + addr);
    let user = if starts(rest, b" - - - ") { 1 } else { user(rest, b" - ")? };
    spans[2] = Span::new(at + 3, at + 3 + user);
    let (rest, at) = (rest.get(3 + user + 3..)?, at + 3 + user + 3);
    let server = word::<2>(rest)?;
    spans[3] = Span::new(at, at + server);
    let (name, rest) = rest.split_at_checked(server)?;
    let at = at + server;
    if name == b"-" || !starts(rest, b" to: ") {
        return None;
    }
    let (rest, at) = (rest.get(5..)?, at + 5);
    // The colon is one of the address's characters.
    let upstream = address::<2>(rest)?.checked_sub(1)?;
    spans[4] = Span::new(at, at + upstream);
    (upstream > 0 && starts(rest.get(upstream..)?, b": ")).then_some(at + upstream + 2)
}

/// Where the request ends: where what stands behind it is in the line once.
#[inline(always)]
fn behind_request(line: &Line<'_, '_>) -> Option<usize> {
    match line.marks() {
        Some([mark]) => start_of(line, mark),
        _ => {
            let places = line.all_marks()?.iter().map(|mark| line.place(*mark));
            let mut starts = places.filter_map(|mark| start_of(line, mark));
            starts.next().filter(|_| starts.next().is_none())
        }
    }
}

/// Where it starts, if it stands at this mark.
#[inline(always)]
fn start_of(line: &Line<'_, '_>, mark: usize) -> Option<usize> {
    let start = mark.checked_sub(MARKED)?;
    let text = line.ahead().get(start..)?.first_chunk()?;
    (text == BEHIND_REQUEST).then_some(start)
}

/// The length of the key that the line ends in, and what it says.
#[inline(always)]
fn last_key(line: &Line<'_, '_>, last_word: LastWord) -> Option<(usize, KeyRead)> {
    Some(match last_word {
        LastWord::Dash => (1, KeyRead::None),
        LastWord::Key => (WebSocketKey::TEXT_LEN, KeyRead::Last),
        LastWord::Other => {
            let word = line.bytes().get(rfind(b' ', line.bytes())? + 1..)?;
            (word.len(), key(word))
        }
    })
}
