//! The straight reader of any format: it is compiled into a program of steps.
//!
//! Each step takes one value and the literal behind it, and looks at sixteen bytes at once to find
//! where the value ends and whether it is a plain one: one address, one number, a time that was
//! decoded before. Where free text stands unquoted, it proves that the literal behind it stands in
//! the line once.

use crate::line::{Reading, together};
use crate::literal::{Literal, Pattern};
use crate::log_format::{End, Field};
use crate::span::Span;
use crate::syntax::Syntax;
use crate::time::{Instants, MSEC_LEN, Millis, TIME_ISO8601_LEN, TIME_LOCAL_LEN, three_digits};
use crate::variable::Variable;
use crate::window::{LEN, Window, find, rfind};

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
    /// The seconds of `$request_time` before this byte.
    RequestTime(u8),
    /// A plain value before this byte, or none at all where that can be missing.
    Plain {
        plain: Plain,
        stop: u8,
        or_empty: bool,
    },
    /// An address, and a colon between it and the space that ends it.
    AddressBeforeColon,
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

/// What is plain.
#[derive(Clone, Copy, Debug)]
enum Plain {
    /// Printable characters, no comma, and no colon at the end where it is a list's.
    Address { in_list: bool },
    /// Three digits, or `-`.
    Status { or_dash: bool },
    /// Digits, or `-`.
    Number,
    /// Seconds with three decimals, or `-`.
    Seconds { or_dash: bool },
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

    /// Reads a line and fills the span of each field; `None` says nothing.
    #[inline]
    pub(super) fn read(
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
                Action::RequestTime(stop) => {
                    let len = find(*stop, rest)?;
                    request_time = Some(plain_seconds(rest, len)?);
                    len
                }
                Action::Plain { plain, stop, or_empty } => {
                    let len = find(*stop, rest)?;
                    let is_missing = *or_empty && len == 0;
                    if !is_missing && !plain.accepts(rest, len, *stop) {
                        return None;
                    }
                    len
                }
                Action::AddressBeforeColon => {
                    let len = find(b' ', rest)?.checked_sub(1)?;
                    if !is_address(rest, len) {
                        return None;
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

impl Plain {
    /// Whether the first `len` bytes are plain, with `stop` behind them.
    #[inline]
    fn accepts(self, rest: &[u8], len: usize, stop: u8) -> bool {
        if let Plain::Address { in_list } = self {
            let ends = !in_list || !goes_on(rest, len, stop) && rest[..len].last() != Some(&b':');
            return ends && is_address(rest, len);
        }
        let Some(window) = Window::of(rest).filter(|_| len < LEN) else { return false };
        let digits = window.between(b'0', b'9');
        let is_dash = len == 1 && rest[0] == b'-';
        match self {
            Plain::Status { or_dash: false } => len == 3 && digits & 7 == 7,
            Plain::Seconds { or_dash: false } => is_seconds(digits, rest, len),
            Plain::Number if len > 0 && digits & ones(len) == ones(len) => {
                !goes_on(rest, len, stop)
            }
            Plain::Status { .. } if len == 3 && digits & 7 == 7 => !goes_on(rest, len, stop),
            Plain::Seconds { .. } if is_seconds(digits, rest, len) => !goes_on(rest, len, stop),
            _ => is_dash && !goes_on(rest, len, stop),
        }
    }
}

/// Whether a list might go on behind a value, with a separator that starts with its stop.
fn goes_on(rest: &[u8], len: usize, stop: u8) -> bool {
    stop == b' ' && rest.get(len + 1) == Some(&b':')
}

/// So many ones.
fn ones(len: usize) -> u32 {
    (1 << len) - 1
}

/// Whether the first `len` bytes, fewer than a window shows, are digits, a point, and three digits.
#[inline(always)]
fn is_seconds(digits: u32, rest: &[u8], len: usize) -> bool {
    len > 4 && digits & ones(len) == ones(len) ^ 1 << (len - 4) && rest[len - 4] == b'.'
}

/// The first `len` bytes as seconds with three decimals.
#[inline(always)]
pub(super) fn plain_seconds(rest: &[u8], len: usize) -> Option<Millis> {
    let digits = Window::of(rest)?.between(b'0', b'9');
    if len >= LEN || !is_seconds(digits, rest, len) {
        return None;
    }
    let (whole, thousandths) = (&rest[..len - 4], rest[len - 3..].first_chunk()?);
    let second = match whole {
        [digit] => u64::from(digit & 0x0f),
        _ => whole.iter().fold(0, |number, digit| number * 10 + u64::from(digit & 0x0f)),
    };
    Some(Millis(second * 1000 + three_digits(thousandths)))
}

/// Whether the first `len` bytes are printable and hold no comma.
#[inline(always)]
pub(super) fn is_address(rest: &[u8], len: usize) -> bool {
    match Window::of(rest) {
        Some(window) if (1..LEN).contains(&len) => {
            let plain = window.between(b'!', b'~') & !window.equal(b',');
            plain & ones(len) == ones(len)
        }
        _ => is_long_address(&rest[..len]),
    }
}

fn is_long_address(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|&byte| byte.is_ascii_graphic() && byte != b',')
}

/// How the first of these fields is taken.
fn action(fields: &[Field]) -> Option<Action> {
    let field = fields.first()?;
    let literal = field.after.bytes();
    Some(match (&field.end, field.syntax) {
        (End::Itself, Syntax::TimeLocal) => Action::TimeLocal,
        (End::Itself, Syntax::TimeIso8601) => Action::TimeIso8601,
        (End::Itself, Syntax::AddrList) if literal.starts_with(b": ") => Action::AddressBeforeColon,
        (End::Itself, _) => return before(field, *literal.first()?),
        (End::Before(byte), _) => return before(field, *byte),
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

/// How a value is taken before this byte.
fn before(field: &Field, stop: u8) -> Option<Action> {
    let plain = match field.syntax {
        Syntax::Text | Syntax::Key => return Some(Action::Before(stop)),
        syntax if syntax.excludes() == Some(stop) => return Some(Action::Before(stop)),
        Syntax::Hosts => Plain::Address { in_list: false },
        Syntax::AddrList => Plain::Address { in_list: true },
        Syntax::Status => Plain::Status { or_dash: false },
        Syntax::StatusList => Plain::Status { or_dash: true },
        Syntax::Number | Syntax::NumberList => Plain::Number,
        Syntax::Seconds | Syntax::Duration => Plain::Seconds { or_dash: false },
        Syntax::SecondsList => Plain::Seconds { or_dash: true },
        _ => return None,
    };
    // A byte that a plain value can hold does not end it.
    let can_hold = match plain {
        Plain::Address { .. } => !matches!(stop, b' ' | b'"'),
        _ => matches!(stop, b'0'..=b'9' | b'.' | b'-' | b','),
    };
    let action = match Variable::from_name(&field.name) {
        Some(Variable::Msec) => Action::Msec(Pattern::new(&MSEC)),
        Some(Variable::RequestTime) => Action::RequestTime(stop),
        _ => Action::Plain { plain, stop, or_empty: field.can_be_empty },
    };
    (!can_hold).then_some(action)
}
