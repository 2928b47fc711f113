//! What two ends of a TCP connection say to each other in HTTP/1
//! ([RFC 9112 §9](https://www.rfc-editor.org/rfc/rfc9112#section-9)).
//!
//! Answers come in the order of their requests. Whether what follows a request to switch protocols
//! is another request is known once it is answered, and so it waits for that. A CONNECT that is
//! granted begins such a conversation anew, with who is at its other end. Where it can no longer
//! be known which bytes are a head, none are: the rest of that direction is not read.

mod answers;
mod beginning;
mod close;
mod direction;
mod requests;

use std::collections::VecDeque;
use std::net::SocketAddr;

use wslog_parse::Timestamp;

pub(super) use self::beginning::{begins_with_answer, begins_with_request};
use self::direction::{Direction, Reading};
use super::body::Body;
use super::exchange::Exchange;
use super::link::Segment;
use super::order::{Order, Turn};
use super::packet::Seen;
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
        let is_request = segment.from == self.client;
        let (this, other) = match is_request {
            true => (&mut self.requests, &mut self.answers),
            false => (&mut self.answers, &mut self.requests),
        };
        if segment.is_rst && !this.may_reset(segment.sequence) {
            return output.summary.count(Undecoded::StrayReset);
        }
        this.send(segment);
        self.last_at = self.last_at.max(seen.at);
        if segment.is_syn {
            this.stream.begin(segment.sequence.wrapping_add(1));
        }
        if let Some(acknowledged) = segment.acknowledged {
            // What is acknowledged before any byte has come is the SYN.
            if !other.has_bytes && other.reading != Reading::Seeking {
                other.stream.begin(acknowledged);
            }
            other.stream.acknowledge(acknowledged);
            other.await_from(acknowledged);
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
}

impl Pending {
    /// Whether what follows the request may be another protocol.
    fn asks_to_switch(&self) -> bool {
        let request = &self.exchange.request;
        request.method == b"CONNECT" || request.headers.all("Upgrade").next().is_some()
    }
}
