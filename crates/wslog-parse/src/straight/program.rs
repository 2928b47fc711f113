//! The straight reader of any format: it is compiled into a program of steps.
//!
//! Each step takes one value and the literal behind it, and looks at sixteen bytes at once to find
//! where the value ends and whether it is a plain one: one address, one number, a time that was
//! decoded before. Where free text stands unquoted, it proves that the literal behind it stands in
//! the line once.

use crate::line::{Reading, together};
use crate::literal::{Literal, Pattern};
use crate::log_format::{End, Field};
use crate::outline::Mark;
use crate::span::Span;
use crate::syntax::{Stop, Syntax};
use crate::time::{Instants, MSEC_LEN, TIME_ISO8601_LEN, TIME_LOCAL_LEN, whole_seconds};
use crate::variable::Variable;
use crate::window::{find, rfind};

/// A format's program.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    prefix: Literal,
    steps: Box<[Step]>,
}

/// One value and the literal behind it, with the values of fixed length that follow and the
/// literals behind those.
#[derive(Clone, Debug)]
struct Step {
    action: Action,
    /// Which of the fields.
    field: usize,
    after: Pattern,
    /// Values within `after`: their fields, where they start in it, where they end.
    inner: Box<[(usize, usize, usize)]>,
    /// Where in `after` `$msec` starts.
    msec: Option<usize>,
}

/// How a value is taken.
#[derive(Clone, Debug)]
enum Action {
    TimeLocal,
    TimeIso8601,
    /// `$msec`, of its usual length.
    Msec(Pattern),
    /// A plain value, or none at all where that can be missing.
    Plain {
        syntax: Syntax,
        stop: Stop,
        or_empty: bool,
        is_request_time: bool,
    },
    /// Anything before this byte.
    Before(u8),
    /// Anything before the only place of this literal.
    Only(Box<Literal>),
    /// Anything without this byte, before the only place of this literal.
    OnlyWithout(u8, Box<Literal>),
    /// All but the last word of the line.
    ButLastWord,
    /// The rest of the line.
    Line,
}

impl Program {
    /// The program for these fields, if each of them can be taken so.
    pub(super) fn compile(prefix: &Literal, fields: &[Field]) -> Option<Program> {
        // Of several values of a variable the first counts, which a program does not know.
        let is_repeated =
            |index: usize| fields[..index].iter().any(|other| other.name == fields[index].name);
        if (0..fields.len()).any(is_repeated) {
            return None;
        }
        let mut steps = Vec::new();
        let mut index = 0;
        while let Some(rest @ [_, ..]) = fields.get(index..) {
            let step = Step::compile(rest, index)?;
            index += 1 + step.inner.len();
            steps.push(step);
        }
        Some(Program { prefix: prefix.clone(), steps: steps.into() })
    }

    /// It looks for what it wants to know itself.
    pub(super) fn mark(&self) -> Mark {
        Mark::NONE
    }

    /// Reads a line and fills the span of each field; `None` says nothing.
    #[inline]
    pub(crate) fn read(
        &self,
        line: &[u8],
        instants: &mut Instants,
        reading: &mut Reading,
    ) -> Option<()> {
        let spans = &mut reading.spans;
        if !self.prefix.starts(line) {
            return None;
        }
        let mut at = self.prefix.len();
        let (mut second, mut msec, mut request_time) = (None, None, None);
        for step in &self.steps {
            let rest = line.get(at..)?;
            let len = match &step.action {
                Action::TimeLocal => {
                    let instant = instants.local(rest.first_chunk()?)?;
                    second = second.or(Some(instant));
                    TIME_LOCAL_LEN
                }
                Action::TimeIso8601 => {
                    second = Some(instants.iso8601(rest.first_chunk()?)?);
                    TIME_ISO8601_LEN
                }
                Action::Msec(pattern) => {
                    if !pattern.starts(rest) {
                        return None;
                    }
                    msec = Some(instants.msec(rest.first_chunk()?)?);
                    MSEC_LEN
                }
                Action::Plain { syntax, stop, or_empty, is_request_time } => {
                    let len = match syntax.plain(*stop, rest) {
                        Some(len) => len,
                        None if *or_empty && step.after.starts(rest) => 0,
                        None => return None,
                    };
                    if *is_request_time {
                        request_time = whole_seconds(rest.get(..len)?);
                    }
                    len
                }
                Action::Before(byte) => find(*byte, rest)?,
                Action::Only(literal) => literal.only_place(rest, rest.len())?,
                Action::OnlyWithout(byte, literal) => {
                    literal.only_place(rest, find(*byte, rest)? + literal.len())?
                }
                Action::ButLastWord => rfind(b' ', rest)?,
                Action::Line => rest.len(),
            };
            let behind = rest.get(len..)?;
            if !step.after.starts(behind) {
                return None;
            }
            *spans.get_mut(step.field)? = Span::new(at, at + len);
            at += len;
            for &(field, start, end) in &step.inner {
                *spans.get_mut(field)? = Span::new(at + start, at + end);
            }
            if let Some(start) = step.msec {
                msec = Some(instants.msec(behind.get(start..)?.first_chunk()?)?);
            }
            at += step.after.len();
        }
        if at != line.len() {
            return None;
        }
        reading.written = match msec {
            Some(msec) => Some(together(second, msec)?),
            None => second,
        };
        reading.request_time = request_time;
        Some(())
    }
}

