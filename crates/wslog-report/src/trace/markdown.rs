//! Traces for a ticket.

use std::io::{self, Write};

use wslog::Trace;

use crate::disarm::markdown;
use crate::trace::headline::headline;
use crate::trace::rows::{COLUMNS, place, row};
use crate::trace::{Shown, more, shown};

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
    shown(trace).iter().try_for_each(|shown| request(shown, to))?;
    if let Some(more) = more(trace) {
        writeln!(to, "\n{more}")?;
    }
    if !trace.changes.is_empty() {
        writeln!(to, "\n### On the way\n")?;
    }
    trace.changes.iter().try_for_each(|change| writeln!(to, "- {}", markdown(change)))
}

fn request(request: &Shown<'_>, to: &mut dyn Write) -> io::Result<()> {
    let Shown { heading, first_seen, drawing, sightings } = request;
    if let Some(heading) = heading {
        writeln!(to, "\n### {heading}")?;
    }
    if let Some(first_seen) = first_seen {
        writeln!(to, "\n{first_seen}")?;
    }
    if let Some(lines) = drawing {
        let fence = fence(lines);
        writeln!(to, "\n{fence}text")?;
        lines.iter().try_for_each(|line| writeln!(to, "{line}"))?;
        writeln!(to, "{fence}")?;
    }
    let names = COLUMNS.map(|(name, _)| name);
    writeln!(to, "\n| {} | place |", names.join(" | "))?;
    let rules = COLUMNS.map(|(_, is_number)| if is_number { "--:" } else { "---" });
    writeln!(to, "| {} | --- |", rules.join(" | "))?;
    sightings.iter().try_for_each(|sighting| {
        let cells = row(sighting).map(|cell| markdown(&cell));
        writeln!(to, "| {} | {} |", cells.join(" | "), markdown(&place(sighting)))
    })
}

/// A fence that nothing in these lines can close.
fn fence(lines: &[String]) -> String {
    let runs = lines.iter().flat_map(|line| line.split(|c| c != '`')).map(str::len);
    "`".repeat(runs.max().unwrap_or(0).max(2) + 1)
}
