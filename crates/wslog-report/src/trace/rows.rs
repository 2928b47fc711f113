//! The sightings as rows of a table, and where they stand.

use wslog::TracedSighting;
use wslog::parse::{Timestamp, Upgrade};

/// The headings of [`row`], and whether a column holds numbers.
pub(crate) const COLUMNS: [(&str, bool); 8] = [
    ("vantage", false),
    ("remote_addr", false),
    ("protocol", false),
    ("upgrade", false),
    ("status", true),
    ("started", false),
    ("ended", false),
    ("seconds", true),
];

/// What was seen at one place, as it is in the trace.
pub(crate) fn row(sighting: &TracedSighting) -> [String; COLUMNS.len()] {
    let upgrade = match sighting.upgrade {
        Upgrade::NotLogged => "?",
        Upgrade::WebSocket => "yes",
        Upgrade::Absent | Upgrade::Other => "no",
    };
    let clock = |at: Option<Timestamp>| at.map_or_else(|| "?".into(), clock);
    [
        sighting.vantage.clone(),
        sender(sighting).to_owned(),
        sighting.protocol.to_string(),
        upgrade.to_owned(),
        sighting.status.to_string(),
        clock(sighting.started_at),
        clock(sighting.logged_at),
        sighting.request_time.map_or_else(|| "?".into(), |time| time.to_string()),
    ]
}

/// The time of day, so many minutes east of UTC: what was seen at several places is compared by it.
pub(super) fn clock_at(at: Timestamp, offset_minutes: i16) -> String {
    clock(Timestamp::new(at.unix_millis(), offset_minutes))
}

fn clock(at: Timestamp) -> String {
    let text = at.to_string();
    text.get(11..23).map(str::to_owned).unwrap_or(text)
}

/// Who sent it there, as far as that is known.
pub(super) fn sender(sighting: &TracedSighting) -> &str {
    match sighting.remote_addr.as_str() {
        "-" | "" => "client",
        address => address,
    }
}

/// The line, or the place in a capture, that shows it.
pub(crate) fn place(sighting: &TracedSighting) -> String {
    let TracedSighting { source, line, byte, .. } = sighting;
    match line {
        0 => format!("{source} (at {byte})"),
        _ => format!("{source}:{line} (byte {byte})"),
    }
}

/// When the request was first seen; by the clock of the last place it came to, as logs have their
/// own and captures have none.
pub(super) fn first_seen(request: &[TracedSighting]) -> Option<Timestamp> {
    let started = request.iter().filter_map(|sighting| sighting.started_at);
    let ended = request.iter().filter_map(|sighting| sighting.logged_at);
    let offset = ended.clone().next_back()?.offset_minutes();
    let first = started.min_by_key(|at| at.unix_millis());
    let first = first.or_else(|| ended.min_by_key(|at| at.unix_millis()))?;
    Some(Timestamp::new(first.unix_millis(), offset))
}
