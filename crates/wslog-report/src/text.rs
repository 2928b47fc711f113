//! The report for people: what is wrong first, then the tables it rests on, then the lines read.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use wslog::{Analysis, Example, Finding, MalformedReason, RejectedLine, Severity, SightingExample};

use crate::disarm::printable;
use crate::paragraph::{bullet, wrapped};
use crate::table::table;
use crate::tables::{MOST_ROWS, Table, tables};
use crate::words;

const BOLD: Style = Style::new().bold();

/// Most lines that show a finding.
const MOST_EXAMPLES: usize = 3;

pub(crate) fn render(analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
    heading(&wrapped(&words::headline(analysis), ""), to)?;
    for sentence in words::introduction(analysis) {
        writeln!(to, "{}", wrapped(&printable(&sentence), ""))?;
    }
    let (told, named) = words::ranked(analysis);
    for told in told {
        writeln!(to)?;
        finding(told, to)?;
    }
    for named in named {
        writeln!(to)?;
        title(named, to)?;
    }
    tables(analysis).iter().try_for_each(|rows| self::rows(rows, to))?;
    if let Some(said) = &analysis.error_log {
        writeln!(to)?;
        heading("What nginx's error log says", to)?;
        for sentence in &said.sentences {
            writeln!(to, "{}", bullet(&printable(sentence)))?;
        }
    }
    lines(analysis, to)
}

fn title(finding: &Finding, to: &mut dyn Write) -> io::Result<()> {
    let style = match finding.severity {
        Severity::Critical => BOLD.fg_color(Some(AnsiColor::Red.into())),
        Severity::Warning => BOLD.fg_color(Some(AnsiColor::Yellow.into())),
        Severity::Info => BOLD.fg_color(Some(AnsiColor::Blue.into())),
    };
    let word = words::severity(finding.severity).to_uppercase();
    writeln!(to, "{style}{word}{style:#} {}", finding.id)?;
    writeln!(to, "{}", wrapped(&printable(&finding.title), ""))
}

fn finding(finding: &Finding, to: &mut dyn Write) -> io::Result<()> {
    title(finding, to)?;
    for statement in words::statements(finding) {
        writeln!(to, "{}", bullet(&printable(&statement)))?;
    }
    writeln!(to, "\n  {BOLD}What to do{BOLD:#}")?;
    writeln!(to, "{}", wrapped(&printable(&finding.remedy), "  "))?;
    if !finding.examples.is_empty() {
        writeln!(to, "\n  {BOLD}Lines that show it{BOLD:#}")?;
    }
    finding.examples.iter().take(MOST_EXAMPLES).try_for_each(|example| match example {
        Example::Sighting(sighting) => self::sighting(sighting, to),
        Example::Line(line) => rejected(line, to),
    })?;
    more(MOST_EXAMPLES, finding.examples.len(), to)
}

fn sighting(example: &SightingExample, to: &mut dyn Write) -> io::Result<()> {
    let (place, answer) = (printable(&words::place(example)), words::answer(example));
    let together = wrapped(&format!("{place}: {answer}"), "  ");
    match together.contains('\n') {
        false => writeln!(to, "{together}")?,
        true => writeln!(to, "{}\n    {answer}", wrapped(&place, "  "))?,
    }
    writeln!(to, "{}", wrapped(&printable(&words::way(example)), "    "))
}

fn rows(rows: &Table, to: &mut dyn Write) -> io::Result<()> {
    let disarmed =
        rows.rows.iter().map(|row| row.iter().map(|cell| printable(cell)).collect::<Vec<_>>());
    writeln!(to)?;
    heading(&rows.heading, to)?;
    writeln!(to, "{}", table(rows.columns, disarmed))?;
    more(rows.rows.len(), rows.all, to)
}

fn lines(analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
    let input = &analysis.input;
    writeln!(to)?;
    heading("Lines read", to)?;
    for source in input.sources.iter().take(MOST_ROWS) {
        let (path, account) = words::account(source);
        if words::is_all_parsed(source) {
            writeln!(to, "{}", wrapped(&printable(&format!("{path}: {account}")), "  "))?;
        } else {
            writeln!(to, "{}", wrapped(&printable(&path), "  "))?;
            writeln!(to, "{}", wrapped(&printable(&account), "    "))?;
        }
    }
    more(MOST_ROWS, input.sources.len(), to)?;
    malformed(&input.malformed_reasons, to)?;
    if !input.ambiguous_examples.is_empty() {
        writeln!(to)?;
        heading(&format!("Ambiguous lines (the first {})", input.ambiguous_examples.len()), to)?;
    }
    input.ambiguous_examples.iter().try_for_each(|line| rejected(line, to))?;
    let lost = words::lost_paths(analysis).map(str::to_owned);
    let mut notes = lost.into_iter().chain(words::redaction(analysis));
    notes.try_for_each(|note| writeln!(to, "\n{}", wrapped(&note, "")))
}

/// Why lines do not fit, each reason with its first line.
fn malformed(reasons: &[MalformedReason], to: &mut dyn Write) -> io::Result<()> {
    if !reasons.is_empty() {
        writeln!(to)?;
        heading("Malformed lines, by what they lack", to)?;
    }
    for reason in reasons.iter().take(MOST_ROWS) {
        let expected = format!("{} x expected {}; the first", reason.count, reason.expected);
        writeln!(to, "{}", wrapped(&printable(&expected), "  "))?;
        let RejectedLine { source, line, column, found, .. } = &reason.first;
        let first = format!("{source}:{line}:{column}: found {found}");
        writeln!(to, "{}", wrapped(&printable(&first), "    "))?;
    }
    more(MOST_ROWS, reasons.len(), to)
}

fn rejected(line: &RejectedLine, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "{}", wrapped(&printable(&words::rejected(line)), "  "))
}

fn heading(text: &str, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "{BOLD}{text}{BOLD:#}")
}

fn more(shown: usize, all: usize, to: &mut dyn Write) -> io::Result<()> {
    match words::more(shown, all) {
        Some(more) => writeln!(to, "  {more}"),
        None => Ok(()),
    }
}
