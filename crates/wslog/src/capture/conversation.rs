//! What two ends of a TCP connection say to each other in HTTP/1
//! ([RFC 9112 §9](https://www.rfc-editor.org/rfc/rfc9112#section-9)).
//!
//! Answers come in the order of their requests. Whether what follows a request to switch protocols
//! is another request is known once it is answered, and so it waits for that. Where it can no longer
//! be known which bytes are a head, none are: the rest of that direction is not read.

mod close;

use std::collections::VecDeque;
use std::net::SocketAddr;

use wslog_parse::{Status, Timestamp};

use super::body::{Body, Progress};
use super::exchange::{Answer, Exchange, Request};
use super::link::Segment;
use super::message::{self, MAX_HEAD};
use super::order::{Order, Turn};
use super::packet::Seen;
use super::stream::Stream;
use super::summary::{Summary, Undecoded};

/// Where exchanges and counts go.
pub(super) struct Output<'a> {
    pub(super) summary: Summary,
    pub(super) order: Order<'a>,
}

/// One connection, as far as it is HTTP.
pub(super) struct Conversation {
    client: SocketAddr,
    server: SocketAddr,
    requests: Direction,
    answers: Direction,
    /// The turn of the request whose first bytes have come.
    turn: Option<Turn>,
    /// Requests without a final answer, in their order.
    pending: VecDeque<Pending>,
    /// The one whose answer is being read, or which has opened the tunnel.
    current: Option<Pending>,
    /// Memory that the requests in `pending` take.
    held: usize,
    /// Whether anything of it was HTTP.
    is_http: bool,
    /// When the last packet was seen.
    last_at: Option<Timestamp>,
    /// When the first end said that it has nothing more to say.
    closed_at: Option<Option<Timestamp>>,
    is_reset: bool,
}

struct Pending {
    turn: Turn,
    exchange: Exchange,
}

#[derive(Default)]
struct Direction {
    stream: Stream,
    reading: Reading,
    /// Whether there were bytes in it.
    has_bytes: bool,
}

/// What a direction's next bytes are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Reading {
    /// A head, of which so many bytes have been searched for its end.
    Head(usize),
    /// What comes first is not in the capture: a head is where a segment begins with one.
    #[default]
    Seeking,
    /// A body.
    Body(Body),
    /// Another protocol, after a 101 or an answer to CONNECT.
    Tunnel,
    /// It is not known, or it does not matter.
    Over,
}

impl Reading {
    const HEAD: Reading = Reading::Head(0);

    /// Whether bytes are passed over as they come.
    fn is_deaf(self) -> bool {
        let is_rest = matches!(self, Reading::Body(Body::UntilClose));
        is_rest || matches!(self, Reading::Seeking | Reading::Tunnel | Reading::Over)
    }

    /// Whether it takes every byte to know what the next ones are.
    fn needs_every_byte(self) -> bool {
        !self.is_deaf() && !matches!(self, Reading::Body(Body::Length(_)))
    }
}

impl Direction {
    fn give_up(&mut self, reading: Reading) {
        self.reading = reading;
        self.stream.discard();
    }

    fn is_over(&self) -> bool {
        self.stream.is_whole() || self.reading.is_deaf() && self.stream.has_end()
    }
}

impl Conversation {
    /// One whose beginning was seen.
    pub(super) fn whole(client: SocketAddr, server: SocketAddr) -> Conversation {
        Conversation {
            client,
            server,
            requests: Direction { reading: Reading::HEAD, ..Direction::default() },
            answers: Direction { reading: Reading::HEAD, ..Direction::default() },
            turn: None,
            pending: VecDeque::new(),
            current: None,
            held: 0,
            is_http: false,
            last_at: None,
            closed_at: None,
            is_reset: false,
        }
    }

