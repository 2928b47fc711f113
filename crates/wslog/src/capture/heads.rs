//! Heads as people paste them into an issue, and what `curl -v` prints.
//!
//! Text that is no head is skipped: bodies, notes. A head is a request line or a status line, fields,
//! and a blank line, the beginning of another head or the end of the text. An answer belongs to the
//! request before it.

pub(super) mod line;

use std::io::{BufRead, BufReader, Read};

use self::line::Line;
use super::date::http_date;
use super::error::{CaptureError, CaptureErrorKind};
use super::exchange::{Answer, Exchange, Request};
use super::message::{self, MAX_HEAD};
use super::summary::{Summary, Undecoded};

/// Reads pasted heads.
pub(super) fn read(reader: impl Read, each: &mut dyn FnMut(Exchange)) -> Summary {
    let mut heads = Heads { summary: Summary::default(), head: None, open: None, each };
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    let error = loop {
        let byte = heads.summary.bytes;
        match read_line(&mut reader, &mut line) {
            Ok(0) => break None,
            Ok(len) => {
                heads.summary.bytes += len;
                heads.line(byte, &line);
            }
            Err(error) => break Some((byte, error)),
        }
    };
    heads.end_head(true);
    heads.hand_on();
    heads.summary.error =
        error.map(|(byte, error)| CaptureError { byte, kind: CaptureErrorKind::Unreadable(error) });
    heads.summary
}

/// Reads a line into a buffer that does not grow past [`MAX_HEAD`]: a longer line is no part of a
/// head, and its rest is passed over. Returns its whole length.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<u64> {
    line.clear();
    let mut len = 0;
    loop {
        let block = reader.fill_buf()?;
        let newline = memchr::memchr(b'\n', block);
        let taken = newline.map_or(block.len(), |newline| newline + 1);
        let room = (MAX_HEAD + 1).saturating_sub(line.len());
        line.extend(block.iter().take(taken.min(room)));
        reader.consume(taken);
        len += taken as u64;
        if newline.is_some() || taken == 0 {
            return Ok(len);
        }
    }
}

struct Heads<'a> {
    summary: Summary,
    /// The head that is being read.
    head: Option<Head>,
    /// The request that waits for its answer.
    open: Option<Exchange>,
    each: &'a mut dyn FnMut(Exchange),
}

struct Head {
    byte: u64,
    /// Its lines, each with CRLF at its end.
    text: Vec<u8>,
    has_fields: bool,
}

impl Heads<'_> {
    fn line(&mut self, byte: u64, line: &[u8]) {
        let is_too_long = line.len() > MAX_HEAD;
        let line = Line::of(line);
        if line.is_curls_own() {
            return;
        }
        if is_too_long {
            self.end_head(false);
        } else if line.text.is_empty() {
            self.end_head(true);
        } else if line.begins_head() {
            self.end_head(true);
            let text = [line.text, b"\r\n"].concat();
            self.head = Some(Head { byte: byte + line.indent as u64, text, has_fields: false });
        } else if !line.is_field() {
            self.end_head(false);
        } else if let Some(head) = &mut self.head {
            head.has_fields = true;
            head.text.extend(line.text);
            head.text.extend(b"\r\n");
            if head.text.len() > MAX_HEAD {
                self.head = None;
                self.summary.count(Undecoded::MalformedMessage);
            }
        }
    }

    /// The head that was read is over. Without fields it is one only if nothing else follows.
    fn end_head(&mut self, is_clean: bool) {
        let Some(mut head) = self.head.take().filter(|head| is_clean || head.has_fields) else {
            return;
        };
        if !is_clean {
            self.summary.count(Undecoded::MalformedHeader);
        }
        head.text.extend(b"\r\n");
        let Some((first, fields)) = message::first_line(&head.text) else { return };
        let Ok(fields) = message::fields(fields) else {
            return self.summary.count(Undecoded::MalformedMessage);
        };
        self.summary.packets += 1;
        if let Some(answer) = message::status_line(first) {
            self.answer(Answer { headers: fields.headers, ..answer });
        } else if let Some(request) = message::request_line(first) {
            self.hand_on();
            self.open = Some(exchange(head.byte, Request { headers: fields.headers, ..request }));
        }
    }

    fn answer(&mut self, answer: Answer) {
        if message::is_interim(answer.status) {
            return;
        }
        let Some(mut exchange) = self.open.take() else {
            return self.summary.count(Undecoded::AnswerWithoutRequest);
        };
        let date = answer.headers.all("Date").find_map(http_date);
        (exchange.answered_at, exchange.ended_at) = (date, date);
        exchange.answer = Some(answer);
        self.open = Some(exchange);
        self.hand_on();
    }

    fn hand_on(&mut self) {
        if let Some(exchange) = self.open.take() {
            self.summary.requests += 1;
            (self.each)(exchange);
        }
    }
}

fn exchange(byte: u64, request: Request) -> Exchange {
    Exchange {
        byte,
        request,
        answer: None,
        answer_lost: false,
        started_at: None,
        answered_at: None,
        ended_at: None,
        client: None,
        server: None,
    }
}
