//! A request's way as a drawing: a vantage point a column, time from top to bottom.

use std::borrow::Cow;

use textwrap::core::display_width;
use wslog::parse::{Protocol, Timestamp};
use wslog::{Outcome, TracedSighting};

use crate::disarm::printable;
use crate::paragraph::WIDTH;
use crate::trace::rows::{clock_at, first_seen, sender};

/// Least width of a column that has room for a time, and for the name of a protocol.
const WITH_TIMES: usize = 15;
const LEAST: usize = 11;

/// Columns of a line that are kept free in front.
const INDENT: usize = 2;

/// The lines of the drawing; none if the request passed more vantage points than fit side by side.
/// Text in them is harmless to a terminal.
pub(super) fn drawing(request: &[TracedSighting], first: usize) -> Option<Vec<String>> {
    let mut vantages: Vec<&str> = Vec::new();
    for sighting in request {
        if !vantages.contains(&sighting.vantage.as_str()) {
            vantages.push(&sighting.vantage);
        }
    }
    let width = (WIDTH - INDENT) / (vantages.len() + 1);
    if width < LEAST {
        return None;
    }
    let width = width.min(26);
    let offset_minutes = first_seen(request).map_or(0, Timestamp::offset_minutes);
    let lines = Vec::new();
    let mut drawing = Drawing { request, first, vantages, width, offset_minutes, lines };
    drawing.head();
    drawing.plain();
    for number in 0..request.len() {
        // The others are drawn with the one in front of them.
        if drawing.front_of(number).is_none() {
            drawing.sighting(number, 0);
        }
    }
    drawing.plain();
    Some(drawing.lines)
}

struct Drawing<'t> {
    request: &'t [TracedSighting],
    /// The number of the request's first sighting among those of its key.
    first: usize,
    /// A column each, behind that of the sender.
    vantages: Vec<&'t str>,
    width: usize,
    /// That of all times in it.
    offset_minutes: i16,
    lines: Vec<String>,
}

/// How a line between two columns is drawn: at its left end, between, at its right end.
#[derive(Clone, Copy)]
struct Stroke(char, char, char);

const ASKS: Stroke = Stroke('-', '-', '>');
/// Whether it came from there is not known.
const MAY_ASK: Stroke = Stroke('.', '.', '>');
const ANSWERS: Stroke = Stroke('<', '-', '-');
const OPENS: Stroke = Stroke('<', '=', '>');
const NOTHING: Stroke = Stroke(' ', ' ', ' ');

impl Drawing<'_> {
    /// Which of the request's sightings is in front of this one.
    fn front_of(&self, number: usize) -> Option<usize> {
        self.request.get(number)?.behind?.checked_sub(self.first)
    }

    /// One place, and all that is behind it: the request comes, goes on, and its answer goes back.
    fn sighting(&mut self, number: usize, from: usize) {
        let Some(sighting) = self.request.get(number) else { return };
        let here = self.column(&sighting.vantage);
        let is_first = number == 0;
        let is_known = is_first || self.front_of(number).is_some();
        let label = match sighting.protocol {
            Protocol::HTTP_10 if self.is_narrow() => "!1.0!".to_owned(),
            Protocol::HTTP_10 => format!("! {} !", sighting.protocol),
            protocol => protocol.to_string(),
        };
        self.stroke(from, here, if is_known { ASKS } else { MAY_ASK }, &label);
        self.beside(here, sighting.started_at.map(|at| clock_at(at, self.offset_minutes)));
        for next in number + 1..self.request.len() {
            if self.front_of(next) == Some(number) {
                self.sighting(next, here);
            }
        }
        self.answer(sighting, from, here);
    }

    fn answer(&mut self, sighting: &TracedSighting, from: usize, here: usize) {
        let status = sighting.status;
        let (stroke, label) = match sighting.outcome {
            Outcome::Established => (OPENS, format!("{status}")),
            // Whoever asked has gone.
            Outcome::ClientClosed if self.is_narrow() => (ASKS, format!("x {status}")),
            Outcome::ClientClosed => (ASKS, format!("gone: {status}")),
            Outcome::NoResponse => (NOTHING, "no reply".to_owned()),
            _ => (ANSWERS, format!("{status}")),
        };
        self.stroke(from, here, stroke, &label);
        self.beside(here, sighting.request_time.map(|time| format!("{time} s")));
    }

    /// Whether there is room for a word between two columns, and no more.
    fn is_narrow(&self) -> bool {
        self.width < WITH_TIMES
    }

    fn column(&self, vantage: &str) -> usize {
        self.vantages.iter().position(|it| *it == vantage).map_or(0, |place| place + 1)
    }

    /// The names, one above each column, in as many lines as the longest takes.
    fn head(&mut self) {
        let sender = self.request.first().map_or("client", sender);
        let names = [sender].into_iter().chain(self.vantages.iter().copied());
        let room = self.width - 1;
        let names: Vec<_> = names.map(|name| pieces(&printable(name), room)).collect();
        let height = names.iter().map(Vec::len).max().unwrap_or(0);
        for row in 0..height {
            let mut line = " ".repeat(INDENT);
            for name in &names {
                let piece = name.get(row).map_or("", String::as_str);
                line += piece;
                line += &" ".repeat(self.width.saturating_sub(display_width(piece)));
            }
            self.lines.push(line.trim_end().to_owned());
        }
    }

    /// A line with nothing but the columns.
    fn plain(&mut self) {
        let line = self.canvas();
        self.put(line);
    }

    /// A text beside a column.
    fn beside(&mut self, column: usize, text: Option<String>) {
        let Some(text) = text.filter(|_| !self.is_narrow()) else { return };
        let mut line = self.canvas();
        let start = self.place(column) + 2;
        for (place, c) in line.iter_mut().skip(start).zip(text.chars()) {
            *place = c;
        }
        self.put(line);
    }

    /// A line from one column to another, with a word in it.
    fn stroke(&mut self, from: usize, to: usize, stroke: Stroke, label: &str) {
        let (left, right) = (self.place(from.min(to)) + 1, self.place(from.max(to)));
        let Stroke(start, line_of, end) = stroke;
        let mut line = self.canvas();
        let between = right.saturating_sub(left);
        let label = format!(" {label} ");
        let label_start = left + between.saturating_sub(label.len()) / 2;
        line.iter_mut().take(right).skip(left).for_each(|place| *place = line_of);
        for (place, c) in line.iter_mut().take(right).skip(label_start).zip(label.chars()) {
            *place = c;
        }
        let (start, end) = if from <= to { (start, end) } else { (turned(end), turned(start)) };
        if let Some([first, .., last]) = line.get_mut(left..right) {
            (*first, *last) = (start, end);
        }
        self.put(line);
    }

    fn place(&self, column: usize) -> usize {
        INDENT + column * self.width
    }

    fn canvas(&self) -> Vec<char> {
        let mut line = vec![' '; self.place(self.vantages.len()) + self.width];
        for column in 0..=self.vantages.len() {
            let place = self.place(column);
            line[place] = '|';
        }
        line
    }

    fn put(&mut self, line: Vec<char>) {
        self.lines.push(line.into_iter().collect::<String>().trim_end().to_owned());
    }
}

fn turned(end: char) -> char {
    match end {
        '<' => '>',
        '>' => '<',
        other => other,
    }
}

/// Pieces of a name that fit into so many columns.
fn pieces(name: &str, room: usize) -> Vec<String> {
    textwrap::wrap(name, room).into_iter().map(Cow::into_owned).collect()
}