    /// One that this segment of the client's begins, as far as is known.
    pub(super) fn mid_stream(segment: &Segment<'_>) -> Conversation {
        let mut conversation = Conversation::whole(segment.from, segment.to);
        conversation.requests.stream.begin(segment.sequence);
        conversation.answers.reading = Reading::Seeking;
        conversation
    }

    /// Whether a SYN begins another conversation than this one.
    pub(super) fn is_other(&self, syn: &Segment<'_>) -> bool {
        let direction = if syn.from == self.client { &self.requests } else { &self.answers };
        match direction.stream.start() {
            Some(start) => start != syn.sequence.wrapping_add(1),
            None => direction.reading == Reading::Seeking,
        }
    }

    /// The sequence number of the client's first byte, where it is known.
    pub(super) fn start(&self) -> Option<u32> {
        self.requests.stream.start()
    }

    /// Memory that it takes, roughly, in bytes.
    pub(super) fn held(&self) -> usize {
        self.held + self.requests.stream.held() + self.answers.stream.held()
    }

    /// Whether nothing more can come.
    pub(super) fn is_closed(&self) -> bool {
        self.is_reset || self.requests.is_over() && self.answers.is_over()
    }

    /// Takes the next segment.
    pub(super) fn segment(&mut self, segment: &Segment<'_>, seen: Seen, output: &mut Output<'_>) {
        self.last_at = self.last_at.max(seen.at);
        let is_request = segment.from == self.client;
        let (this, other) = match is_request {
            true => (&mut self.requests, &mut self.answers),
            false => (&mut self.answers, &mut self.requests),
        };
        if segment.is_syn {
            this.stream.begin(segment.sequence.wrapping_add(1));
        }
        if let Some(acknowledged) = segment.acknowledged {
            // What is acknowledged before any byte has come is the SYN.
            if !other.has_bytes && other.reading != Reading::Seeking {
                other.stream.begin(acknowledged);
            }
            other.stream.acknowledge(acknowledged);
        }
        let sequence = segment.sequence.wrapping_add(u32::from(segment.is_syn));
        if !segment.payload.is_empty() {
            this.has_bytes = true;
            if this.stream.start().is_none() {
                this.reading = Reading::Seeking;
            }
            if this.reading == Reading::Seeking && begins_with_answer(segment.payload) {
                if self.pending.is_empty() {
                    output.summary.count(Undecoded::AnswerWithoutRequest);
                } else {
                    this.stream.begin(sequence);
                    this.reading = Reading::HEAD;
                }
            }
            if !this.reading.is_deaf() {
                this.stream.insert(sequence, segment.payload, seen);
            }
        }
        if segment.is_fin {
            let missing = usize::try_from(segment.missing).unwrap_or(usize::MAX);
            this.stream.finish(sequence, segment.payload.len().saturating_add(missing));
        }
        if segment.is_fin || segment.is_rst {
            self.closed_at.get_or_insert(seen.at);
            self.is_reset |= segment.is_rst;
        }
        self.go_on(output);
        if self.requests.stream.is_overfull() {
            self.lose_requests(output);
        }
        if self.answers.stream.is_overfull() {
            output.summary.count(Undecoded::Gap);
            self.give_up_answers(output);
        }
    }

    /// Reads what can be read.
    fn go_on(&mut self, output: &mut Output<'_>) {
        while self.read_requests(output) || self.read_answers(output) {}
        let is_rest = self.answers.reading == Reading::Body(Body::UntilClose);
        if is_rest && self.answers.stream.has_end() {
            self.end_current(self.closed_at.flatten().max(self.last_at), output);
            self.answers.give_up(Reading::Over);
        }
    }

