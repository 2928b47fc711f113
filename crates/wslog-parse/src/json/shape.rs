//! JSON lines that have the keys of one before them, in the same order: read straight on.
//!
//! A server writes every line in one shape. Once the whole reader has found out what the keys of a
//! line mean, the next ones need only have the same text between their values, and values that fit
//! the same meanings. A line with any oddity is left to the whole reader; see `straight`.

use super::{Keys, bare_len, quote};
use crate::line::{Reading, together};
use crate::literal::Literal;
use crate::protocol::Protocol;
use crate::span::Span;
use crate::status::Status;
use crate::straight::seconds::seconds;
use crate::syntax::Syntax;
use crate::time::{Instants, Millis, Timestamp};
use crate::variable::{Variable, VariableSet};
use crate::window::{Window, find_either};

/// The shapes of lines that were read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shapes {
    known: Vec<Shape>,
    learnt: usize,
    /// Lines that were in none of the shapes, or had a value that is odd.
    unread: usize,
}

/// Most shapes that are known at once, and most that are learnt: lines that all differ have none.
const MAX_KNOWN: usize = 4;
const MAX_LEARNT: usize = 1024;
/// Of how many lines in no shape one is looked at, behind the first: most have a value that is odd.
const SELDOM: usize = 16;

#[derive(Clone, Debug, PartialEq)]
struct Shape {
    parts: Box<[Part]>,
    /// Behind the last value.
    tail: Literal,
    present: VariableSet,
}

/// A value, and the text in front of it.
#[derive(Clone, Debug, PartialEq)]
struct Part {
    lead: Literal,
    is_quoted: bool,
    /// Where its span belongs, if it is a variable's.
    slot: Option<usize>,
    value: Value,
}

/// How a value is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Value {
    /// Anything that can stand there.
    Free,
    TimeLocal,
    TimeIso8601,
    Msec,
    RequestTime,
    Request,
    Status,
    /// Digits.
    Number,
    /// Seconds with three decimals.
    Seconds,
    /// Another plain value of its syntax.
    Plain(Syntax),
}

impl Value {
    fn of(variable: Option<Variable>) -> Value {
        let Some(variable) = variable else { return Value::Free };
        match (variable, variable.syntax()) {
            (_, Syntax::TimeLocal) => Value::TimeLocal,
            (_, Syntax::TimeIso8601) => Value::TimeIso8601,
            (Variable::Msec, _) => Value::Msec,
            (Variable::RequestTime, _) => Value::RequestTime,
            (Variable::Request, _) => Value::Request,
            (Variable::Status, _) => Value::Status,
            (_, Syntax::Number | Syntax::NumberList | Syntax::Port) => Value::Number,
            (_, Syntax::Seconds | Syntax::Duration | Syntax::SecondsList) => Value::Seconds,
            // Whether it is a key is told later.
            (_, Syntax::Key) => Value::Free,
            (_, syntax) if syntax.is_free() => Value::Free,
            (_, syntax) => Value::Plain(syntax),
        }
    }
}

impl Shapes {
    /// Reads a line in one of the shapes; `None` says nothing.
    pub(crate) fn read(
        &self,
        line: &[u8],
        instants: &mut Instants,
        reading: &mut Reading,
    ) -> Option<()> {
        self.known.iter().find_map(|shape| shape.read(line, instants, reading))
    }

    /// Learns the shape of a line that the whole reader has read.
    pub(crate) fn learn(&mut self, line: &[u8], keys: &Keys, reading: &Reading) {
        self.unread += 1;
        let is_time = self.unread <= MAX_KNOWN || self.unread.is_multiple_of(SELDOM);
        if self.learnt >= MAX_LEARNT || !is_time {
            return;
        }
        let Some(shape) = Shape::of(line, keys, reading) else { return };
        // Some line in a known shape has a value that is odd.
        if self.known.contains(&shape) {
            return;
        }
        let place = self.learnt % MAX_KNOWN;
        self.learnt += 1;
        match self.known.get_mut(place) {
            Some(old) => *old = shape,
            None => self.known.push(shape),
        }
    }
}

impl Shape {
    /// The shape of a line, if nothing in it is nested or said twice.
    fn of(line: &[u8], keys: &Keys, reading: &Reading) -> Option<Shape> {
        let mut parts = Vec::new();
        let mut present = VariableSet::default();
        let mut lead_start = 0;
        let mut at = spaces(line, 0);
        for number in 0.. {
            // A brace or a comma, a key and a colon.
            let is_first = number == 0;
            if line.get(at) != Some(if is_first { &b'{' } else { &b',' }) {
                break;
            }
            let key = spaces(line, at + 1);
            let known = keys.known(number)?;
            let text = known.text.as_ref().filter(|text| text.starts(&line[key..]))?;
            let start = spaces(line, key + text.len());
            let is_quoted = *line.get(start)? == b'"';
            let start = start + usize::from(is_quoted);
            let rest = line.get(start..)?;
            let len = if is_quoted { quote(rest)? } else { bare_len(rest) };
            let value = Span::new(start, start + len);
            if !is_quoted && !is_bare(value.of(line)) {
                return None;
            }
            let variable = match known.meanings.is_empty() {
                true => None,
                false => Some(meant(&known.meanings, value, reading)?),
            };
            present = variable.map_or(present, |(variable, _)| present.with(variable));
            let lead = Literal::new(line.get(lead_start..start)?);
            let slot = variable.map(|(_, slot)| slot);
            let value = Value::of(variable.map(|(variable, _)| variable));
            parts.push(Part { lead, is_quoted, slot, value });
            lead_start = start + len;
            at = spaces(line, lead_start + usize::from(is_quoted));
        }
        let tail = line.get(lead_start..)?;
        let is_whole = line.get(at) == Some(&b'}') && spaces(line, at + 1) == line.len();
        let tail = Literal::new(tail);
        // A variable that the line has and no part, or several, would be another line's.
        let is_same = present == reading.present && is_whole;
        is_same.then(|| Shape { parts: parts.into(), tail, present })
    }

