//! An audit for people: the verdict first, then each finding with its places and what mends it.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use wslog::{Audit, AuditFinding, Severity};

use crate::audit::words::{COLUMNS, MOST, evidence, looked_at, place, places, row, verdict};
use crate::disarm::printable;
use crate::paragraph::{bullet, wrapped};
use crate::table::table;
use crate::tables::Column;

const BOLD: Style = Style::new().bold();

pub(super) fn render(audit: &Audit, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "{BOLD}{}{BOLD:#}", wrapped(&verdict(audit), ""))?;
    writeln!(to, "{}", wrapped(&looked_at(audit), ""))?;
    if let Some(evidence) = evidence(audit) {
        writeln!(to, "{}", wrapped(&evidence, ""))?;
    }
    if !audit.problems.is_empty() {
        writeln!(to, "\n{BOLD}What nginx would refuse, or could not be read{BOLD:#}")?;
    }
    for problem in audit.problems.iter().take(MOST) {
        let text = format!("{}: {}", problem.place, problem.reason);
        writeln!(to, "{}", bullet(&printable(&text)))?;
    }
    more(audit.problems.len(), to)?;
    audit.findings.iter().try_for_each(|it| finding(audit, it, to))?;
    locations(audit, to)
}

fn finding(audit: &Audit, finding: &AuditFinding, to: &mut dyn Write) -> io::Result<()> {
    let (word, color) = match finding.severity {
        Severity::Critical => ("CRITICAL", AnsiColor::Red),
        Severity::Warning => ("WARNING", AnsiColor::Yellow),
        Severity::Info => ("INFO", AnsiColor::Blue),
    };
    let style = BOLD.fg_color(Some(color.into()));
    writeln!(to, "\n{style}{word}{style:#} {}", finding.id)?;
    writeln!(to, "{}\n", wrapped(finding.title, ""))?;
    let has_worse = audit.findings.iter().any(|it| it.severity < Severity::Info);
    let is_brief = finding.severity == Severity::Info && has_worse;
    let (shown, left) = places(finding);
    shown.iter().try_for_each(|it| writeln!(to, "{}", bullet(&place(audit, it))))?;
    if left > 0 {
        writeln!(to, "{}", bullet(&format!("and {left} more places")))?;
    }
    if is_brief {
        return writeln!(to, "\n  `wslog explain {}` says more.", finding.id);
    }
    writeln!(to)?;
    for line in finding.explanation.lines() {
        writeln!(to, "{}", wrapped(&printable(line), "  "))?;
    }
    writeln!(to, "\n  {BOLD}What to do{BOLD:#}")?;
    writeln!(to, "{}", wrapped(&printable(&finding.remedy), "  "))?;
    patch(&finding.patch, to)
}

/// As it is written: a line of it that was wrapped would be none.
fn patch(patch: &str, to: &mut dyn Write) -> io::Result<()> {
    for (index, line) in patch.lines().enumerate() {
        let style = match line.as_bytes() {
            [b'+', ..] => Style::new().fg_color(Some(AnsiColor::Green.into())),
            [b'-', ..] => Style::new().fg_color(Some(AnsiColor::Red.into())),
            _ => Style::new(),
        };
        if index == 0 {
            writeln!(to)?;
        }
        let words: Vec<_> = line.split('\t').map(printable).collect();
        writeln!(to, "    {style}{}{style:#}", words.join("\t"))?;
    }
    Ok(())
}

fn locations(audit: &Audit, to: &mut dyn Write) -> io::Result<()> {
    if audit.locations.is_empty() {
        return Ok(());
    }
    let columns = COLUMNS.map(|name| Column(name, false));
    let rows = audit.locations.iter().take(MOST).map(|location| row(location).to_vec());
    writeln!(to, "\n{BOLD}Locations looked at, and what holds in them{BOLD:#}")?;
    writeln!(to, "{}", table(&columns, rows))?;
    more(audit.locations.len(), to)
}

fn more(count: usize, to: &mut dyn Write) -> io::Result<()> {
    match count.checked_sub(MOST) {
        Some(left @ 1..) => writeln!(to, "  and {left} more, which --output json has"),
        _ => Ok(()),
    }
}
