//! What became of a handshake, and what broke it.

use wslog::{Loss, LossKind, Outcome, Trace, TracedSighting};

/// Most requests of which is said how each ended.
const MOST_ENDS: usize = 3;

/// How the handshake ended, and whether and where it lost what it needs.
pub(crate) fn headline(trace: &Trace) -> String {
    let requests = trace.sightings.chunk_by(|one, next| one.request == next.request);
    let ends: Vec<String> = requests.filter_map(last_root).map(ended).collect();
    let mut told: Vec<String> = match ends.len() {
        0..=MOST_ENDS => ends,
        count => vec![format!("{count} requests.")],
    };
    let losses = [("HTTP/1.1", &trace.downgrade), ("its Upgrade", &trace.upgrade_lost)];
    let lost: Vec<_> =
        losses.iter().filter_map(|(what, loss)| Some(lost(what, loss.as_ref()?))).collect();
    match lost.is_empty() {
        false => told.extend(lost),
        true => told.push("Nothing it needs was seen to be lost on the way.".to_owned()),
    }
    told.join(" ")
}

/// The sighting nearest the client, of the last try if there were several.
fn last_root(request: &[TracedSighting]) -> Option<&TracedSighting> {
    let first = request.first()?;
    let is_root = |it: &&TracedSighting| it.behind.is_none() && it.vantage == first.vantage;
    request.iter().rfind(is_root).or(Some(first))
}

fn ended(sighting: &TracedSighting) -> String {
    let TracedSighting { vantage, status, .. } = sighting;
    let after = sighting.request_time.map_or_else(String::new, |time| format!(" after {time} s"));
    match sighting.outcome {
        Outcome::Established if after.is_empty() => format!("Established at {vantage} ({status})."),
        Outcome::Established => format!("Established at {vantage} ({status}), over{after}."),
        Outcome::ClientClosed => format!("Its client left {vantage}{after} ({status})."),
        Outcome::NoResponse => format!("No answer was seen at {vantage}."),
        _ => format!("Failed with {status} at {vantage}{after}."),
    }
}

fn lost(what: &str, Loss { kind, after, before }: &Loss) -> String {
    match (kind, after) {
        (LossKind::Proven, Some(after)) => {
            format!("Lost {what} between {after} and {before} (proven).")
        }
        (LossKind::Proven, None) => {
            format!("Lost {what} before {before} (proven; between which two is not known).")
        }
        (LossKind::Suspected, _) => format!("Came without {what} to {before} (suspected)."),
    }
}
