//! What is said of a trace in words, before anything is escaped.

use wslog::{Loss, LossKind, Trace, TracedSighting};

use super::shown;

/// Whether the request became HTTP/1.0, and where.
pub(super) fn verdict(trace: &Trace) -> String {
    match &trace.downgrade {
        None => "not downgraded".to_owned(),
        Some(loss) => format!("HTTP/1.0 before {}", located(loss)),
    }
}

/// Where `Upgrade` was lost, and how often the key was used.
pub(super) fn remarks(trace: &Trace) -> Vec<String> {
    let lost = trace.upgrade_lost.as_ref();
    let lost = lost.map(|loss| format!("Upgrade lost before {}.", located(loss)));
    let reused = (trace.requests > 1).then(|| {
        format!(
            "{} requests used this key, one after the other: a key is for one (RFC 6455, section 4.1).",
            trace.requests
        )
    });
    lost.into_iter().chain(reused).collect()
}

fn located(loss: &Loss) -> String {
    let kind = match loss.kind {
        LossKind::Suspected => "suspected",
        LossKind::Proven => "proven",
    };
    format!("{}: {kind}", loss.before)
}

/// The neighbours of a request of which nobody knows which comes first.
pub(super) fn unordered(request: &[TracedSighting]) -> impl Iterator<Item = String> {
    let pairs = request.windows(2).filter_map(|pair| match pair {
        [one, other] if !other.is_behind && one.vantage != other.vantage => Some((one, other)),
        _ => None,
    });
    pairs.map(|(one, other)| {
        let (one, other) = (&one.vantage, &other.vantage);
        format!("Dotted: whether the request passed {one} before {other} is not known.")
    })
}

/// Where the sighting stands.
pub(super) fn place(sighting: &TracedSighting) -> String {
    match sighting.line {
        0 => format!("{} (at {})", sighting.source, sighting.byte),
        line => format!("{}:{line} (byte {})", sighting.source, sighting.byte),
    }
}

/// Whence it came and where it went on to, as far as that was logged.
pub(super) fn way(sighting: &TracedSighting) -> String {
    let is_known = |address: &&str| !matches!(*address, "" | "-");
    let sender =
        Some(&*sighting.remote_addr).filter(is_known).map(|sender| format!("from {sender}"));
    let upstream = Some(&*sighting.upstream_addr).filter(is_known);
    let upstream = upstream.map(|upstream| format!("on to {upstream}"));
    sender.into_iter().chain(upstream).collect::<Vec<_>>().join(", ")
}

/// How many sightings are not shown.
pub(super) fn more(trace: &Trace) -> Option<String> {
    let more = trace.sightings.len() - shown(trace).len();
    (more > 0).then(|| format!("And {more} more sightings; all of them with --output json."))
}