/// Ten digits, a point, and three digits: from 2001 to 2286.
const MSEC: [Option<u8>; MSEC_LEN] = {
    let mut pattern = [None; MSEC_LEN];
    pattern[MSEC_LEN - 4] = Some(b'.');
    pattern
};

impl Step {
    /// The step that takes the first of these fields, which is number `index` of the format.
    fn compile(fields: &[Field], index: usize) -> Option<Step> {
        let (field, others) = fields.split_first()?;
        let action = action(fields)?;
        let mut after = literal(field);
        let mut step = Step {
            action,
            field: index,
            after: Pattern::new(&[]),
            inner: Box::default(),
            msec: None,
        };
        let mut inner = Vec::new();
        for (other, index) in others.iter().zip(index + 1..) {
            let start = after.len();
            if matches!(step.action, Action::Only(_) | Action::OnlyWithout(..)) {
                break;
            }
            match (&other.end, other.syntax) {
                (End::Itself, Syntax::Status) => after.extend([None; 3]),
                (End::Itself, Syntax::Seconds) if is_msec(other) => {
                    step.msec = Some(start);
                    after.extend(MSEC);
                }
                _ => break,
            }
            inner.push((index, start, after.len()));
            after.extend(literal(other));
        }
        step.after = Pattern::new(&after);
        step.inner = inner.into();
        Some(step)
    }
}

fn literal(field: &Field) -> Vec<Option<u8>> {
    field.after.bytes().iter().copied().map(Some).collect()
}

fn is_msec(field: &Field) -> bool {
    Variable::from_name(&field.name) == Some(Variable::Msec)
}

/// How the first of these fields is taken.
fn action(fields: &[Field]) -> Option<Action> {
    let field = fields.first()?;
    let literal = field.after.bytes();
    Some(match (&field.end, field.syntax) {
        (End::Itself, Syntax::TimeLocal) => Action::TimeLocal,
        (End::Itself, Syntax::TimeIso8601) => Action::TimeIso8601,
        (End::Before(byte), Syntax::Text | Syntax::Key) => Action::Before(*byte),
        (End::Before(byte), syntax) if syntax.excludes() == Some(*byte) => Action::Before(*byte),
        (End::Itself, Syntax::Seconds) if is_msec(field) => Action::Msec(Pattern::new(&MSEC)),
        (End::Itself | End::Before(_), syntax) => Action::Plain {
            syntax,
            stop: field.stop?,
            or_empty: field.can_be_empty,
            is_request_time: Variable::from_name(&field.name) == Some(Variable::RequestTime),
        },
        (End::Search(_), _) if literal.is_empty() => return None,
        (End::Search(_), Syntax::Text | Syntax::Key) => Action::Only(field.after.clone().into()),
        (End::Search(_), syntax) => {
            Action::OnlyWithout(syntax.excludes()?, field.after.clone().into())
        }
        (End::Backwards, Syntax::Text) if is_but_last_word(fields) => Action::ButLastWord,
        (End::Line, Syntax::Text | Syntax::Key) => Action::Line,
        _ => return None,
    })
}

fn is_but_last_word(fields: &[Field]) -> bool {
    matches!(fields, [all_but, last] if all_but.after.bytes() == b" " && last.after.bytes().is_empty())
}
