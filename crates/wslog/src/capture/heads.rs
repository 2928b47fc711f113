//! Heads as people paste them into an issue, and what `curl -v` prints.
//!
//! A head is a request line or a status line, fields, and a blank line, a comment, the beginning of
//! another head or the end of the text. Behind it may stand its body. Other text is counted.

mod around;
mod body;
pub(super) mod line;
mod pairs;
mod tunnel;

use std::io::{BufRead, BufReader, Read};

use wslog_parse::Status;

use self::body::{Kept, Verdict};
use self::line::{First, Line, Mark};
use self::pairs::{Message, Pairs, Waiting};
use self::tunnel::{Tunnel, is_text};
use super::body::Body;
use super::error::{CaptureError, CaptureErrorKind};
use super::exchange::{Answer, Exchange, Request};
use super::message::{self, MAX_HEAD};
use super::summary::{Summary, Undecoded};

/// Reads pasted heads.
pub(super) fn read(reader: impl Read, each: &mut dyn FnMut(Exchange)) -> Summary {
    let output = Output { summary: Summary::default(), each };
    let mut heads = Heads {
        output,
        head: None,
        waiting: Waiting::default(),
        begun: None,
        kept: None,
        body: 0,
        tunnel: Tunnel::None,
    };
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    let error = loop {
        let byte = heads.output.summary.bytes;
        match read_line(&mut reader, &mut line) {
            Ok(0) => break None,
            Ok(len) => {
                heads.output.summary.bytes += len;
                heads.next(byte, &line);
            }
            Err(error) => break Some((byte, error)),
        }
    };
    heads.end();
    let mut summary = heads.output.summary;
    summary.error =
        error.map(|(byte, error)| CaptureError { byte, kind: CaptureErrorKind::Unreadable(error) });
    summary
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
    output: Output<'a>,
    /// The head that is being read.
    head: Option<Head>,
    waiting: Waiting,
    /// For the lines that may be the body of the head that just ended.
    begun: Option<Kept>,
    /// Lines that may be a body.
    kept: Option<Kept>,
    /// Bytes of text that may follow the last head as its body.
    body: u64,
    tunnel: Tunnel,
}

struct Output<'a> {
    summary: Summary,
    each: &'a mut dyn FnMut(Exchange),
}

struct Head {
    byte: u64,
    first: First,
    mark: Option<Mark>,
    inset: usize,
    /// The lines of its fields, each with CRLF at its end.
    fields: Vec<u8>,
    is_too_long: bool,
}

/// How a head ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// With a blank line.
    Blank,
    /// With what is no line of it, but may follow one.
    Clean,
    /// With what should not stand there.
    Odd,
}

