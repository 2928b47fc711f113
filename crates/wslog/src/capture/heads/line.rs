//! One line of a pasted text, without what surrounds it.

use super::super::exchange::{Answer, Request};
use super::super::kind::BYTE_ORDER_MARK;
use super::super::message::{is_field_line, request_line, status_line};
use super::around;

/// A line without its end, its indentation and the mark that curl puts in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Line<'a> {
    pub(in super::super) text: &'a [u8],
    pub(in super::super) mark: Option<Mark>,
    /// Bytes in front of the text.
    pub(in super::super) indent: usize,
    /// White space in front of the text, without the space that follows a mark.
    pub(super) inset: usize,
}

/// What `curl -v` puts in front of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Mark {
    /// `>`: sent.
    Sent,
    /// `<`: received.
    Received,
}

/// What a head begins with.
pub(super) enum First {
    Request(Request),
    Answer(Answer),
}

impl<'a> Line<'a> {
    pub(in super::super) fn of(line: &'a [u8]) -> Line<'a> {
        let end = line.trim_ascii_end();
        let whole = end.strip_prefix(BYTE_ORDER_MARK).unwrap_or(end);
        let text = around::without_progress(around::without_time(whole.trim_ascii_start()));
        let text = unquoted(text);
        let (mark, behind) = match text {
            [b'>'] | [b'>', b' ', ..] => (Some(Mark::Sent), text.get(1..)),
            [b'<'] | [b'<', b' ', ..] => (Some(Mark::Received), text.get(1..)),
            _ => (None, None),
        };
        let (text, inset) = match behind {
            None => (text, whole.len() - text.len()),
            Some(behind) => {
                let text = behind.trim_ascii_start();
                (text, (behind.len() - text.len()).saturating_sub(1))
            }
        };
        Line { text, mark, indent: end.len() - text.len(), inset }
    }

    /// Whether it is something a person or a tool wrote about what follows.
    pub(in super::super) fn is_comment(&self) -> bool {
        let begins = |begin: &&str| self.text.starts_with(begin.as_bytes());
        let is_note =
            || ["#", "//", "--", "==", "```", "~~~"].iter().any(begins) || self.is_heading();
        self.mark.is_none() && is_note() || around::is_command(self.text) || self.is_curls_own()
    }

    /// Whether it is what `curl -v` says between the lines of a head.
    pub(in super::super) fn is_curls_own(&self) -> bool {
        let begins = |begin: &&str| self.text.starts_with(begin.as_bytes());
        self.mark.is_none()
            && (["* ", "{ [", "} ["].iter().any(begins) || around::is_progress(self.text))
    }

    /// Whether it is a heading of a browser's tools.
    pub(super) fn is_heading(&self) -> bool {
        self.mark.is_none() && around::is_heading(self.text)
    }

    pub(in super::super) fn is_field(&self) -> bool {
        is_field_line(self.text)
    }

    /// Whether it is a request line or a status line.
    pub(in super::super) fn begins_head(&self) -> bool {
        self.first().is_some()
    }

    /// The request line or status line that it is.
    pub(super) fn first(&self) -> Option<First> {
        let request = || request_of(self.text).map(First::Request);
        let answer = || answer_of(self.text).map(First::Answer);
        match self.mark {
            None => request().or_else(answer),
            // What is quoted in a mail has the mark of what was sent, whatever it is.
            Some(Mark::Sent) => request().or_else(answer),
            Some(Mark::Received) => answer(),
        }
    }
}

/// A line without the marks of quotations in front of what has a mark of its own.
fn unquoted(text: &[u8]) -> &[u8] {
    let mut inner = text;
    while let Some(behind) = inner.strip_prefix(b">").map(<[u8]>::trim_ascii_start)
        && matches!(behind.first(), Some(b'>' | b'<' | b'*'))
    {
        inner = behind;
    }
    inner
}

/// A request line whose method is in capitals, as all registered ones are: prose may end in a
/// protocol too.
fn request_of(text: &[u8]) -> Option<Request> {
    let is_short = text.ends_with(b" HTTP/2") || text.ends_with(b" HTTP/3");
    let request = match is_short {
        true => request_line(&[text, b".0"].concat()),
        false => request_line(text),
    };
    request.filter(|request| {
        request.method.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'-')
    })
}

/// A status line; curl writes that of HTTP/2 as `HTTP/2 200`.
fn answer_of(text: &[u8]) -> Option<Answer> {
    let short = [b"HTTP/2", b"HTTP/3"].into_iter().find(|it| text.starts_with(*it));
    let rest = short.and_then(|short| text.strip_prefix(short)).filter(|it| it.starts_with(b" "));
    match (short, rest) {
        (Some(short), Some(rest)) => status_line(&[short, &b".0"[..], rest].concat()),
        _ => status_line(text),
    }
}
