//! What the server says.

use wslog_parse::Status;

use super::super::body::{Body, Progress};
use super::super::exchange::Answer;
use super::super::message::{self, MAX_HEAD};
use super::super::summary::Undecoded;
use super::beginning::{may_be_answer, skip_blank_lines};
use super::direction::{Direction, Reading};
use super::{Conversation, Output};

impl Conversation {
    /// Reads one step of the server's side; `false` if there is none.
    pub(super) fn read_answers(&mut self, output: &mut Output<'_>) -> bool {
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
                stream.join();
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
        let is_tunnel = answer.status == Status::SWITCHING_PROTOCOLS;
        let is_connected = is_connect && (200..300).contains(&answer.status.code());
        let body = Body::of_answer(answer.status, &fields.headers, is_head);
        pending.exchange.answered_at = self.answers.stream.read_at();
        pending.exchange.answer = Some(Answer { headers: fields.headers, ..answer });
        self.held += pending.exchange.memory();
        self.current = Some(pending);
        match body {
            _ if is_tunnel => {
                self.answers.give_up(Reading::Tunnel);
                self.requests.give_up(Reading::Tunnel);
                self.turn.take().into_iter().for_each(|turn| output.order.cancel(turn));
            }
            _ if is_connected => self.begin_inside(output),
            Ok(Body::UntilClose) => self.answers.give_up(Reading::Body(Body::UntilClose)),
            Ok(body) => self.answers.reading = Reading::Body(body),
            Err(_) => {
                output.summary.count(Undecoded::MalformedMessage);
                self.give_up_answers(output);
            }
        }
    }

    /// What follows a 2xx to CONNECT is another conversation, whatever its protocol
    /// ([RFC 9110 §9.3.6](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6)). The client's part of
    /// it may have come already.
    fn begin_inside(&mut self, output: &mut Output<'_>) {
        // Were it open until its tunnel ends, each CONNECT inside of another would take memory.
        let answered_at = self.answers.stream.read_at();
        self.end_current(answered_at, output);
        if self.requests.reading.is_deaf() {
            // What the client says inside is not known, and so no answer is either.
            return self.answers.give_up(Reading::Over);
        }
        self.is_http = false;
        self.requests.reading = Reading::HEAD;
        self.answers.reading = Reading::HEAD;
    }
}
