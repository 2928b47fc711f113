//! Readers for the formats that most logs are in, each the `log_format` once more as code: the
//! compiler knows every literal, which a program does not.
//!
//! Two things have to be shown of each, besides what its parts look at: that no value could end
//! elsewhere, and that no list goes on where it is taken to end. The second follows from the
//! literals: none starts like a separator of lists.

use super::Reader;
use super::cursor::Cursor;
use crate::line::{Reading, together};
use crate::named::NamedFormat;
use crate::protocol::Protocol;
use crate::span::Span;
use crate::status::Status;
use crate::time::{Instants, Timestamp};

/// The reader of the format of this text, as it stands in a `log_format` without any `escape=`.
pub(super) fn reader(log_format: &str) -> Option<Reader> {
    let readers: [(&str, Reader); 5] = [
        ("upstreamlog_key", upstreamlog::<true>),
        ("upstreamlog", upstreamlog::<false>),
        ("main_ws", main_ws),
        ("main", main),
        ("combined", combined),
    ];
    let is_same = |name: &str| NamedFormat::find(name).is_some_and(|n| n.log_format == log_format);
    readers.into_iter().find(|(name, _)| is_same(name)).map(|(_, reader)| reader)
}

fn upstreamlog<const KEYED: bool>(
    line: &[u8],
    instants: &mut Instants,
    reading: &mut Reading,
) -> Option<()> {
    let mut cursor = Cursor::new(line);
    cursor.literal(b"[")?;
    let (time_local, second) = cursor.time_local(instants)?;
    cursor.literal(b"] ")?;
    let remote_addr = cursor.address()?;
    cursor.literal(b" - ")?;
    // The user ends at a " - " in front of the first colon. Neither word has a space or a colon, so
    // there is one such place, unless the two overlap because the server is called "-".
    let remote_user = cursor.word()?;
    cursor.literal(b" - ")?;
    let server_name = cursor.word()?;
    if server_name.of(line) == b"-" {
        return None;
    }
    cursor.literal(b" to: ")?;
    let upstream_addr = cursor.listed_address()?;
    cursor.literal(b": ")?;
    // The places of its two underscores.
    let probes = [9, 18];
    let request = cursor.text_before(b" upstream_response_time ", probes)?;
    let upstream_response_time = cursor.listed_seconds()?;
    cursor.literal(b" msec ")?;
    let (msec, written) = cursor.msec(instants)?;
    cursor.literal(b" request_time ")?;
    let (duration, request_time) = cursor.seconds()?;
    cursor.literal(b" status ")?;
    let (status, code) = cursor.status()?;
    // The request ends there only if the literal stands nowhere else. It does not in the values
    // above, so it would have to begin with the last space of the next one.
    cursor.literal(b" client -")?;
    if !cursor.lacks(b" upstream_response_time ", probes) {
        return None;
    }
    cursor.literal(b" ")?;
    let values = [
        time_local,
        remote_addr,
        remote_user,
        server_name,
        upstream_addr,
        request,
        upstream_response_time,
        msec,
        duration,
        status,
    ];
    let (front, back) = reading.spans.split_first_chunk_mut()?;
    *front = values;
    match back {
        [agent, key] if KEYED => {
            *agent = cursor.all_but_last_word()?;
            cursor.literal(b" ")?;
            *key = cursor.line()?;
        }
        [agent] if !KEYED => *agent = cursor.line()?,
        _ => return None,
    }
    reading.outcome = outcome(line, request, code);
    reading.written = Some(together(Some(second), written)?);
    reading.request_time = Some(request_time);
    Some(())
}

fn combined(line: &[u8], instants: &mut Instants, reading: &mut Reading) -> Option<()> {
    let mut cursor = Cursor::new(line);
    let (values, code, second) = combined_values(&mut cursor, instants)?;
    cursor.end()?;
    *reading.spans.first_chunk_mut()? = values;
    reading.outcome = outcome(line, values[REQUEST], code);
    reading.written = Some(second);
    reading.request_time = None;
    Some(())
}

fn main(line: &[u8], instants: &mut Instants, reading: &mut Reading) -> Option<()> {
    let mut cursor = Cursor::new(line);
    let (values, code, second) = combined_values(&mut cursor, instants)?;
    let forwarded_for = in_quotes(&mut cursor)?;
    cursor.end()?;
    let (front, back) = reading.spans.split_first_chunk_mut()?;
    *front = values;
    *back.first_mut()? = forwarded_for;
    reading.outcome = outcome(line, values[REQUEST], code);
    reading.written = Some(second);
    reading.request_time = None;
    Some(())
}

fn main_ws(line: &[u8], instants: &mut Instants, reading: &mut Reading) -> Option<()> {
    let mut cursor = Cursor::new(line);
    let (values, code, second) = combined_values(&mut cursor, instants)?;
    let forwarded_for = in_quotes(&mut cursor)?;
    cursor.literal(b" ")?;
    let (duration, request_time) = cursor.seconds()?;
    let key = in_quotes(&mut cursor)?;
    cursor.end()?;
    let (front, back) = reading.spans.split_first_chunk_mut()?;
    *front = values;
    *back.first_chunk_mut()? = [forwarded_for, duration, key];
    reading.outcome = outcome(line, values[REQUEST], code);
    reading.written = Some(second);
    reading.request_time = Some(request_time);
    Some(())
}

/// The protocol and the status, where the request ends in the first.
#[inline(always)]
fn outcome(line: &[u8], request: Span, status: Status) -> Option<(Protocol, Status)> {
    Some((Protocol::at_end_of(request.of(line))?, status))
}

/// The place of the request among the values of `combined`.
const REQUEST: usize = 3;

/// The values of `combined`, with which the others begin.
#[inline(always)]
fn combined_values(
    cursor: &mut Cursor<'_>,
    instants: &mut Instants,
) -> Option<([Span; 8], Status, Timestamp)> {
    let remote_addr = cursor.address()?;
    cursor.literal(b" - ")?;
    // The user ends at a " [" in front of the first colon, which is that of the time: it has
    // neither space nor colon here, so there is one such place.
    let remote_user = cursor.word()?;
    cursor.literal(b" [")?;
    let (time_local, second) = cursor.time_local(instants)?;
    cursor.literal(b"] \"")?;
    let request = cursor.quoted()?;
    cursor.literal(b"\" ")?;
    let (status, code) = cursor.status()?;
    cursor.literal(b" ")?;
    let body_bytes_sent = cursor.number()?;
    let referer = in_quotes(cursor)?;
    let agent = in_quotes(cursor)?;
    let values =
        [remote_addr, remote_user, time_local, request, status, body_bytes_sent, referer, agent];
    Some((values, code, second))
}

/// A value in quotes, with the space before them.
#[inline(always)]
fn in_quotes(cursor: &mut Cursor<'_>) -> Option<Span> {
    cursor.literal(b" \"")?;
    let value = cursor.quoted()?;
    cursor.literal(b"\"")?;
    Some(value)
}
