//! One event of a followed log, in one line.

use wslog::Event;

use crate::disarm::printable;

/// The event for people: when, what, how long, who, where, and what is remarkable about it.
pub fn event_line(event: &Event) -> String {
    let mut words = vec![
        event.logged_at.map_or_else(|| "-".into(), |at| at.to_string()),
        event.protocol.to_string(),
        event.status.to_string(),
        event.outcome.to_string(),
    ];
    words.extend(event.request_time.map(|time| format!("{time} s")));
    words.push(format!("{} -> {}", printable(&event.remote_addr), printable(&event.vantage)));
    words.extend(event.is_downgrade.then(|| "downgrade".to_owned()));
    words.extend(event.near_mark.then(|| "near-mark".to_owned()));
    words.extend(event.key.map(|key| format!("key {key}")));
    words.join(" ")
}
