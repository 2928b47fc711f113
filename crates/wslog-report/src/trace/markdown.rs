//! Traces for a ticket.

use std::io::{self, Write};

use wslog::{Trace, TracedSighting};

use crate::disarm::markdown;
use crate::trace::drawing::drawing;
use crate::trace::headline::headline;
use crate::trace::rows::{COLUMNS, first_seen, place, row};
use crate::trace::{MOST_REQUESTS, requests};

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
    writeln!(to, "## `{}`\n\n{}", trace.key, markdown(&headline(trace)))?;
    for (request, first) in requests(trace).take(MOST_REQUESTS) {
        self::request(trace, request, first, to)?;
    }
    if let Some(more @ 1..) = trace.requests.checked_sub(MOST_REQUESTS as u64) {
        writeln!(to, "\nAnd {more} more requests.")?;
    }
    if !trace.changes.is_empty() {
        writeln!(to, "\n### On the way\n")?;
    }
    trace.changes.iter().try_for_each(|change| writeln!(to, "- {}", markdown(change)))
}

fn request(
    trace: &Trace,
    request: &[TracedSighting],
    first: usize,
    to: &mut dyn Write,
) -> io::Result<()> {
    if trace.requests > 1 {
        let number = request.first().map_or(0, |first| first.request);
        writeln!(to, "\n### Request {number} of {}", trace.requests)?;
    }
    if let Some(at) = first_seen(request) {
        writeln!(to, "\nFirst seen {at}")?;
    }
    if let Some(lines) = drawing(request, first) {
        let fence = fence(&lines);
        writeln!(to, "\n{fence}text")?;
        lines.iter().try_for_each(|line| writeln!(to, "{line}"))?;
        writeln!(to, "{fence}")?;
    }
    let names = COLUMNS.map(|(name, _)| name);
    writeln!(to, "\n| {} | place |", names.join(" | "))?;
    let rules = COLUMNS.map(|(_, is_number)| if is_number { "--:" } else { "---" });
    writeln!(to, "| {} | --- |", rules.join(" | "))?;
    request.iter().try_for_each(|sighting| {
        let cells = row(sighting).map(|cell| markdown(&cell));
        writeln!(to, "| {} | {} |", cells.join(" | "), markdown(&place(sighting)))
    })
}

/// A fence that nothing in these lines can close.
fn fence(lines: &[String]) -> String {
    let runs = lines.iter().flat_map(|line| line.split(|c| c != '`')).map(str::len);
    "`".repeat(runs.max().unwrap_or(0).max(2) + 1)
}