    /// Reads one step of the client's side; `false` if there is none.
    fn read_requests(&mut self, output: &mut Output<'_>) -> bool {
        let Direction { stream, reading, .. } = &mut self.requests;
        let searched = match reading {
            Reading::Body(body) => match body.skip(stream) {
                Progress::Open => return false,
                Progress::Ended => {
                    *reading = Reading::HEAD;
                    return true;
                }
                Progress::Malformed => {
                    output.summary.count(Undecoded::MalformedMessage);
                    self.give_up_requests(output);
                    return true;
                }
            },
            Reading::Head(searched) => searched,
            _ => return false,
        };
        skip_blank_lines(stream, *searched);
        if stream.ready().is_empty() {
            return false;
        }
        let turn = *self.turn.get_or_insert_with(|| output.order.turn());
        if self.pending.back().is_some_and(Pending::asks_to_switch) {
            return false;
        }
        let ready = stream.ready();
        if !is_request(ready) {
            self.is_no_request(output);
            return true;
        }
        match message::head_len(ready, *searched) {
            None if ready.len() <= MAX_HEAD => {
                *searched = ready.len();
                false
            }
            Some(len) if len <= MAX_HEAD => {
                let head = ready.get(..len).unwrap_or_default().to_vec();
                let seen = stream.seen();
                stream.consume(len);
                self.turn = None;
                self.request(turn, &head, seen, output);
                true
            }
            _ => {
                output.summary.count(Undecoded::MalformedMessage);
                self.give_up_requests(output);
                true
            }
        }
    }

    /// Takes a request's head.
    fn request(&mut self, turn: Turn, head: &[u8], seen: Seen, output: &mut Output<'_>) {
        self.is_http = true;
        let read = message::first_line(head).and_then(|(line, fields)| {
            Some((message::request_line(line)?, message::fields(fields).ok()?))
        });
        let Some((request, fields)) = read else {
            output.summary.count(Undecoded::MalformedMessage);
            output.order.cancel(turn);
            return self.give_up_requests(output);
        };
        if !fields.is_clean {
            output.summary.count(Undecoded::MalformedHeader);
        }
        let body = Body::of_request(&fields.headers);
        let exchange = Exchange {
            byte: seen.byte,
            request: Request { headers: fields.headers, ..request },
            answer: None,
            answer_lost: self.answers.reading == Reading::Over,
            started_at: seen.at,
            answered_at: None,
            ended_at: None,
            client: Some(self.client),
            server: Some(self.server),
        };
        let pending = Pending { turn, exchange };
        let asks_to_switch = pending.asks_to_switch();
        if self.answers.reading == Reading::Over {
            output.order.end(pending.turn, pending.exchange);
        } else {
            self.held += pending.exchange.memory();
            self.pending.push_back(pending);
        }
        match body {
            Ok(_) if asks_to_switch && self.answers.reading == Reading::Over => {
                self.give_up_requests(output);
            }
            Ok(body) => self.requests.reading = Reading::Body(body),
            Err(_) => {
                output.summary.count(Undecoded::MalformedMessage);
                self.give_up_requests(output);
            }
        }
    }

    /// Reads one step of the server's side; `false` if there is none.
    fn read_answers(&mut self, output: &mut Output<'_>) -> bool {
        let Direction { stream, reading, .. } = &mut self.answers;
        let searched = match reading {
            Reading::Body(body) => match body.skip(stream) {
                Progress::Open => return false,
                Progress::Ended => {
                    *reading = Reading::HEAD;
                    let read_at = stream.read_at();
                    self.end_current(read_at, output);
                    return true;
                }
                Progress::Malformed => {
                    output.summary.count(Undecoded::MalformedMessage);
                    self.give_up_answers(output);
                    return true;
                }
            },
            Reading::Head(searched) => searched,
            _ => return false,
        };
        skip_blank_lines(stream, *searched);
        let ready = stream.ready();
        let may_come = self.requests.stream.is_behind() && !self.requests.reading.is_deaf();
        if ready.is_empty() || self.pending.is_empty() && may_come {
            return false;
        }
        if !may_be_answer(ready) {
            self.is_no_answer(output);
            return true;
        }
        match message::head_len(ready, *searched) {
            None if ready.len() <= MAX_HEAD => {
                *searched = ready.len();
                false
            }
            Some(len) if len <= MAX_HEAD => {
                let head = ready.get(..len).unwrap_or_default().to_vec();
                stream.consume(len);
                *reading = Reading::HEAD;
                self.answer(&head, output);
                true
            }
            _ => {
                output.summary.count(Undecoded::MalformedMessage);
                self.give_up_answers(output);
                true
            }
        }
    }

