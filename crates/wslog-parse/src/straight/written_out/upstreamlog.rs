//! `upstreamlog`, without and with the handshake's key at its end.

use super::head::Head;
use super::seconds::{listed_seconds, seconds};
use super::{key, outcome};
use crate::formats::LastWord;
use crate::line::{Reading, together};
use crate::outline::{Line, Mark};
use crate::span::Span;
use crate::status::Status;
use crate::time::Instants;
use crate::websocket_key::WebSocketKey;
use crate::window::{BLOCK, rfind};

/// What stands behind the request; its underscores are the mark.
const BEHIND_REQUEST: &[u8; 24] = b" upstream_response_time ";
pub(super) const MARK: Mark = Mark::pair(BEHIND_REQUEST, [9, MARKED]);
const MARKED: usize = 18;

pub(super) fn read<const KEYED: bool>(
    line: &Line<'_, '_>,
    last_word: &LastWord,
    instants: &mut Instants,
    reading: &mut Reading,
) -> Option<()> {
    let text = line.ahead();
    let (front, behind) = text.split_first_chunk::<29>()?;
    let [b'[', time_local @ .., b']', b' '] = front else { return None };
    let second = instants.local(time_local)?;
    let [remote_addr, remote_user, server_name, upstream_addr] = words(behind, front.len())?;

    let behind_request = behind_request(line)?;
    let request = upstream_addr.end() + 2..behind_request;
    let time_start = behind_request + BEHIND_REQUEST.len();
    let time_end = time_start + listed_seconds(text.get(time_start..)?)?;

    let middle: &[u8; 34] = text.get(time_end..)?.first_chunk()?;
    let written = instants.msec(middle[6..].first_chunk()?)?;
    let duration_start = time_end + middle.len();
    let (duration_len, request_time) = seconds(text.get(duration_start..)?)?;
    let duration_end = duration_start + duration_len;

    let tail: &[u8; 21] = text.get(duration_end..)?.first_chunk()?;
    let status = Status::parse(&tail[8..11])?;
    let agent_start = duration_end + tail.len();
    let is_fit = middle[..6] == *b" msec "
        && middle[20..] == *b" request_time "
        && tail[..8] == *b" status "
        && tail[11..] == *b" client - ";
    if !is_fit {
        return None;
    }

    reading.outcome = outcome(text.get(request.clone())?, status);
    reading.written = Some(together(Some(second), written)?);
    reading.request_time = Some(request_time);
    let (spans, last) = reading.spans.split_first_chunk_mut()?;
    *spans = [
        Span::new(1, 1 + time_local.len()),
        remote_addr,
        remote_user,
        server_name,
        upstream_addr,
        Span::new(request.start, request.end),
        Span::new(time_start, time_end),
        Span::new(time_end + 6, time_end + 20),
        Span::new(duration_start, duration_end),
        Span::new(duration_end + 8, duration_end + 11),
    ];
    match last {
        [agent, key] if KEYED => {
            let (key_len, decoded) = last_key(line, last_word)?;
            let key_start = line.len().checked_sub(key_len)?;
            let agent_end = key_start.checked_sub(1).filter(|&end| agent_start <= end)?;
            *agent = Span::new(agent_start, agent_end);
            *key = Span::new(key_start, line.len());
            reading.key = decoded;
        }
        [agent] if !KEYED && agent_start <= line.len() => {
            *agent = Span::new(agent_start, line.len());
            reading.key = None;
        }
        _ => return None,
    }
    Some(())
}

/// `$remote_addr - $remote_user - $server_name to: $upstream_addr: `, of which `$remote_addr` starts
/// at `start` in the line.
///
/// The user ends at a " - " in front of the first colon. Neither it nor the server has a space or a
/// colon here, so there is one such place, unless the two overlap because the server is called "-".
#[inline(always)]
fn words(text: &[u8], start: usize) -> Option<[Span; 4]> {
    let head = Head::of(text)?;
    let [addr, dash, user, second_dash, server, to, upstream] = head.ends();
    let is_upstream = upstream < BLOCK && upstream > to + 2 && head.byte(upstream - 1) == b':';
    let are_dashes = dash == addr + 2
        && head.byte(addr + 1) == b'-'
        && second_dash == user + 2
        && head.byte(user + 1) == b'-';
    let is_dash = server == second_dash + 2 && head.byte(second_dash + 1) == b'-';
    let is_fit = is_upstream
        && are_dashes
        && addr > 0
        && !is_dash
        && text.get(server..to)? == b" to:"
        && head.is_plain(upstream)
        && head.lacks_colon(dash, server);
    if !is_fit {
        return None;
    }
    Some([
        Span::new(start, start + addr),
        Span::new(start + dash + 1, start + user),
        Span::new(start + second_dash + 1, start + server),
        Span::new(start + to + 1, start + upstream - 1),
    ])
}

/// Where the request ends: where what stands behind it is in the line once.
#[inline(always)]
fn behind_request(line: &Line<'_, '_>) -> Option<usize> {
    match line.marks() {
        Some([mark]) => start_of(line, mark),
        _ => {
            let mut starts = line.all_marks()?.filter_map(|mark| start_of(line, mark));
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
fn last_key(
    line: &Line<'_, '_>,
    last_word: &LastWord,
) -> Option<(usize, Option<Option<WebSocketKey>>)> {
    Some(match last_word {
        LastWord::Dash => (1, None),
        LastWord::Key(key) => (WebSocketKey::TEXT_LEN, Some(Some(*key))),
        LastWord::Other => {
            let word = line.bytes().get(rfind(b' ', line.bytes())? + 1..)?;
            (word.len(), key(word))
        }
    })
}
