//! What a follower tells, a line each: for people.

use wslog::parse::Millis;
use wslog::{Change, Event, FindingEvent, HandshakeEvent, Severity, Summary};

use crate::disarm::printable;

/// An event for people: when, what, how long, who, where, and what is remarkable about it.
pub fn event_line(event: &Event) -> String {
    match event {
        Event::Handshake(event) => handshake(event),
        Event::Finding(event) => finding(event),
    }
}

fn handshake(event: &HandshakeEvent) -> String {
    let sighting = &event.sighting;
    let mut words = vec![
        sighting.logged_at.map_or_else(|| "-".into(), |at| at.to_string()),
        sighting.protocol.to_string(),
        sighting.status.to_string(),
        event.outcome.to_string(),
    ];
    words.extend(sighting.request_time.map(|time| format!("{time} s")));
    let (from, to) = (printable(&sighting.remote_addr), printable(&sighting.vantage));
    words.push(format!("{from} -> {to}"));
    words.extend(event.downgrade.then(|| "downgrade".to_owned()));
    words.extend(event.near_mark.then(|| "near-mark".to_owned()));
    words.extend(sighting.key.map(|key| format!("key {key}")));
    words.extend(event.may_be_repeated.then(|| "(perhaps again)".to_owned()));
    words.join(" ")
}

fn finding(event: &FindingEvent) -> String {
    let FindingEvent { at, change, finding } = event;
    let severity = match finding.severity {
        Severity::Critical => "CRITICAL",
        Severity::Warning => "WARNING",
        Severity::Info => "INFO",
    };
    let title = printable(&finding.title);
    match change {
        Change::Opened => format!("{at} {severity} {}: {title}", finding.id),
        Change::Changed => format!("{at} now {severity} {}: {title}", finding.id),
        Change::Closed => format!("{at} over: {}", finding.id),
    }
}

/// What a window shows, for people.
pub fn summary_line(summary: &Summary) -> String {
    let Summary { at, lines, sightings, downgrades, findings, .. } = summary;
    let (mut established, mut failed, mut near_mark) = (0, 0, 0);
    for row in &sightings.by_vantage {
        established += row.totals.established;
        failed += row.totals.failed;
        near_mark += row.totals.near_mark;
    }
    let mut text = format!(
        "{at} last {}: {lines} lines, {} sightings, {established} established, {failed} failed \
         ({near_mark} near-mark), {} at HTTP/1.0",
        length(summary.window),
        sightings.total,
        downgrades.total,
    );
    let named = |(name, count): (&str, u64)| match count {
        0 => String::new(),
        count => format!(", {count} {name}"),
    };
    let rest = [
        ("malformed", summary.malformed),
        ("ambiguous", summary.ambiguous),
        ("handshakes forgotten", summary.evicted),
    ];
    text.extend(rest.map(named));
    let open: Vec<_> = findings.iter().map(|finding| finding.id).collect();
    match open.is_empty() {
        true => text,
        false => format!("{text}; {}", open.join(", ")),
    }
}

/// How long something is, in minutes where they are whole, else in seconds.
pub fn length(time: Millis) -> String {
    match time.0 {
        millis if millis >= 60_000 && millis.is_multiple_of(60_000) => {
            format!("{} min", millis / 60_000)
        }
        _ => format!("{time} s"),
    }
}
