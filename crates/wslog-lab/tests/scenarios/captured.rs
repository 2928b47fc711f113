//! What wslog reads of a run's capture is what its clients sent and saw.

use std::fs;

use wslog::capture::{self, Accept, Answer, Exchange, Headers, Kind, Request};
use wslog_lab::client::Attempt;
use wslog_lab::scenario::Run;

/// How far the clocks of a client and of the capture may be apart, in ms: the machine may be busy.
const LATE: i64 = 500;

pub(crate) fn check(run: &Run) {
    let bytes = fs::read(run.capture()).unwrap();
    let mut exchanges = Vec::new();
    let kind = Kind::of(&bytes).unwrap();
    let summary = capture::read(kind, &bytes[..], &mut |exchange| exchanges.push(exchange));
    assert!(summary.error.is_none(), "{summary:?}");
    assert!(summary.undecoded.is_empty(), "{summary:?}");
    for attempt in run.truth().attempts.iter().filter(|attempt| !attempt.sent_head.is_empty()) {
        let mut sent = exchanges.iter().filter(|exchange| exchange.client == attempt.from);
        let exchanges = (sent.next(), sent.next());
        assert!(matches!(exchanges, (Some(_), None)), "{}: {exchanges:?}", attempt.client);
        exchanges.0.into_iter().for_each(|exchange| compare(attempt, exchange));
    }
}

fn compare(attempt: &Attempt, exchange: &Exchange) {
    let Exchange { request, answer, started_at, answered_at, .. } = exchange;
    assert_eq!(text(&head_sent(request)), text(&attempt.sent_head), "{}", attempt.client);
    let received = answer.as_ref().map(head_received).unwrap_or_default();
    assert_eq!(text(&received), text(&attempt.received_head), "{}", attempt.client);
    assert_eq!(exchange.server, Some(attempt.to));
    assert!(!exchange.answer_lost);
    let status = answer.as_ref().map(|answer| answer.status.code());
    assert_eq!(status, attempt.status, "{}", attempt.client);
    let key = exchange.key().next().map(|key| key.unwrap().to_string());
    assert_eq!(key.unwrap_or_default(), attempt.key);
    for (seen, known) in [(started_at, attempt.sent_at), (answered_at, attempt.answered_at)] {
        let seen = seen.map(|at| at.unix_millis());
        let known = known.map(|at| i64::try_from(at).unwrap());
        let are_near = seen.zip(known).is_none_or(|(seen, known)| (seen - known).abs() < LATE);
        assert!(seen.is_some() == known.is_some() && are_near, "{seen:?} is not {known:?}");
    }
    assert_ne!(exchange.accept(), Some(Accept::Mismatch), "{}", attempt.client);
}

/// A request's head as it was sent: nobody here sends more than one space, or none, after a colon.
fn head_sent(request: &Request) -> Vec<u8> {
    let Request { method, target, protocol, headers, .. } = request;
    let protocol = protocol.to_string();
    let line = [&method[..], target, protocol.as_bytes()].join(&b' ');
    [&line[..], b"\r\n", &fields(headers), b"\r\n"].concat()
}

fn head_received(answer: &Answer) -> Vec<u8> {
    let Answer { protocol, status, reason, headers } = answer;
    let line = format!("{protocol} {status} ");
    [line.as_bytes(), reason, b"\r\n", &fields(headers), b"\r\n"].concat()
}

fn fields(headers: &Headers) -> Vec<u8> {
    let fields =
        headers.0.iter().map(|field| [&field.name[..], b": ", &field.value, b"\r\n"].concat());
    fields.collect::<Vec<_>>().concat()
}

fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