impl Heads<'_> {
    /// Takes a line, which may be one of a body.
    fn next(&mut self, byte: u64, line: &[u8]) {
        let Some(kept) = &mut self.kept else {
            self.line(byte, line);
            self.kept = self.begun.take();
            return;
        };
        match kept.line(byte, line) {
            Verdict::Open => {}
            Verdict::Body => {
                (self.kept, self.body) = (None, 0);
                self.next(byte, line);
            }
            Verdict::No => self.give_back(),
        }
    }

    /// Reads lines as if they were no body. Heads among them are not asked for theirs: each line is
    /// kept once.
    fn give_back(&mut self) {
        for (byte, line) in self.kept.take().into_iter().flat_map(|kept| kept.lines) {
            self.line(byte, &line);
        }
        self.begun = None;
    }

    fn end(&mut self) {
        match self.kept.as_ref().map(Kept::end) {
            Some(Verdict::Body) => {}
            _ => self.give_back(),
        }
        self.end_head(End::Clean);
        self.waiting.end(&mut self.output);
    }

    fn line(&mut self, byte: u64, line: &[u8]) {
        let is_too_long = line.len() > MAX_HEAD;
        if self.is_of_frames(line) {
            return self.output.summary.count(Undecoded::OtherText);
        }
        let line = Line::of(line);
        if line.is_curls_own() {
            return;
        }
        if is_too_long {
            return self.text(&line);
        }
        if line.text.is_empty() {
            return self.end_head(End::Blank);
        }
        if let Some(first) = line.first() {
            self.end_head(End::Clean);
            let (byte, mark, inset) = (byte + line.indent as u64, line.mark, line.inset);
            let head = Head { byte, first, mark, inset, fields: Vec::new(), is_too_long: false };
            self.head = Some(head);
        } else if !self.head.as_mut().is_some_and(|head| head.take(&line)) {
            match line.is_comment() {
                true => self.end_head(End::Clean),
                false => self.text(&line),
            }
        }
    }

    /// Whether a line is of frames, or behind some.
    fn is_of_frames(&mut self, line: &[u8]) -> bool {
        let is_open = self.head.as_ref().map_or(self.tunnel == Tunnel::Opened, Head::is_switch);
        if is_open && !is_text(line) {
            self.end_head(End::Blank);
            self.tunnel = Tunnel::Frames;
        }
        self.tunnel == Tunnel::Frames
    }

    /// Takes a line that is of no head.
    fn text(&mut self, line: &Line<'_>) {
        let is_odd_line = self.head.as_ref().is_some_and(Head::has_fields);
        self.end_head(End::Odd);
        let len = line.text.len() as u64;
        if self.body > 0 {
            self.body = self.body.saturating_sub(len);
        } else if !is_odd_line {
            self.output.summary.count(Undecoded::OtherText);
        }
    }

    /// The head that was read is over. Without fields it is one only if nothing odd follows.
    fn end_head(&mut self, end: End) {
        let Some(mut head) = self.head.take() else { return };
        let summary = &mut self.output.summary;
        if end == End::Odd && !head.has_fields() {
            // It was text.
            if self.body == 0 {
                summary.count(Undecoded::OtherText);
            }
            return;
        }
        self.body = 0;
        self.tunnel = if head.is_switch() { Tunnel::Opened } else { Tunnel::None };
        if head.is_too_long {
            return summary.count(Undecoded::MalformedMessage);
        }
        if end == End::Odd {
            summary.count(Undecoded::MalformedHeader);
        }
        head.fields.extend(b"\r\n");
        let Ok(fields) = message::fields(&head.fields) else {
            return summary.count(Undecoded::MalformedMessage);
        };
        if !fields.is_clean {
            summary.count(Undecoded::MalformedHeader);
        }
        summary.packets += 1;
        let headers = fields.headers;
        let (message, body) = match head.first {
            First::Answer(answer) if message::is_interim(answer.status) => return,
            First::Answer(answer) => {
                let body = Body::of_answer(answer.status, &headers, false);
                (Message::Answer(Answer { headers, ..answer }), body)
            }
            First::Request(request) => {
                let body = Body::of_request(&headers);
                let request = exchange(head.byte, Request { headers, ..request });
                (Message::Request(Box::new(request)), body)
            }
        };
        self.waiting.take(message, &mut self.output);
        if let (End::Blank, Ok(body)) = (end, body) {
            self.begun = Kept::of(body);
            self.body = match body {
                Body::Length(length) => length,
                _ => u64::MAX,
            };
        }
    }
}

impl Head {
    /// Whether another protocol is spoken behind it.
    fn is_switch(&self) -> bool {
        matches!(&self.first, First::Answer(answer) if answer.status == Status::SWITCHING_PROTOCOLS)
    }

    fn has_fields(&self) -> bool {
        self.is_too_long || !self.fields.is_empty()
    }

    /// Takes a line if it is a field, or goes on with the one before (RFC 9112 §5.2).
    fn take(&mut self, line: &Line<'_>) -> bool {
        if line.is_field() && !line.is_heading() {
            self.add(&[line.text, b"\r\n"]);
            return true;
        }
        let is_continued = self.has_fields() && line.inset > self.inset && line.mark == self.mark;
        if is_continued {
            self.fields.truncate(self.fields.len().saturating_sub(b"\r\n".len()));
            self.add(&[b" ", line.text, b"\r\n"]);
        }
        is_continued
    }

    fn add(&mut self, parts: &[&[u8]]) {
        parts.iter().for_each(|part| add_plain(&mut self.fields, part));
        if self.is_too_long || self.fields.len() > MAX_HEAD {
            self.is_too_long = true;
            self.fields.clear();
        }
    }
}

/// Adds a text. What was copied from a page has spaces that do not break (U+00A0).
fn add_plain(fields: &mut Vec<u8>, mut text: &[u8]) {
    while let Some(at) = memchr::memmem::find(text, b"\xc2\xa0") {
        fields.extend(text.get(..at).unwrap_or_default());
        fields.push(b' ');
        text = text.get(at + 2..).unwrap_or_default();
    }
    fields.extend(text);
}

impl Pairs for Output<'_> {
    fn exchange(&mut self, exchange: Exchange) {
        self.summary.requests += 1;
        (self.each)(exchange);
    }

    fn answer_without_request(&mut self) {
        self.summary.count(Undecoded::AnswerWithoutRequest);
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
