//! Which answer belongs to which request.
//!
//! In a text there is no connection that tells. A `Sec-WebSocket-Accept` that was made of a request's
//! key does; else it is the order: requests and then as many answers, in the same order. Browsers'
//! tools show the answer first, so a text that begins with an answer may be the other way round.

use std::collections::HashMap;

use super::super::accept::accept_for;
use super::super::date::http_date;
use super::super::exchange::{Answer, Exchange, Headers};

/// Most memory, in bytes, that heads may take that are not paired yet.
const MAX_HELD: usize = 4 << 20;

/// Where the pairs go.
pub(super) trait Pairs {
    fn exchange(&mut self, exchange: Exchange);
    fn answer_without_request(&mut self);
}

/// A head.
pub(super) enum Message {
    Request(Box<Exchange>),
    Answer(Answer),
}

/// Heads that are not paired yet.
#[derive(Default)]
pub(super) struct Waiting {
    order: Order,
    /// Of a text whose order is not known yet: all there was, by turns an answer and a request.
    undecided: Vec<Message>,
    requests: Vec<Exchange>,
    answers: Vec<Answer>,
    held: usize,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Order {
    /// Nothing was seen, or only the other way round.
    #[default]
    Unknown,
    RequestFirst,
    AnswerFirst,
}

impl Waiting {
    pub(super) fn take(&mut self, message: Message, pairs: &mut dyn Pairs) {
        if self.order != Order::Unknown {
            return self.take_in_order(message, pairs);
        }
        self.held += message.memory();
        self.order = match (self.undecided.last(), &message) {
            (None, Message::Request(_)) => Order::RequestFirst,
            (Some(Message::Answer(_)), Message::Answer(_)) => Order::RequestFirst,
            (Some(Message::Request(_)), Message::Request(_)) => Order::AnswerFirst,
            (Some(Message::Answer(answer)), Message::Request(request))
                if is_made_of(answer, request) =>
            {
                Order::AnswerFirst
            }
            (Some(Message::Request(request)), Message::Answer(answer))
                if is_made_of(answer, request) =>
            {
                Order::RequestFirst
            }
            _ if self.held > MAX_HELD => Order::RequestFirst,
            _ => Order::Unknown,
        };
        self.undecided.push(message);
        if self.order != Order::Unknown {
            self.decided(pairs);
        }
    }

    pub(super) fn end(&mut self, pairs: &mut dyn Pairs) {
        if self.order == Order::Unknown {
            let is_whole = matches!(self.undecided.last(), Some(Message::Request(_)));
            self.order = match is_whole && !self.contradicts() {
                true => Order::AnswerFirst,
                false => Order::RequestFirst,
            };
            self.decided(pairs);
        }
        self.pair(pairs);
    }

    /// Whether an answer that stands above a request was made for another one.
    fn contradicts(&self) -> bool {
        self.undecided.chunks(2).any(|pair| match pair {
            [Message::Answer(answer), Message::Request(request)] => {
                let has = |headers: &Headers, name| headers.all(name).next().is_some();
                has(&answer.headers, ACCEPT)
                    && has(&request.request.headers, KEY)
                    && !is_made_of(answer, request)
            }
            _ => false,
        })
    }

    fn decided(&mut self, pairs: &mut dyn Pairs) {
        self.held = 0;
        for message in std::mem::take(&mut self.undecided) {
            self.take_in_order(message, pairs);
        }
    }

    fn take_in_order(&mut self, message: Message, pairs: &mut dyn Pairs) {
        let begins_next = match &message {
            Message::Request(_) => self.order == Order::RequestFirst && !self.answers.is_empty(),
            Message::Answer(_) => self.order == Order::AnswerFirst && !self.requests.is_empty(),
        };
        if begins_next || self.held > MAX_HELD {
            self.pair(pairs);
        }
        self.held += message.memory();
        match message {
            Message::Request(request) => self.requests.push(*request),
            Message::Answer(answer) => self.answers.push(answer),
        }
    }

    /// Pairs what has come, and hands the requests on.
    fn pair(&mut self, pairs: &mut dyn Pairs) {
        self.held = 0;
        let mut requests = std::mem::take(&mut self.requests);
        let answers = std::mem::take(&mut self.answers);
        let by_accept = by_accept(&requests);
        let mut others = Vec::new();
        for answer in answers {
            let accepts = answer.headers.all(ACCEPT).next();
            let place = accepts.and_then(|accept| by_accept.get(accept)).copied();
            match place.and_then(|place| requests.get_mut(place)) {
                Some(request) if request.answer.is_none() => give(request, answer),
                _ => others.push(answer),
            }
        }
        // The last one was answered, if not all were.
        let open = requests.iter().filter(|request| request.answer.is_none()).count();
        let skipped = open.saturating_sub(others.len());
        let mut others = others.into_iter();
        let unanswered = requests.iter_mut().filter(|request| request.answer.is_none());
        for request in unanswered.skip(skipped) {
            if let Some(answer) = others.next() {
                give(request, answer);
            }
        }
        others.for_each(|_| pairs.answer_without_request());
        requests.into_iter().for_each(|request| pairs.exchange(request));
    }
}

impl Message {
    fn memory(&self) -> usize {
        match self {
            Message::Request(exchange) => exchange.memory(),
            Message::Answer(answer) => answer.memory(),
        }
    }
}

const ACCEPT: &str = "Sec-WebSocket-Accept";
const KEY: &str = "Sec-WebSocket-Key";

fn accept_of(request: &Exchange) -> Option<Vec<u8>> {
    request.request.headers.all(KEY).next().map(|key| accept_for(key).into_bytes())
}

fn is_made_of(answer: &Answer, request: &Exchange) -> bool {
    let accept = answer.headers.all(ACCEPT).next();
    accept.is_some_and(|accept| accept_of(request).is_some_and(|made| made == accept))
}

/// The first request of each key, by the accept that it calls for.
fn by_accept(requests: &[Exchange]) -> HashMap<Vec<u8>, usize> {
    let mut places = HashMap::new();
    for (place, request) in requests.iter().enumerate() {
        if let Some(accept) = accept_of(request) {
            places.entry(accept).or_insert(place);
        }
    }
    places
}

fn give(request: &mut Exchange, answer: Answer) {
    let date = answer.headers.all("Date").find_map(http_date);
    (request.answered_at, request.ended_at) = (date, date);
    request.answer = Some(answer);
}
