//! One request's way as a drawing: a column for each vantage point, time from top to bottom.
//!
//! It is plain text without a style. Lifelines stand at fixed columns, and what is between two of them
//! has a fixed width, so that no text can push them aside.

use textwrap::core::display_width;
use wslog::parse::{Protocol, Status, Upgrade};
use wslog::{Outcome, TracedSighting};

use super::clock::Clock;
use crate::disarm::printable;
use crate::paragraph::WIDTH;

/// How HTTP/1.0 is marked.
pub(super) const MARKED: &str = "HTTP/1.0 (!)";

/// Most vantage points beside each other.
const MOST_COLUMNS: usize = 3;

/// Where the first lifeline stands.
const MARGIN: usize = 9;

/// Most lines of a name over a lifeline.
const MOST_NAME_LINES: usize = 3;

/// The lines of the drawing, at most [`WIDTH`] columns wide.
pub(super) fn drawing(request: &[TracedSighting], clock: Clock) -> Vec<String> {
    let Some(first) = request.first() else { return Vec::new() };
    let mut columns: Vec<&str> = Vec::new();
    for sighting in request {
        if !columns.contains(&sighting.vantage.as_str()) {
            columns.push(&sighting.vantage);
        }
    }
    let mut sender = if first.remote_addr == "-" { "client" } else { &first.remote_addr };
    let mut lines = Vec::new();
    for band in columns.chunks(MOST_COLUMNS) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let names = [&[sender], band].concat();
        lines.append(&mut Band::new(names, request, clock).lines());
        sender = band.last().copied().unwrap_or(sender);
    }
    lines
}

/// What stands beside each other.
struct Band<'t> {
    /// Over the lifelines, the sender's in front.
    names: Vec<&'t str>,
    request: &'t [TracedSighting],
    clock: Clock,
    /// From one lifeline to the next.
    gap: usize,
    lines: Vec<String>,
}

