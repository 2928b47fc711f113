//! Traces for people.

use std::io::{self, Write};

use anstyle::Style;
use wslog::parse::Upgrade;
use wslog::{Trace, TracedError, TracedSighting};

use crate::disarm::printable;
use crate::paragraph::{bullet, wrapped};
use crate::trace::drawing::drawing;
use crate::trace::headline::headline;
use crate::trace::rows::{first_seen, place, sender};
use crate::trace::{MOST_REQUESTS, requests};

const BOLD: Style = Style::new().bold();

pub(super) fn render(traces: &[Trace], to: &mut dyn Write) -> io::Result<()> {
    for (number, trace) in traces.iter().enumerate() {
        if number > 0 {
            writeln!(to)?;
        }
        self::trace(trace, to)?;
    }
    Ok(())
}

fn trace(trace: &Trace, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "{BOLD}{}{BOLD:#}", trace.key)?;
    writeln!(to, "{}", wrapped(&printable(&headline(trace)), ""))?;
    for (request, first) in requests(trace).take(MOST_REQUESTS) {
        writeln!(to)?;
        self::request(trace, request, first, to)?;
    }
    if let Some(more @ 1..) = trace.requests.checked_sub(MOST_REQUESTS as u64) {
        writeln!(to, "\n  and {more} more requests; all of them with --output json")?;
    }
    if !trace.changes.is_empty() {
        writeln!(to, "\n  {BOLD}On the way{BOLD:#}")?;
    }
    trace.changes.iter().try_for_each(|it| writeln!(to, "{}", bullet(&printable(it))))?;
    writeln!(to, "\n  {BOLD}Lines that show it{BOLD:#}")?;
    let shown = requests(trace).take(MOST_REQUESTS).flat_map(|(request, _)| request);
    shown.into_iter().try_for_each(|sighting| details(sighting, to))
}

fn request(
    trace: &Trace,
    request: &[TracedSighting],
    first: usize,
    to: &mut dyn Write,
) -> io::Result<()> {
    if trace.requests > 1 {
        let number = request.first().map_or(0, |first| first.request);
        writeln!(to, "  {BOLD}Request {number} of {}{BOLD:#}", trace.requests)?;
    }
    if let Some(at) = first_seen(request) {
        writeln!(to, "  First seen {at}\n")?;
    }
    match drawing(request, first) {
        Some(lines) => lines.iter().try_for_each(|line| writeln!(to, "{line}")),
        None => writeln!(to, "  It passed more places than fit side by side."),
    }
}

/// All that is known of a sighting, in a few lines.
fn details(sighting: &TracedSighting, to: &mut dyn Write) -> io::Result<()> {
    let TracedSighting { vantage, protocol, status, outcome, .. } = sighting;
    let upgrade = match sighting.upgrade {
        Upgrade::NotLogged => "",
        Upgrade::WebSocket => ", Upgrade: websocket",
        Upgrade::Absent | Upgrade::Other => ", no Upgrade: websocket",
    };
    let time = sighting.request_time.map(|time| format!(", {time} s")).unwrap_or_default();
    let upstream = match sighting.upstream_addr.as_str() {
        "" | "-" => String::new(),
        upstream => format!(" -> {upstream}"),
    };
    let from = sighting.started_at.map(|at| format!("from {at} "));
    let until = sighting.logged_at.map(|at| format!("to {at}"));
    let times: String = [from, until].into_iter().flatten().collect();
    let lines = [
        format!("{} -> {vantage}{upstream}", sender(sighting)),
        format!("{protocol} {status} {outcome}{time}{upgrade}"),
        times,
    ];
    writeln!(to, "{}", wrapped(&printable(&place(sighting)), "  "))?;
    let lines = lines.iter().filter(|line| !line.is_empty());
    lines.into_iter().try_for_each(|it| writeln!(to, "{}", wrapped(&printable(it), "    ")))?;
    sighting.errors.iter().try_for_each(|TracedError { source, line, byte, meaning }| {
        let place = format!("{source}:{line} (byte {byte})");
        writeln!(to, "{}", wrapped(&printable(&place), "    "))?;
        writeln!(to, "{}", wrapped(meaning, "      "))
    })
}
