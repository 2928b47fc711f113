//! Where a message ends ([RFC 9112 §6](https://www.rfc-editor.org/rfc/rfc9112#section-6)).

use wslog_parse::Status;

use super::exchange::Headers;
use super::message;
use super::stream::Stream;

/// Longest line that announces a chunk, and longest line of a trailer.
const MAX_LINE: usize = 16 << 10;

/// What is left of a message's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// So many bytes.
    Length(u64),
    /// A line that says how long the next chunk is.
    ChunkSize,
    /// So many bytes of a chunk, the line end behind it among them.
    Chunk(u64),
    /// Lines up to a blank one.
    Trailer,
    /// All that comes.
    UntilClose,
}

/// How far a body was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// To its end.
    Ended,
    /// Not to its end: bytes have to come.
    Open,
    /// To something that cannot stand there.
    Malformed,
}

/// A message whose length cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Undelimited;

impl Body {
    /// What follows a request's head.
    pub(super) fn of_request(headers: &Headers) -> Result<Body, Undelimited> {
        match transfer_coding(headers) {
            Some(true) => Ok(Body::ChunkSize),
            Some(false) => Err(Undelimited),
            None => Ok(Body::Length(content_length(headers)?.unwrap_or(0))),
        }
    }

    /// What follows the head of an answer that opens no tunnel.
    pub(super) fn of_answer(
        status: Status,
        headers: &Headers,
        is_to_head: bool,
    ) -> Result<Body, Undelimited> {
        if is_to_head || matches!(status.code(), 100..200 | 204 | 304) {
            return Ok(Body::Length(0));
        }
        match transfer_coding(headers) {
            Some(true) => Ok(Body::ChunkSize),
            Some(false) => Ok(Body::UntilClose),
            None => Ok(content_length(headers)?.map_or(Body::UntilClose, Body::Length)),
        }
    }

    /// Passes over what has come of it.
    pub(super) fn skip(&mut self, stream: &mut Stream) -> Progress {
        loop {
            match self {
                Body::Length(left) => {
                    *left -= stream.skip(*left);
                    return if *left == 0 { Progress::Ended } else { Progress::Open };
                }
                Body::Chunk(left) => {
                    *left -= stream.skip(*left);
                    if *left > 0 {
                        return Progress::Open;
                    }
                    *self = Body::ChunkSize;
                }
                Body::UntilClose => return Progress::Open,
                Body::ChunkSize | Body::Trailer => {
                    let Some((line, _)) = message::first_line(stream.ready()) else {
                        let is_line = stream.ready().len() <= MAX_LINE;
                        stream.join();
                        return if is_line { Progress::Open } else { Progress::Malformed };
                    };
                    let (is_blank, size) = (line.is_empty(), chunk_size(line));
                    let newline = memchr::memchr(b'\n', stream.ready());
                    stream.consume(newline.map_or(0, |newline| newline + 1));
                    *self = match (*self, size) {
                        (Body::Trailer, _) if is_blank => return Progress::Ended,
                        (Body::Trailer, _) | (_, Some(0)) => Body::Trailer,
                        (_, Some(size)) => Body::Chunk(size.saturating_add(b"\r\n".len() as u64)),
                        (_, None) => return Progress::Malformed,
                    };
                }
            }
        }
    }
}

/// Whether there is a transfer coding, and if so, whether `chunked` is the last one.
fn transfer_coding(headers: &Headers) -> Option<bool> {
    let last = headers.all("Transfer-Encoding").last()?;
    let last = last.rsplit(|&byte| byte == b',').next().unwrap_or_default();
    Some(last.trim_ascii().eq_ignore_ascii_case(b"chunked"))
}

/// The value of Content-Length. Several that agree are as good as one.
fn content_length(headers: &Headers) -> Result<Option<u64>, Undelimited> {
    let mut lengths =
        headers.all("Content-Length").flat_map(|value| value.split(|&byte| byte == b','));
    let Some(first) = lengths.next() else { return Ok(None) };
    let is_same = lengths.all(|other| other.trim_ascii() == first.trim_ascii());
    let first = first.trim_ascii();
    let is_number = is_same && !first.is_empty() && first.iter().all(u8::is_ascii_digit);
    let number = std::str::from_utf8(first).ok().filter(|_| is_number);
    number.and_then(|number| number.parse().ok()).map(Some).ok_or(Undelimited)
}

/// The number in front of a chunk, hexadecimal; extensions may follow it.
fn chunk_size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|&byte| byte == b';').next()?.trim_ascii();
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_number)?;
    u64::from_str_radix(digits, 16).ok()
}