impl<'t> Band<'t> {
    fn new(names: Vec<&'t str>, request: &'t [TracedSighting], clock: Clock) -> Band<'t> {
        let gap = match names.len() {
            0..=2 => 36,
            3 => 28,
            _ => 21,
        };
        Band { names, request, clock, gap, lines: Vec::new() }
    }

    fn lines(mut self) -> Vec<String> {
        self.heading();
        // Requests that are not answered yet, the innermost last.
        let mut open: Vec<(usize, &TracedSighting)> = Vec::new();
        let mut is_dotted = vec![false; self.names.len()];
        for (at, sighting) in self.request.iter().enumerate() {
            let mut columns = self.names.iter().skip(1);
            let Some(column) = columns.position(|name| *name == sighting.vantage) else { continue };
            let is_seen = open.iter().any(|(other, _)| *other == column);
            while let Some((inner, answered)) = open.pop_if(|(other, _)| *other >= column) {
                self.answer(inner, answered, is_dotted[inner]);
            }
            if !sighting.is_retry && !is_seen {
                is_dotted[column] = at > 0 && !sighting.is_behind;
            }
            self.ask(column, sighting, is_dotted[column]);
            open.push((column, sighting));
        }
        while let Some((inner, answered)) = open.pop() {
            self.answer(inner, answered, is_dotted[inner]);
        }
        self.lines
    }

    /// The names, each over its lifeline.
    fn heading(&mut self) {
        let last = self.names.len() - 1;
        let room = |at| if at == 0 { 2 * MARGIN } else { self.gap - 3 };
        let names: Vec<Vec<String>> =
            self.names.iter().enumerate().map(|(at, name)| folded(name, room(at))).collect();
        let height = names.iter().map(Vec::len).max().unwrap_or(0);
        for row in 0..height {
            let mut line = String::new();
            for (at, name) in names.iter().enumerate() {
                // A short name stands right over its line.
                let Some(part) = (row + name.len()).checked_sub(height).map(|row| &name[row])
                else {
                    continue;
                };
                let width = display_width(part);
                let start = (MARGIN + at * self.gap).saturating_sub(width / 2);
                let start = if at == last { start.min(WIDTH - width) } else { start };
                pad(&mut line, start);
                line += part;
            }
            self.lines.push(line);
        }
        self.row(0, "");
    }

    /// The request's arrow to a column, and when it came.
    fn ask(&mut self, column: usize, sighting: &TracedSighting, is_dotted: bool) {
        let protocol = match sighting.protocol {
            Protocol::HTTP_10 => MARKED.to_owned(),
            protocol => protocol.to_string(),
        };
        let retry = if sighting.is_retry { ", retry" } else { "" };
        let label = format!("{protocol}{retry}");
        let stroke = if is_dotted { '.' } else { '-' };
        let arrow = line(&label, ("", ">"), stroke, self.gap - 1);
        self.row(column, &arrow);
        let started = sighting.started_at.map(|at| self.clock.time(at));
        self.row(column, &centred(&started.unwrap_or_default(), self.gap - 1));
        if matches!(sighting.upgrade, Upgrade::Absent | Upgrade::Other) {
            self.row(column, &centred("no Upgrade", self.gap - 1));
        }
    }

    /// What came of it: an answer back, a tunnel, or neither.
    fn answer(&mut self, column: usize, sighting: &TracedSighting, is_dotted: bool) {
        let (inside, status) = (self.gap - 1, sighting.status);
        let stroke = if is_dotted { '.' } else { '-' };
        let back = match (sighting.outcome, status) {
            (_, Status::NO_ANSWER) => centred("000 no answer", inside),
            (Outcome::Established, _) => line("101 tunnel", ("<", ">"), '=', inside),
            (Outcome::ClientClosed, _) => line("499 closed", ("x", ">"), stroke, inside),
            _ => line(&status.to_string(), ("<", ""), stroke, inside),
        };
        self.row(column, &back);
        let word = if sighting.outcome == Outcome::Established { "open" } else { "after" };
        let duration = sighting.request_time.map(|time| format!("{word} {time} s"));
        self.row(column, &centred(&duration.unwrap_or_default(), inside));
        self.row(column, "");
    }

    /// A line of the drawing with something in front of the lifeline of a column.
    fn row(&mut self, column: usize, inside: &str) {
        let mut line = String::new();
        for lifeline in 0..self.names.len() {
            pad(&mut line, MARGIN + lifeline * self.gap);
            line.push('|');
            if lifeline == column {
                line += inside;
            }
        }
        self.lines.push(line);
    }
}

/// A line from end to end with a label in its middle.
fn line(label: &str, (left, right): (&str, &str), stroke: char, width: usize) -> String {
    let room = width - display_width(left) - display_width(right);
    let label = format!(" {label} ");
    let strokes = room.saturating_sub(display_width(&label));
    let draw = |count: usize| stroke.to_string().repeat(count);
    let (front, back) = (strokes / 2, strokes - strokes / 2);
    format!("{left}{}{label}{}{right}", draw(front), draw(back))
}

fn centred(text: &str, width: usize) -> String {
    let mut line = String::new();
    pad(&mut line, width.saturating_sub(display_width(text)) / 2);
    line + text
}

fn pad(line: &mut String, width: usize) {
    let missing = width.saturating_sub(display_width(line));
    line.extend(std::iter::repeat_n(' ', missing));
}

/// A name in lines of so many columns; what is left out of a long one is shown as `...`.
fn folded(name: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for c in printable(name).chars() {
        let mut encoded = [0; 4];
        let c = &*c.encode_utf8(&mut encoded);
        let is_full =
            lines.last().is_some_and(|line| display_width(line) + display_width(c) > width);
        if is_full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(c);
        }
    }
    if lines.len() > MOST_NAME_LINES {
        lines.truncate(MOST_NAME_LINES);
        if let Some(last) = lines.last_mut() {
            while display_width(last) + 3 > width {
                last.pop();
            }
            last.push_str("...");
        }
    }
    lines
}
