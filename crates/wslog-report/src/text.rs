//! The report for people: what is wrong first, then the tables it rests on, then the lines read.

mod clients;
mod error_log;
mod latencies;
mod ways;

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use wslog::{
    Analysis, Capability, CaptureSummary, Example, Finding, MalformedReason, Moment, NodeRow,
    Period, RejectedLine, Severity, SightingExample, Source, Totals,
};

use crate::disarm::printable;
use crate::paragraph::{bullet, wrapped};
use crate::table::{Column, MOST_ROWS, table};

const BOLD: Style = Style::new().bold();

/// Most lines that show a finding.
const MOST_EXAMPLES: usize = 3;

pub(crate) fn render(analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
    verdict(analysis, to)?;
    let is_info = |finding: &&Finding| finding.severity == Severity::Info;
    let has_worse = analysis.findings.iter().any(|finding| !is_info(&finding));
    for finding in analysis.findings.iter().filter(|finding| !(has_worse && is_info(finding))) {
        writeln!(to)?;
        self::finding(finding, to)?;
    }
    if has_worse {
        brief(analysis.findings.iter().filter(is_info), to)?;
    }
    if analysis.sightings.total > 0 {
        outcomes(analysis, to)?;
        nodes(analysis, to)?;
        latencies::latencies(&analysis.handshakes.latencies, to)?;
        clients::clients(&analysis.handshakes.clients, to)?;
        ways::ways(&analysis.handshakes.paths, to)?;
    }
    if let Some(said) = &analysis.error_log {
        error_log::render(said, to)?;
    }
    lines(analysis, to)
}

/// Whether a capture shows a handshake, but not what came of it.
fn has_lost_answers(analysis: &Analysis) -> bool {
    let mut captures = analysis.input.sources.iter().filter_map(|source| source.capture.as_ref());
    captures.any(|capture| capture.answers_lost > 0)
}

/// The first lines: how many handshakes, how many failed, over what time.
fn verdict(analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
    let totals = all(analysis);
    let handshakes = analysis.handshakes.total;
    // Some are not known any more.
    let at_least = if analysis.handshakes.evicted > 0 { "at least " } else { "" };
    let headline = match totals {
        _ if is_nothing(analysis) => "Nothing to read".to_owned(),
        Totals { total: 0, .. } => format!(
            "No opening handshake{} in {}",
            if has_lost_answers(analysis) { " whose end is shown" } else { "" },
            what_was_read(analysis)
        ),
        Totals { total, established, failed, http10, .. } => format!(
            "{total} sighting{} of {at_least}{handshakes} opening handshake{}: {established} established, \
             {failed} failed, {http10} at HTTP/1.0",
            plural(total),
            plural(handshakes),
        ),
    };
    heading(&wrapped(&headline, ""), to)?;
    if let Some(last) = analysis.input.last_logged_at {
        match analysis.input.first_started_at {
            Some(first) => writeln!(to, "From {first} to {last}.")?,
            None => writeln!(to, "Until {last}.")?,
        }
    }
    period(analysis, to)?;
    let shows = |capability: Capability| analysis.input.capabilities.contains(&capability.name());
    let is_blind = !shows(Capability::Key) && !shows(Capability::Upgrade);
    if totals.total == 0 && analysis.requests.total > 0 && !shows(Capability::Status) {
        let text = "These lines show no $status: how a handshake ended is not known, and none is \
                    counted.";
        writeln!(to, "{}", wrapped(text, ""))?;
    } else if totals.total == 0 && analysis.requests.total > 0 && is_blind {
        let text = "These lines show neither key nor Upgrade: handshakes that all failed look like \
                    ordinary requests. If there are WebSockets, name their path with \
                    --websocket-path, or log more (`wslog formats` says what).";
        writeln!(to, "{}", wrapped(text, ""))?;
    }
    if analysis.findings.is_empty() && analysis.sightings.total > 0 {
        let text = match totals.failed {
            0 => "No findings.",
            _ => "No findings: nothing known explains what failed.",
        };
        writeln!(to, "{text}")?;
    }
    Ok(())
}

/// Whether no source has anything in it.
fn is_nothing(analysis: &Analysis) -> bool {
    analysis.input.sources.iter().all(|source| source.lines == 0 && source.capture.is_none())
}

fn what_was_read(analysis: &Analysis) -> &'static str {
    let has_captures = analysis.input.sources.iter().any(|source| source.capture.is_some());
    match (analysis.input.lines > 0, has_captures) {
        (_, false) => "these lines",
        (true, true) => "these lines and captures",
        (false, true) => "these captures",
    }
}