    /// Takes an answer's head.
    fn answer(&mut self, head: &[u8], output: &mut Output<'_>) {
        let read = message::first_line(head).and_then(|(line, fields)| {
            Some((message::status_line(line)?, message::fields(fields).ok()?))
        });
        let Some((answer, fields)) = read else {
            output.summary.count(Undecoded::MalformedMessage);
            return self.give_up_answers(output);
        };
        if !fields.is_clean {
            output.summary.count(Undecoded::MalformedHeader);
        }
        if message::is_interim(answer.status) {
            return;
        }
        let Some(mut pending) = self.pending.pop_front() else {
            // What it belongs to, and so where it ends, is not known.
            output.summary.count(Undecoded::AnswerWithoutRequest);
            return self.give_up_answers(output);
        };
        self.is_http = true;
        self.held -= pending.exchange.memory();
        let method = pending.exchange.request.method.as_slice();
        let (is_connect, is_head) = (method == b"CONNECT", method == b"HEAD");
        let is_tunnel = answer.status == Status::SWITCHING_PROTOCOLS
            || is_connect && (200..300).contains(&answer.status.code());
        let body = Body::of_answer(answer.status, &fields.headers, is_head);
        pending.exchange.answered_at = self.answers.stream.read_at();
        pending.exchange.answer = Some(Answer { headers: fields.headers, ..answer });
        self.current = Some(pending);
        match body {
            _ if is_tunnel => {
                self.answers.give_up(Reading::Tunnel);
                self.requests.give_up(Reading::Tunnel);
                self.turn.take().into_iter().for_each(|turn| output.order.cancel(turn));
            }
            Ok(Body::UntilClose) => self.answers.give_up(Reading::Body(Body::UntilClose)),
            Ok(body) => self.answers.reading = Reading::Body(body),
            Err(_) => {
                output.summary.count(Undecoded::MalformedMessage);
                self.give_up_answers(output);
            }
        }
    }
}

impl Pending {
    /// Whether what follows the request may be another protocol.
    fn asks_to_switch(&self) -> bool {
        let request = &self.exchange.request;
        request.method == b"CONNECT" || request.headers.all("Upgrade").next().is_some()
    }
}

/// Blank lines in front of a head are none of it (RFC 9112 §2.2).
fn skip_blank_lines(stream: &mut Stream, searched: usize) {
    while searched == 0
        && (stream.ready().starts_with(b"\r\n") || stream.ready().starts_with(b"\n"))
    {
        stream.consume(if stream.ready().starts_with(b"\n") { 1 } else { 2 });
    }
}

/// Whether a request begins here, or may begin here.
fn is_request(ready: &[u8]) -> bool {
    match message::first_line(ready) {
        Some((line, _)) => message::request_line(line).is_some() && line != HTTP2_PREFACE,
        None => message::may_be_request(ready),
    }
}

/// Whether a segment begins with a whole request line.
pub(super) fn begins_with_request(payload: &[u8]) -> bool {
    message::first_line(payload).is_some() && is_request(payload)
}

/// Whether a segment begins with a whole status line.
pub(super) fn begins_with_answer(payload: &[u8]) -> bool {
    message::first_line(payload).is_some_and(|(line, _)| message::status_line(line).is_some())
}

/// Whether a status line begins here, or may begin here.
fn may_be_answer(ready: &[u8]) -> bool {
    ready.iter().zip(b"HTTP/").all(|(byte, expected)| byte == expected)
}

/// The first line of HTTP/2 ([RFC 9113 §3.4](https://www.rfc-editor.org/rfc/rfc9113#section-3.4)).
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0";
