//! What the client says.

use super::super::body::{Body, Progress};
use super::super::exchange::{Exchange, Request};
use super::super::message::{self, MAX_HEAD};
use super::super::order::Turn;
use super::super::packet::Seen;
use super::super::summary::Undecoded;
use super::beginning::{TLS_HANDSHAKE, is_request, skip_blank_lines};
use super::direction::{Direction, Reading};
use super::{Conversation, Output, Pending};

/// Most memory, in bytes, that the requests of a connection may take while they have no answer.
const MAX_PENDING: usize = 4 << 20;

impl Conversation {
    /// Reads one step of the client's side; `false` if there is none.
    pub(super) fn read_requests(&mut self, output: &mut Output<'_>) -> bool {
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
        if ready == TLS_HANDSHAKE {
            return false;
        }
        // The first line is looked at when it has begun and when it may have ended: with a byte a
        // segment, to look at all of it each time would take long.
        let unsearched = ready.get(*searched..).unwrap_or_default();
        let is_news = *searched == 0 || memchr::memchr(b'\n', unsearched).is_some();
        if is_news && !is_request(ready) {
            self.is_no_request(output);
            return true;
        }
        match message::head_len(ready, *searched) {
            None if ready.len() <= MAX_HEAD => {
                *searched = ready.len();
                stream.join();
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
            Ok(body) if self.held <= MAX_PENDING => self.requests.reading = Reading::Body(body),
            _ => {
                output.summary.count(Undecoded::MalformedMessage);
                self.give_up_requests(output);
            }
        }
    }
}
