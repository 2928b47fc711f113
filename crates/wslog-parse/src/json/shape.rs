//! JSON lines that have the keys of one before them, in the same order: read straight on.
//!
//! A server writes every line in one shape. Once the whole reader has found out what the keys of a
//! line mean, the next ones need only have the same text between their values, and values that fit
//! the same meanings. A line with any oddity is left to the whole reader; see `straight`.

use super::{Keys, bare_len, quote};
use crate::line::{Reading, together};
use crate::literal::Literal;
use crate::span::Span;
use crate::syntax::Syntax;
use crate::time::{Instants, whole_seconds};
use crate::variable::{Variable, VariableSet};
use crate::window::find_either;

/// The shapes of lines that were read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shapes {
    known: Vec<Shape>,
    learnt: usize,
}

/// Most shapes that are known at once, and most that are learnt: lines that all differ have none.
const MAX_KNOWN: usize = 4;
const MAX_LEARNT: usize = 1024;

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
    /// The variable it is the value of, if it is one's, and where its span belongs.
    variable: Option<(Variable, usize)>,
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
        if self.learnt >= MAX_LEARNT {
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
            parts.push(Part {
                lead: Literal::new(line.get(lead_start..start)?),
                is_quoted,
                variable,
            });
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
        let (mut local, mut iso8601, mut msec, mut request_time) = (None, None, None, None);
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
            let (value, behind) = rest.split_at_checked(len)?;
            rest = behind;
            let Some((variable, slot)) = part.variable else {
                if !part.is_quoted && !is_bare(value) {
                    return None;
                }
                continue;
            };
            match (variable, variable.syntax()) {
                (_, Syntax::TimeLocal) => local = Some(instants.local(value.try_into().ok()?)?),
                (_, Syntax::TimeIso8601) => {
                    iso8601 = Some(instants.iso8601(value.try_into().ok()?)?);
                }
                (Variable::Msec, _) => msec = Some(instants.msec(value.try_into().ok()?)?),
                (Variable::RequestTime, _) => request_time = Some(whole_seconds(value)?),
                (_, syntax) => {
                    let is_missing = matches!(value, b"" | b"-") && part.is_quoted;
                    let is_free = syntax.is_free() && (part.is_quoted || is_bare(value));
                    if !is_missing && !is_free && !syntax.accepts_plain(value) {
                        return None;
                    }
                }
            }
            *reading.spans.get_mut(slot)? = Span::new(start, start + len);
        }
        // Nothing behind it, and no more than was there.
        (self.tail.len() == rest.len() && self.tail.starts(rest)).then_some(())?;
        reading.written = match (iso8601.or(local), msec) {
            (second, Some(msec)) => Some(together(second, msec)?),
            (second, None) => second,
        };
        reading.request_time = request_time;
        reading.present = self.present;
        Some(())
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
