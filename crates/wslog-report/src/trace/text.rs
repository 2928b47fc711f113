//! Traces for people.

use std::io::{self, Write};

use anstyle::Style;
use wslog::parse::Upgrade;
use wslog::{Trace, TracedError, TracedSighting};

use crate::disarm::printable;
use crate::paragraph::{bullet, wrapped};
use crate::trace::headline::headline;
use crate::trace::rows::{place, sender};
use crate::trace::{Shown, more, shown};

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
    let requests = shown(trace);
    for request in &requests {
        writeln!(to)?;
        self::request(request, to)?;
    }
    if let Some(more) = more(trace) {
        writeln!(to, "\n{}", wrapped(&more, "  "))?;
    }
    if !trace.changes.is_empty() {
        writeln!(to, "\n  {BOLD}On the way{BOLD:#}")?;
    }
    trace.changes.iter().try_for_each(|it| writeln!(to, "{}", bullet(&printable(it))))?;
    writeln!(to, "\n  {BOLD}Lines that show it{BOLD:#}")?;
    let sightings = requests.iter().flat_map(|request| request.sightings);
    sightings.into_iter().try_for_each(|sighting| details(sighting, to))
}

fn request(request: &Shown<'_>, to: &mut dyn Write) -> io::Result<()> {
    let Shown { heading, first_seen, drawing, .. } = request;
    if let Some(heading) = heading {
        writeln!(to, "  {BOLD}{heading}{BOLD:#}")?;
    }
    if let Some(first_seen) = first_seen {
        writeln!(to, "  {first_seen}\n")?;
    }
    match drawing {
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
