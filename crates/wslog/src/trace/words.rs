//! What changed on the way, in words.

use wslog_parse::{Protocol, Upgrade};

use crate::diagnosis::phrase::counted;
use crate::trace::TracedSighting;
use crate::websocket::outcome::Outcome;

/// A sighting, and which of those of its request it is behind.
pub(super) struct Told {
    /// The number of the nearest one in front of it among those of its request.
    pub(super) behind: Option<usize>,
    pub(super) sighting: TracedSighting,
}

/// Sentences about neighbours on the way, and about what is not known.
pub(super) fn changes(told: &[Told]) -> Vec<String> {
    let mut changes = Vec::new();
    let requests = told.last().map_or(0, |last| last.sighting.request);
    if requests > 1 {
        changes.push(format!(
            "{} used this key, which is to be used once (RFC 6455, section 4.1): what one of them \
             shows proves nothing about another.",
            counted(requests, "request")
        ));
    }
    for request in told.chunk_by(|one, next| one.sighting.request == next.sighting.request) {
        changes.extend(lacks(request));
        for place in 1..request.len() {
            changes.extend(changes_at(request, place));
        }
    }
    changes
}

/// What changed until the request came to this place.
fn changes_at(request: &[Told], place: usize) -> Vec<String> {
    let (before, from) = request.split_at(place);
    let (Some(previous), Some(Told { behind, sighting })) = (before.last(), from.first()) else {
        return Vec::new();
    };
    let mut changes = Vec::new();
    if !sighting.is_behind {
        changes.push(beside(&previous.sighting, sighting));
    }
    if let Some(front) = behind.and_then(|front| before.get(front)) {
        changes.extend(step(&front.sighting, sighting));
        // What was sent on again has the answer of the last try.
        let is_last = from.iter().skip(1).all(|it| it.behind != *behind);
        changes.extend(end(&front.sighting, sighting).filter(|_| is_last));
    }
    changes
}

/// Of two of which neither is known to be behind the other.
fn beside(previous: &TracedSighting, next: &TracedSighting) -> String {
    let (there, here) = (&previous.vantage, &next.vantage);
    let ended_before = previous
        .logged_at
        .zip(next.started_at)
        .is_some_and(|(end, start)| start.unix_millis() + TOUCHING >= end.unix_millis());
    match (there == here, ended_before) {
        (true, _) => format!("{here} saw it again: the proxy in front of it tried once more."),
        (false, true) => {
            format!("{here} got it when {there} was done with it: tried at the next server.")
        }
        (false, false) => format!("Which of {there} and {here} it passed first is not known."),
    }
}

/// So far the end of one try and the start of the next may overlap, in ms.
const TOUCHING: i64 = 2;

/// What changed from one to the next behind it.
fn step(one: &TracedSighting, next: &TracedSighting) -> Vec<String> {
    let (here, there) = (&one.vantage, &next.vantage);
    let mut told = Vec::new();
    if one.protocol != next.protocol {
        told.push(format!("{} at {here} became {} before {there}.", one.protocol, next.protocol));
    }
    if one.upgrade == Upgrade::WebSocket && matches!(next.upgrade, Upgrade::Absent | Upgrade::Other)
    {
        told.push(format!("Upgrade: websocket at {here} was gone before {there}."));
    }
    told
}

/// What became of the answer between two.
fn end(one: &TracedSighting, next: &TracedSighting) -> Option<String> {
    let (here, there) = (&one.vantage, &next.vantage);
    let (status, inner) = (one.status, next.status);
    let text = match (one.outcome, next.outcome) {
        _ if status == inner => return None,
        (Outcome::GatewayTimeout, Outcome::ClientClosed) => format!(
            "{here} waited no longer, answered 504 and closed its connection, which {there} logged \
             as 499."
        ),
        (Outcome::ClientClosed, Outcome::GatewayTimeout) => {
            format!("{here} was left by its client (499) before the 504 of {there} reached it.")
        }
        (_, Outcome::ClientClosed) => {
            format!("{here} answered {status} and closed its connection to {there} (499).")
        }
        (Outcome::ClientClosed, _) => {
            format!("{there} answered {inner}, but the client had left {here} by then (499).")
        }
        (Outcome::NoResponse, _) => format!("The {inner} of {there} was not seen at {here}."),
        (_, Outcome::NoResponse) => {
            format!("{here} shows {status}; at {there} no answer was seen.")
        }
        _ => format!("{there} answered {inner}; {here} made it {status}."),
    };
    Some(text)
}

/// What a request had lost before anyone saw it.
fn lacks(request: &[Told]) -> Option<String> {
    let (Told { sighting: first, .. }, others) = request.split_first()?;
    let is_first = others.iter().all(|told| told.behind.is_some());
    (is_first && first.protocol == Protocol::HTTP_10).then(|| {
        format!(
            "It was HTTP/1.0 already at {}, the first place it was seen at. No conforming client asks \
             so: a capture nearer the client would show who changed it.",
            first.vantage
        )
    })
}