/// What was asked for, if not everything.
fn period(analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
    let Period { since, until } = analysis.input.period;
    let bound = |word, moment: Option<Moment>| moment.map(|moment| format!(" {word} {moment}"));
    if let (None, None) = (since, until) {
        return Ok(());
    }
    let bounds: String =
        [bound("since", since), bound("until", until)].into_iter().flatten().collect();
    let outside = analysis.input.outside_period;
    let text = format!("Only what was logged{bounds}; {outside} line{} left out.", plural(outside));
    writeln!(to, "{}", wrapped(&text, ""))
}

fn all(analysis: &Analysis) -> Totals {
    let mut all = Totals::default();
    for row in &analysis.sightings.by_vantage {
        all.total += row.totals.total;
        all.http10 += row.totals.http10;
        all.established += row.totals.established;
        all.failed += row.totals.failed;
        all.near_mark += row.totals.near_mark;
    }
    all
}

/// What is worth knowing beside something worse: no more than its title.
fn brief<'a>(
    mut findings: impl Iterator<Item = &'a Finding>,
    to: &mut dyn Write,
) -> io::Result<()> {
    findings.try_for_each(|finding| {
        writeln!(to)?;
        title(finding, to)
    })
}

fn title(finding: &Finding, to: &mut dyn Write) -> io::Result<()> {
    let (word, style) = match finding.severity {
        Severity::Critical => ("CRITICAL", BOLD.fg_color(Some(AnsiColor::Red.into()))),
        Severity::Warning => ("WARNING", BOLD.fg_color(Some(AnsiColor::Yellow.into()))),
        Severity::Info => ("INFO", BOLD.fg_color(Some(AnsiColor::Blue.into()))),
    };
    writeln!(to, "{style}{word}{style:#} {}", finding.id)?;
    writeln!(to, "{}", wrapped(&printable(&finding.title), ""))
}

