//! A comparison for a ticket.

use std::io::{self, Write};

use wslog::{Comparison, FindingChange};

use crate::comparison::words::{
    COLUMNS, OUTCOMES, failures, period, read, row, seen, title, verdicts,
};
use crate::disarm::markdown;

pub(super) fn render(comparison: &Comparison, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "## Is it fixed?\n")?;
    for line in verdicts(comparison) {
        writeln!(to, "- **{}**", markdown(&line))?;
    }
    writeln!(to, "- {}\n", markdown(&failures(comparison)))?;
    writeln!(to, "Before: {}\n", markdown(&period(&comparison.before)))?;
    writeln!(to, "After: {}", markdown(&period(&comparison.after)))?;
    if !comparison.limits.is_empty() {
        writeln!(to, "\n### Before you trust it\n")?;
    }
    for limit in &comparison.limits {
        writeln!(to, "- {}", markdown(&limit.text))?;
    }
    comparison.findings.iter().try_for_each(|it| finding(it, to))?;
    outcomes(comparison, to)?;
    writeln!(to, "\n### Lines read\n")?;
    writeln!(to, "- before: {}", markdown(&read(&comparison.before)))?;
    writeln!(to, "- after: {}", markdown(&read(&comparison.after)))
}

fn finding(finding: &FindingChange, to: &mut dyn Write) -> io::Result<()> {
    let FindingChange { id, verdict, reasons, .. } = finding;
    writeln!(to, "\n### {}: {id} ({})\n", verdict.name(), seen(finding))?;
    writeln!(to, "{}\n", markdown(title(finding)))?;
    reasons.iter().try_for_each(|reason| writeln!(to, "- {}", markdown(reason)))
}

fn outcomes(comparison: &Comparison, to: &mut dyn Write) -> io::Result<()> {
    if comparison.outcomes.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n### {OUTCOMES}\n")?;
    writeln!(to, "| {} |", COLUMNS.map(|(name, _)| name).join(" | "))?;
    let rules = COLUMNS.map(|(_, is_number)| if is_number { "--:" } else { "---" });
    writeln!(to, "| {} |", rules.join(" | "))?;
    for outcome in &comparison.outcomes {
        writeln!(to, "| {} |", row(outcome).map(|cell| markdown(&cell)).join(" | "))?;
    }
    Ok(())
}
