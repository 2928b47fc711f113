//! An audit for a ticket.

use std::io::{self, Write};

use wslog::{Audit, AuditFinding, Severity};

use crate::audit::words::{COLUMNS, evidence, looked_at, place, places, row, verdict};
use crate::disarm::{markdown, printable};

pub(super) fn render(audit: &Audit, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "## {}\n", markdown(&verdict(audit)))?;
    writeln!(to, "{}", markdown(&looked_at(audit)))?;
    if let Some(evidence) = evidence(audit) {
        writeln!(to, "\n{}", markdown(&evidence))?;
    }
    if !audit.problems.is_empty() {
        writeln!(to, "\n### What nginx would refuse, or could not be read\n")?;
    }
    for problem in &audit.problems {
        writeln!(to, "- {}: {}", markdown(&problem.place.to_string()), markdown(&problem.reason))?;
    }
    audit.findings.iter().try_for_each(|it| finding(audit, it, to))?;
    locations(audit, to)
}

fn finding(audit: &Audit, finding: &AuditFinding, to: &mut dyn Write) -> io::Result<()> {
    let word = match finding.severity {
        Severity::Critical => "critical",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    writeln!(to, "\n### {word}: {}\n\n{}\n", finding.id, markdown(finding.title))?;
    let (shown, left) = places(finding);
    shown.iter().try_for_each(|it| writeln!(to, "- {}", markdown(&place(audit, it))))?;
    if left > 0 {
        writeln!(to, "- and {left} more places")?;
    }
    let explanation: Vec<_> = finding.explanation.lines().map(markdown).collect();
    writeln!(to, "\n{}\n\nWhat to do: {}", explanation.join("\n"), markdown(&finding.remedy))?;
    if finding.patch.is_empty() {
        return Ok(());
    }
    let fence = fence(&finding.patch);
    writeln!(to, "\n{fence}diff")?;
    for line in finding.patch.lines() {
        let words: Vec<_> = line.split('\t').map(printable).collect();
        writeln!(to, "{}", words.join("\t"))?;
    }
    writeln!(to, "{fence}")
}

/// Longer than any row of backticks in the text, so that none ends the block.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

fn locations(audit: &Audit, to: &mut dyn Write) -> io::Result<()> {
    if audit.locations.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n### Locations looked at, and what holds in them\n")?;
    writeln!(to, "| {} |\n|{}", COLUMNS.join(" | "), " --- |".repeat(COLUMNS.len()))?;
    for location in &audit.locations {
        writeln!(to, "| {} |", row(location).map(|cell| markdown(&cell)).join(" | "))?;
    }
    Ok(())
}
