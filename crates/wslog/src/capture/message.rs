//! The head of one HTTP/1 message ([RFC 9112 §2](https://www.rfc-editor.org/rfc/rfc9112#section-2)).
//!
//! The first line is split here, for a raw space in a target is wrong but was served for years (by
//! nginx before 1.21.1); the fields are httparse's.

use httparse::{EMPTY_HEADER, ParserConfig};
use wslog_parse::{Protocol, Status};

use super::exchange::{Answer, Header, Headers, Request};

/// Most bytes of a head.
pub const MAX_HEAD: usize = 64 * 1024;

/// Most header fields of a head.
pub const MAX_HEADERS: usize = 1024;

/// Most bytes of a method; the longest registered one has 17.
const MAX_METHOD: usize = 32;

/// A head that is none after its first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// The fields of a head, and whether a line among them was none.
pub(super) struct Fields {
    pub(super) headers: Headers,
    pub(super) is_clean: bool,
}

/// Method, target and protocol of a request line, without its line end.
pub(super) fn request_line(line: &[u8]) -> Option<Request> {
    let method_len = line.iter().position(|&byte| byte == b' ')?;
    let (method, rest) = line.split_at(method_len);
    let protocol_at = rest.iter().rposition(|&byte| byte == b' ')?;
    let (target, protocol) = rest.split_at(protocol_at);
    let protocol = Protocol::parse(protocol.trim_ascii_start())?;
    let target = target.trim_ascii();
    let is_method = (1..=MAX_METHOD).contains(&method.len()) && method.iter().all(is_token);
    let is_target = !target.is_empty() && !target.iter().any(u8::is_ascii_control);
    (is_method && is_target).then(|| Request {
        method: method.to_vec(),
        target: target.to_vec(),
        protocol,
        has_websocket_url: false,
        headers: Headers::default(),
    })
}

/// Protocol, status and reason of a status line, without its line end. The reason may be missing,
/// and the space before it.
pub(super) fn status_line(line: &[u8]) -> Option<Answer> {
    let (protocol, rest) = line.split_at_checked(b"HTTP/1.1".len())?;
    let protocol = Protocol::parse(protocol)?;
    let (status, reason) = rest.strip_prefix(b" ")?.split_at_checked(3)?;
    let status = Status::parse(status)?;
    let is_reason = reason.first().is_none_or(|&byte| byte == b' ')
        && !reason.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t');
    is_reason.then(|| Answer {
        protocol,
        status,
        reason: reason.trim_ascii().to_vec(),
        headers: Headers::default(),
    })
}

/// Whether an answer is not the final one: 101 is.
pub(super) fn is_interim(status: Status) -> bool {
    (100..200).contains(&status.code()) && status != Status::SWITCHING_PROTOCOLS
}

/// Whether a line is a header field: a token, a colon, a value.
pub(super) fn is_field_line(line: &[u8]) -> bool {
    let name = line.split(|&byte| byte == b':').next().unwrap_or_default();
    !name.is_empty() && name.len() < line.len() && name.iter().all(is_token)
}

/// Whether a byte may stand in a token ([RFC 9110 §5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)).
pub(super) fn is_token(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte)
}

/// Where a head ends, its blank line included, if it does. The search goes on where it ended before.
pub(super) fn head_len(bytes: &[u8], searched: usize) -> Option<usize> {
    let from = searched.saturating_sub(b"\n\r".len());
    let (_, unsearched) = bytes.split_at_checked(from)?;
    memchr::memchr_iter(b'\n', unsearched).find_map(|newline| {
        let end = from + newline + 1;
        let after = bytes.get(end..)?;
        match after {
            [b'\n', ..] => Some(end + 1),
            [b'\r', b'\n', ..] => Some(end + 2),
            _ => None,
        }
    })
}

/// The first line of a head without its line end, and what follows it.
pub(super) fn first_line(head: &[u8]) -> Option<(&[u8], &[u8])> {
    let newline = memchr::memchr(b'\n', head)?;
    let (line, rest) = head.split_at_checked(newline + 1)?;
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    Some((line.strip_suffix(b"\r").unwrap_or(line), rest))
}

/// The fields after a first line, up to and with the blank line.
pub(super) fn fields(lines: &[u8]) -> Result<Fields, Malformed> {
    let mut room = [EMPTY_HEADER; 64];
    if let Ok(httparse::Status::Complete((_, headers))) = httparse::parse_headers(lines, &mut room)
    {
        return Ok(Fields { headers: kept(headers), is_clean: true });
    }
    // Only whole messages can be read with leniency, so a status line is put in front.
    let message = [b"HTTP/1.1 200\r\n", lines].concat();
    let mut room = vec![EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut room);
    let mut config = ParserConfig::default();
    config.ignore_invalid_headers_in_responses(true);
    config.allow_obsolete_multiline_headers_in_responses(true);
    config.allow_spaces_after_header_name_in_responses(true);
    match config.parse_response(&mut response, &message) {
        Ok(httparse::Status::Complete(_)) => {
            let headers = kept(response.headers);
            let is_clean = headers.0.len() == field_lines(lines) && !has_odd_line(lines);
            Ok(Fields { headers, is_clean })
        }
        _ => Err(Malformed),
    }
}

/// How many lines begin a field, or should.
fn field_lines(lines: &[u8]) -> usize {
    let begins =
        |line: &&[u8]| !line.trim_ascii().is_empty() && !matches!(line.first(), Some(b' ' | b'\t'));
    lines.split(|&byte| byte == b'\n').filter(begins).count()
}

/// Whether a line is neither a field, nor the continuation of one, nor blank.
fn has_odd_line(lines: &[u8]) -> bool {
    lines.split(|&byte| byte == b'\n').any(|line| {
        let is_continued = matches!(line.first(), Some(b' ' | b'\t'));
        !(is_field_line(line) || is_continued || line.trim_ascii().is_empty())
    })
}

fn kept(headers: &[httparse::Header<'_>]) -> Headers {
    let kept = headers.iter().map(|header| Header {
        name: header.name.as_bytes().to_vec(),
        value: header.value.trim_ascii().to_vec(),
    });
    Headers(kept.collect())
}

/// Whether a request line may begin with these bytes: with a method, and a space where that is over.
pub(super) fn may_be_request(bytes: &[u8]) -> bool {
    let method = bytes.iter().take_while(|byte| is_token(byte)).count();
    match bytes.get(method) {
        None => method <= MAX_METHOD,
        Some(b' ') => (1..=MAX_METHOD).contains(&method) && !bytes.contains(&0),
        Some(_) => false,
    }
}
