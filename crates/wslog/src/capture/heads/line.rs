//! One line of a pasted text, without what surrounds it.

use super::super::kind::BYTE_ORDER_MARK;
use super::super::message::{is_field_line, request_line, status_line};

/// A line without its end, its indentation and the mark that curl puts in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Line<'a> {
    pub(in super::super) text: &'a [u8],
    pub(in super::super) mark: Option<Mark>,
    /// Bytes in front of the text.
    pub(in super::super) indent: usize,
}

/// What `curl -v` puts in front of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Mark {
    /// `>`: sent.
    Sent,
    /// `<`: received.
    Received,
}

impl<'a> Line<'a> {
    pub(in super::super) fn of(line: &'a [u8]) -> Line<'a> {
        let end = line.trim_ascii_end();
        let text = end.strip_prefix(BYTE_ORDER_MARK).unwrap_or(end).trim_ascii_start();
        let (mark, text) = match text {
            [b'>'] | [b'>', b' ', ..] => (Some(Mark::Sent), after_mark(text)),
            [b'<'] | [b'<', b' ', ..] => (Some(Mark::Received), after_mark(text)),
            _ => (None, text),
        };
        Line { text, mark, indent: end.len() - text.len() }
    }

    /// Whether it is something a person or a tool wrote about what follows.
    pub(in super::super) fn is_comment(&self) -> bool {
        let begins = |begin: &&str| self.text.starts_with(begin.as_bytes());
        self.mark.is_none() && ["#", "//", "--", "=="].iter().any(begins) || self.is_curls_own()
    }

    /// Whether it is what `curl -v` says between the lines of a head.
    pub(in super::super) fn is_curls_own(&self) -> bool {
        let begins = |begin: &&str| self.text.starts_with(begin.as_bytes());
        self.mark.is_none() && ["* ", "{ [", "} ["].iter().any(begins)
    }

    pub(in super::super) fn is_field(&self) -> bool {
        is_field_line(self.text)
    }

    /// Whether it is a request line or a status line.
    pub(in super::super) fn begins_head(&self) -> bool {
        self.mark != Some(Mark::Received) && self.is_request()
            || self.mark != Some(Mark::Sent) && status_line(self.text).is_some()
    }

    /// Whether it is a request line whose method is in capitals, as all registered ones are: prose
    /// may end in a protocol too.
    fn is_request(&self) -> bool {
        request_line(self.text).is_some_and(|request| {
            request.method.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'-')
        })
    }
}

fn after_mark(text: &[u8]) -> &[u8] {
    text.get(1..).unwrap_or_default().trim_ascii_start()
}
