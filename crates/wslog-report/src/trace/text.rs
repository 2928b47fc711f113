//! For people at a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use wslog::parse::Timestamp;
use wslog::{Trace, TracedSighting};

use super::clock::Clock;
use super::drawing::{MARKED, drawing};
use super::{requests, shown, words};
use crate::disarm::printable;
use crate::paragraph::{bullet, wrapped};
use crate::table::{Column, table};

const BOLD: Style = Style::new().bold();
const RED: Style = BOLD.fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));

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
    let style = if trace.downgrade.is_some() { RED } else { BOLD };
    let headline = format!("{}  {}", trace.key, printable(&words::verdict(trace)));
    writeln!(to, "{style}{}{style:#}", wrapped(&headline, ""))?;
    for remark in words::remarks(trace) {
        writeln!(to, "{}", wrapped(&printable(&remark), ""))?;
    }
    let clock = Clock::of(shown(trace).iter().filter_map(|it| it.started_at.or(it.logged_at)));
    for request in requests(trace) {
        self::request(trace, request, clock, to)?;
    }
    sightings(trace, clock, to)?;
    if !trace.changes.is_empty() {
        writeln!(to, "\n{BOLD}What changed on the way{BOLD:#}")?;
    }
    trace.changes.iter().try_for_each(|change| writeln!(to, "{}", bullet(&printable(change))))
}

fn request(
    trace: &Trace,
    request: &[TracedSighting],
    clock: Clock,
    to: &mut dyn Write,
) -> io::Result<()> {
    writeln!(to)?;
    if let (Some(first), true) = (request.first(), trace.requests > 1) {
        writeln!(to, "{BOLD}Request {} of {}{BOLD:#}\n", first.request, trace.requests)?;
    }
    for line in drawing(request, clock) {
        writeln!(to, "{}", line.replace(MARKED, &format!("{RED}{MARKED}{RED:#}")))?;
    }
    for unordered in words::unordered(request) {
        writeln!(to, "{}", wrapped(&printable(&unordered), ""))?;
    }
    Ok(())
}

/// Every sighting, and where it stands.
fn sightings(trace: &Trace, clock: Clock, to: &mut dyn Write) -> io::Result<()> {
    let day = clock.day().map_or_else(String::new, |day| format!(", {day}"));
    writeln!(to, "\n{BOLD}Sightings{day}{BOLD:#}")?;
    let columns = [
        Column("", true),
        Column("vantage", false),
        Column("protocol", false),
        Column("status", true),
        Column("started", false),
        Column("ended", false),
        Column("seconds", true),
    ];
    let time = |at: Option<Timestamp>| at.map_or_else(|| "-".into(), |at| clock.dated(at));
    let rows = shown(trace).iter().zip(1..).map(|(sighting, number)| {
        vec![
            format!("{number}"),
            printable(&sighting.vantage),
            sighting.protocol.to_string(),
            sighting.status.to_string(),
            time(sighting.started_at),
            time(sighting.logged_at),
            sighting.request_time.map_or_else(|| "-".into(), |time| time.to_string()),
        ]
    });
    writeln!(to, "{}\n", table(&columns, rows))?;
    for (sighting, number) in shown(trace).iter().zip(1..) {
        let place = format!("{number:>2}  {}", printable(&words::place(sighting)));
        writeln!(to, "{}", wrapped(&place, "  "))?;
        let way = printable(&words::way(sighting));
        if !way.is_empty() {
            writeln!(to, "{}", wrapped(&way, "      "))?;
        }
    }
    words::more(trace).map_or(Ok(()), |more| writeln!(to, "{}", wrapped(&more, "  ")))
}
