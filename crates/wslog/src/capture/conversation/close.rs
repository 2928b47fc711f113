//! How a conversation ends, in whole or in part.

use wslog_parse::Timestamp;

use super::super::summary::Undecoded;
use super::beginning::HTTP2_PREFACE;
use super::direction::Reading;
use super::{Conversation, Output, Pending};

impl Conversation {
    /// What the client says is no request.
    pub(super) fn is_no_request(&mut self, output: &mut Output<'_>) {
        let what = match self.requests.stream.ready() {
            _ if self.is_http => Undecoded::MalformedMessage,
            [0x16, 0x03, ..] => Undecoded::Tls,
            ready if ready.starts_with(HTTP2_PREFACE) => Undecoded::Http2,
            _ => Undecoded::NotHttp,
        };
        output.summary.count(what);
        self.give_up_requests(output);
        if !self.is_http {
            self.answers.give_up(Reading::Over);
        }
    }

    /// What the server says is no answer.
    pub(super) fn is_no_answer(&mut self, output: &mut Output<'_>) {
        let is_http = self.is_http;
        output.summary.count(if is_http {
            Undecoded::MalformedMessage
        } else {
            Undecoded::NotHttp
        });
        self.give_up_answers(output);
        if !is_http {
            self.give_up_requests(output);
        }
    }

    pub(super) fn lose_requests(&mut self, output: &mut Output<'_>) {
        output.summary.count(Undecoded::Gap);
        self.give_up_requests(output);
    }

    /// Reads no more requests.
    pub(super) fn give_up_requests(&mut self, output: &mut Output<'_>) {
        self.requests.give_up(Reading::Over);
        self.turn.take().into_iter().for_each(|turn| output.order.cancel(turn));
    }

    /// Reads no more answers. Those that are still to come are lost, and with them what a request
    /// to switch protocols has led to.
    pub(super) fn give_up_answers(&mut self, output: &mut Output<'_>) {
        let answered_at = self.current.as_ref().and_then(|it| it.exchange.answered_at);
        self.end_current(answered_at, output);
        self.answers.give_up(Reading::Over);
        if self.pending.iter().any(Pending::asks_to_switch) {
            self.give_up_requests(output);
        }
        self.held = 0;
        for mut pending in self.pending.drain(..) {
            pending.exchange.answer_lost = true;
            output.order.end(pending.turn, pending.exchange);
        }
    }

    /// The answer, or the tunnel, is over.
    pub(super) fn end_current(&mut self, at: Option<Timestamp>, output: &mut Output<'_>) {
        if let Some(mut current) = self.current.take() {
            self.held = self.held.saturating_sub(current.exchange.memory());
            current.exchange.ended_at = at.or(current.exchange.answered_at);
            output.order.end(current.turn, current.exchange);
        }
    }

    /// Hands on what is left, at the end of the connection, of the capture, or of patience with it.
    pub(in super::super) fn end(mut self, is_forgotten: bool, output: &mut Output<'_>) {
        let Conversation { requests, answers, .. } = &self;
        let awaits_switch = self.pending.back().is_some_and(Pending::asks_to_switch);
        let is_behind = requests.stream.is_behind() || requests.stream.has_hole();
        if requests.reading.needs_every_byte() && is_behind && !awaits_switch {
            output.summary.count(Undecoded::Gap);
        } else if self.turn.is_some() && !awaits_switch {
            output.summary.count(Undecoded::IncompleteRequest);
        }
        let has_gap = answers.reading.needs_every_byte() && answers.stream.is_behind();
        let has_begun =
            matches!(answers.reading, Reading::Head(_)) && !answers.stream.ready().is_empty();
        if has_gap {
            output.summary.count(Undecoded::Gap);
        } else if has_begun && self.pending.is_empty() {
            output.summary.count(Undecoded::AnswerWithoutRequest);
        } else if has_begun {
            output.summary.count(Undecoded::IncompleteAnswer);
        }
        let is_unseen = answers.reading == Reading::Seeking && answers.has_bytes;
        let is_lost = has_gap || has_begun || is_unseen || is_forgotten && self.closed_at.is_none();
        let closed_at = self.closed_at.flatten();
        let is_tunnel = answers.reading == Reading::Tunnel;
        let over_at = if is_tunnel { self.last_at } else { closed_at };
        self.end_current(over_at, output);
        for mut pending in std::mem::take(&mut self.pending) {
            pending.exchange.answer_lost = is_lost;
            pending.exchange.ended_at = closed_at;
            output.order.end(pending.turn, pending.exchange);
        }
        self.give_up_requests(output);
    }
}