    fn read(&self, line: &[u8], instants: &mut Instants, reading: &mut Reading) -> Option<()> {
        let mut rest = line;
        let mut found = Found::default();
        for part in &self.parts {
            if !part.lead.starts(rest) {
                return None;
            }
            rest = rest.get(part.lead.len()..)?;
            let start = line.len() - rest.len();
            let len = match part.is_quoted {
                true => quote(rest)?,
                false => find_either(b',', b'}', rest)?,
            };
            found.take(part, rest.get(..len)?, rest, instants)?;
            if let Some(slot) = part.slot {
                *reading.spans.get_mut(slot)? = Span::new(start, start + len);
            }
            rest = rest.get(len..)?;
        }
        // Nothing behind it, and no more than was there.
        (self.tail.len() == rest.len() && self.tail.starts(rest)).then_some(())?;
        reading.written = found.written()?;
        reading.request_time = found.request_time;
        reading.present = self.present;
        if !self.present.contains(Variable::ServerProtocol) {
            reading.outcome = found.protocol.zip(found.status);
        }
        Some(())
    }
}

/// What was decoded on the way.
#[derive(Default)]
struct Found {
    local: Option<Timestamp>,
    iso8601: Option<Timestamp>,
    msec: Option<Millis>,
    request_time: Option<Millis>,
    protocol: Option<Protocol>,
    status: Option<Status>,
}

impl Found {
    /// Takes the value of a part; `text` starts with it. `None` for one that may be odd.
    #[inline(always)]
    fn take(
        &mut self,
        part: &Part,
        value: &[u8],
        text: &[u8],
        instants: &mut Instants,
    ) -> Option<()> {
        let is_missing = || part.is_quoted && matches!(value, b"" | b"-");
        let is_fit = match part.value {
            Value::Free => part.is_quoted || is_bare(value),
            Value::TimeLocal => {
                self.local = Some(instants.local(value.try_into().ok()?)?);
                true
            }
            Value::TimeIso8601 => {
                self.iso8601 = Some(instants.iso8601(value.try_into().ok()?)?);
                true
            }
            Value::Msec => {
                self.msec = Some(instants.msec(value.try_into().ok()?)?);
                true
            }
            Value::RequestTime => {
                let (len, time) = seconds(text)?;
                self.request_time = Some(time);
                len == value.len()
            }
            Value::Request => {
                self.protocol = Protocol::at_end_of(value);
                part.is_quoted || is_bare(value)
            }
            Value::Status => {
                self.status = Some(Status::parse(value)?);
                true
            }
            Value::Number => is_missing() || Window::padded(text).digits()? == value.len(),
            Value::Seconds => is_missing() || seconds(text)?.0 == value.len(),
            Value::Plain(syntax) => is_missing() || syntax.accepts_plain(value),
        };
        is_fit.then_some(())
    }

    /// When the line was written; `None` where two times are of different seconds.
    fn written(&self) -> Option<Option<Timestamp>> {
        let second = self.iso8601.or(self.local);
        match self.msec {
            Some(msec) => Some(Some(together(second, msec)?)),
            None => Some(second),
        }
    }
}

/// The variable that a value was kept for, if that is what any fitting value of this key means: the
/// first meaning, or the one time among the times that looks like this.
fn meant(meanings: &[(u8, Variable)], value: Span, reading: &Reading) -> Option<(Variable, usize)> {
    let is_kept = |variable: Variable| {
        // The fields of a format that is read by its keys are the known variables in their order.
        let slot = variable as usize;
        let is_there =
            reading.present.contains(variable) && reading.spans.get(slot) == Some(&value);
        is_there.then_some((variable, slot))
    };
    let (first, others) = meanings.split_first()?;
    let is_time = |(_, variable): &(u8, Variable)| {
        matches!(variable.syntax(), Syntax::TimeLocal | Syntax::TimeIso8601)
            || *variable == Variable::Msec
    };
    match others.is_empty() || !is_time(first) {
        true => is_kept(first.1),
        false => {
            meanings.iter().filter(|meaning| is_time(meaning)).find_map(|time| is_kept(time.1))
        }
    }
}

/// A number or a word: what stands unquoted, but for the value that is none.
fn is_bare(text: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+');
    !text.is_empty() && text.iter().all(is_part) && text != b"null"
}

/// The first place from `at` on without a space.
fn spaces(line: &[u8], at: usize) -> usize {
    let rest = line.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}