fn finding(finding: &Finding, to: &mut dyn Write) -> io::Result<()> {
    title(finding, to)?;
    // What is wrong, since when, and all the rest.
    let what = finding.explanation.lines().take(1).map(str::to_owned);
    let statements = what.chain(since(finding));
    let rest = finding.explanation.lines().skip(1).map(str::to_owned);
    for statement in statements.chain(rest) {
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
    more_than(MOST_EXAMPLES, finding.examples.len(), to)
}

fn since(finding: &Finding) -> Option<String> {
    let (first, last) = finding.span?;
    Some(match first == last {
        true => format!("It was at {first}."),
        false => format!("Since {first}, last at {last}."),
    })
}

fn sighting(example: &SightingExample, to: &mut dyn Write) -> io::Result<()> {
    let place = match example.line {
        0 => format!("{} (at {})", example.source, example.byte),
        line => format!("{}:{line} (byte {})", example.source, example.byte),
    };
    let duration = example.request_time.map_or_else(String::new, |time| format!(" {time} s"));
    let answer = format!("{} {}{duration}", example.protocol, example.status);
    let place = printable(&place);
    let together = wrapped(&format!("{place}: {answer}"), "  ");
    match together.contains('\n') {
        false => writeln!(to, "{together}")?,
        true => writeln!(to, "{}\n    {answer}", wrapped(&place, "  "))?,
    }
    let started = example.started_at.or(example.logged_at);
    let started = started.map_or_else(String::new, |at| format!("{at} "));
    let way = format!("{} -> {}", printable(&example.remote_addr), printable(&example.vantage));
    let key = example.key.map_or_else(String::new, |key| format!(", key {key}"));
    writeln!(to, "{}", wrapped(&format!("{started}{way}{key}"), "    "))
}

fn outcomes(analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
    let columns = [
        Column("protocol", false),
        Column("status", true),
        Column("outcome", false),
        Column("count", true),
        Column("near the mark", true),
    ];
    let rows = analysis.sightings.by_protocol_status.iter().map(|row| {
        vec![
            row.protocol.to_string(),
            row.status.to_string(),
            row.outcome.to_string(),
            row.count.to_string(),
            row.near_mark.to_string(),
        ]
    });
    let mark = analysis.mark;
    writeln!(to)?;
    heading(
        &format!(
            "Opening handshakes by protocol and outcome (the mark: {} s, give or take {} s)",
            mark.at.as_secs_f64(),
            mark.tolerance.as_secs_f64()
        ),
        to,
    )?;
    writeln!(to, "{}", table(&columns, rows))
}

/// Who handed the handshakes to which nginx, those with most to tell first.
fn nodes(analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
    let mut nodes: Vec<&NodeRow> = analysis.sightings.nodes.iter().collect();
    nodes.sort_by_key(|node| {
        let Totals { near_mark, failed, http10, .. } = node.totals;
        std::cmp::Reverse((near_mark, failed, http10))
    });
    let columns = [
        Column("vantage", false),
        Column("remote_addr", false),
        Column("total", true),
        Column("HTTP/1.0", true),
        Column("established", true),
        Column("failed", true),
        Column("near", true),
    ];
    let rows = nodes.iter().take(MOST_ROWS).map(|node| {
        let Totals { total, http10, established, failed, near_mark } = node.totals;
        let counts = [total, http10, established, failed, near_mark];
        let mut row = vec![printable(&node.vantage), printable(&node.remote_addr)];
        row.extend(counts.iter().map(u64::to_string));
        row
    });
    writeln!(to)?;
    heading("Nodes: who connected (remote_addr) to which nginx (vantage point)", to)?;
    writeln!(to, "{}", table(&columns, rows))?;
    more(nodes.len(), to)
}

fn lines(analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
    let input = &analysis.input;
    writeln!(to)?;
    heading("Lines read", to)?;
    for source in input.sources.iter().take(MOST_ROWS) {
        if let Some(capture) = &source.capture {
            self::capture(&source.path, capture, to)?;
            continue;
        }
        let formats: Vec<_> = source.formats.iter().map(|format| format.name.as_str()).collect();
        let formats = if formats.is_empty() { "no format".into() } else { formats.join(", ") };
        let Source { lines, parsed, malformed, ambiguous, blank, .. } = source;
        let source_line = format!("{} ({formats})", source.path);
        if lines == parsed && *lines > 0 {
            let all = format!("{source_line}: {lines} line{}, all parsed", plural(*lines));
            writeln!(to, "{}", wrapped(&printable(&all), "  "))?;
            continue;
        }
        writeln!(to, "{}", wrapped(&printable(&source_line), "  "))?;
        writeln!(
            to,
            "    {lines} lines: {parsed} parsed, {malformed} malformed, {ambiguous} ambiguous, {blank} blank"
        )?;
    }
    more(input.sources.len(), to)?;
    malformed(&input.malformed_reasons, to)?;
    if !input.ambiguous_examples.is_empty() {
        writeln!(to)?;
        heading(&format!("Ambiguous lines (the first {})", input.ambiguous_examples.len()), to)?;
    }
    input.ambiguous_examples.iter().try_for_each(|line| rejected(line, to))?;
    if analysis.sightings.paths_lost {
        let text = "More paths were seen than are kept: some failed handshakes that show neither \
                    key nor Upgrade may be missing. Name their paths with --websocket-path.";
        writeln!(to, "\n{}", wrapped(text, ""))?;
    }
    Ok(())
}

fn capture(path: &str, capture: &CaptureSummary, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "{}", wrapped(&printable(&format!("{path} ({})", capture.kind)), "  "))?;
    let CaptureSummary { packets, connections, requests, answers_lost, .. } = capture;
    let unit = match capture.kind {
        "har" => "entries",
        "heads" => "heads",
        _ => "packets",
    };
    let mut parts = vec![format!("{packets} {unit}"), format!("{requests} requests")];
    if *connections > 0 {
        parts.insert(1, format!("{connections} connections"));
    }
    if *answers_lost > 0 {
        parts.push(format!("{answers_lost} handshakes without a known end, left out"));
    }
    if capture.outside_period > 0 {
        parts.push(format!("{} handshakes outside the period", capture.outside_period));
    }
    let undecoded = capture.undecoded.iter().map(|row| format!("{} {}", row.count, row.what));
    let undecoded: Vec<_> = undecoded.collect();
    if !undecoded.is_empty() {
        parts.push(format!("not decoded: {}", undecoded.join(", ")));
    }
    writeln!(to, "{}", wrapped(&parts.join(", "), "    "))
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
    more(reasons.len(), to)
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn rejected(line: &RejectedLine, to: &mut dyn Write) -> io::Result<()> {
    let place = format!("{}:{}:{}", line.source, line.line, line.column);
    let reason = format!("{place}: expected {}, found {}", line.expected, line.found);
    writeln!(to, "{}", wrapped(&printable(&reason), "  "))
}

fn heading(text: &str, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "{BOLD}{text}{BOLD:#}")
}

fn more(rows: usize, to: &mut dyn Write) -> io::Result<()> {
    more_than(MOST_ROWS, rows, to)
}

fn more_than(shown: usize, rows: usize, to: &mut dyn Write) -> io::Result<()> {
    match rows.checked_sub(shown) {
        None | Some(0) => Ok(()),
        Some(more) => writeln!(to, "  and {more} more; all of them with --output json"),
    }
}
