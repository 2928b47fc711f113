//! The sentences that reports for people have in common; each report disarms and wraps them for itself.

use wslog::{
    Analysis, Capability, CaptureSummary, Finding, Moment, Period, RejectedLine, Severity,
    SightingExample, Source, Totals,
};

/// How many handshakes, and what became of them.
pub(crate) fn headline(analysis: &Analysis) -> String {
    let handshakes = analysis.handshakes.total;
    // Some are not known any more.
    let at_least = if analysis.handshakes.evicted > 0 { "at least " } else { "" };
    match all(analysis) {
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
    }
}

/// What stands under the headline: over what time, and what should be known of it.
pub(crate) fn introduction(analysis: &Analysis) -> Vec<String> {
    let extent = analysis.input.last_logged_at.map(|last| match analysis.input.first_started_at {
        Some(first) => format!("From {first} to {last}."),
        None => format!("Until {last}."),
    });
    let parts = [extent, period(analysis), blindness(analysis), silence(analysis)];
    parts.into_iter().flatten().collect()
}

/// What was asked for, if not everything.
fn period(analysis: &Analysis) -> Option<String> {
    let Period { since, until } = analysis.input.period;
    let bound = |word, moment: Option<Moment>| moment.map(|moment| format!(" {word} {moment}"));
    let bounds: String =
        [bound("since", since), bound("until", until)].into_iter().flatten().collect();
    let outside = analysis.input.outside_period;
    (!bounds.is_empty()).then(|| {
        format!("Only what was logged{bounds}; {outside} line{} left out.", plural(outside))
    })
}

/// That lines do not show handshakes, where none was found.
fn blindness(analysis: &Analysis) -> Option<String> {
    let shows = |capability: Capability| analysis.input.capabilities.contains(&capability.name());
    let is_blind = !shows(Capability::Key) && !shows(Capability::Upgrade);
    if all(analysis).total > 0 || analysis.requests.total == 0 {
        None
    } else if !shows(Capability::Status) {
        Some(
            "These lines show no $status: how a handshake ended is not known, and none is counted."
                .into(),
        )
    } else if is_blind {
        Some(
            "These lines show neither key nor Upgrade: handshakes that all failed look like ordinary \
             requests. If there are WebSockets, name their path with --websocket-path, or log more \
             (`wslog formats` says what)."
                .into(),
        )
    } else {
        None
    }
}

/// That nothing was found, where there was something to judge.
fn silence(analysis: &Analysis) -> Option<String> {
    let has_none = analysis.findings.is_empty() && analysis.sightings.total > 0;
    has_none.then(|| match all(analysis).failed {
        0 => "No findings.".into(),
        _ => "No findings: nothing known explains what failed.".into(),
    })
}

/// Whether a capture shows a handshake, but not what came of it.
fn has_lost_answers(analysis: &Analysis) -> bool {
    let mut captures = analysis.input.sources.iter().filter_map(|source| source.capture.as_ref());
    captures.any(|capture| capture.answers_lost > 0)
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

/// All sightings, summed up.
pub(crate) fn all(analysis: &Analysis) -> Totals {
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

/// The findings that are told at length, and those that are no more than named beside something worse.
pub(crate) fn ranked(analysis: &Analysis) -> (Vec<&Finding>, Vec<&Finding>) {
    let is_info = |finding: &Finding| finding.severity == Severity::Info;
    let has_worse = analysis.findings.iter().any(|finding| !is_info(finding));
    analysis.findings.iter().partition(|finding| !has_worse || !is_info(finding))
}

pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

/// Most statements of a finding.
const MOST_STATEMENTS: usize = 24;

/// What is wrong, since when, and all the rest.
pub(crate) fn statements(finding: &Finding) -> Vec<String> {
    let mut lines = finding.explanation.lines().map(str::to_owned);
    let what = lines.next();
    let mut all: Vec<_> = what.into_iter().chain(since(finding)).chain(lines).collect();
    let more = more(MOST_STATEMENTS, all.len());
    all.truncate(MOST_STATEMENTS);
    all.extend(more);
    all
}

fn since(finding: &Finding) -> Option<String> {
    let (first, last) = finding.span?;
    Some(match first == last {
        true => format!("It was at {first}."),
        false => format!("Since {first}, last at {last}."),
    })
}

/// The line, or the place in a capture, that shows a sighting.
pub(crate) fn place(example: &SightingExample) -> String {
    match example.line {
        0 => format!("{} (at {})", example.source, example.byte),
        line => format!("{}:{line} (byte {})", example.source, example.byte),
    }
}

pub(crate) fn answer(example: &SightingExample) -> String {
    let duration = example.request_time.map_or_else(String::new, |time| format!(" {time} s"));
    format!("{} {}{duration}", example.protocol, example.status)
}

/// When it was, who connected to whom, and by which key.
pub(crate) fn way(example: &SightingExample) -> String {
    let started = example.started_at.or(example.logged_at);
    let started = started.map_or_else(String::new, |at| format!("{at} "));
    let key = example.key.map_or_else(String::new, |key| format!(", key {key}"));
    format!("{started}{} -> {}{key}", example.remote_addr, example.vantage)
}

/// A source and its formats, and its lines, accounted for.
pub(crate) fn account(source: &Source) -> (String, String) {
    if let Some(capture) = &source.capture {
        return (format!("{} ({})", source.path, capture.kind), self::capture(capture));
    }
    let formats: Vec<_> = source.formats.iter().map(|format| format.name.as_str()).collect();
    let formats = if formats.is_empty() { "no format".into() } else { formats.join(", ") };
    let Source { lines, parsed, malformed, ambiguous, blank, .. } = source;
    let account = match is_all_parsed(source) {
        true => format!("{lines} line{}, all parsed", plural(*lines)),
        false => format!(
            "{lines} lines: {parsed} parsed, {malformed} malformed, {ambiguous} ambiguous, {blank} blank"
        ),
    };
    (format!("{} ({formats})", source.path), account)
}

pub(crate) fn is_all_parsed(source: &Source) -> bool {
    source.capture.is_none() && source.lines == source.parsed && source.lines > 0
}

fn capture(capture: &CaptureSummary) -> String {
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
    parts.join(", ")
}

/// A line that gave no entry, and why.
pub(crate) fn rejected(line: &RejectedLine) -> String {
    let place = format!("{}:{}:{}", line.source, line.line, line.column);
    format!("{place}: expected {}, found {}", line.expected, line.found)
}

/// That some failed handshakes may be missing, and what to do.
pub(crate) fn lost_paths(analysis: &Analysis) -> Option<&'static str> {
    analysis.sightings.paths_lost.then_some(
        "More paths were seen than are kept: some failed handshakes that show neither key nor Upgrade \
         may be missing. Name their paths with --websocket-path.",
    )
}

/// How many more there are than are shown.
pub(crate) fn more(shown: usize, all: usize) -> Option<String> {
    let more = all.saturating_sub(shown);
    (more > 0).then(|| format!("and {more} more; all of them with --output json"))
}

pub(crate) fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// What the report does not show as it was; none where it shows all.
pub(crate) fn redaction(analysis: &Analysis) -> Option<String> {
    let kinds: Vec<_> = analysis
        .redaction
        .as_ref()?
        .iter()
        .map(|it| format!("{}: {}", it.what, it.shown_as))
        .collect();
    Some(format!(
        "Redacted: {}. One pseudonym stands for one original throughout this report. Users, agents, \
         referrers and queries are never part of a report.",
        kinds.join("; ")
    ))
}
