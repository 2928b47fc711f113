//! For tickets and chats that show Markdown.

use std::io::{self, Write};

use wslog::parse::Timestamp;
use wslog::{Trace, TracedSighting};

use super::clock::Clock;
use super::drawing::drawing;
use super::{requests, shown, words};
use crate::disarm::printable;

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
    writeln!(to, "## {}\n\n**{}**", trace.key, escaped(&words::verdict(trace)))?;
    for remark in words::remarks(trace) {
        writeln!(to, "\n{}", escaped(&remark))?;
    }
    sightings(trace, to)?;
    let clock = Clock::of(shown(trace).iter().filter_map(|it| it.started_at.or(it.logged_at)));
    for request in requests(trace) {
        self::request(trace, request, clock, to)?;
    }
    if !trace.changes.is_empty() {
        writeln!(to, "\nWhat changed on the way:\n")?;
    }
    trace.changes.iter().try_for_each(|change| writeln!(to, "- {}", escaped(change)))
}

fn sightings(trace: &Trace, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "\n| vantage | protocol | status | started | ended | seconds | way | line |")?;
    writeln!(to, "|---|---|--:|---|---|--:|---|---|")?;
    let time = |at: Option<Timestamp>| at.map_or_else(|| "-".into(), |at| at.to_string());
    for sighting in shown(trace) {
        let cells = [
            sighting.vantage.clone(),
            sighting.protocol.to_string(),
            sighting.status.to_string(),
            time(sighting.started_at),
            time(sighting.logged_at),
            sighting.request_time.map_or_else(|| "-".into(), |time| time.to_string()),
            words::way(sighting),
            words::place(sighting),
        ];
        writeln!(to, "| {} |", cells.map(|cell| escaped(&cell)).join(" | "))?;
    }
    words::more(trace).map_or(Ok(()), |more| writeln!(to, "\n{}", escaped(&more)))
}

fn request(
    trace: &Trace,
    request: &[TracedSighting],
    clock: Clock,
    to: &mut dyn Write,
) -> io::Result<()> {
    if let (Some(first), true) = (request.first(), trace.requests > 1) {
        writeln!(to, "\nRequest {} of {}:", first.request, trace.requests)?;
    }
    let lines = drawing(request, clock);
    let fence = fence(&lines);
    writeln!(to, "\n{fence}text\n{}\n{fence}", lines.join("\n"))?;
    words::unordered(request).try_for_each(|line| writeln!(to, "\n{}", escaped(&line)))
}

/// More backticks than stand anywhere in these lines.
fn fence(lines: &[String]) -> String {
    let runs = lines.iter().flat_map(|line| line.split(|c| c != '`')).map(str::len);
    "`".repeat(runs.max().unwrap_or(0).max(2) + 1)
}

/// The text as Markdown that says just that, in a cell of a table as well.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '#' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_markdown_shows_what_stands_in_the_log() {
        assert_eq!(escaped("a|b\\c`d"), "a\\|b\\\\c\\`d");
        assert_eq!(escaped("<b>&*_[x]\n"), "&lt;b&gt;&amp;\\*\\_\\[x\\]\\\\u{a}");
    }

    #[test]
    fn ok_no_text_closes_the_fence() {
        assert_eq!(fence(&["a".into()]), "```");
        assert_eq!(fence(&["```".into(), "a `` b".into()]), "````");
    }
}
