//! What changed on the way, in words.

use wslog_parse::{Protocol, Timestamp, Upgrade};

use crate::diagnosis::phrase::counted;
use crate::trace::{TracedSighting, Witness};
use crate::websocket::outcome::Outcome;

/// Sentences about neighbours on the way, and about what is not known.
pub(super) fn changes(sightings: &[TracedSighting], is_reused: bool) -> Vec<String> {
    let mut changes = Vec::new();
    let requests = sightings.last().map_or(0, |last| last.request);
    match (requests, is_reused) {
        (..=1, _) => {}
        (_, true) => changes.push(format!(
            "{} used this key, which is to be used once (RFC 6455, section 4.1): what one of them \
             shows proves nothing about another.",
            counted(requests, "request")
        )),
        (_, false) => changes.push(format!(
            "It was seen at {requests} times that do not overlap: tried again by a proxy that is not \
             seen, or by clocks that differ. What was seen at one of them proves nothing about another."
        )),
    }
    let mut place = 0;
    for request in sightings.chunk_by(|one, next| one.request == next.request) {
        changes.extend(lacks(request));
        changes.extend(request.first().into_iter().flat_map(errors));
        for number in place + 1..place + request.len() {
            changes.extend(changes_at(sightings, number));
            changes.extend(sightings.get(number).into_iter().flat_map(errors));
        }
        place += request.len();
    }
    changes
}

/// What an error log says of a sighting, each thing once.
fn errors(sighting: &TracedSighting) -> Vec<String> {
    let mut meanings: Vec<&str> = sighting.errors.iter().map(|error| error.meaning).collect();
    meanings.dedup();
    let said = |meaning| format!("The error log of {} says: {meaning}.", sighting.vantage);
    meanings.into_iter().map(said).collect()
}

/// What changed until the request came to the sighting of this number, which is not its first.
fn changes_at(sightings: &[TracedSighting], number: usize) -> Vec<String> {
    let (before, from) = sightings.split_at(number);
    let Some((sighting, later)) = from.split_first() else { return Vec::new() };
    let mut changes = Vec::new();
    let is_sibling =
        |it: &&TracedSighting| (it.request, it.behind) == (sighting.request, sighting.behind);
    if let Some(sibling) = before.iter().rfind(is_sibling) {
        changes.push(beside(sibling, sighting));
    } else if sighting.is_retry {
        changes.push(format!("{} saw it again, as it came another way.", sighting.vantage));
    }
    if let Some(front) = sighting.behind.and_then(|front| before.get(front)) {
        changes.extend(step(front, sighting));
        // What was sent on again has the answer of the last try.
        let is_last = later.iter().all(|it| it.behind != sighting.behind);
        changes.extend(end(front, sighting).filter(|_| is_last));
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
        (true, _) if !next.is_retry => {
            format!(
                "{here} saw it twice at one time: it was sent round to where it had been, or two clients \
                 have one key."
            )
        }
        (true, _) => format!("{here} saw it again: the proxy in front of it tried once more."),
        (false, true) => {
            format!("{here} got it when {there} was done with it: tried at the next server.")
        }
        (false, false) => format!("What way it took between {there} and {here} is not known."),
    }
}

/// So far the end of one try and the start of the next may overlap, in ms.
const TOUCHING: i64 = 2;

/// What is taken for granted of the witness of what a request was at first.
fn assumed(sighting: &TracedSighting) -> &'static str {
    match sighting.witness {
        Witness::Browser | Witness::Pasted => " (taken for the client's own side)",
        Witness::Nginx | Witness::Packets => "",
    }
}

/// ` at 17:06:07.538`.
fn at(time: Timestamp) -> String {
    let text = time.to_string();
    format!(" at {}", text.get(11..23).unwrap_or(&text))
}

/// What changed from one to the next behind it.
fn step(one: &TracedSighting, next: &TracedSighting) -> Vec<String> {
    let (here, there) = (&one.vantage, &next.vantage);
    let mut told = Vec::new();
    if one.protocol != next.protocol {
        told.push(format!(
            "It left {here}{} as {} and reached {there} from {} as {}{}.",
            assumed(one),
            one.protocol,
            next.remote_addr,
            next.protocol,
            next.started_at.map_or_else(String::new, at)
        ));
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
        // A capture answers nothing: it shows what came.
        (_, Outcome::ClientClosed) if one.witness != Witness::Nginx => format!(
            "The {status} that {here} shows is not {there}'s, which logged that it was left (499): \
             something between the two did not wait for it."
        ),
        _ if one.witness != Witness::Nginx && next.outcome != Outcome::NoResponse => format!(
            "{there} answered {inner}; {here} shows {status}: something between the two changed it."
        ),
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
fn lacks(request: &[TracedSighting]) -> Option<String> {
    let (first, others) = request.split_first()?;
    let is_first = others.iter().all(|sighting| sighting.behind.is_some());
    (is_first && first.protocol == Protocol::HTTP_10).then(|| {
        format!(
            "It was HTTP/1.0 already at {}, the first place it was seen at. No conforming client asks \
             so: a capture nearer the client would show who changed it.",
            first.vantage
        )
    })
}
