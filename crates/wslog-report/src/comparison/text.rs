//! A comparison for people: the verdicts first, then what limits them, then what they rest on.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use wslog::{Comparison, FindingChange, Verdict};

use crate::comparison::words::{
    COLUMNS, OUTCOMES, failures, period, read, row, seen, title, verdicts,
};
use crate::disarm::printable;
use crate::paragraph::{bullet, wrapped};
use crate::table::table;
use crate::tables::{Column, MOST_ROWS};

const BOLD: Style = Style::new().bold();

pub(super) fn render(comparison: &Comparison, to: &mut dyn Write) -> io::Result<()> {
    for line in verdicts(comparison) {
        writeln!(to, "{BOLD}{}{BOLD:#}", wrapped(&line, ""))?;
    }
    writeln!(to, "{}", wrapped(&failures(comparison), ""))?;
    writeln!(to)?;
    writeln!(to, "{}", wrapped(&format!("Before  {}", period(&comparison.before)), ""))?;
    writeln!(to, "{}", wrapped(&format!("After   {}", period(&comparison.after)), ""))?;
    if !comparison.limits.is_empty() {
        writeln!(to, "\n{BOLD}Before you trust it{BOLD:#}")?;
    }
    for limit in &comparison.limits {
        writeln!(to, "{}", bullet(&printable(&limit.text)))?;
    }
    comparison.findings.iter().try_for_each(|it| finding(it, to))?;
    outcomes(comparison, to)?;
    writeln!(to, "\n{BOLD}Lines read{BOLD:#}")?;
    for (word, side) in [("before", &comparison.before), ("after", &comparison.after)] {
        let text = printable(&format!("{word}: {}", read(side)));
        writeln!(to, "{}", wrapped(&text, "  "))?;
    }
    Ok(())
}

fn finding(finding: &FindingChange, to: &mut dyn Write) -> io::Result<()> {
    let (word, color) = match finding.verdict {
        Verdict::Worse => ("WORSE", AnsiColor::Red),
        Verdict::Unchanged => ("UNCHANGED", AnsiColor::Yellow),
        Verdict::Better => ("BETTER", AnsiColor::Blue),
        Verdict::Fixed => ("FIXED", AnsiColor::Green),
    };
    let style = BOLD.fg_color(Some(color.into()));
    writeln!(to, "\n{style}{word}{style:#} {} ({})", finding.id, seen(finding))?;
    writeln!(to, "{}\n", wrapped(&printable(title(finding)), ""))?;
    finding.reasons.iter().try_for_each(|it| writeln!(to, "{}", bullet(&printable(it))))
}

fn outcomes(comparison: &Comparison, to: &mut dyn Write) -> io::Result<()> {
    if comparison.outcomes.is_empty() {
        return Ok(());
    }
    let columns = COLUMNS.map(|(name, is_number)| Column(name, is_number));
    let rows = comparison.outcomes.iter().take(MOST_ROWS).map(|outcome| row(outcome).to_vec());
    writeln!(to, "\n{BOLD}{OUTCOMES}{BOLD:#}")?;
    writeln!(to, "{}", table(&columns, rows))?;
    match comparison.outcomes.len().saturating_sub(MOST_ROWS) {
        0 => Ok(()),
        more => writeln!(to, "  and {more} more; all of them with --output json"),
    }
}
